"""Which staged rows contradict each other, and what falls with them?

In the order of dependence, per target: duplicate keys; dates and quantities in the wrong order; codes that do not exist or whose own row
was rejected; bills of materials that contain themselves; and then whole documents, because half a document is worse than none.
"""

from __future__ import annotations

import unicodedata
from typing import Any

from transactional.importing.staging import Stage
from transactional.importing.targets import TARGETS, Target

__all__ = ["check_all", "normalised"]


def normalised(code: str) -> str:
    """A code without width, case and spaces: two that agree here are one thing written twice."""
    return "".join(unicodedata.normalize("NFKC", code).casefold().split())


def check_all(stage: Stage) -> None:
    """Run every check; what fails is marked bad with its reason."""
    _imply_codes(stage)
    for target in TARGETS.values():
        _index(stage, target)
        _duplicates(stage, target)
        _orders(stage, target)
        for column in target.columns:
            if column.refers is not None:
                _references(stage, target, column.name, column.refers)
        if target.name == "bom_lines":
            _cycles(stage)
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


# --- one row at a time -------------------------------------------------------------------------------------------------------


def _duplicates(stage: Stage, target: Target) -> None:
    keys = [f'"{name}"' for name in target.key]
    listed = ", ".join(keys)
    query = (
        f"SELECT t.id, f.first, {', '.join(f't.{key}' for key in keys)} FROM t_{target.name} t JOIN "
        f"(SELECT {listed}, min(id) AS first FROM t_{target.name} GROUP BY {listed} HAVING count(*) > 1) f "
        f"ON {' AND '.join(f't.{key} IS f.{key}' for key in keys)} WHERE t.id <> f.first AND t.{keys[0]} IS NOT NULL"
    )
    repeated = [
        (row, "+".join(target.key), "/".join(str(part) for part in parts if part is not None), first)
        for row, first, *parts in stage.database.execute(query).fetchall()
    ]
    if target.name == "items":
        repeated += _same_normalised(stage, {row for row, *_ in repeated})
    _reject_duplicates(stage, target.name, repeated)


def _reject_duplicates(stage: Stage, target: str, repeated: list[tuple[int, str, str, int]]) -> None:
    stage.reject(
        target,
        [
            (row, column, value, "importing.duplicate_key", {"first": stage.place_of(target, first)})
            for row, column, value, first in repeated
        ],
    )


def _same_normalised(stage: Stage, known: set[int]) -> list[tuple[int, str, str, int]]:
    seen: dict[str, int] = {}
    found = []
    for row, sku in stage.database.execute("SELECT id, sku FROM t_items WHERE sku IS NOT NULL ORDER BY id").fetchall():
        first = seen.setdefault(normalised(sku), row)
        if first != row and row not in known:
            found.append((row, "sku", sku, first))
    return found


def _orders(stage: Stage, target: Target) -> None:
    for earlier, later in target.not_before:
        query = f'SELECT id, "{earlier}", "{later}" FROM t_{target.name} WHERE "{later}" < "{earlier}"'
        found = stage.database.execute(query).fetchall()
        stage.reject(
            target.name,
            [(row, later, last, "importing.date_before", {"than": earlier, "expected": first}) for row, first, last in found],
        )
    for part, whole in target.not_above:
        query = f'SELECT id, "{part}" / 1000000.0, "{whole}" / 1000000.0 FROM t_{target.name} WHERE "{part}" > "{whole}"'
        found = stage.database.execute(query).fetchall()
        stage.reject(
            target.name,
            [(row, part, got, "importing.part_above_whole", {"whole": whole, "expected": limit}) for row, got, limit in found],
        )


# --- rows that name other rows -----------------------------------------------------------------------------------------------


def _references(stage: Stage, target: Target, column: str, parent: str) -> None:
    key = TARGETS[parent].key[0]
    stage.database.execute(f'CREATE INDEX IF NOT EXISTS code_{parent} ON t_{parent} ("{key}", bad)')
    query = (
        f'SELECT id, "{column}" FROM t_{target.name} WHERE "{column}" IS NOT NULL AND NOT EXISTS '
        f'(SELECT 1 FROM t_{parent} p WHERE p."{key}" = t_{target.name}."{column}" AND p.bad = 0)'
    )
    rejected = []
    for row, code in stage.database.execute(query).fetchall():
        held = stage.database.execute(f'SELECT id FROM t_{parent} WHERE "{key}" = ?', (code,)).fetchone()
        if held is None:
            rejected.append((row, column, code, "importing.unknown_code", {"target": parent}))
        else:
            named = {"target": parent, "at": stage.place_of(parent, held[0])}
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


# --- bills of materials ------------------------------------------------------------------------------------------------------


def _cycles(stage: Stage) -> None:
    """Every line that lies on a cycle is rejected, whatever its dates, naming the whole circle."""
    children: dict[str, list[tuple[str, int]]] = {}
    query = "SELECT assembly, component, id FROM t_bom_lines WHERE bad = 0 ORDER BY assembly, component, id"
    for assembly, component, row in stage.database.execute(query).fetchall():
        children.setdefault(assembly, []).append((component, row))
    for members in circles({parent: [code for code, _ in lines] for parent, lines in children.items()}):
        inside = set(members)
        path = " > ".join([*members, members[0]])
        stage.reject(
            "bom_lines",
            [
                (row, "component", component, "importing.bom_cycle", {"path": path})
                for assembly in members
                for component, row in children[assembly]
                if component in inside
            ],
        )


def circles(graph: dict[str, list[str]]) -> list[list[str]]:
    """Groups of nodes that reach each other (strongly connected, or a node that names itself), each sorted; no recursion."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    open_nodes: list[str] = []
    is_open: set[str] = set()
    found: list[list[str]] = []
    for root in sorted(graph):
        if root in index:
            continue
        work: list[tuple[str, int]] = [(root, 0)]
        while work:
            node, position = work.pop()
            if position == 0:
                index[node] = low[node] = len(index)
                open_nodes.append(node)
                is_open.add(node)
            targets = graph.get(node, [])
            for place in range(position, len(targets)):
                child = targets[place]
                if child not in index:
                    work += [(node, place + 1), (child, 0)]
                    break
                if child in is_open:
                    low[node] = min(low[node], index[child])
            else:
                if low[node] == index[node]:
                    group: list[str] = []
                    while not group or group[-1] != node:
                        group.append(open_nodes.pop())
                        is_open.discard(group[-1])
                    if len(group) > 1 or node in targets:
                        found.append(sorted(group))
                if work:
                    parent = work[-1][0]
                    low[parent] = min(low[parent], low[node])
    return found


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
