"""What does the sales team expect? Entry of deals and market drivers, and the list of what stands, with who, when and why."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import streamlit as st

from dashboards import forecast_actions, live, live_forecast, posting
from dashboards.formats import MISSING, money, number, percent, period, plain, safe
from dashboards.i18n import code_text, label, t, unit_text
from dashboards.session import notice, person
from transactional.handlers.permissions import may_send

__all__ = ["entry", "listed", "shown_expectations"]

_MONTHS = 18


def entry() -> None:
    """A form for a deal and one for a driver; roles that may not enter are told so."""
    who = person()
    if who is None or not may_send(who.role, "RecordSalesExpectation"):
        st.caption(t("error.may_not", role=code_text("role", who.role if who else "viewer")))
        return
    today = live.today()
    if today is None:
        return
    deal, driver = st.tabs([t("sales_forecast.deal"), t("sales_forecast.driver")])
    with deal:
        _form("deal", today)
    with driver:
        _form("driver", today)


def listed() -> None:
    """What stands, newest first, each with its way back."""
    rows = live_forecast.sales_expectations()
    if not rows:
        st.caption(t("sales_forecast.none_expected"))
        return
    today = live.today()
    this_month = "" if today is None else today.replace(day=1).isoformat()
    ahead = [row for row in rows if str(row["last_period"]) >= this_month]
    _lines(ahead)
    past = [row for row in rows if str(row["last_period"]) < this_month]
    if past:
        with st.expander(t("sales_forecast.past", count=len(past)), icon=":material/history:"):
            _lines(past)


def shown_expectations() -> list[dict[str, Any]]:
    """The same list as plain rows for a workbook."""
    return [
        {
            "kind": row["kind"],
            "scope": _scope(row),
            "first": live.day(row["first_period"]),
            "last": live.day(row["last_period"]),
            "size": _size(row),
            "probability": row["probability_ppm"] / 1_000_000,
            "reason": row["reason"],
            "author": label(row, "name"),
            "told": live.day(row["business_date"]),
        }
        for row in live_forecast.sales_expectations()
    ]


def _lines(rows: list[dict[str, Any]]) -> None:
    who = person()
    may_withdraw = who is not None and may_send(who.role, "WithdrawSalesExpectation")
    for row in rows:
        with st.container(horizontal=True, vertical_alignment="center", key=f"line_expectation_{row['sales_expectation_id']}"):
            st.markdown(
                t(
                    "sales_forecast.line",
                    kind=code_text("sales_kind", row["kind"]),
                    scope=safe(_scope(row)),
                    size=safe(_size(row)),
                    probability=percent(row["probability_ppm"] / 1_000_000, 0),
                    months=_months(row),
                    reason=safe(row["reason"]),
                    name=safe(label(row, "name")),
                    at=live.moment(row["recorded_at"]),
                ),
                width="stretch",
            )
            if may_withdraw:
                with st.popover(t("sales_forecast.withdraw"), icon=":material/undo:"):
                    _withdraw(int(row["sales_expectation_id"]))


def _form(kind: str, today: date) -> None:
    names = {row["code"]: label(row, "name") for row in live_forecast.categories()}
    customers = {row["code"]: label(row, "name") for row in live_forecast.customers()}
    items = {row["code"]: label(row, "name") for row in live_forecast.sold_items()}
    months = [_month_after(today, ahead) for ahead in range(_MONTHS)]
    command_id = posting.drawn_id(f"expect:{kind}")
    key = posting.kept_key(f"expect:{kind}")
    with st.form(f"expectation_{kind}", border=False):
        # A pair of columns for each row: on a phone the fields then keep their order.
        one, two = st.columns(2)
        customer = one.selectbox(
            t("sales_forecast.customer"),
            list(customers),
            index=None,
            format_func=_named(customers),
            placeholder=t("filter.all"),
            key=f"expect_customer_{key}",
        )
        category = two.selectbox(
            t("sales_forecast.group"),
            list(names),
            index=None,
            format_func=_named(names),
            placeholder=t("filter.all"),
            key=f"expect_category_{key}",
        )
        one, two = st.columns(2)
        sku = one.selectbox(
            t("sales_forecast.item"),
            list(items),
            index=None,
            format_func=_named(items),
            placeholder=t("filter.all"),
            key=f"expect_item_{key}",
        )
        size = two.text_input(
            t(f"sales_forecast.size_{kind}"), help=t(f"sales_forecast.size_{kind}_help"), key=f"expect_size_{key}"
        )
        one, two = st.columns(2)
        first = one.selectbox(t("sales_forecast.first"), months, format_func=_month_name, key=f"expect_first_{key}")
        last = two.selectbox(t("sales_forecast.last"), months, format_func=_month_name, key=f"expect_last_{key}")
        one, two = st.columns(2)
        chance = one.slider(
            t("sales_forecast.probability"), 0, 100, 100 if kind == "driver" else 50, 5, "%d %%", key=f"expect_chance_{key}"
        )
        reason = two.text_input(t("sales_forecast.reason"), key=f"expect_reason_{key}")
        if st.form_submit_button(t("sales_forecast.save"), icon=":material/add:"):
            scope = {"customer": customer, "category": category, "sku": sku}
            if forecast_actions.expect_sales(command_id, kind, scope, size, first, last, chance, reason) is not None:
                notice("success", t("sales_forecast.saved"))
            st.rerun()


def _withdraw(key: int) -> None:
    command_id = posting.drawn_id(f"withdraw_expectation:{key}")
    with st.form(f"withdraw_expectation_{key}", border=False):
        reason = st.text_input(t("sales_forecast.why"))
        if st.form_submit_button(t("sales_forecast.withdraw"), icon=":material/undo:"):
            if forecast_actions.withdraw_expectation(command_id, key, reason) is not None:
                notice("success", t("sales_forecast.withdrawn"))
            st.rerun()


def _named(names: Mapping[str, str]) -> Any:
    return lambda code: f"{code} · {names.get(code, '')}"


def _month_after(day: date, ahead: int) -> date:
    months = day.year * 12 + day.month - 1 + ahead
    return date(months // 12, months % 12 + 1, 1)


def _month_name(day: date) -> str:
    return period(day, "month")


def _months(row: Mapping[str, Any]) -> str:
    first, last = live.day(row["first_period"]), live.day(row["last_period"])
    return period(first, "month") if first == last else f"{period(first, 'month')} – {period(last, 'month')}"


def _scope(row: Mapping[str, Any]) -> str:
    parts = [
        f"{row['customer_code']} {label(row, 'customer_name')}" if row["customer_code"] else "",
        label(row, "category_name") if row["category_code"] else "",
        f"{row['sku']} {label(row, 'item_name')}" if row["sku"] else "",
        plain(row["warehouse_code"]) if row["warehouse_code"] else "",
    ]
    return ", ".join(part.strip() for part in parts if part) or t("sales_forecast.company")


def _size(row: Mapping[str, Any]) -> str:
    if row["change_ppm"] is not None:
        return f"{row['change_ppm'] / 10_000:+.1f} %"
    if row["quantity"] is not None:
        return f"{number(row['quantity'] / 1_000_000)} {unit_text(row['base_unit'])}".strip()
    if row["amount"] is not None:
        company = live.company()
        return money(row["amount"] / 10 ** int(company.get("minor_digits") or 2), str(company.get("currency") or "CNY"), 0)
    return MISSING
