"""Events lift and pull forward: what was planted is found, the next one is forecast better, the rest stays as it was."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest

from forecasting import Selection, fit, forecast, simulate_archive
from forecasting.engine import ForecastResult
from forecasting.events.occurrences import calendar_events, event_calendar
from forecasting.frames import FloatArray, build_panel
from kernel.errors import InvalidInput

pytestmark = pytest.mark.fast

FIRST = date(2022, 1, 3)
WEEKS = 130
PLANTED = [20, 46, 70, 99, 118]
NEXT = 132
LIFT, DIP = 1.0, 0.4


def monday(week: int) -> date:
    return FIRST + timedelta(weeks=week)


def promotions(weeks: list[int], **columns: object) -> pl.DataFrame:
    days = {"start_date": [monday(week) for week in weeks], "end_date": [monday(week) + timedelta(days=6) for week in weeks]}
    return pl.DataFrame({"event": ["promotion"] * len(weeks), **days}).with_columns(**columns)  # type: ignore[arg-type]


def planted(count: int, mean: float, weeks: int = WEEKS + 6, season: float = 0.2) -> FloatArray:
    """Seasonal counts that double in a promotion's week and miss four tenths in the week after."""
    factor = 1 + season * np.sin(2 * np.pi * np.arange(weeks) / 52)
    for week in [*PLANTED, NEXT]:
        factor[week] *= 1 + LIFT
        factor[week + 1] *= 1 - DIP
    return np.random.default_rng(3).poisson(np.repeat(mean * factor[None], count, axis=0)).astype(float)


def frame(values: FloatArray, weeks: int = WEEKS) -> pl.DataFrame:
    count = len(values)
    return pl.DataFrame(
        {
            "series_id": np.repeat(np.arange(1, count + 1), weeks),
            "period_start": [monday(week) for week in range(weeks)] * count,
            "quantity": values[:, :weeks].reshape(-1),
        }
    )


def run(demand: pl.DataFrame, **options: object) -> ForecastResult:
    arguments = {"frequency": "week", "horizon": 6, "cutoff": monday(WEEKS) - timedelta(days=1), "is_boosted": False}
    return forecast(demand, **{**arguments, **options})  # type: ignore[arg-type]


def means(result: ForecastResult) -> FloatArray:
    rows = result.demand_forecasts.filter(pl.col("measure") == "mean").sort("series_id", "period_start")
    return rows["quantity"].to_numpy().reshape(-1, 6)


@pytest.mark.parametrize(("count", "mean"), [(1, 100.0), (20, 20.0), (50, 3.0)])
def test_a_planted_lift_and_dip_are_found_and_the_next_promotion_is_forecast(count: int, mean: float) -> None:
    values = planted(count, mean)
    events = promotions([*PLANTED, NEXT])
    with_events, without = run(frame(values), events=events), run(frame(values))
    shared = with_events.event_effects.filter(pl.col("series_id").is_null()).row(0, named=True)
    base = mean * count

    assert ("promotion", len(PLANTED), True) == (shared["event"], shared["occurrences"], shared["is_used"])
    assert 1 + LIFT == pytest.approx(shared["effect"], abs=0.2)
    assert base * LIFT == pytest.approx(shared["lift_quantity"], rel=0.25)
    assert base * DIP == pytest.approx(shared["pull_forward_quantity"], rel=0.45)
    truth = values[:, WEEKS:]
    assert np.abs(means(with_events) - truth).mean() < 0.95 * np.abs(means(without) - truth).mean()
    assert (
        np.abs(means(with_events).sum(axis=0) - truth.sum(axis=0)).mean()
        < 0.6 * np.abs(means(without).sum(axis=0) - truth.sum(axis=0)).mean()
    )


