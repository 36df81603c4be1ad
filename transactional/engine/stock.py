"""How do quantities and their cost move without anything appearing or vanishing?

Every move takes a quantity, with its cost, from one location to another. Balances (item x location x lot x status) change in
the same transaction; physical ones never go below what is allocated. How much lies where is kept in `balances`, what it is
worth in `costs`; looking and choosing is in `shelves`.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from kernel.errors import Refused
from kernel.numbers import show_quantity
from transactional.engine.balances import Balances
from transactional.engine.costs import Costs
from transactional.engine.places import Places
from transactional.engine.rows import Row
from transactional.engine.shelves import Shelves, Slot
from transactional.engine.store import Session

if TYPE_CHECKING:
    from transactional.engine.work import UnitOfWork

__all__ = ["Slot", "Stock"]


class Stock(Shelves):
    """The only writer of movements, balances and costs."""

    def __init__(self, work: UnitOfWork) -> None:
        places = Places(work)
        super().__init__(work, places, Balances(work, places))
        self._costs = Costs(work, places)

    def movement(
        self,
        movement_type: str,
        document_kind: str,
        document_id: int,
        *,
        business_date: date,
        reason_code: str | None = None,
        reversal_of: int | None = None,
    ) -> Row:
        """A movement header; `move` hangs lines on it."""
        work = self._work
        return work.rows.insert_whole(
            "movement",
            {
                "movement_id": work.new_id(),
                "movement_type": movement_type,
                "document_kind": document_kind,
                "document_id": document_id,
                "business_date": business_date,
                "recorded_at": work.recorded_at,
                "actor_id": work.actor.user_id,
                "reason_code": reason_code,
                "reversal_of_movement_id": reversal_of,
                "posting_sequence": work.posting_sequence,
            },
        )

    def move(
        self,
        movement: Row,
        item_id: int,
        quantity: int,
        *,
        from_location: int,
        to_location: int,
        lot_id: int = 0,
        from_status: str = "available",
        to_status: str = "available",
        cost_amount: int | None = None,
        document_line_id: int | None = None,
        consume_allocated: bool = False,
    ) -> Row:
        """Move a quantity with its cost. Raises Refused when the from side would fall below what is there or allocated.

        `cost_amount` None: the cost of the from side's valuation area; a from side without valuation then brings no value.
        With `consume_allocated` the quantity was allocated and the allocation is used up by the move.
        """
        if quantity <= 0:
            raise Refused("ledger.quantity_not_positive", got=show_quantity(quantity))
        balances = self._balances
        source = balances.one(item_id, from_location, lot_id, from_status)
        target = balances.one(item_id, to_location, lot_id, to_status)
        held = source.row
        if held["is_physical"]:
            allocated = held["allocated_quantity"]
            free = held["on_hand_quantity"] - allocated + (quantity if consume_allocated else 0)
            if quantity > free or (consume_allocated and quantity > allocated):
                raise self._short(item_id, from_location, lot_id, from_status, quantity, free)
        when: date = movement["business_date"]
        if consume_allocated:
            balances.tie(source, -quantity)
        balances.add(source, -quantity, when)
        balances.add(target, quantity, when)
        work = self._work
        return work.rows.insert_whole(
            "movement_line",
            {
                "cost_amount": self._costs.move(item_id, from_location, to_location, quantity, cost_amount, when),
                "movement_line_id": work.new_id(),
                "movement_id": movement["movement_id"],
                "item_id": item_id,
                "lot_id": lot_id,
                "from_location_id": from_location,
                "from_status": from_status,
                "to_location_id": to_location,
                "to_status": to_status,
                "quantity": quantity,
                "document_line_id": document_line_id,
                "business_date": when,
                "posting_sequence": work.posting_sequence,
            },
        )

    def value_entry(
        self,
        entry_kind: str,
        amount: int,
        *,
        from_location: int,
        to_location: int,
        document_kind: str,
        document_id: int,
        business_date: date,
        item_id: int | None = None,
        document_line_id: int | None = None,
    ) -> None:
        """Move value without quantity, for example a closed work order's remainder to variance. Zero is not written."""
        if amount == 0:
            return
        if amount < 0:
            amount, from_location, to_location = -amount, to_location, from_location
        if item_id is not None:
            for location, sign in ((from_location, -1), (to_location, 1)):
                area = self._places.area(location)
                if area is not None:
                    self._costs.add(self._costs.of(item_id, area), 0, sign * amount, business_date)
        work = self._work
        work.insert(
            "value_entry",
            value_entry_id=work.new_id(),
            entry_kind=entry_kind,
            item_id=item_id,
            from_location_id=from_location,
            to_location_id=to_location,
            amount=amount,
            document_kind=document_kind,
            document_id=document_id,
            document_line_id=document_line_id,
            business_date=business_date,
        )

    def allocate(self, item_id: int, location_id: int, lot_id: int, status: str, quantity: int) -> None:
        """Tie a quantity on a balance. Raises Refused when less is free."""
        balance = self._balances.one(item_id, location_id, lot_id, status)
        free = balance.row["on_hand_quantity"] - balance.row["allocated_quantity"]
        if quantity > free:
            raise self._short(item_id, location_id, lot_id, status, quantity, free)
        self._balances.tie(balance, quantity)

    def release(self, item_id: int, location_id: int, lot_id: int, status: str, quantity: int) -> None:
        """Untie a quantity on a balance. Raises Refused when less is tied."""
        balance = self._balances.one(item_id, location_id, lot_id, status)
        tied = balance.row["allocated_quantity"]
        if quantity > tied:
            raise Refused("ledger.release_too_much", got=show_quantity(quantity), expected=show_quantity(tied))
        self._balances.tie(balance, -quantity)

    def average_cost(self, item_id: int, warehouse_id: int) -> tuple[int, int]:
        """(value in minor units, quantity) of the item in the warehouse's valuation area."""
        cost = self._costs.of(item_id, self._work.row("warehouse", warehouse_id)["valuation_area_id"]).row
        return cost["value_amount"], cost["on_hand_quantity"]

    def virtual(self, name: str) -> int:
        """A company-wide location: SUPPLIER, CUSTOMER, SCRAP, COUNT, OPENING, VARIANCE."""
        return self._work.lookup("location", name)

    def place(self, warehouse_id: int, kind: str) -> int:
        """The warehouse's own 'production' or 'in_transit' location."""
        code = self._work.row("warehouse", warehouse_id)["code"]
        return self._work.lookup("location", f"{code}/{'WIP' if kind == 'production' else 'TRANSIT'}")

    def flush(self, session: Session) -> None:
        """Add the days' deltas to the daily tables."""
        self._balances.flush(session)
        self._costs.flush(session)

    def forget(self) -> None:
        """Let go of every balance."""
        self._balances.forget()

    def _short(self, item_id: int, location_id: int, lot_id: int, status: str, quantity: int, free: int) -> Refused:
        work = self._work
        return Refused(
            "ledger.insufficient_stock",
            item=work.row("item", item_id)["sku"],
            location=self._places.row(location_id)["code"],
            lot=work.row("lot", lot_id)["code"] if lot_id else "-",
            status=status,
            needed=show_quantity(quantity),
            available=show_quantity(max(free, 0)),
        )
