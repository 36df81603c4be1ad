"""Actions: who has taken what on, until when, worth how much, and did the number move since?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl
import streamlit as st

from dashboards import actions, live, live_work, posting
from dashboards import snapshot as snapshots
from dashboards.components import charts
from dashboards.components.cards import KPI_PERIODS, latest
from dashboards.components.filters import choose, segment
from dashboards.components.notes import notes
from dashboards.components.tables import Column, table
from dashboards.components.take_on import take_on
from dashboards.effect import Effect, effect
from dashboards.formats import change, kpi_value, money, period, plain, safe
from dashboards.i18n import code_text, label, language, t
from dashboards.session import notice, person
from dashboards.snapshot import Snapshot
from transactional.handlers.permissions import may_send

_STATUS = ("open", "in_progress", "done", "dropped")


def show() -> None:
    st.title(t("actions.title"))
    shown = snapshots.current()
    which = segment("which_actions", t("actions.which"), ["mine", "open", "all"], lambda code: t(f"actions.which_{code}"))
    who = person()
    rows = live_work.actions(is_open=which != "all")
    rows = [row for row in rows if which != "mine" or (who is not None and row["user_id"] == who.user_id)]
    linked = st.query_params.get("action")
    everything = {str(row["action_id"]): row for row in live_work.actions(is_open=False)}
    if linked in everything and all(str(row["action_id"]) != linked for row in rows):
        rows = [everything[str(linked)], *rows]
    elif linked and linked not in everything:
        st.warning(t("actions.gone", number=safe(linked)), icon=":material/link_off:")
    if not rows:
        st.info(t("actions.none"), icon=":material/info:")
        take_on("general", "general", "")
        return
    currency, digits = _currency(shown)
    table(
        _frame(rows, digits),
        [
            Column("title", pinned=True),
            Column("owner"),
            Column("due_date", "date"),
            Column("status", "code", "action_status"),
            Column("expected_amount", "money", title="expected"),
            Column("opened_date", "date"),
            Column("closed_date", "date"),
        ],
        key="actions_table",
        currency=currency,
        file_name="actions",
    )
    ids = [str(row["action_id"]) for row in rows]
    chosen = choose("action", t("actions.one"), ids, lambda each: str(everything[each]["title"]), required=True, first=ids[0])
    if chosen is not None:
        _one(everything[chosen], shown, currency, digits)


def _currency(shown: Snapshot | None) -> tuple[str, int]:
    company = live.company()
    return str(company.get("currency") or (shown.currency if shown else "CNY")), int(company.get("minor_digits") or 2)


def _frame(rows: list[dict[str, Any]], digits: int) -> pl.DataFrame:
    found = [
        {
            "title": row["title"],
            "owner": label(row, "name"),
            "due_date": live.day(row["due_date"]),
            "status": row["status"],
            "expected_amount": None if row["expected_amount"] is None else row["expected_amount"] / 10**digits,
            "opened_date": live.day(row["opened_date"]),
            "closed_date": live.day(row["closed_date"]),
        }
        for row in rows
    ]
    schema = {"title": pl.String, "owner": pl.String, "due_date": pl.Date, "status": pl.String, "expected_amount": pl.Float64}
    return pl.DataFrame(found, schema={**schema, "opened_date": pl.Date, "closed_date": pl.Date})


def _one(row: Mapping[str, Any], shown: Snapshot | None, currency: str, digits: int) -> None:
    """What it is about, the number before and after, and the next step."""
    st.subheader(safe(row["title"]))
    expected = None if row["expected_amount"] is None else row["expected_amount"] / 10**digits
    st.markdown(
        t(
            "actions.line",
            owner=safe(label(row, "name")),
            due=plain(live.day(row["due_date"])),
            status=code_text("action_status", row["status"]),
            money=money(expected, currency, 0).replace("$", "\\$"),
            opener=safe(label(row, "opened_by")),
            opened=plain(live.day(row["opened_date"])),
        )
    )
    if row["body"]:
        st.markdown(safe(row["body"]))
    found = effect(shown, str(row["subject_kind"]), str(row["subject_id"]), live.day(row["opened_date"])) if shown else None
    if found is not None and shown is not None:
        _effect(found, row, shown)
    else:
        st.caption(t("actions.no_kpi"))
    _change(row)
    for event in live_work.action_events(int(row["action_id"])):
        st.caption(
            t(
                "actions.event",
                event=code_text("action_event", event["event_kind"]),
                detail=safe(code_text("action_status", event["new_value"])),
                name=safe(label(event, "name")),
                at=live.moment(event["recorded_at"]),
            )
        )
    notes("action", str(row["action_id"]))


def _effect(found: Effect, row: Mapping[str, Any], shown: Snapshot) -> None:
    """The KPI in the last whole period before the action was opened, and now."""
    last = latest(found.periods)
    unit = found.unit
    with st.container(horizontal=True, gap="large"):
        st.metric(
            t("actions.before", kpi=t(f"kpi.name.{found.kpi}"), period=period(found.before_start, found.period_kind)),
            kpi_value(found.before, unit, shown.currency, language()),
        )
        if last is not None and found.is_later:
            st.metric(
                t("actions.after", kpi=t(f"kpi.name.{found.kpi}"), period=period(last["period_start"], found.period_kind)),
                kpi_value(last["value"], unit, shown.currency, language()),
                delta=change(last["value"], found.before, unit, language()),
            )
        else:
            st.metric(t("actions.after_none", kpi=t(f"kpi.name.{found.kpi}")), "–", help=t("actions.after_help"))
    st.altair_chart(
        charts.trend(found.periods, unit, t(f"kpi.name.{found.kpi}"), t("kpi.target"), marks=[live.day(row["opened_date"])]),
        alt=t("kpi.trend_alt", kpi=t(f"kpi.name.{found.kpi}")),
    )
    st.page_link(
        "app_pages/kpi_detail.py",
        label=t("kpi.who_moved_it"),
        icon=":material/query_stats:",
        query_params={"kpi": found.kpi, "period": found.period_kind if found.period_kind in KPI_PERIODS[found.kpi] else "month"},
    )


def _change(row: Mapping[str, Any]) -> None:
    """Go on, finish, drop or open again, with a remark."""
    who = person()
    if who is None or not may_send(who.role, "ChangeAction"):
        st.caption(t("error.may_not", role=code_text("role", who.role if who else "viewer")))
        return
    key = int(row["action_id"])
    command_id = posting.drawn_id(f"change_action:{key}")
    with st.form(f"change_action_{key}", border=False), st.container(horizontal=True, vertical_alignment="bottom"):
        status = st.selectbox(
            t("column.status"),
            _STATUS,
            index=_STATUS.index(row["status"]),
            format_func={code: code_text("action_status", code) for code in _STATUS}.get,
            width=180,
        )
        remark = st.text_input(t("actions.remark"), width="stretch")
        if st.form_submit_button(t("setup.save"), icon=":material/save:"):
            if actions.change_action(command_id, key, str(status), remark) is not None:
                notice("success", t("actions.changed", status=code_text("action_status", status)))
            st.rerun()


show()
