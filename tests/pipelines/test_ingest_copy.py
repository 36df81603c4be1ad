"""The warehouse copy equals the ledger, whichever database holds it, and a single wrong value is found."""

from __future__ import annotations

from datetime import date

import pyarrow as pa
import pytest

from kernel.errors import Unavailable
from pipelines.ingest import ingest, ingest_state
from pipelines.ingest.source import open_snapshot
from pipelines.ingest.tables import raw_tables
from pipelines.ingest.verify import differing_rows, raw_checksums, stale_tables
from tests.pipelines.conftest import items


def fill(ledger, first=1):
    ledger.post(item=items(first, 3, list_price=-1_999_999, first_sale_date=date(2024, 2, 29)))
    ledger.post(item=items(first + 3, 2))
    ledger.change(f"UPDATE item SET name = '改名', posting_sequence = :s WHERE item_id = {first}")


def test_raw_has_the_rows_the_ledger_counts(sqlite_rows, warehouse):
    fill(sqlite_rows)
    ingest(warehouse, sqlite_rows.url)

    with open_snapshot(sqlite_rows.url) as source:
        expected = {table.name: source.count(table) for table in raw_tables()}
    assert expected == {name: keys for name, (keys, _, _) in raw_checksums(warehouse).items()}
    assert stale_tables(warehouse) == []
    assert list(differing_rows(warehouse, sqlite_rows.url)) == []


def test_sqlite_and_postgresql_give_the_same_raw(sqlite_rows, postgres_rows, warehouse, other_warehouse):
    """Every increment too: the hash of what was handed over goes on from one ingest to the next."""
    for ledger, copy in ((sqlite_rows, warehouse), (postgres_rows, other_warehouse)):
        ledger.post(item=items(1, 2, first_sale_date=date(2031, 12, 31)))
        ingest(copy, ledger.url)
        fill(ledger, first=3)
        ingest(copy, ledger.url)

    assert raw_checksums(warehouse) == raw_checksums(other_warehouse)
    assert stale_tables(warehouse) == stale_tables(other_warehouse) == []
    assert list(differing_rows(other_warehouse, postgres_rows.url)) == []
    columns = "SELECT * EXCLUDE (_ingested_at) FROM raw.item ORDER BY ALL"
    assert warehouse.execute(columns).fetchall() == other_warehouse.execute(columns).fetchall()


SPOILED = {
    "a letter of a text": "UPDATE raw.item SET name_zh = '物料九' WHERE item_id = 4",
    "letters changing places": "UPDATE raw.item SET name = 'Itme 4' WHERE item_id = 4",
    "two texts changing places": "UPDATE raw.item SET sku = CASE item_id WHEN 2 THEN 'S3' ELSE 'S2' END WHERE item_id IN (2, 3)",
    "a number beyond the remainder": "UPDATE raw.item SET list_price = list_price + 1000003 WHERE item_id = 2",
    "a date and its opposite": "UPDATE raw.item SET first_sale_date = first_sale_date + CAST(2 * item_id - 5 AS INTEGER) "
    "WHERE item_id IN (2, 3)",
    "nothing instead of an empty text": "UPDATE raw.item SET base_unit_id = NULL WHERE item_id = 2",
    "a superseded version": "UPDATE raw.item SET name = 'Item 9' WHERE item_id = 1 AND name = '改名'",
    "a row lost": "DELETE FROM raw.item WHERE item_id = 5",
    "a row doubled": "INSERT INTO raw.item SELECT * FROM raw.item WHERE item_id = 5",
}


def test_any_change_of_the_copy_stops_the_publish(sqlite_rows, warehouse):
    """Sums of lengths or remainders let these pass; the publish check must see every one, also in rows ingested long ago."""
    fill(sqlite_rows)
    ingest(warehouse, sqlite_rows.url)
    sqlite_rows.change("UPDATE item SET name = 'again', posting_sequence = :s WHERE item_id = 1")
    ingest(warehouse, sqlite_rows.url)
    assert stale_tables(warehouse) == []
    found = {}
    for what, statement in SPOILED.items():
        warehouse.begin()
        warehouse.execute(statement)
        found[what] = [difference.table for difference in stale_tables(warehouse)]
        warehouse.rollback()

    assert {what: ["item"] for what in SPOILED} == found
    assert stale_tables(warehouse) == []


