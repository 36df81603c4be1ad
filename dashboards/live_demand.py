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
        "select e.business_event_id, e.kind, e.name, e.name_zh, e.start_date, e.end_date, e.discount_ppm, e.item_id, "
        "e.category_id, e.recorded_at, u.name as author_name, u.name_zh as author_name_zh "
        "from business_event e left join app_user u on u.user_id = e.author_id where e.is_withdrawn = ? "
        "and (e.item_id = ? or e.category_id = ? or (e.item_id is null and e.category_id is null)) "
        "order by e.start_date desc, e.business_event_id desc",
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
