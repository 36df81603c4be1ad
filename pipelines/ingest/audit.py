"""Did exactly the ledger's rows arrive, and are they still what arrived?

Two proofs per table, because no hash is known to SQLite, PostgreSQL and DuckDB alike:

    by the ledger's database   of the rows read: their number, and
                               sum over columns i of i x sum over rows of f(value), where
                               f(integer) = value mod 1,000,003    f(date) = YYYYMMDD    f(text) = length in characters
                               asked while they are read, compared with what was written before it is committed: finds
                               rows and numbers that a driver lost, doubled or bent
    by the rows themselves     sum over rows of a 64-bit hash of every column, taken from the Arrow batches as the driver
                               hands them over, before DuckDB stores them: finds any later change of any value of any row

The hash of one row changes whenever one of its integers or dates does, and but for one case in 2^64 whenever a text does.
It is DuckDB's own, which another version may compute differently: `HASH_VERSION` is kept beside each sum, and a table
whose sum is of another version is read anew.
"""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pyarrow as pa

from pipelines.ingest.tables import SENTINEL_SEQUENCE, RawTable

__all__ = ["HASH_VERSION", "RowHasher", "rows_query", "totals_query"]

HASH_VERSION = f"duckdb {duckdb.__version__}"

_MODULUS = 1_000_003
_DATE_NUMBER = {
    "sqlite": "CAST(replace({0}, '-', '') AS INTEGER)",
    "postgresql": "CAST(to_char({0}, 'YYYYMMDD') AS BIGINT)",
    "duckdb": "CAST(strftime({0}, '%Y%m%d') AS BIGINT)",
}


def totals_query(table: RawTable, dialect: str, source: str) -> str:
    """A SELECT of (row count, checksum) over `source`, a table name or a sub-select in brackets."""
    terms = []
    for position, (column, kind) in enumerate(table.columns.items(), start=1):
        name = f'"{column}"'
        if kind == "DATE":
            value = _DATE_NUMBER[dialect].format(name)
        elif kind == "VARCHAR":
            value = f"length({name})"
        else:
            # The remainder keeps every sum inside 64 bits whatever the ledger holds.
            value = f"({name} % {_MODULUS})"
        terms.append(f"{position} * COALESCE(CAST(SUM({value}) AS BIGINT), 0)")
    return f"SELECT COUNT(*) AS row_count, CAST({' + '.join(terms)} AS BIGINT) AS checksum FROM {source} AS t"


def rows_query(table: RawTable, source: str) -> str:
    """A SELECT of (row count, sum of the rows' hashes) over `source`, for DuckDB."""
    columns = ", ".join(f'CAST("{column}" AS {kind})' for column, kind in table.columns.items())
    return f"SELECT count(*) AS row_count, coalesce(sum(CAST(hash({columns}) AS HUGEINT)), 0) AS row_hash FROM {source}"


class RowHasher:
    """Counts and hashes the rows of a stream while somebody else reads them, in a database of its own: `scratch`."""

    def __init__(self, table: RawTable, scratch: duckdb.DuckDBPyConnection) -> None:
        self.row_count = 0
        self.row_hash = 0
        self._query = f"{rows_query(table, 'batch')} WHERE posting_sequence <> {SENTINEL_SEQUENCE}"
        self._scratch = scratch

    def watched(self, stream: pa.RecordBatchReader) -> pa.RecordBatchReader:
        """The same stream; what passes is counted and hashed."""

        def batches() -> Iterator[pa.RecordBatch]:
            for batch in stream:
                self._add(batch)
                yield batch

        return pa.RecordBatchReader.from_batches(stream.schema, batches())

    def _add(self, batch: pa.RecordBatch) -> None:
        self._scratch.register("batch", batch)
        row_count, row_hash = self._scratch.execute(self._query).fetchall()[0]
        self._scratch.unregister("batch")
        self.row_count += int(row_count)
        self.row_hash += int(row_hash)
