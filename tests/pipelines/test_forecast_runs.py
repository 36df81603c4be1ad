"""Select once, then forecast again only what is new: the same as forecasting everything, and an alarm when forecasts drift."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import duckdb
import numpy as np
import polars as pl
import pytest

from forecasting import Selection
from forecasting.tuning.assignment import assign
from forecasting.tuning.specification import Selector, Specification, SpecificationEntry
from pipelines.settings import Settings
from pipelines.steps.forecast import forecast_frequency
from pipelines.steps.forecast_inputs import read_inputs, series_events
from pipelines.steps.specified import Specified
from pipelines.steps.tables import create_result_tables

FIRST = date(2024, 1, 1)
WEEKS = 100
SUNDAY = FIRST + timedelta(weeks=WEEKS, days=-1)
SETTINGS = Settings(simulated_cutoffs=6, weekly_horizon=6, holiday_country="CN", selection_days=28)
TABLES = ("demand_forecasts", "baseline_forecasts", "champions", "seasonal_profile", "lead_time_demand", "series_inputs", "drift",
          "demand_marks", "event_effects", "backtest_scores", "runs")  # fmt: skip


def fill(warehouse: duckdb.DuckDBPyConnection, weeks: int, change: dict[int, float] | None = None, shift: float = 1.0) -> None:
    """Weekly marts of 12 series up to a week; `change` adds to a series' tenth week, `shift` moves all levels in the last 12."""
    generator = np.random.default_rng(8)
    values = generator.poisson(np.resize([40.0, 6.0, 0.6], 12)[:, None], (12, WEEKS + 40)).astype(float)
    values[:, WEEKS:] = np.round(values[:, WEEKS:] * shift)
    for series, amount in (change or {}).items():
        values[series - 1, 10] += amount
    frame = pl.DataFrame(
        {
            "series_id": np.repeat(np.arange(1, 13), weeks + 1),
            "period_start": [FIRST + timedelta(weeks=week) for week in range(weeks + 1)] * 12,
            "learned_quantity": values[:, : weeks + 1].reshape(-1),
        }
    ).with_columns(
        item_id=pl.col("series_id"), warehouse_id=pl.lit(1), is_in_stock=pl.lit(True), average_price=pl.lit(2.0),
        largest_order_quantity=pl.col("learned_quantity") / 2, returned_quantity=pl.lit(0.0),
        is_complete=pl.col("period_start") < FIRST + timedelta(weeks=weeks),
    )  # fmt: skip
    for schema in ("marts", "plan_input"):
        warehouse.execute(f"CREATE SCHEMA IF NOT EXISTS {schema}")
    warehouse.register("frame", frame.to_arrow())
    for name in ("fct_demand_week", "fct_demand_month"):
        warehouse.execute(f"CREATE OR REPLACE TABLE marts.{name} AS SELECT * FROM frame")
    warehouse.execute(
        "CREATE OR REPLACE TABLE marts.dim_item AS SELECT DISTINCT item_id, item_id % 2 AS category_id, "
        "NULL::DATE AS last_sale_date, TRUE AS is_active FROM frame"
    )
    warehouse.execute(
        "CREATE OR REPLACE TABLE plan_input.item_locations AS SELECT DISTINCT series_id AS item_location_id, item_id, "
        "7 * (series_id % 3) AS lead_time_days, 1000000 AS unit_cost_micro FROM frame"
    )
    warehouse.execute("CREATE OR REPLACE TABLE plan_input.supplier_terms AS SELECT 1 AS item_id, 5 AS lead_time_days")
    warehouse.unregister("frame")
    create_result_tables(warehouse)


def go(
    warehouse: duckdb.DuckDBPyConnection, as_of: date = SUNDAY, watermark: int = 1, settings: Settings = SETTINGS, **more: bool
):
    return forecast_frequency(warehouse, read_inputs(warehouse, settings, "week", as_of, watermark), settings, **more)


def prints(warehouse: duckdb.DuckDBPyConnection) -> dict[str, tuple[int, str]]:
    return {
        name: warehouse.execute(f'SELECT count(*), sum(hash(t)::HUGEINT)::VARCHAR FROM forecast."{name}" AS t').fetchall()[0]
        for name in TABLES
    }


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A working file after the first run."""
    path = tmp_path_factory.mktemp("first") / "warehouse.duckdb"
    with duckdb.connect(str(path)) as warehouse:
        fill(warehouse, WEEKS)
        made = go(warehouse)
        assert (12, "first") == (made.recomputed, made.reason)
    return path


@pytest.fixture
def warehouse(first: Path, tmp_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A copy to go on with."""
    copy = tmp_path / "warehouse.duckdb"
    copy.write_bytes(first.read_bytes())
    with duckdb.connect(str(copy)) as connection:
        yield connection


