"""How long has a series been quiet, and how surprising is that under its own habit?

A period is quiet when its demand, without season, holidays and events, stays under a quarter of the series' usual size (the
mean of its other periods with demand, the latest counting most). Such a run is a habit where the series was quiet in a share s
of its periods, and again in a share a of the periods after a quiet one; s is pulled towards what the spread of its sizes and
the habit of all series let expect. Against "it goes on as before" stands "it ended with a chance of h per period at some time
in the run"; after q quiet periods the odds of that are

    odds_q = (odds_{q-1} + h) / a       (s in place of a for the first one; odds_0 = 0)

the change point of a hidden state with two values, read forward in time. It is h times a number the series alone tells: the
`evidence`. Nothing is told by a period out of stock or unknown, by one that season or holidays nearly empty, or by one around
which it was quiet a year ago too: that may be a season. Of series whose demand was intermittent before the run nothing is told
at all. What came after earlier runs is told beside, by the odds they had reached, so that all series together teach what such
odds are worth.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

from forecasting.frames import SEASON_LENGTHS, BoolArray, FloatArray, IntArray

__all__ = ["AHEAD", "ENDS", "ODDS", "Silence", "odds_class", "read_silence"]

ENDS = {"day": 1 / 3000, "week": 1 / 400, "month": 1 / 100, "quarter": 1 / 40, "year": 1 / 15}
"""Chance per period that demand ends, before anything is learned: about one item in eight a year."""
ODDS = (0.0, 1.0, 3.0, 6.0, 12.0)
"""Decimal logarithm of the odds (under `ENDS`) from which a run belongs to the next class."""
AHEAD = {"day": 28, "week": 13, "month": 6, "quarter": 4, "year": 2}
"""Periods after a run whose demand is compared with the usual one."""

_MEMORY = {"day": 28, "week": 13, "month": 6, "quarter": 4, "year": 3}
_QUIET = 0.25
_EMPTY = 0.25  # of an ordinary period: less than this is asked for in a season's or holiday's low anyway
_HABIT_PULL = 4.0  # periods at which what may be expected counts as much as the own share
_USUAL_SPREAD = 0.5  # squared variation of sizes before any is known
_RUN_PULL = 2.0
# The least chance of a quiet period: a stocktake, a big order brought forward, a system that changed may empty any of them.
_ACCIDENT = {"day": 0.05, "week": 0.02, "month": 0.003, "quarter": 0.002, "year": 0.01}
_MOST = 1e30
_LEAST = 1e-9  # of a quantity
_LARGEST_SHARE = 2.0
_BUSY = 1 / 1.32  # of the periods before the run with demand (Syntetos and Boylan's border): rarer demand has models of its own


@dataclass(frozen=True)
class Silence:
    """Per series: what the present quiet run says, and what earlier ones came to.

    Args:
        evidence: odds of an end per unit of hazard; 0 where the series is not quiet. quiet: periods of the present run.
        low: demand per period of the run. usual: of a period before it, the habit's quiet ones included; both without season.
        watched: periods looked at. ends: runs that looked like an end under `ENDS`.
        states, kept: (series, class of odds) periods spent in such runs whose next `AHEAD` periods are known, and the sum of what
            came in those, as a share of the usual.
    """

    evidence: FloatArray
    quiet: IntArray
    low: FloatArray
    usual: FloatArray
    watched: IntArray
    ends: IntArray
    states: IntArray
    kept: FloatArray


def odds_class(evidence: FloatArray, frequency: str) -> IntArray:
    """Place in `ODDS`; -1 where an end is less likely than not."""
    with np.errstate(divide="ignore"):
        return np.searchsorted(np.array(ODDS), np.log10(evidence * ENDS[frequency]), side="right") - 1


def read_silence(
    values: FloatArray, is_scored: BoolArray, starts: IntArray, factors: FloatArray, frequency: str, habit: float
) -> Silence:
    """Read all series of a chunk forward in time.

    Args:
        values, is_scored: (series, period) demand without gaps, and where it is a plain observation. starts: first columns.
        factors: (series, period) of season, holidays and events. habit: share of periods without demand of all series.
    """
    count, period_count = values.shape
    season = SEASON_LENGTHS[frequency] if frequency in ("week", "month", "quarter") else 0
    near = 2 if frequency == "week" else 0  # weeks of a season or a holiday move
    is_told = is_scored & (factors > _EMPTY) & (np.arange(period_count)[None, :] >= starts[:, None])
    plain = np.where(is_told, values / np.maximum(factors, _EMPTY), 0.0).T
    sums = np.concatenate([np.zeros((1, count)), np.cumsum(plain, axis=0)])
    known = np.concatenate([np.zeros((1, count), dtype=np.int64), np.cumsum(is_told.T, axis=0)])
    quiet_at, usual_at = np.zeros((period_count, count), dtype=bool), np.zeros((period_count, count))
    evidence_at = np.zeros((period_count, count))
    size, spread, evidence, total = (np.zeros(count) for _ in range(4))
    loud_count, quiet_count, after_quiet, run = (np.zeros(count, dtype=np.int64) for _ in range(4))
    run_start = np.full(count, period_count, dtype=np.int64)
    for period, (now, told) in enumerate(zip(plain, is_told.T, strict=True)):
        quiet = told & (now < _QUIET * size)
        loud = told & ~quiet & (now > 0)
        # On the scale of square roots sizes lie evenly: a quarter is half the usual, and the spread is halved too.
        variation = np.sqrt((spread + _HABIT_PULL * _USUAL_SPREAD) / (loud_count + _HABIT_PULL))
        expected = np.minimum(habit + ndtr(-1.0 / variation), 0.99)
        share = (quiet_count + _HABIT_PULL * expected) / (quiet_count + loud_count + _HABIT_PULL)
        habitual = np.where(run > 0, (after_quiet + _RUN_PULL * share) / (quiet_count + _RUN_PULL), share)
        habitual = np.maximum(habitual, _ACCIDENT[frequency])
        if season and period >= season:
            first, last = max(period - season - near, 0), period - season + near + 1
            was_quiet = sums[last] - sums[first] < _QUIET * size * (known[last] - known[first])
            habitual = np.where(was_quiet & (last <= run_start), 1.0, habitual)
        evidence = np.where(quiet, np.minimum((evidence + 1.0) / habitual, _MOST), np.where(loud, 0.0, evidence))
        run_start = np.where(quiet & (run == 0), period, np.where(loud, period_count, run_start))
        # A run counts as a habit once it is over.
        quiet_count += np.where(loud, run, 0)
        after_quiet += np.where(loud, np.maximum(run - 1, 0), 0)
        loud_count += loud
        off = np.where(loud, now - size, 0.0)
        spread += np.where(loud_count > 1, np.minimum(off / np.maximum(size, _LEAST), 2.0) ** 2, 0.0)
        size += np.maximum(1.0 / _MEMORY[frequency], 1.0 / np.maximum(loud_count, 1)) * off
        total = np.where(quiet, total + now, np.where(loud, 0.0, total))
        run = np.where(quiet, run + 1, np.where(loud, 0, run))
        busy = loud_count / np.maximum(loud_count + quiet_count, 1)
        quiet_at[period], usual_at[period] = quiet, size * busy
        evidence_at[period] = np.where(busy >= _BUSY, evidence, 0.0)
    reached = np.where(quiet_at, odds_class(evidence_at, frequency), -1)
    before = np.concatenate([np.full((1, count), -1), np.where(is_told.T, reached, -1)[:-1]])
    watched = (is_told.T & (before < 0)).sum(axis=0)
    ends = ((reached >= 0) & (before < 0)).sum(axis=0)
    states, kept = _came_after(sums, known, reached, usual_at, AHEAD[frequency])
    return Silence(evidence_at[-1], run, total / np.maximum(run, 1), usual_at[-1], watched, ends, states, kept)


def _came_after(
    sums: FloatArray, known: IntArray, reached: IntArray, usual: FloatArray, ahead: int
) -> tuple[IntArray, FloatArray]:
    """`states` and `kept` of `Silence`; arrays (period, series), `sums` and `known` of what came before each period."""
    period_count, count = reached.shape
    states, kept = np.zeros((count, len(ODDS)), dtype=np.int64), np.zeros((count, len(ODDS)))
    ends = np.minimum(np.arange(period_count) + 1 + ahead, period_count)
    came, number = sums[ends] - sums[1:], known[ends] - known[1:]
    share = np.minimum(came / np.maximum(number * usual, _LEAST), _LARGEST_SHARE)
    for place in range(len(ODDS)):
        mine = (reached == place) & (2 * number >= ahead)
        states[:, place] = mine.sum(axis=0)
        kept[:, place] = np.where(mine, share, 0.0).sum(axis=0)
    return states, kept
