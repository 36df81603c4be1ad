"""The first line is what one would really do first; a flood of lines becomes a few; what harms nobody stays under one."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from dashboards.inbox import Bundle, Entry, arrange
from tests.company import common
from tests.dashboards.conftest import Open
from tests.dashboards.snapshot_fixture import PASSWORD
from tests.dashboards.words import words
from transactional import auth, open_ledger
from transactional.commands import DefineUser, EnterSalesOrder, SalesLine


def _entry(name: str, family: str = "exception:defer", *, urgency: int = 2, money: float = 0.0, late: int = 0) -> Entry:
    return Entry(
        message_id=name,
        kind=family.partition(":")[0],
        family=family,
        urgency=urgency,
        money=money,
        due_date=date(2026, 1, 6),
        subject=name,
        text="",
        consequence="",
        page="item",
        late_orders=late,
        is_harmless=not money and not late,
    )


@pytest.mark.fast
def test_urgency_comes_before_money_and_money_before_the_rest() -> None:
    found = [
        _entry("a", "x:1", money=9e6, urgency=1),
        _entry("b", "x:2", money=10, urgency=3),
        _entry("c", "x:3", money=5, urgency=3),
    ]

    assert ["b", "c", "a"] == [line.message_id for line in arrange(found).lines if isinstance(line, Entry)]


@pytest.mark.fast
def test_a_family_is_its_dearest_lines_and_one_line_for_the_rest() -> None:
    page = arrange([_entry(f"m{place:02d}", money=1000 - place) for place in range(60)])
    own = [line.message_id for line in page.lines if isinstance(line, Entry)]
    rest = next(line for line in page.lines if isinstance(line, Bundle))

    assert ["m00", "m01", "m02"] == own
    assert 57 == len(rest.entries)
    assert sum(1000 - place for place in range(3, 60)) == rest.money


@pytest.mark.fast
def test_what_harms_no_order_is_apart_and_never_urgent() -> None:
    page = arrange([_entry(f"h{place}", "exception:past_due_receipt", urgency=3) for place in range(41)])

    assert () == page.lines
    assert [41] == [len(bundle.entries) for bundle in page.harmless]
    assert [] == page.urgent


@pytest.mark.fast
def test_a_late_order_has_its_line_however_little_it_costs() -> None:
    found = [
        _entry("dear", money=1e6),
        *[_entry(f"cheap{place}", money=1) for place in range(5)],
        _entry("late", money=2, late=1),
    ]
    own = [line.message_id for line in arrange(found).lines if isinstance(line, Entry)]

    assert ["dear", "late"] == own


def test_each_line_says_what_happens_if_nobody_does_anything(home: Path, visit: Open) -> None:
    seen = words(visit("today"))

    assert "If ignored: 1 order comes late" in seen
    assert "If ignored: stock runs out about 2026-01-21, 2 orders come late" in seen


@pytest.mark.parametrize(
    ("login", "sees", "does_not"),
    [("buyer", "Qualification expires", "Review the forecast"), ("planner", "overstock", "Qualification expires")],
)
def test_everybody_sees_what_their_desk_settles(home: Path, visit: Open, login: str, sees: str, does_not: str) -> None:
    seen = words(visit("today", login=login))

    assert sees in seen
    assert does_not not in seen


def test_what_was_done_since_yesterday_names_who_decided_what(home: Path, visit: Open) -> None:
    app = visit("suggestions", login="buyer", order="po00000000000000")
    next(button for button in app.button if button.label == "Approve").click().run()
    seen = words(visit("today"))

    assert "approved: PO-" in seen
    assert "Buyer" in seen
    assert "1 suggestions approved" in seen


def test_sales_learns_of_a_promise_beyond_the_free_stock_and_of_no_other(home: Path, visit: Open) -> None:
    ledger = open_ledger(home / "ledger.db")
    customer = ledger.records("select code from customer order by code limit 1")[0]["code"]
    secret = auth.hash_password(PASSWORD)
    ledger.post(
        [DefineUser(login="seller", name="Seller", name_zh="销售", role="sales", password_hash=secret, **common("system"))]
    )
    # 90 of TRADE-03 lie free: the first 80 are served, of the next 30 twenty are missing.
    for quantity, day in ((80, 6), (30, 7)):
        line = SalesLine(
            sku="TRADE-03",
            warehouse="MAIN",
            quantity=quantity * 1_000_000,
            unit_price=2_000_000,
            requested_date=date(2026, 1, day),
            promised_date=date(2026, 1, day),
        )
        order = EnterSalesOrder(customer=customer, order_date=date(2026, 1, 5), lines=(line,), **common("system"))
        ledger.post([order])
    ledger.close()
    seen = words(visit("today", login="seller"))

    assert "is promised 2026-01-07; 20 are not covered by stock yet" in seen
    assert "is promised 2026-01-06" not in seen
