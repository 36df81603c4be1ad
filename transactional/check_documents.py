"""Which queries find documents whose quantities, statuses or numbers do not agree with what happened?"""

from __future__ import annotations

from transactional.check_stock import Rule
from transactional.engine.store import Session

__all__ = ["DOCUMENT_RULES", "numbers_without_gaps"]

_WIP = """
    SELECT h.document_id AS work_order_id, m.cost_amount AS amount FROM movement_line m
    JOIN movement h ON h.movement_id = m.movement_id AND h.document_kind = 'work_order'
    JOIN location l ON l.location_id = m.to_location_id AND l.kind = 'production'
    UNION ALL
    SELECT h.document_id, -m.cost_amount FROM movement_line m
    JOIN movement h ON h.movement_id = m.movement_id AND h.document_kind = 'work_order'
    JOIN location l ON l.location_id = m.from_location_id AND l.kind = 'production'
    UNION ALL
    SELECT v.document_id, v.amount FROM value_entry v
    JOIN location l ON l.location_id = v.to_location_id AND l.kind = 'production' WHERE v.document_kind = 'work_order'
    UNION ALL
    SELECT v.document_id, -v.amount FROM value_entry v
    JOIN location l ON l.location_id = v.from_location_id AND l.kind = 'production' WHERE v.document_kind = 'work_order'
"""
_STOCKTAKE = """
    SELECT m.document_line_id AS line_id, CASE WHEN l.kind = 'count_difference' THEN m.quantity ELSE -m.quantity END AS quantity
    FROM movement_line m
    JOIN movement h ON h.movement_id = m.movement_id AND h.document_kind = 'stocktake' AND h.reversal_of_movement_id IS NULL
    JOIN location l ON l.location_id = m.from_location_id
"""

