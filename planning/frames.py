"""Which frames does a plan take and give, with which columns and types?

The tables of docs/contracts.md, section planning, as polars schemas. `conform` brings a frame into its schema: a
missing mandatory column is a programmer's mistake and raises at once, a missing optional one is filled with nulls.
Quantities are 10^-6 of the base unit, money 10^-6 of the currency, both Int64.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import polars as pl

from kernel.errors import InvalidInput

__all__ = ["INPUT_SCHEMAS", "OUTPUT_SCHEMAS", "PlanInputs", "PlanResult", "conform", "empty"]

Schema = dict[str, "pl.DataType | type[pl.DataType]"]

INPUT_SCHEMAS: dict[str, Schema] = {
    "item_locations": {
        "item_location_id": pl.Int64,
        "item_id": pl.Int64,
        "warehouse_id": pl.Int64,
        "sku": pl.String,
        "procurement": pl.String,
        "order_policy": pl.String,
        "minimum_order_quantity": pl.Int64,
        "order_multiple_quantity": pl.Int64,
        "maximum_order_quantity": pl.Int64,
        "fixed_order_quantity": pl.Int64,
        "period_days": pl.Int64,
        "lead_time_days": pl.Int64,
        "safety_lead_time_days": pl.Int64,
        "inspection_days": pl.Int64,
        "yield_ppm": pl.Int64,
        "safety_stock_quantity": pl.Int64,
        "reorder_point_quantity": pl.Int64,
        "order_up_to_quantity": pl.Int64,
        "demand_fence_days": pl.Int64,
        "planning_fence_days": pl.Int64,
        "quantity_step": pl.Int64,
        "unit_cost_micro": pl.Int64,
        "source_warehouse_id": pl.Int64,
        "is_purchase_in_working_days": pl.Boolean,
        "service_level_ppm": pl.Int64,
        "alternate_procurement": pl.String,
        "alternate_rule": pl.String,
        "alternate_lead_time_days": pl.Int64,
    },
    "on_hand": {
        "item_location_id": pl.Int64,
        "lot_id": pl.Int64,
        "expiry_date": pl.Date,
        "quantity": pl.Int64,
    },
    "scheduled_receipts": {
        "supply_id": pl.String,
        "kind": pl.String,
        "item_location_id": pl.Int64,
        "quantity": pl.Int64,
        "expected_date": pl.Date,
        "original_due_date": pl.Date,
        "supplier_id": pl.Int64,
        "is_frozen": pl.Boolean,
        "unit_price": pl.Int64,
        "state": pl.String,
        "start_date": pl.Date,
        "is_quantity_fixed": pl.Boolean,
    },
    "demands": {
        "demand_id": pl.String,
        "kind": pl.String,
        "item_location_id": pl.Int64,
        "quantity": pl.Int64,
        "due_date": pl.Date,
        "priority": pl.Int64,
        "customer_id": pl.Int64,
        "unit_margin_micro": pl.Int64,
        "penalty_micro_per_unit_day": pl.Int64,
        "period_days": pl.Int64,
        "parent_supply_id": pl.String,
        "parent_item_id": pl.Int64,
    },
    "bom_lines": {
        "parent_item_id": pl.Int64,
        "component_item_id": pl.Int64,
        "component_quantity": pl.Int64,
        "output_quantity": pl.Int64,
        "scrap_ppm": pl.Int64,
        "is_fixed": pl.Boolean,
        "valid_from": pl.Date,
        "valid_to": pl.Date,
        "bom_id": pl.Int64,
        "bom_priority": pl.Int64,
    },
    "substitutes": {
        "parent_item_id": pl.Int64,
        "component_item_id": pl.Int64,
        "substitute_item_id": pl.Int64,
        "component_quantity": pl.Int64,
        "substitute_quantity": pl.Int64,
        "priority": pl.Int64,
        "is_use_up": pl.Boolean,
        "valid_from": pl.Date,
        "valid_to": pl.Date,
    },
    "supplier_terms": {
        "supplier_id": pl.Int64,
        "item_id": pl.Int64,
        "warehouse_id": pl.Int64,
        "lead_time_days": pl.Int64,
        "lead_time_sigma_days": pl.Float64,
        "minimum_order_quantity": pl.Int64,
        "order_multiple_quantity": pl.Int64,
        "price_break_quantity": pl.Int64,
        "unit_price": pl.Int64,
        "valid_from": pl.Date,
        "valid_to": pl.Date,
        "qualified_until": pl.Date,
        "is_on_hold": pl.Boolean,
        "preference": pl.Int64,
        "on_time_rate": pl.Float64,
        "reject_rate": pl.Float64,
        "receipt_count": pl.Int64,
        "maximum_order_quantity": pl.Int64,
        "quota_ppm": pl.Int64,
        "release_fence_days": pl.Int64,
    },
    "lead_time_demand": {
        "series_id": pl.Int64,
        "protection_days": pl.Int64,
        "measure": pl.String,
        "quantity": pl.Float64,
    },
    "decisions": {
        "planned_order_id": pl.String,
        "item_location_id": pl.Int64,
        "kind": pl.String,
        "need_period": pl.String,
        "ordinal": pl.Int64,
        "decision": pl.String,
        "until_date": pl.Date,
        "quantity": pl.Int64,
    },
    "working_days": {
        "calendar_id": pl.String,
        "date": pl.Date,
        "is_working": pl.Boolean,
    },
}

_MANDATORY: dict[str, tuple[str, ...]] = {
    "item_locations": ("item_location_id", "item_id", "warehouse_id", "procurement"),
    "on_hand": ("item_location_id", "quantity"),
    "scheduled_receipts": ("supply_id", "kind", "item_location_id", "quantity", "expected_date"),
    "demands": ("demand_id", "kind", "item_location_id", "quantity", "due_date"),
    "bom_lines": ("parent_item_id", "component_item_id", "component_quantity", "output_quantity"),
    "substitutes": ("component_item_id", "substitute_item_id"),
    "supplier_terms": ("supplier_id", "item_id"),
    "lead_time_demand": ("series_id", "protection_days", "measure", "quantity"),
    "decisions": ("item_location_id", "kind", "need_period", "ordinal", "decision"),
    "working_days": ("calendar_id", "date", "is_working"),
}

OUTPUT_SCHEMAS: dict[str, Schema] = {
    "planned_orders": {
        "planned_order_id": pl.String,
        "kind": pl.String,
        "item_location_id": pl.Int64,
        "item_id": pl.Int64,
        "warehouse_id": pl.Int64,
        "supplier_id": pl.Int64,
        "quantity": pl.Int64,
        "release_date": pl.Date,
        "receipt_date": pl.Date,
        "need_date": pl.Date,
        "late_days": pl.Int64,
        "unit_price": pl.Int64,
        "cost_amount_micro": pl.Int64,
        "value_at_stake_micro": pl.Int64,
        "reason": pl.String,
        "gross_requirement_quantity": pl.Int64,
        "on_hand_quantity": pl.Int64,
        "scheduled_receipts_quantity": pl.Int64,
        "safety_stock_quantity": pl.Int64,
        "net_requirement_quantity": pl.Int64,
        "lot_rounding_quantity": pl.Int64,
        "expected_good_quantity": pl.Int64,
        "stockout_date": pl.Date,
        "late_order_count": pl.Int64,
        "served_order_count": pl.Int64,
        "need_period": pl.String,
        "ordinal": pl.Int64,
        "level": pl.Int64,
    },
    "pegging": {
        "supply_id": pl.String,
        "supply_kind": pl.String,
        "demand_id": pl.String,
        "demand_kind": pl.String,
        "item_location_id": pl.Int64,
        "quantity": pl.Int64,
        "level": pl.Int64,
        "top_demand_id": pl.String,
    },
    "exceptions": {
        "message_id": pl.String,
        "kind": pl.String,
        "supply_id": pl.String,
        "planned_order_id": pl.String,
        "item_location_id": pl.Int64,
        "quantity": pl.Int64,
        "from_date": pl.Date,
        "to_date": pl.Date,
        "value_at_stake_micro": pl.Int64,
        "late_order_count": pl.Int64,
        "pegged_demands": pl.String,
        "urgency": pl.Int64,
    },
    "projection": {
        "item_location_id": pl.Int64,
        "date": pl.Date,
        "projected_quantity": pl.Int64,
        "projected_with_plan_quantity": pl.Int64,
        "safety_stock_quantity": pl.Int64,
        "gross_requirement_quantity": pl.Int64,
        "scheduled_receipts_quantity": pl.Int64,
        "planned_receipts_quantity": pl.Int64,
        "expired_quantity": pl.Int64,
    },
    "supplier_ranking": {
        "planned_order_id": pl.String,
        "supplier_id": pl.Int64,
        "rank": pl.Int64,
        "unit_price": pl.Int64,
        "quantity": pl.Int64,
        "receipt_date": pl.Date,
        "expected_cost_micro": pl.Int64,
        "purchase_cost_micro": pl.Int64,
        "holding_cost_micro": pl.Int64,
        "lateness_cost_micro": pl.Int64,
        "quality_cost_micro": pl.Int64,
        "gate": pl.String,
    },
    "dependent_demands": {
        "planned_order_id": pl.String,
        "item_location_id": pl.Int64,
        "quantity": pl.Int64,
        "due_date": pl.Date,
        "kind": pl.String,
        "substituted_item_location_id": pl.Int64,
        "substitution_reason": pl.String,
    },
}


def _nothing() -> pl.DataFrame:
    return pl.DataFrame()


@dataclass(frozen=True)
class PlanInputs:
    """The facts a plan is made from; an omitted frame means there is nothing of the kind."""

    item_locations: pl.DataFrame
    demands: pl.DataFrame = field(default_factory=_nothing)
    on_hand: pl.DataFrame = field(default_factory=_nothing)
    scheduled_receipts: pl.DataFrame = field(default_factory=_nothing)
    bom_lines: pl.DataFrame = field(default_factory=_nothing)
    substitutes: pl.DataFrame = field(default_factory=_nothing)
    supplier_terms: pl.DataFrame = field(default_factory=_nothing)
    lead_time_demand: pl.DataFrame = field(default_factory=_nothing)
    decisions: pl.DataFrame = field(default_factory=_nothing)
    working_days: pl.DataFrame = field(default_factory=_nothing)


@dataclass(frozen=True)
class PlanResult:
    """What a plan says; every frame is sorted, so equal inputs give byte-identical results."""

    planned_orders: pl.DataFrame
    pegging: pl.DataFrame
    exceptions: pl.DataFrame
    projection: pl.DataFrame
    supplier_ranking: pl.DataFrame
    dependent_demands: pl.DataFrame
    """Component and transfer requirements of the suggestions: one row per planned order and component."""
    problems: tuple[InvalidInput, ...] = ()
    """Records that could not be planned as they stand: what, where, got, expected, next step."""


def empty(name: str) -> pl.DataFrame:
    """An input or output frame of the right schema without rows."""
    return pl.DataFrame(schema=INPUT_SCHEMAS.get(name) or OUTPUT_SCHEMAS[name])


def conform(frame: pl.DataFrame, name: str) -> pl.DataFrame:
    """`frame` with exactly the columns and types of input `name`.

    Raises:
        InvalidInput: a mandatory column is missing or a column cannot be read as its type.
    """
    schema = INPUT_SCHEMAS[name]
    if frame.width == 0:
        return pl.DataFrame(schema=schema)
    for column in _MANDATORY[name]:
        if column not in frame.columns:
            raise InvalidInput("planning.column_missing", frame=name, column=column, got=", ".join(frame.columns))
    columns = []
    for column, dtype in schema.items():
        if column not in frame.columns:
            columns.append(pl.Series(column, [None] * frame.height, dtype=dtype))
            continue
        series = frame.get_column(column)
        # A float quantity would be rounded silently: exact integers only, except where the contract says float.
        if series.dtype.is_float() and dtype == pl.Int64:
            raise InvalidInput("planning.column_type", frame=name, column=column, got=str(series.dtype), expected=str(dtype))
        try:
            columns.append(series.cast(dtype))
        except (pl.exceptions.PolarsError, TypeError, ValueError):
            raise InvalidInput(
                "planning.column_type", frame=name, column=column, got=str(series.dtype), expected=str(dtype)
            ) from None
    return pl.DataFrame(columns)
