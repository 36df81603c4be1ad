"""A tiny company in code: the smallest frames a planning test needs.

Quantities are given in base units and scaled to ledger integers here; dates as days after `TODAY`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import polars as pl

from planning import INPUT_SCHEMAS, PlanInputs, PlanParameters, PlanResult, plan

TODAY = date(2026, 1, 5)  # a Monday
UNIT = 1_000_000


def day(offset: int) -> date:
    return TODAY + timedelta(days=offset)


@dataclass
class World:
    """Collects rows; `plan` runs the planner on them."""

    rows: dict[str, list[dict[str, Any]]] = field(default_factory=lambda: {name: [] for name in INPUT_SCHEMAS})
    unit: int = UNIT

    def item(self, item_id: int, procurement: str = "buy", warehouse_id: int = 1, **extra: Any) -> World:
        """One item-location; its id is 100 x warehouse + item. Keyword quantities in base units."""
        row = {
            "item_location_id": 100 * warehouse_id + item_id,
            "item_id": item_id,
            "warehouse_id": warehouse_id,
            "sku": f"I-{item_id}",
            "procurement": procurement,
            "lead_time_days": 0,
            "safety_stock_quantity": 0,
            "unit_cost_micro": 10 * 1_000_000,
        }
        for name, value in extra.items():
            if value is not None and (name.endswith("_quantity") or name == "quantity_step"):
                value = value * self.unit
            row[name] = value
        self.rows["item_locations"].append(row)
        return self

    def stock(self, item_location_id: int, quantity: int, lot_id: int | None = None, expiry: int | None = None) -> World:
        self.rows["on_hand"].append(
            {
                "item_location_id": item_location_id,
                "lot_id": lot_id,
                "expiry_date": None if expiry is None else day(expiry),
                "quantity": quantity * self.unit,
            }
        )
        return self

    def demand(self, item_location_id: int, due: int, quantity: int, name: str | None = None, **extra: Any) -> World:
        kind = extra.pop("kind", "sales_order")
        number = len(self.rows["demands"])
        self.rows["demands"].append(
            {
                "demand_id": name or f"SO:{number}",
                "kind": kind,
                "item_location_id": item_location_id,
                "quantity": quantity * self.unit,
                "due_date": day(due),
                "priority": 5,
            }
            | extra
        )
        return self

    def forecast(self, item_location_id: int, start: int, quantity: int, **extra: Any) -> World:
        name = f"FC:{item_location_id}:{start}"
        return self.demand(item_location_id, start, quantity, name, kind="forecast", **extra)

    def receipt(self, item_location_id: int, due: int, quantity: int, name: str | None = None, **extra: Any) -> World:
        number = len(self.rows["scheduled_receipts"])
        self.rows["scheduled_receipts"].append(
            {
                "supply_id": name or f"PO:{number}",
                "kind": "purchase",
                "item_location_id": item_location_id,
                "quantity": quantity * self.unit,
                "expected_date": day(due),
                "original_due_date": day(due),
                "is_frozen": False,
            }
            | extra
        )
        return self

    def bom(self, parent: int, component: int, per: int = 1, output: int = 1, **extra: Any) -> World:
        self.rows["bom_lines"].append(
            {
                "parent_item_id": parent,
                "component_item_id": component,
                "component_quantity": per * self.unit,
                "output_quantity": output * self.unit,
            }
            | extra
        )
        return self

    def substitute(self, component: int, item: int, *, instead_of: int = 1, takes: int = 1, **extra: Any) -> World:
        """`takes` of `item` do the work of `instead_of` of `component`; for any parent unless one is given."""
        self.rows["substitutes"].append(
            {
                "component_item_id": component,
                "substitute_item_id": item,
                "component_quantity": instead_of,
                "substitute_quantity": takes,
                "priority": 1,
                "is_use_up": False,
            }
            | extra
        )
        return self

    def term(self, supplier_id: int, item_id: int, **extra: Any) -> World:
        row: dict[str, Any] = {"supplier_id": supplier_id, "item_id": item_id, "lead_time_days": 0, "unit_price": 1_000_000}
        for name, value in extra.items():
            row[name] = value * self.unit if name.endswith("_quantity") and value is not None else value
        self.rows["supplier_terms"].append(row)
        return self

    def add(self, frame: str, **row: Any) -> World:
        self.rows[frame].append(row)
        return self

    def inputs(self) -> PlanInputs:
        frames = {}
        for name, rows in self.rows.items():
            columns = {column for row in rows for column in row}
            schema = {column: dtype for column, dtype in INPUT_SCHEMAS[name].items() if column in columns}
            frames[name] = pl.DataFrame([{c: row.get(c) for c in schema} for row in rows], schema=schema or None)
        return PlanInputs(**frames)

    def plan(self, **parameters: Any) -> PlanResult:
        return plan(self.inputs(), as_of=TODAY, parameters=PlanParameters(**parameters))


def orders(result: PlanResult, item_location_id: int | None = None) -> list[tuple[int, int]]:
    """(need offset, quantity in base units) of the suggestions, in need order."""
    frame = result.planned_orders.sort("need_date", "ordinal", "planned_order_id")
    if item_location_id is not None:
        frame = frame.filter(pl.col("item_location_id") == item_location_id)
    return [((need - TODAY).days, quantity // UNIT) for need, quantity in frame.select("need_date", "quantity").iter_rows()]


def messages(result: PlanResult) -> list[str]:
    """Kinds of the messages, sorted."""
    return sorted(result.exceptions.get_column("kind").to_list())


def message(result: PlanResult, kind: str) -> dict[str, Any]:
    """The only message of a kind."""
    return result.exceptions.filter(pl.col("kind") == kind).row(0, named=True)
