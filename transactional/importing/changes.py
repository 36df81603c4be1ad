"""Which documents say something else now than when they were posted?

The ledger keeps what was posted; a person decides. What simply went on (received, shipped, released, promised anew) is no such
change: it is posted.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from kernel.numbers import show_quantity
from transactional.importing.packs import Packs
from transactional.importing.problems import Finding
from transactional.importing.staging import Stage

__all__ = ["changed_documents"]

_ORDERED = (
    ("purchase_lines", "h_purchase", "PlacePurchaseOrder", "AND h.line = t.line"),
    ("sales_lines", "h_sales", "EnterSalesOrder", "AND h.line = t.line"),
    ("work_orders", "h_work", "PlaceWorkOrder", ""),
)


def changed_documents(stage: Stage, packs: Packs, as_of: date) -> Iterator[Finding]:
    """One finding per line and column that differs, per line that joined an order or left it, and per step that shrank."""
    for table, held, kind, line in _ORDERED:
        for column, show in (("sku", str), ("quantity", show_quantity)):
            query = (
                f"SELECT t.file, t.line_no, h.{column}, t.{column} FROM t_{table} t JOIN {held} h "
                f'ON h."order" = t."order" {line} '
                f"WHERE t.bad = 0 AND t.{column} <> h.{column} ORDER BY t.id"
            )
            for file, number, before, now in stage.database.execute(query):
                yield _changed(f"{stage.file_name(file)}:{number}", column, show(before), show(now), kind)
        if line:
            yield from _joined_or_left(stage, table, held, kind)
    yield from _shrunk(stage, packs, as_of)
    query = (
        'SELECT t.file, t.line_no, h.due, t.due_date FROM t_work_orders t JOIN h_work h ON h."order" = t."order" '
        "WHERE t.bad = 0 AND t.due_date <> h.due ORDER BY t.id"
    )
    for file, number, before, now in stage.database.execute(query):
        yield _changed(f"{stage.file_name(file)}:{number}", "due_date", before, now, "PlaceWorkOrder")


def _joined_or_left(stage: Stage, table: str, held: str, kind: str) -> Iterator[Finding]:
    joined = (
        f'SELECT t.file, t.line_no, t.line FROM t_{table} t WHERE t.bad = 0 AND EXISTS (SELECT 1 FROM {held} h WHERE h."order" = '
        f't."order") AND NOT EXISTS (SELECT 1 FROM {held} h WHERE h."order" = t."order" AND h.line = t.line) ORDER BY t.id'
    )
    for file, number, line in stage.database.execute(joined):
        yield _changed(f"{stage.file_name(file)}:{number}", "line", "-", line, kind)
    left = (
        f'SELECT h."order", h.line FROM {held} h WHERE EXISTS (SELECT 1 FROM t_{table} t WHERE t.bad = 0 AND t."order" = '
        f'h."order") AND NOT EXISTS (SELECT 1 FROM t_{table} t WHERE t."order" = h."order" AND t.line = h.line) ORDER BY 1, 2'
    )
    for order, line in stage.database.execute(left):
        yield _changed(str(order), "line", line, "-", kind)


def _shrunk(stage: Stage, packs: Packs, as_of: date) -> Iterator[Finding]:
    """Less received or shipped than was posted."""
    for table, held, kind, stated, before, when in (
        ("purchase_lines", "h_purchase", "ReceiveGoods", "t.received_quantity", "received", "received_date"),
        ("sales_lines", "h_sales", "ShipGoods", "coalesce(t.shipped_quantity, t.quantity)", "shipped", "shipped_date"),
    ):
        supplier = "t.supplier" if table == "purchase_lines" else "NULL"
        query = (
            f"SELECT t.file, t.line_no, t.sku, t.unit, {supplier}, CASE WHEN t.{when} <= ? THEN {stated} ELSE 0 END AS now, "
            f'h.{before} FROM t_{table} t JOIN {held} h ON h."order" = t."order" AND h.line = t.line '
            f"WHERE t.bad = 0 AND h.{before} > 0 AND (t.unit IS NOT NULL OR now < h.{before}) ORDER BY t.id"
        )
        for file, number, sku, unit, supplier_code, now, posted in stage.database.execute(query, (as_of.isoformat(),)).fetchall():
            base = packs.enter(sku, now, unit, 0, None, supplier_code).quantity
            if base < posted:
                place = f"{stage.file_name(file)}:{number}"
                yield _changed(place, f"{before}_quantity", show_quantity(posted), show_quantity(base), kind)


def _changed(subject: str, column: str, posted: str, now: str, kind: str) -> Finding:
    return Finding("changed_since_load", "nothing", subject, {"column": column, "posted": posted, "now": now, "kind": kind})
