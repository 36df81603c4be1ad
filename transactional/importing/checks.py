"""Which staged rows contradict each other, and what falls with them?

In the order of dependence, per target: duplicate keys; dates and quantities in the wrong order; codes that do not
exist or whose own row was rejected; bills of materials that contain themselves; and then whole documents, because
half a document is worse than none.
"""

from __future__ import annotations

import difflib
from typing import Any

from transactional.importing.circles import reject_circles
from transactional.importing.held import Held
from transactional.importing.row_checks import check_rows, duplicates, infer_steps, number_lines
from transactional.importing.staging import Stage
from transactional.importing.targets import TARGETS, Target

__all__ = ["check_all", "check_documents"]

_SUGGESTED = 50
"""How many different unknown codes get a suggestion; beyond that the list itself is wrong."""


def check_all(stage: Stage, held: Held) -> None:
    """Run every check; what fails is marked bad with its reason. Codes that the ledger holds need not be repeated."""
    number_lines(stage)
    _imply_codes(stage)
    infer_steps(stage)
    for target in TARGETS.values():
        _index(stage, target)
        duplicates(stage, target)
        check_rows(stage, target, held)
        for column in target.columns:
            if column.refers is not None:
                _references(stage, target, column.name, column.refers, held)
        _documents(stage, target)


def check_documents(stage: Stage) -> None:
    """Once more what falls with rows that became bad since."""
    for target in TARGETS.values():
        for column in target.columns:
            if column.refers is not None and column.refers not in ("warehouses", "units", "users"):
                _fallen(stage, target, column.name, column.refers)
        _documents(stage, target)


def _documents(stage: Stage, target: Target) -> None:
    if target.name == "bom_lines":
        reject_circles(stage)
    if target.name == "work_orders":
        _made_without_bom(stage)
    if target.document is not None:
        _one_head(stage, target)
        _whole_documents(stage, target)


def _index(stage: Stage, target: Target) -> None:
    keys = ", ".join(f'"{name}"' for name in target.key)
    stage.database.execute(f"CREATE INDEX IF NOT EXISTS key_{target.name} ON t_{target.name} ({keys})")
    if target.document is not None:
        stage.database.execute(f'CREATE INDEX IF NOT EXISTS doc_{target.name} ON t_{target.name} ("{target.document}")')


# --- codes nobody defined ----------------------------------------------------------------------------------------------------


def _imply_codes(stage: Stage) -> None:
    """A code list that no table of the mapping fills is made from the codes the rows use."""
    mapped = {spec.target for spec in stage.mapping.tables}
    for name in reversed([target.name for target in TARGETS.values() if target.is_implied]):
        if name not in mapped:
            for target in TARGETS.values():
                for column in target.columns:
                    if column.refers == name:
                        query = f'SELECT DISTINCT "{column.name}" FROM t_{target.name} WHERE "{column.name}" IS NOT NULL'
                        for (code,) in stage.database.execute(query).fetchall():
                            _imply(stage, name, code)
    rules = stage.mapping.rules
    if "warehouses" not in mapped:
        _imply(stage, "warehouses", rules.warehouse)
    # Items whose bin nobody states need a place of their own.
    _imply(stage, "locations", rules.location)


def _imply(stage: Stage, name: str, code: str) -> None:
    target = TARGETS[name]
    key = target.key[0]
    if stage.database.execute(f'SELECT 1 FROM t_{name} WHERE "{key}" = ?', (code,)).fetchone():
        return
    row: dict[str, Any] = {column.name: column.default for column in target.columns}
    row[key] = code
    if "name" in row:
        row["name"] = code
    if "warehouse" in row:
        row["warehouse"] = stage.mapping.rules.warehouse
    if "is_pickable" in row:
        row["is_pickable"] = 1
    places = ", ".join("?" * (4 + len(row)))
    stage.database.execute(f"INSERT INTO t_{name} VALUES ({places})", (None, 0, 0, 0, *row.values()))


# --- rows that name other rows -----------------------------------------------------------------------------------------------


