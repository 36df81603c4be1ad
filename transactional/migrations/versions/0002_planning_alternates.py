"""What may stand in for a component, the second way of getting an item, suppliers' shares and release fences."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

LONG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Forward only: ledger tables change by ADD COLUMN."""
    op.create_table(
        "component_substitute",
        sa.Column("component_substitute_id", LONG, autoincrement=False, nullable=False),
        sa.Column("parent_item_id", LONG, nullable=True),
        sa.Column("component_item_id", LONG, nullable=False),
        sa.Column("substitute_item_id", LONG, nullable=False),
        sa.Column("component_quantity", LONG, server_default="1000000", nullable=False, comment="10^-6 base unit"),
        sa.Column("substitute_quantity", LONG, server_default="1000000", nullable=False, comment="10^-6 base unit"),
        sa.Column("priority", LONG, server_default="1", nullable=False, comment="count"),
        sa.Column("is_use_up", sa.Integer(), server_default="0", nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("posting_sequence", LONG, nullable=False),
        sa.CheckConstraint("component_quantity > 0 AND substitute_quantity > 0", name=op.f("ck_component_substitute_positive")),
        sa.CheckConstraint("component_item_id <> substitute_item_id", name=op.f("ck_component_substitute_another_item")),
        *[
            sa.ForeignKeyConstraint(
                [column],
                ["item.item_id"],
                name=op.f(f"fk_component_substitute_{column}"),
                initially="DEFERRED",
                deferrable=True,
            )
            for column in ("parent_item_id", "component_item_id", "substitute_item_id")
        ],
        sa.PrimaryKeyConstraint("component_substitute_id", name=op.f("pk_component_substitute")),
    )
    for column in ("component_item_id", "posting_sequence"):
        op.create_index(op.f(f"ix_component_substitute_{column}"), "component_substitute", [column], unique=False)
    for table in ("item_location", "item_location_version"):
        op.add_column(table, sa.Column("alternate_procurement", sa.Text(), nullable=True))
        op.add_column(table, sa.Column("alternate_rule", sa.Text(), server_default="priority", nullable=False))
        op.add_column(table, sa.Column("alternate_lead_time_days", LONG, nullable=True, comment="days"))
    for table in ("supplier", "supplier_version"):
        op.add_column(table, sa.Column("release_fence_days", LONG, server_default="0", nullable=False, comment="days"))
    op.add_column("supplier_item", sa.Column("quota_ppm", LONG, nullable=True, comment="parts per million"))
