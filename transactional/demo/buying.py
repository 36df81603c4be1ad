"""How does the demo company buy? One order a supplier and buyer, by contract, quote, spot or together; then the goods come."""

from __future__ import annotations

from collections import defaultdict

from transactional.commands import Offer, PlacePurchaseOrder, PurchaseLine, RecordQuotes
from transactional.demo.chance import random_for
from transactional.demo.desk import Office
from transactional.demo.receiving import Receiving
from transactional.demo.requirements import Request, Requirements, arrival_day
from transactional.demo.world import PLANT, Supplier

__all__ = ["Buying"]


class Buying:
    """The buyers."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.requirements = Requirements(office)
        self.receiving = Receiving(office)
        self.incumbent: dict[str, str] = {}

    def review(self) -> None:
        """Order what is needed."""
        office = self.office
        requests: dict[tuple[str, str], list[Request]] = defaultdict(list)
        for request in self.requirements.today():
            requests[request.terms.supplier, office.world.buyer_of[request.item.sku]].append(request)
        for (supplier, buyer), found in sorted(requests.items()):
            self._place(office.world.suppliers[supplier], buyer, found)

    def _place(self, supplier: Supplier, buyer: str, requests: list[Request]) -> None:
        office, world = self.office, self.office.world
        if len(requests) >= 3:
            for request in requests:
                if request.strategy == "spot":
                    request.strategy = "consolidated"
        promised = arrival_day(office, supplier, office.day)
        lines: list[PurchaseLine] = []
        quotes: list[tuple[int, Request, tuple[Offer, ...]]] = []
        overpaid: dict[int, int] = {}
        for index, request in enumerate(requests):
            price, offers, reference = self._price(supplier, buyer, request)
            if offers:
                quotes.append((index, request, offers))
            if reference is not None:
                overpaid[index] = reference
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
                    order_by_date=world.date(request.requirement_day),
                    required_quantity=request.required,
                    strategy=request.strategy,
                )
            )
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
        for index, (line, request) in enumerate(zip(lines, requests, strict=True)):
            self.receiving.open_line(supplier, order, number, index, line, promised, request.requirement_day)
            self._tell(number, index, buyer, supplier, line, request, overpaid.get(index))

    def _price(self, supplier: Supplier, buyer: str, request: Request) -> tuple[int, tuple[Offer, ...], int | None]:
        """Price, the quotes it was chosen from, and the reference where it is paid too much on purpose."""
        office = self.office
        year = office.day // 365
        random = random_for(office.world.seed, "price", request.item.sku, office.day)
        listed = request.terms.price_at(year, request.quantity)
        price = listed
        offers: tuple[Offer, ...] = ()
        if request.strategy == "quote":
            offers = tuple(self._offers(request, year))
            price = next(offer for offer in offers if offer.supplier == supplier.code).unit_price
        elif request.strategy == "spot":
            price = round(listed * random.uniform(0.965, 1.035) / 100) * 100
        elif request.strategy == "consolidated":
            price = round(request.terms.price_at(year, request.quantity * 4) * random.uniform(0.98, 1.0) / 100) * 100
        overpayer = office.plot.overpayer.get(buyer)
        if (
            overpayer is not None
            and overpayer[0] <= office.day
            and request.strategy in ("spot", "quote")
            and random.random() < overpayer[1]
        ):
            price = round(listed * random.uniform(1.08, 1.17) / 100) * 100
            request.strategy = "spot"
            return price, (), self.reference(request.item.sku, request.quantity, year)
        return price, offers, None

    def _tell(
        self,
        number: str,
        index: int,
        buyer: str,
        supplier: Supplier,
        line: PurchaseLine,
        request: Request,
        reference: int | None,
    ) -> None:
        office = self.office
        if reference is not None:
            office.tell(
                "pays_above_reference",
                supplier=supplier.code,
                sku=line.sku,
                order=number,
                line=index,
                buyer=buyer,
                quantity=line.quantity,
                unit_price=line.unit_price,
                reference_unit_price=reference,
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

    def reference(self, sku: str, quantity: int, year: int) -> int:
        """What the ledger will hold against a price: the incumbent's price at that quantity."""
        sources = self.office.world.sources[sku]
        contract = [terms for terms in sources if terms.is_contract]
        incumbent = contract[0].supplier if contract else self.incumbent.get(sku, sources[0].supplier)
        return next((terms for terms in sources if terms.supplier == incumbent), sources[0]).price_at(year, quantity)

    def _offers(self, request: Request, year: int) -> list[Offer]:
        office = self.office
        random = random_for(office.world.seed, "quotes", request.item.sku, office.day)
        best = request.terms.price_at(year, request.quantity)
        mine = round(best * random.uniform(0.91, 0.99) / 100) * 100
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
