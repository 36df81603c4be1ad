"""How do forecasts by period compare with SCUM, the published methods and the challenge's own benchmark? Lines of the table."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
from forecast_judges import begun, coverage_of, interval_text, randomised_levels, ratio_interval, scales, segment_of
from forecast_ours import LEVELS, FloatArray, Grid, Judged
from forecast_sets import JudgedSet

__all__ = ["coverage_rows", "period_rows", "vn2_rows"]

SEASON = {"month": 12, "quarter": 4, "year": 1, "week": 52, "day": 7}


def period_rows(judged: JudgedSet, grid: Grid, ours: list[Judged], cache: Path | None, data: Path) -> list[str]:
    """m5, m3, m4: scaled errors against SCUM."""
    path = cache / f"{judged.name}.scum.parquet" if cache else None
    if path is None or not path.exists():
        lines = [f"| {judged.name} | anchor not in the cache | | | | | |"]
        return lines if judged.name == "m5" else lines + _published(judged, ours[0], data)
    anchor = pl.read_parquet(path)
    if anchor.filter(pl.col("cutoff").is_in([one.cutoff for one in ours])).is_empty():
        return _alone(judged, ours)
    lines = []
    horizons = (3, 6) if judged.name == "m5" else (judged.horizon,)
    for horizon in horizons:
        losses: dict[str, dict[int, list[tuple[float, float, float]]]] = {"rmsse": {}, "mase": {}, "smape": {}}
        for one in ours:
            theirs = anchor.filter((pl.col("cutoff") == one.cutoff) & (pl.col("step") <= horizon)).sort("series_id", "step")
            ids = theirs["series_id"].unique().sort().to_numpy()
            ids = ids[np.isin(ids, one.ids)]
            theirs = theirs.filter(pl.col("series_id").is_in(ids.tolist()))
            guess = theirs["quantity"].to_numpy().reshape(len(ids), horizon)
            rows = np.searchsorted(one.ids, ids)
            absolute, squared = scales(begun(one.history[rows]), SEASON[judged.frequency] if judged.frequency != "week" else 1)
            actual, mine = one.actual[rows, :horizon], one.mean[rows, :horizon]
            weight = np.ones(len(ids))
            if judged.name == "m5":
                known = grid.known(one.cutoff)
                where = np.searchsorted(grid.ids, ids)
                value = np.nan_to_num(grid.values[where, known - 3 : known] * grid.price[where, known - 3 : known])
                weight = value.sum(axis=1)
            pairs = {
                "rmsse": [np.sqrt(((guess_ - actual) ** 2).mean(axis=1) / squared) for guess_ in (mine, guess)],
                "mase": [np.abs(guess_ - actual).mean(axis=1) / absolute for guess_ in (mine, guess)],
                "smape": [_smape(actual, guess_) for guess_ in (mine, guess)],
            }
            for measure, (a, b) in pairs.items():
                w = weight if measure == "rmsse" else np.ones(len(ids))
                for row, series in enumerate(ids):
                    if np.isfinite(a[row]) and np.isfinite(b[row]):
                        losses[measure].setdefault(int(series), []).append((w[row] * a[row], w[row] * b[row], w[row]))
        label = f"{judged.name} h={horizon}"
        bar = 0.95 if judged.name == "m5" else 1.0
        for measure in ("rmsse", "mase") if judged.name == "m5" else ("mase", "smape"):
            # One row per series: its origins stay together when series are resampled.
            table = np.array([np.sum(parts, axis=0) for parts in losses[measure].values()])
            a, b, w = table.T
            ratio = ratio_interval(a, b)
            name = "dollar-weighted RMSSE" if measure == "rmsse" else ("MASE" if measure == "mase" else "sMAPE")
            lines.append(
                f"| {label} | {name} | {a.sum() / w.sum():.4f} | SCUM {b.sum() / w.sum():.4f} | {interval_text(ratio, bar)} |"
            )
        if judged.name != "m5":
            lines += _published(judged, ours[0], data)
    return lines


def _alone(judged: JudgedSet, ours: list[Judged]) -> list[str]:
    """Our own scores where the anchor was not run: on the origins that settings are chosen on."""
    season = SEASON[judged.frequency] if judged.frequency != "week" else 1
    parts: dict[str, list[FloatArray]] = {"RMSSE": [], "MASE": [], "sMAPE": []}
    for one in ours:
        absolute, squared = scales(begun(one.history), season)
        parts["RMSSE"].append(np.sqrt(((one.mean - one.actual) ** 2).mean(axis=1) / squared))
        parts["MASE"].append(np.abs(one.mean - one.actual).mean(axis=1) / absolute)
        parts["sMAPE"].append(_smape(one.actual, one.mean))
    return [
        f"| {judged.name} | {name} | {np.nanmean(np.concatenate(values)):.4f} | no anchor at these origins | | | |"
        for name, values in parts.items()
    ]


def _published(judged: JudgedSet, one: Judged, data: Path) -> list[str]:
    """The published Theta beside ours, series by series (m3), or the printed scores (m4)."""
    lines = []
    season = SEASON[judged.frequency] if judged.frequency != "week" else 1
    mase = np.abs(one.mean - one.actual).mean(axis=1) / scales(begun(one.history), season)[0]
    ours = {"mase": float(np.nanmean(mase)), "smape": float(np.nanmean(_smape(one.actual, one.mean)))}
    if judged.name.startswith("m3"):
        frame = pl.read_parquet(data / "m3" / "published_forecasts.parquet").filter(pl.col("method") == "THETA")
        # A quick look takes some of the series only.
        present = set(one.ids.tolist())
        number = {key: series for series, key in judged.keys.items() if series in present}
        frame = frame.filter(pl.col("key").is_in(list(number))).with_columns(
            pl.col("key").replace_strict(number, return_dtype=pl.Int64).alias("series_id")
        )
        guess = np.full(one.actual.shape, np.nan)
        guess[np.searchsorted(one.ids, frame["series_id"].to_numpy()), frame["h"].to_numpy() - 1] = frame["forecast"].to_numpy()
        absolute, _ = scales(begun(one.history), SEASON[judged.frequency])
        for name, a, b in (
            ("MASE", np.abs(one.mean - one.actual).mean(axis=1) / absolute, np.abs(guess - one.actual).mean(axis=1) / absolute),
            ("sMAPE", _smape(one.actual, one.mean), _smape(one.actual, guess)),
        ):
            text = interval_text(ratio_interval(a, b), 1.0)
            lines.append(f"| {judged.name} | {name} | {np.nanmean(a):.4f} | Theta {np.nanmean(b):.4f} | {text} |")
    else:
        scores = pl.read_parquet(data / "m4" / "published_scores.parquet").filter(pl.col("frequency") == "Weekly")
        for method, label in (("237", "published SCUM"), ("Theta", "published Theta")):
            for metric, key in (("MASE", "mase"), ("sMAPE", "smape")):
                value = scores.filter((pl.col("method") == method) & (pl.col("metric") == metric))["value"][0]
                verdict = "met" if ours[key] <= value else "missed"
                text = f"{ours[key] / value:.3f} | 1.00 | {verdict}"
                lines.append(f"| {judged.name} | {metric} | {ours[key]:.4f} | {label} {value:.4f} | {text} |")
    return lines


def vn2_rows(judged: JudgedSet, grid: Grid, ours: list[Judged]) -> list[str]:
    """WAPE against the 13-week seasonal moving average, in-stock weeks only."""
    middle = LEVELS.index(0.5)
    error, middle_error, rival, size, series, signed = [], [], [], [], [], []
    for one in ours:
        rows = np.searchsorted(grid.ids, one.ids)
        count = grid.known(one.cutoff)
        guess = seasonal_moving_average(grid.values[rows, :count], grid.starts, count, judged.horizon)
        known = np.isfinite(one.actual)
        for store, value in (
            (error, np.abs(one.mean - one.actual)),
            (middle_error, np.abs(one.quantiles[:, :, middle] - one.actual)),
            (rival, np.abs(guess - one.actual)),
            (size, one.actual),
            (signed, one.mean - one.actual),
        ):
            store.append(np.where(known, value, 0.0).sum(axis=1))
        series.append(one.ids)
    _, group = np.unique(np.concatenate(series), return_inverse=True)
    sums = [np.bincount(group, weights=np.concatenate(part)) for part in (error, middle_error, rival, size, signed)]
    total = sums[3].sum()
    lines = []
    for label, mine in (("WAPE, 3 weeks, of the mean", sums[0]), ("WAPE, 3 weeks, of the median", sums[1])):
        text = interval_text(ratio_interval(mine, sums[2]), 0.92)
        lines.append(
            f"| vn2 | {label} | {mine.sum() / total:.4f} | seasonal moving average {sums[2].sum() / total:.4f} | {text} |"
        )
    lines.append(f"| vn2 | bias | {100 * sums[4].sum() / total:+.1f} % | | | | |")
    return lines


def seasonal_moving_average(values: FloatArray, starts: list[date], count: int, horizon: int) -> FloatArray:
    """The challenge's benchmark: mean of 13 weeks of deseasonalised sales times the week's index over all series."""
    weeks = np.array([min(day.isocalendar()[1], 52) - 1 for day in starts[:count]])
    total = np.nansum(values, axis=0)
    index = np.array([total[weeks == week].mean() if (weeks == week).any() else np.nan for week in range(52)])
    index = np.nan_to_num(index / np.nanmean(index), nan=1.0)
    plain = np.nan_to_num(values) / index[weeks][None, :]
    level = plain[:, -13:].mean(axis=1)
    last = starts[count - 1]
    ahead = [min(date.fromordinal(last.toordinal() + 7 * step).isocalendar()[1], 52) - 1 for step in range(1, horizon + 1)]
    return np.asarray(level[:, None] * index[ahead][None, :])


def coverage_rows(judged: JudgedSet, ours: list[Judged]) -> list[str]:
    """Coverage of the 80 % and 95 % intervals overall and by demand pattern."""
    pit = [randomised_levels(one.actual, one.quantiles, np.array(LEVELS), judged.is_count) for one in ours]
    segments = [np.repeat(segment_of(one.history)[:, None], part.shape[1], axis=1) for one, part in zip(ours, pit, strict=True)]
    flat, names = np.concatenate([part.reshape(-1) for part in pit]), np.concatenate([part.reshape(-1) for part in segments])
    names = names[np.isfinite(flat)]
    flat = flat[np.isfinite(flat)]
    lines = []
    for share in (0.8, 0.95):
        overall = coverage_of(flat, share)
        parts = {str(name): (coverage_of(flat[names == name], share), int((names == name).sum())) for name in np.unique(names)}
        # A segment with a handful of forecasts proves nothing either way.
        is_met = abs(overall - 100 * share) <= 3 and all(abs(v - 100 * share) <= 5 for v, n in parts.values() if n >= 200)
        text = ", ".join(f"{name} {value:.1f} ({count})" for name, (value, count) in parts.items())
        verdict = "met" if is_met else "missed"
        lines.append(f"| {judged.name} | coverage of {share:.0%} | {overall:.1f} % | {text} | | 3 / 5 points | {verdict} |")
    return lines


def _smape(actual: FloatArray, guess: FloatArray) -> FloatArray:
    size = np.abs(actual) + np.abs(guess)
    return np.asarray(np.where(size > 0, 200.0 * np.abs(guess - actual) / np.where(size > 0, size, 1.0), 0.0).mean(axis=1))
