"""Step 1: what was posted since the last run?"""

from __future__ import annotations

from pipelines.ingest import ingest
from pipelines.run import Run
from pipelines.steps.tables import create_result_tables
from pipelines.warehouse import open_warehouse

__all__ = ["run_ingest"]


def run_ingest(run: Run) -> dict[str, int]:
    """Bring new postings into raw; rows by table."""
    run.home.prepare()
    with run.step("ingest") as step, open_warehouse(run.home.warehouse) as warehouse:
        result = ingest(warehouse, run.settings.ledger)
        # Reports read these from the first run on; empty is a fact, missing would be an error.
        create_result_tables(warehouse)
        step.rows = result.row_count
        step.note = f"W={result.watermark}"
        step.metadata = {
            "watermark": result.watermark,
            "data_through": result.data_through.isoformat(),
            "as_of": (run.as_of or result.data_through).isoformat(),
            "company": result.company,
        }
    return result.rows
