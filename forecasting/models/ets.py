"""What is the level, trend and season of every series now, under every point of a grid of smoothing
parameters?

Damped exponential smoothing in its error form (Hyndman, Koehler, Ord and Snyder 2008), additive error:

    e_t = y_t - f_t                              f_t = (l + phi b) [+ s | * s]
    l   = l + phi b + alpha e_t [/ s]            b = phi b + beta e_t [/ s]
    s   = s + gamma e_t [/ l_t]

with l, b, s on the right the states before period t and `[...]` the additive or multiplicative season (the
multiplicative one is divided by the new level, as Holt and Winters did and statsmodels does). One
loop through time carries all series and all grid points at once.
`statsmodels.tsa.exponential_smoothing.ets.ETSModel.smooth` is the oracle. Grid points are not chosen but
weighted by exp(-AIC/2), which is steadier than the single best point.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from forecasting.frames import BoolArray, FloatArray, IntArray

__all__ = [
    "DAMPED_GRID",
    "SEASONAL_GRID",
    "EtsStates",
    "Season",
    "SmoothingGrid",
    "aic_weights",
    "ets_filter",
    "ets_forecast",
    "ets_shock_weights",
    "initial_line",
    "weighted",
]

Season = Literal["none", "additive", "multiplicative"]
_TINY = 1e-12


@dataclass(frozen=True)
class SmoothingGrid:
    """Smoothing parameters, one entry per grid point; `trend` 0 switches the trend off (then phi is
    irrelevant)."""

    alpha: FloatArray
    beta: FloatArray
    gamma: FloatArray
    phi: FloatArray
    trend: FloatArray

    @property
    def size(self) -> int:
        return int(self.alpha.shape[0])

    @property
    def parameter_counts(self) -> FloatArray:
        """Free numbers behind each point: alpha and l0, with trend also beta, phi, b0, with season also
        gamma."""
        return 2.0 + 3.0 * self.trend + (self.gamma > 0)


def _grid(points: list[tuple[float, float, float, float]]) -> SmoothingGrid:
    alpha, beta_share, gamma, phi = (np.array(column) for column in zip(*points, strict=True))
    has_trend = (phi < 1).astype(np.float64)
    return SmoothingGrid(alpha, alpha * beta_share, gamma * (1 - alpha), phi, has_trend)


# Coarse on purpose: the error surface is flat around its minimum and the weighting interpolates.
DAMPED_GRID = _grid(
    [(alpha, 0.0, 0.0, 1.0) for alpha in (0.05, 0.1, 0.2, 0.35, 0.55, 0.8)]
    + [(alpha, share, 0.0, phi) for alpha in (0.1, 0.3, 0.6, 0.9) for share in (0.05, 0.3) for phi in (0.9, 0.98)]
)
SEASONAL_GRID = _grid(
    [(alpha, 0.0, gamma, 1.0) for alpha in (0.05, 0.2, 0.5) for gamma in (0.05, 0.2)]
    + [(alpha, 0.1, gamma, 0.95) for alpha in (0.05, 0.2, 0.5) for gamma in (0.05, 0.2)]
)


@dataclass(frozen=True)
class EtsStates:
    """After the last period: `level`, `trend` (grid, series), `seasonal` (position, grid, series) or None;
    `fitted` (period, grid, series) one step ahead, NaN before a series starts; `sse` (grid, series) over
    scored periods."""

    level: FloatArray
    trend: FloatArray
    seasonal: FloatArray | None
    fitted: FloatArray
    sse: FloatArray


def initial_line(values: FloatArray, starts: IntArray, length: int) -> tuple[FloatArray, FloatArray]:
    """Level before the first period and slope, from a least-squares line through the first `length` periods.

    Returns:
        level and slope, shape (series,). One period gives its value and slope 0.
    """
    count = np.minimum(values.shape[1] - starts, length)
    step = np.arange(length)[None, :]
    inside = step < count[:, None]
    columns = np.minimum(starts[:, None] + step, values.shape[1] - 1)
    first = np.where(inside, np.take_along_axis(values, columns, axis=1), 0.0)
    mean_step = (count - 1) / 2.0
    mean = first.sum(axis=1) / np.maximum(count, 1)
    centred = np.where(inside, step - mean_step[:, None], 0.0)
    spread = (centred * centred).sum(axis=1)
    slope = np.where(spread > 0, (centred * first).sum(axis=1) / np.where(spread > 0, spread, 1.0), 0.0)
    return mean - slope * (mean_step + 1.0), slope


def ets_filter(
    values: FloatArray,
    starts: IntArray,
    is_scored: BoolArray,
    grid: SmoothingGrid,
    level: FloatArray,
    trend: FloatArray,
    *,
    season: Season = "none",
    seasonal: FloatArray | None = None,
    positions: IntArray | None = None,
) -> EtsStates:
    """Run every series through time under every grid point.

    Args:
        values: (series, period), finite from each start on.
        starts: first column of each series; before it nothing moves.
        is_scored: (series, period); false periods move the states but not the `sse`.
        level, trend: (series,) states before the first period.
        seasonal: (series, position) states before the first period, where `season` is not "none".
        positions: (period,) place in the year of each column.
    """
    size, (series_count, period_count) = grid.size, values.shape
    alpha, beta, gamma, phi = (array[:, None] for array in (grid.alpha, grid.beta, grid.gamma, grid.phi))
    l_state = np.repeat(level[None, :], size, axis=0)
    b_state = trend[None, :] * grid.trend[:, None]
    s_state = None if seasonal is None else np.repeat(seasonal.T[:, None, :], size, axis=1)
    fitted = np.empty((period_count, size, series_count))
    sse = np.zeros((size, series_count))
    by_period = np.ascontiguousarray(values.T)
    scored = np.ascontiguousarray(is_scored.T)
    last_start = int(starts.max(initial=0))
    for period in range(period_count):
        damped = phi * b_state
        base = l_state + damped
        s_now = None if s_state is None or positions is None else s_state[positions[period]]
        if s_now is None or season == "none":
            forecast, scale = base, None
        elif season == "additive":
            forecast, scale = base + s_now, None
        else:
            forecast, scale = base * s_now, s_now
        is_active = None if period >= last_start else starts <= period
        now = by_period[period] if is_active is None else np.where(is_active, by_period[period], 0.0)
        error = now[None, :] - forecast
        step = error if scale is None else error / scale
        new_level, new_trend = base + alpha * step, damped + beta * step
        if is_active is None:
            l_state, b_state, fitted[period] = new_level, new_trend, forecast
            sse += np.where(scored[period], error * error, 0.0)
        else:
            l_state = np.where(is_active, new_level, l_state)
            b_state = np.where(is_active, new_trend, b_state)
            fitted[period] = np.where(is_active, forecast, np.nan)
            sse += np.where(scored[period] & is_active, error * error, 0.0)
        if s_now is not None and s_state is not None and positions is not None:
            if season == "additive":
                new_season = s_now + gamma * error
            else:
                # A level at or below zero has no multiplicative season to learn from.
                usable = new_level > _TINY
                new_season = np.where(usable, np.maximum(s_now + gamma * error / np.where(usable, new_level, 1.0), _TINY), s_now)
            s_state[positions[period]] = new_season if is_active is None else np.where(is_active, new_season, s_now)
    return EtsStates(l_state, b_state, s_state, fitted, sse)


def ets_forecast(
    states: EtsStates,
    grid: SmoothingGrid,
    horizon: int,
    *,
    season: Season = "none",
    positions: IntArray | None = None,
) -> FloatArray:
    """Point forecasts (step, grid, series); `positions` are those of the future periods."""
    forecasts = np.empty((horizon, *states.level.shape))
    growth = np.zeros_like(grid.phi)
    power = np.ones_like(grid.phi)
    for step in range(horizon):
        power = power * grid.phi
        growth = growth + power
        base = states.level + growth[:, None] * states.trend
        if states.seasonal is not None and positions is not None and season != "none":
            now = states.seasonal[positions[step]]
            base = base + now if season == "additive" else base * now
        forecasts[step] = base
    return forecasts


def ets_shock_weights(grid: SmoothingGrid, horizon: int) -> FloatArray:
    """How much of today's error is still in the forecast j periods later: alpha + beta (phi + ... +
    phi^j)."""
    weights = np.empty((horizon, grid.size))
    growth = np.zeros_like(grid.phi)
    power = np.ones_like(grid.phi)
    for step in range(horizon):
        power = power * grid.phi
        growth = growth + power
        weights[step] = grid.alpha + grid.beta * growth
    return weights


def aic_weights(sse: FloatArray, scored_count: FloatArray, parameter_counts: FloatArray, scale: FloatArray) -> FloatArray:
    """Weights (grid, series) that sum to 1: exp(-AIC/2), AIC = n ln(sse / n) + 2 k.

    Args:
        sse: (grid, series). scored_count: (series,) n. parameter_counts: (grid,) k.
        scale: (series,) size of the quantities; an error below a millionth of it counts as none.
    """
    count = np.maximum(scored_count, 1.0)
    floor = (1e-6 * scale) ** 2 + 1e-300
    usable = np.where(np.isfinite(sse), sse, np.inf)
    with np.errstate(invalid="ignore"):
        aic = count * np.log(usable / count + floor) + 2.0 * parameter_counts[:, None]
    best = aic.min(axis=0)
    gap = np.where(np.isfinite(best), aic - np.where(np.isfinite(best), best, 0.0), 0.0)
    raw = np.exp(-0.5 * np.minimum(gap, 1400.0))
    total = raw[0].copy()
    for point in raw[1:]:
        total = total + point
    return np.asarray(raw / total)


def weighted(values: FloatArray, weights: FloatArray) -> FloatArray:
    """Sum over the grid of `values` (anything, grid, series) with `weights` (grid, series).

    Added up point by point: a matrix product may round differently for another number of series.
    """
    total = values[:, 0] * weights[0]
    for point in range(1, weights.shape[0]):
        total = total + values[:, point] * weights[point]
    return np.asarray(total)
