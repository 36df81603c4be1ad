"""What was to be made, from what, when, and what came of it?"""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, Table

from transactional.schema.columns import (
    LONG,
    amount,
    count,
    date_,
    flag,
    key,
    metadata,
    one_of,
    posting,
    price,
    quantity,
    reference,
    text_,
)

scrap_reason = Table(
    "scrap_reason",
    metadata,
    key("scrap_reason_id"),
    text_("code", unique=True),
    text_("name"),
    text_("name_zh", default=""),
    posting(),
)

work_order = Table(
    "work_order",
    metadata,
    key("work_order_id"),
    text_("number", unique=True),
    reference("item_id", "item.item_id", index=True),
    reference("warehouse_id", "warehouse.warehouse_id"),
    reference("bom_id", "bill_of_materials.bom_id", nullable=True),
    quantity("ordered_quantity"),
    quantity("completed_quantity", default=0),
    quantity("scrapped_quantity", default=0),
    reference("scrap_reason_id", "scrap_reason.scrap_reason_id", nullable=True),
    date_("order_date"),
    date_("planned_start_date"),
    date_("due_date"),
    date_("released_date", nullable=True),
    date_("actual_start_date", nullable=True),
    date_("actual_end_date", nullable=True),
    reference("lot_id", "lot.lot_id", nullable=True),
    text_("status", default="released"),
    # Cost issued and not yet taken out by completions.
    amount("wip_amount", default=0),
    flag("is_rush"),
    text_("origin_planned_order_id", nullable=True, unique=True),
    text_("source_key", nullable=True),
    posting(),
    one_of("status", "planned", "released", "in_progress", "completed", "closed", "cancelled"),
    CheckConstraint("ordered_quantity > 0", name="ordered_positive"),
)

work_order_component = Table(
    "work_order_component",
    metadata,
    key("work_order_component_id"),
    reference("work_order_id", "work_order.work_order_id", index=True),
    reference("item_id", "item.item_id", index=True),
    quantity("required_quantity"),
    quantity("issued_quantity", default=0),
    date_("required_date"),
    date_("issued_date", nullable=True),
    # First day the whole requirement could be issued, when it was short on the planned start.
    date_("available_date", nullable=True),
    posting(),
)

work_order_operation = Table(
    "work_order_operation",
    metadata,
    key("work_order_operation_id"),
    reference("work_order_id", "work_order.work_order_id", index=True),
    count("operation_sequence"),
    reference("work_center_id", "work_center.work_center_id"),
    date_("scheduled_start_date"),
    date_("scheduled_end_date"),
    date_("actual_start_date", nullable=True),
    date_("actual_end_date", nullable=True),
    Column("actual_minutes", LONG, nullable=True),
    price("planned_cost", nullable=True),
    price("actual_cost", nullable=True),
    posting(),
)
