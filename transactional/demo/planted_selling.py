"""Problems planted on the selling side: promises, stock taken, rush orders, picking, carriers, moved promises."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

from kernel.numbers import QUANTITY_SCALE
from transactional.demo.demand import Want
from transactional.demo.items import Item
from transactional.demo.open_documents import OrderLine
from transactional.demo.plot import Plot, back
from transactional.demo.world import DC_CODES, PLANT, World

if TYPE_CHECKING:
    from transactional.demo.simulate import Simulation

__all__ = [
    "carrier_late",
    "customer_moves_promise",
    "impossible_promise",
    "picking_behind",
    "rush_order",
    "stock_taken",
]

_TROUBLE_DAYS = 125
"""The selling side's troubles begin so many days before the end."""


def impossible_promise(world: World, plot: Plot, random: Random) -> None:
    """A salesperson promises wished days although nothing on the way can meet them; once for a large order."""
    customer = next(c for c in world.customers if c.warehouse == PLANT and c.takes_backorders)
    asked: set[str] = set()
    plot.hasty_desk["sales3"] = (back(world, _TROUBLE_DAYS), 0.9)

    def script(simulation: Simulation) -> None:
        office, ordering = simulation.office, simulation.selling.ordering

        def within_reach(item: Item) -> int:
            cell = office.cell(PLANT, item.sku)
            return max(cell.unpromised + sum(supply.quantity for supply in cell.supplies), 0) // QUANTITY_SCALE

        def pace(item: Item) -> float:
            return max(office.demand.expected(PLANT, item.sku, office.day, office.day + 30) / 30, 0.2)

        usual = _sold_here(world, plot, ("smooth", "promoted", "seasonal"))
        candidates = [item for item in usual if item.sku not in asked] or usual
        item = min(candidates, key=lambda item: (within_reach(item) / pace(item), item.sku))
        asked.add(item.sku)
        quantity = (within_reach(item) + int(pace(item) * 5) + 8) * QUANTITY_SCALE
        lane = world.lanes[customer.warehouse, customer.region]
        promise = office.calendar.add(office.day, 3 + lane.transit_days)
        order = ordering.order(customer, [Want(item.sku, PLANT, quantity)], 2, promise=promise)
        order.lines[0].note = "impossible_promise"
        feasible = office.calendar.on_or_after(office.calendar.add(office.day, 10) + lane.transit_days)
        office.tell(
            "impossible_promise",
            order=order.number,
            line=0,
            customer=customer.code,
            sku=item.sku,
            quantity=quantity,
            salesperson=ordering.desk_of(customer),
            promised=str(world.date(promise)),
            earliest_feasible=str(world.date(feasible)),
            late_days=feasible - promise,
        )

    for days in range(120, 8, -round(5 / world.scale.trouble)):
        plot.at(back(world, days), script)


def _sold_here(world: World, plot: Plot, patterns: tuple[str, ...]) -> list[Item]:
    """Made goods sold from the plant that no other planted problem lives on."""
    made = [i for i in world.items() if i.is_sold and i.procurement == "make" and PLANT in i.markets]
    free = [i for i in made if i.category not in plot.overstock and i.sku not in plot.collapse]
    return [i for i in free if i.pattern in patterns] or free or made or [i for i in world.items() if i.is_sold]


