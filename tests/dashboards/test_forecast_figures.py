"""Accuracy and model figures: what they divide, compare and flag."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest

from dashboards import forecast_figures as figures
from dashboards import model_figures

pytestmark = pytest.mark.fast


def errors(*rows: dict[str, object]) -> pl.DataFrame:
    usual = {
        "series_id": 1, "sku": "A", "item_name": "A", "item_name_zh": "甲", "warehouse_code": "W", "base_unit": "EA",
        "period_start": date(2026, 1, 1), "forecast_origin": "live", "model": "ets", "demand_pattern": "smooth",
        "is_in_stock": True, "demand_quantity": 100.0, "naive_quantity": 100.0, "baseline_quantity": 100.0,
        "override_quantity": None, "forecast_quantity": 100.0, "p025": 50.0, "p10": 80.0, "p90": 120.0, "p975": 150.0,
        "unit_cost": 1.0, "sales_quantity": None, "is_moved_by_sales": False,
    }  # fmt: skip
    schema = {"override_quantity": pl.Float64, "naive_quantity": pl.Float64, "sales_quantity": pl.Float64}
    return pl.DataFrame([usual | row for row in rows], schema_overrides=schema)


def test_wape_divides_the_sum_of_errors_by_the_sum_of_demand() -> None:
    found = figures.by_period(errors({"forecast_quantity": 150.0}, {"demand_quantity": 300.0, "forecast_quantity": 250.0})).row(
        0, named=True
    )

    assert pytest.approx(100 / 400) == found["wape"]
    assert pytest.approx(0.0) == found["bias"]
    assert found["is_few"]


def test_value_weighs_by_unit_cost() -> None:
    frame = errors({"forecast_quantity": 150.0, "unit_cost": 9.0}, {})

    assert pytest.approx(0.25) == figures.by_period(frame)["wape"][0]
    assert pytest.approx(0.45) == figures.by_period(frame, "value")["wape"][0]


def test_nothing_asked_for_has_no_error_share() -> None:
    assert figures.by_period(errors({"demand_quantity": 0.0, "forecast_quantity": 5.0}))["wape"][0] is None


def test_each_step_is_compared_with_the_step_before_on_the_same_periods() -> None:
    frame = errors(
        {"naive_quantity": 140.0, "baseline_quantity": 120.0, "override_quantity": 110.0, "forecast_quantity": 110.0},
        # Without a year before, the model has nothing to be compared with.
        {"naive_quantity": None, "baseline_quantity": 500.0, "forecast_quantity": 500.0},
    )
    found = {row["step"]: row for row in figures.steps(frame).iter_rows(named=True)}

    assert pytest.approx(0.4) == found["naive"]["wape"]
    assert pytest.approx(0.2) == found["baseline"]["value_added"]
    assert pytest.approx(0.1) == found["override"]["value_added"]
    assert 1 == found["override"]["record_count"]


def test_sales_is_judged_against_the_model_and_the_override_against_what_sales_left() -> None:
    frame = errors(
        {
            "baseline_quantity": 150.0,
            "sales_quantity": 120.0,
            "is_moved_by_sales": True,
            "override_quantity": 105.0,
            "forecast_quantity": 105.0,
        }
    )
    found = {row["step"]: row for row in figures.steps(frame).iter_rows(named=True)}

    assert pytest.approx(0.3) == found["sales"]["value_added"]
    assert pytest.approx(0.15) == found["override"]["value_added"]


def test_a_person_who_made_it_worse_has_negative_value_added() -> None:
    usual = {"step": "override", "author_name_zh": "", "period_count": 1, "demand_quantity": 100.0}
    frame = pl.DataFrame(
        [
            {**usual, "author_id": 1, "author_name": "Li", "error_before": 0.0, "error_after": 30.0, "better_count": 0},
            {**usual, "author_id": 2, "author_name": "Wang", "error_before": 50.0, "error_after": 0.0, "better_count": 1},
            {**usual, "author_id": 2, "author_name": "Wang", "error_before": 10.0, "error_after": 20.0, "better_count": 0},
        ]
    )
    found = {row["author_name"]: row for row in figures.people(frame).iter_rows(named=True)}

    assert pytest.approx(-0.3) == found["Li"]["gain"]
    assert pytest.approx(0.2) == found["Wang"]["gain"]
    assert (2, 0.5) == (found["Wang"]["period_count"], found["Wang"]["better_rate"])


def test_intervals_are_judged_where_there_was_stock() -> None:
    frame = errors({}, {"demand_quantity": 130.0}, {"demand_quantity": 0.0, "is_in_stock": False})
    found = dict(figures.coverage_by_period(frame).select("level", "coverage").iter_rows())

    assert {0.8: 0.5, 0.95: 1.0} == found


def test_the_costliest_series_comes_first() -> None:
    found = figures.offenders(
        errors({"series_id": 1, "forecast_quantity": 150.0}, {"series_id": 2, "forecast_quantity": 110.0, "unit_cost": 9.0})
    )

    assert [(2, 90.0), (1, 50.0)] == list(found.select("series_id", "error_value").iter_rows())


def board() -> pl.DataFrame:
    rows = [
        ("ets", date(2026, 1, 31), 1, 10.0), ("ets", date(2026, 3, 31), 1, 40.0),
        ("seasonal_naive", date(2026, 1, 31), 1, 20.0), ("seasonal_naive", date(2026, 3, 31), 1, 30.0),
    ]  # fmt: skip
    backtest = pl.DataFrame(rows, schema=["model", "cutoff", "horizon", "absolute_error"], orient="row").with_columns(
        demand_quantity=pl.lit(100.0), signed_error=pl.lit(0.0), record_count=pl.lit(1)
    )
    scores = pl.DataFrame(
        [
            (1, "ets", 0.5),
            (1, "seasonal_naive", 1.0),
            (2, "ets", 1.5),
            (2, "seasonal_naive", 1.0),
            (3, "ets", 1.0),
            (3, "seasonal_naive", 1.0),
        ],
        schema=["series_id", "model", "mase"],
        orient="row",
    ).with_columns(demand_pattern=pl.lit("smooth"), champion=pl.lit("ets"))
    return model_figures.leaderboard(backtest, scores)


def test_the_leaderboard_holds_the_baseline_and_shows_where_a_model_is_not_stable() -> None:
    ets = board().filter(pl.col("model") == "ets").row(0, named=True)

    assert {"ets", "seasonal_naive"} == set(board()["model"])
    assert pytest.approx(1.0) == ets["relative"]
    assert (1, 2) == (ets["best_count"], ets["origin_count"])
    assert pytest.approx((0.5, 40 / 30)) == (ets["origin_low"], ets["origin_high"])


def test_series_are_won_and_lost_one_by_one_and_ties_count_half() -> None:
    ets = board().filter(pl.col("model") == "ets").row(0, named=True)

    assert (1, 1, 0.5, 3) == (ets["win_count"], ets["loss_count"], ets["win_rate"], ets["serving_count"])
