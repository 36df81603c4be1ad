"""Step 4: what must be bought, made or moved? Marts and forecast in, schema `plan` out.

The planner sees every open demand the marts list plus the live weekly forecast, changed where people overrode it. The
whole plan is replaced in one transaction: readers of the working file see one run, never a mixture.
"""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import duckdb
import polars as pl

from kernel.errors import Unavailable
from kernel.ids import canonical_json, content_hash, stable_id
from pipelines.run import Run
from pipelines.steps.forecast_sales import with_sales
from pipelines.steps.overrides import live_forecast, with_overrides
from pipelines.steps.tables import PLAN_TABLES, create_result_tables, insert_frame
from pipelines.warehouse import open_warehouse, read_frame, table_names
from planning import PlanInputs, PlanParameters, PlanResult, plan

__all__ = ["forecast_demands", "plan_inputs", "plan_parameters", "run_plan"]

_FRAMES = (
    "item_locations",
    "demands",
    "on_hand",
    "scheduled_receipts",
    "bom_lines",
    "substitutes",
    "supplier_terms",
    "decisions",
    "working_days",
)
_WEEK_DAYS = 7
_FORECAST_PRIORITY = 5
"""Orders come first: a forecast is served from what they leave."""


def run_plan(run: Run) -> dict[str, int]:
    """Make the plan and replace the last one; rows by table."""
    with run.step("plan") as step, open_warehouse(run.home.warehouse) as warehouse:
        create_result_tables(warehouse)
        facts = run.facts()
        as_of = date.fromisoformat(facts["as_of"])
        parameters = plan_parameters(warehouse)
        inputs, forecast_run_id = plan_inputs(warehouse, as_of)
        result = plan(inputs, as_of=as_of, parameters=parameters)
        watermark = int(facts["watermark"])
        plan_run_id = stable_id("plan", as_of, watermark, forecast_run_id, content_hash(_plain(parameters)))
        rows = _replace(warehouse, result, plan_run_id, as_of, watermark, forecast_run_id)
        orders = result.planned_orders
        step.rows = orders.height
        step.note = f"{result.exceptions.height} messages, {len(result.problems)} problems"
        step.metadata = {"plan_run_id": plan_run_id, "late_suggestions": orders.filter(pl.col("late_days") > 0).height}
    return rows


def plan_inputs(warehouse: duckdb.DuckDBPyConnection, as_of: date) -> tuple[PlanInputs, str | None]:
    """The planner's frames from schema `plan_input` and the live forecast, with the id of the forecast used."""
    known = set(table_names(warehouse, "plan_input"))
    frames: dict[str, pl.DataFrame] = {
        name: read_frame(warehouse, f'SELECT * FROM plan_input."{name}" ORDER BY ALL') for name in _FRAMES if name in known
    }
    if "item_locations" not in frames:
        raise Unavailable("pipelines.table_missing", table="plan_input.item_locations")
    forecast, forecast_run_id = live_forecast(warehouse, "week")
    steps = frames["item_locations"].select(pl.col("item_location_id").alias("series_id"), "quantity_step")
    forecast = with_sales(warehouse, "week", forecast, forecast_run_id)
    expected = forecast_demands(with_overrides(warehouse, "week", forecast), steps)
    demands = frames.get("demands", pl.DataFrame())
    frames["demands"] = pl.concat([demands, expected], how="diagonal_relaxed") if demands.width else expected
    if "decisions" in frames:
        frames["decisions"] = frames["decisions"].with_columns(
            pl.col("need_period").map_elements(_week_of, return_dtype=pl.String).alias("need_period")
        )
    # A series the planner does not know cannot be planned; the marts list every one that can.
    planned = frames["item_locations"]["item_location_id"].implode()
    frames["demands"] = frames["demands"].filter(pl.col("item_location_id").is_in(planned))
    frames["lead_time_demand"] = read_frame(
        warehouse,
        "SELECT series_id, protection_days, measure, quantity FROM forecast.lead_time_demand "
        "WHERE forecast_run_id = ? ORDER BY ALL",
        [forecast_run_id],
    )
    return PlanInputs(**frames), forecast_run_id


