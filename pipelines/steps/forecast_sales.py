"""What did people add to the model at each cutoff: the sales team's expectations, then overrides of any level?

The rules are `forecasting.sales_expectations` and `forecasting.groups.spreading`. `forecast.forecast_steps` holds, per cutoff,
series and period, by how much each expectation and each override moved the forecast: the plan and the reports add it, and
forecast value added judges it. A past cutoff counts what had been told by that day and not yet taken back; the newest live one
what is told now.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import duckdb
import polars as pl

from forecasting.sales_expectations import EXPECTATION_SCHEMA, SalesStep, sales_step
from pipelines.steps.overrides import group_members, spread_in_force, write_spread
from pipelines.steps.tables import FORECAST_TABLES, insert_frame
from pipelines.warehouse import read_frame, table_exists

__all__ = ["add_people", "with_sales"]

_KEPT_DAYS = 400
"""Cutoffs older than this keep the steps they have."""


def add_people(warehouse: duckdb.DuckDBPyConnection, frequency: Any, as_of: date) -> int:
    """Write the steps of every cutoff of the last year, and what the overrides in force now decide; rows of steps."""
    cutoffs = _cutoffs(warehouse, frequency)
    parts: list[pl.DataFrame] = []
    unplaced = pl.DataFrame(schema={"sales_expectation_id": pl.Int64, "reason_key": pl.String})
    members = group_members(warehouse)
    for place, (cutoff, forecast_run_id) in enumerate(cutoffs):
        is_newest = place == len(cutoffs) - 1
        known_on = max(as_of, cutoff) if is_newest else cutoff
        forecast = _means(warehouse, forecast_run_id)
        sales = _sales(warehouse, frequency, forecast, members, known_on)
        spread = spread_in_force(warehouse, frequency, known_on, sales.forecast, members)
        run = [
            pl.lit(frequency).alias("frequency"),
            pl.lit(cutoff).alias("cutoff"),
            pl.lit(forecast_run_id).alias("forecast_run_id"),
        ]
        parts.append(_sales_rows(sales).with_columns(run))
        parts.append(_override_rows(spread.applied).with_columns(run))
        if is_newest:
            write_spread(warehouse, frequency, spread)
            unplaced = sales.unplaced
    _write(warehouse, frequency, [cutoff for cutoff, _ in cutoffs], parts, unplaced)
    return sum(part.height for part in parts)


def with_sales(
    warehouse: duckdb.DuckDBPyConnection, frequency: str, forecast: pl.DataFrame, forecast_run_id: str | None
) -> pl.DataFrame:
    """A run's mean forecast (`series_id`, `period_start`, `quantity`) after the sales step."""
    added = read_frame(
        warehouse,
        "SELECT series_id, period_start, sum(quantity) AS added FROM forecast.forecast_steps "
        "WHERE frequency = ? AND forecast_run_id = ? AND step = 'sales' GROUP BY ALL ORDER BY ALL",
        [frequency, forecast_run_id],
    )
    joined = forecast.join(added, on=["series_id", "period_start"], how="left", maintain_order="left")
    after = (pl.col("quantity") + pl.col("added").fill_null(0.0)).clip(lower_bound=0.0)
    return joined.select("series_id", "period_start", after.alias("quantity"))


def _cutoffs(warehouse: duckdb.DuckDBPyConnection, frequency: str) -> list[tuple[date, str]]:
    """The run that counts of each cutoff of the last year, oldest first; live before simulated."""
    rows = warehouse.execute(
        "SELECT cutoff, arg_max(forecast_run_id, (origin = 'live', watermark, forecast_run_id)) AS forecast_run_id "
        "FROM forecast.runs WHERE frequency = ? GROUP BY cutoff ORDER BY cutoff",
        [frequency],
    ).fetchall()
    return [row for row in rows if row[0] > rows[-1][0] - timedelta(days=_KEPT_DAYS)]


def _means(warehouse: duckdb.DuckDBPyConnection, forecast_run_id: str) -> pl.DataFrame:
    return read_frame(
        warehouse,
        "SELECT series_id, period_start, quantity FROM forecast.demand_forecasts "
        "WHERE forecast_run_id = ? AND measure = 'mean' ORDER BY ALL",
        [forecast_run_id],
    )


