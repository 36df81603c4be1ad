"""The tables follow the house rules, and the migrations arrive at exactly these tables."""

from __future__ import annotations

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Float, Numeric

from transactional import Ledger
from transactional.migrations import HEAD, configuration
from transactional.migrations.guards import missing_guards
from transactional.schema import NOT_INGESTED, metadata


def test_no_column_of_the_ledger_is_a_float_or_a_numeric() -> None:
    """SQLite would store either as REAL and lose digits."""
    wrong = [str(c) for t in metadata.tables.values() for c in t.columns if isinstance(c.type, (Numeric, Float))]

    assert wrong == []


def test_every_ingested_table_carries_the_posting_sequence() -> None:
    """Ingest reads by it."""
    wrong = [name for name, table in metadata.tables.items() if name not in NOT_INGESTED and "posting_sequence" not in table.c]

    assert wrong == []


def test_names_tell_the_unit() -> None:
    """`*_id` and `*_date` columns hold ids and dates; quantities and amounts are whole numbers."""
    for table in metadata.tables.values():
        for column in table.columns:
            if column.name.endswith("_date"):
                assert str(column.type) == "DATE", f"{table.name}.{column.name}"
            if column.name.endswith(("_quantity", "_amount", "_micro", "_ppm", "_days", "_at")):
                assert str(column.type) == "BIGINT", f"{table.name}.{column.name}"


def test_migrations_arrive_at_the_tables_of_the_schema(ledger: Ledger) -> None:
    """A fresh database made by the migrations differs in nothing from the metadata."""
    with ledger.store.reading() as session:
        context = MigrationContext.configure(session.connection, opts={"compare_type": True})
        differences = compare_metadata(context, metadata)

    assert differences == []


def test_the_known_head_is_the_newest_revision() -> None:
    """`open_ledger` compares with a constant instead of reading the scripts."""
    assert ScriptDirectory.from_config(configuration()).get_current_head() == HEAD


def test_every_guard_exists_after_migrating(ledger: Ledger) -> None:
    """Batch migrations drop triggers silently; the guards are made again each time."""
    with ledger.store.reading() as session:
        assert missing_guards(session) == []
