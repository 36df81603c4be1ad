"""Do forecasts that add up also hit better, level by level, and do their intervals hold? m5 by month, every item in every store.

    python benchmarks/forecast_coherence.py --data DIR [--series N] [--boosted] [--out FILE]

At each of the last cutoffs a quarter apart: all series forecast six months ahead; groups as sums of their series (bottom-up), as
the engine forecasts the group's own history (direct), and as `reconcile` serves them. Amounts at the last price known at the
cutoff. WAPE over all groups and months of a level; RMSSE per group (scale: squared first differences of its history), then
the mean over groups; ratios with paired bootstrap intervals over groups and cutoffs; coverage of 80 % and 95 % intervals.
"""

from __future__ import annotations

import argparse
import resource
import sys
import time
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl

sys.path.insert(0, str(Path(__file__).parent))

from forecast_judges import ratio_interval
from forecast_sets import load_set

from forecasting import Coherent, fit, reconcile
from forecasting.groups.inputs import from_fitted

LEVELS = {
    "item": ("item",),
    "department x store": ("category", "warehouse"),
    "department": ("category",),
    "store": ("warehouse",),
    "state": ("state",),
    "company": (),
}
QUANTILES = (0.025, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.975, 0.99)
HORIZON = 6


def main() -> None:
    """Forecast at every cutoff, judge by level, print the tables."""
    arguments = _arguments()
    judged = load_set("m5", arguments.data)
    demand = judged.demand
    if arguments.series:
        chosen = demand["series_id"].unique().sort().sample(arguments.series, seed=1)
        demand = demand.filter(pl.col("series_id").is_in(chosen.implode()))
    assert judged.attributes is not None
    parts, notes = [], []
    for cutoff in judged.cutoffs:
        attributes = _attributes(demand, judged.attributes, cutoff)
        demand_then = demand.filter(pl.col("series_id").is_in(attributes["series_id"].implode()))
        fitted = fit(demand_then, frequency="month", horizon=HORIZON, cutoff=cutoff, is_boosted=arguments.boosted)
        series = from_fitted(fitted, QUANTILES)
        del fitted
        direct = tuple(name for name in LEVELS if name != "item")
        started = time.perf_counter()
        served = reconcile(series, demand_then, attributes, levels=LEVELS, direct_levels=direct)
        seconds = time.perf_counter() - started
        summed = reconcile(series, demand_then, attributes, levels=LEVELS, direct_levels=direct, method="bottom_up", count=20)
        notes.append(f"{cutoff}: {served.choice.method}, {len(series.series_ids):,} series in {seconds:.0f} s")
        parts.append(_judged(served, summed, demand_then, attributes, cutoff))
        print(notes[-1], file=sys.stderr, flush=True)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    text = "\n".join([*_tables(pl.concat(parts)), "", *notes, f"largest process {peak:.1f} GB"])
    print(text)
    if arguments.out:
        arguments.out.write_text(text + "\n", encoding="utf-8")


def _attributes(demand: pl.DataFrame, told: pl.DataFrame, cutoff: date) -> pl.DataFrame:
    """Groups and the price last known at the cutoff of every series on sale by then."""
    known = demand.filter(pl.col("period_start") <= cutoff).sort("series_id", "period_start")
    price = known.group_by("series_id", maintain_order=True).agg(pl.col("price").drop_nulls().last().alias("unit_price"))
    names = {"item_id": "item", "dept_id": "category", "store_id": "warehouse", "state_id": "state"}
    return told.join(price, on="series_id", how="inner").rename(names).sort("series_id")


