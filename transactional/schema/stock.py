"""Where is what, how much is it worth, and how did it get there?

Double entry: every movement line takes a quantity, with its cost, from one location to another. Supplier, customer,
production, scrap, count difference and opening are locations too, so the sum over all locations is zero for every item.
"""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, Index, PrimaryKeyConstraint, Table, Text

from transactional.schema.columns import (
    LONG,
    amount,
    date_,
    flag,
    instant,
    key,
    metadata,
    one_of,
    posting,
    quantity,
    reference,
    text_,
)

STATUSES = ("available", "quarantine", "blocked")
LOCATION_KINDS = (
    "bin", "in_transit", "production", "supplier", "customer", "scrap", "count_difference", "opening", "variance",
)  # fmt: skip

valuation_area = Table("valuation_area", metadata, key("valuation_area_id"), text_("code", unique=True), text_("name"), posting())

warehouse = Table(
    "warehouse",
    metadata,
    key("warehouse_id"),
    text_("code", unique=True),
    text_("name"),
    text_("name_zh", default=""),
    reference("valuation_area_id", "valuation_area.valuation_area_id"),
    text_("region", default=""),
    flag("is_active", default=True),
    posting(),
)

location = Table(
    "location",
    metadata,
    # Leaf places. 'bin', 'in_transit' and 'production' belong to a warehouse; the other kinds are virtual and company-wide.
    key("location_id"),
    text_("code", unique=True),
    text_("kind"),
    reference("warehouse_id", "warehouse.warehouse_id", nullable=True),
    text_("zone", default=""),
    Column("aisle", LONG, nullable=True),
    Column("position", LONG, nullable=True),
    flag("is_pickable", default=True),
    # Virtual locations may go below zero; physical ones never.
    flag("is_physical", default=True),
    posting(),
    one_of("kind", *LOCATION_KINDS),
)

movement = Table(
    "movement",
    metadata,
    key("movement_id"),
    text_("movement_type"),
    text_("document_kind"),
    Column("document_id", LONG, nullable=False),
    date_("business_date"),
    instant("recorded_at"),
    reference("actor_id", "app_user.user_id"),
    text_("reason_code", nullable=True),
    reference("reversal_of_movement_id", "movement.movement_id", nullable=True, index=True),
    posting(),
    Index("ix_movement_document", "document_id", "document_kind"),
    one_of(
        "movement_type",
        "receipt", "issue", "transfer", "adjustment", "count_adjustment", "customer_return", "supplier_return",
        "production_issue", "production_receipt", "production_scrap", "shipment", "put_away", "status_change", "opening",
    ),
)  # fmt: skip

movement_line = Table(
    "movement_line",
    metadata,
    key("movement_line_id"),
    reference("movement_id", "movement.movement_id", index=True),
    reference("item_id", "item.item_id", index=True),
    reference("lot_id", "lot.lot_id"),
    reference("from_location_id", "location.location_id"),
    text_("from_status", default="available"),
    reference("to_location_id", "location.location_id"),
    text_("to_status", default="available"),
    quantity("quantity"),
    # Value that travels with the quantity, at the cost of the from side.
    amount("cost_amount"),
    Column("document_line_id", LONG, nullable=True),
    date_("business_date"),
    posting(),
    CheckConstraint("quantity > 0", name="quantity_positive"),
    CheckConstraint("cost_amount >= 0", name="cost_not_negative"),
    one_of("from_status", *STATUSES),
    one_of("to_status", *STATUSES),
)

value_entry = Table(
    "value_entry",
    metadata,
    # Value without quantity: price differences, closed work orders, rounding to the minor unit, backdated costs posted forward.
    key("value_entry_id"),
    text_("entry_kind"),
    reference("item_id", "item.item_id", nullable=True),
    reference("from_location_id", "location.location_id"),
    reference("to_location_id", "location.location_id"),
    amount("amount"),
    text_("document_kind"),
    Column("document_id", LONG, nullable=False),
    Column("document_line_id", LONG, nullable=True),
    date_("business_date"),
    posting(),
    one_of(
        "entry_kind",
        "rounding",
        "production_variance",
        "price_difference",
        "backdated_cost",
        "labour",
        "revaluation",
    ),
)

stock_balance = Table(
    "stock_balance",
    metadata,
    reference("item_id", "item.item_id"),
    reference("location_id", "location.location_id"),
    reference("lot_id", "lot.lot_id"),
    Column("status", Text, nullable=False),
    quantity("on_hand_quantity", default=0),
    quantity("allocated_quantity", default=0),
    flag("is_physical", default=True),
    posting(),
    PrimaryKeyConstraint("item_id", "location_id", "lot_id", "status"),
    Index("ix_stock_balance_location", "location_id"),
    # The last line of defence; commands refuse earlier and with a reason.
    CheckConstraint("is_physical = 0 OR on_hand_quantity >= 0", name="never_negative"),
    CheckConstraint("allocated_quantity >= 0", name="allocated_not_negative"),
    CheckConstraint("is_physical = 0 OR allocated_quantity <= on_hand_quantity", name="allocated_on_hand"),
    one_of("status", *STATUSES),
)

