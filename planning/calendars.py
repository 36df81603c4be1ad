"""Which day is n working days before or after a given day?

Days are proleptic ordinals (`date.toordinal`). A calendar lists the days it knows; any day it does not list is a
working day, so a company without calendars plans in calendar days.

    back(day, n)     snap to the last working day <= day, then n working days earlier
    forward(day, n)  snap to the first working day >= day, then n working days later

so `forward(back(day, n), n) <= day`: what is started on the day walked back to is ready in time.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from datetime import date

import polars as pl

__all__ = ["OWN_CALENDAR", "WorkingCalendar", "calendars_from"]

OWN_CALENDAR = "own"


class WorkingCalendar:
    """Working days between two ends; outside them every day works."""

    __slots__ = ("_first", "_last", "_working")

    def __init__(self, rest_days: Iterable[int] = ()) -> None:
        resting = set(rest_days)
        self._first = min(resting, default=0)
        self._last = max(resting, default=-1)
        self._working = [day for day in range(self._first, self._last + 1) if day not in resting]

    def snap_back(self, day: int) -> int:
        """The last working day at or before `day`."""
        if not self._first <= day <= self._last:
            return day
        at = bisect_right(self._working, day)
        return self._working[at - 1] if at else self._first - 1

    def snap_forward(self, day: int) -> int:
        """The first working day at or after `day`."""
        if not self._first <= day <= self._last:
            return day
        at = bisect_left(self._working, day)
        return self._working[at] if at < len(self._working) else self._last + 1

    def back(self, day: int, working_days: int) -> int:
        """`working_days` working days before `day` (snapped back first)."""
        if self._last < self._first:
            return day - working_days
        return self._day_at(self._position(self.snap_back(day)) - working_days)

    def forward(self, day: int, working_days: int) -> int:
        """`working_days` working days after `day` (snapped forward first)."""
        if self._last < self._first:
            return day + working_days
        return self._day_at(self._position(self.snap_forward(day)) + working_days)

    def _position(self, working_day: int) -> int:
        # Working days are numbered 0.. inside the listed span, continuously beyond both ends.
        if working_day < self._first:
            return working_day - self._first
        if working_day > self._last:
            return len(self._working) + working_day - self._last - 1
        return bisect_left(self._working, working_day)

    def _day_at(self, position: int) -> int:
        if position < 0:
            return self._first + position
        if position >= len(self._working):
            return self._last + 1 + position - len(self._working)
        return self._working[position]


def calendars_from(working_days: pl.DataFrame) -> dict[str, WorkingCalendar]:
    """One calendar per `calendar_id`; 'own' is always there."""
    resting: dict[str, list[int]] = {OWN_CALENDAR: []}
    for calendar_id, day, is_working in working_days.select("calendar_id", "date", "is_working").iter_rows():
        days = resting.setdefault(str(calendar_id), [])
        if not is_working:
            assert isinstance(day, date)
            days.append(day.toordinal())
    return {calendar_id: WorkingCalendar(days) for calendar_id, days in resting.items()}
