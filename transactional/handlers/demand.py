"""How do people say which demand will not come again, what caused it, and whose history a young series may borrow?"""

from __future__ import annotations

from datetime import date
from typing import Any

from kernel.errors import Conflict, InvalidInput, Refused
from kernel.numbers import MAX_QUANTITY
from transactional.commands import (
    AdjustDemand,
    BorrowHistory,
    DocumentRef,
    EndBorrowing,
    RecordBusinessEvent,
    UndoDemandAdjustment,
    WithdrawBusinessEvent,
)
from transactional.engine.registry import handles
from transactional.engine.shapes import shape
from transactional.engine.work import UnitOfWork
from transactional.handlers.masters import check_validity
from transactional.handlers.support import Row, given_text, known, optional_key, rate, rows_where, series_of, whole

__all__ = ["EVENT_KINDS", "authored", "end", "not_over", "one_scope"]

EVENT_KINDS = ("promotion", "festival", "campaign", "project", "other")

_ADJUSTMENT_KINDS = ("outlier", "one_off", "return", "lost_sale")
_MOST_FACTOR = 100_000_000  # a hundredfold


@handles(RecordBusinessEvent)
def record_business_event(work: UnitOfWork, command: RecordBusinessEvent) -> dict[str, Any]:
    """A cause of demand and its days. The same name for the same goods on days it already covers is refused (Conflict)."""
    name = given_text(command.name, "name", "business_event")
    kind = known(command.event_kind, EVENT_KINDS, "event_kind", name)
    check_validity(command.start_date, command.end_date, name)
    one_scope(name, sku=command.sku, category=command.category)
    item_id = optional_key(work, "item", command.sku)
    category_id = optional_key(work, "item_category", command.category)
    discount = None if command.discount_ppm is None else rate(command.discount_ppm, name, "discount_ppm")
    for row in rows_where(work, "business_event", "name", name):
        is_same = (row["item_id"], row["category_id"], row["is_withdrawn"]) == (item_id, category_id, 0)
        if is_same and row["start_date"] <= command.end_date and command.start_date <= row["end_date"]:
            raise Conflict("command.event_stands", name=name, first=row["start_date"], last=row["end_date"])
    row = work.insert(
        "business_event",
        business_event_id=work.new_id(),
        kind=kind,
        name=name,
        name_zh=command.name_zh,
        start_date=command.start_date,
        end_date=command.end_date,
        item_id=item_id,
        category_id=category_id,
        discount_ppm=discount,
        author_id=work.actor.user_id,
        recorded_at=work.recorded_at,
    )
    work.event("business_event", row["business_event_id"], "recorded", new=name)
    return _answer("business_event", row)


@handles(WithdrawBusinessEvent)
def withdraw_business_event(work: UnitOfWork, command: WithdrawBusinessEvent) -> dict[str, Any]:
    """Forecasts stop learning from it; what was sold under it keeps its name."""
    return end(work, "business_event", command.business_event_id, command.reason, "is_withdrawn")


@handles(AdjustDemand)
def adjust_demand(work: UnitOfWork, command: AdjustDemand) -> dict[str, Any]:
    """Learn from more or less than was recorded on a day that has come; the marts floor the result at zero."""
    where = f"{command.sku} @ {command.warehouse}, {command.demand_date}"
    kind = known(command.adjustment_kind, _ADJUSTMENT_KINDS, "adjustment_kind", where)
    quantity = whole(command.adjustment_quantity, "adjustment_quantity", where, -MAX_QUANTITY, MAX_QUANTITY)
    if quantity == 0:
        raise InvalidInput("command.adjustment_zero", where=where)
    if command.demand_date > command.business_date:
        raise InvalidInput("command.adjusts_future", where=where, got=command.demand_date, expected=command.business_date)
    reason = given_text(command.reason, "reason", where)
    series = series_of(work, command.sku, command.warehouse)["item_location_id"]
    for row in work.children("demand_adjustment", "item_location_id", series):
        if row["demand_date"] == command.demand_date and row["is_current"]:
            _set_aside(work, "demand_adjustment", row, reason)
    row = work.insert(
        "demand_adjustment",
        demand_adjustment_id=work.new_id(),
        item_location_id=series,
        demand_date=command.demand_date,
        adjustment_quantity=quantity,
        kind=kind,
        reason=reason,
        **authored(work),
    )
    return _answer("demand_adjustment", row)


