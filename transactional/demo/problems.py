"""Which problems are planted in the demo company, where, and how does each come about?

One function per problem: it picks its victim from the seed and writes into the plot (see `plot.py`) where the simulation has to
bend. What really came of it is noted while the company lives (`Office.tell`) and told by `truth.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from random import Random
from typing import TYPE_CHECKING

from kernel.numbers import QUANTITY_SCALE
from transactional.commands import PlacePurchaseOrder, PurchaseLine
from transactional.demo.buying import received_lot
from transactional.demo.catalogue import Item
from transactional.demo.chance import random_for
from transactional.demo.demand import Want
from transactional.demo.plot import Plot
from transactional.demo.state import PurchaseOpen, Supply
from transactional.demo.world import PLANT, World

if TYPE_CHECKING:
    from transactional.demo.simulate import Simulation

__all__ = ["PROBLEMS", "plan_problems"]

_Plan = Callable[[World, Plot, Random], None]


def _back(world: World, days: int) -> int:
    """The working day so many days before the end, inside the history."""
    return world.calendar.on_or_after(max(8, world.scale.days - min(days, int(world.scale.days * 0.75))))


def supplier_slips(world: World, plot: Plot, random: Random) -> None:
    """A much used supplier starts to come days later than it says."""
    usual: dict[str, int] = {}
    for sources in world.sources.values():
        usual[sources[0].supplier] = usual.get(sources[0].supplier, 0) + 1
    trades = ("electronics", "plastic", "print")
    candidates = sorted(
        (s for s in usual if world.suppliers[s].trade in trades and s not in plot.dead_supplier), key=lambda s: (-usual[s], s)
    )
    chosen = random.choice(candidates[:2]) if candidates else max(sorted(usual), key=lambda s: usual[s])
    plot.slipping_supplier[chosen] = (_back(world, 150), (3, 9))


def buyer_orders_late(world: World, plot: Plot, random: Random) -> None:
    """A buyer lets requirements lie for a week or more before ordering."""
    plot.late_buyer["buyer2"] = (_back(world, 130), world.scale.days)


def pays_above_reference(world: World, plot: Plot, random: Random) -> None:
    """A buyer pays well above the supplier's own list price."""
    plot.overpayer["buyer3"] = (_back(world, 240),)


def expiring_qualification(world: World, plot: Plot, random: Random) -> None:
    """A supplier's certificate ends some weeks after the history."""
    candidates = [
        s for s in world.suppliers if s not in plot.slipping_supplier and s not in plot.dead_supplier and world.suppliers[s].terms
    ]
    plot.expiring_qualification[random.choice(candidates)] = world.scale.end_date + timedelta(days=random.randint(15, 30))


def overstocked_family(world: World, plot: Plot, random: Random) -> None:
    """A family of trading goods is kept months above what it sells."""
    families = sorted({item.category for item in world.items() if item.item_type == "trading_good"})
    plot.overstock[random.choice(families)] = (_back(world, 200), random.uniform(95.0, 125.0))


def lot_expires_unsold(world: World, plot: Plot, random: Random) -> None:
    """Bought for the price break: a lot far larger than what can be used before it expires."""
    goods = [
        item
        for item in world.items()
        if item.procurement == "buy" and item.shelf_life_days and item.pattern in ("smooth", "seasonal")
    ]
    goods = goods or [item for item in world.items() if item.procurement == "buy" and item.shelf_life_days and item.unit == "KG"]
    if not goods:
        return
    item = random.choice(goods)
    day = _back(world, 95)

    def script(simulation: Simulation) -> None:
        _buy_too_much(simulation, item)

    plot.at(day, script)
    plot.protected.add(item.sku)


