"""To which groups does a series belong, and what do the groups add up to?

A level is a set of attributes: every series lies in exactly one group of each level, so the groups of a level sum to the
company and the series of a group sum to the group. Amounts are quantities at one unit price per series, which makes
items of different units comparable; quantities are added only where all members of a group share a unit.

Sums are exact. Numbers are first brought to a grid, a power of two fine enough that no sum of them needs more than
the 53 bits of a float: then adding in any order and any chunks gives the same bits, and levels agree to the last one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import polars as pl

from forecasting.frames import FloatArray, IntArray, StrArray
from kernel.errors import InvalidInput

__all__ = ["LEVELS", "Hierarchy", "Level", "build_hierarchy", "on_grid"]

LEVELS: dict[str, tuple[str, ...]] = {
    "item": ("item",),
    "category_warehouse": ("category", "warehouse"),
    "category": ("category",),
    "warehouse": ("warehouse",),
    "company": (),
}
"""Level -> the attributes that make its groups, narrowest first."""

_BITS = 50  # of 53: room for the rounding of the bound itself


@dataclass(frozen=True)
class Level:
    """One level: group `codes[i]` of `keys` holds series i. A key joins the attributes' values by "|"; absent is empty."""

    name: str
    keys: list[str]
    codes: IntArray

    def matrix(self) -> Any:
        """(group, series) of ones, sparse."""
        from scipy.sparse import csr_matrix

        count = len(self.codes)
        return csr_matrix((np.ones(count), (self.codes, np.arange(count))), shape=(len(self.keys), count))


@dataclass(frozen=True)
class Hierarchy:
    """Series and their groups.

    Args:
        series_ids: ascending. levels: as asked for. unit_price: (series,), NaN where none is known: such a series
            counts for nothing in amounts. unit: (series,) code of the base unit.
    """

    series_ids: IntArray
    levels: tuple[Level, ...]
    unit_price: FloatArray
    unit: StrArray

    @cached_property
    def price(self) -> FloatArray:
        """(series,) unit price, 0 where none is known."""
        return np.where(np.isfinite(self.unit_price), np.maximum(self.unit_price, 0.0), 0.0)

    def level(self, name: str) -> Level:
        """One level by its name."""
        return next(level for level in self.levels if level.name == name)

    def has_one_unit(self, level: Level) -> list[bool]:
        """Per group: do all members share a base unit, so that their quantities may be added?"""
        lowest = np.full(len(level.keys), len(self.unit), dtype=np.int64)
        highest = np.full(len(level.keys), -1, dtype=np.int64)
        _, numbers = np.unique(self.unit, return_inverse=True)
        np.minimum.at(lowest, level.codes, numbers)
        np.maximum.at(highest, level.codes, numbers)
        return [bool(one) for one in lowest == highest]


def build_hierarchy(
    series_ids: IntArray, attributes: pl.DataFrame, levels: Mapping[str, tuple[str, ...]] | None = None
) -> Hierarchy:
    """Groups of `series_ids` (ascending).

    Args:
        attributes: `series_id`, the attributes of `levels`, optional `unit_price` (currency per base unit) and `unit`.
        levels: level -> attributes; none: `LEVELS`.

    Raises:
        InvalidInput: an attribute is missing, or a series is described twice.

    >>> frame = pl.DataFrame({"series_id": [1, 2], "category": ["a", "b"], "warehouse": ["x", "x"]})
    >>> found = build_hierarchy(np.array([1, 2]), frame, {"category_warehouse": ("category", "warehouse"), "company": ()})
    >>> [level.keys for level in found.levels]
    [['a|x', 'b|x'], ['']]
    """
    wanted = LEVELS if levels is None else levels
    for name in ("series_id", *(name for names in wanted.values() for name in names)):
        if name not in attributes.columns:
            raise InvalidInput("forecasting.column_missing", column=name, got=", ".join(attributes.columns))
    if attributes["series_id"].is_duplicated().any():
        twice = attributes.filter(pl.col("series_id").is_duplicated())["series_id"].min()
        raise InvalidInput("forecasting.group_member_twice", series_id=twice)
    mine = pl.DataFrame({"series_id": series_ids}, schema={"series_id": pl.Int64}).join(
        attributes.with_columns(pl.col("series_id").cast(pl.Int64)), on="series_id", how="left", maintain_order="left"
    )
    made = []
    for name, columns in wanted.items():
        parts = [mine[column].cast(pl.String).fill_null("") for column in columns]
        joined = ["|".join(row) for row in zip(*parts, strict=True)] if parts else [""] * mine.height
        keys, codes = np.unique(np.array(joined, dtype=str), return_inverse=True)
        made.append(Level(name, [str(key) for key in keys], codes.astype(np.int64)))
    price = mine["unit_price"].cast(pl.Float64).to_numpy() if "unit_price" in mine.columns else np.full(mine.height, np.nan)
    unit = mine["unit"].cast(pl.String).fill_null("").to_list() if "unit" in mine.columns else [""] * mine.height
    return Hierarchy(series_ids, tuple(made), np.asarray(price, dtype=np.float64), np.array(unit, dtype=str))


def on_grid(values: FloatArray, bound: float) -> FloatArray:
    """Values to the nearest multiple of a power of two such that sums up to `bound` are exact in any order.

    >>> one = on_grid(np.array([0.1, 0.2, 0.3]), 1.0)
    >>> (one[0] + one[1]) + one[2] == one[0] + (one[1] + one[2])
    True
    """
    step = 2.0 ** (np.ceil(np.log2(bound)) - _BITS) if bound > 0 else 1.0
    return np.asarray(np.round(values / step) * step)
