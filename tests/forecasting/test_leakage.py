"""Whatever comes after the cutoff, the forecast is the same; and a function that looks is caught."""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl
import pytest

from forecasting import (
    SERIES_MODELS,
    Selector,
    Specification,
    SpecificationEntry,
    assert_no_leakage,
    assign,
    fit_series,
    forecast,
)
from forecasting.frames import period_starts
from forecasting.leakage import FUTURES, changed_futures

CUTOFF = date(2024, 6, 30)


def demand() -> pl.DataFrame:
    """Four seasonal series, a year of which lies after the cutoff."""
    place = np.arange(54)
    parts = []
    for series_id in range(1, 5):
        noise = np.random.default_rng(series_id).lognormal(0, 0.15, 54)
        values = np.round(40 * series_id * (1 + 0.4 * np.sin(2 * np.pi * place / 12)) * noise)
        starts = period_starts((2021 - 1970) * 12 + place, "month")
        parts.append(pl.DataFrame({"series_id": [series_id] * 54, "period_start": starts, "quantity": values}))
    return pl.concat(parts)


@pytest.mark.parametrize("is_boosted", [False, True])
def test_the_engine_does_not_see_the_future(is_boosted: bool) -> None:
    def run(frame: pl.DataFrame) -> pl.DataFrame:
        return forecast(frame, frequency="month", horizon=3, cutoff=CUTOFF, is_boosted=is_boosted).demand_forecasts

    assert_no_leakage(run, demand(), cutoff=CUTOFF, frequency="month")


@pytest.mark.parametrize("model", SERIES_MODELS)
def test_models_of_one_series_and_their_scores_do_not_see_the_future(model: str) -> None:
    batch = forecast(demand(), frequency="month", horizon=3, cutoff=CUTOFF, is_boosted=False)

    def run(frame: pl.DataFrame) -> pl.DataFrame:
        options = {"frequency": "month", "horizon": 3, "cutoff": CUTOFF, "batch": batch}
        found = fit_series(frame, 2, model=model, parameters={"transformation": "log"}, **options)  # type: ignore[arg-type]
        scores = found.comparison.unpivot(index="model", variable_name="measure", value_name="quantity")
        return pl.concat([found.forecasts.select("measure", "quantity"), scores.select("measure", "quantity")])

    assert_no_leakage(run, demand(), cutoff=CUTOFF, frequency="month")


def test_a_specification_does_not_see_the_future() -> None:
    told = {"frequency": "month", "author": "a", "decided_on": CUTOFF, "why": "b"}
    entries = [
        SpecificationEntry(selector=Selector(series_id=1), model="stl", **told),  # type: ignore[arg-type]
        SpecificationEntry(selector=Selector(pattern="smooth"), model="engine", members=("theta", "ets"), **told),  # type: ignore[arg-type]
    ]

    def run(frame: pl.DataFrame) -> pl.DataFrame:
        chosen = assign(Specification.of(entries), pl.DataFrame({"series_id": [1, 2, 3, 4]}))
        result = forecast(frame, frequency="month", horizon=3, cutoff=CUTOFF, is_boosted=False, assignments=chosen)
        assert set(result.champions["model"]) == {"specification_stl", "specification_engine"}
        return pl.concat(
            [result.demand_forecasts.select("measure", "quantity"), result.champions.select(measure="model", quantity="wape")]
        )

    assert_no_leakage(run, demand(), cutoff=CUTOFF, frequency="month")


@pytest.mark.fast
@pytest.mark.parametrize("peek", ["mean of all", "last value", "row count", "scale"])
def test_a_function_that_looks_ahead_is_caught(peek: str) -> None:
    def run(frame: pl.DataFrame) -> pl.DataFrame:
        rows = frame.sort("period_start")
        known = rows.filter(pl.col("period_start") <= CUTOFF)["quantity"].mean()
        seen = {
            "mean of all": rows["quantity"].mean(),
            "last value": rows["quantity"][-1],
            "row count": rows.height,
            "scale": float(known) / (1 + float(rows["quantity"].max())),  # type: ignore[arg-type]
        }[peek]
        return pl.DataFrame({"quantity": [float(seen)]})  # type: ignore[arg-type]

    with pytest.raises(AssertionError, match="saw what came after 2024-06-30"):
        assert_no_leakage(run, demand(), cutoff=CUTOFF, frequency="month")


@pytest.mark.fast
def test_every_future_keeps_the_past_and_differs_where_it_says() -> None:
    futures = changed_futures(demand(), cutoff=CUTOFF, frequency="month")
    past = demand().filter(pl.col("period_start") < date(2024, 7, 1)).sort(pl.all())
    assert tuple(futures) == FUTURES
    for name, frame in futures.items():
        assert past.equals(frame.filter(pl.col("period_start") < date(2024, 7, 1)).sort(pl.all())), name
    assert futures["shifted"]["period_start"].max() > futures["none"]["period_start"].max()  # type: ignore[operator]
    # Where the data ends at the cutoff there still is a future to look at.
    assert changed_futures(past, cutoff=CUTOFF, frequency="month")["none"].height > past.height
