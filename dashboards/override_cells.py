"""What did somebody type or paste into the override column: a number, nothing, or something to ask back about?

Cells arrive as text, so that a column pasted from a spreadsheet is taken as it is: thousands separators, full-width digits and
blanks are understood; what is no quantity is refused cell by cell and named, the others stand.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

from dashboards.formats import period
from dashboards.i18n import language, t
from kernel.errors import InvalidInput
from kernel.numbers import MAX_QUANTITY, QUANTITY_SCALE, decimal_from, quantity_from

__all__ = ["Cells", "quantity_of", "read_cells"]


_AMBIGUOUS = re.compile(r"[1-9]\d{0,2}\.\d{3}")


@dataclass(frozen=True)
class Cells:
    """What was read.

    Attributes:
        changes: period -> (quantity or None to give it back to the model, baseline), base units.
        refusals: one sentence per cell that was not understood.
    """

    changes: dict[date, tuple[Decimal | None, float | None]]
    refusals: list[str]


def read_cells(
    edited: Mapping[int, Mapping[str, Any]],
    column: str,
    starts: Sequence[date],
    baselines: Sequence[float | None],
    frequency: str,
) -> Cells:
    """The edited cells of `column`, by row number, as changes and refusals."""
    changes: dict[date, tuple[Decimal | None, float | None]] = {}
    refusals: list[str] = []
    for place, cells in sorted((int(place), cells) for place, cells in edited.items()):
        if column not in cells:
            continue
        typed = "" if cells[column] is None else str(cells[column]).strip()
        name = period(starts[place], frequency)
        try:
            changes[starts[place]] = (quantity_of(typed) if typed else None, baselines[place])
        except InvalidInput as refusal:
            refusals.append(f"{name}: {refusal.text(language())}")
    return Cells(changes, refusals)


def quantity_of(typed: str) -> Decimal:
    """Six decimals at most, as the ledger keeps them; never below zero. Raises InvalidInput.

    1.234 is one and a bit in some countries and more than a thousand in others: it is asked back, not guessed.
    """
    what = t("forecast.override")
    if _AMBIGUOUS.fullmatch(unicodedata.normalize("NFKC", typed)):
        raise InvalidInput("screen.error.two_readings", what=what, got=typed, small=f"{typed}0", large=typed.replace(".", ""))
    value = decimal_from(typed, what=what)
    if value.copy_abs() <= MAX_QUANTITY // QUANTITY_SCALE:
        value = value.quantize(Decimal("0.000001"), rounding=ROUND_HALF_EVEN)
    quantity_from(value, what=what)
    if value < 0:
        raise InvalidInput("screen.error.negative", what=what, got=typed)
    return value
