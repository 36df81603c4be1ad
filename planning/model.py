"""What does the planner know, once the input frames are read and every record that cannot be right is set aside?

Days become ordinals, quantities Python integers (exact at any size). A record that cannot be planned is left out and
reported with its key; the rest is planned.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

import polars as pl

from kernel.errors import InvalidInput
from kernel.numbers import RATE_SCALE
from planning.calendars import WorkingCalendar, calendars_from
from planning.explosion import BomLine
from planning.frames import PlanInputs, conform
from planning.lots import LotRules
from planning.netting import Lot
from planning.parameters import PlanParameters
from planning.safety_stock import service_level_safety_stock
from planning.suppliers import Term

__all__ = ["Decision", "DemandRow", "Model", "Node", "ReceiptRow", "read_model"]

_PROCUREMENT = ("buy", "make", "transfer", "phantom", "none")
_POLICIES = ("lot_for_lot", "fixed", "period", "min_max")
_LARGEST = 10**18


@dataclass(slots=True)
class Node:
    """One item-location as the planner uses it."""

    item_location_id: int
    item_id: int
    warehouse_id: int
    sku: str
    procurement: str
    policy: str
    rules: LotRules
    period_days: int
    lead_time_days: int | None
    safety_lead_time_days: int
    inspection_days: int
    safety_stock: int
    reorder_point: int
    order_up_to: int | None
    demand_fence_days: int
    planning_fence_days: int
    step: int
    unit_cost: int
    source_warehouse_id: int | None
    is_working_days: bool
    service_level: float | None

    @property
    def floor(self) -> int:
        """What the projection is never planned to fall below."""
        if self.procurement == "phantom":
            return 0
        return max(self.safety_stock, self.reorder_point) if self.policy == "min_max" else self.safety_stock


@dataclass(frozen=True, slots=True)
class DemandRow:
    """One independent demand line, or a component or transfer line of an open document."""

    demand_id: str
    kind: str
    due: int
    quantity: int
    priority: int
    margin: int
    penalty: int | None
    period_days: int | None
    parent_supply_id: str | None


@dataclass(frozen=True, slots=True)
class ReceiptRow:
    """One open supply line."""

    supply_id: str
    kind: str
    quantity: int
    expected: int
    supplier_id: int | None
    is_frozen: bool
    unit_price: int | None


@dataclass(slots=True)
class Decision:
    """A planner's word on a suggestion; `budget` is what a rejection still covers (None: whatever is short)."""

    need_period: str
    ordinal: int
    is_suppressing: bool
    is_dated: bool
    budget: int | None


@dataclass(slots=True)
class Model:
    """Everything the engine reads."""

    nodes: dict[int, Node] = field(default_factory=dict)
    at: dict[tuple[int, int], int] = field(default_factory=dict)
    """(item, warehouse) -> item-location."""
    lots: dict[int, list[Lot]] = field(default_factory=dict)
    receipts: dict[int, list[ReceiptRow]] = field(default_factory=dict)
    demands: dict[int, list[DemandRow]] = field(default_factory=dict)
    bom: dict[int, list[BomLine]] = field(default_factory=dict)
    terms: dict[int, list[tuple[int | None, Term]]] = field(default_factory=dict)
    decisions: dict[tuple[int, str], list[Decision]] = field(default_factory=dict)
    calendars: dict[str, WorkingCalendar] = field(default_factory=dict)
    problems: list[InvalidInput] = field(default_factory=list)


def read_model(inputs: PlanInputs, *, as_of: date, parameters: PlanParameters) -> Model:
    """Read and check all input frames.

    Raises:
        InvalidInput: a frame lacks a mandatory column or has a column of the wrong type.
    """
    model = Model(calendars=calendars_from(conform(inputs.working_days, "working_days")))
    _read_nodes(model, conform(inputs.item_locations, "item_locations"))
    _read_terms(model, conform(inputs.supplier_terms, "supplier_terms"))
    _read_safety_stock(model, inputs, parameters)
    _read_on_hand(model, conform(inputs.on_hand, "on_hand"))
    _read_receipts(model, conform(inputs.scheduled_receipts, "scheduled_receipts"))
    _read_demands(model, conform(inputs.demands, "demands"))
    _read_bom(model, conform(inputs.bom_lines, "bom_lines"))
    _read_decisions(model, conform(inputs.decisions, "decisions"), as_of)
    return model


