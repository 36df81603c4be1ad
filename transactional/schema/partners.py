"""Who sells to us, who buys from us, who drives, and on which terms?"""

from __future__ import annotations

from sqlalchemy import Table, UniqueConstraint

from transactional.schema.columns import (
    Facts,
    amount,
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

_SUPPLIER_FACTS: Facts = [
    lambda: text_("name"),
    lambda: text_("name_zh", default=""),
    lambda: text_("status", default="active"),
    lambda: count("credit_rating", nullable=True),
    lambda: flag("is_preferred"),
    lambda: text_("city", default=""),
    # Days from today in which the supplier takes no new order.
    lambda: days("release_fence_days", default=0),
]

supplier = Table(
    "supplier",
    metadata,
    key("supplier_id"),
    text_("code", unique=True),
    *[fact() for fact in _SUPPLIER_FACTS],
    text_("currency", default="CNY"),
    text_("contact", default=""),
    posting(),
    one_of("status", "active", "on_hold", "inactive"),
)

supplier_version = Table(
    "supplier_version",
    metadata,
    key("supplier_version_id"),
    reference("supplier_id", "supplier.supplier_id", index=True),
    *[fact() for fact in _SUPPLIER_FACTS],
    date_("business_date"),
    instant("recorded_at"),
    reference("actor_id", "app_user.user_id"),
    posting(),
)

supplier_qualification = Table(
    "supplier_qualification",
    metadata,
    key("supplier_qualification_id"),
    reference("supplier_id", "supplier.supplier_id", index=True),
    text_("kind"),
    text_("certificate_number", default=""),
    date_("valid_from"),
    date_("qualification_expiry_date", nullable=True),
    flag("is_mandatory", default=True),
    posting(),
)

supplier_item = Table(
    "supplier_item",
    metadata,
    # Terms of one supplier for one item; a change of terms is a new row with its own validity.
    key("supplier_item_id"),
    reference("supplier_id", "supplier.supplier_id", index=True),
    reference("item_id", "item.item_id", index=True),
    text_("supplier_sku", default=""),
    reference("purchase_unit_id", "unit_of_measure.unit_id"),
    # purchase unit x numerator / denominator = base unit; 'is_pack_known' false: the source did not say.
    count("base_numerator", default=1),
    count("base_denominator", default=1),
    flag("is_pack_known", default=True),
    days("lead_time_days"),
    quantity("minimum_order_quantity", default=0),
    quantity("maximum_order_quantity", nullable=True),
    quantity("order_multiple_quantity", default=0),
    count("preference", default=1),
    flag("is_contract"),
    text_("currency", default="CNY"),
    date_("valid_from"),
    date_("valid_to", nullable=True),
    # Share of the item's purchases agreed with this supplier.
    ppm("quota_ppm", nullable=True),
    posting(),
)

supplier_item_price = Table(
    "supplier_item_price",
    metadata,
    key("supplier_item_price_id"),
    reference("supplier_item_id", "supplier_item.supplier_item_id", index=True),
    quantity("break_quantity", default=0),
    price("unit_price"),
    date_("valid_from"),
    date_("valid_to", nullable=True),
    posting(),
)

customer = Table(
    "customer",
    metadata,
    key("customer_id"),
    text_("code", unique=True),
    text_("name"),
    text_("name_zh", default=""),
    text_("customer_class", default="B"),
    text_("region", default=""),
    ppm("late_penalty_ppm_per_day", nullable=True),
    amount("credit_limit_amount", nullable=True),
    flag("is_active", default=True),
    posting(),
)

carrier = Table(
    "carrier",
    metadata,
    key("carrier_id"),
    text_("code", unique=True),
    text_("name"),
    text_("name_zh", default=""),
    flag("is_active", default=True),
    posting(),
)

carrier_lane = Table(
    "carrier_lane",
    metadata,
    key("carrier_lane_id"),
    reference("carrier_id", "carrier.carrier_id"),
    reference("warehouse_id", "warehouse.warehouse_id"),
    text_("region"),
    days("transit_days"),
    amount("cost_amount", default=0),
    date_("valid_from"),
    date_("valid_to", nullable=True),
    posting(),
    UniqueConstraint("carrier_id", "warehouse_id", "region", "valid_from"),
)
