"""Bad input is told with file, line, column, value and what to do; good rows load, nothing is half-loaded, the exit code says so."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.importing.conftest import Company
from transactional.importing import LoadReport


def _told(company: Company, report: LoadReport, name: str) -> list[tuple[str, str, str]]:
    return [(row["reject_line"], row["reject_column"], row["reject_reason"]) for row in company.reasons(report, name)]


@pytest.mark.parametrize(
    ("column", "value", "says"),
    [
        (5, "many", "expected a number"),
        (5, "", "the value is missing"),
        (5, "-3", "must be above zero"),
        (5, "0", "must be above zero"),
        (5, "99999999", "not plausible"),
        (5, "1.12345678", "at most 6 decimals"),
        (6, "-0.5", "must not be negative"),
        (3, "31.01.2024", "expected a date as YYYY-MM-DD"),
        (3, "2024-02-30", "expected a date as YYYY-MM-DD"),
        (3, "1024-01-30", "expected a date between"),
        (4, "WHEELS", "items has no such code"),
        (2, "S9", "suppliers has no such code"),
        (9, "51", "is more than received_quantity"),
    ],
)
def test_a_bad_cell_rejects_its_document_and_nothing_else(company: Company, column: int, value: str, says: str) -> None:
    company.files["purchases"][3][column] = value
    report = company.load()
    (told,) = company.reasons(report, "purchases")

    assert 1 == report.exit_code
    assert ("4", value) == (told["reject_line"], told["reject_value"])
    assert told["reject_reason"].startswith("purchases.csv line 4, column ")
    assert says in told["reject_reason"]
    assert "purchases.csv 第 4 行" in told["reject_reason_zh"]
    assert "P2" == told["order"]
    assert [("P1",)] == company.ledger.rows("SELECT number FROM purchase_order")


def test_a_document_with_a_bad_line_is_rejected_whole(company: Company) -> None:
    """Line 3 is fine, but half an order would be a lie; the report names the culprit."""
    company.files["purchases"][1][5] = "forty"
    report = company.load()
    told = _told(company, report, "purchases")

    assert ["2", "3"] == [line for line, _, _ in told]
    assert "document P1 is rejected whole because of purchases.csv:2" in told[1][2]
    assert [("P2",)] == company.ledger.rows("SELECT number FROM purchase_order")


def test_what_depends_on_a_rejected_row_is_rejected_with_that_reason(company: Company) -> None:
    """A bad item takes its bill line, stock, purchases and the product made from it along."""
    company.files["items"][2][3] = "cheap"
    report = company.load()

    assert 1 == report.exit_code
    assert "its row in items (items.csv:3) was rejected" in _told(company, report, "bom")[0][2]
    assert "document CART is rejected whole" in _told(company, report, "bom")[1][2]
    assert "its row in bom_lines (bom.csv:2) was rejected" in _told(company, report, "work_orders")[0][2]
    assert [("BOLT",), ("CART",)] == company.ledger.rows("SELECT sku FROM item ORDER BY 1")
    assert [(0,)] == company.ledger.rows("SELECT count(*) FROM work_order")


@pytest.mark.parametrize("again", ["WHEEL", "wheel", " ＷＨＥＥＬ "])
def test_a_duplicate_code_is_rejected_however_it_is_written(company: Company, again: str) -> None:
    company.files["items"].append([again, "Wheel again", "bought", "1"])
    report = company.load()

    assert "the same key stands already at items.csv:3" in _told(company, report, "items")[0][2]
    assert [("Wheel",)] == company.ledger.rows("SELECT name FROM item WHERE sku = 'WHEEL'")


def test_lines_of_one_document_that_disagree_are_rejected(company: Company) -> None:
    """One order has one supplier and one date."""
    company.files["purchases"][2][3] = "2024-01-03"
    report = company.load()

    assert all("disagree about order_date" in reason for _, _, reason in _told(company, report, "purchases"))


def test_a_bill_of_materials_that_contains_itself_is_told_with_its_path(company: Company) -> None:
    """Both bills of the circle wait; the work orders that need them wait with them."""
    company.files["items"].append(["AXLE", "Axle", "made", "3"])
    company.files["bom"] += [["WHEEL", "AXLE", "1"], ["AXLE", "CART", "1"]]
    report = company.load()
    told = [reason for _, _, reason in _told(company, report, "bom")]

    assert any("contains itself: AXLE > CART > WHEEL > AXLE" in reason for reason in told)
    assert [(0,)] == company.ledger.rows("SELECT count(*) FROM bill_of_materials")
    assert [(0,)] == company.ledger.rows("SELECT count(*) FROM work_order")
    assert [(2,)] == company.ledger.rows("SELECT count(*) FROM purchase_order")


def test_full_width_digits_and_thousands_are_numbers(company: Company) -> None:
    company.files["purchases"][1][5] = "４０"
    company.files["purchases"][2][5] = company.files["purchases"][2][8] = "1,000"
    report = company.load()

    assert 0 == report.exit_code
    assert [(40_000_000,), (1_000_000_000,)] == company.ledger.rows(
        "SELECT ordered_quantity FROM purchase_order_line WHERE source_key LIKE 'P1%' ORDER BY source_key"
    )


def test_excel_day_numbers_are_dates_and_are_pointed_out(company: Company) -> None:
    """45293 is 2024-01-02 in a spreadsheet."""
    for row in (1, 2):
        company.files["purchases"][row][3] = "45293"
    report = company.load()

    assert [("2024-01-02",)] == company.ledger.rows("SELECT order_date FROM purchase_order WHERE number = 'P1'")
    assert ["45293"] == [each.values["example"] for each in report.findings if each.finding == "excel_day_number"]


def test_formulas_stay_text_are_pointed_out_and_leave_harmless(company: Company) -> None:
    """A name that a spreadsheet would run is kept as written in the ledger and written with an apostrophe to CSV."""
    company.files["items"].append(["X1", "=HYPERLINK(1)", "bought", "1"])
    company.files["items"].append(["X2", "+cmd|calc", "bought", "cheap"])
    report = company.load()

    assert [("=HYPERLINK(1)",)] == company.ledger.rows("SELECT name FROM item WHERE sku = 'X1'")
    assert ["formula_like_text"] == [each.finding for each in report.findings if each.finding == "formula_like_text"]
    assert ["'+cmd|calc"] == [row["name"] for row in company.reasons(report, "items")]


def test_a_gbk_file_beside_utf8_files_is_read_as_what_it_is(company: Company) -> None:
    company.write()
    (company.folder / "suppliers.csv").write_bytes("code,name\nS1,上海螺栓厂\n".encode("gb18030"))
    report = company.load(write=False)

    assert [("上海螺栓厂",)] == company.ledger.rows("SELECT name FROM supplier")
    assert ["suppliers.csv"] == [each.subject for each in report.findings if each.finding == "encoding"]


def test_a_line_in_another_encoding_is_rejected_by_its_number(company: Company) -> None:
    """Two lines are UTF-8, one is GBK: the file is UTF-8 and line 3 is named."""
    company.write()
    lines = [b"code,name", "S1,螺栓".encode(), "S2,上海".encode("gb18030"), "S3,车轮".encode()]
    (company.folder / "suppliers.csv").write_bytes(b"\n".join(lines) + b"\n")
    report = company.load(write=False)
    ((line, column, reason),) = _told(company, report, "suppliers")

    assert ("3", "name") == (line, column)
    assert "save the whole file in one encoding" in reason
    assert [("S1",), ("S3",)] == company.ledger.rows("SELECT code FROM supplier ORDER BY 1")


def test_a_cut_off_line_is_rejected(company: Company) -> None:
    company.write()
    path = company.folder / "bins.csv"
    path.write_text(path.read_text() + "BOLT,C")
    report = company.load(write=False)

    assert "2 cells where the header has 3" in _told(company, report, "bins")[0][2]
    assert ["bins.csv"] == [each.subject for each in report.findings if each.finding == "no_line_end"]


def test_an_open_quotation_mark_is_told_where_it_begins(company: Company) -> None:
    company.write()
    path = company.folder / "suppliers.csv"
    path.write_text(path.read_text() + 'S2,"Nuts and\nS3,Rivets\n')
    report = company.load(write=False)
    ((line, _, reason),) = _told(company, report, "suppliers")

    assert "3" == line
    assert "a quotation mark is opened and never closed" in reason


@pytest.mark.parametrize("name", ["bins.parquet", "bins.xlsx"])
def test_a_truncated_file_is_told_and_the_rest_loads(company: Company, name: str) -> None:
    company.write()
    (company.folder / "bins.csv").unlink()
    (company.folder / name).write_bytes(b"PK\x03\x04PAR1 and then nothing")
    report = company.load(write=False)
    (told,) = company.reasons(report, "files")

    assert 1 == report.exit_code
    assert f"{name} cannot be read" in told["reject_reason"]
    assert [(2,)] == company.ledger.rows("SELECT count(*) FROM purchase_order")


def test_a_header_that_stands_twice_is_refused_when_it_is_needed(company: Company) -> None:
    """Which of two quantities is meant? Nobody guesses."""
    company.write()
    (company.folder / "bins.csv").write_text("sku,bin,quantity,quantity\nBOLT,C1,1,2\n")
    (company.folder / "suppliers.csv").write_text("code,name,remark,remark\nS1,Bolt House,a,b\n")
    report = company.load(write=False)

    assert "column quantity stands more than once" in company.reasons(report, "files")[0]["reject_reason"]
    assert ["remark"] == [each.values["column"] for each in report.findings if each.finding == "repeated_header"]


def test_a_missing_file_or_column_names_what_is_there(company: Company) -> None:
    company.write()
    (company.folder / "bins.csv").unlink()
    (company.folder / "suppliers.csv").write_text("code,title\nS1,Bolt House\n")
    report = company.load(write=False)
    reasons = {row["file"]: row["reject_reason"] for row in company.reasons(report, "files")}

    assert "no file bins" in reasons["bins"]
    assert "suppliers.csv has no column name; it has: code, title" in reasons["suppliers.csv"]


def test_nothing_loadable_is_exit_code_two_and_leaves_the_ledger_empty(company: Company) -> None:
    company.folder.mkdir()
    report = company.load(write=False)

    assert 2 == report.exit_code
    assert [(0,)] == company.ledger.rows("SELECT count(*) FROM posting")


def test_mended_rows_load_and_the_old_rejects_are_gone(company: Company) -> None:
    """Mend, load again: the rest follows and nothing is loaded twice."""
    company.files["sales"][1][5] = "two"
    first = company.load()
    company.files["sales"][1][5] = "2"
    second = company.load()

    assert (1, 0) == (first.exit_code, second.exit_code)
    assert second.rejects is None
    assert [("O1",), ("O2",)] == company.ledger.rows("SELECT number FROM sales_order ORDER BY 1")


def test_the_rejects_file_can_be_opened_by_a_spreadsheet(company: Company) -> None:
    """UTF-8 with mark, one row per bad row with all its cells."""
    company.files["bins"][1][2] = "three"
    report = company.load()
    assert report.rejects is not None
    raw = Path(report.rejects / "bins.csv").read_bytes()

    assert raw.startswith(b"\xef\xbb\xbf")
    assert ["CART", "A1"] == [company.reasons(report, "bins")[0][name] for name in ("sku", "bin")]
