"""Does a switch of the engine help? The same series and cutoffs with and without it. Prints Markdown.

    python benchmarks/forecast_pairs.py marks [--data DIR] [--sets m5 carparts vn2 m3_quarterly] [--series 1000] [--workers 2]

Ratios are with / without, over random series, all cutoffs of the set, with the paired bootstrap 95 % interval over series:
below 1 the switch helps.
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import Any, cast

import numpy as np
import polars as pl
from forecast_accuracy import picked
from forecast_judges import pinball_of, ratio_interval, scales
from forecast_ours import Grid
from forecast_sets import SETS, JudgedSet, load_set

from forecasting import forecast

LEVELS = (0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99)
SWITCHES: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "marks": ({"is_cleaned": True}, {"is_cleaned": False}),
    "fading": ({"is_fading": True}, {"is_fading": False}),
}


def losses(judged: JudgedSet, grid: Grid, options: dict[str, Any], mapper: Any) -> dict[str, np.ndarray]:
    """Per series, summed over cutoffs: scaled absolute and squared error, pinball, and forecast and truth."""
    found = {name: np.zeros(len(grid.ids)) for name in ("absolute", "squared", "pinball", "forecast", "actual")}
    for cutoff in judged.cutoffs:
        known = judged.demand.filter(pl.col("period_start") <= cutoff)
        frame = forecast(
            known,
            frequency=cast("Any", judged.frequency),
            horizon=judged.horizon,
            cutoff=cutoff,
            quantile_levels=LEVELS,
            attributes=judged.attributes,
            map_chunks=mapper,
            **options,
        ).demand_forecasts
        wide = frame.pivot(on="measure", index=["series_id", "period_start"], values="quantity").sort("series_id", "period_start")
        ids = wide["series_id"].unique().sort().to_numpy()
        rows = np.searchsorted(grid.ids, ids)
        count = grid.known(cutoff)
        steps = min(judged.horizon, grid.values.shape[1] - count)
        mean = wide["mean"].to_numpy().reshape(len(ids), judged.horizon)[:, :steps]
        names = ["p" + f"{level:.4f}"[2:].rstrip("0").ljust(2, "0") for level in LEVELS]
        quantiles = wide.select(names).to_numpy().reshape(len(ids), judged.horizon, len(LEVELS))[:, :steps]
        actual = np.where(grid.is_in_stock, grid.values, np.nan)[rows, count : count + steps]
        _, squared = scales(grid.values[rows, :count], 1)
        scale = np.sqrt(squared)[:, None]
        error = np.nan_to_num((mean - actual) / scale)
        pin = pinball_of(np.nan_to_num(actual), quantiles, np.array(LEVELS))
        found["absolute"][rows] += np.abs(error).sum(axis=1)
        found["squared"][rows] += (error**2).sum(axis=1)
        found["pinball"][rows] += np.nan_to_num(np.where(np.isfinite(actual), pin, 0.0) / scale).sum(axis=1)
        found["forecast"][rows] += np.where(np.isfinite(actual), mean, 0.0).sum(axis=1)
        found["actual"][rows] += np.nan_to_num(actual).sum(axis=1)
    return found


def main() -> None:
    """Print one table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    default = os.environ.get("THROUGHLINE_PUBLIC_DATA", str(Path(__file__).parents[1] / ".." / "shared" / "data"))
    parser.add_argument("switch", choices=list(SWITCHES))
    parser.add_argument("--data", type=Path, default=Path(default))
    parser.add_argument("--sets", nargs="*", default=["m5", "carparts", "vn2", "m3_quarterly"], choices=list(SETS))
    parser.add_argument("--series", type=int, default=1000)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--boosted", action="store_true")
    arguments = parser.parse_args()
    mapper = None
    if arguments.workers > 1:
        from pipelines.chunks import chunk_mapper

        mapper = chunk_mapper(arguments.workers)
    print("| set | series | absolute error | squared error | pinball | bias with | bias without |")
    print("|---|---|---|---|---|---|---|", flush=True)
    for name in arguments.sets:
        judged = picked(load_set(name, arguments.data), arguments.series)
        grid = Grid(judged)
        with_it, without = (
            losses(judged, grid, {**options, "is_boosted": arguments.boosted}, mapper) for options in SWITCHES[arguments.switch]
        )
        cells = []
        for measure, root in (("absolute", False), ("squared", True), ("pinball", False)):
            ratio, low, high = ratio_interval(with_it[measure], without[measure], root=root)
            cells.append(f"{ratio:.4f} ({low:.4f}-{high:.4f})")
        biases = [f"{100 * (one['forecast'].sum() / one['actual'].sum() - 1):+.1f} %" for one in (with_it, without)]
        print(f"| {name} | {len(grid.ids)} | {' | '.join(cells)} | {' | '.join(biases)} |", flush=True)


if __name__ == "__main__":
    main()
