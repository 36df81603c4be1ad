"""Deciding: a suggestion becomes one order, a decision can be taken back until something follows, requests run one at a time."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from kernel.errors import Conflict, InvalidInput, NotFound, Refused
from tests.company import THE_DAY, UNIT, common, tiny_company
from transactional import Ledger, queries
from transactional.check import check
from transactional.commands import (
    ApproveSuggestion,
    ChangeAction,
    OpenAction,
    OverrideForecast,
    ReceiptLine,
    ReceiveGoods,
    RejectSuggestion,
    ReportRun,
    RequestRun,
    SetInboxState,
    ShipTransfer,
    UndoDecision,
    WriteNote,
)

LATER = THE_DAY + timedelta(days=14)


def approve(kind: str = "buy", sku: str = "RAW-01", name: str = "plan-1", **columns: Any) -> ApproveSuggestion:
    shown = {
        "planned_order_id": name,
        "suggestion_kind": kind,
        "sku": sku,
        "warehouse": "MAIN" if kind != "transfer" else "SHOP",
        "need_period": THE_DAY,
        "ordinal": 0,
        "suggested_quantity": 10 * UNIT,
        "quantity": 12 * UNIT,
        "release_date": THE_DAY,
        "receipt_date": LATER,
        "need_date": LATER,
        "supplier": "ACME" if kind == "buy" else None,
        "net_requirement_quantity": 9 * UNIT,
        "suggestion": '{"why": "demand"}',
    }
    return ApproveSuggestion(**{**shown, **common("planner"), **columns})


def reject(name: str = "plan-1", until: date | None = None, **columns: Any) -> RejectSuggestion:
    shown = {"planned_order_id": name, "suggestion_kind": "buy", "sku": "RAW-01", "warehouse": "MAIN", "need_period": THE_DAY}
    told = {"ordinal": 0, "suggested_quantity": 10 * UNIT, "reason": "enough", "until_date": until}
    return RejectSuggestion(**{**shown, **told, **common("planner"), **columns})


def undo(name: str = "plan-1") -> UndoDecision:
    return UndoDecision(planned_order_id=name, reason="changed my mind", **common("planner"))


def test_approving_creates_a_purchase_order_that_remembers_why(ledger: Ledger) -> None:
    """Edited quantity, the supplier's own price, dates and the needed quantity stand on the line."""
    tiny_company(ledger)
    answer = ledger.post([approve()])[0]
    row = ledger.rows(
        "SELECT ordered_quantity, required_quantity, unit_price, strategy, origin_planned_order_id, reference_source "
        "FROM purchase_order_line"
    )[0]
    assert row == (12 * UNIT, 9 * UNIT, 1_343_333, "contract", "plan-1", "contract")
    assert answer.ids["number"] == "PO-000001"
    assert answer.ids["purchase_order_id"] == answer.ids["document_id"]
    decided = queries.decisions(ledger, ["plan-1", "plan-2"])
    assert [(entry["decision"], entry["document_number"], entry["decided_by"]) for entry in decided] == [
        ("approve", "PO-000001", "planner")
    ]
    assert check(ledger) == []


def test_approving_twice_names_the_first_order(ledger: Ledger) -> None:
    """Whoever comes second learns the number; the same command again just gets the same answer."""
    tiny_company(ledger)
    command = approve()
    first = ledger.post([command])[0]
    with pytest.raises(Conflict, match="PO-000001"):
        ledger.post([approve(**common("buyer"))])
    assert ledger.post([command])[0].ids == first.ids
    assert ledger.rows("SELECT COUNT(*) FROM purchase_order") == [(1,)]


