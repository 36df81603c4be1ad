"""An older ledger opens in a newer program with all it holds, and a copy of what it was lies beside it."""

from __future__ import annotations

import itertools
import sqlite3
from pathlib import Path

import psycopg
import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from kernel.errors import Unavailable
from transactional import open_ledger
from transactional.engine.store import Store
from transactional.migrations import HEAD, configuration
from transactional.migrations.guards import make_guards, missing_guards
from transactional.migrations.seed import seed
from transactional.schema import metadata

_names = itertools.count(1)
_UNIT = (
    "INSERT INTO unit_of_measure (unit_id, code, name, name_zh, dimension, posting_sequence) "
    "VALUES (7, 'KG', 'kg', '公斤', 'weight', 3)"
)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def first_ledger(request: pytest.FixtureRequest, tmp_path: Path) -> Path | str:
    """A ledger as the first release made it, with one row somebody entered."""
    if request.param == "sqlite":
        where: Path | str = tmp_path / "ledger.db"
    else:
        server = request.getfixturevalue("postgres_url").rsplit("/", 1)[0]
        name = f"older_{next(_names)}"
        with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")
        where = f"{server}/{name}"
    store = Store(where)
    with store.writing() as session:
        settings = configuration()
        settings.attributes["connection"] = session.connection
        command.upgrade(settings, "0001")
        make_guards(session)
        seed(session)
        session.run(_UNIT, ())
    store.close()
    return where


def test_an_older_ledger_arrives_at_the_tables_of_today_with_all_it_held(first_ledger: Path | str) -> None:
    ledger = open_ledger(first_ledger)

    with ledger.store.reading() as session:
        context = MigrationContext.configure(session.connection, opts={"compare_type": True})
        assert [] == compare_metadata(context, metadata)
        assert [] == missing_guards(session)
        assert [("公斤",)] == [tuple(row) for row in session.rows("SELECT name_zh FROM unit_of_measure WHERE code = 'KG'")]
    ledger.close()


def test_the_copy_beside_it_holds_what_still_stood_in_the_log(tmp_path: Path) -> None:
    """After a crash the last commits stand only in the write-ahead log; a copy of the file alone would lose them."""
    path = tmp_path / "ledger.db"
    store = Store(path)
    with store.writing() as session:
        settings = configuration()
        settings.attributes["connection"] = session.connection
        command.upgrade(settings, "0001")
        make_guards(session)
        seed(session)
    # A reader that stays keeps SQLite from folding the log into the file.
    reader = sqlite3.connect(path)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM unit_of_measure").fetchall()
    with store.writing() as session:
        session.run(_UNIT, ())

    open_ledger(path).close()
    reader.close()

    with sqlite3.connect(tmp_path / f"ledger.db.before-{HEAD}") as copy:
        assert [("0001",)] == copy.execute("SELECT version_num FROM alembic_version").fetchall()
        assert [("KG",)] == copy.execute("SELECT code FROM unit_of_measure WHERE unit_id = 7").fetchall()
    store.close()


def test_a_ledger_of_a_newer_program_is_refused_untouched(first_ledger: Path | str) -> None:
    store = Store(first_ledger)
    with store.writing() as session:
        session.run("UPDATE alembic_version SET version_num = '9999'", ())
    store.close()

    with pytest.raises(Unavailable) as refusal:
        open_ledger(first_ledger)

    assert "9999" in str(refusal.value)
