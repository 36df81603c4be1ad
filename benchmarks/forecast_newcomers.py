"""Does borrowing help series whose past is short? Every fifth series of a set is cut to its last few periods. Prints Markdown.

    python benchmarks/forecast_newcomers.py [--data DIR] [--sets m5 vn2] [--series 1500]

The cut series are forecast with all others as possible donors, with and without borrowing, at every cutoff of the set; losses are
scaled by the series' whole past. Ratios with / without carry the paired bootstrap 95 % interval: below 1 borrowing helps.
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
from forecast_sets import JudgedSet, load_set

from forecasting import forecast
from forecasting.choosing import backtest

LEVELS = (0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99)
KEPT = (1, 2, 3, 4, 6)


def cut_demand(judged: JudgedSet, grid: Grid, cutoff: Any) -> tuple[pl.DataFrame, dict[int, int]]:
    """Demand known at the cutoff, every fifth series cut to its last 1 to 6 periods; and which are cut to how many."""
    count = grid.known(cutoff)
    cut = {int(series): KEPT[number % len(KEPT)] for number, series in enumerate(grid.ids[::5])}
    firsts = pl.DataFrame(
        {"series_id": list(cut), "first": [grid.starts[count - kept] for kept in cut.values()]},
        schema_overrides={"series_id": pl.Int64},
    )
    known = judged.demand.filter(pl.col("period_start") <= cutoff).join(firsts, on="series_id", how="left")
    return known.filter(pl.col("first").is_null() | (pl.col("period_start") >= pl.col("first"))).drop("first"), cut


def losses(judged: JudgedSet, grid: Grid, is_boosted: bool) -> pl.DataFrame:
    """Per cut series and cutoff: periods kept, scaled absolute error, squared error and pinball."""
    rows: list[tuple[float, ...]] = []
    for cutoff in judged.cutoffs:
        demand, cut = cut_demand(judged, grid, cutoff)
        frame = forecast(
            demand,
            frequency=cast("Any", judged.frequency),
            horizon=judged.horizon,
            cutoff=cutoff,
            quantile_levels=LEVELS,
            attributes=judged.attributes,
            is_boosted=is_boosted,
        ).demand_forecasts.filter(pl.col("series_id").is_in(list(cut)))
        wide = frame.pivot(on="measure", index=["series_id", "period_start"], values="quantity").sort("series_id", "period_start")
        count = grid.known(cutoff)
        names = ["p" + f"{level:.4f}"[2:].rstrip("0").ljust(2, "0") for level in LEVELS]
        for (series,), part in wide.group_by("series_id", maintain_order=True):
            row = int(np.searchsorted(grid.ids, cast("int", series)))
            actual = np.where(grid.is_in_stock, grid.values, np.nan)[row, count : count + judged.horizon]
            seen = np.isfinite(actual)
            _, squared = scales(grid.values[row : row + 1, :count], 1)
            if not np.isfinite(squared[0]) or squared[0] <= 0 or not seen.any():
                continue
            mean, quantiles = part["mean"].to_numpy()[: len(actual)][seen], part.select(names).to_numpy()[: len(actual)][seen]
            scale = float(np.sqrt(squared[0]))
            error = (mean - actual[seen]) / scale
            pin = pinball_of(actual[seen][None], quantiles[None], np.array(LEVELS)).sum() / scale
            rows.append(
                (
                    row,
                    cut[int(cast("int", series))],
                    np.abs(error).sum(),
                    (error**2).sum(),
                    float(pin),
                    mean.sum(),
                    actual[seen].sum(),
                )
            )
    return pl.DataFrame(rows, schema=["series", "kept", "absolute", "squared", "pinball", "forecast", "actual"], orient="row")


def main() -> None:
    """Print one table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    default = os.environ.get("THROUGHLINE_PUBLIC_DATA", str(Path(__file__).parents[1] / ".." / "shared" / "data"))
    parser.add_argument("--data", type=Path, default=Path(default))
    parser.add_argument("--sets", nargs="*", default=["m5", "vn2"])
    parser.add_argument("--series", type=int, default=1500)
    parser.add_argument("--boosted", action="store_true")
    arguments = parser.parse_args()
    print("| set | own periods | forecasts | absolute error | squared error | pinball | bias with | bias without |")
    print("|---|---|---|---|---|---|---|---|", flush=True)
    borrows = backtest._borrowed
    for name in arguments.sets:
        judged = picked(load_set(name, arguments.data), arguments.series)
        grid = Grid(judged)
        with_it = losses(judged, grid, arguments.boosted)
        backtest._borrowed = lambda *_: None
        without = losses(judged, grid, arguments.boosted)
        backtest._borrowed = borrows
        for kept in (*KEPT, None):
            a, b = (frame if kept is None else frame.filter(pl.col("kept") == kept) for frame in (with_it, without))
            cells = []
            for measure, root in (("absolute", False), ("squared", True), ("pinball", False)):
                ratio, low, high = ratio_interval(a[measure].to_numpy(), b[measure].to_numpy(), root=root)
                cells.append(f"{ratio:.3f} ({low:.3f}-{high:.3f})")
            bias = [f"{100 * (one['forecast'].sum() / one['actual'].sum() - 1):+.0f} %" for one in (a, b)]
            print(f"| {name} | {kept or 'all'} | {a.height} | {' | '.join(cells)} | {' | '.join(bias)} |", flush=True)


if __name__ == "__main__":
    main()
