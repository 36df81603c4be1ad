"""How many milliseconds does a series cost, ours against a statsmodels fitting loop? Prints Markdown.

Weekly series are generated (seeded). Ours runs every model at the cutoff and four past origins, chooses, calibrates and
adds lead-time demand; statsmodels fits one model once per series on a sample. Times are from one process on a
machine that may be busy: read the ratios.

    python benchmarks/forecast_speed.py [series] [sample for statsmodels]
"""

from __future__ import annotations

import sys
import time
import warnings
from collections.abc import Callable
from datetime import date, timedelta

import numpy as np
import polars as pl

from forecasting import forecast, simulate_archive

WEEKS = 160
FIRST_MONDAY = date(2023, 1, 2)
CUTOFF = FIRST_MONDAY + timedelta(weeks=WEEKS, days=-1)


def company(series_count: int) -> pl.DataFrame:
    """A third fast, a third slow, a third intermittent, all seasonal."""
    generator = np.random.default_rng(0)
    season = 1 + 0.3 * np.sin(2 * np.pi * np.arange(WEEKS) / 52)
    rates = np.resize([40.0, 4.0, 0.3], series_count)
    values = generator.poisson(rates[:, None] * season).astype(float)
    return pl.DataFrame(
        {
            "series_id": np.repeat(np.arange(series_count), WEEKS),
            "period_start": [FIRST_MONDAY + timedelta(weeks=week) for week in range(WEEKS)] * series_count,
            "quantity": values.reshape(-1),
        }
    )


def seconds(work: Callable[[], object]) -> float:
    """Process time, so that other people's load counts less."""
    begin = time.process_time()
    work()
    return time.process_time() - begin


def statsmodels_loop(demand: pl.DataFrame, sample: int, kind: str) -> None:
    """Fit one model to each of `sample` series."""
    import pandas as pd
    from statsmodels.tsa.exponential_smoothing.ets import ETSModel
    from statsmodels.tsa.forecasting.theta import ThetaModel

    for series_id in range(sample):
        values = demand.filter(pl.col("series_id") == series_id)["quantity"].to_numpy()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            if kind == "theta":
                ThetaModel(pd.Series(values), period=52).fit().forecast(13)
            else:
                ETSModel(pd.Series(values), trend="add", damped_trend=True).fit(disp=False).forecast(13)


def main() -> None:
    """Print the table."""
    series_count = int(sys.argv[1]) if len(sys.argv) > 1 else 500
    sample = int(sys.argv[2]) if len(sys.argv) > 2 else 12
    demand = company(series_count)
    lead_times = pl.DataFrame({"series_id": range(series_count), "protection_days": np.resize([14, 28, 45], series_count)})
    cutoffs = [CUTOFF - timedelta(weeks=4 * back) for back in range(1, 13)]
    forecast(demand.filter(pl.col("series_id") < 3), frequency="week", horizon=13, cutoff=CUTOFF)
    statsmodels_loop(demand, 1, "theta")
    rows = [
        (
            f"forecast: all models, 5 cutoffs, quantiles, lead-time demand ({series_count} series)",
            seconds(lambda: forecast(demand, frequency="week", horizon=13, cutoff=CUTOFF, lead_times=lead_times)),
            series_count,
        ),
        (
            f"archive of 12 cutoffs ({series_count} series)",
            seconds(lambda: simulate_archive(demand, frequency="week", horizon=13, cutoffs=cutoffs)),
            series_count,
        ),
        (f"statsmodels ThetaModel, one fit ({sample} series)", 0.0, sample),
        (f"statsmodels ETSModel (A,Ad,N), one fit ({sample} series)", 0.0, sample),
    ]
    rows[2] = (rows[2][0], seconds(lambda: statsmodels_loop(demand, sample, "theta")), sample)
    rows[3] = (rows[3][0], seconds(lambda: statsmodels_loop(demand, sample, "ets")), sample)
    ours = rows[0][1] / rows[0][2]
    print("| what | CPU seconds | CPU ms per series | relative to our forecast |")
    print("|---|---|---|---|")
    for name, total, count in rows:
        print(f"| {name} | {total:.2f} | {1000 * total / count:.2f} | {total / count / ours:.2f} |")


if __name__ == "__main__":
    main()