balance_daily = Table(
    "balance_daily",
    metadata,
    reference("item_id", "item.item_id"),
    reference("location_id", "location.location_id"),
    reference("lot_id", "lot.lot_id"),
    Column("status", Text, nullable=False),
    date_("business_date"),
    quantity("quantity_delta"),
    posting(),
    PrimaryKeyConstraint("item_id", "location_id", "lot_id", "status", "business_date"),
)

item_cost = Table(
    "item_cost",
    metadata,
    # Moving average per item and valuation area: value / quantity, both exact.
    reference("item_id", "item.item_id"),
    reference("valuation_area_id", "valuation_area.valuation_area_id"),
    quantity("on_hand_quantity", default=0),
    amount("value_amount", default=0),
    posting(),
    PrimaryKeyConstraint("item_id", "valuation_area_id"),
    CheckConstraint("on_hand_quantity >= 0", name="quantity_not_negative"),
    CheckConstraint("on_hand_quantity <> 0 OR value_amount = 0", name="nothing_costs_nothing"),
)

cost_daily = Table(
    "cost_daily",
    metadata,
    reference("item_id", "item.item_id"),
    reference("valuation_area_id", "valuation_area.valuation_area_id"),
    date_("business_date"),
    quantity("quantity_delta"),
    amount("value_delta"),
    posting(),
    PrimaryKeyConstraint("item_id", "valuation_area_id", "business_date"),
)

allocation = Table(
    "allocation",
    metadata,
    # A quantity tied to lot and bin for a demand line; ends in exactly one of consumed, released.
    key("allocation_id"),
    text_("demand_kind"),  # sales_order_line, work_order_component, transfer_order_line
    Column("demand_line_id", LONG, nullable=False),
    reference("item_id", "item.item_id"),
    reference("location_id", "location.location_id"),
    reference("lot_id", "lot.lot_id"),
    text_("status", default="available"),
    quantity("quantity"),
    quantity("picked_quantity", default=0),
    text_("state", default="open"),
    date_("allocated_date"),
    date_("picked_date", nullable=True),
    date_("closed_date", nullable=True),
    text_("release_reason", nullable=True),
    # The line that got this stock when it was taken away from this one.
    Column("taken_by_line_id", LONG, nullable=True),
    posting(),
    Index("ix_allocation_demand", "demand_line_id", "demand_kind"),
    one_of("demand_kind", "sales_order_line", "work_order_component", "transfer_order_line"),
    one_of("state", "open", "consumed", "released"),
    CheckConstraint("quantity > 0", name="quantity_positive"),
)

transfer_order = Table(
    "transfer_order",
    metadata,
    key("transfer_order_id"),
    text_("number", unique=True),
    reference("from_warehouse_id", "warehouse.warehouse_id"),
    reference("to_warehouse_id", "warehouse.warehouse_id"),
    date_("order_date"),
    date_("due_date"),
    text_("status", default="open"),
    text_("origin_planned_order_id", nullable=True, unique=True),
    posting(),
    one_of("status", "open", "shipped", "received", "closed", "cancelled"),
)

transfer_order_line = Table(
    "transfer_order_line",
    metadata,
    key("transfer_order_line_id"),
    reference("transfer_order_id", "transfer_order.transfer_order_id", index=True),
    reference("item_id", "item.item_id"),
    quantity("ordered_quantity"),
    quantity("shipped_quantity", default=0),
    quantity("received_quantity", default=0),
    quantity("cancelled_quantity", default=0),
    date_("shipped_date", nullable=True),
    date_("received_date", nullable=True),
    posting(),
)

stocktake = Table(
    "stocktake",
    metadata,
    key("stocktake_id"),
    text_("number", unique=True),
    reference("warehouse_id", "warehouse.warehouse_id"),
    text_("kind", default="full"),
    date_("count_date"),
    date_("posted_date", nullable=True),
    text_("status", default="open"),
    posting(),
    one_of("kind", "full", "cycle"),
    one_of("status", "open", "counted", "posted", "cancelled"),
)

stocktake_line = Table(
    "stocktake_line",
    metadata,
    key("stocktake_line_id"),
    reference("stocktake_id", "stocktake.stocktake_id", index=True),
    reference("item_id", "item.item_id"),
    reference("location_id", "location.location_id"),
    reference("lot_id", "lot.lot_id"),
    text_("status", default="available"),
    # Frozen when the count began; never changed afterwards.
    quantity("book_quantity"),
    quantity("counted_quantity", nullable=True),
    reference("counter_id", "app_user.user_id", nullable=True),
    text_("cause_code", nullable=True),  # unscanned_issue, wrong_bin, miscount, damaged, unknown
    flag("is_recount"),
    posting(),
)
