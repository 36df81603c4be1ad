"""Is one `[[table]]` of a mapping well formed: known names, values of the right kind, every mandatory column there?"""

from __future__ import annotations

import difflib
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, NoReturn

from kernel.errors import InvalidInput
from kernel.numbers import decimal_from
from transactional.importing.filters import TESTS
from transactional.importing.targets import TARGETS, Column

__all__ = ["Join", "TableSpec", "only", "refuse", "table_of"]

_ACTIONS = ("const", "column", "lookup", "format", "split", "first", "cases")
_EXTRAS = ("values", "otherwise", "default", "null_if", "add_days", "times", "date_format", "on", "key", "take", "by", "part")
_KEYS = ("target", "from", "sheet", "header", "fill_down", "where", "join", "columns", "distinct", "optional")
_KINDS: dict[str, tuple[type | tuple[type, ...], str]] = {
    "target": (str, "text"),
    "from": (str, "a file name"),
    "sheet": (str, "the name of a worksheet"),
    "header": (int, "a line number"),
    "fill_down": (list, "a list of columns"),
    "where": (dict, "{ column = test }"),
    "join": (list, "[{ from = .., as = .., on = { .. } }]"),
    "columns": (dict, "[table.columns] with one line per column"),
    "distinct": (bool, "true or false"),
    "optional": (bool, "true or false"),
    "values": (dict, '{ source = "ours" }'),
    "add_days": (int, "a whole number"),
    "part": (int, "a whole number"),
    "times": ((int, float, str), "a number"),
    "date_format": ((str, list), "a pattern such as %d/%m/%Y, or a list of them"),
    "by": (str, "text"),
    "key": (str, "a column"),
    "take": (str, "a column"),
    "lookup": (str, "a file name"),
    "format": (str, "text with {columns}"),
    "first": (list, "a list"),
    "cases": (list, "a list of { when = .., then = .. }"),
}
_OTHER_WORDS = {
    "inventory": "stock", "products": "items", "materials": "items", "vendors": "suppliers", "clients": "customers",
    "purchases": "purchase_lines", "purchase_orders": "purchase_lines", "sales": "sales_lines", "sales_orders": "sales_lines",
    "bom": "bom_lines", "production_orders": "work_orders", "prices": "supplier_terms", "bins": "locations",
    "product_code": "sku", "item": "sku", "qty": "quantity", "price": "unit_price", "amount": "line_total",
}  # fmt: skip
"""What people call our targets and columns."""


@dataclass(frozen=True, slots=True)
class Join:
    """Columns of another file, named ``<alias>.<column>``, found by equal keys."""

    source: str
    alias: str
    on: tuple[tuple[str, str], ...]  # (column of this table, column of the other)
    sheet: str | None = None
    is_optional: bool = False


@dataclass(frozen=True, slots=True)
class TableSpec:
    """One `[[table]]`.

    Attributes:
        header_line: where the column names stand, when not on the first line.
        fill_down: source columns whose empty cells repeat what stands above.
    """

    target: str
    source: str
    columns: dict[str, Any]
    sheet: str | None = None
    where: dict[str, Any] = field(default_factory=dict)
    joins: tuple[Join, ...] = ()
    is_distinct: bool = False
    is_optional: bool = False
    header_line: int | None = None
    fill_down: tuple[str, ...] = ()


def refuse(file: str, where: str, got: object, expected: tuple[str, ...], shown: str | None = None) -> NoReturn:
    """Raise InvalidInput for a place of the mapping; names the closest of what was expected, if one is close."""
    listed = ", ".join(expected) if shown is None else shown
    near = difflib.get_close_matches(str(got), expected, 1, 0.6) if isinstance(got, str) else []
    other = _OTHER_WORDS.get(str(got).casefold())
    if other in expected:
        near = [str(other)]
    if near:
        raise InvalidInput("importing.mapping_wrong_near", file=file, where=where, got=got, near=near[0], expected=listed)
    raise InvalidInput("importing.mapping_wrong", file=file, where=where, got=got, expected=listed)


def only(body: dict[str, Any], allowed: tuple[str, ...], file: str, where: str) -> None:
    """Refuse names nobody knows and values of the wrong kind."""
    for name, value in body.items():
        if name not in allowed:
            refuse(file, where, name, allowed)
        kind, described = _KINDS.get(name, (object, ""))
        is_flag_for_number = isinstance(value, bool) and kind is not bool and kind is not object
        if not isinstance(value, kind) or is_flag_for_number:
            if name == "from" and where == "file":
                continue
            refuse(file, f"{where}.{name}", value, (described,))


