"""A folder of files becomes the same company in the ledger, once, whatever interrupts the way."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import openpyxl
import psycopg
import pyarrow as pa
import pyarrow.parquet as parquet
import pytest

from kernel.errors import InvalidInput, Refused
from tests.importing.conftest import Company
from transactional import Ledger, open_ledger
from transactional.importing import load, poster

_FACTS = {
    "movements": "SELECT h.movement_type, h.business_date, i.sku, m.quantity, m.cost_amount, f.code, t.code FROM movement_line m "
    "JOIN movement h ON h.movement_id = m.movement_id JOIN item i ON i.item_id = m.item_id JOIN location f ON f.location_id = "
    "m.from_location_id JOIN location t ON t.location_id = m.to_location_id ORDER BY 1, 2, 3, 4, 5, 6, 7",
    "orders": "SELECT number, status FROM purchase_order UNION ALL SELECT number, status FROM sales_order UNION ALL "
    "SELECT number, status FROM work_order ORDER BY 1",
    "commands": "SELECT command_id FROM posting ORDER BY 1",
}


def _facts(ledger: Ledger) -> dict[str, list[tuple[object, ...]]]:
    return {name: ledger.rows(query) for name, query in _FACTS.items()}


def test_everything_arrives_and_closes_as_the_bins_say(company: Company) -> None:
    """Opening is what makes the documents end at the bins: 28 wheels used, 36 accepted, 26 left: 18 at the start."""
    report = company.load()

    assert 0 == report.exit_code
    assert {"CART": 3, "WHEEL": 26, "BOLT": 100} == company.on_hand()
    assert 0 == sum(abs(each.difference) for each in report.sums if not each.name.startswith("rounding"))
    assert [] == [each for each in report.findings if each.finding == "close_differs_from_bin"]


def test_later_dates_are_open_documents(company: Company) -> None:
    """What arrives, ships or ends after as_of has not happened."""
    company.load()

    assert [("P1", "completed"), ("P2", "approved")] == company.ledger.rows(
        "SELECT number, status FROM purchase_order ORDER BY 1"
    )
    assert [("O1", "shipped"), ("O2", "open")] == company.ledger.rows("SELECT number, status FROM sales_order ORDER BY 1")
    assert [("M1", "completed"), ("M2", "in_progress")] == company.ledger.rows("SELECT number, status FROM work_order ORDER BY 1")
    assert [("2024-01-31",)] == company.ledger.rows("SELECT today FROM company")


def test_unrounded_totals_are_kept_and_rounding_is_told(company: Company) -> None:
    """99.9910 is 99.99 on the invoice; the tenth of a cent is in the rounding sum, not lost."""
    report = company.load()
    totals = {each.name: each for each in report.sums}

    assert (149_986_500, 149_986_500) == (totals["sales_total_micro"].source, totals["sales_total_micro"].ledger)
    assert [(9999,), (5000,)] == company.ledger.rows("SELECT line_amount FROM sales_order_line ORDER BY source_key")
    assert 3_500 == totals["rounding_sales"].difference


def test_stock_that_history_never_touches_rests_in_its_other_bins(company: Company) -> None:
    """Wheels close with 20 in B1 and 6 in B2 although every document moves through B1."""
    company.load()
    rows = company.ledger.rows(
        "SELECT l.code, b.on_hand_quantity FROM stock_balance b JOIN location l ON l.location_id = b.location_id "
        "JOIN item i ON i.item_id = b.item_id WHERE i.sku = 'WHEEL' AND l.kind = 'bin' ORDER BY 1"
    )

    assert [("B1", 20_000_000), ("B2", 6_000_000)] == rows


def test_what_keeps_balances_above_zero_opens_when_bins_say_less(company: Company) -> None:
    """Without enough in the bins the history itself demands an opening, and the report lists the item."""
    company.files["bins"] = [["sku", "bin", "quantity"], ["CART", "A1", "0"], ["WHEEL", "B1", "1"], ["BOLT", "C1", "100"]]
    report = company.load()
    differing = {each.subject: each.values for each in report.findings if each.finding == "close_differs_from_bin"}

    assert {"CART": 2, "WHEEL": 8, "BOLT": 100} == company.on_hand()
    assert {"CART", "WHEEL"} == set(differing)
    assert {"close": "8", "bins": "1", "difference": "7", "worth": "38.5"} == differing["WHEEL"]


def test_loading_twice_changes_nothing(company: Company) -> None:
    company.load()
    before = _facts(company.ledger)
    again = company.load()

    assert before == _facts(company.ledger)
    assert 0 == again.posted
    assert all(table.already_there == table.accepted for table in again.tables if table.target != "stock")


def test_a_load_that_was_killed_ends_the_same_when_run_again(
    company: Company, new_ledger: Callable[[str], Ledger], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever had been posted stays, the rest is added."""
    monkeypatch.setattr(poster, "BATCH_LINES", 3)
    company.load()
    whole = _facts(company.ledger)
    for killed_after in (1, 4, 9, 13):
        company.ledger = _Dying(new_ledger(f"killed-{killed_after}"), killed_after)
        with pytest.raises(KeyboardInterrupt):
            company.load()
        company.ledger = company.ledger.ledger
        company.load()

        assert whole == _facts(company.ledger)


