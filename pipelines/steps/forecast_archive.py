"""What of a forecast is kept, and for how long?

    demand_forecasts     one live run per cutoff; older ones than `archived_runs` keep mean, median and what coverage is judged by
                         twelve simulated cutoffs before the first live one, each with only what was then known
    baseline_forecasts   the newest live run as the models made it, before groups and people moved it
    backtest_*, event_effects   of the newest selection; a refit compares nothing
    the other tables     the newest live run of each frequency

A run that forecast some series anew carries the rows of the others on under its own id, to the last bit. Each frequency is
written in one transaction: a kill leaves the old run or the new one.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

import duckdb
import polars as pl

from forecasting import ForecastResult
from forecasting.explaining.explanation import explain_all
from kernel.ids import stable_id
from pipelines.steps.forecast_inputs import ForecastInputs
from pipelines.steps.tables import insert_frame
from pipelines.warehouse import read_frame

__all__ = ["LiveRun", "archive_run", "carried_over", "simulated_id"]

_KEPT_MEASURES = ("mean", "model_mean", "p025", "p10", "p50", "p90", "p975")
_OF_SELECTION = ("backtest_scores", "backtest_forecasts", "event_effects")


@dataclass(frozen=True)
class LiveRun:
    """What a run made.

    Attributes:
        is_selected: a selection was made, so that the backtest is new. recomputed_count: series that were forecast anew.
        simulated: the simulated archive where there was none. recomputed: the series forecast anew, where not all were.
    """

    result: ForecastResult
    selection_id: str | None
    is_selected: bool
    recomputed_count: int
    simulated: pl.DataFrame | None
    recomputed: tuple[int, ...] = ()

    def run_id(self, inputs: ForecastInputs) -> str:
        """Hash of what the run stands for."""
        return stable_id(
            "forecast",
            inputs.frequency,
            inputs.cutoff,
            inputs.specification,
            inputs.watermark,
            self.selection_id,
            inputs.demand_hash,
        )


def carried_over(
    warehouse: duckdb.DuckDBPyConnection, inputs: ForecastInputs, result: ForecastResult, carried: list[int]
) -> ForecastResult:
    """`result` with the rows the last run of this cutoff has for the series in `carried`."""
    mine = pl.DataFrame({"series_id": carried}, schema={"series_id": pl.Int64})
    warehouse.register("carried", mine.to_arrow())

    def with_old(frame: pl.DataFrame, table: str, condition: str, order: list[str]) -> pl.DataFrame:
        columns = ", ".join(f'"{name}"' for name in frame.columns)
        old = read_frame(
            warehouse,
            f"SELECT {columns} FROM forecast.{table} WHERE {condition} AND series_id IN (SELECT series_id FROM carried)",
        )
        return pl.concat([frame, old.select([pl.col(name).cast(kind) for name, kind in frame.schema.items()])]).sort(order)

    of_frequency = f"frequency = '{inputs.frequency}'"
    try:
        return replace(
            result,
            demand_forecasts=with_old(
                result.demand_forecasts, "baseline_forecasts", of_frequency, ["series_id", "period_start", "measure"]
            ),
            champions=with_old(result.champions, "champions", of_frequency, ["series_id"]),
            seasonal_profile=with_old(result.seasonal_profile, "seasonal_profile", of_frequency, ["series_id", "position"]),
            lead_time_demand=with_old(
                result.lead_time_demand,
                "lead_time_demand",
                "true" if inputs.frequency == "week" else "false",
                ["series_id", "measure"],
            ),
        )
    finally:
        warehouse.unregister("carried")


def archive_run(warehouse: duckdb.DuckDBPyConnection, inputs: ForecastInputs, made: LiveRun, archived_runs: int) -> None:
    """Write the run in the place of what the same cutoff had; inside the caller's transaction."""
    frequency, result = inputs.frequency, made.result
    forecast_run_id = made.run_id(inputs)
    live = [pl.lit(forecast_run_id).alias("forecast_run_id"), pl.lit("live").alias("origin")]
    named = pl.lit(frequency).alias("frequency")
    for name in ("demand_forecasts", "runs"):
        # The same cutoff forecast again, from corrected demand, takes the place of the first.
        warehouse.execute(
            f"DELETE FROM forecast.{name} WHERE frequency = ? AND cutoff = ? AND origin = 'live'", [frequency, inputs.cutoff]
        )
    # Groups rest on the rows above; `add_groups` makes them again.
    warehouse.execute("DELETE FROM forecast.group_forecasts WHERE frequency = ? AND cutoff = ?", [frequency, inputs.cutoff])
    insert_frame(warehouse, "forecast", "demand_forecasts", result.demand_forecasts.with_columns(live))
    replaced = ["baseline_forecasts", "champions", "seasonal_profile", "series_inputs", "demand_marks"]
    for name in [*replaced, *(_OF_SELECTION if made.is_selected else ())]:
        warehouse.execute(f"DELETE FROM forecast.{name} WHERE frequency = ?", [frequency])
    insert_frame(warehouse, "forecast", "baseline_forecasts", result.demand_forecasts)
    insert_frame(warehouse, "forecast", "demand_marks", result.demand_marks)
    selection = [pl.lit(made.selection_id, dtype=pl.String).alias("selection_id"), pl.lit(inputs.cutoff).alias("cutoff")]
    insert_frame(warehouse, "forecast", "series_inputs", inputs.hashes.with_columns(named, *selection))
    for name in ("champions", "seasonal_profile"):
        insert_frame(warehouse, "forecast", name, getattr(result, name).with_columns(*live, named))
    if made.is_selected:
        insert_frame(warehouse, "forecast", "event_effects", result.event_effects)
        for name in ("backtest_scores", "backtest_forecasts"):
            insert_frame(warehouse, "forecast", name, getattr(result, name).with_columns(*live, named))
    _explain(warehouse, frequency, made)
    if frequency == "week":
        warehouse.execute("DELETE FROM forecast.lead_time_demand")
        insert_frame(warehouse, "forecast", "lead_time_demand", result.lead_time_demand.with_columns(live))
    rows = [(forecast_run_id, "live", inputs.cutoff, result.champions.height, made.selection_id, made.recomputed_count)]
    if made.simulated is not None:
        rows += _archive_simulated(warehouse, inputs, made.simulated)
    warehouse.executemany(
        "INSERT INTO forecast.runs BY NAME SELECT ? AS forecast_run_id, ? AS origin, ?::DATE AS cutoff, "
        "?::BIGINT AS series_count, ? AS selection_id, ?::BIGINT AS recomputed_count, ? AS frequency, ? AS specification, "
        "?::BIGINT AS watermark, ? AS demand_hash",
        [[*row, frequency, inputs.specification, inputs.watermark, inputs.demand_hash] for row in rows],
    )
    _thin_out(warehouse, frequency, archived_runs)


