"""How much can be promised, and from which day, without taking it from an order already promised?

    available_to_promise(d) = min over t >= d of (on hand + receipts up to t - committed demand up to t)

Looking ahead over every later day is what guards against overselling: stock that a later order needs is not free
today. Negative means that what is promised already exceeds the supply.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import polars as pl

from planning.frames import conform

__all__ = ["available_to_promise"]

COMMITTED_KINDS = ("sales_order", "component", "transfer")
"""Demand that holds supply; a forecast is not a promise."""


def available_to_promise(
    on_hand: pl.DataFrame,
    receipts: pl.DataFrame,
    demands: pl.DataFrame,
    item_location: int,
    as_of: date,
    *,
    committed_kinds: Sequence[str] = COMMITTED_KINDS,
) -> pl.DataFrame:
    """ATP of one item-location by date.

    Args:
        on_hand, receipts, demands: planning input frames (any item-locations; quantities in 10^-6 base unit).
        item_location: item_location_id asked for.
        as_of: today; earlier dates count today, lots that have expired do not count.
        committed_kinds: demand kinds that hold supply.

    Returns:
        `date`, `supply_quantity`, `committed_quantity` (both on that date), `available_to_promise_quantity` (can be
        promised for that date or later); one row per date on which something changes, `as_of` always first.
    """
    here = pl.col("item_location_id") == item_location
    stock = conform(on_hand, "on_hand").filter(here & (pl.col("expiry_date").is_null() | (pl.col("expiry_date") >= as_of)))
    supply: dict[date, int] = {as_of: sum(stock.get_column("quantity").drop_nulls().to_list())}
    committed: dict[date, int] = {as_of: 0}
    open_supply = conform(receipts, "scheduled_receipts").filter(here)
    for day, quantity in open_supply.select("expected_date", "quantity").drop_nulls().iter_rows():
        supply[max(day, as_of)] = supply.get(max(day, as_of), 0) + quantity
    held = conform(demands, "demands").filter(here & pl.col("kind").is_in(list(committed_kinds)))
    for day, quantity in held.select("due_date", "quantity").drop_nulls().iter_rows():
        committed[max(day, as_of)] = committed.get(max(day, as_of), 0) + quantity
    days = sorted(set(supply) | set(committed))
    balance = 0
    balances: list[int] = []
    for day in days:
        balance += supply.get(day, 0) - committed.get(day, 0)
        balances.append(balance)
    promise = balances[:]
    for at in range(len(promise) - 2, -1, -1):
        promise[at] = min(promise[at], promise[at + 1])
    return pl.DataFrame(
        {
            "date": days,
            "supply_quantity": [supply.get(day, 0) for day in days],
            "committed_quantity": [committed.get(day, 0) for day in days],
            "available_to_promise_quantity": promise,
        },
        schema={
            "date": pl.Date,
            "supply_quantity": pl.Int64,
            "committed_quantity": pl.Int64,
            "available_to_promise_quantity": pl.Int64,
        },
    )
