"""How is it known what is there, what is coming, what is asked for, and what was decided?"""

from __future__ import annotations

from datetime import date

import polars as pl

from planning.checks import LARGEST, RowCheck
from planning.model import Decision, DemandRow, Model, ReceiptRow
from planning.netting import Lot
from planning.read_structure import day_of, sorted_rows

__all__ = ["read_decisions", "read_demands", "read_on_hand", "read_receipts"]

_STATES = ("firm_planned", "released", "in_progress")


def read_on_hand(model: Model, frame: pl.DataFrame) -> None:
    """Usable stock by lot."""
    for row in sorted_rows(frame, "item_location_id", "expiry_date", "lot_id"):
        key = row["item_location_id"]
        check = RowCheck(model, "on_hand", f"item_location_id {key}, lot_id {row['lot_id']}")
        check.present(item_location_id=key, quantity=row["quantity"]).known(key)
        check.within("quantity", row["quantity"], -LARGEST, LARGEST)
        if check.is_good and row["quantity"]:
            model.lots.setdefault(key, []).append(Lot(row["lot_id"], day_of(row["expiry_date"]), row["quantity"]))


def read_receipts(model: Model, frame: pl.DataFrame) -> None:
    """Open supply lines."""
    seen: set[str] = set()
    for row in sorted_rows(frame, "item_location_id", "supply_id"):
        key = row["item_location_id"]
        check = RowCheck(model, "scheduled_receipts", str(row["supply_id"]))
        expected = row["expected_date"] or row["original_due_date"]
        check.present(supply_id=row["supply_id"], item_location_id=key, quantity=row["quantity"], expected_date=expected)
        check.known(key).within("quantity", row["quantity"], 0, LARGEST)
        check.among("state", row["state"] or "released", _STATES)
        if row["supply_id"] in seen:
            check.duplicate()
        if check.is_good and row["quantity"]:
            seen.add(row["supply_id"])
            model.receipts.setdefault(key, []).append(
                ReceiptRow(
                    supply_id=row["supply_id"],
                    kind=row["kind"] or "purchase",
                    quantity=row["quantity"],
                    expected=expected.toordinal(),
                    supplier_id=row["supplier_id"],
                    is_frozen=bool(row["is_frozen"]),
                    unit_price=row["unit_price"],
                    state=row["state"] or "released",
                    start=day_of(row["start_date"]),
                    is_quantity_fixed=bool(row["is_quantity_fixed"]),
                )
            )


def read_demands(model: Model, frame: pl.DataFrame) -> None:
    """Open demand lines and forecast buckets."""
    columns = ["demand_id", "kind", "item_location_id", "quantity", "due_date", "priority", "unit_margin_micro"]
    columns += ["penalty_micro_per_unit_day", "period_days", "parent_supply_id", "parent_item_id"]
    order = ["item_location_id", "due_date", "demand_id"]
    ordered = frame.sort(order + [column for column in frame.columns if column not in order])
    # Tuples, and a check only where one fails: demand is the one input with a row per day.
    for name, kind, key, quantity, due, priority, margin, penalty, days, parent, made in ordered.select(columns).iter_rows():
        if name is None or due is None or quantity is None or key not in model.nodes or not 0 <= quantity <= LARGEST:
            check = RowCheck(model, "demands", str(name))
            check.present(demand_id=name, item_location_id=key, quantity=quantity, due_date=due)
            check.known(key).within("quantity", quantity, 0, LARGEST)
        elif quantity:
            line = DemandRow(
                demand_id=name,
                kind=kind or "sales_order",
                due=due.toordinal(),
                quantity=quantity,
                priority=priority if priority is not None else 10,
                margin=margin or 0,
                penalty=penalty,
                period_days=days,
                parent_supply_id=parent,
                parent_item_id=made,
            )
            model.demands.setdefault(key, []).append(line)


def read_decisions(model: Model, frame: pl.DataFrame, as_of: date) -> None:
    """What planners said to earlier suggestions."""
    for row in sorted_rows(frame, "item_location_id", "kind", "need_period", "ordinal"):
        key = row["item_location_id"]
        if key is None or row["need_period"] is None or row["ordinal"] is None:
            continue
        decision = Decision(
            need_period=row["need_period"],
            ordinal=row["ordinal"],
            is_suppressing=row["decision"] in ("reject", "snooze") and (row["until_date"] is None or as_of < row["until_date"]),
            is_dated=row["until_date"] is not None,
            budget=row["quantity"],
        )
        model.decisions.setdefault(key, []).append((row["kind"], decision))