def stock_taken(world: World, plot: Plot, random: Random) -> None:
    """Stock allocated to one customer is given to another who calls louder, again and again."""
    last: list[int] = [-1]

    def script(simulation: Simulation) -> None:
        office, selling = simulation.office, simulation.selling
        if last[0] >= 0 and office.day < office.calendar.add(last[0], 2):
            return
        victims = [
            line
            for lines in selling.book.ready.values()
            for line in lines
            if line.picks
            and line.open == 0
            and line.ship_day > office.day
            and line.allocated >= 4 * QUANTITY_SCALE
            and not line.note
            and line.setback is None
        ]

        def hurt(line: OrderLine) -> int:
            """Days until more comes, seen from the day the line has to leave; nothing where the shelf holds enough."""
            cell = office.cell(line.order.warehouse, line.sku)
            if cell.unpromised >= line.allocated:
                return 0
            coming = [supply.day for supply in cell.supplies if supply.day > office.day]
            return (min(coming) if coming else office.day + 9) - line.ship_day

        victims.sort(key=lambda line: (-hurt(line), line.order.number, line.position))
        for victim in victims[:1]:
            self_served = [c for c in selling.ordering.customers[victim.order.warehouse] if c.code != victim.order.customer]
            if hurt(victim) < 1 or not self_served:
                return
            customer = max(self_served, key=lambda c: (c.customer_class == "A", c.weight))
            lane = world.lanes[customer.warehouse, customer.region]
            promise = office.calendar.on_or_after(office.calendar.add(office.day, 1) + lane.transit_days)
            order = selling.ordering.order(
                customer, [Want(victim.sku, victim.order.warehouse, victim.allocated)], 1, is_rush=True, promise=promise
            )
            victim.note = "stock_taken"
            free = office.cell(victim.order.warehouse, victim.sku).free
            moved = selling.allocating.take_from(victim, order.lines[0])
            office.tell(
                "stock_taken",
                order=victim.order.number,
                line=victim.position,
                customer=victim.order.customer,
                sku=victim.sku,
                warehouse=victim.order.warehouse,
                quantity=moved,
                promised=str(world.date(victim.promised)),
                taken_by_order=order.number,
                taken_by_line=0,
                taken_by_customer=customer.code,
                free_then=free,
            )
            last[0] = office.day

    for day in range(back(world, _TROUBLE_DAYS), world.scale.days):
        if world.calendar.is_working(day):
            plot.at(day, script)


def rush_order(world: World, plot: Plot, random: Random) -> None:
    """A key customer needs large quantities at once; production squeezes them in, and what was planned has to let them pass."""

    def script(simulation: Simulation) -> None:
        office = simulation.office
        customers = simulation.selling.ordering.customers[PLANT]
        customer = max(customers, key=lambda c: (c.customer_class == "A", c.weight))
        made = [i for i in _sold_here(world, plot, ("smooth", "promoted", "seasonal")) if i.category.startswith("FG")]
        if not made:
            return
        item = random.choice(made)
        cell = office.cell(PLANT, item.sku)
        pace = office.demand.expected(PLANT, item.sku, office.day, office.day + 30) / 30
        quantity = (int(max(cell.unpromised, 0) / QUANTITY_SCALE + pace * 5) // 4 + 6) * 4 * QUANTITY_SCALE
        made_quantity = max(
            4 * QUANTITY_SCALE,
            (quantity - max(cell.unpromised, 0)) // (4 * QUANTITY_SCALE) * 4 * QUANTITY_SCALE + 4 * QUANTITY_SCALE,
        )
        work = simulation.making.place(item, made_quantity, is_rush=True)
        pushed = simulation.making.push_back(work, 6, "rush_order")
        lane = world.lanes[customer.warehouse, customer.region]
        promise = office.calendar.on_or_after(office.calendar.add(work.due, 2) + lane.transit_days)
        order = simulation.selling.ordering.order(customer, [Want(item.sku, PLANT, quantity)], 4, is_rush=True, promise=promise)
        order.lines[0].note = "rush_order"
        office.tell(
            "rush_order",
            order=order.number,
            line=0,
            customer=customer.code,
            sku=item.sku,
            quantity=quantity,
            work_order=work.number,
            work_quantity=made_quantity,
            pushed=[pushed_order.number for pushed_order in pushed],
            promised=str(world.date(promise)),
        )

    for days in range(118, 12, -round(15 / world.scale.trouble)):
        plot.at(back(world, days), script)


def picking_behind(world: World, plot: Plot, random: Random) -> None:
    """The plant's pickers fall behind: some orders leave days after they could."""
    plot.picking_behind[PLANT] = (back(world, _TROUBLE_DAYS), 0.035 / world.scale.trouble, (2, 4))


def carrier_late(world: World, plot: Plot, random: Random) -> None:
    """One carrier becomes slow in one region."""
    lane = world.lanes["DS", "southwest"]
    plot.late_lane[lane.carrier, lane.region] = (back(world, _TROUBLE_DAYS), (2, 4), 0.08 / world.scale.trouble)


def customer_moves_promise(world: World, plot: Plot, random: Random) -> None:
    """Some large customers ask again and again for a later day than the one they were promised."""
    customers = sorted(world.customers, key=lambda c: (-c.weight, c.code))
    for customer in [c for c in customers if c.warehouse in DC_CODES][:3]:
        plot.moving_customer[customer.code] = (back(world, _TROUBLE_DAYS), 0.05)
