"""Step 3: what will be asked for? Demand marts in, schema `forecast` out.

A forecast stands at a cutoff, the last day of the last complete week (for the plan) or month (for review) at `as_of`. Models are
compared once in a while (`forecast_selection`); in between, only series whose inputs are new are forecast again, with what was
chosen, and the others are carried over (`forecast_archive`): the result is the same as forecasting all of them. Whether
forecasts still follow demand is judged before (`forecast_drift`). Then groups, people and repurchases follow.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import duckdb
import polars as pl

from forecasting import fit, forecast, result_of, simulate_archive
from pipelines.chunks import chunk_mapper
from pipelines.home import Home
from pipelines.run import Run
from pipelines.settings import Settings
from pipelines.steps.calendar import keep_calendar
from pipelines.steps.forecast_archive import LiveRun, archive_run, carried_over
from pipelines.steps.forecast_drift import keep_drift, measure_drift
from pipelines.steps.forecast_groups import add_groups
from pipelines.steps.forecast_inputs import ForecastInputs, last_complete_day, read_inputs
from pipelines.steps.forecast_sales import add_people
from pipelines.steps.forecast_selection import Decision, decide, keep_selection
from pipelines.steps.repurchase import list_repurchases
from pipelines.steps.seasonality import report_seasonality
from pipelines.steps.specified import Specified, assigned, record_used, used_facts
from pipelines.steps.tables import create_result_tables
from pipelines.warehouse import open_warehouse

__all__ = ["FREQUENCIES", "forecast_frequency", "last_complete_day", "run_forecast", "simulated_cutoffs"]

FREQUENCIES = ("week", "month")
_SIMULATED_LEVELS = (0.025, 0.1, 0.5, 0.9, 0.975)
_SIMULATED_HORIZON = {"week": 13, "month": 6}


_NOBODY = Specified((), "", (), "")


@dataclass(frozen=True)
class Made:
    """What was done for one frequency; `recomputed` series of `series`, 0 where the last run stands."""

    recomputed: int
    series: int
    selection_id: str | None
    reason: str
    alarms: int
    is_alarm: bool


def run_forecast(run: Run) -> dict[str, int]:
    """Forecast both frequencies unless that was done; rows by table of what is there afterwards."""
    settings = run.settings
    with run.step("forecast") as step, open_warehouse(run.home.warehouse) as warehouse:
        create_result_tables(warehouse)
        facts = run.facts()
        as_of = date.fromisoformat(facts["as_of"])
        notes, accuracy, told = [], {}, {}
        for frequency in FREQUENCIES:
            specified = assigned(warehouse, Home(settings.home), frequency)
            inputs = read_inputs(warehouse, settings, frequency, as_of, int(facts["watermark"]), specified.content_hash)
            made = forecast_frequency(warehouse, inputs, settings, is_asked=run.is_reselecting, specified=specified)
            add_groups(warehouse, frequency, as_of, seed=settings.seed)
            add_people(warehouse, frequency, as_of)
            notes.append(f"{frequency} to {inputs.cutoff}{_note(made)}")
            notes += [f"specification for nobody: {label}" for label in specified.unknown]
            accuracy |= _accuracy(warehouse, frequency)
            told |= {f"{name}_{frequency}": value for name, value in vars(made).items()}
        list_repurchases(warehouse, settings, as_of)
        report_seasonality(warehouse, as_of)
        keep_calendar(warehouse, settings, as_of)
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
        step.metadata = {"accuracy": accuracy | used_facts(warehouse), "forecast": told}
    return rows


def simulated_cutoffs(frequency: str, cutoff: date, count: int) -> list[date]:
    """`count` cutoffs before a live one, a month apart (four weeks for weekly forecasts), oldest first."""
    found = []
    day = cutoff
    for _ in range(count):
        day = day - timedelta(weeks=4) if frequency == "week" else day.replace(day=1) - timedelta(days=1)
        found.append(day)
    return sorted(found)


def forecast_frequency(
    warehouse: duckdb.DuckDBPyConnection,
    inputs: ForecastInputs,
    settings: Settings,
    *,
    is_asked: bool = False,
    specified: Specified = _NOBODY,
) -> Made:
    """Forecast and archive what is new; nothing where the same inputs were forecast with the same selection before."""
    drift = measure_drift(warehouse, inputs, settings)
    decision = decide(warehouse, inputs, settings, is_drifting=drift.is_alarm, is_asked=is_asked)
    changed, carried = _changed(warehouse, inputs, decision)
    if not changed and decision.selection is not None and _stands(warehouse, inputs, decision):
        return Made(0, inputs.hashes.height, decision.selection_id, decision.reason, drift.alarm_count, drift.is_alarm)
    mapper = chunk_mapper(settings.workers, dask_scheduler=settings.dask_scheduler)
    selection = decision.selection
    if selection is None:
        fitted = fit(**_arguments(inputs, settings, mapper), references=inputs.references, assignments=specified.assignments)
        result, selection = result_of(fitted), fitted.selection
    else:
        mine = _arguments(inputs.of_series(changed), settings, mapper)
        result = forecast(**mine, selection=selection, assignments=specified.assignments)
        result = carried_over(warehouse, inputs, result, carried)
        if carried:
            # Marks are told from what happened to all series at once.
            result = _with_marks(result, inputs)
    selection_id = None if selection is None else selection.selection_id
    is_selected = decision.selection is None
    simulated = _simulated(warehouse, inputs, settings, mapper)
    made = LiveRun(result, selection_id, is_selected, len(changed), simulated, tuple(map(int, changed)))
    warehouse.begin()
    try:
        archive_run(warehouse, inputs, made, settings.archived_runs)
        if is_selected and selection is not None:
            keep_selection(warehouse, inputs, selection, decision.reason, settings.archived_runs)
        record_used(warehouse, specified, inputs.frequency, inputs.cutoff, made.run_id(inputs), result.champions)
        drift = measure_drift(warehouse, inputs, settings)
        keep_drift(warehouse, inputs, drift)
        warehouse.commit()
    except BaseException:
        warehouse.rollback()
        raise
    return Made(len(changed), inputs.hashes.height, selection_id, decision.reason, drift.alarm_count, drift.is_alarm)


def _arguments(inputs: ForecastInputs, settings: Settings, mapper: Any) -> dict[str, Any]:
    return {
        "demand": inputs.demand,
        "frequency": inputs.frequency,
        "horizon": inputs.horizon,
        "cutoff": inputs.cutoff,
        "lead_times": inputs.lead_times,
        "attributes": inputs.attributes,
        "events": inputs.events,
        "last_days": inputs.last_days,
        "is_boosted": settings.boosted_forecasts,
        "seed": settings.seed,
        "map_chunks": mapper,
    }


def _changed(warehouse: duckdb.DuckDBPyConnection, inputs: ForecastInputs, decision: Decision) -> tuple[list[int], list[int]]:
    """Series to forecast, and series whose rows of the last run stand."""
    series = inputs.hashes["series_id"].to_list()
    if decision.selection is None:
        return series, []
    known = dict(
        warehouse.execute(
            "SELECT series_id, input_hash FROM forecast.series_inputs WHERE frequency = ? AND cutoff = ? AND selection_id = ?",
            [inputs.frequency, inputs.cutoff, decision.selection_id],
        ).fetchall()
    )
    carried = [series_id for series_id, told in inputs.hashes.iter_rows() if known.get(series_id) == told]
    standing = set(carried)
    return [series_id for series_id in series if series_id not in standing], carried


def _stands(warehouse: duckdb.DuckDBPyConnection, inputs: ForecastInputs, decision: Decision) -> bool:
    return bool(
        warehouse.execute(
            "SELECT 1 FROM forecast.runs WHERE origin = 'live' AND frequency = ? AND cutoff = ? AND specification = ? "
            "AND demand_hash = ? AND selection_id IS NOT DISTINCT FROM ?",
            [inputs.frequency, inputs.cutoff, inputs.specification, inputs.demand_hash, decision.selection_id],
        ).fetchall()
    )


def _simulated(
    warehouse: duckdb.DuckDBPyConnection, inputs: ForecastInputs, settings: Settings, mapper: Any
) -> pl.DataFrame | None:
    """The archive of the year before the first live run, where there is none yet."""
    is_known = warehouse.execute(
        "SELECT 1 FROM forecast.runs WHERE frequency = ? AND origin = 'simulated' LIMIT 1", [inputs.frequency]
    ).fetchall()
    if is_known:
        return None
    told_today = ("cutoff", "lead_times", "last_days")
    arguments = {name: value for name, value in _arguments(inputs, settings, mapper).items() if name not in told_today}
    arguments["horizon"] = min(inputs.horizon, _SIMULATED_HORIZON[inputs.frequency])
    cutoffs = simulated_cutoffs(inputs.frequency, inputs.cutoff, settings.simulated_cutoffs)
    return simulate_archive(**arguments, cutoffs=cutoffs, quantile_levels=_SIMULATED_LEVELS)


def _with_marks(result: Any, inputs: ForecastInputs) -> Any:
    from dataclasses import replace

    from forecasting import demand_marks

    marks = demand_marks(inputs.demand, frequency=inputs.frequency, cutoff=inputs.cutoff, events=inputs.events)
    return replace(result, demand_marks=marks)


def _note(made: Made) -> str:
    if not made.recomputed:
        return " (unchanged)"
    return "" if made.recomputed == made.series else f" ({made.recomputed} of {made.series} series)"


def _accuracy(warehouse: duckdb.DuckDBPyConnection, frequency: str) -> dict[str, float]:
    wape, naive = warehouse.execute(
        "SELECT median(wape), median(naive_wape) FROM forecast.champions WHERE frequency = ? AND isfinite(wape)", [frequency]
    ).fetchall()[0]
    figures = {f"median_wape_{frequency}": wape, f"median_naive_wape_{frequency}": naive}
    return {name: round(value, 4) for name, value in figures.items() if value is not None}
