"""What does a mapping file say, and can it be right?

A mapping is TOML: `[company]`, `[defaults]`, `[rules]` and one `[[table]]` per target and source. It is checked
before any data is read: unknown targets, columns or keys and missing mandatory columns are refused with what was
expected.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from kernel.errors import InvalidInput
from transactional.importing.targets import TARGETS

__all__ = ["Company", "Join", "Mapping", "Rules", "TableSpec", "read_mapping"]

_ACTIONS = ("const", "column", "lookup", "format", "split", "first", "cases")
_EXTRAS = ("values", "otherwise", "default", "null_if", "add_days", "times", "date_format", "on", "key", "take", "by", "part")
_TABLE_KEYS = ("target", "from", "sheet", "where", "join", "columns", "distinct", "optional")


@dataclass(frozen=True, slots=True)
class Company:
    """Whose ledger it is. `as_of` is the company's today: documents with later dates are open."""

    code: str
    name: str
    name_zh: str = ""
    currency: str = "CNY"
    minor_digits: int = 2
    time_zone: str = "Asia/Shanghai"
    as_of: date | None = None


@dataclass(frozen=True, slots=True)
class Rules:
    """Choices that differ between companies.

    Attributes:
        stock: what the stock target states: "closing" (bins on `as_of`; opening is computed) or "opening".
        opening_date: the day the opening stock is posted; default the first day of any document.
        warehouse: default warehouse code, used where a row names none and for implied locations.
        location: bin of the default warehouse for items whose bin is not known.
        max_quantity: larger quantities are rejected as absurd.
        terms_valid_from: validity of supplier terms without a date; default the opening date.
        close_short: completed purchase orders give up what was not received.
    """

    stock: str = "closing"
    opening_date: date | None = None
    warehouse: str = "MAIN"
    location: str = "MAIN/STOCK"
    max_quantity: int = 100_000_000
    terms_valid_from: date | None = None
    close_short: bool = True


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
    """One `[[table]]`."""

    target: str
    source: str
    columns: dict[str, Any]
    sheet: str | None = None
    where: dict[str, Any] = field(default_factory=dict)
    joins: tuple[Join, ...] = ()
    is_distinct: bool = False
    is_optional: bool = False


@dataclass(frozen=True, slots=True)
class Mapping:
    """A whole mapping file."""

    path: Path
    company: Company
    rules: Rules
    tables: tuple[TableSpec, ...]


def read_mapping(path: Path) -> Mapping:
    """Read and check a mapping. Raises InvalidInput naming the place and what was expected."""
    try:
        body = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise InvalidInput("importing.no_mapping", file=str(path)) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InvalidInput("importing.mapping_not_toml", file=path.name, error=str(error)) from error
    _only(body, ("company", "rules", "table"), path, "file")
    company = _section(Company, body.get("company", {}), path, "company", ("code", "name"))
    rules = _section(Rules, body.get("rules", {}), path, "rules", ())
    if rules.stock not in ("closing", "opening"):
        _refuse(path, "rules.stock", rules.stock, "closing, opening")
    tables = tuple(_table(entry, path, number) for number, entry in enumerate(body.get("table", []), start=1))
    if not tables:
        _refuse(path, "table", "none", "at least one [[table]]")
    if sum(spec.target == "stock" for spec in tables) and rules.stock == "closing" and company.as_of is None:
        _refuse(path, "company.as_of", "nothing", "the day the closing stock was true")
    return Mapping(path, company, rules, tables)


def _refuse(path: Path, where: str, got: object, expected: str) -> None:
    raise InvalidInput("importing.mapping_wrong", file=path.name, where=where, got=got, expected=expected)


def _only(body: dict[str, Any], allowed: tuple[str, ...], path: Path, where: str) -> None:
    for name in body:
        if name not in allowed:
            _refuse(path, where, name, ", ".join(allowed))


def _section(kind: type[Any], body: dict[str, Any], path: Path, where: str, required: tuple[str, ...]) -> Any:
    allowed = tuple(kind.__dataclass_fields__)
    _only(body, allowed, path, where)
    for name in required:
        if not body.get(name):
            _refuse(path, f"{where}.{name}", "nothing", "a value")
    for name, value in body.items():
        wanted = str(kind.__dataclass_fields__[name].type)
        fits = {
            "str": isinstance(value, str),
            "int": isinstance(value, int) and not isinstance(value, bool),
            "bool": isinstance(value, bool),
        }.get(wanted, type(value) is date)
        if not fits:
            _refuse(path, f"{where}.{name}", value, wanted)
    return kind(**body)


def _table(body: dict[str, Any], path: Path, number: int) -> TableSpec:
    where = f"table {number}"
    _only(body, _TABLE_KEYS, path, where)
    for name in ("target", "from", "columns"):
        if name not in body:
            _refuse(path, f"{where}.{name}", "nothing", "a value")
    target = TARGETS.get(body["target"])
    if target is None:
        _refuse(path, f"{where}.target", body["target"], ", ".join(TARGETS))
        raise AssertionError
    where = f"{where} ({target.name})"
    for name, spec in body["columns"].items():
        if name not in target.by_name:
            _refuse(path, f"{where}.columns", name, ", ".join(target.by_name))
        _expression(spec, path, f"{where}.columns.{name}")
    missing = [c.name for c in target.columns if c.is_required and c.name not in body["columns"] and c.name != "warehouse"]
    if missing:
        _refuse(path, f"{where}.columns", "nothing", ", ".join(missing))
    joins = tuple(_join(entry, path, where) for entry in body.get("join", []))
    return TableSpec(
        target=target.name,
        source=str(body["from"]),
        columns=dict(body["columns"]),
        sheet=body.get("sheet"),
        where=dict(body.get("where", {})),
        joins=joins,
        is_distinct=bool(body.get("distinct", False)),
        is_optional=bool(body.get("optional", False)),
    )


def _join(body: dict[str, Any], path: Path, where: str) -> Join:
    _only(body, ("from", "sheet", "as", "on", "optional"), path, f"{where}.join")
    for name in ("from", "as", "on"):
        if name not in body:
            _refuse(path, f"{where}.join.{name}", "nothing", "a value")
    pairs = tuple((str(ours), str(theirs)) for ours, theirs in body["on"].items())
    return Join(str(body["from"]), str(body["as"]), pairs, body.get("sheet"), bool(body.get("optional", False)))


def _expression(spec: Any, path: Path, where: str) -> None:
    if isinstance(spec, (str, int, bool, float, date)):
        return
    if not isinstance(spec, dict):
        _refuse(path, where, spec, "a column name or a table such as { column = ..., default = ... }")
    _only(spec, _ACTIONS + _EXTRAS, path, where)
    actions = [name for name in _ACTIONS if name in spec]
    if len(actions) != 1:
        _refuse(path, where, ", ".join(actions) or "no action", "exactly one of " + ", ".join(_ACTIONS))
    if "lookup" in spec:
        for name in ("on", "key", "take"):
            if name not in spec:
                _refuse(path, f"{where}.{name}", "nothing", "a column name")
    for inner in spec.get("first", []):
        _expression(inner, path, where)
    for case in spec.get("cases", []):
        _only(case, ("when", "then"), path, f"{where}.cases")
        _expression(case.get("then", ""), path, where)
