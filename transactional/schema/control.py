"""Who owns this ledger, who may do what, what was posted, and what changed when?"""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, Index, Table, UniqueConstraint

from transactional.schema.columns import (
    LONG,
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

company = Table(
    "company",
    metadata,
    key("company_id"),
    text_("code", unique=True),
    text_("name"),
    text_("name_zh"),
    text_("currency"),
    Column("minor_digits", LONG, nullable=False),
    text_("time_zone"),
    # The company clock: what the ledger calls today. Calculations never read the wall clock.
    date_("today"),
    text_("source", default="entered"),  # 'entered', 'demo', or the name of the imported source
    Column("demo_seed", LONG, nullable=True),
    date_("demo_end_date", nullable=True),
    posting(),
    one_of("source", "entered", "demo", "import"),
)

app_user = Table(
    "app_user",
    metadata,
    key("user_id"),
    text_("login", unique=True),
    text_("name"),
    text_("name_zh"),
    text_("role"),
    text_("language", default="en"),
    # scrypt, salt and parameters in one text; never ingested.
    text_("password_hash"),
    flag("is_active", default=True),
    posting(),
    one_of(
        "role",
        "admin",
        "manager",
        "planner",
        "buyer",
        "sales",
        "warehouse",
        "production",
        "finance",
        "viewer",
        "system",
    ),
)

number_series = Table(
    "number_series",
    metadata,
    # Gap-free legal numbers: one counter per document kind, taken inside the transaction.
    Column("document_kind", text_("x").type, primary_key=True),
    text_("prefix"),
    Column("next_number", LONG, nullable=False),
)

id_block = Table(
    "id_block",
    metadata,
    # SQLite's counters for row ids and postings; PostgreSQL uses the sequences of the same names.
    Column("name", text_("x").type, primary_key=True),
    Column("next_value", LONG, nullable=False),
)

posting_log = Table(
    "posting",
    metadata,
    # One row per accepted command.
    Column("posting_sequence", LONG, primary_key=True, autoincrement=False),
    text_("command_id", unique=True),
    text_("command_kind"),
    text_("content_hash"),
    reference("actor_id", "app_user.user_id"),
    text_("source"),
    date_("business_date", index=True),
    instant("recorded_at"),
    # What the first answer was, as JSON; a retry gets it again.
    text_("answer"),
)

document_event = Table(
    "document_event",
    metadata,
    key("event_id"),
    posting(),
    text_("document_kind"),
    Column("document_id", LONG, nullable=False),
    Column("line_id", LONG, nullable=True),
    # Past tense: ordered, promised, allocated, released, picked, shipped, delivered, signed, received, accepted, rejected,
    # inspected, issued, started, completed, scrapped, closed, cancelled, returned, counted, changed, approved ...
    text_("event_kind"),
    quantity("quantity", nullable=True),
    date_("business_date"),
    instant("recorded_at"),
    reference("actor_id", "app_user.user_id"),
    text_("command_id"),
    text_("old_value", nullable=True),
    text_("new_value", nullable=True),
    Index("ix_document_event_document", "document_kind", "document_id"),
)

setting = Table(
    "setting",
    metadata,
    # Rates and targets people edit: carrying rate, penalty per day, KPI targets, service level.
    key("setting_id"),
    text_("name"),
    text_("scope", default=""),  # '' = company, else e.g. 'category:12'
    text_("value"),
    text_("source_note", default=""),
    posting(),
    UniqueConstraint("name", "scope"),
)

setting_version = Table(
    "setting_version",
    metadata,
    key("setting_version_id"),
    reference("setting_id", "setting.setting_id"),
    text_("name"),
    text_("scope"),
    text_("value"),
    text_("source_note"),
    date_("business_date"),
    instant("recorded_at"),
    reference("actor_id", "app_user.user_id"),
    posting(),
)

calendar_day = Table(
    "calendar_day",
    metadata,
    # Days that differ from Monday-to-Friday: holidays, make-up working days, plant shutdowns.
    key("calendar_day_id"),
    text_("calendar_code"),  # 'own' or 'supplier:<id>'
    date_("date"),
    flag("is_working"),
    text_("name", default=""),
    text_("name_zh", default=""),
    posting(),
    UniqueConstraint("calendar_code", "date"),
    CheckConstraint("is_working IN (0, 1)", name="is_working_known"),
)

business_event = Table(
    "business_event",
    metadata,
    # Known causes of demand: promotions, festivals, campaigns (618, Double 11); forecasting reads them as regressors.
    key("business_event_id"),
    text_("kind"),
    text_("name"),
    text_("name_zh", default=""),
    date_("start_date"),
    date_("end_date"),
    reference("item_id", "item.item_id", nullable=True),
    reference("category_id", "item_category.category_id", nullable=True),
    Column("discount_ppm", LONG, nullable=True),
    posting(),
    # 1: it did not take place, or was told wrongly; a document_event says who withdrew it and why.
    flag("is_withdrawn"),
    # Null where it was told before this was kept.
    Column("author_id", LONG, nullable=True),
    instant("recorded_at", nullable=True),
    one_of("kind", "promotion", "festival", "campaign", "project", "other"),
)
