"""Problems planted on the buying side: suppliers, buyers, inspection, a component that does not come."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from random import Random
from typing import TYPE_CHECKING

from transactional.demo.items import Item
from transactional.demo.plot import Plot, back
from transactional.demo.world import PLANT, World

if TYPE_CHECKING:
    from transactional.demo.simulate import Simulation

__all__ = [
    "buyer_orders_late",
    "component_shortage",
    "dead_supplier",
    "expiring_qualification",
    "inspection_backlog",
    "pays_above_reference",
    "supplier_slips",
]


def _until_felt(world: World, plot: Plot, first: int, problem: str, worse: Callable[[], None]) -> None:
    """Let a problem get worse every two weeks until customers feel it, and whenever they have not felt it for a month."""

    def script(simulation: Simulation) -> None:
        since = str(world.date(simulation.office.day - 28))
        recent = [entry for entry in simulation.selling.book.late_lines if entry["delivered"] >= since]
        if not any(entry["problem"] == problem for entry in recent):
            worse()

    for day in range(first + 28, world.scale.days - 7, 14):
        plot.at(world.calendar.on_or_after(day), script)


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
    first, days = back(world, 150), (6, 11)
    plot.slipping_supplier[chosen] = (first, days, 0.45 * world.scale.trouble)

    def worse() -> None:
        plot.slipping_supplier[chosen] = (first, days, min(plot.slipping_supplier[chosen][2] + 0.08, 0.8))

    _until_felt(world, plot, first, "supplier_slips", worse)


def buyer_orders_late(world: World, plot: Plot, random: Random) -> None:
    """A buyer lets requirements lie for a week or more before ordering."""
    first, last = back(world, 150), world.scale.days + 10_000
    plot.late_buyer["buyer2"] = (first, last, 0.4 * world.scale.trouble)

    def worse() -> None:
        plot.late_buyer["buyer2"] = (first, last, min(plot.late_buyer["buyer2"][2] + 0.08, 0.75))

    _until_felt(world, plot, first, "buyer_orders_late", worse)


def pays_above_reference(world: World, plot: Plot, random: Random) -> None:
    """A buyer pays well above the supplier's own list price."""
    plot.overpayer["buyer3"] = (back(world, 240), 0.75)


def expiring_qualification(world: World, plot: Plot, random: Random) -> None:
    """A supplier's certificate ends some weeks after the history."""
    candidates = [
        s for s in world.suppliers if s not in plot.slipping_supplier and s not in plot.dead_supplier and world.suppliers[s].terms
    ]
    plot.expiring_qualification[random.choice(candidates)] = world.scale.end_date + timedelta(days=random.randint(15, 30))


def dead_supplier(world: World, plot: Plot, random: Random) -> None:
    """A supplier that is still active in the books has delivered nothing for years."""
    code = list(world.suppliers)[-1]
    plot.dead_supplier[code] = max(10, int(world.scale.days * 0.14))


def inspection_backlog(world: World, plot: Plot, random: Random) -> None:
    """The inspectors fall behind: some receipts lie for a week or more before anybody looks at them."""
    first, days = back(world, 135), (6, 10)
    share = [0.18 * world.scale.trouble]
    plot.inspection_backlog = (first, share[0], days)

    def worse() -> None:
        share[0] = min(share[0] + 0.08, 0.55)
        plot.inspection_backlog = (first, share[0], days)

    _until_felt(world, plot, first, "inspection_backlog", worse)


def component_shortage(world: World, plot: Plot, random: Random) -> None:
    """A component is not to be had for weeks, and the work orders that need it wait.

    The first order of the chosen component in the window is hit, and what is
    ordered until it comes. Where no customer felt it, the next component is.
    """
    parts = [item for item in world.items() if item.sku.endswith(("-LID", "-KNOB", "-TRIM"))]
    parts = [item for item in parts if world.sources[item.sku][0].supplier not in plot.slipping_supplier] or parts
    random.shuffle(parts)
    start, last = back(world, 140), world.scale.days - 12

    def script(simulation: Simulation) -> None:
        """Hit the component that will run out first; the next one for longer."""
        office, book = simulation.office, simulation.selling.book
        delayed = {fact["component"] for fact in office.log["component_shortage"]}
        for sku, (_, until, arrival) in plot.shortage.items():
            # An order that has not been placed yet, is still on its way or came just now may yet be felt.
            if until >= 0 or office.day <= arrival + (14 if sku in delayed else 3):
                return
        if not parts or any(entry["problem"] == "component_shortage" for entry in book.late_lines):
            return

        def cover(item: Item) -> float:
            cell = office.cell(PLANT, item.sku)
            pace = office.demand.expected(PLANT, item.sku, office.day, office.day + 30) / 30
            return cell.position / max(pace, 0.01)

        item = min(parts, key=cover)
        parts.remove(item)
        plot.shortage[item.sku] = (office.day, last, 24 + 8 * len(plot.shortage))

    for day in range(start, last, 7):
        plot.at(world.calendar.on_or_after(day), script)
