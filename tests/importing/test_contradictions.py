"""Rows that are well formed and still cannot be: told on their row, and nothing that is right falls with them."""

from __future__ import annotations

from pathlib import Path

import pytest

from kernel.errors import InvalidInput, Refused
from tests.importing.conftest import MAPPING, Company
from transactional import Ledger
from transactional.importing.mapping import read_mapping


def _orders(ledger: Ledger) -> list[str]:
    return [number for (number,) in ledger.rows("SELECT number FROM purchase_order ORDER BY 1")]


def test_a_row_that_stands_twice_in_full_counts_once(company: Company) -> None:
    """An export pasted twice loses nothing: the document loads, the repeat is told."""
    company.files["purchases"].append(list(company.files["purchases"][3]))
    report = company.load()
    (told,) = company.reasons(report, "purchases")

    assert 1 == report.exit_code
    assert ["P1", "P2"] == _orders(company.ledger)
    assert "the same row stands already at purchases.csv:4, word for word" in told["reject_reason"]


def test_the_same_key_with_another_content_is_nobodys_guess(company: Company) -> None:
    """Fifty or sixty bolts? The document waits."""
    company.files["purchases"].append([*company.files["purchases"][3][:5], "60", *company.files["purchases"][3][6:]])
    report = company.load()

    assert ["P1"] == _orders(company.ledger)
    assert "keep one of the two rows" in company.reasons(report, "purchases")[1]["reject_reason"]


def test_the_same_rows_in_two_files_count_once(company: Company) -> None:
    company.write()
    company.mapping = company.mapping.replace('from = "purchases"', 'from = "purchases*"')
    (company.folder / "purchases-2.csv").write_bytes((company.folder / "purchases.csv").read_bytes())
    report = company.load(write=False)

    assert ["P1", "P2"] == _orders(company.ledger)
    assert 3 == report.rejected
    assert {"WHEEL": 26, "BOLT": 100, "CART": 3} == company.on_hand()


def test_line_numbers_begin_anew_in_every_order(company: Company) -> None:
    """1, 2, 3 in each order is how most systems count; without numbers the rows are counted."""
    for position, line in enumerate(("1", "2", "1"), start=1):
        company.files["purchases"][position][1] = line
    assert 0 == company.load().exit_code
    keys = "SELECT o.number, l.source_key FROM purchase_order_line l JOIN purchase_order o ON o.purchase_order_id = "
    assert [("P1", "1"), ("P1", "2"), ("P2", "1")] == company.ledger.rows(f"{keys}l.purchase_order_id ORDER BY 1, 2")


def test_lines_without_numbers_are_counted(company: Company) -> None:
    company.mapping = company.mapping.replace('order = "order"\nline = "line"\nsupplier', 'order = "order"\nsupplier')
    first, again = company.load(), company.load()

    assert (0, 0, 0) == (first.exit_code, again.exit_code, again.posted)
    assert [("1",), ("1",), ("2",)] == company.ledger.rows("SELECT source_key FROM purchase_order_line ORDER BY 1")


def test_half_a_piece_is_refused_and_half_a_kilo_is_not(company: Company) -> None:
    """Pieces are whole; what is weighed is counted as finely as its documents are."""
    company.files["purchases"][3][5] = "50.5"
    report = company.load()
    assert "is not a multiple of the item's step 1" in company.reasons(report, "purchases")[0]["reject_reason"]

    company.mapping = company.mapping.replace('name = "name"\nitem_type', 'name = "name"\nbase_unit = "unit"\nitem_type')
    company.files["items"][0].append("unit")
    for row in company.files["items"][1:]:
        row.append("kg" if row[0] == "STEEL" else "EA")
    company.files["items"].append(["STEEL", "Steel", "bought", "2", "kg"])
    company.files["purchases"][3][5] = "50"
    company.files["bins"].append(["STEEL", "D1", "12.25"])
    report = company.load()
    assert 0 == report.exit_code
    assert [(10_000,)] == company.ledger.rows("SELECT quantity_step FROM item WHERE sku = 'STEEL'")


@pytest.mark.parametrize(
    ("row", "column", "value", "says"),
    [
        (3, 8, "51", "is more than the 50 ordered"),
        (3, 10, "2024-01-01", "lies before order_date 2024-01-30"),
        (3, 10, "", "received_quantity is 50 but this date is missing"),
        (3, 6, "999999999999", "larger amount than a ledger line can hold"),
        (3, 6, "€5", "the sign of another currency than CNY"),
        (3, 4, "BOLTS", "did you mean BOLT?"),
    ],
)
def test_a_contradiction_is_told_on_its_row(company: Company, row: int, column: int, value: str, says: str) -> None:
    """What the ledger would refuse later is found before anything is posted, so no document is half in it."""
    if column == 6:
        company.files["purchases"][row][5] = "50000"
        company.files["purchases"][row][8] = "0"
    company.files["purchases"][row][column] = value
    report = company.load()
    (told,) = company.reasons(report, "purchases")

    assert ("4", "P2") == (told["reject_line"], told["order"])
    assert says in told["reject_reason"]
    assert ["P1"] == _orders(company.ledger)
    assert 0 == sum(count.refused for count in report.commands.values())


