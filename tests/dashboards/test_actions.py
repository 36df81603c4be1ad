"""A number becomes somebody's task, stands in their Today, and its page shows the KPI before and after."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from dashboards import snapshot as snapshots
from dashboards.effect import effect, kpi_subject
from tests.company import common
from tests.dashboards.conftest import Open
from tests.dashboards.words import words
from transactional import open_ledger
from transactional.commands import OpenAction


def _open(home: Path, *, owner: str = "planner", subject: str = "on_time_delivery|company|") -> int:
    ledger = open_ledger(home / "ledger.db")
    action = OpenAction(
        subject_kind="kpi",
        subject_id=subject,
        title="Call the carrier",
        owner=owner,
        due_date=date(2026, 1, 4),
        **common("buyer"),
    )
    answer = ledger.post([action])[0]
    ledger.close()
    return int(answer.ids["action_id"])


def test_an_open_action_stands_in_the_today_of_its_owner_only(home: Path, visit: Open) -> None:
    _open(home, owner="planner")

    assert "Call the carrier" in words(visit("today", login="planner"))
    assert "Call the carrier" not in words(visit("today", login="buyer"))


def test_the_page_of_an_action_shows_its_kpi_before_and_lets_the_owner_close_it(home: Path, visit: Open) -> None:
    key = _open(home)
    app = visit("actions", action=str(key))
    before = next(metric for metric in app.metric if "before" in metric.label)
    next(box for box in app.selectbox if box.label == "Status").set_value("done")
    app.text_input[-1].set_value("new carrier from February")
    next(button for button in app.button if button.label == "Save").click().run()
    ledger = open_ledger(home / "ledger.db")

    assert "On-time delivery before (2025-12)" == before.label
    # 390 orders, one per cent more each month, of 430: 390 x 1.11 / 430.
    assert "100.7 %" == before.value
    assert [{"status": "done"}] == ledger.records("select status from action")


def test_a_link_to_an_action_that_never_was_says_so(home: Path, visit: Open) -> None:
    app = visit("actions", action="999999")

    assert "Action 999999 is not in this ledger" == app.warning[0].value
    assert [] == list(app.exception)


@pytest.mark.parametrize(
    ("expected", "kind", "subject"),
    [
        (None, "general", "general"),
        (None, "kpi", kpi_subject("no_such_kpi")),
        (None, "supplier", "1"),
        ("inventory_turnover", "kpi", kpi_subject("inventory_turnover", "warehouse", "MAIN")),
    ],
)
def test_a_subject_without_a_recorded_kpi_has_no_effect_to_show(
    home: Path, expected: str | None, kind: str, subject: str
) -> None:
    shown = snapshots.current()
    assert shown is not None
    found = effect(shown, kind, subject, date(2026, 1, 5))

    assert expected == (found and found.kpi)
    assert found is None or not found.is_later
