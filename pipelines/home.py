"""What lies where in the home of a company?

ledger.db            the ledger, unless a PostgreSQL URL is set
warehouse.duckdb     the pipeline's working file: one writer, read by nobody else
snapshots/<id>/      published, immutable: warehouse.duckdb and manifest.json
current              id of the newest good snapshot; replaced atomically
last_run.json        how the newest run ended, good or bad
run.lock             held while a run writes
up.lock              held while `throughline up` serves
dbt/ dagster/ logs/  of the tools
forecast_specifications.toml   how chosen series are forecast, as people decided (only where somebody did)
rejects/ exports/    rows that could not be loaded; what people take out
truth.json           what the demo company hides on purpose
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

__all__ = ["Home", "replace_text"]


@dataclass(frozen=True)
class Home:
    """Paths below one home; creating nothing until `prepare`."""

    root: Path

    @property
    def warehouse(self) -> Path:
        return self.root / "warehouse.duckdb"

    @property
    def snapshots(self) -> Path:
        return self.root / "snapshots"

    @property
    def current(self) -> Path:
        # Beside the snapshots it names, inside their folder's own file system.
        return self.snapshots / "current"

    @property
    def last_run(self) -> Path:
        return self.snapshots / "last_run.json"

    @property
    def run_lock(self) -> Path:
        return self.root / "run.lock"

    @property
    def up_lock(self) -> Path:
        return self.root / "up.lock"

    @property
    def dbt(self) -> Path:
        return self.root / "dbt"

    @property
    def dagster(self) -> Path:
        return self.root / "dagster"

    @property
    def logs(self) -> Path:
        return self.root / "logs"

    @property
    def rejects(self) -> Path:
        return self.root / "rejects"

    @property
    def exports(self) -> Path:
        return self.root / "exports"

    @property
    def specifications(self) -> Path:
        return self.root / "forecast_specifications.toml"

    @property
    def truth(self) -> Path:
        return self.root / "truth.json"

    def prepare(self) -> None:
        """Make the folders; what exists stays."""
        for folder in (self.root, self.snapshots, self.dbt, self.dagster, self.logs, self.rejects, self.exports):
            folder.mkdir(parents=True, exist_ok=True)

    def current_snapshot_id(self) -> str | None:
        """Id of the newest good snapshot, or None before the first publish."""
        try:
            snapshot_id = self.current.read_text(encoding="utf-8").strip()
        except FileNotFoundError:
            return None
        return snapshot_id or None

    def manifest(self, snapshot_id: str | None = None) -> dict[str, Any] | None:
        """Manifest of a snapshot, of the current one by default; None if there is none."""
        chosen = snapshot_id or self.current_snapshot_id()
        if chosen is None:
            return None
        try:
            return dict(json.loads((self.snapshots / chosen / "manifest.json").read_text(encoding="utf-8")))
        except FileNotFoundError:
            return None

    def newest_run_id(self) -> str | None:
        """The run that started last, finished or not; None before the first."""
        try:
            return str(json.loads((self.root / "run_state.json").read_text(encoding="utf-8"))["run_id"])
        except (FileNotFoundError, ValueError, KeyError):
            return None

    def read_last_run(self) -> dict[str, Any] | None:
        """How the newest finished run ended; None before the first."""
        try:
            return dict(json.loads(self.last_run.read_text(encoding="utf-8")))
        except FileNotFoundError:
            return None


def replace_text(path: Path, content: str) -> None:
    """Write a small file so that readers see the old text or the new one, also after a power cut."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{os.getpid()}.new")
    with beside.open("w", encoding="utf-8") as handle:
        handle.write(content)
        handle.flush()
        os.fsync(handle.fileno())
    os.replace(beside, path)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make a rename inside `folder` durable where the system allows opening folders."""
    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError:
        return
    try:
        os.fsync(handle)
    except OSError:
        return
    finally:
        os.close(handle)