def table_of(body: dict[str, Any], file: str, number: int) -> TableSpec:
    """One checked `[[table]]`."""
    where = f"table {number}"
    only(body, _KEYS, file, where)
    for name in ("target", "from", "columns"):
        if not body.get(name):
            refuse(file, f"{where}.{name}", "nothing", ("a value",))
    target = TARGETS.get(body["target"])
    if target is None:
        refuse(file, f"{where}.target", body["target"], tuple(TARGETS))
    where = f"table {number} ({target.name})"
    for name, spec in body["columns"].items():
        if name not in target.by_name:
            refuse(file, f"{where}.columns", name, tuple(target.by_name))
        _expression(spec, file, f"{where}.columns.{name}")
        _outcomes(spec, target.by_name[name], file, f"{where}.columns.{name}")
    missing = [c.name for c in target.columns if c.is_required and c.name not in body["columns"] and c.name != "warehouse"]
    if missing:
        refuse(file, f"{where}.columns", "nothing", tuple(missing))
    if "header" in body and body["header"] < 1:
        refuse(file, f"{where}.header", body["header"], ("a line number from 1",))
    for name, test in body.get("where", {}).items():
        _filter_test(test, file, f"{where}.where.{name}")
    return TableSpec(
        target=target.name,
        source=body["from"],
        columns=dict(body["columns"]),
        sheet=body.get("sheet"),
        where=dict(body.get("where", {})),
        joins=tuple(_join(entry, file, where) for entry in body.get("join", [])),
        is_distinct=body.get("distinct", False),
        is_optional=body.get("optional", False),
        header_line=body.get("header"),
        fill_down=tuple(str(name) for name in body.get("fill_down", [])),
    )


def _join(body: Any, file: str, where: str) -> Join:
    if not isinstance(body, dict):
        refuse(file, f"{where}.join", body, ("{ from = .., as = .., on = { .. } }",))
    only(body, ("from", "sheet", "as", "on", "optional"), file, f"{where}.join")
    for name in ("from", "as", "on"):
        if not body.get(name):
            refuse(file, f"{where}.join.{name}", "nothing", ("a value",))
    if not isinstance(body["on"], dict):
        refuse(file, f"{where}.join.on", body["on"], ('{ our_column = "their_column" }',))
    pairs = tuple((str(ours), str(theirs)) for ours, theirs in body["on"].items())
    return Join(body["from"], str(body["as"]), pairs, body.get("sheet"), body.get("optional", False))


def _expression(spec: Any, file: str, where: str) -> None:
    if isinstance(spec, (str, int, bool, float, date)):
        return
    if not isinstance(spec, dict):
        refuse(file, where, spec, ("a column name or a table such as { column = .., default = .. }",))
    only(spec, _ACTIONS + _EXTRAS, file, where)
    actions = [name for name in _ACTIONS if name in spec]
    if len(actions) != 1:
        refuse(file, where, ", ".join(actions) or "no action", (), "exactly one of " + ", ".join(_ACTIONS))
    if "lookup" in spec:
        for name in ("on", "key", "take"):
            if not spec.get(name):
                refuse(file, f"{where}.{name}", "nothing", ("a column name",))
    if "times" in spec:
        try:
            decimal_from(str(spec["times"]))
        except InvalidInput:
            refuse(file, f"{where}.times", spec["times"], ("a number",))
    for name in ("column", "split", "on"):
        if name in spec:
            _expression(spec[name], file, f"{where}.{name}")
    for inner in spec.get("first", []):
        _expression(inner, file, where)
    for case in spec.get("cases", []):
        if not isinstance(case, dict) or "then" not in case:
            refuse(file, f"{where}.cases", case, ("{ when = { column = test }, then = .. }",))
        only(case, ("when", "then"), file, f"{where}.cases")
        for name, test in case.get("when", {}).items():
            _filter_test(test, file, f"{where}.cases.when.{name}")
        _expression(case["then"], file, where)
    _patterns(spec.get("date_format", []), file, f"{where}.date_format")


def _patterns(patterns: Any, file: str, where: str) -> None:
    for pattern in [patterns] if isinstance(patterns, str) else patterns:
        try:
            datetime.strptime(datetime(2024, 1, 31).strftime(pattern), pattern)
        except (ValueError, TypeError):
            refuse(file, where, pattern, ("a pattern of %Y, %y, %m, %d, %b",))


def _filter_test(test: Any, file: str, where: str) -> None:
    if isinstance(test, dict):
        for name in test:
            if name not in TESTS:
                refuse(file, where, name, TESTS)


def _outcomes(spec: Any, column: Column, file: str, where: str) -> None:
    """What the mapping itself writes into a column of fixed choices must be one of them."""
    if column.kind != "choice" or not isinstance(spec, dict):
        return
    written = [spec[name] for name in ("const", "default", "otherwise") if name in spec] + list(spec.get("values", {}).values())
    for value in written:
        if value not in column.choices and value not in (None, ""):
            refuse(file, where, value, column.choices)
