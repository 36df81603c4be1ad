"""Who bought what on which days, once copies are added up, returns taken off and the future left out?

Input is long: `customer_id`, `item_id`, `purchase_date`, `quantity`, optionally `amount` (money of the row). What comes out is
one purchase per customer, item and day, sorted by them:

- several rows of one day are one purchase, quantities and amounts added;
- a row with a quantity below zero is a return: it takes its quantity off an earlier or same-day purchase of the same customer and
  item, first of the latest with just that quantity, then of the latest there are; a purchase of which nothing is left was none;
  a return that finds no purchase is dropped and counted;
- a row with quantity 0 says nothing and is dropped; rows after the cutoff are not even validated.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import polars as pl

from forecasting.frames import MAXIMUM_QUANTITY, FloatArray, IntArray
from kernel.errors import InvalidInput

__all__ = ["History", "day_number", "read_purchases"]

_NEEDED = ("customer_id", "item_id", "purchase_date", "quantity")
_NO_GROUPS = np.empty(0, np.int64)
_LEFT = 1e-9  # of a purchase: less than this is float dust


@dataclass(frozen=True)
class History:
    """Purchases on or before `cutoff`, one per customer, item and day, ascending in that order.

    Attributes:
        cutoff: number of its day (`day_number`).
        customers, items: place in `customer_ids`, `item_ids` (ascending).
        days: numbers of their days.
        quantities: > 0, what was kept. `amounts`: money of it, NaN where none was given.
        groups: per item, place of its category; empty if no attribute was given.
        dropped_returns: rows that found no purchase.
    """

    cutoff: int
    customer_ids: pl.Series
    item_ids: pl.Series
    customers: IntArray
    items: IntArray
    days: IntArray
    quantities: FloatArray
    amounts: FloatArray
    groups: IntArray
    dropped_returns: int

    def as_customers(self) -> History:
        """The same with everything a customer bought on a day as one purchase of one article (item 0)."""
        keys = self.customers * 2**32 + self.days
        kept, places = np.unique(keys, return_inverse=True)
        return History(
            self.cutoff, self.customer_ids, pl.Series("item_id", [0], dtype=pl.Int64),
            kept // 2**32, np.zeros(len(kept), np.int64),
            kept % 2**32, _sums(self.quantities, places, len(kept)), _sums(self.amounts, places, len(kept)), _NO_GROUPS, 0,
        )  # fmt: skip


def day_number(day: date) -> int:
    """Days from the first day of the year 1, never negative.

    >>> day_number(date(1970, 1, 1))
    719163
    """
    return day.toordinal()


def read_purchases(purchases: pl.DataFrame, cutoff: date, attributes: pl.DataFrame | None = None) -> History:
    """The purchases known at `cutoff`.

    Args:
        purchases: see the module.
        attributes: `item_id` and one or more text columns; the first of them groups items.

    Raises:
        InvalidInput: a column is missing, a key is empty, a quantity or amount is no number or beyond 10^12.
    """
    missing = [name for name in _NEEDED if name not in purchases.columns]
    if missing:
        raise InvalidInput("repurchase.column_missing", column=missing[0], got=", ".join(purchases.columns))
    amount = pl.col("amount") if "amount" in purchases.columns else pl.lit(None)
    rows = purchases.filter(pl.col("purchase_date").cast(pl.Date) <= cutoff).select(
        "customer_id", "item_id", pl.col("purchase_date").cast(pl.Date), pl.col("quantity").cast(pl.Float64),
        amount.cast(pl.Float64).alias("amount"),
    )  # fmt: skip
    # A date that is missing was filtered out above: it is before no cutoff.
    empty = rows.filter(pl.col("customer_id").is_null() | pl.col("item_id").is_null()).height
    undated = purchases.filter(pl.col("purchase_date").is_null()).height
    if empty or undated:
        raise InvalidInput("repurchase.key_missing", rows=empty + undated)
    _refuse_numbers(rows, "quantity", is_needed=True)
    _refuse_numbers(rows, "amount", is_needed=False)
    rows = rows.filter(pl.col("quantity") != 0).sort("customer_id", "item_id", "purchase_date", "quantity", "amount")
    customer_ids, customers = _places(rows["customer_id"])
    item_ids, items = _places(rows["item_id"])
    days = rows["purchase_date"].to_physical().cast(pl.Int64).to_numpy() + day_number(date(1970, 1, 1))
    quantities, amounts = rows["quantity"].to_numpy(), rows["amount"].fill_null(np.nan).to_numpy()
    is_return = quantities < 0
    bought = ~is_return
    keys = np.column_stack([customers, items, days])
    kept, places = _unique(keys[bought])
    total, money = _sums(quantities[bought], places, len(kept)), _sums(amounts[bought], places, len(kept))
    dropped = _take_back(kept, total, money, keys[is_return], -quantities[is_return])
    left = total > _LEFT
    return History(
        day_number(cutoff), customer_ids, item_ids, kept[left, 0], kept[left, 1], kept[left, 2], total[left], money[left],
        _groups(item_ids, attributes), dropped,
    )  # fmt: skip


def _refuse_numbers(rows: pl.DataFrame, column: str, *, is_needed: bool) -> None:
    value = pl.col(column)
    wrong = value.is_nan() | value.is_infinite() | (value.abs() > MAXIMUM_QUANTITY)
    bad = rows.filter(wrong | value.is_null() if is_needed else wrong)
    if bad.is_empty():
        return
    first = bad.sort("customer_id", "item_id", "purchase_date").row(0, named=True)
    raise InvalidInput(
        "repurchase.number_out_of_bounds", column=column, got=first[column], customer_id=first["customer_id"],
        item_id=first["item_id"], purchase_date=first["purchase_date"], bound=f"{MAXIMUM_QUANTITY:.0e}", count=bad.height,
    )  # fmt: skip


def _places(ids: pl.Series) -> tuple[pl.Series, IntArray]:
    """Distinct ids ascending, and the place of each row's among them."""
    known = ids.unique().sort()
    places = known.search_sorted(ids) if len(ids) else pl.Series([], dtype=pl.UInt32)
    return known, places.cast(pl.Int64).to_numpy()


