"""How does an empty or older database become one that this program can use?

Alembic holds the history of the tables. What Alembic cannot carry, because SQLite batch mode drops it silently, is made again
after every migration: the triggers that keep history append-only, PostgreSQL sequences, and the rows every ledger starts with.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect

from kernel.errors import Unavailable
from transactional.engine.store import Session, Store
from transactional.migrations.guards import make_guards
from transactional.migrations.seed import seed

__all__ = ["HEAD", "configuration", "migrate"]

HEAD = "0003"
"""The newest revision; held equal to the scripts by a test, so that opening a ledger need not read them."""


def migrate(store: Store) -> None:
    """Bring the database to HEAD. A file that is about to change is copied beside itself first.

    Raises: Unavailable when the database was written by a newer program.
    """
    with store.reading() as session:
        present = _revision(session.connection)
    if present == HEAD:
        return
    if present is not None:
        known = {script.revision for script in ScriptDirectory.from_config(configuration()).walk_revisions()}
        if present not in known:
            raise Unavailable("ledger.newer_schema", got=present, expected=HEAD)
        if store.path is not None:
            _back_up(store.path, store.path.with_name(f"{store.path.name}.before-{HEAD}"))
    with store.writing() as session:
        if _revision(session.connection) != HEAD:  # another process may have been faster
            settings = configuration()
            settings.attributes["connection"] = session.connection
            command.upgrade(settings, "head")
            make_guards(session)
            seed(session)


def configuration() -> Config:
    """Alembic's configuration, without a file of its own."""
    settings = Config()
    settings.set_main_option("script_location", str(Path(__file__).parent))
    return settings


def _back_up(ledger: Path, copy: Path) -> None:
    """Everything committed, also what still stands in the write-ahead log beside the file; whole under its name or not there."""
    unfinished = copy.with_name(f"{copy.name}.part")
    unfinished.unlink(missing_ok=True)
    with contextlib.closing(sqlite3.connect(ledger)) as source, contextlib.closing(sqlite3.connect(unfinished)) as target:
        source.backup(target)
    os.replace(unfinished, copy)


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    found = Session(connection, connection.dialect.name).rows("SELECT version_num FROM alembic_version")
    return str(found[0][0]) if found else None
