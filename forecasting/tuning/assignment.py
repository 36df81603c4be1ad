"""Which entry of a specification serves which series?

Names are resolved here, patterns are not: which pattern a series follows is found at the cutoff by the engine.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from forecasting.tuning.specification import Specification, SpecificationEntry
from kernel.errors import InvalidInput, NotFound

__all__ = ["Assignment", "assign", "chosen_entries"]


@dataclass(frozen=True)
class Assignment:
    """An entry and the series its names reach, ascending; `series_ids` None: all (a pattern alone)."""

    entry: SpecificationEntry
    series_ids: tuple[int, ...] | None


def assign(specification: Specification, labels: pl.DataFrame) -> list[Assignment]:
    """Find the series behind the names, narrowest entry first.

    Args:
        labels: `series_id` and, where an entry names them, `sku`, `warehouse`, `category`: one row per known series.

    Raises:
        NotFound: an entry names a series or category that no row has.
        InvalidInput: a label an entry needs is no column, or two entries name the same series.
    """
    found, taken = [], dict[tuple[int, str], str]()
    for entry in sorted(specification.entries, key=lambda one: one.selector.rank):
        names = {"series_id": entry.selector.series_id, "sku": entry.selector.sku, "warehouse": entry.selector.warehouse}
        names["category"] = entry.selector.category
        wanted = {column: value for column, value in names.items() if value is not None}
        rows = labels
        for column, value in wanted.items():
            if column not in labels.columns:
                raise InvalidInput("forecasting.column_missing", column=column, got=", ".join(labels.columns))
            rows = rows.filter(pl.col(column) == value)
        if wanted and rows.is_empty():
            raise NotFound("forecasting.specification_nobody", entry=entry.label, count=labels.height)
        ids = tuple(sorted(int(value) for value in rows["series_id"].unique().to_list())) if wanted else None
        if entry.selector.is_one_series:
            for series_id in ids or ():
                if (series_id, entry.frequency) in taken:
                    both = f"{taken[series_id, entry.frequency]}, {entry.label}"
                    raise InvalidInput("forecasting.specification_twice", entry=both)
                taken[series_id, entry.frequency] = entry.label
        found.append(Assignment(entry, ids))
    return found


def chosen_entries(assignments: Sequence[Assignment], frequency: str, patterns: dict[int, str]) -> dict[int, SpecificationEntry]:
    """The entry that serves each series of `patterns` (series -> demand pattern); series no entry reaches are left out."""
    chosen: dict[int, SpecificationEntry] = {}
    mine = [one for one in assignments if one.entry.frequency == frequency]
    for one in sorted(mine, key=lambda each: each.entry.selector.rank):
        for series_id in patterns if one.series_ids is None else one.series_ids:
            fits = one.entry.selector.pattern in (None, patterns.get(series_id))
            if series_id in patterns and series_id not in chosen and fits:
                chosen[series_id] = one.entry
    return dict(sorted(chosen.items()))
