"""What should forecasts learn from: which days were out of the ordinary, what happened then, and whose history fits a new item?

What is told here stands in the ledger at once and shows in the chart; the plan takes it in with the next run.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import polars as pl
import streamlit as st

from dashboards import forecast_actions, live, live_demand, posting
from dashboards.formats import number, percent, plain, safe
from dashboards.i18n import code_text, label, t, unit_text
from dashboards.session import notice, person
from kernel.numbers import QUANTITY_SCALE
from transactional.handlers.permissions import may_send

__all__ = ["learned", "told_events", "told_marks"]

_KINDS = ("outlier", "one_off", "return", "lost_sale")
_EVENTS = ("promotion", "campaign", "festival", "project", "other")


def told_marks(series_id: int) -> pl.DataFrame:
    """Corrected days for the chart: `day`, `kind`."""
    corrected = [
        (live.day(row["demand_date"]), code_text("adjustment", row["kind"])) for row in live_demand.adjustments(series_id)
    ]
    return pl.DataFrame(corrected, schema={"day": pl.Date, "kind": pl.String}, orient="row")


def told_events(item_id: int, category_id: int | None) -> pl.DataFrame:
    """Recorded events for the chart: `first`, `last`, `name`, and `stem`, the name they have in the calendar."""
    happened = [
        (live.day(row["start_date"]), live.day(row["end_date"]), label(row, "name"), str(row["name"]))
        for row in live_demand.events(item_id, category_id)
    ]
    schema = {"first": pl.Date, "last": pl.Date, "name": pl.String, "stem": pl.String}
    return pl.DataFrame(happened, schema=schema, orient="row")


@st.fragment
def learned(row: Mapping[str, Any], series: pl.DataFrame) -> None:
    """What was told so far with a way back, and a form for each kind of knowledge."""
    series_id, category = int(row["series_id"]), row.get("category_id")
    corrected = live_demand.adjustments(series_id)
    happened = live_demand.events(int(row["item_id"]), None if category is None else int(category))
    borrowed = live_demand.borrowed(series_id)
    told = len(corrected) + len(happened) + len(borrowed)
    with st.expander(t("learned.title", count=told), icon=":material/school:", expanded=False):
        st.caption(t("learned.effect"))
        who = person()
        _standing(row, corrected, happened, borrowed)
        kinds = [code for code, command in _TELLING.items() if _may(command)]
        if not kinds:
            st.caption(t("error.may_not", role=code_text("role", who.role if who else "viewer")))
            return
        what = st.segmented_control(
            t("learned.what"),
            kinds,
            default=kinds[0],
            required=True,
            format_func={code: t(f"learned.what_{code}") for code in kinds}.get,
            key=f"learned_what_{series_id}",
        )
        if what == "event":
            _event(row)
        elif what == "borrow":
            _borrow(row, series)
        else:
            _day(row)


def _standing(
    row: Mapping[str, Any],
    corrected: list[dict[str, Any]],
    happened: list[dict[str, Any]],
    borrowed: list[dict[str, Any]],
) -> None:
    unit = unit_text(row["base_unit"])
    for each in corrected:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(
                t(
                    "learned.day_line",
                    date=plain(live.day(each["demand_date"])),
                    kind=code_text("adjustment", each["kind"]),
                    quantity=f"{each['adjustment_quantity'] / QUANTITY_SCALE:+,.10g}",
                    unit=safe(unit),
                    reason=safe(each["reason"]),
                    name=safe(label(each, "name")),
                    at=live.moment(each["recorded_at"]),
                )
            )
            if _may("UndoDemandAdjustment"):
                _back("adjustment", int(each["demand_adjustment_id"]))
    ahead, past = _split(happened)
    for each in ahead:
        _event_line(each)
    if past:
        with st.popover(t("learned.past_events", count=len(past)), icon=":material/history:"):
            for each in past:
                _event_line(each)
    for each in borrowed:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(
                t(
                    "learned.borrow_line",
                    sku=safe(each["sku"]),
                    warehouse=safe(each["warehouse"]),
                    factor=number(each["factor_ppm"] / 1_000_000),
                    reason=safe(each["reason"]),
                    name=safe(label(each, "name")),
                    at=live.moment(each["recorded_at"]),
                )
                + (
                    ""
                    if each["until_date"] is None
                    else f" · {t('forecast.log_until', date=plain(live.day(each['until_date'])))}"
                )
            )
            if _may("EndBorrowing"):
                _back("borrowing", int(each["demand_reference_id"]))


def _split(happened: list[dict[str, Any]]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Events of the last year and to come, and older ones."""
    today = live.today()
    since = "" if today is None else today.replace(year=today.year - 1, day=min(today.day, 28)).isoformat()
    ahead = [each for each in happened if str(each["end_date"]) >= since]
    return ahead, [each for each in happened if str(each["end_date"]) < since]


def _event_line(each: Mapping[str, Any]) -> None:
    """One recorded event: what, when, whom it touches, who told it and when, and the way back."""
    discount = each["discount_ppm"]
    scope = "sku" if each["item_id"] is not None else "category" if each["category_id"] is not None else "everything"
    told = label(each, "author_name")
    parts = [
        t(
            "learned.event_line",
            name=safe(label(each, "name")),
            kind=code_text("event_kind", each["kind"]),
            first=plain(live.day(each["start_date"])),
            last=plain(live.day(each["end_date"])),
        ),
        t("learned.touches", scope=t(f"learned.scope_{scope}")),
        "" if discount is None else t("learned.discount_said", rate=percent(discount / 1_000_000, 0)),
        t("learned.told_by", name=safe(told), at=live.moment(each["recorded_at"])) if told else "",
    ]
    with st.container(horizontal=True, vertical_alignment="center", key=f"line_event_{each['business_event_id']}"):
        st.markdown(" · ".join(part for part in parts if part), width="stretch")
        if _may("WithdrawBusinessEvent"):
            _back("event", int(each["business_event_id"]))


