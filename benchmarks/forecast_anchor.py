"""What does the anchor say? Runs statsforecast, in an environment of its own, and keeps its forecasts as Parquet.

statsforecast needs an older pandas than the product, so it is the extra `[bench]` and never part of its environment:

    python -m venv ~/anchor && ~/anchor/bin/pip install statsforecast polars pyarrow
    ~/anchor/bin/python benchmarks/forecast_anchor.py --data DIR --cache DIR [--sets m5 carparts ...] [--sample 1000]

`forecast_accuracy.py` reads the cache. Two files per set:

    <set>.scum.parquet   `series_id`, `cutoff`, `step`, `quantity`, `cpu_seconds`: mean of AutoETS, AutoARIMA, dynamic
                         optimised Theta and CES, the combination that beat nearly all entrants of the M4 competition
    <set>.rates.parquet  `series_id`, `method`, `known`, `rate`: what Croston-SBA, TSB, ADIDA, IMAPA and SES would have said per
                         period after each number of known periods, from which their empirical errors over a lead time follow

Interrupted runs go on where they stopped.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import time
import warnings
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from pathlib import Path

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS", "POLARS_MAX_THREADS"):
    os.environ.setdefault(name, "1")

import numpy as np  # noqa: E402
import polars as pl  # noqa: E402
from forecast_sets import SETS, JudgedSet, anchor_sample, load_set  # noqa: E402

SEASON = {"month": 12, "quarter": 4, "year": 1, "week": 52}
CHUNK = 50
FEWEST = 4  # periods a series must have to be forecast at all
RATE_METHODS = ("sba", "tsb", "adida", "imapa", "ses")


def scum(values: np.ndarray, season: int, horizon: int) -> np.ndarray:
    """Mean of the four automatic models; a model that fails leaves the mean to the others."""
    from statsforecast.models import AutoARIMA, AutoCES, AutoETS, DynamicOptimizedTheta

    # 52 seasonal states cannot be fitted by ETS (the library refuses above 24) nor by ARIMA in bearable time.
    short = season if season <= 24 else 1
    models = [
        AutoETS(season_length=short),
        AutoARIMA(season_length=short),
        DynamicOptimizedTheta(season_length=season),
        AutoCES(season_length=season),
    ]
    answers = []
    for model in models:
        try:
            answer = np.asarray(model.forecast(y=values, h=horizon)["mean"], dtype=np.float64)
        except Exception:
            continue
        if np.isfinite(answer).all():
            answers.append(answer)
    mean = np.mean(answers, axis=0) if answers else np.repeat(values[-1], horizon)
    return np.maximum(mean, 0.0)


def scum_chunk(task: tuple[list[tuple[int, date, np.ndarray]], int, int]) -> pl.DataFrame:
    """Forecast some series; processor time is measured per series."""
    warnings.filterwarnings("ignore")
    rows, season, horizon = task
    parts = []
    for series_id, cutoff, values in rows:
        begin = time.process_time()
        mean = scum(values, season, horizon)
        spent = time.process_time() - begin
        parts.append(
            pl.DataFrame(
                {
                    "series_id": [series_id] * horizon,
                    "cutoff": [cutoff] * horizon,
                    "step": range(1, horizon + 1),
                    "quantity": mean,
                    "cpu_seconds": [spent] * horizon,
                }
            )
        )
    return pl.concat(parts)


def rates_chunk(task: tuple[list[tuple[int, np.ndarray]], int, int]) -> pl.DataFrame:
    """Rates per period of the intermittent methods after each number of known periods."""
    from statsforecast.models import ADIDA, IMAPA, TSB, CrostonSBA, SimpleExponentialSmoothingOptimized

    warnings.filterwarnings("ignore")
    rows, first, last = task
    models = [CrostonSBA(), TSB(alpha_d=0.1, alpha_p=0.1), ADIDA(), IMAPA(), SimpleExponentialSmoothingOptimized()]
    ids, methods, known, rate = [], [], [], []
    for series_id, values in rows:
        for count in range(first, min(last, len(values)) + 1):
            past = trimmed(values[:count])
            for method, model in zip(RATE_METHODS, models, strict=True):
                if past.any():
                    try:
                        answer = float(model.forecast(y=past, h=1)["mean"][0])
                    except Exception:
                        answer = float(past.mean())
                else:
                    answer = 0.0
                ids.append(series_id)
                methods.append(method)
                known.append(count)
                rate.append(answer if np.isfinite(answer) else float(past.mean()))
    return pl.DataFrame({"series_id": ids, "method": methods, "known": known, "rate": rate})


def histories(judged: JudgedSet) -> dict[int, tuple[list[date], np.ndarray]]:
    """Dates and values per series from its first sale; an unknown month takes the last known one."""
    frame = judged.demand.sort("series_id", "period_start").with_columns(
        pl.col("quantity").fill_null(strategy="forward").over("series_id").fill_null(0.0)
    )
    found = {}
    for (series_id,), part in frame.group_by("series_id", maintain_order=True):
        found[series_id] = (part["period_start"].to_list(), part["quantity"].to_numpy())
    return found


def trimmed(values: np.ndarray) -> np.ndarray:
    """From the first demand on."""
    positive = np.flatnonzero(values > 0)
    return values[positive[0] :] if positive.size else values


def run_scum(judged: JudgedSet, cache: Path, sample: int, pool: ProcessPoolExecutor) -> None:
    """Extend `<set>.scum.parquet` to the wanted sample."""
    path = cache / f"{judged.name}.scum.parquet"
    done = pl.read_parquet(path) if path.exists() else None
    have = set(done.select("series_id", "cutoff").unique().iter_rows()) if done is not None else set()
    past = histories(judged)
    wanted = []
    for series_id in anchor_sample(judged, sample):
        dates, values = past[series_id]
        for cutoff in judged.cutoffs:
            known = trimmed(values[: sum(day <= cutoff for day in dates)])
            if len(known) >= FEWEST and (series_id, cutoff) not in have:
                wanted.append((series_id, cutoff, known))
    chunks = [(wanted[place : place + CHUNK], SEASON[judged.frequency], judged.horizon) for place in range(0, len(wanted), CHUNK)]
    for number, part in enumerate(pool.map(scum_chunk, chunks)):
        done = part if done is None else pl.concat([done, part])
        done.write_parquet(path)
        print(f"{judged.name}: {number + 1} of {len(chunks)} chunks", flush=True)


def run_rates(judged: JudgedSet, cache: Path, sample: int, pool: ProcessPoolExecutor) -> None:
    """Write `<set>.rates.parquet`."""
    path = cache / f"{judged.name}.rates.parquet"
    if path.exists():
        return
    past = histories(judged)
    ids = anchor_sample(judged, sample)
    starts = judged.demand["period_start"].unique().sort()
    last = int((starts <= judged.cutoffs[-1]).sum())
    first = max(FEWEST, last // 3)
    tasks = [([(one, past[one][1]) for one in ids[place : place + CHUNK]], first, last) for place in range(0, len(ids), CHUNK)]
    parts = []
    for number, part in enumerate(pool.map(rates_chunk, tasks)):
        parts.append(part)
        if number % 10 == 9:
            print(f"{judged.name}: {number + 1} of {len(tasks)} chunks", flush=True)
    pl.concat(parts).write_parquet(path)


def main() -> None:
    """Run what the cache lacks."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--cache", type=Path, required=True)
    parser.add_argument("--sets", nargs="*", default=list(SETS))
    parser.add_argument("--sample", type=int, default=1000)
    parser.add_argument("--parts", type=int, default=10**9, help="random spare parts of each set; then judge as many (--series)")
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args()
    options.cache.mkdir(parents=True, exist_ok=True)
    with ProcessPoolExecutor(options.workers, mp_context=multiprocessing.get_context("spawn")) as pool:
        for name in options.sets:
            judged = load_set(name, options.data)
            if judged.kind == "lead_time":
                run_rates(judged, options.cache, options.parts, pool)
            elif name != "vn2":
                run_scum(judged, options.cache, options.sample, pool)


if __name__ == "__main__":
    main()
