"""How do goods get to customers? Picked and shipped by order, carried by the habit of the lane's carrier, signed for."""

from __future__ import annotations

from transactional.commands import AdjustStock, AllocateSalesLine, ConfirmDelivery, ReleaseAllocation, ShipGoods, ShipLine
from transactional.demo.allocating import Allocating
from transactional.demo.chance import draw
from transactional.demo.desk import Office
from transactional.demo.lateness import explain_delivered
from transactional.demo.open_documents import Delivery, OrderLine, SalesOpen
from transactional.demo.returning import coming_back
from transactional.demo.sales_book import SalesBook
from transactional.demo.state import Slot

__all__ = ["Shipping"]


class Shipping:
    """Pickers and carriers."""

    def __init__(self, office: Office, book: SalesBook, allocating: Allocating) -> None:
        self.office = office
        self.book = book
        self.allocating = allocating

    def ship(self) -> None:
        """Everything that is ready leaves, one shipment per order."""
        office, world = self.office, self.office.world
        orders: dict[int, list[OrderLine]] = {}
        for line in self.book.ready.pop(office.day, ()):
            if line.picks:
                found = orders.setdefault(id(line.order), [])
                if line not in found:
                    found.append(line)
        for lines in orders.values():
            order = lines[0].order
            lane = world.lanes[order.warehouse, order.region]
            cell_lines: list[ShipLine] = []
            carried: list[tuple[OrderLine, str | None, int]] = []
            for line in lines:
                cell = office.cell(order.warehouse, line.sku)
                if any(slot.missing for slot, _ in line.picks):
                    self._search(line)
                    if not line.picks:
                        continue
                if line.is_direct:
                    cell_lines.extend(ShipLine(line=line.ref, quantity=q, location=s.location, lot=s.lot) for s, q in line.picks)
                else:
                    cell_lines.append(ShipLine(line=line.ref, quantity=line.allocated))
                for slot, part in line.picks:
                    cell.remove(slot, part, was_allocated=True)
                    carried.append((line, slot.lot, part))
                    self.book.lot_expiry[line.sku, slot.lot] = slot.expiry
                line.picks = []
                if line.open == 0:
                    line.left = office.day
            if not carried:
                continue
            number = office.number("SH")
            ref = office.send(
                ShipGoods(
                    **office.base("warehouse"),
                    warehouse=order.warehouse,
                    shipped_date=office.today,
                    carrier=lane.carrier,
                    tracking_number=f"{lane.carrier}{number[2:8]}{number[9:]}",
                    freight_amount=lane.cost_amount,
                    picked_date=office.today,
                    number=number,
                    lines=tuple(cell_lines),
                )
            )
            self._tell_picking(order, number, lines)
            self.send_off(Delivery(ref, number, order.customer, office.day, carried), order)

    def _tell_picking(self, order: SalesOpen, shipment: str, lines: list[OrderLine]) -> None:
        office = self.office
        asked = min(max(line.ready, line.ship_day) for line in lines)
        if order.pick_problem and 0 <= asked < office.day:
            office.tell(
                order.pick_problem,
                warehouse=order.warehouse,
                shipment=shipment,
                ready=str(office.world.date(asked)),
                shipped=str(office.today),
                late_days=office.day - asked,
            )

    def _search(self, line: OrderLine) -> None:
        """Pick from shelves that hold less than the book: what is missing is written off, and the line waits for it."""
        office = self.office
        cell = office.cell(line.order.warehouse, line.sku)
        there: list[tuple[Slot, int]] = []
        gone: list[tuple[Slot, int]] = []
        for slot, part in line.picks:
            lacking = min(part, max(slot.missing - (slot.on_hand - part), 0))
            if part > lacking:
                there.append((slot, part - lacking))
            if lacking:
                gone.append((slot, lacking))
        if not gone:
            return
        lost = sum(lacking for _, lacking in gone)
        # The ledger gives back what was tied last, so what is missing is tied last.
        if not line.is_direct and len(line.picks) > 1:
            office.send(
                ReleaseAllocation(**office.base("warehouse"), line=line.ref, quantity=line.allocated, reason="picked anew")
            )
            self._tie(line, [*there, *gone])
        elif line.is_direct:
            self._tie(line, [*there, *gone])
        line.is_direct = False
        line.picks = there
        for slot, lacking in gone:
            cell.release(slot, lacking)
        self.allocating.not_found(line, cell, lost, office.plot.missing_problem(cell.warehouse, line.sku))
        for slot, lacking in gone:
            self._write_off(line, slot, lacking)

    def _tie(self, line: OrderLine, picks: list[tuple[Slot, int]]) -> None:
        office = self.office
        for slot, part in picks:
            office.send(
                AllocateSalesLine(**office.base("warehouse"), line=line.ref, quantity=part, location=slot.location, lot=slot.lot)
            )

    def _write_off(self, line: OrderLine, slot: Slot, lacking: int) -> None:
        office = self.office
        cell = office.cell(line.order.warehouse, line.sku)
        office.send(
            AdjustStock(
                **office.base("warehouse"),
                sku=line.sku,
                location=slot.location,
                quantity=-lacking,
                reason="lost",
                lot=slot.lot,
            )
        )
        slot.missing -= lacking
        cell.remove(slot, lacking)
        cell.lost_day = office.day

    def send_off(self, delivery: Delivery, order: SalesOpen, *, earliest: int = 0) -> None:
        """Decide when a shipment arrives, by the carrier's habit on the lane."""
        office, world = self.office, self.office.world
        lane = world.lanes[order.warehouse, order.region]
        chance = draw(world.seed, "road", delivery.number)
        shift = 0 if chance < 0.90 else 1 if chance < 0.988 else 2 if chance < 0.995 else 3
        expected = office.calendar.on_or_after(delivery.shipped + lane.transit_days)
        late = office.plot.late_lane.get((lane.carrier, lane.region))
        slow = 0
        if late is not None and delivery.shipped >= late[0] and chance < late[2]:
            slow = late[1][0] + int(chance / late[2] * (late[1][1] - late[1][0] + 1))
        arrival = max(office.calendar.on_or_after(delivery.shipped + lane.transit_days + shift + slow), earliest)
        if slow:
            delivery.problem = "carrier_late"
            office.tell(
                "carrier_late",
                carrier=lane.carrier,
                region=lane.region,
                warehouse=lane.warehouse,
                shipment=delivery.number,
                shipped=str(world.date(delivery.shipped)),
                expected=str(world.date(expected)),
                arrives=str(world.date(arrival)),
                late_days=arrival - expected,
            )
        self.book.road[arrival].append(delivery)

    def deliver(self) -> None:
        """What the carriers hand over today; some of it comes back later."""
        office = self.office
        for delivery in self.book.road.pop(office.day, ()):
            signed = draw(office.world.seed, "signed", delivery.number) < 0.985
            office.send(
                ConfirmDelivery(
                    **office.base("sales"),
                    shipment=delivery.ref,
                    carrier_delivered_date=office.today,
                    signed_date=office.today if signed else None,
                    signed_by=delivery.customer if signed else "",
                )
            )
            for line, lot, quantity in delivery.carried:
                self._arrive(delivery, line, quantity)
                self._plan_return(delivery, line, lot, quantity)

    def _arrive(self, delivery: Delivery, line: OrderLine, quantity: int) -> None:
        office = self.office
        line.delivered += quantity
        if line.note:
            office.tell(
                f"{line.note}_delivered",
                order=line.order.number,
                line=line.position,
                shipment=delivery.number,
                quantity=quantity,
                promised=str(office.world.date(line.promised)),
                delivered=str(office.today),
                late_days=office.day - line.promised,
            )
        if line.is_complete and self.book.open_lines.pop(id(line), None) is not None:
            late = explain_delivered(office, line, delivery.shipped, delivery.number, delivery.problem)
            if late is not None:
                self.book.late_lines.append({**late, "delivered": str(office.today)})

    def _plan_return(self, delivery: Delivery, line: OrderLine, lot: str | None, quantity: int) -> None:
        coming = coming_back(self.office, delivery.number, line, lot, quantity, self.office.day)
        if coming is not None:
            day, part, reason = coming
            self.book.returns[day].append((delivery.number, line.position, line, lot, part, reason))
