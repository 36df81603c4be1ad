"""What sales expected counts from the day it was told to the day it was taken back, at every cutoff and in the plan."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import duckdb
import polars as pl
import pytest

from pipelines.steps.forecast_sales import add_people, with_sales
from pipelines.steps.tables import create_result_tables, insert_frame

pytestmark = pytest.mark.fast

MARCH, APRIL, MAY, JUNE = date(2026, 3, 31), date(2026, 4, 30), date(2026, 5, 1), date(2026, 6, 1)
AS_OF = date(2026, 5, 10)


@pytest.fixture
def warehouse() -> Iterator[duckdb.DuckDBPyConnection]:
    """Two series of one category; forecasts of 10 a month made after March (simulated) and after April (live)."""
    connection = duckdb.connect()
    create_result_tables(connection)
    connection.execute("CREATE SCHEMA raw; CREATE SCHEMA marts")
    connection.execute("CREATE TABLE raw.company AS SELECT 2 AS minor_digits, 1 AS posting_sequence")
    connection.execute(
        "CREATE TABLE raw.forecast_override (forecast_override_id BIGINT, item_location_id BIGINT, frequency VARCHAR, "
        "period_start DATE, override_quantity BIGINT, until_date DATE, business_date DATE, posting_sequence BIGINT)"
    )
    connection.execute(
        "CREATE TABLE raw.sales_expectation (sales_expectation_id BIGINT, kind VARCHAR, customer_id BIGINT, category_id BIGINT, "
        "item_id BIGINT, warehouse_id BIGINT, first_period DATE, last_period DATE, quantity BIGINT, amount BIGINT, "
        "change_ppm BIGINT, probability_ppm BIGINT, author_id BIGINT, until_date DATE, is_withdrawn BIGINT, "
        "posting_sequence BIGINT)"
    )
    connection.execute("CREATE TABLE raw.posting (posting_sequence BIGINT, business_date DATE)")
    connection.execute(
        "CREATE TABLE marts.dim_item AS SELECT * FROM (VALUES (1, 5, 'pcs', 4.0), (2, 5, 'pcs', 4.0)) "
        "AS t(item_id, category_id, base_unit, list_unit_price)"
    )
    connection.execute(
        "CREATE TABLE marts.fct_demand_month AS SELECT * FROM (VALUES (11, 1, 7, DATE '2026-01-01', 10.0), "
        "(21, 2, 7, DATE '2026-01-01', 10.0)) AS t(series_id, item_id, warehouse_id, period_start, demand_quantity)"
    )
    connection.execute(
        "CREATE TABLE marts.fct_sales_line AS SELECT * FROM (VALUES (90, 1, 7, DATE '2026-01-05', 10000000, 40000000), "
        "(91, 2, 7, DATE '2026-01-05', 10000000, 20000000)) "
        "AS t(customer_id, item_id, warehouse_id, order_date, ordered_quantity_micro, line_value_micro)"
    )
    for run, origin, cutoff in (("old", "simulated", MARCH), ("new", "live", APRIL)):
        connection.execute(
            "INSERT INTO forecast.runs BY NAME SELECT ? AS forecast_run_id, ? AS origin, 'month' AS frequency, "
            "?::DATE AS cutoff, 1 AS watermark",
            [run, origin, cutoff],
        )
        rows = [(series, month, 10.0) for series in (11, 21) for month in (MAY, JUNE)]
        frame = pl.DataFrame(rows, schema=["series_id", "period_start", "quantity"], orient="row").with_columns(
            pl.lit(run).alias("forecast_run_id"),
            pl.lit(origin).alias("origin"),
            pl.lit(cutoff).alias("cutoff"),
            pl.lit("mean").alias("measure"),
            pl.lit("ets").alias("model"),
            pl.lit("month").alias("frequency"),
        )
        insert_frame(connection, "forecast", "demand_forecasts", frame)
    yield connection
    connection.close()


def tell(warehouse: duckdb.DuckDBPyConnection, day: date, **columns: object) -> None:
    """A version of an expectation, posted on a day."""
    usual = {"sales_expectation_id": 1, "kind": "deal", "first_period": MAY, "last_period": JUNE, "probability_ppm": 500_000}
    row = {**usual, "author_id": 3, "is_withdrawn": 0, **columns}
    sequence = warehouse.execute("SELECT count(*) + 1 FROM raw.posting").fetchall()[0][0]
    warehouse.execute("INSERT INTO raw.posting VALUES (?, ?)", [sequence, day])
    names = ", ".join(f"${name} AS {name}" for name in [*row, "posting_sequence"])
    warehouse.execute(f"INSERT INTO raw.sales_expectation BY NAME SELECT {names}", {**row, "posting_sequence": sequence})


def steps(warehouse: duckdb.DuckDBPyConnection) -> list[tuple[object, ...]]:
    return warehouse.execute(
        "SELECT forecast_run_id, series_id, period_start, step, source_id, round(quantity, 6) FROM forecast.forecast_steps "
        "ORDER BY ALL"
    ).fetchall()


def test_a_deal_counts_from_the_cutoff_after_it_was_told(warehouse: duckdb.DuckDBPyConnection) -> None:
    tell(warehouse, date(2026, 4, 2), item_id=1, quantity=40_000_000)

    add_people(warehouse, "month", AS_OF)

    assert [("new", 11, MAY, "sales", 1, 10.0), ("new", 11, JUNE, "sales", 1, 10.0)] == steps(warehouse)


def test_one_taken_back_stays_in_the_cutoffs_it_was_known_at(warehouse: duckdb.DuckDBPyConnection) -> None:
    tell(warehouse, date(2026, 3, 2), item_id=1, quantity=40_000_000)
    tell(warehouse, date(2026, 5, 5), item_id=1, quantity=40_000_000, is_withdrawn=1)

    add_people(warehouse, "month", AS_OF)

    assert ["old", "old"] == [row[0] for row in steps(warehouse)]


def test_one_past_its_last_day_no_longer_counts(warehouse: duckdb.DuckDBPyConnection) -> None:
    tell(warehouse, date(2026, 3, 2), category_id=5, kind="driver", change_ppm=100_000, until_date=date(2026, 5, 9))

    add_people(warehouse, "month", AS_OF)

    assert {"old"} == {row[0] for row in steps(warehouse)}


def test_an_amount_follows_the_price_people_paid(warehouse: duckdb.DuckDBPyConnection) -> None:
    tell(warehouse, date(2026, 4, 2), customer_id=91, amount=8_000, probability_ppm=1_000_000)

    add_people(warehouse, "month", AS_OF)

    # 80.00 over two months at 2.00 a piece, where this customer buys.
    assert [(21, MAY, 20.0), (21, JUNE, 20.0)] == [(row[1], row[2], row[5]) for row in steps(warehouse)]


def test_overrides_come_after_sales_and_a_repeated_run_writes_the_same(warehouse: duckdb.DuckDBPyConnection) -> None:
    tell(warehouse, date(2026, 4, 2), item_id=1, quantity=40_000_000)
    warehouse.execute(
        "INSERT INTO raw.forecast_override VALUES (8, 11, 'month', DATE '2026-05-01', 50000000, NULL, '2026-05-02', 9)"
    )

    add_people(warehouse, "month", AS_OF)
    first = steps(warehouse)
    add_people(warehouse, "month", AS_OF)

    assert first == steps(warehouse)
    # 10 of the model and 10 of sales: the override adds the other 30.
    assert ("new", 11, MAY, "override", 8, 30.0) in first
    forecast = pl.DataFrame({"series_id": [11, 21], "period_start": [MAY, MAY], "quantity": [10.0, 10.0]})
    assert [20.0, 10.0] == with_sales(warehouse, "month", forecast, "new")["quantity"].to_list()


def test_what_nobody_can_take_is_kept_as_a_problem(warehouse: duckdb.DuckDBPyConnection) -> None:
    tell(warehouse, date(2026, 4, 2), item_id=99, quantity=1_000_000)

    add_people(warehouse, "month", AS_OF)

    assert [("month", 1, "forecasting.expectation_unplaced")] == warehouse.execute("FROM forecast.sales_problems").fetchall()
