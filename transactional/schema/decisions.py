"""What did people decide about forecasts, suggestions and problems?"""

from __future__ import annotations

from sqlalchemy import Column, Index, Table, UniqueConstraint

from transactional.schema.columns import (
    LONG,
    amount,
    date_,
    instant,
    key,
    metadata,
    one_of,
    posting,
    quantity,
    reference,
    text_,
)

suggestion_decision = Table(
    "suggestion_decision",
    metadata,
    key("suggestion_decision_id"),
    text_("planned_order_id"),
    reference("item_location_id", "item_location.item_location_id"),
    text_("kind"),
    date_("need_period"),
    Column("ordinal", LONG, nullable=False),
    text_("decision"),
    text_("reason", default=""),
    quantity("suggested_quantity"),
    quantity("decided_quantity", nullable=True),
    date_("until_date", nullable=True),
    # The whole suggestion as shown, so that nobody has to trust a table that has since been replaced.
    text_("suggestion"),
    text_("document_kind", nullable=True),
    Column("document_id", LONG, nullable=True),
    text_("document_number", nullable=True),
    reference("decided_by_id", "app_user.user_id"),
    instant("recorded_at"),
    date_("business_date"),
    # 1 while it stands; an undone decision keeps its row with 0.
    Column("is_current", LONG, nullable=False),
    posting(),
    Index("ix_suggestion_decision_planned_order", "planned_order_id"),
    one_of("kind", "buy", "make", "transfer"),
    one_of("decision", "approve", "reject", "snooze"),
)

forecast_override = Table(
    "forecast_override",
    metadata,
    key("forecast_override_id"),
    reference("item_location_id", "item_location.item_location_id", index=True),
    text_("frequency"),
    date_("period_start"),
    quantity("override_quantity", nullable=True),  # null: the override is withdrawn
    quantity("baseline_quantity", nullable=True),
    text_("reason"),
    date_("until_date", nullable=True),
    reference("author_id", "app_user.user_id"),
    instant("recorded_at"),
    date_("business_date"),
    posting(),
    one_of("frequency", "week", "month"),
)

run_request = Table(
    "run_request",
    metadata,
    # "Replan now": picked up by a sensor, its progress written back by commands.
    key("run_request_id"),
    text_("kind", default="replan"),
    reference("requested_by_id", "app_user.user_id"),
    instant("requested_at"),
    text_("status", default="requested"),
    text_("progress", default=""),
    text_("run_id", nullable=True),
    text_("snapshot_id", nullable=True),
    text_("message", default=""),
    instant("finished_at", nullable=True),
    posting(),
    one_of("status", "requested", "running", "succeeded", "failed"),
)

action = Table(
    "action",
    metadata,
    # Opened from a KPI row, a return reason, an exception or a document; closed when the number is better.
    key("action_id"),
    text_("subject_kind"),
    text_("subject_id"),
    text_("title"),
    text_("body", default=""),
    reference("owner_id", "app_user.user_id"),
    date_("due_date", nullable=True),
    text_("status", default="open"),
    amount("expected_amount", nullable=True),
    reference("opened_by_id", "app_user.user_id"),
    date_("opened_date"),
    date_("closed_date", nullable=True),
    posting(),
    one_of("status", "open", "in_progress", "done", "dropped"),
)

inbox_state = Table(
    "inbox_state",
    metadata,
    # Snoozed or dismissed messages, by stable message id.
    key("inbox_state_id"),
    text_("message_id"),
    reference("user_id", "app_user.user_id"),
    text_("state"),
    date_("until_date", nullable=True),
    text_("reason", default=""),
    posting(),
    UniqueConstraint("message_id", "user_id"),
    one_of("state", "snoozed", "dismissed", "done"),
)
