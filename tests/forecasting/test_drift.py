"""The tracking signal: known answers, few false alarms on demand that stays as it was, an alarm soon after it moved."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest

from forecasting.explaining.drift import FEWEST_ERRORS, drift_alarm, tracking_signals

pytestmark = pytest.mark.fast

FIRST = date(2025, 1, 6)


def frame(errors: np.ndarray, forecast: float = 10.0) -> pl.DataFrame:
    """(series, period) errors as a long frame."""
    count, periods = errors.shape
    return pl.DataFrame(
        {
            "series_id": np.repeat(np.arange(count), periods),
            "period_start": [FIRST + timedelta(weeks=week) for week in range(periods)] * count,
            "actual": forecast + errors.reshape(-1),
            "forecast": forecast,
        }
    )


def by_hand(errors: list[float]) -> float:
    """Trigg's recursion, step by step."""
    smoothed = size = 0.0
    for error in errors:
        smoothed, size = 0.1 * error + 0.9 * smoothed, 0.1 * abs(error) + 0.9 * size
    return smoothed / size


@pytest.mark.parametrize("errors", [[1.0, -1.0], [2.0, 3.0, -1.0, 0.0, 4.0], [5.0] * 12, [-0.5, 0.25] * 9, [0.0, 0.0, -3.0]])
def test_the_signal_is_that_of_the_recursion(errors: list[float]) -> None:
    shuffled = frame(np.array([errors])).sample(fraction=1.0, shuffle=True, seed=2)

    assert by_hand(errors) == pytest.approx(tracking_signals(shuffled)["tracking_signal"][0], abs=1e-12)


def test_nothing_is_said_of_forecasts_that_never_erred_or_of_too_few() -> None:
    assert tracking_signals(frame(np.zeros((1, 20)))).row(0) == (0, None, 20, False)
    assert not tracking_signals(frame(np.ones((1, FEWEST_ERRORS - 1))))["is_alarm"][0]
    assert tracking_signals(frame(np.ones((1, FEWEST_ERRORS))))["is_alarm"][0]


@pytest.mark.parametrize("kind", ["normal", "poisson", "intermittent"])
def test_demand_that_stays_as_it_was_raises_few_alarms(kind: str) -> None:
    """Measured: 0.5 to 2 % of 2,000 series after 52 periods with true means."""
    generator = np.random.default_rng(1)
    draws = {
        "normal": generator.normal(0.0, 3.0, (2000, 52)),
        "poisson": generator.poisson(5.0, (2000, 52)) - 5.0,
        "intermittent": np.where(generator.random((2000, 52)) < 0.3, generator.gamma(2.0, 2.0, (2000, 52)), 0.0) - 1.2,
    }
    share = tracking_signals(frame(draws[kind]))["is_alarm"].mean()

    assert share is not None
    assert share < 0.03


@pytest.mark.parametrize(("shift", "within"), [(2.0, 8), (3.0, 6)])
@pytest.mark.parametrize("side", [1, -1])
def test_a_level_shift_raises_the_alarm_within_a_few_periods(shift: float, within: int, side: int) -> None:
    """Goal: most series in alarm soon after their level moved by some usual errors. Method: 400 planted shifts."""
    generator = np.random.default_rng(4)
    errors = generator.normal(0.0, 1.0, (400, 40 + within))
    errors[:, 40:] += side * shift
    before = tracking_signals(frame(errors[:, :40]))["is_alarm"].mean()
    after = tracking_signals(frame(errors))

    assert before is not None
    assert before < 0.03
    assert (after["is_alarm"] & (after["tracking_signal"] * side > 0)).mean() > 0.6  # type: ignore[operator]


def test_many_or_valuable_series_in_alarm_ask_for_a_selection() -> None:
    signals = pl.DataFrame(
        {"series_id": range(20), "tracking_signal": 0.9, "error_count": 20, "is_alarm": [series < 2 for series in range(20)]}
    )
    even = pl.DataFrame({"series_id": range(20), "value": [1.0] * 20})
    valuable = even.with_columns(pl.when(pl.col("series_id") == 1).then(9.0).otherwise(pl.col("value")).alias("value"))

    assert not drift_alarm(signals, even, share=0.15, single_share=0.3)
    assert drift_alarm(signals, even, share=0.05, single_share=0.3)
    assert drift_alarm(signals, valuable, share=0.4, single_share=0.3)
    assert not drift_alarm(signals.with_columns(error_count=3), valuable, share=0.0, single_share=0.0)