def _may(command: str) -> bool:
    who = person()
    return who is not None and may_send(who.role, command)


_TELLING = {"day": "AdjustDemand", "event": "RecordBusinessEvent", "borrow": "BorrowHistory"}
"""What can be told, and the command it takes."""

_BACK = {
    "adjustment": forecast_actions.undo_adjustment,
    "borrowing": forecast_actions.end_borrowing,
    "event": forecast_actions.withdraw_event,
}


def _back(kind: str, key: int) -> None:
    """Taking back needs a reason too: it is kept beside what it takes back."""
    with st.popover(t("learned.take_back"), icon=":material/undo:"):
        form = f"back_{kind}_{key}"
        command_id = posting.drawn_id(form)
        with st.form(form, border=False):
            reason = st.text_input(t("reason"))
            if st.form_submit_button(t("learned.take_back"), type="primary"):
                _done(_BACK[kind](command_id, key, reason), "learned.taken_back")


def _day(row: Mapping[str, Any]) -> None:
    form = f"adjust_{row['series_id']}"
    command_id = posting.drawn_id(form)
    with st.form(form, border=False):
        with st.container(horizontal=True, vertical_alignment="bottom"):
            day = st.date_input(t("learned.day"), value=live.today() or date.today(), format="YYYY-MM-DD", width=170)
            kind = st.selectbox(
                t("learned.kind"), _KINDS, format_func={code: code_text("adjustment", code) for code in _KINDS}.get, width=190
            )
            more = st.text_input(
                t("learned.more_label", unit=unit_text(row["base_unit"])),
                placeholder="-200",
                help=t("learned.more_help"),
                width=200,
            )
        reason = st.text_input(t("reason"), placeholder=t("learned.day_hint"))
        if st.form_submit_button(t("learned.save_day"), type="primary", icon=":material/save:") and isinstance(day, date):
            _done(forecast_actions.adjust_demand(command_id, row, day, more, str(kind), reason), "learned.saved")


def _event(row: Mapping[str, Any]) -> None:
    form = f"event_{row['series_id']}"
    command_id = posting.drawn_id(form)
    scopes = {"sku": {"sku": str(row["sku"])}, "everything": {}}
    if row.get("category_code"):
        scopes = {"sku": scopes["sku"], "category": {"category": str(row["category_code"])}, "everything": {}}
    names = {code: t(f"learned.scope_{code}") for code in scopes}
    with st.form(form, border=False):
        with st.container(horizontal=True, vertical_alignment="bottom"):
            name = st.text_input(t("learned.event_name"), placeholder=t("learned.event_hint"))
            kind = st.selectbox(
                t("learned.kind"), _EVENTS, format_func={code: code_text("event_kind", code) for code in _EVENTS}.get, width=160
            )
            scope = st.selectbox(t("learned.scope"), list(scopes), format_func=names.get, width=190)
        with st.container(horizontal=True, vertical_alignment="bottom"):
            first = st.date_input(t("learned.first"), value=live.today() or date.today(), format="YYYY-MM-DD", width=170)
            last = st.date_input(t("learned.last"), value=live.today() or date.today(), format="YYYY-MM-DD", width=170)
            discount = st.number_input(t("learned.discount"), min_value=0.0, max_value=99.0, value=None, step=1.0, width=190)
        if st.form_submit_button(t("learned.save_event"), type="primary", icon=":material/event:"):
            share = None if discount is None else discount / 100
            if isinstance(first, date) and isinstance(last, date):
                _done(
                    forecast_actions.record_event(command_id, str(kind), name, first, last, scopes[str(scope)], share),
                    "learned.saved",
                )


def _borrow(row: Mapping[str, Any], series: pl.DataFrame) -> None:
    others = series.filter(pl.col("series_id") != row["series_id"]).unique("series_id").sort("sku", "warehouse_code")
    # Most alike first: the same category.
    if row.get("category_id") is not None:
        others = others.with_columns((pl.col("category_id") == row["category_id"]).fill_null(False).alias("is_near")).sort(
            "is_near", descending=True, maintain_order=True
        )
    by_id = {str(each["series_id"]): each for each in others.iter_rows(named=True)}
    if not by_id:
        st.caption(t("learned.nobody"))
        return
    names = {key: f"{each['sku']} {label(each, 'item_name')} · {each['warehouse_code']}" for key, each in by_id.items()}
    form = f"borrow_{row['series_id']}"
    command_id = posting.drawn_id(form)
    with st.form(form, border=False):
        with st.container(horizontal=True, vertical_alignment="bottom"):
            source = st.selectbox(t("learned.source"), list(by_id), format_func=names.get)
            factor = st.number_input(
                t("learned.factor"),
                min_value=0.01,
                max_value=100.0,
                value=1.0,
                step=0.1,
                help=t("learned.factor_help"),
                width=140,
            )
            until = st.date_input(t("forecast.until"), value=None, format="YYYY-MM-DD", width=170)
        reason = st.text_input(t("reason"), placeholder=t("learned.borrow_hint"))
        if st.form_submit_button(t("learned.save_borrow"), type="primary", icon=":material/content_copy:"):
            last = until if isinstance(until, date) else None
            _done(
                forecast_actions.borrow_history(command_id, row, by_id[str(source)], float(factor), reason, last), "learned.saved"
            )


def _done(answer: object, key: str) -> None:
    if answer:
        notice("success", t(key))
    st.rerun()
