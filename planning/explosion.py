"""What does an order of a parent need of each component?

    gross = ordered quantity x component quantity / output quantity / (1 - scrap)

Scrap is the share lost. Fixed components do not grow with the order. A component that stands on several lines is
added up exactly and rounded up once, to 10^-6 of its unit; whole steps are a matter of the component's own order.
A negative component quantity is a by-product: it comes in when the order is received, rounded towards zero.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from kernel.numbers import RATE_SCALE

__all__ = ["BomLine", "component_requirements"]


@dataclass(frozen=True, slots=True)
class BomLine:
    """One component of a parent; `valid_from` and `valid_to` as ordinals, both days included, None: open."""

    component_item_id: int
    component_quantity: int
    output_quantity: int
    scrap_ppm: int
    is_fixed: bool
    valid_from: int | None
    valid_to: int | None

    def is_effective(self, day: int) -> bool:
        """Whether the line holds for work that starts on `day`."""
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day <= self.valid_to)


def component_requirements(lines: Iterable[BomLine], ordered: int, day: int) -> dict[int, int]:
    """Requirement per component item for `ordered` of the parent started on `day`; by-products are negative.

    >>> line = BomLine(7, 2_000_000, 1_000_000, 0, False, None, None)
    >>> component_requirements([line], 5_000_000, 1)
    {7: 10000000}
    """
    parts: dict[int, list[tuple[int, int]]] = {}
    for line in lines:
        if not line.is_effective(day):
            continue
        kept = RATE_SCALE - line.scrap_ppm
        if line.is_fixed:
            part = (line.component_quantity * RATE_SCALE, kept)
        else:
            part = (ordered * line.component_quantity * RATE_SCALE, line.output_quantity * kept)
        parts.setdefault(line.component_item_id, []).append(part)
    return {component: _rounded(values) for component, values in parts.items()}


def _rounded(parts: list[tuple[int, int]]) -> int:
    if len(parts) == 1:
        top, bottom = parts[0]
    else:
        total = sum((Fraction(top, bottom) for top, bottom in parts), Fraction(0))
        top, bottom = total.numerator, total.denominator
    # -(-a // b) rounds up: a requirement away from zero, a by-product (negative) towards zero.
    return -(-top // bottom)