@pytest.mark.parametrize(
    ("kind", "sku", "table"), [("make", "PART-01", "work_order"), ("transfer", "TRADE-02", "transfer_order")]
)
def test_making_and_transferring_can_be_approved_too(ledger: Ledger, kind: str, sku: str, table: str) -> None:
    """The order carries the suggestion's id; taking it back cancels it and frees the id."""
    tiny_company(ledger)
    answer = ledger.post([approve(kind, sku)])[0]
    assert ledger.rows(f"SELECT {table}_id, origin_planned_order_id FROM {table}") == [(answer.ids["document_id"], "plan-1")]
    ledger.post([undo()])
    assert ledger.rows(f"SELECT status, origin_planned_order_id FROM {table}") == [("cancelled", None)]
    ledger.post([approve(kind, sku)])
    assert ledger.rows(f"SELECT COUNT(*) FROM {table}") == [(2,)]
    assert check(ledger) == []


def test_a_decision_can_be_taken_back_until_something_follows(ledger: Ledger) -> None:
    """Undone before the receipt, refused after it."""
    tiny_company(ledger)
    ledger.post([approve(), undo()])
    assert ledger.rows("SELECT status FROM purchase_order") == [("cancelled",)]
    assert queries.decisions(ledger) == []
    with pytest.raises(NotFound, match="no decision"):
        ledger.post([undo()])
    answer = ledger.post([approve()])[0]
    lines = (ReceiptLine(line=answer.ids["line_ids"][0], received_quantity=UNIT, location="A-01"),)
    arrived = ReceiveGoods(
        purchase_order=answer.ids["document_id"],
        warehouse="MAIN",
        received_date=THE_DAY,
        inspected_date=THE_DAY,
        lines=lines,
        **common(),
    )
    ledger.post([arrived])
    with pytest.raises(Refused, match="received"):
        ledger.post([undo()])
    assert check(ledger) == []


def test_a_shipped_transfer_is_not_undone(ledger: Ledger) -> None:
    """It is already on its way."""
    tiny_company(ledger)
    answer = ledger.post([approve("transfer", "TRADE-02")])[0]
    ledger.post([ShipTransfer(transfer_order=answer.ids["document_id"], shipped_date=THE_DAY, **common())])
    with pytest.raises(Refused, match="shipped"):
        ledger.post([undo()])


def test_rejecting_stands_snoozing_may_be_followed(ledger: Ledger) -> None:
    """A snoozed suggestion can be approved or rejected; a rejected one only after it was taken back."""
    tiny_company(ledger)
    ledger.post([reject(until=LATER)])
    assert [entry["decision"] for entry in queries.decisions(ledger)] == ["snooze"]
    ledger.post([reject()])
    assert [entry["decision"] for entry in queries.decisions(ledger)] == ["reject"]
    with pytest.raises(Conflict, match="reject"):
        ledger.post([approve()])
    with pytest.raises(Conflict, match="reject"):
        ledger.post([reject()])
    ledger.post([undo(), approve()])
    with pytest.raises(Conflict, match="PO-000001"):
        ledger.post([reject()])
    assert ledger.rows("SELECT COUNT(*) FROM suggestion_decision") == [(3,)]


@pytest.mark.parametrize(
    ("bad", "kind", "says"),
    [
        (lambda: approve(supplier=None), InvalidInput, "names no supplier"),
        (lambda: approve(sku="RAW-08", supplier="BOLT"), InvalidInput, "no valid price"),
        (lambda: approve(suggestion_kind="steal"), InvalidInput, "steal"),
        (lambda: approve(quantity=0), InvalidInput, "more than 0"),
        (lambda: approve(warehouse="SHOP"), NotFound, "not planned in warehouse SHOP"),
        (lambda: approve("make", "RAW-02"), Refused, "no bill of materials"),
        (lambda: reject(reason=" "), InvalidInput, "reason"),
    ],
)
def test_a_decision_that_cannot_be_right_is_refused(ledger: Ledger, bad: Any, kind: type, says: str) -> None:
    """Nothing is decided then."""
    tiny_company(ledger, opening=False)
    with pytest.raises(kind, match=says):
        ledger.post([bad()])
    assert queries.decisions(ledger) == []


