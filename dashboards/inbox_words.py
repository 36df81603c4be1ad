"""How urgent is a line, what is it about, and how much of it is there? Shared by everything that fills the inbox."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from dashboards.formats import number
from dashboards.i18n import label, t, unit_text

__all__ = ["float_of", "late_orders_text", "much", "raised", "subject_of", "urgency_of"]


def urgency_of(due: date | None, as_of: date) -> int:
    if due is None:
        return 1
    left = (due - as_of).days
    return 3 if left <= 3 else 2 if left <= 10 else 1


def raised(urgency: int, late_order_count: int | None) -> int:
    """What is due this week is for today when customers' orders come late because of it."""
    return 3 if urgency == 2 and (late_order_count or 0) > 0 else urgency


def subject_of(row: Mapping[str, Any]) -> str:
    place = row.get("warehouse_code")
    return f"{row.get('sku') or ''} {label(row, 'item_name')}".strip() + (f" @ {place}" if place else "")


def float_of(value: Any) -> float | None:
    return None if value is None else float(value)


def much(row: Mapping[str, Any], name: str = "quantity") -> str:
    return f"{number(row[name])} {unit_text(row.get('base_unit'))}".strip()


def late_orders_text(count: Any) -> str:
    return t("today.ignored.late_one" if count == 1 else "today.ignored.late", count=number(count or 0))
