"""How much is ordered when a quantity is missing?

The lot rules, once per consolidated shortage q (in good quantity), in this order:

    ordered  = ceil(q / yield)
    minimum  : max(ordered, minimum)
    multiple : multiple x ceil(ordered / multiple), so the minimum itself is lifted to a multiple
    maximum  : more than the maximum is split into orders of floor(maximum / multiple) x multiple,
               the last one again through minimum and multiple
    fixed    : the fixed quantity, repeated until q is covered

A maximum below the lifted minimum cannot hold, and one that would tear a single shortage into more than `MOST_ORDERS` orders is a
slip in units (pieces for cartons): both are ignored, and reported by the caller. Of a fixed quantity as many as that are ordered
at once in whole multiples of it.
"""

from __future__ import annotations

from dataclasses import dataclass

from kernel.numbers import RATE_SCALE

__all__ = ["MOST_ORDERS", "LotRules", "good_quantity", "is_torn", "lot_sizes", "ordered_for"]

MOST_ORDERS = 20
"""Orders one shortage may be split into; nobody places more of the same thing on the same day."""


@dataclass(frozen=True, slots=True)
class LotRules:
    """Lot rules of one item-location or one supplier; quantities in 10^-6 base unit."""

    minimum: int = 0
    """Smallest order; 0: none."""
    multiple: int = 1
    """Orders are whole multiples of this; 1: any quantity."""
    maximum: int | None = None
    """Largest order; None: none."""
    fixed: int | None = None
    """Fixed order quantity; None: not used."""
    yield_ppm: int = RATE_SCALE
    """Good share of an order in ppm."""

    @property
    def lifted_minimum(self) -> int:
        """The smallest quantity that satisfies minimum and multiple together."""
        return _up(max(self.minimum, 1), self.multiple)

    @property
    def cap(self) -> int | None:
        """The largest quantity that satisfies multiple and maximum together; None without a usable maximum."""
        if self.maximum is None:
            return None
        aligned = self.maximum // self.multiple * self.multiple
        return aligned if aligned >= self.lifted_minimum else None


def _up(quantity: int, multiple: int) -> int:
    return -(-quantity // multiple) * multiple


def good_quantity(ordered: int, yield_ppm: int) -> int:
    """What an order of `ordered` is expected to bring into stock: ordered x yield, rounded down."""
    return ordered if yield_ppm == RATE_SCALE else ordered * yield_ppm // RATE_SCALE


def ordered_for(good: int, yield_ppm: int) -> int:
    """The smallest order expected to bring `good` into stock."""
    return good if yield_ppm == RATE_SCALE else -(-good * RATE_SCALE // yield_ppm)


def is_torn(shortage: int, rules: LotRules) -> bool:
    """Whether the maximum would split `shortage` (good quantity) into more than `MOST_ORDERS` orders."""
    return rules.cap is not None and ordered_for(shortage, rules.yield_ppm) > rules.cap * MOST_ORDERS


def lot_sizes(shortage: int, rules: LotRules) -> list[int]:
    """The orders that cover `shortage` (good quantity): ordered quantities in sequence.

    >>> lot_sizes(12, LotRules(minimum=15, multiple=10))
    [20]
    >>> lot_sizes(45, LotRules(multiple=10, maximum=25))
    [20, 20, 10]
    """
    orders: list[int] = []
    rest = shortage
    cap = None if is_torn(shortage, rules) else rules.cap
    fixed = rules.fixed
    if fixed is not None:
        # As many orders as are sensible, each a whole number of the fixed quantity.
        fixed *= max(1, -(-ordered_for(shortage, rules.yield_ppm) // (fixed * MOST_ORDERS)))
    while rest > 0:
        if fixed is not None:
            ordered = fixed
        else:
            ordered = _up(max(ordered_for(rest, rules.yield_ppm), rules.minimum), rules.multiple)
            if cap is not None and ordered > cap:
                ordered = cap
        orders.append(ordered)
        good = good_quantity(ordered, rules.yield_ppm)
        if good <= 0:
            break
        rest -= good
    return orders