def test_one_run_at_a_time_from_request_to_result(ledger: Ledger) -> None:
    """A second request names the first; what has finished stays finished."""
    tiny_company(ledger, opening=False)
    asked = ledger.post([RequestRun(**common("planner"))])[0].ids["run_request_id"]
    with pytest.raises(Conflict, match="requested already"):
        ledger.post([RequestRun(**common("buyer"))])

    def report(status: str, **columns: Any) -> ReportRun:
        return ReportRun(**{"run_request_id": asked, "status": status, **common("system"), **columns})

    ledger.post([report("running", progress="3/7", run_id="r1"), report("running", progress="4/7")])
    shown = queries.run_requests(ledger, "running")[0]
    assert (shown["progress"], shown["run_id"], shown["requested_by"]) == ("4/7", "r1", "planner")
    ledger.post([report("succeeded", snapshot_id="s1")])
    with pytest.raises(Refused, match="succeeded"):
        ledger.post([report("running")])
    ledger.post([RequestRun(**common("planner"))])
    assert [entry["status"] for entry in queries.run_requests(ledger)] == ["requested", "succeeded"]


def test_overrides_name_a_period_and_a_reason(ledger: Ledger) -> None:
    """The newest counts; withdrawing is a row of its own."""
    tiny_company(ledger, opening=False)

    def override(quantity: int | None, **columns: Any) -> OverrideForecast:
        where = {"sku": "GOOD-01", "warehouse": "MAIN", "frequency": "week", "period_start": THE_DAY, "reason": "promotion"}
        return OverrideForecast(**{**where, "override_quantity": quantity, **common("planner"), **columns})

    ledger.post([override(5 * UNIT, baseline_quantity=4 * UNIT), override(None)])
    assert [entry["override_quantity"] for entry in queries.overrides(ledger, "GOOD-01")] == [None, 5]
    for bad, says in (
        ({"period_start": THE_DAY + timedelta(days=1)}, "first day"),
        ({"frequency": "month"}, "first day"),
        ({"frequency": "year"}, "frequency is 'year'"),
        ({"reason": ""}, "reason"),
        ({"override_quantity": -1}, "0 or more"),
    ):
        with pytest.raises(InvalidInput, match=says):
            ledger.post([override(1, **bad)])
    with pytest.raises(NotFound, match="not planned"):
        ledger.post([override(1, sku="RAW-01", warehouse="SHOP")])


def test_actions_notes_and_inbox_belong_to_people(ledger: Ledger) -> None:
    """An action is opened, done, opened again; a note keeps its author; a snooze is one person's own."""
    tiny_company(ledger, opening=False)
    opened = OpenAction(
        subject_kind="kpi", subject_id="k1", title="Clear it", owner="seller", expected_amount=12345, **common("planner")
    )
    action_id = ledger.post([opened])[0].ids["action_id"]
    ledger.post([ChangeAction(action_id=action_id, status="done", remark="sold", **common("seller"))])
    shown = queries.actions(ledger)[0]
    assert (shown["status"], str(shown["expected_amount"]), shown["closed_date"]) == ("done", "123.45", THE_DAY)
    ledger.post([ChangeAction(action_id=action_id, status="in_progress", **common("seller"))])
    assert queries.actions(ledger, "in_progress")[0]["closed_date"] is None

    ledger.post([WriteNote(subject_kind="item", subject_id="RAW-01", body="  fragile ", **common("viewer"))])
    assert [(note["body"], note["author_login"]) for note in queries.notes(ledger, "item", "RAW-01")] == [("fragile", "viewer")]
    with pytest.raises(InvalidInput, match="body"):
        ledger.post([WriteNote(subject_kind="item", subject_id="RAW-01", body=" ", **common("viewer"))])

    def state(name: str, until: date | None = None) -> SetInboxState:
        return SetInboxState(message_id="m1", state=name, until_date=until, **common("planner"))

    ledger.post([state("snoozed", LATER)])
    ledger.post([state("done")])
    assert [entry["state"] for entry in queries.inbox_states(ledger, "planner")] == ["done"]
    assert queries.inbox_states(ledger, "buyer") == []
    with pytest.raises(InvalidInput, match="needs a date"):
        ledger.post([state("snoozed")])
