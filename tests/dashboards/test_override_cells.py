"""A column pasted from a spreadsheet is taken as it is; what is no quantity is named cell by cell and the rest stands."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from dashboards.override_cells import read_cells
from tests.dashboards.conftest import Open
from transactional import open_ledger

STARTS = [date(2026, month, 1) for month in range(1, 7)]
BASE = [100.0] * 6


def _read(*typed: object) -> tuple[list[Decimal | None], list[str]]:
    found = read_cells({place: {"Override": cell} for place, cell in enumerate(typed)}, "Override", STARTS, BASE, "month")
    return [value for value, _ in found.changes.values()], found.refusals


@pytest.mark.parametrize(
    ("expected", "typed"),
    [("1234.5", "1,234.5"), ("500", "５００"), ("1234", "１，２３４"), ("7", " 7 "), ("0", "0"), ("0.333333", "0.3333333333")],
)
def test_what_a_spreadsheet_holds_is_understood(expected: str, typed: str) -> None:
    assert ([Decimal(expected)], []) == ([value.normalize() if value else value for value in _read(typed)[0]], _read(typed)[1])


@pytest.mark.parametrize(
    ("named", "typed"),
    [
        ("abc", "abc"),
        ("-5", "-5"),
        ("1,23", "1,23"),
        ("1.234,5", "1.234,5"),
        ("1.234", "1.234"),
        ("１．２３４", "１．２３４"),
        ("12 pcs", "12 pcs"),
        ("1E+99", "1e99"),
        ("NaN", "NaN"),
    ],
)
def test_what_is_no_quantity_is_refused_with_its_period(named: str, typed: str) -> None:
    values, refusals = _read("10", typed)

    assert [Decimal(10)] == values
    assert 1 == len(refusals)
    assert refusals[0].startswith("2026-02: ")
    assert named in refusals[0]


def test_a_number_with_two_readings_is_asked_back_with_both() -> None:
    refused = _read("1.234")[1][0]

    assert "1.2340" in refused
    assert "1234" in refused


def test_an_emptied_cell_gives_the_period_back() -> None:
    assert ([None, None], []) == _read("", None)


@given(st.integers(0, 10**9), st.integers(0, 6))
def test_every_way_of_writing_a_number_means_the_same(whole: int, decimals: int) -> None:
    value = Decimal(whole).scaleb(-decimals)
    # 1.234 alone has two readings and is asked back.
    assume(not (decimals == 3 and 1 <= value < 1000))
    plain, grouped = f"{value:f}", f"{value:,f}"
    wide = plain.translate(str.maketrans("0123456789.", "０１２３４５６７８９．"))

    assert ([value] * 3, []) == _read(plain, grouped, wide)


def test_a_pasted_column_saves_the_good_cells_and_names_the_others(home: Path, visit: Open) -> None:
    app = visit("forecast")
    editor = app.data_editor[0]
    pasted = {0: {"Override": "1,200"}, 1: {"Override": "a lot"}, 2: {"Override": "９００"}}
    app.session_state[editor.key] = {"edited_rows": pasted, "added_rows": [], "deleted_rows": []}
    next(field for field in app.text_input if field.label == "Reason").set_value("campaign agreed")
    next(field for field in app.date_input if field.label == "Until (optional)").set_value(date(2026, 3, 31))
    next(button for button in app.button if button.label == "Save override").click().run()
    ledger = open_ledger(home / "ledger.db")
    stored = ledger.records("select override_quantity, until_date from forecast_override order by period_start")

    assert [{"override_quantity": value, "until_date": "2026-03-31"} for value in (1_200_000_000, 900_000_000)] == stored
    assert "1 cells were not understood" in app.error[0].value
    assert "2026-02" in app.error[0].value
    assert "saved for 2 periods" in app.success[0].value
