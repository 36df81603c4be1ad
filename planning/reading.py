"""How are the input frames read into the planner's model?

Days become ordinals, quantities Python integers. A record that cannot be planned is left out and reported with its
key; the rest is planned.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl

from kernel.errors import InvalidInput
from kernel.numbers import RATE_SCALE
from planning.calendars import calendars_from
from planning.checks import LARGEST, RowCheck
from planning.frames import PlanInputs, conform
from planning.lots import LotRules
from planning.model import Model, Node
from planning.parameters import PlanParameters
from planning.read_documents import read_decisions, read_demands, read_on_hand, read_receipts
from planning.read_structure import read_bom, read_substitutes, read_terms, sorted_rows
from planning.safety_stock import service_level_safety_stock

__all__ = ["read_model"]

_PROCUREMENT = ("buy", "make", "transfer", "phantom", "none")
_ALTERNATES = ("buy", "make", "transfer")
_RULES = ("priority", "cost")
_POLICIES = ("lot_for_lot", "fixed", "period", "min_max")


def read_model(inputs: PlanInputs, *, as_of: date, parameters: PlanParameters) -> Model:
    """Read and check all input frames.

    Raises:
        InvalidInput: a frame lacks a mandatory column or has a column of the wrong type.
    """
    model = Model(calendars=calendars_from(conform(inputs.working_days, "working_days")))
    _read_nodes(model, conform(inputs.item_locations, "item_locations"))
    read_terms(model, conform(inputs.supplier_terms, "supplier_terms"))
    _read_safety_stock(model, inputs, parameters)
    read_on_hand(model, conform(inputs.on_hand, "on_hand"))
    read_receipts(model, conform(inputs.scheduled_receipts, "scheduled_receipts"))
    read_demands(model, conform(inputs.demands, "demands"))
    read_bom(model, conform(inputs.bom_lines, "bom_lines"))
    read_substitutes(model, conform(inputs.substitutes, "substitutes"))
    read_decisions(model, conform(inputs.decisions, "decisions"), as_of)
    return model


def _read_nodes(model: Model, frame: pl.DataFrame) -> None:
    days = ["period_days", "lead_time_days", "safety_lead_time_days", "inspection_days"]
    days += ["demand_fence_days", "planning_fence_days", "alternate_lead_time_days"]
    amounts = ["minimum_order_quantity", "safety_stock_quantity", "reorder_point_quantity"]
    amounts += ["order_up_to_quantity", "unit_cost_micro"]
    lots = ("order_multiple_quantity", "maximum_order_quantity", "fixed_order_quantity", "quantity_step")
    for row in sorted_rows(frame, "item_location_id"):
        key = row["item_location_id"]
        check = RowCheck(model, "item_locations", f"item_location_id {key} ({row['sku']})")
        check.present(item_location_id=key, item_id=row["item_id"], warehouse_id=row["warehouse_id"])
        check.among("procurement", row["procurement"], _PROCUREMENT)
        check.among("order_policy", row["order_policy"] or "lot_for_lot", _POLICIES)
        if row["alternate_procurement"] is not None:
            others = tuple(way for way in _ALTERNATES if way != row["procurement"])
            check.among("alternate_procurement", row["alternate_procurement"], others)
        check.among("alternate_rule", row["alternate_rule"] or "priority", _RULES)
        for column in days:
            check.within(column, row[column], 0, 3650)
        for column in amounts:
            check.within(column, row[column], 0, LARGEST)
        for column in lots:
            # 0 is how an empty field often arrives: no rule.
            check.within(column, row[column], 0, LARGEST)
        check.within("yield_ppm", row["yield_ppm"], 1, RATE_SCALE)
        check.within("service_level_ppm", row["service_level_ppm"], 0, RATE_SCALE)
        if not check.is_good:
            continue
        if key in model.nodes or (row["item_id"], row["warehouse_id"]) in model.at:
            model.problems.append(InvalidInput("planning.duplicate_item_location", row=f"item_location_id {key} ({row['sku']})"))
            continue
        model.nodes[key] = _node(model, row)
        model.at[row["item_id"], row["warehouse_id"]] = key


def _node(model: Model, row: dict[str, Any]) -> Node:
    policy = row["order_policy"] or "lot_for_lot"
    step = row["quantity_step"] or 1
    multiple = row["order_multiple_quantity"] or step
    if row["procurement"] == "phantom":
        rules = LotRules(yield_ppm=row["yield_ppm"] or RATE_SCALE)
    else:
        rules = LotRules(
            minimum=row["minimum_order_quantity"] or 0,
            multiple=multiple,
            maximum=row["maximum_order_quantity"] or None,
            fixed=(row["fixed_order_quantity"] or None) if policy == "fixed" else None,
            yield_ppm=row["yield_ppm"] or RATE_SCALE,
        )
    if rules.maximum is not None and rules.cap is None:
        model.problems.append(
            InvalidInput(
                "planning.lot_rules_conflict",
                row=row["item_location_id"],
                sku=row["sku"],
                minimum=rules.minimum,
                multiple=rules.multiple,
                maximum=rules.maximum,
            )
        )
    return Node(
        item_location_id=row["item_location_id"],
        item_id=row["item_id"],
        warehouse_id=row["warehouse_id"],
        sku=row["sku"] or str(row["item_id"]),
        procurement=row["procurement"],
        policy=policy,
        rules=rules,
        period_days=max(1, row["period_days"] or 1) if policy == "period" else 1,
        lead_time_days=row["lead_time_days"],
        safety_lead_time_days=row["safety_lead_time_days"] or 0,
        inspection_days=row["inspection_days"] or 0,
        safety_stock=-1 if row["safety_stock_quantity"] is None else row["safety_stock_quantity"],
        reorder_point=row["reorder_point_quantity"] or 0,
        order_up_to=row["order_up_to_quantity"] if policy == "min_max" else None,
        demand_fence_days=row["demand_fence_days"] or 0,
        planning_fence_days=row["planning_fence_days"] or 0,
        step=step,
        unit_cost=row["unit_cost_micro"] or 0,
        source_warehouse_id=row["source_warehouse_id"],
        is_working_days=bool(row["is_purchase_in_working_days"]),
        service_level=None if row["service_level_ppm"] is None else row["service_level_ppm"] / RATE_SCALE,
        alternate=row["alternate_procurement"] if row["procurement"] in _ALTERNATES else None,
        alternate_by_cost=row["alternate_rule"] == "cost",
        alternate_lead_time_days=row["alternate_lead_time_days"],
    )


def _read_safety_stock(model: Model, inputs: PlanInputs, parameters: PlanParameters) -> None:
    frame = conform(inputs.lead_time_demand, "lead_time_demand")
    untyped = {
        key: _usual_lead_time(model, node) + parameters.review_period_days
        for key, node in model.nodes.items()
        if node.safety_stock < 0
    }
    levels: dict[int, float] = {}
    for key in untyped:
        own = model.nodes[key].service_level
        levels[key] = parameters.service_level if own is None else own
    computed = service_level_safety_stock(frame, untyped, levels)
    for key in untyped:
        node = model.nodes[key]
        node.safety_stock = -(-computed.get(key, 0) // node.step) * node.step


def _usual_lead_time(model: Model, node: Node) -> int:
    """The item-location's own lead time, else its preferred supplier's, else none."""
    if node.lead_time_days is not None:
        return node.lead_time_days
    terms = [term for _, term in model.terms.get(node.item_id, ()) if term.lead_time_days is not None]
    preferred = min(terms, key=lambda term: (term.preference, term.supplier_id), default=None)
    return (preferred.lead_time_days or 0) if preferred is not None and node.procurement == "buy" else 0
