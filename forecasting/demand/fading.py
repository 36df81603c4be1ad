"""Has the demand of a series ended, so that its forecast should fall with it?

`silence` tells the odds of an end per unit of hazard. What all series teach is how often demand ends, h, and what share of the
usual demand came after runs that had reached such odds: stock that was out, a project won again, a last customer. With those,

    ended = h evidence / (1 + h evidence) * trust
    mean = (1 - ended) m + ended min(m, f max(low, kept usual))

m what the serving model says, f the season of the period, low and usual demand in the quiet run and before it. Nothing is ever
raised; what falls below a fiftieth of the usual is zero. Trust is 1 where up to 15 % of the usual demand came, and 0 from 40 %
on: where series that seemed to have ended come back as a rule the models' own levels know more, and where they do not the level
falls within few periods, which no smoothing of one series could tell from bad luck.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace

import numpy as np

from forecasting.choosing.champion import Choice, reason_json
from forecasting.choosing.selection import Endings
from forecasting.demand.silence import ENDS, ODDS, Silence
from forecasting.frames import BoolArray, FloatArray

__all__ = ["Fading", "fading", "habit_of", "told_as_ended", "with_fading"]

_ZERO = 0.02  # of the usual demand
_TRUSTED, _DISTRUSTED = 0.15, 0.4
_USUALLY_KEPT = (0.4, 0.2, 0.08, 0.03, 0.01)  # by class of odds, where no series has taught it yet
_ENOUGH_PERIODS = {"day": 365.0, "week": 104.0, "month": 24.0, "quarter": 8.0, "year": 2.0}  # at which those count half
_CENTRES = (*((low + high) / 2 for low, high in itertools.pairwise(ODDS)), ODDS[-1] + 4.0)


@dataclass(frozen=True)
class Fading:
    """Per series: chance that it has `ended`, and the share of the usual demand an ended series keeps (`kept`)."""

    silence: Silence
    ended: FloatArray
    kept: FloatArray
    learned: Endings


def habit_of(values: FloatArray, is_scored: BoolArray) -> float:
    """Share of the plain periods of all series that had no demand."""
    return float((is_scored & (values == 0.0)).sum() / max(int(is_scored.sum()), 1))


def fading(silence: Silence, frequency: str, habit: float, told: Endings | None = None) -> Fading:
    """How far each series has ended, by what all of them teach or what was `told` before."""
    learned = _endings(silence, frequency, habit) if told is None else told
    odds = np.log10(np.maximum(silence.evidence * ENDS[frequency], 1e-300))
    kept = np.interp(odds, _CENTRES, learned.kept)
    trust = np.clip((_DISTRUSTED - kept) / (_DISTRUSTED - _TRUSTED), 0.0, 1.0)
    ended = trust * (1.0 - 1.0 / (1.0 + learned.hazard * silence.evidence))
    low = np.minimum(silence.low / np.maximum(silence.usual, 1e-300), 1.0)
    kept = np.maximum(kept, low)
    return Fading(silence, ended, np.where(kept < _ZERO, 0.0, kept), learned)


def with_fading(mean: FloatArray, factors: FloatArray, found: Fading) -> tuple[FloatArray, FloatArray]:
    """(series, step) means, and the factors their spread is scaled by: series that seem to have ended fall, no other moves."""
    rows = np.flatnonzero(found.ended > 0)
    if not rows.size:
        return mean, factors
    ended, kept = found.ended[rows][:, None], found.kept[rows][:, None]
    usual, before = found.silence.usual[rows][:, None] * factors[rows], mean[rows]
    after = (1.0 - ended) * before + ended * np.minimum(before, kept * usual)
    after = np.where((kept == 0) & (after < _ZERO * usual), 0.0, after)
    mean, factors = mean.copy(), factors.copy()
    mean[rows] = after
    factors[rows] *= np.where(before > 0, after / np.where(before > 0, before, 1.0), 1.0)
    return mean, factors


def told_as_ended(choice: Choice, found: Fading | None, frequency: str) -> Choice:
    """The choice with the end of a series as its reason, where it has more likely ended than not."""
    if found is None or not (found.ended > 0.5).any():
        return choice
    keys, values, silence = list(choice.reason_key), list(choice.reason_values), found.silence
    for row in np.flatnonzero(found.ended > 0.5):
        if keys[row] == "forecasting.reason.specification":  # a person decided how it is forecast
            continue
        facts: dict[str, object] = {"quiet": int(silence.quiet[row]), "unit": frequency}
        facts["ended"] = round(float(found.ended[row]), 4)
        keys[row] = "forecasting.reason.ended"
        if silence.low[row] > 0:
            keys[row] = "forecasting.reason.fallen"
            facts |= {"low": round(float(silence.low[row]), 2), "usual": round(float(silence.usual[row]), 2)}
        values[row] = reason_json(facts)
    return replace(choice, reason_key=keys, reason_values=values)


def _endings(silence: Silence, frequency: str, habit: float) -> Endings:
    hazard = (int(silence.ends.sum()) + 1.0) / (int(silence.watched.sum()) + 1.0 / ENDS[frequency])
    states, kept = silence.states.sum(axis=0), silence.kept.sum(axis=0)
    pull = _ENOUGH_PERIODS[frequency]
    found = (kept + pull * np.array(_USUALLY_KEPT)) / (states + pull)
    # The surer the end, the less comes.
    return Endings(habit, float(hazard), tuple(float(value) for value in np.minimum.accumulate(found)))
