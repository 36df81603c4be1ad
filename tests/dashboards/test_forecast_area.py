"""The forecast area: one bar of links on each of its pages, with what exists and has something to show."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from dashboards import navigation
from dashboards.components.forecast_area import AREA
from kernel.messages import has_text
from tests.dashboards.conftest import Open
from tests.dashboards.snapshot_fixture import publish
from tests.dashboards.words import words
from transactional import open_ledger

EXISTING = [page.name for page in AREA if page.name in {place.name for place in navigation.PAGES}]


def links(app: object) -> list[str]:
    return [str(link.proto.label) for link in app.get("page_link")]  # type: ignore[attr-defined]


def test_every_page_of_the_area_has_a_name_in_the_bar() -> None:
    assert [] == [page.name for page in AREA if not has_text(f"screen.area.{page.name}")]


@pytest.mark.parametrize("page", EXISTING)
def test_each_page_of_the_area_begins_with_the_bar(home: Path, visit: Open, page: str) -> None:
    app = visit(page)

    assert [] == list(app.exception)
    assert "Review" == links(app)[0]


def test_a_page_without_data_has_no_link(home: Path, visit: Open) -> None:
    publish(home, "empty", open_ledger(home / "ledger.db"), tables={})

    shown = links(visit("forecast"))

    assert "Review" in shown
    assert not {"Accuracy", "Models", "Seasonality"} & set(shown)


@pytest.mark.parametrize("view", ["trend", "steps", "horizon", "coverage", "drift", "offenders"])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_view_of_the_accuracy_page_opens_by_its_link(home: Path, visit: Open, view: str, language: str) -> None:
    app = visit("forecast_accuracy", language=language, view=view)

    assert [] == list(app.exception)
    assert "screen." not in words(app)


def test_the_accuracy_page_says_what_model_and_people_added(home: Path, visit: Open) -> None:
    seen = words(visit("forecast_accuracy", view="steps"))

    assert "Added by the model +20.0 pp" in seen
    assert "Added by people +8.0 pp" in seen
    assert "Planner" in seen


def test_a_drifting_series_is_listed(home: Path, visit: Open) -> None:
    assert "GOOD-01" in words(visit("forecast_accuracy", view="drift"))


@pytest.mark.parametrize("view", ["board", "horizon", "serving", "gallery"])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_view_of_the_models_page_opens_by_its_link(home: Path, visit: Open, view: str, language: str) -> None:
    app = visit("forecast_models", language=language, view_models=view)

    assert [] == list(app.exception)
    assert "screen." not in words(app)


def test_the_leading_model_is_named_with_its_lead_over_the_baseline(home: Path, visit: Open) -> None:
    seen = words(visit("forecast_models"))

    assert "leads: " in seen
    assert "Seasonal naive" in seen or "seasonal naive" in seen.lower()


def test_a_season_is_told_with_its_months_and_its_festival(home: Path, visit: Open) -> None:
    seen = words(visit("seasonality", group="MAKE"))

    assert "**1 of 2**" in seen
    assert "High months: June (+100 %)" in seen
    assert "-25 %" in seen


def test_noise_is_not_shown_as_season(home: Path, visit: Open) -> None:
    app = visit("seasonality", group="BUY")

    assert "No season beyond doubt" in words(app)
    assert not any("High months" in each.value for each in app.markdown)
    assert [6, None] == [None if value != value else int(value) for value in app.dataframe[0].value["Peak month"].tolist()]


def test_the_review_says_how_many_ask_for_a_human_and_that_nothing_is_urgent(home: Path, visit: Open) -> None:
    seen = words(visit("forecast"))

    assert "Nothing urgent" in seen
    assert "worth a look" in seen


def test_the_review_says_whether_people_knew_better_on_this_series_and_on_how_little_that_rests(home: Path, visit: Open) -> None:
    seen = words(visit("forecast"))

    assert "Overrides helped" in seen
    assert "n = 1" in seen


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_sheet_with_too_many_rows_is_refused_before_anything_is_saved(home: Path, visit: Open, language: str) -> None:
    app = visit("forecast", language=language)
    area = next(each for each in app.text_area if str(each.key).startswith("upload:"))
    area.set_value("\n".join(["1"] * 50)).run()

    assert "50" in app.error[0].value
    assert [] == open_ledger(home / "ledger.db").records("select 1 from forecast_override")


def test_pasted_rows_outlive_a_missing_reason_and_are_saved_as_they_were_understood(home: Path, visit: Open) -> None:
    app = visit("forecast")
    area = next(each for each in app.text_area if str(each.key).startswith("upload:"))
    area.set_value("2026-02\t1,200\n2025-02\t9").run()
    told = " ".join(each.value for each in app.error)
    next(each for each in app.button if each.label == "Save 1 periods").click().run()
    kept = next(each for each in app.text_area if str(each.key).startswith("upload:")).value
    next(each for each in app.text_input if str(each.key).startswith("upload:")).set_value("campaign")
    next(each for each in app.button if each.label == "Save 1 periods").click().run()
    stored = open_ledger(home / "ledger.db").records("select period_start, override_quantity from forecast_override")

    assert "2025-02 is over" in told
    assert "2026-02" in kept
    assert [("2026-02-01", 1_200_000_000)] == [(str(row["period_start"]), row["override_quantity"]) for row in stored]


@pytest.mark.parametrize("page", ["forecast", "repurchase"])
def test_paper_has_the_tables_whole_with_company_and_filters(home: Path, visit: Open, page: str) -> None:
    app = visit(page)
    printed = [str(each.proto.body) for each in app.get("html")]

    assert any("paper-head" in each and "data through" in each for each in printed)
    assert any("<thead>" in each for each in printed)


def test_a_snapshot_published_before_the_calendar_is_still_shown(home: Path, visit: Open) -> None:
    [snapshot] = [path for path in (home / "snapshots").iterdir() if path.is_dir()]
    with duckdb.connect(str(snapshot / "warehouse.duckdb")) as warehouse:
        warehouse.execute("drop table reports.rpt_calendar")
        warehouse.execute("drop table reports.rpt_series_value_added")
        warehouse.execute("alter table reports.rpt_forecast drop column last_year_forecast_quantity")

    app = visit("forecast")

    assert [] == list(app.exception)
    assert "Nothing to judge yet" in words(app)
