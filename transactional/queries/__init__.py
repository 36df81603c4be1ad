"""What is true right now? Live reads for screens and the command line: functions taking the ledger, returning lists of dicts.

Quantities, prices and money are decimals in people's units; see `people_units`.
"""

from transactional.queries.demand import (
    business_events,
    demand_adjustments,
    demand_references,
    group_overrides,
    sales_expectations,
)
from transactional.queries.orders import (
    events,
    find_document,
    open_purchase_lines,
    open_sales_lines,
    open_transfer_lines,
    open_work_orders,
    order_detail,
)
from transactional.queries.people import (
    actions,
    company,
    decisions,
    inbox_states,
    notes,
    overrides,
    run_requests,
    setting_value,
    settings,
    suppliers,
    users,
)
from transactional.queries.stock import availability, items, live_stock, movements, stock_by_bin

__all__ = [
    "actions",
    "availability",
    "business_events",
    "company",
    "decisions",
    "demand_adjustments",
    "demand_references",
    "events",
    "find_document",
    "group_overrides",
    "inbox_states",
    "items",
    "live_stock",
    "movements",
    "notes",
    "open_purchase_lines",
    "open_sales_lines",
    "open_transfer_lines",
    "open_work_orders",
    "order_detail",
    "overrides",
    "run_requests",
    "sales_expectations",
    "setting_value",
    "settings",
    "stock_by_bin",
    "suppliers",
    "users",
]
