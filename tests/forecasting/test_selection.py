"""What is learned across series is one readable object; with it, a series' forecast depends on that series alone."""

from __future__ import annotations

import json
from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecasting import ForecastResult, Selection, fit, forecast, result_of
from kernel.errors import InvalidInput

pytestmark = pytest.mark.fast

FIRST_MONDAY = date(2022, 1, 3)
WEEKS = 120
CUTOFF = FIRST_MONDAY + timedelta(weeks=WEEKS, days=-1)
LEAD_TIMES = pl.DataFrame({"series_id": range(1, 16), "protection_days": [7, 10, 21, 45, 90] * 3})
FRAMES = ("demand_forecasts", "lead_time_demand", "champions", "seasonal_profile", "series_notes")


def company(series_count: int = 15, weeks: int = WEEKS + 12) -> pl.DataFrame:
    """Busy, slow, intermittent, young and dead series; the youngest starts four weeks before the cutoff."""
    generator = np.random.default_rng(5)
    season = 1 + 0.4 * np.sin(2 * np.pi * np.arange(weeks) / 52)
    parts = []
    for series_id in range(1, series_count + 1):
        values = generator.poisson((20.0, 3.0, 0.3)[series_id % 3] * season).astype(float)
        first = {4: WEEKS - 30, 5: WEEKS - 4, 6: WEEKS - 2}.get(series_id, 0)
        if series_id == 7:
            values[:] = 0.0
        parts.append(
            pl.DataFrame(
                {
                    "series_id": series_id,
                    "period_start": [FIRST_MONDAY + timedelta(weeks=week) for week in range(first, weeks)],
                    "quantity": values[first:],
                },
                schema_overrides={"series_id": pl.Int64},
            )
        )
    return pl.concat(parts)


DEMAND = company()
FITTED = fit(DEMAND, frequency="week", horizon=8, cutoff=CUTOFF, lead_times=LEAD_TIMES, is_boosted=False)
CHOSEN = FITTED.selection
assert CHOSEN is not None


def refit(demand: pl.DataFrame, cutoff: date = CUTOFF, **options: object) -> ForecastResult:
    arguments: dict[str, object] = {"frequency": "week", "horizon": 8, "lead_times": LEAD_TIMES, "is_boosted": False}
    return forecast(demand, cutoff=cutoff, **{**arguments, "selection": CHOSEN, **options})  # type: ignore[arg-type]


def test_a_refit_of_the_same_demand_says_what_the_fit_said() -> None:
    """Goal: nothing is lost in a selection. Method: byte for byte, through its text."""
    expected = result_of(FITTED)
    got = refit(DEMAND, selection=Selection.from_json(CHOSEN.to_json()))

    for name in FRAMES:
        assert getattr(expected, name).equals(getattr(got, name)), name
    assert got.backtest_scores.is_empty()
    assert got.backtest_forecasts.is_empty()


def test_a_refit_of_the_same_demand_says_what_the_boosted_fit_said() -> None:
    weeks = 70
    demand = company(45, weeks).filter(~pl.col("series_id").is_in([4, 5, 6]))
    arguments = {"frequency": "week", "horizon": 4, "cutoff": FIRST_MONDAY + timedelta(weeks=weeks, days=-1)}
    fitted = fit(demand, backtest_origins=1, **arguments)  # type: ignore[arg-type]
    again = fit(demand.filter(pl.col("series_id") > 20), selection=fitted.selection, **arguments)  # type: ignore[arg-type]

    assert np.isfinite([fitted.selection.champions[8].lift]).all()  # type: ignore[union-attr]
    assert fitted.selection.weights[""]["boosting"][0] > 0  # type: ignore[union-attr]
    assert fitted.predict().filter(pl.col("series_id") > 20).equals(again.predict())


