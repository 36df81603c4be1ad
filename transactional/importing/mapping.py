"""What does a mapping file say, and can it be right?

A mapping is TOML: `[company]`, `[rules]` and one `[[table]]` per target and source. It is checked before any data is read:
unknown targets, columns or keys, values of the wrong kind and missing mandatory columns are refused with what was probably meant.
"""

from __future__ import annotations

import re
import tomllib
import zoneinfo
from dataclasses import MISSING, dataclass
from datetime import date
from pathlib import Path
from typing import Any

from kernel.errors import InvalidInput
from transactional.importing.mapping_tables import Join, TableSpec, only, refuse, table_of

__all__ = ["Company", "Join", "Mapping", "Rules", "TableSpec", "read_mapping"]


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
class Mapping:
    """A whole mapping file."""

    path: Path
    company: Company
    rules: Rules
    tables: tuple[TableSpec, ...]


def read_mapping(path: Path) -> Mapping:
    """Read and check a mapping. Raises InvalidInput naming the place, what was expected and what was probably meant."""
    try:
        body = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (FileNotFoundError, IsADirectoryError):
        raise InvalidInput("importing.no_mapping", file=str(path)) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InvalidInput("importing.mapping_not_toml", file=path.name, error=str(error)) from error
    file = path.name
    only(body, ("company", "rules", "table"), file, "file")
    company = _section(Company, body.get("company", {}), file, "company", ("code", "name"))
    rules = _section(Rules, body.get("rules", {}), file, "rules", ("warehouse", "location"))
    _company_fits(company, file)
    if rules.stock not in ("closing", "opening"):
        refuse(file, "rules.stock", rules.stock, ("closing", "opening"))
    if rules.max_quantity <= 0:
        refuse(file, "rules.max_quantity", rules.max_quantity, ("a number above zero",))
    entries = body.get("table", [])
    if not isinstance(entries, list) or not entries:
        refuse(file, "table", "none" if not entries else "[table]", ("at least one [[table]]",))
    tables = tuple(table_of(entry, file, number) for number, entry in enumerate(entries, start=1))
    return Mapping(path, company, rules, tables)


def _company_fits(company: Company, file: str) -> None:
    if re.fullmatch("[A-Z]{3}", company.currency) is None:
        refuse(file, "company.currency", company.currency, ("three capital letters such as CNY",))
    if not 0 <= company.minor_digits <= 4:
        refuse(file, "company.minor_digits", company.minor_digits, ("0 to 4",))
    try:
        zoneinfo.ZoneInfo(company.time_zone)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        refuse(file, "company.time_zone", company.time_zone, ("a name such as Asia/Shanghai",))


def _section(kind: type[Any], body: Any, file: str, where: str, required: tuple[str, ...]) -> Any:
    if not isinstance(body, dict):
        refuse(file, where, body, (f"a section [{where}]",))
    fields = kind.__dataclass_fields__
    only(body, tuple(fields), file, where)
    for name, value in body.items():
        wanted = str(fields[name].type)
        fits = {
            "str": isinstance(value, str),
            "int": isinstance(value, int) and not isinstance(value, bool),
            "bool": isinstance(value, bool),
        }.get(wanted, type(value) is date)
        if not fits:
            described = {"str": "text in quotes", "int": "a whole number", "bool": "true or false"}
            refuse(file, f"{where}.{name}", value, (described.get(wanted, "a date without quotes such as 2024-01-31"),))
    for name in required:
        value = body.get(name, getattr(kind, name, None) if fields[name].default is MISSING else fields[name].default)
        if not isinstance(value, str) or not value.strip():
            refuse(file, f"{where}.{name}", "nothing", ("a value",))
    return kind(**body)
