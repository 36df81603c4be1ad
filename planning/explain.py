"""Why is this quantity suggested?

    net requirement = gross requirement - on hand - scheduled receipts + safety stock, floored at 0
    quantity        = net requirement + lot rules

The six numbers are columns of `planned_orders`; here they become the lines a person reads.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from kernel.errors import InvalidInput
from kernel.messages import text

__all__ = ["ExplanationLine", "explain"]

_LINES = (
    ("gross_requirement_quantity", 1),
    ("on_hand_quantity", -1),
    ("scheduled_receipts_quantity", -1),
    ("safety_stock_quantity", 1),
    ("net_requirement_quantity", 0),
    ("lot_rounding_quantity", 1),
    ("quantity", 0),
)


@dataclass(frozen=True, slots=True)
class ExplanationLine:
    """One line of the arithmetic: `column` of planned_orders, its quantity, and how it counts (+1, -1, 0: a sum)."""

    column: str
    quantity: int
    sign: int

    def label(self, language: str = "en") -> str:
        """The line's name in "en" or "zh"."""
        return text(f"planning.explain.{self.column}", language)


def explain(planned_order: Mapping[str, object]) -> tuple[ExplanationLine, ...]:
    """The seven lines of arithmetic behind one row of `planned_orders`, in reading order.

    Args:
        planned_order: a row as a mapping, for example from `planned_orders.row(0, named=True)`.

    Raises:
        InvalidInput: the row lacks one of the six numbers or the quantity.
    """
    lines: list[ExplanationLine] = []
    for column, sign in _LINES:
        value = planned_order.get(column)
        if not isinstance(value, int):
            raise InvalidInput("planning.unknown_explanation", row=planned_order.get("planned_order_id"), column=column)
        lines.append(ExplanationLine(column, value, sign))
    return tuple(lines)
