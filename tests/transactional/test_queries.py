"""Live reads answer in people's units and find things as people look for them."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from tests.company import THE_DAY, UNIT, common, tiny_company
from tests.transactional.test_check import busy
from transactional import Ledger, queries
from transactional.commands import MoveStock, OpeningLine, PostOpening


def test_stock_is_found_by_code_name_chinese_name_and_barcode(ledger: Ledger) -> None:
    """However it is typed."""
    tiny_company(ledger)
    line = OpeningLine(sku="GOOD-01", location="S-01", quantity=7 * UNIT, unit_cost=UNIT)
    ledger.post([PostOpening(opening_date=THE_DAY, lines=(line,), **common())])
    for search in ("good-01", "ＧＯＯＤ-01", "Good-01", "物料 GOOD-01", "6900000000017"):
        found = queries.live_stock(ledger, search=search)
        assert [(row["sku"], row["warehouse_code"], row["on_hand_quantity"]) for row in found] == [
            ("GOOD-01", "SHOP", Decimal(7))
        ]
    assert queries.live_stock(ledger, search="100%") == []
    assert {row["warehouse_code"] for row in queries.live_stock(ledger)} == {"MAIN", "SHOP"}
    assert [row["sku"] for row in queries.live_stock(ledger, warehouse="SHOP")] == ["GOOD-01"]
    assert len(queries.live_stock(ledger, category="BUY", limit=5)) == 5
    assert [row["sku"] for row in queries.items(ledger, "6900000000017")] == ["GOOD-01"]


def test_stock_shows_lot_expiry_status_and_bin(ledger: Ledger) -> None:
    """One row per lot and status, and where each lies."""
    tiny_company(ledger)
    blocked = {"from_location": "A-01", "to_location": "A-02", "to_status": "blocked"}
    ledger.post([MoveStock(sku="TRADE-01", quantity=5 * UNIT, lot="OLD", **blocked, **common())])
    rows = [(row["lot_code"], row["status"], row["on_hand_quantity"]) for row in queries.live_stock(ledger, search="TRADE-01")]
    assert rows == [("OLD", "available", 95), ("OLD", "blocked", 5)]
    assert queries.live_stock(ledger, search="TRADE-01", status="blocked")[0]["expiry_date"] == THE_DAY + timedelta(days=180)
    assert {(row["location_code"], row["free_quantity"]) for row in queries.stock_by_bin(ledger, "TRADE-01")} == {
        ("A-01", 95),
        ("A-02", 5),
    }


def test_availability_explains_itself(ledger: Ledger) -> None:
    """on hand = allocated + held + expired + available, with supply and backorders beside it."""
    busy(ledger)
    main = queries.availability(ledger, "TRADE-01", "MAIN")[0]
    assert (main["on_hand_quantity"], main["allocated_quantity"], main["available_quantity"]) == (96, 5, 91)
    assert main["backorder_quantity"] == 0
    raw = queries.availability(ledger, "RAW-01")
    assert [(row["warehouse_code"], row["on_order_quantity"]) for row in raw] == [("MAIN", 10), ("SHOP", 0)]
    assert queries.availability(ledger, "PART-01", "MAIN")[0]["on_order_quantity"] == 1
    assert queries.availability(ledger, "NOPE") == []


def test_open_documents_and_their_story_can_be_read(ledger: Ledger) -> None:
    """Lines still open, found by number, with every event in order."""
    busy(ledger)
    bought = queries.open_purchase_lines(ledger)[0]
    assert (bought["open_quantity"], bought["unit_price"], bought["supplier_code"]) == (10, 1, "ACME")
    sold = queries.open_sales_lines(ledger, "TRADE-01")[0]
    assert (sold["open_quantity"], sold["allocated_quantity"], sold["customer_name_zh"]) == (5, 5, "城市商店")
    assert queries.open_sales_lines(ledger, "RAW-01") == []
    assert [row["open_quantity"] for row in queries.open_work_orders(ledger)] == [1]
    assert queries.open_transfer_lines(ledger) == []

    found = queries.find_document(ledger, bought["number"])[0]
    assert (found["document_kind"], found["document_id"]) == ("purchase_order", bought["purchase_order_id"])
    detail = queries.order_detail(ledger, found["document_kind"], found["document_id"])
    assert detail is not None
    assert detail["header"]["order_date"] == THE_DAY
    assert [line["sku"] for line in detail["lines"]] == ["RAW-01"]
    assert [event["event_kind"] for event in detail["events"]] == ["ordered", "received", "accepted"]
    assert queries.order_detail(ledger, "purchase_order", 1) is None
    assert queries.order_detail(ledger, "secret", 1) is None


def test_movements_people_and_settings_read_in_peoples_units(ledger: Ledger) -> None:
    """Quantities, money, dates and flags as people write them."""
    busy(ledger)
    moved = queries.movements(ledger, "TRADE-01")[0]
    assert (moved["movement_type"], moved["moved_quantity"], moved["cost_amount"]) == ("shipment", 4, Decimal("37.33"))
    assert (moved["from_location"], moved["to_location"], moved["business_date"]) == ("A-01", "CUSTOMER", THE_DAY)
    suppliers = {row["supplier_code"]: row["next_qualification_expiry_date"] for row in queries.suppliers(ledger)}
    assert (str(suppliers["ACME"]), suppliers["BOLT"]) == ("2026-12-31", None)
    assert {row["login"] for row in queries.users(ledger)} >= {"admin", "buyer", "viewer"}
    shown = {row["name"]: row for row in queries.settings(ledger)}
    assert (shown["inventory_accuracy_target"]["value"], shown["inventory_accuracy_target"]["high"]) == ("0.98", "1")
