"""How much will a pair buy next time?

The pair's usual quantity: the median of its purchases, each weighing four fifths of the one after it. How far the next purchase
lies from that, as a ratio, is learned from all pairs' past purchases by how many were known then (one, two or three, more); its
tenth and ninetieth percentile give the range.
"""

from __future__ import annotations

import numpy as np

from forecasting.frames import FloatArray, IntArray
from forecasting.repurchase.history import History

__all__ = ["usual_quantities"]

_FADE = 0.8
_DEPTHS = (1, 2, 4)  # from so many known purchases on
_FEWEST = 30  # ratios; with fewer the range of all pairs serves
_GUESS = (0.5, 2.0)  # half to double, until ten purchases have been followed by another


def usual_quantities(history: History, last: IntArray, counts: IntArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Expected quantity and its 10th and 90th percentile per pair, base units.

    Args:
        last: place in `history` of each pair's last purchase. `counts`: purchases of each.
    """
    if not len(last):
        nothing = np.empty(0)
        return nothing, nothing, nothing
    usual = _faded_median(history.quantities, last, counts)
    again = counts > 1
    before = _faded_median(history.quantities, last[again] - 1, counts[again] - 1)
    ratios, known = history.quantities[last[again]] / before, counts[again] - 1
    low, high = np.empty(len(last)), np.empty(len(last))
    for depth, following in zip(_DEPTHS, (*_DEPTHS[1:], 2**31), strict=True):
        mine = (counts >= depth) & (counts < following)
        told = ratios[(known >= depth) & (known < following)]
        told = told if len(told) >= _FEWEST else ratios
        share = np.quantile(told, (0.1, 0.9)) if len(told) >= 10 else np.array(_GUESS)
        low[mine], high[mine] = usual[mine] * min(share[0], 1.0), usual[mine] * max(share[1], 1.0)
    return usual, low, high


def _faded_median(quantities: FloatArray, last: IntArray, counts: IntArray) -> FloatArray:
    """Weighted median per pair; between two values when the weight is split evenly, the lower."""
    if not len(last):
        return np.empty(0)
    first = last - counts + 1
    pair = np.repeat(np.arange(len(last)), counts)
    starts = np.cumsum(counts) - counts
    place = np.arange(len(pair)) - starts[pair] + first[pair]
    weights = _FADE ** np.minimum(last[pair] - place, 60).astype(float)
    order = np.lexsort([quantities[place], pair])
    total = np.cumsum(weights[order])
    ends = starts + counts - 1
    begun = np.concatenate([[0.0], total[ends[:-1]]])
    half = begun + 0.5 * (total[ends] - begun)
    chosen = np.searchsorted(total, half - 1e-12)
    return np.asarray(quantities[place[order]][np.clip(chosen, starts, ends)])
