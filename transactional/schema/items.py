"""What is bought, made, kept and sold, and how is it put together?"""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, Index, Table, UniqueConstraint

from transactional.schema.columns import (
    LONG,
    Facts,
    count,
    date_,
    days,
    flag,
    instant,
    key,
    metadata,
    one_of,
    posting,
    ppm,
    price,
    quantity,
    reference,
    text_,
)

unit_of_measure = Table(
    "unit_of_measure",
    metadata,
    key("unit_id"),
    text_("code", unique=True),
    text_("name"),
    text_("name_zh", default=""),
    text_("dimension", default="count"),
    posting(),
    one_of("dimension", "count", "weight", "length", "area", "volume", "time", "other"),
)

item_category = Table(
    "item_category",
    metadata,
    key("category_id"),
    text_("code", unique=True),
    text_("name"),
    text_("name_zh", default=""),
    reference("parent_category_id", "item_category.category_id", nullable=True),
    posting(),
)

_ITEM_FACTS: Facts = [
    lambda: text_("name"),
    lambda: text_("name_zh", default=""),
    lambda: text_("item_type"),
    lambda: reference("category_id", "item_category.category_id", nullable=True),
    lambda: price("standard_cost", nullable=True),
    lambda: price("list_price", nullable=True),
    lambda: ppm("tax_rate_ppm", default=0),
    lambda: days("shelf_life_days", nullable=True),
    lambda: flag("is_active", default=True),
]

item = Table(
    "item",
    metadata,
    key("item_id"),
    text_("sku", unique=True),
    # Code after normalising width, case and spaces; unique so that one thing has one code.
    text_("sku_normalised", unique=True),
    *[fact() for fact in _ITEM_FACTS],
    reference("base_unit_id", "unit_of_measure.unit_id"),
    quantity("quantity_step", default=1_000_000),
    flag("is_lot_tracked"),
    flag("is_measured"),  # weighed or measured: counts have a tolerance
    date_("first_sale_date", nullable=True),
    date_("last_sale_date", nullable=True),
    posting(),
    one_of(
        "item_type",
        "raw_material",
        "component",
        "semi_finished",
        "finished_good",
        "trading_good",
        "packaging",
        "service",
        "phantom",
    ),
    CheckConstraint("quantity_step > 0", name="quantity_step_positive"),
)

item_version = Table(
    "item_version",
    metadata,
    key("item_version_id"),
    reference("item_id", "item.item_id", index=True),
    *[fact() for fact in _ITEM_FACTS],
    date_("business_date"),
    instant("recorded_at"),
    reference("actor_id", "app_user.user_id"),
    posting(),
)

unit_conversion = Table(
    "unit_conversion",
    metadata,
    # quantity in from_unit x numerator / denominator = quantity in to_unit; item 0 is impossible, so null = for all items.
    key("unit_conversion_id"),
    reference("item_id", "item.item_id", nullable=True),
    reference("from_unit_id", "unit_of_measure.unit_id"),
    reference("to_unit_id", "unit_of_measure.unit_id"),
    count("numerator"),
    count("denominator"),
    posting(),
    CheckConstraint("numerator > 0 AND denominator > 0", name="positive"),
)

item_barcode = Table(
    "item_barcode",
    metadata,
    key("item_barcode_id"),
    text_("barcode", unique=True),
    reference("item_id", "item.item_id"),
    reference("unit_id", "unit_of_measure.unit_id"),
    posting(),
)

_PLANNING_FACTS: Facts = [
    lambda: text_("procurement", default="buy"),
    lambda: text_("order_policy", default="lot_for_lot"),
    lambda: quantity("minimum_order_quantity", default=0),
    lambda: quantity("order_multiple_quantity", default=0),
    lambda: quantity("maximum_order_quantity", nullable=True),
    lambda: quantity("fixed_order_quantity", nullable=True),
    lambda: days("period_days", default=1),
    lambda: days("lead_time_days", nullable=True),
    lambda: days("safety_lead_time_days", default=0),
    lambda: days("inspection_days", default=0),
    lambda: ppm("yield_ppm", default=1_000_000),
    lambda: quantity("safety_stock_quantity", nullable=True),
    lambda: quantity("reorder_point_quantity", nullable=True),
    lambda: quantity("order_up_to_quantity", nullable=True),
    lambda: days("demand_fence_days", default=0),
    lambda: days("planning_fence_days", default=0),
    lambda: ppm("service_level_ppm", default=950_000),
    lambda: reference("source_warehouse_id", "warehouse.warehouse_id", nullable=True),
    lambda: reference("planner_id", "app_user.user_id", nullable=True),
    # Second way of getting the item, when it is taken ('priority', 'cost'), and how long it takes.
    lambda: text_("alternate_procurement", nullable=True),
    lambda: text_("alternate_rule", default="priority"),
    lambda: days("alternate_lead_time_days", nullable=True),
]