def _unique(keys: IntArray) -> tuple[IntArray, IntArray]:
    """Distinct rows of sorted keys, and each row's place."""
    if not len(keys):
        return keys.reshape(0, 3), np.empty(0, np.int64)
    is_new = np.concatenate([[True], (keys[1:] != keys[:-1]).any(axis=1)])
    return keys[is_new], np.cumsum(is_new) - 1


def _sums(values: FloatArray, places: IntArray, count: int) -> FloatArray:
    """Added in the order of the rows; a missing amount leaves the sum of the others, all missing leaves NaN."""
    known = np.isfinite(values)
    total = np.bincount(places[known], weights=values[known], minlength=count)
    counted = np.bincount(places[known], minlength=count)
    return np.where(counted > 0, total, np.nan)


def _take_back(kept: IntArray, quantities: FloatArray, amounts: FloatArray, returned: IntArray, sizes: FloatArray) -> int:
    """Take returns off `quantities` and `amounts` in place; how many found nothing."""
    if not len(returned):
        return 0
    order = np.lexsort([returned[:, 2], returned[:, 1], returned[:, 0]])
    index: dict[tuple[int, int], list[int]] = {}
    wanted = {(int(c), int(i)) for c, i, _ in returned}
    for place, (customer, item, _) in enumerate(kept.tolist()):
        if (customer, item) in wanted:
            index.setdefault((customer, item), []).append(place)
    dropped = 0
    for row in order.tolist():
        customer, item, day = returned[row].tolist()
        size = float(sizes[row])
        before = [place for place in index.get((customer, item), []) if kept[place, 2] <= day and quantities[place] > _LEFT]
        same = [place for place in before if abs(quantities[place] - size) <= _LEFT]
        if not before:
            dropped += 1
            continue
        for place in same[-1:] or before[::-1]:
            taken = min(size, float(quantities[place]))
            amounts[place] *= 1.0 - taken / quantities[place]
            quantities[place] -= taken
            size -= taken
            if size <= _LEFT:
                break
    return dropped


def _groups(item_ids: pl.Series, attributes: pl.DataFrame | None) -> IntArray:
    if attributes is None or not len(item_ids):
        return _NO_GROUPS
    names = [name for name in attributes.columns if name != "item_id"]
    if "item_id" not in attributes.columns or not names:
        raise InvalidInput("repurchase.column_missing", column="item_id", got=", ".join(attributes.columns))
    told: Any = attributes.select("item_id", pl.col(names[0]).cast(pl.String).fill_null("").alias("group")).unique(
        "item_id", keep="first", maintain_order=True
    )
    joined = pl.DataFrame({"item_id": item_ids}).join(told, on="item_id", how="left", maintain_order="left")
    return _places(joined["group"].fill_null(""))[1]
