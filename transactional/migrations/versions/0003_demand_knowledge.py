"""What people know about demand: adjusted and borrowed history, overrides of groups, what sales expects, who told of an event."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy import Column

revision = "0003"
down_revision = "0002"

LONG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
QUANTITY, MINOR, PPM = "10^-6 base unit", "minor unit", "parts per million"


def upgrade() -> None:
    """Forward only: ledger tables change by ADD COLUMN."""
    _create(
        "demand_adjustment",
        _reference("item_location_id", "item_location"),
        sa.Column("demand_date", sa.Date(), nullable=False),
        _number("adjustment_quantity", QUANTITY, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        *_authored(),
        sa.Column("is_current", sa.Integer(), server_default="1", nullable=False),
        checks={
            "kind_known": "kind IN ('outlier', 'one_off', 'return', 'lost_sale')",
            "adjusts_something": "adjustment_quantity <> 0",
        },
        indexed="item_location_id",
    )
    _create(
        "demand_reference",
        _reference("item_location_id", "item_location"),
        _reference("reference_item_location_id", "item_location"),
        _number("factor_ppm", PPM, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("until_date", sa.Date(), nullable=True),
        *_authored(),
        sa.Column("is_current", sa.Integer(), server_default="1", nullable=False),
        checks={
            "another_series": "item_location_id <> reference_item_location_id",
            "factor_positive": "factor_ppm > 0",
        },
        indexed="item_location_id",
    )
    _create(
        "forecast_group_override",
        sa.Column("level", sa.Text(), nullable=False),
        _reference("item_id", "item", nullable=True),
        _reference("category_id", "item_category", nullable=True),
        _reference("warehouse_id", "warehouse", nullable=True),
        sa.Column("frequency", sa.Text(), nullable=False),
        sa.Column("period_start", sa.Date(), nullable=False),
        _number("override_quantity", QUANTITY),
        _number("override_amount", MINOR),
        _number("change_ppm", PPM),
        _number("baseline_amount", MINOR),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("until_date", sa.Date(), nullable=True),
        *_authored(),
        checks={
            "level_known": "level IN ('item', 'category', 'warehouse', 'category_warehouse', 'company')",
            "frequency_known": "frequency IN ('week', 'month')",
        },
    )
    _create(
        "sales_expectation",
        sa.Column("kind", sa.Text(), nullable=False),
        _reference("customer_id", "customer", nullable=True),
        _reference("category_id", "item_category", nullable=True),
        _reference("item_id", "item", nullable=True),
        _reference("warehouse_id", "warehouse", nullable=True),
        sa.Column("first_period", sa.Date(), nullable=False),
        sa.Column("last_period", sa.Date(), nullable=False),
        _number("quantity", QUANTITY),
        _number("amount", MINOR),
        _number("change_ppm", PPM),
        _number("probability_ppm", PPM, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("until_date", sa.Date(), nullable=True),
        *_authored(),
        sa.Column("is_withdrawn", sa.Integer(), server_default="0", nullable=False),
        checks={"kind_known": "kind IN ('deal', 'driver')"},
    )
    op.add_column("business_event", sa.Column("is_withdrawn", sa.Integer(), server_default="0", nullable=False))
    op.add_column("business_event", sa.Column("author_id", LONG, nullable=True))
    op.add_column("business_event", sa.Column("recorded_at", LONG, nullable=True, comment="microseconds UTC"))


def _number(name: str, note: str, nullable: bool = True) -> Column[Any]:
    return sa.Column(name, LONG, nullable=nullable, comment=note)


def _reference(name: str, target: str, nullable: bool = False) -> Column[Any]:
    key = {"app_user": "user_id", "item_category": "category_id"}.get(target, f"{target}_id")
    constraint = sa.ForeignKey(f"{target}.{key}", name="to_be_named", deferrable=True, initially="DEFERRED")
    return sa.Column(name, LONG, constraint, nullable=nullable)


def _authored() -> list[Column[Any]]:
    return [
        _reference("author_id", "app_user"),
        sa.Column("recorded_at", LONG, nullable=False, comment="microseconds UTC"),
        sa.Column("business_date", sa.Date(), nullable=False),
    ]


def _create(table: str, *columns: Column[Any], checks: dict[str, str], indexed: str | None = None) -> None:
    for column in columns:
        for constraint in column.foreign_keys:
            constraint.name = op.f(f"fk_{table}_{column.name}")
    op.create_table(
        table,
        sa.Column(f"{table}_id", LONG, autoincrement=False, nullable=False),
        *columns,
        sa.Column("posting_sequence", LONG, nullable=False),
        *[sa.CheckConstraint(rule, name=op.f(f"ck_{table}_{name}")) for name, rule in checks.items()],
        sa.PrimaryKeyConstraint(f"{table}_id", name=op.f(f"pk_{table}")),
    )
    for name in ("posting_sequence", *([indexed] if indexed else [])):
        op.create_index(op.f(f"ix_{table}_{name}"), table, [name], unique=False)
