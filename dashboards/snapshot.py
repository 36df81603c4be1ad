"""Which published snapshot do the screens show, and how is it read while the pipeline publishes the next?

`current` names a folder that never changes once published, so one read-only connection per snapshot id may be shared; every
use takes its own cursor. The pointer is read again at each rerun: the next click shows the new snapshot, a reader that is
still drawing keeps the old one.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import streamlit as st

from dashboards.settings import home

__all__ = ["LastRun", "Snapshot", "current", "cursor", "last_run", "query"]


@dataclass(frozen=True)
class Snapshot:
    """What the manifest of the shown snapshot says."""

    snapshot_id: str
    path: Path
    manifest: dict[str, Any] = field(hash=False, compare=False)

    @property
    def run_id(self) -> str:
        return str(self.manifest.get("run_id") or "")

    @property
    def data_through(self) -> date | None:
        return _date(self.manifest.get("data_through"))

    @property
    def created_at(self) -> str:
        return str(self.manifest.get("created_at") or "")

    @property
    def is_demo(self) -> bool:
        return bool(self.manifest.get("is_demo"))

    @property
    def demo_end_date(self) -> date | None:
        return _date(self.manifest.get("demo_end_date"))

    @property
    def company(self) -> dict[str, Any]:
        found = self.manifest.get("company")
        return found if isinstance(found, dict) else {}

    @property
    def currency(self) -> str:
        return str(self.company.get("currency") or "CNY")

    @property
    def watermark(self) -> int:
        return int(self.manifest.get("watermark") or 0)


@dataclass(frozen=True)
class LastRun:
    """The newest run, whether it published or not."""

    run_id: str
    status: str
    failed_step: str
    message: str
    finished_at: str

    @property
    def is_failed(self) -> bool:
        return self.status not in ("succeeded", "running", "")


def current() -> Snapshot | None:
    """The snapshot `current` points at; None when nothing is published yet or the pointer leads nowhere."""
    folder = home() / "snapshots"
    try:
        snapshot_id = (folder / "current").read_text(encoding="utf-8").strip()
    except OSError:
        return None
    path = folder / snapshot_id / "warehouse.duckdb"
    if not snapshot_id or not path.is_file():
        return None
    return Snapshot(snapshot_id, path, _json(folder / snapshot_id / "manifest.json"))


def last_run() -> LastRun | None:
    """What the newest run reported; None when no run has reported."""
    found = _json(home() / "snapshots" / "last_run.json")
    if not found:
        return None
    return LastRun(*(str(found.get(name) or "") for name in ("run_id", "status", "failed_step", "message", "finished_at")))


def cursor(snapshot: Snapshot) -> duckdb.DuckDBPyConnection:
    """A cursor of the shared read-only connection of this snapshot."""
    return _connection(snapshot.snapshot_id, str(snapshot.path)).cursor()


def query(snapshot: Snapshot, statement: str, values: tuple[Any, ...] = ()) -> pl.DataFrame:
    """Rows of one statement over this snapshot, kept as long as it is shown; empty when it lacks a table or column of it."""
    return _queried(snapshot.snapshot_id, snapshot, statement, values)


@st.cache_resource(max_entries=100, show_spinner=False)
def _queried(snapshot_id: str, _snapshot: Snapshot, statement: str, values: tuple[Any, ...]) -> pl.DataFrame:
    with cursor(_snapshot) as reader:
        try:
            return pl.DataFrame(reader.sql(statement, params=list(values)).to_arrow_table())
        except (duckdb.CatalogException, duckdb.BinderException):
            return pl.DataFrame()


# Two: the snapshot being shown and the one just published; an evicted one closes when its last cursor goes.
@st.cache_resource(max_entries=2, show_spinner=False)
def _connection(snapshot_id: str, path: str) -> duckdb.DuckDBPyConnection:
    return duckdb.connect(path, read_only=True, config={"threads": 2, "memory_limit": "512MB"})


def _json(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _date(value: object) -> date | None:
    try:
        return date.fromisoformat(str(value)[:10])
    except ValueError:
        return None
