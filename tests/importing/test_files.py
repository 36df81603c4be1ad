"""Whatever program wrote the file: encodings, workbooks, headers and merged cells are read as people mean them, or told."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as parquet
import pytest
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from tests.importing.conftest import FILES, Company
from transactional import Ledger
from transactional.importing import LoadReport, load

ROOT = Path(__file__).resolve().parents[2]


def _load_suppliers(company: Company, content: bytes) -> LoadReport:
    company.write()
    (company.folder / "suppliers.csv").write_bytes(content)
    return company.load(write=False)


def _names(company: Company) -> list[str]:
    return [name for (name,) in company.ledger.rows("SELECT name FROM supplier ORDER BY code")]


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        ("code,name\nS1,Müller & Söhne\n", "latin-1"),
        ("code,name\nS1,上海螺栓厂\n", "gbk"),
        ("code,name\nS1,喆喆五金\n", "gb18030"),
        ("code,name\r\nS1,上海螺栓厂\r\n", "utf-16"),
        ("code,name\r\nS1,上海螺栓厂\r\n", "utf-16-le"),
        ("code,name\r\nS1,上海螺栓厂\r\n", "utf-16-be"),
        ("code,name\nS1,上海螺栓厂\n", "utf-8-sig"),
        ("code\tname\nS1\t上海螺栓厂\n", "utf-8"),
        ("code;name\nS1;Bolt, House\n", "utf-8"),
        ("ｃｏｄｅ, Name \nS1,上海螺栓厂\n", "utf-8"),
        ("\n\ncode,name,\nS1,上海螺栓厂,\n\n", "utf-8"),
        ("code,name\rS1,上海螺栓厂\r", "utf-8"),
    ],
)
def test_text_is_read_as_it_was_written(company: Company, content: str, encoding: str) -> None:
    """Encoding, separator, width and case of the header and empty columns at the end are nobody's business."""
    report = _load_suppliers(company, content.encode(encoding))
    line = next(line for line in content.replace("\r", "\n").split("\n") if line.startswith("S1"))

    assert 0 == report.exit_code
    assert [line[3:].rstrip(",")] == _names(company)


def test_a_chinese_line_in_a_utf8_file_is_shown_as_people_read_it(company: Company) -> None:
    content = "code,name\nS1,上海\n".encode() + "S2,广州螺栓\n".encode("gbk") + "S3,苏州\n".encode()
    report = _load_suppliers(company, content)
    (told,) = company.reasons(report, "suppliers")

    assert ("3", "广州螺栓", "广州螺栓") == (told["reject_line"], told["reject_value"], told["name"])
    assert ["上海", "苏州"] == _names(company)


def test_a_header_further_down_is_found_for_the_mapping(company: Company) -> None:
    """A title line above the header: the message says what to write, and with it the file loads."""
    title = "供应商一览表,\n,\ncode,name\nS1,Bolt House\n".encode()
    report = _load_suppliers(company, title)
    assert "write header = 3 in the table" in company.reasons(report, "files")[0]["reject_reason"]
    assert "header = 3" in company.reasons(report, "files")[0]["reject_reason_zh"]

    company.mapping = company.mapping.replace('from = "suppliers"', 'from = "suppliers"\nheader = 3')
    assert 0 == company.load(write=False).exit_code
    assert ["Bolt House"] == _names(company)


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("bins.csv", b"", "bins.csv is empty (0 bytes)"),
        ("bins.xlsx", b"", "bins.xlsx is empty (0 bytes)"),
        ("bins.parquet", b"", "bins.parquet is empty (0 bytes)"),
        ("bins.xlsx", b"PK\x03\x04 cut", "bins.xlsx cannot be read"),
        ("bins.parquet", b"PAR1 cut", "bins.parquet cannot be read"),
        ("bins.xls", b"\xd0\xcf\x11\xe0", "bins.xls is an old workbook"),
        ("bins.xlsx", b"\xd0\xcf\x11\xe0 encrypted", "or has a password"),
        ("binz.csv", b"sku,bin,quantity\n", "did you mean binz.csv?"),
        ("bins.csv", b"\xef\xbb\xbf", "has no header line"),
        ("bins.csv", b"sku,bin,qauntity\nBOLT,C1,1\n", "did you mean qauntity?"),
    ],
)
def test_a_file_that_cannot_be_used_is_told_and_the_others_load(company: Company, name: str, content: bytes, says: str) -> None:
    company.write()
    (company.folder / "bins.csv").unlink()
    (company.folder / name).write_bytes(content)
    report = company.load(write=False)

    assert 1 == report.exit_code
    assert says in company.reasons(report, "files")[0]["reject_reason"]
    assert [(2,)] == company.ledger.rows("SELECT count(*) FROM purchase_order")


