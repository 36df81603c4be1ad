"""Does raw hold what the ledger held at the watermark?

Two strengths. `stale_tables` compares raw with the totals the ledger's own database gave inside the snapshot that was
read: quick, before every publish. `differing_rows` streams the whole ledger into a scratch database and compares every
value of every row: `throughline check`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import duckdb

from pipelines.ingest.audit import totals_query
from pipelines.ingest.load import ingest_state
from pipelines.ingest.source import open_snapshot
from pipelines.ingest.tables import SENTINEL_SEQUENCE, raw_tables

__all__ = ["Difference", "differing_rows", "raw_checksums", "stale_tables"]


@dataclass(frozen=True)
class Difference:
    """A table whose warehouse copy is not the ledger's."""

    table: str
    ledger_rows: int
    raw_rows: int
    example_key: str


def raw_checksums(warehouse: duckdb.DuckDBPyConnection) -> dict[str, tuple[int, int]]:
    """Row count and checksum of the newest row per key, by table."""
    totals = {}
    for table in raw_tables():
        row = warehouse.execute(totals_query(table, "duckdb", f"({table.latest_rows})")).fetchall()[0]
        totals[table.name] = (int(row[0]), int(row[1]))
    return totals


def stale_tables(warehouse: duckdb.DuckDBPyConnection) -> list[Difference]:
    """Tables whose row count or checksum is not what the ledger said at the watermark; empty is good."""
    said = {
        name: (row_count, checksum)
        for name, row_count, checksum in warehouse.execute(
            "SELECT table_name, row_count, checksum FROM raw._ingest_audit"
        ).fetchall()
    }
    found = []
    for name, (row_count, checksum) in raw_checksums(warehouse).items():
        expected = said.get(name, (0, 0))
        if expected != (row_count, checksum):
            found.append(Difference(name, expected[0], row_count, ""))
    return found


def differing_rows(warehouse: duckdb.DuckDBPyConnection, ledger: str) -> Iterator[Difference]:
    """Compare every row up to raw's watermark with the ledger; rows the ledger changed since are left out.

    A row raw has and the ledger does not is a difference too: nothing is ever deleted there.
    """
    watermark = ingest_state(warehouse).watermark
    with open_snapshot(ledger) as source:
        for table in raw_tables():
            key = ", ".join(f'"{column}"' for column in table.key)
            columns = ", ".join(f'CAST("{column}" AS {kind}) AS "{column}"' for column, kind in table.columns.items())
            with source.stream(table, None) as incoming:
                warehouse.register("incoming", incoming)
                try:
                    warehouse.execute(
                        f"CREATE OR REPLACE TEMP TABLE ledger_rows AS SELECT {columns} FROM incoming "
                        f"WHERE posting_sequence <> {SENTINEL_SEQUENCE}"
                    )
                finally:
                    warehouse.unregister("incoming")
            warehouse.execute(
                f"CREATE OR REPLACE TEMP TABLE raw_rows AS SELECT r.* FROM ({table.latest_rows}) AS r ANTI JOIN "
                f"(SELECT {key} FROM ledger_rows WHERE posting_sequence > {watermark}) AS changed USING ({key})"
            )
            warehouse.execute(f"DELETE FROM ledger_rows WHERE posting_sequence > {watermark}")
            different = warehouse.execute(
                "(SELECT * FROM ledger_rows EXCEPT SELECT * FROM raw_rows) UNION ALL "
                "(SELECT * FROM raw_rows EXCEPT SELECT * FROM ledger_rows) ORDER BY ALL LIMIT 1"
            ).fetchall()
            counts = warehouse.execute("SELECT (SELECT count(*) FROM ledger_rows), (SELECT count(*) FROM raw_rows)").fetchall()[0]
            if different or counts[0] != counts[1]:
                names = list(table.columns)
                example = ", ".join(f"{column}={different[0][names.index(column)]}" for column in table.key) if different else ""
                yield Difference(table.name, counts[0], counts[1], example)
    warehouse.execute("DROP TABLE IF EXISTS ledger_rows")
    warehouse.execute("DROP TABLE IF EXISTS raw_rows")
