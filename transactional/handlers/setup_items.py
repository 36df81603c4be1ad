"""What is bought, made, kept and sold: units, categories, items, conversions, barcodes and planning parameters."""

from __future__ import annotations

from typing import Any

from kernel.errors import Conflict, InvalidInput
from transactional.commands import (
    DefineBarcode,
    DefineCategory,
    DefineConversion,
    DefineItem,
    DefineUnit,
    SetPlanning,
)
from transactional.engine.registry import handles
from transactional.engine.work import UnitOfWork
from transactional.handlers.masters import answer_for, check_validity, define, record_version, update_row
from transactional.handlers.support import (
    given_text,
    known,
    normalised,
    optional_key,
    positive_quantity,
    price,
    quantity_not_negative,
    rate,
    rows_where,
    whole,
)

__all__ = ["ITEM_TYPES"]

ITEM_TYPES = (
    "raw_material", "component", "semi_finished", "finished_good", "trading_good", "packaging", "service", "phantom",
)  # fmt: skip
_DIMENSIONS = ("count", "weight", "length", "area", "volume", "time", "other")
_PROCUREMENT = ("buy", "make", "transfer", "phantom", "none")
_POLICIES = ("lot_for_lot", "fixed", "period", "min_max")
_ALTERNATES = ("buy", "make", "transfer")
_RULES = ("priority", "cost")
_MAX_DAYS = 36_500


@handles(DefineUnit)
def define_unit(work: UnitOfWork, command: DefineUnit) -> dict[str, Any]:
    """A unit of measure."""
    row, _ = define(
        work,
        "unit_of_measure",
        command.code,
        {
            "name": given_text(command.name, "name", command.code),
            "name_zh": command.name_zh,
            "dimension": known(command.dimension, _DIMENSIONS, "dimension", command.code),
        },
    )
    return answer_for("unit_of_measure", row)


@handles(DefineCategory)
def define_category(work: UnitOfWork, command: DefineCategory) -> dict[str, Any]:
    """A category, maybe below another; it never stands below itself."""
    parent = optional_key(work, "item_category", command.parent)
    own = work.find_code("item_category", command.code)
    above = parent
    while above is not None:
        if above == own:
            raise InvalidInput("command.category_cycle", got=command.parent, where=command.code)
        above = work.row("item_category", above)["parent_category_id"]
    row, _ = define(
        work,
        "item_category",
        command.code,
        {"name": given_text(command.name, "name", command.code), "name_zh": command.name_zh, "parent_category_id": parent},
    )
    return answer_for("item_category", row)


@handles(DefineItem)
def define_item(work: UnitOfWork, command: DefineItem) -> dict[str, Any]:
    """An item by its SKU; a second spelling of the same code (width, case, spaces) is refused."""
    sku = command.sku
    key = work.find_code("item", sku)
    unit = work.lookup("unit_of_measure", command.base_unit)
    plain = normalised(given_text(sku, "sku", "item"))
    if key is None:
        twin = rows_where(work, "item", "sku_normalised", plain)
        if twin:
            raise Conflict("command.duplicate_item", got=sku, expected=twin[0]["sku"])
    elif work.row("item", key)["base_unit_id"] != unit:
        # Every quantity of the item is written in its base unit; another unit would reinterpret the past.
        raise InvalidInput("command.base_unit_fixed", where=sku, got=command.base_unit)
    if command.standard_cost is not None:
        price(command.standard_cost, sku, "standard_cost")
    if command.list_price is not None:
        price(command.list_price, sku, "list_price")
    if command.shelf_life_days is not None:
        whole(command.shelf_life_days, "shelf_life_days", sku, 1, _MAX_DAYS)
    check_validity(command.first_sale_date, command.last_sale_date, sku)
    columns = {
        "sku_normalised": plain,
        "name": given_text(command.name, "name", sku),
        "name_zh": command.name_zh,
        "item_type": known(command.item_type, ITEM_TYPES, "item_type", sku),
        "category_id": optional_key(work, "item_category", command.category),
        "base_unit_id": unit,
        "quantity_step": positive_quantity(command.quantity_step, sku, "quantity_step"),
        "standard_cost": command.standard_cost,
        "list_price": command.list_price,
        "tax_rate_ppm": rate(command.tax_rate_ppm, sku, "tax_rate_ppm"),
        "shelf_life_days": command.shelf_life_days,
        "is_lot_tracked": int(command.is_lot_tracked),
        "is_measured": int(command.is_measured),
        "is_active": int(command.is_active),
        "first_sale_date": command.first_sale_date,
        "last_sale_date": command.last_sale_date,
    }
    row, changed = define(work, "item", sku, columns)
    if changed:
        record_version(work, "item", row)
    return answer_for("item", row)