@settings(max_examples=10, deadline=None)
@given(st.sets(st.integers(1, 15), min_size=1, max_size=14), st.integers(0, 12), st.sampled_from([1, 3, 256]))
def test_what_is_said_of_a_series_depends_on_that_series_alone(kept: set[int], later: int, chunk_size: int) -> None:
    """Goal: any subset of series, at the selection's cutoff or later, gets the rows it gets among all. Method: byte for byte."""
    cutoff = CUTOFF + timedelta(weeks=later)
    mine = pl.col("series_id").is_in(sorted(kept))
    whole = refit(DEMAND, cutoff)
    part = refit(DEMAND.filter(mine).sample(fraction=1.0, shuffle=True, seed=later), cutoff, chunk_size=chunk_size)

    for name in FRAMES:
        assert getattr(whole, name).filter(mine).equals(getattr(part, name)), name


def test_events_keep_their_effect_for_single_series() -> None:
    """Goal: promotions, shared and of one series, lift a refit as they lifted the fit. Method: planted lifts, byte for byte."""
    begins = [FIRST_MONDAY + timedelta(weeks=week) for week in (30, 60, 90, WEEKS + 2)]
    events = pl.DataFrame(
        {
            "event": ["sale"] * 4 + ["clearance"] * 8,
            "start_date": begins + [day + timedelta(weeks=4) for day in begins] * 2,
            "end_date": [day + timedelta(days=6) for day in begins] + [day + timedelta(weeks=4, days=6) for day in begins] * 2,
            "series_id": [None] * 4 + [3] * 4 + [9] * 4,
            "discount": [None] * 4 + [0.2] * 4 + [0.4] * 4,
        }
    )
    week = (pl.col("period_start") - FIRST_MONDAY).dt.total_days() // 7
    is_lifted = week.is_in([30, 60, 90]) | (week.is_in([34, 64, 94]) & pl.col("series_id").is_in([3, 9]))
    demand = DEMAND.filter(~pl.col("series_id").is_between(4, 7)).with_columns(
        pl.when(is_lifted).then(pl.col("quantity") * 3).otherwise(pl.col("quantity")).alias("quantity")
    )
    arguments = {"frequency": "week", "horizon": 8, "cutoff": CUTOFF, "is_boosted": False}
    fitted = fit(demand, events=events, **arguments)  # type: ignore[arg-type]
    chosen = Selection.from_json(fitted.selection.to_json())  # type: ignore[union-attr]
    kept = pl.col("series_id").is_in([2, 9, 10])
    mine = events.filter(pl.col("series_id").is_null() | (pl.col("series_id") == 9))
    again = fit(demand.filter(kept), events=mine, selection=chosen, **arguments)  # type: ignore[arg-type]
    mean = again.predict().filter((pl.col("series_id") == 9) & (pl.col("measure") == "mean"))["quantity"].to_list()

    assert {"sale", "clearance"} == set(chosen.event_lifts)
    assert fitted.predict().filter(kept).equals(again.predict())
    assert mean[2] > 2 * mean[0]
    assert mean[6] > 1.5 * mean[4]


def test_a_young_series_keeps_what_it_borrows() -> None:
    """Goal: an item three weeks old is forecast like its category, in a refit of it alone too. Method: byte for byte."""
    attributes = pl.DataFrame({"series_id": range(1, 16), "category": ["A", "B", "A"] * 5})
    references = pl.DataFrame({"series_id": [5], "reference_series_id": [3], "factor": [0.5]})
    young = pl.col("series_id").is_in([5, 6])
    first = FIRST_MONDAY + timedelta(weeks=WEEKS - 2)
    demand = DEMAND.filter(~young | (pl.col("period_start") >= first))
    arguments = {"frequency": "week", "horizon": 8, "cutoff": CUTOFF, "is_boosted": False}
    fitted = fit(demand, attributes=attributes, references=references, **arguments)  # type: ignore[arg-type]
    chosen = Selection.from_json(fitted.selection.to_json())  # type: ignore[union-attr]
    again = fit(demand.filter(young), attributes=attributes, selection=chosen, **arguments)  # type: ignore[arg-type]
    told = fitted.champions().filter(young)

    assert {5: 3, 6: None} == {series_id: loan.donor for series_id, loan in chosen.loans.items()}
    assert ["borrowed", "borrowed"] == told["model"].to_list()
    assert told.equals(again.champions())
    assert fitted.predict().filter(young).equals(again.predict())