def test_rows_a_driver_bends_never_enter(sqlite_rows, warehouse, monkeypatch):
    """Goal: the ledger's own totals stand against what the driver delivers. Method: the stream loses every other row."""
    from pipelines.ingest import load

    fill(sqlite_rows)
    real = load.RowHasher.watched

    def losing(self, stream):
        whole = real(self, stream)
        return pa.RecordBatchReader.from_batches(whole.schema, (batch[:-1] for batch in whole))

    monkeypatch.setattr(load.RowHasher, "watched", losing)
    with pytest.raises(Unavailable) as refusal:
        ingest(warehouse, sqlite_rows.url)
    monkeypatch.undo()

    assert "expected" in str(refusal.value)
    assert ingest_state(warehouse).watermark == -1
    assert ingest(warehouse, sqlite_rows.url).rows["item"] == 5


def test_a_copy_proved_by_another_hash_is_read_anew(sqlite_rows, warehouse):
    """Another version of DuckDB may hash otherwise: old sums must neither raise a false alarm nor be trusted."""
    fill(sqlite_rows)
    ingest(warehouse, sqlite_rows.url)
    warehouse.execute("UPDATE raw._ingest_proof SET row_hash = row_hash + 1, hash_version = 'duckdb 0.1'")
    ingest(warehouse, sqlite_rows.url)

    assert stale_tables(warehouse) == []
    assert list(differing_rows(warehouse, sqlite_rows.url)) == []


def test_one_changed_value_is_found_with_its_key(sqlite_rows, warehouse):
    fill(sqlite_rows)
    ingest(warehouse, sqlite_rows.url)
    warehouse.execute("UPDATE raw.item SET name_zh = '物料九' WHERE item_id = 4")

    (difference,) = differing_rows(warehouse, sqlite_rows.url)
    assert (difference.table, difference.example_key) == ("item", "item_id=4")
    assert str(difference) == "raw.item item_id=4: name_zh is '物料4' in the ledger, '物料九' in raw"


def test_postings_after_the_watermark_are_no_difference(sqlite_rows, warehouse):
    fill(sqlite_rows)
    ingest(warehouse, sqlite_rows.url)
    sqlite_rows.post(item=items(6, 1))
    sqlite_rows.change("UPDATE item SET name = 'later', posting_sequence = :s WHERE item_id = 2")

    assert list(differing_rows(warehouse, sqlite_rows.url)) == []


def test_a_posting_that_commits_late_is_not_lost(postgres_rows, warehouse):
    """Sequence 2 is drawn first and commits last: the reader waits for it instead of passing it by."""
    import threading

    from sqlalchemy import insert, text

    from transactional.engine.store import POSTING_LOCK
    from transactional.schema import metadata

    postgres_rows.post()
    late = postgres_rows.engine.connect()
    transaction = late.begin()
    late.execute(text(f"SELECT pg_advisory_xact_lock_shared({POSTING_LOCK})"))
    postgres_rows.sequence += 1
    postgres_rows._posting(late)
    late.execute(insert(metadata.tables["item"]), [{**items(1, 1)[0], "posting_sequence": 2}])
    postgres_rows.post(item=items(2, 1))  # sequence 3, committed at once
    found = []
    reader = threading.Thread(target=lambda: found.append(_read(postgres_rows.url)))
    reader.start()
    reader.join(0.7)
    transaction.commit()
    late.close()
    reader.join(20)

    result = ingest(warehouse, postgres_rows.url)
    assert found == [(3, 2)]
    assert (result.watermark, result.rows["item"]) == (3, 2)


def _read(url):
    with open_snapshot(url) as source:
        item = next(table for table in raw_tables() if table.name == "item")
        return source.watermark, source.totals(item)[0]
