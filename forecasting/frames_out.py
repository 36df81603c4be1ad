"""How do arrays become the frames of the contract? Every frame is sorted by its grain, so equal results
are equal bytes."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import polars as pl

from forecasting.choosing.backtest import OriginRun
from forecasting.choosing.champion import Choice
from forecasting.frames import BoolArray, FloatArray, IntArray, Panel, period_starts
from forecasting.models.batch_models import MODEL_NAMES

__all__ = [
    "backtest_forecasts",
    "champions",
    "demand_forecasts",
    "empty_frames",
    "joined_backtest",
    "joined_scores",
    "lead_time_demand",
    "measure_name",
    "notes_with_lost",
    "scores",
    "seasonal_profile",
]

_FORECASTS = {
    "series_id": pl.Int64,
    "cutoff": pl.Date,
    "period_start": pl.Date,
    "measure": pl.String,
    "quantity": pl.Float64,
    "model": pl.String,
    "frequency": pl.String,
}
_LEAD_TIME = {
    "series_id": pl.Int64,
    "cutoff": pl.Date,
    "protection_days": pl.Int64,
    "measure": pl.String,
    "quantity": pl.Float64,
}
_SCORES = {
    "series_id": pl.Int64,
    "cutoff": pl.Date,
    "model": pl.String,
    "metric": pl.String,
    "value": pl.Float64,
    "fit_seconds": pl.Float64,
}
_BACKTEST = {
    "series_id": pl.Int64,
    "cutoff": pl.Date,
    "period_start": pl.Date,
    "model": pl.String,
    "measure": pl.String,
    "quantity": pl.Float64,
}
_CHAMPIONS = {
    "series_id": pl.Int64,
    "frequency": pl.String,
    "model": pl.String,
    "runner_up": pl.String,
    "reason_key": pl.String,
    "reason_values": pl.String,
    "demand_pattern": pl.String,
    "adi": pl.Float64,
    "cv2": pl.Float64,
    "trend_per_period": pl.Float64,
    "seasonal_strength": pl.Float64,
    "is_fallback": pl.Boolean,
    "wape": pl.Float64,
    "naive_wape": pl.Float64,
}
_PROFILE = {"series_id": pl.Int64, "position": pl.Int64, "index": pl.Float64}


def measure_name(level: float) -> str:
    """Name of a quantile in the frames: p05, p50, p975.

    >>> [measure_name(level) for level in (0.05, 0.5, 0.975)]
    ['p05', 'p50', 'p975']
    """
    digits = f"{level:.4f}"[2:].rstrip("0")
    return "p" + digits.ljust(2, "0")


def empty_frames() -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame, pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """The six frames of the contract without rows."""
    return (
        pl.DataFrame(schema=_FORECASTS),
        pl.DataFrame(schema=_LEAD_TIME),
        pl.DataFrame(schema=_SCORES),
        pl.DataFrame(schema=_BACKTEST),
        pl.DataFrame(schema=_CHAMPIONS),
        pl.DataFrame(schema=_PROFILE),
    )


def demand_forecasts(
    panel: Panel,
    cutoff: date,
    ids: IntArray,
    names: list[str],
    mean: FloatArray,
    quantiles: FloatArray,
    wanted: tuple[float, ...],
    levels: FloatArray,
    *,
    known_count: int | None = None,
) -> pl.DataFrame:
    """Series x period x measure."""
    known = panel.period_count if known_count is None else known_count
    steps = mean.shape[1]
    dates = period_starts(panel.first_index + known + np.arange(steps), panel.frequency)
    measures = {"mean": mean}
    for level in wanted:
        measures[measure_name(level)] = quantiles[:, :, int(np.searchsorted(levels, level - 1e-9))]
    return (
        _stacked(ids, dates, measures, names, None)
        .with_columns(pl.lit(cutoff).alias("cutoff"), pl.lit(panel.frequency).alias("frequency"))
        .select([pl.col(name).cast(kind) for name, kind in _FORECASTS.items()])
        .sort("series_id", "period_start", "measure")
    )


def lead_time_demand(
    ids: IntArray,
    cutoff: date,
    protection_days: FloatArray,
    total: FloatArray,
    quantiles: FloatArray,
    wanted: tuple[float, ...],
) -> pl.DataFrame:
    """Series x protection days x measure."""
    measures = {"mean": np.maximum(total, 0.0)}
    measures |= {measure_name(level): quantiles[:, place] for place, level in enumerate(wanted)}
    parts = [
        pl.DataFrame({"series_id": ids, "protection_days": protection_days.astype(np.int64), "quantity": quantity}).with_columns(
            pl.lit(measure).alias("measure"), pl.lit(cutoff).alias("cutoff")
        )
        for measure, quantity in measures.items()
    ]
    frame = pl.concat(parts).select([pl.col(name).cast(kind) for name, kind in _LEAD_TIME.items()])
    return frame.sort("series_id", "measure")


def scores(panel: Panel, ids: IntArray, origin: int, names: list[str], values: dict[str, FloatArray]) -> pl.DataFrame:
    """Rows of `backtest_scores` for one origin; `fit_seconds` stays null, since a pure function has no
    clock."""
    parts = [
        pl.DataFrame({"series_id": ids, "model": names, "value": value}).with_columns(
            pl.lit(metric).alias("metric"),
            pl.lit(_cutoff_of(panel, origin)).alias("cutoff"),
            pl.lit(None, dtype=pl.Float64).alias("fit_seconds"),
        )
        for metric, value in values.items()
    ]
    return pl.concat(parts).filter(pl.col("value").is_finite()).select(list(_SCORES))


def joined_scores(parts: list[pl.DataFrame]) -> pl.DataFrame:
    """All rows of `backtest_scores`, sorted."""
    frame = pl.concat([pl.DataFrame(schema=_SCORES), *parts])
    return frame.sort("series_id", "cutoff", "model", "metric")


def backtest_forecasts(
    panel: Panel,
    ids: IntArray,
    origin: int,
    names: list[str],
    measures: dict[str, FloatArray],
    is_judged: BoolArray,
) -> pl.DataFrame:
    """Rows of `backtest_forecasts` for one origin: only periods whose truth is known."""
    dates = period_starts(panel.first_index + origin + np.arange(is_judged.shape[1]), panel.frequency)
    return (
        _stacked(ids, dates, measures, names, is_judged)
        .with_columns(pl.lit(_cutoff_of(panel, origin)).alias("cutoff"))
        .filter(pl.col("quantity").is_finite())
        .select(list(_BACKTEST))
    )


def joined_backtest(parts: list[pl.DataFrame]) -> pl.DataFrame:
    """All rows of `backtest_forecasts`, sorted."""
    frame = pl.concat([pl.DataFrame(schema=_BACKTEST), *parts])
    return frame.sort("series_id", "cutoff", "period_start", "model", "measure")


def champions(panel: Panel, ids: IntArray, final: OriginRun, choice: Choice) -> pl.DataFrame:
    """One row per series."""
    names = list(MODEL_NAMES)
    return (
        pl.DataFrame(
            {
                "series_id": ids,
                "model": choice.model_name,
                "runner_up": [names[index] if index >= 0 else None for index in choice.runner_up],
                "reason_key": choice.reason_key,
                "reason_values": choice.reason_values,
                "demand_pattern": final.patterns.pattern.tolist(),
                "adi": final.patterns.adi,
                "cv2": final.patterns.cv2,
                "trend_per_period": final.run.slope,
                "seasonal_strength": final.run.strength,
                "is_fallback": choice.is_fallback,
                "wape": choice.wape,
                "naive_wape": choice.naive_wape,
            },
            schema_overrides={"runner_up": pl.String},
        )
        .with_columns(pl.lit(panel.frequency).alias("frequency"), pl.col(pl.Float64).fill_nan(None))
        .select([pl.col(name).cast(kind) for name, kind in _CHAMPIONS.items()])
        .sort("series_id")
    )


def seasonal_profile(ids: IntArray, index: FloatArray) -> pl.DataFrame:
    """Series x position of the year, from 1."""
    count = index.shape[1]
    return pl.DataFrame(
        {
            "series_id": np.repeat(ids, count),
            "position": np.tile(np.arange(1, count + 1), len(ids)),
            "index": index.reshape(-1),
        },
        schema_overrides=_PROFILE,
    ).sort("series_id", "position")


def notes_with_lost(panel: Panel, ids: IntArray, lost_quantity: FloatArray) -> pl.DataFrame:
    """What reading changed, plus the demand estimated to be lost in out-of-stock periods."""
    lost = pl.DataFrame(
        {
            "series_id": ids,
            "note_key": ["forecasting.note.lost_demand"] * len(ids),
            "quantity": lost_quantity,
        },
        schema_overrides={"note_key": pl.String},
    ).filter(pl.col("quantity") > 0)
    counted = panel.notes.filter(pl.col("note_key") == "forecasting.note.out_of_stock")
    lost = lost.join(counted.select("series_id", "period_count"), on="series_id", how="inner")
    return pl.concat([panel.notes, lost.select(panel.notes.columns)]).sort("series_id", "note_key")


def _stacked(
    ids: IntArray,
    dates: list[date],
    measures: dict[str, FloatArray],
    names: list[str],
    is_kept: BoolArray | None,
) -> pl.DataFrame:
    steps = len(dates)
    base = pl.DataFrame(
        {
            "series_id": np.repeat(ids, steps),
            "period_start": pl.Series(dates * len(ids), dtype=pl.Date),
            "model": pl.Series(names, dtype=pl.String).gather(np.repeat(np.arange(len(ids)), steps)),
        }
    )
    parts = []
    for measure, values in measures.items():
        part = base.with_columns(pl.lit(measure).alias("measure"), pl.Series("quantity", values.reshape(-1), dtype=pl.Float64))
        parts.append(part if is_kept is None else part.filter(pl.Series(is_kept.reshape(-1))))
    return pl.concat(parts)


def _cutoff_of(panel: Panel, origin: int) -> date:
    """Last day that was known when `origin` periods were."""
    after = period_starts(np.array([panel.first_index + origin]), panel.frequency)[0]
    return after - timedelta(days=1)
