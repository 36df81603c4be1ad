"""How does a cell of any file become a typed value of the ledger?

Cells come as text (CSV), as Excel numbers and dates (XLSX) or typed (Parquet). Full-width digits and letters are understood in
codes, numbers and dates; names stay as written. Money and quantities are read as exact decimals, never through binary floats.

    code      text without outer spaces, width-normalised      quantity, price, money   integers of 10^-6
    date      ISO text; Excel day numbers are understood       rate                     parts per million ("5%" or 0.05)

Amounts may carry the sign of the company's currency; another currency's sign is refused, and so is what a spreadsheet shows for a
formula that failed (#N/A), in every column.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from kernel.errors import InvalidInput
from kernel.numbers import decimal_from, micro_from, quantity_from
from transactional.importing.cells import is_empty, looks_like_formula, plain
from transactional.importing.dates import read_date
from transactional.importing.problems import NotReadable, Problem
from transactional.importing.targets import Column

__all__ = ["caster"]

_SHEET_ERRORS = frozenset({"#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!", "#SPILL!", "#CALC!", "#####"})
_SIGNED = re.compile(r"([^\d\s.,+-]*)\s*([+-]?[\d.,]+)\s*([^\d\s.,+-]*)")
_SIGNS = {
    "CNY": ("¥", "元", "rmb", "cny", "人民币", "圆"),
    "JPY": ("¥", "円", "jpy"),
    "USD": ("$", "us$", "usd"),
    "EUR": ("€", "eur"),
    "GBP": ("£", "gbp"),
    "HKD": ("hk$", "hkd"),
    "TWD": ("nt$", "twd"),
}
_TRUE = frozenset({"1", "true", "yes", "y", "t", "是", "真"})
_FALSE = frozenset({"0", "false", "no", "n", "f", "否", "假"})


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
        raise NotReadable("importing.control_character")
    return text


def _money(value: Any, currency: str) -> int:
    """An amount in 10^-6, maybe with the sign of the company's currency before or behind it."""
    if not isinstance(value, str):
        return micro_from(plain(value) if isinstance(value, float) else value)
    text = plain(value)
    if not text.replace(".", "").isdigit():
        matched = _SIGNED.fullmatch(text)
        signs = {sign.casefold() for sign in matched.groups()[::2] if sign} if matched else set()
        if matched and signs:
            own = {*_SIGNS.get(currency, ()), currency.casefold()}
            if signs <= own:
                return micro_from(matched[2])
            if any(sign in marks for sign in signs for marks in _SIGNS.values()):
                raise NotReadable("importing.other_currency", expected=currency)
    return micro_from(text)


def _flag(value: Any) -> int:
    text = plain(value).lower()
    if text in _TRUE:
        return 1
    if text in _FALSE:
        return 0
    raise NotReadable("importing.not_a_flag")


def _integer(value: Any) -> int:
    number = decimal_from(plain(value) if isinstance(value, float) else value)
    if number != number.to_integral_value():
        raise NotReadable("importing.not_whole")
    if abs(number) > 10**15:
        raise NotReadable("importing.absurd_number", limit=10**15)
    return int(number)


def _rate(value: Any) -> int:
    text = plain(value)
    number = decimal_from(text[:-1]) / 100 if text.endswith("%") else decimal_from(text)
    if not -1 <= number <= 1:
        raise NotReadable("importing.not_a_rate")
    return int((number * 1_000_000).to_integral_value())


def caster(
    column: Column,
    *,
    limit: int,
    date_format: str | tuple[str, ...] = (),
    note: Callable[[str, str], None] | None = None,
    currency: str = "CNY",
    counts_from_1904: bool = False,
) -> Callable[[Any], Any]:
    """The reader for one target column: value -> typed value, None for nothing, or a `Problem`.

    Args:
        limit: largest plausible quantity in base units; above it the row is rejected as absurd.
        date_format: strptime patterns where the source's dates are not ISO; dates that begin with the year are read all the same.
        currency: the company's; its sign may stand beside an amount.
        counts_from_1904: what day numbers of the file mean.
        note: told once per distinct value that was accepted but deserves a look (``formula_like_text``, ``excel_day_number``).
    """
    patterns = (date_format,) if isinstance(date_format, str) else tuple(date_format)
    read = _reader(column, patterns, currency, counts_from_1904)
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
            if isinstance(value, str) and value.startswith("#") and value.strip() in _SHEET_ERRORS:
                raise NotReadable("importing.sheet_error")
            result = read(value)
            if bound is not None and result > bound:
                raise NotReadable("importing.absurd_number", limit=limit)
            if isinstance(result, int):
                _within(column, result)
            elif note is not None:
                if column.kind == "date":
                    if isinstance(value, (int, float)) or (str(value).strip().isdigit() and len(str(value).strip()) == 5):
                        note("excel_day_number", str(value))
                elif looks_like_formula(result):
                    note("formula_like_text", result)
        except NotReadable as refusal:
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
        raise NotReadable("importing.not_positive")
    if column.minimum is not None and value < column.minimum:
        raise NotReadable("importing.negative")


def _reader(column: Column, patterns: tuple[str, ...], currency: str, counts_from_1904: bool) -> Callable[[Any], Any]:
    kind = column.kind
    if kind == "choice":
        allowed = frozenset(column.choices)

        def choose(value: Any) -> str:
            text = plain(value)
            if text not in allowed:
                raise NotReadable("importing.not_a_choice", allowed=", ".join(column.choices))
            return text

        return choose
    if kind == "date":
        return lambda value: read_date(value, patterns, counts_from_1904)
    readers: dict[str, Callable[[Any], Any]] = {
        "code": _code,
        "text": _text,
        "quantity": lambda value: quantity_from(plain(value) if isinstance(value, float) else value),
        "price": lambda value: _money(value, currency),
        "money": lambda value: _money(value, currency),
        "integer": _integer,
        "flag": _flag,
        "rate": _rate,
    }
    return readers[kind]
