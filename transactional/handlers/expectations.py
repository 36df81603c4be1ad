"""How do planners override the forecast of a whole group, and how does sales say what it expects?"""

from __future__ import annotations

from typing import Any

from kernel.errors import InvalidInput
from kernel.numbers import MAX_AMOUNT
from transactional.commands import OverrideGroupForecast, RecordSalesExpectation, WithdrawSalesExpectation
from transactional.engine.registry import handles
from transactional.engine.work import UnitOfWork
from transactional.handlers.demand import authored, end, not_over, one_scope
from transactional.handlers.support import (
    amount,
    given_text,
    known,
    optional_key,
    period_of,
    positive_quantity,
    quantity_not_negative,
    rate,
    whole,
)

_LEVELS: dict[str, tuple[str, ...]] = {
    "item": ("sku",),
    "category": ("category",),
    "warehouse": ("warehouse",),
    "category_warehouse": ("category", "warehouse"),
    "company": (),
}
_GROUP_SIZES = ("override_quantity", "override_amount", "change_ppm")
_LEAST_CHANGE, _MOST_CHANGE = -1_000_000, 100_000_000


@handles(OverrideGroupForecast)
def override_group_forecast(work: UnitOfWork, command: OverrideGroupForecast) -> dict[str, Any]:
    """One figure for a group and period, spread over its series by the next run; no figure withdraws it."""
    level = known(command.level, tuple(_LEVELS), "level", "forecast_group_override")
    codes = {"sku": command.sku, "category": command.category, "warehouse": command.warehouse}
    where = " / ".join([level, *(code for code in codes.values() if code is not None)])
    given = tuple(name for name, code in codes.items() if code is not None)
    if given != _LEVELS[level]:
        names = ", ".join(_LEVELS[level]) or "-"
        raise InvalidInput("command.level_names", level=level, got=", ".join(given) or "-", expected=names)
    start = period_of(command.frequency, command.period_start, where)
    sizes = _sizes(command, _GROUP_SIZES)
    if len(sizes) > 1:
        raise InvalidInput("command.one_size", where=where, got=", ".join(sizes), expected=", ".join(_GROUP_SIZES))
    if command.override_quantity is not None:
        quantity_not_negative(command.override_quantity, where, "override_quantity")
    for name in ("override_amount", "baseline_amount"):
        if getattr(command, name) is not None:
            amount(getattr(command, name), where, name)
    if command.change_ppm is not None:
        whole(command.change_ppm, "change_ppm", where, _LEAST_CHANGE, _MOST_CHANGE)
    not_over(command.until_date, command.business_date, where)
    row = work.insert(
        "forecast_group_override",
        forecast_group_override_id=work.new_id(),
        level=level,
        item_id=optional_key(work, "item", command.sku),
        category_id=optional_key(work, "item_category", command.category),
        warehouse_id=optional_key(work, "warehouse", command.warehouse),
        frequency=command.frequency,
        period_start=start,
        override_quantity=command.override_quantity,
        override_amount=command.override_amount,
        change_ppm=command.change_ppm,
        baseline_amount=command.baseline_amount,
        reason=given_text(command.reason, "reason", where),
        until_date=command.until_date,
        **authored(work),
    )
    key = row["forecast_group_override_id"]
    return {"document_id": key, "forecast_group_override_id": key}


@handles(RecordSalesExpectation)
def record_sales_expectation(work: UnitOfWork, command: RecordSalesExpectation) -> dict[str, Any]:
    """A deal or a driver of a customer, a category or an item, with how likely it is."""
    kind = known(command.expectation_kind, ("deal", "driver"), "expectation_kind", "sales_expectation")
    scope = [code for code in (command.customer, command.category, command.sku) if code is not None]
    if not scope:
        raise InvalidInput("command.expectation_of_nobody", kind=kind)
    where = " / ".join([kind, *scope])
    one_scope(where, sku=command.sku, category=command.category)
    first, last = period_of("month", command.first_period, where), period_of("month", command.last_period, where)
    if last < first:
        raise InvalidInput("command.date_before", what="last_period", where=where, got=last, than="first_period", expected=first)
    _check_size(command, kind, where)
    not_over(command.until_date, command.business_date, where)
    row = work.insert(
        "sales_expectation",
        sales_expectation_id=work.new_id(),
        kind=kind,
        customer_id=optional_key(work, "customer", command.customer),
        category_id=optional_key(work, "item_category", command.category),
        item_id=optional_key(work, "item", command.sku),
        warehouse_id=optional_key(work, "warehouse", command.warehouse),
        first_period=first,
        last_period=last,
        quantity=command.quantity,
        amount=command.amount,
        change_ppm=command.change_ppm,
        probability_ppm=rate(command.probability_ppm, where, "probability_ppm"),
        reason=given_text(command.reason, "reason", where),
        until_date=command.until_date,
        **authored(work),
    )
    key = row["sales_expectation_id"]
    return {"document_id": key, "sales_expectation_id": key}


@handles(WithdrawSalesExpectation)
def withdraw_sales_expectation(work: UnitOfWork, command: WithdrawSalesExpectation) -> dict[str, Any]:
    """Sales no longer expects it; what earlier forecasts said because of it stays theirs."""
    return end(work, "sales_expectation", command.sales_expectation_id, command.reason, "is_withdrawn")


def _sizes(command: OverrideGroupForecast | RecordSalesExpectation, names: tuple[str, ...]) -> list[str]:
    return [name for name in names if getattr(command, name) is not None]


def _check_size(command: RecordSalesExpectation, kind: str, where: str) -> None:
    """A deal has a quantity or an amount, a driver a change, and neither anything else."""
    given = _sizes(command, ("quantity", "amount", "change_ppm"))
    allowed = ("quantity", "amount") if kind == "deal" else ("change_ppm",)
    if len(given) != 1 or given[0] not in allowed:
        raise InvalidInput("command.one_size", where=where, got=", ".join(given) or "-", expected=", ".join(allowed))
    if command.quantity is not None:
        positive_quantity(command.quantity, where)
    if command.amount is not None:
        whole(command.amount, "amount", where, 1, MAX_AMOUNT)
    if command.change_ppm is not None:
        whole(command.change_ppm, "change_ppm", where, _LEAST_CHANGE, _MOST_CHANGE)
