"""Past forecasts against what came: the weights, the champion, and quantiles that were true before, at one cutoff."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from forecasting.choosing.backtest import TEST_HORIZONS, OriginRun
from forecasting.choosing.champion import Choice, choose_champions
from forecasting.choosing.combining import busyness_borders, combination_weights, pattern_ratios, weight_segments
from forecasting.frames import FloatArray, IntArray, Panel, StrArray
from forecasting.models.batch_models import COMBINATION, MODEL_NAMES
from forecasting.uncertainty.distribution import Calibration, Outlook, fit_calibration, quantiles_of
from forecasting.uncertainty.outlook import Served, falling, places, serve, step_outlook, with_combination

__all__ = ["MEMBERS", "Assembled", "assemble", "bands", "joined"]

# What is combined. Croston is left out for its bias (SBA is the same without it). Seasonal naive is noisy, and gets no weight
# where years differ; in months, a young company's own seasons are told by nothing else. Last year's week holds other holidays.
MEMBERS = (
    "seasonal_naive",
    "moving_average",
    "long_average",
    "theta",
    "ets",
    "ets_additive",
    "ets_multiplicative",
    "sba",
    "tsb",
    "boosting",
)
_MONTHLY = ("seasonal_naive",)
_BANDS = 3  # distances ahead that are calibrated apart


@dataclass(frozen=True)
class Assembled:
    """Everything known at one cutoff.

    Args:
        actual: (origin, series, step). forecasts: (origin, model of `MODEL_NAMES`, series, step), at each origin combined
            with weights that the other origins taught. weights: (member, series, step). segment_weights: (member, step) by
            segment, "" of all series. busyness: borders by pattern. band: (step,) distance ahead.
    """

    final: OriginRun
    known_count: int
    origins: list[int]
    actual: FloatArray
    forecasts: FloatArray
    choice: Choice
    weights: FloatArray
    segment_weights: dict[str, FloatArray]
    busyness: dict[str, FloatArray]
    served: Served
    past: list[Served]
    band: IntArray
    calibration: Calibration

    def quantiles(self, levels: FloatArray, steps: int) -> FloatArray:
        """(series, step, level) of the serving model."""
        outlook = step_outlook(self.served, self.final.patterns.pattern, steps, self.band)
        return quantiles_of(outlook, self.calibration, levels).reshape(len(self.final.rows), steps, len(levels))

    def honest_quantiles(self, i: int, levels: FloatArray) -> FloatArray:
        """Quantiles of past origin `i`, calibrated on what the other origins teach: (series, step, level)."""
        pattern, tested = self.final.patterns.pattern, self.actual.shape[2]
        mine = step_outlook(self.past[i], pattern, tested, self.band)
        found = quantiles_of(mine, self.honest_calibrations[i], levels)
        found[~np.isfinite(mine.mean)] = np.nan
        return found.reshape(len(pattern), tested, len(levels))

    @cached_property
    def honest_calibrations(self) -> list[Calibration]:
        """For each past origin, what the others teach."""
        pattern, tested = self.final.patterns.pattern, self.actual.shape[2]
        found = []
        for i in range(len(self.origins)):
            others = [j for j in range(len(self.origins)) if j != i]
            truth, outlooks = _past_outlooks(self.actual[others], [self.past[j] for j in others], pattern, tested, self.band)
            found.append(fit_calibration(truth, outlooks))
        return found


def assemble(
    panel: Panel,
    known_count: int,
    origins: list[int],
    runs: dict[int, OriginRun],
    horizon: int,
) -> Assembled:
    """Judge the past forecasts, choose, serve and calibrate."""
    final = runs[known_count]
    tested, band = bands(panel.frequency, horizon)
    count, pattern = len(final.rows), final.patterns.pattern
    members = [MODEL_NAMES.index(name) for name in MEMBERS]
    actual = np.full((len(origins), count, tested), np.nan)
    forecasts = np.full((len(origins), len(MODEL_NAMES), count, tested), np.nan)
    for i, origin in enumerate(origins):
        past = runs[origin]
        steps = min(tested, known_count - origin)
        seen = panel.values[final.rows, origin : origin + steps]
        is_open = panel.is_censored[final.rows, origin : origin + steps]
        known_then = places(past.rows, final.rows)
        has_history = np.zeros(count, dtype=bool)
        # A series younger than this at the origin would be scored on its first days, which says nothing of its model.
        has_history[known_then] = (past.patterns.period_count >= 4) & (past.patterns.pattern != "no_demand")
        actual[i, :, :steps] = np.where(is_open | ~has_history[:, None], np.nan, seen)
        forecasts[i, :-1, known_then] = np.moveaxis(past.run.mean[:, :, :tested], 1, 0)
    borders = busyness_borders(pattern, final.run.size * final.run.frequency)
    segment = weight_segments(pattern, final.run.size * final.run.frequency, borders)
    left_out = [] if panel.frequency == "month" else [MEMBERS.index(name) for name in _MONTHLY]
    past_taught = [_taught(actual, forecasts, members, left_out, final, segment, without=i) for i in range(len(origins))]
    for i, origin in enumerate(origins):
        known_then = places(runs[origin].rows, final.rows)
        combined = with_combination(runs[origin], _laid(past_taught[i], segment[known_then]), members)[0][-1]
        forecasts[i, -1, known_then] = combined[:, :tested]
    taught = _taught(actual, forecasts, members, left_out, final, segment)
    weights = _laid(taught, segment)
    final_mean = with_combination(final, weights, members)[0]
    choice = choose_champions(actual, forecasts, final_mean, final.patterns, panel.season_length, final.run.scale_squared)
    served = falling(serve(final, final.rows, choice.model, weights, members), final)
    past_served = [
        serve(runs[origin], final.rows, choice.model, _laid(past_taught[i], segment), members) for i, origin in enumerate(origins)
    ]
    truth, outlooks = _past_outlooks(actual, past_served, pattern, tested, band)
    return Assembled(
        final,
        known_count,
        origins,
        actual,
        forecasts,
        choice,
        weights,
        taught,
        borders,
        served,
        past_served,
        band,
        fit_calibration(truth, outlooks),
    )


def bands(frequency: str, horizon: int) -> tuple[int, IntArray]:
    """Periods ahead that are judged, and the band of distance (step,) each period is calibrated in."""
    tested = min(horizon, TEST_HORIZONS[frequency])
    return tested, np.minimum(np.arange(horizon) * _BANDS // max(tested, 1), _BANDS - 1)


def _taught(
    actual: FloatArray,
    forecasts: FloatArray,
    members: list[int],
    left_out: list[int],
    final: OriginRun,
    segment: StrArray,
    without: int | None = None,
) -> dict[str, FloatArray]:
    """(member, step) weights by segment, "" of all series, taught by all origins or by the others than one."""
    assert MODEL_NAMES[-1] == COMBINATION
    kept = [i for i in range(len(actual)) if i != without]
    pattern = final.patterns.pattern
    patterns = [str(name) for name in np.unique(pattern)]
    scale, told, past = final.run.scale_squared, actual[kept], forecasts[kept][:, members]
    past[:, left_out] = np.nan
    ratios = pattern_ratios(told, past, scale, pattern, patterns)
    factor = np.stack([ratios[str(name)] for name in pattern], axis=1)
    names = [str(name) for name in np.unique(segment)]
    found = combination_weights(told, past * factor[None, :, :, None], scale, segment, [*names, ""])
    return {"": found[""]} | {name: found[name] * ratios[name.split("|")[0]][:, None] for name in names}


def _laid(taught: dict[str, FloatArray], segment: StrArray) -> FloatArray:
    """(member, series, step)."""
    names, place = np.unique(segment, return_inverse=True)
    table = np.stack([taught[str(name)] for name in names], axis=1)
    return np.asarray(table[:, place])


def _past_outlooks(
    actual: FloatArray, past: list[Served], pattern: StrArray, tested: int, band: IntArray
) -> tuple[FloatArray, Outlook]:
    parts = [step_outlook(one, pattern, tested, band) for one in past]
    if not parts:
        return np.zeros(0), _nothing()
    return actual.reshape(-1), joined(parts)


def joined(parts: list[Outlook]) -> Outlook:
    """Outlooks one after the other."""
    return Outlook(
        np.concatenate([part.mean for part in parts]),
        np.concatenate([part.variance for part in parts]),
        np.concatenate([part.chance for part in parts]),
        np.concatenate([part.is_count for part in parts]),
        np.concatenate([part.segment for part in parts]),
        np.concatenate([part.event_variance for part in parts]),
    )


def _nothing() -> Outlook:
    none = np.zeros(0)
    return Outlook(none, none, none, none.astype(bool), np.zeros(0, dtype=str), none)
