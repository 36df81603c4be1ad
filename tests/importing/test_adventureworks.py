"""The bicycle maker's documents reconcile exactly with its source tables, by SQL that shares nothing with the importer.

The whole set is staged and compared; a consistent slice (all purchases, the first work orders and sales) goes through
the ledger. The whole set through the ledger is the proof test.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from transactional import Ledger, open_ledger
from transactional.importing import LoadReport, load
from transactional.importing.checks import check_all
from transactional.importing.held import Held
from transactional.importing.lookups import Lookups
from transactional.importing.mapping import read_mapping
from transactional.importing.reading import read_table
from transactional.importing.staging import Stage
from transactional.importing.targets import TARGETS

pytestmark = pytest.mark.public_data

MAPPING = Path(__file__).resolve().parents[2] / "examples" / "adventureworks.toml"
AS_OF = "2013-12-31"
_WORK_ORDERS, _SALES_ORDERS = 2_000, 43_700
_CUTS = (
    ("work_order", "work_order_id", _WORK_ORDERS),
    ("work_order_routing", "work_order_id", _WORK_ORDERS),
    ("sales_order_line_reseller", "sales_order_id", _SALES_ORDERS),
)


@pytest.fixture(scope="module")
def folder(public_data: Path) -> Path:
    return public_data / "adventureworks"


def _source(folder: Path) -> duckdb.DuckDBPyConnection:
    database = duckdb.connect()
    for path in sorted(folder.glob("*.parquet")):
        database.execute(f"CREATE VIEW {path.stem} AS SELECT * FROM '{path}'")
    return database


def _one(database: duckdb.DuckDBPyConnection, query: str) -> tuple[Any, ...]:
    row = database.execute(query).fetchone()
    assert row is not None
    return tuple(row)


def _stage_all(folder: Path, scratch: Path) -> Stage:
    """The whole set read and checked beside an empty ledger."""
    stage = Stage.create(scratch / "stage.db", folder, read_mapping(MAPPING))
    lookups = Lookups(stage)
    for spec in stage.mapping.tables:
        read_table(stage, lookups, spec, lambda rows: None)
    ledger = open_ledger(scratch / "ledger.db")
    check_all(stage, Held(ledger, stage))
    ledger.close()
    return stage


def test_every_row_of_the_source_is_staged_with_its_exact_figures(folder: Path, tmp_path: Path) -> None:
    """504 products to 51,075 sales lines; quantities and four-decimal amounts as integers, nothing rejected."""
    source = _source(folder)
    stage = _stage_all(folder, tmp_path)

    def staged(query: str) -> tuple[Any, ...]:
        return tuple(stage.database.execute(query).fetchone())

    assert [] == list(stage.reasons())
    assert [] == stage.problems
    for target, table, where in (
        ("items", "product", "true"),
        ("suppliers", "vendor", "true"),
        ("supplier_terms", "product_vendor", "true"),
        ("bom_lines", "bill_of_materials", "product_assembly_id IS NOT NULL"),
        ("bom_roots", "bill_of_materials", "product_assembly_id IS NULL"),
        ("stock", "product_inventory", "true"),
        ("purchase_lines", "purchase_order_detail", "true"),
        ("work_orders", "work_order", "true"),
        ("operations", "work_order_routing", "true"),
        ("sales_lines", "sales_order_line_reseller", "true"),
    ):
        assert _one(source, f"SELECT count(*) FROM {table} WHERE {where}") == staged(f"SELECT count(*) FROM t_{target}"), target
    million = "* 1000000)::BIGINT"
    assert _one(
        source,
        f"SELECT sum(order_qty){'::BIGINT'} * 1000000, (sum(line_total) {million}, (sum(received_qty) "
        f"{million}, (sum(rejected_qty) {million}, "
        "count(DISTINCT purchase_order_id) FROM purchase_order_detail",
    ) == staged(
        "SELECT sum(quantity), sum(line_total), sum(received_quantity), sum(rejected_quantity), "
        'count(DISTINCT "order") FROM t_purchase_lines'
    )
    assert _one(
        source,
        f"SELECT sum(order_qty)::BIGINT * 1000000, (sum(line_total) {million}, (sum(unit_price_discount) "
        f"{million}, count(DISTINCT customer_id) "
        "FROM sales_order_line_reseller",
    ) == staged("SELECT sum(quantity), sum(line_total), sum(discount), count(DISTINCT customer) FROM t_sales_lines")
    assert _one(
        source,
        "SELECT sum(order_qty)::BIGINT * 1000000, sum(scrapped_qty)::BIGINT * 1000000, count(scrap_reason_id), "
        "sum(end_date - start_date)::BIGINT FROM work_order",
    ) == staged(
        "SELECT sum(quantity), sum(scrapped_quantity), count(scrap_reason), "
        "cast(sum(julianday(end_date) - julianday(start_date)) AS INTEGER) FROM t_work_orders"
    )
    assert _one(
        source, f"SELECT (sum(planned_cost) {million}, (sum(actual_resource_hrs) {million} FROM work_order_routing"
    ) == staged("SELECT sum(planned_cost), sum(hours) FROM t_operations")
    stage.database.close()


@dataclass(frozen=True)
class Loaded:
    """A company in a ledger beside its source."""

    ledger: Ledger
    report: LoadReport
    source: duckdb.DuckDBPyConnection


def _load(folder: Path, home: Path, mapping: Path) -> Loaded:
    ledger = open_ledger(home / "ledger.db")
    report = load(ledger, folder, mapping, home=home)
    return Loaded(ledger, report, _source(folder))


def _slice_mapping() -> str:
    text = MAPPING.read_text(encoding="utf-8")
    for table, column, last in _CUTS:
        text = text.replace(f'from = "{table}"\n', f'from = "{table}"\nwhere = {{ {column} = {{ at_most = {last} }} }}\n')
    return text


@pytest.fixture(scope="module")
def slice_of(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Loaded]:
    """All purchases, the first work orders with their operations, the first sales orders."""
    home = tmp_path_factory.mktemp("adventureworks")
    mapping = home / "slice.toml"
    mapping.write_text(_slice_mapping(), encoding="utf-8")
    loaded = _load(folder, home, mapping)
    for table, column, last in _CUTS:
        path = folder / f"{table}.parquet"
        loaded.source.execute(f"CREATE OR REPLACE VIEW {table} AS SELECT * FROM '{path}' WHERE {column} <= {last}")
    yield loaded
    loaded.ledger.close()
    shutil.rmtree(home, ignore_errors=True)


def _check_documents(loaded: Loaded) -> None:
    """Documents and their lines in the ledger against the source, as of the day."""
    source, ledger = loaded.source, loaded.ledger
    million = "* 1000000)::BIGINT"
    assert 0 == loaded.report.exit_code
    assert _one(
        source,
        f"SELECT count(*), sum(order_qty)::BIGINT * 1000000, (sum(line_total) {million}, "
        f"(sum(CASE WHEN ship_date <= '{AS_OF}' THEN received_qty ELSE 0 END) {million}, "
        f"(sum(CASE WHEN ship_date <= '{AS_OF}' THEN rejected_qty ELSE 0 END) {million}, "
        f"(sum(CASE WHEN ship_date <= '{AS_OF}' THEN stocked_qty ELSE 0 END) {million} "
        "FROM purchase_order_detail JOIN purchase_order_header USING (purchase_order_id)",
    ) == tuple(
        ledger.rows(
            "SELECT count(*), sum(ordered_quantity), sum(line_total_micro), sum(received_quantity), sum(rejected_quantity), "
            "sum(accepted_quantity) FROM purchase_order_line"
        )[0]
    )
    assert _one(
        source,
        f"SELECT count(*), sum(order_qty)::BIGINT * 1000000, (sum(line_total) {million}, "
        f"sum(CASE WHEN ship_date <= '{AS_OF}' THEN order_qty ELSE 0 END)::BIGINT * 1000000, count(DISTINCT sales_order_id) "
        "FROM sales_order_line_reseller",
    ) == tuple(
        ledger.rows(
            "SELECT count(*), sum(ordered_quantity), sum(line_total_micro), sum(shipped_quantity), "
            "count(DISTINCT sales_order_id) "
            "FROM sales_order_line"
        )[0]
    )
    ended = f"end_date <= '{AS_OF}'"
    assert _one(
        source,
        "SELECT count(*), sum(order_qty)::BIGINT * 1000000, "
        f"sum(CASE WHEN {ended} THEN order_qty - scrapped_qty ELSE 0 END)::BIGINT * 1000000, "
        f"sum(CASE WHEN {ended} THEN scrapped_qty ELSE 0 END)::BIGINT * 1000000 FROM work_order",
    ) == tuple(
        ledger.rows("SELECT count(*), sum(ordered_quantity), sum(completed_quantity), sum(scrapped_quantity) FROM work_order")[0]
    )
    assert _one(source, "SELECT count(*) FROM work_order_routing") == tuple(
        ledger.rows("SELECT count(*) FROM work_order_operation")[0]
    )


_EXPLODED = f"""
    SELECT p.product_number, sum(w.order_qty * b.per_assembly_qty * 1000000)::BIGINT FROM work_order w
    JOIN bill_of_materials b ON b.product_assembly_id = w.product_id AND b.start_date <= w.start_date
    AND (b.end_date IS NULL OR b.end_date >= w.start_date) JOIN product p ON p.product_id = b.component_id
    WHERE w.start_date <= '{AS_OF}' GROUP BY 1 ORDER BY 1
