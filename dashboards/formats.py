"""How do numbers, money, shares and dates look to people?

Pure functions of value and language. A missing value is an en dash, never 0. Large money shortens to K, M, B in English and
万, 亿 in Chinese; dates are ISO everywhere.
"""

from __future__ import annotations

import math
import re
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

__all__ = [
    "MISSING",
    "before",
    "change",
    "days",
    "kpi_range",
    "kpi_value",
    "money",
    "number",
    "percent",
    "period",
    "plain",
    "safe",
    "short_money",
]

MISSING = "–"
_SYMBOLS = {"CNY": "¥", "USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥"}
_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>#+!|~$:])")


def is_missing(value: Any) -> bool:
    """None or not a number."""
    return value is None or (isinstance(value, float) and not math.isfinite(value))


def safe(text: object) -> str:
    """Text of the data as plain words inside markdown: no links, formulas or styles come out of it."""
    return _MARKDOWN.sub(r"\\\1", str(text))


def number(value: Any, decimals: int | None = None) -> str:
    """``number(1234.50)`` is "1,234.5"; `decimals` None shows what is there, at most 3 (none from 1,000 up)."""
    if is_missing(value):
        return MISSING
    exact = Decimal(str(value))
    if decimals is None:
        decimals = 0 if abs(exact) >= 1000 else 3
        shown = f"{exact:,.{decimals}f}"
        return shown.rstrip("0").rstrip(".") if "." in shown else shown
    return f"{exact:,.{decimals}f}"


def money(value: Any, currency: str = "CNY", decimals: int = 2) -> str:
    """Money with its symbol and every digit: "¥6,960.00"."""
    if is_missing(value):
        return MISSING
    exact = Decimal(str(value))
    sign = "-" if exact < 0 else ""
    return f"{sign}{_symbol(currency)}{abs(exact):,.{decimals}f}"


def short_money(value: Any, currency: str = "CNY", language: str = "en") -> str:
    """Money in three or four digits: "¥1.83 M", "¥183 万"."""
    if is_missing(value):
        return MISSING
    amount = float(value)
    steps = ((1e8, "亿"), (1e4, "万")) if language == "zh" else ((1e9, "B"), (1e6, "M"), (1e4, "K"))
    sign = "-" if amount < 0 else ""
    size = abs(amount)
    for step, name in steps:
        if size >= step:
            unit = 1e3 if name == "K" else step
            part = size / unit
            return f"{sign}{_symbol(currency)}{part:,.{2 if part < 10 else 1 if part < 100 else 0}f} {name}"
    return f"{sign}{_symbol(currency)}{size:,.0f}"


def percent(value: Any, decimals: int = 1) -> str:
    """A rate 0-1 as per cent: "95.8 %"."""
    return MISSING if is_missing(value) else f"{float(value) * 100:,.{decimals}f} %"


def days(value: Any) -> str:
    """A number of days without its unit, one decimal at most."""
    return MISSING if is_missing(value) else number(round(float(value), 1))


def plain(value: Any) -> str:
    """A date as ISO, everything else as it is; nothing as an en dash."""
    if is_missing(value) or value == "":
        return MISSING
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M")
    return value.isoformat() if isinstance(value, date) else str(value)


def period(start: Any, kind: str) -> str:
    """The name of a period: 2026-11, 2026-W47, 2026-Q4; the twelve months to 2026-11 are named by the last."""
    if not isinstance(start, date):
        return plain(start)
    if kind == "week":
        year, week, _ = start.isocalendar()
        return f"{year}-W{week:02d}"
    if kind == "quarter":
        return f"{start.year}-Q{(start.month + 2) // 3}"
    if kind == "ttm":
        # Starts on the first of its first month: eleven months later is the last.
        months = start.year * 12 + start.month - 1 + 11
        return f"… {months // 12}-{months % 12 + 1:02d}"
    return start.strftime("%Y-%m")


def before(start: Any, kind: str, years: int = 0) -> date | None:
    """The first day of the period before `start`, or of the same period `years` earlier; None for what is no date.

    Trailing twelve months move by a month. A week a year earlier is 52 weeks earlier, as the reports compare it.
    """
    if not isinstance(start, date):
        return None
    if kind == "week":
        return start - timedelta(days=7 if not years else 364 * years)
    step = 12 * years or {"quarter": 3}.get(kind, 1)
    months = start.year * 12 + start.month - 1 - step
    return date(months // 12, months % 12 + 1, 1)


def kpi_value(value: Any, unit: str, currency: str, language: str) -> str:
    """A KPI's value by its unit: rate, turns_per_year, days, currency."""
    if unit == "rate":
        return percent(value)
    if unit == "currency":
        return short_money(value, currency, language)
    if is_missing(value):
        return MISSING
    return f"{number(value, 2 if unit == 'turns_per_year' else 1)} {_unit(unit, language)}".rstrip()


def kpi_range(low: Any, high: Any, unit: str, currency: str, language: str) -> str:
    """A band of a KPI with its unit once: "3 – 6 turns/yr"."""
    if unit in ("rate", "currency"):
        return f"{kpi_value(low, unit, currency, language)} – {kpi_value(high, unit, currency, language)}"
    return f"{number(low)} – {number(high)} {_unit(unit, language)}".rstrip()


def change(value: Any, before: Any, unit: str, language: str = "en") -> str | None:
    """The change with its sign: percentage points for rates, per cent for money, plain otherwise; None without both."""
    if is_missing(value) or is_missing(before):
        return None
    difference = float(value) - float(before)
    if unit == "rate":
        return f"{difference * 100:+.1f} {'个百分点' if language == 'zh' else 'pp'}"
    if unit == "currency":
        return None if float(before) == 0 else f"{difference / abs(float(before)) * 100:+.1f} %"
    return f"{difference:+.2f}"


def _unit(unit: str, language: str) -> str:
    words = {"turns_per_year": ("turns/yr", "次/年"), "days": ("days", "天")}.get(unit, ("", ""))
    return words[language == "zh"]


def _symbol(currency: str) -> str:
    return _SYMBOLS.get(currency, f"{currency} ")
