"""How is a specification written down so that a person can read, review and change it, and what is wrong with a file?

TOML, one `[[entry]]` each, keys and entries always in the same order: the same specification is the same bytes, and reading
what was written gives the same specification. A refusal names file, line and entry, what was got and expected.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping
from dataclasses import fields
from datetime import date, datetime
from typing import Any

from forecasting.tuning.specification import Selector, Specification, SpecificationEntry
from kernel.errors import InvalidInput

__all__ = ["from_toml", "to_toml"]

_HEAD = """\
# How chosen series are forecast in place of the engine's own choice. Read by the next run; documented in docs/notebooks.md.
# throughline specification list | show | check | remove SKU@WAREHOUSE | remove --all
"""
_SELECTORS = tuple(field.name for field in fields(Selector))
_PLAIN = ("frequency", "model", "members", "author", "date", "why", "is_calibrated", "seed", "data_cutoff")
_TABLES = ("parameters", "weights", "scores")
_NEEDED = ("frequency", "model", "author", "date", "why")


def to_toml(specification: Specification) -> str:
    """The whole file as text."""
    return "\n".join([_HEAD, *(_entry_text(entry) for entry in specification.entries)])


def from_toml(text: str, name: str = "forecast_specifications.toml") -> Specification:
    """Read a file's text; `name` is said in refusals.

    Raises:
        InvalidInput: no TOML, an unknown or missing key, a value that cannot be, two entries for the same.
    """
    try:
        written = tomllib.loads(text)
    except tomllib.TOMLDecodeError as problem:
        raise InvalidInput("forecasting.specification_unreadable", file=name, got=str(problem)) from problem
    for key in written:
        if key != "entry":
            raise _refused(name, _line(text, key), key, "an unknown key", "[[entry]]")
    rows = written.get("entry", [])
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise _refused(name, "", "entry", rows, "tables named [[entry]]")
    lines = [number for number, line in enumerate(text.splitlines(), 1) if re.match(r"\s*\[\[\s*entry\s*\]\]", line)]
    entries = []
    for number, row in enumerate(rows):
        line = lines[number] if number < len(lines) else "?"
        entries.append(_entry(row, name, f"{name}, line {line}, entry {number + 1}"))
    return Specification.of(entries)


def _refused(name: str, line: str, key: str, got: object, expected: str) -> InvalidInput:
    place = f"{name}, line {line}" if line else name
    return InvalidInput("forecasting.specification_invalid", where=place, name=key, got=got, expected=expected)


def _line(text: str, key: str) -> str:
    for number, line in enumerate(text.splitlines(), 1):
        if re.match(rf"\s*\[*\s*\"?{re.escape(key)}\b", line):
            return str(number)
    return ""


def _entry(row: Mapping[str, Any], name: str, where: str) -> SpecificationEntry:
    known = (*_SELECTORS, *_PLAIN, *_TABLES)

    def refuse(key: str, got: object, expected: str) -> InvalidInput:
        return InvalidInput("forecasting.specification_invalid", where=where, name=key, got=got, expected=expected)

    selector = Selector(**{key: row[key] for key in _SELECTORS if key in row})
    # Named as soon as it can be, so that a wrong key is found by whom it is for as well as by its line.
    where = f"{where} ({selector.label})" if any(key in row for key in _SELECTORS) else where
    for key in row:
        if key not in known:
            raise refuse(key, "an unknown key", ", ".join(known))
    for key in _NEEDED:
        if key not in row:
            raise refuse(key, "nothing", "a value")
    for key in _TABLES:
        if not isinstance(row.get(key, {}), dict):
            raise refuse(key, row[key], f"a table [entry.{key}]")
    for key in ("date", "data_cutoff"):
        value = row.get(key)
        if value is not None and (not isinstance(value, date) or isinstance(value, datetime)):
            raise refuse(key, value, "a date such as 2026-03-01, without quotes")
    if not isinstance(row.get("members", []), list):
        raise refuse("members", row["members"], "a list")
    for key, value in row.get("scores", {}).items():
        if not isinstance(value, int | float) or isinstance(value, bool):
            raise refuse(f"scores.{key}", value, "a number")
    return SpecificationEntry(
        selector=selector,
        frequency=row["frequency"],
        model=row["model"],
        author=row["author"],
        decided_on=row["date"],
        why=row["why"],
        parameters=dict(row.get("parameters", {})),
        members=tuple(row.get("members", [])),
        weights=dict(row.get("weights", {})),
        is_calibrated=row.get("is_calibrated", True),
        seed=row.get("seed", 0),
        data_cutoff=row.get("data_cutoff"),
        scores=dict(row.get("scores", {})),
    ).checked(where)


def _entry_text(entry: SpecificationEntry) -> str:
    lines = ["[[entry]]"]
    lines += [f"{key} = {_value(getattr(entry.selector, key))}" for key in _SELECTORS if getattr(entry.selector, key) is not None]
    values = {
        "frequency": entry.frequency,
        "model": entry.model,
        "members": list(entry.members) or None,
        "author": entry.author,
        "date": entry.decided_on,
        "why": entry.why,
        "is_calibrated": entry.is_calibrated,
        "seed": entry.seed,
        "data_cutoff": entry.data_cutoff,
    }
    lines += [f"{key} = {_value(value)}" for key, value in values.items() if value is not None]
    for table in _TABLES:
        rows = getattr(entry, table)
        if rows:
            lines += ["", f"[entry.{table}]", *(f"{_key(key)} = {_value(value)}" for key, value in rows.items())]
    return "\n".join(lines) + "\n"


def _key(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else _text(name)


def _value(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list | tuple):
        return f"[{', '.join(_value(one) for one in value)}]"
    if isinstance(value, float):
        return repr(value)
    return _text(value) if isinstance(value, str) else str(value)


def _text(value: str) -> str:
    # A JSON string is a TOML basic string but for the one control character JSON leaves as it is.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
