"""What did customers ask for, what was promised, shipped, signed for and sent back?"""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, Index, Table

from transactional.schema.columns import (
    LONG,
    amount,
    date_,
    flag,
    instant,
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

sales_order = Table(
    "sales_order",
    metadata,
    key("sales_order_id"),
    text_("number", unique=True),
    reference("customer_id", "customer.customer_id", index=True),
    reference("salesperson_id", "app_user.user_id", nullable=True),
    date_("order_date"),
    text_("status", default="open"),
    text_("currency"),
    ppm("exchange_rate_ppm", default=1_000_000),
    text_("customer_reference", default=""),
    flag("is_rush"),
    text_("source_key", nullable=True),
    posting(),
    one_of("status", "open", "shipped", "delivered", "closed", "cancelled"),
)

sales_order_line = Table(
    "sales_order_line",
    metadata,
    key("sales_order_line_id"),
    reference("sales_order_id", "sales_order.sales_order_id", index=True),
    reference("item_id", "item.item_id", index=True),
    reference("warehouse_id", "warehouse.warehouse_id"),
    # What the customer first asked for: demand. Refused, cut and cancelled quantities stay inside it.
    quantity("ordered_quantity"),
    quantity("allocated_quantity", default=0),
    quantity("shipped_quantity", default=0),
    quantity("delivered_quantity", default=0),
    quantity("returned_quantity", default=0),
    quantity("cancelled_quantity", default=0),
    text_("cancel_reason", nullable=True),
    date_("cancelled_date", nullable=True),
    price("unit_price"),
    ppm("discount_ppm", default=0),
    ppm("tax_rate_ppm", default=0),
    micro("line_total_micro"),
    amount("line_amount"),
    text_("currency"),
    quantity("entered_quantity", nullable=True),
    reference("entered_unit_id", "unit_of_measure.unit_id", nullable=True),
    date_("order_date"),
    date_("requested_date"),
    date_("first_promised_date", nullable=True),
    date_("last_promised_date", nullable=True),
    text_("status", default="open"),
    reference("business_event_id", "business_event.business_event_id", nullable=True),
    text_("source_key", nullable=True),
    posting(),
    one_of("status", "open", "shipped", "delivered", "closed", "cancelled"),
    one_of("cancel_reason", "no_stock", "price", "customer", "credit", "other", nullable=True),
    CheckConstraint("ordered_quantity > 0", name="ordered_positive"),
    CheckConstraint("shipped_quantity + cancelled_quantity <= ordered_quantity", name="not_over_shipped"),
)

promise_peg = Table(
    "promise_peg",
    metadata,
    # What a promise rested on when it was made: the archive K2 causes are traced back through.
    key("promise_peg_id"),
    reference("sales_order_line_id", "sales_order_line.sales_order_line_id", index=True),
    text_("supply_kind"),
    Column("supply_id", LONG, nullable=True),
    quantity("quantity"),
    date_("expected_date"),
    date_("promised_date"),
    date_("business_date"),
    posting(),
    one_of("supply_kind", "stock", "purchase_order_line", "work_order", "transfer_order_line", "planned", "none"),
)

shipment = Table(
    "shipment",
    metadata,
    key("shipment_id"),
    text_("number", unique=True),
    reference("customer_id", "customer.customer_id", index=True),
    reference("warehouse_id", "warehouse.warehouse_id"),
    reference("carrier_id", "carrier.carrier_id", nullable=True),
    text_("region", default=""),
    date_("shipped_date"),
    # shipped + lane days, frozen at dispatch
    date_("expected_delivery_date", nullable=True),
    date_("carrier_delivered_date", nullable=True),
    date_("signed_date", nullable=True),
    text_("signed_by", default=""),
    text_("tracking_number", default=""),
    amount("freight_amount", default=0),
    text_("status", default="shipped"),
    text_("source_key", nullable=True),
    posting(),
    one_of("status", "shipped", "delivered", "signed", "lost"),
)

shipment_line = Table(
    "shipment_line",
    metadata,
    key("shipment_line_id"),
    reference("shipment_id", "shipment.shipment_id", index=True),
    reference("sales_order_line_id", "sales_order_line.sales_order_line_id", index=True),
    reference("item_id", "item.item_id"),
    reference("lot_id", "lot.lot_id"),
    reference("location_id", "location.location_id"),
    quantity("quantity"),
    date_("picked_date", nullable=True),
    posting(),
)

return_reason = Table(
    "return_reason",
    metadata,
    key("return_reason_id"),
    text_("code", unique=True),
    text_("name"),
    text_("name_zh", default=""),
    posting(),
)

customer_return = Table(
    "customer_return",
    metadata,
    key("customer_return_id"),
    text_("number", unique=True),
    reference("customer_id", "customer.customer_id"),
    date_("return_date"),
    posting(),
)

customer_return_line = Table(
    "customer_return_line",
    metadata,
    key("customer_return_line_id"),
    reference("customer_return_id", "customer_return.customer_return_id", index=True),
    reference("sales_order_line_id", "sales_order_line.sales_order_line_id", nullable=True, index=True),
    reference("item_id", "item.item_id"),
    reference("lot_id", "lot.lot_id"),
    reference("location_id", "location.location_id"),
    quantity("quantity"),
    reference("return_reason_id", "return_reason.return_reason_id"),
    text_("disposition", default="quarantine"),
    amount("refund_amount", default=0),
    text_("note", default=""),
    posting(),
    one_of("disposition", "restock", "quarantine", "scrap"),
)

note = Table(
    "note",
    metadata,
    # A remark on anything: subject_kind 'item', 'series', 'sales_order', 'planned_order' ...
    key("note_id"),
    text_("subject_kind"),
    text_("subject_id"),
    text_("body"),
    reference("author_id", "app_user.user_id"),
    instant("recorded_at"),
    posting(),
    Index("ix_note_subject", "subject_kind", "subject_id"),
)
