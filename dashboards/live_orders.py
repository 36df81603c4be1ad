"""Which orders are open this moment, what happened to one of them, and what does each line wait for?

Reads of the ledger through its own queries, kept as long as its watermark stands still. Quantities and money in people's units.
"""

from __future__ import annotations

from typing import Any

import streamlit as st

from dashboards import live
from dashboards.settings import ledger_url
from transactional import queries

__all__ = ["KINDS", "allocations", "document", "find", "open_lines", "parties", "pegs", "receipts", "waits_for"]

KINDS = ("sales_order", "purchase_order", "work_order", "transfer_order")


def open_lines(kind: str) -> list[dict[str, Any]]:
    """Open lines of one kind of order, the earliest first, each with `waits_for`."""
    ledger = live.ledger()
    if ledger is None:
        return []
    return [{**row, "waits_for": waits_for(kind, row)} for row in _open_lines(ledger_url(), ledger.watermark(), kind)]


@st.cache_data(max_entries=12, show_spinner=False)
def _open_lines(url: str, watermark: int, kind: str) -> list[dict[str, Any]]:
    ask = {
        "sales_order": queries.open_sales_lines,
        "purchase_order": queries.open_purchase_lines,
        "work_order": queries.open_work_orders,
        "transfer_order": queries.open_transfer_lines,
    }[kind]
    return ask(live.opened(url))


def waits_for(kind: str, row: dict[str, Any]) -> str:
    """The next step an open line waits for: stock, picking, supplier, start, completion, dispatch or arrival."""
    if kind == "sales_order":
        return "picking" if (row["allocated_quantity"] or 0) >= row["open_quantity"] else "stock"
    if kind == "purchase_order":
        return "supplier"
    if kind == "work_order":
        return "completion" if row["status"] == "in_progress" else "start"
    return "arrival" if row["status"] == "shipped" else "dispatch"


def find(number: str) -> list[dict[str, Any]]:
    """Documents that carry this number, whatever their kind."""
    ledger = live.ledger()
    return [] if ledger is None else _find(ledger_url(), ledger.watermark(), number.strip())


@st.cache_data(max_entries=50, show_spinner=False)
def _find(url: str, watermark: int, number: str) -> list[dict[str, Any]]:
    return queries.find_document(live.opened(url), number)


def document(kind: str, document_id: int) -> dict[str, Any] | None:
    """One document whole: `header`, `lines`, `events`."""
    ledger = live.ledger()
    return None if ledger is None else _document(ledger_url(), ledger.watermark(), kind, document_id)


@st.cache_data(max_entries=50, show_spinner=False)
def _document(url: str, watermark: int, kind: str, document_id: int) -> dict[str, Any] | None:
    return queries.order_detail(live.opened(url), kind, document_id)


def parties(kind: str, header: dict[str, Any]) -> dict[str, Any]:
    """Names behind the ids of a header: customer, supplier, item, warehouses."""
    asked = {
        "sales_order": ("select code, name, name_zh from customer where customer_id = ?", "customer_id"),
        "purchase_order": ("select code, name, name_zh from supplier where supplier_id = ?", "supplier_id"),
        "work_order": ("select sku as code, name, name_zh from item where item_id = ?", "item_id"),
        "transfer_order": ("select code, name, name_zh from warehouse where warehouse_id = ?", "to_warehouse_id"),
        "shipment": ("select code, name, name_zh from customer where customer_id = ?", "customer_id"),
        "customer_return": ("select code, name, name_zh from customer where customer_id = ?", "customer_id"),
        "stocktake": ("select code, name, name_zh from warehouse where warehouse_id = ?", "warehouse_id"),
        "goods_receipt": (
            "select s.code, s.name, s.name_zh, o.number as order_number from purchase_order o join supplier s "
            "on s.supplier_id = o.supplier_id where o.purchase_order_id = ?",
            "purchase_order_id",
        ),
    }
    statement, column = asked[kind]
    found = live.rows(statement, (header[column],))
    return found[0] if found else {}


def allocations(line_id: int) -> list[dict[str, Any]]:
    """Stock tied to one sales line: bin, lot, quantities (10^-6), state."""
    return live.rows(
        "select p.code as location_code, case when a.lot_id = 0 then '' else t.code end as lot_code, a.quantity, "
        "a.picked_quantity, a.state, a.allocated_date from allocation a join location p on p.location_id = a.location_id "
        "left join lot t on t.lot_id = a.lot_id where a.demand_kind = 'sales_order_line' and a.demand_line_id = ? "
        "order by a.allocation_id",
        (line_id,),
    )


def pegs(line_id: int) -> list[dict[str, Any]]:
    """What the promise of one sales line rested on when it was made."""
    return live.rows(
        "select g.supply_kind, g.quantity, g.expected_date, g.promised_date, coalesce(o.number, w.number) as number "
        "from promise_peg g left join purchase_order_line l on g.supply_kind = 'purchase_order_line' "
        "and l.purchase_order_line_id = g.supply_id left join purchase_order o on o.purchase_order_id = l.purchase_order_id "
        "left join work_order w on g.supply_kind = 'work_order' and w.work_order_id = g.supply_id "
        "where g.sales_order_line_id = ? order by g.promise_peg_id",
        (line_id,),
    )


def receipts(purchase_order_id: int) -> list[dict[str, Any]]:
    """What has arrived on a purchase order."""
    return live.rows(
        "select r.number, r.received_date, r.inspected_date, i.sku, l.received_quantity, l.accepted_quantity, "
        "l.rejected_quantity, l.reject_reason from goods_receipt r join goods_receipt_line l "
        "on l.goods_receipt_id = r.goods_receipt_id join item i on i.item_id = l.item_id where r.purchase_order_id = ? "
        "order by r.received_date, r.number",
        (purchase_order_id,),
    )
