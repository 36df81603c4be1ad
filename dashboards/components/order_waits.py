"""What does each open line of an order wait for, and what will bring it?"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl
import streamlit as st

from dashboards import live, live_orders, reports
from dashboards import snapshot as snapshots
from dashboards.formats import number, plain, safe
from dashboards.i18n import t
from kernel.numbers import QUANTITY_SCALE

__all__ = ["waits"]


def waits(kind: str, header: dict[str, Any], lines: list[dict[str, Any]]) -> None:
    """For each open line the next step, and what will bring it."""
    said = {"sales_order": _sales_waits, "purchase_order": _purchase_waits, "work_order": _work_waits}.get(kind)
    if said is None:
        return
    sentences = said(header, lines)
    if sentences:
        st.markdown(f"**{t('order.waits')}**")
        st.markdown("\n".join(f"- {sentence}" for sentence in sentences))


def _sales_waits(_header: dict[str, Any], lines: list[dict[str, Any]]) -> list[str]:
    sentences = []
    for line in lines:
        if line["status"] != "open":
            continue
        left = line["ordered_quantity"] - line["shipped_quantity"] - line["cancelled_quantity"]
        held = [row for row in live_orders.allocations(int(line["sales_order_line_id"])) if row["state"] == "open"]
        lying = sum((Decimal(row["quantity"]).scaleb(-6) for row in held), Decimal(0))
        sku = safe(line["sku"])
        if lying >= left:
            places = ", ".join(safe(f"{row['location_code']} {row['lot_code'] or ''}".strip()) for row in held[:5])
            sentences.append(t("order.wait.picking", sku=sku, quantity=number(left), places=places))
            continue
        sentences.append(t("order.wait.stock", sku=sku, quantity=number(left - lying), coming=_coming(line)))
        for peg in live_orders.pegs(int(line["sales_order_line_id"])):
            if peg["supply_kind"] in ("purchase_order_line", "work_order", "transfer_order_line") and peg["number"]:
                sentences.append(
                    t(
                        "order.wait.peg",
                        sku=sku,
                        number=safe(peg["number"]),
                        expected=plain(live.day(peg["expected_date"])),
                        quantity=number(peg["quantity"] / QUANTITY_SCALE),
                    )
                )
    return sentences


def _coming(line: dict[str, Any]) -> str:
    """The next supply of the line's item in its warehouse, from the shown snapshot."""
    shown = snapshots.current()
    if shown is None:
        return t("order.wait.nothing_coming")
    supply = reports.open_orders(shown, line["item_id"], line["warehouse_id"]).filter(pl.col("document_kind") != "sales_order")
    if supply.is_empty():
        return t("order.wait.nothing_coming")
    first = supply.row(0, named=True)
    return t("order.wait.coming", number=safe(first["document_number"]), date=plain(first["expected_date"]))


def _purchase_waits(header: dict[str, Any], lines: list[dict[str, Any]]) -> list[str]:
    today = live.today()
    sentences = []
    for line in lines:
        left = line["ordered_quantity"] - line["received_quantity"] - line["cancelled_quantity"]
        if line["status"] not in ("open", "pending") or left <= 0:
            continue
        promised: date | None = line["last_promised_date"] or line["required_date"]
        late = (today - promised).days if today and promised and promised < today else 0
        key = "order.wait.supplier_late" if late else "order.wait.supplier"
        sentences.append(t(key, sku=safe(line["sku"]), quantity=number(left), date=plain(promised), days=late))
    for row in live_orders.receipts(int(header["purchase_order_id"])):
        received = t(
            "order.received",
            number=safe(row["number"]),
            sku=safe(row["sku"]),
            quantity=number(row["received_quantity"] / QUANTITY_SCALE),
            date=plain(live.day(row["received_date"])),
        )
        if row["inspected_date"] is None:
            received += " · " + t("order.not_inspected")
        if row["rejected_quantity"]:
            received += " · " + t("order.rejected", quantity=number(row["rejected_quantity"] / QUANTITY_SCALE))
        sentences.append(received)
    return sentences


def _work_waits(header: dict[str, Any], lines: list[dict[str, Any]]) -> list[str]:
    if header["status"] in ("completed", "closed", "cancelled"):
        return []
    short = [line for line in lines if line["issued_quantity"] < line["required_quantity"]]
    if not short:
        return [t("order.wait.completion", date=plain(header["due_date"]))]
    return [
        t(
            "order.wait.component",
            sku=safe(line["sku"]),
            quantity=number(line["required_quantity"] - line["issued_quantity"]),
            date=plain(line["required_date"]),
        )
        for line in short
    ]
