"""How are money and quantities held so that nothing is ever lost?

Ledger integers are 64-bit:

    *_quantity       10^-6 of the item's base unit      QUANTITY_SCALE
    unit_price       10^-6 of the currency unit         PRICE_SCALE
    *_micro          10^-6 of the currency unit (an unrounded line total)
    *_amount         the currency's minor unit (fen, cent)
    *_ppm            a rate in parts per million        RATE_SCALE

Rounding happens once, in `amount_of`, half to even; what it loses is posted to the rounding account.
"""

from __future__ import annotations

import unicodedata
from decimal import Decimal, InvalidOperation

from kernel.errors import InvalidInput

__all__ = [
    "MAX_AMOUNT",
    "MAX_QUANTITY",
    "PRICE_SCALE",
    "QUANTITY_SCALE",
    "RATE_SCALE",
    "amount_of",
    "decimal_from",
    "divide_half_even",
    "line_total_micro",
    "micro_from",
    "quantity_from",
    "show_quantity",
]

QUANTITY_SCALE = 1_000_000
PRICE_SCALE = 1_000_000
RATE_SCALE = 1_000_000
MAX_QUANTITY = 10**12 * QUANTITY_SCALE
"""Intake bound: 10^12 units."""
MAX_AMOUNT = 10**15
"""Intake bound in minor units."""


def decimal_from(value: object, *, what: str = "value") -> Decimal:
    """Read an exact decimal from text, int or Decimal; floats are taken by their shortest text.

    Full-width digits, thousands separators (1,234.5) and surrounding spaces are understood.

    Raises:
        InvalidInput: not a finite number.
    """
    if isinstance(value, bool):
        raise InvalidInput("kernel.not_a_number", what=what, got=value)
    if isinstance(value, (int, Decimal)):
        number = Decimal(value)
    else:
        text = unicodedata.normalize("NFKC", str(value)).strip()
        whole, _, fraction = text.lstrip("+-").partition(".")
        groups = whole.split(",")
        if len(groups) > 1:
            if not (1 <= len(groups[0]) <= 3 and all(len(group) == 3 for group in groups[1:]) and "," not in fraction):
                raise InvalidInput("kernel.not_a_number", what=what, got=value)
            text = text.replace(",", "")
        try:
            number = Decimal(text)
        except InvalidOperation:
            raise InvalidInput("kernel.not_a_number", what=what, got=value) from None
    if not number.is_finite():
        raise InvalidInput("kernel.not_a_number", what=what, got=value)
    return number


def _scaled(value: object, scale: int, bound: int, what: str) -> int:
    number = decimal_from(value, what=what)
    # Compare before multiplying: Decimal('1e999999') must be refused, not expanded.
    if number.copy_abs() > bound:
        raise InvalidInput("kernel.number_out_of_bounds", what=what, got=value, bound=bound // scale)
    scaled = number.scaleb(len(str(scale)) - 1)
    whole = int(scaled)
    if scaled != whole:
        raise InvalidInput("kernel.too_many_decimals", what=what, got=value, digits=len(str(scale)) - 1)
    if abs(whole) > bound:
        raise InvalidInput("kernel.number_out_of_bounds", what=what, got=value, bound=bound // scale)
    return whole


def quantity_from(value: object, *, what: str = "quantity") -> int:
    """A quantity in base units as ledger integer (10^-6). Raises InvalidInput beyond 6 decimals or 10^12 units."""
    return _scaled(value, QUANTITY_SCALE, MAX_QUANTITY, what)


def micro_from(value: object, *, what: str = "price") -> int:
    """Money in currency units as ledger integer of 10^-6 (`unit_price`, `*_micro`)."""
    return _scaled(value, PRICE_SCALE, 10**18, what)


def divide_half_even(numerator: int, denominator: int) -> int:
    """Integer division rounded half to even, exact for any size. Raises ZeroDivisionError."""
    if denominator < 0:
        numerator, denominator = -numerator, -denominator
    whole, rest = divmod(numerator, denominator)
    twice = 2 * rest
    if twice > denominator or (twice == denominator and whole % 2 == 1):
        whole += 1
    return whole


def line_total_micro(quantity: int, unit_price: int, discount_ppm: int = 0) -> int:
    """quantity x unit price x (1 - discount) in 10^-6 of the currency, half to even at the sixth decimal."""
    gross = quantity * unit_price
    return divide_half_even(gross * (RATE_SCALE - discount_ppm), QUANTITY_SCALE * RATE_SCALE)


def amount_of(micro: int, minor_digits: int = 2) -> int:
    """Round 10^-6 money to the minor unit, half to even. `minor_digits` is 2 for CNY or USD, 0 for JPY, 3 for KWD."""
    return divide_half_even(micro, 10 ** (6 - minor_digits))


def show_quantity(quantity: int) -> str:
    """A ledger quantity for people: no trailing zeros. `show_quantity(1_500_000)` is "1.5"."""
    sign = "-" if quantity < 0 else ""
    whole, rest = divmod(abs(quantity), QUANTITY_SCALE)
    return f"{sign}{whole}" + (f".{rest:06d}".rstrip("0") if rest else "")
