"""How does lead-time demand compare with the intermittent methods and their own past errors? Lines of the table."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import numpy as np
import numpy.typing as npt
import polars as pl
from forecast_judges import begun, interval_text, pinball_of, ratio_interval, scales
from forecast_ours import LEVELS, FloatArray, Grid, Judged
from forecast_sets import JudgedSet

__all__ = ["lead_time_rows"]

UPPER = np.array([0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.975, 0.99])
METHODS = ("sba", "tsb", "adida", "imapa", "ses", "zero")


def lead_time_rows(judged: JudgedSet, grid: Grid, ours: list[Judged], cache: Path | None) -> list[str]:
    """Pinball loss and RMSSE of lead-time demand against the intermittent methods with their empirical errors."""
    path = cache / f"{judged.name}.rates.parquet" if cache else None
    rates = pl.read_parquet(path) if path is not None and path.exists() else None
    lead = dict(cast("pl.DataFrame", judged.lead_periods).iter_rows())
    mine_q = [int(np.flatnonzero(np.isclose(LEVELS, level))[0]) for level in UPPER]
    blocks: dict[str, list[FloatArray]] = {name: [] for name in ("series", "actual", "scale", "pin", "square", "error")}
    rivals: dict[str, dict[str, list[FloatArray]]] = {name: {"pin": [], "square": [], "error": []} for name in METHODS}
    for one in ours:
        _, squared = scales(begun(np.nan_to_num(one.history)), 1)
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
        # To beat zero alone proves nothing.
        if rates is None:
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
