"""What does the screen say, in the language of its reader?

`t(key)` is the catalogue's text in the session's language; `label(row, "item_name")` picks the column in that language;
`code_text("cause", "supplier")` names a code of the reports and shows an unknown code as it is.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import streamlit as st

from kernel.messages import LANGUAGES, has_text, text

__all__ = ["LANGUAGES", "code_text", "label", "language", "name_column", "reason_text", "t", "unit_text"]


def language() -> str:
    """The session's language, "en" or "zh"."""
    chosen = st.session_state.get("lang")
    return chosen if chosen in LANGUAGES else "en"


def t(key: str, /, **values: object) -> str:
    """The text of `screen.<key>` in the session's language."""
    return text(f"screen.{key}", language(), **values)


def code_text(group: str, code: object) -> str:
    """A code of the reports for people, e.g. ``code_text("cause", "carrier")``; nothing for an empty code."""
    if code is None or code == "":
        return ""
    # Models and demand patterns are named where they are made.
    key = f"forecasting.{group}.{code}" if group in ("model", "pattern") else f"screen.{group}.{code}"
    return text(key, language()) if has_text(key) else str(code).replace("_", " ")


def unit_text(code: object) -> str:
    """A unit of measure for people: its word in the reader's language, else its code."""
    return "" if code in (None, "") else code_text("unit_code", code) if has_text(f"screen.unit_code.{code}") else str(code)


def name_column(stem: str) -> str:
    """The column that holds a name in the session's language."""
    return f"{stem}_zh" if language() == "zh" else stem


def label(row: Mapping[str, Any], stem: str) -> str:
    """The name in the session's language; the other language rather than nothing."""
    chosen, other = (f"{stem}_zh", stem) if language() == "zh" else (stem, f"{stem}_zh")
    return str(row.get(chosen) or row.get(other) or "")


def reason_text(key: object, values: object) -> str:
    """A reason that a room stored as message key and JSON values, in the session's language; codes inside it are named too."""
    if not key:
        return ""
    try:
        filled = json.loads(str(values)) if values else {}
    except ValueError:
        filled = {}
    if not isinstance(filled, dict):
        filled = {}
    named = {name: _named(name, value) for name, value in filled.items()}
    return text(str(key), language(), **named)


def _named(name: str, value: object) -> object:
    group = {"model": "model", "runner_up": "model", "pattern": "pattern", "demand_pattern": "pattern"}.get(name)
    key = f"forecasting.{group}.{value}"
    if group and has_text(key):
        return text(key, language())
    if name.endswith("wape") and isinstance(value, (int, float)):
        return f"{value * 100:.1f} %"
    return value
