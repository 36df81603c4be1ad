"""What stands in a cell, whatever kind of file it came from?"""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime
from decimal import Decimal
from typing import Any

__all__ = ["FORMULA_STARTS", "is_empty", "looks_like_formula", "plain"]

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
"""A spreadsheet that opens a cell beginning so would run it."""


def looks_like_formula(text: str) -> bool:
    """Whether a spreadsheet would run this text instead of showing it; plain numbers such as -5 are harmless."""
    if not text.startswith(FORMULA_STARTS):
        return False
    return re.fullmatch(r"[+-]?[\d.,]+", text) is None


_WHOLE = re.compile(r"-?(0|[1-9]\d*)\.0+")


def is_empty(value: Any) -> bool:
    """None, empty text and a lone space are all "nothing"."""
    return value is None or (isinstance(value, str) and not value.strip())


def plain(value: Any) -> str:
    """One text for one value whatever file it came from: 5, 5.0, "5" and Decimal("5.0000") are all ``5``."""
    if isinstance(value, str):
        text = unicodedata.normalize("NFKC", value).strip() if not value.isascii() else value.strip()
        # Programs write whole numbers of a column with gaps as 5.0, and decimals as 5.0000.
        return text.partition(".")[0] if text.endswith("0") and _WHOLE.fullmatch(text) else text
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
