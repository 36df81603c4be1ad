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

from transactional.schema import NOT_INGESTED, PRIVATE_COLUMNS, metadata

__all__ = ["FORECAST_TABLES", "PLAN_TABLES", "RawCompany", "create_side_tables"]

FORECAST_TABLES: dict[str, dict[str, str]] = {
    "demand_forecasts": {
        "forecast_run_id": "varchar", "series_id": "bigint", "cutoff": "date", "period_start": "date", "measure": "varchar",
        "quantity": "double", "model": "varchar", "frequency": "varchar", "origin": "varchar",
    },
    "lead_time_demand": {
        "forecast_run_id": "varchar", "series_id": "bigint", "cutoff": "date", "protection_days": "bigint", "measure": "varchar",
        "quantity": "double",
    },
    "backtest_scores": {
        "forecast_run_id": "varchar", "series_id": "bigint", "cutoff": "date", "model": "varchar", "metric": "varchar",
        "value": "double", "fit_seconds": "double",
    },
    "backtest_forecasts": {
        "forecast_run_id": "varchar", "series_id": "bigint", "cutoff": "date", "period_start": "date", "model": "varchar",
        "measure": "varchar", "quantity": "double",
    },
    "champions": {
        "forecast_run_id": "varchar", "series_id": "bigint", "frequency": "varchar", "model": "varchar", "runner_up": "varchar",
        "reason_key": "varchar", "reason_values": "varchar", "demand_pattern": "varchar", "adi": "double", "cv2": "double",
        "trend_per_period": "double", "seasonal_strength": "double", "is_fallback": "boolean", "wape": "double",
        "naive_wape": "double",
    },
    "seasonal_profile": {"forecast_run_id": "varchar", "series_id": "bigint", "position": "bigint", "index": "double"},
}  # fmt: skip

PLAN_TABLES: dict[str, dict[str, str]] = {
    "planned_orders": {
        "planned_order_id": "varchar", "kind": "varchar", "item_location_id": "bigint", "item_id": "bigint",
        "warehouse_id": "bigint", "supplier_id": "bigint", "quantity": "bigint", "release_date": "date", "receipt_date": "date",
        "need_date": "date", "late_days": "bigint", "unit_price": "bigint", "cost_amount_micro": "bigint",
        "value_at_stake_micro": "bigint", "reason": "varchar", "gross_requirement_quantity": "bigint",
        "on_hand_quantity": "bigint", "scheduled_receipts_quantity": "bigint", "safety_stock_quantity": "bigint",
        "net_requirement_quantity": "bigint", "lot_rounding_quantity": "bigint", "stockout_date": "date",
        "late_order_count": "bigint", "served_order_count": "bigint", "need_period": "varchar", "ordinal": "bigint",
        "level": "bigint",
    },
    "pegging": {
        "supply_id": "varchar", "supply_kind": "varchar", "demand_id": "varchar", "demand_kind": "varchar",
        "item_location_id": "bigint", "quantity": "bigint", "level": "bigint", "top_demand_id": "varchar",
    },
    "exceptions": {
        "message_id": "varchar", "kind": "varchar", "supply_id": "varchar", "planned_order_id": "varchar",
        "item_location_id": "bigint", "quantity": "bigint", "from_date": "date", "to_date": "date",
        "value_at_stake_micro": "bigint", "late_order_count": "bigint", "pegged_demands": "varchar",
    },
    "projection": {
        "item_location_id": "bigint", "date": "date", "projected_quantity": "bigint", "projected_with_plan_quantity": "bigint",
        "safety_stock_quantity": "bigint", "gross_requirement_quantity": "bigint", "scheduled_receipts_quantity": "bigint",
        "planned_receipts_quantity": "bigint",
    },
    "supplier_ranking": {
        "planned_order_id": "varchar", "supplier_id": "bigint", "rank": "bigint", "unit_price": "bigint",
        "expected_cost_micro": "bigint", "purchase_cost_micro": "bigint", "holding_cost_micro": "bigint",
        "lateness_cost_micro": "bigint", "quality_cost_micro": "bigint", "gate": "varchar",
    },
}  # fmt: skip


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
            create_side_tables(connection)
        return path


def create_side_tables(connection: duckdb.DuckDBPyConnection) -> None:
    """Create the empty forecast and plan tables, as the pipeline does before anything reads them."""
    for schema, tables in (("forecast", FORECAST_TABLES), ("plan", PLAN_TABLES)):
        connection.execute(f"create schema if not exists {schema}")
        for name, columns in tables.items():
            body = ", ".join(f'"{column}" {kind}' for column, kind in columns.items())
            connection.execute(f"create table if not exists {schema}.{name} ({body})")


def instant(day: date) -> int:
    """Noon of a day in microseconds UTC."""
    return int(datetime(day.year, day.month, day.day, 12, tzinfo=UTC).timestamp()) * 1_000_000
