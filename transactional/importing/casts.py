"""How does a cell of any file become a typed value of the ledger?

Cells come as text (CSV), as Excel numbers and dates (XLSX) or typed (Parquet). Full-width digits and letters are understood in
codes, numbers and dates; names stay as written. Money and quantities are read as exact decimals, never through binary floats.

    code      text without outer spaces, width-normalised      quantity, price, money   integers of 10^-6
    date      ISO text; Excel day numbers are understood       rate                     parts per million ("5%" or 0.05)
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from kernel.errors import InvalidInput
from kernel.numbers import decimal_from, micro_from, quantity_from
from transactional.importing.problems import Problem
from transactional.importing.targets import Column

__all__ = ["FORMULA_STARTS", "caster", "is_empty", "looks_like_formula", "plain"]

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
"""A spreadsheet that opens a cell beginning so would run it."""

_EXCEL_EPOCH = date(1899, 12, 30)
_EXCEL_FIRST, _EXCEL_LAST = 18_264, 80_000  # 1950 to 2119: below and above, a number is no plausible date
_FIRST_DATE, _LAST_DATE = date(1950, 1, 1), date(2119, 12, 31)
_DATE = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[T ].*)?$")
_TRUE = frozenset({"1", "true", "yes", "y", "t", "是", "真"})
_FALSE = frozenset({"0", "false", "no", "n", "f", "否", "假"})


class _NotReadable(Exception):
    def __init__(self, key: str, **values: Any) -> None:
        self.key = key
        self.values = values


def looks_like_formula(text: str) -> bool:
    """Whether a spreadsheet would run this text instead of showing it; plain numbers such as -5 are harmless."""
    if not text.startswith(FORMULA_STARTS):
        return False
    return re.fullmatch(r"[+-]?[\d.,]+", text) is None


def is_empty(value: Any) -> bool:
    """None, empty text and a lone space are all "nothing"."""
    return value is None or (isinstance(value, str) and not value.strip())


def plain(value: Any) -> str:
    """One text for one value whatever file it came from: 5, 5.0, "5" and Decimal("5.0000") are all ``5``."""
    if isinstance(value, str):
        return unicodedata.normalize("NFKC", value).strip() if not value.isascii() else value.strip()
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        # 15 significant digits: what a spreadsheet itself shows; 0.1 + 0.2 is 0.3 there.
        return str(int(value)) if value.is_integer() else format(value, ".15g")
    if isinstance(value, Decimal):
        shown = format(value, "f")
        return shown.rstrip("0").rstrip(".") if "." in shown else shown
    if isinstance(value, datetime):
        return value.date().isoformat()
    return "" if value is None else str(value)


def _code(value: Any) -> str:
    return _clean(plain(value))


def _text(value: Any) -> str:
    return _clean(value.strip() if isinstance(value, str) else plain(value))


def _clean(text: str) -> str:
    if text.isprintable():
        return text
    # Line breaks, tabs and ideographic spaces become one space; marks nobody can see are dropped, the rest is refused.
    text = " ".join(text.replace("\ufeff", "").replace("\u200b", "").split())
    if not text.isprintable():
        raise _NotReadable("importing.control_character")
    return text


def _date(value: Any, pattern: str | None) -> str:
    if isinstance(value, datetime):
        found = value.date()
    elif isinstance(value, date):
        found = value
    elif isinstance(value, (int, float)) and not isinstance(value, bool):
        found = _excel_day(float(value))
    else:
        found = _date_of_text(plain(value), pattern)
    if not _FIRST_DATE <= found <= _LAST_DATE:
        raise _NotReadable("importing.absurd_date", first=_FIRST_DATE, last=_LAST_DATE)
    return found.isoformat()


def _date_of_text(text: str, pattern: str | None) -> date:
    if pattern is not None:
        try:
            return datetime.strptime(text, pattern).date()
        except ValueError:
            raise _NotReadable("importing.not_a_date", expected=pattern) from None
    matched = _DATE.match(text)
    try:
        if matched:
            return date(int(matched[1]), int(matched[2]), int(matched[3]))
        if len(text) == 8 and text.isdigit():
            return date(int(text[:4]), int(text[4:6]), int(text[6:]))
        if re.fullmatch(r"\d{5}(\.\d+)?", text):
            return _excel_day(float(text))
    except ValueError:
        pass
    raise _NotReadable("importing.not_a_date", expected="YYYY-MM-DD")


def _excel_day(number: float) -> date:
    if not _EXCEL_FIRST <= number <= _EXCEL_LAST:
        raise _NotReadable("importing.not_a_date", expected="YYYY-MM-DD")
    return _EXCEL_EPOCH + timedelta(days=int(number))


def _flag(value: Any) -> int:
    text = plain(value).lower()
    if text in _TRUE:
        return 1
    if text in _FALSE:
        return 0
    raise _NotReadable("importing.not_a_flag")


def _integer(value: Any) -> int:
    number = decimal_from(plain(value) if isinstance(value, float) else value)
    if number != number.to_integral_value():
        raise _NotReadable("importing.not_whole")
    if abs(number) > 10**15:
        raise _NotReadable("importing.absurd_number", limit=10**15)
    return int(number)


def _rate(value: Any) -> int:
    text = plain(value)
    number = decimal_from(text[:-1]) / 100 if text.endswith("%") else decimal_from(text)
    if not -1 <= number <= 1:
        raise _NotReadable("importing.not_a_rate")
    return int((number * 1_000_000).to_integral_value())


def caster(
    column: Column,
    *,
    limit: int,
    date_format: str | None = None,
    note: Callable[[str, str], None] | None = None,
) -> Callable[[Any], Any]:
    """The reader for one target column: value -> typed value, None for nothing, or a `Problem`.

    Args:
        limit: largest plausible quantity in base units; above it the row is rejected as absurd.
        date_format: strptime pattern where the source's dates are not ISO.
        note: told once per distinct value that was accepted but deserves a look (``formula_like_text``, ``excel_day_number``).
    """
    read = _reader(column, date_format)
    memory: dict[Any, Any] = {}
    bound = limit * 1_000_000 if column.kind == "quantity" else None

    def cast(value: Any) -> Any:
        if value is None:
            return None
        if isinstance(value, Problem):
            return value
        # True == 1 == 1.0: the type is part of what was read.
        remembered = memory.get((type(value), value))
        if remembered is not None:
            return remembered
        if is_empty(value):
            return None
        try:
            result = read(value)
            if bound is not None and result > bound:
                raise _NotReadable("importing.absurd_number", limit=limit)
            if isinstance(result, int):
                _within(column, result)
            elif note is not None:
                if column.kind == "date":
                    if isinstance(value, (int, float)) or (str(value).strip().isdigit() and len(str(value).strip()) == 5):
                        note("excel_day_number", str(value))
                elif looks_like_formula(result):
                    note("formula_like_text", result)
        except _NotReadable as refusal:
            return Problem(refusal.key, value=value, values=refusal.values)
        except InvalidInput as refusal:
            named = {key: inner for key, inner in refusal.values.items() if key not in ("what", "got")}
            return Problem(f"importing.{refusal.key.partition('.')[2]}", value=value, values=named)
        if len(memory) < 50_000:
            memory[(type(value), value)] = result
        return result

    return cast


def _within(column: Column, value: int) -> None:
    if column.is_positive and value <= 0:
        raise _NotReadable("importing.not_positive")
    if column.minimum is not None and value < column.minimum:
        raise _NotReadable("importing.negative")


def _reader(column: Column, date_format: str | None) -> Callable[[Any], Any]:
    kind = column.kind
    if kind == "choice":
        allowed = frozenset(column.choices)

        def choose(value: Any) -> str:
            text = plain(value)
            if text not in allowed:
                raise _NotReadable("importing.not_a_choice", allowed=", ".join(column.choices))
            return text

        return choose
    if kind == "date":
        return lambda value: _date(value, date_format)
    readers: dict[str, Callable[[Any], Any]] = {
        "code": _code,
        "text": _text,
        "quantity": lambda value: quantity_from(plain(value) if isinstance(value, float) else value),
        "price": lambda value: micro_from(plain(value) if isinstance(value, float) else value),
        "money": lambda value: micro_from(plain(value) if isinstance(value, float) else value),
        "integer": _integer,
        "flag": _flag,
        "rate": _rate,
    }
    return readers[kind]
