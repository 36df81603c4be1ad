"""Which commands say when people work and what happens in the year?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from transactional.commands import CalendarDay, Command, DefineBusinessEvent, SetCalendar
from transactional.demo.calendars import CAMPAIGNS, SPRING_FESTIVAL, SpecialDay, own_days, supplier_days
from transactional.demo.promotions import stocking_up
from transactional.demo.setup_base import Setup, make

__all__ = ["calendar_commands"]


def calendar_commands(setup: Setup) -> Iterator[Command]:
    """Our calendar and every supplier's, campaigns, Spring Festivals and the stocking up before National Day."""
    world = setup.world
    yield make(SetCalendar, setup.base(), calendar_code="own", days=_calendar_days(own_days(), setup.start))
    for supplier in world.suppliers.values():
        days = _calendar_days(supplier_days(*supplier.closure), setup.start)
        yield make(SetCalendar, setup.base(), calendar_code=f"supplier:{supplier.code}", days=days)
    for first, last, name, name_zh in CAMPAIGNS:
        if setup.start - timedelta(days=30) <= last and first <= world.scale.end_date + timedelta(days=400):
            yield make(
                DefineBusinessEvent,
                setup.base("planner"),
                event_kind="campaign",
                name=name,
                name_zh=name_zh,
                start_date=first,
                end_date=last,
                discount_ppm=80_000,
            )
    for year, festival in SPRING_FESTIVAL.items():
        if setup.start <= festival <= world.scale.end_date + timedelta(days=400):
            yield make(
                DefineBusinessEvent,
                setup.base("planner"),
                event_kind="festival",
                name=f"Spring Festival {year}",
                name_zh=f"春节 {year}",
                start_date=festival - timedelta(days=7),
                end_date=festival + timedelta(days=10),
            )
    for year in range(setup.start.year, world.scale.end_date.year + 2):
        first, last = stocking_up(year)
        if first >= setup.start:
            yield make(
                DefineBusinessEvent,
                setup.base("planner"),
                event_kind="festival",
                name=f"National Day {year}",
                name_zh=f"国庆备货 {year}",
                start_date=first,
                end_date=last,
            )


def _calendar_days(special: list[SpecialDay], start: date) -> tuple[CalendarDay, ...]:
    return tuple(CalendarDay(day.day, day.is_working, day.name, day.name_zh) for day in special if day.day >= start)