def test_a_file_somebody_else_holds_is_told(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    """An open workbook on a shared drive; the rest loads, and closing it is all there is to do."""
    company.write()
    opened = Path.open

    def held(path: Path, *arguments: Any, **named: Any) -> Any:
        if path.name == "bins.csv":
            raise PermissionError(13, "in use")
        return opened(path, *arguments, **named)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "open", held)
        report = company.load(write=False)
    assert "another program holds it" in company.reasons(report, "files")[0]["reject_reason"]
    assert 0 == company.load(write=False).exit_code


def test_the_lock_file_of_an_open_workbook_is_no_table(company: Company) -> None:
    company.write()
    (company.folder / "~$bins.xlsx").write_bytes(b"someone")
    company.mapping = company.mapping.replace('from = "bins"', 'from = "*bins*"')

    assert 0 == company.load(write=False).exit_code


def _purchases(company: Company, change: Callable[[list[list[Any]]], None], *, counts_from_1904: bool = False) -> LoadReport:
    company.write()
    (company.folder / "purchases.csv").unlink()
    rows: list[list[Any]] = [list(row) for row in FILES["purchases"]]
    for row in rows[1:]:
        row[3], row[7], row[10] = (date.fromisoformat(row[place]) for place in (3, 7, 10))
        row[5], row[8], row[9] = (float(row[place]) for place in (5, 8, 9))
    change(rows)
    book = openpyxl.Workbook()
    if counts_from_1904:
        book.epoch = CALENDAR_MAC_1904
    for row in rows:
        book.worksheets[0].append(row)
    book.save(company.folder / "purchases.xlsx")
    return company.load(write=False)


def _order_dates(company: Company) -> list[str]:
    return [str(day) for (day,) in company.ledger.rows("SELECT order_date FROM purchase_order ORDER BY number")]


@pytest.mark.parametrize("counts_from_1904", [False, True])
def test_day_numbers_count_from_where_their_workbook_does(company: Company, counts_from_1904: bool) -> None:
    """The same number is a day four years later in a workbook that counts from 1904."""
    epoch = date(1904, 1, 1) if counts_from_1904 else date(1899, 12, 30)

    def as_numbers(rows: list[list[Any]]) -> None:
        for row in rows[1:]:
            for place in (3, 7, 10):
                row[place] = (row[place] - epoch).days

    report = _purchases(company, as_numbers, counts_from_1904=counts_from_1904)

    assert 0 == report.exit_code
    assert ["2024-01-02", "2024-01-30"] == _order_dates(company)
    assert "excel_day_number" in {each.finding for each in report.findings}


def test_dates_in_several_forms_in_one_column_are_one_day(company: Company) -> None:
    def mixed(rows: list[list[Any]]) -> None:
        rows[1][3], rows[2][3], rows[3][3] = "2024/1/2", 45293, "2024年1月30日"
        rows[1][10], rows[2][10], rows[3][10] = "２０２４－０１－１２", "20240112", "2024.2.11"

    assert 0 == _purchases(company, mixed).exit_code
    assert ["2024-01-02", "2024-01-30"] == _order_dates(company)


@pytest.mark.parametrize("cell", ["#N/A", "#REF!", "#VALUE!", "#DIV/0!"])
@pytest.mark.parametrize("place", [4, 5])
def test_a_cell_the_spreadsheet_could_not_calculate_is_told(company: Company, cell: str, place: int) -> None:
    """Also where any text would do: #N/A is no item code."""
    report = _purchases(company, lambda rows: rows[3].__setitem__(place, cell))
    (told,) = company.reasons(report, "purchases")

    assert (cell, True) == (told["reject_value"], "could not calculate this cell" in told["reject_reason"])


