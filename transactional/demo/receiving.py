"""When do bought goods come? Suppliers' habits, and receipts at the goods-in dock."""

from __future__ import annotations

from collections import defaultdict
from datetime import date

from transactional.commands import PromisePurchaseLine, PurchaseLine, ReceiptLine, ReceiveGoods
from transactional.demo.chance import draw, random_for
from transactional.demo.desk import Office
from transactional.demo.inspecting import INSPECTION_DAYS, REJECT_REASONS, Held, Inspecting
from transactional.demo.invoicing import Invoicing
from transactional.demo.open_documents import PurchaseOpen
from transactional.demo.provenance import Bought
from transactional.demo.state import FAR, Supply
from transactional.demo.world import PLANT, Supplier

__all__ = ["Receiving", "received_lot"]


def received_lot(number: str, line: int, arrival: date) -> str:
    """The lot code written on goods that arrive: the order line and the day, so that no two deliveries share one."""
    return f"{number[2:]}.{line}-{arrival:%m%d}"


class Receiving:
    """The goods-in dock, with the inspectors and the invoice desk behind it."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.open: dict[int, list[PurchaseOpen]] = defaultdict(list)
        self.inspecting = Inspecting(office)
        self.invoicing = Invoicing(office)
        self.repromises: dict[int, list[PurchaseOpen]] = defaultdict(list)

    def open_line(
        self, supplier: Supplier, order: str, number: str, index: int, line: PurchaseLine, promised: int, order_by: int
    ) -> PurchaseOpen:
        """Take a purchase line that was just placed into the mirror, and decide when it comes."""
        office = self.office
        arrival, note = self._bent(supplier, line.sku, promised, self.habit(supplier, line.sku, office.day, promised))
        cell = office.cell(PLANT, line.sku)
        supply = Supply("purchase_order_line", (order, index), number, promised, line.quantity)
        opened = PurchaseOpen(
            (order, index), order, number, index, supplier.code, line.sku, line.quantity, line.unit_price, office.day,
            promised, arrival, supply, note, order_by,
        )  # fmt: skip
        supply.opened = opened
        self.expect(opened)
        cell.supplies.append(supply)
        cell.coming += line.quantity
        # Half of the suppliers that know better say so; one in trouble hopes until the last day.
        says_so = draw(office.world.seed, "repromise", line.sku, office.day) < (0.2 if note else 0.5)
        if arrival - promised >= 3 and says_so and note != "component_shortage":
            self.repromises[office.calendar.on_or_before(promised - 1)].append(opened)
        return opened

    def expect(self, opened: PurchaseOpen) -> None:
        """Put an open line on the dock's agenda."""
        self.open[opened.arrival].append(opened)

    def habit(self, supplier: Supplier, sku: str, order_day: int, promised: int) -> int:
        """The day the goods really come, by the supplier's habit."""
        random = random_for(self.office.world.seed, "arrival", supplier.code, sku, order_day)
        chance = random.random()
        if chance < supplier.late_rate:
            shift = 1 + int(random.expovariate(1.0 / supplier.late_days))
        else:
            shift = -1 if chance > 0.9 else 0
        earliest = self.office.calendar.add(order_day, 1)
        return max(earliest, self.office.calendar.add(promised, min(shift, 5)))

    def _bent(self, supplier: Supplier, sku: str, promised: int, usual: int) -> tuple[int, str]:
        """Arrival and planted problem."""
        office = self.office
        arrival, note = usual, ""
        slipping = office.plot.slipping_supplier.get(supplier.code)
        if slipping is not None and office.day >= slipping[0]:
            random = random_for(office.world.seed, "slip", sku, office.day)
            if random.random() < slipping[2]:
                arrival = office.calendar.add(promised, random.randint(*slipping[1]))
                note = "supplier_slips"
        short = office.plot.shortage.get(sku)
        if short is not None and short[0] <= office.day < short[1]:
            arrival = office.calendar.on_or_after(promised + short[2])
            office.plot.shortage[sku] = (short[0], -1, arrival)
            note = "component_shortage"
        elif short is not None and short[1] < 0 and office.day >= short[0] and arrival < short[2]:
            # Its makers have none: what is ordered meanwhile comes no earlier.
            arrival, note = short[2], "component_shortage"
        return arrival, note

    def receive(self) -> None:
        """What arrives today, by order; inspected suppliers' goods wait in quarantine."""
        office = self.office
        for opened in self.repromises.pop(office.day, ()):
            if opened.quantity > 0 and opened.arrival > office.day:
                office.send(
                    PromisePurchaseLine(
                        **office.base(office.world.buyer_of.get(opened.sku, "buyer")),
                        line=opened.ref,
                        promised_date=office.world.date(opened.arrival),
                    )
                )
                opened.supply.day = opened.arrival
        by_order: dict[object, list[PurchaseOpen]] = {}
        for opened in self.open.pop(office.day, ()):
            by_order.setdefault(opened.order, []).append(opened)
        for opened_lines in by_order.values():
            self._receive_order(opened_lines)

    def _receive_order(self, lines: list[PurchaseOpen]) -> None:
        office, world = self.office, self.office.world
        supplier = world.suppliers[lines[0].supplier]
        is_inspected = supplier.is_inspected
        receipt_lines: list[ReceiptLine] = []
        held: list[Held] = []
        for position, opened in enumerate(lines):
            item = world.catalogue.items[opened.sku]
            random = random_for(world.seed, "receipt", opened.supplier, opened.sku, office.day, opened.order_day)
            quantity = opened.quantity
            if random.random() < 0.06 and quantity >= 20 * item.step and not opened.note:
                quantity = quantity * random.randint(5, 8) // 10 // item.step * item.step
            rejected = 0
            if not is_inspected and random.random() < supplier.reject_rate:
                rejected = max(
                    item.step, int(quantity * supplier.reject_share * random.uniform(0.5, 2.0)) // item.step * item.step
                )
            lot, expiry = None, FAR
            if item.is_lot_tracked:
                lot = received_lot(opened.number, opened.line, office.today)
                if item.shelf_life_days is not None:
                    expiry = office.day + item.shelf_life_days - random.randint(0, 20)
                    expiry = office.plot.lot_expiry.get((opened.number, opened.line), expiry)
            home = office.home(PLANT, opened.sku)
            location = f"{PLANT}-RCV" if is_inspected else home
            receipt_lines.append(
                ReceiptLine(
                    line=opened.ref,
                    received_quantity=quantity,
                    rejected_quantity=rejected,
                    location=location,
                    lot=lot,
                    expiry_date=None if expiry == FAR else world.date(expiry),
                    reject_reason=random.choice(REJECT_REASONS) if rejected else None,
                )
            )
            source = Bought(
                opened.number, opened.sku, opened.promised, office.day, office.day, INSPECTION_DAYS if is_inspected else 0,
                opened.order_by, opened.order_day, opened.note,
            )  # fmt: skip
            if is_inspected:
                held.append(Held("", position, supplier.code, opened.sku, location, lot, expiry, quantity, source))
            self._take_in(opened, quantity, quantity - rejected, (home, lot, expiry, source))
            if opened.quantity > 0:
                opened.arrival = office.calendar.add(office.day, random.randint(3, 6))
                self.expect(opened)
            self._tell(opened)
            self.invoicing.bill(opened, quantity - rejected, office.day)
        receipt = office.send(
            ReceiveGoods(
                **office.base("warehouse"),
                purchase_order=lines[0].order,
                warehouse=PLANT,
                received_date=office.today,
                inspected_date=None if is_inspected else office.today,
                lines=tuple(receipt_lines),
            )
        )
        self.inspecting.hold(supplier, lines[0].number, receipt, held)

    def _take_in(self, opened: PurchaseOpen, quantity: int, usable: int, where: tuple[str, str | None, int, Bought]) -> None:
        """Book a receipt into the mirror: `usable` goes to the shelf at once, what is inspected is held."""
        cell = self.office.cell(PLANT, opened.sku)
        cell.coming -= quantity
        opened.quantity -= quantity
        opened.supply.quantity -= quantity
        home, lot, expiry, source = where
        if source.inspection_days:
            cell.held += quantity
            cell.inspecting.append(source)
        elif usable > 0:
            cell.add(home, lot, expiry, usable, source)
        if opened.quantity <= 0 and opened.supply in cell.supplies:
            cell.supplies.remove(opened.supply)

    def _tell(self, opened: PurchaseOpen) -> None:
        office = self.office
        topic = {"supplier_slips": "supplier_slips", "component_shortage": "component_shortage_supply"}.get(opened.note)
        if topic is not None:
            office.tell(
                topic,
                supplier=opened.supplier,
                sku=opened.sku,
                order=opened.number,
                line=opened.line,
                promised=str(office.world.date(opened.promised)),
                received=str(office.today),
                late_days=office.day - opened.promised,
            )
