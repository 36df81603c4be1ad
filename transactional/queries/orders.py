"""Which orders are open, and what has happened to one of them?"""

from __future__ import annotations

from typing import Any

from transactional.ledger import Ledger
from transactional.queries.people_units import rows

__all__ = [
    "events",
    "find_document",
    "open_purchase_lines",
    "open_sales_lines",
    "open_transfer_lines",
    "open_work_orders",
    "order_detail",
]

_ITEM = "i.sku, i.name AS item_name, i.name_zh AS item_name_zh, w.code AS warehouse_code"
_JOIN = "JOIN item i ON i.item_id = l.item_id JOIN warehouse w ON w.warehouse_id = l.warehouse_id"
_LINES = {
    "purchase_order": ("purchase_order_line", "purchase_order_id"),
    "sales_order": ("sales_order_line", "sales_order_id"),
    "work_order": ("work_order_component", "work_order_id"),
    "transfer_order": ("transfer_order_line", "transfer_order_id"),
    "goods_receipt": ("goods_receipt_line", "goods_receipt_id"),
    "shipment": ("shipment_line", "shipment_id"),
    "customer_return": ("customer_return_line", "customer_return_id"),
    "stocktake": ("stocktake_line", "stocktake_id"),
}


def open_sales_lines(ledger: Ledger, sku: str | None = None) -> list[dict[str, Any]]:
    """Open sales order lines: number, customer, item, quantities, dates, `open_quantity`; by promised, else requested date."""
    return rows(
        ledger,
        f"SELECT o.number, o.sales_order_id, l.sales_order_line_id, c.code AS customer_code, c.name AS customer_name, "
        f"c.name_zh AS customer_name_zh, o.is_rush, {_ITEM}, l.ordered_quantity, l.allocated_quantity, l.shipped_quantity, "
        "l.ordered_quantity - l.shipped_quantity - l.cancelled_quantity AS open_quantity, l.unit_price, l.order_date, "
        "l.requested_date, l.first_promised_date, l.last_promised_date, l.status FROM sales_order_line l "
        f"JOIN sales_order o ON o.sales_order_id = l.sales_order_id JOIN customer c ON c.customer_id = o.customer_id {_JOIN} "
        "WHERE l.status = 'open' AND (CAST(? AS TEXT) IS NULL OR i.sku = ?) "
        "ORDER BY COALESCE(l.last_promised_date, l.requested_date), o.number, l.sales_order_line_id",
        [sku, sku],
    )


def open_purchase_lines(ledger: Ledger, sku: str | None = None) -> list[dict[str, Any]]:
    """Open purchase order lines: number, supplier, item, quantities, dates, `open_quantity`; by promised, else requested date."""
    return rows(
        ledger,
        f"SELECT o.number, o.purchase_order_id, l.purchase_order_line_id, s.code AS supplier_code, s.name AS supplier_name, "
        f"s.name_zh AS supplier_name_zh, o.order_date, {_ITEM}, l.ordered_quantity, l.received_quantity, l.rejected_quantity, "
        "l.ordered_quantity - l.received_quantity - l.cancelled_quantity AS open_quantity, l.unit_price, l.currency, "
        "l.required_date, l.requested_date, l.first_promised_date, l.last_promised_date, l.origin_planned_order_id, l.status "
        "FROM purchase_order_line l JOIN purchase_order o ON o.purchase_order_id = l.purchase_order_id "
        f"JOIN supplier s ON s.supplier_id = o.supplier_id {_JOIN} "
        "WHERE l.status = 'open' AND (CAST(? AS TEXT) IS NULL OR i.sku = ?) "
        "ORDER BY COALESCE(l.last_promised_date, l.requested_date, l.required_date, o.order_date), o.number, "
        "l.purchase_order_line_id",
        [sku, sku],
    )


