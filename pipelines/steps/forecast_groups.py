"""What is expected of items, categories, warehouses and the company? The newest live forecast, made coherent.

Called after a forecast was archived. The series' means move where reconciliation helped at past origins
(`forecasting.groups.coherence`): `demand_forecasts` then holds what serves, and beside it, as measure 'model_mean', what the
model itself had said, so that a forecast is never reconciled twice and accuracy can tell the steps apart. Groups of one
cutoff are written once; a run in between finds them.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import duckdb
import polars as pl

from forecasting.groups.choice import BOTTOM_UP
from forecasting.groups.coherence import Coherent, reconcile
from forecasting.groups.inputs import SeriesForecasts, from_frames
from pipelines.steps.overrides import group_members, overrides_in_force
from pipelines.steps.tables import insert_frame
from pipelines.warehouse import read_frame

__all__ = ["KEPT_MEASURES", "MODEL_MEAN", "add_groups", "group_attributes"]

MODEL_MEAN = "model_mean"
KEPT_MEASURES = ("mean", "p10", "p50", "p90")
"""Of earlier cutoffs; the newest keeps all."""

_PATHS = 200


def add_groups(
    warehouse: duckdb.DuckDBPyConnection,
    frequency: Any,
    as_of: date,
    *,
    seed: int = 0,
    count: int = _PATHS,
    map_chunks: Any = None,
) -> bool:
    """Make the newest live run of a frequency coherent and write its groups; False where that was done before.

    Who belongs to which group at what price, and which of the groups' overrides are in force, is written every time.
    """
    _write_now(warehouse, frequency, as_of)
    newest = warehouse.execute(
        "SELECT forecast_run_id FROM forecast.runs WHERE frequency = ? AND origin = 'live' "
        "ORDER BY cutoff DESC, watermark DESC, forecast_run_id LIMIT 1",
        [frequency],
    ).fetchall()
    if not newest:
        return False
    (forecast_run_id,) = newest[0]
    done = warehouse.execute("SELECT 1 FROM forecast.group_forecasts WHERE forecast_run_id = ? LIMIT 1", [forecast_run_id])
    if done.fetchall():
        return False
    demand = read_frame(
        warehouse,
        "SELECT series_id, period_start, CAST(demand_quantity AS DOUBLE) AS quantity, is_in_stock, is_complete "
        f"FROM marts.fct_demand_{frequency} ORDER BY series_id, period_start",
    )
    series = _series(warehouse, frequency, forecast_run_id, demand)
    if not len(series.series_ids):
        return False
    coherent = reconcile(series, demand, group_attributes(warehouse), count=count, seed=seed, map_chunks=map_chunks)
    warehouse.begin()
    try:
        _write(warehouse, frequency, forecast_run_id, coherent)
        warehouse.commit()
    except BaseException:
        warehouse.rollback()
        raise
    return True


def _write_now(warehouse: duckdb.DuckDBPyConnection, frequency: str, as_of: date) -> None:
    overrides = overrides_in_force(warehouse, as_of)
    groups = overrides.filter((pl.col("level") != "series") & (pl.col("frequency") == frequency)).drop("series_id")
    warehouse.begin()
    try:
        warehouse.execute("DELETE FROM forecast.group_overrides WHERE frequency = ?", [frequency])
        insert_frame(warehouse, "forecast", "group_overrides", groups)
        warehouse.execute("DELETE FROM forecast.group_members")
        insert_frame(warehouse, "forecast", "group_members", group_members(warehouse))
        warehouse.commit()
    except BaseException:
        warehouse.rollback()
        raise


def group_attributes(warehouse: duckdb.DuckDBPyConnection) -> pl.DataFrame:
    """`series_id`, the keys of its groups as texts, `unit_price`, `unit`."""
    keys = [pl.col(f"{name}_id").cast(pl.String).alias(name) for name in ("item", "category", "warehouse")]
    return group_members(warehouse).select("series_id", *keys, "unit_price", "unit")


def _series(warehouse: duckdb.DuckDBPyConnection, frequency: Any, forecast_run_id: str, demand: pl.DataFrame) -> SeriesForecasts:
    """The run's forecasts as the models made them."""
    rows = read_frame(
        warehouse,
        "SELECT series_id, cutoff, period_start, measure, quantity, model FROM forecast.demand_forecasts "
        "WHERE forecast_run_id = ? ORDER BY series_id, period_start, measure",
        [forecast_run_id],
    )
    past = read_frame(
        warehouse,
        "SELECT series_id, cutoff, period_start, model, measure, quantity FROM forecast.backtest_forecasts "
        "WHERE frequency = ? ORDER BY ALL",
        [frequency],
    )
    made = from_frames(rows.filter(pl.col("measure") != MODEL_MEAN), past, demand, frequency)
    before = rows.filter(pl.col("measure") == MODEL_MEAN).with_columns(pl.lit("mean").alias("measure"))
    if before.is_empty():
        return made
    first = pl.concat([before, rows.filter(pl.col("measure") == "mean")]).unique(
        ["series_id", "period_start"], keep="first", maintain_order=True
    )
    return made.moved_to(first.sort("series_id", "period_start")["quantity"].to_numpy().reshape(made.mean.shape))


