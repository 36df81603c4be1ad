"""Croston, SBA and TSB against their published definitions, written out slowly."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasting.models.intermittent import croston, tsb

pytestmark = pytest.mark.fast

QUANTITIES = st.lists(st.sampled_from([0.0, 0.0, 0.0, 1.0, 4.0, 7.5]), min_size=1, max_size=40)


def slow_croston(history: list[float], alpha: float) -> float:
    size = interval = None
    since = 1
    for quantity in history:
        if quantity > 0:
            size = quantity if size is None else size + alpha * (quantity - size)
            interval = since if interval is None else interval + alpha * (since - interval)
            since = 1
        else:
            since += 1
    return 0.0 if size is None or interval is None else size / interval


def slow_tsb(history: list[float], alpha: float, beta: float) -> float:
    size = probability = None
    for period, quantity in enumerate(history, start=1):
        if size is None or probability is None:
            if quantity > 0:
                size, probability = quantity, 1 / period
            continue
        probability += beta * ((quantity > 0) - probability)
        if quantity > 0:
            size += alpha * (quantity - size)
    return 0.0 if size is None or probability is None else size * probability


@given(QUANTITIES, st.sampled_from([0.05, 0.2, 0.5]))
def test_croston_and_sba_match_their_definition(history: list[float], alpha: float) -> None:
    values = np.array([history])
    arguments = (np.zeros(1, dtype=np.int64), np.ones_like(values, dtype=bool), np.array([alpha]))
    plain = croston(values, *arguments).forecast[0, 0]
    corrected = croston(values, *arguments, correction=np.array([1 - alpha / 2])).forecast[0, 0]

    assert slow_croston(history, alpha) == pytest.approx(plain, abs=1e-10)
    assert slow_croston(history, alpha) * (1 - alpha / 2) == pytest.approx(corrected, abs=1e-10)


@given(QUANTITIES, st.sampled_from([0.1, 0.3]), st.sampled_from([0.05, 0.2]))
def test_tsb_matches_its_definition(history: list[float], alpha: float, beta: float) -> None:
    values = np.array([history])
    fit = tsb(
        values,
        np.zeros(1, dtype=np.int64),
        np.ones_like(values, dtype=bool),
        np.array([alpha]),
        np.array([beta]),
    )

    assert slow_tsb(history, alpha, beta) == pytest.approx(fit.forecast[0, 0], abs=1e-10)


def test_croston_by_hand() -> None:
    """Demands 3, 6 with intervals 1, 3 at alpha 0.5: size 4.5, interval 2, rate 2.25, SBA 1.6875."""
    values = np.array([[3.0, 0.0, 0.0, 6.0]])
    arguments = (np.zeros(1, dtype=np.int64), np.ones_like(values, dtype=bool), np.array([0.5]))

    assert croston(values, *arguments).forecast[0, 0] == 2.25
    assert croston(values, *arguments, correction=np.array([0.75])).forecast[0, 0] == 1.6875


def test_tsb_fades_when_an_item_dies_and_croston_does_not() -> None:
    alive = [0.0, 5.0] * 20
    dead = alive + [0.0] * 20
    values, longer = np.array([alive]), np.array([dead])
    start = np.zeros(1, dtype=np.int64)
    one = np.array([0.1])

    def scored(array: object) -> np.ndarray:  # type: ignore[type-arg]
        return np.ones_like(array, dtype=bool)

    before = tsb(values, start, scored(values), one, one).forecast[0, 0]
    after = tsb(longer, start, scored(longer), one, one).forecast[0, 0]

    assert after == pytest.approx(before * 0.9**20)
    assert (
        croston(values, start, scored(values), one).forecast[0, 0] == croston(longer, start, scored(longer), one).forecast[0, 0]
    )