def simulated_id(inputs: ForecastInputs, cutoff: date) -> str:
    """Id of a simulated run."""
    return stable_id("forecast", inputs.frequency, cutoff, inputs.specification, "simulated", inputs.watermark)


def _archive_simulated(
    warehouse: duckdb.DuckDBPyConnection, inputs: ForecastInputs, simulated: pl.DataFrame
) -> list[tuple[str, str, date, int, None, int]]:
    warehouse.execute("DELETE FROM forecast.demand_forecasts WHERE frequency = ? AND origin = 'simulated'", [inputs.frequency])
    named = simulated.with_columns(
        pl.col("cutoff").map_elements(lambda day: simulated_id(inputs, day), return_dtype=pl.String).alias("forecast_run_id"),
        pl.lit("simulated").alias("origin"),
    )
    insert_frame(warehouse, "forecast", "demand_forecasts", named)
    counts = simulated.group_by("cutoff").agg(pl.col("series_id").n_unique().alias("count")).sort("cutoff")
    return [(simulated_id(inputs, day), "simulated", day, count, None, count) for day, count in counts.iter_rows()]


def _thin_out(warehouse: duckdb.DuckDBPyConnection, frequency: str, archived_runs: int) -> None:
    """Older live runs keep what accuracy is measured by; the rest of their quantiles goes."""
    measures = ", ".join(f"'{measure}'" for measure in _KEPT_MEASURES)
    warehouse.execute(
        f"DELETE FROM forecast.demand_forecasts WHERE frequency = ? AND origin = 'live' AND measure NOT IN ({measures}) "
        "AND cutoff NOT IN "
        "(SELECT cutoff FROM forecast.runs WHERE frequency = ? AND origin = 'live' ORDER BY cutoff DESC LIMIT ?)",
        [frequency, frequency, archived_runs],
    )


def _explain(warehouse: duckdb.DuckDBPyConnection, frequency: str, made: LiveRun) -> None:
    """Sentences of the series forecast anew; of the others what was said stays, since nothing of theirs changed."""
    result = made.result
    if not made.is_selected:
        effects = read_frame(warehouse, "SELECT * FROM forecast.event_effects WHERE frequency = ? ORDER BY ALL", [frequency])
        only = pl.col("series_id").is_in(list(made.recomputed))
        names = ("demand_forecasts", "champions", "seasonal_profile", "series_notes", "demand_marks")
        kept = {name: getattr(result, name).filter(only) for name in names}
        result = replace(result, **kept, event_effects=effects.select(result.event_effects.columns))
    said = explain_all(result).with_columns(pl.lit(frequency).alias("frequency"))
    gone = "series_id NOT IN (SELECT series_id FROM forecast.champions WHERE frequency = ?)"
    anew = "true" if made.is_selected else f"series_id IN ({', '.join(map(str, made.recomputed)) or 'NULL'}) OR {gone}"
    values = [frequency] if made.is_selected else [frequency, frequency]
    warehouse.execute(f"DELETE FROM forecast.explanations WHERE frequency = ? AND ({anew})", values)
    insert_frame(warehouse, "forecast", "explanations", said)
