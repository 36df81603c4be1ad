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
from dataclasses import replace
from pathlib import Path

import polars as pl
from forecast_develop import developed
from forecast_lead_time import lead_time_rows
from forecast_ours import Grid, our_forecasts
from forecast_rows import coverage_rows, period_rows, vn2_rows
from forecast_sets import SETS, JudgedSet, anchor_sample, load_set


def picked(judged: JudgedSet, count: int | None) -> JudgedSet:
    """The set cut to `count` random series (those the anchor meets first), for a quick look."""
    if count is None:
        return judged
    ids = anchor_sample(judged, count)
    lead = judged.lead_periods
    attributes = judged.attributes
    return replace(
        judged,
        demand=judged.demand.filter(pl.col("series_id").is_in(ids)),
        lead_periods=None if lead is None else lead.filter(pl.col("series_id").is_in(ids)),
        attributes=None if attributes is None else attributes.filter(pl.col("series_id").is_in(ids)),
    )


def main() -> None:
    """Print one table over all sets."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    default = os.environ.get("THROUGHLINE_PUBLIC_DATA", str(Path(__file__).parents[1] / ".." / "shared" / "data"))
    parser.add_argument("--data", type=Path, default=Path(default))
    parser.add_argument("--cache", type=Path)
    parser.add_argument("--sets", nargs="*", default=list(SETS))
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--series", type=int)
    parser.add_argument("--develop", action="store_true", help="earlier origins only: to choose settings")
    options = parser.parse_args()
    if not options.data.is_dir():
        raise SystemExit("The public data folder is absent: name it with --data.")
    print("| set | measure | ours | rival | ratio (95 % interval) | bar | verdict |")
    print("|---|---|---|---|---|---|---|", flush=True)
    for name in options.sets:
        judged = picked(load_set(name, options.data), options.series)
        if options.develop:
            judged = developed(judged)
        grid = Grid(judged)
        ours = our_forecasts(judged, grid, options.workers)
        if judged.kind == "lead_time":
            lines = lead_time_rows(judged, grid, ours, options.cache)
        elif name == "vn2":
            lines = vn2_rows(judged, grid, ours)
        else:
            lines = period_rows(judged, grid, ours, options.cache, options.data)
        print("\n".join(lines + coverage_rows(judged, ours)), flush=True)


if __name__ == "__main__":
    main()
