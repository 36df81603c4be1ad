"""The forecast of a group on the screen: what is expected, an override with reason and end, and who wrote it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from dashboards.group_cells import read_group_cells, shown_override
from kernel.errors import InvalidInput
from tests.company import common
from tests.dashboards.conftest import Open
from transactional import open_ledger
from transactional.commands import OverrideGroupForecast

JANUARY = date(2026, 1, 1)


def cells(typed: str, unit: str = "amount", minor_digits: int = 2) -> tuple[dict[date, dict[str, int | None]], list[str]]:
    return read_group_cells({0: {"o": typed}}, "o", [JANUARY], [1200.5], "month", unit, minor_digits)


def test_a_figure_is_an_amount_or_a_quantity_and_a_per_cent_sign_makes_a_change() -> None:
    assert {"override_amount": 123450, "baseline_amount": 120050} == cells("1,234.5")[0][JANUARY]
    assert {"override_quantity": 7_500_000} == cells("7.5", "quantity")[0][JANUARY]
    assert {"change_ppm": 100_000} == cells("+10 %", "quantity")[0][JANUARY]
    assert {"change_ppm": -125_000} == cells("-12.5%", "quantity")[0][JANUARY]
    assert {} == cells("", "quantity")[0][JANUARY]
    assert {"override_amount": 1235, "baseline_amount": 1200} == cells("1234.6", minor_digits=0)[0][JANUARY]


@pytest.mark.parametrize("typed", ["-5", "many", "% 5"])
def test_what_is_no_figure_is_asked_back(typed: str) -> None:
    changes, refusals = cells(typed)

    assert {} == changes
    assert refusals[0].startswith("2026-01")


def test_a_standing_override_is_written_as_it_is_typed() -> None:
    shown = [shown_override(*each) for each in ((1500.0, None, None), (None, 12.25, None), (None, None, 0.1), (None, None, None))]

    assert ["1,500", "12.25", "+10 %", None] == shown


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("level", ["company", "warehouse", "category"])
def test_the_page_shows_every_level_in_both_languages(home: Path, visit: Open, language: str, level: str) -> None:
    app = visit("forecast_groups", language=language, level=level)

    assert [] == list(app.exception)
    assert {"company": "Tiny Works", "warehouse": "Main warehouse", "category": "Without category"}[level] in {
        str(each.value).replace("\\", "") for each in app.subheader
    } or language == "zh"
    assert "10.0 %" in {str(each.value) for each in app.metric}


def test_who_overrode_what_is_listed_and_a_contradiction_is_said(home: Path, visit: Open) -> None:
    ledger = open_ledger(home / "ledger.db")
    answer = ledger.post(
        [
            OverrideGroupForecast(
                level="company",
                frequency="month",
                period_start=date(2026, 2, 1),
                change_ppm=100_000,
                reason="fair in spring",
                until_date=date(2026, 3, 31),
                **common("planner"),
            )
        ]
    )
    import duckdb

    [snapshot] = [path for path in (home / "snapshots").iterdir() if path.is_dir()]
    with duckdb.connect(str(snapshot / "warehouse.duckdb")) as warehouse:
        key = answer[0].ids["forecast_group_override_id"]
        warehouse.execute("update reports.rpt_override_problems set override_id = ?", [key])

    app = visit("forecast_groups", level="company")

    written = " ".join(str(each.value) for each in app.markdown)
    assert "+10 %" in written
    assert "fair in spring" in written
    assert "until 2026-03-31" in written
    assert any("1,000 of the 900" in str(each.value) for each in app.warning)


def test_a_viewer_may_look_and_not_write(home: Path, visit: Open) -> None:
    app = visit("forecast_groups", login="viewer", level="company")

    assert [] == list(app.exception)
    assert not [each for each in app.button if each.label == "Save override"]


def test_the_command_refuses_what_the_screen_never_sends(home: Path) -> None:
    ledger = open_ledger(home / "ledger.db")
    with pytest.raises(InvalidInput):
        ledger.post(
            [
                OverrideGroupForecast(
                    level="company",
                    frequency="month",
                    period_start=JANUARY,
                    override_amount=1,
                    change_ppm=1,
                    reason="two at once",
                    **common("planner"),
                )
            ]
        )
