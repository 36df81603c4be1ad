"""How does a test build the dbt project on a DuckDB file and read what came of it?"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from pipelines.dbt import require_success, run_dbt
from pipelines.environment import environment
from pipelines.settings import load_settings
from tests.models.naive_kpis import Figures, figures
from transactional.schema import metadata

__all__ = ["NO_TESTS", "PROJECT", "WITH_UNIT_TESTS", "build", "differences", "query", "raw_reader"]

ROOT = Path(__file__).resolve().parents[2]
PROJECT = ROOT / "models"
WITH_UNIT_TESTS = ("--exclude-resource-type", "saved_query")
"""In place of what the product leaves out, which is the unit tests: there are no saved queries."""
NO_TESTS = ("--exclude-resource-type", "test", "--exclude-resource-type", "unit_test")


def build(home: Path, *arguments: str, command: str = "build") -> None:
    """`dbt build` of everything on the home's `warehouse.duckdb`, in this process, which parses the project once."""
    settings = load_settings({"THROUGHLINE_HOME": str(home)}, ROOT)
    # Staging as views, so that dbt's unit tests find the columns of their inputs.
    with environment({"THROUGHLINE_STAGING": "view"}):
        require_success(run_dbt(settings, [command, *arguments]), command)


def query(warehouse: Path, sql: str, parameters: list[Any] | None = None) -> list[tuple[Any, ...]]:
    """Rows of one query."""
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        return connection.execute(sql, parameters or []).fetchall()


def raw_reader(warehouse: Path) -> Any:
    """`read(table)`: the newest version of each ledger row, chosen in Python."""

    def read(table: str) -> list[dict[str, Any]]:
        schema, _, name = table.rpartition(".")
        keys = [] if schema else [column.name for column in metadata.tables[table].primary_key.columns]
        with duckdb.connect(str(warehouse), read_only=True) as connection:
            result = connection.execute(f'select * from {schema or "raw"}."{name}"')
            names = [entry[0] for entry in result.description]
            rows = [dict(zip(names, row, strict=True)) for row in result.fetchall()]
        if not keys:
            return rows
        newest: dict[tuple[Any, ...], dict[str, Any]] = {}
        for row in sorted(rows, key=lambda row: row["posting_sequence"]):
            newest[tuple(row[key] for key in keys)] = row
        return list(newest.values())

    return read


def differences(warehouse: Path) -> tuple[int, list[str]]:
    """Compare `rpt_kpi` with the naive figures: how many were compared, and what differs."""
    ((as_of,),) = query(warehouse, "select data_through from reports.rpt_company")
    assert isinstance(as_of, date)
    expected: Figures = figures(raw_reader(warehouse), as_of)
    found = {
        tuple(row[:6]): row[6:]
        for row in query(
            warehouse,
            "select kpi, reading, period_kind, period_start, dimension, dimension_key, numerator, denominator, value "
            "from reports.rpt_kpi",
        )
    }
    wrong: list[str] = []
    periods = {
        (row[0], row[1]) for row in query(warehouse, "select distinct period_kind, period_start from intermediate.int_periods")
    }
    compared = 0
    for key, (numerator, denominator) in expected.items():
        if (key[2], key[3]) not in periods:
            continue
        row = found.get(key)
        if row is None:
            if key[0] in ("inventory_turnover", "stock_value") and not numerator and not denominator:
                continue
            wrong.append(f"{key}: missing, expected {float(numerator)} / {denominator and float(denominator)}")
            continue
        compared += 1
        value = None if row[2] is None else float(row[2])
        if key[0] == "inventory_turnover":
            expected_value = float(365 * numerator / denominator) if denominator else None
        elif denominator is None:
            expected_value = float(numerator)
        else:
            expected_value = float(numerator / denominator) if denominator else None
        # Each forecast error is kept to six decimals, and a figure is the sum of several.
        tolerance = 5e-6 if key[0] == "forecast_accuracy" else 1e-6
        agrees = (
            value == expected_value
            if value is None or expected_value is None
            else abs(value - expected_value) <= tolerance * max(1.0, abs(expected_value))
        )
        if agrees and key[0] not in ("inventory_turnover", "forecast_accuracy"):
            # Sums of ledger numbers are exact, not merely close; forecasts are floats.
            agrees = row[0] == numerator and (denominator is None or row[1] == denominator)
        if not agrees:
            wrong.append(
                f"{key}: expected {float(numerator)} / {denominator and float(denominator)}, got {row[0]} / {row[1]} = {value}"
            )
    checked = {(kpi, reading) for kpi, reading, *_ in expected}
    for key in found.keys() - expected.keys():
        if (key[0], key[1]) in checked and found[key][2] is not None and not _unknown_to_naive(key):
            wrong.append(f"{key}: not expected, got {found[key][:3]}")
    return compared, wrong


def _unknown_to_naive(key: tuple[Any, ...]) -> bool:
    kpi, reading, kind, _, dimension, _ = key
    return (
        (kpi == "inventory_accuracy" and (dimension == "abc_class" or (reading != "headline" and dimension != "item")))
        or (kpi == "stock_value" and kind != "month")
        # A shared cost pool cannot be told apart by warehouse without the model's own rule.
        or (dimension == "warehouse" and kpi in ("inventory_turnover", "stock_value"))
    )