def open_work_orders(ledger: Ledger, sku: str | None = None) -> list[dict[str, Any]]:
    """Work orders under way: number, item, quantities, dates, `open_quantity`, cost in progress; by due date."""
    return rows(
        ledger,
        f"SELECT l.number, l.work_order_id, {_ITEM}, l.ordered_quantity, l.completed_quantity, l.scrapped_quantity, "
        "l.ordered_quantity - l.completed_quantity - l.scrapped_quantity AS open_quantity, l.planned_start_date, l.due_date, "
        f"l.actual_start_date, l.wip_amount, l.is_rush, l.origin_planned_order_id, l.status FROM work_order l {_JOIN} "
        "WHERE l.status IN ('planned', 'released', 'in_progress') AND (CAST(? AS TEXT) IS NULL OR i.sku = ?) "
        "ORDER BY l.due_date, l.number",
        [sku, sku],
    )


def open_transfer_lines(ledger: Ledger, sku: str | None = None) -> list[dict[str, Any]]:
    """Transfer lines not yet received: number, from, to, item, quantities; by due date."""
    return rows(
        ledger,
        "SELECT o.number, o.transfer_order_id, l.transfer_order_line_id, f.code AS from_warehouse_code, t.code AS "
        "warehouse_code, "
        "i.sku, i.name AS item_name, i.name_zh AS item_name_zh, l.ordered_quantity, l.shipped_quantity, l.received_quantity, "
        "l.ordered_quantity - l.received_quantity - l.cancelled_quantity AS open_quantity, o.order_date, o.due_date, o.status "
        "FROM transfer_order_line l JOIN transfer_order o ON o.transfer_order_id = l.transfer_order_id "
        "JOIN warehouse f ON f.warehouse_id = o.from_warehouse_id JOIN warehouse t ON t.warehouse_id = o.to_warehouse_id "
        "JOIN item i ON i.item_id = l.item_id WHERE o.status IN ('open', 'shipped') AND (CAST(? AS TEXT) IS NULL OR i.sku = ?) "
        "ORDER BY o.due_date, o.number, l.transfer_order_line_id",
        [sku, sku],
    )


def find_document(ledger: Ledger, number: str) -> list[dict[str, Any]]:
    """Documents that carry a number: `document_kind`, `document_id`, `number`."""
    union = " UNION ALL ".join(
        f"SELECT '{kind}' AS document_kind, {key} AS document_id, number FROM {kind} WHERE number = ?"
        for kind, (_, key) in _LINES.items()
    )
    return rows(ledger, f"SELECT * FROM ({union}) found ORDER BY document_kind", [number] * len(_LINES))


def order_detail(ledger: Ledger, document_kind: str, document_id: int) -> dict[str, Any] | None:
    """One document whole: `header`, `lines` (with `sku`), `events`; None when there is none."""
    if document_kind not in _LINES:
        return None
    lines, key = _LINES[document_kind]
    header = rows(ledger, f"SELECT * FROM {document_kind} WHERE {key} = ?", [document_id])
    if not header:
        return None
    return {
        "header": header[0],
        "lines": rows(
            ledger,
            f"SELECT i.sku, i.name AS item_name, i.name_zh AS item_name_zh, l.* FROM {lines} l "
            f"JOIN item i ON i.item_id = l.item_id WHERE l.{key} = ? ORDER BY l.{lines}_id",
            [document_id],
        ),
        "events": events(ledger, document_kind, document_id),
    }


def events(ledger: Ledger, document_kind: str, document_id: int) -> list[dict[str, Any]]:
    """What happened to a document, in order: event, line, `event_quantity`, old and new value, when and by whom."""
    return rows(
        ledger,
        "SELECT e.event_id, e.event_kind, e.line_id, e.quantity AS event_quantity, e.business_date, e.recorded_at, e.old_value, "
        "e.new_value, u.login AS actor_login, u.name AS actor_name, u.name_zh AS actor_name_zh FROM document_event e "
        "JOIN app_user u ON u.user_id = e.actor_id WHERE e.document_kind = ? AND e.document_id = ? ORDER BY e.event_id",
        [document_kind, document_id],
    )