def test_only_the_series_of_a_promotion_are_moved() -> None:
    values = planted(4, 60.0)
    plain = np.random.default_rng(8).poisson(60.0, (4, WEEKS)).astype(float)
    events = pl.concat([promotions([*PLANTED, NEXT], series_id=pl.lit(number, dtype=pl.Int64)) for number in (1, 2, 3, 4)])

    mixed = run(frame(np.concatenate([values[:, :WEEKS], plain])), events=events)

    assert (means(mixed)[:4, 2] > 1.5 * means(mixed)[:4, 1]).all()
    assert (means(mixed)[4:, 2] < 1.2 * means(mixed)[4:, 1]).all()


@pytest.mark.parametrize("known", [[], [46], [NEXT]])
def test_an_event_without_two_past_occurrences_changes_nothing(known: list[int]) -> None:
    values = planted(45, 20.0)
    plain, told = (run(frame(values), events=events, is_boosted=True, backtest_origins=1) for events in (None, promotions(known)))

    assert plain.demand_forecasts.equals(told.demand_forecasts)
    assert not told.event_effects["is_used"].any()


def test_what_happened_once_widens_the_next_occurrence_and_moves_no_mean() -> None:
    values = planted(45, 20.0)
    plain, told = (run(frame(values), events=events) for events in (None, promotions([46, NEXT])))
    width = [
        result.demand_forecasts.pivot(on="measure", index=["series_id", "period_start"], values="quantity")
        .group_by("period_start")
        .agg((pl.col("p90") - pl.col("p10")).mean().alias("width"))
        .sort("period_start")["width"]
        .to_numpy()
        for result in (plain, told)
    ]
    place = NEXT - WEEKS

    np.testing.assert_allclose(means(plain), means(told))
    assert width[1][place] > 1.8 * width[0][place]
    np.testing.assert_allclose(width[0][:place], width[1][:place], rtol=0.1)


def test_promotions_that_differ_have_wide_intervals_and_others_keep_theirs() -> None:
    """Lifts of 20 % to 180 % told of as 100 %: the next one's interval has to say so."""
    factor = np.ones(WEEKS + 6)
    factor[[*PLANTED, NEXT]] = [1.2, 2.8, 1.3, 2.7, 2.0, 2.0]
    uneven = np.random.default_rng(3).poisson(np.repeat(40.0 * factor[None], 30, axis=0)).astype(float)
    factor[[*PLANTED, NEXT]] = 2.0
    even = np.random.default_rng(3).poisson(np.repeat(40.0 * factor[None], 30, axis=0)).astype(float)
    widths = []
    for values in (even, uneven):
        told = run(frame(values), events=promotions([*PLANTED, NEXT])).demand_forecasts
        wide = told.pivot(on="measure", index=["series_id", "period_start"], values="quantity").sort("series_id", "period_start")
        widths.append((wide["p90"] - wide["p10"]).to_numpy().reshape(30, -1).mean(axis=0))
    place = NEXT - WEEKS

    assert widths[1][place] > 2.0 * widths[0][place]
    assert widths[1][0] < 1.3 * widths[0][0]


def test_an_event_that_did_nothing_is_not_used() -> None:
    values = np.random.default_rng(5).poisson(30.0, (30, WEEKS)).astype(float)
    told = run(frame(values), events=promotions([*PLANTED, NEXT]))

    assert [False] == told.event_effects["is_used"].to_list()
    assert run(frame(values)).demand_forecasts.equals(told.demand_forecasts)


def test_nothing_of_the_future_is_seen() -> None:
    """Neither demand after the cutoff nor promotions announced after it."""
    values = planted(3, 40.0)
    known = promotions([*PLANTED, NEXT])
    later = promotions([NEXT + 2], known_from=pl.lit(monday(WEEKS)))
    shifted = values.copy()
    shifted[:, WEEKS:] = shifted[:, WEEKS:] * 7 + 100
    plain = run(frame(values), events=known)

    for demand in (frame(values, WEEKS + 6), frame(shifted, WEEKS + 6)):
        told = run(demand, events=pl.concat([known, later], how="diagonal"))
        assert plain.demand_forecasts.equals(told.demand_forecasts)
        assert plain.event_effects.equals(told.event_effects)