def forecast_demands(weekly: pl.DataFrame, steps: pl.DataFrame | None = None) -> pl.DataFrame:
    """Mean weekly forecast (series_id, period_start, quantity in base units) as demand lines of one week each.

    With `steps` (series_id, quantity_step in 10^-6) each line is a multiple of the item's step: running totals are rounded,
    so that nothing gathers over the weeks and nobody is asked for half a rice cooker.
    """
    micro = (pl.col("quantity") * 1_000_000).round(0).cast(pl.Int64)
    ordered = weekly.sort("series_id", "period_start").with_columns(micro.alias("micro"))
    if steps is not None:
        step = pl.col("quantity_step").fill_null(1)
        rounded = ((pl.col("micro").cum_sum().over("series_id") + step // 2) // step) * step
        ordered = (
            ordered.join(
                steps.with_columns(pl.col("series_id").cast(pl.Int64)), on="series_id", how="left", maintain_order="left"
            )
            .with_columns(rounded.alias("total"))
            .with_columns((pl.col("total") - pl.col("total").shift(1, fill_value=0).over("series_id")).alias("micro"))
        )
    return ordered.filter(pl.col("micro") > 0).select(
        pl.format("FC:{}:{}", "series_id", pl.col("period_start").dt.to_string("%Y-%m-%d")).alias("demand_id"),
        pl.lit("forecast").alias("kind"),
        pl.col("series_id").cast(pl.Int64).alias("item_location_id"),
        pl.col("micro").alias("quantity"),
        pl.col("period_start").alias("due_date"),
        pl.lit(_FORECAST_PRIORITY, dtype=pl.Int64).alias("priority"),
        pl.lit(_WEEK_DAYS, dtype=pl.Int64).alias("period_days"),
    )


def plan_parameters(warehouse: duckdb.DuckDBPyConnection) -> PlanParameters:
    """The planner's rules: defaults, changed by the company's settings of the same name."""
    rows = warehouse.execute(
        "SELECT name, value FROM raw.setting WHERE scope = '' "
        "QUALIFY row_number() OVER (PARTITION BY setting_id ORDER BY posting_sequence DESC) = 1 ORDER BY name"
    ).fetchall()
    written: dict[str, Any] = {}
    defaults = PlanParameters()
    for name, value in rows:
        known = _PARAMETER_OF.get(name, name)
        default = getattr(defaults, known, None)
        if isinstance(default, int | float):
            number = _number(value)
            if number is None:
                continue
            # People write shares and currency units, the planner counts in millionths.
            scale = 1_000_000 if known != name else 1
            written[known] = round(number * scale) if isinstance(default, int) else number
    return PlanParameters(**written)


_PARAMETER_OF = {
    "carrying_rate": "carrying_rate_ppm",
    "penalty_rate_per_day": "penalty_rate_ppm",
    "order_cost_amount": "order_cost_micro",
    "message_value_threshold": "message_value_threshold_micro",
    "defer_value_floor": "defer_value_floor_micro",
    "quantity_tolerance": "quantity_tolerance_ppm",
}
"""Settings of the product -> parameters of the planner; others have the same name."""


def _replace(
    warehouse: duckdb.DuckDBPyConnection,
    result: PlanResult,
    plan_run_id: str,
    as_of: date,
    watermark: int,
    forecast_run_id: str | None,
) -> dict[str, int]:
    problems = pl.DataFrame(
        {
            "problem_key": [problem.key for problem in result.problems],
            "problem_values": [canonical_json(_plain(problem.values)) for problem in result.problems],
        },
        schema={"problem_key": pl.String, "problem_values": pl.String},
    )
    runs = pl.DataFrame(
        {
            "as_of": [as_of],
            "watermark": [watermark],
            "forecast_run_id": [forecast_run_id],
            "problem_count": [len(result.problems)],
        },
        schema_overrides={"forecast_run_id": pl.String},
    )  # fmt: skip
    frames = {name: getattr(result, name) for name in PLAN_TABLES if hasattr(result, name) and name != "problems"}
    frames |= {"problems": problems, "runs": runs}
    warehouse.begin()
    try:
        for name, frame in sorted(frames.items()):
            warehouse.execute(f'DELETE FROM plan."{name}"')
            insert_frame(warehouse, "plan", name, frame.with_columns(pl.lit(plan_run_id).alias("plan_run_id")))
        warehouse.commit()
    except BaseException:
        warehouse.rollback()
        raise
    return {name: frame.height for name, frame in frames.items()}


def _week_of(need_period: str) -> str:
    """The planner names weeks ("2026-W51"); the ledger keeps a date of that week."""
    try:
        year, week, _ = date.fromisoformat(need_period[:10]).isocalendar()
    except ValueError:
        return need_period
    return f"{year:04d}-W{week:02d}"


def _plain(values: object) -> object:
    return json.loads(json.dumps(values if isinstance(values, dict) else vars(values), sort_keys=True, default=str))


def _number(value: str) -> float | None:
    try:
        return float(value)
    except ValueError:
        return None
