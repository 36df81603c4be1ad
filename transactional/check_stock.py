"""Which queries find broken stock, lots, allocations and costs?"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["STOCK_RULES", "Rule"]


@dataclass(frozen=True)
class Rule:
    """A sentence that must be true and the query that finds where it is not; its first column names the row."""

    invariant: str
    sentence: str
    query: str


_FLOW = """
    SELECT item_id, to_location_id AS location_id, lot_id, to_status AS status, business_date, quantity FROM movement_line
    UNION ALL
    SELECT item_id, from_location_id, lot_id, from_status, business_date, -quantity FROM movement_line
"""
_VALUE_FLOW = """
    SELECT m.item_id, w.valuation_area_id, m.business_date, m.quantity, m.cost_amount AS amount
    FROM movement_line m
    JOIN location l ON l.location_id = m.to_location_id AND l.kind IN ('bin', 'in_transit')
    JOIN warehouse w ON w.warehouse_id = l.warehouse_id
    UNION ALL
    SELECT m.item_id, w.valuation_area_id, m.business_date, -m.quantity, -m.cost_amount
    FROM movement_line m
    JOIN location l ON l.location_id = m.from_location_id AND l.kind IN ('bin', 'in_transit')
    JOIN warehouse w ON w.warehouse_id = l.warehouse_id
    UNION ALL
    SELECT v.item_id, w.valuation_area_id, v.business_date, 0, v.amount
    FROM value_entry v
    JOIN location l ON l.location_id = v.to_location_id AND l.kind IN ('bin', 'in_transit')
    JOIN warehouse w ON w.warehouse_id = l.warehouse_id
    WHERE v.item_id IS NOT NULL
    UNION ALL
    SELECT v.item_id, w.valuation_area_id, v.business_date, 0, -v.amount
    FROM value_entry v
    JOIN location l ON l.location_id = v.from_location_id AND l.kind IN ('bin', 'in_transit')
    JOIN warehouse w ON w.warehouse_id = l.warehouse_id
    WHERE v.item_id IS NOT NULL
