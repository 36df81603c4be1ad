"""What is wrong with a row that every cell of it is right: it stands twice, its dates or quantities contradict each other?"""

from __future__ import annotations

import unicodedata
from typing import Any

from kernel.numbers import MAX_AMOUNT, show_quantity
from transactional.importing.held import Held
from transactional.importing.staging import BAD, REPEATED, Stage
from transactional.importing.targets import TARGETS, Target

__all__ = ["check_rows", "duplicates", "infer_steps", "normalised", "number_lines"]


_WRITTEN = (
    "kg kgs g mg t ton lb oz m cm mm km in ft yd mtr meter metre m2 cm2 m3 l ml gal liter litre 千克 公斤 克 毫克 吨 斤 两 "
    "米 厘米 毫米 公里 英寸 英尺 平方米 立方米 升 毫升"
)
_MEASURES = frozenset(_WRITTEN.split())
"""Units of weight, length, area and volume, as people write them."""


def normalised(code: str) -> str:
    """A code without width, case and spaces: two that agree here are one thing written twice."""
    return "".join(unicodedata.normalize("NFKC", code).casefold().split())


def number_lines(stage: Stage) -> None:
    """Lines without a number of their own are counted within their document, in the order of the file."""
    for name in ("purchase_lines", "sales_lines"):
        stage.database.execute(
            f'UPDATE t_{name} SET line = n.position FROM (SELECT id, row_number() OVER (PARTITION BY "order" ORDER BY id) '
            f'AS position FROM t_{name}) n WHERE n.id = t_{name}.id AND t_{name}.line IS NULL AND t_{name}."order" IS NOT NULL'
        )


def infer_steps(stage: Stage) -> None:
    """What is weighed or measured is counted as finely as its documents are, when the mapping says nothing about steps;
    pieces are whole."""
    if any("quantity_step" in spec.columns for spec in stage.mapping.tables if spec.target == "items"):
        return
    measured = {code for (code,) in stage.database.execute("SELECT code FROM t_units WHERE dimension <> 'count' AND bad = 0")}
    steps: dict[str, int] = {}
    for target in TARGETS.values():
        if target.stepped is None:
            continue
        unit = "AND (t.unit IS NULL OR t.unit = i.base_unit)" if "unit" in target.by_name else ""
        query = (
            f"SELECT DISTINCT i.sku, i.base_unit, t.{target.stepped} FROM t_{target.name} t JOIN t_items i ON i.sku = t.sku "
            f"WHERE t.{target.stepped} % 1000000 <> 0 {unit}"
        )
        for sku, base, quantity in stage.database.execute(query).fetchall():
            if base in measured or base.casefold() in _MEASURES:
                step = steps.get(sku, 1_000_000)
                while quantity % step:
                    step //= 10
                steps[sku] = step
    for sku, step in sorted(steps.items()):
        stage.database.execute("UPDATE t_items SET quantity_step = ? WHERE sku = ?", (step, sku))
        stage.note("counted_in_fractions", "items", "quantity_step", sku)


def duplicates(stage: Stage, target: Target) -> None:
    """A row that stands twice in full is left out once; two rows that share a key and disagree make their document unusable."""
    keys = [f'"{name}"' for name in target.key]
    listed = ", ".join(keys)
    same = " AND ".join(f't."{column.name}" IS o."{column.name}"' for column in target.columns)
    query = (
        f"SELECT t.id, f.first, {same}, {', '.join(f't.{key}' for key in keys)} FROM t_{target.name} t JOIN "
        f"(SELECT {listed}, min(id) AS first FROM t_{target.name} GROUP BY {listed} HAVING count(*) > 1) f "
        f"ON {' AND '.join(f't.{key} IS f.{key}' for key in keys)} JOIN t_{target.name} o ON o.id = f.first "
        f"WHERE t.id <> f.first AND t.{keys[0]} IS NOT NULL"
    )
    named = "+".join(target.key)
    found = [
        (row, named, "/".join(str(part) for part in parts if part is not None), first, bool(is_same))
        for row, first, is_same, *parts in stage.database.execute(query).fetchall()
    ]
    if target.name == "items":
        found += [(row, "sku", sku, first, False) for row, sku, first in _same_normalised(stage, {row for row, *_ in found})]
    for is_same, key, state in ((True, "importing.repeated_row", REPEATED), (False, "importing.duplicate_key", BAD)):
        rejected = [
            (row, column, value, key, {"first": stage.place_of(target.name, first)})
            for row, column, value, first, fits in found
            if fits is is_same
        ]
        stage.reject(target.name, rejected, state)


