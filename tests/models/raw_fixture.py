"""How does a test put hand-written ledger rows before the dbt project?

`RawCompany` collects rows per ledger table, filling what the ledger itself would default, and writes a DuckDB file whose `raw`
schema has the contract's tables: same names and columns as the ledger, plus `_ingested_at` and `_batch_id`.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
from sqlalchemy import Column, Date, Text

from pipelines.steps.tables import create_result_tables
from transactional.schema import NOT_INGESTED, PRIVATE_COLUMNS, metadata

__all__ = ["RawCompany", "instant"]


def _duckdb_type(column: Column[Any]) -> tuple[str, pa.DataType]:
    if isinstance(column.type, Date):
        return "date", pa.date32()
    if isinstance(column.type, Text):
        return "varchar", pa.string()
    return "bigint", pa.int64()


class RawCompany:
    """Rows of a hand-made company, ledger table by ledger table."""

    def __init__(self) -> None:
        self.rows: dict[str, list[dict[str, Any]]] = {name: [] for name in metadata.tables if name not in NOT_INGESTED}
        self._sequence = 0

    def add(self, table: str, **values: Any) -> dict[str, Any]:
        """One row as posted; columns left out take the ledger's default, and must have one."""
        columns = metadata.tables[table].columns
        unknown = set(values) - set(columns.keys())
        if unknown:
            raise KeyError(f"{table} has no column {sorted(unknown)}")
        self._sequence += 1
        row: dict[str, Any] = {"posting_sequence": self._sequence}
        for column in columns:
            if column.name in values:
                row[column.name] = values[column.name]
            elif column.name in row:
                continue
            elif column.server_default is not None:
                default = str(column.server_default.arg)  # type: ignore[attr-defined]
                row[column.name] = default if isinstance(column.type, Text) else int(default)
            elif column.nullable or column.name in PRIVATE_COLUMNS.get(table, ()):
                row[column.name] = None
            else:
                raise KeyError(f"{table}.{column.name} has no default")
        self.rows[table].append(row)
        return row

    def write(self, path: Path) -> Path:
        """Write schema `raw`, and the empty tables the Python steps own."""
        with duckdb.connect(str(path)) as connection:
            connection.execute("create schema if not exists raw")
            for name, rows in self.rows.items():
                hidden = PRIVATE_COLUMNS.get(name, ())
                columns = [c for c in metadata.tables[name].columns if c.name not in hidden]
                types = {c.name: _duckdb_type(c) for c in columns}
                arrow = pa.table({c.name: pa.array([row[c.name] for row in rows], types[c.name][1]) for c in columns})
                connection.register("arrow_rows", arrow)
                connection.execute(
                    f"create or replace table raw.{name} as select *, timestamp '2026-01-01' as _ingested_at,"
                    " 'hand' as _batch_id from arrow_rows"
                )
                connection.unregister("arrow_rows")
            create_result_tables(connection)
        return path


def instant(day: date) -> int:
    """Noon of a day in microseconds UTC."""
    return int(datetime(day.year, day.month, day.day, 12, tzinfo=UTC).timestamp()) * 1_000_000