def _write(warehouse: duckdb.DuckDBPyConnection, frequency: str, forecast_run_id: str, coherent: Coherent) -> None:
    live = [pl.lit(forecast_run_id).alias("forecast_run_id"), pl.lit("live").alias("origin")]
    cutoff = coherent.forecasts.cutoff
    measures = ", ".join(f"'{measure}'" for measure in KEPT_MEASURES)
    warehouse.execute("DELETE FROM forecast.group_forecasts WHERE frequency = ? AND cutoff = ?", [frequency, cutoff])
    warehouse.execute(
        f"DELETE FROM forecast.group_forecasts WHERE frequency = ? AND (measure NOT IN ({measures}) OR cutoff NOT IN "
        "(SELECT cutoff FROM forecast.runs WHERE frequency = ? AND origin = 'live'))",
        [frequency, frequency],
    )
    insert_frame(warehouse, "forecast", "group_forecasts", coherent.groups.with_columns(live))
    ratios = [
        (method, method == coherent.choice.method, level, ratio)
        for method, levels in coherent.choice.ratios.items()
        for level, ratio in levels.items()
    ]
    methods = pl.DataFrame(
        ratios, schema={"method": pl.String, "is_used": pl.Boolean, "level": pl.String, "error_ratio": pl.Float64}, orient="row"
    ).with_columns(*live, pl.lit(frequency).alias("frequency"), pl.lit(cutoff).alias("cutoff"))
    warehouse.execute("DELETE FROM forecast.group_methods WHERE frequency = ?", [frequency])
    insert_frame(warehouse, "forecast", "group_methods", methods)
    if coherent.choice.method != BOTTOM_UP:
        _move_series(warehouse, forecast_run_id, coherent)


def _move_series(warehouse: duckdb.DuckDBPyConnection, forecast_run_id: str, coherent: Coherent) -> None:
    """The reconciled means and quantiles serve; what the model said stays beside them."""
    warehouse.execute(
        "INSERT INTO forecast.demand_forecasts BY NAME SELECT * REPLACE (? AS measure) FROM forecast.demand_forecasts AS d "
        "WHERE forecast_run_id = ? AND measure = 'mean' AND NOT EXISTS (SELECT 1 FROM forecast.demand_forecasts AS o "
        "WHERE o.forecast_run_id = d.forecast_run_id AND o.series_id = d.series_id AND o.period_start = d.period_start "
        "AND o.measure = ?)",
        [MODEL_MEAN, forecast_run_id, MODEL_MEAN],
    )
    warehouse.register("moved", coherent.series.select("series_id", "period_start", "measure", "quantity").to_arrow())
    try:
        warehouse.execute(
            "UPDATE forecast.demand_forecasts AS d SET quantity = moved.quantity FROM moved WHERE d.forecast_run_id = ? "
            "AND d.series_id = moved.series_id AND d.period_start = moved.period_start AND d.measure = moved.measure",
            [forecast_run_id],
        )
    finally:
        warehouse.unregister("moved")
