"""What was probably asked for in periods whose demand is unknown or only a lower bound?

expected = mean of the known, in-stock periods nearby (deseasonalised) * the period's season factor;
unknown periods take the expected quantity, out-of-stock periods max(recorded, expected). The window is
widened to the whole history where nothing nearby is known. Filled periods feed the filters but are never
scored.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forecasting.frames import BoolArray, FloatArray, IntArray

__all__ = ["HALF_WINDOWS", "FilledDemand", "fill_demand"]

HALF_WINDOWS = {"day": 28, "week": 8, "month": 3, "quarter": 2, "year": 1}


@dataclass(frozen=True)
class FilledDemand:
    """`values` (series, period) without gaps from each start on; `is_scored`: the value is a plain
    observation; `lost_quantity` (series,): what the out-of-stock periods were raised by."""

    values: FloatArray
    is_scored: BoolArray
    lost_quantity: FloatArray


def fill_demand(
    values: FloatArray, starts: IntArray, is_censored: BoolArray, factors: FloatArray, half_window: int
) -> FilledDemand:
    """Fill the gaps of `values` (NaN: unknown); `factors` (series or 1, period) are season times holiday
    factors."""
    period_count = values.shape[1]
    columns = np.arange(period_count)
    is_alive = columns[None, :] >= starts[:, None]
    is_known = np.isfinite(values)
    is_plain = is_known & ~is_censored & is_alive
    level = np.where(is_plain, np.where(is_known, values, 0.0) / factors, 0.0)
    zero = np.zeros((values.shape[0], 1))
    total = np.concatenate([zero, np.cumsum(level, axis=1)], axis=1)
    count = np.concatenate([zero, np.cumsum(is_plain, axis=1)], axis=1)
    low, high = np.maximum(columns - half_window, 0), np.minimum(columns + half_window + 1, period_count)
    near_total, near_count = total[:, high] - total[:, low], count[:, high] - count[:, low]
    all_mean = total[:, -1:] / np.maximum(count[:, -1:], 1.0)
    near_mean = np.where(near_count > 0, near_total / np.maximum(near_count, 1.0), all_mean)
    expected = np.maximum(near_mean, 0.0) * factors
    recorded = np.where(is_known, values, 0.0)
    filled = np.where(is_known & ~is_censored, recorded, np.maximum(recorded, expected))
    raised = np.where(is_alive & is_known & is_censored, filled - recorded, 0.0)
    return FilledDemand(np.where(is_alive, filled, 0.0), is_plain, raised.sum(axis=1))