item_location = Table(
    "item_location",
    metadata,
    # The planning grain; its key is the series_id of forecasting.
    key("item_location_id"),
    reference("item_id", "item.item_id"),
    reference("warehouse_id", "warehouse.warehouse_id", index=True),
    *[fact() for fact in _PLANNING_FACTS],
    posting(),
    UniqueConstraint("item_id", "warehouse_id"),
    one_of("procurement", "buy", "make", "transfer", "phantom", "none"),
    one_of("order_policy", "lot_for_lot", "fixed", "period", "min_max"),
)

item_location_version = Table(
    "item_location_version",
    metadata,
    key("item_location_version_id"),
    reference("item_location_id", "item_location.item_location_id", index=True),
    *[fact() for fact in _PLANNING_FACTS],
    date_("business_date"),
    instant("recorded_at"),
    reference("actor_id", "app_user.user_id"),
    posting(),
)

bill_of_materials = Table(
    "bill_of_materials",
    metadata,
    key("bom_id"),
    reference("item_id", "item.item_id", index=True),
    quantity("output_quantity", default=1_000_000),
    count("priority", default=1),
    date_("valid_from"),
    date_("valid_to", nullable=True),
    text_("note", default=""),
    posting(),
)

bom_line = Table(
    "bom_line",
    metadata,
    key("bom_line_id"),
    reference("bom_id", "bill_of_materials.bom_id", index=True),
    reference("component_item_id", "item.item_id", index=True),
    quantity("component_quantity"),
    ppm("scrap_ppm", default=0),
    flag("is_fixed"),
    date_("valid_from"),
    date_("valid_to", nullable=True),
    posting(),
    CheckConstraint("component_quantity > 0", name="quantity_positive"),
    CheckConstraint("scrap_ppm >= 0 AND scrap_ppm < 1000000", name="scrap_below_one"),
)

component_substitute = Table(
    "component_substitute",
    metadata,
    # What may stand in for a component, in the bills of one parent or of all (null); a change is a new row with its own validity.
    key("component_substitute_id"),
    reference("parent_item_id", "item.item_id", nullable=True),
    reference("component_item_id", "item.item_id", index=True),
    reference("substitute_item_id", "item.item_id"),
    # `substitute_quantity` does the work of `component_quantity`.
    quantity("component_quantity", default=1_000_000),
    quantity("substitute_quantity", default=1_000_000),
    count("priority", default=1),
    flag("is_use_up"),
    date_("valid_from"),
    date_("valid_to", nullable=True),
    posting(),
    CheckConstraint("component_quantity > 0 AND substitute_quantity > 0", name="positive"),
    CheckConstraint("component_item_id <> substitute_item_id", name="another_item"),
)

work_center = Table(
    "work_center",
    metadata,
    key("work_center_id"),
    text_("code", unique=True),
    text_("name"),
    text_("name_zh", default=""),
    reference("warehouse_id", "warehouse.warehouse_id"),
    count("capacity_minutes_per_day", default=480),
    price("cost_per_hour", default=0),
    posting(),
)

routing_operation = Table(
    "routing_operation",
    metadata,
    key("routing_operation_id"),
    reference("item_id", "item.item_id", index=True),
    count("operation_sequence"),
    reference("work_center_id", "work_center.work_center_id"),
    text_("name", default=""),
    count("setup_minutes", default=0),
    # seconds per unit, so that fast operations stay whole numbers
    count("run_seconds_per_unit", default=0),
    days("queue_days", default=0),
    date_("valid_from"),
    date_("valid_to", nullable=True),
    posting(),
)

lot = Table(
    "lot",
    metadata,
    # Lot 0 is the sentinel of items without lots.
    key("lot_id"),
    reference("item_id", "item.item_id", nullable=True, index=True),
    text_("code"),
    reference("supplier_id", "supplier.supplier_id", nullable=True),
    text_("supplier_lot_code", default=""),
    date_("received_date", nullable=True),
    date_("expiry_date", nullable=True),
    # Where the lot was born: goods_receipt_line, work_order, opening, found.
    text_("origin_kind", nullable=True),
    Column("origin_id", LONG, nullable=True),
    posting(),
    Index("uq_lot_item_code", "item_id", "code", unique=True),
)
