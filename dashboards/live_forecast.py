"""What do planners and sales people expect that the ledger already knows: overrides of series and of groups, expectations?"""

from __future__ import annotations

from typing import Any

from dashboards import live

__all__ = ["categories", "customers", "group_overrides", "overrides", "sales_expectations", "sold_items"]


def overrides(series_id: int) -> list[dict[str, Any]]:
    """Every override written for a series, newest first."""
    return live.rows(
        "select o.frequency, o.period_start, o.override_quantity, o.baseline_quantity, o.reason, o.until_date, o.recorded_at, "
        "u.name, u.name_zh from forecast_override o join app_user u on u.user_id = o.author_id "
        "where o.item_location_id = ? order by o.recorded_at desc, o.forecast_override_id desc",
        (series_id,),
    )


def group_overrides(level: str, group_key: str) -> list[dict[str, Any]]:
    """Every override written for one group, newest first."""
    return [row for row in live.rows(_GROUP_OVERRIDES, (level,)) if _key_of(row) == group_key]


_GROUP_OVERRIDES = (
    "select o.forecast_group_override_id, o.level, o.item_id, o.category_id, o.warehouse_id, o.frequency, o.period_start, "
    "o.override_quantity, o.override_amount, o.change_ppm, o.baseline_amount, o.reason, o.until_date, o.recorded_at, u.name, "
    "u.name_zh from forecast_group_override o join app_user u on u.user_id = o.author_id where o.level = ? "
    "order by o.recorded_at desc, o.forecast_group_override_id desc"
)


_GROUP_KEYS = {
    "item": ("item_id",),
    "category_warehouse": ("category_id", "warehouse_id"),
    "category": ("category_id",),
    "warehouse": ("warehouse_id",),
    "company": (),
}


def _key_of(row: dict[str, Any]) -> str:
    """The key the reports give the same group."""
    return "|".join("" if row[name] is None else str(row[name]) for name in _GROUP_KEYS[row["level"]])


def sales_expectations() -> list[dict[str, Any]]:
    """What the sales team expects and has not taken back, newest first."""
    return live.rows(
        "select t.sales_expectation_id, t.kind, t.first_period, t.last_period, t.quantity, t.amount, t.change_ppm, "
        "t.probability_ppm, t.reason, t.recorded_at, t.business_date, u.name, u.name_zh, c.code as customer_code, "
        "c.name as customer_name, c.name_zh as customer_name_zh, g.code as category_code, g.name as category_name, "
        "g.name_zh as category_name_zh, i.sku, i.name as item_name, i.name_zh as item_name_zh, m.code as base_unit, "
        "w.code as warehouse_code from sales_expectation t join app_user u on u.user_id = t.author_id "
        "left join customer c on c.customer_id = t.customer_id left join item_category g on g.category_id = t.category_id "
        "left join item i on i.item_id = t.item_id left join unit_of_measure m on m.unit_id = i.base_unit_id "
        "left join warehouse w on w.warehouse_id = t.warehouse_id where t.is_withdrawn = 0 "
        "order by t.recorded_at desc, t.sales_expectation_id desc"
    )


def categories() -> list[dict[str, Any]]:
    """Categories that have items."""
    return live.rows(
        "select code, name, name_zh from item_category g where exists (select 1 from item i where i.category_id = g.category_id) "
        "order by code"
    )


def customers() -> list[dict[str, Any]]:
    """Customers in use."""
    return live.rows("select code, name, name_zh from customer order by code")


def sold_items() -> list[dict[str, Any]]:
    """Items that somebody has ordered."""
    return live.rows(
        "select sku as code, name, name_zh from item i where exists "
        "(select 1 from sales_order_line l where l.item_id = i.item_id) order by sku"
    )
