"""How does the demo company sell? Orders, promises on stock or on what comes, allocation, shipping, delivery, returns.

promise = the later of  the customer's wish  and  ship day + lane days + one day, where the ship day is tomorrow when
unpromised stock suffices (the order is entered with its promise), else two days after the supply that covers the line, and all
promised before it, is expected (a promise of its own, with the supply it rests on).
"""

from __future__ import annotations

from collections import defaultdict
from random import Random

from kernel.numbers import QUANTITY_SCALE
from transactional.commands import (
    AdjustStock,
    AllocateSalesLine,
    CancelSalesLine,
    ConfirmDelivery,
    EnterSalesOrder,
    MoveStock,
    Peg,
    PromiseSalesLine,
    ReleaseAllocation,
    ReturnGoods,
    ReturnLine,
    SalesLine,
    ShipGoods,
    ShipLine,
)
from transactional.demo.calendars import CAMPAIGNS
from transactional.demo.chance import random_for
from transactional.demo.demand import Want
from transactional.demo.desk import Office
from transactional.demo.state import FAR, Cell, OrderLine, SalesOpen, Slot
from transactional.demo.world import WAREHOUSES, Customer

__all__ = ["Delivery", "Selling"]

_DISCOUNT = {"A": 60_000, "B": 30_000, "C": 0}
_GIVE_UP_DAYS = 24
Delivery = tuple[str | int, str, str, list[tuple[OrderLine, str | None, int]]]
"""A shipment on the road: its reference, number, customer and what lots it carries of which lines."""


