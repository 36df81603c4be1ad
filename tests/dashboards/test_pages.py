"""Every page answers its question in both languages, and says what is missing instead of breaking."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from dashboards.report_columns import COLUMNS
from kernel.messages import text
from tests.dashboards.conftest import PAGES, Open
from tests.dashboards.snapshot_fixture import publish
from tests.dashboards.words import words
from transactional import open_ledger

TITLES = {page: f"screen.{page}.title" for page in ("today", "kpis", "forecast", "suggestions", "stock", "setup")}


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("page", PAGES)
def test_a_page_is_drawn_in_the_language_of_its_link(home: Path, visit: Open, page: str, language: str) -> None:
    app = visit(page, language=language)
    seen = words(app)

    assert [] == list(app.exception)
    assert not re.search(r"screen\.[a-z_]+", seen), "a message key shows"
    assert not re.search(r"\{[a-z_]+\}", seen), "a place was not filled in"
    if page in TITLES:
        assert text(TITLES[page], language) == app.title[0].value
    assert text("screen.frame.footer", language).split("{date}")[0].split("·")[-1].strip() in app.caption[-1].value


@pytest.mark.parametrize("page", PAGES)
def test_a_snapshot_without_any_report_teaches_instead_of_breaking(home: Path, visit: Open, page: str) -> None:
    ledger = open_ledger(home / "ledger.db")
    publish(home, "empty", ledger, tables={})

    app = visit(page)

    assert [] == list(app.exception)
    assert "None" not in words(app)


@pytest.mark.parametrize("page", PAGES)
def test_reports_with_columns_but_no_rows_are_empty_pages(home: Path, visit: Open, page: str) -> None:
    ledger = open_ledger(home / "ledger.db")
    publish(home, "bare", ledger, tables={table: [] for table in COLUMNS})

    assert [] == list(visit(page).exception)


def test_without_a_snapshot_the_page_names_the_command(home: Path, visit: Open) -> None:
    (home / "snapshots" / "current").unlink()

    app = visit()

    assert "throughline run" in [block.value for block in app.code]


def test_without_a_ledger_nothing_is_created_and_the_command_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, visit: Open
) -> None:
    monkeypatch.setenv("THROUGHLINE_HOME", str(tmp_path / "nothing"))

    app = visit(login="")

    assert "make run" in app.code[0].value
    assert not (tmp_path / "nothing").exists()


def test_a_failed_newer_run_is_named_with_the_data_shown(home: Path, visit: Open) -> None:
    failed = {"run_id": "run-b", "status": "failed", "failed_step": "dbt", "message": "stock below zero", "finished_at": "x"}
    (home / "snapshots" / "last_run.json").write_text(json.dumps(failed), encoding="utf-8")

    app = visit("kpis")

    assert "Showing data of 2026-01-05" in app.warning[0].value
    assert "building the marts" in app.warning[0].value


def test_the_overview_shows_six_kpis_with_target_and_parts(home: Path, visit: Open) -> None:
    app = visit("kpis")
    seen = words(app)

    assert 6 == len(app.metric)
    assert "off target" in seen
    assert "target ≥ 95.0 %" in seen
    assert "of 430 orders" in seen
    assert "purchase 86 %, production 14 %" in seen


def test_a_link_opens_the_kpi_it_names(home: Path, visit: Open) -> None:
    app = visit("kpi_detail", kpi="inventory_accuracy")

    assert "Inventory accuracy" == app.title[0].value
    assert "98.1 %" == app.metric[0].value


def test_today_lists_the_most_urgent_and_most_expensive_first(home: Path, visit: Open) -> None:
    lines = [each.value for each in visit("today").markdown if "@" in each.value]

    assert "25,000" in lines[0]
    assert "18,400" in lines[1]
    assert "today" in lines[0]
    assert "later" in lines[-1]


def test_a_snoozed_line_leaves_the_inbox(home: Path, visit: Open) -> None:
    app = visit("today")
    app.menu_button[0].click("week")
    app.run()

    assert not any("25,000" in each.value for each in app.markdown if "@" in each.value)


def test_live_stock_is_found_by_barcode_and_name(home: Path, visit: Open) -> None:
    by_name = visit("stock", q="物料 RAW-03")
    nothing = visit("stock", q="6900000000017")

    assert ["RAW-03"] == by_name.dataframe[0].value["SKU"].tolist()
    assert [100.0] == by_name.dataframe[0].value["On hand"].tolist()
    assert "Nothing in stock matches; try fewer filters" == nothing.info[0].value


def test_the_item_page_says_when_stock_runs_out(home: Path, visit: Open) -> None:
    app = visit("item")

    assert any("stock runs out on **2026-02-02**" in each.value for each in app.markdown)