class _Check:
    """Collects what is wrong with one row; `is_good` tells whether the row may be used."""

    def __init__(self, model: Model, frame: str, row: str) -> None:
        self._model, self._frame, self._row, self.is_good = model, frame, row, True

    def _add(self, key: str, **values: object) -> None:
        self.is_good = False
        self._model.problems.append(InvalidInput(key, frame=self._frame, row=self._row, **values))

    def present(self, **values: object) -> _Check:
        for column, value in values.items():
            if value is None:
                self._add("planning.value_missing", column=column)
        return self

    def within(self, column: str, value: int | None, low: int, high: int) -> _Check:
        if value is not None and not low <= value <= high:
            self._add("planning.value_range", column=column, got=value, expected=f"{low} ... {high}")
        return self

    def among(self, column: str, value: object, allowed: tuple[str, ...]) -> _Check:
        if value not in allowed:
            self._add("planning.value_range", column=column, got=value, expected=", ".join(allowed))
        return self

    def duplicate(self) -> _Check:
        self._add("planning.duplicate_supply")
        return self

    def known(self, item_location_id: int | None) -> _Check:
        if item_location_id is not None and item_location_id not in self._model.nodes:
            self._add("planning.unknown_item_location", got=item_location_id)
        return self


def _rows(frame: pl.DataFrame, *order: str) -> list[dict[str, Any]]:
    return frame.sort(list(order) + [column for column in frame.columns if column not in order]).to_dicts()


def _day(value: date | None) -> int | None:
    return None if value is None else value.toordinal()


def _read_nodes(model: Model, frame: pl.DataFrame) -> None:
    days = ["period_days", "lead_time_days", "safety_lead_time_days", "inspection_days"]
    days += ["demand_fence_days", "planning_fence_days"]
    amounts = ["minimum_order_quantity", "safety_stock_quantity", "reorder_point_quantity"]
    amounts += ["order_up_to_quantity", "unit_cost_micro"]
    lots = ("order_multiple_quantity", "maximum_order_quantity", "fixed_order_quantity", "quantity_step")
    for row in _rows(frame, "item_location_id"):
        key = row["item_location_id"]
        check = _Check(model, "item_locations", f"item_location_id {key} ({row['sku']})")
        check.present(item_location_id=key, item_id=row["item_id"], warehouse_id=row["warehouse_id"])
        check.among("procurement", row["procurement"], _PROCUREMENT)
        check.among("order_policy", row["order_policy"] or "lot_for_lot", _POLICIES)
        for column in days:
            check.within(column, row[column], 0, 3650)
        for column in amounts:
            check.within(column, row[column], 0, _LARGEST)
        for column in lots:
            # 0 is how an empty field often arrives: no rule.
            check.within(column, row[column], 0, _LARGEST)
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


def _read_on_hand(model: Model, frame: pl.DataFrame) -> None:
    for row in _rows(frame, "item_location_id", "expiry_date", "lot_id"):
        key = row["item_location_id"]
        check = _Check(model, "on_hand", f"item_location_id {key}, lot_id {row['lot_id']}")
        check.present(item_location_id=key, quantity=row["quantity"]).known(key)
        check.within("quantity", row["quantity"], -_LARGEST, _LARGEST)
        if check.is_good and row["quantity"]:
            model.lots.setdefault(key, []).append(Lot(row["lot_id"], _day(row["expiry_date"]), row["quantity"]))


def _read_receipts(model: Model, frame: pl.DataFrame) -> None:
    seen: set[str] = set()
    for row in _rows(frame, "item_location_id", "supply_id"):
        key = row["item_location_id"]
        check = _Check(model, "scheduled_receipts", str(row["supply_id"]))
        expected = row["expected_date"] or row["original_due_date"]
        check.present(supply_id=row["supply_id"], item_location_id=key, quantity=row["quantity"], expected_date=expected)
        check.known(key).within("quantity", row["quantity"], 0, _LARGEST)
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
                )
            )


