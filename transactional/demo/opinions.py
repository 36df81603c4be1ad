"""What do the demo company's people expect of the months ahead: overrides of series and groups, deals, drivers?

A month is spoken of six weeks before it begins, which is before the goods for it must be ordered. How right somebody is belongs
to the person: `planner` and `sales` are close to what customers will want, `planner2` and `sales3` hope for more.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from kernel.numbers import QUANTITY_SCALE
from transactional.commands import (
    Command,
    OverrideForecast,
    OverrideGroupForecast,
    RecordSalesExpectation,
    WithdrawSalesExpectation,
)
from transactional.demo.chance import random_for
from transactional.demo.items import Item
from transactional.demo.world import PLANT, World

if TYPE_CHECKING:
    from transactional.demo.demand import Demand
    from transactional.demo.simulate import Simulation

__all__ = ["plan_opinions"]

_Scripts = dict[int, list[Callable[["Simulation"], None]]]

_AHEAD = 45
_PEOPLE = (
    # login, how far above the truth, how far around it, reason
    ("planner", 1.0, 0.05, "talked to the three customers"),
    ("planner2", 1.3, 0.08, "should go better than last year"),
)


def plan_opinions(world: World, demand: Demand, projects: list[tuple[Item, int]], scripts: _Scripts) -> None:
    """Write everybody's expectations into the days on which they are told."""
    months = _months(world)
    _series(world, demand, months, scripts)
    _groups(world, months, scripts)
    _deals(world, projects, months, scripts)
    _drivers(world, months, scripts)


def _months(world: World) -> list[date]:
    """First days of the months people spoke of: the last eight of the history and the two after it."""
    end = world.scale.end_date
    found: list[date] = []
    year, month = end.year + (end.month + 2 > 12), (end.month + 1) % 12 + 1
    while len(found) < 10:
        found.append(date(year, month, 1))
        year, month = (year, month - 1) if month > 1 else (year - 1, 12)
    return [month for month in sorted(found) if world.day(month) - _AHEAD >= 7]


def _say(scripts: _Scripts, day: int, actor: str, kind: type[Command], fact: str, **columns: Any) -> None:
    """One command of a person at the end of a day, noted for the truth."""

    def script(simulation: Simulation) -> None:
        office = simulation.office
        command = office.send(kind(**office.base(actor), **columns))
        office.tell(fact, by=actor, command=command, **{name: _plain(value) for name, value in columns.items()})

    scripts[day].append(script)


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, date) else value


def _series(world: World, demand: Demand, months: list[date], scripts: _Scripts) -> None:
    steady = [item for item in world.items() if item.pattern in ("smooth", "seasonal", "promoted")]
    random = random_for(world.seed, "overrides")
    chosen = random.sample(steady, min(8, len(steady)))
    for place, item in enumerate(chosen):
        warehouse = max(item.markets, key=lambda code: (item.markets[code], code))
        who, bias, spread, reason = _PEOPLE[place % 2]
        for month in months:
            first, last = world.day(month), world.day(_next(month))
            wanted = sum(demand.mean[item.sku][first:last]) * item.markets[warehouse]
            quantity = max(1, round(wanted * bias * random.gauss(1.0, spread)))
            _say(
                scripts, first - _AHEAD, who, OverrideForecast, "override", sku=item.sku, warehouse=warehouse,
                frequency="month", period_start=month, override_quantity=quantity * QUANTITY_SCALE, reason=reason,
            )  # fmt: skip


def _groups(world: World, months: list[date], scripts: _Scripts) -> None:
    promoted = [item.category for item in world.items() if item.pattern == "promoted"]
    category = max(sorted(set(promoted)), key=promoted.count)
    for month in months:
        day = world.day(month) - _AHEAD
        if month.month in (6, 11):
            _say(
                scripts, day, "planner", OverrideGroupForecast, "group_override", level="category", category=category,
                frequency="month", period_start=month, change_ppm=50_000, reason="campaign with the large shops",
            )  # fmt: skip
        if month + timedelta(days=31) < world.scale.end_date:
            _say(
                scripts, day, "planner2", OverrideGroupForecast, "group_override", level="warehouse", warehouse="DS",
                frequency="month", period_start=month, change_ppm=150_000, reason="new shops in the south",
                until_date=_next(month) - timedelta(days=1),
            )  # fmt: skip


