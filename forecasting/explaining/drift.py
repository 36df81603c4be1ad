"""Do forecasts still follow demand, or do they err to one side ever since something changed?

Trigg's tracking signal (Trigg 1964, "Monitoring a forecasting system") over the errors e = actual - forecast of archived
forecasts in the order of their periods, the oldest first:

    E_t = a e_t + (1 - a) E_{t-1}        M_t = a |e_t| + (1 - a) M_{t-1}        signal = E_t / M_t

started from nothing, so that signal = sum w e / sum w |e| with w = (1 - a)^age. It lies between -1 (always too much was
forecast) and 1 (always too little), in every unit and for every size of error, and needs no normal errors. Its rival, a
cumulated sum / MAD, walks beyond any limit by luck alone and has to be set back by hand. a = 0.1 remembers about ten periods.
An alarm is a signal beyond

    0.7 sqrt((1 + q^n) / (1 - q^n))        q = 1 - a, n errors: 0.7 in the long run, never with fewer than eleven errors

since the signal of n independent errors spreads with that root. Such errors are in alarm at one look in forty or less; a lasting
shift of two usual errors brings most series there within eight periods, one of three within six (tests).
"""

from __future__ import annotations

import numpy as np
import polars as pl

__all__ = ["ALARM_LIMIT", "FEWEST_ERRORS", "SMOOTHING", "drift_alarm", "tracking_signals"]

SMOOTHING = 0.1
ALARM_LIMIT = 0.7
FEWEST_ERRORS = 11


def tracking_signals(errors: pl.DataFrame, *, keys: tuple[str, ...] = ("series_id",)) -> pl.DataFrame:
    """`keys`, `tracking_signal` (-1..1; null where nothing ever erred), `error_count`, `is_alarm`, by key.

    Args:
        errors: `keys`, `period_start`, `actual`, `forecast`; several rows of one key and period are added up first.

    >>> from datetime import date
    >>> days = [date(2026, 1, day) for day in range(1, 13)]
    >>> rows = pl.DataFrame({"series_id": [7] * 12, "period_start": days, "actual": [9.0] * 12, "forecast": [6.0] * 12})
    >>> tracking_signals(rows).row(0)
    (7, 1.0, 12, True)
    """
    left = pl.lit(1.0 - SMOOTHING).pow(pl.col("error_count").cast(pl.Float64))
    age = pl.len() - 1 - pl.int_range(pl.len())
    weight = (1.0 - SMOOTHING) ** age.cast(pl.Float64)
    together = (
        errors.group_by(*keys, "period_start")
        .agg(pl.col("actual").sum(), pl.col("forecast").sum())
        .with_columns((pl.col("actual") - pl.col("forecast")).alias("error"))
        .sort(*keys, "period_start")
    )
    return (
        together.group_by(*keys, maintain_order=True)
        .agg(
            (weight * pl.col("error")).sum().alias("smoothed"),
            (weight * pl.col("error").abs()).sum().alias("size"),
            pl.len().cast(pl.Int64).alias("error_count"),
        )
        .with_columns(
            pl.when(pl.col("size") > 0).then((pl.col("smoothed") / pl.col("size")).clip(-1.0, 1.0)).alias("tracking_signal")
        )
        .with_columns(
            (pl.col("tracking_signal").abs() > ALARM_LIMIT * ((1.0 + left) / (1.0 - left)).sqrt())
            .fill_null(False)
            .alias("is_alarm")
        )
        .select(*keys, "tracking_signal", "error_count", "is_alarm")
    )


def drift_alarm(signals: pl.DataFrame, values: pl.DataFrame, *, share: float, single_share: float) -> bool:
    """Whether all should be selected again: series in alarm make up more than `share` of the series judged or of their value, or
    one of them alone is worth `single_share` of it.

    Args:
        signals: of `tracking_signals`. values: `series_id`, `value` (of a year's forecast; absent: 0).
    """
    judged = signals.filter(pl.col("error_count") >= FEWEST_ERRORS).join(values, on="series_id", how="left")
    if judged.is_empty():
        return False
    value = judged["value"].fill_null(0.0).to_numpy()
    alarm = judged["is_alarm"].to_numpy()
    total = float(value.sum())
    by_value = float(value[alarm].sum()) / total if total > 0 else 0.0
    largest = float(np.max(value[alarm], initial=0.0)) / total if total > 0 else 0.0
    return bool(alarm.mean() > share or by_value > share or largest >= single_share)
