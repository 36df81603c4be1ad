"""How does the stock of an item-location move, with open supply only and with the plan?

    projected(d)           = on hand + open receipts - requirements - expired, up to and including d
    projected_with_plan(d) = projected(d) + planned receipts up to and including d

Open receipts and suggestions stand on the day they can really be used, not on the day they are wished for.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date

import polars as pl

from planning.schemas import OUTPUT_SCHEMAS

__all__ = ["Excess", "ProjectionRows", "Shortage", "project"]

_EPOCH = date(1970, 1, 1).toordinal()


@dataclass(frozen=True, slots=True)
class Shortage:
    """Stock below its floor: first day, day it recovers (None: never), largest depth."""

    first: int
    until: int | None
    depth: int


@dataclass(frozen=True, slots=True)
class Excess:
    """Stock above its maximum: first day, day it is back (None: never), largest height."""

    first: int
    until: int | None
    height: int


class ProjectionRows:
    """Collects the projection of every item-location."""

    def __init__(self) -> None:
        self._rows: list[tuple[int, ...]] = []

    def add(
        self,
        item_location_id: int,
        *,
        as_of: int,
        opening: int,
        floor: int,
        requirements: Mapping[int, int],
        receipts: Iterable[tuple[int, int, int | None]],
        planned: Iterable[tuple[int, int]],
        expired: Mapping[int, int],
        ceiling: int | None = None,
    ) -> tuple[Shortage | None, Excess | None]:
        """Add one item-location.

        Args:
            receipts: (day usable, good quantity, day needed or None): for the shortage check an open receipt that
                is late for its need counts as rescheduled, because its own message already says so.
            ceiling: stock above this is an excess; None: there is no maximum.

        Returns:
            The shortage below `floor` that rescheduling does not cure, and the first excess.
        """
        scheduled: dict[int, int] = {}
        shifted: dict[int, int] = {}
        for available, good, need in receipts:
            scheduled[available] = scheduled.get(available, 0) + good
            if need is not None and need < available:
                shifted[need] = shifted.get(need, 0) + good
                shifted[available] = shifted.get(available, 0) - good
        arriving: dict[int, int] = {}
        for available, good in planned:
            arriving[available] = arriving.get(available, 0) + good
        days = sorted({as_of} | set(requirements) | set(scheduled) | set(arriving) | set(expired) | set(shifted))
        projected = with_plan = opening
        moved = 0
        first: int | None = None
        until: int | None = None
        deepest = 0
        above: Excess | None = None
        rows = self._rows
        for day in days:
            gross, open_supply, new = requirements.get(day, 0), scheduled.get(day, 0), arriving.get(day, 0)
            change = open_supply - gross - expired.get(day, 0)
            projected += change
            with_plan += change + new
            moved += shifted.get(day, 0)
            depth = floor - with_plan - moved
            if depth > 0:
                first = day if first is None else first
                deepest = max(deepest, depth)
                until = None
            elif first is not None and until is None:
                until = day
            if ceiling is not None:
                above = _raised(above, day, with_plan + moved - ceiling)
            rows.append((item_location_id, day, projected, with_plan, floor, gross, open_supply, new, expired.get(day, 0)))
        return None if first is None else Shortage(first, until, deepest), above

    def frame(self) -> pl.DataFrame:
        """The `projection` frame, by item-location and date."""
        schema = OUTPUT_SCHEMAS["projection"]
        if not self._rows:
            return pl.DataFrame(schema=schema)
        columns = dict(zip(schema, (list(column) for column in zip(*self._rows, strict=True)), strict=True))
        days = (pl.Series(columns.pop("date")) - _EPOCH).cast(pl.Int32).cast(pl.Date)
        frame = pl.DataFrame(columns).with_columns(days.alias("date")).select(list(schema))
        return frame.sort("item_location_id", "date")


def _raised(above: Excess | None, day: int, height: int) -> Excess | None:
    """The first excess so far, one more day walked."""
    if above is None:
        return Excess(day, None, height) if height > 0 else None
    if above.until is not None:
        return above
    if height <= 0:
        return replace(above, until=day)
    return replace(above, height=max(above.height, height))


def project(
    *,
    item_location_id: int,
    as_of: date,
    on_hand_quantity: int,
    safety_stock_quantity: int = 0,
    requirements: Iterable[tuple[date, int]] = (),
    scheduled_receipts: Iterable[tuple[date, int]] = (),
    planned_receipts: Iterable[tuple[date, int]] = (),
) -> pl.DataFrame:
    """The projected stock curve of one item-location, for what-if on a screen.

    Args:
        requirements, scheduled_receipts, planned_receipts: (date, quantity in 10^-6 base unit); dates before `as_of`
            count on `as_of`.

    Returns:
        The `projection` frame: one row per day on which something happens, `as_of` always first.
    """
    gross: dict[int, int] = {}
    today = as_of.toordinal()
    for day, quantity in requirements:
        at = max(today, day.toordinal())
        gross[at] = gross.get(at, 0) + quantity
    rows = ProjectionRows()
    rows.add(
        item_location_id,
        as_of=today,
        opening=on_hand_quantity,
        floor=safety_stock_quantity,
        requirements=gross,
        receipts=[(max(today, day.toordinal()), quantity, None) for day, quantity in scheduled_receipts],
        planned=[(max(today, day.toordinal()), quantity) for day, quantity in planned_receipts],
        expired={},
    )
    return rows.frame()
