"""How do goods get from the plant to the two distribution warehouses? Transfers twice a week, up to a level of expected sales."""

from __future__ import annotations

from collections import defaultdict
from math import ceil

from kernel.numbers import QUANTITY_SCALE
from transactional.commands import PlaceTransfer, ReceiveTransfer, ShipTransfer, TransferLine, TransferQuantity
from transactional.demo.chance import random_for
from transactional.demo.desk import Office
from transactional.demo.items import Item
from transactional.demo.open_documents import TransferOpen
from transactional.demo.provenance import Moved, Source
from transactional.demo.state import Supply
from transactional.demo.world import DC_CODES, PLANT

__all__ = ["Moving", "OnRoad"]

_TRANSIT_DAYS = 3
OnRoad = tuple[TransferOpen, str, str | None, int, int, int, Source | None]
"""What travels: the line, the bin it goes to, lot, expiry day, quantity, the day it left, where it came from at the plant."""


class Moving:
    """Replenishment of the distribution warehouses."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.waiting: list[TransferOpen] = []
        self.on_road: dict[int, list[OnRoad]] = defaultdict(list)

    def review(self) -> None:
        """Each distribution warehouse twice a week."""
        office = self.office
        for index, target in enumerate(DC_CODES):
            if office.today.weekday() not in ((0, 3), (1, 4))[index]:
                continue
            lines = [
                (item, quantity)
                for item in office.world.items()
                if target in item.markets and (quantity := self._quantity(item, target)) > 0
            ]
            if lines:
                self._place(target, lines)

    def _quantity(self, item: Item, target: str) -> int:
        office, day = self.office, self.office.day
        cell = office.cell(target, item.sku)
        plant = office.cell(PLANT, item.sku)
        expected = office.demand.expected
        arrival = office.calendar.on_or_after(office.calendar.add(day, 1) + _TRANSIT_DAYS)
        pace = expected(target, item.sku, day, day + 42) / 42
        safety = pace * item.safety_days * 0.8
        if item.pattern in ("intermittent", "lumpy"):
            safety = max(safety, item.weekly_units / max(item.weekly_lines, 0.05) * 1.1)
        level = expected(target, item.sku, day, office.calendar.add(arrival, 3)) + safety
        position = cell.position / QUANTITY_SCALE
        if position >= level:
            return 0
        wanted = ceil(level + pace * 7 - position)
        wanted = ceil(wanted / 4) * 4
        offered = plant.unpromised // QUANTITY_SCALE
        if cell.unpromised + cell.coming < 0:
            # Customers wait: ask even for what the plant still has to make.
            return max(min(wanted, max(offered, 0)), -(cell.unpromised + cell.coming) // QUANTITY_SCALE) * QUANTITY_SCALE
        quantity = min(wanted, offered)
        return quantity * QUANTITY_SCALE if quantity >= min(wanted, 4) else 0

    def _place(self, target: str, lines: list[tuple[Item, int]]) -> None:
        office = self.office
        ship_day = office.calendar.add(office.day, 1)
        due = office.calendar.on_or_after(ship_day + _TRANSIT_DAYS)
        number = office.number("TR")
        order = office.send(
            PlaceTransfer(
                **office.base("planner"),
                from_warehouse=PLANT,
                to_warehouse=target,
                order_date=office.today,
                due_date=office.world.date(due),
                number=number,
                lines=tuple(TransferLine(item.sku, quantity) for item, quantity in lines),
            )
        )
        for index, (item, quantity) in enumerate(lines):
            supply = Supply("transfer_order_line", (order, index), number, due, quantity)
            opened = TransferOpen((order, index), order, number, item.sku, target, quantity, due, office.day, ship_day, supply)
            supply.opened = opened
            self.claim(opened)

    def claim(self, opened: TransferOpen) -> None:
        """Take an open line into the mirror."""
        office = self.office
        cell = office.cell(opened.target, opened.sku)
        cell.coming += opened.supply.quantity
        cell.supplies.append(opened.supply)
        plant = office.cell(PLANT, opened.sku)
        plant.wanted += opened.to_ship
        if plant.unpromised < 0 and plant.supplies:
            # The line waits for the plant; its customers are told so.
            last = max(supply.day for supply in plant.supplies)
            opened.supply.day = max(opened.supply.day, office.calendar.on_or_after(office.calendar.add(last, 2) + _TRANSIT_DAYS))
        if opened.to_ship > 0:
            self.waiting.append(opened)

    def ship(self) -> None:
        """Load what was ordered before today and is there."""
        office = self.office
        loads: dict[object, list[tuple[TransferOpen, TransferQuantity]]] = {}
        still: list[TransferOpen] = []
        arrival = office.calendar.on_or_after(office.day + _TRANSIT_DAYS)
        for opened in self.waiting:
            if opened.number[2:8] == f"{office.today:%y%m%d}":
                still.append(opened)
                continue
            plant = office.cell(PLANT, opened.sku)
            home = office.home(opened.target, opened.sku)
            for slot, part in plant.find(opened.to_ship, office.day):
                loads.setdefault(opened.order, []).append(
                    (opened, TransferQuantity(line=opened.ref, quantity=part, location=slot.location, lot=slot.lot))
                )
                opened.left, opened.origin = office.day, slot.source_of(part)
                self.on_road[arrival].append((opened, home, slot.lot, slot.expiry, part, office.day, opened.origin))
                plant.remove(slot, part)
                plant.wanted -= part
                opened.to_ship -= part
            if opened.to_ship > 0:
                still.append(opened)
        self.waiting = still
        for load in loads.values():
            office.send(
                ShipTransfer(
                    **office.base("warehouse"),
                    transfer_order=load[0][0].order,
                    shipped_date=office.today,
                    lines=tuple(line for _, line in load),
                )
            )

    def receive(self) -> None:
        """Unload what arrives today."""
        office = self.office
        by_order: dict[object, list[OnRoad]] = {}
        for load in self.on_road.pop(office.day, ()):
            by_order.setdefault(load[0].order, []).append(load)
        for loads in by_order.values():
            # Up to a day of delay now and then; the whole truck is late.
            first = loads[0][0]
            random = random_for(office.world.seed, "truck", first.number, office.day)
            if office.day <= first.due and random.random() < 0.03:
                self.on_road[office.calendar.add(office.day, 1)].extend(loads)
                continue
            lines = []
            for opened, home, lot, expiry, quantity, departed, origin in loads:
                lines.append(TransferQuantity(line=opened.ref, quantity=quantity, location=home, lot=lot))
                cell = office.cell(opened.target, opened.sku)
                cell.coming -= quantity
                opened.supply.quantity -= quantity
                if opened.supply.quantity <= 0 and opened.supply in cell.supplies:
                    cell.supplies.remove(opened.supply)
                source = Moved(
                    opened.number, opened.sku, opened.ordered, opened.departure, opened.due, departed, office.day, origin
                )
                cell.add(home, lot, expiry, quantity, source)
            office.send(
                ReceiveTransfer(
                    **office.base("warehouse"), transfer_order=first.order, received_date=office.today, lines=tuple(lines)
                )
            )