@handles(UndoDemandAdjustment)
def undo_demand_adjustment(work: UnitOfWork, command: UndoDemandAdjustment) -> dict[str, Any]:
    """The record counts again; an adjustment that was replaced before does not come back."""
    return end(work, "demand_adjustment", command.demand_adjustment_id, command.reason, "is_current")


@handles(BorrowHistory)
def borrow_history(work: UnitOfWork, command: BorrowHistory) -> dict[str, Any]:
    """Name the series a young one resembles, and how many times its demand; a circle is refused."""
    where = f"{command.sku} @ {command.warehouse}"
    factor = whole(command.factor_ppm, "factor_ppm", where, 1, _MOST_FACTOR)
    reason = given_text(command.reason, "reason", where)
    not_over(command.until_date, command.business_date, where)
    series = series_of(work, command.sku, command.warehouse)["item_location_id"]
    source = series_of(work, command.from_sku, command.from_warehouse)["item_location_id"]
    lender: int | None = source
    while lender is not None:
        if lender == series:
            lends = f"{command.from_sku} @ {command.from_warehouse}"
            raise Refused("command.borrows_from_itself", where=where, got=lends)
        lender = next((row["reference_item_location_id"] for row in _borrowings(work, lender)), None)
    for row in _borrowings(work, series):
        _set_aside(work, "demand_reference", row, reason)
    row = work.insert(
        "demand_reference",
        demand_reference_id=work.new_id(),
        item_location_id=series,
        reference_item_location_id=source,
        factor_ppm=factor,
        reason=reason,
        until_date=command.until_date,
        **authored(work),
    )
    return _answer("demand_reference", row)


@handles(EndBorrowing)
def end_borrowing(work: UnitOfWork, command: EndBorrowing) -> dict[str, Any]:
    """The series stands on its own history from now on."""
    return end(work, "demand_reference", command.demand_reference_id, command.reason, "is_current")


def authored(work: UnitOfWork) -> Row:
    """Who says it, and when."""
    return {
        "author_id": work.actor.user_id,
        "recorded_at": work.recorded_at,
        "business_date": work.command.business_date,
    }


def end(work: UnitOfWork, table: str, reference: DocumentRef, reason: str, flag: str) -> dict[str, Any]:
    """A row no longer counts: its flag turns, and an event keeps who, when and why. Raises Conflict when it ended before."""
    row = work.document(table, reference)
    key = row[shape(table).key[0]]
    why = given_text(reason, "reason", f"{table} {key}")
    ended = 0 if flag == "is_current" else 1
    if row[flag] == ended:
        raise Conflict("command.ended_already", what=table, got=key)
    work.change(table, key, **{flag: ended})
    work.event(table, key, "withdrawn", new=why)
    return {"document_id": key, f"{table}_id": key}


def not_over(until: date | None, today: date, where: object) -> None:
    """What is said today may not have ended before today. Raises InvalidInput."""
    if until is not None and until < today:
        raise InvalidInput("command.date_before", what="until_date", where=where, got=until, than="business_date", expected=today)


def one_scope(where: object, **codes: str | None) -> None:
    """At most one of several ways to name goods. Raises InvalidInput."""
    given = [name for name, code in codes.items() if code is not None]
    if len(given) > 1:
        raise InvalidInput("command.scope_twice", where=where, got=", ".join(given))


def _borrowings(work: UnitOfWork, series: int) -> list[Row]:
    return [row for row in work.children("demand_reference", "item_location_id", series) if row["is_current"]]


def _set_aside(work: UnitOfWork, table: str, row: Row, reason: str) -> None:
    key = row[shape(table).key[0]]
    work.change(table, key, is_current=0)
    work.event(table, key, "replaced", new=reason)


def _answer(table: str, row: Row) -> dict[str, Any]:
    key = row[shape(table).key[0]]
    return {"document_id": key, f"{table}_id": key}