class _Dying:
    """A ledger whose process dies after some transactions."""

    def __init__(self, ledger: Ledger, after: int) -> None:
        self.ledger, self.left = ledger, after

    def post(self, commands: object) -> object:
        if self.left == 0:
            raise KeyboardInterrupt
        self.left -= 1
        return self.ledger.post(commands)  # type: ignore[arg-type]

    def __getattr__(self, name: str) -> object:
        return getattr(self.ledger, name)


def test_a_fuller_folder_of_the_same_company_adds_what_happened_since(company: Company) -> None:
    """The open order arrives in the next export; nothing old is posted again."""
    company.load()
    company.mapping = company.mapping.replace("2024-01-31", "2024-02-29")
    company.files["bins"][1][2] = "4"
    company.files["bins"][4][2] = "150"
    report = company.load()

    assert [("P2", "completed")] == company.ledger.rows("SELECT number, status FROM purchase_order WHERE number = 'P2'")
    assert {"ReceiveGoods": 1, "ShipGoods": 1, "CompleteWorkOrder": 1} == {
        kind: count.posted for kind, count in report.commands.items() if count.posted
    }
    assert [("2024-02-29",)] == company.ledger.rows("SELECT today FROM company")


def test_a_document_that_changed_in_the_source_is_reported(company: Company) -> None:
    """The ledger keeps what was posted; a person decides."""
    company.load()
    company.files["sales"][1][5] = "1"
    report = company.load()

    assert ["EnterSalesOrder", "ShipGoods"] == sorted(
        str(each.values["kind"]) for each in report.findings if each.finding == "changed_since_load"
    )


def test_the_ledger_of_another_company_is_refused(company: Company) -> None:
    company.load()
    company.mapping = company.mapping.replace('code = "TINY"', 'code = "OTHER"')

    with pytest.raises(Refused, match="belongs to TINY"):
        company.load()


def test_xlsx_and_parquet_give_the_same_company_as_csv(company: Company, new_ledger: Callable[[str], Ledger]) -> None:
    """The kind of file is no part of the facts."""
    company.load()
    whole = _facts(company.ledger)
    for kind in ("xlsx", "parquet"):
        for name, rows in company.files.items():
            (company.folder / f"{name}.csv").unlink(missing_ok=True)
            if kind == "xlsx":
                _write_sheet(company.folder / f"{name}.xlsx", rows)
            else:
                (company.folder / f"{name}.xlsx").unlink()
                columns = {head: [row[index] for row in rows[1:]] for index, head in enumerate(rows[0])}
                parquet.write_table(pa.table(columns), company.folder / f"{name}.parquet")
        company.ledger = new_ledger(kind)
        company.load(write=False)

        assert whole == _facts(company.ledger)


def _write_sheet(path: Path, rows: list[list[str]]) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append([_cell(value) for value in row])
    book.save(path)


def _cell(value: str) -> object:
    if len(value) == 10 and value[4:5] == "-":
        return date.fromisoformat(value)
    try:
        return float(value)
    except ValueError:
        return value


@pytest.mark.postgres
def test_the_same_company_arrives_on_postgresql(company: Company, postgres_url: str) -> None:
    """Whichever database holds the ledger, the facts are the same, also after a second load."""
    company.load()
    whole = _facts(company.ledger)
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute("CREATE DATABASE ledger_importing")
    company.ledger = open_ledger(postgres_url.rsplit("/", 1)[0] + "/ledger_importing")
    first, second = company.load(), company.load()
    facts = _facts(company.ledger)
    company.ledger.close()

    assert (0, 0) == (first.exit_code, second.posted)
    assert {name: sorted(map(str, rows)) for name, rows in _as_text(whole).items()} == {
        name: sorted(map(str, rows)) for name, rows in _as_text(facts).items()
    }


