"""Where does one type what one knows better? A table with one column to fill, the reason, until when, and the button."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

import polars as pl
import streamlit as st

from dashboards import live, posting
from dashboards.formats import MISSING
from dashboards.i18n import t
from dashboards.session import notice

__all__ = ["is_ahead", "override_form", "take_back"]


def override_form(
    drawn: pl.DataFrame,
    *,
    form: str,
    editor: str,
    override: str,
    formats: Mapping[str, str],
    alt: str,
    on_save: Callable[..., None],
    args: tuple[Any, ...],
) -> None:
    """Draw the form; typed cells are in the session under `editor`, the reason and the last day under `editor`_reason and _until.

    Args:
        override: the one column that can be typed into, as text. formats: other columns -> number format.
    """
    with st.form(form, border=False):
        st.data_editor(
            drawn,
            key=editor,
            hide_index=True,
            disabled=[name for name in drawn.columns if name != override],
            column_config={
                override: st.column_config.TextColumn(help=t("forecast.override_help"), alignment="right"),
                **{name: st.column_config.NumberColumn(format=pattern) for name, pattern in formats.items()},
            },
            height=min(440, 38 + 35 * drawn.height),
            placeholder=MISSING,
            alt=alt,
        )
        with st.container(horizontal=True, vertical_alignment="bottom"):
            st.text_input(t("reason"), key=f"{editor}_reason", placeholder=t("forecast.reason_hint"), width="stretch")
            st.date_input(
                t("forecast.until"),
                value=None,
                format="YYYY-MM-DD",
                key=f"{editor}_until",
                help=t("forecast.until_help"),
                width=190,
            )
            st.form_submit_button(t("forecast.save"), type="primary", icon=":material/save:", on_click=on_save, args=args)


def is_ahead(start: date | None, until: date | None) -> bool:
    """Whether an override of the period beginning on `start` still counts: not over, and its last day has not passed."""
    today = live.today()
    if start is None or today is None:
        return False
    return start > today and (until is None or until >= today)


def take_back(form: str, post: Callable[[str, str], object]) -> None:
    """One click and a reason give a period back to the model; `post` gets command id and reason."""
    command_id = posting.drawn_id(form)
    with st.popover(t("learned.take_back"), icon=":material/undo:"), st.form(form, border=False):
        reason = st.text_input(t("reason"), key=f"{form}_reason")
        if st.form_submit_button(t("learned.take_back"), type="primary"):
            if post(command_id, reason):
                notice("success", t("forecast.given_back"))
            st.rerun()
