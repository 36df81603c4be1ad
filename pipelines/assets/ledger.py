"""Ledger -> schema `raw`."""

from collections.abc import Iterator

import dagster as dg

from pipelines.assets.context import run_of
from pipelines.ingest.tables import raw_tables
from pipelines.steps.ingest import run_ingest

__all__ = ["ledger_copy"]


@dg.multi_asset(
    name="ingest",
    specs=[dg.AssetSpec(["raw", table.name], group_name="ingest", kinds={"arrow", "duckdb"}) for table in raw_tables()],
)
def ledger_copy(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult]:
    """Everything posted since the last run, in one transaction."""
    run = run_of(context.run)
    rows = run_ingest(run)
    facts = run.facts()
    for table in raw_tables():
        yield dg.MaterializeResult(
            asset_key=["raw", table.name],
            metadata={"rows": rows.get(table.name, 0), "watermark": facts["watermark"], "data_through": facts["data_through"]},
        )
