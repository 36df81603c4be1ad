"""One late line tells its whole story: who, which record, planned and actual day, and the days that add up to its lateness."""

from __future__ import annotations

import re
from pathlib import Path

from tests.dashboards.conftest import Open
from tests.dashboards.snapshot_fixture import publish, report_rows
from transactional import open_ledger


def _story(app: object) -> list[str]:
    return [each.value for each in app.markdown if "days]" in each.value]  # type: ignore[attr-defined]


def test_the_steps_of_a_late_line_stand_in_order_with_who_and_which_record(home: Path, visit: Open) -> None:
    story = _story(visit("kpi_detail", kpi="on_time_delivery", line="1"))
    days = [int(re.search(r"([+-]\d+) days", step).group(1)) for step in story]  # type: ignore[union-attr]

    assert [-2, 1, 6] == days
    assert 5 == sum(days), "the days of the steps are the days of lateness"
    assert "Fast Lorries" in story[0]
    assert "work order WO-00001" in story[1]
    assert "supplier" in story[2]
    assert "2025-11-20 → 2025-11-26" in story[2]


def test_without_recorded_steps_the_days_by_cause_are_told(home: Path, visit: Open) -> None:
    ledger = open_ledger(home / "ledger.db")
    rows = report_rows(ledger)
    del rows["rpt_late_chain"]
    publish(home, "unchained", ledger, tables=rows)
    story = _story(visit("kpi_detail", kpi="on_time_delivery", line="2"))

    assert 3 == len(story)
    assert any("supplier late" in step and "PO-00001" in step for step in story)


def test_a_kpi_nobody_knows_is_said_so(home: Path, visit: Open) -> None:
    app = visit("kpi_detail", kpi="happiness")

    assert "no KPI called happiness" in app.warning[0].value
    assert "Inventory turnover" == app.title[0].value
