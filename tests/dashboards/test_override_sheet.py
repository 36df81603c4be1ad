"""A sheet of overrides: what is meant for this table is taken, the rest is refused with line, found and expected."""

from __future__ import annotations

import io
from datetime import date, datetime
from decimal import Decimal

import openpyxl
import pytest

from dashboards.override_sheet import cells_of_sheet, rows_of_file, rows_of_text
from kernel.errors import InvalidInput

MONTHS = [date(2026, month, 1) for month in range(1, 7)]
WEEKS = [date(2026, 1, 5), date(2026, 1, 12)]


def _read(pasted: str, starts: list[date] = MONTHS, frequency: str = "month") -> tuple[dict[date, Decimal | None], list[str]]:
    found = cells_of_sheet(rows_of_text(pasted), starts, [100.0] * len(starts), frequency)
    return {start: value for start, (value, _) in found.changes.items()}, found.refusals


def _workbook(rows: list[list[object]]) -> bytes:
    book, held = openpyxl.Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(held)
    return held.getvalue()


@pytest.mark.parametrize("named", ["2026-02", "2026/2", "2026-02-01", "2026年2月"])
def test_a_period_may_be_written_as_people_write_it(named: str) -> None:
    assert ({MONTHS[1]: Decimal(1200)}, []) == _read(f"{named}\t1,200")


def test_weeks_are_read_by_their_number_or_their_monday() -> None:
    assert ({WEEKS[0]: Decimal(5), WEEKS[1]: Decimal(6)}, []) == _read("2026-W02\t5\n2026-01-12\t６", WEEKS, "week")


def test_one_column_is_taken_from_the_first_period_on_and_letters_are_named_with_their_line() -> None:
    values, refusals = _read("10\nmany\n30")

    assert {MONTHS[0]: Decimal(10), MONTHS[2]: Decimal(30)} == values
    assert ["Line 2"] == [refusal[:6] for refusal in refusals]
    assert "many" in refusals[0]


@pytest.mark.parametrize(
    ("expected", "named"),
    [("is over", "2025-12"), ("beyond the forecast", "2026-07"), ("not the first day", "2026-02-15"), ("no period", "soon 2")],
)
def test_a_period_that_is_not_ahead_is_refused_and_the_others_stand(expected: str, named: str) -> None:
    values, refusals = _read(f"2026-01\t10\n{named}\t20")

    assert {MONTHS[0]: Decimal(10)} == values
    assert 1 == len(refusals)
    assert refusals[0].startswith("Line 2: ")
    assert expected in refusals[0]


def test_a_period_that_stands_twice_keeps_its_first_quantity() -> None:
    values, refusals = _read("2026-01\t10\n2026-01\t20")

    assert {MONTHS[0]: Decimal(10)} == values
    assert "twice" in refusals[0]


@pytest.mark.parametrize(
    ("expected", "pasted"),
    [("7 rows", "\n".join("1234567")), ("3 columns", "2026-01\t1\t2"), ("nothing", " \n\t")],
)
def test_a_sheet_that_cannot_be_meant_for_the_table_is_refused_whole(expected: str, pasted: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        _read(pasted)

    assert expected in refused.value.text("en")


def test_the_files_of_the_screen_come_back_with_their_override_column() -> None:
    exported = [
        ["Period", "Forecast (model)", "Override", "Final forecast"],
        ["2026-01", 100.0, 120.0, 100.0],
        ["2026-02", 90, None, 90],
    ]
    found = cells_of_sheet(rows_of_file("back.xlsx", _workbook(exported)), MONTHS, [100.0] * 6, "month")

    assert {MONTHS[0]: (Decimal(120), 100.0)} == found.changes
    assert [] == found.refusals


def test_dates_and_numbers_of_a_workbook_and_a_csv_with_chinese_headings_are_read() -> None:
    book = cells_of_sheet(rows_of_file("a.xlsx", _workbook([[datetime(2026, 3, 1), 7.5]])), MONTHS, [1.0] * 6, "month")
    text = cells_of_sheet(rows_of_file("a.csv", "期间,数量\n2026-03,8\n".encode("gb18030")), MONTHS, [1.0] * 6, "month")

    assert {MONTHS[2]: (Decimal("7.5"), 1.0)} == book.changes
    assert {MONTHS[2]: (Decimal(8), 1.0)} == text.changes


@pytest.mark.parametrize("content", [b"PK\x03\x04 no workbook", b"\xd0\xcf\x11\xe0\x00old"])
@pytest.mark.parametrize("name", ["wrong.xlsx", "wrong.csv"])
def test_a_file_that_is_no_sheet_is_refused_by_its_name(name: str, content: bytes) -> None:
    with pytest.raises(InvalidInput) as refused:
        cells_of_sheet(rows_of_file(name, content), MONTHS, [1.0] * 6, "month")

    assert refused.value.text("en")
