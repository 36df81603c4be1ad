"""What was asked for, offered, ordered, received, rejected and invoiced on the buying side?"""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, Table

from transactional.schema.columns import (
    LONG,
    amount,
    date_,
    days,
    flag,
    key,
    metadata,
    micro,
    one_of,
    posting,
    ppm,
    price,
    quantity,
    reference,
    text_,
)

quote = Table(
    "quote",
    metadata,
    # One supplier's offer for a requirement; kept whether it won or lost.
    key("quote_id"),
    reference("supplier_id", "supplier.supplier_id"),
    reference("item_id", "item.item_id", index=True),
    # Offers for the same requirement share a request.
    Column("request_id", LONG, nullable=False, index=True),
    quantity("quantity"),
    price("unit_price"),
    text_("currency"),
    days("lead_time_days", nullable=True),
    date_("quote_date"),
    date_("valid_to", nullable=True),
    flag("is_chosen"),
    reference("purchase_order_line_id", "purchase_order_line.purchase_order_line_id", nullable=True),
    posting(),
)

purchase_order = Table(
    "purchase_order",
    metadata,
    key("purchase_order_id"),
    text_("number", unique=True),
    reference("supplier_id", "supplier.supplier_id", index=True),
    reference("buyer_id", "app_user.user_id", nullable=True),
    date_("order_date"),
    text_("status", default="approved"),
    text_("currency"),
    ppm("exchange_rate_ppm", default=1_000_000),
    text_("ship_method", default=""),
    amount("freight_amount", default=0),
    text_("source_key", nullable=True),  # the document's key in the system it was imported from
    posting(),
    one_of("status", "draft", "pending", "approved", "rejected", "completed", "closed", "cancelled"),
)

purchase_order_line = Table(
    "purchase_order_line",
    metadata,
    key("purchase_order_line_id"),
    reference("purchase_order_id", "purchase_order.purchase_order_id", index=True),
    reference("item_id", "item.item_id", index=True),
    reference("warehouse_id", "warehouse.warehouse_id"),
    quantity("ordered_quantity"),
    quantity("received_quantity", default=0),
    quantity("accepted_quantity", default=0),
    quantity("rejected_quantity", default=0),
    quantity("cancelled_quantity", default=0),
    price("unit_price"),
    ppm("tax_rate_ppm", default=0),
    micro("line_total_micro"),
    amount("line_amount"),
    text_("currency"),
    # What was typed, when it differs from the base unit.
    quantity("entered_quantity", nullable=True),
    reference("entered_unit_id", "unit_of_measure.unit_id", nullable=True),
    # When the need must be met, when the supplier first and last said, all kept apart.
    date_("required_date", nullable=True),
    date_("requested_date", nullable=True),
    date_("first_promised_date", nullable=True),
    date_("last_promised_date", nullable=True),
    date_("requirement_date", nullable=True),  # the day the requirement arose
    date_("order_by_date", nullable=True),  # latest order date that would have met the need at the standard lead time
    quantity("required_quantity", nullable=True),
    # Frozen when the requirement arose, before quotes were taken.
    price("reference_unit_price", nullable=True),
    text_("reference_source", default="none"),
    text_("strategy", default="spot"),
    text_("origin_planned_order_id", nullable=True, unique=True),
    text_("status", default="open"),
    text_("cancel_reason", nullable=True),
    text_("source_key", nullable=True),
    posting(),
    one_of("reference_source", "contract", "list", "last_price", "standard_cost", "none"),
    one_of("strategy", "quote", "contract", "spot", "consolidated"),
    one_of("status", "open", "received", "closed", "cancelled", "pending", "rejected"),
    CheckConstraint("ordered_quantity > 0", name="ordered_positive"),
)

goods_receipt = Table(
    "goods_receipt",
    metadata,
    key("goods_receipt_id"),
    text_("number", unique=True),
    reference("purchase_order_id", "purchase_order.purchase_order_id", index=True),
    reference("warehouse_id", "warehouse.warehouse_id"),
    date_("received_date"),
    # Null until someone has looked; equal to received_date when nothing is inspected.
    date_("inspected_date", nullable=True),
    # True when the source had no receipt date and another date stands in.
    flag("is_date_assumed"),
    posting(),
)

goods_receipt_line = Table(
    "goods_receipt_line",
    metadata,
    key("goods_receipt_line_id"),
    reference("goods_receipt_id", "goods_receipt.goods_receipt_id", index=True),
    reference("purchase_order_line_id", "purchase_order_line.purchase_order_line_id", index=True),
    reference("item_id", "item.item_id"),
    reference("lot_id", "lot.lot_id"),
    reference("location_id", "location.location_id"),
    quantity("received_quantity"),
    quantity("accepted_quantity"),
    quantity("rejected_quantity", default=0),
    text_("reject_reason", nullable=True),
    posting(),
)

supplier_invoice_line = Table(
    "supplier_invoice_line",
    metadata,
    # What was really charged; the actual cost of K3 where it exists.
    key("supplier_invoice_line_id"),
    text_("invoice_number"),
    reference("purchase_order_line_id", "purchase_order_line.purchase_order_line_id", index=True),
    date_("invoice_date"),
    quantity("quantity"),
    price("unit_price"),
    amount("landed_cost_amount", default=0),
    amount("line_amount"),
    text_("currency"),
    ppm("exchange_rate_ppm", default=1_000_000),
    posting(),
)
