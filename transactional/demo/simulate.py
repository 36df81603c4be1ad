"""What happens in the demo company, day by day? Every day's commands, in the order people would have sent them.

morning    deliveries at customers, receipts, inspections, transfers in, completions
midday     new orders with promises, allocation, shipping
afternoon  transfers, work orders, purchasing, invoices, returns; on the last day of a quarter the count
evening    what planners and salespeople tell about demand
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from kernel.ids import import_command_id
from transactional.commands import AdvanceClock, Command, OpeningLine, PostOpening
from transactional.demo.buying import Buying
from transactional.demo.chance import random_for
from transactional.demo.counting import Counting
from transactional.demo.demand import Demand
from transactional.demo.desk import Office
from transactional.demo.knowledge import plan_knowledge
from transactional.demo.making import Making
from transactional.demo.moving import Moving
from transactional.demo.plot import Plot
from transactional.demo.problems import plan_problems
from transactional.demo.scale import FULL, Scale
from transactional.demo.selling import Selling
from transactional.demo.setup import master_data
from transactional.demo.setup_partners import terms_command
from transactional.demo.state import FAR
from transactional.demo.world import PLANT, World
from transactional.demo.world_building import build_world

__all__ = ["Simulation", "simulation"]


class Simulation:
    """The company and its desks on one day."""

    def __init__(self, world: World, plot: Plot, demand: Demand) -> None:
        self.world = world
        self.plot = plot
        self.demand = demand
        self.office = Office(world, demand, plot)
        self.buying = Buying(self.office)
        self.making = Making(self.office)
        self.moving = Moving(self.office)
        self.selling = Selling(self.office)
        self.counting = Counting(self.office)
        self.knowledge = plan_knowledge(world, demand)

    def master_data(self, password_hash: str) -> Iterator[Command]:
        """What stands before the first day."""
        return master_data(self.world, self.demand, self.plot, password_hash)

    def history(self) -> Iterator[tuple[int, list[Command]]]:
        """Every day of the history with its commands."""
        for day in range(self.world.scale.days):
            yield day, self.live(day, is_first=day == 0)

    def live(self, day: int, *, is_first: bool = False) -> list[Command]:
        """One day's commands."""
        office = self.office
        office.begin(day)
        office.commands = []
        if is_first:
            self._open()
        else:
            office.send(AdvanceClock(**office.base("system"), today=office.today))
        if day % 365 == 0 and day > 0:
            self._new_prices(day // 365)
        self.selling.shipping.deliver()
        if office.calendar.is_working(day):
            self.buying.receiving.receive()
            self.buying.receiving.inspecting.inspect()
            self.moving.receive()
            self.making.complete()
            self.selling.changing.change()
            self.selling.ordering.enter()
            for script in self.plot.scripts.get(day, ()):
                script(self)
            self.selling.allocating.allocate()
            self.selling.shipping.ship()
            self.moving.ship()
            self.moving.review()
            self.making.review()
            self.making.start()
            self.buying.review()
            self.buying.receiving.invoicing.invoice()
            self.selling.returns.take_back()
            self.selling.returns.scrap_expired()
            self.counting.count()
        for script in tuple(self.knowledge.get(day, ())):
            script(self)
        return office.commands

    def _open(self) -> None:
        office, world, demand = self.office, self.world, self.demand
        lines: list[OpeningLine] = []
        for (warehouse, sku), cell in office.cells.items():
            item = world.catalogue.items[sku]
            pace = demand.expected(warehouse, sku, 0, 45) / 45
            if item.procurement == "buy" and warehouse == PLANT:
                days = item.safety_days + world.sources[sku][0].lead_days * 1.4 + item.lot_days * 0.4 + 3
            elif warehouse == PLANT:
                days = item.safety_days + item.lot_days * 0.35 + 7
            else:
                days = item.safety_days + 9
            random = random_for(world.seed, "opening", warehouse, sku)
            units = max(pace * days * random.uniform(0.95, 1.3), 0.0)
            if item.pattern in ("intermittent", "lumpy"):
                units = max(units, item.weekly_units / max(item.weekly_lines, 0.05) * 1.5)
            quantity = int(units) * 1_000_000
            if quantity <= 0:
                continue
            lot = f"OPEN-{world.scale.start_date:%y%m}" if item.is_lot_tracked else None
            expiry = (
                FAR
                if item.shelf_life_days is None
                else int(item.shelf_life_days * random_for(world.seed, "opening lot", sku).uniform(0.6, 0.85))
            )
            home = office.home(warehouse, sku)
            lines.append(self._opening_line(sku, home, quantity, item.standard_cost, lot, expiry))
            cell.add(home, lot, expiry, quantity)
        for item in self.plot.duplicates:
            original = self.plot.duplicate_of[item.sku]
            home = office.home(PLANT, original)
            quantity = max(20, int(demand.expected(PLANT, original, 0, 60) / 15)) * 1_000_000
            lines.append(self._opening_line(item.sku, home, quantity, item.standard_cost, None, FAR))
            office.cell(PLANT, item.sku).add(home, None, FAR, quantity)
        for start in range(0, len(lines), 500):
            office.send(PostOpening(**office.base("admin"), opening_date=office.today, lines=tuple(lines[start : start + 500])))

    def _opening_line(self, sku: str, location: str, quantity: int, cost: int, lot: str | None, expiry: int) -> OpeningLine:
        world = self.world
        return OpeningLine(
            sku=sku,
            location=location,
            quantity=quantity,
            unit_cost=cost,
            lot=lot,
            expiry_date=None if expiry == FAR else world.date(expiry),
            received_date=world.scale.start_date - timedelta(days=20) if lot else None,
        )

    def _new_prices(self, year: int) -> None:
        """Every year the suppliers send new price lists."""
        office, world = self.office, self.world
        for sku, sources in world.sources.items():
            for terms in sources:
                base: dict[str, object] = {
                    "command_id": import_command_id(world.code, "terms", f"{year}:{terms.supplier}:{sku}"),
                    "actor": world.buyer_of[sku],
                    "source": "demo",
                    "business_date": office.today,
                }
                office.send(terms_command(base, terms, office.today, year))


def simulation(seed: int, *, clean: bool = False, scale: Scale = FULL) -> Simulation:
    """A company ready for its first day.

    Args:
        seed: other seeds are other companies.
        clean: without the planted problems; master data and demand are the same.
        scale: `FULL` or `SMALL`.
    """
    world = build_world(seed, scale)
    plot = Plot()
    if not clean:
        plan_problems(world, plot)
    return Simulation(world, plot, Demand(world, plot.collapse))
