"""The warehouse: moves, adjustments, transfers and counts keep quantity and value; a movement is undone once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from kernel.errors import Conflict, InvalidInput, NotFound, Refused
from tests.company import THE_DAY, UNIT, common, tiny_company
from transactional import Ledger
from transactional.check import check
from transactional.commands import (
    AdjustStock,
    AllocateSalesLine,
    Count,
    EnterSalesOrder,
    MoveStock,
    OpeningLine,
    PlaceTransfer,
    PostOpening,
    PostStocktake,
    ReceiveTransfer,
    RecordCounts,
    ReverseMovement,
    SalesLine,
    ShipGoods,
    ShipLine,
    ShipTransfer,
    StartStocktake,
    TransferLine,
    TransferQuantity,
)


def move(quantity: int = 10, **columns: Any) -> MoveStock:
    place = {"sku": "RAW-01", "from_location": "A-01", "to_location": "B-01", "quantity": quantity * UNIT}
    return MoveStock(**{**place, **common(), **columns})


def adjust(quantity: int, reason: str, **columns: Any) -> AdjustStock:
    return AdjustStock(
        **{"sku": "RAW-01", "location": "A-01", "quantity": quantity * UNIT, "reason": reason, **common(), **columns}
    )


def transfer(quantity: int = 40, sku: str = "TRADE-02", **columns: Any) -> PlaceTransfer:
    places = {"from_warehouse": "MAIN", "to_warehouse": "SHOP", "order_date": THE_DAY, "due_date": THE_DAY}
    return PlaceTransfer(**{**places, "lines": (TransferLine(sku, quantity * UNIT),), **common(), **columns})


def bins(ledger: Ledger, sku: str) -> dict[tuple[str, str], int]:
    rows = ledger.rows(
        "SELECT l.code, b.status, b.on_hand_quantity FROM stock_balance b JOIN item i ON i.item_id = b.item_id "
        "JOIN location l ON l.location_id = b.location_id WHERE i.sku = ? AND b.on_hand_quantity > 0 "
        "AND l.kind IN ('bin', 'in_transit')",
        (sku,),
    )
    return {(code, status): quantity // UNIT for code, status, quantity in rows}


def value(ledger: Ledger, sku: str) -> dict[str, int]:
    return dict(
        ledger.rows(
            "SELECT a.code, c.value_amount FROM item_cost c JOIN item i ON i.item_id = c.item_id "
            "JOIN valuation_area a ON a.valuation_area_id = c.valuation_area_id WHERE i.sku = ?",
            (sku,),
        )
    )


def test_opening_stock_is_worth_what_is_stated(ledger: Ledger) -> None:
    """100 at 1.333333 are 133.33; lots keep their expiry."""
    tiny_company(ledger)
    assert (bins(ledger, "RAW-01"), value(ledger, "RAW-01")) == ({("A-01", "available"): 100}, {"MAIN": 13333})
    (expiry,) = ledger.rows("SELECT expiry_date FROM lot WHERE code = 'OLD'")[0]
    assert str(expiry) == str(THE_DAY + timedelta(days=180))
    line = OpeningLine(sku="RAW-01", location="SUPPLIER", quantity=UNIT, unit_cost=0)
    with pytest.raises(InvalidInput, match="expected a bin"):
        ledger.post([PostOpening(opening_date=THE_DAY, lines=(line,), **common())])
    assert check(ledger) == []


def test_a_move_changes_place_or_status_but_no_value(ledger: Ledger) -> None:
    """Bin to bin, then into quarantine on the spot."""
    tiny_company(ledger)
    ledger.post([move(), move(4, from_location="B-01", to_status="quarantine")])
    assert bins(ledger, "RAW-01") == {("A-01", "available"): 90, ("B-01", "available"): 6, ("B-01", "quarantine"): 4}
    assert value(ledger, "RAW-01") == {"MAIN": 13333}
    kinds = ledger.rows("SELECT movement_type FROM movement WHERE document_kind = 'move' ORDER BY movement_id")
    assert kinds == [("transfer",), ("status_change",)]
    assert check(ledger) == []


@pytest.mark.parametrize(
    ("columns", "kind", "says"),
    [
        ({"quantity": 101}, Refused, "101 needed"),
        ({"to_location": "A-01"}, InvalidInput, "same place"),
        ({"to_location": "S-01"}, InvalidInput, "not a bin of warehouse MAIN"),
        ({"to_location": "NOPE"}, NotFound, "NOPE"),
        ({"from_location": "SUPPLIER"}, InvalidInput, "SUPPLIER"),
        ({"to_status": "lost"}, InvalidInput, "to_status is 'lost'"),
        ({"sku": "TRADE-01"}, InvalidInput, "no lot is named"),
        ({"sku": "TRADE-01", "lot": "NONE"}, NotFound, "has no lot NONE"),
    ],
)
def test_an_impossible_move_is_refused(ledger: Ledger, columns: dict[str, Any], kind: type, says: str) -> None:
    """The message names the place, the item or the lot."""
    tiny_company(ledger)
    with pytest.raises(kind, match=says):
        ledger.post([move(**columns)])


def test_found_and_lost_stock_carry_their_reason_and_cost(ledger: Ledger) -> None:
    """Found at the average, damaged into SCRAP, lost into COUNT."""
    tiny_company(ledger)
    ledger.post([adjust(3, "found"), adjust(-2, "damaged"), adjust(-1, "lost")])
    rows = ledger.rows(
        "SELECT h.reason_code, f.code, t.code, m.cost_amount FROM movement_line m JOIN movement h ON h.movement_id = "
        "m.movement_id "
        "JOIN location f ON f.location_id = m.from_location_id JOIN location t ON t.location_id = m.to_location_id "
        "WHERE h.movement_type = 'adjustment' ORDER BY m.movement_line_id"
    )
    assert rows == [("found", "COUNT", "A-01", 400), ("damaged", "A-01", "SCRAP", 267), ("lost", "A-01", "COUNT", 133)]
    assert check(ledger) == []
    for bad, says in (
        (adjust(1, "lost"), "reason is 'lost'"),
        (adjust(0, "found"), "more than 0"),
        (adjust(-1, "found"), "'found'"),
    ):
        with pytest.raises(InvalidInput, match=says):
            ledger.post([bad])
    with pytest.raises(InvalidInput, match="enter the unit cost"):
        ledger.post([adjust(1, "found", sku="GOOD-01")])
    ledger.post([adjust(1, "found", sku="GOOD-01", unit_cost=7 * UNIT)])
    assert value(ledger, "GOOD-01") == {"MAIN": 700}


def test_a_transfer_carries_goods_and_cost_through_transit(ledger: Ledger) -> None:
    """40 of 100 worth 1033.33: 413.33 leave MAIN and arrive in SHOP; meanwhile they are on the way."""
    tiny_company(ledger)
    placed = transfer()
    ledger.post([placed, ShipTransfer(transfer_order=placed.command_id, shipped_date=THE_DAY, **common())])
    assert bins(ledger, "TRADE-02") == {("A-01", "available"): 60, ("SHOP/TRANSIT", "available"): 40}
    assert value(ledger, "TRADE-02") == {"MAIN": 62000, "SHOP": 41333}
    part = (TransferQuantity(line=(placed.command_id, 0), quantity=10 * UNIT, location="S-01"),)
    ledger.post([ReceiveTransfer(transfer_order=placed.command_id, received_date=THE_DAY, lines=part, **common())])
    assert ledger.rows("SELECT status FROM transfer_order") == [("shipped",)]
    ledger.post([ReceiveTransfer(transfer_order=placed.command_id, received_date=THE_DAY, **common())])

    assert bins(ledger, "TRADE-02") == {("A-01", "available"): 60, ("S-01", "available"): 40}
    assert ledger.rows("SELECT status FROM transfer_order") == [("received",)]
    assert check(ledger) == []
    for late in (ReceiveTransfer, ShipTransfer):
        day = {"received_date" if late is ReceiveTransfer else "shipped_date": THE_DAY}
        with pytest.raises(Refused, match="received"):
            ledger.post([late(transfer_order=placed.command_id, **day, **common())])


def test_transfers_keep_lots_and_limits(ledger: Ledger) -> None:
    """The lot arrives as it left; two transfers on the way do not mix; no more than ordered or shipped."""
    tiny_company(ledger)
    first, second = transfer(5, "TRADE-01"), transfer(7, "TRADE-01")
    ships = [ShipTransfer(transfer_order=each.command_id, shipped_date=THE_DAY, **common()) for each in (first, second)]
    ledger.post([first, second, *ships])

    def receive(quantity: int, **columns: Any) -> ReceiveTransfer:
        lines = (TransferQuantity(line=(first.command_id, 0), quantity=quantity * UNIT, **columns),)
        return ReceiveTransfer(transfer_order=first.command_id, received_date=THE_DAY, lines=lines, **common())

    with pytest.raises(Refused, match="only 5 on the way"):
        ledger.post([receive(6)])
    ledger.post([receive(5, lot="OLD")])
    assert ledger.rows("SELECT received_quantity FROM transfer_order_line ORDER BY transfer_order_line_id") == [(5 * UNIT,), (0,)]
    with pytest.raises(InvalidInput, match="both MAIN"):
        ledger.post([transfer(to_warehouse="MAIN")])
    big = transfer(1000)
    with pytest.raises(Refused, match="only 100 usable"):
        ledger.post([big, ShipTransfer(transfer_order=big.command_id, shipped_date=THE_DAY, **common())])
    assert check(ledger) == []


def count(stocktake: StartStocktake, *counts: Count) -> RecordCounts:
    return RecordCounts(stocktake=stocktake.command_id, counts=counts, **common("clerk"))


def start(**columns: Any) -> StartStocktake:
    return StartStocktake(**{"warehouse": "MAIN", "count_date": THE_DAY, **common(), **columns})


def post_counts(stocktake: StartStocktake) -> PostStocktake:
    return PostStocktake(stocktake=stocktake.command_id, posted_date=THE_DAY, **common())


def test_a_stocktake_posts_each_difference_once(ledger: Ledger) -> None:
    """98 of 100 found, 3 where the book knows none: the book stays frozen although stock moves meanwhile."""
    tiny_company(ledger)
    begun = start(skus=("RAW-01", "RAW-02"), count_kind="cycle")
    ledger.post([begun, move(10)])
    ledger.post([count(begun, Count(sku="RAW-01", location="A-01", counted_quantity=97 * UNIT, cause_code="miscount"))])
    again = Count(sku="RAW-01", location="A-01", counted_quantity=98 * UNIT, cause_code="miscount", counter="clerk")
    ledger.post([count(begun, again, Count(sku="RAW-02", location="B-01", counted_quantity=3 * UNIT))])
    answer = ledger.post([post_counts(begun)])[0]

    assert (answer.ids["counted_count"], answer.ids["difference_count"]) == (2, 2)
    assert bins(ledger, "RAW-01") == {("A-01", "available"): 88, ("B-01", "available"): 10}
    assert bins(ledger, "RAW-02") == {("A-01", "available"): 100, ("B-01", "available"): 3}
    lines = ledger.rows("SELECT book_quantity, counted_quantity, is_recount FROM stocktake_line ORDER BY stocktake_line_id")
    assert lines == [(100 * UNIT, 98 * UNIT, 1), (100 * UNIT, None, 0), (0, 3 * UNIT, 0)]
    assert check(ledger) == []
    with pytest.raises(Refused, match="posted"):
        ledger.post([post_counts(begun)])
    with pytest.raises(Refused, match="posted"):
        ledger.post([count(begun, again)])


def test_a_difference_that_would_take_what_is_gone_or_promised_is_refused(ledger: Ledger) -> None:
    """Counted 5 of 100, but 98 have been tied to a customer meanwhile."""
    tiny_company(ledger)
    begun = start(skus=("TRADE-02",))
    line = SalesLine(sku="TRADE-02", warehouse="MAIN", quantity=98 * UNIT, unit_price=UNIT, requested_date=THE_DAY)
    entered = EnterSalesOrder(customer="CITY", order_date=THE_DAY, lines=(line,), **common())
    tied = AllocateSalesLine(line=(entered.command_id, 0), **common())
    ledger.post([begun, entered, tied, count(begun, Count(sku="TRADE-02", location="A-01", counted_quantity=5 * UNIT))])
    with pytest.raises(Refused, match="only 2 free is left there to take 95 off"):
        ledger.post([post_counts(begun)])
    assert bins(ledger, "TRADE-02") == {("A-01", "available"): 100}


def test_a_count_needs_a_scope_and_counts(ledger: Ledger) -> None:
    """An empty warehouse, nothing counted yet, an unknown cause, a bin of another warehouse, a missing lot."""
    tiny_company(ledger)
    with pytest.raises(Refused, match="no stock is in the scope"):
        ledger.post([start(warehouse="SHOP")])
    begun = start()
    ledger.post([begun])
    with pytest.raises(Refused, match="nothing has been counted"):
        ledger.post([post_counts(begun)])
    for bad, says in (
        (Count(sku="RAW-01", location="A-01", counted_quantity=UNIT, cause_code="ghosts"), "cause_code is 'ghosts'"),
        (Count(sku="RAW-01", location="S-01", counted_quantity=UNIT), "not a bin of warehouse MAIN"),
        (Count(sku="RAW-01", location="A-01", counted_quantity=-1), "0 or more"),
        (Count(sku="TRADE-01", location="A-01", counted_quantity=UNIT), "no lot is named"),
    ):
        with pytest.raises(InvalidInput, match=says):
            ledger.post([count(begun, bad)])


def test_a_movement_is_reversed_once_and_only_if_nothing_followed(ledger: Ledger) -> None:
    """The mirror is dated now, at the original cost; a reversal itself is not reversed."""
    tiny_company(ledger)
    first, second = ledger.post([move(10), move(5)])
    back = ledger.post([ReverseMovement(movement_id=first.ids["movement_id"], reason="wrong bin", **common())])[0]
    assert bins(ledger, "RAW-01") == {("A-01", "available"): 95, ("B-01", "available"): 5}
    with pytest.raises(Conflict, match="reversed by movement"):
        ledger.post([ReverseMovement(movement_id=first.ids["movement_id"], reason="again", **common())])
    with pytest.raises(Refused, match="itself a reversal"):
        ledger.post([ReverseMovement(movement_id=back.ids["movement_id"], reason="no", **common())])
    ledger.post([adjust(-5, "lost", location="B-01")])
    with pytest.raises(Refused, match="5 needed"):
        ledger.post([ReverseMovement(movement_id=second.ids["movement_id"], reason="gone", **common())])
    assert check(ledger) == []


def test_a_shipment_is_undone_by_a_return_not_by_a_reversal(ledger: Ledger) -> None:
    """Its document counts it."""
    tiny_company(ledger)
    line = SalesLine(sku="TRADE-02", warehouse="MAIN", quantity=UNIT, unit_price=UNIT, requested_date=THE_DAY)
    entered = EnterSalesOrder(customer="CITY", order_date=THE_DAY, lines=(line,), **common())
    lines = (ShipLine(line=(entered.command_id, 0), quantity=UNIT),)
    ledger.post([entered, ShipGoods(warehouse="MAIN", shipped_date=THE_DAY, lines=lines, **common())])
    (movement,) = ledger.rows("SELECT movement_id FROM movement WHERE movement_type = 'shipment'")[0]
    with pytest.raises(Refused, match="ReturnGoods"):
        ledger.post([ReverseMovement(movement_id=movement, reason="x", **common())])