def _judged(served: Coherent, summed: Coherent, demand: pl.DataFrame, attributes: pl.DataFrame, cutoff: date) -> pl.DataFrame:
    """Level x group x month: truth, the three forecasts, interval edges, and the group's scale."""
    valued = demand.join(attributes, on="series_id").with_columns((pl.col("quantity") * pl.col("unit_price")).alias("amount"))
    parts = []
    for level, columns in LEVELS.items():
        key = pl.concat_str([pl.col(name) for name in columns], separator="|") if columns else pl.lit("")
        totals = (
            valued.with_columns(key.alias("group_key"))
            .group_by("group_key", "period_start")
            .agg(pl.col("amount").sum().alias("truth"))
            .sort("group_key", "period_start")
        )
        moves = totals.filter(pl.col("period_start") <= cutoff).with_columns(
            (pl.col("truth").diff().over("group_key") ** 2).alias("move")
        )
        scale = moves.group_by("group_key").agg(pl.col("move").mean().alias("scale"))
        chosen = (pl.col("level") == level) & (pl.col("unit") == "amount")
        wide = served.groups.filter(chosen).pivot(on="measure", index=["group_key", "period_start"], values="quantity")
        plain = summed.groups.filter(chosen & (pl.col("measure") == "mean")).select(
            "group_key", "period_start", pl.col("quantity").alias("bottom_up")
        )
        alone = served.direct.filter(pl.col("level") == level).select(
            "group_key", "period_start", pl.col("amount").alias("direct")
        )
        keys = ["group_key", "period_start"]
        parts.append(
            totals.join(wide.rename({"mean": "reconciled"}), on=keys)
            .join(plain, on=keys)
            .join(alone, on=keys, how="left")
            .join(scale, on="group_key")
            .select(*keys, "truth", "reconciled", "bottom_up", "direct", "p025", "p10", "p90", "p975", "scale")
            .with_columns(pl.lit(level).alias("level"), pl.lit(cutoff).alias("cutoff"))
        )
    return pl.concat(parts)


def _tables(rows: pl.DataFrame) -> list[str]:
    lines = [
        "| level | groups | WAPE bottom-up | direct | reconciled | reconciled / bottom-up "
        "| RMSSE bottom-up | direct | reconciled | reconciled / bottom-up | 80 % holds | 95 % holds |",
        "|---|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    for level in LEVELS:
        mine = rows.filter(pl.col("level") == level)
        names = ("bottom_up", "direct", "reconciled")
        losses = mine.group_by("group_key", "cutoff", maintain_order=True).agg(
            pl.col("truth").sum(),
            *((pl.col(name) - pl.col("truth")).abs().sum().alias(f"{name}_absolute") for name in names),
            *(((pl.col(name) - pl.col("truth")) ** 2 / pl.col("scale")).mean().alias(f"{name}_square") for name in names),
        )
        has_direct = mine["direct"].null_count() < mine.height
        total = losses["truth"].sum()
        wape = {name: losses[f"{name}_absolute"].sum() / total for name in names}
        finite = losses.filter(pl.all_horizontal(pl.col(f"{name}_square").is_finite() for name in ("bottom_up", "reconciled")))
        rmsse = {name: float(np.sqrt(finite[f"{name}_square"].to_numpy().astype(float)).mean()) for name in names}
        absolute = [losses[f"{name}_absolute"].to_numpy() for name in ("reconciled", "bottom_up")]
        root = [np.sqrt(finite[f"{name}_square"].to_numpy()) for name in ("reconciled", "bottom_up")]
        held = [
            float(((mine["truth"] >= mine[low]) & (mine["truth"] <= mine[high])).mean()) * 100  # type: ignore[operator, arg-type]
            for low, high in (("p10", "p90"), ("p025", "p975"))
        ]
        alone = [f"{wape['direct']:.4f}", f"{rmsse['direct']:.3f}"] if has_direct else ["", ""]
        lines.append(
            f"| {level} | {mine['group_key'].n_unique():,} | {wape['bottom_up']:.4f} | {alone[0]} | {wape['reconciled']:.4f} | "
            f"{_interval(ratio_interval(*absolute))} | {rmsse['bottom_up']:.3f} | {alone[1]} | {rmsse['reconciled']:.3f} | "
            f"{_interval(ratio_interval(*root))} | {held[0]:.1f} % | {held[1]:.1f} % |"
        )
    return lines


def _interval(ratio: tuple[float, float, float]) -> str:
    return f"{ratio[0]:.3f} ({ratio[1]:.3f}-{ratio[2]:.3f})"


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder of public data sets")
    parser.add_argument("--series", type=int, default=0, help="a random sample of so many series; 0: all")
    parser.add_argument(
        "--boosted", action="store_true", help="series learn from each other too (the daily run's default is not)"
    )
    parser.add_argument("--out", type=Path, help="file for the tables")
    return parser.parse_args()


if __name__ == "__main__":
    main()
