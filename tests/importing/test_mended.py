"""Rejected rows come back mended: the rejects folder is loaded like any other, and only what was mended is new."""

from __future__ import annotations

import csv
import os
from pathlib import Path

import openpyxl
import pytest

from kernel.errors import InvalidInput, Unavailable
from tests.importing.conftest import Company
from transactional.importing import LoadReport, load, mapping_of, rejects


def _mend(path: Path, change: dict[str, str], *, line: int) -> None:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    for row in rows:
        if row["reject_line"] == str(line):
            row.update(change)
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def _load_rejects(company: Company, report: LoadReport) -> LoadReport:
    assert report.rejects is not None
    return load(company.ledger, report.rejects, company.folder.parent / "mapping.toml", home=company.home)


def test_mended_rejects_are_loaded_and_nothing_else(company: Company) -> None:
    """The document that waited goes in; what was there stays as it is."""
    company.files["purchases"][1][5] = "forty"
    first = company.load()
    assert first.rejects is not None
    before = company.ledger.rows("SELECT max(posting_sequence) FROM posting")[0][0]
    _mend(first.rejects / "purchases.csv", {"quantity": "40"}, line=2)
    second = _load_rejects(company, first)
    kinds = company.ledger.rows("SELECT DISTINCT command_kind FROM posting WHERE posting_sequence > ? ORDER BY 1", (before,))

    assert (1, 0) == (first.exit_code, second.exit_code)
    assert {("PlacePurchaseOrder",), ("ReceiveGoods",)} <= set(kinds)
    assert not {("PlaceWorkOrder",), ("EnterSalesOrder",), ("DefineItem",)} & set(kinds)
    assert {"CART": 3, "WHEEL": 26, "BOLT": 100} == company.on_hand()


def test_what_is_still_wrong_is_rejected_again_with_what_was_typed(company: Company) -> None:
    company.files["purchases"][3][5] = "many"
    company.files["items"][3][3] = "cheap"
    first = company.load()
    assert first.rejects is not None
    _mend(first.rejects / "items.csv", {"cost": "0.2"}, line=4)
    second = _load_rejects(company, first)
    told = company.reasons(second, "purchases")

    assert ["many"] == [row["reject_value"] for row in told]
    assert [("BOLT",)] == company.ledger.rows("SELECT sku FROM item WHERE sku = 'BOLT'")
    _mend(second.rejects / "purchases.csv", {"quantity": "50"}, line=4)  # type: ignore[operator]
    third = _load_rejects(company, second)

    assert 0 == third.exit_code, "what was mended before the last time is not forgotten"
    assert [("P2",)] == company.ledger.rows("SELECT number FROM purchase_order WHERE number = 'P2'")


def test_a_line_that_was_no_row_can_be_mended(company: Company) -> None:
    """A cut-off line comes back with its cells where they belong."""
    company.write()
    path = company.folder / "purchases.csv"
    path.write_text(path.read_text().replace("P2,P2-1,S1,2024-01-30,BOLT,50,0.1234,2024-02-10,50,0,2024-02-11", "P2,P2-1,S1"))
    first = company.load(write=False)
    assert first.rejects is not None
    assert ["P2", "P2-1", "S1"] == [company.reasons(first, "purchases")[0][name] for name in ("order", "line", "supplier")]
    whole = {"order_date": "2024-01-30", "sku": "BOLT", "quantity": "50", "price": "0.1234", "received": "0", "rejected": "0"}
    _mend(first.rejects / "purchases.csv", whole, line=4)
    second = _load_rejects(company, first)

    assert 0 == second.exit_code
    assert [("P1",), ("P2",)] == company.ledger.rows("SELECT number FROM purchase_order ORDER BY 1")


def test_a_text_that_looks_like_a_formula_survives_the_way_there_and_back(company: Company) -> None:
    """The apostrophe keeps a spreadsheet quiet; it is no part of the name."""
    company.files["items"].append(["X1", "@Home -5%", "bought", "cheap"])
    first = company.load()
    assert first.rejects is not None
    assert "'@Home -5%" == company.reasons(first, "items")[0]["name"]
    _mend(first.rejects / "items.csv", {"cost": "3"}, line=5)
    second = _load_rejects(company, first)

    assert 0 == second.exit_code
    assert [("@Home -5%",)] == company.ledger.rows("SELECT name FROM item WHERE sku = 'X1'")


