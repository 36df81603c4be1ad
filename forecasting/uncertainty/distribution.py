"""With which probability does demand stay below a quantity, for one period or for the sum over several?

Demand is nothing with probability 1 - p, else Gamma distributed and, where the history is whole numbers, rounded to at least
1 (a hurdle). Given the mean m and variance v of demand and the usual positive size z,

    o = f / (1 - f) * m / (f z),  p = o / (1 + o)      f share of past periods with demand; p = 1 where f = 1
    p = 1 - prod over periods of (1 - p_h)             for a sum
    of the positive part: mean m / p, variance (v + m^2) / p - (m / p)^2

so that quiet series have their zeros, lumpy ones their tail, and busy ones a nearly normal shape, all from one formula. Three
things are then learned from past forecasts, per demand pattern and distance ahead:

    chance     log odds of p = a + b (log odds before)
    variance   v = c0 v_model + c1 m + c2 m^2 + v_event, least squares with c >= 0, since a model's own one-step errors say
               little of how wrong its level is; v_event is what is not known of the effect of a holiday or event
    levels     the quantile asked for is read at g(q), the q-quantile of the past truths' own levels (probability integral
               transforms, drawn evenly inside the step of a count): distributional conformal prediction (Chernozhukov,
               Wuthrich and Zhu 2021)
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forecasting.frames import BoolArray, FloatArray, IntArray, StrArray

__all__ = ["Calibration", "Outlook", "fit_calibration", "level_of", "quantiles_of"]

_FEWEST = 40  # past forecasts below which a pattern's levels are not an estimate
_PULL = 60.0  # past forecasts at which a pattern's own levels count half against those of all series
_LEAST_CHANCE = 0.005
_CHANCE_PULL = 5.0
_LARGEST_RATIO = 30.0
_EDGE = 2e-4
_ORDINARY = 0.05  # variance of an event's effect over its square up to which a period is no surprise
_ALIVE = 0.1  # chance of any demand below which a series counts as quiet
_LARGEST_SHIFT = 0.4
_LARGEST_LOW_SHIFT = 1.5
_GRID = np.concatenate([[0.0, 0.002, 0.005, 0.01, 0.025], np.arange(1, 20) / 20.0, [0.975, 0.99, 0.995, 0.998, 1.0]])


@dataclass(frozen=True)
class Outlook:
    """What is to be spread out; all arrays of one shape (flat).

    Args:
        mean, variance: of demand. chance: p before anything is learned. is_count: whole numbers only.
        segment: pattern and distance, as a text.
        event_variance: of demand, beyond `variance`, near holidays and events whose effect is not exactly known; 0 elsewhere.
    """

    mean: FloatArray
    variance: FloatArray
    chance: FloatArray
    is_count: BoolArray
    segment: StrArray
    event_variance: FloatArray

    def __getitem__(self, rows: IntArray | BoolArray) -> Outlook:
        return Outlook(
            self.mean[rows],
            self.variance[rows],
            self.chance[rows],
            self.is_count[rows],
            self.segment[rows],
            self.event_variance[rows],
        )

    @property
    def least(self) -> FloatArray:
        """Smallest quantity where there is any demand: what shuts a warehouse for a holiday may leave nothing to the busiest."""
        return np.where(self.event_variance > 0, 0.0, 1.0)


@dataclass(frozen=True)
class Calibration:
    """`chance` (offset and slope in log odds), `variance` coefficients and `levels` at `_GRID` by segment; an unknown segment
    takes those of "" (all)."""

    chance: dict[str, FloatArray]
    variance: dict[str, FloatArray]
    levels: dict[str, FloatArray]


def fit_calibration(actual: FloatArray, past: Outlook) -> Calibration:
    """Learn from past forecasts; NaN truths are left out."""
    known = np.isfinite(actual) & np.isfinite(past.mean) & np.isfinite(past.variance)
    # Ordinary periods learn from ordinary ones: the surprises of holidays have a variance of their own.
    known &= past.event_variance <= _ORDINARY * past.mean * past.mean
    truth, past = actual[known], past[known]
    if len(truth) < _FEWEST:
        return Calibration({"": np.array([0.0, 1.0])}, {"": np.array([1.0, 0.0, 0.0])}, {"": _GRID})
    names = [str(name) for name in np.unique(past.segment)]
    chance, everyone = {"": _chance_fit(truth, past)}, _variance_fit(truth, past)
    variance = {"": everyone}
    for name in names:
        rows = past.segment == name
        is_enough = rows.sum() >= _FEWEST
        variance[name] = _variance_fit(truth[rows], past[rows]) if is_enough else everyone
        chance[name] = _chance_fit(truth[rows], past[rows]) if is_enough else chance[""]
    first = Calibration(chance, variance, {"": _GRID})
    # A quiet series that comes back says nothing of the levels of the others.
    alive = past.chance >= _ALIVE
    truth, past = truth[alive], past[alive]
    pit = level_of(truth, past, first)
    shared = _level_quantiles(pit, _GRID)
    levels = {"": shared}
    for name in names:
        rows = past.segment == name
        count = float(rows.sum())
        own = _level_quantiles(pit[rows], shared) if count >= _FEWEST else shared
        levels[name] = _kept_near((count * own + _PULL * shared) / (count + _PULL), _may_be_quiet(past.chance[rows]))
    levels[""] = _kept_near(shared, _may_be_quiet(past.chance))
    return Calibration(chance, variance, levels)


def quantiles_of(outlook: Outlook, calibration: Calibration, levels: FloatArray) -> FloatArray:
    """(row, level): non-negative, never falling with the level, whole for counts."""
    from scipy.special import gammaincinv

    asked = _by_segment(outlook.segment, {name: np.interp(levels, _GRID, grid) for name, grid in calibration.levels.items()})
    asked = np.clip(asked, _EDGE, 1.0 - _EDGE)
    chance, shape, scale = _parts(outlook, calibration)
    inside = (asked - (1.0 - chance[:, None])) / chance[:, None]
    found = gammaincinv(shape[:, None], np.clip(inside, 0.0, 1.0)) * scale[:, None]
    whole = np.where(outlook.is_count[:, None], np.maximum(np.floor(found + 0.5), outlook.least[:, None]), found)
    result = np.where(inside > 0, whole, 0.0)
    result = np.where((outlook.mean > 0)[:, None], result, 0.0)
    return np.asarray(np.maximum.accumulate(np.maximum(np.nan_to_num(result), 0.0), axis=1))


def level_of(actual: FloatArray, outlook: Outlook, calibration: Calibration) -> FloatArray:
    """Level of each truth before the learned levels; drawn evenly between the steps of a count and inside the zeros."""
    from scipy.special import gammainc

    chance, shape, scale = _parts(outlook, calibration)

    def below(x: FloatArray) -> FloatArray:
        return np.asarray(1.0 - chance + chance * gammainc(shape, np.maximum(x, 0.0) / scale))

    half = np.where(outlook.is_count, 0.5, 0.0)
    nothing = np.where(outlook.is_count & (outlook.least < 1), below(half), 1.0 - chance)
    upper = np.where(actual > 0, below(actual + half), nothing)
    first = 0.5 * (outlook.is_count & (outlook.least > 0))
    lower = np.where(actual > 0, np.where(actual - half > first, below(actual - half), 1.0 - chance), 0.0)
    # Evenly spread numbers in place of draws: the same for the same rows, whatever came before.
    even = (np.arange(len(actual)) * 0.6180339887498949 + 0.5) % 1.0
    return np.asarray(lower + even * np.maximum(upper - lower, 0.0))


def _parts(outlook: Outlook, calibration: Calibration) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Chance of any demand, and shape and scale of the Gamma of its size."""
    coefficients = _by_segment(outlook.segment, calibration.variance)
    mean = np.maximum(outlook.mean, 0.0)
    variance = coefficients[:, 0] * outlook.variance + coefficients[:, 1] * mean + coefficients[:, 2] * mean * mean
    variance = variance + outlook.event_variance
    moved = _by_segment(outlook.segment, calibration.chance)
    odds = moved[:, 0] + moved[:, 1] * _log_odds(outlook.chance)
    chance = np.where(outlook.chance < 1.0, 1.0 / (1.0 + np.exp(-odds)), 1.0)
    size = np.where(mean > 0, mean / chance, 1.0)
    spread = (variance + mean * mean) / chance - size * size
    # Even where all sizes were the same so far, the next one need not be; a count moves by a fraction of one at least.
    spread = np.maximum(spread, np.where(outlook.is_count, 0.02, 0.0) + (1e-4 * size) ** 2)
    shape = np.clip(size * size / np.maximum(spread, 1e-300), 1e-3, 1e8)
    return chance, shape, size / shape


