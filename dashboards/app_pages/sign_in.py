"""Who are you? Named local users with passwords; in the demo also a list of people to be."""

from __future__ import annotations

import streamlit as st

from dashboards import live
from dashboards.components import frame
from dashboards.formats import safe
from dashboards.i18n import code_text, language, t
from dashboards.session import Person, remember
from dashboards.snapshot import Snapshot
from kernel.errors import ThroughlineError
from transactional import auth

_ROLES = ("planner", "manager", "buyer", "sales", "warehouse", "production", "finance", "admin")


def show(snapshot: Snapshot | None, has_ended: bool = False) -> None:
    """Sign-in form; without a ledger, the command that makes one; `has_ended` tells a visitor whose session is over."""
    st.title(t("sign_in.title"))
    st.markdown(t("sign_in.what"))
    ledger = live.ledger()
    if ledger is None:
        st.info(t("empty.no_ledger"), icon=":material/info:")
        st.code("make run\nthroughline demo\nthroughline load DIR", language="bash")
        return
    if has_ended:
        st.info(t("sign_in.ended"), icon=":material/schedule:")
    left, right = st.columns([2, 3], gap="large")
    with left, st.form("sign_in"):
        login = st.text_input(t("sign_in.login"), autocomplete="username")
        password = st.text_input(t("sign_in.password"), type="password", autocomplete="current-password")
        if st.form_submit_button(t("sign_in.enter"), type="primary", icon=":material/login:"):
            try:
                user = auth.sign_in(ledger, login.strip(), password)
            except ThroughlineError as refusal:
                st.error(refusal.text(language()), icon=":material/error:")
            else:
                remember(Person(user.user_id, user.login, user.name, user.name_zh, user.role, user.language))
                st.rerun()
    if frame.may_switch_user(snapshot):
        with right, st.container(key="demo_people"):
            _demo_people()


def _demo_people() -> None:
    """One person per role with what that role comes for; everybody else folded."""
    st.subheader(t("sign_in.demo_title"))
    st.caption(t("sign_in.demo_hint"))
    everybody = frame.people()
    # Whoever is named like the role stands for it, else the first who has it.
    ordered = sorted(everybody, key=lambda one: one.login != one.role)
    firsts = {role: next((one for one in ordered if one.role == role), None) for role in _ROLES}
    for role, someone in firsts.items():
        if someone is not None:
            with st.container(horizontal=True, vertical_alignment="center", key=f"role_{role}"):
                _be(someone, width=250)
                st.caption(t(f"sign_in.comes_for.{role}"), width="stretch")
    others = [one for one in everybody if one not in firsts.values()]
    if others:
        with st.expander(t("sign_in.others", count=len(others))), st.container(horizontal=True):
            for someone in others:
                _be(someone)


def _be(someone: Person, width: int | str = "content") -> None:
    caption = f"{safe(someone.shown_name)} · {code_text('role', someone.role)}"
    if st.button(caption, key=f"be_{someone.login}", icon=":material/person:", width=width):
        remember(someone)
        st.rerun()
