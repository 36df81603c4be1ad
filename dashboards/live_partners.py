"""What does the ledger know about one supplier: archive, qualifications, and how it delivered month by month?"""

from __future__ import annotations

from typing import Any

from dashboards import live

__all__ = ["history", "qualifications", "supplier"]


def supplier(code: str) -> dict[str, Any] | None:
    """The supplier's archive; None when there is none with this code."""
    found = live.rows(
        "select supplier_id, code, name, name_zh, status, credit_rating, is_preferred, city, currency, contact from supplier "
        "where code = ?",
        (code,),
    )
    return found[0] if found else None


def qualifications(supplier_id: int) -> list[dict[str, Any]]:
    """Certificates, the first to expire first."""
    return live.rows(
        "select kind, certificate_number, valid_from, qualification_expiry_date, is_mandatory from supplier_qualification "
        "where supplier_id = ? order by qualification_expiry_date is null, qualification_expiry_date, kind",
        (supplier_id,),
    )


def history(supplier_id: int) -> list[dict[str, Any]]:
    """Receipts by month: lines received, those by the first promise, and received and accepted quantity (10^-6).

    A line without a promise has no say in punctuality and is left out of both counts.
    """
    return live.rows(
        "select substr(cast(r.received_date as text), 1, 7) as month, "
        "sum(case when p.first_promised_date is null then 0 else 1 end) as line_count, "
        "sum(case when r.received_date <= p.first_promised_date then 1 else 0 end) as on_time_count, "
        "sum(l.received_quantity) as received_quantity, sum(l.accepted_quantity) as accepted_quantity "
        "from goods_receipt r join goods_receipt_line l on l.goods_receipt_id = r.goods_receipt_id "
        "join purchase_order_line p on p.purchase_order_line_id = l.purchase_order_line_id "
        "join purchase_order o on o.purchase_order_id = r.purchase_order_id where o.supplier_id = ? "
        "group by substr(cast(r.received_date as text), 1, 7) order by 1",
        (supplier_id,),
    )
