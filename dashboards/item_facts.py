"""When must one order, where is the item used, and what comes and goes on the way? Facts the curve of an item rests on."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import polars as pl

from dashboards import live

__all__ = ["Planning", "order_point", "planning", "used_in"]

Planning = dict[str, Any]


def planning(series_id: int) -> Planning:
    """Lead time, reorder point (10^-6) and policy of an item in a warehouse; empty when the ledger does not know the series."""
    found = live.rows(
        "select lead_time_days, reorder_point_quantity, order_policy from item_location where item_location_id = ?", (series_id,)
    )
    return found[0] if found else {}


def order_point(curve: pl.DataFrame, lead_time_days: int, stated: float = 0.0) -> float | None:
    """Stock at which one must order: what was stated, else safety stock plus the demand expected during the lead time.

    Args:
        curve: rpt_projection of one series.
        lead_time_days: from order to use.
        stated: the reorder point people keep for the item; it counts when it is above zero.
    """
    if stated > 0:
        return stated
    if curve.is_empty() or lead_time_days <= 0:
        return None
    first: date = curve["date"].min()  # type: ignore[assignment]
    near = curve.filter(pl.col("date") <= first + timedelta(days=lead_time_days))
    return float(near["safety_stock_quantity"].cast(pl.Float64).max() or 0) + float(
        near["gross_requirement_quantity"].cast(pl.Float64).sum()
    )


def used_in(item_id: int, on: date) -> list[dict[str, Any]]:
    """Parents whose bills of materials of a day need this item: sku, names, quantity per one parent (10^-6), scrap, priority."""
    return live.rows(
        "select i.item_id, i.sku, i.name as item_name, i.name_zh as item_name_zh, "
        "l.component_quantity * 1000000 / b.output_quantity as per_parent, l.scrap_ppm, b.priority "
        "from bom_line l join bill_of_materials b on b.bom_id = l.bom_id join item i on i.item_id = b.item_id "
        "where l.component_item_id = ? and l.valid_from <= ? and (l.valid_to is null or l.valid_to >= ?) "
        "and b.valid_from <= ? and (b.valid_to is null or b.valid_to >= ?) order by i.sku, b.priority",
        (item_id, *([on.isoformat()] * 4)),
    )