def test_the_archive_knows_the_events_of_its_day() -> None:
    values = planted(3, 40.0)
    events = promotions([*PLANTED, NEXT]).with_columns((pl.col("start_date") - pl.duration(weeks=3)).alias("known_from"))
    cutoff = monday(WEEKS - 8) - timedelta(days=1)
    options: dict[str, object] = {"events": events, "is_boosted": False}
    archive = simulate_archive(frame(values), frequency="week", horizon=6, cutoffs=[cutoff], **options)  # type: ignore[arg-type]

    assert archive.equals(run(frame(values), cutoff=cutoff, events=events).demand_forecasts)


def test_the_result_does_not_depend_on_order_or_chunks() -> None:
    values, events = planted(7, 10.0), promotions([*PLANTED, NEXT])
    whole = run(frame(values), events=events)
    shuffled = run(frame(values).sample(fraction=1.0, shuffle=True, seed=1), events=events.reverse(), chunk_size=2)

    assert whole.demand_forecasts.equals(shuffled.demand_forecasts)
    assert whole.event_effects.equals(shuffled.event_effects)


def test_the_calendar_knows_the_great_days_of_china_and_other_countries() -> None:
    found = calendar_events(date(2025, 1, 1), date(2026, 12, 31))
    by_name = {name: part for (name,), part in found.group_by("event")}

    assert [date(2025, 6, 18), date(2026, 6, 18)] == by_name["618"].sort("start_date")["peak_date"].to_list()
    assert [date(2025, 11, 11), date(2026, 11, 11)] == by_name["Double 11"].sort("start_date")["end_date"].to_list()
    assert date(2026, 10, 1) in by_name["National Day"]["start_date"].to_list()
    assert date(2025, 10, 6) in by_name["Mid-Autumn Festival"]["start_date"].to_list()
    assert "Thanksgiving Day" in calendar_events(date(2025, 1, 1), date(2025, 12, 31), "US")["event"].to_list()


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ({"series_id": [99]}, "table_series_unknown"),
        ({"end_date": [date(2021, 1, 1)]}, "event_backwards"),
        ({"peak_date": [date(2021, 1, 1)]}, "event_peak"),
        ({"discount": [1.5]}, "event_discount"),
        ({"event": [None]}, "event_incomplete"),
        ({"start_date": ["soon"]}, "table_column_type"),
    ],
)
def test_an_impossible_event_is_refused(change: dict[str, list[object]], key: str) -> None:
    row: dict[str, list[object]] = {"event": ["fair"], "start_date": [date(2023, 1, 2)], "end_date": [date(2023, 1, 8)]}
    with pytest.raises(InvalidInput) as refused:
        run(frame(planted(1, 20.0)), events=pl.DataFrame({**row, **change}))

    assert f"forecasting.{key}" == refused.value.key
    assert refused.value.text("en")
    assert refused.value.text("zh")


def test_overlapping_occurrences_of_one_event_are_refused() -> None:
    twice = pl.concat([promotions([20]), promotions([20]).with_columns(pl.col("start_date", "end_date") + pl.duration(days=3))])
    with pytest.raises(InvalidInput) as refused:
        run(frame(planted(1, 20.0)), events=twice)

    assert "forecasting.event_overlap" == refused.value.key


def test_an_event_of_all_and_of_one_series_reaches_those_without_their_own() -> None:
    """The same name on other days for one series takes nothing from the others."""
    demand = frame(np.ones((3, WEEKS)))
    panel = build_panel(demand, frequency="week", cutoff=monday(WEEKS) - timedelta(days=1))
    both = promotions([10, 20], series_id=pl.Series([None, 2], dtype=pl.Int64))
    calendar = event_calendar(both, panel, demand)
    assert calendar is not None

    rows, shares = calendar.shares(calendar.events[0], panel.first_index + np.arange(WEEKS))

    assert [0, 1, 2] == (None if rows is None else rows.tolist())
    assert [[10], [10, 20], [10]] == [np.flatnonzero(one > 0).tolist() for one in shares[:, :, 1]]


