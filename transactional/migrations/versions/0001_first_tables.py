"""The first tables of the ledger."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

LONG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Forward only: ledger tables change by ADD COLUMN."""
    op.create_table(
        "app_user",
        sa.Column("user_id", LONG, autoincrement=False, nullable=False),
        sa.Column("login", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_zh", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), server_default="en", nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("is_active", sa.Integer(), server_default="1", nullable=False),
        sa.Column("posting_sequence", LONG, nullable=False),
        sa.CheckConstraint(
            "role IN ('admin', 'manager', 'planner', 'buyer', 'sales', 'warehouse', 'production', 'finance', 'viewer', 'system')",
            name=op.f("ck_app_user_role_known"),
        ),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_app_user")),
        sa.UniqueConstraint("login", name=op.f("uq_app_user_login")),
    )
    op.create_index(op.f("ix_app_user_posting_sequence"), "app_user", ["posting_sequence"], unique=False)
    op.create_table(
        "calendar_day",
        sa.Column("calendar_day_id", LONG, autoincrement=False, nullable=False),
        sa.Column("calendar_code", sa.Text(), nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("is_working", sa.Integer(), server_default="0", nullable=False),
        sa.Column("name", sa.Text(), server_default="", nullable=False),
        sa.Column("name_zh", sa.Text(), server_default="", nullable=False),
        sa.Column("posting_sequence", LONG, nullable=False),
        sa.CheckConstraint("is_working IN (0, 1)", name=op.f("ck_calendar_day_is_working_known")),
        sa.PrimaryKeyConstraint("calendar_day_id", name=op.f("pk_calendar_day")),
        sa.UniqueConstraint("calendar_code", "date", name=op.f("uq_calendar_day_calendar_code_date")),
    )
    op.create_index(op.f("ix_calendar_day_posting_sequence"), "calendar_day", ["posting_sequence"], unique=False)
    op.create_table(
        "carrier",
        sa.Column("carrier_id", LONG, autoincrement=False, nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_zh", sa.Text(), server_default="", nullable=False),
        sa.Column("is_active", sa.Integer(), server_default="1", nullable=False),
        sa.Column("posting_sequence", LONG, nullable=False),
        sa.PrimaryKeyConstraint("carrier_id", name=op.f("pk_carrier")),
        sa.UniqueConstraint("code", name=op.f("uq_carrier_code")),
    )
    op.create_index(op.f("ix_carrier_posting_sequence"), "carrier", ["posting_sequence"], unique=False)
    op.create_table(
        "company",
        sa.Column("company_id", LONG, autoincrement=False, nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_zh", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("minor_digits", LONG, nullable=False),
        sa.Column("time_zone", sa.Text(), nullable=False),
        sa.Column("today", sa.Date(), nullable=False),
        sa.Column("source", sa.Text(), server_default="entered", nullable=False),
        sa.Column("demo_seed", LONG, nullable=True),
        sa.Column("demo_end_date", sa.Date(), nullable=True),
        sa.Column("posting_sequence", LONG, nullable=False),
        sa.CheckConstraint("source IN ('entered', 'demo', 'import')", name=op.f("ck_company_source_known")),
        sa.PrimaryKeyConstraint("company_id", name=op.f("pk_company")),
        sa.UniqueConstraint("code", name=op.f("uq_company_code")),
    )
    op.create_index(op.f("ix_company_posting_sequence"), "company", ["posting_sequence"], unique=False)
    op.create_table(
        "customer",
        sa.Column("customer_id", LONG, autoincrement=False, nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_zh", sa.Text(), server_default="", nullable=False),
        sa.Column("customer_class", sa.Text(), server_default="B", nullable=False),
        sa.Column("region", sa.Text(), server_default="", nullable=False),
        sa.Column("late_penalty_ppm_per_day", LONG, nullable=True, comment="parts per million"),
        sa.Column("credit_limit_amount", LONG, nullable=True, comment="minor unit"),
        sa.Column("is_active", sa.Integer(), server_default="1", nullable=False),
        sa.Column("posting_sequence", LONG, nullable=False),
        sa.PrimaryKeyConstraint("customer_id", name=op.f("pk_customer")),
        sa.UniqueConstraint("code", name=op.f("uq_customer_code")),
    )
    op.create_index(op.f("ix_customer_posting_sequence"), "customer", ["posting_sequence"], unique=False)
    op.create_table(
        "id_block",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("next_value", LONG, nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_id_block")),
    )
    op.create_table(
        "item_category",
        sa.Column("category_id", LONG, autoincrement=False, nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_zh", sa.Text(), server_default="", nullable=False),
        sa.Column("parent_category_id", LONG, nullable=True),
        sa.Column("posting_sequence", LONG, nullable=False),
        sa.ForeignKeyConstraint(
            ["parent_category_id"],
            ["item_category.category_id"],
            name=op.f("fk_item_category_parent_category_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("category_id", name=op.f("pk_item_category")),
        sa.UniqueConstraint("code", name=op.f("uq_item_category_code")),
    )
    op.create_index(op.f("ix_item_category_posting_sequence"), "item_category", ["posting_sequence"], unique=False)
    op.create_table(
        "number_series",
        sa.Column("document_kind", sa.Text(), nullable=False),
        sa.Column("prefix", sa.Text(), nullable=False),
        sa.Column("next_number", LONG, nullable=False),
        sa.PrimaryKeyConstraint("document_kind", name=op.f("pk_number_series")),
    )
    op.create_table(
        "return_reason",
        sa.Column("return_reason_id", LONG, autoincrement=False, nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_zh", sa.Text(), server_default="", nullable=False),
        sa.Column("posting_sequence", LONG, nullable=False),
        sa.PrimaryKeyConstraint("return_reason_id", name=op.f("pk_return_reason")),
        sa.UniqueConstraint("code", name=op.f("uq_return_reason_code")),
    )
    op.create_index(op.f("ix_return_reason_posting_sequence"), "return_reason", ["posting_sequence"], unique=False)
    op.create_table(
        "scrap_reason",
        sa.Column("scrap_reason_id", LONG, autoincrement=False, nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_zh", sa.Text(), server_default="", nullable=False),
        sa.Column("posting_sequence", LONG, nullable=False),
        sa.PrimaryKeyConstraint("scrap_reason_id", name=op.f("pk_scrap_reason")),
        sa.UniqueConstraint("code", name=op.f("uq_scrap_reason_code")),
    )
    op.create_index(op.f("ix_scrap_reason_posting_sequence"), "scrap_reason", ["posting_sequence"], unique=False)
    op.create_table(
        "setting",
        sa.Column("setting_id", LONG, autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("scope", sa.Text(), server_default="", nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("source_note", sa.Text(), server_default="", nullable=False),
        sa.Column("posting_sequence", LONG, nullable=False),
        sa.PrimaryKeyConstraint("setting_id", name=op.f("pk_setting")),
        sa.UniqueConstraint("name", "scope", name=op.f("uq_setting_name_scope")),
    )
    op.create_index(op.f("ix_setting_posting_sequence"), "setting", ["posting_sequence"], unique=False)
    op.create_table(
        "supplier",
        sa.Column("supplier_id", LONG, autoincrement=False, nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_zh", sa.Text(), server_default="", nullable=False),
        sa.Column("status", sa.Text(), server_default="active", nullable=False),
        sa.Column("credit_rating", LONG, nullable=True, comment="count"),
        sa.Column("is_preferred", sa.Integer(), server_default="0", nullable=False),
        sa.Column("city", sa.Text(), server_default="", nullable=False),
        sa.Column("currency", sa.Text(), server_default="CNY", nullable=False),
        sa.Column("contact", sa.Text(), server_default="", nullable=False),
        sa.Column("posting_sequence", LONG, nullable=False),
        sa.CheckConstraint("status IN ('active', 'on_hold', 'inactive')", name=op.f("ck_supplier_status_known")),
        sa.PrimaryKeyConstraint("supplier_id", name=op.f("pk_supplier")),
        sa.UniqueConstraint("code", name=op.f("uq_supplier_code")),
    )
    op.create_index(op.f("ix_supplier_posting_sequence"), "supplier", ["posting_sequence"], unique=False)
    op.create_table(
        "unit_of_measure",
        sa.Column("unit_id", LONG, autoincrement=False, nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_zh", sa.Text(), server_default="", nullable=False),
        sa.Column("dimension", sa.Text(), server_default="count", nullable=False),
        sa.Column("posting_sequence", LONG, nullable=False),
        sa.CheckConstraint(
            "dimension IN ('count', 'weight', 'length', 'area', 'volume', 'time', 'other')",
            name=op.f("ck_unit_of_measure_dimension_known"),
        ),
        sa.PrimaryKeyConstraint("unit_id", name=op.f("pk_unit_of_measure")),
        sa.UniqueConstraint("code", name=op.f("uq_unit_of_measure_code")),
    )
    op.create_index(op.f("ix_unit_of_measure_posting_sequence"), "unit_of_measure", ["posting_sequence"], unique=False)
    op.create_table(
        "valuation_area",
        sa.Column("valuation_area_id", LONG, autoincrement=False, nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("posting_sequence", LONG, nullable=False),
        sa.PrimaryKeyConstraint("valuation_area_id", name=op.f("pk_valuation_area")),
        sa.UniqueConstraint("code", name=op.f("uq_valuation_area_code")),
    )
    op.create_index(op.f("ix_valuation_area_posting_sequence"), "valuation_area", ["posting_sequence"], unique=False)
    op.create_table(
        "action",
        sa.Column("action_id", LONG, autoincrement=False, nullable=False),
        sa.Column("subject_kind", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), server_default="", nullable=False),
        sa.Column("owner_id", LONG, nullable=False),
        sa.Column("due_date", sa.Date(), nullable=True),
        sa.Column("status", sa.Text(), server_default="open", nullable=False),
        sa.Column("expected_amount", LONG, nullable=True, comment="minor unit"),
        sa.Column("opened_by_id", LONG, nullable=False),
        sa.Column("opened_date", sa.Date(), nullable=False),
        sa.Column("closed_date", sa.Date(), nullable=True),
        sa.Column("posting_sequence", LONG, nullable=False),
        sa.CheckConstraint("status IN ('open', 'in_progress', 'done', 'dropped')", name=op.f("ck_action_status_known")),
        sa.ForeignKeyConstraint(
            ["opened_by_id"], ["app_user.user_id"], name=op.f("fk_action_opened_by_id"), initially="DEFERRED", deferrable=True
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["app_user.user_id"], name=op.f("fk_action_owner_id"), initially="DEFERRED", deferrable=True
        ),
        sa.PrimaryKeyConstraint("action_id", name=op.f("pk_action")),
    )
    op.create_index(op.f("ix_action_posting_sequence"), "action", ["posting_sequence"], unique=False)
    op.create_table(
        "customer_return",
        sa.Column("customer_return_id", LONG, autoincrement=False, nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("customer_id", LONG, nullable=False),
        sa.Column("return_date", sa.Date(), nullable=False),
        sa.Column("posting_sequence", LONG, nullable=False),
        sa.ForeignKeyConstraint(
            ["customer_id"],
            ["customer.customer_id"],
            name=op.f("fk_customer_return_customer_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("customer_return_id", name=op.f("pk_customer_return")),
        sa.UniqueConstraint("number", name=op.f("uq_customer_return_number")),
    )
    op.create_index(op.f("ix_customer_return_posting_sequence"), "customer_return", ["posting_sequence"], unique=False)
    op.create_table(
        "document_event",
        sa.Column("event_id", LONG, autoincrement=False, nullable=False),
        sa.Column("posting_sequence", LONG, nullable=False),
        sa.Column("document_kind", sa.Text(), nullable=False),
        sa.Column("document_id", LONG, nullable=False),
        sa.Column("line_id", LONG, nullable=True),
        sa.Column("event_kind", sa.Text(), nullable=False),
        sa.Column("quantity", LONG, nullable=True, comment="10^-6 base unit"),
        sa.Column("business_date", sa.Date(), nullable=False),
        sa.Column("recorded_at", LONG, nullable=False, comment="microseconds UTC"),
        sa.Column("actor_id", LONG, nullable=False),
        sa.Column("command_id", sa.Text(), nullable=False),
        sa.Column("old_value", sa.Text(), nullable=True),
        sa.Column("new_value", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["actor_id"], ["app_user.user_id"], name=op.f("fk_document_event_actor_id"), initially="DEFERRED", deferrable=True
        ),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_document_event")),
    )
    op.create_index("ix_document_event_document", "document_event", ["document_kind", "document_id"], unique=False)
    op.create_index(op.f("ix_document_event_posting_sequence"), "document_event", ["posting_sequence"], unique=False)
    op.create_table(
        "inbox_state",
        sa.Column("inbox_state_id", LONG, autoincrement=False, nullable=False),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("user_id", LONG, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("until_date", sa.Date(), nullable=True),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("posting_sequence", LONG, nullable=False),
        sa.CheckConstraint("state IN ('snoozed', 'dismissed', 'done')", name=op.f("ck_inbox_state_state_known")),
        sa.ForeignKeyConstraint(
            ["user_id"], ["app_user.user_id"], name=op.f("fk_inbox_state_user_id"), initially="DEFERRED", deferrable=True
        ),
        sa.PrimaryKeyConstraint("inbox_state_id", name=op.f("pk_inbox_state")),
        sa.UniqueConstraint("message_id", "user_id", name=op.f("uq_inbox_state_message_id_user_id")),
    )
    op.create_index(op.f("ix_inbox_state_posting_sequence"), "inbox_state", ["posting_sequence"], unique=False)
    op.create_table(
        "item",
        sa.Column("item_id", LONG, autoincrement=False, nullable=False),
        sa.Column("sku", sa.Text(), nullable=False),
        sa.Column("sku_normalised", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_zh", sa.Text(), server_default="", nullable=False),
        sa.Column("item_type", sa.Text(), nullable=False),
        sa.Column("category_id", LONG, nullable=True),
        sa.Column("standard_cost", LONG, nullable=True, comment="10^-6 currency per base unit"),
        sa.Column("list_price", LONG, nullable=True, comment="10^-6 currency per base unit"),
        sa.Column("tax_rate_ppm", LONG, server_default="0", nullable=False, comment="parts per million"),
        sa.Column("shelf_life_days", LONG, nullable=True, comment="days"),
        sa.Column("is_active", sa.Integer(), server_default="1", nullable=False),
        sa.Column("base_unit_id", LONG, nullable=False),
        sa.Column("quantity_step", LONG, server_default="1000000", nullable=False, comment="10^-6 base unit"),
        sa.Column("is_lot_tracked", sa.Integer(), server_default="0", nullable=False),
        sa.Column("is_measured", sa.Integer(), server_default="0", nullable=False),
        sa.Column("first_sale_date", sa.Date(), nullable=True),
        sa.Column("last_sale_date", sa.Date(), nullable=True),
        sa.Column("posting_sequence", LONG, nullable=False),
        sa.CheckConstraint(
            "item_type IN ('raw_material', 'component', 'semi_finished', 'finished_good', 'trading_good', 'packaging', 'service', 'phantom')",
            name=op.f("ck_item_item_type_known"),
        ),
        sa.CheckConstraint("quantity_step > 0", name=op.f("ck_item_quantity_step_positive")),
        sa.ForeignKeyConstraint(
            ["base_unit_id"],
            ["unit_of_measure.unit_id"],
            name=op.f("fk_item_base_unit_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["category_id"],
            ["item_category.category_id"],
            name=op.f("fk_item_category_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("item_id", name=op.f("pk_item")),
        sa.UniqueConstraint("sku", name=op.f("uq_item_sku")),
        sa.UniqueConstraint("sku_normalised", name=op.f("uq_item_sku_normalised")),
    )
    op.create_index(op.f("ix_item_posting_sequence"), "item", ["posting_sequence"], unique=False)
    op.create_table(
        "movement",
        sa.Column("movement_id", LONG, autoincrement=False, nullable=False),
        sa.Column("movement_type", sa.Text(), nullable=False),
        sa.Column("document_kind", sa.Text(), nullable=False),
        sa.Column("document_id", LONG, nullable=False),
        sa.Column("business_date", sa.Date(), nullable=False),
        sa.Column("recorded_at", LONG, nullable=False, comment="microseconds UTC"),
        sa.Column("actor_id", LONG, nullable=False),
        sa.Column("reason_code", sa.Text(), nullable=True),
        sa.Column("reversal_of_movement_id", LONG, nullable=True),
        sa.Column("posting_sequence", LONG, nullable=False),
        sa.CheckConstraint(
            "movement_type IN ('receipt', 'issue', 'transfer', 'adjustment', 'count_adjustment', 'customer_return', 'supplier_return', 'production_issue', 'production_receipt', 'production_scrap', 'shipment', 'put_away', 'status_change', 'opening')",
            name=op.f("ck_movement_movement_type_known"),
        ),
        sa.ForeignKeyConstraint(
            ["actor_id"], ["app_user.user_id"], name=op.f("fk_movement_actor_id"), initially="DEFERRED", deferrable=True
        ),
        sa.ForeignKeyConstraint(
            ["reversal_of_movement_id"],
            ["movement.movement_id"],
            name=op.f("fk_movement_reversal_of_movement_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("movement_id", name=op.f("pk_movement")),
    )
    op.create_index("ix_movement_document", "movement", ["document_id", "document_kind"], unique=False)
    op.create_index(op.f("ix_movement_posting_sequence"), "movement", ["posting_sequence"], unique=False)
    op.create_index(op.f("ix_movement_reversal_of_movement_id"), "movement", ["reversal_of_movement_id"], unique=False)
    op.create_table(
        "note",
        sa.Column("note_id", LONG, autoincrement=False, nullable=False),
        sa.Column("subject_kind", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("author_id", LONG, nullable=False),
        sa.Column("recorded_at", LONG, nullable=False, comment="microseconds UTC"),
        sa.Column("posting_sequence", LONG, nullable=False),
        sa.ForeignKeyConstraint(
            ["author_id"], ["app_user.user_id"], name=op.f("fk_note_author_id"), initially="DEFERRED", deferrable=True
        ),
        sa.PrimaryKeyConstraint("note_id", name=op.f("pk_note")),
    )
    op.create_index(op.f("ix_note_posting_sequence"), "note", ["posting_sequence"], unique=False)
    op.create_index("ix_note_subject", "note", ["subject_kind", "subject_id"], unique=False)
    op.create_table(
        "posting",
        sa.Column("posting_sequence", LONG, autoincrement=False, nullable=False),
        sa.Column("command_id", sa.Text(), nullable=False),
        sa.Column("command_kind", sa.Text(), nullable=False),
        sa.Column("content_hash", sa.Text(), nullable=False),
        sa.Column("actor_id", LONG, nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("business_date", sa.Date(), nullable=False),
        sa.Column("recorded_at", LONG, nullable=False, comment="microseconds UTC"),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["actor_id"], ["app_user.user_id"], name=op.f("fk_posting_actor_id"), initially="DEFERRED", deferrable=True
        ),
        sa.PrimaryKeyConstraint("posting_sequence", name=op.f("pk_posting")),
        sa.UniqueConstraint("command_id", name=op.f("uq_posting_command_id")),
    )
    op.create_index(op.f("ix_posting_business_date"), "posting", ["business_date"], unique=False)
    op.create_table(
        "purchase_order",
        sa.Column("purchase_order_id", LONG, autoincrement=False, nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("supplier_id", LONG, nullable=False),
        sa.Column("buyer_id", LONG, nullable=True),
        sa.Column("order_date", sa.Date(), nullable=False),
        sa.Column("status", sa.Text(), server_default="approved", nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("exchange_rate_ppm", LONG, server_default="1000000", nullable=False, comment="parts per million"),
        sa.Column("ship_method", sa.Text(), server_default="", nullable=False),
        sa.Column("freight_amount", LONG, server_default="0", nullable=False, comment="minor unit"),
        sa.Column("source_key", sa.Text(), nullable=True),
        sa.Column("posting_sequence", LONG, nullable=False),
        sa.CheckConstraint(
            "status IN ('draft', 'pending', 'approved', 'rejected', 'completed', 'closed', 'cancelled')",
            name=op.f("ck_purchase_order_status_known"),
        ),
        sa.ForeignKeyConstraint(
            ["buyer_id"], ["app_user.user_id"], name=op.f("fk_purchase_order_buyer_id"), initially="DEFERRED", deferrable=True
        ),
        sa.ForeignKeyConstraint(
            ["supplier_id"],
            ["supplier.supplier_id"],
            name=op.f("fk_purchase_order_supplier_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("purchase_order_id", name=op.f("pk_purchase_order")),
        sa.UniqueConstraint("number", name=op.f("uq_purchase_order_number")),
    )
    op.create_index(op.f("ix_purchase_order_posting_sequence"), "purchase_order", ["posting_sequence"], unique=False)
    op.create_index(op.f("ix_purchase_order_supplier_id"), "purchase_order", ["supplier_id"], unique=False)
    op.create_table(
        "run_request",
        sa.Column("run_request_id", LONG, autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), server_default="replan", nullable=False),
        sa.Column("requested_by_id", LONG, nullable=False),
        sa.Column("requested_at", LONG, nullable=False, comment="microseconds UTC"),
        sa.Column("status", sa.Text(), server_default="requested", nullable=False),
        sa.Column("progress", sa.Text(), server_default="", nullable=False),
        sa.Column("run_id", sa.Text(), nullable=True),
        sa.Column("snapshot_id", sa.Text(), nullable=True),
        sa.Column("message", sa.Text(), server_default="", nullable=False),
        sa.Column("finished_at", LONG, nullable=True, comment="microseconds UTC"),
        sa.Column("posting_sequence", LONG, nullable=False),
        sa.CheckConstraint("status IN ('requested', 'running', 'succeeded', 'failed')", name=op.f("ck_run_request_status_known")),
        sa.ForeignKeyConstraint(
            ["requested_by_id"],
            ["app_user.user_id"],
            name=op.f("fk_run_request_requested_by_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("run_request_id", name=op.f("pk_run_request")),
    )
    op.create_index(op.f("ix_run_request_posting_sequence"), "run_request", ["posting_sequence"], unique=False)
    op.create_table(
        "sales_order",
        sa.Column("sales_order_id", LONG, autoincrement=False, nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("customer_id", LONG, nullable=False),
        sa.Column("salesperson_id", LONG, nullable=True),
        sa.Column("order_date", sa.Date(), nullable=False),
        sa.Column("status", sa.Text(), server_default="open", nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("exchange_rate_ppm", LONG, server_default="1000000", nullable=False, comment="parts per million"),
        sa.Column("customer_reference", sa.Text(), server_default="", nullable=False),
        sa.Column("is_rush", sa.Integer(), server_default="0", nullable=False),
        sa.Column("source_key", sa.Text(), nullable=True),
        sa.Column("posting_sequence", LONG, nullable=False),
        sa.CheckConstraint(
            "status IN ('open', 'shipped', 'delivered', 'closed', 'cancelled')", name=op.f("ck_sales_order_status_known")
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"],
            ["customer.customer_id"],
            name=op.f("fk_sales_order_customer_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["salesperson_id"],
            ["app_user.user_id"],
            name=op.f("fk_sales_order_salesperson_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("sales_order_id", name=op.f("pk_sales_order")),
        sa.UniqueConstraint("number", name=op.f("uq_sales_order_number")),
    )
    op.create_index(op.f("ix_sales_order_customer_id"), "sales_order", ["customer_id"], unique=False)
    op.create_index(op.f("ix_sales_order_posting_sequence"), "sales_order", ["posting_sequence"], unique=False)
    op.create_table(
        "setting_version",
        sa.Column("setting_version_id", LONG, autoincrement=False, nullable=False),
        sa.Column("setting_id", LONG, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("source_note", sa.Text(), nullable=False),
        sa.Column("business_date", sa.Date(), nullable=False),
        sa.Column("recorded_at", LONG, nullable=False, comment="microseconds UTC"),
        sa.Column("actor_id", LONG, nullable=False),
        sa.Column("posting_sequence", LONG, nullable=False),
        sa.ForeignKeyConstraint(
            ["actor_id"], ["app_user.user_id"], name=op.f("fk_setting_version_actor_id"), initially="DEFERRED", deferrable=True
        ),
        sa.ForeignKeyConstraint(
            ["setting_id"],
            ["setting.setting_id"],
            name=op.f("fk_setting_version_setting_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("setting_version_id", name=op.f("pk_setting_version")),
    )
    op.create_index(op.f("ix_setting_version_posting_sequence"), "setting_version", ["posting_sequence"], unique=False)
    op.create_table(
        "supplier_qualification",
        sa.Column("supplier_qualification_id", LONG, autoincrement=False, nullable=False),
        sa.Column("supplier_id", LONG, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("certificate_number", sa.Text(), server_default="", nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("qualification_expiry_date", sa.Date(), nullable=True),
        sa.Column("is_mandatory", sa.Integer(), server_default="1", nullable=False),
        sa.Column("posting_sequence", LONG, nullable=False),
        sa.ForeignKeyConstraint(
            ["supplier_id"],
            ["supplier.supplier_id"],
            name=op.f("fk_supplier_qualification_supplier_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("supplier_qualification_id", name=op.f("pk_supplier_qualification")),
    )
    op.create_index(
        op.f("ix_supplier_qualification_posting_sequence"), "supplier_qualification", ["posting_sequence"], unique=False
    )
    op.create_index(op.f("ix_supplier_qualification_supplier_id"), "supplier_qualification", ["supplier_id"], unique=False)
    op.create_table(
        "supplier_version",
        sa.Column("supplier_version_id", LONG, autoincrement=False, nullable=False),
        sa.Column("supplier_id", LONG, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_zh", sa.Text(), server_default="", nullable=False),
        sa.Column("status", sa.Text(), server_default="active", nullable=False),
        sa.Column("credit_rating", LONG, nullable=True, comment="count"),
        sa.Column("is_preferred", sa.Integer(), server_default="0", nullable=False),
        sa.Column("city", sa.Text(), server_default="", nullable=False),
        sa.Column("business_date", sa.Date(), nullable=False),
        sa.Column("recorded_at", LONG, nullable=False, comment="microseconds UTC"),
        sa.Column("actor_id", LONG, nullable=False),
        sa.Column("posting_sequence", LONG, nullable=False),
        sa.ForeignKeyConstraint(
            ["actor_id"], ["app_user.user_id"], name=op.f("fk_supplier_version_actor_id"), initially="DEFERRED", deferrable=True
        ),
        sa.ForeignKeyConstraint(
            ["supplier_id"],
            ["supplier.supplier_id"],
            name=op.f("fk_supplier_version_supplier_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("supplier_version_id", name=op.f("pk_supplier_version")),
    )
    op.create_index(op.f("ix_supplier_version_posting_sequence"), "supplier_version", ["posting_sequence"], unique=False)
    op.create_index(op.f("ix_supplier_version_supplier_id"), "supplier_version", ["supplier_id"], unique=False)
    op.create_table(
        "warehouse",
        sa.Column("warehouse_id", LONG, autoincrement=False, nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_zh", sa.Text(), server_default="", nullable=False),
        sa.Column("valuation_area_id", LONG, nullable=False),
        sa.Column("region", sa.Text(), server_default="", nullable=False),
        sa.Column("is_active", sa.Integer(), server_default="1", nullable=False),
        sa.Column("posting_sequence", LONG, nullable=False),
        sa.ForeignKeyConstraint(
            ["valuation_area_id"],
            ["valuation_area.valuation_area_id"],
            name=op.f("fk_warehouse_valuation_area_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("warehouse_id", name=op.f("pk_warehouse")),
        sa.UniqueConstraint("code", name=op.f("uq_warehouse_code")),
    )
    op.create_index(op.f("ix_warehouse_posting_sequence"), "warehouse", ["posting_sequence"], unique=False)
    op.create_table(
        "bill_of_materials",
        sa.Column("bom_id", LONG, autoincrement=False, nullable=False),
        sa.Column("item_id", LONG, nullable=False),
        sa.Column("output_quantity", LONG, server_default="1000000", nullable=False, comment="10^-6 base unit"),
        sa.Column("priority", LONG, server_default="1", nullable=False, comment="count"),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("posting_sequence", LONG, nullable=False),
        sa.ForeignKeyConstraint(
            ["item_id"], ["item.item_id"], name=op.f("fk_bill_of_materials_item_id"), initially="DEFERRED", deferrable=True
        ),
        sa.PrimaryKeyConstraint("bom_id", name=op.f("pk_bill_of_materials")),
    )
    op.create_index(op.f("ix_bill_of_materials_item_id"), "bill_of_materials", ["item_id"], unique=False)
    op.create_index(op.f("ix_bill_of_materials_posting_sequence"), "bill_of_materials", ["posting_sequence"], unique=False)
    op.create_table(
        "business_event",
        sa.Column("business_event_id", LONG, autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_zh", sa.Text(), server_default="", nullable=False),
        sa.Column("start_date", sa.Date(), nullable=False),
        sa.Column("end_date", sa.Date(), nullable=False),
        sa.Column("item_id", LONG, nullable=True),
        sa.Column("category_id", LONG, nullable=True),
        sa.Column("discount_ppm", LONG, nullable=True),
        sa.Column("posting_sequence", LONG, nullable=False),
        sa.CheckConstraint(
            "kind IN ('promotion', 'festival', 'campaign', 'project', 'other')", name=op.f("ck_business_event_kind_known")
        ),
        sa.ForeignKeyConstraint(
            ["category_id"],
            ["item_category.category_id"],
            name=op.f("fk_business_event_category_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["item_id"], ["item.item_id"], name=op.f("fk_business_event_item_id"), initially="DEFERRED", deferrable=True
        ),
        sa.PrimaryKeyConstraint("business_event_id", name=op.f("pk_business_event")),
    )
    op.create_index(op.f("ix_business_event_posting_sequence"), "business_event", ["posting_sequence"], unique=False)
    op.create_table(
        "carrier_lane",
        sa.Column("carrier_lane_id", LONG, autoincrement=False, nullable=False),
        sa.Column("carrier_id", LONG, nullable=False),
        sa.Column("warehouse_id", LONG, nullable=False),
        sa.Column("region", sa.Text(), nullable=False),
        sa.Column("transit_days", LONG, nullable=False, comment="days"),
        sa.Column("cost_amount", LONG, server_default="0", nullable=False, comment="minor unit"),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("posting_sequence", LONG, nullable=False),
        sa.ForeignKeyConstraint(
            ["carrier_id"], ["carrier.carrier_id"], name=op.f("fk_carrier_lane_carrier_id"), initially="DEFERRED", deferrable=True
        ),
        sa.ForeignKeyConstraint(
            ["warehouse_id"],
            ["warehouse.warehouse_id"],
            name=op.f("fk_carrier_lane_warehouse_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("carrier_lane_id", name=op.f("pk_carrier_lane")),
        sa.UniqueConstraint(
            "carrier_id",
            "warehouse_id",
            "region",
            "valid_from",
            name=op.f("uq_carrier_lane_carrier_id_warehouse_id_region_valid_from"),
        ),
    )
    op.create_index(op.f("ix_carrier_lane_posting_sequence"), "carrier_lane", ["posting_sequence"], unique=False)
    op.create_table(
        "cost_daily",
        sa.Column("item_id", LONG, nullable=False),
        sa.Column("valuation_area_id", LONG, nullable=False),
        sa.Column("business_date", sa.Date(), nullable=False),
        sa.Column("quantity_delta", LONG, nullable=False, comment="10^-6 base unit"),
        sa.Column("value_delta", LONG, nullable=False, comment="minor unit"),
        sa.Column("posting_sequence", LONG, nullable=False),
        sa.ForeignKeyConstraint(
            ["item_id"], ["item.item_id"], name=op.f("fk_cost_daily_item_id"), initially="DEFERRED", deferrable=True
        ),
        sa.ForeignKeyConstraint(
            ["valuation_area_id"],
            ["valuation_area.valuation_area_id"],
            name=op.f("fk_cost_daily_valuation_area_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("item_id", "valuation_area_id", "business_date", name=op.f("pk_cost_daily")),
    )
    op.create_index(op.f("ix_cost_daily_posting_sequence"), "cost_daily", ["posting_sequence"], unique=False)
    op.create_table(
        "goods_receipt",
        sa.Column("goods_receipt_id", LONG, autoincrement=False, nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("purchase_order_id", LONG, nullable=False),
        sa.Column("warehouse_id", LONG, nullable=False),
        sa.Column("received_date", sa.Date(), nullable=False),
        sa.Column("inspected_date", sa.Date(), nullable=True),
        sa.Column("is_date_assumed", sa.Integer(), server_default="0", nullable=False),
        sa.Column("posting_sequence", LONG, nullable=False),
        sa.ForeignKeyConstraint(
            ["purchase_order_id"],
            ["purchase_order.purchase_order_id"],
            name=op.f("fk_goods_receipt_purchase_order_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["warehouse_id"],
            ["warehouse.warehouse_id"],
            name=op.f("fk_goods_receipt_warehouse_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("goods_receipt_id", name=op.f("pk_goods_receipt")),
        sa.UniqueConstraint("number", name=op.f("uq_goods_receipt_number")),
    )
    op.create_index(op.f("ix_goods_receipt_posting_sequence"), "goods_receipt", ["posting_sequence"], unique=False)
    op.create_index(op.f("ix_goods_receipt_purchase_order_id"), "goods_receipt", ["purchase_order_id"], unique=False)
    op.create_table(
        "item_barcode",
        sa.Column("item_barcode_id", LONG, autoincrement=False, nullable=False),
        sa.Column("barcode", sa.Text(), nullable=False),
        sa.Column("item_id", LONG, nullable=False),
        sa.Column("unit_id", LONG, nullable=False),
        sa.Column("posting_sequence", LONG, nullable=False),
        sa.ForeignKeyConstraint(
            ["item_id"], ["item.item_id"], name=op.f("fk_item_barcode_item_id"), initially="DEFERRED", deferrable=True
        ),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["unit_of_measure.unit_id"], name=op.f("fk_item_barcode_unit_id"), initially="DEFERRED", deferrable=True
        ),
        sa.PrimaryKeyConstraint("item_barcode_id", name=op.f("pk_item_barcode")),
        sa.UniqueConstraint("barcode", name=op.f("uq_item_barcode_barcode")),
    )
    op.create_index(op.f("ix_item_barcode_posting_sequence"), "item_barcode", ["posting_sequence"], unique=False)
    op.create_table(
        "item_cost",
        sa.Column("item_id", LONG, nullable=False),
        sa.Column("valuation_area_id", LONG, nullable=False),
        sa.Column("on_hand_quantity", LONG, server_default="0", nullable=False, comment="10^-6 base unit"),
        sa.Column("value_amount", LONG, server_default="0", nullable=False, comment="minor unit"),
        sa.Column("posting_sequence", LONG, nullable=False),
        sa.CheckConstraint("on_hand_quantity <> 0 OR value_amount = 0", name=op.f("ck_item_cost_nothing_costs_nothing")),
        sa.CheckConstraint("on_hand_quantity >= 0", name=op.f("ck_item_cost_quantity_not_negative")),
        sa.ForeignKeyConstraint(
            ["item_id"], ["item.item_id"], name=op.f("fk_item_cost_item_id"), initially="DEFERRED", deferrable=True
        ),
        sa.ForeignKeyConstraint(
            ["valuation_area_id"],
            ["valuation_area.valuation_area_id"],
            name=op.f("fk_item_cost_valuation_area_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("item_id", "valuation_area_id", name=op.f("pk_item_cost")),
    )
    op.create_index(op.f("ix_item_cost_posting_sequence"), "item_cost", ["posting_sequence"], unique=False)
    op.create_table(
        "item_location",
        sa.Column("item_location_id", LONG, autoincrement=False, nullable=False),
        sa.Column("item_id", LONG, nullable=False),
        sa.Column("warehouse_id", LONG, nullable=False),
        sa.Column("procurement", sa.Text(), server_default="buy", nullable=False),
        sa.Column("order_policy", sa.Text(), server_default="lot_for_lot", nullable=False),
        sa.Column("minimum_order_quantity", LONG, server_default="0", nullable=False, comment="10^-6 base unit"),
        sa.Column("order_multiple_quantity", LONG, server_default="0", nullable=False, comment="10^-6 base unit"),
        sa.Column("maximum_order_quantity", LONG, nullable=True, comment="10^-6 base unit"),
        sa.Column("fixed_order_quantity", LONG, nullable=True, comment="10^-6 base unit"),
        sa.Column("period_days", LONG, server_default="1", nullable=False, comment="days"),
        sa.Column("lead_time_days", LONG, nullable=True, comment="days"),
        sa.Column("safety_lead_time_days", LONG, server_default="0", nullable=False, comment="days"),
        sa.Column("inspection_days", LONG, server_default="0", nullable=False, comment="days"),
        sa.Column("yield_ppm", LONG, server_default="1000000", nullable=False, comment="parts per million"),
        sa.Column("safety_stock_quantity", LONG, nullable=True, comment="10^-6 base unit"),
        sa.Column("reorder_point_quantity", LONG, nullable=True, comment="10^-6 base unit"),
        sa.Column("order_up_to_quantity", LONG, nullable=True, comment="10^-6 base unit"),
        sa.Column("demand_fence_days", LONG, server_default="0", nullable=False, comment="days"),
        sa.Column("planning_fence_days", LONG, server_default="0", nullable=False, comment="days"),
        sa.Column("service_level_ppm", LONG, server_default="950000", nullable=False, comment="parts per million"),
        sa.Column("source_warehouse_id", LONG, nullable=True),
        sa.Column("planner_id", LONG, nullable=True),
        sa.Column("posting_sequence", LONG, nullable=False),
        sa.CheckConstraint(
            "order_policy IN ('lot_for_lot', 'fixed', 'period', 'min_max')", name=op.f("ck_item_location_order_policy_known")
        ),
        sa.CheckConstraint(
            "procurement IN ('buy', 'make', 'transfer', 'phantom', 'none')", name=op.f("ck_item_location_procurement_known")
        ),
        sa.ForeignKeyConstraint(
            ["item_id"], ["item.item_id"], name=op.f("fk_item_location_item_id"), initially="DEFERRED", deferrable=True
        ),
        sa.ForeignKeyConstraint(
            ["planner_id"], ["app_user.user_id"], name=op.f("fk_item_location_planner_id"), initially="DEFERRED", deferrable=True
        ),
        sa.ForeignKeyConstraint(
            ["source_warehouse_id"],
            ["warehouse.warehouse_id"],
            name=op.f("fk_item_location_source_warehouse_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["warehouse_id"],
            ["warehouse.warehouse_id"],
            name=op.f("fk_item_location_warehouse_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("item_location_id", name=op.f("pk_item_location")),
        sa.UniqueConstraint("item_id", "warehouse_id", name=op.f("uq_item_location_item_id_warehouse_id")),
    )
    op.create_index(op.f("ix_item_location_posting_sequence"), "item_location", ["posting_sequence"], unique=False)
    op.create_index(op.f("ix_item_location_warehouse_id"), "item_location", ["warehouse_id"], unique=False)
    op.create_table(
        "item_version",
        sa.Column("item_version_id", LONG, autoincrement=False, nullable=False),
        sa.Column("item_id", LONG, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_zh", sa.Text(), server_default="", nullable=False),
        sa.Column("item_type", sa.Text(), nullable=False),
        sa.Column("category_id", LONG, nullable=True),
        sa.Column("standard_cost", LONG, nullable=True, comment="10^-6 currency per base unit"),
        sa.Column("list_price", LONG, nullable=True, comment="10^-6 currency per base unit"),
        sa.Column("tax_rate_ppm", LONG, server_default="0", nullable=False, comment="parts per million"),
        sa.Column("shelf_life_days", LONG, nullable=True, comment="days"),
        sa.Column("is_active", sa.Integer(), server_default="1", nullable=False),
        sa.Column("business_date", sa.Date(), nullable=False),
        sa.Column("recorded_at", LONG, nullable=False, comment="microseconds UTC"),
        sa.Column("actor_id", LONG, nullable=False),
        sa.Column("posting_sequence", LONG, nullable=False),
        sa.ForeignKeyConstraint(
            ["actor_id"], ["app_user.user_id"], name=op.f("fk_item_version_actor_id"), initially="DEFERRED", deferrable=True
        ),
        sa.ForeignKeyConstraint(
            ["category_id"],
            ["item_category.category_id"],
            name=op.f("fk_item_version_category_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["item_id"], ["item.item_id"], name=op.f("fk_item_version_item_id"), initially="DEFERRED", deferrable=True
        ),
        sa.PrimaryKeyConstraint("item_version_id", name=op.f("pk_item_version")),
    )
    op.create_index(op.f("ix_item_version_item_id"), "item_version", ["item_id"], unique=False)
    op.create_index(op.f("ix_item_version_posting_sequence"), "item_version", ["posting_sequence"], unique=False)
    op.create_table(
        "location",
        sa.Column("location_id", LONG, autoincrement=False, nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("warehouse_id", LONG, nullable=True),
        sa.Column("zone", sa.Text(), server_default="", nullable=False),
        sa.Column("aisle", LONG, nullable=True),
        sa.Column("position", LONG, nullable=True),
        sa.Column("is_pickable", sa.Integer(), server_default="1", nullable=False),
        sa.Column("is_physical", sa.Integer(), server_default="1", nullable=False),
        sa.Column("posting_sequence", LONG, nullable=False),
        sa.CheckConstraint(
            "kind IN ('bin', 'in_transit', 'production', 'supplier', 'customer', 'scrap', 'count_difference', 'opening', 'variance')",
            name=op.f("ck_location_kind_known"),
        ),
        sa.ForeignKeyConstraint(
            ["warehouse_id"],
            ["warehouse.warehouse_id"],
            name=op.f("fk_location_warehouse_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("location_id", name=op.f("pk_location")),
        sa.UniqueConstraint("code", name=op.f("uq_location_code")),
    )
    op.create_index(op.f("ix_location_posting_sequence"), "location", ["posting_sequence"], unique=False)
    op.create_table(
        "lot",
        sa.Column("lot_id", LONG, autoincrement=False, nullable=False),
        sa.Column("item_id", LONG, nullable=True),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("supplier_id", LONG, nullable=True),
        sa.Column("supplier_lot_code", sa.Text(), server_default="", nullable=False),
        sa.Column("received_date", sa.Date(), nullable=True),
        sa.Column("expiry_date", sa.Date(), nullable=True),
        sa.Column("origin_kind", sa.Text(), nullable=True),
        sa.Column("origin_id", LONG, nullable=True),
        sa.Column("posting_sequence", LONG, nullable=False),
        sa.ForeignKeyConstraint(
            ["item_id"], ["item.item_id"], name=op.f("fk_lot_item_id"), initially="DEFERRED", deferrable=True
        ),
        sa.ForeignKeyConstraint(
            ["supplier_id"], ["supplier.supplier_id"], name=op.f("fk_lot_supplier_id"), initially="DEFERRED", deferrable=True
        ),
        sa.PrimaryKeyConstraint("lot_id", name=op.f("pk_lot")),
    )
    op.create_index(op.f("ix_lot_item_id"), "lot", ["item_id"], unique=False)
    op.create_index(op.f("ix_lot_posting_sequence"), "lot", ["posting_sequence"], unique=False)
    op.create_index("uq_lot_item_code", "lot", ["item_id", "code"], unique=True)
    op.create_table(
        "purchase_order_line",
        sa.Column("purchase_order_line_id", LONG, autoincrement=False, nullable=False),
        sa.Column("purchase_order_id", LONG, nullable=False),
        sa.Column("item_id", LONG, nullable=False),
        sa.Column("warehouse_id", LONG, nullable=False),
        sa.Column("ordered_quantity", LONG, nullable=False, comment="10^-6 base unit"),
        sa.Column("received_quantity", LONG, server_default="0", nullable=False, comment="10^-6 base unit"),
        sa.Column("accepted_quantity", LONG, server_default="0", nullable=False, comment="10^-6 base unit"),
        sa.Column("rejected_quantity", LONG, server_default="0", nullable=False, comment="10^-6 base unit"),
        sa.Column("cancelled_quantity", LONG, server_default="0", nullable=False, comment="10^-6 base unit"),
        sa.Column("unit_price", LONG, nullable=False, comment="10^-6 currency per base unit"),
        sa.Column("tax_rate_ppm", LONG, server_default="0", nullable=False, comment="parts per million"),
        sa.Column("line_total_micro", LONG, nullable=False, comment="10^-6 currency"),
        sa.Column("line_amount", LONG, nullable=False, comment="minor unit"),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("entered_quantity", LONG, nullable=True, comment="10^-6 base unit"),
        sa.Column("entered_unit_id", LONG, nullable=True),
        sa.Column("required_date", sa.Date(), nullable=True),
        sa.Column("requested_date", sa.Date(), nullable=True),
        sa.Column("first_promised_date", sa.Date(), nullable=True),
        sa.Column("last_promised_date", sa.Date(), nullable=True),
        sa.Column("requirement_date", sa.Date(), nullable=True),
        sa.Column("order_by_date", sa.Date(), nullable=True),
        sa.Column("required_quantity", LONG, nullable=True, comment="10^-6 base unit"),
        sa.Column("reference_unit_price", LONG, nullable=True, comment="10^-6 currency per base unit"),
        sa.Column("reference_source", sa.Text(), server_default="none", nullable=False),
        sa.Column("strategy", sa.Text(), server_default="spot", nullable=False),
        sa.Column("origin_planned_order_id", sa.Text(), nullable=True),
        sa.Column("status", sa.Text(), server_default="open", nullable=False),
        sa.Column("cancel_reason", sa.Text(), nullable=True),
        sa.Column("source_key", sa.Text(), nullable=True),
        sa.Column("posting_sequence", LONG, nullable=False),
        sa.CheckConstraint(
            "reference_source IN ('contract', 'list', 'last_price', 'standard_cost', 'none')",
            name=op.f("ck_purchase_order_line_reference_source_known"),
        ),
        sa.CheckConstraint(
            "status IN ('open', 'received', 'closed', 'cancelled', 'pending', 'rejected')",
            name=op.f("ck_purchase_order_line_status_known"),
        ),
        sa.CheckConstraint(
            "strategy IN ('quote', 'contract', 'spot', 'consolidated')", name=op.f("ck_purchase_order_line_strategy_known")
        ),
        sa.CheckConstraint("ordered_quantity > 0", name=op.f("ck_purchase_order_line_ordered_positive")),
        sa.ForeignKeyConstraint(
            ["entered_unit_id"],
            ["unit_of_measure.unit_id"],
            name=op.f("fk_purchase_order_line_entered_unit_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["item_id"], ["item.item_id"], name=op.f("fk_purchase_order_line_item_id"), initially="DEFERRED", deferrable=True
        ),
        sa.ForeignKeyConstraint(
            ["purchase_order_id"],
            ["purchase_order.purchase_order_id"],
            name=op.f("fk_purchase_order_line_purchase_order_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["warehouse_id"],
            ["warehouse.warehouse_id"],
            name=op.f("fk_purchase_order_line_warehouse_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("purchase_order_line_id", name=op.f("pk_purchase_order_line")),
        sa.UniqueConstraint("origin_planned_order_id", name=op.f("uq_purchase_order_line_origin_planned_order_id")),
    )
    op.create_index(op.f("ix_purchase_order_line_item_id"), "purchase_order_line", ["item_id"], unique=False)
    op.create_index(op.f("ix_purchase_order_line_posting_sequence"), "purchase_order_line", ["posting_sequence"], unique=False)
    op.create_index(op.f("ix_purchase_order_line_purchase_order_id"), "purchase_order_line", ["purchase_order_id"], unique=False)
    op.create_table(
        "shipment",
        sa.Column("shipment_id", LONG, autoincrement=False, nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("customer_id", LONG, nullable=False),
        sa.Column("warehouse_id", LONG, nullable=False),
        sa.Column("carrier_id", LONG, nullable=True),
        sa.Column("region", sa.Text(), server_default="", nullable=False),
        sa.Column("shipped_date", sa.Date(), nullable=False),
        sa.Column("expected_delivery_date", sa.Date(), nullable=True),
        sa.Column("carrier_delivered_date", sa.Date(), nullable=True),
        sa.Column("signed_date", sa.Date(), nullable=True),
        sa.Column("signed_by", sa.Text(), server_default="", nullable=False),
        sa.Column("tracking_number", sa.Text(), server_default="", nullable=False),
        sa.Column("freight_amount", LONG, server_default="0", nullable=False, comment="minor unit"),
        sa.Column("status", sa.Text(), server_default="shipped", nullable=False),
        sa.Column("source_key", sa.Text(), nullable=True),
        sa.Column("posting_sequence", LONG, nullable=False),
        sa.CheckConstraint("status IN ('shipped', 'delivered', 'signed', 'lost')", name=op.f("ck_shipment_status_known")),
        sa.ForeignKeyConstraint(
            ["carrier_id"], ["carrier.carrier_id"], name=op.f("fk_shipment_carrier_id"), initially="DEFERRED", deferrable=True
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.customer_id"], name=op.f("fk_shipment_customer_id"), initially="DEFERRED", deferrable=True
        ),
        sa.ForeignKeyConstraint(
            ["warehouse_id"],
            ["warehouse.warehouse_id"],
            name=op.f("fk_shipment_warehouse_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("shipment_id", name=op.f("pk_shipment")),
        sa.UniqueConstraint("number", name=op.f("uq_shipment_number")),
    )
    op.create_index(op.f("ix_shipment_customer_id"), "shipment", ["customer_id"], unique=False)
    op.create_index(op.f("ix_shipment_posting_sequence"), "shipment", ["posting_sequence"], unique=False)
    op.create_table(
        "stocktake",
        sa.Column("stocktake_id", LONG, autoincrement=False, nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("warehouse_id", LONG, nullable=False),
        sa.Column("kind", sa.Text(), server_default="full", nullable=False),
        sa.Column("count_date", sa.Date(), nullable=False),
        sa.Column("posted_date", sa.Date(), nullable=True),
        sa.Column("status", sa.Text(), server_default="open", nullable=False),
        sa.Column("posting_sequence", LONG, nullable=False),
        sa.CheckConstraint("kind IN ('full', 'cycle')", name=op.f("ck_stocktake_kind_known")),
        sa.CheckConstraint("status IN ('open', 'counted', 'posted', 'cancelled')", name=op.f("ck_stocktake_status_known")),
        sa.ForeignKeyConstraint(
            ["warehouse_id"],
            ["warehouse.warehouse_id"],
            name=op.f("fk_stocktake_warehouse_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("stocktake_id", name=op.f("pk_stocktake")),
        sa.UniqueConstraint("number", name=op.f("uq_stocktake_number")),
    )
    op.create_index(op.f("ix_stocktake_posting_sequence"), "stocktake", ["posting_sequence"], unique=False)
    op.create_table(
        "supplier_item",
        sa.Column("supplier_item_id", LONG, autoincrement=False, nullable=False),
        sa.Column("supplier_id", LONG, nullable=False),
        sa.Column("item_id", LONG, nullable=False),
        sa.Column("supplier_sku", sa.Text(), server_default="", nullable=False),
        sa.Column("purchase_unit_id", LONG, nullable=False),
        sa.Column("base_numerator", LONG, server_default="1", nullable=False, comment="count"),
        sa.Column("base_denominator", LONG, server_default="1", nullable=False, comment="count"),
        sa.Column("is_pack_known", sa.Integer(), server_default="1", nullable=False),
        sa.Column("lead_time_days", LONG, nullable=False, comment="days"),
        sa.Column("minimum_order_quantity", LONG, server_default="0", nullable=False, comment="10^-6 base unit"),
        sa.Column("maximum_order_quantity", LONG, nullable=True, comment="10^-6 base unit"),
        sa.Column("order_multiple_quantity", LONG, server_default="0", nullable=False, comment="10^-6 base unit"),
        sa.Column("preference", LONG, server_default="1", nullable=False, comment="count"),
        sa.Column("is_contract", sa.Integer(), server_default="0", nullable=False),
        sa.Column("currency", sa.Text(), server_default="CNY", nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("posting_sequence", LONG, nullable=False),
        sa.ForeignKeyConstraint(
            ["item_id"], ["item.item_id"], name=op.f("fk_supplier_item_item_id"), initially="DEFERRED", deferrable=True
        ),
        sa.ForeignKeyConstraint(
            ["purchase_unit_id"],
            ["unit_of_measure.unit_id"],
            name=op.f("fk_supplier_item_purchase_unit_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["supplier_id"],
            ["supplier.supplier_id"],
            name=op.f("fk_supplier_item_supplier_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("supplier_item_id", name=op.f("pk_supplier_item")),
    )
    op.create_index(op.f("ix_supplier_item_item_id"), "supplier_item", ["item_id"], unique=False)
    op.create_index(op.f("ix_supplier_item_posting_sequence"), "supplier_item", ["posting_sequence"], unique=False)
    op.create_index(op.f("ix_supplier_item_supplier_id"), "supplier_item", ["supplier_id"], unique=False)
    op.create_table(
        "transfer_order",
        sa.Column("transfer_order_id", LONG, autoincrement=False, nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("from_warehouse_id", LONG, nullable=False),
        sa.Column("to_warehouse_id", LONG, nullable=False),
        sa.Column("order_date", sa.Date(), nullable=False),
        sa.Column("due_date", sa.Date(), nullable=False),
        sa.Column("status", sa.Text(), server_default="open", nullable=False),
        sa.Column("origin_planned_order_id", sa.Text(), nullable=True),
        sa.Column("posting_sequence", LONG, nullable=False),
        sa.CheckConstraint(
            "status IN ('open', 'shipped', 'received', 'closed', 'cancelled')", name=op.f("ck_transfer_order_status_known")
        ),
        sa.ForeignKeyConstraint(
            ["from_warehouse_id"],
            ["warehouse.warehouse_id"],
            name=op.f("fk_transfer_order_from_warehouse_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["to_warehouse_id"],
            ["warehouse.warehouse_id"],
            name=op.f("fk_transfer_order_to_warehouse_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("transfer_order_id", name=op.f("pk_transfer_order")),
        sa.UniqueConstraint("number", name=op.f("uq_transfer_order_number")),
        sa.UniqueConstraint("origin_planned_order_id", name=op.f("uq_transfer_order_origin_planned_order_id")),
    )
    op.create_index(op.f("ix_transfer_order_posting_sequence"), "transfer_order", ["posting_sequence"], unique=False)
    op.create_table(
        "unit_conversion",
        sa.Column("unit_conversion_id", LONG, autoincrement=False, nullable=False),
        sa.Column("item_id", LONG, nullable=True),
        sa.Column("from_unit_id", LONG, nullable=False),
        sa.Column("to_unit_id", LONG, nullable=False),
        sa.Column("numerator", LONG, nullable=False, comment="count"),
        sa.Column("denominator", LONG, nullable=False, comment="count"),
        sa.Column("posting_sequence", LONG, nullable=False),
        sa.CheckConstraint("numerator > 0 AND denominator > 0", name=op.f("ck_unit_conversion_positive")),
        sa.ForeignKeyConstraint(
            ["from_unit_id"],
            ["unit_of_measure.unit_id"],
            name=op.f("fk_unit_conversion_from_unit_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["item_id"], ["item.item_id"], name=op.f("fk_unit_conversion_item_id"), initially="DEFERRED", deferrable=True
        ),
        sa.ForeignKeyConstraint(
            ["to_unit_id"],
            ["unit_of_measure.unit_id"],
            name=op.f("fk_unit_conversion_to_unit_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("unit_conversion_id", name=op.f("pk_unit_conversion")),
    )
    op.create_index(op.f("ix_unit_conversion_posting_sequence"), "unit_conversion", ["posting_sequence"], unique=False)
    op.create_table(
        "work_center",
        sa.Column("work_center_id", LONG, autoincrement=False, nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_zh", sa.Text(), server_default="", nullable=False),
        sa.Column("warehouse_id", LONG, nullable=False),
        sa.Column("capacity_minutes_per_day", LONG, server_default="480", nullable=False, comment="count"),
        sa.Column("cost_per_hour", LONG, server_default="0", nullable=False, comment="10^-6 currency per base unit"),
        sa.Column("posting_sequence", LONG, nullable=False),
        sa.ForeignKeyConstraint(
            ["warehouse_id"],
            ["warehouse.warehouse_id"],
            name=op.f("fk_work_center_warehouse_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("work_center_id", name=op.f("pk_work_center")),
        sa.UniqueConstraint("code", name=op.f("uq_work_center_code")),
    )
    op.create_index(op.f("ix_work_center_posting_sequence"), "work_center", ["posting_sequence"], unique=False)
    op.create_table(
        "allocation",
        sa.Column("allocation_id", LONG, autoincrement=False, nullable=False),
        sa.Column("demand_kind", sa.Text(), nullable=False),
        sa.Column("demand_line_id", LONG, nullable=False),
        sa.Column("item_id", LONG, nullable=False),
        sa.Column("location_id", LONG, nullable=False),
        sa.Column("lot_id", LONG, nullable=False),
        sa.Column("status", sa.Text(), server_default="available", nullable=False),
        sa.Column("quantity", LONG, nullable=False, comment="10^-6 base unit"),
        sa.Column("picked_quantity", LONG, server_default="0", nullable=False, comment="10^-6 base unit"),
        sa.Column("state", sa.Text(), server_default="open", nullable=False),
        sa.Column("allocated_date", sa.Date(), nullable=False),
        sa.Column("picked_date", sa.Date(), nullable=True),
        sa.Column("closed_date", sa.Date(), nullable=True),
        sa.Column("release_reason", sa.Text(), nullable=True),
        sa.Column("taken_by_line_id", LONG, nullable=True),
        sa.Column("posting_sequence", LONG, nullable=False),
        sa.CheckConstraint(
            "demand_kind IN ('sales_order_line', 'work_order_component', 'transfer_order_line')",
            name=op.f("ck_allocation_demand_kind_known"),
        ),
        sa.CheckConstraint("state IN ('open', 'consumed', 'released')", name=op.f("ck_allocation_state_known")),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_allocation_quantity_positive")),
        sa.ForeignKeyConstraint(
            ["item_id"], ["item.item_id"], name=op.f("fk_allocation_item_id"), initially="DEFERRED", deferrable=True
        ),
        sa.ForeignKeyConstraint(
            ["location_id"],
            ["location.location_id"],
            name=op.f("fk_allocation_location_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["lot_id"], ["lot.lot_id"], name=op.f("fk_allocation_lot_id"), initially="DEFERRED", deferrable=True
        ),
        sa.PrimaryKeyConstraint("allocation_id", name=op.f("pk_allocation")),
    )
    op.create_index("ix_allocation_demand", "allocation", ["demand_line_id", "demand_kind"], unique=False)
    op.create_index(op.f("ix_allocation_posting_sequence"), "allocation", ["posting_sequence"], unique=False)
    op.create_table(
        "balance_daily",
        sa.Column("item_id", LONG, nullable=False),
        sa.Column("location_id", LONG, nullable=False),
        sa.Column("lot_id", LONG, nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("business_date", sa.Date(), nullable=False),
        sa.Column("quantity_delta", LONG, nullable=False, comment="10^-6 base unit"),
        sa.Column("posting_sequence", LONG, nullable=False),
        sa.ForeignKeyConstraint(
            ["item_id"], ["item.item_id"], name=op.f("fk_balance_daily_item_id"), initially="DEFERRED", deferrable=True
        ),
        sa.ForeignKeyConstraint(
            ["location_id"],
            ["location.location_id"],
            name=op.f("fk_balance_daily_location_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["lot_id"], ["lot.lot_id"], name=op.f("fk_balance_daily_lot_id"), initially="DEFERRED", deferrable=True
        ),
        sa.PrimaryKeyConstraint("item_id", "location_id", "lot_id", "status", "business_date", name=op.f("pk_balance_daily")),
    )
    op.create_index(op.f("ix_balance_daily_posting_sequence"), "balance_daily", ["posting_sequence"], unique=False)
    op.create_table(
        "bom_line",
        sa.Column("bom_line_id", LONG, autoincrement=False, nullable=False),
        sa.Column("bom_id", LONG, nullable=False),
        sa.Column("component_item_id", LONG, nullable=False),
        sa.Column("component_quantity", LONG, nullable=False, comment="10^-6 base unit"),
        sa.Column("scrap_ppm", LONG, server_default="0", nullable=False, comment="parts per million"),
        sa.Column("is_fixed", sa.Integer(), server_default="0", nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("posting_sequence", LONG, nullable=False),
        sa.CheckConstraint("component_quantity > 0", name=op.f("ck_bom_line_quantity_positive")),
        sa.CheckConstraint("scrap_ppm >= 0 AND scrap_ppm < 1000000", name=op.f("ck_bom_line_scrap_below_one")),
        sa.ForeignKeyConstraint(
            ["bom_id"], ["bill_of_materials.bom_id"], name=op.f("fk_bom_line_bom_id"), initially="DEFERRED", deferrable=True
        ),
        sa.ForeignKeyConstraint(
            ["component_item_id"],
            ["item.item_id"],
            name=op.f("fk_bom_line_component_item_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("bom_line_id", name=op.f("pk_bom_line")),
    )
    op.create_index(op.f("ix_bom_line_bom_id"), "bom_line", ["bom_id"], unique=False)
    op.create_index(op.f("ix_bom_line_component_item_id"), "bom_line", ["component_item_id"], unique=False)
    op.create_index(op.f("ix_bom_line_posting_sequence"), "bom_line", ["posting_sequence"], unique=False)
    op.create_table(
        "forecast_override",
        sa.Column("forecast_override_id", LONG, autoincrement=False, nullable=False),
        sa.Column("item_location_id", LONG, nullable=False),
        sa.Column("frequency", sa.Text(), nullable=False),
        sa.Column("period_start", sa.Date(), nullable=False),
        sa.Column("override_quantity", LONG, nullable=True, comment="10^-6 base unit"),
        sa.Column("baseline_quantity", LONG, nullable=True, comment="10^-6 base unit"),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("until_date", sa.Date(), nullable=True),
        sa.Column("author_id", LONG, nullable=False),
        sa.Column("recorded_at", LONG, nullable=False, comment="microseconds UTC"),
        sa.Column("business_date", sa.Date(), nullable=False),
        sa.Column("posting_sequence", LONG, nullable=False),
        sa.CheckConstraint("frequency IN ('week', 'month')", name=op.f("ck_forecast_override_frequency_known")),
        sa.ForeignKeyConstraint(
            ["author_id"],
            ["app_user.user_id"],
            name=op.f("fk_forecast_override_author_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["item_location_id"],
            ["item_location.item_location_id"],
            name=op.f("fk_forecast_override_item_location_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("forecast_override_id", name=op.f("pk_forecast_override")),
    )
    op.create_index(op.f("ix_forecast_override_item_location_id"), "forecast_override", ["item_location_id"], unique=False)
    op.create_index(op.f("ix_forecast_override_posting_sequence"), "forecast_override", ["posting_sequence"], unique=False)
    op.create_table(
        "goods_receipt_line",
        sa.Column("goods_receipt_line_id", LONG, autoincrement=False, nullable=False),
        sa.Column("goods_receipt_id", LONG, nullable=False),
        sa.Column("purchase_order_line_id", LONG, nullable=False),
        sa.Column("item_id", LONG, nullable=False),
        sa.Column("lot_id", LONG, nullable=False),
        sa.Column("location_id", LONG, nullable=False),
        sa.Column("received_quantity", LONG, nullable=False, comment="10^-6 base unit"),
        sa.Column("accepted_quantity", LONG, nullable=False, comment="10^-6 base unit"),
        sa.Column("rejected_quantity", LONG, server_default="0", nullable=False, comment="10^-6 base unit"),
        sa.Column("reject_reason", sa.Text(), nullable=True),
        sa.Column("posting_sequence", LONG, nullable=False),
        sa.ForeignKeyConstraint(
            ["goods_receipt_id"],
            ["goods_receipt.goods_receipt_id"],
            name=op.f("fk_goods_receipt_line_goods_receipt_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["item_id"], ["item.item_id"], name=op.f("fk_goods_receipt_line_item_id"), initially="DEFERRED", deferrable=True
        ),
        sa.ForeignKeyConstraint(
            ["location_id"],
            ["location.location_id"],
            name=op.f("fk_goods_receipt_line_location_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["lot_id"], ["lot.lot_id"], name=op.f("fk_goods_receipt_line_lot_id"), initially="DEFERRED", deferrable=True
        ),
        sa.ForeignKeyConstraint(
            ["purchase_order_line_id"],
            ["purchase_order_line.purchase_order_line_id"],
            name=op.f("fk_goods_receipt_line_purchase_order_line_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("goods_receipt_line_id", name=op.f("pk_goods_receipt_line")),
    )
    op.create_index(op.f("ix_goods_receipt_line_goods_receipt_id"), "goods_receipt_line", ["goods_receipt_id"], unique=False)
    op.create_index(op.f("ix_goods_receipt_line_posting_sequence"), "goods_receipt_line", ["posting_sequence"], unique=False)
    op.create_index(
        op.f("ix_goods_receipt_line_purchase_order_line_id"), "goods_receipt_line", ["purchase_order_line_id"], unique=False
    )
    op.create_table(
        "item_location_version",
        sa.Column("item_location_version_id", LONG, autoincrement=False, nullable=False),
        sa.Column("item_location_id", LONG, nullable=False),
        sa.Column("procurement", sa.Text(), server_default="buy", nullable=False),
        sa.Column("order_policy", sa.Text(), server_default="lot_for_lot", nullable=False),
        sa.Column("minimum_order_quantity", LONG, server_default="0", nullable=False, comment="10^-6 base unit"),
        sa.Column("order_multiple_quantity", LONG, server_default="0", nullable=False, comment="10^-6 base unit"),
        sa.Column("maximum_order_quantity", LONG, nullable=True, comment="10^-6 base unit"),
        sa.Column("fixed_order_quantity", LONG, nullable=True, comment="10^-6 base unit"),
        sa.Column("period_days", LONG, server_default="1", nullable=False, comment="days"),
        sa.Column("lead_time_days", LONG, nullable=True, comment="days"),
        sa.Column("safety_lead_time_days", LONG, server_default="0", nullable=False, comment="days"),
        sa.Column("inspection_days", LONG, server_default="0", nullable=False, comment="days"),
        sa.Column("yield_ppm", LONG, server_default="1000000", nullable=False, comment="parts per million"),
        sa.Column("safety_stock_quantity", LONG, nullable=True, comment="10^-6 base unit"),
        sa.Column("reorder_point_quantity", LONG, nullable=True, comment="10^-6 base unit"),
        sa.Column("order_up_to_quantity", LONG, nullable=True, comment="10^-6 base unit"),
        sa.Column("demand_fence_days", LONG, server_default="0", nullable=False, comment="days"),
        sa.Column("planning_fence_days", LONG, server_default="0", nullable=False, comment="days"),
        sa.Column("service_level_ppm", LONG, server_default="950000", nullable=False, comment="parts per million"),
        sa.Column("source_warehouse_id", LONG, nullable=True),
        sa.Column("planner_id", LONG, nullable=True),
        sa.Column("business_date", sa.Date(), nullable=False),
        sa.Column("recorded_at", LONG, nullable=False, comment="microseconds UTC"),
        sa.Column("actor_id", LONG, nullable=False),
        sa.Column("posting_sequence", LONG, nullable=False),
        sa.ForeignKeyConstraint(
            ["actor_id"],
            ["app_user.user_id"],
            name=op.f("fk_item_location_version_actor_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["item_location_id"],
            ["item_location.item_location_id"],
            name=op.f("fk_item_location_version_item_location_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["planner_id"],
            ["app_user.user_id"],
            name=op.f("fk_item_location_version_planner_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["source_warehouse_id"],
            ["warehouse.warehouse_id"],
            name=op.f("fk_item_location_version_source_warehouse_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("item_location_version_id", name=op.f("pk_item_location_version")),
    )
    op.create_index(
        op.f("ix_item_location_version_item_location_id"), "item_location_version", ["item_location_id"], unique=False
    )
    op.create_index(
        op.f("ix_item_location_version_posting_sequence"), "item_location_version", ["posting_sequence"], unique=False
    )
    op.create_table(
        "movement_line",
        sa.Column("movement_line_id", LONG, autoincrement=False, nullable=False),
        sa.Column("movement_id", LONG, nullable=False),
        sa.Column("item_id", LONG, nullable=False),
        sa.Column("lot_id", LONG, nullable=False),
        sa.Column("from_location_id", LONG, nullable=False),
        sa.Column("from_status", sa.Text(), server_default="available", nullable=False),
        sa.Column("to_location_id", LONG, nullable=False),
        sa.Column("to_status", sa.Text(), server_default="available", nullable=False),
        sa.Column("quantity", LONG, nullable=False, comment="10^-6 base unit"),
        sa.Column("cost_amount", LONG, nullable=False, comment="minor unit"),
        sa.Column("document_line_id", LONG, nullable=True),
        sa.Column("business_date", sa.Date(), nullable=False),
        sa.Column("posting_sequence", LONG, nullable=False),
        sa.CheckConstraint(
            "from_status IN ('available', 'quarantine', 'blocked')", name=op.f("ck_movement_line_from_status_known")
        ),
        sa.CheckConstraint("to_status IN ('available', 'quarantine', 'blocked')", name=op.f("ck_movement_line_to_status_known")),
        sa.CheckConstraint("cost_amount >= 0", name=op.f("ck_movement_line_cost_not_negative")),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_movement_line_quantity_positive")),
        sa.ForeignKeyConstraint(
            ["from_location_id"],
            ["location.location_id"],
            name=op.f("fk_movement_line_from_location_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["item_id"], ["item.item_id"], name=op.f("fk_movement_line_item_id"), initially="DEFERRED", deferrable=True
        ),
        sa.ForeignKeyConstraint(
            ["lot_id"], ["lot.lot_id"], name=op.f("fk_movement_line_lot_id"), initially="DEFERRED", deferrable=True
        ),
        sa.ForeignKeyConstraint(
            ["movement_id"],
            ["movement.movement_id"],
            name=op.f("fk_movement_line_movement_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["to_location_id"],
            ["location.location_id"],
            name=op.f("fk_movement_line_to_location_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("movement_line_id", name=op.f("pk_movement_line")),
    )
    op.create_index(op.f("ix_movement_line_item_id"), "movement_line", ["item_id"], unique=False)
    op.create_index(op.f("ix_movement_line_movement_id"), "movement_line", ["movement_id"], unique=False)
    op.create_index(op.f("ix_movement_line_posting_sequence"), "movement_line", ["posting_sequence"], unique=False)
    op.create_table(
        "quote",
        sa.Column("quote_id", LONG, autoincrement=False, nullable=False),
        sa.Column("supplier_id", LONG, nullable=False),
        sa.Column("item_id", LONG, nullable=False),
        sa.Column("request_id", LONG, nullable=False),
        sa.Column("quantity", LONG, nullable=False, comment="10^-6 base unit"),
        sa.Column("unit_price", LONG, nullable=False, comment="10^-6 currency per base unit"),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("lead_time_days", LONG, nullable=True, comment="days"),
        sa.Column("quote_date", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("is_chosen", sa.Integer(), server_default="0", nullable=False),
        sa.Column("purchase_order_line_id", LONG, nullable=True),
        sa.Column("posting_sequence", LONG, nullable=False),
        sa.ForeignKeyConstraint(
            ["item_id"], ["item.item_id"], name=op.f("fk_quote_item_id"), initially="DEFERRED", deferrable=True
        ),
        sa.ForeignKeyConstraint(
            ["purchase_order_line_id"],
            ["purchase_order_line.purchase_order_line_id"],
            name=op.f("fk_quote_purchase_order_line_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["supplier_id"], ["supplier.supplier_id"], name=op.f("fk_quote_supplier_id"), initially="DEFERRED", deferrable=True
        ),
        sa.PrimaryKeyConstraint("quote_id", name=op.f("pk_quote")),
    )
    op.create_index(op.f("ix_quote_item_id"), "quote", ["item_id"], unique=False)
    op.create_index(op.f("ix_quote_posting_sequence"), "quote", ["posting_sequence"], unique=False)
    op.create_index(op.f("ix_quote_request_id"), "quote", ["request_id"], unique=False)
    op.create_table(
        "routing_operation",
        sa.Column("routing_operation_id", LONG, autoincrement=False, nullable=False),
        sa.Column("item_id", LONG, nullable=False),
        sa.Column("operation_sequence", LONG, nullable=False, comment="count"),
        sa.Column("work_center_id", LONG, nullable=False),
        sa.Column("name", sa.Text(), server_default="", nullable=False),
        sa.Column("setup_minutes", LONG, server_default="0", nullable=False, comment="count"),
        sa.Column("run_seconds_per_unit", LONG, server_default="0", nullable=False, comment="count"),
        sa.Column("queue_days", LONG, server_default="0", nullable=False, comment="days"),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("posting_sequence", LONG, nullable=False),
        sa.ForeignKeyConstraint(
            ["item_id"], ["item.item_id"], name=op.f("fk_routing_operation_item_id"), initially="DEFERRED", deferrable=True
        ),
        sa.ForeignKeyConstraint(
            ["work_center_id"],
            ["work_center.work_center_id"],
            name=op.f("fk_routing_operation_work_center_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("routing_operation_id", name=op.f("pk_routing_operation")),
    )
    op.create_index(op.f("ix_routing_operation_item_id"), "routing_operation", ["item_id"], unique=False)
    op.create_index(op.f("ix_routing_operation_posting_sequence"), "routing_operation", ["posting_sequence"], unique=False)
    op.create_table(
        "sales_order_line",
        sa.Column("sales_order_line_id", LONG, autoincrement=False, nullable=False),
        sa.Column("sales_order_id", LONG, nullable=False),
        sa.Column("item_id", LONG, nullable=False),
        sa.Column("warehouse_id", LONG, nullable=False),
        sa.Column("ordered_quantity", LONG, nullable=False, comment="10^-6 base unit"),
        sa.Column("allocated_quantity", LONG, server_default="0", nullable=False, comment="10^-6 base unit"),
        sa.Column("shipped_quantity", LONG, server_default="0", nullable=False, comment="10^-6 base unit"),
        sa.Column("delivered_quantity", LONG, server_default="0", nullable=False, comment="10^-6 base unit"),
        sa.Column("returned_quantity", LONG, server_default="0", nullable=False, comment="10^-6 base unit"),
        sa.Column("cancelled_quantity", LONG, server_default="0", nullable=False, comment="10^-6 base unit"),
        sa.Column("cancel_reason", sa.Text(), nullable=True),
        sa.Column("cancelled_date", sa.Date(), nullable=True),
        sa.Column("unit_price", LONG, nullable=False, comment="10^-6 currency per base unit"),
        sa.Column("discount_ppm", LONG, server_default="0", nullable=False, comment="parts per million"),
        sa.Column("tax_rate_ppm", LONG, server_default="0", nullable=False, comment="parts per million"),
        sa.Column("line_total_micro", LONG, nullable=False, comment="10^-6 currency"),
        sa.Column("line_amount", LONG, nullable=False, comment="minor unit"),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("entered_quantity", LONG, nullable=True, comment="10^-6 base unit"),
        sa.Column("entered_unit_id", LONG, nullable=True),
        sa.Column("order_date", sa.Date(), nullable=False),
        sa.Column("requested_date", sa.Date(), nullable=False),
        sa.Column("first_promised_date", sa.Date(), nullable=True),
        sa.Column("last_promised_date", sa.Date(), nullable=True),
        sa.Column("status", sa.Text(), server_default="open", nullable=False),
        sa.Column("business_event_id", LONG, nullable=True),
        sa.Column("source_key", sa.Text(), nullable=True),
        sa.Column("posting_sequence", LONG, nullable=False),
        sa.CheckConstraint(
            "cancel_reason IS NULL OR cancel_reason IN ('no_stock', 'price', 'customer', 'credit', 'other')",
            name=op.f("ck_sales_order_line_cancel_reason_known"),
        ),
        sa.CheckConstraint(
            "status IN ('open', 'shipped', 'delivered', 'closed', 'cancelled')", name=op.f("ck_sales_order_line_status_known")
        ),
        sa.CheckConstraint("ordered_quantity > 0", name=op.f("ck_sales_order_line_ordered_positive")),
        sa.CheckConstraint(
            "shipped_quantity + cancelled_quantity <= ordered_quantity", name=op.f("ck_sales_order_line_not_over_shipped")
        ),
        sa.ForeignKeyConstraint(
            ["business_event_id"],
            ["business_event.business_event_id"],
            name=op.f("fk_sales_order_line_business_event_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["entered_unit_id"],
            ["unit_of_measure.unit_id"],
            name=op.f("fk_sales_order_line_entered_unit_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["item_id"], ["item.item_id"], name=op.f("fk_sales_order_line_item_id"), initially="DEFERRED", deferrable=True
        ),
        sa.ForeignKeyConstraint(
            ["sales_order_id"],
            ["sales_order.sales_order_id"],
            name=op.f("fk_sales_order_line_sales_order_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["warehouse_id"],
            ["warehouse.warehouse_id"],
            name=op.f("fk_sales_order_line_warehouse_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("sales_order_line_id", name=op.f("pk_sales_order_line")),
    )
    op.create_index(op.f("ix_sales_order_line_item_id"), "sales_order_line", ["item_id"], unique=False)
    op.create_index(op.f("ix_sales_order_line_posting_sequence"), "sales_order_line", ["posting_sequence"], unique=False)
    op.create_index(op.f("ix_sales_order_line_sales_order_id"), "sales_order_line", ["sales_order_id"], unique=False)
    op.create_table(
        "stock_balance",
        sa.Column("item_id", LONG, nullable=False),
        sa.Column("location_id", LONG, nullable=False),
        sa.Column("lot_id", LONG, nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("on_hand_quantity", LONG, server_default="0", nullable=False, comment="10^-6 base unit"),
        sa.Column("allocated_quantity", LONG, server_default="0", nullable=False, comment="10^-6 base unit"),
        sa.Column("is_physical", sa.Integer(), server_default="1", nullable=False),
        sa.Column("posting_sequence", LONG, nullable=False),
        sa.CheckConstraint("status IN ('available', 'quarantine', 'blocked')", name=op.f("ck_stock_balance_status_known")),
        sa.CheckConstraint("allocated_quantity >= 0", name=op.f("ck_stock_balance_allocated_not_negative")),
        sa.CheckConstraint(
            "is_physical = 0 OR allocated_quantity <= on_hand_quantity", name=op.f("ck_stock_balance_allocated_on_hand")
        ),
        sa.CheckConstraint("is_physical = 0 OR on_hand_quantity >= 0", name=op.f("ck_stock_balance_never_negative")),
        sa.ForeignKeyConstraint(
            ["item_id"], ["item.item_id"], name=op.f("fk_stock_balance_item_id"), initially="DEFERRED", deferrable=True
        ),
        sa.ForeignKeyConstraint(
            ["location_id"],
            ["location.location_id"],
            name=op.f("fk_stock_balance_location_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["lot_id"], ["lot.lot_id"], name=op.f("fk_stock_balance_lot_id"), initially="DEFERRED", deferrable=True
        ),
        sa.PrimaryKeyConstraint("item_id", "location_id", "lot_id", "status", name=op.f("pk_stock_balance")),
    )
    op.create_index("ix_stock_balance_location", "stock_balance", ["location_id"], unique=False)
    op.create_index(op.f("ix_stock_balance_posting_sequence"), "stock_balance", ["posting_sequence"], unique=False)
    op.create_table(
        "stocktake_line",
        sa.Column("stocktake_line_id", LONG, autoincrement=False, nullable=False),
        sa.Column("stocktake_id", LONG, nullable=False),
        sa.Column("item_id", LONG, nullable=False),
        sa.Column("location_id", LONG, nullable=False),
        sa.Column("lot_id", LONG, nullable=False),
        sa.Column("status", sa.Text(), server_default="available", nullable=False),
        sa.Column("book_quantity", LONG, nullable=False, comment="10^-6 base unit"),
        sa.Column("counted_quantity", LONG, nullable=True, comment="10^-6 base unit"),
        sa.Column("counter_id", LONG, nullable=True),
        sa.Column("cause_code", sa.Text(), nullable=True),
        sa.Column("is_recount", sa.Integer(), server_default="0", nullable=False),
        sa.Column("posting_sequence", LONG, nullable=False),
        sa.ForeignKeyConstraint(
            ["counter_id"], ["app_user.user_id"], name=op.f("fk_stocktake_line_counter_id"), initially="DEFERRED", deferrable=True
        ),
        sa.ForeignKeyConstraint(
            ["item_id"], ["item.item_id"], name=op.f("fk_stocktake_line_item_id"), initially="DEFERRED", deferrable=True
        ),
        sa.ForeignKeyConstraint(
            ["location_id"],
            ["location.location_id"],
            name=op.f("fk_stocktake_line_location_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["lot_id"], ["lot.lot_id"], name=op.f("fk_stocktake_line_lot_id"), initially="DEFERRED", deferrable=True
        ),
        sa.ForeignKeyConstraint(
            ["stocktake_id"],
            ["stocktake.stocktake_id"],
            name=op.f("fk_stocktake_line_stocktake_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("stocktake_line_id", name=op.f("pk_stocktake_line")),
    )
    op.create_index(op.f("ix_stocktake_line_posting_sequence"), "stocktake_line", ["posting_sequence"], unique=False)
    op.create_index(op.f("ix_stocktake_line_stocktake_id"), "stocktake_line", ["stocktake_id"], unique=False)
    op.create_table(
        "suggestion_decision",
        sa.Column("suggestion_decision_id", LONG, autoincrement=False, nullable=False),
        sa.Column("planned_order_id", sa.Text(), nullable=False),
        sa.Column("item_location_id", LONG, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("need_period", sa.Date(), nullable=False),
        sa.Column("ordinal", LONG, nullable=False),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("suggested_quantity", LONG, nullable=False, comment="10^-6 base unit"),
        sa.Column("decided_quantity", LONG, nullable=True, comment="10^-6 base unit"),
        sa.Column("until_date", sa.Date(), nullable=True),
        sa.Column("suggestion", sa.Text(), nullable=False),
        sa.Column("document_kind", sa.Text(), nullable=True),
        sa.Column("document_id", LONG, nullable=True),
        sa.Column("document_number", sa.Text(), nullable=True),
        sa.Column("decided_by_id", LONG, nullable=False),
        sa.Column("recorded_at", LONG, nullable=False, comment="microseconds UTC"),
        sa.Column("business_date", sa.Date(), nullable=False),
        sa.Column("is_current", LONG, nullable=False),
        sa.Column("posting_sequence", LONG, nullable=False),
        sa.CheckConstraint("decision IN ('approve', 'reject', 'snooze')", name=op.f("ck_suggestion_decision_decision_known")),
        sa.CheckConstraint("kind IN ('buy', 'make', 'transfer')", name=op.f("ck_suggestion_decision_kind_known")),
        sa.ForeignKeyConstraint(
            ["decided_by_id"],
            ["app_user.user_id"],
            name=op.f("fk_suggestion_decision_decided_by_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["item_location_id"],
            ["item_location.item_location_id"],
            name=op.f("fk_suggestion_decision_item_location_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("suggestion_decision_id", name=op.f("pk_suggestion_decision")),
    )
    op.create_index("ix_suggestion_decision_planned_order", "suggestion_decision", ["planned_order_id"], unique=False)
    op.create_index(op.f("ix_suggestion_decision_posting_sequence"), "suggestion_decision", ["posting_sequence"], unique=False)
    op.create_table(
        "supplier_invoice_line",
        sa.Column("supplier_invoice_line_id", LONG, autoincrement=False, nullable=False),
        sa.Column("invoice_number", sa.Text(), nullable=False),
        sa.Column("purchase_order_line_id", LONG, nullable=False),
        sa.Column("invoice_date", sa.Date(), nullable=False),
        sa.Column("quantity", LONG, nullable=False, comment="10^-6 base unit"),
        sa.Column("unit_price", LONG, nullable=False, comment="10^-6 currency per base unit"),
        sa.Column("landed_cost_amount", LONG, server_default="0", nullable=False, comment="minor unit"),
        sa.Column("line_amount", LONG, nullable=False, comment="minor unit"),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("exchange_rate_ppm", LONG, server_default="1000000", nullable=False, comment="parts per million"),
        sa.Column("posting_sequence", LONG, nullable=False),
        sa.ForeignKeyConstraint(
            ["purchase_order_line_id"],
            ["purchase_order_line.purchase_order_line_id"],
            name=op.f("fk_supplier_invoice_line_purchase_order_line_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("supplier_invoice_line_id", name=op.f("pk_supplier_invoice_line")),
    )
    op.create_index(
        op.f("ix_supplier_invoice_line_posting_sequence"), "supplier_invoice_line", ["posting_sequence"], unique=False
    )
    op.create_index(
        op.f("ix_supplier_invoice_line_purchase_order_line_id"), "supplier_invoice_line", ["purchase_order_line_id"], unique=False
    )
    op.create_table(
        "supplier_item_price",
        sa.Column("supplier_item_price_id", LONG, autoincrement=False, nullable=False),
        sa.Column("supplier_item_id", LONG, nullable=False),
        sa.Column("break_quantity", LONG, server_default="0", nullable=False, comment="10^-6 base unit"),
        sa.Column("unit_price", LONG, nullable=False, comment="10^-6 currency per base unit"),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("posting_sequence", LONG, nullable=False),
        sa.ForeignKeyConstraint(
            ["supplier_item_id"],
            ["supplier_item.supplier_item_id"],
            name=op.f("fk_supplier_item_price_supplier_item_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("supplier_item_price_id", name=op.f("pk_supplier_item_price")),
    )
    op.create_index(op.f("ix_supplier_item_price_posting_sequence"), "supplier_item_price", ["posting_sequence"], unique=False)
    op.create_index(op.f("ix_supplier_item_price_supplier_item_id"), "supplier_item_price", ["supplier_item_id"], unique=False)
    op.create_table(
        "transfer_order_line",
        sa.Column("transfer_order_line_id", LONG, autoincrement=False, nullable=False),
        sa.Column("transfer_order_id", LONG, nullable=False),
        sa.Column("item_id", LONG, nullable=False),
        sa.Column("ordered_quantity", LONG, nullable=False, comment="10^-6 base unit"),
        sa.Column("shipped_quantity", LONG, server_default="0", nullable=False, comment="10^-6 base unit"),
        sa.Column("received_quantity", LONG, server_default="0", nullable=False, comment="10^-6 base unit"),
        sa.Column("cancelled_quantity", LONG, server_default="0", nullable=False, comment="10^-6 base unit"),
        sa.Column("shipped_date", sa.Date(), nullable=True),
        sa.Column("received_date", sa.Date(), nullable=True),
        sa.Column("posting_sequence", LONG, nullable=False),
        sa.ForeignKeyConstraint(
            ["item_id"], ["item.item_id"], name=op.f("fk_transfer_order_line_item_id"), initially="DEFERRED", deferrable=True
        ),
        sa.ForeignKeyConstraint(
            ["transfer_order_id"],
            ["transfer_order.transfer_order_id"],
            name=op.f("fk_transfer_order_line_transfer_order_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("transfer_order_line_id", name=op.f("pk_transfer_order_line")),
    )
    op.create_index(op.f("ix_transfer_order_line_posting_sequence"), "transfer_order_line", ["posting_sequence"], unique=False)
    op.create_index(op.f("ix_transfer_order_line_transfer_order_id"), "transfer_order_line", ["transfer_order_id"], unique=False)
    op.create_table(
        "value_entry",
        sa.Column("value_entry_id", LONG, autoincrement=False, nullable=False),
        sa.Column("entry_kind", sa.Text(), nullable=False),
        sa.Column("item_id", LONG, nullable=True),
        sa.Column("from_location_id", LONG, nullable=False),
        sa.Column("to_location_id", LONG, nullable=False),
        sa.Column("amount", LONG, nullable=False, comment="minor unit"),
        sa.Column("document_kind", sa.Text(), nullable=False),
        sa.Column("document_id", LONG, nullable=False),
        sa.Column("document_line_id", LONG, nullable=True),
        sa.Column("business_date", sa.Date(), nullable=False),
        sa.Column("posting_sequence", LONG, nullable=False),
        sa.CheckConstraint(
            "entry_kind IN ('rounding', 'production_variance', 'price_difference', 'backdated_cost', 'labour', 'revaluation')",
            name=op.f("ck_value_entry_entry_kind_known"),
        ),
        sa.ForeignKeyConstraint(
            ["from_location_id"],
            ["location.location_id"],
            name=op.f("fk_value_entry_from_location_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["item_id"], ["item.item_id"], name=op.f("fk_value_entry_item_id"), initially="DEFERRED", deferrable=True
        ),
        sa.ForeignKeyConstraint(
            ["to_location_id"],
            ["location.location_id"],
            name=op.f("fk_value_entry_to_location_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("value_entry_id", name=op.f("pk_value_entry")),
    )
    op.create_index(op.f("ix_value_entry_posting_sequence"), "value_entry", ["posting_sequence"], unique=False)
    op.create_table(
        "work_order",
        sa.Column("work_order_id", LONG, autoincrement=False, nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("item_id", LONG, nullable=False),
        sa.Column("warehouse_id", LONG, nullable=False),
        sa.Column("bom_id", LONG, nullable=True),
        sa.Column("ordered_quantity", LONG, nullable=False, comment="10^-6 base unit"),
        sa.Column("completed_quantity", LONG, server_default="0", nullable=False, comment="10^-6 base unit"),
        sa.Column("scrapped_quantity", LONG, server_default="0", nullable=False, comment="10^-6 base unit"),
        sa.Column("scrap_reason_id", LONG, nullable=True),
        sa.Column("order_date", sa.Date(), nullable=False),
        sa.Column("planned_start_date", sa.Date(), nullable=False),
        sa.Column("due_date", sa.Date(), nullable=False),
        sa.Column("released_date", sa.Date(), nullable=True),
        sa.Column("actual_start_date", sa.Date(), nullable=True),
        sa.Column("actual_end_date", sa.Date(), nullable=True),
        sa.Column("lot_id", LONG, nullable=True),
        sa.Column("status", sa.Text(), server_default="released", nullable=False),
        sa.Column("wip_amount", LONG, server_default="0", nullable=False, comment="minor unit"),
        sa.Column("is_rush", sa.Integer(), server_default="0", nullable=False),
        sa.Column("origin_planned_order_id", sa.Text(), nullable=True),
        sa.Column("source_key", sa.Text(), nullable=True),
        sa.Column("posting_sequence", LONG, nullable=False),
        sa.CheckConstraint(
            "status IN ('planned', 'released', 'in_progress', 'completed', 'closed', 'cancelled')",
            name=op.f("ck_work_order_status_known"),
        ),
        sa.CheckConstraint("ordered_quantity > 0", name=op.f("ck_work_order_ordered_positive")),
        sa.ForeignKeyConstraint(
            ["bom_id"], ["bill_of_materials.bom_id"], name=op.f("fk_work_order_bom_id"), initially="DEFERRED", deferrable=True
        ),
        sa.ForeignKeyConstraint(
            ["item_id"], ["item.item_id"], name=op.f("fk_work_order_item_id"), initially="DEFERRED", deferrable=True
        ),
        sa.ForeignKeyConstraint(
            ["lot_id"], ["lot.lot_id"], name=op.f("fk_work_order_lot_id"), initially="DEFERRED", deferrable=True
        ),
        sa.ForeignKeyConstraint(
            ["scrap_reason_id"],
            ["scrap_reason.scrap_reason_id"],
            name=op.f("fk_work_order_scrap_reason_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["warehouse_id"],
            ["warehouse.warehouse_id"],
            name=op.f("fk_work_order_warehouse_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("work_order_id", name=op.f("pk_work_order")),
        sa.UniqueConstraint("number", name=op.f("uq_work_order_number")),
        sa.UniqueConstraint("origin_planned_order_id", name=op.f("uq_work_order_origin_planned_order_id")),
    )
    op.create_index(op.f("ix_work_order_item_id"), "work_order", ["item_id"], unique=False)
    op.create_index(op.f("ix_work_order_posting_sequence"), "work_order", ["posting_sequence"], unique=False)
    op.create_table(
        "customer_return_line",
        sa.Column("customer_return_line_id", LONG, autoincrement=False, nullable=False),
        sa.Column("customer_return_id", LONG, nullable=False),
        sa.Column("sales_order_line_id", LONG, nullable=True),
        sa.Column("item_id", LONG, nullable=False),
        sa.Column("lot_id", LONG, nullable=False),
        sa.Column("location_id", LONG, nullable=False),
        sa.Column("quantity", LONG, nullable=False, comment="10^-6 base unit"),
        sa.Column("return_reason_id", LONG, nullable=False),
        sa.Column("disposition", sa.Text(), server_default="quarantine", nullable=False),
        sa.Column("refund_amount", LONG, server_default="0", nullable=False, comment="minor unit"),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("posting_sequence", LONG, nullable=False),
        sa.CheckConstraint(
            "disposition IN ('restock', 'quarantine', 'scrap')", name=op.f("ck_customer_return_line_disposition_known")
        ),
        sa.ForeignKeyConstraint(
            ["customer_return_id"],
            ["customer_return.customer_return_id"],
            name=op.f("fk_customer_return_line_customer_return_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["item_id"], ["item.item_id"], name=op.f("fk_customer_return_line_item_id"), initially="DEFERRED", deferrable=True
        ),
        sa.ForeignKeyConstraint(
            ["location_id"],
            ["location.location_id"],
            name=op.f("fk_customer_return_line_location_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["lot_id"], ["lot.lot_id"], name=op.f("fk_customer_return_line_lot_id"), initially="DEFERRED", deferrable=True
        ),
        sa.ForeignKeyConstraint(
            ["return_reason_id"],
            ["return_reason.return_reason_id"],
            name=op.f("fk_customer_return_line_return_reason_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["sales_order_line_id"],
            ["sales_order_line.sales_order_line_id"],
            name=op.f("fk_customer_return_line_sales_order_line_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("customer_return_line_id", name=op.f("pk_customer_return_line")),
    )
    op.create_index(
        op.f("ix_customer_return_line_customer_return_id"), "customer_return_line", ["customer_return_id"], unique=False
    )
    op.create_index(op.f("ix_customer_return_line_posting_sequence"), "customer_return_line", ["posting_sequence"], unique=False)
    op.create_index(
        op.f("ix_customer_return_line_sales_order_line_id"), "customer_return_line", ["sales_order_line_id"], unique=False
    )
    op.create_table(
        "promise_peg",
        sa.Column("promise_peg_id", LONG, autoincrement=False, nullable=False),
        sa.Column("sales_order_line_id", LONG, nullable=False),
        sa.Column("supply_kind", sa.Text(), nullable=False),
        sa.Column("supply_id", LONG, nullable=True),
        sa.Column("quantity", LONG, nullable=False, comment="10^-6 base unit"),
        sa.Column("expected_date", sa.Date(), nullable=False),
        sa.Column("promised_date", sa.Date(), nullable=False),
        sa.Column("business_date", sa.Date(), nullable=False),
        sa.Column("posting_sequence", LONG, nullable=False),
        sa.CheckConstraint(
            "supply_kind IN ('stock', 'purchase_order_line', 'work_order', 'transfer_order_line', 'planned', 'none')",
            name=op.f("ck_promise_peg_supply_kind_known"),
        ),
        sa.ForeignKeyConstraint(
            ["sales_order_line_id"],
            ["sales_order_line.sales_order_line_id"],
            name=op.f("fk_promise_peg_sales_order_line_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("promise_peg_id", name=op.f("pk_promise_peg")),
    )
    op.create_index(op.f("ix_promise_peg_posting_sequence"), "promise_peg", ["posting_sequence"], unique=False)
    op.create_index(op.f("ix_promise_peg_sales_order_line_id"), "promise_peg", ["sales_order_line_id"], unique=False)
    op.create_table(
        "shipment_line",
        sa.Column("shipment_line_id", LONG, autoincrement=False, nullable=False),
        sa.Column("shipment_id", LONG, nullable=False),
        sa.Column("sales_order_line_id", LONG, nullable=False),
        sa.Column("item_id", LONG, nullable=False),
        sa.Column("lot_id", LONG, nullable=False),
        sa.Column("location_id", LONG, nullable=False),
        sa.Column("quantity", LONG, nullable=False, comment="10^-6 base unit"),
        sa.Column("picked_date", sa.Date(), nullable=True),
        sa.Column("posting_sequence", LONG, nullable=False),
        sa.ForeignKeyConstraint(
            ["item_id"], ["item.item_id"], name=op.f("fk_shipment_line_item_id"), initially="DEFERRED", deferrable=True
        ),
        sa.ForeignKeyConstraint(
            ["location_id"],
            ["location.location_id"],
            name=op.f("fk_shipment_line_location_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["lot_id"], ["lot.lot_id"], name=op.f("fk_shipment_line_lot_id"), initially="DEFERRED", deferrable=True
        ),
        sa.ForeignKeyConstraint(
            ["sales_order_line_id"],
            ["sales_order_line.sales_order_line_id"],
            name=op.f("fk_shipment_line_sales_order_line_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["shipment_id"],
            ["shipment.shipment_id"],
            name=op.f("fk_shipment_line_shipment_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("shipment_line_id", name=op.f("pk_shipment_line")),
    )
    op.create_index(op.f("ix_shipment_line_posting_sequence"), "shipment_line", ["posting_sequence"], unique=False)
    op.create_index(op.f("ix_shipment_line_sales_order_line_id"), "shipment_line", ["sales_order_line_id"], unique=False)
    op.create_index(op.f("ix_shipment_line_shipment_id"), "shipment_line", ["shipment_id"], unique=False)
    op.create_table(
        "work_order_component",
        sa.Column("work_order_component_id", LONG, autoincrement=False, nullable=False),
        sa.Column("work_order_id", LONG, nullable=False),
        sa.Column("item_id", LONG, nullable=False),
        sa.Column("required_quantity", LONG, nullable=False, comment="10^-6 base unit"),
        sa.Column("issued_quantity", LONG, server_default="0", nullable=False, comment="10^-6 base unit"),
        sa.Column("required_date", sa.Date(), nullable=False),
        sa.Column("issued_date", sa.Date(), nullable=True),
        sa.Column("available_date", sa.Date(), nullable=True),
        sa.Column("posting_sequence", LONG, nullable=False),
        sa.ForeignKeyConstraint(
            ["item_id"], ["item.item_id"], name=op.f("fk_work_order_component_item_id"), initially="DEFERRED", deferrable=True
        ),
        sa.ForeignKeyConstraint(
            ["work_order_id"],
            ["work_order.work_order_id"],
            name=op.f("fk_work_order_component_work_order_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("work_order_component_id", name=op.f("pk_work_order_component")),
    )
    op.create_index(op.f("ix_work_order_component_item_id"), "work_order_component", ["item_id"], unique=False)
    op.create_index(op.f("ix_work_order_component_posting_sequence"), "work_order_component", ["posting_sequence"], unique=False)
    op.create_index(op.f("ix_work_order_component_work_order_id"), "work_order_component", ["work_order_id"], unique=False)
    op.create_table(
        "work_order_operation",
        sa.Column("work_order_operation_id", LONG, autoincrement=False, nullable=False),
        sa.Column("work_order_id", LONG, nullable=False),
        sa.Column("operation_sequence", LONG, nullable=False, comment="count"),
        sa.Column("work_center_id", LONG, nullable=False),
        sa.Column("scheduled_start_date", sa.Date(), nullable=False),
        sa.Column("scheduled_end_date", sa.Date(), nullable=False),
        sa.Column("actual_start_date", sa.Date(), nullable=True),
        sa.Column("actual_end_date", sa.Date(), nullable=True),
        sa.Column("actual_minutes", LONG, nullable=True),
        sa.Column("planned_cost", LONG, nullable=True, comment="10^-6 currency per base unit"),
        sa.Column("actual_cost", LONG, nullable=True, comment="10^-6 currency per base unit"),
        sa.Column("posting_sequence", LONG, nullable=False),
        sa.ForeignKeyConstraint(
            ["work_center_id"],
            ["work_center.work_center_id"],
            name=op.f("fk_work_order_operation_work_center_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["work_order_id"],
            ["work_order.work_order_id"],
            name=op.f("fk_work_order_operation_work_order_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("work_order_operation_id", name=op.f("pk_work_order_operation")),
    )
    op.create_index(op.f("ix_work_order_operation_posting_sequence"), "work_order_operation", ["posting_sequence"], unique=False)
    op.create_index(op.f("ix_work_order_operation_work_order_id"), "work_order_operation", ["work_order_id"], unique=False)
