"""A migrated, empty ledger on SQLite and on PostgreSQL, made from a template once per run."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from transactional import Ledger, open_ledger

_names = itertools.count(1)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "ledger.db"
    ledger = open_ledger(path)
    ledger.rows("PRAGMA wal_checkpoint(TRUNCATE)")
    ledger.close()
    return path


@pytest.fixture(scope="session")
def postgres_template(postgres_url: str) -> str:
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute("CREATE DATABASE ledger_template")
    ledger = open_ledger(postgres_url.rsplit("/", 1)[0] + "/ledger_template")
    ledger.close()
    return postgres_url


@pytest.fixture
def sqlite_ledger(sqlite_template: Path, tmp_path: Path) -> Iterator[Ledger]:
    path = tmp_path / "ledger.db"
    shutil.copy(sqlite_template, path)
    ledger = open_ledger(path)
    yield ledger
    ledger.close()


@pytest.fixture
def postgres_ledger(postgres_template: str) -> Iterator[Ledger]:
    name = f"ledger_{next(_names)}"
    with psycopg.connect(postgres_template, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE ledger_template")
    ledger = open_ledger(postgres_template.rsplit("/", 1)[0] + "/" + name)
    yield ledger
    ledger.close()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def ledger(request: pytest.FixtureRequest) -> Ledger:
    """The same test on both databases."""
    name = "sqlite_ledger" if request.param == "sqlite" else "postgres_ledger"
    found: Ledger = request.getfixturevalue(name)
    return found