DOCUMENT_RULES: tuple[Rule, ...] = (
    Rule(
        "I13",
        "a work order's cost in progress is what went in less what came out",
        f"SELECT work_order_id, SUM(amount) FROM ({_WIP} UNION ALL SELECT work_order_id, -wip_amount FROM work_order) flow "
        "GROUP BY work_order_id HAVING SUM(amount) <> 0",
    ),
    Rule(
        "I13",
        "a finished work order holds no cost",
        "SELECT number, status, wip_amount FROM work_order "
        "WHERE status IN ('completed', 'closed', 'cancelled') AND wip_amount <> 0",
    ),
    Rule(
        "I14",
        "a purchase line's received quantity is the sum of its receipts",
        "SELECT line_id, SUM(quantity) FROM ("
        "SELECT purchase_order_line_id AS line_id, received_quantity AS quantity FROM goods_receipt_line UNION ALL "
        "SELECT purchase_order_line_id, -received_quantity FROM purchase_order_line) flow "
        "GROUP BY line_id HAVING SUM(quantity) <> 0",
    ),
    Rule(
        "I14",
        "a purchase line's rejected quantity is the sum of rejections and returns",
        "SELECT line_id, SUM(quantity) FROM ("
        "SELECT purchase_order_line_id AS line_id, rejected_quantity AS quantity FROM goods_receipt_line UNION ALL "
        "SELECT line_id, quantity FROM document_event WHERE document_kind = 'purchase_order' AND event_kind = 'returned' "
        "UNION ALL "
        "SELECT purchase_order_line_id, -rejected_quantity FROM purchase_order_line) flow "
        "GROUP BY line_id HAVING SUM(quantity) <> 0",
    ),
    Rule(
        "I14",
        "no more is received than ordered and tolerated, and nothing on pending or rejected lines",
        "SELECT l.purchase_order_line_id, l.status, l.received_quantity, l.ordered_quantity FROM purchase_order_line l "
        "WHERE l.received_quantity > l.ordered_quantity * (1 + COALESCE((SELECT MAX(CAST(s.value AS DOUBLE PRECISION)) "
        "FROM setting_version s WHERE s.name = 'over_receipt_tolerance'), 0)) "
        "OR (l.status IN ('pending', 'rejected', 'cancelled') AND l.received_quantity > 0) "
        "OR l.accepted_quantity + l.rejected_quantity > l.received_quantity OR l.cancelled_quantity > l.ordered_quantity",
    ),
    Rule(
        "I14",
        "a purchase line's status follows from its quantities",
        "SELECT purchase_order_line_id, status FROM purchase_order_line WHERE status NOT IN ('pending', 'rejected', 'closed') "
        "AND status <> CASE WHEN received_quantity + cancelled_quantity < ordered_quantity THEN 'open' "
        "WHEN received_quantity > 0 THEN 'received' ELSE 'cancelled' END",
    ),
    Rule(
        "I14",
        "a purchase order with an open line is not closed, one without is not approved",
        "SELECT o.number, o.status FROM purchase_order o WHERE (o.status IN ('completed', 'closed', 'cancelled') AND EXISTS "
        "(SELECT 1 FROM purchase_order_line l WHERE l.purchase_order_id = o.purchase_order_id AND l.status = 'open')) OR "
        "(o.status = 'approved' AND NOT EXISTS (SELECT 1 FROM purchase_order_line l "
        "WHERE l.purchase_order_id = o.purchase_order_id AND l.status IN ('open', 'pending', 'rejected')))",
    ),
    Rule(
        "I14",
        "no more is invoiced than received",
        "SELECT l.purchase_order_line_id, SUM(v.quantity), MAX(l.received_quantity) FROM supplier_invoice_line v "
        "JOIN purchase_order_line l ON l.purchase_order_line_id = v.purchase_order_line_id "
        "GROUP BY l.purchase_order_line_id HAVING SUM(v.quantity) > MAX(l.received_quantity)",
    ),
    Rule(
        "I14",
        "a sales line's shipped quantity is the sum of its shipments",
        "SELECT line_id, SUM(quantity) FROM ("
        "SELECT sales_order_line_id AS line_id, quantity FROM shipment_line UNION ALL "
        "SELECT sales_order_line_id, -shipped_quantity FROM sales_order_line) flow GROUP BY line_id HAVING SUM(quantity) <> 0",
    ),
    Rule(
        "I14",
        "a sales line's returned quantity is the sum of its returns",
        "SELECT line_id, SUM(quantity) FROM ("
        "SELECT sales_order_line_id AS line_id, quantity FROM customer_return_line "
        "WHERE sales_order_line_id IS NOT NULL UNION ALL "
        "SELECT sales_order_line_id, -returned_quantity FROM sales_order_line) flow GROUP BY line_id HAVING SUM(quantity) <> 0",
    ),
    Rule(
        "I14",
        "delivered and returned stay within shipped, allocated within what is open",
        "SELECT sales_order_line_id, shipped_quantity, delivered_quantity, returned_quantity FROM sales_order_line "
        "WHERE delivered_quantity > shipped_quantity OR returned_quantity > shipped_quantity "
        "OR shipped_quantity + cancelled_quantity + allocated_quantity > ordered_quantity",
    ),
    Rule(
        "I14",
        "a sales line's status follows from its quantities",
        "SELECT sales_order_line_id, status FROM sales_order_line WHERE status <> 'closed' AND status <> CASE "
        "WHEN cancelled_quantity >= ordered_quantity THEN 'cancelled' "
        "WHEN shipped_quantity + cancelled_quantity < ordered_quantity THEN 'open' "
        "WHEN delivered_quantity >= shipped_quantity THEN 'delivered' ELSE 'shipped' END",
    ),
    Rule(
        "I14",
        "a sales order's status follows from its lines",
        "SELECT number, status, expected FROM (SELECT o.number, o.status, CASE "
        "WHEN SUM(CASE WHEN l.status = 'open' THEN 1 ELSE 0 END) > 0 THEN 'open' "
        "WHEN SUM(CASE WHEN l.status = 'shipped' THEN 1 ELSE 0 END) > 0 THEN 'shipped' "
        "WHEN SUM(CASE WHEN l.status = 'delivered' THEN 1 ELSE 0 END) > 0 THEN 'delivered' ELSE 'cancelled' END AS expected "
        "FROM sales_order o JOIN sales_order_line l ON l.sales_order_id = o.sales_order_id "
        "GROUP BY o.sales_order_id, o.number, o.status) orders WHERE status <> expected AND status <> 'closed'",
    ),
    Rule(
        "I14",
        "no more is made than ordered",
        "SELECT number, completed_quantity, scrapped_quantity, ordered_quantity FROM work_order "
        "WHERE completed_quantity + scrapped_quantity > ordered_quantity OR completed_quantity < 0 OR scrapped_quantity < 0",
    ),
    Rule(
        "I14",
        "a component's issued quantity is the sum of its issues",
        "SELECT component_id, SUM(quantity) FROM ("
        "SELECT m.document_line_id AS component_id, CASE WHEN h.reversal_of_movement_id IS NULL THEN m.quantity "
        "ELSE -m.quantity END AS quantity FROM movement_line m "
        "JOIN movement h ON h.movement_id = m.movement_id AND h.movement_type = 'production_issue' UNION ALL "
        "SELECT work_order_component_id, -issued_quantity FROM work_order_component) flow "
        "GROUP BY component_id HAVING SUM(quantity) <> 0",
    ),
    Rule(
        "I12",
        "a transfer receives no more than it shipped, and ships no more than ordered",
        "SELECT transfer_order_line_id, ordered_quantity, shipped_quantity, received_quantity FROM transfer_order_line "
        "WHERE received_quantity > shipped_quantity OR shipped_quantity + cancelled_quantity > ordered_quantity",
    ),
    Rule(
        "I18",
        "a posted stocktake moved each counted difference once, an open one nothing",
        f"SELECT line_id, SUM(quantity) FROM ({_STOCKTAKE} UNION ALL "
        "SELECT l.stocktake_line_id, l.book_quantity - l.counted_quantity FROM stocktake_line l "
        "JOIN stocktake s ON s.stocktake_id = l.stocktake_id AND s.status = 'posted' WHERE l.counted_quantity IS NOT NULL) flow "
        "GROUP BY line_id HAVING SUM(quantity) <> 0",
    ),
)


def numbers_without_gaps(session: Session) -> list[tuple[str, str]]:
    """Numbers a series has given out that no document carries: (document kind, number)."""
    missing: list[tuple[str, str]] = []
    for kind, prefix, following in session.rows("SELECT document_kind, prefix, next_number FROM number_series"):
        table, column = ("lot", "code") if kind == "lot" else (kind, "number")
        carried = {row[0] for row in session.rows(f"SELECT {column} FROM {table} WHERE {column} LIKE ?", (f"{prefix}______%",))}
        missing.extend((kind, number) for n in range(1, int(following)) if (number := f"{prefix}{n:06d}") not in carried)
    return missing
