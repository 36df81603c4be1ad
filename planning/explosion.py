"""What does an order of a parent need of each component?

    gross = ordered quantity x component quantity / output quantity / (1 - scrap)

Scrap is the share lost. Fixed components do not grow with the order. The requirement of one order is kept as an exact
fraction; when the component is planned, all its requirements are added up in date order and the running total is
rounded up to 10^-6 of its unit. Three times a third of a piece are one piece, whoever needs them; whole steps are a
matter of the component's own order. A negative component quantity is a by-product: it comes in when the order is
received, rounded down.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from kernel.numbers import RATE_SCALE

__all__ = ["BomLine", "Exact", "component_requirements", "rounded_in_order"]

Exact = int | Fraction


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
    bom_id: int = 0
    bom_priority: int = 0
    """Of several bills that hold on a day the lowest priority number is used, then the lowest id."""

    def is_effective(self, day: int) -> bool:
        """Whether the line holds for work that starts on `day`."""
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day <= self.valid_to)


def component_requirements(lines: Iterable[BomLine], ordered: int, day: int) -> dict[int, Exact]:
    """Exact requirement per component item for `ordered` of the parent started on `day`; by-products are negative.

    Args:
        lines: all bills of the parent; one of those that hold on `day` is used.

    >>> line = BomLine(7, 2_000_000, 1_000_000, 0, False, None, None)
    >>> component_requirements([line], 5_000_000, 1)
    {7: 10000000}
    """
    found: dict[int, Exact] = {}
    effective = [line for line in lines if line.is_effective(day)]
    chosen = min(((line.bom_priority, line.bom_id) for line in effective), default=None)
    for line in effective:
        if (line.bom_priority, line.bom_id) != chosen:
            continue
        kept = RATE_SCALE - line.scrap_ppm
        if line.is_fixed:
            top, bottom = line.component_quantity * RATE_SCALE, kept
        else:
            top, bottom = ordered * line.component_quantity * RATE_SCALE, line.output_quantity * kept
        whole, rest = divmod(top, bottom)
        part: Exact = Fraction(top, bottom) if rest else whole
        found[line.component_item_id] = found.get(line.component_item_id, 0) + part
    return found


def rounded_in_order(exact: Sequence[Exact]) -> list[int]:
    """Whole numbers whose running total is the running total of `exact`, rounded up."""
    found: list[int] = []
    whole = 0
    rest: Exact = 0
    given = 0
    for value in exact:
        if isinstance(value, int):
            whole += value
        else:
            rest += value
        upto = whole + (rest if isinstance(rest, int) else -(-rest.numerator // rest.denominator))
        found.append(upto - given)
        given = upto
    return found
