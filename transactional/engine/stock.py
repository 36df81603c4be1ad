"""How do quantities and their cost move without anything appearing or vanishing?

Every move takes a quantity, with its cost, from one location to another. Balances (item x location x lot x status) change in
the same transaction; physical ones never go below what is allocated. Cost is a moving average per item and valuation area, kept
as exact quantity and value: what leaves takes value x quantity / on hand, half to even, and the last unit takes all that is
left, so an empty stock is worth nothing. Cost moves in posting order; a backdated document changes no earlier row.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from kernel.errors import NotFound, Refused
from kernel.numbers import divide_half_even, show_quantity
from transactional.engine.rows import Row
from transactional.engine.store import Session

if TYPE_CHECKING:
    from transactional.engine.work import UnitOfWork

__all__ = ["Slot", "Stock"]

_VALUED = ("bin", "in_transit")
_FAR = date(9999, 12, 31)
_UPSERT = (
    "INSERT INTO {table} ({columns}) VALUES ({places}) ON CONFLICT ({key}) DO UPDATE SET {sums}, "
    "posting_sequence = excluded.posting_sequence"
)


@dataclass(frozen=True)
class Slot:
    """A quantity of an item lying in one bin, of one lot, in one status."""

    location_id: int
    location_code: str
    lot_id: int
    status: str
    on_hand_quantity: int
    allocated_quantity: int
    expiry_date: date | None

    @property
    def free_quantity(self) -> int:
        """On hand and not allocated."""
        return self.on_hand_quantity - self.allocated_quantity


class Stock:
    """The only writer of movements, balances and costs."""

    def __init__(self, work: UnitOfWork) -> None:
        self._work = work
        self._quantity_daily: dict[tuple[Any, ...], list[int]] = {}
        self._value_daily: dict[tuple[Any, ...], list[int]] = {}
        self._areas: dict[int, int | None] = {}
        self._held: dict[int, dict[tuple[int, int, str], Row]] = {}
        self._loaded: set[int] = set()

    # -- moving -------------------------------------------------------------------------------------------------

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
        return work.insert(
            "movement",
            movement_id=work.new_id(),
            movement_type=movement_type,
            document_kind=document_kind,
            document_id=document_id,
            business_date=business_date,
            recorded_at=work.recorded_at,
            actor_id=work.actor.user_id,
            reason_code=reason_code,
            reversal_of_movement_id=reversal_of,
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
        work = self._work
        source = self._balance(item_id, from_location, lot_id, from_status)
        target = self._balance(item_id, to_location, lot_id, to_status)
        if source["is_physical"]:
            free = source["on_hand_quantity"] - source["allocated_quantity"] + (quantity if consume_allocated else 0)
            if quantity > free or (consume_allocated and quantity > source["allocated_quantity"]):
                raise self._short(item_id, from_location, lot_id, from_status, quantity, free)
        changes = {"on_hand_quantity": source["on_hand_quantity"] - quantity}
        if consume_allocated:
            changes["allocated_quantity"] = source["allocated_quantity"] - quantity
        self._change_balance(source, changes)
        self._change_balance(target, {"on_hand_quantity": target["on_hand_quantity"] + quantity})
        when = movement["business_date"]
        self._add_daily(item_id, from_location, lot_id, from_status, when, -quantity)
        self._add_daily(item_id, to_location, lot_id, to_status, when, quantity)
        cost = self._move_cost(item_id, from_location, to_location, quantity, cost_amount, when)
        return work.insert(
            "movement_line",
            movement_line_id=work.new_id(),
            movement_id=movement["movement_id"],
            item_id=item_id,
            lot_id=lot_id,
            from_location_id=from_location,
            from_status=from_status,
            to_location_id=to_location,
            to_status=to_status,
            quantity=quantity,
            cost_amount=cost,
            document_line_id=document_line_id,
            business_date=when,
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
                area = self._area(location)
                if area is not None:
                    cost = self._cost(item_id, area)
                    self._change_cost(cost, 0, sign * amount, business_date)
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

    # -- allocating ---------------------------------------------------------------------------------------------

    def allocate(self, item_id: int, location_id: int, lot_id: int, status: str, quantity: int) -> None:
        """Tie a quantity on a balance. Raises Refused when less is free."""
        balance = self._balance(item_id, location_id, lot_id, status)
        free = balance["on_hand_quantity"] - balance["allocated_quantity"]
        if quantity > free:
            raise self._short(item_id, location_id, lot_id, status, quantity, free)
        self._change_balance(balance, {"allocated_quantity": balance["allocated_quantity"] + quantity})

    def release(self, item_id: int, location_id: int, lot_id: int, status: str, quantity: int) -> None:
        """Untie a quantity on a balance. Raises Refused when less is tied."""
        balance = self._balance(item_id, location_id, lot_id, status)
        if quantity > balance["allocated_quantity"]:
            raise Refused(
                "ledger.release_too_much", got=show_quantity(quantity), expected=show_quantity(balance["allocated_quantity"])
            )
        self._change_balance(balance, {"allocated_quantity": balance["allocated_quantity"] - quantity})

    # -- looking ------------------------------------------------------------------------------------------------

    def on_hand(self, item_id: int, warehouse_id: int, status: str = "available") -> list[Slot]:
        """What lies in the warehouse's bins, first expired first out, then oldest lot, then location code."""
        work = self._work
        slots = []
        for balance in self._balances(item_id):
            if balance["on_hand_quantity"] <= 0 or balance["status"] != status or not balance["is_physical"]:
                continue
            location = self._location(balance["location_id"])
            if location["warehouse_id"] != warehouse_id or location["kind"] != "bin":
                continue
            lot = work.row("lot", balance["lot_id"]) if balance["lot_id"] else None
            slots.append(
                (
                    (lot and lot["expiry_date"]) or _FAR,
                    (lot and lot["received_date"]) or date.min,
                    balance["lot_id"],
                    location["code"],
                    Slot(
                        balance["location_id"], location["code"], balance["lot_id"], status, balance["on_hand_quantity"],
                        balance["allocated_quantity"], lot["expiry_date"] if lot else None,
                    ),
                )
            )  # fmt: skip
        slots.sort(key=lambda entry: entry[:4])
        return [entry[4] for entry in slots]

    def available(self, item_id: int, warehouse_id: int) -> int:
        """Free and usable now: available status, pickable bin, not expired on the command's business date."""
        return sum(slot.free_quantity for slot in self._usable(item_id, warehouse_id))

    def take(self, item_id: int, warehouse_id: int, quantity: int) -> list[tuple[int, int, int]]:
        """Choose free stock first expired first out: (location, lot, quantity); together at most `quantity`, maybe less."""
        chosen = []
        for slot in self._usable(item_id, warehouse_id):
            if quantity <= 0:
                break
            part = min(slot.free_quantity, quantity)
            chosen.append((slot.location_id, slot.lot_id, part))
            quantity -= part
        return chosen

    def average_cost(self, item_id: int, warehouse_id: int) -> tuple[int, int]:
        """(value in minor units, quantity) of the item in the warehouse's valuation area."""
        area = self._work.row("warehouse", warehouse_id)["valuation_area_id"]
        cost = self._cost(item_id, area)
        return cost["value_amount"], cost["on_hand_quantity"]

    def virtual(self, name: str) -> int:
        """A company-wide location: SUPPLIER, CUSTOMER, SCRAP, COUNT, OPENING, VARIANCE."""
        return self._work.lookup("location", name)

    def place(self, warehouse_id: int, kind: str) -> int:
        """The warehouse's own 'production' or 'in_transit' location."""
        code = self._work.row("warehouse", warehouse_id)["code"]
        return self._work.lookup("location", f"{code}/{'WIP' if kind == 'production' else 'TRANSIT'}")

    def default_bin(self, warehouse_id: int, item_id: int) -> int:
        """Automatic put-away: the bin where most of the item lies already, else the warehouse's first bin. Raises NotFound."""
        best: tuple[int, int] | None = None
        for balance in self._balances(item_id):
            location = self._location(balance["location_id"])
            if location["warehouse_id"] == warehouse_id and location["kind"] == "bin":
                candidate = (-balance["on_hand_quantity"], balance["location_id"])
                best = candidate if best is None else min(best, candidate)
        if best is not None:
            return best[1]
        bins = self._work.rows.read("location", "warehouse_id = ? AND kind = 'bin' ORDER BY code LIMIT 1", (warehouse_id,))
        if not bins:
            fresh = [row for row in self._work.rows.new_rows("location") if row["warehouse_id"] == warehouse_id]
            bins = sorted((row for row in fresh if row["kind"] == "bin"), key=lambda row: str(row["code"]))
        if not bins:
            raise NotFound("ledger.no_bin", warehouse=self._work.row("warehouse", warehouse_id)["code"])
        return int(bins[0]["location_id"])

    # -- writing ------------------------------------------------------------------------------------------------

    def flush(self, session: Session) -> None:
        """Add the day's deltas to the daily tables."""
        balance_key = ("item_id", "location_id", "lot_id", "status", "business_date")
        self._upsert(session, "balance_daily", balance_key, ("quantity_delta",), self._quantity_daily)
        cost_key = ("item_id", "valuation_area_id", "business_date")
        self._upsert(session, "cost_daily", cost_key, ("quantity_delta", "value_delta"), self._value_daily)

    def _upsert(
        self,
        session: Session,
        table: str,
        key: tuple[str, ...],
        sums: tuple[str, ...],
        entries: dict[tuple[Any, ...], list[int]],
    ) -> None:
        columns = (*key, *sums, "posting_sequence")
        statement = _UPSERT.format(
            table=table,
            columns=", ".join(columns),
            places=", ".join("?" * len(columns)),
            key=", ".join(key),
            sums=", ".join(f"{name} = {table}.{name} + excluded.{name}" for name in sums),
        )
        as_text = session.dialect == "sqlite"
        rows = []
        for entry in sorted(entries):
            where = (*entry[:-1], entry[-1].isoformat()) if as_text else entry
            rows.append((*where, *entries[entry]))
        if rows:
            session.many(statement, rows)

    def _usable(self, item_id: int, warehouse_id: int) -> Iterator[Slot]:
        when = self._work.command.business_date
        for slot in self.on_hand(item_id, warehouse_id):
            if slot.free_quantity <= 0 or (slot.expiry_date is not None and slot.expiry_date < when):
                continue
            if self._location(slot.location_id)["is_pickable"]:
                yield slot

    def _location(self, location_id: int) -> Row:
        return self._work.row("location", location_id)

    def _area(self, location_id: int) -> int | None:
        if location_id not in self._areas:
            location = self._location(location_id)
            area = None
            if location["kind"] in _VALUED:
                area = self._work.row("warehouse", location["warehouse_id"])["valuation_area_id"]
            self._areas[location_id] = area
        return self._areas[location_id]

    def _balance(self, item_id: int, location_id: int, lot_id: int, status: str) -> Row:
        held = self._held.setdefault(item_id, {})
        known = held.get((location_id, lot_id, status))
        if known is not None:
            return known
        work = self._work
        balance = work.get("stock_balance", (item_id, location_id, lot_id, status))
        if balance is None:
            balance = work.insert(
                "stock_balance",
                item_id=item_id,
                location_id=location_id,
                lot_id=lot_id,
                status=status,
                is_physical=self._location(location_id)["is_physical"],
            )
        held[(location_id, lot_id, status)] = balance
        return balance

    def _balances(self, item_id: int) -> Iterable[Row]:
        """The item's balances that hold something, or were touched in this batch; empty ones of long ago stay where they are."""
        held = self._held.setdefault(item_id, {})
        if item_id not in self._loaded:
            self._loaded.add(item_id)
            for row in self._work.rows.read("stock_balance", "item_id = ? AND on_hand_quantity > 0", (item_id,)):
                held[(row["location_id"], row["lot_id"], row["status"])] = row
        return held.values()

    def _change_balance(self, balance: Row, changes: dict[str, int]) -> None:
        key = (balance["item_id"], balance["location_id"], balance["lot_id"], balance["status"])
        self._work.change("stock_balance", key, **changes)

    def _add_daily(self, item_id: int, location_id: int, lot_id: int, status: str, when: date, delta: int) -> None:
        entry = self._quantity_daily.setdefault((item_id, location_id, lot_id, status, when), [0, 0])
        entry[0] += delta
        entry[1] = self._work.posting_sequence

    def _cost(self, item_id: int, area: int) -> Row:
        cost = self._work.get("item_cost", (item_id, area))
        if cost is None:
            cost = self._work.insert("item_cost", item_id=item_id, valuation_area_id=area)
        return cost

    def _change_cost(self, cost: Row, quantity_delta: int, value_delta: int, when: date) -> None:
        key = (cost["item_id"], cost["valuation_area_id"])
        self._work.change(
            "item_cost",
            key,
            on_hand_quantity=cost["on_hand_quantity"] + quantity_delta,
            value_amount=cost["value_amount"] + value_delta,
        )
        entry = self._value_daily.setdefault((*key, when), [0, 0, 0])
        entry[0] += quantity_delta
        entry[1] += value_delta
        entry[2] = self._work.posting_sequence

    def _move_cost(self, item_id: int, from_location: int, to_location: int, quantity: int, given: int | None, when: date) -> int:
        from_area, to_area = self._area(from_location), self._area(to_location)
        amount = given
        if from_area is not None:
            cost = self._cost(item_id, from_area)
            held, value = cost["on_hand_quantity"], cost["value_amount"]
            if quantity >= held and from_area != to_area:
                amount = value
            elif amount is None or amount > value:
                amount = divide_half_even(value * quantity, held) if held else 0
            if from_area == to_area:
                return amount
            self._change_cost(cost, -quantity, -amount, when)
        elif amount is None:
            amount = 0
        if to_area is not None:
            self._change_cost(self._cost(item_id, to_area), quantity, amount, when)
        return amount

    def _short(self, item_id: int, location_id: int, lot_id: int, status: str, quantity: int, free: int) -> Refused:
        work = self._work
        return Refused(
            "ledger.insufficient_stock",
            item=work.row("item", item_id)["sku"],
            location=self._location(location_id)["code"],
            lot=work.row("lot", lot_id)["code"] if lot_id else "-",
            status=status,
            needed=show_quantity(quantity),
            available=show_quantity(max(free, 0)),
        )