def test_only_the_changed_series_changes() -> None:
    changed = DEMAND.with_columns(
        pl.when(pl.col("series_id") == 9).then(pl.col("quantity") + 3).otherwise(pl.col("quantity")).alias("quantity")
    )
    before, after = refit(DEMAND), refit(changed)
    other = pl.col("series_id") != 9

    assert before.demand_forecasts.filter(other).equals(after.demand_forecasts.filter(other))
    assert not before.demand_forecasts.filter(~other).equals(after.demand_forecasts.filter(~other))


def test_a_series_the_selection_never_saw_takes_the_model_of_its_pattern() -> None:
    twin = DEMAND.filter(pl.col("series_id") == 9).with_columns(pl.lit(999, dtype=pl.Int64).alias("series_id"))
    got = refit(pl.concat([DEMAND, twin]))
    known = got.champions.row(by_predicate=pl.col("series_id") == 9, named=True)
    told = got.champions.row(by_predicate=pl.col("series_id") == 999, named=True)

    def quantities(series_id: int) -> list[float]:
        return got.demand_forecasts.filter(pl.col("series_id") == series_id)["quantity"].to_list()

    assert (known["demand_pattern"], "forecasting.reason.segment") == (told["demand_pattern"], told["reason_key"])
    assert quantities(9) == quantities(999)
    assert json.loads(told["reason_values"])["origin_count"] == 0


def test_a_series_too_young_for_a_model_gets_one_when_it_has_grown_up() -> None:
    assert CHOSEN.champions[6].reason == "too_short"
    assert refit(DEMAND).champions.filter(pl.col("series_id") == 6)["model"].to_list() == ["mean"]

    grown = refit(DEMAND, CUTOFF + timedelta(weeks=8)).champions.row(by_predicate=pl.col("series_id") == 6, named=True)

    assert (grown["reason_key"], grown["is_fallback"]) == ("forecasting.reason.segment", False)
    assert grown["model"] not in ("mean", "zero")


def test_the_text_can_be_read_and_is_the_same_bytes_again() -> None:
    text = CHOSEN.to_json()
    told = json.loads(text)

    assert CHOSEN == Selection.from_json(text)
    assert text == Selection.from_json(text).to_json()
    assert CHOSEN.selection_id == Selection.from_json(text).selection_id
    assert sorted(told["champions"], key=int) == [str(number) for number in range(1, 16)]
    assert 1.0 == pytest.approx(sum(ahead[0] for ahead in told["weights"][""].values()))
    assert text.count("\n") > 15
    shuffled = fit(
        DEMAND.sample(fraction=1.0, shuffle=True, seed=1),
        frequency="week",
        horizon=8,
        cutoff=CUTOFF,
        lead_times=LEAD_TIMES.reverse(),
        is_boosted=False,
        chunk_size=2,
    )
    assert text == shuffled.selection.to_json()  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("argument", "options"),
    [
        ("horizon", {"horizon": 9}),
        ("frequency", {"frequency": "month"}),
        ("cutoff", {"cutoff": CUTOFF - timedelta(weeks=1)}),
        ("protection periods", {"lead_times": LEAD_TIMES.with_columns(pl.lit(700).alias("protection_days"))}),
    ],
)
def test_a_selection_for_something_else_is_refused(argument: str, options: dict[str, object]) -> None:
    with pytest.raises(InvalidInput) as told:
        refit(DEMAND, **options)  # type: ignore[arg-type]

    assert told.value.key == "forecasting.selection_unfit"
    assert told.value.values["argument"] == argument


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"format": 99}', '{"format": 1}'])
def test_a_text_that_is_no_selection_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput) as told:
        Selection.from_json(text)

    assert told.value.key == "forecasting.selection_unreadable"
