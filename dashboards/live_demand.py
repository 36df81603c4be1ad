"""What did people tell the ledger about demand: corrections of days, events, borrowed histories?"""

from __future__ import annotations

from typing import Any

from dashboards import live

__all__ = ["adjustments", "borrowed", "events"]


def adjustments(series_id: int) -> list[dict[str, Any]]:
    """The corrections of a series that stand, newest day first."""
    return live.rows(
        "select a.demand_adjustment_id, a.demand_date, a.adjustment_quantity, a.kind, a.reason, a.recorded_at, u.name, u.name_zh "
        "from demand_adjustment a join app_user u on u.user_id = a.author_id "
        "where a.item_location_id = ? and a.is_current = ? order by a.demand_date desc",
        (series_id, True),
    )


def events(item_id: int, category_id: int | None) -> list[dict[str, Any]]:
    """Events that touch an item: its own, its category's, everybody's; newest first."""
    return live.rows(
        "select business_event_id, kind, name, name_zh, start_date, end_date, discount_ppm, item_id, category_id "
        "from business_event where is_withdrawn = ? "
        "and (item_id = ? or category_id = ? or (item_id is null and category_id is null)) "
        "order by start_date desc, business_event_id desc",
        (False, item_id, category_id),
    )


def borrowed(series_id: int) -> list[dict[str, Any]]:
    """Whose history the series borrows now: none or one row."""
    return live.rows(
        "select r.demand_reference_id, r.factor_ppm, r.reason, r.until_date, r.recorded_at, u.name, u.name_zh, i.sku, "
        "w.code as warehouse "
        "from demand_reference r join app_user u on u.user_id = r.author_id "
        "join item_location l on l.item_location_id = r.reference_item_location_id "
        "join item i on i.item_id = l.item_id join warehouse w on w.warehouse_id = l.warehouse_id "
        "where r.item_location_id = ? and r.is_current = ?",
        (series_id, True),
    )
