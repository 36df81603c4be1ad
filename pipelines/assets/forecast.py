"""Marts -> schema `forecast`."""

from collections.abc import Iterator

import dagster as dg

from pipelines.assets.context import run_of
from pipelines.steps.tables import FORECAST_TABLES

__all__ = ["forecast_asset"]


def forecast_asset(demand: list[dg.AssetKey]) -> dg.AssetsDefinition:
    """Forecast what the demand marts hold."""

    @dg.multi_asset(
        name="forecast",
        specs=[
            dg.AssetSpec(["forecast", name], deps=demand, group_name="forecast", kinds={"python", "duckdb"})
            for name in sorted(FORECAST_TABLES)
        ],
    )
    def forecast(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult]:
        # statsmodels and scikit-learn take seconds to import; only a forecasting process pays.
        from pipelines.steps.forecast import run_forecast

        run = run_of(context.run)
        rows = run_forecast(run)
        for name in sorted(FORECAST_TABLES):
            yield dg.MaterializeResult(
                asset_key=["forecast", name], metadata={"rows": rows.get(name, 0), **run.facts().get("accuracy", {})}
            )

    return forecast
