"""The level of series that are rarely asked for, told by the sums of all series, in any unit of measure."""

from __future__ import annotations

import numpy as np
import pytest

from forecasting.frames import BoolArray, FloatArray, IntArray
from forecasting.models.boosted_rates import boosted_rates

pytestmark = pytest.mark.fast

MONTHS = 36


def parts(count: int = 400) -> tuple[FloatArray, BoolArray, IntArray]:
    """One order of ten in every tenth month or so; each part becomes known by its first one."""
    generator = np.random.default_rng(3)
    values = 10.0 * (generator.random((count, MONTHS)) < 0.1)
    starts = np.where((values > 0).any(axis=1), np.argmax(values > 0, axis=1), MONTHS)
    known = np.arange(MONTHS)[None, :] >= starts[:, None]
    return values, known, starts.astype(np.int64)


def rates(values: FloatArray, is_scored: BoolArray, starts: IntArray, maximum_rows: int = 100_000) -> FloatArray:
    return boosted_rates(values, is_scored, starts, frequency="month", horizon=6, moments=30, maximum_rows=maximum_rows, seed=0)


def test_a_young_part_is_not_taken_for_as_busy_as_its_first_order_makes_it_look() -> None:
    """Truth is 1 a month for all; the own mean of parts known for less than a year counts the first order and says 2 or more."""
    values, is_scored, starts = parts()
    young = np.flatnonzero((starts > MONTHS - 12) & (starts < MONTHS - 3))
    own = values[young].sum(axis=1) / (MONTHS - starts[young])

    assert own.mean() > 1.8
    assert rates(values, is_scored, starts)[young].mean() == pytest.approx(1.0, rel=0.3)


def test_the_same_series_in_another_unit_are_the_same_answer_in_it() -> None:
    values, is_scored, starts = parts()
    pieces, boxes = rates(values, is_scored, starts), rates(values / 8.0, is_scored, starts)

    known = np.isfinite(pieces)
    assert known.sum() > 300
    np.testing.assert_allclose(boxes[known] * 8.0, pieces[known], rtol=1e-6)


def test_moments_followed_by_a_lower_bound_teach_nothing() -> None:
    """Out of stock from the first month on that would be learned from: nothing is left to learn."""
    values, is_scored, starts = parts()
    is_scored[:, MONTHS // 3 :] = False

    assert np.isnan(rates(values, is_scored, starts)).all()


def test_few_series_teach_nothing() -> None:
    assert np.isnan(rates(*parts(10))).all()


def test_the_same_parts_give_the_same_bytes() -> None:
    assert rates(*parts()).tobytes() == rates(*parts()).tobytes()
