"""What does Dagster run for this company? Assets, checks, one job, its schedule and its sensor."""

from __future__ import annotations

import dagster as dg

from pipelines.assets.forecast import forecast_asset
from pipelines.assets.ledger import ledger_copy
from pipelines.assets.models import model_assets
from pipelines.assets.plan import plan_asset
from pipelines.assets.snapshot import snapshot_asset
from pipelines.checks.assets import asset_checks
from pipelines.home import Home
from pipelines.quick_history import skip_flushes_below
from pipelines.schedules import daily_schedule
from pipelines.sensors import request_sensor
from pipelines.settings import Settings

__all__ = ["JOB", "build_definitions"]

JOB = "throughline"


def build_definitions(settings: Settings) -> dg.Definitions:
    """Assets, checks, the job, its schedule and its sensor."""
    skip_flushes_below(Home(settings.home).dagster)
    (core, reports), resources = model_assets(settings)
    demand = [key for key in core.keys if key.path[-1] in ("fct_demand_week", "fct_demand_month")]
    inputs = [key for key in core.keys if "plan_input" in key.path or key.path[-1].startswith("plan_input")]
    forecast, plan = forecast_asset(demand), plan_asset(inputs)
    kpi = next((key for key in reports.keys if key.path[-1] == "rpt_kpi"), None)
    job = dg.define_asset_job(JOB, selection=dg.AssetSelection.all(), executor_def=dg.in_process_executor)
    return dg.Definitions(
        assets=[
            ledger_copy,
            core,
            forecast,
            plan,
            reports,
            snapshot_asset([*ledger_copy.keys, *reports.keys, *core.keys, *forecast.keys, *plan.keys]),
        ],
        asset_checks=asset_checks(kpi),
        jobs=[job],
        schedules=[daily_schedule(JOB, settings)],
        sensors=[request_sensor(JOB, settings)],
        resources=resources,
        executor=dg.in_process_executor,
    )
