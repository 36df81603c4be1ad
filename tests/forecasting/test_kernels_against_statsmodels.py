"""Each batched kernel says, given the same parameters, exactly what the reference says (to 1e-8)."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

from forecasting.frames import FloatArray
from forecasting.models.ets import (
    SEASONAL_GRID,
    Season,
    SmoothingGrid,
    ets_filter,
    ets_forecast,
    ets_shock_weights,
)
from forecasting.models.theta import long_run_slope, simple_grid, theta_paths

pytestmark = pytest.mark.fast

SEASON_LENGTH = 4
HORIZON = 9
POINTS = SmoothingGrid(
    alpha=np.array([0.1, 0.4, 0.8]),
    beta=np.array([0.02, 0.1, 0.3]),
    gamma=np.array([0.05, 0.2, 0.1]),
    phi=np.array([0.9, 0.98, 0.8]),
    trend=np.ones(3),
)


def histories() -> FloatArray:
    generator = np.random.default_rng(11)
    season = np.tile([0.7, 1.1, 1.4, 0.8], 10)
    line = 50 + 0.5 * np.arange(40)
    return np.abs(line * season * generator.lognormal(0, 0.1, (5, 40)))


@pytest.mark.parametrize(("season", "name"), [("none", None), ("additive", "add"), ("multiplicative", "mul")])
def test_damped_ets_filters_like_statsmodels(season: Season, name: str | None) -> None:
    from statsmodels.tsa.exponential_smoothing.ets import ETSModel

    values = histories()
    level, trend = values[:, 0] * 0.9, np.linspace(-1, 2, 5)
    profile = np.array([0.8, 1.0, 1.3, 0.9]) if season == "multiplicative" else np.array([-9.0, 2.0, 12.0, -5.0])
    positions = np.arange(40 + HORIZON) % SEASON_LENGTH
    states = ets_filter(
        values,
        np.zeros(5, dtype=np.int64),
        np.ones_like(values, dtype=bool),
        POINTS,
        level,
        trend,
        season=season,
        seasonal=np.repeat(profile[None, :], 5, axis=0) if name else None,
        positions=positions[:40],
    )
    forecasts = ets_forecast(states, POINTS, HORIZON, season=season, positions=positions[40:])
    for row in range(5):
        model = ETSModel(
            values[row],
            error="add",
            trend="add",
            damped_trend=True,
            seasonal=name,
            seasonal_periods=SEASON_LENGTH if name else None,
            initialization_method="known",
            initial_level=level[row],
            initial_trend=trend[row],
            initial_seasonal=profile if name else None,
        )
        for point in range(POINTS.size):
            chosen = {
                "smoothing_level": POINTS.alpha[point],
                "smoothing_trend": POINTS.beta[point],
                "smoothing_seasonal": POINTS.gamma[point],
                "damping_trend": POINTS.phi[point],
                "initial_level": level[row],
                "initial_trend": trend[row],
            }
            # statsmodels keeps the initial season latest first.
            chosen |= {f"initial_seasonal.{place}": profile[-1 - place] for place in range(SEASON_LENGTH)}
            parameters = [chosen[label] for label in model.param_names]
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                reference = model.smooth(parameters)

            np.testing.assert_allclose(reference.fittedvalues, states.fitted[:, point, row], rtol=0, atol=1e-8)
            np.testing.assert_allclose(reference.forecast(HORIZON), forecasts[:, point, row], rtol=0, atol=1e-8)
            assert float(reference.sse) == pytest.approx(states.sse[point, row], rel=1e-10)


def test_shock_weights_are_what_one_more_unit_does_to_the_forecast() -> None:
    """A unit error in the last period moves the forecast h periods later by the h-th weight."""
    values = histories()[:1]
    bumped = values.copy()
    bumped[0, -1] += 1.0
    arguments = (np.zeros(1, dtype=np.int64), np.ones_like(values, dtype=bool), POINTS)
    start = (values[:, 0], np.zeros(1))
    plain = ets_forecast(ets_filter(values, *arguments, *start), POINTS, HORIZON)
    moved = ets_forecast(ets_filter(bumped, *arguments, *start), POINTS, HORIZON)

    np.testing.assert_allclose(ets_shock_weights(POINTS, HORIZON), (moved - plain)[:, :, 0], atol=1e-9)


@pytest.mark.parametrize("alpha", [0.15, 0.6])
def test_theta_forecasts_like_statsmodels(alpha: float) -> None:
    from statsmodels.tsa.forecasting.theta import ThetaModel, ThetaModelResults
    from statsmodels.tsa.holtwinters import SimpleExpSmoothing

    values = histories()
    forecasts, _, _ = theta_paths(
        values,
        np.zeros(5, dtype=np.int64),
        np.ones_like(values, dtype=bool),
        simple_grid(np.array([alpha])),
        values[:, 0],
        HORIZON,
    )
    for row in range(5):
        slope = ThetaModel(values[row], deseasonalize=False).fit(use_mle=False).params["b0"]
        one_step = (
            SimpleExpSmoothing(values[row], initialization_method="known", initial_level=values[row, 0])
            .fit(smoothing_level=alpha, optimized=False)
            .forecast(1)
        )
        reference = ThetaModelResults(
            slope, alpha, None, one_step, np.zeros(0), False, ThetaModel(values[row], deseasonalize=False)
        ).forecast(HORIZON)

        assert slope == pytest.approx(long_run_slope(values, np.zeros(5, dtype=np.int64))[row], abs=1e-8)
        np.testing.assert_allclose(reference, forecasts[:, 0, row], rtol=0, atol=1e-8)


def test_a_late_starter_is_filtered_as_if_alone() -> None:
    """Padding before a series' first period is invisible: same states as the bare series."""
    values = histories()
    padded = np.concatenate([np.full((1, 7), 0.0), values[:1]], axis=1)
    both = np.concatenate([padded, np.abs(np.sin(np.arange(47)))[None, :] * 30], axis=0)
    profile = np.ones((2, SEASON_LENGTH))
    positions = (np.arange(47) - 7) % SEASON_LENGTH
    together = ets_filter(
        both,
        np.array([7, 0]),
        np.ones_like(both, dtype=bool),
        SEASONAL_GRID,
        both[:, 7],
        np.zeros(2),
        season="multiplicative",
        seasonal=profile,
        positions=positions,
    )
    alone = ets_filter(
        values[:1],
        np.zeros(1, dtype=np.int64),
        np.ones((1, 40), dtype=bool),
        SEASONAL_GRID,
        values[:1, 0],
        np.zeros(1),
        season="multiplicative",
        seasonal=profile[:1],
        positions=positions[7:],
    )

    np.testing.assert_array_equal(alone.level[:, 0], together.level[:, 0])
    np.testing.assert_array_equal(alone.sse[:, 0], together.sse[:, 0])
    assert np.isnan(together.fitted[:7, :, 0]).all()
