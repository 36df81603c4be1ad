"""Does raw hold what the ledger held at the watermark?

Two strengths. `stale_tables` hashes every value raw holds and compares with the hashes taken while the rows were handed
over, and the number of keys with the ledger's own count: quick, before every publish; what somebody changed in the ledger
behind its commands it cannot see. `differing_rows` streams the ledger again and compares every value of every row:
`throughline check`, and whenever the quick one found something, to name it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

import duckdb

from pipelines.ingest.audit import rows_query
from pipelines.ingest.load import ingest_state
from pipelines.ingest.source import open_snapshot
from pipelines.ingest.tables import SENTINEL_SEQUENCE, RawTable, raw_tables

__all__ = ["Difference", "differing_rows", "raw_checksums", "stale_tables"]


@dataclass(frozen=True)
class Difference:
    """A table whose warehouse copy is not the ledger's."""

    table: str
    ledger_rows: int
    raw_rows: int
    example_key: str
    example: str = ""

    def __str__(self) -> str:
        if self.example:
            return f"raw.{self.table} {self.example_key}: {self.example}"
        return f"raw.{self.table}: ledger {self.ledger_rows} rows, raw {self.raw_rows}"


def raw_checksums(warehouse: duckdb.DuckDBPyConnection) -> dict[str, tuple[int, int, int]]:
    """By table: distinct keys, rows (every version of a row is one), and the sum of the rows' hashes."""
    found = {}
    for table in raw_tables():
        key = ", ".join(f'"{column}"' for column in table.key)
        (keys,) = warehouse.execute(f'SELECT count(*) FROM (SELECT DISTINCT {key} FROM raw."{table.name}")').fetchall()[0]
        rows, row_hash = warehouse.execute(rows_query(table, f'raw."{table.name}"')).fetchall()[0]
        found[table.name] = (int(keys), int(rows), int(row_hash))
    return found


def stale_tables(warehouse: duckdb.DuckDBPyConnection) -> list[Difference]:
    """Tables of raw that are not, to the last character, what the ledger handed over; empty is good."""
    said = {
        name: (keys, rows, row_hash)
        for name, keys, rows, row_hash in warehouse.execute(
            "SELECT table_name, ledger_rows, raw_rows, row_hash FROM raw._ingest_proof"
        ).fetchall()
    }
    found = []
    for name, actual in raw_checksums(warehouse).items():
        expected = said.get(name, (0, 0, 0))
        if expected != actual:
            found.append(Difference(name, expected[0], actual[0], ""))
    return found


def differing_rows(
    warehouse: duckdb.DuckDBPyConnection, ledger: str, tables: Collection[str] | None = None
) -> Iterator[Difference]:
    """Compare every row up to raw's watermark with the ledger, of all tables or some; rows the ledger changed since are left out.

    A row raw has and the ledger does not is a difference too: nothing is ever deleted there.
    """
    watermark = ingest_state(warehouse).watermark
    with open_snapshot(ledger) as source:
        for table in raw_tables():
            if tables is not None and table.name not in tables:
                continue
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
                values = dict(zip(table.columns, different[0], strict=True)) if different else {}
                example_key = ", ".join(f"{column}={values[column]}" for column in table.key) if different else ""
                yield Difference(table.name, counts[0], counts[1], example_key, _example(warehouse, table, values))
    warehouse.execute("DROP TABLE IF EXISTS ledger_rows")
    warehouse.execute("DROP TABLE IF EXISTS raw_rows")


def _example(warehouse: duckdb.DuckDBPyConnection, table: RawTable, values: dict[str, object]) -> str:
    """The first column in which the two sides of one key differ, with both values."""
    if not values:
        return ""
    at_key = " AND ".join(f'"{column}" = ?' for column in table.key)
    sides = [
        warehouse.execute(f"SELECT * FROM {side} WHERE {at_key}", [values[column] for column in table.key]).fetchall()
        for side in ("ledger_rows", "raw_rows")
    ]
    for side, name in zip(sides, ("the ledger", "raw"), strict=True):
        if not side:
            return f"missing in {name}"
    for column, there, here in zip(table.columns, sides[0][0], sides[1][0], strict=True):
        if there != here:
            return f"{column} is {there!r} in the ledger, {here!r} in raw"
    return "there twice"
