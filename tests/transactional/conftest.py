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
    url = postgres_url.rsplit("/", 1)[0] + "/ledger_template"
    open_ledger(url).close()
    return url


def copy_of(template: Path | str, folder: Path) -> Ledger:
    """A ledger of its own that begins as the template: a SQLite file, or the URL of a PostgreSQL database nobody uses."""
    name = f"ledger_{next(_names)}"
    if isinstance(template, Path):
        path = folder / f"{name}.db"
        shutil.copy(template, path)
        return open_ledger(path)
    server, database = template.rsplit("/", 1)
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {database}")
    return open_ledger(f"{server}/{name}")


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def template(request: pytest.FixtureRequest) -> Path | str:
    """An empty ledger to copy, in turn on both databases."""
    found: Path | str = request.getfixturevalue("sqlite_template" if request.param == "sqlite" else "postgres_template")
    return found


@pytest.fixture
def sqlite_ledger(sqlite_template: Path, tmp_path: Path) -> Iterator[Ledger]:
    ledger = copy_of(sqlite_template, tmp_path)
    yield ledger
    ledger.close()


@pytest.fixture
def ledger(template: Path | str, tmp_path: Path) -> Iterator[Ledger]:
    """The same test on both databases."""
    ledger = copy_of(template, tmp_path)
    yield ledger
    ledger.close()