def test_the_same_demand_is_not_forecast_again(warehouse: duckdb.DuckDBPyConnection) -> None:
    before = prints(warehouse)

    for as_of in (SUNDAY, SUNDAY + timedelta(days=3)):
        assert 0 == go(warehouse, as_of, watermark=2).recomputed
    assert before == prints(warehouse)


def test_only_changed_series_are_forecast_and_the_result_is_that_of_all(warehouse: duckdb.DuckDBPyConnection) -> None:
    """Goal: an incremental run equals one from scratch with the same selection. Method: byte for byte, all tables."""
    before = pl.read_database("SELECT * FROM forecast.baseline_forecasts", warehouse)
    fill(warehouse, WEEKS, {4: 30.0, 9: 2.0})
    made = go(warehouse, SUNDAY + timedelta(days=2), watermark=2)
    told = warehouse.execute("SELECT recomputed_count, series_count FROM forecast.runs WHERE origin = 'live'").fetchall()
    found = prints(warehouse)
    after = pl.read_database("SELECT * FROM forecast.baseline_forecasts", warehouse)
    moved = before.join(after, on=["series_id", "period_start", "measure"]).filter(pl.col("quantity") != pl.col("quantity_right"))

    assert (2, 12, "first") == (made.recomputed, made.series, made.reason)
    assert [(2, 12)] == told
    assert {4, 9} >= set(moved["series_id"]) != set()

    warehouse.execute("DELETE FROM forecast.series_inputs")
    assert 12 == go(warehouse, SUNDAY + timedelta(days=2), watermark=2).recomputed
    warehouse.execute("UPDATE forecast.runs SET recomputed_count = 2 WHERE origin = 'live'")
    assert found == prints(warehouse)


def test_with_a_specification_too_only_changed_series_are_forecast(warehouse: duckdb.DuckDBPyConnection) -> None:
    """Goal: a tuned series costs no fit of all. Method: byte for byte against a run from scratch with the same selection."""
    entry = SpecificationEntry(Selector(series_id=4), "week", "theta", "Li Wei", SUNDAY, "steadier")
    whole = Specification.of([entry])
    left = Specified(tuple(assign(whole, pl.DataFrame({"series_id": range(1, 13)}))), whole.content_hash(), (), "chosen.toml")

    def run(watermark: int):
        inputs = read_inputs(warehouse, SETTINGS, "week", SUNDAY, watermark, left.content_hash)
        return forecast_frequency(warehouse, inputs, SETTINGS, specified=left)

    assert (12, "changed_settings") == ((made := run(2)).recomputed, made.reason)
    assert 0 == run(3).recomputed
    fill(warehouse, WEEKS, {4: 30.0, 9: 2.0})
    assert 2 == run(4).recomputed
    found = prints(warehouse)
    served = warehouse.execute("SELECT model FROM forecast.champions WHERE series_id = 4").fetchall()

    assert [("specification_theta",)] == served
    warehouse.execute("DELETE FROM forecast.series_inputs")
    assert 12 == run(4).recomputed
    warehouse.execute("UPDATE forecast.runs SET recomputed_count = 2 WHERE origin = 'live'")
    assert found == prints(warehouse)


def test_an_item_that_is_no_longer_sold_is_forecast_anew_to_zero(warehouse: duckdb.DuckDBPyConnection) -> None:
    """Goal: a last sale date, or inactivity, ends that forecast alone. Method: only master data change."""
    warehouse.execute("UPDATE marts.dim_item SET last_sale_date = ?::DATE + 14 WHERE item_id = 4", [SUNDAY])
    warehouse.execute("UPDATE marts.dim_item SET is_active = FALSE WHERE item_id = 7")
    made = go(warehouse, watermark=2)
    left = warehouse.execute(
        "SELECT series_id, count(*) FILTER (quantity > 0), count(*) FILTER (quantity = 0) > 0 FROM forecast.demand_forecasts "
        "WHERE origin = 'live' AND measure = 'mean' AND series_id IN (4, 7) GROUP BY ALL ORDER BY ALL"
    ).fetchall()

    assert 2 == made.recomputed
    assert [(4, 2, True), (7, 0, True)] == left


def test_between_selections_new_weeks_are_forecast_with_what_was_chosen(warehouse: duckdb.DuckDBPyConnection) -> None:
    reasons = []
    for week in range(1, 5):
        fill(warehouse, WEEKS + week)
        made = go(warehouse, SUNDAY + timedelta(weeks=week), watermark=1 + week)
        reasons.append((made.recomputed, made.reason))
    rows = warehouse.execute("SELECT reason, cutoff FROM forecast.selections ORDER BY number").fetchall()

    assert [(12, "first")] * 3 + [(12, "weekly")] == reasons
    assert [("first", SUNDAY), ("weekly", SUNDAY + timedelta(weeks=4))] == rows
    assert (
        5
        == warehouse.execute("SELECT count(DISTINCT cutoff) FROM forecast.demand_forecasts WHERE origin = 'live'").fetchall()[0][
            0
        ]
    )


