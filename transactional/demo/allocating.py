"""Who gets the stock? Lines are tied to it a day or two before they leave, what waits longest first."""

from __future__ import annotations

from transactional.commands import AllocateSalesLine, CancelSalesLine, Peg, PromiseSalesLine, ReleaseAllocation
from transactional.demo.chance import draw
from transactional.demo.desk import Office
from transactional.demo.open_documents import OrderLine, Setback
from transactional.demo.promising import rest_on_supply
from transactional.demo.sales_book import SalesBook
from transactional.demo.state import Cell

__all__ = ["Allocating"]

_GIVE_UP_DAYS = 45


class Allocating:
    """The desk that ties stock to lines and takes it away again."""

    def __init__(self, office: Office, book: SalesBook) -> None:
        self.office = office
        self.book = book

    def allocate(self) -> None:
        """Tie stock to what leaves soon; what waits longest first."""
        office, book = self.office, self.book
        for line in book.cancellations.pop(office.day, ()):
            if line.open == line.ordered:
                self._cancel(line, "customer")
        due = [*book.backlog, *book.plan.pop(office.day, ())]
        due.sort(key=lambda line: line.ship_day)
        book.backlog = []
        for line in due:
            if line.open <= 0:
                continue
            if line.hold_until > office.day:
                book.backlog.append(line)
                continue
            cell = office.cell(line.order.warehouse, line.sku)
            # What leaves today in full is taken from the shelf without being tied first.
            is_direct = line.ship_day <= office.day and cell.free >= line.open and not line.picks and not line.order.pick_slip
            if cell.free > 0:
                self.tie(cell, line, is_direct=is_direct)
            if line.open > 0:
                self._wait(cell, line)
            elif line.picks:
                self.pick(line)

    def tie(self, cell: Cell, line: OrderLine, *, is_direct: bool = False) -> None:
        """Tie free stock to a line; on the day its last part is tied it is ready."""
        office = self.office
        found = cell.find(line.open, office.day)
        line.is_direct = is_direct and sum(part for _, part in found) == line.open
        sources = []
        for slot, part in found:
            sources.append(slot.source_of(part) if line.has_waited else None)
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
        if found and line.open == 0:
            line.ready = office.day
            known = [source for source in sources if source is not None]
            line.source = max(known, key=lambda source: source.usable) if known else None

    def pick(self, line: OrderLine) -> None:
        """Put a line that is all there on the agenda of the day it leaves."""
        office = self.office
        when = max(office.day, line.ship_day)
        if line.order.pick_slip:
            when = office.calendar.add(when, line.order.pick_slip)
        self.book.ready[when].append(line)

    def _cancel(self, line: OrderLine, reason: str) -> None:
        office = self.office
        office.send(CancelSalesLine(**office.base("sales"), line=line.ref, quantity=line.open, reason=reason))
        office.cell(line.order.warehouse, line.sku).wanted -= line.open
        line.cancelled += line.open
        line.open = 0
        if line.is_complete:
            self.book.open_lines.pop(id(line), None)

    def _wait(self, cell: Cell, line: OrderLine) -> None:
        office, world = self.office, self.office.world
        if office.day >= line.ship_day:
            line.has_waited = True
        if line.picks and office.day >= office.calendar.on_or_after(line.ship_day):
            # What is there leaves on its day; the rest follows.
            self.book.ready[office.day].append(line)
        if office.day - line.promised > _GIVE_UP_DAYS:
            self._cancel(line, "no_stock")
            return
        if office.day >= line.ship_day and not line.is_reissued and not line.note:
            line.is_reissued = True
            if draw(world.seed, "new promise", line.order.number, line.position) < 0.5:
                pegs: list[Peg] = []
                _, ship = rest_on_supply(office, cell, line.open, pegs)
                lane = world.lanes[line.order.warehouse, line.order.region]
                promised = max(line.promised, office.calendar.on_or_after(ship + lane.transit_days + 1))
                if promised > line.promised:
                    office.send(
                        PromiseSalesLine(
                            **office.base("sales"), line=line.ref, promised_date=world.date(promised), pegs=tuple(pegs)
                        )
                    )
        self.book.backlog.append(line)

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
            self._set_back(victim, Setback("stock_taken", victim.ready, thief.order.number, "stock_taken"))
            self.tie(cell, thief)
            if thief.open == 0:
                self.pick(thief)
        return moved

    def not_found(self, line: OrderLine, cell: Cell, quantity: int, problem: str) -> None:
        """Allocated stock is not where the book says: the line waits again."""
        office = self.office
        office.send(
            ReleaseAllocation(**office.base("warehouse"), line=line.ref, quantity=quantity, reason="wrong count: not found")
        )
        cell.wanted += quantity
        line.open += quantity
        self._set_back(line, Setback("wrong_count", line.ready, line.order.number, problem))

    def _set_back(self, line: OrderLine, setback: Setback) -> None:
        # What was lost a second time would not have been missed but for the first.
        line.setback = line.setback or setback
        line.has_waited = True
        line.ready = -1
        if line not in self.book.backlog:
            self.book.backlog.append(line)
