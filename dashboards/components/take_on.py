"""How does a number on a screen become somebody's task, with a date and an amount?"""

from __future__ import annotations

from datetime import timedelta

import streamlit as st

from dashboards import actions, live, live_work, posting
from dashboards.formats import safe
from dashboards.i18n import code_text, label, t
from dashboards.session import notice, person
from transactional.handlers.permissions import may_send

__all__ = ["take_on"]

_DAYS = 14


def take_on(subject_kind: str, subject_id: str, title: str, money: float | None = None) -> None:
    """A button that opens an action about this subject: owner, due date, expected money. Hidden from who may not."""
    who = person()
    if who is None or not may_send(who.role, "OpenAction"):
        return
    people = {row["login"]: row for row in live.users()}
    names = {code: f"{label(row, 'name')} · {code_text('role', row['role'])}" for code, row in people.items()}
    form = f"action:{subject_kind}:{subject_id}"
    command_id = posting.drawn_id(form)
    already = [row for row in live_work.actions() if (row["subject_kind"], row["subject_id"]) == (subject_kind, subject_id)]
    today = live.today()
    with st.popover(t("actions.open"), icon=":material/add_task:", key=f"open_{form}"):
        for row in already:
            st.caption(f":material/task_alt: {t('actions.already', title=safe(row['title']))}")
        with st.form(form, border=False):
            what = st.text_input(t("actions.what"), value=title, max_chars=200)
            owner = st.selectbox(
                t("actions.owner"),
                list(people),
                index=list(people).index(who.login) if who.login in people else 0,
                format_func=names.get,
            )
            due = st.date_input(t("actions.due"), value=today + timedelta(days=_DAYS) if today else None, format="YYYY-MM-DD")
            worth = "" if not money else f"{money:.2f}"
            expected = st.text_input(t("actions.expected"), value=worth, help=t("actions.expected_help"))
            body = st.text_area(t("actions.body"), max_chars=2000, height=80)
            if st.form_submit_button(t("actions.save"), type="primary", icon=":material/check:"):
                if actions.open_action(command_id, subject_kind, subject_id, what, str(owner), due, expected, body) is not None:
                    notice("success", t("actions.opened", title=safe(what), name=safe(label(people[str(owner)], "name"))))
                st.rerun()
