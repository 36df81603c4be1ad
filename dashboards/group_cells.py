"""What did somebody type into a group's override cell: a figure, a change in per cent, nothing, or what must be asked back?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

from dashboards.formats import period
from dashboards.i18n import language, t
from kernel.errors import InvalidInput
from kernel.numbers import amount_of, decimal_from, micro_from, quantity_from

__all__ = ["read_group_cells", "shown_override"]

_PERCENT = ("%", "％")
_PPM_OF_PERCENT = 10_000


def read_group_cells(
    edited: Mapping[int, Mapping[str, Any]],
    column: str,
    starts: Sequence[date],
    baselines: Sequence[float | None],
    frequency: str,
    unit: str,
    minor_digits: int,
) -> tuple[dict[date, dict[str, int | None]], list[str]]:
    """The edited cells of `column`, by row number: what the command takes per period, and one sentence per cell refused.

    Args:
        unit: 'amount' (currency units are typed) or 'quantity' (base units). baselines: forecast in that unit.

    >>> read_group_cells({0: {"o": "+12.5 %"}}, "o", [date(2026, 1, 1)], [None], "month", "amount", 2)[0]
    {datetime.date(2026, 1, 1): {'change_ppm': 125000}}
    """
    changes: dict[date, dict[str, int | None]] = {}
    refusals: list[str] = []
    for place, cells in sorted((int(place), cells) for place, cells in edited.items()):
        if column not in cells:
            continue
        typed = "" if cells[column] is None else str(cells[column]).strip()
        try:
            change = _change(typed, unit, minor_digits) if typed else {}
        except InvalidInput as refusal:
            refusals.append(f"{period(starts[place], frequency)}: {refusal.text(language())}")
            continue
        baseline = baselines[place]
        if unit == "amount" and baseline is not None:
            change["baseline_amount"] = amount_of(round(baseline * 1_000_000), minor_digits)
        changes[starts[place]] = change
    return changes, refusals


def shown_override(quantity: float | None, amount: float | None, change: float | None) -> str | None:
    """How a standing override is written in its cell.

    >>> shown_override(None, 1250.0, None), shown_override(None, None, -0.1)
    ('1,250', '-10 %')
    """
    if change is not None:
        return f"{round(change * 100, 4):+g} %"
    value = amount if quantity is None else quantity
    return None if value is None else f"{round(value, 2):,.2f}".rstrip("0").rstrip(".")


def _change(typed: str, unit: str, minor_digits: int) -> dict[str, int | None]:
    what = t("forecast.override")
    if typed.endswith(_PERCENT):
        value = decimal_from(typed[:-1].strip().removeprefix("+").removeprefix("＋"), what=what) * _PPM_OF_PERCENT
        return {"change_ppm": int(value.to_integral_value(ROUND_HALF_EVEN))}
    value = decimal_from(typed, what=what)
    if value < 0:
        raise InvalidInput("screen.error.negative", what=what, got=typed)
    value = value.quantize(Decimal("0.000001"), rounding=ROUND_HALF_EVEN)
    if unit == "amount":
        return {"override_amount": amount_of(micro_from(value, what=what), minor_digits)}
    return {"override_quantity": quantity_from(value, what=what)}
