"""How does a mapping's description of a column become values, a batch at a time?

    "order_qty"                                                   the source column (rename)
    { const = "MAIN" }                                            the same for every row
    { column = "status", values = { 1 = "pending" } }             lookup in a list written in the mapping
    { lookup = "vendor", on = "vendor_id", key = "vendor_id", take = "account_number" }     lookup in another file
    { split = "code", by = "-", part = 0 }                        a piece of a text
    { format = "{location_id}/{shelf}/{bin}" }                    several columns in one text
    { first = ["a", "b", { const = "x" }] }                       the first that is not empty
    { cases = [{ when = { make_flag = "1" }, then = { const = "make" } }], otherwise = "buy" }

Any of them may add: null_if = ["0"], default, values + otherwise, add_days, times (a factor), date_format (cast).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from kernel.errors import InvalidInput
from kernel.numbers import decimal_from
from transactional.importing.batches import Batch
from transactional.importing.cells import is_empty, plain
from transactional.importing.filters import as_list, compile_filter
from transactional.importing.problems import Problem

__all__ = ["Expression", "Finder", "columns_of", "compile_expression"]

Expression = Callable[[Batch], list[Any]]
Finder = Callable[[str, str, str], dict[str, Any]]
"""(source, key column, taken column) -> index of plain key to value."""

_PLACE = re.compile(r"\{([^{}]+)\}")


def columns_of(spec: Any) -> set[str]:
    """Source columns an expression reads."""
    if isinstance(spec, str):
        return {spec}
    if not isinstance(spec, dict):
        return set()
    found: set[str] = set()
    for name in ("column", "split"):
        if name in spec:
            found |= columns_of(spec[name])
    if "lookup" in spec:
        found |= columns_of(spec["on"])
    if "format" in spec:
        found |= set(_PLACE.findall(spec["format"]))
    for inner in spec.get("first", []):
        found |= columns_of(inner)
    for case in spec.get("cases", []):
        found |= set(case.get("when", {})) | columns_of(case.get("then"))
    return found


def compile_expression(spec: Any, find: Finder) -> Expression:
    """The function from a batch to one value per row; a row that cannot be read gets a `Problem`."""
    if isinstance(spec, str):
        return lambda batch: batch.columns[spec]
    if not isinstance(spec, dict):
        return lambda batch: [spec] * len(batch.lines)
    expression = _action(spec, find)
    for wrap in (_null_if, _values, _times, _add_days, _default):
        expression = wrap(spec, expression)
    return expression


def _action(spec: dict[str, Any], find: Finder) -> Expression:
    if "const" in spec:
        constant = spec["const"]
        return lambda batch: [constant] * len(batch.lines)
    if "column" in spec:
        return compile_expression(spec["column"], find)
    if "lookup" in spec:
        return _lookup(spec, find)
    if "split" in spec:
        return _split(spec, find)
    if "format" in spec:
        return _format(spec["format"])
    if "first" in spec:
        return _first([compile_expression(inner, find) for inner in spec["first"]])
    return _cases(spec, find)


def _lookup(spec: dict[str, Any], find: Finder) -> Expression:
    source, take = str(spec["lookup"]), str(spec["take"])
    on = compile_expression(spec["on"], find)
    name = spec["on"] if isinstance(spec["on"], str) else ""
    index: dict[str, Any] = {}
    is_read = False
    has_default = "default" in spec

    def look(batch: Batch) -> list[Any]:
        nonlocal index, is_read
        if not is_read:
            index, is_read = find(source, str(spec["key"]), take), True
        found = []
        for value in on(batch):
            if is_empty(value) or isinstance(value, Problem):
                found.append(None if not isinstance(value, Problem) else value)
            else:
                key = plain(value)
                if key in index:
                    found.append(index[key])
                elif has_default:
                    found.append(None)
                else:
                    found.append(Problem("importing.unknown_code", name, value, {"target": source}))
        return found

    return look


def _split(spec: dict[str, Any], find: Finder) -> Expression:
    inner = compile_expression(spec["split"], find)
    by, part = spec.get("by", "-"), int(spec.get("part", 0))
    name = spec["split"] if isinstance(spec["split"], str) else ""

    def cut(value: Any) -> Any:
        if is_empty(value) or isinstance(value, Problem):
            return value
        pieces = plain(value).split(by)
        if -len(pieces) <= part < len(pieces):
            return pieces[part].strip()
        return Problem("importing.no_such_part", name, value, {"by": by, "part": part})

    return lambda batch: [cut(value) for value in inner(batch)]


def _format(template: str) -> Expression:
    names = _PLACE.findall(template)
    pieces = _PLACE.split(template)[::2]

    def fill(batch: Batch) -> list[Any]:
        filled: list[Any] = []
        for cells in zip(*[batch.columns[name] for name in names], strict=True):
            text = pieces[0]
            for cell, after in zip(cells, pieces[1:], strict=True):
                shown = str(cell) if type(cell) is int else plain(cell)
                if not shown or isinstance(cell, Problem):
                    filled.append(cell if isinstance(cell, Problem) else None)
                    break
                text += shown + after
            else:
                filled.append(text)
        return filled

    if not names:
        return lambda batch: [template] * len(batch.lines)
    return fill


def _first(inners: list[Expression]) -> Expression:
    def choose(batch: Batch) -> list[Any]:
        rows = zip(*[inner(batch) for inner in inners], strict=True)
        return [next((value for value in row if not is_empty(value)), None) for row in rows]

    return choose


def _cases(spec: dict[str, Any], find: Finder) -> Expression:
    cases = [(compile_filter(case.get("when", {})), compile_expression(case["then"], find)) for case in spec["cases"]]
    otherwise = spec.get("otherwise")

    def choose(batch: Batch) -> list[Any]:
        result = [otherwise] * len(batch.lines)
        is_open = [True] * len(batch.lines)
        for test, then in cases:
            passed = test(batch)
            if not any(passed):
                continue
            values = then(batch)
            for row, fits in enumerate(passed):
                if fits and is_open[row]:
                    result[row] = values[row]
                    is_open[row] = False
        return result

    return choose


def _each(expression: Expression, change: Callable[[Any], Any]) -> Expression:
    return lambda batch: [value if value is None or isinstance(value, Problem) else change(value) for value in expression(batch)]


def _null_if(spec: dict[str, Any], expression: Expression) -> Expression:
    if "null_if" not in spec:
        return expression
    nothing = {plain(value) for value in as_list(spec["null_if"])}
    return _each(expression, lambda value: None if plain(value) in nothing else value)


def _values(spec: dict[str, Any], expression: Expression) -> Expression:
    if "values" not in spec:
        return expression
    known = {plain(key): value for key, value in spec["values"].items()}
    name = spec.get("column") if isinstance(spec.get("column"), str) else ""
    missing = object()
    otherwise = spec.get("otherwise", missing)

    def translate(value: Any) -> Any:
        found = known.get(plain(value), otherwise)
        if found is missing:
            return Problem("importing.value_not_listed", name or "", value, {"allowed": ", ".join(known)})
        return found

    return _each(expression, translate)


def _times(spec: dict[str, Any], expression: Expression) -> Expression:
    if "times" not in spec:
        return expression
    factor = decimal_from(str(spec["times"]))

    def multiply(value: Any) -> Any:
        try:
            return decimal_from(plain(value)) * factor
        except InvalidInput:
            return value  # the cast will say what is wrong with it

    return _each(expression, multiply)


def _add_days(spec: dict[str, Any], expression: Expression) -> Expression:
    if "add_days" not in spec:
        return expression
    step = timedelta(days=int(spec["add_days"]))

    def shift(value: Any) -> Any:
        if isinstance(value, datetime):
            return value.date() + step
        if isinstance(value, date):
            return value + step
        try:
            return date.fromisoformat(plain(value)[:10]) + step
        except ValueError:
            return value

    return _each(expression, shift)


def _default(spec: dict[str, Any], expression: Expression) -> Expression:
    if "default" not in spec:
        return expression
    default = spec["default"]
    return lambda batch: [default if is_empty(value) else value for value in expression(batch)]
