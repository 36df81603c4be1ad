"""How does the ledger use SQLite and PostgreSQL so that what was accepted is durable and nobody reads half a batch?

SQLite: WAL, synchronous FULL, one writer at a time by BEGIN IMMEDIATE behind a file lock, so that no waiting client starves.
PostgreSQL: READ COMMITTED writers with optimistic checks at the flush; a poster holds a shared advisory lock from before its
posting sequence is drawn until it commits, and whoever reads the watermark takes that lock exclusively for a moment.
"""

from __future__ import annotations

import contextlib
import sqlite3
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, OperationalError

from kernel.errors import Unavailable
from transactional.engine.locks import file_lock

__all__ = ["POSTING_LOCK", "Session", "Store"]

POSTING_LOCK = 7_341_001
"""PostgreSQL advisory lock: shared by posters, exclusive for the reader of the watermark."""

_PLACES = 500
"""Values per statement; old builds of SQLite take 999 at most."""


class Session:
    """One transaction: statements with `?` places, rows as tuples.

    Attributes:
        turn: the how many-th write transaction of its store this is; 0 where nothing is written.
    """

    def __init__(self, connection: Connection, dialect: str, turn: int = 0) -> None:
        self.turn = turn
        self.connection = connection
        self.dialect = dialect
        self._raw: Any = connection.connection.driver_connection

    def sql(self, statement: str) -> str:
        """The statement in the driver's own place holders."""
        return statement.replace("?", "%s") if self.dialect == "postgresql" else statement

    def rows(self, statement: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Run a query and fetch everything."""
        found: list[tuple[Any, ...]] = self._execute(statement, values).fetchall()
        return found

    def run(self, statement: str, values: Sequence[Any] = ()) -> int:
        """Run a statement that returns no rows; the count of rows it touched."""
        return int(self._execute(statement, values).rowcount)

    def _execute(self, statement: str, values: Sequence[Any]) -> Any:
        if self.dialect == "sqlite":
            return self._raw.execute(statement, values)
        # Without values psycopg leaves percent signs alone.
        return self._raw.execute(self.sql(statement), values) if values else self._raw.execute(statement)

    def many(self, statement: str, rows: Sequence[Sequence[Any]]) -> int:
        """Run one statement for many rows; the total count of rows touched."""
        cursor = self._raw.cursor()
        try:
            cursor.executemany(self.sql(statement), rows)
            return int(cursor.rowcount)
        finally:
            cursor.close()

    def insert(self, table: str, columns: Sequence[str], values: list[Any], *, conflict: str = "") -> None:
        """Add rows whose values stand one row behind the other in one list; `conflict` is an ON CONFLICT clause.

        PostgreSQL takes larger loads by COPY, SQLite several rows per statement, which saves it a fifth of the time.
        """
        names, width = ", ".join(columns), len(columns)
        count = len(values) // width
        if self.dialect == "postgresql" and count > 40 and not conflict:
            cursor = self._raw.cursor()
            with cursor, cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
                for row in zip(*[iter(values)] * width, strict=True):
                    copy.write_row(row)
            return
        one = f"({', '.join('?' * width)})"
        together = max(_PLACES // width, 1) if self.dialect == "sqlite" else 1
        start = 0
        for size in (together, 1):
            step = size * width
            end = len(values) - (len(values) - start) % step
            if end > start:
                statement = f"INSERT INTO {table} ({names}) VALUES {', '.join([one] * size)} {conflict}"
                self.many(statement, [values[place : place + step] for place in range(start, end, step)])
            start = end


class Store:
    """A ledger database, found by SQLite file path or SQLAlchemy URL."""

    def __init__(self, url_or_path: str | Path) -> None:
        text = str(url_or_path)
        if "://" in text:
            url = make_url(text)
            if url.drivername in ("postgresql", "postgres"):
                url = url.set(drivername="postgresql+psycopg")
        else:
            url = make_url("sqlite://").set(database=str(Path(text)))
        self.dialect = url.get_backend_name()
        if self.dialect not in ("sqlite", "postgresql"):
            raise Unavailable("ledger.unknown_database", got=self.dialect)
        self.url = url
        self._turns = 0
        self.path: Path | None = None
        if self.dialect == "sqlite":
            if not url.database:
                raise Unavailable("ledger.needs_a_file", got=text)
            self.path = Path(url.database)
            self.path.parent.mkdir(parents=True, exist_ok=True)
        # Posting uses some three hundred statements; SQLite's driver keeps 128 compiled unless told otherwise.
        prepared = {"cached_statements": 1_000} if self.dialect == "sqlite" else {}
        self.engine: Engine = create_engine(url, connect_args=prepared)
        if self.dialect == "sqlite":
            event.listen(self.engine, "connect", _prepare_sqlite)
            event.listen(self.engine, "begin", _begin_deferred)

    def close(self) -> None:
        """Let go of every connection."""
        self.engine.dispose()

    @contextlib.contextmanager
    def writing(self) -> Iterator[Session]:
        """A write transaction; commits at the end, rolls back on any exception."""
        with contextlib.ExitStack() as stack:
            if self.path is not None:
                stack.enter_context(file_lock(self.path.with_name(self.path.name + ".lock")))
            connection = stack.enter_context(self._connect())
            if self.dialect == "sqlite":
                connection = connection.execution_options(ledger_writes=True)
            with connection.begin():
                self._turns += 1
                session = Session(connection, self.dialect, self._turns)
                if self.dialect == "postgresql":
                    session.rows("SELECT pg_advisory_xact_lock_shared(?)", (POSTING_LOCK,))
                yield session

    @contextlib.contextmanager
    def reading(self) -> Iterator[Session]:
        """A read transaction: everything seen inside it is of one moment."""
        with self._connect() as connection:
            if self.dialect == "postgresql":
                connection = connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            with connection.begin():
                yield Session(connection, self.dialect)

    def watermark(self) -> int:
        """W such that every posting_sequence <= W is committed (or never will be) and visible to the next reader."""
        if self.dialect == "sqlite":
            with self.reading() as session:
                rows = session.rows("SELECT next_value FROM id_block WHERE name = 'posting_sequence'")
                return int(rows[0][0]) - 1 if rows else 0
        for attempt in range(20):
            try:
                with self._connect() as connection, connection.begin():
                    session = Session(connection, self.dialect)
                    session.rows("SELECT set_config('lock_timeout', '2000', true)")
                    session.rows("SELECT pg_advisory_xact_lock(?)", (POSTING_LOCK,))
                    # A sequence that was never used shows last_value 1 with is_called false.
                    value, called = session.rows("SELECT last_value, is_called FROM posting_sequence")[0]
                    return int(value) if called else 0
            except Exception as problem:
                if getattr(getattr(problem, "orig", problem), "sqlstate", None) != "55P03" or attempt == 19:
                    raise
                time.sleep(0.05 * (attempt + 1))
        raise Unavailable("ledger.busy")

    @contextlib.contextmanager
    def _connect(self) -> Iterator[Connection]:
        try:
            connection = self.engine.connect()
        except (OperationalError, DBAPIError) as problem:
            shown = self.url.render_as_string(hide_password=True)
            raise Unavailable("ledger.cannot_connect", url=shown, reason=str(problem.orig or problem)) from problem
        with connection:
            yield connection


def _prepare_sqlite(raw: sqlite3.Connection, _record: object) -> None:
    raw.isolation_level = None
    cursor = raw.cursor()
    cursor.execute("PRAGMA busy_timeout = 60000")
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.execute("PRAGMA cache_size = -65536")
    cursor.execute("PRAGMA temp_store = MEMORY")
    cursor.close()


def _begin_deferred(connection: Connection) -> None:
    writes = connection.get_execution_options().get("ledger_writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
