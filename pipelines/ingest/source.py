"""What does the ledger hold at one moment, as Arrow streams?

Everything of one ingest is read inside one database snapshot, so a row that changes meanwhile belongs wholly to the
next ingest.

    SQLite      a read transaction; WAL keeps its moment while others write
    PostgreSQL  posting_sequence is drawn before commit, so "greater than the last seen" would lose rows that commit
                late: the posters' advisory lock is taken exclusively, the repeatable-read snapshot is fixed, and the lock
                is let go at once. Every posting at or below the watermark is inside that snapshot and none above it.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa

from kernel.errors import Unavailable
from pipelines.ingest.audit import totals_query
from pipelines.ingest.tables import RawTable
from transactional.engine.store import POSTING_LOCK

__all__ = ["LedgerSnapshot", "open_snapshot"]

_BATCH_ROWS = "65536"
_LOCK_TRIES = 20


class LedgerSnapshot:
    """The ledger as of one watermark."""

    def __init__(self, connection: Any, dialect: str) -> None:
        self._connection = connection
        self.dialect = dialect
        self.watermark: int = self._number("SELECT COALESCE(MAX(posting_sequence), -1) FROM posting")

    def identity(self, posting_sequence: int) -> str | None:
        """Id of the command posted under that number; tells whether this is still the ledger that was read before."""
        rows = self._rows(f"SELECT command_id FROM posting WHERE posting_sequence = {int(posting_sequence)}")
        return str(rows[0][0]) if rows else None

    def newest(self, table: RawTable) -> int:
        """Highest posting sequence in a table; -1 if it is empty."""
        return self._number(f'SELECT COALESCE(MAX(posting_sequence), -1) FROM "{table.name}"')

    def count(self, table: RawTable) -> int:
        """Rows of a table, counted by the ledger's own database."""
        return self._number(f'SELECT COUNT(*) FROM "{table.name}"')

    def totals(self, table: RawTable, after: int | None = None) -> tuple[int, int]:
        """Row count and checksum of the rows posted after a sequence (all for None), by the ledger's own database."""
        source = f'"{table.name}"' if after is None else f'(SELECT * FROM "{table.name}" WHERE posting_sequence > {int(after)})'
        row = self._rows(totals_query(table, self.dialect, source))[0]
        return int(row[0]), int(row[1])

    @contextlib.contextmanager
    def stream(self, table: RawTable, after: int | None) -> Iterator[pa.RecordBatchReader]:
        """Rows posted after a sequence (all rows for None) as an Arrow stream; on SQLite led by the sentinel row."""
        rows = f'SELECT {table.select_list} FROM "{table.name}"'
        if after is not None:
            rows += f" WHERE posting_sequence > {int(after)}"
        with self._connection.cursor() as cursor:
            if self.dialect == "sqlite":
                cursor.adbc_statement.set_options(**{"adbc.sqlite.query.batch_rows": _BATCH_ROWS})
                rows = f"{table.sentinel_row} UNION ALL {rows}"
            cursor.execute(rows)
            reader = cursor.fetch_record_batch()
            try:
                yield reader
            finally:
                reader.close()

    def _rows(self, statement: str) -> list[tuple[Any, ...]]:
        with self._connection.cursor() as cursor:
            cursor.execute(statement)
            return list(cursor.fetchall())

    def _number(self, statement: str) -> int:
        return int(self._rows(statement)[0][0])


@contextlib.contextmanager
def open_snapshot(ledger: str) -> Iterator[LedgerSnapshot]:
    """Read the ledger at one moment.

    Args:
        ledger: SQLite path or PostgreSQL URL.

    Raises:
        Unavailable: no such ledger, or it cannot be reached.
    """
    connection, dialect = _connect(ledger)
    try:
        with connection.cursor() as cursor:
            if dialect == "sqlite":
                cursor.execute("BEGIN")
            else:
                _begin_postgresql(cursor)
            yield LedgerSnapshot(connection, dialect)
            cursor.execute("ROLLBACK")
    finally:
        connection.close()


def _connect(ledger: str) -> tuple[Any, str]:
    # The drivers load slowly; only the one in use is imported.
    if "://" in ledger and not ledger.startswith("sqlite"):
        from adbc_driver_postgresql import dbapi as postgresql

        uri = ledger.replace("postgresql+psycopg://", "postgresql://", 1)
        try:
            return postgresql.connect(uri, autocommit=True), "postgresql"
        except postgresql.Error as error:
            # The driver's own text may hold the password of the URL.
            raise Unavailable("pipelines.ledger_unreachable", kind=type(error).__name__) from None
    from adbc_driver_sqlite import dbapi as sqlite

    path = Path(ledger.removeprefix("sqlite:///"))
    if not path.is_file():
        raise Unavailable("pipelines.ledger_missing", path=path.name)
    return sqlite.connect(f"{path.absolute().as_uri()}?mode=ro", autocommit=True), "sqlite"


def _begin_postgresql(cursor: Any) -> None:
    # A waiting exclusive lock would hold up every new poster: ask for a moment, step back, ask again.
    cursor.execute("SET lock_timeout = '500ms'")
    for attempt in range(_LOCK_TRIES):
        try:
            cursor.execute(f"SELECT pg_advisory_lock({POSTING_LOCK})")
            cursor.fetchall()
            break
        except Exception as error:
            if attempt == _LOCK_TRIES - 1:
                raise Unavailable("pipelines.ledger_busy", seconds=_LOCK_TRIES) from error
            time.sleep(0.05 * (attempt + 1))
    try:
        cursor.execute("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        # The first query fixes the snapshot.
        cursor.execute("SELECT COALESCE(MAX(posting_sequence), -1) FROM posting")
        cursor.fetchall()
    finally:
        cursor.execute(f"SELECT pg_advisory_unlock({POSTING_LOCK})")
        cursor.fetchall()