def _log_odds(chance: FloatArray) -> FloatArray:
    inside = np.clip(chance, _LEAST_CHANCE, 1.0 - _LEAST_CHANCE)
    return np.asarray(np.log(inside / (1.0 - inside)))


def _chance_fit(actual: FloatArray, past: Outlook) -> FloatArray:
    """Offset and slope of the log odds of any demand: logistic regression (Platt 1999) by Newton's steps, pulled to (0, 1).

    A slope below 1 says that quiet series come back and busy ones fall quiet more often than each one's own past tells.
    """
    rows = past.chance < 1.0
    start = np.array([0.0, 1.0])
    if rows.sum() < _FEWEST:
        return start
    design = np.stack([np.ones(int(rows.sum())), _log_odds(past.chance[rows])], axis=1)
    happened = (actual[rows] > 0).astype(np.float64)
    found = start.copy()
    for _ in range(12):
        guess = 1.0 / (1.0 + np.exp(-np.clip(design @ found, -30.0, 30.0)))
        slope = np.einsum("ij,i->j", design, happened - guess) - _CHANCE_PULL * (found - start)
        bend = np.einsum("ij,i,ik->jk", design, guess * (1.0 - guess), design) + _CHANCE_PULL * np.eye(2)
        found = found + np.clip(np.linalg.solve(bend, slope), -1.0, 1.0)
    return np.array([np.clip(found[0], -3.0, 3.0), np.clip(found[1], 0.1, 2.0)])


