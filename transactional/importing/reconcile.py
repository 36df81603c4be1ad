"""Does the ledger hold exactly what the accepted source rows state?

Counts, quantities and unrounded totals of every document kind, summed over the staged rows and over the ledger's
tables. What rounding to the minor unit costs is a sum of its own.
"""

from __future__ import annotations

from datetime import date

from transactional.importing.packs import Packs
from transactional.importing.report import Sum
from transactional.importing.staging import Stage
from transactional.ledger import Ledger

__all__ = ["sums"]


def sums(stage: Stage, ledger: Ledger, packs: Packs, as_of: date) -> tuple[Sum, ...]:
    """Totals by document kind: source against ledger."""
    found: list[Sum] = []
    day = as_of.isoformat()

    def all_stated(table: str) -> bool:
        query = f"SELECT 1 FROM t_{table} WHERE bad = 0 AND line_total IS NULL LIMIT 1"
        return stage.database.execute(query).fetchone() is None

    def brings_less(table: str, held: str) -> bool:
        """An export that leaves out older documents cannot be added up against the whole ledger."""
        query = f'SELECT "order" FROM {held} EXCEPT SELECT "order" FROM t_{table} WHERE bad = 0 LIMIT 1'
        return stage.database.execute(query).fetchone() is not None

    def compare(name: str, source: str, held: str, *values: str) -> None:
        stated = int(stage.database.execute(source, values).fetchone()[0] or 0)
        found.append(Sum(name, stated, int(ledger.rows(held)[0][0] or 0)))

    if stage.has("purchase_lines") and not brings_less("purchase_lines", "h_purchase"):
        base = "FROM t_purchase_lines WHERE bad = 0"
        held = (
            "FROM purchase_order_line l JOIN purchase_order o ON o.purchase_order_id = l.purchase_order_id "
            "WHERE l.source_key IS NOT NULL"
        )
        received = "received_quantity > 0 AND received_date <= ?"
        compare(
            "purchase_orders",
            f'SELECT count(DISTINCT "order") {base}',
            "SELECT count(*) FROM purchase_order WHERE source_key IS NOT NULL",
        )
        compare("purchase_lines", f"SELECT count(*) {base}", f"SELECT count(*) {held}")
        compare(
            "purchase_quantity",
            f"SELECT sum(quantity) {base}",
            f"SELECT sum(coalesce(l.entered_quantity, l.ordered_quantity)) {held}",
        )
        if all_stated("purchase_lines"):
            compare("purchase_total_micro", f"SELECT sum(line_total) {base}", f"SELECT sum(l.line_total_micro) {held}")
        if not _has_known_packs(stage, packs):
            compare(
                "received_quantity",
                f"SELECT sum(received_quantity) {base} AND {received}",
                f"SELECT sum(l.received_quantity) {held}",
                day,
            )
            compare(
                "rejected_quantity",
                f"SELECT sum(rejected_quantity) {base} AND {received}",
                f"SELECT sum(l.rejected_quantity) {held}",
                day,
            )
    if stage.has("sales_lines") and not brings_less("sales_lines", "h_sales"):
        base = "FROM t_sales_lines WHERE bad = 0"
        held = "FROM sales_order_line WHERE source_key IS NOT NULL"
        shipped = "shipped_date <= ?"
        compare(
            "sales_orders",
            f'SELECT count(DISTINCT "order") {base}',
            "SELECT count(*) FROM sales_order WHERE source_key IS NOT NULL",
        )
        compare("sales_lines", f"SELECT count(*) {base}", f"SELECT count(*) {held}")
        compare(
            "sales_quantity", f"SELECT sum(quantity) {base}", f"SELECT sum(coalesce(entered_quantity, ordered_quantity)) {held}"
        )
        if all_stated("sales_lines"):
            compare("sales_total_micro", f"SELECT sum(line_total) {base}", f"SELECT sum(line_total_micro) {held}")
        compare("shipped_lines", f"SELECT count(*) {base} AND {shipped}", f"SELECT count(*) {held} AND shipped_quantity > 0", day)
    if stage.has("work_orders") and not brings_less("work_orders", "h_work"):
        base = "FROM t_work_orders WHERE bad = 0"
        held = "FROM work_order WHERE source_key IS NOT NULL"
        ended = "end_date <= ?"
        compare("work_orders", f"SELECT count(*) {base}", f"SELECT count(*) {held}")
        compare("work_order_quantity", f"SELECT sum(quantity) {base}", f"SELECT sum(ordered_quantity) {held}")
        compare(
            "completed_quantity",
            f"SELECT sum(quantity - scrapped_quantity) {base} AND {ended}",
            f"SELECT sum(completed_quantity) {held}",
            day,
        )
        compare(
            "scrapped_quantity", f"SELECT sum(scrapped_quantity) {base} AND {ended}", f"SELECT sum(scrapped_quantity) {held}", day
        )
        if stage.has("operations"):
            compare("operations", "SELECT count(*) FROM t_operations WHERE bad = 0", "SELECT count(*) FROM work_order_operation")
    found += _rounding(ledger)
    return tuple(found)


def _has_known_packs(stage: Stage, packs: Packs) -> bool:
    """Whether lines were converted; the source's purchase units then differ from the ledger's base units."""
    query = "SELECT DISTINCT supplier, sku, unit FROM t_purchase_lines WHERE bad = 0 AND unit IS NOT NULL"
    return any((packs.ratio(sku, unit, supplier) or 1) != 1 for supplier, sku, unit in stage.database.execute(query).fetchall())


def _rounding(ledger: Ledger) -> list[Sum]:
    """Unrounded totals in minor units beside the rounded line amounts: the difference is the rounding account's."""
    digits = ledger.rows("SELECT minor_digits FROM company")
    if not digits:
        return []
    scale = 10 ** (6 - int(digits[0][0]))
    found = []
    for name, table in (("purchases", "purchase_order_line"), ("sales", "sales_order_line")):
        micro, amount = ledger.rows(f"SELECT sum(line_total_micro), sum(line_amount) FROM {table} WHERE source_key IS NOT NULL")[
            0
        ]
        if micro is not None:
            found.append(Sum(f"rounding_{name}", int(micro), int(amount) * scale))
    return found
