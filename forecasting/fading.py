"""Has the demand of a series ended, so that its forecast should fade to nothing?

Until its last demand a series asked in a share p of its periods. If it then was silent for q periods, it is either alive and
unlucky, (1 - p)^q, or ended at some time since, with a chance of h per period. By Bayes

    alive = (1 - p)^q / ((1 - p)^q + h sum over k < q of (1 - p)^k)

(the reasoning of Schmittlein, Morrison and Colombo 1987 in whole periods). Only a silence of two years is looked at, which no
season explains; there the forecast is taken times `alive`, and (1 - h) less for every period ahead; below one in a thousand it is
zero. Out-of-stock periods are no silence.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from forecasting.candidates import CandidateRun
from forecasting.champion import Choice, reason_json
from forecasting.frames import BoolArray, FloatArray, IntArray

__all__ = ["Fading", "fading", "told_as_ended", "with_fading"]

# Two years and one item in twenty-five a year: with one year, or more items, spare parts that came back cost more than was won.
_SILENCE = {"day": 364, "week": 104, "month": 24, "quarter": 8, "year": 2}
_ENDS = {"day": 1 / 9000, "week": 1 / 1200, "month": 1 / 300, "quarter": 1 / 90, "year": 1 / 20}
_ZERO = 0.001


@dataclass(frozen=True)
class Fading:
    """Per series: `alive` (1: nothing is faded), `quiet` periods since the last demand, usual `interval` before it."""

    alive: FloatArray
    quiet: IntArray
    interval: FloatArray
    ends: float


def fading(filled: FloatArray, is_scored: FloatArray, starts: IntArray, frequency: str) -> Fading:
    """Look at every series of one origin; `filled`, `is_scored` as in `CandidateRun`."""
    period_count = filled.shape[1]
    columns = np.arange(period_count)[None, :]
    seen: BoolArray = (columns >= starts[:, None]) & (is_scored > 0)
    demand = seen & (filled > 0)
    has: BoolArray = np.asarray(demand.any(axis=1))
    last = np.where(has, period_count - 1 - np.argmax(demand[:, ::-1], axis=1), period_count)
    quiet = np.where(has, (seen & (columns > last[:, None])).sum(axis=1), 0)
    before = np.maximum((seen & (columns <= last[:, None])).sum(axis=1), 1)
    # One demand more and one period more than seen: a single order is no certain rate.
    share = np.minimum(demand.sum(axis=1) / (before + 1.0), 0.99)
    silent = (1.0 - share) ** quiet
    ended = _ENDS[frequency] * (1.0 - silent) / np.maximum(share, 1e-9)
    alive = np.where(quiet >= _SILENCE[frequency], silent / np.maximum(silent + ended, 1e-300), 1.0)
    alive = np.where(alive < _ZERO, 0.0, alive)
    return Fading(alive, quiet.astype(np.int64), before / np.maximum(demand.sum(axis=1), 1), _ENDS[frequency])


def told_as_ended(choice: Choice, found: Fading | None) -> Choice:
    """The choice with the end of a series as its reason, where more than half of its forecast has faded."""
    if found is None or not (found.alive < 0.5).any():
        return choice
    keys, values = list(choice.reason_key), list(choice.reason_values)
    for row in np.flatnonzero(found.alive < 0.5):
        keys[row] = "forecasting.reason.ended"
        facts: dict[str, object] = {"quiet": int(found.quiet[row]), "interval": round(float(found.interval[row]), 1)}
        values[row] = reason_json(facts | {"alive": round(float(found.alive[row]), 3)})
    return replace(choice, reason_key=keys, reason_values=values)


def with_fading(run: CandidateRun, found: Fading) -> CandidateRun:
    """The run with every model's answer for ended series faded; the same object where none has."""
    rows = np.flatnonzero(found.alive < 1.0)
    if not rows.size:
        return run
    steps = np.arange(run.mean.shape[2])
    factor = found.alive[rows][:, None] * (1.0 - found.ends) ** steps[None, :]
    mean, future = run.mean.copy(), run.future_factors.copy()
    mean[:, rows] = mean[:, rows] * factor[None]
    future[rows] = future[rows] * factor
    return replace(run, mean=mean, future_factors=future)
