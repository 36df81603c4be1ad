"""The conditions under which a run may be shown.

    raw_equals_ledger        rows and checksums of raw are what the ledger said at the watermark
    stock_not_negative       no physical balance is below zero
    quantiles_in_order       p05 <= p10 <= ... <= p99 for every forecast, and none below zero
    plan_adds_up             each suggestion's quantity follows from its own numbers; nothing is pegged twice
    indicators_present       every KPI has figures or says "not recorded"

Each answers with what it found: a count, and the first offender by its key.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import duckdb

from pipelines.ingest.tables import raw_tables
from pipelines.ingest.verify import stale_tables
from pipelines.run import Run
from pipelines.warehouse import open_warehouse, table_exists

__all__ = ["CHECKS", "INDICATORS", "CheckResult", "run_check"]

INDICATORS = (
    "forecast_accuracy",
    "inventory_accuracy",
    "inventory_turnover",
    "on_time_delivery",
    "purchase_savings",
    "stock_value",
)

_QUANTILES = ("p05", "p10", "p25", "p50", "p75", "p90", "p95", "p975", "p99")


@dataclass(frozen=True)
class CheckResult:
    """Whether a condition holds, and what was found if not."""

    name: str
    passed: bool
    detail: str = ""
    metadata: dict[str, Any] = field(default_factory=dict)


def run_check(run: Run, name: str) -> CheckResult:
    """Check one condition and remember the answer for the manifest."""
    with open_warehouse(run.home.warehouse) as warehouse:
        result = CHECKS[name](warehouse)
    run.remember(checks={name: result.passed})
    return result


def _raw_equals_ledger(warehouse: duckdb.DuckDBPyConnection) -> CheckResult:
    found = stale_tables(warehouse)
    shown = ", ".join(f"{each.table}: ledger {each.ledger_rows} rows, raw {each.raw_rows}" for each in found[:5])
    return CheckResult("raw_equals_ledger", not found, shown, {"tables": len(raw_tables()), "different": len(found)})


def _stock_not_negative(warehouse: duckdb.DuckDBPyConnection) -> CheckResult:
    balance = next(table for table in raw_tables() if table.name == "stock_balance")
    rows = warehouse.execute(
        f"SELECT item_id, location_id, lot_id, status, on_hand_quantity FROM ({balance.latest_rows}) "
        "WHERE is_physical = 1 AND (on_hand_quantity < 0 OR allocated_quantity > on_hand_quantity) ORDER BY ALL"
    ).fetchall()
    return _answer("stock_not_negative", rows, "item {0} at location {1}, lot {2}, {3}: {4}")


def _quantiles_in_order(warehouse: duckdb.DuckDBPyConnection) -> CheckResult:
    wide = ", ".join(f"max(quantity) FILTER (measure = '{measure}') AS {measure}" for measure in _QUANTILES)
    # A measure a forecast does not carry is null and compares as unknown: it cannot be out of order.
    crossing = " OR ".join(f"{low} > {high} + 1e-9" for low, high in itertools.pairwise(_QUANTILES))
    rows = warehouse.execute(
        f"WITH wide AS (SELECT forecast_run_id, frequency, series_id, period_start, min(quantity) AS lowest, {wide} "
        "FROM forecast.demand_forecasts GROUP BY ALL) "
        f"SELECT series_id, frequency, period_start FROM wide WHERE {crossing} OR lowest < 0 OR lowest IS NULL ORDER BY ALL"
    ).fetchall()
    return _answer("quantiles_in_order", rows, "series {0}, {1} of {2}")


def _plan_adds_up(warehouse: duckdb.DuckDBPyConnection) -> CheckResult:
    rows = warehouse.execute(
        "SELECT planned_order_id, 'quantity' FROM plan.planned_orders "
        "WHERE quantity <= 0 OR quantity < net_requirement_quantity OR receipt_date < release_date "
        "UNION ALL SELECT planned_order_id, 'listed twice' FROM plan.planned_orders GROUP BY 1 HAVING count(*) > 1 "
        "UNION ALL SELECT supply_id, 'pegged beyond its quantity' FROM plan.pegging AS p "
        "JOIN plan.planned_orders AS o ON o.planned_order_id = p.supply_id "
        "GROUP BY supply_id, o.quantity HAVING sum(p.quantity) > o.quantity ORDER BY ALL"
    ).fetchall()
    return _answer("plan_adds_up", rows, "planned order {0}: {1}")


def _indicators_present(warehouse: duckdb.DuckDBPyConnection) -> CheckResult:
    if not table_exists(warehouse, "reports", "rpt_kpi"):
        return CheckResult("indicators_present", False, "reports.rpt_kpi is missing", {"offenders": 1})
    present = {name for (name,) in warehouse.execute("SELECT DISTINCT kpi FROM reports.rpt_kpi").fetchall()}
    missing = [(name,) for name in INDICATORS if name not in present]
    return _answer("indicators_present", missing, "{0} has neither figures nor 'not recorded'")


def _answer(name: str, offenders: list[tuple[Any, ...]], shown: str) -> CheckResult:
    detail = f"{len(offenders)} found, first: {shown.format(*offenders[0])}" if offenders else ""
    return CheckResult(name, not offenders, detail, {"offenders": len(offenders)})


CHECKS: dict[str, Callable[[duckdb.DuckDBPyConnection], CheckResult]] = {
    "raw_equals_ledger": _raw_equals_ledger,
    "stock_not_negative": _stock_not_negative,
    "quantiles_in_order": _quantiles_in_order,
    "plan_adds_up": _plan_adds_up,
    "indicators_present": _indicators_present,
}
