"""One model over all series: it learns what they share, sees nothing of the future, and repeats itself to the byte."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import polars as pl
import pytest

from forecasting import ForecastResult, forecast, simulate_archive
from forecasting.frames import period_starts
from forecasting.models.batch_models import BOOSTING, MODEL_NAMES
from forecasting.models.boosting import FEWEST_SERIES, BoostingTask, boosted_mean
from forecasting.models.boosting_features import FeatureMaker, calendar_features
from kernel.errors import InvalidInput

pytestmark = pytest.mark.fast

MONTHS = 48
FIRST = (2020 - 1970) * 12


def a_task(series_count: int = 60, horizon: int = 3) -> BoostingTask:
    """Every series triples in December, whatever its size; nothing else happens."""
    generator = np.random.default_rng(1)
    size = generator.uniform(20.0, 200.0, series_count)
    season = np.where(np.arange(MONTHS + horizon) % 12 == 11, 3.0, 1.0)
    values = size[:, None] * season[None, :MONTHS]
    return BoostingTask(
        "month",
        12,
        horizon,
        horizon,
        FIRST,
        values,
        np.ones_like(values),
        np.zeros(series_count, dtype=np.int64),
        np.repeat(size[:, None], MONTHS + 1, axis=1),
        np.ones((series_count, MONTHS + horizon)),
        (np.zeros(series_count, dtype=np.int64),),
        None,
        None,
        0,
    )


def cut(task: BoostingTask, months: int) -> BoostingTask:
    return replace(
        task,
        values=task.values[:, :months],
        is_scored=task.is_scored[:, :months],
        levels=task.levels[:, : months + 1],
        factors=task.factors[:, : months + task.horizon],
    )


def test_a_season_that_all_share_is_learned() -> None:
    task = cut(a_task(), 45)  # October to December are asked for
    answer = boosted_mean(task)
    size = task.levels[:, 0]

    assert np.median(answer[:, 2] / size) == pytest.approx(3.0, rel=0.15)
    assert np.median(answer[:, 0] / size) == pytest.approx(1.0, rel=0.15)


def test_the_same_task_gives_the_same_bytes() -> None:
    assert (boosted_mean(a_task()) == boosted_mean(a_task())).all()


def test_few_series_have_nothing_to_share() -> None:
    assert np.isnan(boosted_mean(a_task(FEWEST_SERIES - 1))).all()


@pytest.mark.parametrize("horizon", [1, 2, 11, 12, 13])
def test_features_know_nothing_after_their_moment(horizon: int) -> None:
    """Whatever comes at or after t, the features at t stay the same: also where last year's window ends at t."""
    task = a_task(horizon=13)
    altered = task.values.copy()
    altered[:, 30:] = 1e6
    rows = np.arange(len(altered))
    calendar = calendar_features(FIRST + np.arange(MONTHS + 13), "month")
    seen = []
    for values in (task.values, altered):
        maker = FeatureMaker.build(
            values, task.starts, task.levels, task.factors, task.groups, calendar, values + 2.0, None, "month", 12
        )
        seen.append(maker.matrix(rows, 30, horizon))

    np.testing.assert_array_equal(seen[0], seen[1])


def test_the_calendar_counts_weekends() -> None:
    """February 2020 had 29 days with 9 weekend days; 29 Feb 2020 was a Saturday."""
    assert [2.0, 29.0, 9.0] == calendar_features(np.array([FIRST + 1]), "month")[0].tolist()


def company(series_count: int) -> pl.DataFrame:
    generator = np.random.default_rng(2)
    dates = period_starts(FIRST + np.arange(MONTHS), "month")
    season = 1 + 0.5 * np.sin(np.arange(MONTHS) / 12 * 2 * np.pi)
    values = generator.poisson(generator.uniform(3, 40, series_count)[:, None] * season[None, :]).astype(float)
    return pl.DataFrame(
        {
            "series_id": np.repeat(np.arange(series_count), MONTHS),
            "period_start": dates * series_count,
            "quantity": values.reshape(-1),
            "price": np.repeat(generator.uniform(1, 9, series_count), MONTHS),
        }
    )


