"""What do people decide about suggestions, and what follows from it?

Approving creates the order at once, in the same transaction, and the order keeps the suggestion's id; a second approval is told
the number of the first order. A decision stands until it is taken back, which is possible while nothing has followed from it.
"""

from __future__ import annotations

from typing import Any

from kernel.errors import Conflict, InvalidInput, NotFound, Refused
from transactional.commands import (
    ApproveSuggestion,
    PlacePurchaseOrder,
    PlaceTransfer,
    PlaceWorkOrder,
    PurchaseLine,
    RejectSuggestion,
    TransferLine,
    UndoDecision,
)
from transactional.engine.registry import handles
from transactional.engine.work import UnitOfWork
from transactional.handlers.production import place_work_order
from transactional.handlers.purchasing import close_lines, place_purchase_order, refresh_order
from transactional.handlers.reference_price import supplier_price
from transactional.handlers.support import (
    Row,
    given_text,
    known,
    positive_quantity,
    price,
    quantity_not_negative,
    series_of,
    whole,
)
from transactional.handlers.transfers import place_transfer

_KINDS = ("buy", "make", "transfer")
_DOCUMENTS = {"buy": "purchase_order", "make": "work_order", "transfer": "transfer_order"}


@handles(ApproveSuggestion)
def approve_suggestion(work: UnitOfWork, command: ApproveSuggestion) -> dict[str, Any]:
    """Turn a suggestion into an order; the answer names it."""
    name = given_text(command.planned_order_id, "planned_order_id", "suggestion")
    kind = known(command.suggestion_kind, _KINDS, "suggestion_kind", name)
    quantity = positive_quantity(command.quantity, name)
    quantity_not_negative(command.suggested_quantity, name, "suggested_quantity")
    series = series_of(work, command.sku, command.warehouse)
    before = _standing(work, name)
    if before is not None:
        if before["decision"] == "approve":
            raise Conflict("command.already_approved", planned_order_id=name, number=before["document_number"])
        if before["decision"] == "reject":
            raise Conflict("command.already_decided", planned_order_id=name, decision=before["decision"], number="")
        work.change("suggestion_decision", before["suggestion_decision_id"], is_current=0)
    ids = {"buy": _buy, "make": _make, "transfer": _transfer}[kind](work, command, quantity, series)
    document = _DOCUMENTS[kind]
    row = _record(
        work,
        command,
        series,
        decision="approve",
        decided_quantity=quantity,
        document_kind=document,
        document_id=ids["document_id"],
        document_number=ids["number"],
    )
    work.event(document, ids["document_id"], "approved", quantity=quantity, new=name)
    return {
        "suggestion_decision_id": row["suggestion_decision_id"],
        "document_kind": document,
        "document_id": ids["document_id"],
        "line_ids": ids["line_ids"],
        "number": ids["number"],
        f"{document}_id": ids["document_id"],
    }


@handles(RejectSuggestion)
def reject_suggestion(work: UnitOfWork, command: RejectSuggestion) -> dict[str, Any]:
    """Say no for good, or, with a date, not before it."""
    name = given_text(command.planned_order_id, "planned_order_id", "suggestion")
    known(command.suggestion_kind, _KINDS, "suggestion_kind", name)
    given_text(command.reason, "reason", name)
    quantity_not_negative(command.suggested_quantity, name, "suggested_quantity")
    series = series_of(work, command.sku, command.warehouse)
    before = _standing(work, name)
    if before is not None:
        if before["decision"] == "approve":
            raise Conflict("command.already_approved", planned_order_id=name, number=before["document_number"])
        if before["decision"] == "reject" and command.until_date is None:
            raise Conflict("command.already_decided", planned_order_id=name, decision="reject", number="")
        work.change("suggestion_decision", before["suggestion_decision_id"], is_current=0)
    decision = "reject" if command.until_date is None else "snooze"
    row = _record(work, command, series, decision=decision, until_date=command.until_date)
    return {"document_id": row["suggestion_decision_id"], "suggestion_decision_id": row["suggestion_decision_id"]}


@handles(UndoDecision)
def undo_decision(work: UnitOfWork, command: UndoDecision) -> dict[str, Any]:
    """Take the standing decision back; an approved order is cancelled if nothing has been received, issued or shipped on it."""
    name = command.planned_order_id
    reason = given_text(command.reason, "reason", name)
    decision = _standing(work, name)
    if decision is None:
        raise NotFound("command.not_decided", planned_order_id=name)
    if decision["decision"] == "approve":
        _cancel_document(work, decision, reason)
    key = decision["suggestion_decision_id"]
    work.change("suggestion_decision", key, is_current=0)
    work.event("suggestion_decision", key, "undone", old=decision["decision"], new=reason)
    return {"document_id": key, "suggestion_decision_id": key, "number": decision["document_number"]}


