"""How accurate are our forecasts beside the anchor, on every judged set? Prints Markdown.

    python benchmarks/forecast_accuracy.py --data DIR [--cache DIR] [--sets m5 carparts ...] [--workers 2] [--series N]

Every figure is out of sample: the engine is called once per cutoff with all series and only what was known; whatever it picks
or calibrates it does on origins before the cutoff. The anchor's forecasts come from `forecast_anchor.py` (see there how to
make them); without them the ratios are left out. Ratios carry a paired bootstrap 95 % interval over series; a bar is met when
its upper end is. `--series N` takes N random series of each set, for a quick look.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, cast

import numpy as np
import numpy.typing as npt
import polars as pl
from forecast_judges import coverage_of, pinball_of, randomised_levels, ratio_interval, scales, segment_of
from forecast_sets import SETS, JudgedSet, anchor_sample, load_set

from forecasting import forecast

FloatArray = npt.NDArray[np.float64]
LEVELS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8)
LEVELS = (*LEVELS, 0.85, 0.9, 0.95, 0.975, 0.99, 0.995)
UPPER = np.array([0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.975, 0.99])
SEASON = {"month": 12, "quarter": 4, "year": 1, "week": 52, "day": 7}
PERIOD_DAYS = {"week": 7.0, "month": 365.25 / 12}
METHODS = ("sba", "tsb", "adida", "imapa", "ses", "zero")


@dataclass
class Judged:
    """One cutoff: rows are series; `mean` and `quantiles` are ours, per step or (lead time) per sum."""

    cutoff: date
    ids: npt.NDArray[np.int64]
    history: FloatArray
    actual: FloatArray
    mean: FloatArray
    quantiles: FloatArray


class Grid:
    """Demand as arrays: rows by series, columns by period; NaN before a series begins and where unknown."""

    def __init__(self, judged: JudgedSet) -> None:
        frame = judged.demand
        self.ids = frame["series_id"].unique().sort().to_numpy()
        self.starts = frame["period_start"].unique().sort().to_list()
        rows = np.searchsorted(self.ids, frame["series_id"].to_numpy())
        place = {day: column for column, day in enumerate(self.starts)}
        columns = np.array([place[day] for day in frame["period_start"].to_list()])
        self.values = np.full((len(self.ids), len(self.starts)), np.nan)
        self.values[rows, columns] = frame["quantity"].cast(pl.Float64).to_numpy()
        self.is_in_stock = np.ones(self.values.shape, dtype=bool)
        if "is_in_stock" in frame.columns:
            self.is_in_stock[rows, columns] = frame["is_in_stock"].to_numpy()
        self.price = np.full(self.values.shape, np.nan)
        if "price" in frame.columns:
            self.price[rows, columns] = frame["price"].to_numpy()

    def known(self, cutoff: date) -> int:
        """Number of columns known at a cutoff."""
        return sum(day <= cutoff for day in self.starts)


def our_forecasts(judged: JudgedSet, grid: Grid, workers: int) -> list[Judged]:
    """Call the engine once per cutoff."""
    mapper = None
    if workers > 1:
        from pipelines.chunks import chunk_mapper

        mapper = chunk_mapper(workers)
    found = []
    for cutoff in judged.cutoffs:
        known = judged.demand.filter(pl.col("period_start") <= cutoff)
        lead = None
        if judged.lead_periods is not None:
            days = (pl.col("periods") * PERIOD_DAYS[judged.frequency]).round().cast(pl.Int64).alias("protection_days")
            lead = judged.lead_periods.select("series_id", days, pl.col("periods").cast(pl.Float64).alias("protection_periods"))
            lead = lead.filter(pl.col("series_id").is_in(known["series_id"].unique().implode()))
        begin = time.process_time()
        result = forecast(
            known,
            frequency=cast("Any", judged.frequency),
            horizon=judged.horizon,
            cutoff=cutoff,
            lead_times=lead,
            quantile_levels=LEVELS,
            map_chunks=mapper,
            **_extra(judged),
        )
        print(f"{judged.name} {cutoff}: {time.process_time() - begin:.1f} CPU seconds here", file=sys.stderr, flush=True)
        frame = result.demand_forecasts if lead is None else result.lead_time_demand
        found.append(_laid_out(judged, grid, cutoff, frame))
    return found


def _extra(judged: JudgedSet) -> dict[str, Any]:
    """Static attributes, where this engine takes them."""
    import inspect

    takes = inspect.signature(forecast).parameters
    return {"attributes": judged.attributes} if judged.attributes is not None and "attributes" in takes else {}


def _laid_out(judged: JudgedSet, grid: Grid, cutoff: date, frame: pl.DataFrame) -> Judged:
    count = grid.known(cutoff)
    steps = judged.horizon if judged.lead_periods is None else 1
    by = ["series_id", "period_start"] if judged.lead_periods is None else ["series_id"]
    wide = frame.pivot(on="measure", index=by, values="quantity").sort(by)
    ids = wide["series_id"].unique().sort().to_numpy()
    rows = np.searchsorted(grid.ids, ids)
    mean = wide["mean"].to_numpy().reshape(len(ids), steps)
    names = ["p" + f"{level:.4f}"[2:].rstrip("0").ljust(2, "0") for level in LEVELS]
    quantiles = wide.select(names).to_numpy().reshape(len(ids), steps, len(LEVELS))
    future = np.where(grid.is_in_stock, grid.values, np.nan)[rows, count:]
    if judged.lead_periods is None:
        actual = np.full((len(ids), steps), np.nan)
        actual[:, : min(steps, future.shape[1])] = future[:, :steps]
    else:
        lead = dict(judged.lead_periods.iter_rows())
        actual = np.full((len(ids), 1), np.nan)
        for row, one in enumerate(ids):
            reach = lead[int(one)]
            if reach <= future.shape[1]:
                actual[row, 0] = future[row, :reach].sum()
    return Judged(cutoff, ids, grid.values[rows, :count], np.maximum(actual, 0.0), mean, quantiles)


def interval_text(ratio: tuple[float, float, float], bar: float) -> str:
    """0.93 (0.90-0.96) and whether the bar is met."""
    verdict = "met" if ratio[2] <= bar else ("open" if ratio[0] <= bar else "missed")
    return f"{ratio[0]:.3f} ({ratio[1]:.3f}-{ratio[2]:.3f}) | {bar:.2f} | {verdict}"


def period_rows(judged: JudgedSet, grid: Grid, ours: list[Judged], cache: Path | None) -> list[str]:
    """m5, m3, m4: scaled errors against SCUM."""
    path = cache / f"{judged.name}.scum.parquet" if cache else None
    if path is None or not path.exists():
        lines = [f"| {judged.name} | anchor not in the cache | | | | | |"]
        return lines if judged.name == "m5" else lines + _published(judged, ours[0])
    anchor = pl.read_parquet(path)
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
            absolute, squared = scales(_begun(one.history[rows]), SEASON[judged.frequency] if judged.frequency != "week" else 1)
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
            lines += _published(judged, ours[0])
    return lines


def _published(judged: JudgedSet, one: Judged) -> list[str]:
    """The published Theta beside ours, series by series (m3), or the printed scores (m4)."""
    lines = []
    season = SEASON[judged.frequency] if judged.frequency != "week" else 1
    mase = np.abs(one.mean - one.actual).mean(axis=1) / scales(_begun(one.history), season)[0]
    ours = {"mase": float(np.nanmean(mase)), "smape": float(np.nanmean(_smape(one.actual, one.mean)))}
    if judged.name.startswith("m3"):
        frame = pl.read_parquet(DATA / "m3" / "published_forecasts.parquet").filter(pl.col("method") == "THETA")
        number = {key: series for series, key in judged.keys.items()}
        frame = frame.filter(pl.col("key").is_in(list(number))).with_columns(
            pl.col("key").replace_strict(number, return_dtype=pl.Int64).alias("series_id")
        )
        guess = np.full(one.actual.shape, np.nan)
        guess[np.searchsorted(one.ids, frame["series_id"].to_numpy()), frame["h"].to_numpy() - 1] = frame["forecast"].to_numpy()
        absolute, _ = scales(_begun(one.history), SEASON[judged.frequency])
        for name, a, b in (
            ("MASE", np.abs(one.mean - one.actual).mean(axis=1) / absolute, np.abs(guess - one.actual).mean(axis=1) / absolute),
            ("sMAPE", _smape(one.actual, one.mean), _smape(one.actual, guess)),
        ):
            text = interval_text(ratio_interval(a, b), 1.0)
            lines.append(f"| {judged.name} | {name} | {np.nanmean(a):.4f} | Theta {np.nanmean(b):.4f} | {text} |")
    else:
        scores = pl.read_parquet(DATA / "m4" / "published_scores.parquet").filter(pl.col("frequency") == "Weekly")
        for method, label in (("237", "published SCUM"), ("Theta", "published Theta")):
            for metric, key in (("MASE", "mase"), ("sMAPE", "smape")):
                value = scores.filter((pl.col("method") == method) & (pl.col("metric") == metric))["value"][0]
                verdict = "met" if ours[key] <= value else "missed"
                text = f"{ours[key] / value:.3f} | 1.00 | {verdict}"
                lines.append(f"| {judged.name} | {metric} | {ours[key]:.4f} | {label} {value:.4f} | {text} |")
    return lines


def lead_time_rows(judged: JudgedSet, grid: Grid, ours: list[Judged], cache: Path | None) -> list[str]:
    """Pinball loss and RMSSE of lead-time demand against the intermittent methods with their empirical errors."""
    path = cache / f"{judged.name}.rates.parquet" if cache else None
    rates = pl.read_parquet(path) if path is not None and path.exists() else None
    lead = dict(cast("pl.DataFrame", judged.lead_periods).iter_rows())
    mine_q = [int(np.flatnonzero(np.isclose(LEVELS, level))[0]) for level in UPPER]
    blocks: dict[str, list[FloatArray]] = {name: [] for name in ("series", "actual", "scale", "pin", "square", "error")}
    rivals: dict[str, dict[str, list[FloatArray]]] = {name: {"pin": [], "square": [], "error": []} for name in METHODS}
    for one in ours:
        _, squared = scales(_begun(np.nan_to_num(one.history)), 1)
        judged_rows = np.flatnonzero(np.isfinite(one.actual[:, 0]) & np.isfinite(squared))
        actual = one.actual[judged_rows, 0]
        periods = np.array([lead[int(series)] for series in one.ids[judged_rows]])
        scale = squared[judged_rows] * periods
        for name, value in (
            ("series", one.ids[judged_rows].astype(float)),
            ("actual", actual),
            ("scale", scale),
            ("pin", pinball_of(actual, one.quantiles[judged_rows, 0][:, mine_q], UPPER)),
            ("square", (one.mean[judged_rows, 0] - actual) ** 2 / scale),
            ("error", one.mean[judged_rows, 0] - actual),
        ):
            blocks[name].append(value)
        guesses = _rivals(grid, one, judged_rows, periods, rates)
        for name, (mean, quantiles) in guesses.items():
            rivals[name]["pin"].append(pinball_of(actual, quantiles, UPPER))
            rivals[name]["square"].append((mean - actual) ** 2 / scale)
            rivals[name]["error"].append(mean - actual)
    flat = {name: np.concatenate(parts) for name, parts in blocks.items()}
    total = flat["actual"].sum()
    lines = []
    _, group = np.unique(flat["series"], return_inverse=True)

    def by_series(values: FloatArray) -> FloatArray:
        return np.bincount(group, weights=values)

    for measure, root, label in (
        ("pin", False, "pinball 0.5-0.99 of lead-time demand"),
        ("scaled", False, "the same, scaled per series"),
        ("square", True, "RMSSE (pooled)"),
    ):

        def losses(block: dict[str, FloatArray], measure: str = measure) -> FloatArray:
            return block["pin"] / np.sqrt(flat["scale"]) if measure == "scaled" else block[measure]

        own = losses(flat)
        table = {}
        for name, parts in rivals.items():
            if parts["pin"]:
                table[name] = losses({key: np.concatenate(value) for key, value in parts.items()})
        if not table:
            lines.append(f"| {judged.name} | {label} | {_shown(own, root):.4f} | anchor not in the cache | | 0.95 | |")
            continue
        best = min(table, key=lambda name: float(table[name].sum()))
        ratio = ratio_interval(by_series(own), by_series(table[best]), root=root)
        every = ", ".join(f"{name} {_shown(value, root):.4f}" for name, value in table.items())
        lines.append(
            f"| {judged.name} | {label} | {_shown(own, root):.4f} | best: {best} ({every}) | {interval_text(ratio, 0.95)} |"
        )
    share = 100.0 * flat["error"].sum() / total
    verdict = "met" if abs(share) < 5 else "missed"
    lines.append(f"| {judged.name} | bias of lead-time demand | {share:+.1f} % | | | 5 % | {verdict} |")
    return lines


def _shown(values: FloatArray, root: bool) -> float:
    return float(np.sqrt(values.mean()) if root else values.mean())


def _rivals(
    grid: Grid, one: Judged, rows: npt.NDArray[np.int64], periods: npt.NDArray[np.int64], rates: pl.DataFrame | None
) -> dict[str, tuple[FloatArray, FloatArray]]:
    """Mean and upper quantiles of lead-time demand of each rival: rate x periods + quantiles of its own past errors over as
    many periods."""
    count = grid.known(one.cutoff)
    history = np.nan_to_num(one.history)
    total = np.concatenate([np.zeros((len(history), 1)), np.cumsum(history, axis=1)], axis=1)
    zero = np.zeros(len(rows))
    answers = {"zero": (zero, np.zeros((len(rows), len(UPPER))))}
    if rates is None:
        return answers
    rates = rates.filter(pl.col("series_id").is_in(grid.ids.tolist()))
    for method in METHODS[:-1]:
        frame = rates.filter((pl.col("method") == method) & (pl.col("known") <= count))
        first = int(frame["known"].min())
        table = np.full((len(grid.ids), count + 1), np.nan)
        table[np.searchsorted(grid.ids, frame["series_id"].to_numpy()), frame["known"].to_numpy()] = frame["rate"].to_numpy()
        table = table[np.searchsorted(grid.ids, one.ids)]
        mean, quantiles = np.zeros(len(rows)), np.zeros((len(rows), len(UPPER)))
        for place, row in enumerate(rows):
            reach = periods[place]
            mean[place] = np.nan_to_num(table[row, count]) * reach
            origins = np.arange(first, count - reach + 1)
            error = total[row, origins + reach] - total[row, origins] - table[row, origins] * reach
            error = error[np.isfinite(error)]
            # Too few past sums for a tail: then the Poisson spread that the rate implies.
            tail = np.quantile(error, UPPER) if error.size >= 4 else np.zeros(len(UPPER))
            quantiles[place] = np.maximum(mean[place] + tail, 0.0)
        answers[method] = (mean, quantiles)
    return answers


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


def _begun(values: FloatArray) -> FloatArray:
    """NaN before the first demand."""
    return np.where(np.cumsum(np.nan_to_num(values) > 0, axis=1) > 0, values, np.nan)


def _smape(actual: FloatArray, guess: FloatArray) -> FloatArray:
    size = np.abs(actual) + np.abs(guess)
    return np.asarray(np.where(size > 0, 200.0 * np.abs(guess - actual) / np.where(size > 0, size, 1.0), 0.0).mean(axis=1))


def picked(judged: JudgedSet, count: int | None) -> JudgedSet:
    """The set cut to `count` random series (those the anchor meets first), for a quick look."""
    if count is None:
        return judged
    from dataclasses import replace

    ids = anchor_sample(judged, count)
    lead = judged.lead_periods
    attributes = judged.attributes
    return replace(
        judged,
        demand=judged.demand.filter(pl.col("series_id").is_in(ids)),
        lead_periods=None if lead is None else lead.filter(pl.col("series_id").is_in(ids)),
        attributes=None if attributes is None else attributes.filter(pl.col("series_id").is_in(ids)),
    )


DATA = Path()


def main() -> None:
    """Print one table over all sets."""
    global DATA
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    default = os.environ.get("THROUGHLINE_PUBLIC_DATA", str(Path(__file__).parents[1] / ".." / "shared" / "data"))
    parser.add_argument("--data", type=Path, default=Path(default))
    parser.add_argument("--cache", type=Path)
    parser.add_argument("--sets", nargs="*", default=list(SETS))
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--series", type=int)
    options = parser.parse_args()
    DATA = options.data
    if not DATA.is_dir():
        raise SystemExit("The public data folder is absent: name it with --data.")
    print("| set | measure | ours | rival | ratio (95 % interval) | bar | verdict |")
    print("|---|---|---|---|---|---|---|", flush=True)
    for name in options.sets:
        judged = picked(load_set(name, DATA), options.series)
        grid = Grid(judged)
        ours = our_forecasts(judged, grid, options.workers)
        if judged.kind == "lead_time":
            lines = lead_time_rows(judged, grid, ours, options.cache)
        elif name == "vn2":
            lines = vn2_rows(judged, grid, ours)
        else:
            lines = period_rows(judged, grid, ours, options.cache)
        print("\n".join(lines + coverage_rows(judged, ours)), flush=True)


if __name__ == "__main__":
    main()
