"""How do ledger integers become what people read?

By the column's name: `*_quantity` in base units, prices, costs per unit and `*_micro` in currency units, `*_amount` in currency
units by the company's minor digits, `*_ppm` as a rate from 0 to 1 under the name `*_rate`, `*_date` and `today` as dates,
`*_at` as UTC instants,
`is_*` as yes or no.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from transactional.ledger import Ledger

__all__ = ["like", "rows"]

_PRICES = ("unit_price", "unit_cost", "standard_cost", "list_price", "reference_unit_price", "cost_per_hour")
_DATES = ("today", "valid_from", "valid_to", "need_period", "period_start", "first_period", "last_period", "date")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def rows(ledger: Ledger, statement: str, values: Sequence[Any] = ()) -> list[dict[str, Any]]:
    """Run a query and give its rows in people's units."""
    if ledger.store.dialect == "sqlite":
        values = [value.isoformat() if isinstance(value, date) else value for value in values]
    found = ledger.records(statement, values)
    digits = _minor_digits(ledger) if found and any(name.endswith("_amount") for name in found[0]) else 2
    return [dict(_shown(name, value, digits) for name, value in row.items()) for row in found]


def like(search: str) -> str:
    """A pattern that finds a text anywhere, whatever its case."""
    plain = search.strip().lower().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{plain}%"


def _shown(name: str, value: Any, digits: int) -> tuple[str, Any]:
    if name.endswith("_ppm"):
        shown = name.removesuffix("_ppm")
        return shown if shown.endswith("_rate") else f"{shown}_rate", None if value is None else Decimal(value).scaleb(-6)
    if value is None:
        return name, None
    if name.endswith(("_quantity", "_micro")) or name == "quantity" or name in _PRICES:
        return name, Decimal(value).scaleb(-6)
    if name.endswith("_amount"):
        return name, Decimal(value).scaleb(-digits)
    if name.endswith("_date") or name in _DATES:
        return name, date.fromisoformat(value) if isinstance(value, str) else value
    if name.endswith("_at"):
        return name, _EPOCH + timedelta(microseconds=value)
    if name.startswith("is_"):
        return name, bool(value)
    return name, value


def _minor_digits(ledger: Ledger) -> int:
    found = ledger.rows("SELECT minor_digits FROM company")
    return int(found[0][0]) if found else 2
