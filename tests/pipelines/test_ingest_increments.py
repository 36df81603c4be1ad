"""Ingest takes every posting once, as it was typed, and nothing twice."""

from __future__ import annotations

from datetime import date, datetime

import duckdb
import pytest

from kernel.errors import Refused, Unavailable
from pipelines.ingest import ingest, ingest_state
from pipelines.ingest.tables import raw_tables
from tests.pipelines.conftest import items

NOON = datetime(2026, 3, 2, 12)


def raw(warehouse: duckdb.DuckDBPyConnection, table: str, columns: str) -> list[tuple[object, ...]]:
    return warehouse.execute(f"SELECT {columns} FROM raw.{table} ORDER BY ALL").fetchall()


def test_a_second_ingest_brings_only_what_was_posted_since(sqlite_rows, warehouse):
    sqlite_rows.post(item=items(1, 2))
    first = ingest(warehouse, sqlite_rows.url, now=NOON)
    sqlite_rows.post(item=items(3, 1))
    second = ingest(warehouse, sqlite_rows.url, now=NOON)

    assert first.watermark == 1
    assert first.rows["item"] == 2
    assert second.rows == {"item": 1, "posting": 1}
    assert raw(warehouse, "item", "item_id, _batch_id") == [(1, 1), (2, 1), (3, 2)]
    assert ingest_state(warehouse).watermark == 2


def test_an_unchanged_ledger_brings_nothing(sqlite_rows, warehouse):
    sqlite_rows.post(item=items(1, 1))
    ingest(warehouse, sqlite_rows.url)

    assert ingest(warehouse, sqlite_rows.url).rows == {}


def test_a_changed_row_appears_again_and_the_old_one_stays(sqlite_rows, warehouse):
    sqlite_rows.post(item=items(1, 1))
    ingest(warehouse, sqlite_rows.url)
    sqlite_rows.change("UPDATE item SET name = 'New', posting_sequence = :s")
    ingest(warehouse, sqlite_rows.url)

    assert raw(warehouse, "item", "name, posting_sequence") == [("Item 1", 1), ("New", 2)]


def test_a_column_that_starts_with_70000_nulls_keeps_its_type(sqlite_rows, warehouse):
    late = date(2030, 1, 31)
    sqlite_rows.post(item=items(1, 70_000))
    sqlite_rows.post(item=items(70_001, 1, first_sale_date=late, standard_cost=7))
    ingest(warehouse, sqlite_rows.url)

    assert [(late, 7)] == raw(warehouse, "item WHERE item_id = 70001", "first_sale_date, standard_cost")
    assert warehouse.execute("SELECT count(*) FROM raw.item WHERE first_sale_date IS NULL").fetchall()[0][0] == 70_000


def test_empty_tables_have_the_types_of_the_ledger(sqlite_rows, warehouse):
    sqlite_rows.post()
    ingest(warehouse, sqlite_rows.url)

    kinds = warehouse.execute(
        "SELECT column_name, data_type FROM information_schema.columns WHERE table_schema = 'raw' AND table_name = 'shipment'"
    ).fetchall()
    assert {"shipment_id": "BIGINT", "shipped_date": "DATE", "region": "VARCHAR", "_ingested_at": "TIMESTAMP"}.items() <= dict(
        kinds
    ).items()
    assert raw(warehouse, "shipment", "count(*)") == [(0,)]


def test_text_that_looks_like_numbers_or_dates_stays_text(sqlite_rows, warehouse):
    sqlite_rows.post(item=[*items(1, 1, name="007"), *items(2, 1, name="2026-01-01"), *items(3, 1, name="")])
    ingest(warehouse, sqlite_rows.url)

    assert raw(warehouse, "item", "name") == [("",), ("007",), ("2026-01-01",)]


def test_the_largest_integers_arrive_exactly(sqlite_rows, warehouse):
    sqlite_rows.post(item=items(1, 1, standard_cost=10**18, list_price=-(10**18) - 1))
    ingest(warehouse, sqlite_rows.url)

    assert raw(warehouse, "item", "standard_cost, list_price") == [(10**18, -(10**18) - 1)]


def test_passwords_and_machinery_stay_in_the_ledger(sqlite_rows, warehouse):
    sqlite_rows.post()
    ingest(warehouse, sqlite_rows.url)

    names = {name for (name,) in warehouse.execute("SELECT column_name FROM information_schema.columns").fetchall()}
    tables = {name for (name,) in warehouse.execute("SELECT table_name FROM information_schema.tables").fetchall()}
    assert "password_hash" not in names
    assert not {"id_block", "number_series", "inbox_state"} & tables
    assert {table.name for table in raw_tables()} <= tables


def test_a_failed_ingest_leaves_the_state_before_it(sqlite_rows, warehouse):
    sqlite_rows.post(item=items(1, 1))
    ingest(warehouse, sqlite_rows.url)
    sqlite_rows.post(item=items(2, 1))
    with sqlite_rows.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE item SET first_sale_date = 'no date' WHERE item_id = 2")

    with pytest.raises((duckdb.Error, OSError, Unavailable)):
        ingest(warehouse, sqlite_rows.url)
    assert ingest_state(warehouse).watermark == 1
    assert raw(warehouse, "posting", "posting_sequence") == [(1,)]


def test_a_restored_ledger_is_read_anew(sqlite_rows, warehouse):
    sqlite_rows.post(item=items(1, 3))
    sqlite_rows.post()
    ingest(warehouse, sqlite_rows.url)
    with sqlite_rows.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM item WHERE item_id = 3")
        connection.exec_driver_sql("UPDATE posting SET command_id = 'other' WHERE posting_sequence = 2")
    result = ingest(warehouse, sqlite_rows.url)

    assert result.is_rebuilt
    assert raw(warehouse, "item", "item_id") == [(1,), (2,)]


def test_a_column_the_ledger_gained_is_filled_for_old_rows_too(sqlite_rows, warehouse):
    sqlite_rows.post(item=items(1, 2, list_price=5))
    ingest(warehouse, sqlite_rows.url)
    warehouse.execute("ALTER TABLE raw.item DROP COLUMN list_price")
    ingest(warehouse, sqlite_rows.url)

    assert raw(warehouse, "item", "item_id, list_price") == [(1, 5), (2, 5)]


def test_a_ledger_without_a_company_is_refused_with_the_next_step(sqlite_rows, warehouse):
    with pytest.raises(Refused) as refusal:
        ingest(warehouse, sqlite_rows.url)
    assert "throughline demo" in refusal.value.text("zh")


def test_a_missing_ledger_is_said_so(tmp_path, warehouse):
    with pytest.raises(Unavailable):
        ingest(warehouse, str(tmp_path / "nowhere.db"))