def _as_text(facts: dict[str, list[tuple[object, ...]]]) -> dict[str, list[list[str]]]:
    """Dates come as text from one database and as dates from the other."""
    return {name: [[str(value) for value in row] for row in rows] for name, rows in facts.items()}


def test_reports_are_written_in_both_languages_and_as_json(company: Company) -> None:
    report = company.load()
    exports = company.home / "exports"
    body = json.loads((exports / "readiness.json").read_text(encoding="utf-8"))

    assert report.readiness is not None
    assert "Readiness of TINY" in report.readiness.read_text(encoding="utf-8")
    assert "数据就绪报告" in (exports / "readiness.zh.md").read_text(encoding="utf-8")
    assert {"not_recorded", "no_standard_cost", "bought_without_terms", "open_at_as_of"} <= {
        each["finding"] for each in body["findings"]
    }


def test_progress_is_told(company: Company) -> None:
    """People see what is being done and how far it is."""
    company.write()
    mapping = company.folder.parent / "mapping.toml"
    mapping.write_text(company.mapping, encoding="utf-8")
    seen: list[str] = []
    load(company.ledger, company.folder, mapping, home=company.home, progress=lambda what, done, total: seen.append(what))

    assert {"read items", "read sales_lines", "masters", "opening stock", "documents"} <= set(seen)


def test_a_small_firm_starts_from_its_stock_alone(tmp_path: Path, new_ledger: Callable[[str], Ledger]) -> None:
    """Two spreadsheets and the shipped mapping are enough."""
    folder = tmp_path / "firm"
    folder.mkdir()
    (folder / "items.csv").write_text(
        "sku,name,unit,category,cost,price\nTEA,绿茶,BAG,饮品,12.5,20\nCUP,杯子,,,,8\n", encoding="gb18030"
    )
    _write_sheet(
        folder / "stock.xlsx",
        [
            ["sku", "location", "quantity", "lot", "expiry_date"],
            ["TEA", "R1", "30", "L7", "2026-12-31"],
            ["CUP", "", "12", "", ""],
        ],
    )
    ledger = new_ledger("firm")
    mapping = Path(__file__).resolve().parents[2] / "examples" / "stock_only.toml"
    report = load(ledger, folder, mapping, home=tmp_path / "home")
    again = load(ledger, folder, mapping, home=tmp_path / "home")
    rows = ledger.rows(
        "SELECT i.sku, i.name, l.code, b.on_hand_quantity, t.code FROM stock_balance b JOIN item i ON i.item_id = b.item_id JOIN "
        "location l ON l.location_id = b.location_id JOIN lot t ON t.lot_id = b.lot_id WHERE l.kind = 'bin' ORDER BY 1"
    )

    assert (0, 0) == (report.exit_code, again.posted)
    assert [("CUP", "杯子", "MAIN/STOCK", 12_000_000, "-"), ("TEA", "绿茶", "R1", 30_000_000, "L7")] == rows


def test_a_missing_folder_or_mapping_is_refused_at_once(company: Company, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="does not exist"):
        load(company.ledger, tmp_path / "nowhere", tmp_path / "m.toml", home=company.home)
    with pytest.raises(InvalidInput, match="does not exist"):
        load(company.ledger, tmp_path, tmp_path / "m.toml", home=company.home)


def test_substitutes_arrive_with_their_ratio_and_their_day(company: Company) -> None:
    """Nine old bolts do the work of eight new ones, in carts only; without a date from the first day on."""
    company.files["items"].append(["OLD-BOLT", "Old bolt", "bought", "0.1"])
    company.files["swaps"] = [["new", "old", "in", "n", "o", "until"], ["BOLT", "OLD-BOLT", "CART", "8", "9", "2024-12-31"]]
    company.mapping += """
[[table]]
target = "substitutes"
from = "swaps"
[table.columns]
component = "new"
substitute = "old"
assembly = "in"
component_quantity = "n"
substitute_quantity = "o"
use_up = { const = "1" }
valid_to = "until"
"""
    report = company.load()

    assert 0 == report.exit_code
    assert [("CART", "BOLT", "OLD-BOLT", 8_000_000, 9_000_000, 1, "2024-12-31")] == company.ledger.rows(
        "SELECT p.sku, c.sku, s.sku, t.component_quantity, t.substitute_quantity, t.is_use_up, t.valid_to "
        "FROM component_substitute t JOIN item p ON p.item_id = t.parent_item_id JOIN item c ON c.item_id = t.component_item_id "
        "JOIN item s ON s.item_id = t.substitute_item_id"
    )
