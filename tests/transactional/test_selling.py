"""Selling: demand is kept, stock is tied once, what leaves is costed, what comes back returns its cost."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from kernel.errors import InvalidInput, NotPermitted, Refused
from tests.company import THE_DAY, UNIT, common, tiny_company
from transactional import Ledger
from transactional.check import check
from transactional.commands import (
    AllocateSalesLine,
    CancelSalesLine,
    ConfirmDelivery,
    DefineCustomer,
    EnterSalesOrder,
    MovePromiseForCustomer,
    OpeningLine,
    Peg,
    PickSalesLine,
    PostOpening,
    PromiseSalesLine,
    ReleaseAllocation,
    ReturnGoods,
    ReturnLine,
    SalesLine,
    ShipGoods,
    ShipLine,
)


def order(quantity: int = 30, sku: str = "TRADE-02", customer: str = "CITY", **columns: Any) -> EnterSalesOrder:
    line = SalesLine(
        sku=sku, warehouse="MAIN", quantity=quantity * UNIT, unit_price=20 * UNIT, requested_date=THE_DAY + timedelta(days=5)
    )
    return EnterSalesOrder(**{"customer": customer, "order_date": THE_DAY, "lines": (line,), **common(), **columns})


def allocate(entered: EnterSalesOrder, quantity: int | None = None, **columns: Any) -> AllocateSalesLine:
    tied = None if quantity is None else quantity * UNIT
    return AllocateSalesLine(**{"line": (entered.command_id, 0), "quantity": tied, **common(), **columns})


def ship(
    entered: EnterSalesOrder, quantity: int, location: str | None = None, lot: str | None = None, **columns: Any
) -> ShipGoods:
    lines = (ShipLine(line=(entered.command_id, 0), quantity=quantity * UNIT, location=location, lot=lot),)
    return ShipGoods(**{"warehouse": "MAIN", "shipped_date": THE_DAY, "lines": lines, **common(), **columns})


def line_of(ledger: Ledger, columns: str) -> tuple[Any, ...]:
    return ledger.rows(f"SELECT {columns} FROM sales_order_line ORDER BY sales_order_line_id DESC LIMIT 1")[0]


def test_an_order_goes_from_entry_to_signature(ledger: Ledger) -> None:
    """Statuses follow quantities, the lane fixes the expected day, the cost of sales is the moving average."""
    tiny_company(ledger)
    entered = order()
    shipment = ship(entered, 30, carrier="FAST")
    ledger.post([entered, allocate(entered), PickSalesLine(line=(entered.command_id, 0), **common()), shipment])
    assert line_of(ledger, "allocated_quantity, shipped_quantity, status") == (0, 30 * UNIT, "shipped")
    expected, picked = ledger.rows(
        "SELECT h.expected_delivery_date, l.picked_date FROM shipment h JOIN shipment_line l ON l.shipment_id = h.shipment_id"
    )[0]
    assert (str(expected), str(picked)) == (str(THE_DAY + timedelta(days=2)), str(THE_DAY))

    arrived = THE_DAY + timedelta(days=3)
    ledger.post([ConfirmDelivery(shipment=shipment.command_id, carrier_delivered_date=arrived, **common())])
    assert line_of(ledger, "delivered_quantity, status") == (30 * UNIT, "delivered")
    ledger.post([ConfirmDelivery(shipment=shipment.command_id, signed_date=arrived, signed_by="Li", **common())])

    assert ledger.rows("SELECT status, signed_by FROM shipment") == [("signed", "Li")]
    assert ledger.rows("SELECT status FROM sales_order") == [("delivered",)]
    assert line_of(ledger, "delivered_quantity") == (30 * UNIT,)
    cost = "SELECT m.quantity, m.cost_amount FROM movement_line m JOIN movement h ON h.movement_id = m.movement_id"
    # TRADE-02 opened with 100 at 10.333333: 1033.33, and 30 of them are 310.00.
    assert ledger.rows(f"{cost} WHERE h.movement_type = 'shipment'") == [(30 * UNIT, 31000)]
    assert check(ledger) == []
    with pytest.raises(Refused, match="signed"):
        ledger.post([ConfirmDelivery(shipment=shipment.command_id, signed_date=arrived, **common())])


def test_stock_is_tied_once_and_never_more_than_there_is(ledger: Ledger) -> None:
    """100 on hand: 70 for the first, 30 for the second, nothing for the third."""
    tiny_company(ledger)
    first, second, third = order(70), order(50), order(10)
    answers = ledger.post([first, second, third, allocate(first), allocate(second), allocate(third)])

    tied = [(answer.ids["allocated_quantity"], answer.ids["short_quantity"]) for answer in answers[3:]]
    assert tied == [(70 * UNIT, 0), (30 * UNIT, 20 * UNIT), (0, 10 * UNIT)]
    with pytest.raises(Refused, match="only 0 usable"):
        ledger.post([ship(third, 10)])
    with pytest.raises(Refused, match="only 0 open"):
        ledger.post([allocate(first, 1)])
    assert check(ledger) == []


def test_the_lot_that_expires_first_goes_first_and_an_expired_one_never(ledger: Ledger) -> None:
    """Lots OLD, SOON, and one that expired yesterday."""
    tiny_company(ledger)
    day = timedelta(days=1)
    lots = (("SOON", THE_DAY + day), ("GONE", THE_DAY - day))
    lines = tuple(
        OpeningLine(sku="TRADE-01", location="A-02", quantity=10 * UNIT, unit_cost=UNIT, lot=lot, expiry_date=expiry)
        for lot, expiry in lots
    )
    entered = order(12, "TRADE-01")
    ledger.post([PostOpening(opening_date=THE_DAY, lines=lines, **common()), entered, allocate(entered)])

    tied = "SELECT t.code, a.quantity FROM allocation a JOIN lot t ON t.lot_id = a.lot_id ORDER BY a.allocation_id"
    assert ledger.rows(tied) == [("SOON", 10 * UNIT), ("OLD", 2 * UNIT)]
    other = order(1, "TRADE-01")
    with pytest.raises(Refused, match="expired"):
        ledger.post([other, allocate(other, lot="GONE")])
    late = {"shipped_date": THE_DAY + 3 * day, "business_date": THE_DAY + 3 * day}
    with pytest.raises(Refused, match="lot SOON expired"):
        ledger.post([ship(entered, 12, **late)])
    ledger.post([ship(entered, 12)])
    assert check(ledger) == []


def test_taken_stock_is_on_record(ledger: Ledger) -> None:
    """A rush order takes 20 from a line that held 70: both halves of the allocation tell it."""
    tiny_company(ledger)
    held, rush = order(70), order(50, is_rush=True)
    take = ReleaseAllocation(
        line=(held.command_id, 0), quantity=20 * UNIT, reason="rush", taken_by=(rush.command_id, 0), **common()
    )
    answers = ledger.post([held, rush, allocate(held), take, allocate(rush)])

    rush_line = answers[1].ids["line_ids"][0]
    rows = ledger.rows(
        "SELECT quantity, state, taken_by_line_id, release_reason FROM allocation WHERE demand_line_id = ? ORDER BY quantity",
        (answers[0].ids["line_ids"][0],),
    )
    assert rows == [(20 * UNIT, "released", rush_line, "rush"), (50 * UNIT, "open", None, None)]
    assert answers[4].ids["allocated_quantity"] == 50 * UNIT
    with pytest.raises(Refused, match="only 50 allocated"):
        ledger.post([ReleaseAllocation(line=(held.command_id, 0), quantity=51 * UNIT, reason="x", **common())])
    own = (held.command_id, 0)
    with pytest.raises(InvalidInput, match="itself"):
        ledger.post([ReleaseAllocation(line=own, reason="x", taken_by=own, **common())])
    assert check(ledger) == []


def test_a_cut_quantity_stays_demand(ledger: Ledger) -> None:
    """40 of 70 cancelled: 70 stay ordered, what was tied beyond the rest is free again."""
    tiny_company(ledger)
    entered = order(70)
    cut = CancelSalesLine(line=(entered.command_id, 0), quantity=40 * UNIT, reason="no_stock", **common())
    ledger.post([entered, allocate(entered, 50), cut])

    assert line_of(ledger, "ordered_quantity, cancelled_quantity, allocated_quantity, cancel_reason, status") == (
        70 * UNIT,
        40 * UNIT,
        30 * UNIT,
        "no_stock",
        "open",
    )
    ledger.post([CancelSalesLine(line=(entered.command_id, 0), reason="customer", **common())])
    assert line_of(ledger, "cancelled_quantity, allocated_quantity, status") == (70 * UNIT, 0, "cancelled")
    assert ledger.rows("SELECT status FROM sales_order") == [("cancelled",)]
    assert check(ledger) == []
    with pytest.raises(Refused):
        ledger.post([CancelSalesLine(line=(entered.command_id, 0), reason="customer", **common())])
    with pytest.raises(InvalidInput, match="reason is 'mood'"):
        ledger.post([CancelSalesLine(line=(entered.command_id, 0), reason="mood", **common())])


def test_a_shipment_takes_from_the_named_bin_and_frees_what_is_held_elsewhere(ledger: Ledger) -> None:
    """Tied in A-01, shipped whole from A-02: nothing stays tied for a finished line."""
    tiny_company(ledger)
    more = PostOpening(
        opening_date=THE_DAY,
        lines=(OpeningLine(sku="TRADE-02", location="A-02", quantity=30 * UNIT, unit_cost=UNIT),),
        **common(),
    )
    entered = order(30)
    ledger.post([more, entered, allocate(entered, location="A-01"), ship(entered, 30, location="A-02")])

    assert line_of(ledger, "allocated_quantity, shipped_quantity") == (0, 30 * UNIT)
    assert ledger.rows("SELECT state, release_reason FROM allocation") == [("released", "shipped_elsewhere")]
    assert check(ledger) == []


def test_promises_keep_the_first_date_and_what_they_rested_on(ledger: Ledger) -> None:
    """The pegs of each promise are archived beside its date."""
    tiny_company(ledger)
    entered = order()
    ledger.post([entered])
    for days in (5, 8):
        when = THE_DAY + timedelta(days=days)
        peg = Peg("stock", 30 * UNIT, when)
        ledger.post([PromiseSalesLine(line=(entered.command_id, 0), promised_date=when, pegs=(peg,), **common())])

    first, last = line_of(ledger, "first_promised_date, last_promised_date")
    assert (str(first), str(last)) == (str(THE_DAY + timedelta(days=5)), str(THE_DAY + timedelta(days=8)))
    assert ledger.rows("SELECT COUNT(*) FROM promise_peg") == [(2,)]
    peg = Peg("purchase_order_line", UNIT, THE_DAY)
    with pytest.raises(InvalidInput, match="does not name its supply"):
        ledger.post([PromiseSalesLine(line=(entered.command_id, 0), promised_date=THE_DAY, pegs=(peg,), **common())])


def test_a_date_the_customer_moved_is_on_record_as_his(ledger: Ledger) -> None:
    """Lateness is judged by the first promise, so who moved the date, when and why is kept; demand stays as first asked."""
    tiny_company(ledger)
    entered = order()
    first, later = THE_DAY + timedelta(days=5), THE_DAY + timedelta(days=9)
    moved = {"line": (entered.command_id, 0), "requested_date": later, "promised_date": later, "reason": "site not ready"}
    ledger.post([entered])
    with pytest.raises(Refused, match="no promise yet"):
        ledger.post([MovePromiseForCustomer(**moved, **common("seller"))])
    ledger.post([PromiseSalesLine(line=(entered.command_id, 0), promised_date=first, **common())])
    with pytest.raises(NotPermitted):
        ledger.post([MovePromiseForCustomer(**moved, **common("clerk"))])
    ledger.post([MovePromiseForCustomer(**moved, **common("seller"))])

    kept = line_of(ledger, "requested_date, first_promised_date, last_promised_date")
    assert tuple(map(str, kept)) == (str(first), str(first), str(later))
    old, new = ledger.rows("SELECT old_value, new_value FROM document_event WHERE event_kind = 'customer_change'")[0]
    assert json.loads(old) == {"promised_date": str(first)}
    assert json.loads(new) == {"promised_date": str(later), "requested_date": str(later), "reason": "site not ready"}
    assert check(ledger) == []
    with pytest.raises(Refused, match="expected another date"):
        ledger.post([MovePromiseForCustomer(**moved, **common("manager"))])
    with pytest.raises(InvalidInput, match="reason"):
        ledger.post([MovePromiseForCustomer(**{**moved, "promised_date": first, "reason": " "}, **common("seller"))])


@pytest.mark.parametrize(("disposition", "status"), [("restock", "available"), ("quarantine", "quarantine"), ("scrap", None)])
def test_returned_goods_bring_back_the_cost_they_left_with(ledger: Ledger, disposition: str, status: str | None) -> None:
    """10 of 30 shipped at 310.00 come back at 103.33, although the average has changed meanwhile."""
    tiny_company(ledger)
    entered = order()
    dearer = PostOpening(
        opening_date=THE_DAY,
        lines=(OpeningLine(sku="TRADE-02", location="A-02", quantity=30 * UNIT, unit_cost=99 * UNIT),),
        **common(),
    )

    def back(quantity: int, **columns: Any) -> ReturnGoods:
        line = ReturnLine(
            line=(entered.command_id, 0),
            sku="TRADE-02",
            quantity=quantity * UNIT,
            location="B-01",
            reason="broken",
            disposition=disposition,
        )
        return ReturnGoods(**{"customer": "CITY", "return_date": THE_DAY, "lines": (line,), **common(), **columns})

    ledger.post([entered, ship(entered, 30), dearer, back(10)])
    moved = "SELECT m.cost_amount, m.to_status FROM movement_line m JOIN movement h ON h.movement_id = m.movement_id"
    assert ledger.rows(f"{moved} WHERE h.movement_type = 'customer_return'") == [(10333, status or "available")]
    in_bin = ledger.rows(
        "SELECT b.status, b.on_hand_quantity FROM stock_balance b JOIN location l ON l.location_id = b.location_id "
        "WHERE l.code = 'B-01'"
    )
    assert in_bin == ([] if status is None else [(status, 10 * UNIT)])
    assert line_of(ledger, "returned_quantity") == (10 * UNIT,)
    with pytest.raises(Refused, match="only 20 shipped"):
        ledger.post([back(21)])
    with pytest.raises(InvalidInput, match="customer CITY"):
        ledger.post([back(1, customer="FARM")])
    assert check(ledger) == []


def test_a_return_without_its_order_comes_back_at_the_average(ledger: Ledger) -> None:
    """Nobody finds the order any more: the present average counts."""
    tiny_company(ledger)
    line = ReturnLine(line=None, sku="TRADE-02", quantity=10 * UNIT, location="B-01", reason="broken", disposition="restock")
    ledger.post([ReturnGoods(customer="CITY", return_date=THE_DAY, lines=(line,), **common())])

    assert ledger.rows(
        "SELECT MAX(cost_amount) FROM movement_line m JOIN movement h ON h.movement_id = m.movement_id "
        "WHERE h.movement_type = 'customer_return'"
    ) == [(10333,)]
    assert check(ledger) == []


@pytest.mark.parametrize(
    ("bad", "kind", "says"),
    [
        (lambda e, o: ship(e, 31), Refused, "only 30 open"),
        (lambda e, o: ship(e, 1, warehouse="SHOP"), InvalidInput, "belongs to warehouse MAIN"),
        (lambda e, o: ship(e, 1, lines=()), InvalidInput, "no lines"),
        (lambda e, o: ship(e, 1, shipped_date=THE_DAY - timedelta(days=1)), InvalidInput, "shipped_date"),
        (lambda e, o: ship(e, 1, lines=(ShipLine(line=(e.command_id, 0), quantity=UNIT), ShipLine(line=(o.command_id, 0),
        quantity=UNIT))),
         InvalidInput, "2 customers"),
        (lambda e, o: PickSalesLine(line=(e.command_id, 0), **common()), Refused, "allocate first"),
        (lambda e, o: allocate(e, 31), Refused, "only 30 open"),
        (lambda e, o: allocate(e, 0), InvalidInput, "more than 0"),
    ],
)  # fmt: skip
def test_what_cannot_be_shipped_is_refused_with_a_reason(ledger: Ledger, bad: Any, kind: type, says: str) -> None:
    """The message names what was asked and what is there."""
    tiny_company(ledger)
    entered, other = order(), order(5, customer="FARM")
    ledger.post([entered, other])
    with pytest.raises(kind, match=says):
        ledger.post([bad(entered, other)])
    assert ledger.rows("SELECT COUNT(*) FROM shipment") == [(0,)]


def test_a_closed_customer_orders_nothing_new(ledger: Ledger) -> None:
    """But an import may tell of the past."""
    tiny_company(ledger, opening=False)
    ledger.post([DefineCustomer(code="CITY", name="City Store", region="north", is_active=False, **common())])
    with pytest.raises(Refused, match="not active"):
        ledger.post([order()])
    ledger.post([order(**common("system", source="import"))])
    assert ledger.rows("SELECT COUNT(*) FROM sales_order") == [(1,)]
