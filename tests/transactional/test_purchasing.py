"""Buying: reference prices are frozen, promises kept, receipts guarded, rejected goods never become stock."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from kernel.errors import Conflict, InvalidInput, NotFound, Refused
from tests.company import THE_DAY, UNIT, common, tiny_company
from transactional import Ledger
from transactional.check import check
from transactional.commands import (
    CancelPurchaseLine,
    ChangeSetting,
    DefineSupplier,
    InspectGoods,
    InspectionResult,
    Offer,
    PlacePurchaseOrder,
    PriceBreak,
    PromisePurchaseLine,
    PurchaseLine,
    ReceiptLine,
    ReceiveGoods,
    RecordQuotes,
    RecordSupplierInvoice,
    ReleasePurchaseOrder,
    ReturnToSupplier,
    SetSupplierTerms,
)


def order(*lines: PurchaseLine, supplier: str = "ACME", **columns: Any) -> PlacePurchaseOrder:
    return PlacePurchaseOrder(**{"supplier": supplier, "order_date": THE_DAY, "lines": lines, **common(), **columns})


def line(sku: str = "RAW-01", quantity: int = 60, unit_price: int = 1_400_000, **columns: Any) -> PurchaseLine:
    return PurchaseLine(sku=sku, warehouse="MAIN", quantity=quantity * UNIT, unit_price=unit_price, **columns)


def receipt(placed: PlacePurchaseOrder, quantity: int, rejected: int = 0, inspected: bool = True, **columns: Any) -> ReceiveGoods:
    lines = (
        ReceiptLine(
            line=(placed.command_id, 0),
            received_quantity=quantity * UNIT,
            rejected_quantity=rejected * UNIT,
            location="A-02",
            reject_reason="scratched" if rejected else None,
        ),
    )
    return ReceiveGoods(
        **{
            "purchase_order": placed.command_id,
            "warehouse": "MAIN",
            "received_date": THE_DAY,
            "inspected_date": THE_DAY if inspected else None,
            "lines": lines,
            **common(),
            **columns,
        }
    )


def lying(ledger: Ledger, sku: str, status: str = "available", location: str = "A-02") -> int:
    rows = ledger.rows(
        "SELECT SUM(b.on_hand_quantity) FROM stock_balance b JOIN item i ON i.item_id = b.item_id "
        "JOIN location l ON l.location_id = b.location_id WHERE i.sku = ? AND l.code = ? AND b.status = ?",
        (sku, location, status),
    )
    return int(rows[0][0] or 0)


def one(ledger: Ledger, columns: str, table: str) -> tuple[Any, ...]:
    return ledger.rows(f"SELECT {columns} FROM {table} ORDER BY 1 DESC LIMIT 1")[0]


def test_a_receipt_puts_accepted_goods_into_stock_at_their_price(ledger: Ledger) -> None:
    """58 of 60 accepted at 1.40: 81.20 of value, the order completed, rejected goods nowhere."""
    tiny_company(ledger)
    before = one(ledger, "value_amount", "item_cost WHERE item_id = (SELECT item_id FROM item WHERE sku = 'RAW-01')")[0]
    placed = order(line())
    answers = ledger.post([placed, receipt(placed, 60, rejected=2)])

    after = one(ledger, "value_amount", "item_cost WHERE item_id = (SELECT item_id FROM item WHERE sku = 'RAW-01')")[0]
    assert after - before == 8120
    assert lying(ledger, "RAW-01") == 58 * UNIT
    assert one(ledger, "received_quantity, accepted_quantity, rejected_quantity, status", "purchase_order_line") == (
        60 * UNIT,
        58 * UNIT,
        2 * UNIT,
        "received",
    )
    assert one(ledger, "status", "purchase_order") == ("completed",)
    assert answers[0].ids["number"] == "PO-000001"
    assert check(ledger) == []


def test_goods_nobody_has_inspected_wait_in_quarantine(ledger: Ledger) -> None:
    """InspectGoods then makes the good ones available and sends the bad ones back; sums over receipt lines stay right."""
    tiny_company(ledger)
    placed = order(line())
    arrived = receipt(placed, 60, inspected=False)
    ledger.post([placed, arrived])
    assert (lying(ledger, "RAW-01"), lying(ledger, "RAW-01", "quarantine")) == (0, 60 * UNIT)

    inspection = InspectGoods(
        goods_receipt=arrived.command_id,
        inspected_date=THE_DAY + timedelta(days=2),
        results=(InspectionResult((arrived.command_id, 0), 5 * UNIT, "bent"),),
        **common(),
    )
    ledger.post([inspection])

    assert (lying(ledger, "RAW-01"), lying(ledger, "RAW-01", "quarantine")) == (55 * UNIT, 0)
    sums = "SUM(received_quantity), SUM(accepted_quantity), SUM(rejected_quantity)"
    assert one(ledger, sums, "goods_receipt_line") == (60 * UNIT, 55 * UNIT, 5 * UNIT)
    assert one(ledger, "accepted_quantity, rejected_quantity", "purchase_order_line") == (55 * UNIT, 5 * UNIT)
    assert check(ledger) == []
    with pytest.raises(Refused, match="inspected"):
        ledger.post([InspectGoods(goods_receipt=arrived.command_id, inspected_date=THE_DAY, results=(), **common())])


@pytest.mark.parametrize(
    ("quantity", "given", "expected"),
    [
        (10, None, (1_343_333, "contract")),
        (60, None, (1_333_333, "contract")),
        (60, 1_500_000, (1_500_000, "list")),
    ],
)
def test_the_reference_price_is_the_incumbents_at_that_quantity(
    ledger: Ledger, quantity: int, given: int | None, expected: tuple[int, str]
) -> None:
    """RAW-01 has a contract with ACME and a price break at 50; a stated reference wins."""
    tiny_company(ledger)
    source = "list" if given else None
    ledger.post([order(line(quantity=quantity, reference_unit_price=given, reference_source=source), supplier="BOLT")])

    assert one(ledger, "reference_unit_price, reference_source", "purchase_order_line") == expected


def test_without_a_contract_the_last_supplier_is_the_incumbent(ledger: Ledger) -> None:
    """RAW-02 from BOLT once: BOLT's list price is the reference of the next order, also within one batch."""
    tiny_company(ledger)
    ledger.post([order(line("RAW-02", 10), supplier="BOLT"), order(line("RAW-02", 10))])
    rows = ledger.rows("SELECT reference_unit_price, reference_source FROM purchase_order_line ORDER BY purchase_order_line_id")

    assert rows == [(2_343_333, "list"), (2_353_333, "list")]
    ledger.post([order(line("RAW-02", 10), supplier="BOLT")])
    assert one(ledger, "purchase_order_line_id, reference_unit_price", "purchase_order_line")[1] == 2_343_333