def test_a_level_shift_makes_the_next_run_select_anew_and_only_once(warehouse: duckdb.DuckDBPyConnection) -> None:
    """Goal: drift is noticed within ten weeks and answered once. Method: all levels rise by 80 %, a week at a time."""
    settings = replace(SETTINGS, selection_days=1000)
    seen = []
    for week in range(1, 11):
        fill(warehouse, WEEKS + week, shift=1.8)
        made = go(warehouse, SUNDAY + timedelta(weeks=week), watermark=1 + week, settings=settings)
        seen.append(made.reason)
        if made.reason == "drift":
            break
    shown = warehouse.execute("SELECT tracking_signal, is_alarm FROM forecast.drift WHERE segment = 'all'").fetchall()

    assert "drift" == seen[-1]
    assert set(seen[:-1]) <= {"first"}
    assert len(seen) >= 2
    assert [(True, True)] == [(signal > 0.5, alarm) for signal, alarm in shown]
    assert 0 == go(warehouse, SUNDAY + timedelta(weeks=len(seen)), watermark=50, settings=settings).recomputed
    assert 2 == warehouse.execute("SELECT count(*) FROM forecast.selections").fetchall()[0][0]
    fill(warehouse, WEEKS + len(seen) + 1, shift=1.8)
    go(warehouse, SUNDAY + timedelta(weeks=len(seen) + 1), watermark=51, settings=settings)
    alarms = "SELECT DISTINCT series_id FROM forecast.drift WHERE is_alarm AND series_id IS NOT NULL AND cutoff = ?"
    then, now = (
        {row[0] for row in warehouse.execute(alarms, [SUNDAY + timedelta(weeks=len(seen) + more)]).fetchall()} for more in (0, 1)
    )

    # Who was in alarm starts anew.
    assert then
    assert not then & now


def test_asking_or_other_settings_select_anew(warehouse: duckdb.DuckDBPyConnection) -> None:
    before = prints(warehouse)

    assert "requested" == go(warehouse, is_asked=True).reason
    # The same demand teaches the same.
    assert before == prints(warehouse)
    assert "changed_settings" == go(warehouse, settings=replace(SETTINGS, weekly_horizon=5)).reason
    assert "first" == go(warehouse, SUNDAY - timedelta(weeks=2)).reason


def test_what_was_chosen_can_be_read(warehouse: duckdb.DuckDBPyConnection) -> None:
    selection_id, content = warehouse.execute("SELECT selection_id, content FROM forecast.selections").fetchall()[0]
    selection = Selection.from_json(content)

    assert selection_id == selection.selection_id
    assert set(range(1, 13)) == set(selection.champions)


def test_a_table_that_gained_a_column_keeps_its_rows(warehouse: duckdb.DuckDBPyConnection) -> None:
    warehouse.execute("ALTER TABLE forecast.runs DROP COLUMN recomputed_count")
    before = warehouse.execute("SELECT count(*) FROM forecast.runs").fetchall()
    create_result_tables(warehouse)

    assert before == warehouse.execute("SELECT count(*) FROM forecast.runs WHERE recomputed_count IS NULL").fetchall()


def test_occurrences_that_overlap_become_one_and_years_leave_the_name() -> None:
    rows = [
        ("Sale 2024", date(2024, 6, 1), date(2024, 6, 10), None, None, None),
        ("Sale", date(2024, 6, 8), date(2024, 6, 20), None, None, date(2024, 6, 18)),
        ("Sale 2025", date(2025, 6, 1), date(2025, 6, 5), 2, 0.2, None),
        ("Spring Festival 2025", date(2025, 1, 28), date(2025, 2, 4), None, None, None),
        ("2024 Fair", date(2024, 9, 1), date(2024, 9, 3), None, None, None),
    ]
    columns = ("event", "start_date", "end_date", "series_id", "discount", "peak_date")
    schema = dict(zip(columns, (pl.String, pl.Date, pl.Date, pl.Int64, pl.Float64, pl.Date), strict=True))
    found = series_events(pl.DataFrame(rows, schema=schema, orient="row"), pl.Series([1, 2])).rows()

    assert [
        ("Fair", date(2024, 9, 1), date(2024, 9, 3), None, None, None),
        ("Sale", date(2024, 6, 1), date(2024, 6, 20), 1, None, date(2024, 6, 18)),
        ("Sale", date(2024, 6, 1), date(2024, 6, 20), 2, None, date(2024, 6, 18)),
        ("Sale", date(2025, 6, 1), date(2025, 6, 5), 2, 0.2, None),
    ] == found
