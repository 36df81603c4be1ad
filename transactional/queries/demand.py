"""What did people say about demand: causes, adjustments, borrowed history, group overrides, what sales expects?

Newest first, with the names of people, items, warehouses, categories and customers. `standing` leaves out what was withdrawn,
undone or replaced.
"""

from __future__ import annotations

from typing import Any

from transactional.ledger import Ledger
from transactional.queries.people_units import rows

__all__ = ["business_events", "demand_adjustments", "demand_references", "group_overrides", "sales_expectations"]

_AUTHOR = "u.login AS author_login, u.name AS author_name, u.name_zh AS author_name_zh"
_ITEM = "i.sku, i.name AS item_name, i.name_zh AS item_name_zh"
_WAREHOUSE = "w.code AS warehouse_code, w.name AS warehouse_name, w.name_zh AS warehouse_name_zh"
_CATEGORY = "c.code AS category_code, c.name AS category_name, c.name_zh AS category_name_zh"
_CUSTOMER = "k.code AS customer_code, k.name AS customer_name, k.name_zh AS customer_name_zh"
_SERIES = (
    "JOIN item_location s ON s.item_location_id = t.item_location_id JOIN item i ON i.item_id = s.item_id "
    "JOIN warehouse w ON w.warehouse_id = s.warehouse_id JOIN app_user u ON u.user_id = t.author_id "
)
_SCOPE = (
    "LEFT JOIN item i ON i.item_id = t.item_id LEFT JOIN item_category c ON c.category_id = t.category_id "
    "LEFT JOIN warehouse w ON w.warehouse_id = t.warehouse_id JOIN app_user u ON u.user_id = t.author_id "
)
_OF_SERIES = "(CAST(? AS TEXT) IS NULL OR i.sku = ?) AND (CAST(? AS TEXT) IS NULL OR w.code = ?)"


def business_events(ledger: Ledger, *, standing: bool = True) -> list[dict[str, Any]]:
    """Causes of demand by their days; an event told before authors were kept has none."""
    return rows(
        ledger,
        "SELECT t.business_event_id, t.kind, t.name, t.name_zh, t.start_date, t.end_date, t.discount_ppm, t.is_withdrawn, "
        f"t.recorded_at, {_ITEM}, {_CATEGORY}, {_AUTHOR} FROM business_event t "
        "LEFT JOIN item i ON i.item_id = t.item_id LEFT JOIN item_category c ON c.category_id = t.category_id "
        f"LEFT JOIN app_user u ON u.user_id = t.author_id WHERE {_only('t.is_withdrawn = 0', standing)} "
        "ORDER BY t.start_date DESC, t.business_event_id DESC",
    )


def demand_adjustments(
    ledger: Ledger, sku: str | None = None, warehouse: str | None = None, *, standing: bool = True
) -> list[dict[str, Any]]:
    """Days forecasts learn differently from than recorded; `adjustment_quantity` is signed."""
    return rows(
        ledger,
        "SELECT t.demand_adjustment_id, t.item_location_id, t.demand_date, t.adjustment_quantity, t.kind, t.reason, "
        f"t.business_date, t.recorded_at, t.is_current, {_ITEM}, {_WAREHOUSE}, {_AUTHOR} FROM demand_adjustment t {_SERIES}"
        f"WHERE {_OF_SERIES} AND {_only('t.is_current = 1', standing)} ORDER BY t.demand_adjustment_id DESC",
        [sku, sku, warehouse, warehouse],
    )


def demand_references(
    ledger: Ledger, sku: str | None = None, warehouse: str | None = None, *, standing: bool = True
) -> list[dict[str, Any]]:
    """Which series borrows whose history (`from_*`), times `factor_rate`, until when."""
    return rows(
        ledger,
        "SELECT t.demand_reference_id, t.item_location_id, t.reference_item_location_id, t.factor_ppm, t.reason, t.until_date, "
        "t.business_date, t.recorded_at, t.is_current, fi.sku AS from_sku, fi.name AS from_item_name, "
        "fi.name_zh AS from_item_name_zh, fw.code AS from_warehouse_code, "
        f"{_ITEM}, {_WAREHOUSE}, {_AUTHOR} FROM demand_reference t {_SERIES}"
        "JOIN item_location fs ON fs.item_location_id = t.reference_item_location_id JOIN item fi ON fi.item_id = fs.item_id "
        "JOIN warehouse fw ON fw.warehouse_id = fs.warehouse_id "
        f"WHERE {_OF_SERIES} AND {_only('t.is_current = 1', standing)} ORDER BY t.demand_reference_id DESC",
        [sku, sku, warehouse, warehouse],
    )


def group_overrides(ledger: Ledger, level: str | None = None) -> list[dict[str, Any]]:
    """Overrides of groups; the first row of a group, frequency and period is the one that counts (no size: withdrawn)."""
    return rows(
        ledger,
        "SELECT t.forecast_group_override_id, t.level, t.item_id, t.category_id, t.warehouse_id, t.frequency, t.period_start, "
        "t.override_quantity, t.override_amount, t.change_ppm, t.baseline_amount, t.reason, t.until_date, t.business_date, "
        f"t.recorded_at, {_ITEM}, {_CATEGORY}, {_WAREHOUSE}, {_AUTHOR} FROM forecast_group_override t {_SCOPE}"
        "WHERE CAST(? AS TEXT) IS NULL OR t.level = ? ORDER BY t.forecast_group_override_id DESC",
        [level, level],
    )


def sales_expectations(ledger: Ledger, kind: str | None = None, *, standing: bool = True) -> list[dict[str, Any]]:
    """Deals (`quantity` or `expected_amount`) and drivers (`change_rate`), by months, with their probability."""
    return rows(
        ledger,
        "SELECT t.sales_expectation_id, t.kind, t.customer_id, t.category_id, t.item_id, t.warehouse_id, t.first_period, "
        "t.last_period, t.quantity, t.amount AS expected_amount, t.change_ppm, t.probability_ppm, t.reason, t.until_date, "
        f"t.business_date, t.recorded_at, t.is_withdrawn, {_ITEM}, {_CATEGORY}, {_WAREHOUSE}, {_CUSTOMER}, {_AUTHOR} "
        f"FROM sales_expectation t {_SCOPE}LEFT JOIN customer k ON k.customer_id = t.customer_id "
        f"WHERE (CAST(? AS TEXT) IS NULL OR t.kind = ?) AND {_only('t.is_withdrawn = 0', standing)} "
        "ORDER BY t.sales_expectation_id DESC",
        [kind, kind],
    )


def _only(condition: str, is_asked: bool) -> str:
    return condition if is_asked else "1 = 1"
