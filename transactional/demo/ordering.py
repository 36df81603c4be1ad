"""What do customers order, and what are they promised?

promise = the later of  the customer's wish  and  ship day + lane days + one day, where the ship day is tomorrow when
unpromised stock suffices (the order is entered with its promise), else the day after the supply that covers the line, and all
promised before it, is expected (a promise of its own, with the supply it rests on).
"""

from __future__ import annotations

from transactional.commands import CancelSalesLine, EnterSalesOrder, Peg, PromiseSalesLine, SalesLine
from transactional.demo.calendars import CAMPAIGNS
from transactional.demo.chance import draw
from transactional.demo.changing import Changing
from transactional.demo.demand import Want
from transactional.demo.desk import Office
from transactional.demo.open_documents import OrderLine, SalesOpen
from transactional.demo.promising import rest_on_supply
from transactional.demo.sales_book import SalesBook
from transactional.demo.world import WAREHOUSES, Customer

__all__ = ["Ordering"]

_DISCOUNT = {"A": 60_000, "B": 30_000, "C": 0}
_DESKS = ("sales", "sales2", "sales3")


class Ordering:
    """The sales desk."""

    def __init__(self, office: Office, book: SalesBook, changing: Changing) -> None:
        self.office = office
        self.book = book
        self.changing = changing
        self.customers = {
            code: [customer for customer in office.world.customers if customer.warehouse == code] for code, *_ in WAREHOUSES
        }
        self.by_code = {customer.code: customer for customer in office.world.customers}
        self._week = -1
        self._wants: list[list[Want]] = []

    def enter(self) -> None:
        """Today's orders, one a customer."""
        office = self.office
        week, weekday = office.demand.week_of(office.day)
        if week != self._week:
            self._wants, self._week = office.demand.week(week), week
        by_customer: dict[str, list[Want]] = {}
        for want in self._wants[weekday]:
            by_customer.setdefault(want.customer, []).append(want)
        for code, wants in by_customer.items():
            customer = self.by_code[code]
            for start in range(0, len(wants), 10):
                self.order(customer, wants[start : start + 10], customer.wish_days)

    def order(
        self, customer: Customer, wants: list[Want], days: int, *, is_rush: bool = False, promise: int | None = None
    ) -> SalesOpen:
        """Enter an order and promise every line. `promise` overrides what the desk would have said."""
        office, world = self.office, self.office.world
        number = office.number("SO")
        lane = world.lanes[customer.warehouse, customer.region]
        requested = office.calendar.on_or_after(office.day + days + lane.transit_days)
        campaign = next((c for c in CAMPAIGNS if c[0] <= office.today <= c[1]), None)
        earliest = office.calendar.on_or_after(office.calendar.add(office.day, 1) + lane.transit_days + 1)
        lines: list[SalesLine] = []
        from_stock: list[int | None] = []
        for want in wants:
            item = world.catalogue.items[want.sku]
            discount = _DISCOUNT[customer.customer_class]
            in_campaign = campaign is not None and item.pattern == "promoted"
            if in_campaign:
                discount += 80_000
            promotion = office.demand.promotion(want.sku, office.day)
            if promotion is not None:
                discount += promotion.discount_ppm
                office.tell("price_promotion", sku=want.sku, warehouse=want.warehouse, order=number, line=len(lines),
                            quantity=want.quantity)  # fmt: skip
            cell = office.cell(customer.warehouse, want.sku)
            promised = None
            if promise is None and not is_rush and cell.unpromised >= want.quantity:
                promised = max(requested, earliest)
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
        desk = self.desk_of(customer)
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
        opened = SalesOpen(order, number, customer.code, customer.region, customer.warehouse, office.day)
        self._picking_habit(opened)
        for position, (want, promised, sold) in enumerate(zip(wants, from_stock, lines, strict=True)):
            line = OrderLine((order, position), opened, position, want.sku, want.quantity, want.quantity, requested, requested, 0)
            line.value = want.quantity * sold.unit_price // 1_000_000 * (1_000_000 - sold.discount_ppm) // 1_000_000
            opened.lines.append(line)
            if promised is None:
                self._promise(line, customer, desk, is_rush, promise)
            else:
                line.promised = promised
            if line.open > 0:
                self.book.open_lines[id(line)] = line
                self._schedule(line, lane.transit_days, is_rush or promise is not None)
        if not is_rush and promise is None:
            self.changing.note(opened)
        return opened

    def desk_of(self, customer: Customer) -> str:
        """Who serves a customer."""
        return _DESKS[sum(map(ord, customer.code)) % 3]

    def _picking_habit(self, order: SalesOpen) -> None:
        """Now and then an order is picked a day or two late; where a warehouse falls behind, more often and longer."""
        office = self.office
        chance = draw(office.world.seed, "picking", order.number)
        behind = office.plot.picking_behind.get(order.warehouse)
        if behind is not None and behind[0] <= office.day and chance < behind[1]:
            low, high = behind[2]
            order.pick_slip = low + int(chance / behind[1] * (high - low + 1))
            order.pick_problem = "picking_behind"
        elif chance > 0.989:
            order.pick_slip = 1 if chance < 0.995 else 2
        # Nobody leaves an order lying over a long closure.
        if order.pick_slip and office.calendar.add(office.day, 14) - office.day > 22:
            order.pick_slip, order.pick_problem = 0, ""

    def _schedule(self, line: OrderLine, transit_days: int, is_special: bool) -> None:
        """When the line leaves, and when its stock is tied; a few are called off before."""
        office = self.office
        chance = draw(office.world.seed, "fate", line.order.number, line.position)
        ship_day = office.calendar.on_or_before(line.promised - transit_days - 1)
        line.ship_day = max(office.calendar.add(office.day, 1), ship_day)
        early = 0 if is_special else (0, 0, 1, 2)[int(chance * 4)]
        when = max(office.day + 1, office.calendar.on_or_after(office.calendar.add(line.ship_day, -early)))
        self.book.plan[office.calendar.on_or_after(when)].append(line)
        if chance * 4 % 1 < 0.006 and not is_special and line.ship_day > office.day + 2:
            self.book.cancellations[office.calendar.add(office.day, 1)].append(line)

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
            chance = draw(world.seed, "short", line.order.number, line.position)
            if forced is None and not is_rush and not customer.takes_backorders and chance < 0.8:
                office.send(CancelSalesLine(**office.base(desk), line=line.ref, quantity=short, reason="no_stock"))
                line.open -= short
                line.cancelled += short
                if line.open == 0:
                    return
                pegs.append(Peg("stock", line.open, world.date(ship)))
            else:
                if have > 0:
                    pegs.append(Peg("stock", have, world.date(ship)))
                line.pegged, leaves = rest_on_supply(office, cell, short, pegs)
                ship = max(ship, leaves)
        line.feasible = office.calendar.add(office.day, 1)
        if forced is not None:
            promised = forced
        else:
            promised = max(line.requested, office.calendar.on_or_after(ship + lane.transit_days + 1))
            promised = self._hasty(line, desk, promised)
        line.promised = promised
        office.send(PromiseSalesLine(**office.base(desk), line=line.ref, promised_date=world.date(promised), pegs=tuple(pegs)))
        cell.wanted += line.open

    def _hasty(self, line: OrderLine, desk: str, honest: int) -> int:
        """A salesperson may promise the wished day although nothing on the way can meet it."""
        office = self.office
        hasty = office.plot.hasty_desk.get(desk)
        if hasty is None or office.day < hasty[0] or honest <= line.requested:
            return honest
        if draw(office.world.seed, "hasty", line.order.number, line.position) >= hasty[1]:
            return honest
        line.note = "impossible_promise"
        office.tell(
            "impossible_promise",
            order=line.order.number,
            line=line.position,
            customer=line.order.customer,
            sku=line.sku,
            quantity=line.open,
            salesperson=desk,
            promised=str(office.world.date(line.requested)),
            earliest_feasible=str(office.world.date(honest)),
            late_days=honest - line.requested,
        )
        return line.requested
