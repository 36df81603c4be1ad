"""When is an order released, received and usable, given the day it is needed?

    receipt = need - safety time - inspection, on a working day of our own
    release = receipt - lead time: own working days to make, calendar days to transfer, calendar days or the
              supplier's working days to buy

Walking back past today, or into the days in which a supplier takes no new order (release fence), is walked forward
instead: released on the first day possible, received when the lead time allows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from planning.calendars import OWN_CALENDAR, WorkingCalendar
from planning.model import Node
from planning.suppliers import Schedule

__all__ = ["DockDay", "Scheduler", "need_period"]


@dataclass(frozen=True, slots=True)
class DockDay:
    """The latest day goods may arrive to be usable on the day they are needed."""

    own: WorkingCalendar
    safety_days: int
    inspection_days: int

    def before(self, need: int) -> int:
        """Need minus safety time minus inspection, on a working day of our own."""
        return self.own.back(need - self.safety_days, self.inspection_days)


class Scheduler:
    """Dates orders of any item-location as of one day."""

    def __init__(self, calendars: Mapping[str, WorkingCalendar], as_of: int) -> None:
        self._calendars = calendars
        self.own = calendars[OWN_CALENDAR]
        self._as_of = as_of

    def dock_day(self, node: Node) -> DockDay:
        """How this item-location walks back from a need to the dock."""
        return DockDay(self.own, node.safety_lead_time_days, node.inspection_days)

    def schedule(
        self, node: Node, need: int, supplier_id: int | None, lead_time: int, *, way: str | None = None, fence_days: int = 0
    ) -> Schedule:
        """Walk back from the need over safety time, inspection and lead time; forward when too late.

        Args:
            way: 'buy', 'make' or 'transfer'; the item-location's own procurement where omitted.
            fence_days: days from today in which nothing may be released.
        """
        way = way or node.procurement
        if node.procurement == "phantom":
            return Schedule(need, need, need, need)
        dock = self.own.back(need - node.safety_lead_time_days, node.inspection_days)
        if node.planning_fence_days:
            dock = max(dock, min(need, self._as_of + node.planning_fence_days))
        calendar: WorkingCalendar | None = None
        if way == "make":
            calendar = self.own
        elif way == "buy" and node.is_working_days:
            calendar = self._calendars.get(f"supplier:{supplier_id}", self.own)
        ideal = calendar.back(dock, lead_time) if calendar else dock - lead_time
        # An order is placed and a transfer shipped on one of our own working days.
        ideal = self.own.snap_back(ideal)
        earliest = self._as_of + fence_days
        if ideal >= earliest:
            receipt, release = max(dock, ideal), ideal
        else:
            release = self.own.snap_forward(earliest)
            arrival = calendar.forward(release, lead_time) if calendar else release + lead_time
            receipt = self.own.snap_forward(arrival)
        available = self.own.forward(receipt, node.inspection_days) if node.inspection_days else receipt
        return Schedule(release, receipt, available, ideal)


@lru_cache(maxsize=4096)
def need_period(day: int) -> str:
    """The ISO week a need falls into, "2026-W51"."""
    year, week, _ = date.fromordinal(day).isocalendar()
    return f"{year:04d}-W{week:02d}"
