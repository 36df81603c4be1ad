"""The conditions under which a run may be shown.

    raw_equals_ledger        every value of raw is what the ledger handed over, and no row is missing or extra
    stock_not_negative       no physical balance is below zero
    quantiles_in_order       no quantile above a higher one, for every forecast, and none below zero
    plan_adds_up             each suggestion's quantity follows from its own numbers; nothing is pegged twice
    indicators_present       every KPI has figures or says "not recorded"

Each answers with what it found: the table, how many rows, and the first of them by their keys. What to do about it is said by
`pipelines.fix.<check>` of the messages.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import duckdb

from pipelines.ingest.tables import raw_tables
from pipelines.ingest.verify import differing_rows, stale_tables
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

_SHOWN = 3


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
        result = CHECKS[name](warehouse, run)
    run.remember(checks={name: result.passed})
    return result


def _raw_equals_ledger(warehouse: duckdb.DuckDBPyConnection, run: Run) -> CheckResult:
    found = stale_tables(warehouse)
    named = {}
    if found:
        # Worth the time now: the ledger is read again, and the first differing row of each table is named.
        named = {one.table: one for one in differing_rows(warehouse, run.settings.ledger, {one.table for one in found})}
    shown = "; ".join(
        str(named.get(one.table, f"raw.{one.table}: a superseded version of a row was changed")) for one in found[:_SHOWN]
    )
    return CheckResult("raw_equals_ledger", not found, shown, {"tables": len(raw_tables()), "different": len(found)})


def _stock_not_negative(warehouse: duckdb.DuckDBPyConnection, run: Run) -> CheckResult:
    del run
    balance = next(table for table in raw_tables() if table.name == "stock_balance")
    rows = warehouse.execute(
        "SELECT item_id, location_id, lot_id, status, on_hand_quantity / 1e6, allocated_quantity / 1e6 "
        f"FROM ({balance.latest_rows}) "
        "WHERE is_physical = 1 AND (on_hand_quantity < 0 OR allocated_quantity > on_hand_quantity) ORDER BY ALL"
    ).fetchall()
    shown = "item_id {0} at location_id {1}, lot_id {2}, {3}: on hand {4}, allocated {5}"
    return _answer("stock_not_negative", "raw.stock_balance", rows, shown)


def _quantiles_in_order(warehouse: duckdb.DuckDBPyConnection, run: Run) -> CheckResult:
    del run
    # Each quantile against the next lower one that the forecast carries: archived runs carry only some.
    rows = warehouse.execute(
        "WITH quantiles AS (SELECT forecast_run_id, frequency, series_id, period_start, measure, quantity, "
        "quantity - lag(quantity) OVER (PARTITION BY forecast_run_id, frequency, series_id, period_start "
        "ORDER BY TRY_CAST('0.' || measure[2:] AS DOUBLE)) AS step "
        "FROM forecast.demand_forecasts WHERE measure LIKE 'p%') "
        "SELECT DISTINCT series_id, frequency, period_start, forecast_run_id, measure, quantity FROM quantiles "
        "WHERE step < -1e-9 OR quantity < 0 OR quantity IS NULL "
        "UNION SELECT series_id, frequency, period_start, forecast_run_id, measure, quantity FROM forecast.demand_forecasts "
        "WHERE measure LIKE '%mean' AND (quantity < 0 OR quantity IS NULL) ORDER BY ALL"
    ).fetchall()
    shown = "series_id {0}, {1} of {2}, run {3}: {4} is {5}"
    return _answer("quantiles_in_order", "forecast.demand_forecasts", rows, shown)


def _plan_adds_up(warehouse: duckdb.DuckDBPyConnection, run: Run) -> CheckResult:
    del run
    rows = warehouse.execute(
        "SELECT planned_order_id, 'plan.planned_orders', 'its quantity, requirement or dates contradict each other' "
        "FROM plan.planned_orders "
        # A maximum splits a requirement: the order is then less than the requirement, and the rounding says by how much.
        "WHERE quantity <= 0 OR quantity <> net_requirement_quantity + lot_rounding_quantity OR receipt_date < release_date "
        "UNION ALL SELECT planned_order_id, 'plan.planned_orders', 'listed twice' "
        "FROM plan.planned_orders GROUP BY ALL HAVING count(*) > 1 "
        "UNION ALL SELECT supply_id, 'plan.pegging', 'pegged beyond its quantity' FROM plan.pegging AS p "
        "JOIN plan.planned_orders AS o ON o.planned_order_id = p.supply_id "
        "GROUP BY supply_id, o.quantity HAVING sum(p.quantity) > o.quantity ORDER BY ALL"
    ).fetchall()
    return _answer("plan_adds_up", "plan", rows, "{1}, planned_order_id {0}: {2}")


def _indicators_present(warehouse: duckdb.DuckDBPyConnection, run: Run) -> CheckResult:
    del run
    if not table_exists(warehouse, "reports", "rpt_kpi"):
        return CheckResult("indicators_present", False, "reports.rpt_kpi is missing", {"offenders": 1})
    present = {name for (name,) in warehouse.execute("SELECT DISTINCT kpi FROM reports.rpt_kpi").fetchall()}
    missing = [(name,) for name in INDICATORS if name not in present]
    return _answer("indicators_present", "reports.rpt_kpi", missing, "{0} has neither figures nor 'not recorded'")


def _answer(name: str, table: str, offenders: list[tuple[Any, ...]], shown: str) -> CheckResult:
    first = "; ".join(shown.format(*offender) for offender in offenders[:_SHOWN])
    detail = f"{table}: {len(offenders)} found; {first}" if offenders else ""
    return CheckResult(name, not offenders, detail, {"offenders": len(offenders), "table": table})


CHECKS: dict[str, Callable[[duckdb.DuckDBPyConnection, Run], CheckResult]] = {
    "raw_equals_ledger": _raw_equals_ledger,
    "stock_not_negative": _stock_not_negative,
    "quantiles_in_order": _quantiles_in_order,
    "plan_adds_up": _plan_adds_up,
    "indicators_present": _indicators_present,
}
