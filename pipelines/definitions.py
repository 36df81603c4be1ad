"""Everything Dagster runs for this company, in one place."""

from __future__ import annotations

import dagster as dg

from pipelines.assets.forecast import forecast_asset
from pipelines.assets.ledger import ledger_copy
from pipelines.assets.models import model_assets
from pipelines.assets.plan import plan_asset
from pipelines.assets.snapshot import snapshot_asset
from pipelines.checks.assets import asset_checks
from pipelines.schedules import daily_schedule
from pipelines.sensors import request_sensor
from pipelines.settings import Settings, load_settings

__all__ = ["JOB", "build_definitions", "defs"]

JOB = "throughline"


def build_definitions(settings: Settings) -> dg.Definitions:
    """Assets, checks, the job, its schedule and its sensor."""
    (core, reports), resources = model_assets(settings)
    demand = [key for key in core.keys if key.path[-1] in ("fct_demand_week", "fct_demand_month")]
    inputs = [key for key in core.keys if "plan_input" in key.path or key.path[-1].startswith("plan_input")]
    kpi = next((key for key in reports.keys if key.path[-1] == "rpt_kpi"), None)
    job = dg.define_asset_job(JOB, selection=dg.AssetSelection.all(), executor_def=dg.in_process_executor)
    return dg.Definitions(
        assets=[
            ledger_copy,
            core,
            forecast_asset(demand),
            plan_asset(inputs),
            reports,
            snapshot_asset(sorted(reports.keys)),
        ],
        asset_checks=asset_checks(kpi),
        jobs=[job],
        schedules=[daily_schedule(job, settings)],
        sensors=[request_sensor(job, settings)],
        resources=resources,
        executor=dg.in_process_executor,
    )


defs = build_definitions(load_settings())
