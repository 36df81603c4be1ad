"""The warehouse copy equals the ledger, whichever database holds it, and a single wrong value is found."""

from __future__ import annotations

from datetime import date

from pipelines.ingest import ingest
from pipelines.ingest.source import open_snapshot
from pipelines.ingest.tables import raw_tables
from pipelines.ingest.verify import differing_rows, raw_checksums, stale_tables
from tests.pipelines.conftest import items


def fill(ledger):
    ledger.post(item=items(1, 3, list_price=-1_999_999, first_sale_date=date(2024, 2, 29)))
    ledger.post(item=items(4, 2))
    ledger.change("UPDATE item SET name = '改名', posting_sequence = :s WHERE item_id = 1")


def test_raw_has_the_totals_the_ledger_gives(sqlite_rows, warehouse):
    fill(sqlite_rows)
    ingest(warehouse, sqlite_rows.url)

    with open_snapshot(sqlite_rows.url) as source:
        expected = {table.name: source.totals(table) for table in raw_tables()}
    assert expected == raw_checksums(warehouse)
    assert stale_tables(warehouse) == []
    assert list(differing_rows(warehouse, sqlite_rows.url)) == []


def test_sqlite_and_postgresql_give_the_same_raw(sqlite_rows, postgres_rows, warehouse, other_warehouse):
    fill(sqlite_rows)
    fill(postgres_rows)
    ingest(warehouse, sqlite_rows.url)
    ingest(other_warehouse, postgres_rows.url)

    assert raw_checksums(warehouse) == raw_checksums(other_warehouse)
    assert stale_tables(other_warehouse) == []
    assert list(differing_rows(other_warehouse, postgres_rows.url)) == []
    columns = "SELECT * EXCLUDE (_ingested_at) FROM raw.item ORDER BY ALL"
    assert warehouse.execute(columns).fetchall() == other_warehouse.execute(columns).fetchall()


def test_one_changed_value_is_found_with_its_key(sqlite_rows, warehouse):
    fill(sqlite_rows)
    ingest(warehouse, sqlite_rows.url)
    warehouse.execute("UPDATE raw.item SET name_zh = '物料九' WHERE item_id = 4")

    (difference,) = differing_rows(warehouse, sqlite_rows.url)
    assert (difference.table, difference.example_key) == ("item", "item_id=4")


def test_a_lost_or_doubled_row_stops_the_publish(sqlite_rows, warehouse):
    fill(sqlite_rows)
    ingest(warehouse, sqlite_rows.url)
    warehouse.execute("DELETE FROM raw.item WHERE item_id = 5")

    assert [difference.table for difference in stale_tables(warehouse)] == ["item"]


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
