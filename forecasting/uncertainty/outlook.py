"""What does the serving model say at an origin, and how far could it be off? The step between models and quantiles."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from forecasting.choosing.backtest import OriginRun
from forecasting.choosing.combining import combine
from forecasting.demand.fading import with_fading
from forecasting.frames import BoolArray, FloatArray, IntArray, StrArray
from forecasting.uncertainty.distribution import Outlook

__all__ = [
    "Served",
    "chance_of_demand",
    "error_variance",
    "falling",
    "places",
    "pooled_sigma",
    "serve",
    "step_outlook",
    "typical_variation",
    "with_combination",
]

_ENOUGH_ERRORS = 8.0
_UNKNOWN_VARIATION = 0.5  # spread / level assumed where nothing at all can be compared


@dataclass(frozen=True)
class Served:
    """Figures of the serving model at one origin, rows as in the final run (NaN where a series was not known there).

    Args:
        mean, factors, shock_weights, chance: (series, step). sigma, is_count: (series,). variation: spread / level of a
            typical series. event_variance: (series, step) of demand, by how little is known of the effect of holidays and events.
    """

    mean: FloatArray
    factors: FloatArray
    sigma: FloatArray
    shock_weights: FloatArray
    chance: FloatArray
    is_count: FloatArray
    variation: float
    event_variance: FloatArray


def with_combination(origin: OriginRun, weights: FloatArray, members: list[int]) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Means, sigmas and shock weights of all models with the combination as the last one.

    Args:
        weights: (member, series of the origin, step); beyond the last step it holds on.
    """
    run = origin.run
    ahead = weights[:, :, np.minimum(np.arange(run.mean.shape[2]), weights.shape[2] - 1)]
    mean = combine(run.mean[members], ahead)
    usable: BoolArray = np.asarray(np.isfinite(run.mean[members]).all(axis=2))
    sigma = combine(np.where(usable, run.sigma[members], np.nan), ahead[:, :, 0])
    shock = combine(np.where(usable[:, :, None], run.shock_weights[members], np.nan), ahead)
    return (
        np.concatenate([run.mean, mean[None]]),
        np.concatenate([run.sigma, np.nan_to_num(sigma)[None]]),
        np.concatenate([run.shock_weights, np.nan_to_num(shock)[None]]),
    )


def serve(
    origin: OriginRun,
    rows: IntArray,
    model: IntArray,
    weights: FloatArray,
    members: list[int],
    variation: float | None = None,
) -> Served:
    """What the models in `model` (by row of `rows`) said at an origin, laid out over `rows`.

    Args:
        weights: (member, row of `rows`, step).
        variation: spread / level of a typical series where that was told before; else it is read from all series here.
    """
    run = origin.run
    place = places(origin.rows, rows)
    chosen, own = model[place], np.arange(len(origin.rows))
    means, sigmas, shocks = with_combination(origin, weights[:, place], members)
    mean = np.nan_to_num(means[chosen, own])
    level, spread = mean.mean(axis=1), sigmas[chosen, own]
    typical = typical_variation(spread, level, run.error_count) if variation is None else variation
    sigma = pooled_sigma(spread, level, run.error_count, typical)
    chance = chance_of_demand(mean, run.size, run.frequency)

    def over(values: FloatArray) -> FloatArray:
        laid = np.full((len(rows), *values.shape[1:]), np.nan)
        laid[place] = values
        return laid

    return Served(
        over(mean),
        over(run.future_factors),
        over(sigma),
        over(shocks[chosen, own]),
        over(chance),
        over(run.is_count),
        typical,
        over(mean * mean * origin.doubt),
    )


def falling(served: Served, final: OriginRun) -> Served:
    """The same at the last origin, falling where demand seems to have ended or ends on a day that is known."""
    if final.ended is None and final.left is None:
        return served
    mean, factors = served.mean, served.factors
    if final.ended is not None:
        mean, factors = with_fading(mean, factors, final.ended)
    if final.left is not None:
        mean, factors = mean * final.left, factors * final.left
    chance = chance_of_demand(mean, final.run.size, final.run.frequency)
    left = np.where(served.mean > 0, mean / np.where(served.mean > 0, served.mean, 1.0), 1.0)
    return replace(
        served,
        mean=mean,
        factors=factors,
        chance=np.where(mean == served.mean, served.chance, chance),
        event_variance=served.event_variance * left * left,
    )


def chance_of_demand(mean: FloatArray, size: FloatArray, frequency: FloatArray) -> FloatArray:
    """Chance of any demand in each period: the odds of the past, moved in proportion to the mean. 1 where no period ever was
    without demand."""
    usual = (size * frequency)[:, None]
    odds = (frequency / np.where(frequency < 1, 1.0 - frequency, 1.0))[:, None]
    moved = odds * np.where(usual > 0, mean / np.where(usual > 0, usual, 1.0), 1.0)
    return np.where((frequency < 1)[:, None], moved / (1.0 + moved), 1.0)


def places(rows: IntArray, within: IntArray) -> IntArray:
    """Positions of `rows` inside `within`; both ascending. A series never disappears, so all are found."""
    return np.searchsorted(within, rows)


def step_outlook(served: Served, pattern: StrArray, steps: int, band: IntArray) -> Outlook:
    """Every (series, step) as flat rows; the segment is the pattern and the `band` (step,) of distance."""
    shape = (len(served.mean), steps)
    variance = error_variance(served.sigma, served.shock_weights)[:, :steps] * served.factors[:, :steps] ** 2
    names = np.char.add(np.char.add(np.asarray(pattern, dtype=str), "|"), "")
    segment = np.char.add(np.repeat(names[:, None], steps, axis=1), np.broadcast_to(band[None, :steps].astype(str), shape))
    is_count = np.broadcast_to((served.is_count > 0)[:, None], shape)
    return Outlook(
        served.mean[:, :steps].reshape(-1),
        variance.reshape(-1),
        served.chance[:, :steps].reshape(-1),
        is_count.reshape(-1),
        segment.reshape(-1),
        served.event_variance[:, :steps].reshape(-1),
    )


def error_variance(sigma: FloatArray, shock_weights: FloatArray) -> FloatArray:
    """(series, step): variance of the h-step error on the deseasonalised scale."""
    carried = np.cumsum(shock_weights * shock_weights, axis=1)
    growth = np.concatenate([np.zeros((len(sigma), 1)), carried[:, :-1]], axis=1)
    return np.asarray((sigma * sigma)[:, None] * (1.0 + growth))


def typical_variation(sigma: FloatArray, level: FloatArray, error_count: FloatArray) -> float:
    """The median of sigma / level over the series of which at least 8 errors are known."""
    mature = (error_count >= _ENOUGH_ERRORS) & (level > 0)
    return float(np.median(sigma[mature] / level[mature])) if mature.any() else _UNKNOWN_VARIATION


def pooled_sigma(sigma: FloatArray, level: FloatArray, error_count: FloatArray, variation: float) -> FloatArray:
    """sigma, completed with the typical sigma / level of the other series while fewer than 8 errors are known."""
    share = np.minimum(error_count, _ENOUGH_ERRORS) / _ENOUGH_ERRORS
    return np.sqrt(share * sigma * sigma + (1 - share) * (variation * np.maximum(level, 0.0)) ** 2)