def _references(stage: Stage, target: Target, column: str, parent: str, held: Held) -> None:
    key = TARGETS[parent].key[0]
    stage.database.execute(f'CREATE INDEX IF NOT EXISTS code_{parent} ON t_{parent} ("{key}", bad)')
    query = (
        f'SELECT id, "{column}" FROM t_{target.name} WHERE "{column}" IS NOT NULL AND NOT EXISTS '
        f'(SELECT 1 FROM t_{parent} p WHERE p."{key}" = t_{target.name}."{column}")'
    )
    missing = [(row, code) for row, code in stage.database.execute(query).fetchall() if code not in held.codes(parent)]
    known = [code for (code,) in stage.database.execute(f'SELECT "{key}" FROM t_{parent} WHERE bad = 0')] if missing else []
    near: dict[str, str] = {}
    for _, code in missing:
        if code not in near and len(near) < _SUGGESTED:
            near[code] = (difflib.get_close_matches(code, known, 1, 0.75) or [""])[0]
    rejected = []
    for row, code in missing:
        if near.get(code):
            rejected.append((row, column, code, "importing.unknown_code_near", {"target": parent, "near": near[code]}))
        else:
            rejected.append((row, column, code, "importing.unknown_code", {"target": parent}))
    stage.reject(target.name, rejected)
    _fallen(stage, target, column, parent)


def _fallen(stage: Stage, target: Target, column: str, parent: str) -> None:
    """Rows that name a code whose own row was rejected."""
    key = TARGETS[parent].key[0]
    query = (
        f'SELECT t.id, t."{column}", min(p.id) FROM t_{target.name} t JOIN t_{parent} p ON p."{key}" = t."{column}" '
        f'WHERE t.bad = 0 AND p.bad > 0 AND NOT EXISTS (SELECT 1 FROM t_{parent} g WHERE g."{key}" = t."{column}" AND g.bad = 0) '
        "GROUP BY t.id"
    )
    rejected = []
    for row, code, culprit in stage.database.execute(query).fetchall():
        named = {"target": parent, "at": stage.place_of(parent, culprit)}
        rejected.append((row, column, code, "importing.depends_on_rejected", named))
    stage.reject(target.name, rejected)


def _one_head(stage: Stage, target: Target) -> None:
    """Lines of one document agree about whose it is and when it was placed."""
    for column in target.head:
        query = (
            f'SELECT "{target.document}", group_concat(DISTINCT "{column}") FROM t_{target.name} WHERE bad = 0 '
            f'GROUP BY "{target.document}" HAVING count(DISTINCT "{column}") > 1'
        )
        for document, values in stage.database.execute(query).fetchall():
            named = {"document": document, "column": column, "first": values}
            rows = stage.database.execute(
                f'SELECT id, "{column}" FROM t_{target.name} WHERE "{target.document}" = ? AND bad = 0', (document,)
            ).fetchall()
            stage.reject(target.name, [(row, column, value, "importing.document_disagrees", named) for row, value in rows])


def _whole_documents(stage: Stage, target: Target) -> None:
    document = target.document
    query = (
        f'SELECT t."{document}", min(t.id) FROM t_{target.name} t WHERE t.bad = 1 AND t."{document}" IS NOT NULL '
        f'GROUP BY t."{document}"'
    )
    rejected = []
    for code, culprit in stage.database.execute(query).fetchall():
        others = stage.database.execute(f'SELECT id FROM t_{target.name} WHERE "{document}" = ? AND bad = 0', (code,)).fetchall()
        named = {"document": code, "at": stage.place_of(target.name, culprit)}
        rejected += [(row, document or "", code, "importing.document_rejected", named) for (row,) in others]
    stage.reject(target.name, rejected)


def _made_without_bom(stage: Stage) -> None:
    """A work order whose item's bill was rejected would issue nothing: it waits until the bill is right."""
    query = (
        "SELECT w.id, w.sku, (SELECT min(b.id) FROM t_bom_lines b WHERE b.assembly = w.sku AND b.bad = 1) FROM t_work_orders w "
        "WHERE w.bad = 0 AND EXISTS (SELECT 1 FROM t_bom_lines b WHERE b.assembly = w.sku AND b.bad = 1)"
    )
    rejected = []
    for row, sku, culprit in stage.database.execute(query).fetchall():
        named = {"target": "bom_lines", "at": stage.place_of("bom_lines", culprit)}
        rejected.append((row, "sku", sku, "importing.depends_on_rejected", named))
    stage.reject("work_orders", rejected)
