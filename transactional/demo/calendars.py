"""Which days are worked, and when do the Chinese festivals and sales campaigns fall?

Holidays and make-up working days follow the published arrangements of each year; 2027 and 2028, which are not published yet,
hold the festival itself and the usual length. Around Spring Festival the plant and the suppliers close longer than the law asks.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

__all__ = ["CAMPAIGNS", "SPRING_FESTIVAL", "DayCalendar", "SpecialDay", "own_days", "supplier_days"]

SPRING_FESTIVAL = {
    2023: date(2023, 1, 22), 2024: date(2024, 2, 10), 2025: date(2025, 1, 29), 2026: date(2026, 2, 17), 2027: date(2027, 2, 6),
    2028: date(2028, 1, 26), 2029: date(2029, 2, 13),
}  # fmt: skip
"""First day of the lunar year."""


@dataclass(frozen=True, slots=True)
class SpecialDay:
    """A day that differs from Monday to Friday."""

    day: date
    is_working: bool
    name: str
    name_zh: str


# (first, last, name, name_zh, make-up working days)
_HOLIDAYS: tuple[tuple[date, date, str, str, tuple[date, ...]], ...] = (
    (date(2024, 1, 1), date(2024, 1, 1), "New Year", "元旦", ()),
    (date(2024, 2, 10), date(2024, 2, 17), "Spring Festival", "春节", (date(2024, 2, 4), date(2024, 2, 18))),
    (date(2024, 4, 4), date(2024, 4, 6), "Qingming", "清明节", (date(2024, 4, 7),)),
    (date(2024, 5, 1), date(2024, 5, 5), "Labour Day", "劳动节", (date(2024, 4, 28), date(2024, 5, 11))),
    (date(2024, 6, 10), date(2024, 6, 10), "Dragon Boat", "端午节", ()),
    (date(2024, 9, 15), date(2024, 9, 17), "Mid-Autumn", "中秋节", (date(2024, 9, 14),)),
    (date(2024, 10, 1), date(2024, 10, 7), "National Day", "国庆节", (date(2024, 9, 29), date(2024, 10, 12))),
    (date(2025, 1, 1), date(2025, 1, 1), "New Year", "元旦", ()),
    (date(2025, 1, 28), date(2025, 2, 4), "Spring Festival", "春节", (date(2025, 1, 26), date(2025, 2, 8))),
    (date(2025, 4, 4), date(2025, 4, 6), "Qingming", "清明节", ()),
    (date(2025, 5, 1), date(2025, 5, 5), "Labour Day", "劳动节", (date(2025, 4, 27),)),
    (date(2025, 5, 31), date(2025, 6, 2), "Dragon Boat", "端午节", ()),
    (date(2025, 10, 1), date(2025, 10, 8), "National Day and Mid-Autumn", "国庆中秋", (date(2025, 9, 28), date(2025, 10, 11))),
    (date(2026, 1, 1), date(2026, 1, 3), "New Year", "元旦", (date(2026, 1, 4),)),
    (date(2026, 2, 15), date(2026, 2, 23), "Spring Festival", "春节", (date(2026, 2, 14), date(2026, 2, 28))),
    (date(2026, 4, 4), date(2026, 4, 6), "Qingming", "清明节", ()),
    (date(2026, 5, 1), date(2026, 5, 5), "Labour Day", "劳动节", (date(2026, 5, 9),)),
    (date(2026, 6, 19), date(2026, 6, 21), "Dragon Boat", "端午节", ()),
    (date(2026, 9, 25), date(2026, 9, 27), "Mid-Autumn", "中秋节", ()),
    (date(2026, 10, 1), date(2026, 10, 7), "National Day", "国庆节", (date(2026, 9, 20), date(2026, 10, 10))),
    (date(2027, 1, 1), date(2027, 1, 1), "New Year", "元旦", ()),
    (date(2027, 2, 5), date(2027, 2, 12), "Spring Festival", "春节", ()),
    (date(2027, 5, 1), date(2027, 5, 5), "Labour Day", "劳动节", ()),
    (date(2027, 10, 1), date(2027, 10, 7), "National Day", "国庆节", ()),
    (date(2028, 1, 26), date(2028, 2, 2), "Spring Festival", "春节", ()),
    (date(2028, 10, 1), date(2028, 10, 7), "National Day", "国庆节", ()),
)

CAMPAIGNS: tuple[tuple[date, date, str, str], ...] = tuple(
    campaign
    for year in range(2023, 2030)
    for campaign in (
        (date(year, 5, 25), date(year, 6, 18), f"618 {year}", f"618大促 {year}"),
        (date(year, 10, 18), date(year, 11, 11), f"Double 11 {year}", f"双11大促 {year}"),
    )
)


def _between(first: date, last: date) -> Iterable[date]:
    while first <= last:
        yield first
        first += timedelta(days=1)


def own_days() -> list[SpecialDay]:
    """The company's own special days, with the plant's closure around Spring Festival."""
    return _special_days(4, 10)


def supplier_days(days_before: int, days_after: int) -> list[SpecialDay]:
    """A supplier's special days: closed from so many days before to so many days after the first day of the lunar year."""
    return _special_days(days_before, days_after)


def _special_days(days_before: int, days_after: int) -> list[SpecialDay]:
    found: dict[date, SpecialDay] = {}
    for first, last, name, name_zh, worked in _HOLIDAYS:
        for day in worked:
            found[day] = SpecialDay(day, True, f"Make-up day, {name}", f"{name_zh}调休上班")
        for day in _between(first, last):
            found[day] = SpecialDay(day, False, name, name_zh)
    for festival in SPRING_FESTIVAL.values():
        for day in _between(festival - timedelta(days=days_before), festival + timedelta(days=days_after)):
            found[day] = SpecialDay(day, False, "Spring Festival closure", "春节停工")
    return [found[day] for day in sorted(found) if found[day].is_working != (day.weekday() < 5)]


class DayCalendar:
    """Working days as whole numbers: day 0 is `origin`; covers `length` days from there and some before."""

    _BEFORE = 120

    def __init__(self, origin: date, length: int, special: Iterable[SpecialDay]) -> None:
        differing = {day.day: day.is_working for day in special}
        self.origin = origin
        first = origin - timedelta(days=self._BEFORE)
        self.worked: list[int] = []
        for offset in range(length + self._BEFORE):
            day = first + timedelta(days=offset)
            if differing.get(day, day.weekday() < 5):
                self.worked.append(offset - self._BEFORE)
        self._set = frozenset(self.worked)

    def is_working(self, day: int) -> bool:
        """Whether day number `day` is worked."""
        return day in self._set

    def on_or_after(self, day: int) -> int:
        """The first working day not before `day`."""
        return self.worked[bisect_left(self.worked, day)]

    def on_or_before(self, day: int) -> int:
        """The last working day not after `day`."""
        return self.worked[bisect_right(self.worked, day) - 1]

    def add(self, day: int, count: int) -> int:
        """`count` working days after the first worked day at or after `day`; before it when negative."""
        return self.worked[bisect_left(self.worked, day) + count]

    def between(self, first: int, last: int) -> int:
        """Working days in [first, last)."""
        return bisect_left(self.worked, last) - bisect_left(self.worked, first)
