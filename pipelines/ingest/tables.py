"""Which columns of the ledger reach the warehouse, and as what?

The ledger's own metadata is the only source: integers become BIGINT, dates DATE, text VARCHAR. Drivers are never asked
to guess: on SQLite a column that starts with NULLs or a table without rows has no type to guess from.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType

from sqlalchemy import BigInteger, Date, Integer, Text
from sqlalchemy import Table as LedgerTable
from sqlalchemy.types import TypeEngine

from transactional.schema import NOT_INGESTED, PRIVATE_COLUMNS, metadata

__all__ = ["SENTINEL_SEQUENCE", "RawTable", "raw_tables"]

SENTINEL_SEQUENCE = -(2**62)
"""Posting sequence of the typed row that starts every SQLite stream; no real row has it."""

_STANDARD_VALUES = MappingProxyType({"BIGINT": "0", "DATE": "'0001-01-01'", "VARCHAR": "''"})


@dataclass(frozen=True)
class RawTable:
    """One ledger table as the warehouse keeps it.

    Attributes:
        name: the same name on both sides.
        columns: column name -> DuckDB type, in the ledger's order.
        key: the primary key; with `posting_sequence` it is unique in raw.
    """

    name: str
    columns: Mapping[str, str]
    key: tuple[str, ...]

    @cached_property
    def select_list(self) -> str:
        """The columns for a SELECT; the names are those of the ledger's metadata."""
        return ", ".join(f'"{column}"' for column in self.columns)

    @cached_property
    def sentinel_row(self) -> str:
        """A SELECT of one row whose values have the right types."""
        values = (
            f'{SENTINEL_SEQUENCE if column == "posting_sequence" else _STANDARD_VALUES[kind]} AS "{column}"'
            for column, kind in self.columns.items()
        )
        return "SELECT " + ", ".join(values)

    @cached_property
    def definition(self) -> str:
        """CREATE TABLE for DuckDB."""
        columns = ", ".join(f'"{column}" {kind}' for column, kind in self.columns.items())
        return f'CREATE TABLE raw."{self.name}" ({columns}, _ingested_at TIMESTAMP, _batch_id BIGINT)'

    @cached_property
    def latest_rows(self) -> str:
        """A SELECT of the newest row per key from raw."""
        key = ", ".join(f'"{column}"' for column in self.key)
        return (
            f'SELECT {self.select_list} FROM raw."{self.name}" '
            f"QUALIFY row_number() OVER (PARTITION BY {key} ORDER BY posting_sequence DESC) = 1"
        )


def raw_tables() -> list[RawTable]:
    """Every ingested table, by name."""
    return [_raw_table(table) for name, table in sorted(metadata.tables.items()) if name not in NOT_INGESTED]


def _raw_table(table: LedgerTable) -> RawTable:
    private = PRIVATE_COLUMNS.get(table.name, ())
    columns = {column.name: _duckdb_type(column.type) for column in table.columns if column.name not in private}
    return RawTable(table.name, MappingProxyType(columns), tuple(column.name for column in table.primary_key.columns))


def _duckdb_type(kind: TypeEngine[object]) -> str:
    if isinstance(kind, Date):
        return "DATE"
    if isinstance(kind, (BigInteger, Integer)):
        return "BIGINT"
    if isinstance(kind, Text):
        return "VARCHAR"
    raise TypeError(f"the warehouse has no exact type for {kind!r}")