def test_without_terms_the_last_received_price_then_the_standard_cost_then_none(ledger: Ledger) -> None:
    """PART-01 is never bought from a list: nothing, then what was last paid, which is forgotten after 12 months."""
    tiny_company(ledger)
    first = order(line("PART-01", 5, 3 * UNIT))
    ledger.post([first, receipt(first, 5)])
    later = THE_DAY + timedelta(days=365)
    ledger.post([order(line("PART-01", 5, 4 * UNIT), order_date=later)])
    ledger.post([order(line("PART-01", 5, 4 * UNIT), order_date=later + timedelta(days=1))])
    rows = ledger.rows("SELECT reference_unit_price, reference_source FROM purchase_order_line ORDER BY purchase_order_line_id")

    assert rows == [(None, "none"), (3 * UNIT, "last_price"), (None, "none")]


def test_the_first_promise_is_kept(ledger: Ledger) -> None:
    """A supplier who moves the date twice is still measured by the first word."""
    tiny_company(ledger)
    placed = order(line(promised_date=THE_DAY))
    ledger.post([placed])
    for days in (3, 9):
        moved = PromisePurchaseLine(line=(placed.command_id, 0), promised_date=THE_DAY + timedelta(days=days), **common())
        ledger.post([moved])

    first, last = one(ledger, "first_promised_date, last_promised_date", "purchase_order_line")
    assert (str(first), str(last)) == (str(THE_DAY), str(THE_DAY + timedelta(days=9)))
    assert ledger.rows("SELECT COUNT(*) FROM document_event WHERE event_kind = 'promised'") == [(3,)]


