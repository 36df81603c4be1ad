"""Which months do the groups live by? Monthly demand in, `forecast.group_seasonality` out.

The season is read from what is learned (corrections of people included), at the mean price of the last year. The whole table is
replaced in one transaction.
"""

from __future__ import annotations

from datetime import date

import duckdb
import polars as pl

from forecasting.explaining.seasonality_report import seasonality_report
from pipelines.steps.forecast_groups import group_attributes
from pipelines.steps.tables import replace_table
from pipelines.warehouse import read_frame

__all__ = ["report_seasonality"]


def report_seasonality(warehouse: duckdb.DuckDBPyConnection, as_of: date) -> int:
    """Make the report anew from every month that had passed at the end of `as_of`; its rows."""
    demand = read_frame(
        warehouse,
        "SELECT series_id, period_start, CAST(learned_quantity AS DOUBLE) AS quantity FROM marts.fct_demand_month "
        "WHERE is_complete ORDER BY series_id, period_start",
    )
    attributes = group_attributes(warehouse).select("series_id", "category", "warehouse", "unit", "unit_price")
    found = seasonality_report(demand, attributes.with_columns(pl.col("unit").cast(pl.String)), cutoff=as_of)
    return replace_table(warehouse, "forecast", "group_seasonality", found)
