"""What kind of demand is this: how often does it come and how much do its sizes vary?

`adi` (average inter-demand interval) = periods / periods with demand, from the first demand on;
`cv2` = variance / mean^2 of the positive quantities. The borders 1.32 and 0.49 are those of Syntetos,
Boylan and Croston (2005), where Croston-type estimators start to beat exponential smoothing.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from forecasting.frames import BoolArray, FloatArray, IntArray

__all__ = ["ADI_BORDER", "CV2_BORDER", "MINIMUM_PERIODS", "Patterns", "demand_patterns"]

ADI_BORDER = 1.32
CV2_BORDER = 0.49
MINIMUM_PERIODS = 4  # below this neither a level nor its spread can be told from one order


@dataclass(frozen=True)
class Patterns:
    """Per series: `pattern` name, `adi` and `cv2` (NaN where undefined), `period_count` known."""

    pattern: npt.NDArray[np.str_]
    adi: FloatArray
    cv2: FloatArray
    period_count: IntArray


def demand_patterns(values: FloatArray, starts: IntArray, is_known: BoolArray) -> Patterns:
    """Classify each row of `values` (series x period), looking only at known periods from its start on."""
    columns = np.arange(values.shape[1])[None, :]
    known = is_known & (columns >= starts[:, None])
    amount = np.where(known, values, 0.0)
    positive = amount > 0
    period_count = known.sum(axis=1)
    demand_count = positive.sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        adi = period_count / demand_count
        mean = amount.sum(axis=1) / demand_count
        variance = (np.where(positive, amount - mean[:, None], 0.0) ** 2).sum(axis=1) / demand_count
        cv2 = variance / (mean * mean)
    pattern = np.select(
        [
            demand_count == 0,
            period_count < MINIMUM_PERIODS,
            (adi < ADI_BORDER) & (cv2 < CV2_BORDER),
            adi < ADI_BORDER,
            cv2 < CV2_BORDER,
        ],
        ["no_demand", "too_short", "smooth", "erratic", "intermittent"],
        default="lumpy",
    )
    adi = np.where(demand_count > 0, adi, np.nan)
    return Patterns(pattern, adi, cv2, period_count.astype(np.int64))