def _variance_fit(actual: FloatArray, past: Outlook) -> FloatArray:
    mean = np.maximum(past.mean, 0.0)
    parts = np.stack([past.variance, mean, mean * mean], axis=1)
    usual = past.variance + 0.1 * mean * mean + past.event_variance + 1e-12
    target = np.minimum((actual - past.mean) ** 2 / usual, _LARGEST_RATIO) - past.event_variance / usual
    return _least_squares(parts / usual[:, None], target)


def _least_squares(design: FloatArray, target: FloatArray) -> FloatArray:
    """Non-negative least squares by trying every set of columns: there are three."""
    gram = np.einsum("ij,ik->jk", design, design)
    pull = 1e-6 * np.trace(gram) + 1e-300
    right = np.einsum("ij,i->j", design, target)
    best, lowest = np.array([float(target.mean()), 0.0, 0.0]), np.inf
    for chosen in ([0], [1], [2], [0, 1], [0, 2], [1, 2], [0, 1, 2]):
        part = gram[np.ix_(chosen, chosen)] + pull * np.eye(len(chosen))
        found = np.linalg.solve(part, right[chosen])
        if (found < 0).any():
            continue
        loss = float(found @ part @ found - 2.0 * found @ right[chosen])
        if loss < lowest - 1e-12:
            lowest = loss
            best = np.zeros(3)
            best[chosen] = found
    return best


def _level_quantiles(pit: FloatArray, otherwise: FloatArray) -> FloatArray:
    """Quantiles of the past levels at `_GRID`, with the finite-sample rank (n + 1) q; beyond the sample, proportional."""
    count = len(pit)
    if count < _FEWEST:
        return otherwise
    ordered = np.concatenate([[0.0], np.sort(pit), [1.0]])
    return np.asarray(np.interp(_GRID * (count + 1), np.arange(count + 2), ordered))


def _may_be_quiet(chance: FloatArray) -> bool:
    return bool(chance.size and np.mean(chance < 1.0) > 0.5)


def _kept_near(levels: FloatArray, may_be_quiet: bool) -> FloatArray:
    """Not further from the level asked for, in log odds, than the bounds above.

    Where most series know periods without demand, a few per cent of the truths lie beyond any distribution (a part that comes
    back); they must not push every series to its farthest quantile. Below the median zero is the end, and more may be moved.
    """
    inner = slice(1, -1)
    asked = np.log(_GRID[inner] / (1.0 - _GRID[inner]))
    found = np.clip(levels[inner], 1e-9, 1.0 - 1e-9)
    limit = np.where((asked < 0) | (not may_be_quiet), _LARGEST_LOW_SHIFT, _LARGEST_SHIFT)
    moved = asked + np.clip(np.log(found / (1.0 - found)) - asked, -limit, limit)
    return np.concatenate([[0.0], np.maximum.accumulate(1.0 / (1.0 + np.exp(-moved))), [1.0]])


def _by_segment(segment: StrArray, table: dict[str, FloatArray]) -> FloatArray:
    rows = np.repeat(table[""][None, :], len(segment), axis=0)
    for name, values in table.items():
        if name:
            rows[segment == name] = values
    return rows
