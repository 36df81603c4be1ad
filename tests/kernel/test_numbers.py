"""Exact numbers: what people type becomes ledger integers without loss, or is refused with the reason."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.errors import InvalidInput
from kernel.numbers import (
    MAX_QUANTITY,
    QUANTITY_SCALE,
    amount_of,
    decimal_from,
    divide_half_even,
    line_total_micro,
    micro_from,
    quantity_from,
    show_quantity,
)

pytestmark = pytest.mark.fast


@pytest.mark.parametrize(
    ("typed", "expected"),
    [("12", 12_000_000), ("１２．５", 12_500_000), (" 1,234.000001 ", 1_234_000_001), (3, 3_000_000), (Decimal("0.1"), 100_000)],
)
def test_what_people_type_is_read_exactly(typed: object, expected: int) -> None:
    """Full-width digits, separators and spaces are understood."""
    assert expected == quantity_from(typed)


@pytest.mark.parametrize("typed", ["", "abc", "1.2.3", "1,2", "12,34.5", "NaN", "inf", True, "1e999999", "١٢x"])
def test_what_is_not_a_number_is_refused(typed: object) -> None:
    """Nothing is guessed."""
    with pytest.raises(InvalidInput):
        quantity_from(typed)


def test_a_seventh_decimal_is_refused_not_rounded() -> None:
    """Rounding is a decision of the document, not of the reader."""
    with pytest.raises(InvalidInput, match="at most 6 decimals"):
        quantity_from("0.0000001")


def test_absurd_size_is_refused() -> None:
    """The bound is ten to the twelfth units."""
    assert quantity_from(10**12) == MAX_QUANTITY
    with pytest.raises(InvalidInput, match="check the unit"):
        quantity_from(10**18)


@given(st.integers(-(10**30), 10**30), st.integers(1, 10**15))
def test_division_is_half_to_even(numerator: int, denominator: int) -> None:
    """Held against exact fractions, which Python rounds half to even."""
    assert round(Fraction(numerator, denominator)) == divide_half_even(numerator, denominator)
    assert divide_half_even(numerator, denominator) == divide_half_even(-numerator, -denominator)


@given(st.integers(-MAX_QUANTITY, MAX_QUANTITY))
def test_a_shown_quantity_reads_back_the_same(quantity: int) -> None:
    """Round trip through the screen."""
    assert quantity == quantity_from(show_quantity(quantity))


def test_line_total_keeps_four_decimals_and_rounds_once() -> None:
    """3 x 45.5805 less 2 % is 134.00667 exactly; the amount is rounded once, half to even."""
    total = line_total_micro(quantity_from(3), micro_from("45.5805"), 20_000)

    assert total == 134_006_670
    assert amount_of(total) == 13_401
    assert [amount_of(25_000, 2), amount_of(15_000, 2), amount_of(35_000, 2)] == [2, 2, 4]


def test_decimal_of_a_float_is_its_shortest_text() -> None:
    """0.1 typed in a spreadsheet is a tenth, not its binary neighbour."""
    assert Decimal("0.1") == decimal_from(0.1)
    assert quantity_from(0.1) == QUANTITY_SCALE // 10