def _deals(world: World, projects: list[tuple[Item, int]], months: list[date], scripts: _Scripts) -> None:
    customers = [customer for customer in world.customers if customer.warehouse == PLANT]
    buyer = max(customers, key=lambda c: (c.takes_backorders, c.weight, c.code))
    is_long = world.scale.days > 365
    for place, (item, quantity) in enumerate(projects):
        day = world.calendar.on_or_after(int(world.scale.days * (0.55, 0.65)[place]))
        lane = world.lanes[buyer.warehouse, buyer.region].transit_days
        wish = world.calendar.on_or_after(world.calendar.add(day, 40 if is_long else 15) + lane)
        _deal(scripts, day - (30 if is_long else 10), "sales", buyer.code, item.sku, _first(world.date(wish)), quantity, 700_000)
    random = random_for(world.seed, "hoped deals")
    sold = [item for item in world.items() if item.pattern == "smooth" and PLANT in item.markets] or [i for i, _ in projects]
    hoped = months[1::2]
    for month in hoped:
        item, customer = random.choice(sold), random.choice(customers)
        quantity = max(10, round(item.weekly_units * 4)) * QUANTITY_SCALE
        day = world.day(month) - _AHEAD
        _deal(scripts, day, "sales3", customer.code, item.sku, month, quantity, 800_000)
    if hoped:
        # The last one asked about says no; the others just never ordered.
        _withdraws(scripts, world.day(hoped[0]) - 10)
    item, quantity = projects[-1]
    after = months[-1]
    _deal(scripts, world.scale.days - 9, "sales", buyer.code, item.sku, after, quantity // 2, 600_000)


def _deal(scripts: _Scripts, day: int, who: str, customer: str, sku: str, month: date, quantity: int, probability: int) -> None:
    _say(
        scripts, day, who, RecordSalesExpectation, "expectation", expectation_kind="deal", customer=customer, sku=sku,
        first_period=month, last_period=month, quantity=quantity, probability_ppm=probability, reason="offer is out",
    )  # fmt: skip


def _withdraws(scripts: _Scripts, day: int) -> None:
    def script(simulation: Simulation) -> None:
        office = simulation.office
        told = [fact for fact in office.log["expectation"] if fact["by"] == "sales3" and fact["expectation_kind"] == "deal"]
        if told:
            reference = told[0]["command"]
            office.send(
                WithdrawSalesExpectation(**office.base("sales3"), sales_expectation_id=reference, reason="bought elsewhere")
            )
            told[0]["is_withdrawn"] = True

    scripts[day].append(script)


def _drivers(world: World, months: list[date], scripts: _Scripts) -> None:
    dying = sorted((item for item in world.items() if item.pattern == "dying"), key=lambda item: (-item.weekly_units, item.sku))
    category = sorted({item.category for item in world.items() if item.pattern == "smooth"})[0]
    for month in months[::3]:
        day, last = world.day(month) - _AHEAD, _next(_next(month))
        if dying:
            _say(
                scripts, day, "sales2", RecordSalesExpectation, "expectation", expectation_kind="driver", sku=dying[0].sku,
                first_period=month, last_period=last, change_ppm=-150_000, probability_ppm=900_000,
                reason="customers move to the successor",
            )  # fmt: skip
        if last < _first(world.scale.end_date):
            _say(
                scripts, day, "sales3", RecordSalesExpectation, "expectation", expectation_kind="driver", category=category,
                first_period=month, last_period=last, change_ppm=250_000, probability_ppm=800_000, reason="market picks up",
            )  # fmt: skip


def _first(day: date) -> date:
    return day.replace(day=1)


def _next(month: date) -> date:
    return _first(month + timedelta(days=32))