def _read_demands(model: Model, frame: pl.DataFrame) -> None:
    columns = ["demand_id", "kind", "item_location_id", "quantity", "due_date", "priority", "unit_margin_micro"]
    columns += ["penalty_micro_per_unit_day", "period_days", "parent_supply_id"]
    order = ["item_location_id", "due_date", "demand_id"]
    ordered = frame.sort(order + [column for column in frame.columns if column not in order])
    # Tuples, and a check only where one fails: demand is the one input with a row per day.
    for name, kind, key, quantity, due, priority, margin, penalty, days, parent in ordered.select(columns).iter_rows():
        if name is None or due is None or quantity is None or key not in model.nodes or not 0 <= quantity <= _LARGEST:
            check = _Check(model, "demands", str(name))
            check.present(demand_id=name, item_location_id=key, quantity=quantity, due_date=due)
            check.known(key).within("quantity", quantity, 0, _LARGEST)
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
            )
            model.demands.setdefault(key, []).append(line)


def _read_bom(model: Model, frame: pl.DataFrame) -> None:
    for row in _rows(frame, "parent_item_id", "component_item_id"):
        parent, component = row["parent_item_id"], row["component_item_id"]
        check = _Check(model, "bom_lines", f"parent_item_id {parent}, component_item_id {component}")
        check.present(parent_item_id=parent, component_item_id=component, component_quantity=row["component_quantity"])
        check.present(output_quantity=row["output_quantity"])
        check.within("output_quantity", row["output_quantity"], 1, _LARGEST)
        check.within("component_quantity", row["component_quantity"], -_LARGEST, _LARGEST)
        check.within("scrap_ppm", row["scrap_ppm"], 0, RATE_SCALE - 1)
        if check.is_good:
            model.bom.setdefault(parent, []).append(
                BomLine(
                    component_item_id=component,
                    component_quantity=row["component_quantity"],
                    output_quantity=row["output_quantity"],
                    scrap_ppm=row["scrap_ppm"] or 0,
                    is_fixed=bool(row["is_fixed"]),
                    valid_from=_day(row["valid_from"]),
                    valid_to=_day(row["valid_to"]),
                )
            )


def _read_terms(model: Model, frame: pl.DataFrame) -> None:
    for row in _rows(frame, "item_id", "supplier_id", "price_break_quantity"):
        check = _Check(model, "supplier_terms", f"supplier_id {row['supplier_id']}, item_id {row['item_id']}")
        check.present(supplier_id=row["supplier_id"], item_id=row["item_id"])
        check.within("lead_time_days", row["lead_time_days"], 0, 3650)
        for column in (
            "minimum_order_quantity",
            "order_multiple_quantity",
            "price_break_quantity",
            "unit_price",
        ):
            check.within(column, row[column], 0, _LARGEST)
        if check.is_good:
            model.terms.setdefault(row["item_id"], []).append((row["warehouse_id"], term_from(row)))


def term_from(row: dict[str, Any]) -> Term:
    """A supplier term from a row of the `supplier_terms` frame."""
    return Term(
        supplier_id=row["supplier_id"],
        lead_time_days=row["lead_time_days"],
        lead_time_sigma_days=row["lead_time_sigma_days"],
        minimum=row["minimum_order_quantity"] or None,
        multiple=row["order_multiple_quantity"] or None,
        price_break=row["price_break_quantity"] or 0,
        unit_price=row["unit_price"] or 0,
        valid_from=_day(row["valid_from"]),
        valid_to=_day(row["valid_to"]),
        qualified_until=_day(row["qualified_until"]),
        is_on_hold=bool(row["is_on_hold"]),
        preference=row["preference"] if row["preference"] is not None else 99,
        on_time_rate=row["on_time_rate"],
        reject_rate=row["reject_rate"],
        receipt_count=row["receipt_count"] or 0,
    )


def _read_decisions(model: Model, frame: pl.DataFrame, as_of: date) -> None:
    for row in _rows(frame, "item_location_id", "kind", "need_period", "ordinal"):
        key = row["item_location_id"]
        if key is None or row["need_period"] is None or row["ordinal"] is None:
            continue
        model.decisions.setdefault((key, row["kind"]), []).append(
            Decision(
                need_period=row["need_period"],
                ordinal=row["ordinal"],
                is_suppressing=row["decision"] in ("reject", "snooze")
                and (row["until_date"] is None or as_of < row["until_date"]),
                is_dated=row["until_date"] is not None,
                budget=row["quantity"],
            )
        )
