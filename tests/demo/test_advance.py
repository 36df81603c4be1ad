"""Does the demo company live on from its ledger, on both databases, with all that still follows from its past?"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import psycopg
import pytest

from kernel.errors import Refused
from transactional import Ledger, open_ledger
from transactional.check import check
from transactional.demo import END_DATE, advance, present_company, small_demo

SEED = 12  # a company whose customers still want to send something back on its last day
_names = itertools.count(1)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def ledger(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Ledger]:
    """A small demo company that has just ended its history."""
    if request.param == "sqlite":
        place = str(tmp_path / "ledger.db")
    else:
        server: str = request.getfixturevalue("postgres_url")
        name = f"demo_{next(_names)}"
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")
        place = server.rsplit("/", 1)[0] + "/" + name
    opened = open_ledger(place)
    small_demo(opened, SEED)
    yield opened
    opened.close()


def _count(ledger: Ledger, sql: str, *parameters: object) -> int:
    return int(ledger.rows(sql, parameters)[0][0])


def test_the_company_lives_on_and_stays_whole(ledger: Ledger) -> None:
    orders = _count(ledger, "SELECT COUNT(*) FROM sales_order")
    assert date(2026, 11, 7) == advance(ledger, 7)
    assert check(ledger) == []
    assert date(2026, 11, 20) == advance(ledger, 13)
    assert check(ledger) == []
    assert _count(ledger, "SELECT COUNT(*) FROM sales_order") > orders


def test_what_was_under_way_at_the_end_arrives_afterwards(ledger: Ledger) -> None:
    company, _ = present_company(ledger)
    bought = {opened.ref for lines in company.buying.receiving.open.values() for opened in lines}
    on_road = {delivery.ref for found in company.selling.book.road.values() for delivery in found}
    assert bought
    assert on_road
    advance(ledger, 45)
    places = ", ".join("?" * len(bought))
    left = f"SELECT COUNT(*) FROM purchase_order_line WHERE status = 'open' AND purchase_order_line_id IN ({places})"
    assert _count(ledger, left, *bought) == 0
    places = ", ".join("?" * len(on_road))
    arrived = f"SELECT COUNT(*) FROM shipment WHERE carrier_delivered_date > ? AND shipment_id IN ({places})"
    assert len(on_road) == _count(ledger, arrived, END_DATE, *on_road)


def test_what_was_received_before_the_end_is_invoiced_afterwards(ledger: Ledger) -> None:
    company, _ = present_company(ledger)
    agenda = company.buying.receiving.invoicing.invoices.values()
    expected = {opened.number for found in agenda for opened, quantity, _ in found if quantity > 0}
    assert expected
    advance(ledger, 25)
    invoiced = {
        row["number"]
        for row in ledger.records(
            "SELECT DISTINCT o.number FROM supplier_invoice_line v "
            "JOIN purchase_order_line p ON p.purchase_order_line_id = v.purchase_order_line_id "
            "JOIN purchase_order o ON o.purchase_order_id = p.purchase_order_id WHERE v.invoice_date > ?",
            (END_DATE,),
        )
    }
    assert expected <= invoiced


def test_what_was_delivered_before_the_end_comes_back_afterwards(ledger: Ledger) -> None:
    company, _ = present_company(ledger)
    waiting = [entry for found in company.selling.book.returns.values() for entry in found]
    assert waiting, "choose a seed whose customers still want to send something back"
    advance(ledger, 45)
    for _, _, line, _, quantity, reason in waiting:
        found = "SELECT COUNT(*) FROM customer_return_line WHERE sales_order_line_id = ? AND quantity = ?"
        assert _count(ledger, found, line.ref, quantity) == 1, reason
    undecided = (
        "SELECT COUNT(*) FROM stock_balance b JOIN location l ON l.location_id = b.location_id "
        "WHERE l.code LIKE '%-RET' AND b.on_hand_quantity > 0"
    )
    assert _count(ledger, undecided) <= 6


def test_a_company_that_is_no_demo_is_not_advanced(tmp_path: Path) -> None:
    with pytest.raises(Refused):
        advance(open_ledger(tmp_path / "ledger.db"), 1)
