"""How does the demo company buy? Reorder points on expected use, terms with price breaks, quotes, receipts, inspection, invoices.

order when   free + held + on order - wanted  <  expected use until the next chance to receive + safety
order        up to that level + the lot's days of use, in the supplier's minimum and multiple
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from math import ceil

from kernel.numbers import QUANTITY_SCALE
from transactional.commands import (
    InspectGoods,
    InspectionResult,
    MoveStock,
    Offer,
    PlacePurchaseOrder,
    PromisePurchaseLine,
    PurchaseLine,
    ReceiptLine,
    ReceiveGoods,
    RecordQuotes,
    RecordSupplierInvoice,
)
from transactional.demo.catalogue import Item
from transactional.demo.chance import random_for
from transactional.demo.desk import Office
from transactional.demo.state import FAR, PurchaseOpen, Supply
from transactional.demo.world import PLANT, Supplier, Terms

__all__ = ["Buying", "Held"]

_REJECT_REASONS = ("dimension", "surface", "moisture", "packing")


def received_lot(number: str, line: int, arrival: date) -> str:
    """The lot code written on goods that arrive: the order line and the day, so that no two deliveries share one."""
    return f"{number[2:]}.{line}-{arrival:%m%d}"


@dataclass(slots=True)
class Held:
    """A receipt that waits for inspection: receipt line reference, lot, quantity."""

    receipt: str | int
    position: int
    line_ref: int | tuple[str, int]
    supplier: str
    sku: str
    location: str
    lot: str | None
    expiry: int
    quantity: int


@dataclass(slots=True)
class _Request:
    item: Item
    terms: Terms
    required: int
    quantity: int
    need_day: int
    requirement_day: int
    order_by_day: int
    strategy: str


class Buying:
    """The buyers, the goods-in dock and the invoice desk."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.items = [item for item in office.world.items() if item.procurement == "buy"]
        self.open: dict[int, list[PurchaseOpen]] = defaultdict(list)
        self.inspections: dict[int, list[Held]] = defaultdict(list)
        self.invoices: dict[int, list[tuple[PurchaseOpen, int, int]]] = defaultdict(list)
        self.repromises: dict[int, list[PurchaseOpen]] = defaultdict(list)
        self.delayed: dict[str, int] = {}
        self.incumbent: dict[str, str] = {}

    # ordering

    def review(self) -> None:
        """Look at a third of the bought items, and order."""
        office = self.office
        turn = office.calendar.between(0, office.day) % 3
        requests: dict[tuple[str, str], list[_Request]] = defaultdict(list)
        for index, item in enumerate(self.items):
            waiting = item.sku in self.delayed
            if index % 3 != turn and not waiting:
                continue
            request = self._request(item)
            if request is not None:
                requests[request.terms.supplier, office.world.buyer_of[item.sku]].append(request)
        for (supplier, buyer), found in sorted(requests.items()):
            self._place(office.world.suppliers[supplier], buyer, found)

    def _request(self, item: Item) -> _Request | None:
        office = self.office
        cell = office.cell(PLANT, item.sku)
        plot, day = office.plot, office.day
        demand = office.demand
        sources = self._sources(item)
        if not sources:
            return None
        terms = sources[0]
        supplier = office.world.suppliers[terms.supplier]
        arrival = self._arrival_day(supplier, day, 0)
        ahead = demand.expected(PLANT, item.sku, day, arrival + 5)
        pace = demand.expected(PLANT, item.sku, day, day + 60) / 60
        safety = pace * item.safety_days
        lump = item.weekly_units / max(item.weekly_lines, 0.05) * 0.6 if item.pattern in ("intermittent", "lumpy") else 0.0
        safety = max(safety, lump)
        lot_days = item.lot_days
        if item.category in plot.overstock and day >= plot.overstock[item.category][0]:
            safety += pace * plot.overstock[item.category][1]
        position = cell.position / QUANTITY_SCALE
        level = ahead + safety
        late = plot.late_buyer.get(office.world.buyer_of[item.sku])
        if position >= level or level <= 0:
            self.delayed.pop(item.sku, None)
            return None
        requirement_day = day
        if late is not None and late[0] <= day < late[1]:
            first = self.delayed.setdefault(item.sku, day)
            wait = random_for(office.world.seed, "late buyer", item.sku, first).randint(5, 10)
            if day < office.calendar.add(first, wait):
                return None
            requirement_day = first
            del self.delayed[item.sku]
        terms = self._choose(item, terms)
        wanted = level + pace * lot_days - position
        required = max(QUANTITY_SCALE, ceil(wanted) * QUANTITY_SCALE)
        quantity = max(required, terms.minimum_quantity)
        quantity = ceil(quantity / terms.multiple_quantity) * terms.multiple_quantity
        cover = max(position, 0.0) / pace if pace > 0 else 0.0
        need = office.calendar.on_or_before(max(day + 1, requirement_day + int(cover) + 1))
        order_by = requirement_day
        draw = random_for(office.world.seed, "strategy", item.sku, day).random()
        strategy = "contract" if terms.is_contract else "quote" if draw < 0.45 else "spot"
        return _Request(item, terms, required, quantity, need, requirement_day, order_by, strategy)

    def _sources(self, item: Item) -> list[Terms]:
        dead = self.office.plot.dead_supplier
        sources = self.office.world.sources.get(item.sku, [])
        if not dead:
            return sources
        return [terms for terms in sources if terms.supplier not in dead or self.office.day < dead[terms.supplier]]

    def _choose(self, item: Item, usual: Terms) -> Terms:
        sources = self._sources(item)
        if len(sources) > 1 and not usual.is_contract:
            draw = random_for(self.office.world.seed, "source", item.sku, self.office.day).random()
            if draw < 0.22:
                return sources[1]
        return usual

    def _arrival_day(self, supplier: Supplier, day: int, extra: int) -> int:
        sent = supplier.calendar.add(day, supplier.lead_days - 1 + extra)
        return self.office.calendar.on_or_after(sent + 1)

    def _place(self, supplier: Supplier, buyer: str, requests: list[_Request]) -> None:
        office, world = self.office, self.office.world
        if len(requests) >= 3:
            for request in requests:
                if request.strategy == "spot":
                    request.strategy = "consolidated"
        year = office.day // 365
        lines: list[PurchaseLine] = []
        quotes: list[tuple[int, _Request, tuple[Offer, ...]]] = []
        notes: list[dict[str, int]] = []
        promised = self._arrival_day(supplier, office.day, 0)
        overpaid = office.plot.overpayer.get(buyer)
        for request in requests:
            random = random_for(world.seed, "price", request.item.sku, office.day)
            listed = request.terms.price_at(year, request.quantity)
            price = listed
            note: dict[str, int] = {}
            if request.strategy == "quote":
                offers = self._offers(request, year)
                price = min(offer.unit_price for offer in offers)
                chosen = next(offer for offer in offers if offer.supplier == supplier.code)
                price = chosen.unit_price
                quotes.append((len(lines), request, tuple(offers)))
            elif request.strategy == "spot":
                price = round(listed * random.uniform(0.965, 1.035) / 100) * 100
            elif request.strategy == "consolidated":
                price = round(request.terms.price_at(year, request.quantity * 4) * random.uniform(0.98, 1.0) / 100) * 100
            if (
                overpaid is not None
                and overpaid[0] <= office.day
                and request.strategy in ("spot", "quote")
                and random.random() < 0.75
            ):
                price = round(listed * random.uniform(1.08, 1.17) / 100) * 100
                request.strategy = "spot"
                quotes = [entry for entry in quotes if entry[0] != len(lines)]
                reference = self.reference(request.item.sku, request.quantity, year)
                note = {"overpaid_reference": reference, "overpaid_price": price}
            lines.append(
                PurchaseLine(
                    sku=request.item.sku,
                    warehouse=PLANT,
                    quantity=request.quantity,
                    unit_price=price,
                    tax_rate_ppm=130_000,
                    required_date=world.date(request.need_day),
                    requested_date=world.date(promised),
                    promised_date=world.date(promised),
                    requirement_date=world.date(request.requirement_day),
                    order_by_date=world.date(request.order_by_day),
                    required_quantity=request.required,
                    strategy=request.strategy,
                )
            )
            notes.append(note)
            self.incumbent[request.item.sku] = supplier.code
        number = office.number("PO")
        order = office.send(
            PlacePurchaseOrder(
                **office.base(buyer),
                supplier=supplier.code,
                order_date=office.today,
                buyer=buyer,
                number=number,
                lines=tuple(lines),
            )
        )
        for index, request, given in quotes:
            office.send(
                RecordQuotes(
                    **office.base(buyer),
                    sku=request.item.sku,
                    quantity=request.quantity,
                    quote_date=office.today,
                    offers=given,
                    purchase_order_line=(order, index),
                )
            )
        for index, (line, request, note) in enumerate(zip(lines, requests, notes, strict=True)):
            opened = self._open_line(supplier, order, number, index, line, promised)
            if note:
                office.tell(
                    "pays_above_reference",
                    supplier=supplier.code,
                    sku=line.sku,
                    order=number,
                    line=index,
                    buyer=buyer,
                    quantity=line.quantity,
                    unit_price=line.unit_price,
                    reference_unit_price=note["overpaid_reference"],
                )
            if request.requirement_day < office.day:
                office.tell(
                    "buyer_orders_late",
                    buyer=buyer,
                    sku=line.sku,
                    order=number,
                    line=index,
                    order_by=str(line.order_by_date),
                    ordered=str(office.today),
                    late_days=office.day - request.requirement_day,
                )
            del opened

    def _open_line(
        self, supplier: Supplier, order: str, number: str, index: int, line: PurchaseLine, promised: int
    ) -> PurchaseOpen:
        office = self.office
        arrival = self.habit(supplier, line.sku, office.day, promised)
        cell = office.cell(PLANT, line.sku)
        note = ""
        slipping = office.plot.slipping_supplier.get(supplier.code)
        if slipping is not None and office.day >= slipping[0]:
            random = random_for(office.world.seed, "slip", line.sku, office.day)
            if random.random() < 0.8:
                arrival = office.calendar.add(promised, random.randint(*slipping[1]))
                note = "supplier_slips"
        short = office.plot.shortage.get(line.sku)
        if short is not None and short[0] <= office.day < short[1]:
            arrival = office.calendar.on_or_after(promised + short[2])
            office.plot.shortage[line.sku] = (short[0], -1, arrival)
            note = "component_shortage"
        supply = Supply("purchase_order_line", (order, index), number, promised, line.quantity)
        opened = PurchaseOpen(
            (order, index),
            order,
            number,
            index,
            supplier.code,
            line.sku,
            line.quantity,
            line.unit_price,
            office.day,
            promised,
            arrival,
            supply,
            note,
        )
        self.expect(opened)
        cell.supplies.append(supply)
        cell.coming += line.quantity
        if arrival - promised >= 3 and random_for(office.world.seed, "repromise", line.sku, office.day).random() < 0.6:
            self.repromises[office.calendar.on_or_before(promised - 1)].append(opened)
        return opened

    def expect(self, opened: PurchaseOpen) -> None:
        """Put an open line on the dock's agenda."""
        self.open[opened.arrival].append(opened)

    def habit(self, supplier: Supplier, sku: str, order_day: int, promised: int) -> int:
        """The day the goods really come, by the supplier's habit."""
        random = random_for(self.office.world.seed, "arrival", supplier.code, sku, order_day)
        draw = random.random()
        if draw < supplier.late_rate:
            shift = 1 + int(random.expovariate(1.0 / supplier.late_days))
        else:
            shift = -1 if draw > 0.9 else 0
        earliest = self.office.calendar.add(order_day, 1)
        return max(earliest, self.office.calendar.add(promised, min(shift, 9)))

    def reference(self, sku: str, quantity: int, year: int) -> int:
        """What the ledger will hold against a price: the incumbent's price at that quantity."""
        sources = self.office.world.sources[sku]
        contract = [terms for terms in sources if terms.is_contract]
        incumbent = contract[0].supplier if contract else self.incumbent.get(sku, sources[0].supplier)
        return next((terms for terms in sources if terms.supplier == incumbent), sources[0]).price_at(year, quantity)

    def _offers(self, request: _Request, year: int) -> list[Offer]:
        office = self.office
        random = random_for(office.world.seed, "quotes", request.item.sku, office.day)
        best = request.terms.price_at(year, request.quantity)
        mine = round(best * random.uniform(0.93, 1.0) / 100) * 100
        picks_best = random.random() < 0.8
        offers = [Offer(request.terms.supplier, mine, round(request.terms.lead_days * 7 / 5), None, True)]
        others = [
            s for s in office.world.suppliers.values() if s.code != request.terms.supplier and s.trade == request.item.trade
        ]
        others = others or [s for s in office.world.suppliers.values() if s.code != request.terms.supplier]
        for other in random.sample(others, min(len(others), random.choice((1, 2)))):
            factor = random.uniform(1.0, 1.08) if picks_best else random.uniform(0.96, 1.05)
            offers.append(Offer(other.code, round(mine * factor / 100) * 100, round(other.lead_days * 7 / 5)))
        return offers

    # receiving

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
            if random.random() < supplier.reject_rate:
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
                    rejected_quantity=0 if is_inspected else rejected,
                    location=location,
                    lot=lot,
                    expiry_date=None if expiry == FAR else world.date(expiry),
                    reject_reason=None if is_inspected or not rejected else random.choice(_REJECT_REASONS),
                )
            )
            cell = office.cell(PLANT, opened.sku)
            cell.coming -= quantity
            opened.quantity -= quantity
            opened.supply.quantity -= quantity
            if is_inspected:
                cell.held += quantity
                held.append(Held("", position, opened.ref, supplier.code, opened.sku, location, lot, expiry, quantity))
            else:
                if rejected < quantity:
                    cell.add(home, lot, expiry, quantity - rejected)
            if opened.quantity > 0:
                opened.arrival = office.calendar.add(office.day, random.randint(3, 6))
                self.expect(opened)
            elif opened.supply in cell.supplies:
                cell.supplies.remove(opened.supply)
            if opened.note == "supplier_slips":
                office.tell(
                    "supplier_slips",
                    supplier=supplier.code,
                    sku=opened.sku,
                    order=opened.number,
                    line=opened.line,
                    promised=str(world.date(opened.promised)),
                    received=str(office.today),
                    late_days=office.day - opened.promised,
                )
            if opened.note == "component_shortage":
                office.tell(
                    "component_shortage_supply",
                    supplier=supplier.code,
                    sku=opened.sku,
                    order=opened.number,
                    line=opened.line,
                    promised=str(world.date(opened.promised)),
                    received=str(office.today),
                    late_days=office.day - opened.promised,
                )
            self.invoices[office.calendar.add(office.day, random.randint(4, 9))].append((opened, quantity - rejected, office.day))
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
        if held:
            days = random_for(world.seed, "inspection", supplier.code, office.day).choice((1, 1, 1, 2, 2))
            for entry in held:
                entry.receipt = receipt
            self.inspections[office.calendar.add(office.day, days)].extend(held)

    def inspect(self) -> None:
        """Inspections that end today, and the put-away that follows."""
        office, world = self.office, self.office.world
        by_receipt: dict[str | int, list[Held]] = {}
        for entry in self.inspections.pop(office.day, ()):
            by_receipt.setdefault(entry.receipt, []).append(entry)
        for receipt, entries in by_receipt.items():
            results, good = [], []
            for entry in entries:
                item = world.catalogue.items[entry.sku]
                supplier = world.suppliers[entry.supplier]
                random = random_for(world.seed, "inspected", entry.supplier, entry.sku, office.day)
                rejected = 0
                if random.random() < supplier.reject_rate:
                    rejected = max(
                        item.step, int(entry.quantity * supplier.reject_share * random.uniform(0.5, 2.0)) // item.step * item.step
                    )
                    rejected = min(rejected, entry.quantity)
                line = entry.position if isinstance(receipt, int) else (receipt, entry.position)
                results.append(InspectionResult(line, rejected, random.choice(_REJECT_REASONS) if rejected else None))
                good.append(entry.quantity - rejected)
            office.send(
                InspectGoods(
                    **office.base("warehouse"), goods_receipt=receipt, inspected_date=office.today, results=tuple(results)
                )
            )
            for entry, quantity in zip(entries, good, strict=True):
                cell = office.cell(PLANT, entry.sku)
                cell.held -= entry.quantity
                if quantity <= 0:
                    continue
                home = office.home(PLANT, entry.sku)
                if home != entry.location:
                    office.send(
                        MoveStock(
                            **office.base("warehouse"),
                            sku=entry.sku,
                            quantity=quantity,
                            from_location=entry.location,
                            to_location=home,
                            lot=entry.lot,
                            reason="put_away",
                        )
                    )
                cell.add(home, entry.lot, entry.expiry, quantity)

    def invoice(self) -> None:
        """Invoices that come today; a few charge another price than agreed."""
        office = self.office
        for opened, quantity, received_day in self.invoices.pop(office.day, ()):
            random = random_for(office.world.seed, "invoice", opened.supplier, opened.sku, received_day)
            price = opened.unit_price
            if random.random() < 0.035:
                price = round(price * random.choice((0.97, 1.02, 1.03, 1.05)) / 100) * 100
            if quantity > 0:
                office.send(
                    RecordSupplierInvoice(
                        **office.base("finance"),
                        invoice_number=f"{opened.supplier}-{office.today:%y%m%d}-{opened.number[2:]}",
                        line=opened.ref,
                        invoice_date=office.today,
                        quantity=quantity,
                        unit_price=price,
                    )
                )
