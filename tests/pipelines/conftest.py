"""What the pipeline's tests share: a company after a whole run, a ledger built row by row, a scratch warehouse."""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import duckdb
import pytest
from sqlalchemy import Engine, create_engine, insert, text
from sqlalchemy.engine import make_url

from tests.made_once import made_once
from tests.pipelines.runs import run_steps, settings_of
from tests.pipelines.trading_company import trading_company
from transactional.schema import metadata

TODAY = date(2026, 3, 2)


class RowLedger:
    """A ledger whose rows the test writes itself; every write is one posting."""

    def __init__(self, url: str, engine: Engine) -> None:
        self.url = url
        self.engine = engine
        self.sequence = 0

    def post(self, **rows: list[dict[str, object]]) -> int:
        """Insert rows by table under the next posting sequence."""
        self.sequence += 1
        with self.engine.begin() as connection:
            if self.sequence == 1:
                self._found(connection)
            else:
                self._posting(connection)
            for name, values in rows.items():
                filled = [{"posting_sequence": self.sequence, **value} for value in values]
                connection.execute(insert(metadata.tables[name]), filled)
        return self.sequence

    def change(self, statement: str) -> int:
        """Run an UPDATE; `:s` stands for the new posting sequence."""
        self.sequence += 1
        with self.engine.begin() as connection:
            self._posting(connection)
            connection.execute(text(statement), {"s": self.sequence})
        return self.sequence

    def _found(self, connection) -> None:
        tables = metadata.tables
        user = {"user_id": 1, "login": "system", "name": "System", "name_zh": "系统", "role": "system", "posting_sequence": 1}
        connection.execute(insert(tables["app_user"]), [{**user, "password_hash": "secret"}])
        self._posting(connection)
        company = {
            "code": "T",
            "name": "Test",
            "name_zh": "测试",
            "currency": "CNY",
            "minor_digits": 2,
            "time_zone": "Asia/Shanghai",
        }
        connection.execute(insert(tables["company"]), [{"company_id": 1, **company, "today": TODAY, "posting_sequence": 1}])
        unit = {"unit_id": 1, "code": "EA", "name": "each", "posting_sequence": 1}
        connection.execute(insert(tables["unit_of_measure"]), [unit])

    def _posting(self, connection) -> None:
        row = {
            "posting_sequence": self.sequence, "command_id": f"c-{self.sequence}", "command_kind": "Test", "content_hash": "h",
            "actor_id": 1, "source": "test", "business_date": TODAY, "recorded_at": self.sequence, "answer": "{}",
        }  # fmt: skip
        connection.execute(insert(metadata.tables["posting"]), [row])


def items(first: int, count: int, **values: object) -> list[dict[str, object]]:
    """Rows of `item`."""
    return [
        {
            "item_id": number, "sku": f"S{number}", "sku_normalised": f"s{number}", "name": f"Item {number}",
            "name_zh": f"物料{number}", "item_type": "trading_good", "base_unit_id": 1, **values,
        }
        for number in range(first, first + count)
    ]  # fmt: skip


@pytest.fixture(scope="session")
def trading_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home of the trading company after one undisturbed run; to be copied by whoever changes it."""

    def make(home: Path) -> None:
        trading_company(home / "ledger.db")
        run_steps(settings_of(home), "first")

    return made_once(tmp_path_factory, "trading", make)


@pytest.fixture(scope="session")
def empty_tables(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with the ledger's tables, made once and copied per test."""
    path = tmp_path_factory.mktemp("empty") / "rows.db"
    engine = create_engine(f"sqlite:///{path}")
    metadata.create_all(engine)
    engine.dispose()
    return path


@pytest.fixture
def sqlite_rows(empty_tables: Path, tmp_path: Path) -> Iterator[RowLedger]:
    """A SQLite ledger without the engine: rows are written directly."""
    path = tmp_path / "rows.db"
    shutil.copy(empty_tables, path)
    engine = create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        connection.execute(text("PRAGMA journal_mode=WAL"))
    yield RowLedger(str(path), engine)
    engine.dispose()


@pytest.fixture
def warehouse(tmp_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A working file in a folder of its own."""
    with duckdb.connect(str(tmp_path / "warehouse.duckdb")) as connection:
        yield connection


@pytest.fixture
def other_warehouse(tmp_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A second working file, to compare with the first."""
    with duckdb.connect(str(tmp_path / "other.duckdb")) as connection:
        yield connection


@pytest.fixture
def postgres_database(postgres_url: str) -> Iterator[str]:
    """URL of an empty database of its own on a real PostgreSQL."""
    server = make_url(postgres_url).set(drivername="postgresql+psycopg")
    name = f"rows_{uuid.uuid4().hex[:12]}"
    admin = create_engine(server, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    yield server.set(drivername="postgresql", database=name).render_as_string(hide_password=False)
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    admin.dispose()


@pytest.fixture
def postgres_rows(postgres_database: str) -> Iterator[RowLedger]:
    """The row-by-row ledger on a real PostgreSQL."""
    engine = create_engine(make_url(postgres_database).set(drivername="postgresql+psycopg"))
    metadata.create_all(engine)
    yield RowLedger(postgres_database, engine)
    engine.dispose()