def test_the_future_leaves_no_trace_when_series_learn_from_each_other() -> None:
    """As in the engine's own test, but with enough series, prices and groups for the shared model."""
    demand = company(50)
    attributes = pl.DataFrame({"series_id": range(50), "category": ["a", "b"] * 25})
    cutoff = date(2023, 6, 30)
    later = pl.col("period_start") > cutoff
    altered = demand.with_columns(
        pl.when(later).then(pl.col("quantity") * 50 + 9).otherwise(pl.col("quantity")).alias("quantity"),
        pl.when(later).then(99.0).otherwise(pl.col("price")).alias("price"),
    )
    options = {"frequency": "month", "horizon": 3, "cutoff": cutoff, "attributes": attributes, "backtest_origins": 2}
    expected = forecast(demand.filter(~later), **options)  # type: ignore[arg-type]
    got = forecast(altered.sample(fraction=1.0, shuffle=True, seed=1), chunk_size=7, **options)  # type: ignore[arg-type]

    assert BOOSTING in expected.backtest_scores["model"].unique().to_list()
    assert set(expected.champions["model"]) <= set(MODEL_NAMES)
    assert expected.demand_forecasts.equals(got.demand_forecasts)
    assert expected.champions.equals(got.champions)


def test_a_promotion_planned_ahead_lifts_its_month_only() -> None:
    """Promotions triple demand; one is planned for the second month ahead and shows in the boosted model's share."""
    demand = company(60).drop("price")
    generator = np.random.default_rng(6)
    months = period_starts(FIRST + np.arange(MONTHS + 3), "month")
    is_on = generator.random(MONTHS + 3) < 0.2
    is_on[MONTHS:] = [False, True, False]
    plan = pl.DataFrame({"period_start": months, "promotion": is_on.astype(float)})
    demand = demand.join(plan, on="period_start").with_columns(pl.col("quantity") * (1 + 2 * pl.col("promotion")))
    options = {"frequency": "month", "horizon": 3, "cutoff": date(2023, 12, 31), "backtest_origins": 2}
    knowing = forecast(demand.drop("promotion"), regressors=plan, **options)  # type: ignore[arg-type]
    blind = forecast(demand.drop("promotion"), **options)  # type: ignore[arg-type]
    by_month = [
        result.demand_forecasts.filter(pl.col("measure") == "mean").group_by("period_start").agg(pl.col("quantity").sum())
        for result in (knowing, blind)
    ]
    lift = by_month[0].join(by_month[1], on="period_start").sort("period_start")
    ratio = (lift["quantity"] / lift["quantity_right"]).to_list()

    assert ratio[1] > 1.3
    assert ratio[0] < 1.1
    assert ratio[2] < 1.1


def test_a_regressor_that_is_no_number_is_refused() -> None:
    wrong = pl.DataFrame({"period_start": [date(2023, 1, 1)], "promotion": ["yes"]})
    with pytest.raises(InvalidInput) as caught:
        forecast(company(2), frequency="month", horizon=3, cutoff=date(2023, 12, 31), regressors=wrong)

    assert caught.value.key == "forecasting.column_type"


def test_without_boosting_every_other_model_says_the_same_and_no_champion_needs_it() -> None:
    """The switch takes one member away; it changes nothing about the others, and the archive follows it."""
    demand = company(60).drop("price")
    options = {"frequency": "month", "horizon": 3, "backtest_origins": 2}
    cutoff = date(2023, 12, 31)
    plain = forecast(demand, cutoff=cutoff, is_boosted=False, **options)  # type: ignore[arg-type]
    both = forecast(demand, cutoff=cutoff, **options)  # type: ignore[arg-type]
    archive = simulate_archive(demand, cutoffs=[cutoff], is_boosted=False, **options)  # type: ignore[arg-type]

    def of_theta(result: ForecastResult) -> pl.DataFrame:
        return result.backtest_scores.filter(pl.col("model") == "theta").sort(pl.all())

    assert BOOSTING in both.backtest_scores["model"].to_list()
    assert BOOSTING not in plain.backtest_scores["model"].to_list()
    assert of_theta(both).equals(of_theta(plain))
    assert BOOSTING not in plain.champions["model"].to_list()
    assert archive.equals(plain.demand_forecasts.select(archive.columns).sort(archive.columns[:4]))