def _same_normalised(stage: Stage, known: set[int]) -> list[tuple[int, str, int]]:
    seen: dict[str, int] = {}
    found = []
    for row, sku in stage.database.execute("SELECT id, sku FROM t_items WHERE sku IS NOT NULL ORDER BY id").fetchall():
        first = seen.setdefault(normalised(sku), row)
        if first != row and row not in known:
            found.append((row, sku, first))
    return found


def check_rows(stage: Stage, target: Target, held: Held) -> None:
    """Dates in order, parts within their whole, quantities with their date and in steps of their item, plausible amounts."""
    table = f"t_{target.name}"
    for earlier, later in target.not_before:
        query = f'SELECT id, "{later}", "{earlier}" FROM {table} WHERE "{later}" < "{earlier}"'
        found = [(row, value, {"than": earlier, "expected": limit}) for row, value, limit in _rows(stage, query)]
        _reject(stage, target, later, "importing.date_before", found)
    for part, whole in target.not_above:
        query = f'SELECT id, "{part}", "{whole}" FROM {table} WHERE "{part}" > "{whole}"'
        found = [
            (row, show_quantity(value), {"whole": whole, "expected": show_quantity(limit)})
            for row, value, limit in _rows(stage, query)
        ]
        _reject(stage, target, part, "importing.part_above_whole", found)
    for quantity, day in target.needs:
        query = f'SELECT id, "{quantity}", NULL FROM {table} WHERE "{quantity}" > 0 AND "{day}" IS NULL'
        found = [(row, "", {"quantity": quantity, "expected": show_quantity(value)}) for row, value, _ in _rows(stage, query)]
        _reject(stage, target, day, "importing.needs_date", found)
    if target.stepped is not None:
        unit = "AND (t.unit IS NULL OR t.unit = i.base_unit)" if "unit" in target.by_name else ""
        query = (
            f"SELECT t.id, t.{target.stepped}, i.quantity_step FROM {table} t JOIN t_items i ON i.sku = t.sku AND i.bad = 0 "
            f"WHERE t.{target.stepped} % i.quantity_step <> 0 {unit}"
        )
        found = [(row, show_quantity(value), {"expected": show_quantity(step)}) for row, value, step in _rows(stage, query)]
        _reject(stage, target, target.stepped, "importing.off_step", found)
    if target.name == "purchase_lines":
        allowed = 1 + held.over_receipt_tolerance()
        query = f"SELECT id, received_quantity, quantity FROM {table} WHERE received_quantity > quantity * {allowed}"
        found = [(row, show_quantity(value), {"expected": show_quantity(limit)}) for row, value, limit in _rows(stage, query)]
        _reject(stage, target, "received_quantity", "importing.over_received", found)
    if "unit_price" in target.by_name and "quantity" in target.by_name:
        # Both are 10^-6; the ledger takes amounts up to its bound in minor units.
        most = float(MAX_AMOUNT) * 10 ** (12 - stage.mapping.company.minor_digits)
        query = f"SELECT id, unit_price, quantity FROM {table} WHERE 1.0 * quantity * unit_price > {most}"
        found = [(row, show_quantity(value), {"quantity": show_quantity(many)}) for row, value, many in _rows(stage, query)]
        _reject(stage, target, "unit_price", "importing.absurd_amount", found)


def _rows(stage: Stage, query: str) -> list[tuple[int, Any, Any]]:
    return stage.database.execute(query).fetchall()


def _reject(stage: Stage, target: Target, column: str, key: str, found: list[tuple[int, Any, dict[str, Any]]]) -> None:
    stage.reject(target.name, [(row, column, value, key, named) for row, value, named in found])
