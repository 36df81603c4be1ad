"""Which customers ask for a later day than the one they were promised?

They ask a day or two after ordering, before anything is tied to the line. The line keeps its first promise; everything after it
is planned for the new day.
"""

from __future__ import annotations

from transactional.commands import MovePromiseForCustomer
from transactional.demo.chance import draw
from transactional.demo.desk import Office
from transactional.demo.open_documents import OrderLine, SalesOpen
from transactional.demo.sales_book import SalesBook

__all__ = ["Changing"]


class Changing:
    """The desk that answers customers who want it later."""

    def __init__(self, office: Office, book: SalesBook) -> None:
        self.office = office
        self.book = book

    def note(self, order: SalesOpen) -> None:
        """Decide on the day of an order which of its lines the customer will come back to move."""
        office = self.office
        moving = office.plot.moving_customer.get(order.customer)
        if moving is None or office.day < moving[0]:
            return
        for line in order.lines:
            if draw(office.world.seed, "moves", order.number, line.position) < moving[1]:
                self.book.changes[office.calendar.add(office.day, 1)].append(line)

    def change(self) -> None:
        """Move what customers ask to move today."""
        for line in self.book.changes.pop(self.office.day, ()):
            if line.open == line.ordered and not line.note:
                self._move(line)

    def _move(self, line: OrderLine) -> None:
        office, world = self.office, self.office.world
        days = 2 + int(draw(world.seed, "moved by", line.order.number, line.position) * 4)
        lane = world.lanes[line.order.warehouse, line.order.region]
        moved = office.calendar.add(line.promised, days)
        office.send(
            MovePromiseForCustomer(
                **office.base("sales"),
                line=line.ref,
                requested_date=world.date(moved),
                promised_date=world.date(moved),
                reason="customer's site not ready",
            )
        )
        line.moved_to = moved
        line.note = "customer_moves_promise"
        line.ship_day = office.calendar.on_or_before(moved - lane.transit_days - 1)
        line.hold_until = line.ship_day
        office.tell(
            "customer_moves_promise",
            order=line.order.number,
            line=line.position,
            customer=line.order.customer,
            sku=line.sku,
            promised=str(world.date(line.promised)),
            moved_to=str(world.date(moved)),
            late_days=moved - line.promised,
        )
