"""Did exactly the ledger's rows arrive?

One row count and one checksum per table, written in SQL that SQLite, PostgreSQL and DuckDB answer with the same number:

    checksum = sum over columns i of i x sum over rows of f(value)
    f(integer) = value mod 1,000,003    f(date) = YYYYMMDD    f(text) = length in characters

The remainder keeps every sum inside 64 bits whatever the ledger holds. It finds lost, doubled, stale and shifted rows;
`throughline check` compares every value.
"""

from __future__ import annotations

from pipelines.ingest.tables import RawTable

__all__ = ["totals_query"]

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
            value = f"({name} % {_MODULUS})"
        terms.append(f"{position} * COALESCE(CAST(SUM({value}) AS BIGINT), 0)")
    return f"SELECT COUNT(*) AS row_count, CAST({' + '.join(terms)} AS BIGINT) AS checksum FROM {source} AS t"