"""

_FLOWS = f"""
    SELECT d.ship_date::DATE AS day, 0 AS turn, product_id, (stocked_qty * 1000000)::BIGINT AS change FROM
    purchase_order_detail JOIN purchase_order_header d USING (purchase_order_id) WHERE d.ship_date <= '{AS_OF}' UNION
    ALL SELECT end_date, 0, product_id, (order_qty - scrapped_qty)::BIGINT * 1000000 FROM work_order WHERE end_date <=
    '{AS_OF}' UNION ALL SELECT w.start_date, 0, b.component_id, -(w.order_qty * b.per_assembly_qty * 1000000)::BIGINT
    FROM work_order w JOIN bill_of_materials b ON b.product_assembly_id = w.product_id AND b.start_date <=
    w.start_date AND (b.end_date IS NULL OR b.end_date >= w.start_date) WHERE w.start_date <= '{AS_OF}' UNION ALL
    SELECT ship_date, 0, product_id, -order_qty::BIGINT * 1000000 FROM sales_order_line_reseller WHERE ship_date <=
    '{AS_OF}'
"""

_OPENING = f"""
    WITH daily AS (SELECT product_id, day, sum(change) AS change FROM ({_FLOWS}) GROUP BY 1, 2), running AS (SELECT
    product_id, sum(change) OVER (PARTITION BY product_id ORDER BY day) AS balance FROM daily), lowest AS (SELECT
    product_id, least(0, min(balance)) AS low FROM running GROUP BY 1), net AS (SELECT product_id, sum(change) AS net
    FROM daily GROUP BY 1), bins AS (SELECT product_id, sum(quantity)::BIGINT * 1000000 AS bins FROM product_inventory
    GROUP BY 1) SELECT p.product_number, greatest(-coalesce(low, 0), CASE WHEN bins IS NULL THEN 0 ELSE bins -
    coalesce(net, 0) END)::BIGINT AS opening FROM product p LEFT JOIN lowest USING (product_id) LEFT JOIN net USING
    (product_id) LEFT JOIN bins USING (product_id) WHERE opening > 0 ORDER BY 1
