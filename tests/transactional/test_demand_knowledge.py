"""What people know about demand: told once, found again by name, ended on record, and refused where it cannot be right."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from kernel.errors import Conflict, InvalidInput, NotFound, NotPermitted, Refused
from tests.company import THE_DAY, UNIT, common, tiny_company
from transactional import Ledger, queries
from transactional.check import check
from transactional.commands import (
    AdjustDemand,
    BorrowHistory,
    Command,
    DefineBusinessEvent,
    EndBorrowing,
    OverrideGroupForecast,
    RecordBusinessEvent,
    RecordSalesExpectation,
    UndoDemandAdjustment,
    WithdrawBusinessEvent,
    WithdrawSalesExpectation,
)
from transactional.handlers.permissions import may_send

JANUARY, MARCH = date(2026, 1, 1), date(2026, 3, 1)
SERIES = {"sku": "GOOD-01", "warehouse": "MAIN"}


def _maker(kind: Callable[..., Command], actor: str, **shown: Any) -> Callable[..., Any]:
    return lambda **columns: kind(**{**shown, **common(actor), **columns})


promotion = _maker(
    RecordBusinessEvent, "seller", event_kind="promotion", name="Spring price", name_zh="春季特价", sku="GOOD-01",
    start_date=THE_DAY, end_date=THE_DAY + timedelta(days=6), discount_ppm=150_000,
)  # fmt: skip
adjust = _maker(
    AdjustDemand, "planner", **SERIES, demand_date=THE_DAY, adjustment_quantity=-40 * UNIT, adjustment_kind="one_off",
    reason="one project",
)  # fmt: skip
borrow = _maker(
    BorrowHistory, "planner", **SERIES, from_sku="GOOD-02", from_warehouse="MAIN", factor_ppm=800_000, reason="its successor",
)  # fmt: skip
group = _maker(
    OverrideGroupForecast, "planner", level="category", category="BUY", frequency="month", period_start=MARCH,
    change_ppm=-100_000, reason="weak market",
)  # fmt: skip
deal = _maker(
    RecordSalesExpectation, "seller", expectation_kind="deal", customer="CITY", sku="GOOD-01", first_period=MARCH,
    last_period=MARCH, quantity=30 * UNIT, probability_ppm=600_000, reason="tender",
)  # fmt: skip
driver = _maker(
    RecordSalesExpectation, "seller", expectation_kind="driver", category="BUY", first_period=MARCH,
    last_period=date(2026, 5, 1), change_ppm=200_000, reason="new shop",
)  # fmt: skip


def test_the_same_event_comes_again_on_other_days_and_can_be_withdrawn(ledger: Ledger) -> None:
    """Double 11 comes every year; twice on the same days would count its lift twice."""
    tiny_company(ledger, opening=False)
    first = promotion()
    ledger.post([first, promotion(start_date=MARCH, end_date=MARCH)])
    with pytest.raises(Conflict, match="Spring price stands from 2026-01-05 to 2026-01-11"):
        ledger.post([promotion(start_date=THE_DAY + timedelta(days=6), end_date=MARCH)])
    shown = queries.business_events(ledger)
    assert [(row["start_date"], row["sku"], row["discount_rate"], row["author_login"]) for row in shown] == [
        (MARCH, "GOOD-01", Decimal("0.15"), "seller"),
        (THE_DAY, "GOOD-01", Decimal("0.15"), "seller"),
    ]

    withdraw = _maker(WithdrawBusinessEvent, "planner", business_event_id=first.command_id, reason="called off")
    ledger.post([withdraw()])
    assert [row["start_date"] for row in queries.business_events(ledger)] == [MARCH]
    assert [row["is_withdrawn"] for row in queries.business_events(ledger, standing=False)] == [False, True]
    with pytest.raises(Conflict, match="has ended already"):
        ledger.post([withdraw()])
    assert check(ledger) == []


def test_an_event_defined_by_name_keeps_its_first_author_and_comes_back_when_defined_again(ledger: Ledger) -> None:
    """Setting up twice changes nothing; what was withdrawn stands again."""
    tiny_company(ledger, opening=False)
    days = {"start_date": MARCH, "end_date": MARCH}
    define = _maker(DefineBusinessEvent, "planner", event_kind="campaign", name="618 2026", name_zh="618大促 2026", **days)
    answer = ledger.post([define()])[0]
    ledger.post([define(**common("seller"))])
    assert [row["author_login"] for row in queries.business_events(ledger)] == ["planner"]
    ledger.post([WithdrawBusinessEvent(business_event_id=answer.ids["document_id"], reason="x", **common("planner"))])
    ledger.post([define()])
    assert [row["name_zh"] for row in queries.business_events(ledger)] == ["618大促 2026"]


def test_an_adjustment_takes_the_place_of_the_one_before_and_is_undone_for_good(ledger: Ledger) -> None:
    """One a series and day counts; who ended it, and why, stays on record."""
    tiny_company(ledger, opening=False)
    ledger.post([adjust(), adjust(adjustment_quantity=5 * UNIT, adjustment_kind="lost_sale", reason="shelf was empty")])
    ledger.post([adjust(demand_date=THE_DAY - timedelta(days=1))])
    shown = queries.demand_adjustments(ledger, "GOOD-01", "MAIN")
    assert [(row["demand_date"], row["adjustment_quantity"], row["kind"], row["item_name_zh"]) for row in shown] == [
        (THE_DAY - timedelta(days=1), -40, "one_off", "物料 GOOD-01"),
        (THE_DAY, 5, "lost_sale", "物料 GOOD-01"),
    ]
    ledger.post(
        [UndoDemandAdjustment(demand_adjustment_id=shown[1]["demand_adjustment_id"], reason="wrong", **common("planner"))]
    )
    assert len(queries.demand_adjustments(ledger)) == 1
    assert len(queries.demand_adjustments(ledger, standing=False)) == 3
    told = ledger.rows("SELECT event_kind, new_value FROM document_event WHERE document_kind = 'demand_adjustment' ORDER BY 1")
    assert told == [("replaced", "shelf was empty"), ("withdrawn", "wrong")]


def test_history_is_borrowed_from_one_series_at_a_time_and_never_in_a_circle(ledger: Ledger) -> None:
    """Also not over a third item; after the borrowing has ended the other way round is free."""
    tiny_company(ledger, opening=False)
    first = borrow()
    ledger.post([first, borrow(from_sku="GOOD-03", until_date=MARCH)])
    shown = queries.demand_references(ledger)
    assert [(row["sku"], row["from_sku"], row["factor_rate"], row["until_date"]) for row in shown] == [
        ("GOOD-01", "GOOD-03", Decimal("0.8"), MARCH)
    ]
    with pytest.raises(Refused, match="leads back"):
        ledger.post([borrow(from_sku="GOOD-01")])
    ledger.post([borrow(sku="GOOD-03", from_sku="GOOD-02")])
    with pytest.raises(Refused, match="leads back"):
        ledger.post([borrow(sku="GOOD-02", from_sku="GOOD-01")])
    ledger.post([EndBorrowing(demand_reference_id=shown[0]["demand_reference_id"], reason="grown up", **common("planner"))])
    ledger.post([borrow(sku="GOOD-02", from_sku="GOOD-01")])
    assert [row["sku"] for row in queries.demand_references(ledger)] == ["GOOD-02", "GOOD-03"]


def test_a_group_is_overridden_by_quantity_amount_or_change_and_withdrawn_by_none(ledger: Ledger) -> None:
    """Each a row of its own; the newest counts."""
    tiny_company(ledger, opening=False)
    ledger.post([
        group(),
        group(change_ppm=None, override_amount=123_456, baseline_amount=100_000, until_date=MARCH),
        group(change_ppm=None),
        group(level="company", category=None, change_ppm=50_000),
        group(level="item", category=None, sku="GOOD-01", change_ppm=None, override_quantity=0),
        group(level="category_warehouse", warehouse="MAIN", frequency="week", period_start=THE_DAY),
    ])  # fmt: skip
    shown = queries.group_overrides(ledger, "category")
    assert [(row["override_amount"], row["change_rate"], row["category_code"], row["author_name"]) for row in shown] == [
        (None, None, "BUY", "Planner"),
        (Decimal("1234.56"), None, "BUY", "Planner"),
        (None, Decimal("-0.1"), "BUY", "Planner"),
    ]
    assert [row["level"] for row in queries.group_overrides(ledger)][:3] == ["category_warehouse", "item", "company"]


def test_sales_tells_deals_and_drivers_with_their_probability(ledger: Ledger) -> None:
    """And takes them back; what was said stays."""
    tiny_company(ledger, opening=False)
    told = deal()
    ledger.post([told, driver(), deal(quantity=None, amount=5_000_00, warehouse="MAIN", probability_ppm=0)])
    shown = queries.sales_expectations(ledger, "deal")
    assert [(row["quantity"], row["expected_amount"], row["probability_rate"], row["customer_code"]) for row in shown] == [
        (None, Decimal(5000), 0, "CITY"),
        (30, None, Decimal("0.6"), "CITY"),
    ]
    by_driver = queries.sales_expectations(ledger, "driver")[0]
    assert (by_driver["change_rate"], by_driver["first_period"], by_driver["last_period"], by_driver["customer_code"]) == (
        Decimal("0.2"), MARCH, date(2026, 5, 1), None,
    )  # fmt: skip
    ledger.post([WithdrawSalesExpectation(sales_expectation_id=told.command_id, reason="lost it", **common("seller"))])
    assert len(queries.sales_expectations(ledger)) == 2
    assert len(queries.sales_expectations(ledger, standing=False)) == 3


_WRONG: list[tuple[Callable[[], Command], type[Exception], str]] = [
    (lambda: promotion(end_date=JANUARY), InvalidInput, "no earlier than"),
    (lambda: promotion(category="BUY"), InvalidInput, "sku, category are both named"),
    (lambda: promotion(event_kind="rain"), InvalidInput, "rain"),
    (lambda: promotion(discount_ppm=1_000_001), InvalidInput, "discount_ppm"),
    (lambda: promotion(sku="NOPE"), NotFound, "NOPE"),
    (lambda: promotion(sku=None, category="NOPE"), NotFound, "NOPE"),
    (lambda: promotion(name=" "), InvalidInput, "name"),
    (lambda: adjust(adjustment_quantity=0), InvalidInput, "adjustment is 0"),
    (lambda: adjust(adjustment_kind="whim"), InvalidInput, "whim"),
    (lambda: adjust(demand_date=MARCH), InvalidInput, "not been recorded yet"),
    (lambda: adjust(reason=""), InvalidInput, "reason"),
    (lambda: adjust(sku="NOPE"), NotFound, "NOPE"),
    (lambda: adjust(warehouse="NOPE"), NotFound, "NOPE"),
    (lambda: adjust(sku="RAW-01", warehouse="SHOP"), NotFound, "not planned"),
    (lambda: borrow(factor_ppm=0), InvalidInput, "factor_ppm"),
    (lambda: borrow(from_sku="NOPE"), NotFound, "NOPE"),
    (lambda: borrow(until_date=JANUARY), InvalidInput, "until_date"),
    (lambda: group(level="planet"), InvalidInput, "planet"),
    (lambda: group(level="company"), InvalidInput, "level company"),
    (lambda: group(category=None), InvalidInput, "level category"),
    (lambda: group(category="NOPE"), NotFound, "NOPE"),
    (lambda: group(override_quantity=1), InvalidInput, "exactly one of"),
    (lambda: group(change_ppm=-1_000_001), InvalidInput, "change_ppm"),
    (lambda: group(change_ppm=None, override_quantity=-1), InvalidInput, "0 or more"),
    (lambda: group(change_ppm=None, override_amount=-1), InvalidInput, "override_amount"),
    (lambda: group(period_start=date(2026, 3, 2)), InvalidInput, "2026-03-01"),
    (lambda: group(frequency="week", period_start=date(2026, 1, 6)), InvalidInput, "2026-01-05"),
    (lambda: group(frequency="year"), InvalidInput, "year"),
    (lambda: deal(quantity=None), InvalidInput, "exactly one of quantity, amount"),
    (lambda: deal(amount=1), InvalidInput, "exactly one of quantity, amount"),
    (lambda: deal(change_ppm=1, quantity=None), InvalidInput, "exactly one of quantity, amount"),
    (lambda: deal(quantity=0), InvalidInput, "more than 0"),
    (lambda: deal(probability_ppm=1_000_001), InvalidInput, "probability_ppm"),
    (lambda: deal(probability_ppm=-1), InvalidInput, "probability_ppm"),
    (lambda: deal(customer="NOPE"), NotFound, "NOPE"),
    (lambda: deal(last_period=JANUARY), InvalidInput, "last_period"),
    (lambda: deal(first_period=date(2026, 2, 2)), InvalidInput, "2026-02-01"),
    (lambda: deal(category="BUY"), InvalidInput, "both named"),
    (lambda: driver(change_ppm=None), InvalidInput, "exactly one of change_ppm"),
    (lambda: driver(change_ppm=-1_000_001), InvalidInput, "change_ppm"),
    (lambda: driver(quantity=1), InvalidInput, "exactly one of change_ppm"),
    (lambda: driver(category=None), InvalidInput, "neither customer nor category nor item"),
    (lambda: WithdrawSalesExpectation(sales_expectation_id=1, reason="x", **common("seller")), NotFound, "sales_expectation"),
]


def test_what_cannot_be_right_is_refused(ledger: Ledger) -> None:
    """Nothing is written then."""
    tiny_company(ledger, opening=False)
    for bad, kind, says in _WRONG:
        with pytest.raises(kind, match=says):
            ledger.post([bad()])
    tables = ("business_event", "demand_adjustment", "demand_reference", "forecast_group_override", "sales_expectation")
    assert [ledger.rows(f"SELECT COUNT(*) FROM {table}") for table in tables] == [[(0,)]] * 5


def test_planners_correct_history_and_sales_says_what_it_expects(ledger: Ledger) -> None:
    """Each desk its own; a viewer neither."""
    tiny_company(ledger, opening=False)
    planning = (AdjustDemand, UndoDemandAdjustment, BorrowHistory, EndBorrowing, OverrideGroupForecast)
    selling = (RecordBusinessEvent, WithdrawBusinessEvent, RecordSalesExpectation, WithdrawSalesExpectation)
    for role, allowed in (
        ("planner", planning + selling), ("manager", planning + selling), ("admin", planning + selling), ("sales", selling),
        ("viewer", ()), ("warehouse", ()),
    ):  # fmt: skip
        assert {kind for kind in planning + selling if may_send(role, kind.__name__)} == set(allowed), role
    with pytest.raises(NotPermitted, match="AdjustDemand"):
        ledger.post([adjust(**common("seller"))])
