"""Planner inputs and forecast -> schema `plan`."""

from collections.abc import Iterator

import dagster as dg

from pipelines.assets.context import run_of
from pipelines.steps.tables import PLAN_TABLES

__all__ = ["plan_asset"]


def plan_asset(inputs: list[dg.AssetKey]) -> dg.AssetsDefinition:
    """Plan what the inputs and the forecast ask for."""
    forecast = [dg.AssetKey(["forecast", name]) for name in ("demand_forecasts", "lead_time_demand")]

    @dg.multi_asset(
        name="plan",
        specs=[
            dg.AssetSpec(["plan", name], deps=[*inputs, *forecast], group_name="plan", kinds={"python", "duckdb"})
            for name in sorted(PLAN_TABLES)
        ],
    )
    def plan(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult]:
        from pipelines.steps.plan import run_plan

        run = run_of(context.run)
        rows = run_plan(run)
        for name in sorted(PLAN_TABLES):
            yield dg.MaterializeResult(asset_key=["plan", name], metadata={"rows": rows.get(name, 0)})

    return plan