def test_a_pending_order_receives_nothing_until_it_is_released(ledger: Ledger) -> None:
    """Approval opens its lines, once."""
    tiny_company(ledger)
    placed = order(line(), status="pending")
    ledger.post([placed])
    release = ReleasePurchaseOrder(purchase_order=placed.command_id, **common())
    with pytest.raises(Refused):
        ledger.post([receipt(placed, 60)])
    ledger.post([release])

    assert one(ledger, "status", "purchase_order") == ("approved",)
    assert one(ledger, "status", "purchase_order_line") == ("open",)
    ledger.post([receipt(placed, 60)])
    with pytest.raises(Refused):
        ledger.post([ReleasePurchaseOrder(purchase_order=placed.command_id, **common())])


def test_no_more_is_received_than_is_open_unless_tolerated(ledger: Ledger) -> None:
    """60 ordered: 61 is refused, with a tolerance of 5 % it passes, 64 does not."""
    tiny_company(ledger)
    placed = order(line())
    ledger.post([placed])
    with pytest.raises(Refused, match="only 60 open"):
        ledger.post([receipt(placed, 61)])
    ledger.post([ChangeSetting(name="over_receipt_tolerance", value="0.05", **common())])
    with pytest.raises(Refused, match="only 60 open"):
        ledger.post([receipt(placed, 64)])
    ledger.post([receipt(placed, 61)])

    assert lying(ledger, "RAW-01") == 61 * UNIT
    assert check(ledger) == []


def test_rounding_goes_to_one_account(ledger: Ledger) -> None:
    """Three lines worth 0.003333 each round to nothing; together they are worth 0.01."""
    tiny_company(ledger)
    placed = order(*(line(sku, 1, 3_333) for sku in ("RAW-01", "RAW-02", "RAW-03")))
    lines = tuple(ReceiptLine(line=(placed.command_id, n), received_quantity=UNIT, location="A-02") for n in range(3))
    ledger.post([placed, receipt(placed, 1, lines=lines)])

    assert ledger.rows("SELECT entry_kind, amount FROM value_entry") == [("rounding", 1)]
    assert check(ledger) == []


def test_foreign_currency_enters_stock_at_the_orders_rate(ledger: Ledger) -> None:
    """10 units at 2 dollars and a rate of 7.1 are worth 142 in the company's currency."""
    tiny_company(ledger, opening=False)
    placed = order(line(quantity=10, unit_price=2 * UNIT), currency="USD", exchange_rate_ppm=7_100_000)
    ledger.post([placed, receipt(placed, 10)])

    assert one(ledger, "value_amount", "item_cost") == (14200,)


def test_tracked_items_get_a_lot_with_an_expiry(ledger: Ledger) -> None:
    """TRADE-01 keeps 180 days; without a lot code the ledger makes one."""
    tiny_company(ledger)
    placed = order(line("TRADE-01"))
    ledger.post([placed, receipt(placed, 60)])

    code, expiry = one(ledger, "code, expiry_date", "lot WHERE origin_kind = 'goods_receipt_line'")
    assert code == "LO-000001"
    assert str(expiry) == str(THE_DAY + timedelta(days=180))