def test_every_export_is_harmless_to_a_spreadsheet(company: Company) -> None:
    """No cell of the rejects or of the readiness workbook begins like a formula."""
    company.files["items"] += [["=1+1", "=cmd|' /C calc'!A0", "bought", "cheap"], ["-X", "+SUM(A1)", "made", "2"]]
    report = company.load()
    assert report.rejects is not None
    assert report.readiness is not None
    files = [path.open(encoding="utf-8-sig") for path in report.rejects.glob("*.csv")]
    cells = [cell for file in files for row in csv.reader(file) for cell in row]
    book = openpyxl.load_workbook(report.readiness.with_suffix(".xlsx"))
    cells += [str(cell.value) for sheet in book for row in sheet for cell in row if isinstance(cell.value, str)]

    assert any("SUM(A1)" in cell for cell in cells)
    assert [] == [cell for cell in cells if cell.startswith(("=", "+", "@", "\t", "-X"))]
    assert all(cell.data_type != "f" for sheet in book for row in sheet for cell in row)


def test_rejects_without_their_line_numbers_are_refused(company: Company) -> None:
    company.files["purchases"][3][5] = "many"
    first = company.load()
    assert first.rejects is not None
    _mend(first.rejects / "purchases.csv", {"reject_line": ""}, line=4)

    with pytest.raises(InvalidInput, match="no number in column reject_line"):
        _load_rejects(company, first)


def test_rejects_whose_folder_is_gone_say_which(company: Company) -> None:
    company.files["purchases"][3][5] = "many"
    first = company.load()
    company.folder.rename(company.folder.with_name("elsewhere"))

    with pytest.raises(InvalidInput, match="these rejects came from"):
        _load_rejects(company, first)


def test_a_full_disk_is_told_and_the_load_can_be_repeated(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was posted stays posted; no half-written rejects folder is left."""
    company.files["purchases"][3][5] = "many"

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(rejects, "_write_file", full)
        with pytest.raises(Unavailable, match="No space left on device"):
            company.load()
    posted = company.ledger.rows("SELECT count(*) FROM posting")
    report = company.load()

    assert [] == [path for path in (company.home / "rejects").iterdir() if path.name.endswith(".new")]
    assert 0 == report.posted
    assert posted == company.ledger.rows("SELECT count(*) FROM posting")
    assert ["many"] == [row["reject_value"] for row in company.reasons(report, "purchases")]


def test_a_check_posts_nothing_and_tells_everything(company: Company) -> None:
    """The same rejects and findings as the load itself, an untouched ledger."""
    company.files["purchases"][3][5] = "many"
    company.write()
    mapping = company.folder.parent / "mapping.toml"
    mapping.write_text(company.mapping, encoding="utf-8")
    checked = load(company.ledger, company.folder, mapping, home=company.home, check_only=True)
    told = company.reasons(checked, "purchases")

    assert (1, True, 0) == (checked.exit_code, checked.is_check, checked.posted)
    assert [(0,)] == company.ledger.rows("SELECT count(*) FROM posting")
    loaded = company.load()
    assert told == company.reasons(loaded, "purchases")
    assert {each.finding for each in checked.findings} == {each.finding for each in loaded.findings}


def test_what_a_killed_load_left_behind_is_cleared_and_a_running_one_is_left_alone(company: Company) -> None:
    company.home.mkdir()
    ours, dead = company.home / f"load-{os.getpid()}-a", company.home / "load-99999999-b"
    ours.mkdir()
    dead.mkdir()
    company.load()

    assert (True, False) == (ours.is_dir(), dead.is_dir())


def test_a_rejects_folder_remembers_its_mapping(company: Company) -> None:
    """So the folder alone is enough at the command line."""
    company.files["purchases"][3][5] = "many"
    report = company.load()
    assert report.rejects is not None

    assert company.folder.parent / "mapping.toml" == mapping_of(report.rejects)
    assert None is mapping_of(company.folder)
