"""What do people expect instead of the forecast? Overrides in force, of series and of groups, spread over the series.

The rule is `forecasting.groups.spreading`; here is where its frames come from. What was decided is written to schema `forecast`:
`spread_overrides` (which override decides which part of which series' period) and `override_problems` (which cannot be followed,
and why); the plan and the reports add it to the forecast.
"""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import duckdb
import polars as pl

from forecasting.groups.spreading import OVERRIDE_SCHEMA, Spread, spread_overrides
from pipelines.steps.tables import insert_frame
from pipelines.warehouse import read_frame, table_exists

__all__ = ["group_members", "live_forecast", "overrides_in_force", "spread_in_force", "with_overrides", "write_spread"]


def spread_in_force(
    warehouse: duckdb.DuckDBPyConnection, frequency: Any, known_on: date, forecast: pl.DataFrame, members: pl.DataFrame
) -> Spread:
    """Spread the overrides that stood on a day over a forecast (`series_id`, `period_start`, `quantity`) of `members`."""
    return spread_overrides(forecast, overrides_in_force(warehouse, known_on), members, frequency=frequency)


def write_spread(warehouse: duckdb.DuckDBPyConnection, frequency: str, spread: Spread) -> int:
    """Replace what was decided for one frequency; rows written."""
    named = pl.lit(frequency).alias("frequency")
    problems = spread.problems.with_columns(
        named,
        pl.struct("wanted", "fixed")
        .map_elements(lambda row: json.dumps({name: round(value, 6) for name, value in row.items()}), return_dtype=pl.String)
        .alias("problem_values"),
    ).drop("wanted", "fixed")
    warehouse.begin()
    try:
        for name, frame in (("spread_overrides", spread.applied.with_columns(named)), ("override_problems", problems)):
            warehouse.execute(f"DELETE FROM forecast.{name} WHERE frequency = ?", [frequency])
            insert_frame(warehouse, "forecast", name, frame)
        warehouse.commit()
    except BaseException:
        warehouse.rollback()
        raise
    return spread.applied.height


def with_overrides(warehouse: duckdb.DuckDBPyConnection, frequency: str, forecast: pl.DataFrame) -> pl.DataFrame:
    """A mean forecast (`series_id`, `period_start`, `quantity`) after what `write_spread` left."""
    moved = read_frame(
        warehouse,
        "SELECT series_id, period_start, sum(quantity - forecast_quantity) AS moved FROM forecast.spread_overrides "
        "WHERE frequency = ? GROUP BY ALL ORDER BY ALL",
        [frequency],
    )
    joined = forecast.join(moved, on=["series_id", "period_start"], how="left", maintain_order="left")
    after = (pl.col("quantity") + pl.col("moved").fill_null(0.0)).clip(lower_bound=0.0)
    return joined.select("series_id", "period_start", after.alias("quantity"))


def live_forecast(warehouse: duckdb.DuckDBPyConnection, frequency: str) -> tuple[pl.DataFrame, str | None]:
    """The newest live mean forecast of a frequency (`series_id`, `period_start`, `quantity`), and its run."""
    newest = warehouse.execute(
        "SELECT forecast_run_id FROM forecast.runs WHERE frequency = ? AND origin = 'live' "
        "ORDER BY cutoff DESC, watermark DESC, forecast_run_id LIMIT 1",
        [frequency],
    ).fetchall()
    forecast_run_id = newest[0][0] if newest else None
    frame = read_frame(
        warehouse,
        "SELECT series_id, period_start, quantity FROM forecast.demand_forecasts "
        "WHERE forecast_run_id = ? AND frequency = ? AND measure = 'mean' ORDER BY ALL",
        [forecast_run_id, frequency],
    )
    return frame, forecast_run_id


def overrides_in_force(warehouse: duckdb.DuckDBPyConnection, as_of: date) -> pl.DataFrame:
    """The latest of each series or group and period, written by `as_of`, neither withdrawn nor ended: `OVERRIDE_SCHEMA`."""
    parts = [read_frame(warehouse, _OF_SERIES, [as_of, as_of])]
    if table_exists(warehouse, "raw", "forecast_group_override"):
        parts.append(read_frame(warehouse, _OF_GROUPS, [as_of, as_of]))
    return pl.concat(
        part.select(
            (pl.col(name) if name in part.columns else pl.lit(None)).cast(kind).alias(name)
            for name, kind in OVERRIDE_SCHEMA.items()
        )
        for part in parts
    )


def group_members(warehouse: duckdb.DuckDBPyConnection) -> pl.DataFrame:
    """What each series belongs to, its base unit, its demand of the last year and the price people pay (`MEMBER_SCHEMA`).

    The price is the mean of the last year's order lines of the item, the list price where none was ordered.
    """
    return read_frame(warehouse, _MEMBERS)


_OF_SERIES = """
    SELECT forecast_override_id AS override_id, 'series' AS level, item_location_id AS series_id, frequency, period_start,
        override_quantity / 1000000.0 AS quantity
    FROM raw.forecast_override
    WHERE business_date <= ?
    QUALIFY row_number() OVER (
        PARTITION BY item_location_id, frequency, period_start ORDER BY posting_sequence DESC, forecast_override_id DESC
    ) = 1
    AND override_quantity IS NOT NULL AND (until_date IS NULL OR until_date >= ?)
    ORDER BY ALL
"""

_OF_GROUPS = """
    WITH company AS (
        SELECT arg_max(minor_digits, posting_sequence) AS minor_digits FROM raw.company
    )

    SELECT forecast_group_override_id AS override_id, level, item_id, category_id, warehouse_id, frequency, period_start,
        override_quantity / 1000000.0 AS quantity, override_amount / power(10, minor_digits) AS amount,
        change_ppm / 1000000.0 AS change
    FROM raw.forecast_group_override, company
    WHERE business_date <= ?
    QUALIFY row_number() OVER (
        PARTITION BY level, item_id, category_id, warehouse_id, frequency, period_start
        ORDER BY posting_sequence DESC, forecast_group_override_id DESC
    ) = 1
    AND coalesce(override_quantity, override_amount, change_ppm) IS NOT NULL AND (until_date IS NULL OR until_date >= ?)
    ORDER BY ALL
"""

_MEMBERS = """
    WITH through AS (
        SELECT max(order_date) AS last_day FROM marts.fct_sales_line
    ),

    paid AS (
        SELECT item_id, sum(line_value_micro) / nullif(sum(ordered_quantity_micro), 0) AS unit_price
        FROM marts.fct_sales_line, through
        WHERE order_date > last_day - 365
        GROUP BY item_id
    ),

    asked AS (
        SELECT series_id, CAST(sum(demand_quantity) AS DOUBLE) AS history
        FROM marts.fct_demand_month, through
        WHERE period_start > last_day - 365
        GROUP BY series_id
    ),

    series AS (
        SELECT DISTINCT series_id, item_id, warehouse_id FROM marts.fct_demand_month
    )

    SELECT series.series_id, series.item_id, items.category_id, series.warehouse_id,
        CAST(coalesce(nullif(paid.unit_price, 0), nullif(items.list_unit_price, 0)) AS DOUBLE) AS unit_price,
        items.base_unit AS unit, asked.history
    FROM series
    LEFT JOIN marts.dim_item AS items ON series.item_id = items.item_id
    LEFT JOIN paid ON series.item_id = paid.item_id
    LEFT JOIN asked ON series.series_id = asked.series_id
    ORDER BY ALL
"""
