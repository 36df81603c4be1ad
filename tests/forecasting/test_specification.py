"""Chosen series forecast as a person says: written down, read back, applied to these series alone, and taken away again."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasting import (
    SERIES_MODELS,
    ForecastResult,
    Selection,
    Selector,
    Specification,
    SpecificationEntry,
    assign,
    default_parameters,
    fit,
    fit_series,
    forecast,
    from_toml,
    reason_text,
    to_toml,
    tune,
)
from forecasting.frames import period_starts
from forecasting.tuning.series_models import estimate
from forecasting.tuning.transformation import Scale
from kernel.errors import InvalidInput, NotFound

CUTOFF = date(2024, 12, 31)
MONTHS = 48


def demand_of(count: int = 6) -> pl.DataFrame:
    """Seasonal series of different sizes; the fourth is quiet."""
    place, parts = np.arange(MONTHS), []
    for series_id in range(1, count + 1):
        draws = np.random.default_rng(series_id)
        values = 30 * series_id * (1 + 0.4 * np.sin(2 * np.pi * place / 12)) * draws.lognormal(0, 0.1, MONTHS)
        if series_id == 4:
            values = np.where(draws.random(MONTHS) < 0.25, values, 0.0)
        starts = period_starts((2025 - 1970) * 12 - MONTHS + place, "month")
        parts.append(pl.DataFrame({"series_id": [series_id] * MONTHS, "period_start": starts, "quantity": np.round(values)}))
    return pl.concat(parts)


LABELS = pl.DataFrame(
    {
        "series_id": [1, 2, 3, 4, 5, 6],
        "sku": ["A", "A", "B", "C", "D", "E"],
        "warehouse": ["N", "S", "N", "N", "N", "N"],
        "category": ["X", "X", "X", "Y", "Y", "Y"],
    }
)
DAYS = pl.DataFrame({"series_id": range(1, 13), "protection_days": [45, 45, 61, 61, 90, *[61] * 7]})


def entry(model: str = "ets", **changes: object) -> SpecificationEntry:
    values: dict[str, object] = {
        "selector": Selector(sku="A", warehouse="N"),
        "frequency": "month",
        "author": "Li Wei",
        "decided_on": date(2025, 1, 6),
        "why": "the season is additive",
    }
    return SpecificationEntry(**(values | {"model": model} | changes))  # type: ignore[arg-type]


def forecast_with(*entries: SpecificationEntry, demand: pl.DataFrame | None = None, **options: object) -> ForecastResult:
    return forecast(
        demand_of() if demand is None else demand,
        frequency="month",
        horizon=6,
        cutoff=CUTOFF,
        lead_times=DAYS,
        is_boosted=False,
        assignments=assign(Specification.of(entries), LABELS),
        **options,  # type: ignore[arg-type]
    )


def frames(result: ForecastResult) -> dict[str, pl.DataFrame]:
    return {name: getattr(result, name) for name in result.__dataclass_fields__}


@pytest.mark.parametrize("model", SERIES_MODELS)
def test_a_specified_series_gets_every_figure_of_the_tables_and_no_other_series_changes(model: str) -> None:
    plain, tuned = forecast_with(), forecast_with(entry(model))

    for name, frame in frames(plain).items():
        is_other = pl.col("series_id") != 1
        assert frame.filter(is_other).equals(getattr(tuned, name).filter(is_other)), name
    served = tuned.demand_forecasts.filter(pl.col("series_id") == 1)
    wide = served.pivot(on="measure", index="period_start", values="quantity")
    by_hand = fit_series(demand_of(), 1, model=model, frequency="month", horizon=6, cutoff=CUTOFF)  # type: ignore[arg-type]
    alone = by_hand.forecasts.filter(pl.col("measure") == "mean").sort("period_start")["quantity"]
    champion = tuned.champions.row(by_predicate=pl.col("series_id") == 1, named=True)
    metrics = tuned.backtest_scores.filter((pl.col("series_id") == 1) & (pl.col("model") == f"specification_{model}"))
    own = by_hand.comparison.row(by_predicate=pl.col("model") == model, named=True)

    np.testing.assert_allclose(wide.sort("period_start")["mean"], alone)
    assert (wide["p05"] <= wide["p50"]).all()
    assert (wide["p50"] < wide["p95"]).all()
    assert champion["model"] == f"specification_{model}"
    assert "Specification by Li Wei on 2025-01-06" in reason_text(champion["reason_key"], champion["reason_values"])
    assert "Li Wei 于 2025-01-06" in reason_text(champion["reason_key"], champion["reason_values"], "zh")
    assert {"wape", "bias", "rmsse", "pinball", "coverage_80", "coverage_95"} <= set(metrics["metric"])
    assert champion["wape"] == pytest.approx(own["wape"])
    total = tuned.lead_time_demand.filter((pl.col("series_id") == 1) & (pl.col("measure") == "mean"))["quantity"][0]
    first, second = wide.sort("period_start")["mean"].head(2)
    assert total == pytest.approx(first + second * (45 / (365.25 / 12) - 1))


def test_entries_taken_away_leave_the_same_bytes_as_never_having_been_there() -> None:
    file = to_toml(Specification.of([entry("theta"), entry("engine", selector=Selector(pattern="smooth"), members=("ets",))]))
    left = from_toml(file).without("A@N").without("pattern:smooth")

    plain, again = frames(forecast_with()), frames(forecast_with(*left.entries))
    assert all(plain[name].equals(again[name]) for name in plain)


def test_the_result_is_the_same_for_any_chunking_and_for_worker_processes() -> None:
    entries = [entry("stl"), entry("engine", selector=Selector(category="Y"), members=("theta", "ets"))]
    seen: list[int] = []

    def mapper(function, chunks):  # type: ignore[no-untyped-def]
        seen.append(len(chunks))
        return [function(chunk) for chunk in reversed(chunks)][::-1]

    one, other = forecast_with(*entries), forecast_with(*entries, map_chunks=mapper, chunk_size=2)
    assert seen
    assert all(frame.equals(getattr(other, name)) for name, frame in frames(one).items())


def test_fixed_weights_of_the_engine_give_the_weighted_mean_of_its_members() -> None:
    weights = {"theta": 0.25, "ets": 0.75}
    mixed = forecast_with(entry("engine", selector=Selector(category="X"), members=("theta", "ets"), weights=weights))
    single = {
        name: forecast_with(entry("engine", selector=Selector(category="X"), members=(name,), weights={name: 1.0}))
        for name in weights
    }
    expected = sum(
        weight * single[name].demand_forecasts.filter(pl.col("measure") == "mean")["quantity"].to_numpy()
        for name, weight in weights.items()
    )
    found = mixed.demand_forecasts.filter(pl.col("measure") == "mean")
    reached = (found["series_id"] <= 3).to_numpy()
    np.testing.assert_allclose(found["quantity"].to_numpy()[reached], np.asarray(expected)[reached])
    models = dict(mixed.champions.select("series_id", "model").iter_rows())
    assert [models[one] == "specification_engine" for one in range(1, 7)] == [True] * 3 + [False] * 3


def test_members_without_weights_are_weighed_by_their_past_errors() -> None:
    names, one = ("long_average", "ets_multiplicative"), Selector(series_id=1)
    both = forecast_with(entry("engine", selector=one, members=names))
    single = [forecast_with(entry("engine", selector=one, members=(name,))) for name in names]

    def means(result: ForecastResult) -> np.ndarray:
        rows = result.demand_forecasts.filter((pl.col("measure") == "mean") & (pl.col("series_id") == 1))
        return rows["quantity"].to_numpy()

    past = both.backtest_forecasts.filter((pl.col("series_id") == 1) & (pl.col("measure") == "mean"))
    truth = past.join(demand_of().rename({"quantity": "actual"}), on=["series_id", "period_start"])
    squared = [
        truth.filter(pl.col("model") == name).select(((pl.col("quantity") - pl.col("actual")) ** 2).mean()).item()
        for name in names
    ]
    inverse = [1 / (error + 0.05 * sum(squared) / 2) for error in squared]
    first = inverse[0] / sum(inverse)
    np.testing.assert_allclose(means(both), first * means(single[0]) + (1 - first) * means(single[1]))


def test_the_narrowest_entry_serves_a_series() -> None:
    found = forecast_with(
        entry("engine", selector=Selector(pattern="smooth"), members=("ets",)),
        entry("engine", selector=Selector(category="X"), members=("theta",)),
        entry("theta", selector=Selector(series_id=2)),
    )
    models = dict(found.champions.select("series_id", "model").iter_rows())
    reasons = dict(found.champions.select("series_id", "reason_values").iter_rows())
    assert models[2] == "specification_theta"
    assert models[1] == models[5] == "specification_engine"
    assert reasons[1] != reasons[5]
    assert models[4] != "specification_engine"  # quiet, and in the other category


def test_uncalibrated_intervals_are_the_models_own() -> None:
    # Twelve series: fewer sums over lead times than it takes teach nothing.
    own = forecast_with(entry("ets", is_calibrated=False), demand=demand_of(12))
    corrected = forecast_with(entry("ets"), demand=demand_of(12))
    pick = (pl.col("series_id") == 1) & (pl.col("measure") == "p95")
    assert not own.demand_forecasts.filter(pick).equals(corrected.demand_forecasts.filter(pick))
    assert not own.lead_time_demand.filter(pick).equals(corrected.lead_time_demand.filter(pick))
    by_hand = fit_series(demand_of(), 1, model="ets", frequency="month", horizon=6, cutoff=CUTOFF)
    first = by_hand.forecasts.filter(pl.col("measure") == "p95").sort("period_start")["quantity"][0]
    assert own.demand_forecasts.filter(pick).sort("period_start")["quantity"][0] == pytest.approx(first, rel=0.1)


def test_a_series_that_cannot_be_fitted_keeps_the_engine_and_says_why() -> None:
    beside = entry("sarimax", parameters={"regressors": ["promotion"]})
    plain, found = forecast_with(), forecast_with(beside)
    row = found.champions.row(by_predicate=pl.col("series_id") == 1, named=True)

    assert plain.demand_forecasts.equals(found.demand_forecasts)
    assert plain.lead_time_demand.equals(found.lead_time_demand)
    assert row["model"] == plain.champions.row(by_predicate=pl.col("series_id") == 1, named=True)["model"]
    assert "promotion" in reason_text(row["reason_key"], row["reason_values"])
    assert "回归变量 promotion" in reason_text(row["reason_key"], row["reason_values"], "zh")
    assert "forecasting.note.specification_failed" in found.series_notes.filter(pl.col("series_id") == 1)["note_key"].to_list()


def test_more_series_than_the_limit_keep_the_engine_beyond_it() -> None:
    entries = [entry("theta", selector=Selector(series_id=number)) for number in (1, 2, 3)]
    assignments = assign(Specification.of(entries), LABELS)
    from forecasting.choosing.backtest import run_origins
    from forecasting.tuning.tuned import specified

    fitted = fit(demand_of(), frequency="month", horizon=6, cutoff=CUTOFF, is_boosted=False)
    assert fitted.done is not None
    counts = [*fitted.done.origins, fitted.done.known_count]
    runs = run_origins(fitted.panel, counts, 6, is_boosted=False)
    models = specified(fitted, runs, assignments, limit=2).champions()["model"].to_list()
    assert [name == "specification_theta" for name in models] == [True, True, False, False, False, False]


def test_sample_paths_of_a_specified_series_follow_its_own_forecast() -> None:
    assignments = assign(Specification.of([entry("ets", parameters={"season": "additive"})]), LABELS)
    tuned = fit(demand_of(), frequency="month", horizon=6, cutoff=CUTOFF, is_boosted=False, assignments=assignments)
    mean = tuned.predict().filter((pl.col("series_id") == 1) & (pl.col("measure") == "mean")).sort("period_start")["quantity"]
    np.testing.assert_allclose(tuned.sample_paths(400)[0].mean(axis=1), mean, rtol=0.05)


def test_a_fit_is_saved_read_and_served_as_it_was_tuned() -> None:
    tried = [("sarimax", {"order": [1, 0, 0], "season": "harmonics", "harmonics": 2}), ("ets", {"season": "multiplicative"})]
    ranked = tune(demand_of(), 1, frequency="month", horizon=6, cutoff=CUTOFF, candidates=tried)  # type: ignore[arg-type]
    decided = {"author": "Li Wei", "on": date(2025, 1, 6), "why": "season", "sku": "A", "warehouse": "N"}
    saved = from_toml(to_toml(Specification.of([ranked[0].specification(**decided)])))  # type: ignore[arg-type]
    found = forecast_with(*saved.entries).demand_forecasts.filter((pl.col("series_id") == 1) & (pl.col("measure") == "mean"))

    expected = ranked[0].forecasts.filter(pl.col("measure") == "mean").sort("period_start")["quantity"]
    np.testing.assert_allclose(found.sort("period_start")["quantity"], expected)
    assert saved.entries[0].parameters == ranked[0].settings
    assert saved.entries[0].scores["wape"] <= saved.entries[0].scores["seasonal_naive_wape"]
    assert saved.entries[0].data_cutoff == CUTOFF


@pytest.mark.fast
@given(
    model=st.sampled_from(SERIES_MODELS),
    words=st.tuples(*[st.text(st.characters(exclude_categories=["Cs"]), min_size=1).filter(str.strip)] * 4),
    on=st.dates(),
    seed=st.integers(-(2**31), 2**31),
    score=st.floats(allow_nan=False, allow_infinity=False),
    power=st.floats(0, 1),
)
def test_whatever_is_written_is_read_back_and_written_the_same(
    model: str, words: tuple[str, ...], on: date, seed: int, score: float, power: float
) -> None:
    sku, warehouse, author, why = words
    one = SpecificationEntry(
        selector=Selector(sku=sku, warehouse=warehouse),
        frequency="week",
        model=model,
        author=author,
        decided_on=on,
        why=why,
        parameters=default_parameters(model) | {"box_cox_lambda": power},
        seed=seed,
        scores={"wape": score},
    )
    specification = Specification.of([one, replace(one, frequency="month")])
    again = from_toml(to_toml(specification))
    assert again == specification
    assert to_toml(again) == to_toml(specification)
    assert again.content_hash() == specification.content_hash()


GOOD = """[[entry]]
series_id = 1
frequency = "month"
model = "ets"
author = "a"
date = 2025-01-06
why = "b"
"""


@pytest.mark.fast
@pytest.mark.parametrize(
    ("text", "said"),
    [
        (GOOD + "modle = 1\n", ["f.toml, line 1, entry 1 (series:1)", "modle", "unknown key"]),
        ("\n" + GOOD + "\n" + GOOD.replace("ets", "arima"), ["line 10, entry 2 (series:1)", "'arima'".strip("'"), "sarimax"]),
        (GOOD + "[entry.parameters]\ndamped = true\n", ["parameters.damped", "is_damped"]),
        (GOOD + "[entry.parameters]\nis_damped = 1\n", ["parameters.is_damped", "got 1", "true or false"]),
        (GOOD.replace("2025-01-06", '"2025-01-06"'), ["date", "without quotes"]),
        (GOOD.replace("series_id = 1", 'sku = "A"'), ["sku", "sku with warehouse"]),
        (GOOD.replace("series_id = 1", 'category = "A"'), ["category:A", "'engine' for a segment"]),
        (GOOD.replace('why = "b"\n', ""), ["why", "nothing"]),
        (GOOD.replace('"ets"', '"engine"') + 'members = ["best"]\n', ["members", "best", "theta"]),
        (GOOD.replace('"ets"', '"engine"') + 'members = ["ets"]\nweights = {ets = 0.4}\n', ["weights", "together 1"]),
        (GOOD.replace("month", "fortnight"), ["frequency", "fortnight", "quarter"]),
        (GOOD + GOOD, ["series:1 (month)", "keep one"]),
        ("[settings]\n" + GOOD, ["f.toml, line 1", "settings"]),
        (GOOD + "why = [", ["f.toml", "cannot be read"]),
    ],
)
def test_a_wrong_file_is_refused_with_the_place_and_what_would_be_right(text: str, said: list[str]) -> None:
    with pytest.raises(InvalidInput) as refusal:
        from_toml(text, "f.toml")
    message = str(refusal.value)
    assert all(word in message for word in said), message
    assert refusal.value.text("zh") != message


@pytest.mark.fast
def test_an_entry_for_nobody_and_two_for_one_are_refused() -> None:
    with pytest.raises(NotFound, match="Z@N"):
        assign(Specification.of([entry(selector=Selector(sku="Z", warehouse="N"))]), LABELS)
    with pytest.raises(InvalidInput, match="series:1"):
        assign(Specification.of([entry(), entry(selector=Selector(series_id=1))]), LABELS)


@pytest.mark.parametrize(
    ("model", "parameters"),
    [
        ("ets", {"season": "multiplicative", "error": "multiplicative", "trend": "none"}),
        ("ets", {"season": "none", "is_damped": False}),
        ("theta", {"season": "additive", "transformation": "log"}),
        ("stl", {"season_window": 13, "is_robust": False, "transformation": "box_cox", "box_cox_lambda": 0.3}),
        ("sarimax", {"order": [1, 1, 1], "seasonal_order": [1, 0, 0], "season": "states"}),
        ("sarimax", {"season": "harmonics", "harmonics": 4, "spring_festival": True, "transformation": "log"}),
        ("unobserved_components", {"level": "local level", "season": "harmonics", "harmonics": 6}),
    ],
)
def test_parameters_change_what_is_fitted_and_are_told(model: str, parameters: dict[str, object]) -> None:
    plain = fit_series(demand_of(), 3, model=model, frequency="month", horizon=12, cutoff=CUTOFF)  # type: ignore[arg-type]
    tuned = fit_series(
        demand_of(),
        3,
        model=model,  # type: ignore[arg-type]
        parameters=parameters,
        frequency="month",
        horizon=12,
        cutoff=CUTOFF,
    )
    assert not tuned.is_fallback
    assert not tuned.forecasts.equals(plain.forecasts)
    assert {name: tuned.settings[name] for name in parameters} == parameters


@pytest.mark.fast
@given(power=st.floats(0, 1), mean=st.floats(0.1, 1e6), relative=st.floats(0.001, 0.3))
def test_a_mean_brought_back_from_another_scale_is_the_mean_of_demand(power: float, mean: float, relative: float) -> None:
    scale = Scale(power)
    seen = scale.forward(np.array([mean]))
    slope = (1 + mean) ** (power - 1)
    spread = np.array([relative * (1 + mean) * slope])
    draws = np.random.default_rng(1).standard_normal(200_000)
    paths = scale.backward(seen + spread * draws)
    found, width = scale.outlook(seen, spread)
    assert found[0] + 1 == pytest.approx(paths.mean() + 1, rel=0.01)
    assert width[0] == pytest.approx(paths.std(), rel=0.12)


def test_a_festival_that_moves_is_seen_by_the_model_that_is_told_of_it() -> None:
    from forecasting.events.moving_holidays import window_shares

    weeks = np.arange((2024 - 1970) * 52 - 120, (2024 - 1970) * 52 + 40)
    closed = window_shares(weeks, "week")[:, 2]
    values = 100 * (1 - 0.8 * closed) + np.random.default_rng(2).normal(0, 2, len(weeks))
    known = len(weeks) - 12
    shares = window_shares(weeks, "week")
    told = estimate("sarimax", values[:known], 52, 12, shares, {"order": [0, 0, 1], "season": "none"})
    assert told.fitted[np.argmax(closed[:known])] < 60


def test_a_refit_between_selections_serves_the_entry_and_leaves_the_others_alone() -> None:
    options = {"frequency": "month", "horizon": 6, "lead_times": DAYS, "is_boosted": False}
    chosen = assign(
        Specification.of([entry("ets"), entry("engine", selector=Selector(category="Y"), members=("theta",))]), LABELS
    )
    first = fit(demand_of(), cutoff=date(2024, 11, 30), **options)  # type: ignore[arg-type]
    tuned_first = fit(demand_of(), cutoff=date(2024, 11, 30), assignments=chosen, **options)  # type: ignore[arg-type]
    assert replace(tuned_first.selection, tuned=None) == first.selection  # type: ignore[type-var]

    plain = fit(demand_of(), cutoff=CUTOFF, selection=first.selection, **options)  # type: ignore[arg-type]
    tuned = fit(demand_of(), cutoff=CUTOFF, selection=first.selection, assignments=chosen, **options)  # type: ignore[arg-type]
    is_other = pl.col("series_id").is_in([2, 3])
    assert plain.predict().filter(is_other).equals(tuned.predict().filter(is_other))
    assert plain.lead_time_demand().filter(is_other).equals(tuned.lead_time_demand().filter(is_other))
    models = tuned.champions()["model"].to_list()
    assert [name.startswith("specification_") for name in models] == [True, False, False, True, True, True]
    by_hand = fit_series(demand_of(), 1, model="ets", frequency="month", horizon=6, cutoff=CUTOFF)
    served = tuned.predict().filter((pl.col("series_id") == 1) & (pl.col("measure") == "mean")).sort("period_start")
    expected = by_hand.forecasts.filter(pl.col("measure") == "mean").sort("period_start")
    np.testing.assert_allclose(served["quantity"], expected["quantity"])
    reason = tuned.champions().row(0, named=True)
    assert "Li Wei" in reason_text(reason["reason_key"], reason["reason_values"])


@pytest.mark.parametrize("kept", [[1, 2, 4], [3, 5], [6]])
def test_a_refit_serves_specified_series_to_the_byte_as_the_fit_did_alone_or_among_others(kept: list[int]) -> None:
    """Goal: one changed series does not mean a fit of all. Method: a selection through its text, any subset, every frame."""
    entries = [entry("theta"), entry("engine", selector=Selector(category="Y"), members=("theta", "ets"))]
    chosen = assign(Specification.of(entries), LABELS)
    options = {"frequency": "month", "horizon": 6, "cutoff": CUTOFF, "is_boosted": False, "assignments": chosen}
    fitted = fit(demand_of(), lead_times=DAYS, **options)  # type: ignore[arg-type]
    selection = Selection.from_json(fitted.selection.to_json())  # type: ignore[union-attr]
    mine = pl.col("series_id").is_in(kept)
    again = fit(demand_of().filter(mine), lead_times=DAYS.filter(mine), selection=selection, **options)  # type: ignore[arg-type]

    assert fitted.predict().filter(mine).equals(again.predict())
    assert fitted.lead_time_demand().filter(mine).equals(again.lead_time_demand())
    assert fitted.champions().filter(mine).equals(again.champions())


def test_a_tuned_model_learns_from_demand_without_events_and_gets_them_back() -> None:
    """Goal: a promotion ahead lifts the specified forecast too. Method: theta, which knows no regressors, and a planted lift."""
    starts = [date(2022, 3, 1), date(2022, 9, 1), date(2023, 5, 1), date(2023, 11, 1), date(2024, 6, 1), date(2025, 2, 1)]
    events = pl.DataFrame({"event": "sale", "start_date": starts, "end_date": [day.replace(day=28) for day in starts]})
    lifted = demand_of().with_columns(
        pl.when(pl.col("period_start").is_in(starts)).then(pl.col("quantity") * 2).otherwise(pl.col("quantity")).alias("quantity")
    )
    told, plain = (
        forecast_with(entry("theta"), demand=lifted, events=table).demand_forecasts.filter(
            (pl.col("series_id") == 1) & (pl.col("measure") == "mean")
        )["quantity"]
        for table in (events, None)
    )

    assert told[1] > 1.5 * told[2]
    assert plain[1] < 1.3 * plain[2]
