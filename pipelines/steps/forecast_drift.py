"""Do archived forecasts still follow what comes? Tracking signals per series and per demand pattern, and the alarm.

Judged is what was forecast when it could still be acted on: of each period the newest archived mean, live or simulated, whose
cutoff lies at least the lead time before it, against what was learned as demand; periods out of stock are left out. A series
that was in alarm when a selection was made because of drift starts anew: only forecasts since then count.

`forecast.drift` holds the newest cutoff whole and of older ones the alarms. Rows without `series_id` are demand patterns, their
errors added up in money; 'all' is the alarm itself (`forecasting.explaining.drift.drift_alarm`).
"""

from __future__ import annotations

from dataclasses import dataclass

import duckdb
import polars as pl

from forecasting.explaining.drift import drift_alarm, tracking_signals
from pipelines.settings import Settings
from pipelines.steps.forecast_inputs import ForecastInputs
from pipelines.steps.tables import insert_frame
from pipelines.warehouse import read_frame, table_exists

__all__ = ["Drift", "keep_drift", "measure_drift"]

_DAYS_BACK = 400
_SINGLE_SHARE = 0.1
"""Of the value of all series: one worth so much asks for a selection alone."""


@dataclass(frozen=True)
class Drift:
    """`rows` of `forecast.drift`, and whether all should be selected again."""

    rows: pl.DataFrame
    is_alarm: bool
    alarm_count: int


def measure_drift(warehouse: duckdb.DuckDBPyConnection, inputs: ForecastInputs, settings: Settings) -> Drift:
    """Judge the archive as of the cutoff."""
    warehouse.register("actual", _actual(inputs).to_arrow())
    try:
        errors = read_frame(
            warehouse,
            _ERRORS.format(places=_PLACES if table_exists(warehouse, "plan_input", "item_locations") else _NO_PLACES),
            [inputs.frequency, inputs.cutoff, inputs.frequency, inputs.cutoff],
        )
    finally:
        warehouse.unregister("actual")
    signals = tracking_signals(errors)
    values = errors.group_by("series_id").agg((pl.col("actual").mean() * pl.col("unit_cost").first()).alias("value"))
    is_alarm = drift_alarm(
        signals,
        values,
        share=settings.drift_alarm_percent / 100,
        single_share=max(_SINGLE_SHARE, settings.drift_alarm_percent / 200),
    )
    patterns = read_frame(
        warehouse,
        "SELECT series_id, demand_pattern AS segment FROM forecast.champions WHERE frequency = ? ORDER BY ALL",
        [inputs.frequency],
    )
    money = errors.join(patterns, on="series_id").with_columns(
        pl.col("actual") * pl.col("unit_cost"), pl.col("forecast") * pl.col("unit_cost")
    )
    everyone = money.with_columns(pl.lit("all").alias("segment"))
    segments = tracking_signals(pl.concat([money, everyone]), keys=("segment",)).with_columns(
        pl.when(pl.col("segment") == "all").then(pl.lit(is_alarm)).otherwise(pl.col("is_alarm")).alias("is_alarm")
    )
    rows = pl.concat([signals, segments], how="diagonal").with_columns(
        pl.lit(inputs.frequency).alias("frequency"), pl.lit(inputs.cutoff).alias("cutoff")
    )
    return Drift(rows, is_alarm, int(signals["is_alarm"].sum()))


def keep_drift(warehouse: duckdb.DuckDBPyConnection, inputs: ForecastInputs, drift: Drift) -> None:
    """Replace the rows of this cutoff; of older cutoffs the alarms stay."""
    warehouse.execute(
        "DELETE FROM forecast.drift WHERE frequency = ? AND (cutoff >= ? OR NOT is_alarm)", [inputs.frequency, inputs.cutoff]
    )
    insert_frame(warehouse, "forecast", "drift", drift.rows)


def _actual(inputs: ForecastInputs) -> pl.DataFrame:
    known = inputs.demand.filter(
        pl.col("is_complete").fill_null(True)
        & pl.col("is_in_stock").fill_null(True)
        & (pl.col("period_start") > pl.lit(inputs.cutoff) - pl.duration(days=_DAYS_BACK))
    )
    return known.select("series_id", "period_start", pl.col("quantity").clip(lower_bound=0.0).alias("actual"))


_PLACES = """
    SELECT item_location_id AS series_id, coalesce(lead_time_days, 0) AS lead_time_days,
        coalesce(unit_cost_micro, 0) / 1000000.0 AS unit_cost
    FROM plan_input.item_locations
"""
_NO_PLACES = "SELECT DISTINCT series_id, 0 AS lead_time_days, 0.0 AS unit_cost FROM actual"
_ERRORS = """
    WITH places AS ({places}),

    since AS (
        SELECT alarms.series_id, max(alarms.cutoff) AS cutoff
        FROM forecast.drift AS alarms
        INNER JOIN forecast.selections AS made ON alarms.frequency = made.frequency AND alarms.cutoff = made.cutoff
        WHERE alarms.frequency = ? AND alarms.cutoff < ? AND alarms.is_alarm AND made.reason = 'drift'
            AND alarms.series_id IS NOT NULL
        GROUP BY ALL
    )

    SELECT actual.series_id, actual.period_start, any_value(actual.actual) AS actual,
        arg_max(archive.quantity, (archive.cutoff, archive.origin = 'live', archive.forecast_run_id)) AS forecast,
        any_value(places.unit_cost) AS unit_cost
    FROM actual
    INNER JOIN places ON actual.series_id = places.series_id
    INNER JOIN forecast.demand_forecasts AS archive
        ON actual.series_id = archive.series_id
        AND actual.period_start = archive.period_start
        AND archive.cutoff < actual.period_start
        AND archive.cutoff + CAST(places.lead_time_days AS INTEGER) <= actual.period_start
    LEFT JOIN since ON actual.series_id = since.series_id
    WHERE archive.measure = 'mean' AND archive.frequency = ? AND archive.cutoff < ?
        AND archive.cutoff >= coalesce(since.cutoff, DATE '1900-01-01')
    GROUP BY actual.series_id, actual.period_start
    ORDER BY actual.series_id, actual.period_start
"""
