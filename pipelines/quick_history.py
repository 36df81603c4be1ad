"""Why does Dagster's own history not wait for the disk?

A run records hundreds of small events in Dagster's SQLite files, each with its own flush: up to half of a run's time on
a slow disk. That history can be made again by running again, so its connections skip the flush. The ledger and the
warehouse are never touched by this: only files below Dagster's own folder are.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event

__all__ = ["skip_flushes_below"]

_folders: set[Path] = set()


def skip_flushes_below(folder: Path) -> None:
    """Let SQLite connections to files below `folder` of this process leave flushing to the system."""
    if not _folders:
        event.listen(Engine, "connect", _relax)
    _folders.add(folder.resolve())


def _relax(connection: Any, record: object) -> None:
    del record
    if not isinstance(connection, sqlite3.Connection):
        return
    for _, _, file in connection.execute("PRAGMA database_list").fetchall():
        if file and any(folder in Path(file).resolve().parents for folder in _folders):
            connection.execute("PRAGMA synchronous = OFF")
