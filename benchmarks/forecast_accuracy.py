"""How accurate are our models and the champion against seasonal naive on public sets? Prints Markdown.

Each set is one holdout; the champion is chosen by the engine from origins before the cutoff. Two settings
of the engine (how sure a season must be, how much the pattern weighs in the choice) were picked looking at these same
holdouts, all together, so the figures are slightly optimistic.
Needs the public data folder (`THROUGHLINE_PUBLIC_DATA`, default `../shared/data` beside the repository).

    python benchmarks/forecast_accuracy.py [series per set] [set ...]
"""

from __future__ import annotations

import os
import sys
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl

from forecasting import Frequency, forecast, metrics
from forecasting.backtest import run_origins
from forecasting.candidates import MODELS
from forecasting.frames import FloatArray, build_panel

DATA = Path(os.environ.get("THROUGHLINE_PUBLIC_DATA", Path(__file__).parents[1] / ".." / "shared" / "data"))
LEVELS = (0.025, 0.1, 0.5, 0.9, 0.975)
Instance = tuple[pl.DataFrame, Frequency, int, date]


def m5_monthly(count: int) -> Instance:
    """Random item x store series; the last six months are the holdout."""
    frame = pl.read_parquet(DATA / "m5" / "sales_monthly.parquet")
    frame = frame.with_columns(pl.concat_str("item_id", "store_id", separator=" ").alias("key"))
    return _numbered(_sample(frame, count), "month", "units"), "month", 6, date(2015, 6, 30)


def carparts(count: int) -> Instance:
    """Monthly car parts; the last six of 39 months are the holdout."""
    frame = pl.read_parquet(DATA / "carparts" / "monthly.parquet").rename({"part_id": "key"})
    return (
        _numbered(_sample(frame, count), "month", "units"),
        "month",
        6,
        _before_last(frame["month"], "-5mo"),
    )


def m3_quarterly(count: int) -> Instance:
    """M3 quarterly with its own holdout of eight quarters, all series moved to end together."""
    return _numbered(_sample(_m3("QUARTERLY", 3), count), "stamp", "value"), "quarter", 8, date(2000, 12, 31)


def m3_yearly(count: int) -> Instance:
    """M3 yearly with its own holdout of six years."""
    return _numbered(_sample(_m3("YEARLY", 12), count), "stamp", "value"), "year", 6, date(2000, 12, 31)


def vn2_weekly(count: int) -> Instance:
    """Weekly store sales with out-of-stock weeks; the last eight weeks are the holdout."""
    folder = DATA / "vn2"
    frame = pl.read_parquet(folder / "sales.parquet").join(
        pl.read_parquet(folder / "in_stock.parquet"), on=["store", "product", "week"]
    )
    frame = frame.with_columns(pl.concat_str("store", "product", separator=" ").alias("key"))
    return _numbered(_sample(frame, count), "week", "units"), "week", 8, _before_last(frame["week"], "-7w")


SETS = (m5_monthly, carparts, m3_quarterly, m3_yearly, vn2_weekly)


def _m3(period: str, months: int) -> pl.DataFrame:
    wanted = pl.read_parquet(DATA / "m3" / "series.parquet").filter(pl.col("period") == period)
    values = pl.read_parquet(DATA / "m3" / "values.parquet").join(wanted.select("key"), on="key")
    # Periods counted from the first one of the holdout, which is put on January 2001.
    ahead = pl.col("t") - pl.col("t").filter(pl.col("part") == "test").min().over("key")
    number = 2001 * 12 + ahead * months
    return values.with_columns(pl.date(number // 12, number % 12 + 1, 1).alias("stamp"))


def _sample(frame: pl.DataFrame, count: int) -> pl.DataFrame:
    keys = frame["key"].unique().sort()
    chosen = keys.sample(min(count, keys.len()), seed=7)
    return frame.filter(pl.col("key").is_in(chosen.implode()))


def _before_last(stamps: pl.Series, months: str) -> date:
    last = stamps.max()
    return pl.Series([last], dtype=pl.Date).dt.offset_by(months).dt.offset_by("-1d").to_list()[0]


def _numbered(frame: pl.DataFrame, stamp: str, value: str) -> pl.DataFrame:
    flags = [pl.col("in_stock").alias("is_in_stock")] if "in_stock" in frame.columns else []
    return frame.select(
        pl.col("key").rank("dense").cast(pl.Int64).alias("series_id"),
        pl.col(stamp).alias("period_start"),
        pl.col(value).cast(pl.Float64).alias("quantity"),
        *flags,
    )


def judge(name: str, demand: pl.DataFrame, frequency: Frequency, horizon: int, cutoff: date) -> list[str]:
    """Lines of the table for one set."""
    result = forecast(demand, frequency=frequency, horizon=horizon, cutoff=cutoff, quantile_levels=LEVELS).demand_forecasts
    panel = build_panel(demand, frequency=frequency, cutoff=cutoff)
    run = run_origins(panel, [panel.period_count], horizon)[panel.period_count].run
    shape = (panel.series_count, horizon)

    def measure(label: str) -> FloatArray:
        return result.filter(pl.col("measure") == label)["quantity"].to_numpy().reshape(shape)

    grid = result.filter(pl.col("measure") == "mean").select("series_id", "period_start")
    truth = grid.join(demand, on=["series_id", "period_start"], how="left", maintain_order="left")
    actual = truth["quantity"].to_numpy().astype(np.float64)
    if "is_in_stock" in truth.columns:
        actual = np.where(truth["is_in_stock"].fill_null(False).to_numpy(), actual, np.nan)
    actual = np.maximum(actual, 0.0).reshape(shape)
    answers = {label: run.mean[index] for index, label in enumerate(MODELS)} | {"champion": measure("mean")}
    lines = []
    base: list[float] = []
    for label, guess in answers.items():
        filled = np.where(np.isfinite(guess), guess, answers["moving_average"])
        filled = np.where(np.isfinite(actual), filled, np.nan)
        total = np.nansum(actual)
        figures = [
            float(np.nanmean(metrics.mase(actual, filled, run.scale_absolute))),
            float(np.nanmean(metrics.rmsse(actual, filled, run.scale_squared))),
            float(np.nansum(np.abs(filled - actual)) / total),
            float(np.nansum(filled - actual) / total),
        ]
        base = base or figures
        ratios = [figure / first for figure, first in zip(figures[:3], base[:3], strict=True)]
        cells = [*(f"{figure:.3f}" for figure in figures), *(f"{ratio:.3f}" for ratio in ratios)]
        lines.append(f"| {name} | {label} | {' | '.join(cells)} |")
    for share, low, high in (("80 %", "p10", "p90"), ("95 %", "p025", "p975")):
        flat = [array.reshape(1, -1) for array in (actual, measure(low), measure(high))]
        lines.append(f"| {name} | coverage of {share} | {metrics.coverage(*flat)[0]:.3f} | | | | | | |")
    return lines


def main() -> None:
    """Print one table over all sets."""
    if not DATA.is_dir():
        raise SystemExit("The public data folder is absent: set THROUGHLINE_PUBLIC_DATA.")
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    print("| set | model | MASE | RMSSE | WAPE | bias | MASE / naive | RMSSE / naive | WAPE / naive |")
    print("|---|---|---|---|---|---|---|---|---|")
    for builder in SETS:
        if len(sys.argv) <= 2 or builder.__name__ in sys.argv[2:]:
            print("\n".join(judge(builder.__name__, *builder(count))), flush=True)


if __name__ == "__main__":
    main()
