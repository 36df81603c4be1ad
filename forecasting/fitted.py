"""One fit of all series: what `forecast` and `fit` give back, and every frame that can be asked of it.

A `Fitted` holds the models' answers at the cutoff and at past origins, the weights and the calibration. Frames are made when
they are asked for: a planner who wants the next six months of 30,000 series does not wait for their backtest tables.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np
import polars as pl

from forecasting import frames_out, metrics
from forecasting.choosing.assembly import Assembled, joined
from forecasting.choosing.champion import Choice
from forecasting.choosing.learned import calibration_of, selection_of
from forecasting.choosing.selection import Selection
from forecasting.demand.discontinued import told_as_discontinued
from forecasting.demand.fading import told_as_ended
from forecasting.demand.marking import marks_frame
from forecasting.demand.newcomers import told_as_borrowed
from forecasting.demand.surroundings import NOTHING_BESIDE, Surroundings
from forecasting.events.table import effects_frame
from forecasting.frames import FloatArray, IntArray, Panel, StrArray
from forecasting.models.batch_models import MODEL_NAMES
from forecasting.uncertainty.distribution import Calibration, Outlook, fit_calibration, quantiles_of
from forecasting.uncertainty.lead_time import protection_shares, sum_moments
from forecasting.uncertainty.outlook import Served
from kernel.errors import InvalidInput

__all__ = ["DEFAULT_LEVELS", "INTERVALS", "Fitted", "checked_levels"]

DEFAULT_LEVELS = (0.025, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.975, 0.99)
INTERVALS = {"coverage_80": (0.1, 0.9), "coverage_95": (0.025, 0.975)}


@dataclass(frozen=True)
class Fitted:
    """All series at one cutoff; None in `done` where no series is known.

    Args:
        days, periods: (panel row,) to protect until the next delivery, NaN where none is given; empty without lead times.
        given: the selection this is a refit with; such a fit has no past origins of its own.
        horizon: periods every frame of forecasts reaches. reach: periods the models were asked for.
        beside: what was known beside demand.
    """

    panel: Panel
    cutoff: date
    horizon: int
    reach: int
    days: FloatArray
    periods: FloatArray
    done: Assembled | None
    beside: Surroundings = NOTHING_BESIDE
    given: Selection | None = None

    @cached_property
    def selection(self) -> Selection | None:
        """What was learned across series and from past forecasts, for `fit(..., selection=)`; None where no series is known."""
        if self.given is not None or self.done is None:
            return self.given
        return selection_of(
            self.panel,
            self.done,
            cutoff=self.cutoff,
            horizon=self.horizon,
            reach=self.reach,
            lead_time=self._lead_time_calibration,
        )

    @cached_property
    def _lead_time_calibration(self) -> Calibration | None:
        if self.given is not None:
            spread = self.given.lead_time_spread
            return None if spread is None else calibration_of(spread)
        return None if self.done is None else _lead_time_calibration(self.panel, self.done, self.periods, self.reach)

    def predict(self, horizon: int | None = None, quantiles: tuple[float, ...] = DEFAULT_LEVELS) -> pl.DataFrame:
        """`demand_forecasts`: mean and quantiles per series and period.

        Raises:
            InvalidInput: a horizon beyond the fitted one, or a level outside 0..1.
        """
        levels = checked_levels(quantiles)
        steps = self.horizon if horizon is None else horizon
        if not 1 <= steps <= self.horizon:
            raise InvalidInput("forecasting.bad_argument", argument="horizon", got=horizon, expected=f"1 to {self.horizon}")
        if self.done is None:
            return frames_out.empty_frames()[0]
        done = self.done
        return frames_out.demand_forecasts(
            self.panel,
            self.cutoff,
            self.panel.series_ids[done.final.rows],
            self._told(done).model_name,
            done.served.mean[:, :steps],
            done.quantiles(levels, steps),
            quantiles,
            levels,
            known_count=done.known_count,
        )

    def lead_time_demand(self, quantiles: tuple[float, ...] = DEFAULT_LEVELS) -> pl.DataFrame:
        """`lead_time_demand`: the distribution of the sum over each series' time to protect."""
        checked_levels(quantiles)
        calibration = self._lead_time_calibration
        if self.done is None or calibration is None:
            return frames_out.empty_frames()[1]
        return _lead_time_demand(self.panel, self.cutoff, self.done, self.periods, self.days, quantiles, self.reach, calibration)

    def sample_paths(self, count: int = 200, seed: int = 0) -> FloatArray:
        """(series, step, path): possible futures whose quantiles and means are those of `predict`, for sums over periods.

        Rows are the series of `predict` in their order. For many series, or series that move together: `reconcile`.
        """
        from forecasting.groups.inputs import from_fitted
        from forecasting.groups.sampling import sample_paths

        return sample_paths(from_fitted(self), count, seed)

    def backtest_scores(self, quantiles: tuple[float, ...] = DEFAULT_LEVELS) -> pl.DataFrame:
        """`backtest_scores`: every model at every past origin."""
        levels = checked_levels(quantiles)
        return frames_out.empty_frames()[2] if self.done is None else _backtest_scores(self.panel, self.done, levels)

    def backtest(self, quantiles: tuple[float, ...] = DEFAULT_LEVELS) -> pl.DataFrame:
        """`backtest_forecasts`: what every model said at every past origin, and the champion's quantiles."""
        levels = checked_levels(quantiles)
        if self.done is None:
            return frames_out.empty_frames()[3]
        return _backtest_forecasts(self.panel, self.done, levels, quantiles)

    def champions(self) -> pl.DataFrame:
        """`champions`: which model serves each series, and why."""
        if self.done is None:
            return frames_out.empty_frames()[4]
        ids = self.panel.series_ids[self.done.final.rows]
        return frames_out.champions(self.panel, ids, self.done.final, self._told(self.done))

    def _told(self, done: Assembled) -> Choice:
        """The choice in people's words: whom a series borrows from, and that it has ended, come before the model's reason."""
        final = done.final
        told = told_as_borrowed(done.choice, final.borrowed, self.panel.series_ids[final.rows])
        told = told_as_ended(told, final.ended, self.panel.frequency)
        return told_as_discontinued(told, self.beside.last_days, final.rows, final.left)

    def seasonal_profile(self) -> pl.DataFrame:
        """`seasonal_profile`: index by position of the year."""
        if self.done is None:
            return frames_out.empty_frames()[5]
        return frames_out.seasonal_profile(self.panel.series_ids[self.done.final.rows], self.done.final.run.index)

    def series_notes(self) -> pl.DataFrame:
        """What was changed while reading, and the demand estimated to be lost out of stock."""
        if self.done is None:
            return self.panel.notes
        ids = self.panel.series_ids[self.done.final.rows]
        return frames_out.notes_with_lost(self.panel, ids, self.done.final.run.lost_quantity)

    def demand_marks(self) -> pl.DataFrame:
        """`demand_marks`: outliers, one-off projects and returns, and what would be learned instead."""
        return marks_frame(self.panel, self.panel.period_count, self.beside.events, self.beside.is_cleaned)

    def event_effects(self) -> pl.DataFrame:
        """`event_effects`: what each event did so far, and whether the forecast uses it."""
        if self.done is None:
            return effects_frame(self.panel.series_ids, self.panel.frequency, None)
        final = self.done.final
        return effects_frame(self.panel.series_ids[final.rows], self.panel.frequency, final.effects)


