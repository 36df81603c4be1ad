"""How does the demo company make? Work orders on expected demand, started when every component is there, finished by
their routing.

A work order whose components are short on its planned start waits, first come first served (rush orders first), and everything
that rests on it waits too: that is how a late purchase reaches a customer.
"""

from __future__ import annotations

from collections import defaultdict
from math import ceil

from kernel.numbers import PRICE_SCALE, QUANTITY_SCALE
from transactional.commands import (
    CompleteWorkOrder,
    IssueComponents,
    IssueLine,
    OperationDone,
    PlaceWorkOrder,
    RecordOperations,
    StartWorkOrder,
)
from transactional.demo.chance import draw, random_for
from transactional.demo.desk import Office
from transactional.demo.items import WORK_CENTERS, Item
from transactional.demo.open_documents import WorkOpen
from transactional.demo.provenance import Made
from transactional.demo.state import FAR, Supply
from transactional.demo.world import PLANT, SCRAP_REASONS

__all__ = ["Making"]

_RATE = {code: rate for code, _, _, _, rate in WORK_CENTERS}


class Making:
    """The production planner and the shop floor."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.items = [item for item in office.world.items() if item.procurement == "make"]
        # Products before assemblies: what a new order needs is known when its components are looked at.
        self.items.sort(key=lambda item: (-item.level, item.sku))
        self.exploded = {item.sku: office.world.catalogue.explode(item.sku) for item in self.items}
        self.released: list[WorkOpen] = []
        self.running: dict[int, list[WorkOpen]] = defaultdict(list)

    def duration(self, item: Item, quantity: int) -> int:
        """Working days from start to completion."""
        minutes = sum(step.setup_minutes + step.run_seconds * (quantity // QUANTITY_SCALE) / 60 for step in item.steps)
        return max(1, min(4, ceil(minutes / 960)))

    def review(self) -> None:
        """Look at a quarter of the made items, and place work orders."""
        office = self.office
        turn = office.calendar.between(0, office.day) % 4
        day, demand = office.day, office.demand
        for index, item in enumerate(self.items):
            if index % 4 != turn:
                continue
            cell = office.cell(PLANT, item.sku)
            lead = 7 if item.is_sold else 6
            ready = office.calendar.add(day, lead + 1)
            # Before a closure the reach is long, so stock is built ahead of Spring Festival.
            ahead = demand.expected(PLANT, item.sku, day, ready)
            pace = demand.expected(PLANT, item.sku, day, day + 60) / 60
            safety = pace * item.safety_days
            if item.pattern in ("intermittent", "lumpy"):
                safety = max(safety, item.weekly_units / max(item.weekly_lines, 0.05) * 1.3)
            if item.category in office.plot.overstock and day >= office.plot.overstock[item.category][0]:
                safety += pace * office.plot.overstock[item.category][1]
            position = cell.position / QUANTITY_SCALE
            level = ahead + safety
            if position >= level or level <= 0:
                continue
            wanted = level + pace * item.lot_days - position
            lot = item.lot_multiple
            count = max(2, ceil(wanted / lot)) * lot
            if item.shelf_life_days is not None and pace > 0:
                count = max(lot, min(count, ceil(pace * item.shelf_life_days * 0.45 / lot) * lot))
            self.place(item, count * QUANTITY_SCALE)

    def place(self, item: Item, quantity: int, *, is_rush: bool = False) -> WorkOpen:
        """Place a work order and claim its components."""
        office, world = self.office, self.office.world
        start = office.calendar.add(office.day, 1 if is_rush else 2)
        due = office.calendar.add(start, self.duration(item, quantity))
        number = office.number("WO")
        order = office.send(
            PlaceWorkOrder(
                **office.base("production"),
                sku=item.sku,
                warehouse=PLANT,
                quantity=quantity,
                order_date=office.today,
                planned_start_date=world.date(start),
                due_date=world.date(due),
                is_rush=is_rush,
                number=number,
            )
        )
        supply = Supply("work_order", order, number, due, quantity)
        opened = WorkOpen(order, number, item.sku, quantity, start, due, supply, self.requirement(item, quantity), is_rush)
        supply.opened = opened
        self.claim(opened)
        return opened

    def claim(self, opened: WorkOpen) -> None:
        """Take a released order into the mirror: its supply and what it wants."""
        cell = self.office.cell(PLANT, opened.sku)
        cell.supplies.append(opened.supply)
        cell.coming += opened.supply.quantity
        for sku, needed in opened.components:
            self.office.cell(PLANT, sku).wanted += needed
        self.released.append(opened)

    def requirement(self, item: Item, quantity: int) -> list[tuple[str, int]]:
        """Components of an order, phantoms replaced, scrap added, rounded up to the component's step."""
        needed: dict[str, int] = {}
        items = self.office.world.catalogue.items
        for line in self.exploded[item.sku]:
            per_scale = QUANTITY_SCALE * (1_000_000 - line.scrap_ppm)
            exact = quantity * line.quantity * 1_000_000
            step = items[line.sku].step
            needed[line.sku] = needed.get(line.sku, 0) + -(-exact // (per_scale * step)) * step
        return list(needed.items())

    def start(self) -> None:
        """Start what is due and has its components."""
        office = self.office
        due = [order for order in self.released if max(order.planned_start, order.earliest) <= office.day]
        if not due:
            return
        due.sort(key=lambda order: (not order.is_rush, order.planned_start, order.number))
        started: set[int] = set()
        for order in due:
            short = self._short(order)
            if short is None:
                self._start(order)
                started.add(id(order))
            else:
                order.blocked_by = short
                self._expect_later(order)
        if started:
            self.released = [order for order in self.released if id(order) not in started]

    def _expect_later(self, order: WorkOpen) -> None:
        """What rests on a blocked order is expected when its component is, as far as its supplier has said."""
        office = self.office
        item = office.world.catalogue.items[order.sku]
        coming = [s.day for s in office.cell(PLANT, order.blocked_by).supplies if s.day > office.day]
        start = min(coming) if coming else office.calendar.add(office.day, 2)
        order.supply.day = max(order.supply.day, office.calendar.add(start, self.duration(item, order.quantity)))

    def push_back(self, others_than: WorkOpen, working_days: int, problem: str) -> list[WorkOpen]:
        """Released products that have to let a rush order pass: they start so many working days later than planned."""
        office = self.office
        items = office.world.catalogue.items
        pushed = []
        for order in self.released:
            if order is others_than or order.is_rush or not items[order.sku].is_sold or order.earliest >= 0:
                continue
            order.earliest = office.calendar.add(max(order.planned_start, office.day), working_days)
            order.problem = problem
            pushed.append(order)
        return pushed

    def _short(self, order: WorkOpen) -> str | None:
        today = self.office.day
        for sku, needed in order.components:
            cell = self.office.cell(PLANT, sku)
            if cell.free < needed:
                return sku
            if cell.slots and cell.slots[0].expiry <= today and sum(q for _, q in cell.find(needed, today)) < needed:
                return sku
        return None

    def _start(self, order: WorkOpen) -> None:
        office, world = self.office, self.office.world
        item = world.catalogue.items[order.sku]
        if order.blocked_by:
            self._note_wait(order)
        lines: list[IssueLine] = []
        for sku, needed in order.components:
            cell = office.cell(PLANT, sku)
            for slot, part in cell.find(needed, office.day):
                lines.append(IssueLine(sku=sku, quantity=part, location=slot.location, lot=slot.lot))
                cell.remove(slot, part)
            cell.wanted -= needed
        office.send(StartWorkOrder(**office.base("production"), work_order=order.ref, start_date=office.today))
        office.send(
            IssueComponents(**office.base("production"), work_order=order.ref, issue_date=office.today, lines=tuple(lines))
        )
        order.started = office.day
        order.components = []
        chance = draw(world.seed, "making", order.sku, order.planned_start)
        slip = 0 if chance < 0.94 else 1 if chance < 0.98 else 3
        order.finish = office.calendar.add(office.day, self.duration(item, order.quantity) + slip)
        self.running[order.finish].append(order)
        late = office.day - order.planned_start
        if late > 0 and order.blocked_by:
            self._tell_shortage(order, late)

    def _note_wait(self, order: WorkOpen) -> None:
        """Remember how long the order waited for its components, and what ended that."""
        office = self.office
        sources = [
            source for slot in office.cell(PLANT, order.blocked_by).slots for source, _ in slot.layers if source is not None
        ]
        order.waited_for = max(sources, key=lambda source: source.usable) if sources else None
        usable = order.waited_for.usable if order.waited_for is not None else office.day
        order.waited = min(max(usable - order.planned_start, 0), office.day - order.planned_start)

    def _tell_shortage(self, order: WorkOpen, late: int) -> None:
        office = self.office
        window = office.plot.shortage.get(order.blocked_by)
        if window is not None and window[1] < 0 and window[0] <= office.day <= window[2] + 12:
            office.tell(
                "component_shortage",
                component=order.blocked_by,
                order=order.number,
                sku=order.sku,
                quantity=order.quantity,
                planned_start=str(office.world.date(order.planned_start)),
                started=str(office.today),
                late_days=late,
            )

    def complete(self) -> None:
        """Completions of today, put away at once."""
        office, world = self.office, self.office.world
        for order in self.running.pop(office.day, ()):
            item = world.catalogue.items[order.sku]
            random = random_for(world.seed, "completion", order.sku, order.planned_start)
            scrapped = 0
            if random.random() < 0.22:
                scrapped = int(order.quantity * random.uniform(0.002, 0.012)) // item.step * item.step
            good = order.quantity - scrapped
            lot, expiry = None, FAR
            if item.is_lot_tracked:
                lot = f"L{order.number[2:]}"
                if item.shelf_life_days is not None:
                    expiry = office.day + item.shelf_life_days
            bad = office.plot.bad_product.get(order.sku)
            if bad is not None and office.day >= bad[0] and lot is not None:
                del office.plot.bad_product[order.sku]
                office.plot.bad_lots[order.sku, lot] = (bad[1], bad[2])
                office.tell("bad_lot", sku=order.sku, lot=lot, order=order.number, quantity=good, reason=bad[1])
            self._record_operations(item, order, random.uniform(0.94, 1.1))
            home = office.home(PLANT, order.sku)
            office.send(
                CompleteWorkOrder(
                    **office.base("production"),
                    work_order=order.ref,
                    completion_date=office.today,
                    quantity=good,
                    scrapped_quantity=scrapped,
                    scrap_reason=random.choice(SCRAP_REASONS)[0] if scrapped else None,
                    location=home,
                    lot=lot,
                    expiry_date=None if expiry == FAR else world.date(expiry),
                )
            )
            cell = office.cell(PLANT, order.sku)
            cell.coming -= order.supply.quantity
            if order.supply in cell.supplies:
                cell.supplies.remove(order.supply)
            source = Made(
                order.number, order.sku, order.planned_start, order.due, order.started, office.day, order.waited,
                order.waited_for, order.problem,
            )  # fmt: skip
            cell.add(home, lot, expiry, good, source)

    def _record_operations(self, item: Item, order: WorkOpen, effort: float) -> None:
        office, world = self.office, self.office.world
        if not item.steps:
            return
        steps = []
        span = max(0, order.finish - order.started)
        planned_span = max(0, order.due - order.planned_start)
        for index, step in enumerate(item.steps):
            first, last = index / len(item.steps), (index + 1) / len(item.steps)
            minutes = round((step.setup_minutes + step.run_seconds * (order.quantity // QUANTITY_SCALE) / 60) * effort)
            cost = _RATE[step.work_center] * PRICE_SCALE
            planned = round(minutes / effort)
            steps.append(
                OperationDone(
                    operation_sequence=10 * (index + 1),
                    work_center=step.work_center,
                    scheduled_start_date=world.date(order.planned_start + int(planned_span * first)),
                    scheduled_end_date=world.date(order.planned_start + int(planned_span * last)),
                    actual_start_date=world.date(order.started + int(span * first)),
                    actual_end_date=world.date(order.started + int(span * last)),
                    actual_minutes=minutes,
                    planned_cost=cost * planned // 60,
                    actual_cost=cost * minutes // 60,
                )
            )
        office.send(RecordOperations(**office.base("production"), work_order=order.ref, operations=tuple(steps)))
