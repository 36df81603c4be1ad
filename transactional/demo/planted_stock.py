"""Problems planted in the stock: too much, too old, not sold, miscounted, not scanned, coded twice, a bad lot."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

from kernel.numbers import QUANTITY_SCALE
from transactional.commands import PlacePurchaseOrder, PurchaseLine
from transactional.demo.items import Item
from transactional.demo.open_documents import PurchaseOpen
from transactional.demo.plot import Plot, back
from transactional.demo.receiving import received_lot
from transactional.demo.state import Supply
from transactional.demo.world import PLANT, World

if TYPE_CHECKING:
    from transactional.demo.simulate import Simulation

__all__ = [
    "counter_miscounts",
    "duplicate_item_codes",
    "lot_expires_unsold",
    "overstocked_family",
    "return_reason_of_one_lot",
    "turnover_collapses",
    "unscanned_issues",
]


def overstocked_family(world: World, plot: Plot, random: Random) -> None:
    """A family of trading goods is kept months above what it sells."""
    families = sorted({item.category for item in world.items() if item.item_type == "trading_good"})
    plot.overstock[random.choice(families)] = (back(world, 200), random.uniform(95.0, 125.0))


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
    day = back(world, 95)

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
    supply.opened = opened
    simulation.buying.receiving.expect(opened)
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
    sold = [item for item in world.items() if item.is_sold and item.category not in plot.overstock]
    steady = [item for item in sold if item.pattern == "smooth"] or [item for item in sold if item.pattern == "promoted"]
    if not steady:
        return
    steady.sort(key=lambda item: -item.weekly_units * item.standard_cost)
    item = random.choice(steady[:12])
    plot.collapse[item.sku] = (back(world, 78), 0.1)


def counter_miscounts(world: World, plot: Plot, random: Random) -> None:
    """The counter of the north warehouse counts in a hurry."""
    plot.miscounter["counter2"] = (back(world, 260),)


def unscanned_issues(world: World, plot: Plot, random: Random) -> None:
    """Small parts leave the plant's shelves without being scanned; the count finds them missing."""
    parts = [item for item in world.items() if item.item_type == "component" and item.sku not in plot.shortage]
    for item in random.sample(parts, min(3, len(parts))):
        plot.unscanned[item.sku] = (back(world, 330), random.uniform(0.03, 0.06))


def return_reason_of_one_lot(world: World, plot: Plot, random: Random) -> None:
    """One production lot leaks; its customers send it back. Where hardly anybody does, another lot leaks."""
    made = [
        item
        for item in world.items()
        if item.category.startswith("FG") and item.is_lot_tracked and item.pattern in ("smooth", "promoted", "seasonal")
    ]
    made = [item for item in made if item.sku not in plot.collapse] or [
        item for item in world.items() if item.is_sold and item.is_lot_tracked and item.procurement == "make"
    ]
    random.shuffle(made)
    first = back(world, 110)
    plot.bad_product[made.pop().sku] = (first, "LEAK", 0.55)

    def script(simulation: Simulation) -> None:
        if len(simulation.office.log["return_reason_of_one_lot"]) < 2 and not plot.bad_product and made:
            plot.bad_product[made.pop().sku] = (simulation.office.day, "LEAK", 0.8)

    for day in (first + 60, first + 80):
        plot.at(world.calendar.on_or_after(day), script)


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