@handles(DefineConversion)
def define_conversion(work: UnitOfWork, command: DefineConversion) -> dict[str, Any]:
    """quantity in from_unit x numerator / denominator = quantity in to_unit; for one item or for all."""
    where = f"{command.sku or '*'} {command.from_unit}"
    whole(command.numerator, "numerator", where, 1, 10**12)
    whole(command.denominator, "denominator", where, 1, 10**12)
    if command.from_unit == command.to_unit:
        raise InvalidInput("command.same_unit", where=where, got=command.to_unit)
    item_id = optional_key(work, "item", command.sku)
    from_unit = work.lookup("unit_of_measure", command.from_unit)
    to_unit = work.lookup("unit_of_measure", command.to_unit)
    ratio = {"numerator": command.numerator, "denominator": command.denominator}
    for row in work.children("unit_conversion", "from_unit_id", from_unit):
        if row["item_id"] == item_id and row["to_unit_id"] == to_unit:
            update_row(work, "unit_conversion", row["unit_conversion_id"], ratio)
            return answer_for("unit_conversion", row)
    row = work.insert(
        "unit_conversion", unit_conversion_id=work.new_id(), item_id=item_id, from_unit_id=from_unit, to_unit_id=to_unit, **ratio
    )
    return answer_for("unit_conversion", row)


@handles(DefineBarcode)
def define_barcode(work: UnitOfWork, command: DefineBarcode) -> dict[str, Any]:
    """A barcode names one item in one unit."""
    row, _ = define(
        work,
        "item_barcode",
        command.barcode,
        {"item_id": work.lookup("item", command.sku), "unit_id": work.lookup("unit_of_measure", command.unit)},
    )
    return answer_for("item_barcode", row)


@handles(SetPlanning)
def set_planning(work: UnitOfWork, command: SetPlanning) -> dict[str, Any]:
    """Planning parameters of an item in a warehouse; the first time creates the forecast series."""
    item_id, warehouse_id = work.lookup("item", command.sku), work.lookup("warehouse", command.warehouse)
    columns = _planning_columns(work, command, warehouse_id)
    found = next((row for row in work.children("item_location", "item_id", item_id) if row["warehouse_id"] == warehouse_id), None)
    changed = True
    if found is None:
        row = work.insert("item_location", item_location_id=work.new_id(), item_id=item_id, warehouse_id=warehouse_id, **columns)
    else:
        row, changed = update_row(work, "item_location", found["item_location_id"], columns)
    if changed:
        record_version(work, "item_location", row)
    return answer_for("item_location", row)


def _planning_columns(work: UnitOfWork, command: SetPlanning, warehouse_id: int) -> dict[str, Any]:
    where = f"{command.sku} @ {command.warehouse}"
    known(command.procurement, _PROCUREMENT, "procurement", where)
    known(command.order_policy, _POLICIES, "order_policy", where)
    known(command.alternate_rule, _RULES, "alternate_rule", where)
    if command.alternate_procurement is not None:
        others = tuple(way for way in _ALTERNATES if command.procurement in _ALTERNATES and way != command.procurement)
        known(command.alternate_procurement, others, "alternate_procurement", where)
    for name in ("maximum_order_quantity", "fixed_order_quantity"):
        if getattr(command, name) is not None:
            positive_quantity(getattr(command, name), where, name)
    for name in (
        "minimum_order_quantity",
        "order_multiple_quantity",
        "safety_stock_quantity",
        "reorder_point_quantity",
        "order_up_to_quantity",
    ):
        if getattr(command, name) is not None:
            quantity_not_negative(getattr(command, name), where, name)
    for name in (
        "lead_time_days",
        "safety_lead_time_days",
        "inspection_days",
        "demand_fence_days",
        "planning_fence_days",
        "alternate_lead_time_days",
    ):
        if getattr(command, name) is not None:
            whole(getattr(command, name), name, where, 0, _MAX_DAYS)
    whole(command.period_days, "period_days", where, 1, _MAX_DAYS)
    whole(command.yield_ppm, "yield_ppm", where, 1, 1_000_000)
    whole(command.service_level_ppm, "service_level_ppm", where, 0, 999_999)
    most, least = command.maximum_order_quantity, command.minimum_order_quantity
    if most is not None and most < max(least, command.order_multiple_quantity):
        raise InvalidInput(
            "command.maximum_below_minimum", where=where, got=most, expected=max(least, command.order_multiple_quantity)
        )
    if command.order_policy == "fixed" and command.fixed_order_quantity is None:
        raise InvalidInput("command.fixed_quantity_missing", where=where)
    source = optional_key(work, "warehouse", command.source_warehouse)
    if "transfer" in (command.procurement, command.alternate_procurement) and (source is None or source == warehouse_id):
        raise InvalidInput("command.source_warehouse_missing", where=where, got=command.source_warehouse)
    columns = {
        name: getattr(command, name)
        for name in (
            "procurement", "order_policy", "minimum_order_quantity", "order_multiple_quantity", "maximum_order_quantity",
            "fixed_order_quantity", "period_days", "lead_time_days", "safety_lead_time_days", "inspection_days", "yield_ppm",
            "safety_stock_quantity", "reorder_point_quantity", "order_up_to_quantity", "demand_fence_days",
            "planning_fence_days", "service_level_ppm", "alternate_procurement", "alternate_rule", "alternate_lead_time_days",
        )
    }  # fmt: skip
    return {**columns, "source_warehouse_id": source, "planner_id": optional_key(work, "app_user", command.planner)}
