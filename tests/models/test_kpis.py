"""Do the indicators say of a company one can check by hand what the requirements say they must?"""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest

from tests.models.project import NO_TESTS, WITH_UNIT_TESTS, build, differences, query
from tests.models.small_company import small_company

pytestmark = pytest.mark.pipeline

MARCH, APRIL = date(2026, 3, 1), date(2026, 4, 1)


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("models")
    path = small_company().write(home / "warehouse.duckdb")
    build(home, *WITH_UNIT_TESTS)
    return path


def _figure(
    warehouse: Path, kpi: str, reading: str, start: date, dimension: str = "company", key: str = "", kind: str = "month"
) -> tuple[object, ...]:
    rows = query(
        warehouse,
        "select numerator, denominator, value, status, note_key from reports.rpt_kpi where kpi = ? and reading = ? "
        "and period_kind = ? and period_start = ? and dimension = ? and dimension_key = ?",
        [kpi, reading, kind, start, dimension, key],
    )
    assert len(rows) == 1
    return rows[0]


def test_every_figure_agrees_with_a_naive_reading_of_the_documents(warehouse: Path) -> None:
    """The definitions, written a second time in plain Python, give the same numerators, denominators and values at all grains."""
    compared, wrong = differences(warehouse)

    assert wrong == []
    assert compared > 1_000


def test_an_order_counts_in_the_period_of_its_last_first_promise_and_only_whole(warehouse: Path) -> None:
    """SO-1 had one late line; SO-2 lost a line before its promise; SO-3 is not yet due; SO-4 was cancelled after its promise."""
    assert _figure(warehouse, "on_time_delivery", "headline", MARCH)[:2] == (0, 1)
    assert _figure(warehouse, "on_time_delivery", "headline", APRIL)[:2] == (1, 2)
    assert _figure(warehouse, "on_time_delivery", "line", MARCH)[:2] == (1, 2)
    assert _figure(warehouse, "on_time_delivery", "line", APRIL)[:2] == (1, 4)


def test_a_later_promise_does_not_make_a_late_line_punctual(warehouse: Path) -> None:
    """By its last promise SO-1 was on time; the headline stays with the first."""
    assert _figure(warehouse, "on_time_delivery", "by_last_promise", MARCH)[:2] == (1, 1)
    assert _figure(warehouse, "on_time_delivery", "by_requested", MARCH)[:2] == (0, 1)


def test_savings_show_when_negative_and_never_count_what_was_bought_above_need(warehouse: Path) -> None:
    """40 of the 50 were needed: (400 - 360) / 400; the spot buy at 11 against 10 loses a tenth."""
    assert _figure(warehouse, "purchase_savings", "headline", MARCH)[:2] == (40, 400)
    assert _figure(warehouse, "purchase_savings", "moq_excess", MARCH)[:2] == (90, None)
    assert _figure(warehouse, "purchase_savings", "against_best_quote", MARCH)[:2] == (-40, 320)
    assert _figure(warehouse, "purchase_savings", "headline", APRIL)[:2] == (-30, 300)
    assert _figure(warehouse, "purchase_savings", "headline", APRIL)[3] == "bad"


def test_one_found_and_one_missing_are_two_wrong_records(warehouse: Path) -> None:
    """Offsetting errors never cancel: one record of three matches."""
    assert _figure(warehouse, "inventory_accuracy", "headline", MARCH)[:2] == (1, 3)


def test_turnover_is_annual_cost_of_sales_over_the_mean_of_the_daily_closings(warehouse: Path) -> None:
    """Cost of sales 155; closings of March sum to 37,474, work in progress included: 155 x 365 / 37,474."""
    numerator, denominator, value, status, _ = _figure(warehouse, "inventory_turnover", "headline", MARCH)

    assert pytest.approx(155 * 365 / 37_474) == value
    assert pytest.approx(155 * 365 / 31) == float(str(numerator))
    assert pytest.approx(37_474 / 31) == float(str(denominator))
    assert status == "bad"
    assert pytest.approx(37_474 / 155) == _figure(warehouse, "inventory_turnover", "dio", MARCH)[2]
    assert pytest.approx(800 / 31) == _figure(warehouse, "inventory_turnover", "mean_value_wip", MARCH)[2]


def test_an_item_turns_by_what_production_took_as_well(warehouse: Path) -> None:
    """Part P was only issued to production: 200 at cost, closings 28,624."""
    assert pytest.approx(200 * 365 / 28_624) == _figure(warehouse, "inventory_turnover", "headline", MARCH, "item", "1")[2]


def test_stock_without_outflow_says_no_movement_not_infinity(warehouse: Path) -> None:
    """Nothing left in April: the turnover is 0 and says why; days of stock have no value."""
    _, _, value, status, note = _figure(warehouse, "inventory_turnover", "headline", APRIL)

    assert (value, status, note) == (0, "bad", "kpi.no_movement")
    assert None is _figure(warehouse, "inventory_turnover", "dio", APRIL)[2]


def test_what_was_never_recorded_says_so(warehouse: Path) -> None:
    """No forecast has been archived: not recorded, which is neither zero nor an empty page."""
    assert _figure(warehouse, "forecast_accuracy", "headline", MARCH)[2:4] == (None, "not_recorded")
    assert _figure(warehouse, "inventory_accuracy", "headline", APRIL)[3] == "no_data"


def test_planning_sees_open_supply_and_demand_once(warehouse: Path) -> None:
    """The overdue purchase is a receipt, open lines are demands, cancelled ones are not."""
    receipts = query(warehouse, "select supply_id, quantity, expected_date from plan_input.scheduled_receipts")
    demands = query(warehouse, "select demand_id, quantity from plan_input.demands order by 1")
    on_hand = query(warehouse, "select item_location_id, quantity from plan_input.on_hand order by 1")

    assert [("PO:2", 30_000_000, date(2026, 4, 10))] == receipts
    assert demands == [("SO:5", 8_000_000), ("SO:6", 2_000_000), ("SO:8", 7_000_000)]
    assert on_hand == [(1, 128_000_000), (2, 5_000_000), (3, 26_000_000)]


def test_shares_of_the_cost_pool_add_up_to_the_last_fen(warehouse: Path) -> None:
    """On 31 March: P 1,232, F 100, G 130."""
    rows = query(
        warehouse,
        "select item_id, sum(value_micro) from marts.fct_stock_daily "
        "where date '2026-03-31' between valid_from and valid_to group by 1",
    )

    assert {item: int(Fraction(value)) for item, value in rows} == {1: 1_232_000_000, 2: 100_000_000, 3: 130_000_000}


def test_a_second_build_gives_the_same_tables(warehouse: Path) -> None:
    """Nothing depends on when or how often it runs."""
    tables = [
        name for (name,) in query(warehouse, "select table_name from duckdb_tables() where schema_name = 'reports' order by 1")
    ]

    def content() -> dict[str, list[tuple[object, ...]]]:
        return {name: query(warehouse, f'select * from reports."{name}" order by all') for name in tables}

    before = content()
    build(warehouse.parent, *NO_TESTS)

    assert before == content()
    assert len(tables) >= 21
