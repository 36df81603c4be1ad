"""What was posted since the last ingest, and is it in `raw` now, all of it or none?

One DuckDB transaction holds the new rows of every table, the watermark they reach and what proves them (`audit`). Rows
that are not what the ledger's own database says they are end the transaction. A process killed at any moment leaves the
previous state; running again reads the same rows.

`_ingested_at` and `_batch_id` say when and with what a row came. Nothing downstream may read them into a result: the
same postings give the same tables whether they arrive in one batch or in many.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime

import duckdb

from kernel.errors import Refused, Unavailable
from pipelines.ingest.audit import HASH_VERSION, RowHasher, totals_query
from pipelines.ingest.source import LedgerSnapshot, open_snapshot
from pipelines.ingest.tables import SENTINEL_SEQUENCE, RawTable, raw_tables

__all__ = ["IngestResult", "IngestState", "ingest", "ingest_state"]

_BOOKKEEPING = """
    CREATE SCHEMA IF NOT EXISTS raw;
    CREATE TABLE IF NOT EXISTS raw._ingest_state (
        watermark BIGINT, command_id VARCHAR, batch_id BIGINT, ingested_at TIMESTAMP
    );
    CREATE TABLE IF NOT EXISTS raw._ingest_proof (
        table_name VARCHAR PRIMARY KEY, ledger_rows BIGINT, raw_rows BIGINT, row_hash HUGEINT, hash_version VARCHAR
    );
    DROP TABLE IF EXISTS raw._ingest_audit;
