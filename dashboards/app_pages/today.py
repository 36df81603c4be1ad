"""Today: what needs me, most urgent and most expensive first?"""

from __future__ import annotations

from datetime import timedelta

import polars as pl
import streamlit as st

from dashboards import actions, inbox
from dashboards import snapshot as snapshots
from dashboards.components.filters import segment
from dashboards.components.tables import Column, table
from dashboards.formats import money, plain, safe
from dashboards.i18n import code_text, t
from dashboards.inbox import Entry
from dashboards.session import person

_URGENCY = {3: ":red[:material/error:", 2: ":orange[:material/schedule:", 1: ":gray[:material/radio_button_unchecked:"}
_DRAWN = 15


def show() -> None:
    shown, who = snapshots.current(), person()
    if shown is None or who is None:
        return
    st.title(t("today.title"))
    with st.skeleton():
        found = inbox.entries(shown, who)
    st.markdown(_summary(found, shown.currency))
    if not found:
        st.success(t("today.nothing"), icon=":material/check_circle:")
        return
    if not any(entry.urgency == 3 for entry in found):
        st.success(t("today.nothing_urgent", count=len(found), date=plain(shown.data_through)), icon=":material/check_circle:")
    kinds = ["all", *[kind for kind in inbox.KINDS if any(entry.kind == kind for entry in found)]]
    counts = {kind: sum(1 for entry in found if kind in ("all", entry.kind)) for kind in kinds}
    kind = segment("kind", t("today.kind"), kinds, lambda code: f"{t(f'today.kind_{code}')} {counts[code]}", first="all")
    listed = [entry for entry in found if kind in ("all", entry.kind)]
    for entry in listed[:_DRAWN]:
        _line(entry, shown.currency)
    with st.expander(t("today.whole", count=len(listed)), icon=":material/table_rows:"):
        table(
            pl.DataFrame(
                [
                    {
                        "urgency": entry.urgency,
                        "message_kind": entry.kind,
                        "subject": entry.subject,
                        "text": entry.text,
                        "value_at_stake": entry.money,
                        "due_date": entry.due_date,
                    }
                    for entry in listed
                ],
                schema={
                    "urgency": pl.Int64,
                    "message_kind": pl.String,
                    "subject": pl.String,
                    "text": pl.String,
                    "value_at_stake": pl.Float64,
                    "due_date": pl.Date,
                },
            ),
            [
                Column("urgency", "code", "urgency"),
                Column("message_kind", "code", "message_kind"),
                Column("subject"),
                Column("text"),
                Column("value_at_stake", "money"),
                Column("due_date", "date"),
            ],
            key="inbox",
            currency=shown.currency,
            file_name="today",
        )


def _summary(found: list[Entry], currency: str) -> str:
    urgent = [entry for entry in found if entry.urgency == 3]
    total = sum(entry.money or 0.0 for entry in urgent)
    return t("today.summary", urgent=len(urgent), count=len(found), money=money(total, currency, 0).replace("$", "\\$"))


def _line(entry: Entry, currency: str) -> None:
    """Urgency in icon and word, what, how much, and the way there."""
    with st.container(border=True, key=f"line_{entry.message_id}"):
        words, links = st.columns([5, 1], vertical_alignment="center")
        with words:
            stake = f" · **{money(entry.money, currency, 0)}**".replace("$", "\\$") if entry.money else ""
            st.markdown(
                f"{_URGENCY[entry.urgency]} {code_text('urgency', entry.urgency)}] · "
                f"**{safe(entry.subject)}**{stake}  \n{safe(entry.text)}"
            )
        with links, st.container(horizontal=True, horizontal_alignment="right", vertical_alignment="center", gap="small"):
            st.page_link(
                f"app_pages/{entry.page}.py",
                label=t("today.open"),
                icon=":material/arrow_forward:",
                query_params=dict(entry.link),
            )
            _put_aside(entry)


def _put_aside(entry: Entry) -> None:
    command_id = actions.drawn_id(f"inbox:{entry.message_id}")
    shown = snapshots.current()
    chosen = st.menu_button(
        t("today.later"),
        ["week", "dismiss"],
        format_func={code: t(f"today.later_{code}") for code in ("week", "dismiss")}.get,
        key=f"later_{entry.message_id}",
        type="tertiary",
    )
    if chosen and shown is not None and shown.data_through is not None:
        until = shown.data_through + timedelta(days=7) if chosen == "week" else None
        actions.set_inbox(command_id, entry.message_id, "snoozed" if chosen == "week" else "dismissed", until)
        st.rerun()


show()