"""

STOCK_RULES: tuple[Rule, ...] = (
    Rule(
        "I1",
        "the sum over all locations is zero for every item",
        "SELECT item_id, SUM(on_hand_quantity) FROM stock_balance GROUP BY item_id HAVING SUM(on_hand_quantity) <> 0",
    ),
    Rule(
        "I2",
        "a balance is the sum of its movements",
        f"SELECT item_id, location_id, lot_id, status, SUM(quantity) FROM ({_FLOW} UNION ALL "
        "SELECT item_id, location_id, lot_id, status, NULL, -on_hand_quantity FROM stock_balance) flow "
        "GROUP BY item_id, location_id, lot_id, status HAVING SUM(quantity) <> 0",
    ),
    Rule(
        "I2",
        "a day's balance change is the sum of the day's movements",
        f"SELECT item_id, location_id, lot_id, status, business_date, SUM(quantity) FROM ({_FLOW} UNION ALL "
        "SELECT item_id, location_id, lot_id, status, business_date, -quantity_delta FROM balance_daily) flow "
        "GROUP BY item_id, location_id, lot_id, status, business_date HAVING SUM(quantity) <> 0",
    ),
    Rule(
        "I2",
        "daily balance changes sum to the balance",
        "SELECT item_id, location_id, lot_id, status, SUM(quantity) FROM ("
        "SELECT item_id, location_id, lot_id, status, quantity_delta AS quantity FROM balance_daily UNION ALL "
        "SELECT item_id, location_id, lot_id, status, -on_hand_quantity FROM stock_balance) flow "
        "GROUP BY item_id, location_id, lot_id, status HAVING SUM(quantity) <> 0",
    ),
    Rule(
        "I4",
        "physical stock is never below zero",
        "SELECT b.item_id, l.code, b.on_hand_quantity FROM stock_balance b JOIN location l ON l.location_id = b.location_id "
        "WHERE (l.kind IN ('bin', 'in_transit') AND b.on_hand_quantity < 0) OR b.is_physical <> l.is_physical",
    ),
    Rule(
        "I5",
        "allocated lies between zero and on hand",
        "SELECT item_id, location_id, lot_id, status, allocated_quantity, on_hand_quantity FROM stock_balance "
        "WHERE allocated_quantity < 0 OR (is_physical = 1 AND allocated_quantity > on_hand_quantity)",
    ),
    Rule(
        "I5",
        "allocated is the sum of open allocations",
        "SELECT item_id, location_id, lot_id, status, SUM(quantity) FROM ("
        "SELECT item_id, location_id, lot_id, status, quantity FROM allocation WHERE state = 'open' UNION ALL "
        "SELECT item_id, location_id, lot_id, status, -allocated_quantity FROM stock_balance) held "
        "GROUP BY item_id, location_id, lot_id, status HAVING SUM(quantity) <> 0",
    ),
    Rule(
        "I6",
        "a sales line's allocated quantity is the sum of its open allocations",
        "SELECT line_id, SUM(quantity) FROM ("
        "SELECT demand_line_id AS line_id, quantity FROM allocation WHERE state = 'open' AND demand_kind = 'sales_order_line' "
        "UNION ALL SELECT sales_order_line_id, -allocated_quantity FROM sales_order_line) held "
        "GROUP BY line_id HAVING SUM(quantity) <> 0",
    ),
    Rule(
        "I6",
        "an open allocation serves an open line, an ended one has its date",
        "SELECT a.allocation_id, a.state, l.status FROM allocation a "
        "LEFT JOIN sales_order_line l ON l.sales_order_line_id = a.demand_line_id "
        "WHERE a.demand_kind = 'sales_order_line' AND (l.sales_order_line_id IS NULL OR (a.state = 'open' AND l.status "
        "<> 'open') "
        "OR (a.state = 'open') <> (a.closed_date IS NULL) OR a.picked_quantity > a.quantity)",
    ),
    Rule(
        "I7",
        "a lot belongs to its item",
        "SELECT b.item_id, b.lot_id FROM stock_balance b JOIN lot t ON t.lot_id = b.lot_id "
        "WHERE b.lot_id <> 0 AND t.item_id <> b.item_id",
    ),
    Rule(
        "I7",
        "an item kept by lot lies in lots",
        "SELECT b.item_id, b.location_id, b.on_hand_quantity FROM stock_balance b JOIN item i ON i.item_id = b.item_id "
        "WHERE i.is_lot_tracked = 1 AND b.lot_id = 0 AND b.is_physical = 1 AND b.on_hand_quantity <> 0",
    ),
    Rule(
        "I7",
        "no expired lot was shipped",
        "SELECT s.shipment_line_id, t.expiry_date, h.shipped_date FROM shipment_line s "
        "JOIN shipment h ON h.shipment_id = s.shipment_id JOIN lot t ON t.lot_id = s.lot_id "
        "WHERE t.expiry_date < h.shipped_date",
    ),
    Rule(
        "I9",
        "cost quantity and value are the sums of movements and value entries",
        f"SELECT item_id, valuation_area_id, SUM(quantity), SUM(amount) FROM ({_VALUE_FLOW} UNION ALL "
        "SELECT item_id, valuation_area_id, NULL, -on_hand_quantity, -value_amount FROM item_cost) flow "
        "GROUP BY item_id, valuation_area_id HAVING SUM(quantity) <> 0 OR SUM(amount) <> 0",
    ),
    Rule(
        "I9",
        "daily cost changes sum to the cost",
        "SELECT item_id, valuation_area_id, SUM(quantity), SUM(amount) FROM ("
        "SELECT item_id, valuation_area_id, quantity_delta AS quantity, value_delta AS amount FROM cost_daily UNION ALL "
        "SELECT item_id, valuation_area_id, -on_hand_quantity, -value_amount FROM item_cost) flow "
        "GROUP BY item_id, valuation_area_id HAVING SUM(quantity) <> 0 OR SUM(amount) <> 0",
    ),
    Rule(
        "I9",
        "cost quantity is what lies in the area",
        "SELECT item_id, valuation_area_id, SUM(quantity) FROM ("
        "SELECT b.item_id, w.valuation_area_id, b.on_hand_quantity AS quantity FROM stock_balance b "
        "JOIN location l ON l.location_id = b.location_id AND l.kind IN ('bin', 'in_transit') "
        "JOIN warehouse w ON w.warehouse_id = l.warehouse_id UNION ALL "
        "SELECT item_id, valuation_area_id, -on_hand_quantity FROM item_cost) lying "
        "GROUP BY item_id, valuation_area_id HAVING SUM(quantity) <> 0",
    ),
    Rule(
        "I10",
        "no quantity, no value; no value below zero",
        "SELECT item_id, valuation_area_id, on_hand_quantity, value_amount FROM item_cost "
        "WHERE (on_hand_quantity = 0 AND value_amount <> 0) OR value_amount < 0 OR on_hand_quantity < 0",
    ),
)
