"""What lies where right now, and how much of it may be promised?"""

from __future__ import annotations

from typing import Any

from transactional.handlers.support import normalised
from transactional.ledger import Ledger
from transactional.queries.people_units import like, rows

__all__ = ["availability", "items", "live_stock", "movements", "stock_by_bin"]

_LABELS = "i.item_id, i.sku, i.name AS item_name, i.name_zh AS item_name_zh"
_PLACE = "w.warehouse_id, w.code AS warehouse_code, w.name AS warehouse_name, w.name_zh AS warehouse_name_zh"
_FOUND = (
    "(i.sku_normalised LIKE ? ESCAPE '\\' OR LOWER(i.name) LIKE ? ESCAPE '\\' OR LOWER(i.name_zh) LIKE ? ESCAPE '\\' OR EXISTS "
    "(SELECT 1 FROM item_barcode bc WHERE bc.item_id = i.item_id AND bc.barcode = ?))"
)


def live_stock(
    ledger: Ledger,
    *,
    search: str | None = None,
    warehouse: str | None = None,
    status: str | None = None,
    category: str | None = None,
    limit: int = 500,
    offset: int = 0,
) -> list[dict[str, Any]]:
    """Stock by item x warehouse x lot x status.

    Args:
        search: part of a SKU or name, or a whole barcode.
        warehouse, status, category: codes to narrow it down.

    Returns: labels, `lot_code`, `expiry_date`, `status`, `on_hand_quantity`, `allocated_quantity`, `free_quantity`,
    `is_in_transit`,
    `bin_count`; by SKU, warehouse, expiry.
    """
    where, values = ["b.on_hand_quantity <> 0", "l.kind IN ('bin', 'in_transit')"], []
    if search:
        where.append(_FOUND)
        values += _search_values(search)
    for column, value in (("w.code", warehouse), ("b.status", status), ("c.code", category)):
        if value:
            where.append(f"{column} = ?")
            values.append(value)
    return rows(
        ledger,
        f"SELECT {_LABELS}, {_PLACE}, CASE WHEN b.lot_id = 0 THEN NULL ELSE t.code END AS lot_code, t.expiry_date, b.status, "
        "CASE WHEN l.kind = 'in_transit' THEN 1 ELSE 0 END AS is_in_transit, SUM(b.on_hand_quantity) AS on_hand_quantity, "
        "SUM(b.allocated_quantity) AS allocated_quantity, SUM(b.on_hand_quantity - b.allocated_quantity) AS free_quantity, "
        "COUNT(*) AS bin_count FROM stock_balance b JOIN item i ON i.item_id = b.item_id "
        "JOIN location l ON l.location_id = b.location_id JOIN warehouse w ON w.warehouse_id = l.warehouse_id "
        "JOIN lot t ON t.lot_id = b.lot_id LEFT JOIN item_category c ON c.category_id = i.category_id "
        f"WHERE {' AND '.join(where)} GROUP BY i.item_id, i.sku, i.name, i.name_zh, w.warehouse_id, w.code, w.name, w.name_zh, "
        "b.lot_id, t.code, t.expiry_date, b.status, l.kind "
        "ORDER BY i.sku, w.code, t.expiry_date IS NULL, t.expiry_date, t.code, b.status LIMIT ? OFFSET ?",
        [*values, limit, offset],
    )


def stock_by_bin(ledger: Ledger, sku: str, warehouse: str | None = None) -> list[dict[str, Any]]:
    """Where an item lies: warehouse, bin, lot, status and quantities; first expired first."""
    values: list[Any] = [sku]
    narrowed = ""
    if warehouse:
        narrowed = " AND w.code = ?"
        values.append(warehouse)
    return rows(
        ledger,
        f"SELECT {_LABELS}, {_PLACE}, l.code AS location_code, l.zone, CASE WHEN b.lot_id = 0 THEN NULL ELSE t.code END "
        f"AS lot_code, "
        "t.expiry_date, t.received_date, b.status, b.on_hand_quantity, b.allocated_quantity, "
        "b.on_hand_quantity - b.allocated_quantity AS free_quantity FROM stock_balance b JOIN item i ON i.item_id = b.item_id "
        "JOIN location l ON l.location_id = b.location_id JOIN warehouse w ON w.warehouse_id = l.warehouse_id "
        f"JOIN lot t ON t.lot_id = b.lot_id WHERE i.sku = ? AND l.kind IN ('bin', 'in_transit') AND b.on_hand_quantity "
        f"<> 0{narrowed} "
        "ORDER BY t.expiry_date IS NULL, t.expiry_date, w.code, l.code, t.code, b.status",
        values,
    )


