"""When will a pair buy next, given that it does?

The classifier says how much probability falls between one horizon and the next; where inside, the renewal model says. What is
left after the last horizon is a buyer's with the probability the renewal model still sees in him, spread as it says. The
quantiles of that distribution, given a purchase, are the expected date (median) and its quartiles.
"""

from __future__ import annotations

import numpy as np

from forecasting.frames import FloatArray
from forecasting.repurchase.model import HORIZONS
from forecasting.repurchase.renewal import Renewal

__all__ = ["LONGEST_DAYS", "days_until", "ever"]

LONGEST_DAYS = 730.0  # farther than two years ahead nobody plans


def ever(chances: FloatArray, renewal: Renewal) -> FloatArray:
    """P(the pair buys again at all)."""
    last = chances[:, -1]
    return np.asarray(last + (1.0 - last) * renewal.still_alive(float(HORIZONS[-1])))


def days_until(chances: FloatArray, renewal: Renewal, share: float, window: int | None = None) -> FloatArray:
    """Days after the cutoff by which `share` of the pair's next purchases will have come.

    Args:
        chances: (pair, HORIZONS), rising.
        share: 0-1; 0.5 is the median.
        window: only purchases within so many days count (one of HORIZONS); None: all that ever come.
    """
    knots = [0.0, *map(float, HORIZONS)]
    reached = np.column_stack([np.zeros(len(chances)), chances])
    if window is not None:
        knots = [knot for knot in knots if knot <= window]
        reached = reached[:, : len(knots)]
        total = reached[:, -1]
    else:
        total = ever(chances, renewal)
        knots = [*knots, np.inf]
        reached = np.column_stack([reached, total])
    wanted = share * np.maximum(total, 1e-12)
    place = np.clip((reached <= wanted[:, None]).sum(axis=1) - 1, 0, len(knots) - 2)
    rows = np.arange(len(chances))
    low, high = reached[rows, place], reached[rows, place + 1]
    inside = np.clip((wanted - low) / np.maximum(high - low, 1e-12), 0.0, 1.0)
    shape = np.column_stack([renewal.conditional(knot) if np.isfinite(knot) else np.ones(len(chances)) for knot in knots])
    before, after = shape[rows, place], shape[rows, place + 1]
    days = renewal.day_of(before + inside * (after - before))
    ends = np.array(knots)
    start, end = ends[place], np.minimum(ends[place + 1], LONGEST_DAYS)
    # Where the renewal model has nothing left to say inside a stretch, evenly.
    flat = after - before < 1e-9
    days = np.where(flat, start + inside * (end - start), days)
    return np.asarray(np.clip(days, start, end))
