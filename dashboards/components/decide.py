"""How is a suggestion approved, changed, rejected or taken back, alone or with others?

The forms only collect; `dashboards.actions` turns them into commands. What a click did is said at the top of the next drawing.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import polars as pl
import streamlit as st

from dashboards import actions, live, live_work, posting
from dashboards.formats import money, number, plain, safe
from dashboards.i18n import code_text, label, t, unit_text
from dashboards.session import notice, person
from dashboards.suggestion_list import by_supplier
from transactional.handlers.permissions import may_send

__all__ = ["bulk", "decide"]


def decide(row: Mapping[str, Any], ranking: pl.DataFrame) -> None:
    """Approve, change or reject one suggestion; or the decision that stands and the way back.

    Args:
        ranking: the suppliers who could deliver it, `rpt_supplier_ranking`.
    """
    order = str(row["planned_order_id"])
    decision = live_work.decisions().get(order)
    command_id = posting.drawn_id(f"decide:{order}")
    if decision is not None:
        _standing(decision, order, command_id)
        return
    who = person()
    if who is None or not may_send(who.role, "ApproveSuggestion"):
        st.info(t("suggestions.may_not", role=code_text("role", who.role if who else "viewer")), icon=":material/lock:")
        return
    if row["kind"] == "buy" and not row["supplier_code"]:
        st.warning(t("suggestions.needs_supplier"), icon=":material/warning:")
    with st.form(f"decide_{order}"):
        one, two = st.columns(2)
        with one:
            st.number_input(
                t("suggestions.quantity_in", unit=unit_text(row["base_unit"])),
                value=float(row["quantity"]),
                min_value=0.0,
                step=float(row["order_multiple_quantity"] or 1) or 1.0,
                format="%.6g" if float(row["quantity"]) < 100_000 else "%.0f",
                key=f"quantity_{order}",
            )
        with two:
            st.date_input(t("suggestions.arrival"), value=row["receipt_date"], format="YYYY-MM-DD", key=f"arrival_{order}")
        suppliers = _suppliers(row, ranking)
        if row["kind"] == "buy" and suppliers:
            st.selectbox(
                t("column.supplier_name"),
                list(suppliers),
                format_func=suppliers.get,
                key=f"supplier_{order}",
                help=t("suggestions.supplier_help"),
            )
        st.text_input(t("suggestions.reason_hint"), key=f"reason_{order}")
        with st.container(horizontal=True, vertical_alignment="bottom"):
            st.form_submit_button(
                t("suggestions.approve"), type="primary", icon=":material/check:", on_click=_approve, args=(command_id, dict(row))
            )
            st.form_submit_button(
                t("suggestions.reject"), icon=":material/block:", on_click=_reject, args=(command_id, dict(row))
            )
            st.date_input(
                t("suggestions.until"), value=None, format="YYYY-MM-DD", key=f"until_{order}", help=t("suggestions.until_help")
            )


def bulk(listed: pl.DataFrame, selected: list[int], currency: str) -> None:
    """What the ticked open rows cost, by supplier and against a budget, and the buttons that decide them together."""
    chosen = listed[selected].filter(pl.col("state") == "open") if selected else listed.clear()
    if chosen.height < 2:
        st.caption(t("suggestions.select_hint"))
        return
    who = person()
    rows = list(chosen.iter_rows(named=True))
    command_id = posting.drawn_id("bulk")
    total = sum(float(row["cost"] or 0) for row in rows)
    with st.container(border=True, key="bulk"):
        st.markdown(t("suggestions.selected", count=len(rows), cost=money(total, currency, 0).replace("$", "\\$")))
        parts = [
            f"{safe(row['supplier_code'] or t('suggestions.no_supplier'))} {money(row['cost'], currency, 0)}"
            for row in by_supplier(chosen).iter_rows(named=True)
        ]
        st.caption(" · ".join(parts[:12]).replace("$", "\\$"))
        _budget(total, currency)
        if who is None or not may_send(who.role, "ApproveSuggestion"):
            st.caption(t("suggestions.may_not", role=code_text("role", who.role if who else "viewer")))
            return
        with st.container(horizontal=True, vertical_alignment="bottom"):
            st.button(
                t("suggestions.approve_all", count=len(rows)),
                type="primary",
                icon=":material/done_all:",
                key="approve_all",
                on_click=_approve_all,
                args=(command_id, rows),
            )
            with st.popover(t("suggestions.reject_all", count=len(rows)), icon=":material/block:"):
                st.text_input(t("reason"), key="bulk_reason")
                st.button(t("suggestions.reject"), key="reject_all", on_click=_reject_all, args=(command_id, rows))


def _budget(total: float, currency: str) -> None:
    """How much of a budget the ticked rows would use."""
    budget = st.number_input(
        t("suggestions.budget", currency=currency), min_value=0.0, value=None, step=1000.0, format="%.0f", key="budget", width=260
    )
    if budget:
        left = float(budget) - total
        shown = money(abs(left), currency, 0).replace("$", "\\$")
        if left < 0:
            st.warning(t("suggestions.over_budget", money=shown), icon=":material/warning:")
        else:
            st.caption(f":material/check: {t('suggestions.in_budget', money=shown)}")


def _standing(decision: Mapping[str, Any], order: str, command_id: str) -> None:
    """The decision that stands, its order, and the way back."""
    by, at = safe(label(decision, "name")), live.moment(decision["recorded_at"])
    if decision["decision"] == "approve":
        number_ = str(decision["document_number"] or "")
        st.success(t("suggestions.was_approved", number=safe(number_), name=by, at=at), icon=":material/check_circle:")
        st.page_link(
            "app_pages/order.py",
            label=t("orders.open", number=number_),
            icon=":material/description:",
            query_params={"number": number_},
        )
    else:
        until = live.day(decision["until_date"])
        key = "suggestions.was_rejected" if until is None else "suggestions.was_snoozed"
        st.warning(
            t(key, reason=safe(decision["reason"]), name=by, at=at, until=plain(until)),
            icon=":material/block:",
        )
    with st.form(f"undo_{order}", border=False), st.container(horizontal=True, vertical_alignment="bottom"):
        st.text_input(t("suggestions.undo_reason"), key=f"undo_reason_{order}")
        st.form_submit_button(t("suggestions.undo"), icon=":material/undo:", on_click=_undo, args=(command_id, order))


def _suppliers(row: Mapping[str, Any], ranking: pl.DataFrame) -> dict[str, str]:
    """The suggested supplier first, then who else may deliver; who is excluded is not offered."""
    offered = {}
    if row["supplier_code"]:
        offered[str(row["supplier_code"])] = f"{row['supplier_code']} {label(row, 'supplier_name')}"
    for each in ranking.iter_rows(named=True):
        if not each["gate"]:
            price = t("suggestions.at_price", price=number(each["unit_price"], 4))
            offered[str(each["supplier_code"])] = f"{each['supplier_code']} {label(each, 'supplier_name')} · {price}"
    return offered


# --- what a click does --------------------------------------------------------------------------------------------------


def _approve(command_id: str, row: dict[str, Any]) -> None:
    order = str(row["planned_order_id"])
    edited = {**row, "receipt_date": _day(f"arrival_{order}") or row["receipt_date"]}
    supplier = st.session_state.get(f"supplier_{order}")
    if supplier and supplier != row["supplier_code"]:
        # The ledger knows the other supplier's price at this quantity; the suggestion's price was not theirs.
        edited |= {"supplier_code": supplier, "unit_price": None}
    answer = actions.approve(command_id, edited, st.session_state[f"quantity_{order}"], st.session_state[f"reason_{order}"])
    if answer is not None:
        notice("success", t("suggestions.approved", sku=safe(row["sku"]), number=safe(answer.ids.get("number") or "")))


def _reject(command_id: str, row: dict[str, Any]) -> None:
    order = str(row["planned_order_id"])
    until = _day(f"until_{order}")
    if actions.reject(command_id, row, st.session_state[f"reason_{order}"], until) is not None:
        key = "suggestions.rejected" if until is None else "suggestions.snoozed"
        notice("success", t(key, sku=safe(row["sku"]), until=plain(until)))


def _day(key: str) -> date | None:
    found = st.session_state.get(key)
    return found if isinstance(found, date) else None


def _undo(command_id: str, order: str) -> None:
    if actions.undo(command_id, order, st.session_state[f"undo_reason_{order}"]) is not None:
        notice("success", t("suggestions.undone"))


def _approve_all(command_id: str, rows: list[dict[str, Any]]) -> None:
    answers, refusals = actions.approve_all(command_id, rows)
    if answers:
        numbers = ", ".join(str(answer.ids.get("number") or "") for answer in answers)
        notice("success", t("suggestions.approved_all", count=len(answers), numbers=safe(numbers)))
    _tell(refusals)


def _reject_all(command_id: str, rows: list[dict[str, Any]]) -> None:
    answers, refusals = actions.reject_all(command_id, rows, st.session_state["bulk_reason"])
    if answers:
        notice("success", t("suggestions.rejected_all", count=len(answers)))
    _tell(refusals)


def _tell(refusals: list[str]) -> None:
    if refusals:
        notice(
            "error",
            t("suggestions.refused_all", count=len(refusals)) + "  \n" + "  \n".join(safe(each) for each in refusals[:10]),
        )
