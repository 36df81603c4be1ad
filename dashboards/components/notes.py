"""What did people write about this, and what do I want to add?"""

from __future__ import annotations

import streamlit as st

from dashboards import actions, live, live_work, posting
from dashboards.formats import safe
from dashboards.i18n import label, t
from dashboards.session import notice

__all__ = ["notes"]


def notes(subject_kind: str, subject_id: str) -> None:
    """The notes on one thing, newest first, and a form for one more."""
    st.subheader(t("notes.title"))
    for row in live_work.notes(subject_kind, subject_id):
        st.markdown(f"{safe(row['body'])}  \n:gray[{safe(label(row, 'name'))} · {live.moment(row['recorded_at'])}]")
    form = f"note:{subject_kind}:{subject_id}"
    command_id = posting.drawn_id(form)
    with st.form(form, clear_on_submit=True, border=False):
        body = st.text_area(t("notes.body"), max_chars=2000, height=80)
        if st.form_submit_button(t("notes.add"), icon=":material/add_comment:"):
            if actions.write_note(command_id, subject_kind, subject_id, body):
                notice("success", t("notes.added"))
            st.rerun()