class Selling:
    """Sales desk, pickers, carriers, returns."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.customers = {
            code: [customer for customer in office.world.customers if customer.warehouse == code] for code, *_ in WAREHOUSES
        }
        self.by_code = {customer.code: customer for customer in office.world.customers}
        self.plan: dict[int, list[OrderLine]] = defaultdict(list)
        self.backlog: list[OrderLine] = []
        self.ready: dict[int, list[OrderLine]] = defaultdict(list)
        self.road: dict[int, list[Delivery]] = defaultdict(list)
        self.returns: dict[int, list[tuple[Delivery, OrderLine, str | None, int, str]]] = defaultdict(list)
        self.returned: dict[int, list[tuple[str, str, str | None, int, int]]] = defaultdict(list)
        self.lot_expiry: dict[tuple[str, str | None], int] = {}
        self.cancellations: dict[int, list[OrderLine]] = defaultdict(list)
        self._week = -1
        self._wants: list[list[Want]] = []

    # order entry

    def enter(self) -> None:
        """Today's orders."""
        office = self.office
        week = office.day // 7
        if week != self._week:
            self._wants, self._week = office.demand.week(week), week
        for warehouse, customers in self.customers.items():
            wants = [want for want in self._wants[office.day % 7] if want.warehouse == warehouse]
            if not wants or not customers:
                continue
            random = random_for(office.world.seed, "orders", warehouse, office.day)
            random.shuffle(wants)
            start = 0
            while start < len(wants):
                size = random.choices((1, 2, 3, 4, 5, 6, 8, 10), (10, 14, 18, 18, 14, 12, 10, 4))[0]
                customer = random.choices(customers, [c.weight for c in customers])[0]
                self.order(customer, wants[start : start + size], random.choices((3, 5, 7, 10, 14), (10, 20, 30, 25, 15))[0])
                start += size

    def order(
        self, customer: Customer, wants: list[Want], days: int, *, is_rush: bool = False, promise: int | None = None
    ) -> SalesOpen:
        """Enter an order and promise every line. `promise` overrides what the desk would have said."""
        office, world = self.office, self.office.world
        number = office.number("SO")
        lane = world.lanes[customer.warehouse, customer.region]
        requested = office.calendar.on_or_after(office.day + days + lane.transit_days)
        campaign = next((c for c in CAMPAIGNS if c[0] <= office.today <= c[1]), None)
        random = random_for(world.seed, "fate", number)
        pick_slip = random.choice((1, 2)) if random.random() < 0.006 else 0
        tomorrow = office.calendar.add(office.day, 1)
        lines: list[SalesLine] = []
        from_stock: list[int | None] = []
        for want in wants:
            item = world.catalogue.items[want.sku]
            discount = _DISCOUNT[customer.customer_class]
            in_campaign = campaign is not None and item.pattern == "promoted"
            if in_campaign:
                discount += 80_000
            cell = office.cell(customer.warehouse, want.sku)
            promised = None
            if promise is None and not is_rush and cell.unpromised >= want.quantity:
                promised = max(requested, office.calendar.on_or_after(tomorrow + lane.transit_days + 1))
                cell.wanted += want.quantity
            from_stock.append(promised)
            lines.append(
                SalesLine(
                    sku=want.sku,
                    warehouse=customer.warehouse,
                    quantity=want.quantity,
                    unit_price=item.list_price,
                    discount_ppm=discount,
                    tax_rate_ppm=130_000,
                    requested_date=world.date(requested),
                    promised_date=None if promised is None else world.date(promised),
                    business_event=campaign[2] if in_campaign and campaign is not None else None,
                )
            )
        desk = ("sales", "sales2", "sales3")[sum(map(ord, customer.code)) % 3]
        order = office.send(
            EnterSalesOrder(
                **office.base(desk),
                customer=customer.code,
                order_date=office.today,
                salesperson=desk,
                is_rush=is_rush,
                number=number,
                customer_reference=f"{customer.code}-{office.today:%m%d}",
                lines=tuple(lines),
            )
        )
        opened = SalesOpen(order, number, customer.code, customer.region, customer.warehouse, office.day, pick_slip)
        for position, (want, promised) in enumerate(zip(wants, from_stock, strict=True)):
            line = OrderLine((order, position), opened, position, want.sku, want.quantity, want.quantity, requested, requested, 0)
            opened.lines.append(line)
            if promised is None:
                self._promise(line, customer, desk, is_rush, promise)
            else:
                line.promised = promised
            if line.open > 0:
                self._schedule(line, lane.transit_days, is_rush or promise is not None, random)
        return opened

    def _schedule(self, line: OrderLine, transit_days: int, is_special: bool, random: Random) -> None:
        """When the line leaves, and when its stock is tied; a few are called off before."""
        office = self.office
        ship_day = office.calendar.on_or_before(line.promised - transit_days - 1)
        line.ship_day = max(office.calendar.add(office.day, 1), ship_day)
        early = 0 if is_special else random.choice((0, 1, 1, 2))
        when = max(office.day + 1, office.calendar.on_or_after(office.calendar.add(line.ship_day, -early)))
        self.plan[office.calendar.on_or_after(when)].append(line)
        if random.random() < 0.006 and not is_special and line.ship_day > office.day + 2:
            self.cancellations[office.calendar.add(office.day, 1)].append(line)

    def _promise(self, line: OrderLine, customer: Customer, desk: str, is_rush: bool, forced: int | None) -> None:
        """Promise a line that stock alone does not cover, or that somebody forces, and archive what the promise rests on."""
        office, world = self.office, self.office.world
        cell = office.cell(line.order.warehouse, line.sku)
        lane = world.lanes[customer.warehouse, customer.region]
        have = max(cell.unpromised, 0)
        ship = office.calendar.add(office.day, 1)
        pegs: list[Peg] = []
        if have >= line.open:
            pegs.append(Peg("stock", line.open, world.date(ship)))
        else:
            short = line.open - have
            random = random_for(world.seed, "short", line.order.number, line.position)
            if forced is None and not is_rush and not customer.takes_backorders and random.random() < 0.8:
                office.send(CancelSalesLine(**office.base(desk), line=line.ref, quantity=short, reason="no_stock"))
                line.open -= short
                if line.open == 0:
                    return
                pegs.append(Peg("stock", line.open, world.date(ship)))
            else:
                if have > 0:
                    pegs.append(Peg("stock", have, world.date(ship)))
                ship = max(ship, self._rest(cell, short, pegs))
        if forced is not None:
            promised = forced
        else:
            promised = max(line.requested, office.calendar.on_or_after(ship + lane.transit_days + 1))
            if ship > office.calendar.add(office.day, 1):
                promised = office.calendar.add(promised, 1)
        line.promised = promised
        office.send(PromiseSalesLine(**office.base(desk), line=line.ref, promised_date=world.date(promised), pegs=tuple(pegs)))
        cell.wanted += line.open

    def _rest(self, cell: Cell, short: int, pegs: list[Peg]) -> int:
        """Rest `short` on open supply in date order, after what was promised before; the day it can leave."""
        office, world = self.office, self.office.world
        taken = max(-cell.unpromised, 0)
        left = short
        for supply in sorted(cell.supplies, key=lambda s: s.day):
            room = supply.quantity - taken
            taken = max(0, taken - supply.quantity)
            if room <= 0:
                continue
            part = min(room, left)
            expected = max(supply.day, office.day + 1)
            pegs.append(Peg(supply.kind, part, world.date(expected), supply.ref))
            left -= part
            if left == 0:
                return office.calendar.add(expected, 2)
        item = world.catalogue.items[cell.sku]
        if cell.warehouse != "PL":
            days = 14
        elif item.procurement == "make":
            days = 13
        else:
            days = world.sources[cell.sku][0].lead_days + 6 if cell.sku in world.sources else 15
        expected = office.calendar.add(office.day, days)
        pegs.append(Peg("planned", left, world.date(expected)))
        return office.calendar.add(expected, 2)

    # allocation and shipping

    def allocate(self) -> None:
        """Tie stock to what leaves soon; what waits longest first."""
        office = self.office
        for line in self.cancellations.pop(office.day, ()):
            if line.open == line.ordered:
                office.send(CancelSalesLine(**office.base("sales"), line=line.ref, quantity=line.open, reason="customer"))
                office.cell(line.order.warehouse, line.sku).wanted -= line.open
                line.open = 0
        due = [*self.backlog, *self.plan.pop(office.day, ())]
        due.sort(key=lambda line: line.ship_day)
        self.backlog = []
        for line in due:
            if line.open <= 0:
                continue
            if line.hold_until > office.day:
                self.backlog.append(line)
                continue
            cell = office.cell(line.order.warehouse, line.sku)
            # What leaves today in full is taken from the shelf without being tied first.
            is_direct = line.ship_day <= office.day and cell.free >= line.open and not line.picks and not line.order.pick_slip
            if cell.free > 0:
                self._allocate(cell, line, is_direct=is_direct)
            if line.open > 0:
                self._wait(cell, line)
            elif line.picks:
                self._pick(line)

    def _allocate(self, cell: Cell, line: OrderLine, *, is_direct: bool = False) -> None:
        office = self.office
        found = cell.find(line.open, office.day)
        line.is_direct = is_direct and sum(part for _, part in found) == line.open
        for slot, part in found:
            if not line.is_direct:
                office.send(
                    AllocateSalesLine(
                        **office.base("warehouse"), line=line.ref, quantity=part, location=slot.location, lot=slot.lot
                    )
                )
            cell.allocate(slot, part)
            cell.wanted -= part
            line.open -= part
            line.picks.append((slot, part))

    def _pick(self, line: OrderLine) -> None:
        office = self.office
        when = max(office.day, line.ship_day)
        if line.order.pick_slip:
            when = office.calendar.add(when, line.order.pick_slip)
        self.ready[when].append(line)

    def _wait(self, cell: Cell, line: OrderLine) -> None:
        office, world = self.office, self.office.world
        if line.picks and office.day >= office.calendar.on_or_after(line.ship_day):
            # What is there leaves on its day; the rest follows.
            self.ready[office.day].append(line)
        if office.day - line.promised > _GIVE_UP_DAYS:
            office.send(CancelSalesLine(**office.base("sales"), line=line.ref, quantity=line.open, reason="no_stock"))
            cell.wanted -= line.open
            line.open = 0
            return
        if office.day >= line.ship_day and not line.is_reissued and not line.note:
            line.is_reissued = True
            random = random_for(world.seed, "new promise", line.order.number, line.position)
            if random.random() < 0.5:
                pegs: list[Peg] = []
                ship = self._rest(cell, line.open, pegs)
                lane = world.lanes[line.order.warehouse, line.order.region]
                promised = max(line.promised, office.calendar.on_or_after(ship + lane.transit_days + 1))
                if promised > line.promised:
                    office.send(
                        PromiseSalesLine(
                            **office.base("sales"), line=line.ref, promised_date=world.date(promised), pegs=tuple(pegs)
                        )
                    )
        self.backlog.append(line)

    def take_from(self, victim: OrderLine, thief: OrderLine) -> int:
        """Give a line's allocated stock to another line; what the ledger records as taken."""
        office = self.office
        cell = office.cell(victim.order.warehouse, victim.sku)
        moved = 0
        for slot, part in reversed(victim.picks[:]):
            quantity = min(part, thief.open - moved)
            if quantity <= 0:
                break
            moved += quantity
            victim.picks.remove((slot, part))
            if part > quantity:
                victim.picks.append((slot, part - quantity))
            cell.release(slot, quantity)
        if moved:
            office.send(
                ReleaseAllocation(
                    **office.base("sales"), line=victim.ref, quantity=moved, reason="taken for another order", taken_by=thief.ref
                )
            )
            cell.wanted += moved
            victim.open += moved
            if victim not in self.backlog:
                self.backlog.append(victim)
            self._allocate(cell, thief)
            if thief.open == 0:
                self._pick(thief)
        return moved

    def ship(self) -> None:
        """Everything that is ready leaves, one shipment per order."""
        office, world = self.office, self.office.world
        orders: dict[int, list[OrderLine]] = {}
        for line in self.ready.pop(office.day, ()):
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
                if line.is_direct:
                    cell_lines.extend(ShipLine(line=line.ref, quantity=q, location=s.location, lot=s.lot) for s, q in line.picks)
                else:
                    cell_lines.append(ShipLine(line=line.ref, quantity=line.allocated))
                for slot, part in line.picks:
                    cell.remove(slot, part, was_allocated=True)
                    carried.append((line, slot.lot, part))
                    self.lot_expiry[line.sku, slot.lot] = slot.expiry
                line.picks = []
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
            self.send_off((ref, number, order.customer, carried), office.day, order)

    def send_off(self, delivery: Delivery, shipped: int, order: SalesOpen, *, earliest: int = 0) -> None:
        """Decide when a shipment arrives, by the carrier's habit on the lane."""
        office, world = self.office, self.office.world
        lane = world.lanes[order.warehouse, order.region]
        random = random_for(world.seed, "road", delivery[1])
        draw = random.random()
        shift = 0 if draw < 0.90 else 1 if draw < 0.982 else random.randint(2, 3)
        expected = office.calendar.on_or_after(shipped + lane.transit_days)
        late = office.plot.late_lane.get((lane.carrier, lane.region))
        slow = 0
        if late is not None and shipped >= late[0] and random.random() < 0.45:
            slow = random.randint(*late[1])
        arrival = max(office.calendar.on_or_after(shipped + lane.transit_days + shift + slow), earliest)
        if slow:
            office.tell(
                "carrier_late",
                carrier=lane.carrier,
                region=lane.region,
                warehouse=lane.warehouse,
                shipment=delivery[1],
                shipped=str(world.date(shipped)),
                expected=str(world.date(expected)),
                arrives=str(world.date(arrival)),
                late_days=arrival - expected,
            )
        self.road[arrival].append(delivery)

    def deliver(self) -> None:
        """What the carriers hand over today; some of it comes back later."""
        office, world = self.office, self.office.world
        for delivery in self.road.pop(office.day, ()):
            ref, number, customer, carried = delivery
            random = random_for(world.seed, "signed", number)
            signed = random.random() < 0.985
            office.send(
                ConfirmDelivery(
                    **office.base("sales"),
                    shipment=ref,
                    carrier_delivered_date=office.today,
                    signed_date=office.today if signed else None,
                    signed_by=customer if signed else "",
                )
            )
            for line, lot, quantity in carried:
                if line.note:
                    office.tell(
                        f"{line.note}_delivered",
                        order=line.order.number,
                        line=line.position,
                        shipment=number,
                        quantity=quantity,
                        promised=str(world.date(line.promised)),
                        delivered=str(office.today),
                        late_days=office.day - line.promised,
                    )
                bad = office.plot.bad_lots.get((line.sku, lot))
                if bad is not None:
                    if random.random() < bad[1]:
                        part = max(QUANTITY_SCALE, int(quantity * random.uniform(0.3, 0.7)) // QUANTITY_SCALE * QUANTITY_SCALE)
                        self.returns[office.calendar.add(office.day, random.randint(6, 18))].append(
                            (delivery, line, lot, part, bad[0])
                        )
                elif random.random() < 0.011:
                    part = max(QUANTITY_SCALE, int(quantity * random.uniform(0.05, 0.35)) // QUANTITY_SCALE * QUANTITY_SCALE)
                    is_food = world.catalogue.items[line.sku].category.startswith("CS")
                    reason = random.choice(
                        ("DAMAGED", "WRONG", "UNSOLD", "TASTE" if is_food else "NOISE", "TASTE" if is_food else "LEAK")
                    )
                    self.returns[office.calendar.add(office.day, random.randint(6, 25))].append(
                        (delivery, line, lot, part, reason)
                    )

    # returns

    def take_back(self) -> None:
        """Returns of today wait in quarantine; some days later they go back to stock or to scrap."""
        office, world = self.office, self.office.world
        for delivery, line, lot, quantity, reason in self.returns.pop(office.day, ()):
            warehouse = line.order.warehouse
            item = world.catalogue.items[line.sku]
            random = random_for(world.seed, "return", delivery[1], line.position, office.day)
            refund = quantity * item.list_price // QUANTITY_SCALE * 9 // 10 // 10_000
            office.send(
                ReturnGoods(
                    **office.base("warehouse"),
                    customer=line.order.customer,
                    return_date=office.today,
                    lines=(
                        ReturnLine(
                            line=line.ref,
                            sku=line.sku,
                            quantity=quantity,
                            location=f"{warehouse}-RET",
                            reason=reason,
                            lot=lot,
                            disposition="quarantine",
                            refund_amount=refund,
                        ),
                    ),
                )
            )
            if office.plot.bad_lots.get((line.sku, lot)) is not None:
                office.tell(
                    "return_reason_of_one_lot",
                    sku=line.sku,
                    lot=lot,
                    reason=reason,
                    order=line.order.number,
                    line=line.position,
                    quantity=quantity,
                    refund_amount=refund,
                )
            keep = 1 if reason in ("WRONG", "UNSOLD") or random.random() < 0.25 else 0
            self.returned[office.calendar.add(office.day, random.randint(3, 9))].append(
                (warehouse, line.sku, lot, quantity, keep)
            )
        for warehouse, sku, lot, quantity, keep in self.returned.pop(office.day, ()):
            expiry = self.lot_expiry.get((sku, lot), FAR)
            if keep and expiry > office.day:
                home = office.home(warehouse, sku)
                office.send(
                    MoveStock(
                        **office.base("warehouse"),
                        sku=sku,
                        quantity=quantity,
                        from_location=f"{warehouse}-RET",
                        to_location=home,
                        lot=lot,
                        from_status="quarantine",
                        to_status="available",
                        reason="returned goods in order",
                    )
                )
                office.cell(warehouse, sku).add(home, lot, expiry, quantity)
            else:
                office.send(
                    AdjustStock(
                        **office.base("warehouse"),
                        sku=sku,
                        location=f"{warehouse}-RET",
                        quantity=-quantity,
                        reason="scrapped",
                        lot=lot,
                        status="quarantine",
                    )
                )

    def scrap_expired(self) -> None:
        """What has expired leaves the shelves."""
        office = self.office
        for cell in office.cells.values():
            while cell.slots and cell.slots[0].expiry <= office.day:
                slot: Slot = cell.slots[0]
                free = slot.on_hand - slot.allocated
                if free <= 0:
                    break
                office.send(
                    AdjustStock(
                        **office.base("warehouse"),
                        sku=cell.sku,
                        location=slot.location,
                        quantity=-free,
                        reason="expired",
                        lot=slot.lot,
                    )
                )
                office.log["expired"].append({"sku": cell.sku, "lot": slot.lot, "quantity": free, "warehouse": cell.warehouse})
                cell.remove(slot, free)
