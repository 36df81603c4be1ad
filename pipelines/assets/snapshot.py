"""Reports -> the snapshot that screens read."""

import dagster as dg

from pipelines.assets.context import run_of
from pipelines.steps.publish import run_publish

__all__ = ["snapshot_asset"]


def snapshot_asset(made_before: list[dg.AssetKey]) -> dg.AssetsDefinition:
    """Publish the reports, after everything a run makes: a blocking check holds back only what names its asset as dependency."""

    @dg.asset(key=["snapshot"], deps=sorted(made_before), group_name="publish", kinds={"duckdb"})
    def publish(context: dg.AssetExecutionContext) -> dg.MaterializeResult:
        """One immutable folder, made current by replacing one small file."""
        run = run_of(context.run)
        published = run_publish(run)
        facts = run.facts()
        return dg.MaterializeResult(
            metadata={
                "snapshot_id": published.snapshot_id,
                "rows": sum(published.tables.values()),
                "tables": len(published.tables),
                "data_through": facts.get("data_through"),
                "watermark": facts.get("watermark"),
                "seconds": round(sum(run.timings().values()), 3),
            }
        )

    return publish
