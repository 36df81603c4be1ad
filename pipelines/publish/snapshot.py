"""How do the screens get a new warehouse without ever seeing half of one?

    1  copy the tables into snapshots/.building-<id>/warehouse.duckdb, in the order of their names and rows
    2  write manifest.json beside it, make both durable
    3  rename the folder to snapshots/<id>
    4  replace the small file snapshots/current

Killed before 4, readers keep the old snapshot, and what lies about is removed by the next publish. A published folder
never changes, so readers may keep it open as long as they like.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from kernel.errors import Unavailable
from kernel.ids import stable_id
from pipelines.home import Home, replace_text, sync_folder

__all__ = ["Published", "publish"]

_BUILDING = ".building-"


@dataclass(frozen=True)
class Published:
    """What stands in the snapshot: its id and the rows of each table."""

    snapshot_id: str
    tables: dict[str, int]


def publish(
    home: Home,
    tables: Sequence[tuple[str, str]],
    manifest: Mapping[str, Any],
    *,
    keep_snapshots: int,
    now: datetime | None = None,
) -> Published:
    """Copy `tables` (schema, name) of the working file into a new snapshot and make it current.

    Args:
        home: the company's home.
        tables: what to copy; the order does not matter.
        manifest: what the pipeline knows about the run; ids, time and row counts are added here.
        keep_snapshots: how many snapshots stay, the new one included.
        now: time in the id and the manifest; the wall clock by default.

    Raises:
        Unavailable: the working file lacks one of the tables.
    """
    now = now or datetime.now(UTC)
    home.snapshots.mkdir(parents=True, exist_ok=True)
    _remove_leftovers(home)
    building = home.snapshots / f"{_BUILDING}{os.getpid()}"
    building.mkdir()
    copied, content = _copy(home.warehouse, building / "warehouse.duckdb", sorted(set(tables)))
    # Time first, so that names sort by age; then what is inside, so that equal names mean equal content.
    snapshot_id = f"{now:%Y%m%dT%H%M%S%f}"[:-3] + f"-{content}"
    text = {**manifest, "snapshot_id": snapshot_id, "created_at": now.isoformat(timespec="seconds"), "tables": copied}
    replace_text(building / "manifest.json", json.dumps(text, indent=2, sort_keys=True, ensure_ascii=False, default=str))
    _sync_file(building / "warehouse.duckdb")
    os.replace(building, home.snapshots / snapshot_id)
    sync_folder(home.snapshots)
    replace_text(home.current, snapshot_id + "\n")
    _prune(home, snapshot_id, keep_snapshots)
    return Published(snapshot_id, copied)


def _copy(source: Path, target: Path, tables: Sequence[tuple[str, str]]) -> tuple[dict[str, int], str]:
    rows: dict[str, int] = {}
    prints: list[object] = []
    with duckdb.connect(str(target), config={"memory_limit": "1GB", "threads": 2}) as snapshot:
        snapshot.execute("SET TimeZone = 'UTC'")
        snapshot.execute(f"ATTACH '{str(source).replace(chr(39), chr(39) * 2)}' AS working (READ_ONLY)")
        for schema in sorted({schema for schema, _ in tables}):
            snapshot.execute(f'CREATE SCHEMA IF NOT EXISTS "{schema}"')
        for schema, name in tables:
            try:
                snapshot.execute(f'CREATE TABLE "{schema}"."{name}" AS SELECT * FROM working."{schema}"."{name}" ORDER BY ALL')
            except duckdb.CatalogException as error:
                raise Unavailable("pipelines.table_missing", table=f"{schema}.{name}") from error
            count, total = snapshot.execute(
                f'SELECT count(*), sum(hash(t)::HUGEINT)::VARCHAR FROM "{schema}"."{name}" AS t'
            ).fetchall()[0]
            rows[f"{schema}.{name}"] = int(count)
            prints += [schema, name, count, total]
            _copy_comments(snapshot, schema, name)
        snapshot.execute("DETACH working")
        snapshot.execute("CHECKPOINT")
    return rows, stable_id(*prints, length=8)


def _copy_comments(snapshot: duckdb.DuckDBPyConnection, schema: str, name: str) -> None:
    """Column comments are the glossary that screens show as help; CREATE TABLE AS drops them."""
    comments = snapshot.execute(
        "SELECT column_name, comment FROM duckdb_columns() "
        "WHERE database_name = 'working' AND schema_name = ? AND table_name = ? AND comment IS NOT NULL",
        [schema, name],
    ).fetchall()
    for column, comment in comments:
        quoted = comment.replace("'", "''")
        snapshot.execute(f'COMMENT ON COLUMN "{schema}"."{name}"."{column}" IS \'{quoted}\'')


def _sync_file(path: Path) -> None:
    with path.open("rb") as handle:
        os.fsync(handle.fileno())


def _remove_leftovers(home: Home) -> None:
    """What a killed publish left: half-built folders and replaced files that never took their place."""
    for entry in home.snapshots.iterdir():
        if entry.name.startswith(_BUILDING):
            shutil.rmtree(entry, ignore_errors=True)
        elif entry.name.startswith(".") and entry.name.endswith(".new"):
            entry.unlink(missing_ok=True)


def _prune(home: Home, current: str, keep: int) -> None:
    ids = sorted((entry.name for entry in home.snapshots.iterdir() if (entry / "manifest.json").is_file()), reverse=True)
    for snapshot_id in [name for name in ids if name != current][max(0, keep - 1) :]:
        shutil.rmtree(home.snapshots / snapshot_id, ignore_errors=True)