def test_what_has_not_arrived_can_be_cancelled_once(ledger: Ledger) -> None:
    """40 of 60 received, 20 cancelled: the line is received, nothing more may come or be cancelled."""
    tiny_company(ledger)
    placed = order(line())
    ledger.post([placed, receipt(placed, 40)])
    with pytest.raises(Refused, match="only 20 open"):
        ledger.post([CancelPurchaseLine(line=(placed.command_id, 0), quantity=21 * UNIT, reason="late", **common())])
    ledger.post([CancelPurchaseLine(line=(placed.command_id, 0), reason="late", **common())])

    assert one(ledger, "status, cancelled_quantity", "purchase_order_line") == ("received", 20 * UNIT)
    assert one(ledger, "status", "purchase_order") == ("completed",)
    with pytest.raises(Refused):
        ledger.post([receipt(placed, 1)])
    with pytest.raises(Refused):
        ledger.post([CancelPurchaseLine(line=(placed.command_id, 0), reason="late", **common())])
    assert check(ledger) == []


def test_a_pending_order_receives_nothing(ledger: Ledger) -> None:
    """Its lines are pending too."""
    tiny_company(ledger)
    placed = order(line(), status="pending")
    ledger.post([placed])
    with pytest.raises(Refused, match="pending"):
        ledger.post([receipt(placed, 1)])


def test_an_invoice_charges_no_more_than_was_received(ledger: Ledger) -> None:
    """40 received: 30 and 10 can be charged, one more cannot."""
    tiny_company(ledger)
    placed = order(line())
    ledger.post([placed, receipt(placed, 40)])

    def invoice(quantity: int) -> RecordSupplierInvoice:
        return RecordSupplierInvoice(
            invoice_number="R-1",
            line=(placed.command_id, 0),
            invoice_date=THE_DAY,
            quantity=quantity * UNIT,
            unit_price=1_500_000,
            **common(),
        )

    ledger.post([invoice(30), invoice(10)])
    assert one(ledger, "SUM(line_amount)", "supplier_invoice_line") == (6000,)
    with pytest.raises(Refused, match="received only 40"):
        ledger.post([invoice(1)])


def test_received_goods_can_go_back_to_the_supplier(ledger: Ledger) -> None:
    """10 of 60 go back: they count as rejected and leave the stock."""
    tiny_company(ledger)
    placed = order(line())
    ledger.post([placed, receipt(placed, 60)])

    def back(quantity: int) -> ReturnToSupplier:
        return ReturnToSupplier(line=(placed.command_id, 0), quantity=quantity * UNIT, location="A-02", reason="rust", **common())

    ledger.post([back(10)])
    assert lying(ledger, "RAW-01") == 50 * UNIT
    assert one(ledger, "accepted_quantity, rejected_quantity", "purchase_order_line") == (50 * UNIT, 10 * UNIT)
    with pytest.raises(Refused, match="only 50 kept"):
        ledger.post([back(51)])
    assert check(ledger) == []


def test_quotes_of_one_requirement_stay_together(ledger: Ledger) -> None:
    """Winner and loser are kept under one request."""
    tiny_company(ledger)
    offers = (Offer("ACME", UNIT, is_chosen=True), Offer("BOLT", 2 * UNIT, lead_time_days=3))
    answer = ledger.post([RecordQuotes(sku="RAW-01", quantity=5 * UNIT, quote_date=THE_DAY, offers=offers, **common())])[0]

    rows = ledger.rows("SELECT request_id, is_chosen FROM quote ORDER BY quote_id")
    assert rows == [(answer.ids["request_id"], 1), (answer.ids["request_id"], 0)]
    twice = (offers[0], offers[0])
    with pytest.raises(InvalidInput, match="stands twice"):
        ledger.post([RecordQuotes(sku="RAW-01", quantity=UNIT, quote_date=THE_DAY, offers=twice, **common())])


def test_new_terms_end_the_old_ones(ledger: Ledger) -> None:
    """The price of the day counts, before and after."""
    tiny_company(ledger)
    change = THE_DAY + timedelta(days=10)
    terms = SetSupplierTerms(
        supplier="ACME",
        sku="RAW-01",
        lead_time_days=7,
        is_contract=True,
        valid_from=change,
        prices=(PriceBreak(0, 2 * UNIT),),
        **common(),
    )
    ledger.post([terms, order(line(quantity=10)), order(line(quantity=10), order_date=change)])

    rows = ledger.rows("SELECT reference_unit_price FROM purchase_order_line ORDER BY purchase_order_line_id")
    assert rows == [(1_343_333,), (2 * UNIT,)]


