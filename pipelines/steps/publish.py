"""Step 7: hand the screens what this run made."""

from __future__ import annotations

import json
from typing import Any

from kernel.errors import Unavailable
from pipelines.dbt import manifest_path
from pipelines.publish import Published, publish, record_run
from pipelines.run import Run
from pipelines.warehouse import open_warehouse, table_names

__all__ = ["published_tables", "run_publish"]


def run_publish(run: Run) -> Published:
    """Copy the reports and the marts that exposures name into a new snapshot and make it current."""
    with run.step("publish") as step:
        with open_warehouse(run.home.warehouse) as warehouse:
            tables = [("reports", name) for name in table_names(warehouse, "reports")]
            if not tables:
                raise Unavailable("pipelines.table_missing", table="reports.*")
            company = _company(warehouse)
            existing = {(schema, name) for schema in ("marts", "forecast", "plan") for name in table_names(warehouse, schema)}
        exposed = set(published_tables(json.loads(manifest_path(run.settings).read_text(encoding="utf-8"))))
        tables += sorted(exposed & existing)
        state = run.state()
        facts = run.facts()
        checks = state.get("checks", {})
        manifest = {
            "run_id": run.run_id,
            "data_through": facts.get("data_through"),
            "as_of": facts.get("as_of"),
            "watermark": facts.get("watermark"),
            "accuracy": facts.get("accuracy"),
            "checks_passed": sorted(name for name, passed in checks.items() if passed),
            "checks_failed": sorted(name for name, passed in checks.items() if not passed),
            "timings": run.timings(),
            **company,
        }
        published = publish(run.home, tables, manifest, keep_snapshots=run.settings.keep_snapshots)
        step.rows = sum(published.tables.values())
        step.note = published.snapshot_id
        step.metadata = {"snapshot_id": published.snapshot_id}
    record_run(run.home, run_id=run.run_id, status="succeeded", snapshot_id=published.snapshot_id, timings=run.timings())
    return published


def published_tables(manifest: dict[str, Any]) -> list[tuple[str, str]]:
    """(schema, table) of every model an exposure of the dbt manifest depends on."""
    nodes = {**manifest.get("nodes", {}), **manifest.get("sources", {})}
    wanted = {name for exposure in manifest.get("exposures", {}).values() for name in exposure["depends_on"]["nodes"]}
    return sorted(
        (nodes[name]["schema"], nodes[name].get("alias") or nodes[name].get("identifier") or nodes[name]["name"])
        for name in wanted
        if name in nodes
    )


def _company(warehouse: Any) -> dict[str, Any]:
    columns = ("code", "name", "name_zh", "currency", "minor_digits", "source", "demo_end_date")
    row = warehouse.execute(f"SELECT {', '.join(columns)} FROM raw.company ORDER BY posting_sequence DESC LIMIT 1").fetchall()[0]
    values = dict(zip(columns, row, strict=True))
    source, end = values.pop("source"), values.pop("demo_end_date")
    return {"company": values, "is_demo": source == "demo", "demo_end_date": end.isoformat() if end else None}
