"""Does the forecast of many series cost time in proportion, and how much memory? Prints Markdown.

    python benchmarks/forecast_scale.py [--counts 1000 10000 100000 300000] [--workers 2] [--m5 DIR]

Every row is a process of its own that runs `throughline forecast` on monthly series: read Parquet, four past origins,
combination, calibration, six months with five quantiles, write Parquet. Generated series (seeded) are a third busy, a third
slow, a third intermittent, five years each. `--m5 DIR` adds the 30,490 series of the public data folder. CPU seconds count all
workers; memory is the peak of the largest process and of all together.
"""

from __future__ import annotations

import argparse
import contextlib
import resource
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl

MONTHS = 60


def generated(count: int) -> pl.DataFrame:
    """Seasonal Poisson demand of three speeds, with a category each."""
    generator = np.random.default_rng(0)
    season = 1 + 0.3 * np.sin(2 * np.pi * np.arange(MONTHS) / 12)
    rates = np.resize([60.0, 5.0, 0.4], count) * generator.uniform(0.5, 2.0, count)
    values = generator.poisson(rates[:, None] * season).astype(float)
    months = [date(2020 + month // 12, month % 12 + 1, 1) for month in range(MONTHS)]
    return pl.DataFrame(
        {
            "series_id": np.repeat(np.arange(count), MONTHS),
            "period_start": pl.Series(months * count, dtype=pl.Date),
            "quantity": values.reshape(-1),
            "category": pl.Series([f"C{one % 20}" for one in range(count)]).gather(np.repeat(np.arange(count), MONTHS)),
        }
    )


def whole_job(path: Path, out: Path, workers: int) -> None:
    """The forecast of one file, then its cost on the last line of the output."""
    from pipelines.commands.forecast import forecast_file
    from pipelines.settings import Settings

    begin = time.perf_counter()
    forecast_file(
        Settings(workers=workers), path, out, horizon=6, frequency="month", quantiles="0.025,0.1,0.5,0.9,0.975", cutoff=None
    )
    wall = time.perf_counter() - begin
    own, children = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime
    count = pl.scan_parquet(path).select(pl.col("series_id").n_unique()).collect().item()
    print(f"{count} {wall:.1f} {cpu:.1f}")


def watched(words: list[str]) -> tuple[str, float, float]:
    """Run a command; its output, and the peak memory in MB of the largest of its processes and of all together, looked at ten
    times a second (a child's own count of its peak includes what its parent held when it was started)."""
    running = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    largest = together = 0.0
    while running.poll() is None:
        sizes = [_resident(process) for process in _family(running.pid)]
        largest, together = max(largest, *sizes, 0.0), max(together, sum(sizes))
        time.sleep(0.1)
    output, errors = running.communicate()
    if running.returncode:
        raise SystemExit(f"ended with {running.returncode}\n{errors}")
    return output, largest, together


def _family(process: int) -> list[int]:
    found = [process]
    for parent in found:
        for task in Path(f"/proc/{parent}/task").glob("*/children"):
            with contextlib.suppress(OSError):
                found += [int(child) for child in task.read_text().split()]
    return found


def _resident(process: int) -> float:
    try:
        pages = int(Path(f"/proc/{process}/statm").read_text().split()[1])
    except (OSError, IndexError):
        return 0.0
    return pages * resource.getpagesize() / 2**20


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--counts", type=int, nargs="*", default=[1_000, 10_000, 100_000, 300_000])
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--m5", type=Path)
    parser.add_argument("--one", nargs=2, type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        whole_job(options.one[0], options.one[1], options.workers)
        return
    print("| series | wall seconds | CPU seconds | CPU ms per series | peak MB, largest process | peak MB, all |")
    print("|---|---|---|---|---|---|", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        sets = [("generated", generated, count) for count in options.counts]
        for label, make, count in sets:
            _row(label, make(count), Path(folder), options.workers)
        if options.m5:
            from forecast_sets import load_set

            judged = load_set("m5", options.m5)
            demand = judged.demand.join(judged.attributes, on="series_id")  # type: ignore[arg-type]
            _row("m5", demand, Path(folder), options.workers)


def _row(label: str, demand: pl.DataFrame, folder: Path, workers: int) -> None:
    demand.write_parquet(folder / "demand.parquet")
    words = [
        sys.executable,
        __file__,
        "--workers",
        str(workers),
        "--one",
        str(folder / "demand.parquet"),
        str(folder / "out.parquet"),
    ]
    output, peak, together = watched(words)
    series, wall, cpu = output.split()[-3:]
    each = 1000 * float(cpu) / int(series)
    print(f"| {label} {int(series):,} | {wall} | {cpu} | {each:.2f} | {peak:.0f} | {together:.0f} |", flush=True)


if __name__ == "__main__":
    main()