def test_merged_cells_repeat_what_stands_above(company: Company) -> None:
    """Order number, supplier and date stand once for all lines of an order."""

    def merged(rows: list[list[Any]]) -> None:
        rows[2][0] = rows[2][2] = rows[2][3] = None

    company.mapping = company.mapping.replace(
        'from = "purchases"', 'from = "purchases"\nfill_down = ["order", "supplier", "order_date"]'
    )

    assert 0 == _purchases(company, merged).exit_code
    assert [("P1", 2), ("P2", 1)] == company.ledger.rows(
        "SELECT o.number, count(*) FROM purchase_order o JOIN purchase_order_line l ON l.purchase_order_id = o.purchase_order_id "
        "GROUP BY o.number ORDER BY 1"
    )


def test_parquet_of_other_programs_is_read(company: Company) -> None:
    """Bytes for text, nanoseconds and a zone for dates, floats and dictionaries for codes."""
    company.write()
    (company.folder / "purchases.csv").unlink()
    head, *rows = FILES["purchases"]
    columns: dict[str, Any] = {name: [row[place] for row in rows] for place, name in enumerate(head)}
    for name in ("order_date", "due", "arrived"):
        days = pa.array([date.fromisoformat(cell) for cell in columns[name]])
        columns[name] = days.cast(pa.timestamp("s")).cast(pa.timestamp("ns", "UTC"))
    columns["order"] = pa.array([cell.encode() for cell in columns["order"]], pa.binary())
    columns["sku"] = pa.array(columns["sku"]).dictionary_encode()
    columns["quantity"] = [float(cell) for cell in columns["quantity"]]
    parquet.write_table(pa.table(columns), company.folder / "purchases.parquet")

    assert 0 == company.load(write=False).exit_code
    assert [("P1",), ("P2",)] == company.ledger.rows("SELECT number FROM purchase_order ORDER BY 1")
    assert ["2024-01-02", "2024-01-30"] == _order_dates(company)


def test_whole_numbers_written_with_decimals_are_the_same_keys(company: Company) -> None:
    """A column with gaps leaves other programs as 14.0; 0.0000 is the nothing a mapping speaks of."""
    for row in company.files["items"][1:]:
        row[3] = "0.0000" if row[3] == "0" else row[3]
    company.files["suppliers"][1][0] = "14"
    for row in company.files["purchases"][1:]:
        row[2] = "14.0"

    assert 0 == company.load().exit_code
    assert [(None,)] == company.ledger.rows("SELECT standard_cost FROM item WHERE sku = 'BOLT'")


def test_the_workbook_of_a_small_chinese_factory_loads(tmp_path: Path, new_ledger: Callable[[str], Ledger]) -> None:
    """The shipped example: titles, merged cells, totals, signs, full-width digits; it closes as its stock list says."""
    place = importlib.util.spec_from_file_location("factory_zh", ROOT / "examples" / "factory_zh.py")
    assert place is not None
    assert place.loader is not None
    example = importlib.util.module_from_spec(place)
    place.loader.exec_module(example)
    example.write_workbook(tmp_path / "files")
    ledger = new_ledger("factory")
    report = load(ledger, tmp_path / "files", ROOT / "examples" / "factory_zh.toml", home=tmp_path / "home")
    stock = {row[0]: float(row[2]) for row in example.SHEETS["库存"][1:-1]}

    assert 0 == report.exit_code
    assert stock == {
        sku: quantity / 1_000_000
        for sku, quantity in ledger.rows(
            "SELECT i.sku, sum(b.on_hand_quantity) FROM stock_balance b JOIN item i ON i.item_id = b.item_id JOIN location l "
            "ON l.location_id = b.location_id WHERE l.kind = 'bin' GROUP BY i.sku"
        )
    }
    assert [("C001", 128_000_000), ("M001", None)] == ledger.rows(
        "SELECT sku, list_price FROM item WHERE sku IN ('C001', 'M001') ORDER BY 1"
    )
    assert [("CG-001", 1), ("CG-002", 2), ("CG-003", 1)] == ledger.rows(
        "SELECT o.number, count(*) FROM purchase_order o JOIN purchase_order_line l ON l.purchase_order_id = o.purchase_order_id "
        "GROUP BY o.number ORDER BY 1"
    )