"""


def _moved(ledger: Ledger, kind: str) -> list[tuple[Any, ...]]:
    return ledger.rows(
        "SELECT i.sku, sum(m.quantity) FROM movement_line m JOIN movement h ON h.movement_id = m.movement_id JOIN item i ON "
        f"i.item_id = m.item_id WHERE h.movement_type = '{kind}' GROUP BY i.sku ORDER BY i.sku"
    )


def _check_movements(loaded: Loaded) -> None:
    """Components by the bill effective on the day; the opening by its formula; no balance ever below zero; closes told."""
    source, ledger = loaded.source, loaded.ledger
    assert source.execute(_EXPLODED).fetchall() == _moved(ledger, "production_issue")
    assert source.execute(_OPENING).fetchall() == _moved(ledger, "opening")
    below = ledger.rows(
        "SELECT count(*) FROM (SELECT sum(d.quantity_delta) OVER (PARTITION BY d.item_id, d.location_id "
        "ORDER BY d.business_date) AS "
        "balance FROM balance_daily d JOIN location l ON l.location_id = d.location_id WHERE l.kind = 'bin') "
        "AS days WHERE balance < 0"
    )
    assert [(0,)] == below
    closing = dict(
        ledger.rows(
            "SELECT i.sku, sum(b.on_hand_quantity) FROM stock_balance b JOIN item i ON i.item_id = b.item_id JOIN location l ON "
            "l.location_id = b.location_id WHERE l.kind = 'bin' GROUP BY i.sku"
        )
    )
    bins = dict(
        source.execute(
            "SELECT product_number, sum(quantity)::BIGINT * 1000000 FROM product_inventory JOIN product USING "
            "(product_id) GROUP BY 1"
        ).fetchall()
    )
    differing = {sku for sku, quantity in bins.items() if closing.get(sku, 0) != quantity}
    assert differing == {each.subject for each in loaded.report.findings if each.finding == "close_differs_from_bin"}


def test_the_slice_reconciles_with_the_source(slice_of: Loaded) -> None:
    _check_documents(slice_of)


def test_the_slice_moves_what_its_documents_say(slice_of: Loaded) -> None:
    _check_movements(slice_of)


def test_rounding_to_cents_is_one_told_sum(slice_of: Loaded) -> None:
    """Line amounts are rounded half to even; the report says what that costs in all."""
    told = {each.name: each.difference for each in slice_of.report.sums if each.name.startswith("rounding")}
    ((micro, amount),) = slice_of.ledger.rows("SELECT sum(line_total_micro), sum(line_amount) FROM sales_order_line")

    assert amount * 10_000 - micro == told["rounding_sales"]


def test_what_the_source_does_not_say_stays_empty(slice_of: Loaded) -> None:
    """No signature, no count, no quote is invented; assumed dates are flagged; unknown packs are not converted."""
    ledger = slice_of.ledger

    assert [(0, 0)] == ledger.rows("SELECT count(signed_date), count(carrier_delivered_date) FROM shipment")
    assert [(0,)] == ledger.rows("SELECT (SELECT count(*) FROM stocktake) + (SELECT count(*) FROM quote)")
    assert [(1,)] == ledger.rows("SELECT min(is_date_assumed) FROM goods_receipt")
    assert [(306,)] == ledger.rows("SELECT count(*) FROM supplier_item WHERE is_pack_known = 0")
    units = slice_of.source.execute(
        "SELECT unit_measure_code, count(*) FROM purchase_order_detail d JOIN purchase_order_header USING (purchase_order_id) "
        "JOIN product_vendor USING (product_id, vendor_id) LEFT JOIN (SELECT DISTINCT component_id, unit_measure_code AS base "
        "FROM bill_of_materials) b ON b.component_id = d.product_id WHERE unit_measure_code <> coalesce(base, 'EA') "
        "GROUP BY 1 ORDER BY 1"
    ).fetchall()
    assert units == ledger.rows(
        "SELECT u.code, count(*) FROM purchase_order_line l JOIN unit_of_measure u ON u.unit_id = l.entered_unit_id "
        "WHERE l.entered_quantity = l.ordered_quantity GROUP BY u.code ORDER BY u.code"
    )
    assert {"signed_delivery", "counts", "quotes"} == {
        each.subject for each in slice_of.report.findings if each.finding == "not_recorded"
    }


def _stock(ledger: Ledger) -> dict[str, int]:
    rows = ledger.rows(
        "SELECT i.sku, sum(b.on_hand_quantity) FROM stock_balance b JOIN item i ON i.item_id = b.item_id JOIN location l ON "
        "l.location_id = b.location_id WHERE l.kind = 'bin' GROUP BY i.sku HAVING sum(b.on_hand_quantity) <> 0"
    )
    return dict(rows)


_STATES = (
    "SELECT source_key, received_quantity, accepted_quantity, rejected_quantity, status FROM purchase_order_line ORDER BY 1",
    "SELECT source_key, shipped_quantity, status FROM sales_order_line ORDER BY 1",
    "SELECT source_key, completed_quantity, scrapped_quantity, status FROM work_order ORDER BY 1",
    "SELECT i.sku, sum(c.issued_quantity) FROM work_order_component c JOIN item i ON i.item_id = c.item_id GROUP BY 1 ORDER BY 1",
    "SELECT count(*), sum(actual_minutes) FROM work_order_operation",
)


def test_a_company_followed_from_an_earlier_day_ends_as_loaded_at_once(slice_of: Loaded, folder: Path, tmp_path: Path) -> None:
    """What was open in 2011 is received, made and shipped by the later export; stock, documents and operations are the same."""
    mapping = tmp_path / "slice.toml"
    mapping.write_text(_slice_mapping(), encoding="utf-8")
    ledger = open_ledger(tmp_path / "ledger.db")
    early = load(ledger, folder, mapping, home=tmp_path, as_of=date(2011, 7, 15))
    later = load(ledger, folder, mapping, home=tmp_path)
    again = load(ledger, folder, mapping, home=tmp_path)

    assert [0, 0, 0] == [early.exit_code, later.exit_code, again.posted]
    assert _stock(slice_of.ledger) == _stock(ledger)
    assert [slice_of.ledger.rows(query) for query in _STATES] == [ledger.rows(query) for query in _STATES]
    assert [] == [each for each in later.sums if each.difference and not each.name.startswith("rounding")]
    ledger.close()


@pytest.fixture(scope="module")
def staged_as_given(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[tuple[Any, ...]]]:
    return _staged(folder, tmp_path_factory.mktemp("given") / "one")


@pytest.mark.parametrize("is_text", [False, True])
def test_other_kinds_of_files_and_columns_stage_the_same(
    folder: Path, staged_as_given: dict[str, list[tuple[Any, ...]]], tmp_path: Path, is_text: bool
) -> None:
    """The same company as CSV, columns in another order, more columns, numbers as text, dates with a time of day."""
    other = tmp_path / "other"
    other.mkdir()
    source = _source(folder)
    for path in sorted(folder.glob("*.parquet")):
        names = [row[0] for row in source.execute(f"DESCRIBE {path.stem}").fetchall()]
        shown = ", ".join(f'"{name}"::VARCHAR AS "{name}"' if is_text else f'"{name}"' for name in reversed(names))
        out = other / f"{path.stem}.{'parquet' if is_text else 'csv'}"
        kind = "PARQUET" if is_text else "CSV, HEADER"
        source.execute(f"COPY (SELECT 'x' AS remark, {shown} FROM {path.stem}) TO '{out}' (FORMAT {kind})")

    assert staged_as_given == _staged(other, tmp_path / "two")


def _staged(folder: Path, scratch: Path) -> dict[str, list[tuple[Any, ...]]]:
    """How many rows every target has, and of every column the extremes and the sum."""
    scratch.mkdir()
    stage = _stage_all(folder, scratch)
    assert [] == list(stage.reasons())
    assert [] == stage.problems
    found = {}
    for target in TARGETS.values():
        names = [f'"{column.name}"' for column in target.columns]
        columns = ", ".join(f"count({name}), min({name}), max({name}), total({name})" for name in names)
        found[target.name] = stage.database.execute(f"SELECT count(*), {columns} FROM t_{target.name}").fetchall()
    stage.database.close()
    return found


@pytest.mark.proof
@pytest.mark.timeout(900)
def test_the_whole_company_reconciles_through_the_ledger(folder: Path, tmp_path: Path) -> None:
    """All 56,502 work orders and 51,075 sales lines; and a second load posts nothing."""
    loaded = _load(folder, tmp_path, MAPPING)
    _check_documents(loaded)
    _check_movements(loaded)
    again = load(loaded.ledger, folder, MAPPING, home=tmp_path)

    assert (0, 0) == (again.posted, again.exit_code)
    loaded.ledger.close()