@pytest.mark.parametrize("price", ["￥0.1234", "0.1234元", "¥ 0.1234", "CNY 0.1234", "０．１２３４"])
def test_an_amount_may_carry_the_sign_of_its_currency(company: Company, price: str) -> None:
    company.files["purchases"][3][6] = price

    assert 0 == company.load().exit_code
    assert [(123_400,)] == company.ledger.rows("SELECT unit_price FROM purchase_order_line WHERE source_key = 'P2-1'")


def test_what_is_made_without_a_bill_is_made_from_nothing_and_told(company: Company) -> None:
    """The work happened; that nobody wrote down from what is a question for people."""
    company.files["bom"] = company.files["bom"][:1]
    report = company.load()

    assert 0 == report.exit_code
    assert [("M1", "completed"), ("M2", "released")] == company.ledger.rows("SELECT number, status FROM work_order ORDER BY 1")
    assert "made_from_nothing" in {each.finding for each in report.findings}


def test_a_line_that_joins_a_posted_order_is_told_and_moves_nothing(company: Company) -> None:
    """The ledger keeps the order as it was placed; the new line is a question, not stock."""
    company.load()
    company.files["purchases"].append(
        ["P1", "P1-3", "S1", "2024-01-02", "WHEEL", "5", "5.5", "2024-01-10", "5", "0", "2024-01-12"]
    )  # fmt: skip
    report = company.load()
    told = [each for each in report.findings if each.finding == "changed_since_load"]

    assert [("line", "-", "P1-3")] == [(each.values["column"], each.values["posted"], each.values["now"]) for each in told]
    assert {"CART": 3, "WHEEL": 26, "BOLT": 100} == company.on_hand()


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('target = "stock"', 'target = "inventory"', "did you mean stock?"),
        ('target = "purchase_lines"', 'target = "purchase_line"', "did you mean purchase_lines?"),
        ('promised_date = "due"', 'promise_date = "due"', "did you mean promised_date?"),
        ('promised_date = "due"', 'promised_date = { lokup = "due" }', "did you mean lookup?"),
        ('promised_date = "due"', 'promised_date = { column = "due", values = "x" }', "values: got x"),
        (
            'promised_date = "due"',
            'promised_date = { column = "due", add_days = "x" }',
            "add_days: got x, expected a whole number",
        ),
        ('promised_date = "due"', 'promised_date = { column = "due", date_format = "%Q" }', "date_format: got %Q"),
        ('promised_date = "due"', 'promised_date = "due"\nstatus = { const = "done" }', "status: got done"),
        ('from = "purchases"', 'from = "purchases"\nwhere = { quantity = { atleast = 5 } }', "did you mean at_least?"),
        ('from = "purchases"', 'from = "purchases"\nheader = 0', "a line number from 1"),
        ("as_of = 2024-01-31", 'as_of = "2024-01-31"', "a date without quotes"),
        ('currency = "CNY"', 'currency = "YUAN"', "three capital letters"),
        ('currency = "CNY"', 'time_zone = "Asia/Beijing"', "such as Asia/Shanghai"),
        ('warehouse = "W1"', 'warehouse = ""', "rules.warehouse"),
        ("[[table]]", "[table]", "not valid TOML"),
    ],
)
def test_a_slip_in_the_mapping_is_told_with_what_was_meant(tmp_path: Path, old: str, new: str, says: str) -> None:
    """Before any file is opened."""
    path = tmp_path / "m.toml"
    path.write_text(MAPPING.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(InvalidInput) as refused:
        read_mapping(path)

    assert says in str(refused.value)
    assert "映射文件" in refused.value.text("zh")


def test_the_currency_of_a_company_does_not_change(company: Company) -> None:
    company.load()
    company.mapping = company.mapping.replace('currency = "CNY"', 'currency = "USD"')

    with pytest.raises(Refused, match="this ledger is kept in CNY"):
        company.load()


def test_stock_is_worth_what_it_cost_when_it_was_found(company: Company) -> None:
    """The history of standard costs values the opening; each change is a version of the item on its day."""
    company.mapping += """
[[table]]
target = "item_costs"
from = "costs"
[table.columns]
sku = "sku"
unit_cost = "cost"
valid_from = "since"
"""
    company.files["costs"] = [
        ["sku", "cost", "since"],
        ["WHEEL", "4", "2023-01-01"],
        ["WHEEL", "5", "2024-01-15"],
        ["WHEEL", "5.5", "2024-03-01"],
    ]
    first, again = company.load(), company.load()
    versions = "SELECT v.business_date, v.standard_cost FROM item_version v JOIN item i ON i.item_id = v.item_id WHERE i.sku = "

    assert (0, 0) == (first.exit_code, again.posted)
    assert [(18_000_000, 7_200)] == company.ledger.rows(
        "SELECT sum(m.quantity), sum(m.cost_amount) FROM movement_line m JOIN movement h ON h.movement_id = m.movement_id "
        "JOIN item i ON i.item_id = m.item_id WHERE h.movement_type = 'opening' AND i.sku = 'WHEEL'"
    )
    assert [("2024-01-02", 4_000_000), ("2024-01-15", 5_000_000)] == company.ledger.rows(f"{versions}'WHEEL' ORDER BY 1")
    assert ["WHEEL"] == [each.subject for each in first.findings if each.finding == "cost_disagrees"]
