"""Any document is one page that says what it waits for; a supplier's page gathers what we know of them."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from dashboards import live_orders
from tests.company import common
from tests.dashboards.conftest import Open
from tests.dashboards.words import words
from transactional import open_ledger
from transactional.commands import EnterSalesOrder, PlacePurchaseOrder, PurchaseLine, SalesLine

TODAY = date(2026, 1, 5)


def _purchase(home: Path, *, promised: date) -> str:
    ledger = open_ledger(home / "ledger.db")
    line = PurchaseLine(sku="RAW-01", warehouse="MAIN", quantity=60_000_000, unit_price=1_500_000, promised_date=promised)
    ordered = TODAY - timedelta(days=10)
    order = PlacePurchaseOrder(supplier="ACME", order_date=ordered, buyer="buyer", lines=(line,), **common("buyer"))
    answer = ledger.post([order])[0]
    ledger.close()
    return str(answer.ids["number"])


def test_a_purchase_order_says_what_is_still_to_come_and_who_did_what(home: Path, visit: Open) -> None:
    number = _purchase(home, promised=TODAY + timedelta(days=9))
    seen = words(visit("order", number=number))

    assert f"Purchase order {number}" in seen
    assert "**RAW-01**: 60 expected from the supplier on 2026-01-14" in seen
    assert "ordered" in seen
    assert "Buyer" in seen


def test_a_promise_that_has_passed_is_overdue_by_its_days(home: Path, visit: Open) -> None:
    number = _purchase(home, promised=TODAY - timedelta(days=3))
    page = words(visit("order", number=number))
    listed = visit("orders", login="buyer")

    assert "promised for 2026-01-02, 3 days overdue" in page
    assert [True] == listed.dataframe[0].value["Past due"].tolist()


def test_a_sales_order_without_stock_names_what_comes_next(home: Path, visit: Open) -> None:
    ledger = open_ledger(home / "ledger.db")
    customer = ledger.records("select code from customer order by code limit 1")[0]["code"]
    line = SalesLine(sku="RAW-01", warehouse="MAIN", quantity=500_000_000, unit_price=2_000_000, requested_date=TODAY)
    order = EnterSalesOrder(customer=customer, order_date=TODAY, lines=(line,), **common("system"))
    number = ledger.post([order])[0].ids["number"]
    seen = words(visit("order", number=str(number)))

    assert "500 is not covered by stock; next supply PO-00001, expected 2026-01-08" in seen


@pytest.mark.parametrize(
    ("expected", "kind", "row"),
    [
        ("picking", "sales_order", {"allocated_quantity": 5, "open_quantity": 5}),
        ("stock", "sales_order", {"allocated_quantity": 4, "open_quantity": 5}),
        ("supplier", "purchase_order", {}),
        ("start", "work_order", {"status": "released"}),
        ("completion", "work_order", {"status": "in_progress"}),
        ("dispatch", "transfer_order", {"status": "open"}),
        ("arrival", "transfer_order", {"status": "shipped"}),
    ],
)
def test_an_open_line_waits_for_its_next_step(expected: str, kind: str, row: dict[str, object]) -> None:
    assert expected == live_orders.waits_for(kind, row)


def test_a_number_nobody_knows_is_answered_with_the_way_on(home: Path, visit: Open) -> None:
    app = visit("order", number="PO-NEVER")

    assert "No document PO\\-NEVER".replace("\\-", "-") in app.warning[0].value
    assert [] == list(app.exception)


def test_a_suppliers_page_shows_terms_certificates_and_open_orders(home: Path, visit: Open) -> None:
    number = _purchase(home, promised=TODAY + timedelta(days=9))
    app = visit("supplier", partner="ACME")

    assert app.title[0].value.startswith("ACME")
    assert number in words(app)
    assert "82.0 %" in [metric.value for metric in app.metric]


def test_a_supplier_that_never_was_is_said_so_and_another_is_shown(home: Path, visit: Open) -> None:
    app = visit("supplier", partner="NOBODY")

    assert "No supplier NOBODY" in app.warning[0].value
    assert [] == list(app.exception)