def _buy(work: UnitOfWork, command: ApproveSuggestion, quantity: int, series: Row) -> dict[str, Any]:
    name = command.planned_order_id
    if command.supplier is None:
        raise InvalidInput("command.supplier_missing", planned_order_id=name)
    supplier_id = work.lookup("supplier", command.supplier)
    found = supplier_price(work, supplier_id, series["item_id"], quantity, command.business_date)
    if command.unit_price is not None:
        unit_price = price(command.unit_price, name)
    elif found is not None:
        unit_price = found[0]
    else:
        raise InvalidInput("command.price_missing", planned_order_id=name, supplier=command.supplier, item=command.sku)
    return place_purchase_order(
        work,
        PlacePurchaseOrder(
            **_given(command),
            supplier=command.supplier,
            order_date=command.business_date,
            buyer=command.actor,
            lines=(
                PurchaseLine(
                    sku=command.sku,
                    warehouse=command.warehouse,
                    quantity=quantity,
                    unit_price=unit_price,
                    tax_rate_ppm=work.row("item", series["item_id"])["tax_rate_ppm"],
                    required_date=command.need_date,
                    requested_date=max(command.receipt_date, command.business_date),
                    requirement_date=command.business_date,
                    order_by_date=command.release_date,
                    required_quantity=command.net_requirement_quantity,
                    strategy="contract" if found is not None and found[1] else "spot",
                    origin_planned_order_id=name,
                ),
            ),
        ),
    )


def _given(command: ApproveSuggestion) -> dict[str, Any]:
    """What the order made has from the approval: it is the same act of the same person."""
    return {name: getattr(command, name) for name in ("command_id", "actor", "source", "business_date")}


def _make(work: UnitOfWork, command: ApproveSuggestion, quantity: int, series: Row) -> dict[str, Any]:
    start = max(command.release_date, command.business_date)
    return place_work_order(
        work,
        PlaceWorkOrder(
            **_given(command),
            sku=command.sku,
            warehouse=command.warehouse,
            quantity=quantity,
            order_date=command.business_date,
            planned_start_date=start,
            due_date=max(command.receipt_date, start),
            origin_planned_order_id=command.planned_order_id,
        ),
    )


def _transfer(work: UnitOfWork, command: ApproveSuggestion, quantity: int, series: Row) -> dict[str, Any]:
    source = command.source_warehouse
    if source is None:
        if series["source_warehouse_id"] is None:
            raise InvalidInput("command.source_warehouse_missing", where=command.planned_order_id, got=None)
        source = work.row("warehouse", series["source_warehouse_id"])["code"]
    return place_transfer(
        work,
        PlaceTransfer(
            **_given(command),
            from_warehouse=source,
            to_warehouse=command.warehouse,
            order_date=command.business_date,
            due_date=max(command.receipt_date, command.business_date),
            origin_planned_order_id=command.planned_order_id,
            lines=(TransferLine(command.sku, quantity),),
        ),
    )


def _standing(work: UnitOfWork, planned_order_id: str) -> Row | None:
    rows = work.children("suggestion_decision", "planned_order_id", planned_order_id)
    return next((row for row in rows if row["is_current"]), None)


def _record(
    work: UnitOfWork, command: ApproveSuggestion | RejectSuggestion, series: Row, *, decision: str, **columns: Any
) -> Row:
    return work.insert(
        "suggestion_decision",
        suggestion_decision_id=work.new_id(),
        planned_order_id=command.planned_order_id,
        item_location_id=series["item_location_id"],
        kind=command.suggestion_kind,
        need_period=command.need_period,
        ordinal=whole(command.ordinal, "ordinal", command.planned_order_id, 0, 10**9),
        decision=decision,
        reason=command.reason,
        suggested_quantity=command.suggested_quantity,
        suggestion=command.suggestion,
        decided_by_id=work.actor.user_id,
        recorded_at=work.recorded_at,
        business_date=command.business_date,
        is_current=1,
        **columns,
    )


def _cancel_document(work: UnitOfWork, decision: Row, reason: str) -> None:
    kind, document_id, number = decision["document_kind"], decision["document_id"], decision["document_number"]
    document = work.row(kind, document_id)

    def followed(what: str) -> Refused:
        name = decision["planned_order_id"]
        return Refused("command.decision_has_followed", planned_order_id=name, number=number, got=what)

    # The suggestion may come again under the same id, so the cancelled order gives the id back; the decision row keeps the link.
    if kind == "purchase_order":
        for line in list(work.children("purchase_order_line", "purchase_order_id", document_id)):
            if line["received_quantity"]:
                raise followed("received")
            if line["status"] in ("open", "pending"):
                close_lines(work, document, line, None, reason)
            work.change("purchase_order_line", line["purchase_order_line_id"], origin_planned_order_id=None)
        refresh_order(work, document)
        return
    if kind == "work_order":
        components = work.children("work_order_component", "work_order_id", document_id)
        if document["status"] not in ("released", "cancelled") or any(row["issued_quantity"] for row in components):
            raise followed(document["status"])
    else:
        lines = work.children("transfer_order_line", "transfer_order_id", document_id)
        if any(row["shipped_quantity"] for row in lines):
            raise followed("shipped")
        for line in lines:
            work.change("transfer_order_line", line["transfer_order_line_id"], cancelled_quantity=line["ordered_quantity"])
    work.change(kind, document_id, status="cancelled", origin_planned_order_id=None)
    work.event(kind, document_id, "cancelled", new=reason)
