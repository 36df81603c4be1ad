"""A click becomes one command in the real ledger, with the person who clicked; a second decision is refused."""

from __future__ import annotations

from datetime import date
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
    app.session_state[editor.key] = {"edited_rows": {0: {"Override": "５００"}}, "added_rows": [], "deleted_rows": []}
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


def test_another_supplier_and_another_date_are_ordered_at_that_suppliers_terms(home: Path, visit: Open) -> None:
    app = visit("suggestions", login="buyer", order=FIRST, state="all")
    ranked = next(box for box in app.selectbox if box.key == f"supplier_{FIRST}")
    next(field for field in app.date_input if field.key == f"arrival_{FIRST}").set_value(date(2026, 2, 20))
    first = ranked.value
    _press(app, "Approve")
    ledger = open_ledger(home / "ledger.db")
    order = ledger.records(
        "select s.code, l.requested_date, l.unit_price from purchase_order_line l join purchase_order o "
        "on o.purchase_order_id = l.purchase_order_id join supplier s on s.supplier_id = o.supplier_id"
    )

    assert [{"code": first, "requested_date": "2026-02-20", "unit_price": 29_000_000}] == order


def test_a_rejection_with_a_date_only_puts_it_off(home: Path, visit: Open) -> None:
    app = visit("suggestions", order=FIRST, state="all")
    next(field for field in app.text_input if (field.key or "") == f"reason_{FIRST}").set_value("after the holiday")
    next(field for field in app.date_input if field.key == f"until_{FIRST}").set_value(date(2026, 2, 1))
    _press(app, "Reject")

    assert [("snooze", "after the holiday")] == [(row["decision"], row["reason"]) for row in _decisions(home)]
    assert any("Put off until 2026-02-01" in each.value for each in app.warning)


def test_ticked_rows_are_summed_by_supplier_and_held_against_a_budget(home: Path, visit: Open) -> None:
    app = visit("suggestions", login="buyer")
    app.session_state["suggestion_table"] = {"selection": {"rows": [0, 1, 2], "columns": [], "cells": []}}
    app.session_state["budget"] = 20_000.0
    app.run()
    seen = words(app)

    assert "**3** open suggestions ticked, cost ¥20,880" in seen
    assert "¥880 over the budget" in seen


def test_a_link_to_a_suggestion_that_is_gone_says_why(home: Path, visit: Open) -> None:
    app = visit("suggestions", order="po-of-last-week")

    assert "no longer in the plan of 2026-01-05" in app.warning[0].value
    assert [] == list(app.exception)
