"""What do people know of demand that its record does not tell? What to learn from, whom to borrow from, what to expect.

Nothing here is deleted: what no longer holds keeps its row, and a document_event says who ended it, when and why.
"""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, Table

from transactional.schema.columns import (
    amount,
    date_,
    flag,
    instant,
    key,
    metadata,
    one_of,
    posting,
    ppm,
    quantity,
    reference,
    text_,
)


def _author() -> list[Column[object]]:
    return [reference("author_id", "app_user.user_id"), instant("recorded_at"), date_("business_date")]


demand_adjustment = Table(
    "demand_adjustment",
    metadata,
    key("demand_adjustment_id"),
    reference("item_location_id", "item_location.item_location_id", index=True),
    date_("demand_date"),
    # Signed: learned = recorded + adjustment, never below zero. The record itself stays, and KPIs judge by it.
    quantity("adjustment_quantity"),
    text_("kind"),
    text_("reason"),
    *_author(),
    # At most one a series and day: a newer one takes the place of the older.
    flag("is_current", default=True),
    posting(),
    one_of("kind", "outlier", "one_off", "return", "lost_sale"),
    CheckConstraint("adjustment_quantity <> 0", name="adjusts_something"),
)

demand_reference = Table(
    "demand_reference",
    metadata,
    # A young series is forecast with the history of one it resembles, times the factor.
    key("demand_reference_id"),
    reference("item_location_id", "item_location.item_location_id", index=True),
    reference("reference_item_location_id", "item_location.item_location_id"),
    ppm("factor_ppm"),
    text_("reason"),
    date_("until_date", nullable=True),
    *_author(),
    flag("is_current", default=True),
    posting(),
    CheckConstraint("item_location_id <> reference_item_location_id", name="another_series"),
    CheckConstraint("factor_ppm > 0", name="factor_positive"),
)

forecast_group_override = Table(
    "forecast_group_override",
    metadata,
    # The newest row of a group, frequency and period counts; all three sizes null: withdrawn.
    key("forecast_group_override_id"),
    text_("level"),
    reference("item_id", "item.item_id", nullable=True),
    reference("category_id", "item_category.category_id", nullable=True),
    reference("warehouse_id", "warehouse.warehouse_id", nullable=True),
    text_("frequency"),
    date_("period_start"),
    quantity("override_quantity", nullable=True),
    amount("override_amount", nullable=True),
    ppm("change_ppm", nullable=True),
    amount("baseline_amount", nullable=True),
    text_("reason"),
    date_("until_date", nullable=True),
    *_author(),
    posting(),
    one_of("level", "item", "category", "warehouse", "category_warehouse", "company"),
    one_of("frequency", "week", "month"),
)

sales_expectation = Table(
    "sales_expectation",
    metadata,
    # A deal comes on top of usual demand, a driver changes it; months are named by their first day, both included.
    key("sales_expectation_id"),
    text_("kind"),
    reference("customer_id", "customer.customer_id", nullable=True),
    reference("category_id", "item_category.category_id", nullable=True),
    reference("item_id", "item.item_id", nullable=True),
    reference("warehouse_id", "warehouse.warehouse_id", nullable=True),
    date_("first_period"),
    date_("last_period"),
    quantity("quantity", nullable=True),
    amount("amount", nullable=True),
    ppm("change_ppm", nullable=True),
    ppm("probability_ppm"),
    text_("reason"),
    date_("until_date", nullable=True),
    *_author(),
    flag("is_withdrawn"),
    posting(),
    one_of("kind", "deal", "driver"),
)
