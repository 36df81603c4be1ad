"""On which earlier origins may a setting be tried, so that the judged ones stay unseen?

`forecast_accuracy.py --develop` judges a set as if it had ended at its first judged cutoff: whatever comes later is cut off, so
no truth of a judged window is looked at. The last origin lies up to another `GAP` periods before that, as far as a usual history
(30 months, 78 weeks) remains to learn from; lead times are cut to a quarter of what is known. Settings are chosen here, figures
are reported without it.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import polars as pl
from forecast_sets import JudgedSet

__all__ = ["GAP", "developed"]

GAP = 12
_STRIDES = {"month": 3, "week": 6, "quarter": 2, "year": 1}
_LEAST = {"month": 30, "week": 78, "quarter": 16, "year": 10}
_ORIGINS = 3


def developed(judged: JudgedSet) -> JudgedSet:
    """The same set, ending before anything that is judged."""
    demand = judged.demand.filter(pl.col("period_start") <= judged.cutoffs[0])
    starts = demand["period_start"].unique().sort().to_list()
    horizon, lead = judged.horizon, judged.lead_periods
    if lead is not None:
        lead = lead.with_columns(pl.col("periods").clip(upper_bound=max(1, len(starts) // 4)))
        horizon = int(lead["periods"].max())  # type: ignore[arg-type]
    least = _LEAST[judged.frequency]
    gap = max(0, min(GAP, len(starts) - horizon - least))
    stride = _STRIDES[judged.frequency]
    counts = [len(starts) - gap - horizon - stride * back for back in reversed(range(_ORIGINS))]
    cutoffs = [_last_day(starts, count) for count in counts if count >= max(4, len(starts) // 4)]
    return replace(judged, demand=demand, horizon=horizon, lead_periods=lead, cutoffs=cutoffs)


def _last_day(starts: list[date], count: int) -> date:
    return starts[count] - timedelta(days=1)
