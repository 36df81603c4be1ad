"""A failed check tells whoever is on call which table, which rows, and what to do."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import duckdb
import pytest

from kernel.messages import catalogue
from pipelines.checks import CHECKS
from pipelines.home import Home
from pipelines.ingest.tables import raw_tables
from pipelines.run import Run
from pipelines.settings import load_settings
from pipelines.steps.tables import create_result_tables

ROOT = Path(__file__).resolve().parents[2]
WEEK = date(2026, 3, 2)


@pytest.fixture
def run(tmp_path: Path) -> Run:
    return Run("checked", load_settings({"THROUGHLINE_HOME": str(tmp_path)}, tmp_path))


@pytest.fixture
def results(warehouse: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
    """A working file with the empty tables of forecast and plan."""
    create_result_tables(warehouse)
    return warehouse


@pytest.mark.fast
def test_every_blocking_check_has_a_way_out_and_a_part_of_the_runbook():
    """A check nobody can act on is noise at three in the morning."""
    runbook = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    for name in CHECKS:
        assert catalogue()[f"pipelines.fix.{name}"]["zh"]
        _, _, part = runbook.partition(f"### `{name}`")
        part = part.partition("###")[0]
        assert all(word in part for word in ("**Means.**", "**Look.**", "**Fix.**")), name


@pytest.mark.fast
def test_every_dbt_test_with_a_name_of_its_own_stands_in_the_runbook():
    runbook = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")

    assert [] == [path.stem for path in (ROOT / "models" / "tests").glob("*.sql") if f"`{path.stem}`" not in runbook]


def test_quantiles_that_cross_are_named_by_series_and_period(results, run):
    """Also where the quantiles between them are not kept, as in archived runs."""
    rows = [
        ("r", "live", 7, WEEK, WEEK, measure, quantity, "theta", "week") for measure, quantity in (("p50", 4.0), ("p90", 3.0))
    ]
    rows += [
        ("r", "live", 8, WEEK, WEEK, "p50", -1.0, "theta", "week"),
        ("r", "live", 9, WEEK, WEEK, "p50", 1.0, "theta", "week"),
    ]
    results.executemany("INSERT INTO forecast.demand_forecasts VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)
    result = CHECKS["quantiles_in_order"](results, run)

    assert not result.passed
    assert result.detail == (
        "forecast.demand_forecasts: 2 found; series_id 7, week of 2026-03-02, run r: p90 is 3.0; "
        "series_id 8, week of 2026-03-02, run r: p50 is -1.0"
    )


def test_a_plan_that_pegs_more_than_it_has_is_named(results, run):
    results.execute(
        "INSERT INTO plan.planned_orders BY NAME SELECT 'P1' AS planned_order_id, 5 AS quantity, 5 AS net_requirement_quantity, "
        "DATE '2026-03-02' AS release_date, DATE '2026-03-09' AS receipt_date"
    )
    results.execute("INSERT INTO plan.pegging BY NAME SELECT 'P1' AS supply_id, 6 AS quantity")
    result = CHECKS["plan_adds_up"](results, run)

    assert result.detail == "plan: 1 found; plan.pegging, planned_order_id P1: pegged beyond its quantity"


def test_an_order_split_by_a_maximum_adds_up_and_one_that_contradicts_itself_does_not(results, run):
    """A maximum leaves the order below its requirement; the rounding says by how much, and only that is asked."""
    for name, quantity, rounding in (("SPLIT", 5, -95), ("WRONG", 90, 0)):
        results.execute(
            "INSERT INTO plan.planned_orders BY NAME SELECT ? AS planned_order_id, ? AS quantity, "
            "100 AS net_requirement_quantity, ? AS lot_rounding_quantity, "
            "DATE '2026-03-02' AS release_date, DATE '2026-03-09' AS receipt_date",
            [name, quantity, rounding],
        )

    result = CHECKS["plan_adds_up"](results, run)

    assert "WRONG" in result.detail
    assert "SPLIT" not in result.detail


def test_negative_stock_is_named_by_its_place(warehouse, run):
    balance = next(table for table in raw_tables() if table.name == "stock_balance")
    warehouse.execute("CREATE SCHEMA raw")
    warehouse.execute(balance.definition)
    warehouse.execute(
        "INSERT INTO raw.stock_balance BY NAME SELECT 3 AS item_id, 4 AS location_id, 0 AS lot_id, 'available' AS status, "
        "-2000000 AS on_hand_quantity, 0 AS allocated_quantity, 1 AS is_physical, 1 AS posting_sequence"
    )
    result = CHECKS["stock_not_negative"](warehouse, run)

    assert result.detail == (
        "raw.stock_balance: 1 found; item_id 3 at location_id 4, lot_id 0, available: on hand -2.0, allocated 0.0"
    )


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_refusal_says_what_to_do_in_the_reader_s_language(tmp_path, language):
    settings = load_settings({"THROUGHLINE_HOME": str(tmp_path), "THROUGHLINE_LANGUAGE": language}, tmp_path)
    Home(tmp_path).prepare()
    Run("refused", settings).refuse("raw_equals_ledger", "raw.item item_id=12: name is 'a' in the ledger, 'b' in raw")
    message = Home(tmp_path).read_last_run()["message"]

    assert "raw.item item_id=12" in message
    assert catalogue()["pipelines.fix.raw_equals_ledger"][language] in message
