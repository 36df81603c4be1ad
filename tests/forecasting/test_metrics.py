"""Accuracy measures: by hand, and against the figures the M4 organisers published."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from forecasting import metrics
from forecasting.models.naive import seasonal_naive


def row(*values: float) -> np.ndarray:  # type: ignore[type-arg]
    return np.array([values], dtype=float)


@pytest.mark.fast
def test_measures_by_hand() -> None:
    actual, forecast = row(10, 0, 5), row(8, 3, 5)

    assert metrics.wape(actual, forecast)[0] == pytest.approx(5 / 15)
    assert metrics.bias(actual, forecast)[0] == pytest.approx(1 / 15)
    assert metrics.mase(actual, forecast, np.array([2.0]))[0] == pytest.approx(5 / 3 / 2)
    assert metrics.rmsse(actual, forecast, np.array([4.0]))[0] == pytest.approx((13 / 3 / 4) ** 0.5)
    assert metrics.smape(actual, forecast)[0] == pytest.approx((200 * 2 / 18 + 200 + 0) / 3)
    assert metrics.coverage(actual, row(9, 1, 5), row(12, 2, 5))[0] == pytest.approx(2 / 3)
    assert metrics.tracking_signal(row(4, 6), row(2, 2))[0] == pytest.approx(2.0)


@pytest.mark.fast
def test_the_pinball_loss_is_least_at_the_true_quantile() -> None:
    actual = np.arange(1, 101, dtype=float)[None, :]
    guesses = np.arange(1, 101, dtype=float)
    losses = [metrics.pinball(actual, np.full((1, 100, 1), guess), np.array([0.9]))[0] for guess in guesses]

    assert guesses[int(np.argmin(losses))] in (90.0, 91.0)


@pytest.mark.fast
def test_no_demand_gives_no_ratio_and_unknown_periods_do_not_count() -> None:
    assert np.isnan(metrics.wape(row(0, 0), row(1, 2))[0])
    assert np.isnan(metrics.mase(row(1), row(2), np.array([0.0]))[0])
    assert metrics.wape(row(10, np.nan), row(8, 100))[0] == pytest.approx(0.2)


@pytest.mark.public_data
@pytest.mark.parametrize("method", ["Naive", "SES"])
def test_m4_weekly_scores_are_those_published(public_data: Path, method: str) -> None:
    """sMAPE and MASE of the official forecasts, to the three digits the organisers print; Naive is also
    our own."""
    m4 = public_data / "m4"
    train = pl.read_parquet(m4 / "weekly_train.parquet").sort("series_id", "t")
    test = pl.read_parquet(m4 / "weekly_test.parquet").sort("series_id", "t")
    guess = pl.read_parquet(m4 / "weekly_official_forecasts.parquet").filter(pl.col("method") == method)
    guess = guess.sort("series_id", "h")
    published = pl.read_parquet(m4 / "published_scores.parquet").filter(
        (pl.col("method") == method) & (pl.col("frequency") == "Weekly")
    )
    expected = dict(published.select("metric", "value").iter_rows())
    actual = test["value"].to_numpy().reshape(-1, 13)
    forecast = guess["forecast"].to_numpy().reshape(-1, 13)
    steps = train.group_by("series_id", maintain_order=True).agg(pl.col("value").diff().abs().mean())

    assert expected["sMAPE"] == round(float(metrics.smape(actual, forecast).mean()), 3)
    assert expected["MASE"] == round(float(metrics.mase(actual, forecast, steps["value"].to_numpy()).mean()), 3)
    if method == "Naive":
        history = train.filter(pl.col("series_id") == "W1")["value"].to_numpy()[None, :]
        ours, _ = seasonal_naive(history, np.zeros(1, dtype=np.int64), 1, 13)
        theirs = guess.filter(pl.col("series_id") == "W1")["forecast"].to_numpy()
        np.testing.assert_allclose(theirs, ours[0], rtol=1e-3)
