"""Every table of the ledger, by subject.

    control      company, users, postings, events, settings, calendars
    items        items, units, bills of materials, routings, lots, planning parameters
    partners     suppliers and their terms, customers, carriers
    stock        locations, movements, balances, costs, allocations, transfers, stocktakes
    purchasing   quotes, purchase orders, receipts, invoices
    sales        sales orders, promises, shipments, returns, notes
    production   work orders, components, operations, scrap reasons
    decisions    overrides, decisions on suggestions, run requests, actions
    demand       adjusted and borrowed history, overrides of groups, what sales expects

Ledger tables change by ADD COLUMN only.
"""

from __future__ import annotations

from transactional.schema import control, decisions, demand, items, partners, production, purchasing, sales, stock
from transactional.schema.columns import metadata

APPEND_ONLY = (
    "posting",
    "document_event",
    "movement",
    "movement_line",
    "value_entry",
    "promise_peg",
    "item_version",
    "item_location_version",
    "supplier_version",
    "setting_version",
    "goods_receipt_line",
    "shipment_line",
    "customer_return_line",
    "supplier_invoice_line",
)
"""Tables whose rows are never changed or deleted; triggers hold it in both databases."""

PRIVATE_COLUMNS = {"app_user": ("password_hash",)}
"""Columns that never leave the ledger."""

NOT_INGESTED = ("id_block", "number_series", "inbox_state")
"""Tables that are the ledger's own machinery."""

__all__ = [
    "APPEND_ONLY",
    "NOT_INGESTED",
    "PRIVATE_COLUMNS",
    "control",
    "decisions",
    "demand",
    "items",
    "metadata",
    "partners",
    "production",
    "purchasing",
    "sales",
    "stock",
]