def holidays_and(events: pl.DataFrame) -> pl.DataFrame:
    """With the whole calendar of China, whose windows hold two weeks of three."""
    return pl.concat([events, calendar_events(FIRST, monday(WEEKS + 6))], how="diagonal")


def test_an_effect_is_found_among_all_the_holidays_of_a_country() -> None:
    """Holidays that do nothing take no ordinary weeks away and move nothing."""
    values = planted(30, 40.0, season=0.0)
    told = run(frame(values), events=holidays_and(promotions([*PLANTED, NEXT])))
    used = told.event_effects.filter(pl.col("is_used"))

    assert ["promotion"] == used["event"].unique().to_list()
    assert 1 + LIFT == pytest.approx(used.filter(pl.col("series_id").is_null())["effect"][0], abs=0.25)
    assert (means(told)[:, NEXT - WEEKS] > 1.6 * means(told)[:, 0]).all()


def test_holidays_that_do_nothing_move_nothing() -> None:
    values = np.random.default_rng(5).poisson(30.0, (30, WEEKS)).astype(float)
    told = run(frame(values), events=calendar_events(FIRST, monday(WEEKS + 6)))

    assert not told.event_effects["is_used"].any()
    np.testing.assert_allclose(means(run(frame(values))), means(told))


def test_demand_that_trails_an_event_by_two_weeks_is_found_and_told_to_a_refit() -> None:
    values, early = planted(30, 40.0), promotions([week - 2 for week in [*PLANTED, NEXT]])
    cutoff = monday(WEEKS) - timedelta(days=1)
    fitted = fit(frame(values), frequency="week", horizon=6, cutoff=cutoff, events=early, is_boosted=False)
    assert fitted.selection is not None
    selection = Selection.from_json(fitted.selection.to_json())
    told = run(frame(values), events=early, selection=selection)

    assert 14 == selection.event_lifts["promotion"].delay
    assert 1 + LIFT == pytest.approx(fitted.event_effects()["effect"][0], abs=0.2)
    assert (means(told)[:, NEXT - WEEKS] > 1.6 * means(told)[:, 0]).all()
    assert run(frame(values), events=early).demand_forecasts.equals(told.demand_forecasts)


def test_what_two_years_alike_did_to_all_series_is_no_evidence_yet() -> None:
    told = run(frame(planted(45, 20.0)), events=promotions([*PLANTED[1:3], NEXT]))

    assert [False] == told.event_effects.filter(pl.col("series_id").is_null())["is_used"].to_list()


def test_price_promotions_are_measured_together_whatever_their_name() -> None:
    """Three names with one or two occurrences each: alone, none would teach anything."""
    values = planted(6, 60.0)
    plain = np.random.default_rng(8).poisson(60.0, (4, WEEKS)).astype(float)
    names = ["spring", "spring", "autumn", "autumn", "winter", "spring"]
    single = promotions([*PLANTED, NEXT], discount=pl.lit(0.15)).with_columns(pl.Series("event", names))
    numbers = pl.DataFrame({"series_id": [1, 2, 3, 4, 5, 6]}, schema={"series_id": pl.Int64})
    told = run(frame(np.concatenate([values[:, :WEEKS], plain])), events=single.join(numbers, how="cross"))
    shared = told.event_effects.filter(pl.col("series_id").is_null())

    assert {"autumn": True, "spring": True, "winter": True} == dict(shared.select("event", "is_used").iter_rows())
    assert 1 == shared["effect"].n_unique()
    assert (means(told)[:6, 2] > 1.6 * means(told)[:6, 0]).all()
    assert (means(told)[6:, 2] < 1.2 * means(told)[6:, 0]).all()


def test_a_holiday_goes_on_past_the_weekend_before_its_free_days() -> None:
    found = calendar_events(date(2025, 4, 1), date(2025, 6, 1)).filter(pl.col("event") == "Labor Day")

    assert [(date(2025, 5, 1), date(2025, 5, 5))] == found.select("start_date", "end_date").rows()