"""


@dataclass(frozen=True)
class IngestState:
    """How far raw reaches: the last posting inside it and the command that posting was."""

    watermark: int
    command_id: str | None
    batch_id: int


@dataclass(frozen=True)
class IngestResult:
    """What one ingest brought.

    Attributes:
        watermark: every posting at or below it is in raw.
        rows: new rows by table (tables without news left out).
        is_rebuilt: raw was read anew because the ledger is not the one read before (restored, or another).
        data_through: the company's clock in the ledger.
    """

    watermark: int
    rows: dict[str, int]
    is_rebuilt: bool
    data_through: date
    company: str

    @property
    def row_count(self) -> int:
        return sum(self.rows.values())


def ingest(warehouse: duckdb.DuckDBPyConnection, ledger: str, *, now: datetime | None = None) -> IngestResult:
    """Append what the ledger posted since the last ingest.

    Args:
        warehouse: connection to the working file.
        ledger: SQLite path or PostgreSQL URL.
        now: written to `_ingested_at`; the wall clock by default.

    Raises:
        Refused: the ledger holds no company yet.
        Unavailable: the ledger cannot be read.
    """
    stamp = (now or datetime.now(UTC)).replace(tzinfo=None)
    # Hashed in a database of its own: the working file's connection is busy reading what is hashed.
    with open_snapshot(ledger) as source, duckdb.connect(config={"threads": 1}) as scratch:
        if source.newest(_company_table()) < 0:
            raise Refused("pipelines.ledger_empty")
        warehouse.begin()
        try:
            result = _ingest(warehouse, source, scratch, stamp)
            warehouse.commit()
        except BaseException:
            warehouse.rollback()
            raise
    return result


def ingest_state(warehouse: duckdb.DuckDBPyConnection) -> IngestState:
    """How far raw reaches; watermark -1 before the first ingest."""
    try:
        rows = warehouse.execute("SELECT watermark, command_id, batch_id FROM raw._ingest_state").fetchall()
    except duckdb.CatalogException:
        rows = []
    return IngestState(*rows[0]) if rows else IngestState(-1, None, 0)


def _ingest(
    warehouse: duckdb.DuckDBPyConnection, source: LedgerSnapshot, scratch: duckdb.DuckDBPyConnection, stamp: datetime
) -> IngestResult:
    warehouse.execute(_BOOKKEEPING)
    state = ingest_state(warehouse)
    same_ledger = state.watermark < 0 or (
        source.watermark >= state.watermark and source.identity(state.watermark) == state.command_id
    )
    if not same_ledger:
        # A restored or different ledger: raw is only a copy, so it is taken again from the start.
        _drop_raw(warehouse)
        state = IngestState(-1, None, state.batch_id)
    batch_id = state.batch_id + 1
    rows: dict[str, int] = {}
    proofs, columns = _proofs(warehouse), _raw_columns(warehouse)
    for table in raw_tables():
        proof = proofs.get(table.name)
        if proof is None or state.watermark < 0 or not columns.get(table.name, set()) >= set(table.columns):
            # Rows that were never proved, or lack a column the ledger gained: the table is read from the start.
            warehouse.execute(f'DROP TABLE IF EXISTS raw."{table.name}"')
            warehouse.execute(table.definition)
            # Marts that go on from what they have seen must not go on from rows that were replaced.
            warehouse.execute("DROP TABLE IF EXISTS pipeline.models_built")
            proof, after = (0, 0), None
        else:
            after = state.watermark
        if after is None or source.newest(table) > after:
            hasher = RowHasher(table, scratch)
            rows[table.name] = _append(warehouse, source, table, after, hasher, stamp, batch_id)
            _require_arrival(warehouse, source, table, after, batch_id)
            warehouse.execute(
                "INSERT OR REPLACE INTO raw._ingest_proof VALUES (?, ?, ?, ?, ?)",
                [
                    table.name,
                    source.count(table),
                    proof[0] + hasher.row_count,
                    proof[1] + hasher.row_hash,
                    HASH_VERSION,
                ],
            )
    warehouse.execute("DELETE FROM raw._ingest_state")
    warehouse.execute(
        "INSERT INTO raw._ingest_state VALUES (?, ?, ?, ?)",
        [source.watermark, source.identity(source.watermark), batch_id, stamp],
    )
    code, today = warehouse.execute(f"SELECT code, today FROM ({_company_table().latest_rows})").fetchall()[0]
    return IngestResult(source.watermark, {name: count for name, count in rows.items() if count}, not same_ledger, today, code)


def _append(
    warehouse: duckdb.DuckDBPyConnection,
    source: LedgerSnapshot,
    table: RawTable,
    after: int | None,
    hasher: RowHasher,
    stamp: datetime,
    batch_id: int,
) -> int:
    columns = ", ".join(f'CAST("{column}" AS {kind}) AS "{column}"' for column, kind in table.columns.items())
    order = ", ".join(f'"{column}"' for column in dict.fromkeys(("posting_sequence", *table.key)))
    with source.stream(table, after) as incoming:
        warehouse.register("incoming", hasher.watched(incoming))
        try:
            appended = warehouse.execute(
                f'INSERT INTO raw."{table.name}" BY NAME SELECT {columns}, ? AS _ingested_at, ? AS _batch_id FROM incoming '
                f"WHERE posting_sequence <> {SENTINEL_SEQUENCE} ORDER BY {order}",
                [stamp, batch_id],
            ).fetchall()
        finally:
            warehouse.unregister("incoming")
    return int(appended[0][0])


def _require_arrival(
    warehouse: duckdb.DuckDBPyConnection, source: LedgerSnapshot, table: RawTable, after: int | None, batch_id: int
) -> None:
    """What was written must be what the ledger's own database says of the same rows."""
    said = source.totals(table, after)
    arrived = warehouse.execute(
        totals_query(table, "duckdb", f'(SELECT * FROM raw."{table.name}" WHERE _batch_id = {int(batch_id)})')
    ).fetchall()[0]
    if said != (int(arrived[0]), int(arrived[1])):
        raise Unavailable(
            "pipelines.rows_bent",
            table=table.name,
            after=-1 if after is None else after,
            expected=f"{said[0]} rows, checksum {said[1]}",
            got=f"{arrived[0]} rows, checksum {arrived[1]}",
        )


def _proofs(warehouse: duckdb.DuckDBPyConnection) -> dict[str, tuple[int, int]]:
    """Rows and sum of hashes so far, of each raw table for which there are some that this version can carry on."""
    query = "SELECT table_name, raw_rows, row_hash FROM raw._ingest_proof WHERE hash_version = ?"
    return {name: (int(rows), int(row_hash)) for name, rows, row_hash in warehouse.execute(query, [HASH_VERSION]).fetchall()}


def _raw_columns(warehouse: duckdb.DuckDBPyConnection) -> dict[str, set[str]]:
    """The columns of each raw table; one the ledger gained has values on old rows, which were not posted again."""
    query = "SELECT table_name, list(column_name) FROM information_schema.columns WHERE table_schema = 'raw' GROUP BY ALL"
    return {name: set(columns) for name, columns in warehouse.execute(query).fetchall()}


def _drop_raw(warehouse: duckdb.DuckDBPyConnection) -> None:
    for table in raw_tables():
        warehouse.execute(f'DROP TABLE IF EXISTS raw."{table.name}"')
    warehouse.execute("DELETE FROM raw._ingest_proof")
    # Another ledger's forecasts and plans say nothing about this one.
    warehouse.execute("DROP SCHEMA IF EXISTS forecast CASCADE")
    warehouse.execute("DROP SCHEMA IF EXISTS plan CASCADE")


def _company_table() -> RawTable:
    return next(table for table in raw_tables() if table.name == "company")
