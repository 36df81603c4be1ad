"""What may people tell about the forecast? Overrides, expectations, corrected days, events, borrowed history: a command each."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from dashboards.i18n import t
from dashboards.posting import common, filled, minor_amount, part_id, post, post_many, reason_of, six_decimals
from kernel.numbers import micro_from, quantity_from
from transactional import Answer
from transactional.commands import (
    AdjustDemand,
    BorrowHistory,
    Command,
    EndBorrowing,
    OverrideForecast,
    OverrideGroupForecast,
    RecordBusinessEvent,
    RecordSalesExpectation,
    UndoDemandAdjustment,
    WithdrawBusinessEvent,
    WithdrawSalesExpectation,
)

__all__ = [
    "adjust_demand",
    "borrow_history",
    "end_borrowing",
    "expect_sales",
    "override",
    "override_group",
    "record_event",
    "undo_adjustment",
    "withdraw_event",
    "withdraw_expectation",
]


def override(
    command_id: str,
    row: Mapping[str, Any],
    frequency: str,
    changes: Mapping[date, tuple[object, object]],
    reason: str,
    until: date | None = None,
) -> int:
    """Write overrides of several periods in one posting; returns how many, 0 when refused.

    Args:
        changes: period -> (override or None to withdraw it, baseline), base units.
        until: last company day on which it counts; None for as long as the period is ahead.
    """

    def commands() -> list[Command]:
        stated = reason_of(reason)
        return [
            OverrideForecast(
                **common(part_id(command_id, start.isoformat())),
                sku=str(row["sku"]),
                warehouse=str(row["warehouse_code"]),
                frequency=frequency,
                period_start=start,
                override_quantity=None if value is None else quantity_from(six_decimals(value), what=t("forecast.override")),
                baseline_quantity=None if baseline is None else quantity_from(six_decimals(baseline)),
                reason=stated,
                until_date=until,
            )
            for start, (value, baseline) in sorted(changes.items())
        ]

    answers = post_many(command_id, commands)
    return len(answers)


def override_group(
    command_id: str,
    group: Mapping[str, Any],
    frequency: str,
    changes: Mapping[date, Mapping[str, int | None]],
    reason: str,
    until: date | None = None,
) -> int:
    """Write overrides of one group for several periods in one posting; returns how many, 0 when refused.

    Args:
        group: `level`, and the codes `sku`, `category_code`, `warehouse_code` that name it.
        changes: period -> `override_quantity`, `override_amount` (minor unit) or `change_ppm` (none: withdraw), and
            `baseline_amount`.
    """
    level = str(group["level"])

    def commands() -> list[Command]:
        stated = reason_of(reason)
        return [
            OverrideGroupForecast(
                **common(part_id(command_id, start.isoformat())),
                level=level,
                sku=group["sku"] if level == "item" else None,
                category=group["category_code"] if level.startswith("category") else None,
                warehouse=group["warehouse_code"] if level.endswith("warehouse") else None,
                frequency=frequency,
                period_start=start,
                reason=stated,
                until_date=until,
                **change,  # type: ignore[arg-type]
            )
            for start, change in sorted(changes.items())
        ]

    return len(post_many(command_id, commands))


def expect_sales(
    command_id: str,
    kind: str,
    scope: Mapping[str, str | None],
    size: str,
    first: date,
    last: date,
    chance: int,
    reason: str,
) -> Answer | None:
    """Sales expects a deal or a driver.

    Args:
        scope: `customer`, `category`, `sku`; None is all.
        size: as typed. Of a deal: a quantity where an item is named, else money; of a driver: a change in per cent ("+10 %").
        chance: per cent.
    """

    def command() -> RecordSalesExpectation:
        typed = filled(size, f"sales_forecast.size_{kind}").replace("％", "%").rstrip("% ")
        sizes: dict[str, int | None]
        if kind == "driver":
            sizes = {"change_ppm": micro_from(typed, what=t("sales_forecast.size_driver")) // 100}
        elif scope["sku"] is not None:
            sizes = {"quantity": quantity_from(typed, what=t("sales_forecast.size_deal"))}
        else:
            sizes = {"amount": minor_amount(typed)}
        return RecordSalesExpectation(
            **common(command_id),
            expectation_kind=kind,
            **scope,
            first_period=first,
            last_period=last,
            probability_ppm=chance * 10_000,
            reason=reason_of(reason),
            **sizes,
        )

    return post(command, command_id)


def withdraw_expectation(command_id: str, sales_expectation_id: int, reason: str) -> Answer | None:
    """Sales no longer expects it."""
    return post(
        lambda: WithdrawSalesExpectation(
            **common(command_id), sales_expectation_id=sales_expectation_id, reason=reason_of(reason)
        ),
        command_id,
    )


def adjust_demand(command_id: str, row: Mapping[str, Any], day: date, more: object, kind: str, reason: str) -> Answer | None:
    """Let forecasts learn from more (plus) or less (minus) than was recorded on one day, in base units."""
    return post(
        lambda: AdjustDemand(
            **common(command_id),
            sku=str(row["sku"]),
            warehouse=str(row["warehouse_code"]),
            demand_date=day,
            adjustment_quantity=quantity_from(six_decimals(more), what=t("learned.more")),
            adjustment_kind=kind,
            reason=reason_of(reason),
        ),
        command_id,
    )


def undo_adjustment(command_id: str, demand_adjustment_id: int, reason: str) -> Answer | None:
    """Learn from what was recorded again."""
    return post(
        lambda: UndoDemandAdjustment(**common(command_id), demand_adjustment_id=demand_adjustment_id, reason=reason_of(reason)),
        command_id,
    )


def record_event(
    command_id: str, kind: str, name: str, first: date, last: date, scope: Mapping[str, str], discount: float | None
) -> Answer | None:
    """Tell a cause of demand; `scope` names a `sku` or a `category` or nothing, `discount` is a share of the price."""
    return post(
        lambda: RecordBusinessEvent(
            **common(command_id),
            event_kind=kind,
            name=filled(name, "learned.event_name"),
            start_date=first,
            end_date=last,
            sku=scope.get("sku"),
            category=scope.get("category"),
            discount_ppm=None if discount is None else round(discount * 1_000_000),
        ),
        command_id,
    )


def withdraw_event(command_id: str, business_event_id: int, reason: str) -> Answer | None:
    """It did not take place, or was told wrongly."""
    return post(
        lambda: WithdrawBusinessEvent(**common(command_id), business_event_id=business_event_id, reason=reason_of(reason)),
        command_id,
    )


def borrow_history(
    command_id: str, row: Mapping[str, Any], source: Mapping[str, Any], factor: float, reason: str, until: date | None
) -> Answer | None:
    """Forecast a young series with the history of another, times `factor`."""
    return post(
        lambda: BorrowHistory(
            **common(command_id),
            sku=str(row["sku"]),
            warehouse=str(row["warehouse_code"]),
            from_sku=str(source["sku"]),
            from_warehouse=str(source["warehouse_code"]),
            factor_ppm=round(factor * 1_000_000),
            reason=reason_of(reason),
            until_date=until,
        ),
        command_id,
    )


def end_borrowing(command_id: str, demand_reference_id: int, reason: str) -> Answer | None:
    """The series stands on its own history again."""
    return post(
        lambda: EndBorrowing(**common(command_id), demand_reference_id=demand_reference_id, reason=reason_of(reason)),
        command_id,
    )
