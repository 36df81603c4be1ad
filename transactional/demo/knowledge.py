"""What do the demo company's planners and salespeople tell about demand, and how right are they?

promotions       recorded six weeks before they begin
project orders   two orders far above the usual; a planner takes the first out of what is learned from, nobody the second
a new item       borrows the history of an older one soon after its first day
overrides        `planner` knows what is coming, `planner2` hopes; of series every month, of groups now and then
expectations     `sales` knows its deals, `sales2` sees an item dying, `sales3` expects what never comes

Everybody speaks at the end of the day, so that the day itself is lived as it would be without. What was said is noted
(`Office.tell`) and told by `told_demand.py`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from datetime import date, timedelta
from typing import TYPE_CHECKING

from kernel.numbers import QUANTITY_SCALE
from transactional.commands import AdjustDemand, BorrowHistory, RecordBusinessEvent
from transactional.demo.chance import random_for
from transactional.demo.demand import Want
from transactional.demo.items import Item
from transactional.demo.opinions import plan_opinions
from transactional.demo.promotions import Promotion
from transactional.demo.world import PLANT, World

if TYPE_CHECKING:
    from transactional.demo.demand import Demand
    from transactional.demo.simulate import Simulation

__all__ = ["Scripts", "borrower", "plan_knowledge", "projects"]

Scripts = dict[int, list[Callable[["Simulation"], None]]]

_STEADY = ("smooth", "seasonal", "promoted")


def plan_knowledge(world: World, demand: Demand) -> Scripts:
    """Who says what on which day: the end of a day told the simulation."""
    scripts: Scripts = defaultdict(list)
    for promotions in demand.promotions.values():
        for promotion in promotions:
            if promotion.first >= 0:
                scripts[max(0, promotion.first - 45)].append(_records(promotion))
    chosen = projects(world, demand)
    for place, (item, quantity) in enumerate(chosen):
        day = world.calendar.on_or_after(int(world.scale.days * (0.55, 0.65)[place]))
        scripts[day].append(_orders(world, item, quantity, is_marked=place == 0))
    _borrows(world, scripts)
    plan_opinions(world, demand, chosen, scripts)
    spoken: Scripts = defaultdict(list)
    for day in sorted(scripts):
        # Nobody is in the office on a day off.
        spoken[max(0, world.calendar.on_or_before(day))] += scripts[day]
    return spoken


def projects(world: World, demand: Demand) -> list[tuple[Item, int]]:
    """The items of the two projects and how much of each (10^-6): steady made goods of small value, weeks of demand at once."""
    made = [i for i in world.items() if i.is_sold and i.procurement == "make" and PLANT in i.markets]
    free = [i for i in made if i.pattern in _STEADY and i.sku not in demand.promotions] or made
    cheap = sorted(free, key=lambda i: (i.weekly_units * i.markets[PLANT] * i.standard_cost, i.sku))[: max(2, len(free) // 3)]
    random = random_for(world.seed, "project orders")
    weeks = 10 if world.scale.days > 365 else 5
    found = random.sample(cheap, min(2, len(cheap)))
    return [(i, max(20, round(i.weekly_units * i.markets[PLANT] * weeks / 10) * 10) * QUANTITY_SCALE) for i in found]


def borrower(world: World) -> tuple[Item, Item] | None:
    """The youngest item and the older one it resembles: same family, season and a warehouse in common, as far as there is one."""
    young = sorted((i for i in world.items() if i.pattern == "new"), key=lambda i: (-i.start_share, i.sku))
    older = [i for i in world.items() if i.pattern in _STEADY]
    for item in young:
        shared = [o for o in older if set(o.markets) & set(item.markets)]
        if shared:
            return item, min(
                shared,
                key=lambda o: (o.season != item.season, o.pattern == "promoted", o.category != item.category, o.sku),
            )
    return None


def _records(promotion: Promotion) -> Callable[[Simulation], None]:
    def script(simulation: Simulation) -> None:
        office = simulation.office
        office.send(
            RecordBusinessEvent(
                **office.base("sales"),
                event_kind="promotion",
                name=promotion.name,
                name_zh=promotion.name_zh,
                start_date=office.world.date(promotion.first),
                end_date=office.world.date(promotion.last),
                sku=promotion.sku,
                discount_ppm=promotion.discount_ppm,
            )
        )

    return script


def _orders(world: World, item: Item, quantity: int, *, is_marked: bool) -> Callable[[Simulation], None]:
    """A project wants much of one item some weeks ahead, so that it can be made; a planner may say later that it was one."""
    ahead = 40 if world.scale.days > 365 else 15

    def script(simulation: Simulation) -> None:
        office, ordering = simulation.office, simulation.selling.ordering
        customer = max(ordering.customers[PLANT], key=lambda c: (c.takes_backorders, c.weight, c.code))
        lane = world.lanes[customer.warehouse, customer.region].transit_days
        wish = office.calendar.add(office.day, ahead)
        promise = office.calendar.on_or_after(wish + lane)
        order = ordering.order(customer, [Want(item.sku, PLANT, quantity)], wish - office.day, promise=promise)
        requested = order.lines[0].requested
        marked = office.calendar.add(requested, 14 if world.scale.days > 365 else 5)
        is_told = is_marked and marked < world.scale.days
        if is_told:
            simulation.knowledge[marked].append(_adjusts(item.sku, world.date(requested), quantity, order.number))
        office.tell(
            "project_order", order=order.number, line=0, customer=customer.code, sku=item.sku, warehouse=PLANT,
            quantity=quantity, demand_date=str(world.date(requested)), is_marked=is_told,
            marked=str(world.date(marked)) if is_told else None,
        )  # fmt: skip

    return script


def _adjusts(sku: str, day: date, quantity: int, order: str) -> Callable[[Simulation], None]:
    def script(simulation: Simulation) -> None:
        office = simulation.office
        office.send(
            AdjustDemand(
                **office.base("planner"),
                sku=sku,
                warehouse=PLANT,
                demand_date=day,
                adjustment_quantity=-quantity,
                adjustment_kind="one_off",
                reason=f"project order {order}, will not come again",
            )
        )

    return script


def _borrows(world: World, scripts: Scripts) -> None:
    """Ten working days after the first day of sale a planner names the older item, and how many times its demand is expected."""
    pair = borrower(world)
    if pair is None:
        return
    item, older = pair
    day = world.calendar.add(world.calendar.on_or_after(int(item.start_share * world.scale.days)), 10)

    def script(simulation: Simulation) -> None:
        office = simulation.office
        for warehouse in sorted(set(item.markets) & set(older.markets)):
            ratio = item.weekly_units * item.markets[warehouse] / (older.weekly_units * older.markets[warehouse])
            factor = max(50_000, round(ratio * 20) * 50_000)  # people think in twentieths
            office.send(
                BorrowHistory(
                    **office.base("planner"),
                    sku=item.sku,
                    warehouse=warehouse,
                    from_sku=older.sku,
                    from_warehouse=warehouse,
                    factor_ppm=factor,
                    reason="sold like its older sibling",
                    until_date=office.today + timedelta(days=365),
                )
            )
            office.tell(
                "new_item", sku=item.sku, warehouse=warehouse, from_sku=older.sku, factor=factor / 1_000_000,
                first_day=str(world.date(int(item.start_share * world.scale.days))),
            )  # fmt: skip

    if day < world.scale.days:
        scripts[day].append(script)
