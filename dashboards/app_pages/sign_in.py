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


def show(snapshot: Snapshot | None, has_ended: bool = False) -> None:
    """Sign-in form; without a ledger, the command that makes one; `has_ended` tells a visitor whose session is over."""
    st.title(t("sign_in.title"))
    ledger = live.ledger()
    if ledger is None:
        st.info(t("empty.no_ledger"), icon=":material/info:")
        st.code("make run\nthroughline demo\nthroughline load DIR", language="bash")
        return
    if has_ended:
        st.info(t("sign_in.ended"), icon=":material/schedule:")
    with st.form("sign_in", width=420):
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
        st.subheader(t("sign_in.demo_title"))
        st.caption(t("sign_in.demo_hint"))
        with st.container(horizontal=True, key="demo_people"):
            for someone in frame.people():
                caption = f"{safe(someone.shown_name)} · {code_text('role', someone.role)}"
                if st.button(caption, key=f"be_{someone.login}", icon=":material/person:"):
                    remember(someone)
                    st.rerun()