def _buy_too_much(simulation: Simulation, item: Item) -> None:
    office, world = simulation.office, simulation.world
    terms = world.sources[item.sku][0]
    supplier = world.suppliers[terms.supplier]
    pace = office.demand.expected(PLANT, item.sku, office.day, office.day + 200) / 200
    multiple = terms.multiple_quantity
    quantity = max(multiple, int(pace * 260 * QUANTITY_SCALE) // multiple * multiple)
    price = terms.price_at(office.day // 365, quantity * 4)
    arrival = office.calendar.add(office.day, 12)
    number = office.number("PO")
    expiry = world.scale.days + 55
    line = PurchaseLine(
        sku=item.sku,
        warehouse=PLANT,
        quantity=quantity,
        unit_price=price,
        tax_rate_ppm=130_000,
        required_date=world.date(arrival),
        requested_date=world.date(arrival),
        promised_date=world.date(arrival),
        requirement_date=office.today,
        order_by_date=office.today,
        required_quantity=max(multiple, quantity // 6 // item.step * item.step),
        strategy="spot",
    )
    buyer = world.buyer_of[item.sku]
    order = office.send(
        PlacePurchaseOrder(
            **office.base(buyer), supplier=supplier.code, order_date=office.today, buyer=buyer, number=number, lines=(line,)
        )
    )
    supply = Supply("purchase_order_line", (order, 0), number, arrival, quantity)
    opened = PurchaseOpen(
        (order, 0),
        order,
        number,
        0,
        supplier.code,
        item.sku,
        quantity,
        price,
        office.day,
        arrival,
        arrival,
        supply,
        "lot_expires",
    )
    office.plot.lot_expiry[number, 0] = expiry
    simulation.buying.expect(opened)
    simulation.buying.incumbent[item.sku] = supplier.code
    cell = office.cell(PLANT, item.sku)
    cell.coming += quantity
    cell.supplies.append(supply)
    office.tell(
        "lot_expires_unsold",
        sku=item.sku,
        order=number,
        line=0,
        quantity=quantity,
        unit_price=price,
        supplier=supplier.code,
        expires=str(world.date(expiry)),
        lot=received_lot(number, 0, world.date(arrival)),
    )


def turnover_collapses(world: World, plot: Plot, random: Random) -> None:
    """Customers stop buying an item that sold steadily; nobody tells planning."""
    steady = [item for item in world.items() if item.pattern == "smooth" and item.category not in plot.overstock]
    if not steady:
        return
    steady.sort(key=lambda item: -item.weekly_units * item.standard_cost)
    item = random.choice(steady[:12])
    plot.collapse[item.sku] = (_back(world, 78), 0.1)


def impossible_promise(world: World, plot: Plot, random: Random) -> None:
    """Sales promises a large order for next week that nothing on the way can meet."""

    def script(simulation: Simulation) -> None:
        office = simulation.office
        customer = next(c for c in simulation.selling.customers[PLANT] if c.takes_backorders)
        made = [
            i
            for i in world.items()
            if i.is_sold and i.procurement == "make" and PLANT in i.markets and i.pattern in ("smooth", "promoted")
        ]
        made = [i for i in made if i.category not in plot.overstock and i.sku not in plot.collapse]
        made = made or [i for i in world.items() if i.is_sold and PLANT in i.markets]
        item = random.choice(made)
        cell = office.cell(PLANT, item.sku)
        pace = office.demand.expected(PLANT, item.sku, office.day, office.day + 30) / 30
        coming = sum(s.quantity for s in cell.supplies)
        quantity = (max(cell.unpromised + coming, 0) // QUANTITY_SCALE + int(pace * 9) + 12) * QUANTITY_SCALE
        lane = world.lanes[customer.warehouse, customer.region]
        promise = office.calendar.add(office.day, 3 + lane.transit_days)
        order = simulation.selling.order(customer, [Want(item.sku, PLANT, quantity)], 2, promise=promise)
        line = order.lines[0]
        line.note = "impossible_promise"
        feasible = office.calendar.on_or_after(office.calendar.add(office.day, 10) + lane.transit_days)
        office.tell(
            "impossible_promise",
            order=order.number,
            line=0,
            customer=customer.code,
            sku=item.sku,
            quantity=quantity,
            promised=str(world.date(promise)),
            earliest_feasible=str(world.date(feasible)),
            late_days=feasible - promise,
        )

    plot.at(_back(world, 48), script)


def stock_taken(world: World, plot: Plot, random: Random) -> None:
    """Stock allocated to one customer is given to another who calls louder."""
    done: list[bool] = []

    def script(simulation: Simulation) -> None:
        if done:
            return
        office, selling = simulation.office, simulation.selling
        victims = [
            line
            for lines in selling.ready.values()
            for line in lines
            if line.picks
            and line.open == 0
            and line.ship_day > office.day
            and line.allocated >= 4 * QUANTITY_SCALE
            and not line.note
        ]
        # The hurt is real where nothing is left and nothing comes within days.
        victims.sort(key=lambda line: (office.cell(line.order.warehouse, line.sku).free, line.order.number, line.position))
        for victim in victims[:1]:
            cell = office.cell(victim.order.warehouse, victim.sku)
            customers = [c for c in selling.customers[victim.order.warehouse] if c.code != victim.order.customer]
            if not customers:
                continue
            customer = max(customers, key=lambda c: (c.customer_class == "A", c.weight))
            lane = world.lanes[customer.warehouse, customer.region]
            promise = office.calendar.on_or_after(office.day + 1 + lane.transit_days + 1)
            order = selling.order(
                customer, [Want(victim.sku, victim.order.warehouse, victim.allocated)], 1, is_rush=True, promise=promise
            )
            thief = order.lines[0]
            victim.hold_until = office.calendar.add(office.calendar.on_or_after(victim.promised), 4)
            victim.note = "stock_taken"
            moved = selling.take_from(victim, thief)
            thief.open = max(thief.open, 0)
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
                free_then=cell.free,
            )
            done.append(True)

    first = world.day(world.scale.end_date) - 68
    for day in range(max(10, first), max(10, first) + 14):
        if world.calendar.is_working(day):
            plot.at(day, script)


def component_shortage(world: World, plot: Plot, random: Random) -> None:
    """One delivery of a component comes weeks late, and the work orders that need it wait."""
    lids = [item for item in world.items() if item.sku.endswith(("-LID", "-KNOB", "-TRIM"))]
    lids = [item for item in lids if world.sources[item.sku][0].supplier not in plot.slipping_supplier] or lids
    item = random.choice(lids)
    start = _back(world, 125)
    plot.shortage[item.sku] = (start, start + 60, 34)


def rush_order(world: World, plot: Plot, random: Random) -> None:
    """A key customer needs a large quantity at once; production squeezes it in."""

    def script(simulation: Simulation) -> None:
        office = simulation.office
        customers = simulation.selling.customers[PLANT]
        customer = max(customers, key=lambda c: (c.customer_class == "A", c.weight))
        made = [
            i
            for i in world.items()
            if i.is_sold and i.procurement == "make" and PLANT in i.markets and i.category.startswith("FG")
        ]
        made = [i for i in made if i.sku not in plot.collapse and i.pattern != "dying"] or made
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
        lane = world.lanes[customer.warehouse, customer.region]
        promise = office.calendar.on_or_after(office.calendar.add(work.due, 2) + lane.transit_days)
        order = simulation.selling.order(customer, [Want(item.sku, PLANT, quantity)], 4, is_rush=True, promise=promise)
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
            promised=str(world.date(promise)),
        )

    plot.at(_back(world, 40), script)


def carrier_late(world: World, plot: Plot, random: Random) -> None:
    """One carrier becomes slow in one region."""
    lane = world.lanes["DS", "southwest"]
    plot.late_lane[lane.carrier, lane.region] = (_back(world, 120), (2, 4))


def counter_miscounts(world: World, plot: Plot, random: Random) -> None:
    """The counter of the north warehouse counts in a hurry."""
    plot.miscounter["counter2"] = (_back(world, 260),)


def unscanned_issues(world: World, plot: Plot, random: Random) -> None:
    """Small parts leave the plant's shelves without being scanned; the count finds them missing."""
    parts = [item for item in world.items() if item.item_type == "component" and item.sku not in plot.shortage]
    for item in random.sample(parts, min(3, len(parts))):
        plot.unscanned[item.sku] = (_back(world, 330), random.uniform(0.03, 0.06))


def return_reason_of_one_lot(world: World, plot: Plot, random: Random) -> None:
    """One production lot leaks; its customers send it back."""
    made = [
        item
        for item in world.items()
        if item.category.startswith("FG") and item.is_lot_tracked and item.pattern in ("smooth", "promoted", "seasonal")
    ]
    made = [item for item in made if item.sku not in plot.collapse] or [
        item for item in world.items() if item.is_sold and item.is_lot_tracked and item.procurement == "make"
    ]
    item = random.choice(made)
    plot.bad_product[item.sku] = (_back(world, 110), "LEAK", 0.55)


def duplicate_item_codes(world: World, plot: Plot, random: Random) -> None:
    """Some things have two codes that differ by a hyphen, and names that differ by a space or a width."""
    parts = [item for item in world.items() if item.item_type in ("component", "packaging") and not item.is_lot_tracked]
    parts = [item for item in parts if item.sku not in plot.unscanned and item.sku not in plot.shortage]
    for index, item in enumerate(random.sample(parts, min(4, len(parts)))):
        name = (item.name.replace(" ", "  "), item.name.upper(), item.name + " ", item.name.replace(" ", "-"))[index]
        name_zh = (item.name_zh + "（备用）", " ".join(item.name_zh), item.name_zh + "　", item.name_zh)[index]
        code = item.sku.replace("-", "", 1) if index % 2 == 0 else item.sku.replace("-", ".", 1)
        twin = Item(
            code,
            name.strip(),
            name_zh.strip(),
            item.item_type,
            item.category,
            "none",
            standard_cost=item.standard_cost,
            trade=item.trade,
        )
        plot.duplicates.append(twin)
        plot.duplicate_of[code] = item.sku


def dead_supplier(world: World, plot: Plot, random: Random) -> None:
    """A supplier that is still active in the books has delivered nothing for years."""
    code = list(world.suppliers)[-1]
    plot.dead_supplier[code] = max(10, int(world.scale.days * 0.14))


PROBLEMS: tuple[tuple[str, _Plan], ...] = (
    ("dead_supplier", dead_supplier),
    ("supplier_slips", supplier_slips),
    ("buyer_orders_late", buyer_orders_late),
    ("pays_above_reference", pays_above_reference),
    ("expiring_qualification", expiring_qualification),
    ("overstocked_family", overstocked_family),
    ("lot_expires_unsold", lot_expires_unsold),
    ("turnover_collapses", turnover_collapses),
    ("impossible_promise", impossible_promise),
    ("stock_taken", stock_taken),
    ("component_shortage", component_shortage),
    ("rush_order", rush_order),
    ("carrier_late", carrier_late),
    ("counter_miscounts", counter_miscounts),
    ("unscanned_issues", unscanned_issues),
    ("return_reason_of_one_lot", return_reason_of_one_lot),
    ("duplicate_item_codes", duplicate_item_codes),
)
"""Every planted problem, in the order they are planned; later ones keep away from the victims of earlier ones."""


def plan_problems(world: World, plot: Plot) -> None:
    """Plant all problems of a company."""
    for code, plan in PROBLEMS:
        plan(world, plot, random_for(world.seed, "problem", code))
