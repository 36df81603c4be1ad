"""A click becomes one command in the real ledger, with the person who clicked; a second decision is refused."""

from __future__ import annotations

from pathlib import Path

from streamlit.testing.v1 import AppTest

from tests.dashboards.conftest import Open
from tests.dashboards.words import words
from transactional import open_ledger

FIRST = "po00000000000000"


def _press(app: AppTest, label: str) -> AppTest:
    return next(button for button in app.button if button.label == label).click().run()


def _decisions(home: Path) -> list[dict[str, object]]:
    ledger = open_ledger(home / "ledger.db")
    found = ledger.records(
        "select d.planned_order_id, d.decision, d.reason, d.decided_quantity, d.document_number, u.login "
        "from suggestion_decision d join app_user u on u.user_id = d.decided_by_id where d.is_current = 1 order by "
        "d.planned_order_id"
    )
    ledger.close()
    return found


def test_approving_places_a_purchase_order_and_shows_its_number(home: Path, visit: Open) -> None:
    app = visit("suggestions", login="buyer", order=FIRST, state="all")
    app.number_input[0].set_value(280.0)
    _press(app, "Approve")
    decision = _decisions(home)[0]

    assert [] == list(app.exception)
    assert ("approve", 280_000_000, "buyer") == (decision["decision"], decision["decided_quantity"], decision["login"])
    assert str(decision["document_number"]) in app.success[0].value
    assert str(decision["document_number"]) in app.dataframe[1].value["Order number"].tolist()


def test_approving_what_someone_else_approved_is_refused_with_the_order_number(home: Path, visit: Open) -> None:
    one, other = visit("suggestions", login="buyer", order=FIRST), visit("suggestions", login="planner", order=FIRST)
    _press(one, "Approve")
    _press(other, "Approve")

    assert 1 == len(_decisions(home))
    assert str(_decisions(home)[0]["document_number"]) in other.error[0].value


def test_rejecting_needs_a_reason(home: Path, visit: Open) -> None:
    app = visit("suggestions", order=FIRST)
    _press(app, "Reject")
    without = _decisions(home)
    refusal = app.error[0].value
    next(field for field in app.text_input if (field.key or "") == f"reason_{FIRST}").set_value("customer cancelled")
    _press(app, "Reject")

    assert [] == without
    assert "Reason" in refusal
    assert [("reject", "customer cancelled")] == [(row["decision"], row["reason"]) for row in _decisions(home)]


def test_a_decision_can_be_taken_back(home: Path, visit: Open) -> None:
    app = visit("suggestions", order=FIRST, state="all")
    _press(app, "Approve")
    app.text_input(key=f"undo_reason_{FIRST}").set_value("wrong supplier")
    _press(app, "Take back")

    assert [] == _decisions(home)
    assert any(button.label == "Approve" for button in app.button)


def test_several_are_approved_at_once_and_one_refusal_does_not_stop_the_others(home: Path, visit: Open) -> None:
    app = visit("suggestions", login="buyer")
    app.session_state["suggestion_table"] = {"selection": {"rows": [0, 1, 2], "columns": [], "cells": []}}
    app.run()
    _press(visit("suggestions", login="planner", order=FIRST), "Approve")
    _press(app, "Approve 3")

    assert ["planner", "buyer", "buyer"] == [row["login"] for row in _decisions(home)]
    assert "1 could not be done" in app.error[0].value
    assert "2 approved" in app.success[0].value


def test_an_override_is_stored_with_its_reason_and_counts_at_once(home: Path, visit: Open) -> None:
    app = visit("forecast")
    editor = app.data_editor[0]
    reason = next(field for field in app.text_input if field.label == "Reason")
    app.session_state[editor.key] = {"edited_rows": {0: {"Override": 500.0}}, "added_rows": [], "deleted_rows": []}
    reason.set_value("project order confirmed")
    _press(app, "Save override")
    ledger = open_ledger(home / "ledger.db")
    stored = ledger.records("select override_quantity, baseline_quantity, reason from forecast_override")

    assert [{"override_quantity": 500_000_000, "baseline_quantity": 111_000_000, "reason": "project order confirmed"}] == stored
    assert 500.0 == app.data_editor[0].value["Final forecast"].tolist()[0]


def test_replan_now_is_a_request_in_the_ledger_and_its_progress_shows(home: Path, visit: Open) -> None:
    app = visit("suggestions")
    _press(app, "Replan now")
    ledger = open_ledger(home / "ledger.db")

    assert [{"status": "requested", "kind": "replan"}] == ledger.records("select status, kind from run_request")
    assert "Replanning: waiting" in words(app)


def test_a_note_names_its_author(home: Path, visit: Open) -> None:
    app = visit("item", login="viewer")
    app.text_area[0].set_value("count this *twice*")
    _press(app, "Add note")

    assert any("count this \\*twice\\*" in each.value and "Viewer" in each.value for each in app.markdown)
