"""What moves demand in the demo company really moves it, and its people are as right as the truth file says."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.demo.test_demo_company import Company, _live
from transactional import open_ledger, queries
from transactional.commands import AdjustDemand, EnterSalesOrder, RecordBusinessEvent
from transactional.demo import small_demo
from transactional.demo.scale import FULL, SMALL
from transactional.demo.told_demand import FACTS


@pytest.fixture(scope="module")
def full() -> Company:
    return _live(FULL)


def _facts(truth: dict[str, Any], code: str) -> list[dict[str, Any]]:
    return [record for record in truth["demand_facts"] if record["fact"] == code]


def test_every_fact_is_told_and_the_clean_twin_has_the_same(full: Company) -> None:
    assert set(FACTS) == {record["fact"] for record in full.truth["demand_facts"]}
    small, clean = _live(SMALL), _live(SMALL, clean=True)
    for company in (small, clean):
        assert set(FACTS) == {record["fact"] for record in company.truth["demand_facts"]}
    said = ("override", "group_override", "expectation", "price_promotion", "dying_item", "new_item")
    for code in said:
        ours, twins = ([(r["subject"], r["from"], r["to"]) for r in _facts(c.truth, code)] for c in (small, clean))
        assert ours == twins, code


def test_a_price_promotion_lifts_demand_lowers_the_price_and_borrows_from_the_weeks_after(full: Company) -> None:
    asked: dict[str, dict[date, int]] = defaultdict(lambda: defaultdict(int))
    discounts: dict[tuple[str, date], list[int]] = defaultdict(list)
    for order in full.sent(EnterSalesOrder):
        for line in order.lines:
            asked[line.sku][order.order_date] += line.quantity
            discounts[line.sku, order.order_date].append(line.discount_ppm)
    during = after = before = 0
    for record in _facts(full.truth, "price_promotion"):
        sku, first, last = record["subject"]["sku"], date.fromisoformat(record["from"]), date.fromisoformat(record["to"])

        def within(start: date, weeks: int, sku: str = sku) -> int:
            return sum(asked[sku][start + timedelta(days=day)] for day in range(7 * weeks))

        before += within(first - timedelta(days=14), 2)
        during += within(first, 2)
        after += within(last + timedelta(days=1), 2)
        assert min(min(discounts[sku, day], default=10**6) for day in asked[sku] if first <= day <= last) >= 120_000
        assert within(first, 2) == record["measures"]["ordered_quantity"] * 1_000_000
    assert during > 1.4 * before
    assert after < 0.9 * before


def test_promotions_are_recorded_before_they_begin(full: Company) -> None:
    events = list(full.sent(RecordBusinessEvent))
    late = [event for event in events if event.start_date - event.business_date < timedelta(days=45)]
    assert all(event.business_date == FULL.start_date for event in late), "what began soon after the first day"
    assert any(event.start_date > FULL.end_date for event in events)


def test_one_project_is_marked_and_one_is_left_to_be_found(full: Company) -> None:
    marked, unmarked = _facts(full.truth, "project_order")
    assert (marked["measures"]["is_marked"], unmarked["measures"]["is_marked"]) == (True, False)
    assert min(marked["measures"]["usual_weeks"], unmarked["measures"]["usual_weeks"]) > 8
    (adjustment,) = full.sent(AdjustDemand)
    assert (adjustment.sku, str(adjustment.demand_date)) == (marked["subject"]["sku"], marked["measures"]["demand_date"])
    assert adjustment.adjustment_quantity == -marked["measures"]["quantity"] * 1_000_000
    lines = {order.number: order.lines for order in full.sent(EnterSalesOrder)}
    for record in (marked, unmarked):
        (document,) = record["documents"]
        line = lines[document["number"]][document["line"]]
        assert (line.sku, str(line.requested_date)) == (record["subject"]["sku"], record["measures"]["demand_date"])


def test_the_new_item_is_young_and_the_dying_one_nearly_gone(full: Company) -> None:
    young = _facts(full.truth, "new_item")
    assert young
    assert all(date.fromisoformat(record["from"]) > date(2026, 6, 30) for record in young)
    assert all(record["measures"]["share_left"] < 0.15 for record in _facts(full.truth, "dying_item"))


def test_people_differ_in_how_right_they_are(full: Company) -> None:
    override = {record["subject"]["login"]: record["measures"] for record in _facts(full.truth, "override")}
    assert abs(override["planner"]["mean_ratio_to_truth"] - 1) < 0.05
    assert override["planner2"]["mean_ratio_to_truth"] > 1.2
    deals = {record["subject"]["login"]: record["measures"] for record in _facts(full.truth, "expectation")}
    assert deals["sales"]["deals_won"] == 2
    assert deals["sales3"]["deals_won"] == 0
    assert deals["sales3"]["deal_count"] > 3


def test_the_ledger_holds_what_was_said(tmp_path: Path) -> None:
    ledger = open_ledger(tmp_path / "ledger.db")
    truth = small_demo(ledger)
    assert len(queries.demand_adjustments(ledger)) == 1
    assert len(queries.demand_references(ledger)) == len(_facts(truth, "new_item"))
    for code, told in (
        ("override", queries.overrides(ledger)),
        ("group_override", queries.group_overrides(ledger)),
        ("expectation", queries.sales_expectations(ledger, standing=False)),
    ):
        assert len(told) == sum(record["measures"]["count"] for record in _facts(truth, code)), code
    assert {"planner", "planner2"} == {row["author_login"] for row in queries.overrides(ledger)}
    assert [row["author_login"] for row in queries.sales_expectations(ledger, standing=False) if row["is_withdrawn"]] == [
        "sales3"
    ]
