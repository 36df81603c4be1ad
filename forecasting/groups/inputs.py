"""What is known of each series before groups are made? The arrays behind `reconcile`, from a `Fitted` or from archived frames."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
import polars as pl

from forecasting.fitted import DEFAULT_LEVELS, Fitted
from forecasting.frames import FloatArray, Frequency, IntArray, period_index, period_starts

__all__ = ["SeriesForecasts", "from_fitted", "from_frames"]


@dataclass(frozen=True)
class SeriesForecasts:
    """Forecasts of series at one cutoff, and those of past origins with what came.

    Args:
        series_ids: ascending. starts: (step,) first day of each period. levels: of the quantiles, ascending.
        mean: (series, step). quantiles: (series, step, level).
        origins: last day known at each past origin, ascending. past_mean, past_truth: (origin, series, step);
            past_quantiles: (origin, series, step, level). NaN: no forecast, or the truth is not known.
    """

    series_ids: IntArray
    frequency: Frequency
    cutoff: date
    starts: list[date]
    levels: FloatArray
    mean: FloatArray
    quantiles: FloatArray
    origins: list[date]
    past_mean: FloatArray
    past_truth: FloatArray
    past_quantiles: FloatArray

    @property
    def past_periods(self) -> IntArray:
        """(origin, step): number of each period forecast (see `frames.period_index`)."""
        first = pl.Series([day + timedelta(days=1) for day in self.origins], dtype=pl.Date)
        return np.asarray(period_index(first, self.frequency)[:, None] + np.arange(self.past_mean.shape[2])[None, :])

    def moved_to(self, mean: FloatArray) -> SeriesForecasts:
        """The same with other means; quantiles move in proportion."""
        ratio = np.where(self.mean > 0, mean / np.where(self.mean > 0, self.mean, 1.0), 1.0)
        return replace(self, mean=mean, quantiles=self.quantiles * ratio[..., None])

    def past_moved_to(self, past_mean: FloatArray) -> FloatArray:
        """Past quantiles with other past means."""
        known = np.nan_to_num(self.past_mean)
        ratio = np.where(known > 0, past_mean / np.where(known > 0, known, 1.0), 1.0)
        return np.asarray(self.past_quantiles * ratio[..., None])


def from_fitted(fitted: Fitted, quantiles: tuple[float, ...] = DEFAULT_LEVELS) -> SeriesForecasts:
    """What one fit says, without making frames of it."""
    levels, panel, done = np.array(sorted(quantiles)), fitted.panel, fitted.done
    if done is None:
        none, nothing = np.zeros((0, 0, len(levels))), np.zeros((0, 0, 0, len(levels)))
        return SeriesForecasts(
            panel.series_ids[:0],
            panel.frequency,
            fitted.cutoff,
            [],
            levels,
            none[..., 0],
            none,
            [],
            nothing[..., 0],
            nothing[..., 0],
            nothing,
        )
    steps = panel.first_index + done.known_count + np.arange(fitted.horizon)
    tested = done.actual.shape[2]
    truth = np.full(done.actual.shape, np.nan)
    for i, origin in enumerate(done.origins):
        seen = panel.values[done.final.rows, origin : min(origin + tested, done.known_count)]
        truth[i, :, : seen.shape[1]] = seen
    after = period_starts(panel.first_index + np.array(done.origins, dtype=np.int64), panel.frequency)
    count = len(done.final.rows)
    return SeriesForecasts(
        panel.series_ids[done.final.rows],
        panel.frequency,
        fitted.cutoff,
        period_starts(steps, panel.frequency),
        levels,
        done.served.mean[:, : fitted.horizon],
        done.quantiles(levels, fitted.horizon),
        [day - timedelta(days=1) for day in after],
        np.array([past.mean[:, :tested] for past in done.past]).reshape(-1, count, tested),
        truth,
        np.array([done.honest_quantiles(i, levels) for i in range(len(done.origins))]).reshape(-1, count, tested, len(levels)),
    )


def from_frames(
    demand_forecasts: pl.DataFrame, backtest_forecasts: pl.DataFrame, demand: pl.DataFrame, frequency: Frequency
) -> SeriesForecasts:
    """The same from frames of the contract: one cutoff's `demand_forecasts`, `backtest_forecasts` and `demand`.

    Past forecasts are those of the model named in `demand_forecasts`; where it has none, those that carry quantiles.
    """
    names = sorted({name for name in demand_forecasts["measure"].unique() if name != "mean"}, key=_level_of)
    levels = np.array([_level_of(name) for name in names])
    ids = np.array(sorted(demand_forecasts["series_id"].unique()), dtype=np.int64)
    starts = sorted(demand_forecasts["period_start"].unique())
    cutoff: date = demand_forecasts["cutoff"].max()  # type: ignore[assignment]
    found = _laid(demand_forecasts, ids, [cutoff], starts, ["mean", *names], "period_start")[0]
    model = demand_forecasts.select("series_id", "model").unique().sort("series_id", "model").unique("series_id", keep="first")
    served = backtest_forecasts.join(model, on=["series_id", "model"], how="semi")
    missing = backtest_forecasts.join(served.select("series_id").unique(), on="series_id", how="anti")
    champions = missing.filter(pl.col("measure") != "mean").select("series_id", "model").unique()
    past = pl.concat([served, missing.join(champions, on=["series_id", "model"], how="semi")])
    origins: list[date] = sorted(past["cutoff"].unique())
    first = period_index(pl.Series([day + timedelta(days=1) for day in origins], dtype=pl.Date), frequency)
    ahead = (
        period_index(past["period_start"], frequency) - first[np.searchsorted(np.array(origins), past["cutoff"].to_numpy())]
        if past.height
        else np.zeros(0, dtype=np.int64)
    )
    past = past.with_columns(pl.Series("step", ahead, dtype=pl.Int64))
    tested = int(ahead.max(initial=-1)) + 1
    laid = _laid(past, ids, origins, list(range(tested)), ["mean", *names], "step")
    known = demand.with_columns(pl.Series("index", period_index(demand["period_start"], frequency), dtype=pl.Int64))
    truth = np.full(laid.shape[:3], np.nan)
    last = int(period_index(pl.Series([cutoff + timedelta(days=1)]), frequency)[0]) - 1
    for i, start in enumerate(first):
        truth[i, :, : max(0, last - start + 1)] = 0.0  # no row: nothing was asked for
        rows = known.filter(pl.col("index").is_between(start, min(start + tested - 1, last)))
        if "is_complete" in rows.columns:
            unknown = ~pl.col("is_complete").fill_null(True)
            rows = rows.with_columns(pl.when(unknown).then(None).otherwise(pl.col("quantity")).alias("quantity"))
        place = np.searchsorted(ids, rows["series_id"].to_numpy())
        inside = place < len(ids)
        inside[inside] = ids[place[inside]] == rows["series_id"].to_numpy()[inside]
        columns = rows["index"].to_numpy() - start
        truth[i, place[inside], columns[inside]] = np.maximum(rows["quantity"].cast(pl.Float64).to_numpy()[inside], 0.0)
    return SeriesForecasts(
        ids, frequency, cutoff, starts, levels, found[..., 0], found[..., 1:], origins, laid[..., 0], truth, laid[..., 1:]
    )


def _laid(
    frame: pl.DataFrame, ids: IntArray, cutoffs: list[date], steps: list[date] | list[int], measures: list[str], step: str
) -> FloatArray:
    """(cutoff, series, step, measure) of a long frame, NaN where it has no row."""
    result = np.full((len(cutoffs), len(ids), len(steps), len(measures)), np.nan)
    for axis, (column, values) in enumerate([("cutoff", cutoffs), (step, steps), ("measure", measures)]):
        frame = frame.join(
            pl.DataFrame({column: values, f"_{axis}": range(len(values))}, schema_overrides={column: frame.schema[column]}),
            on=column,
        )
    place = np.searchsorted(ids, frame["series_id"].to_numpy())
    inside = place < len(ids)
    inside[inside] = ids[place[inside]] == frame["series_id"].to_numpy()[inside]
    frame, place = frame.filter(pl.Series(inside)), place[inside]
    result[frame["_0"].to_numpy(), place, frame["_1"].to_numpy(), frame["_2"].to_numpy()] = frame["quantity"].to_numpy()
    return result


def _level_of(name: str) -> float:
    """
    >>> _level_of("p975"), _level_of("p05"), _level_of("p10")
    (0.975, 0.05, 0.1)
    """
    digits = name.removeprefix("p")
    return float(f"0.{digits}")