def _sales(
    warehouse: duckdb.DuckDBPyConnection, frequency: Any, forecast: pl.DataFrame, members: pl.DataFrame, known_on: date
) -> SalesStep:
    expectations = (
        read_frame(warehouse, _EXPECTATIONS, [known_on])
        if table_exists(warehouse, "raw", "sales_expectation")
        else pl.DataFrame(schema=EXPECTATION_SCHEMA)
    )
    if expectations.is_empty():
        return sales_step(forecast, frequency=frequency, expectations=_none(), members=members)
    prices = read_frame(warehouse, _PRICES, [known_on])
    known = members.select("series_id", "item_id", "category_id", "warehouse_id").join(prices, on="item_id", how="left")
    return sales_step(
        forecast,
        frequency=frequency,
        expectations=expectations,
        members=known,
        customer_shares=read_frame(warehouse, _SHARES, [known_on]),
    )


def _none() -> pl.DataFrame:
    return pl.DataFrame(schema=EXPECTATION_SCHEMA)


def _sales_rows(sales: SalesStep) -> pl.DataFrame:
    return sales.contributions.select(
        "series_id",
        "period_start",
        pl.lit("sales").alias("step"),
        pl.lit(None, dtype=pl.String).alias("level"),
        pl.col("sales_expectation_id").alias("source_id"),
        "quantity",
    )


def _override_rows(applied: pl.DataFrame) -> pl.DataFrame:
    return applied.select(
        "series_id",
        "period_start",
        pl.lit("override").alias("step"),
        "level",
        pl.col("override_id").alias("source_id"),
        (pl.col("quantity") - pl.col("forecast_quantity")).alias("quantity"),
    )


def _write(
    warehouse: duckdb.DuckDBPyConnection, frequency: str, cutoffs: list[date], parts: list[pl.DataFrame], unplaced: pl.DataFrame
) -> None:
    columns = list(FORECAST_TABLES["forecast_steps"])
    warehouse.begin()
    try:
        for cutoff in cutoffs:
            warehouse.execute("DELETE FROM forecast.forecast_steps WHERE frequency = ? AND cutoff = ?", [frequency, cutoff])
        if parts:
            insert_frame(warehouse, "forecast", "forecast_steps", pl.concat(parts).select(columns))
        warehouse.execute("DELETE FROM forecast.sales_problems WHERE frequency = ?", [frequency])
        problems = unplaced.rename({"reason_key": "problem_key"}).with_columns(pl.lit(frequency).alias("frequency"))
        insert_frame(warehouse, "forecast", "sales_problems", problems)
        warehouse.commit()
    except BaseException:
        warehouse.rollback()
        raise


# As it stood at the end of a day: the newest version posted by then, neither withdrawn nor past its last day.
_EXPECTATIONS = """
    WITH company AS (
        SELECT arg_max(minor_digits, posting_sequence) AS minor_digits FROM raw.company
    ),

    told AS (
        SELECT e.*, p.business_date AS told_date
        FROM raw.sales_expectation AS e
        INNER JOIN raw.posting AS p ON e.posting_sequence = p.posting_sequence
    ),

    newest AS (
        SELECT told.*, $1::DATE AS known_on
        FROM told
        WHERE told_date <= $1
        QUALIFY row_number() OVER (PARTITION BY sales_expectation_id ORDER BY posting_sequence DESC) = 1
    )

    SELECT sales_expectation_id, kind, customer_id, category_id, item_id, warehouse_id, first_period, last_period,
        quantity / 1000000.0 AS quantity, amount / power(10, minor_digits) AS amount, change_ppm / 1000000.0 AS change,
        probability_ppm / 1000000.0 AS probability, author_id
    FROM newest, company
    WHERE is_withdrawn = 0 AND (until_date IS NULL OR until_date >= known_on)
    ORDER BY sales_expectation_id
"""

_PRICES = """
    SELECT item_id, CAST(sum(line_value_micro) / nullif(sum(ordered_quantity_micro), 0) AS DOUBLE) AS unit_price
    FROM marts.fct_sales_line
    WHERE order_date <= $1 AND order_date > $1::DATE - 365
    GROUP BY item_id
    ORDER BY item_id
"""

_SHARES = """
    WITH asked AS (
        SELECT lines.customer_id, places.series_id, sum(lines.ordered_quantity_micro) AS quantity
        FROM marts.fct_sales_line AS lines
        INNER JOIN (SELECT DISTINCT series_id, item_id, warehouse_id FROM marts.fct_demand_month) AS places
            ON lines.item_id = places.item_id AND lines.warehouse_id = places.warehouse_id
        WHERE lines.order_date <= $1 AND lines.order_date > $1::DATE - 365
        GROUP BY ALL
    )

    SELECT customer_id, series_id, CAST(quantity / sum(quantity) OVER (PARTITION BY series_id) AS DOUBLE) AS share
    FROM asked
    WHERE quantity > 0
    ORDER BY ALL
"""
