"""Step 3: what will be asked for? Demand marts in, schema `forecast` out.

A forecast stands at a cutoff, the last day of the last complete week (for the plan) or month (for review) at `as_of`.
Runs on days in between, or asked for again, find it already made from the same demand and use it. What is archived:

    demand_forecasts    one live run per cutoff; older ones than `archived_runs` keep mean and median
                        twelve simulated cutoffs before the first live one, each with only what was then known
    the other tables    the newest live run of each frequency

Each frequency is written in one transaction: a kill leaves the old run or the new one.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import duckdb
import polars as pl

from forecasting import ForecastResult, forecast, simulate_archive
from kernel.ids import content_hash, stable_id
from pipelines.chunks import chunk_mapper
from pipelines.run import Run
from pipelines.settings import Settings
from pipelines.steps.forecast_groups import add_groups
from pipelines.steps.forecast_sales import add_people
from pipelines.steps.repurchase import list_repurchases
from pipelines.steps.seasonality import report_seasonality
from pipelines.steps.tables import create_result_tables, insert_frame
from pipelines.warehouse import open_warehouse, read_frame, table_exists

__all__ = ["FREQUENCIES", "last_complete_day", "run_forecast", "simulated_cutoffs"]

FREQUENCIES = ("week", "month")
_SIMULATED_LEVELS = (0.025, 0.1, 0.5, 0.9, 0.975)
_SIMULATED_HORIZON = {"week": 13, "month": 6}
_REVIEW_DAYS = 7
_KEPT_MEASURES = ("mean", "model_mean", "p50")


@dataclass(frozen=True)
class _Wanted:
    """One frequency of one run."""

    frequency: Any
    cutoff: date
    horizon: int
    demand: pl.DataFrame
    demand_hash: str
    specification: str
    forecast_run_id: str
    watermark: int


def run_forecast(run: Run) -> dict[str, int]:
    """Forecast both frequencies unless that was done; rows by table of what is there afterwards."""
    settings = run.settings
    with run.step("forecast") as step, open_warehouse(run.home.warehouse) as warehouse:
        create_result_tables(warehouse)
        facts = run.facts()
        as_of = date.fromisoformat(facts["as_of"])
        notes, accuracy = [], {}
        for frequency in FREQUENCIES:
            wanted = _wanted(warehouse, settings, frequency, as_of, int(facts["watermark"]))
            made = _forecast(warehouse, wanted, settings)
            add_groups(warehouse, frequency, as_of, seed=settings.seed)
            add_people(warehouse, frequency, as_of)
            notes.append(f"{frequency} to {wanted.cutoff}{'' if made else ' (unchanged)'}")
            accuracy |= _accuracy(warehouse, frequency)
        list_repurchases(warehouse, settings, as_of)
        report_seasonality(warehouse, as_of)
        rows = {
            name: warehouse.execute(f'SELECT count(*) FROM forecast."{name}"').fetchall()[0][0]
            for name in (
                "demand_forecasts",
                "champions",
                "lead_time_demand",
                "backtest_scores",
                "backtest_forecasts",
                "group_forecasts",
                "runs",
            )
        }
        step.rows = rows["demand_forecasts"]
        step.note = ", ".join(notes)
        step.metadata = {"accuracy": accuracy}
    return rows


def last_complete_day(frequency: str, as_of: date) -> date:
    """The last day of the last period that had wholly passed at the end of `as_of`.

    >>> last_complete_day("week", date(2026, 3, 8)), last_complete_day("month", date(2026, 3, 8))
    (datetime.date(2026, 3, 8), datetime.date(2026, 2, 28))
    """
    tomorrow = as_of + timedelta(days=1)
    start = tomorrow - timedelta(days=tomorrow.weekday()) if frequency == "week" else tomorrow.replace(day=1)
    return start - timedelta(days=1)


def simulated_cutoffs(frequency: str, cutoff: date, count: int) -> list[date]:
    """`count` cutoffs before a live one, a month apart (four weeks for weekly forecasts), oldest first."""
    found = []
    day = cutoff
    for _ in range(count):
        day = day - timedelta(weeks=4) if frequency == "week" else day.replace(day=1) - timedelta(days=1)
        found.append(day)
    return sorted(found)


def _wanted(warehouse: duckdb.DuckDBPyConnection, settings: Settings, frequency: str, as_of: date, watermark: int) -> _Wanted:
    cutoff = last_complete_day(frequency, as_of)
    horizon = settings.weekly_horizon if frequency == "week" else settings.monthly_horizon
    demand = _demand(warehouse, frequency)
    told = {
        "frequency": frequency,
        "horizon": horizon,
        "seed": settings.seed,
        "is_boosted": settings.boosted_forecasts,
        "version": 2,
    }
    specification = content_hash(told)[:16]
    lead_times = _lead_times(warehouse)
    demand_hash = stable_id(*demand.hash_rows(seed=1).to_list(), *lead_times.hash_rows(seed=1).to_list())
    forecast_run_id = stable_id("forecast", frequency, cutoff, specification, watermark)
    return _Wanted(frequency, cutoff, horizon, demand, demand_hash, specification, forecast_run_id, watermark)


def _forecast(warehouse: duckdb.DuckDBPyConnection, wanted: _Wanted, settings: Settings) -> bool:
    """Forecast and archive; False if the same demand was forecast at this cutoff before."""
    known = warehouse.execute(
        "SELECT 1 FROM forecast.runs WHERE origin = 'live' AND frequency = ? AND cutoff = ? AND specification = ? "
        "AND demand_hash = ?",
        [wanted.frequency, wanted.cutoff, wanted.specification, wanted.demand_hash],
    ).fetchall()
    if known:
        return False
    mapper = chunk_mapper(settings.workers)
    lead_times = _lead_times(warehouse).filter(pl.col("series_id").is_in(wanted.demand["series_id"].unique().implode()))
    result = forecast(
        wanted.demand,
        frequency=wanted.frequency,
        horizon=wanted.horizon,
        cutoff=wanted.cutoff,
        lead_times=lead_times if wanted.frequency == "week" else None,
        is_boosted=settings.boosted_forecasts,
        seed=settings.seed,
        map_chunks=mapper,
    )
    simulated = None
    if not warehouse.execute(
        "SELECT 1 FROM forecast.runs WHERE frequency = ? AND origin = 'simulated' LIMIT 1", [wanted.frequency]
    ).fetchall():
        simulated = simulate_archive(
            wanted.demand,
            frequency=wanted.frequency,
            horizon=min(wanted.horizon, _SIMULATED_HORIZON[wanted.frequency]),
            cutoffs=simulated_cutoffs(wanted.frequency, wanted.cutoff, settings.simulated_cutoffs),
            quantile_levels=_SIMULATED_LEVELS,
            is_boosted=settings.boosted_forecasts,
            seed=settings.seed,
            map_chunks=mapper,
        )
    warehouse.begin()
    try:
        _archive(warehouse, wanted, result, simulated, settings.archived_runs)
        warehouse.commit()
    except BaseException:
        warehouse.rollback()
        raise
    return True


def _archive(
    warehouse: duckdb.DuckDBPyConnection,
    wanted: _Wanted,
    result: ForecastResult,
    simulated: pl.DataFrame | None,
    archived_runs: int,
) -> None:
    frequency = wanted.frequency
    live = [pl.lit(wanted.forecast_run_id).alias("forecast_run_id"), pl.lit("live").alias("origin")]
    # The same cutoff forecast again, from corrected demand, takes the place of the first.
    warehouse.execute(
        "DELETE FROM forecast.demand_forecasts WHERE frequency = ? AND cutoff = ? AND origin = 'live'", [frequency, wanted.cutoff]
    )
    warehouse.execute(
        "DELETE FROM forecast.runs WHERE frequency = ? AND cutoff = ? AND origin = 'live'", [frequency, wanted.cutoff]
    )
    insert_frame(warehouse, "forecast", "demand_forecasts", result.demand_forecasts.with_columns(live))
    for name in ("backtest_scores", "backtest_forecasts", "champions", "seasonal_profile"):
        warehouse.execute(f"DELETE FROM forecast.{name} WHERE frequency = ?", [frequency])
        frame = getattr(result, name).with_columns(*live, pl.lit(frequency).alias("frequency"))
        insert_frame(warehouse, "forecast", name, frame)
    if frequency == "week":
        warehouse.execute("DELETE FROM forecast.lead_time_demand")
        insert_frame(warehouse, "forecast", "lead_time_demand", result.lead_time_demand.with_columns(live))
    rows = [(wanted.forecast_run_id, "live", wanted.cutoff, result.champions.height)]
    if simulated is not None:
        named = simulated.with_columns(
            pl.col("cutoff")
            .map_elements(lambda day: _simulated_id(wanted, day), return_dtype=pl.String)
            .alias("forecast_run_id"),
            pl.lit("simulated").alias("origin"),
        )
        insert_frame(warehouse, "forecast", "demand_forecasts", named)
        counts = simulated.group_by("cutoff").agg(pl.col("series_id").n_unique().alias("count")).sort("cutoff")
        rows += [(_simulated_id(wanted, day), "simulated", day, count) for day, count in counts.iter_rows()]
    warehouse.executemany(
        "INSERT INTO forecast.runs BY NAME SELECT ? AS forecast_run_id, ? AS origin, ?::DATE AS cutoff, "
        "?::BIGINT AS series_count, ? AS frequency, ? AS specification, ?::BIGINT AS watermark, ? AS demand_hash",
        [[*row, frequency, wanted.specification, wanted.watermark, wanted.demand_hash] for row in rows],
    )
    _thin_out(warehouse, frequency, archived_runs)


def _simulated_id(wanted: _Wanted, cutoff: date) -> str:
    return stable_id("forecast", wanted.frequency, cutoff, wanted.specification, "simulated", wanted.watermark)


def _thin_out(warehouse: duckdb.DuckDBPyConnection, frequency: str, archived_runs: int) -> None:
    """Older live runs keep what accuracy is measured by; the rest of their quantiles goes."""
    measures = ", ".join(f"'{measure}'" for measure in _KEPT_MEASURES)
    warehouse.execute(
        f"DELETE FROM forecast.demand_forecasts WHERE frequency = ? AND origin = 'live' AND measure NOT IN ({measures}) "
        "AND cutoff NOT IN "
        "(SELECT cutoff FROM forecast.runs WHERE frequency = ? AND origin = 'live' ORDER BY cutoff DESC LIMIT ?)",
        [frequency, frequency, archived_runs],
    )


def _demand(warehouse: duckdb.DuckDBPyConnection, frequency: str) -> pl.DataFrame:
    return read_frame(
        warehouse,
        "SELECT series_id, period_start, CAST(demand_quantity AS DOUBLE) AS quantity, is_in_stock, is_complete "
        f"FROM marts.fct_demand_{frequency} ORDER BY series_id, period_start",
    )


def _lead_times(warehouse: duckdb.DuckDBPyConnection) -> pl.DataFrame:
    """Days to protect per series: lead time (the shortest of a supplier where none is typed) and the time to the next review."""
    if not table_exists(warehouse, "plan_input", "item_locations"):
        return pl.DataFrame(schema={"series_id": pl.Int64, "protection_days": pl.Int64})
    terms = "SELECT item_id, min(lead_time_days) AS lead_time_days FROM plan_input.supplier_terms GROUP BY ALL"
    return read_frame(
        warehouse,
        "SELECT l.item_location_id AS series_id, "
        "CAST(least(730, greatest(1, coalesce(l.lead_time_days, t.lead_time_days, 0) + ?)) AS BIGINT) AS protection_days "
        f"FROM plan_input.item_locations AS l LEFT JOIN ({terms}) AS t ON l.item_id = t.item_id ORDER BY ALL",
        [_REVIEW_DAYS],
    )


def _accuracy(warehouse: duckdb.DuckDBPyConnection, frequency: str) -> dict[str, float]:
    wape, naive = warehouse.execute(
        "SELECT median(wape), median(naive_wape) FROM forecast.champions WHERE frequency = ? AND isfinite(wape)", [frequency]
    ).fetchall()[0]
    figures = {f"median_wape_{frequency}": wape, f"median_naive_wape_{frequency}": naive}
    return {name: round(value, 4) for name, value in figures.items() if value is not None}