def availability(ledger: Ledger, sku: str, warehouse: str | None = None) -> list[dict[str, Any]]:
    """What of an item may be promised, by warehouse.

    Returns: labels, `on_hand_quantity`, `allocated_quantity`, `quarantine_quantity` (quarantined or blocked), `expired_quantity`,
    `in_transit_quantity`, `available_quantity` = on hand - allocated - quarantined - expired, `on_order_quantity` (open
    purchase and work
    orders), `backorder_quantity` (open sales lines less what is allocated to them).
    """
    usable = (
        "l.kind = 'bin' AND b.status = 'available' AND (t.expiry_date IS NULL OR t.expiry_date >= (SELECT today FROM company))"
    )
    values: list[Any] = [sku, sku]
    narrowed = ""
    if warehouse:
        narrowed = " AND w.code = ?"
        values.append(warehouse)
    return rows(
        ledger,
        f"""
        SELECT {_LABELS}, {_PLACE},
            COALESCE(s.on_hand, 0) AS on_hand_quantity, COALESCE(s.allocated, 0) AS allocated_quantity,
            COALESCE(s.held, 0) AS quarantine_quantity, COALESCE(s.expired, 0) AS expired_quantity,
            COALESCE(s.transit, 0) AS in_transit_quantity, COALESCE(s.free, 0) AS available_quantity,
            COALESCE((SELECT SUM(p.ordered_quantity - p.received_quantity - p.cancelled_quantity) FROM purchase_order_line p
                WHERE p.item_id = i.item_id AND p.warehouse_id = w.warehouse_id AND p.status = 'open'), 0)
            + COALESCE((SELECT SUM(o.ordered_quantity - o.completed_quantity - o.scrapped_quantity) FROM work_order o
                WHERE o.item_id = i.item_id AND o.warehouse_id = w.warehouse_id
                AND o.status IN ('planned', 'released', 'in_progress')), 0) AS on_order_quantity,
            COALESCE((SELECT SUM(d.ordered_quantity - d.shipped_quantity - d.cancelled_quantity - d.allocated_quantity)
                FROM sales_order_line d WHERE d.item_id = i.item_id AND d.warehouse_id = w.warehouse_id AND d.status = 'open'), 0)
                AS backorder_quantity
        FROM item i CROSS JOIN warehouse w LEFT JOIN (
            SELECT b.item_id, l.warehouse_id,
                SUM(CASE WHEN l.kind = 'bin' THEN b.on_hand_quantity ELSE 0 END) AS on_hand,
                SUM(b.allocated_quantity) AS allocated,
                SUM(CASE WHEN l.kind = 'bin' AND b.status <> 'available' THEN b.on_hand_quantity ELSE 0 END) AS held,
                SUM(CASE WHEN l.kind = 'bin' AND b.status = 'available' AND NOT ({usable}) THEN b.on_hand_quantity -
                b.allocated_quantity
                    ELSE 0 END) AS expired,
                SUM(CASE WHEN l.kind = 'in_transit' THEN b.on_hand_quantity ELSE 0 END) AS transit,
                SUM(CASE WHEN {usable} THEN b.on_hand_quantity - b.allocated_quantity ELSE 0 END) AS free
            FROM stock_balance b JOIN location l ON l.location_id = b.location_id JOIN lot t ON t.lot_id = b.lot_id
            WHERE l.warehouse_id IS NOT NULL AND b.item_id = (SELECT item_id FROM item WHERE sku = ?) GROUP BY b.item_id,
            l.warehouse_id
        ) s ON s.item_id = i.item_id AND s.warehouse_id = w.warehouse_id
        WHERE i.sku = ?{narrowed} ORDER BY w.code
        """,
        values,
    )


def items(ledger: Ledger, search: str, limit: int = 20) -> list[dict[str, Any]]:
    """Items by a part of SKU or name, or by barcode; for search boxes and scanners."""
    return rows(
        ledger,
        f"SELECT {_LABELS}, i.item_type, u.code AS base_unit, i.is_lot_tracked, i.is_active FROM item i "
        f"JOIN unit_of_measure u ON u.unit_id = i.base_unit_id WHERE {_FOUND} ORDER BY i.sku LIMIT ?",
        [*_search_values(search), limit],
    )


def movements(ledger: Ledger, sku: str, limit: int = 100) -> list[dict[str, Any]]:
    """The latest movement lines of an item, newest first: when, what kind, from where to where, how much, at which cost."""
    return rows(
        ledger,
        "SELECT m.movement_line_id, h.movement_id, m.business_date, h.recorded_at, h.movement_type, h.document_kind, "
        "h.document_id, "
        "h.reason_code, f.code AS from_location, m.from_status, t.code AS to_location, m.to_status, "
        "CASE WHEN m.lot_id = 0 THEN NULL ELSE g.code END AS lot_code, m.quantity AS moved_quantity, m.cost_amount, "
        "u.name AS actor_name, h.reversal_of_movement_id FROM movement_line m JOIN movement h ON h.movement_id = m.movement_id "
        "JOIN item i ON i.item_id = m.item_id JOIN location f ON f.location_id = m.from_location_id "
        "JOIN location t ON t.location_id = m.to_location_id JOIN lot g ON g.lot_id = m.lot_id "
        "JOIN app_user u ON u.user_id = h.actor_id WHERE i.sku = ? ORDER BY m.movement_line_id DESC LIMIT ?",
        [sku, limit],
    )


def _search_values(search: str) -> list[str]:
    pattern = like(search)
    return [like(normalised(search)), pattern, pattern, search.strip()]
