"""What does the ledger hold from earlier loads of the same company?

Copied into the stage, so that a later export can be compared line by line: `h_purchase`, `h_sales` and `h_work` are what was
ordered, received, shipped and made so far, by the source's own keys. What a load posts is the difference between the source
and these.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from transactional.importing.staging import Stage
from transactional.ledger import Ledger

__all__ = ["Held"]

_TABLES = {
    "h_purchase": (
        '"order" TEXT, line TEXT, line_id INTEGER, order_status TEXT, line_status TEXT, sku TEXT, quantity INTEGER, '
        "received INTEGER, rejected INTEGER, promised TEXT",
        "SELECT o.source_key, l.source_key, l.purchase_order_line_id, o.status, l.status, i.sku, coalesce(l.entered_quantity, "
        "l.ordered_quantity), l.received_quantity, l.rejected_quantity, l.last_promised_date FROM purchase_order_line l JOIN "
        "purchase_order o ON o.purchase_order_id = l.purchase_order_id JOIN item i ON i.item_id = l.item_id "
        "WHERE o.source_key IS NOT NULL",
    ),
    "h_sales": (
        '"order" TEXT, line TEXT, line_id INTEGER, order_status TEXT, line_status TEXT, sku TEXT, quantity INTEGER, '
        "shipped INTEGER, promised TEXT",
        "SELECT o.source_key, l.source_key, l.sales_order_line_id, o.status, l.status, i.sku, coalesce(l.entered_quantity, "
        "l.ordered_quantity), l.shipped_quantity, l.last_promised_date FROM sales_order_line l JOIN sales_order o ON "
        "o.sales_order_id = l.sales_order_id JOIN item i ON i.item_id = l.item_id WHERE o.source_key IS NOT NULL",
    ),
    "h_work": (
        '"order" TEXT, line TEXT, line_id INTEGER, order_status TEXT, sku TEXT, quantity INTEGER, completed INTEGER, '
        "scrapped INTEGER, due TEXT",
        "SELECT w.source_key, '', w.work_order_id, w.status, i.sku, w.ordered_quantity, w.completed_quantity, "
        "w.scrapped_quantity, w.due_date FROM work_order w JOIN item i ON i.item_id = w.item_id WHERE w.source_key IS NOT NULL",
    ),
}

_CODES = {
    "units": "SELECT code FROM unit_of_measure",
    "categories": "SELECT code FROM item_category",
    "warehouses": "SELECT code FROM warehouse",
    "locations": "SELECT code FROM location WHERE kind = 'bin'",
    "work_centers": "SELECT code FROM work_center",
    "scrap_reasons": "SELECT code FROM scrap_reason",
    "carriers": "SELECT code FROM carrier",
    "users": "SELECT login FROM app_user",
    "suppliers": "SELECT code FROM supplier",
    "customers": "SELECT code FROM customer",
    "items": "SELECT sku FROM item",
    "work_orders": "SELECT source_key FROM work_order WHERE source_key IS NOT NULL",
}

_IMPORTED = "FROM movement_line m JOIN movement h ON h.movement_id = m.movement_id JOIN posting p ON "\
    "p.posting_sequence = h.posting_sequence JOIN item i ON i.item_id = m.item_id JOIN location f ON f.location_id = "\
    "m.from_location_id JOIN location t ON t.location_id = m.to_location_id"  # fmt: skip

_PHASES = {"receipt": 1, "production_receipt": 2, "production_issue": 3, "shipment": 4}
"""Order within a day, as `timeline` has it."""


class Held:
    """Documents, stock and codes of the ledger before this load.

    Attributes:
        is_new: nobody founded the company yet.
        today: up to when the ledger is told, ISO; empty for a new company.
    """

    def __init__(self, ledger: Ledger, stage: Stage) -> None:
        self._ledger, self._stage = ledger, stage
        company = ledger.rows("SELECT today FROM company")
        self.is_new = not company
        self.today = str(company[0][0]) if company else ""
        self._codes: dict[str, frozenset[str]] = {}
        for name, (columns, query) in _TABLES.items():
            stage.database.execute(f"DROP TABLE IF EXISTS {name}")
            stage.database.execute(f"CREATE TABLE {name} ({columns})")
            if not self.is_new:
                self._copy(name, query)
            stage.database.execute(f'CREATE INDEX key_{name} ON {name} ("order", line)')

    def _copy(self, name: str, query: str) -> None:
        rows = self._ledger.rows(query)
        if rows:
            places = ", ".join("?" * len(rows[0]))
            self._stage.database.execute("BEGIN")
            self._stage.database.executemany(
                f"INSERT INTO {name} VALUES ({places})", ([_storable(cell) for cell in row] for row in rows)
            )
            self._stage.database.execute("COMMIT")

    def is_behind(self, as_of: date) -> bool:
        """Whether the ledger ends before the day this load tells about: the load continues it."""
        return not self.is_new and self.today < as_of.isoformat()

    def over_receipt_tolerance(self) -> float:
        """How much more than ordered the ledger takes in, as the most generous of its settings says."""
        if self.is_new:
            return 0.0
        rows = self._ledger.rows("SELECT value FROM setting WHERE name = 'over_receipt_tolerance'")
        return max((float(value) for (value,) in rows), default=0.0)

    def codes(self, target: str) -> frozenset[str]:
        """Codes the ledger knows, so that a later export need not repeat its master data."""
        if target not in self._codes:
            known = not self.is_new and target in _CODES
            self._codes[target] = frozenset(row[0] for row in self._ledger.rows(_CODES[target])) if known else frozenset()
        return self._codes[target]

    def opening_date(self) -> date | None:
        """When the opening stock was posted, None when there is none."""
        if self.is_new:
            return None
        found = self._ledger.rows("SELECT min(business_date) FROM movement WHERE movement_type = 'opening'")[0][0]
        return None if found is None else date.fromisoformat(str(found))

    def homes(self) -> dict[str, str]:
        """The bin each item's documents have moved through so far."""
        if self.is_new:
            return {}
        query = (
            "SELECT i.sku, CASE WHEN t.kind = 'bin' THEN t.code ELSE f.code END AS bin, count(*) AS moves "
            f"{_IMPORTED} WHERE p.source = 'import' AND (t.kind = 'bin' OR f.kind = 'bin') AND h.movement_type IN "
            "('receipt', 'shipment', 'production_issue', 'production_receipt') GROUP BY 1, 2 ORDER BY moves, bin"
        )
        return {sku: code for sku, code, _ in self._ledger.rows(query)}

    def stock(self) -> dict[tuple[str, str], int]:
        """What imports put into each bin beside the documents: opening stock and its later adjustments."""
        if self.is_new:
            return {}
        found: dict[tuple[str, str], int] = {}
        where = "WHERE p.source = 'import' AND h.movement_type IN ('opening', 'transfer', 'adjustment')"
        for side, sign in (("t", 1), ("f", -1)):
            query = f"SELECT i.sku, {side}.code, sum(m.quantity) {_IMPORTED} {where} AND {side}.kind = 'bin' GROUP BY 1, 2"
            for sku, code, quantity in self._ledger.rows(query):
                found[(sku, code)] = found.get((sku, code), 0) + sign * int(quantity)
        return found

    def flows(self) -> list[tuple[str, int, str, int]]:
        """(day, phase, sku, signed quantity) of what the ledger holds already, in order: every receipt and shipment of earlier
        loads, and the work orders that are not among the accepted rows of this one. An export may leave out what is long
        done, and may remember one date where the ledger remembers several."""
        if self.is_new:
            return []
        query = 'SELECT DISTINCT "order" FROM h_work EXCEPT SELECT "order" FROM t_work_orders WHERE bad = 0'
        absent = {order for (order,) in self._stage.database.execute(query)}
        work = set()
        if absent:
            rows = self._ledger.rows("SELECT work_order_id, source_key FROM work_order WHERE source_key IS NOT NULL")
            work = {key for key, source in rows if source in absent}
        found: list[tuple[str, int, str, int]] = []
        for kind in ("goods_receipt", "shipment", *(["work_order"] if work else [])):
            query = (
                "SELECT h.document_id, h.movement_type, h.business_date, i.sku, CASE WHEN t.kind = 'bin' THEN m.quantity ELSE "
                f"-m.quantity END {_IMPORTED} WHERE p.source = 'import' AND h.document_kind = ? AND "
                "(t.kind = 'bin' OR f.kind = 'bin')"
            )
            for document, movement, day, sku, change in self._ledger.rows(query, (kind,)):
                if movement in _PHASES and (kind != "work_order" or document in work):
                    found.append((str(day), _PHASES[movement], sku, int(change)))
        return sorted(found)

    def components(self, order: str) -> list[tuple[str, int]]:
        """What a placed work order requires, by the bill it was placed with."""
        query = (
            "SELECT i.sku, c.required_quantity FROM work_order_component c JOIN work_order w ON w.work_order_id = "
            "c.work_order_id "
            "JOIN item i ON i.item_id = c.item_id WHERE w.source_key = ? ORDER BY c.work_order_component_id"
        )
        return [(sku, int(quantity)) for sku, quantity in self._ledger.rows(query, (order,))]

    def assemblies(self) -> set[str]:
        """Items that have a bill of materials already."""
        query = "SELECT DISTINCT i.sku FROM bill_of_materials b JOIN item i ON i.item_id = b.item_id"
        return set() if self.is_new else {sku for (sku,) in self._ledger.rows(query)}

    def bill_lines(self) -> Iterator[tuple[str, str, int, int, str, str]]:
        """(assembly, component, quantity, scrap, from, to) of every bill, for loads that do not repeat them."""
        query = (
            "SELECT a.sku, c.sku, l.component_quantity, l.scrap_ppm, l.valid_from, l.valid_to, b.valid_from, b.valid_to "
            "FROM bom_line "
            "l JOIN bill_of_materials b ON b.bom_id = l.bom_id JOIN item a ON a.item_id = b.item_id JOIN item c ON c.item_id = "
            "l.component_item_id ORDER BY a.sku, l.bom_line_id"
        )
        for assembly, component, quantity, scrap, first, last, begins, ends in [] if self.is_new else self._ledger.rows(query):
            lasts = [str(day) for day in (last, ends) if day is not None]
            yield assembly, component, quantity, scrap, max(str(first or begins), str(begins)), min(lasts, default="9999-12-31")

    def units(self) -> list[tuple[str, str, int]]:
        """(sku, base unit, quantity step) of every item."""
        query = "SELECT i.sku, u.code, i.quantity_step FROM item i JOIN unit_of_measure u ON u.unit_id = i.base_unit_id"
        return [] if self.is_new else [(sku, unit, int(step)) for sku, unit, step in self._ledger.rows(query)]

    def packs(self) -> list[tuple[str, str, str, int, int]]:
        """(supplier, sku, unit, numerator, denominator) where the content of a purchase unit is known."""
        query = (
            "SELECT s.code, i.sku, u.code, x.base_numerator, x.base_denominator FROM supplier_item x "
            "JOIN supplier s ON s.supplier_id "
            "= x.supplier_id JOIN item i ON i.item_id = x.item_id JOIN unit_of_measure u ON u.unit_id = x.purchase_unit_id "
            "WHERE x.is_pack_known = 1"
        )
        return [] if self.is_new else [(a, b, c, int(up), int(down)) for a, b, c, up, down in self._ledger.rows(query)]

    def conversions(self) -> list[tuple[str | None, str, str, int, int]]:
        """(sku or None, from, to, numerator, denominator)."""
        query = (
            "SELECT i.sku, a.code, b.code, c.numerator, c.denominator FROM unit_conversion c JOIN unit_of_measure a "
            "ON a.unit_id = c.from_unit_id JOIN unit_of_measure b ON b.unit_id = c.to_unit_id LEFT JOIN item i "
            "ON i.item_id = c.item_id"
        )
        return [] if self.is_new else [(s, a, b, int(up), int(down)) for s, a, b, up, down in self._ledger.rows(query)]


def _storable(cell: Any) -> Any:
    return cell.isoformat() if isinstance(cell, date) else cell