def test_a_supplier_on_hold_gets_no_new_order_but_keeps_its_history(ledger: Ledger) -> None:
    """Imported history is taken as it was."""
    tiny_company(ledger)
    ledger.post([DefineSupplier(code="ACME", name="Acme Metals", status="on_hold", **common())])
    with pytest.raises(Refused, match="on_hold"):
        ledger.post([order(line())])
    ledger.post([order(line(), **common("system", source="import"))])

    assert ledger.rows("SELECT COUNT(*) FROM purchase_order") == [(1,)]


@pytest.mark.parametrize(
    ("bad", "kind", "says"),
    [
        (lambda: order(), InvalidInput, "no lines"),
        (lambda: order(line(quantity=0)), InvalidInput, "more than 0"),
        (lambda: order(line(quantity=-5)), InvalidInput, "more than 0"),
        (lambda: order(line(quantity=10**13)), InvalidInput, "10\\^12"),
        (lambda: order(line(unit_price=-1)), InvalidInput, "unit price is -1"),
        (lambda: order(line(sku="NOPE")), NotFound, "NOPE"),
        (lambda: order(line(), supplier="NOPE"), NotFound, "NOPE"),
        (lambda: order(line(), buyer="nobody"), NotFound, "nobody"),
        (lambda: order(line(strategy="luck")), InvalidInput, "strategy is 'luck'"),
        (lambda: order(line(promised_date=THE_DAY - timedelta(days=1))), InvalidInput, "promised_date"),
        (lambda: order(PurchaseLine(sku="RAW-01", warehouse="MAIN", quantity=UNIT // 2, unit_price=1)), InvalidInput, "step"),
        (lambda: order(PurchaseLine(sku="RAW-01", warehouse="MAIN", quantity=True, unit_price=1)), InvalidInput, "True"),
    ],
)
def test_an_order_that_cannot_be_right_is_refused_with_a_reason(ledger: Ledger, bad: Any, kind: type, says: str) -> None:
    """Nothing is stored, and the message names what came."""
    tiny_company(ledger, opening=False)
    with pytest.raises(kind, match=says):
        ledger.post([bad()])
    assert ledger.rows("SELECT COUNT(*) FROM purchase_order") == [(0,)]


def test_a_receipt_names_its_own_lines_warehouse_and_bins(ledger: Ledger) -> None:
    """Lines of another order, another warehouse, another warehouse's bin, more rejected than received."""
    tiny_company(ledger)
    placed, other = order(line()), order(line())
    ledger.post([placed, other])
    strange = (ReceiptLine(line=(other.command_id, 0), received_quantity=UNIT, location="A-02"),)
    with pytest.raises(InvalidInput, match="another document"):
        ledger.post([receipt(placed, 1, lines=strange)])
    with pytest.raises(InvalidInput, match="belongs to warehouse MAIN"):
        ledger.post([receipt(placed, 1, warehouse="SHOP")])
    elsewhere = (ReceiptLine(line=(placed.command_id, 0), received_quantity=UNIT, location="S-01"),)
    with pytest.raises(InvalidInput, match="not a bin of warehouse MAIN"):
        ledger.post([receipt(placed, 1, lines=elsewhere)])
    with pytest.raises(InvalidInput, match="2 rejected, only 1"):
        ledger.post([receipt(placed, 1, rejected=2)])


def test_an_imported_number_is_taken_once(ledger: Ledger) -> None:
    """A second document with the number is refused; the series steps over numbers imports have used."""
    tiny_company(ledger)
    ledger.post([order(line(), number="PO-000001")])
    with pytest.raises(Conflict, match="PO-000001"):
        ledger.post([order(line(), number="PO-000001")])
    answer = ledger.post([order(line())])[0]

    assert answer.ids["number"] == "PO-000002"
    assert check(ledger) == []