def checked_levels(quantiles: tuple[float, ...]) -> FloatArray:
    """The levels to compute, ascending: those asked for and the edges of the judged intervals."""
    if not all(0 < level < 1 for level in quantiles):
        raise InvalidInput("forecasting.bad_argument", argument="quantile_levels", got=quantiles, expected="0 < level < 1")
    # The interval levels are always computed, because coverage is always judged.
    return np.array(sorted({*quantiles, *(edge for pair in INTERVALS.values() for edge in pair)}))


def _lead_time_demand(
    panel: Panel,
    cutoff: date,
    done: Assembled,
    protection: FloatArray,
    days: FloatArray,
    quantile_levels: tuple[float, ...],
    reach: int,
    calibration: Calibration,
) -> pl.DataFrame:
    """Distribution of demand over each series' time to protect."""
    rows, mine = _protected(done, protection)
    if not rows.size:
        return frames_out.empty_frames()[1]
    outlook = _sum_outlook(done.served, rows, protection_shares(mine, reach), done.final.patterns.pattern[rows])
    quantiles = quantiles_of(outlook, calibration, np.array(quantile_levels))
    ids = panel.series_ids[done.final.rows][rows]
    return frames_out.lead_time_demand(ids, cutoff, days[done.final.rows][rows], outlook.mean, quantiles, quantile_levels)


def _protected(done: Assembled, protection: FloatArray) -> tuple[IntArray, FloatArray]:
    """Rows with a time to protect, and the periods of it."""
    mine = protection[done.final.rows] if protection.size else np.full(len(done.final.rows), np.nan)
    rows = np.flatnonzero(np.isfinite(mine))
    return rows, mine[rows]


def _lead_time_calibration(panel: Panel, done: Assembled, protection: FloatArray, reach: int) -> Calibration | None:
    """What the same sums over past origins teach, cut to the periods that have come true since; None without times to protect."""
    rows, mine = _protected(done, protection)
    if not rows.size:
        return None
    pattern = done.final.patterns.pattern[rows]
    shares = protection_shares(mine, reach)
    truths, parts = [np.zeros(0)], []
    for origin, past in zip(done.origins, done.past, strict=True):
        steps = min(reach, done.known_count - origin)
        seen = panel.values[done.final.rows[rows], origin : origin + steps]
        is_open = panel.is_censored[done.final.rows[rows], origin : origin + steps]
        part = shares[:, :steps]
        needed = part > 0
        is_whole = ((np.isfinite(seen) & ~is_open) | ~needed).all(axis=1) & np.isfinite(past.sigma[rows])
        if not is_whole.any():
            continue
        truths.append((np.where(needed, seen, 0.0) * part)[is_whole].sum(axis=1))
        parts.append(_sum_outlook(past, rows[is_whole], part[is_whole], pattern[is_whole]))
    none = np.zeros(0, dtype=np.int64)
    past_outlook = joined(parts) if parts else _sum_outlook(done.served, rows, shares, pattern)[none]
    return fit_calibration(np.concatenate(truths), past_outlook)


def _sum_outlook(served: Served, rows: IntArray, shares: FloatArray, pattern: StrArray) -> Outlook:
    steps = shares.shape[1]
    mean, variance, chance = sum_moments(
        served.mean[rows, :steps],
        served.factors[rows, :steps],
        served.sigma[rows],
        served.shock_weights[rows, :steps],
        served.chance[rows, :steps],
        shares,
    )
    # A share of a period is no whole number of anything.
    is_whole = (shares % 1.0 == 0).all(axis=1)
    # Step by step, as `sum_moments` adds up, lest the sum depend on how far others of the frame reach.
    doubt = np.zeros(len(rows))
    for step in range(steps):
        doubt = doubt + np.where(shares[:, step] > 0, served.event_variance[rows, step] * shares[:, step] ** 2, 0.0)
    return Outlook(mean, variance, chance, (served.is_count[rows] > 0) & is_whole, pattern, doubt)


def _backtest_scores(panel: Panel, done: Assembled, levels: FloatArray) -> pl.DataFrame:
    """Every model by origin; pinball and coverage for the champion, calibrated without the origin that is judged."""
    run, parts = done.final.run, []
    ids = panel.series_ids[done.final.rows]
    for i, origin in enumerate(done.origins):
        actual = done.actual[i]
        for index, name in enumerate(MODEL_NAMES):
            guess = done.forecasts[i, index]
            values = {
                "wape": metrics.wape(actual, guess),
                "bias": metrics.bias(actual, guess),
                "mase": metrics.mase(actual, guess, run.scale_absolute),
                "rmsse": metrics.rmsse(actual, guess, run.scale_squared),
            }
            parts.append(frames_out.scores(panel, ids, origin, [name] * len(ids), values))
        quantiles = done.honest_quantiles(i, levels)
        names = [MODEL_NAMES[index] for index in done.choice.model]
        values = {"pinball": metrics.pinball(actual, quantiles, levels)}
        for metric, (low, high) in INTERVALS.items():
            a, b = np.searchsorted(levels, [low - 1e-9, high - 1e-9])
            values[metric] = metrics.coverage(actual, quantiles[:, :, a], quantiles[:, :, b])
        parts.append(frames_out.scores(panel, ids, origin, names, values))
    return frames_out.joined_scores(parts)


def _backtest_forecasts(panel: Panel, done: Assembled, levels: FloatArray, quantile_levels: tuple[float, ...]) -> pl.DataFrame:
    ids = panel.series_ids[done.final.rows]
    parts = []
    for i, origin in enumerate(done.origins):
        is_judged = np.isfinite(done.actual[i])
        for index, name in enumerate(MODEL_NAMES):
            parts.append(
                frames_out.backtest_forecasts(
                    panel, ids, origin, [name] * len(ids), {"mean": done.forecasts[i, index]}, is_judged
                )
            )
        quantiles = done.honest_quantiles(i, levels)
        chosen = [int(np.searchsorted(levels, level - 1e-9)) for level in quantile_levels]
        measures = {
            frames_out.measure_name(level): quantiles[:, :, place] for level, place in zip(quantile_levels, chosen, strict=True)
        }
        names = [MODEL_NAMES[index] for index in done.choice.model]
        parts.append(frames_out.backtest_forecasts(panel, ids, origin, names, measures, is_judged))
    return frames_out.joined_backtest(parts)
