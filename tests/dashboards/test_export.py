"""A file holds the whole filtered set, opens with the right types, and never runs what a supplier typed."""

from __future__ import annotations

import csv
import io
from datetime import date
from decimal import Decimal

import openpyxl
import polars as pl
import pytest

from dashboards.components.tables import Column, shown, to_csv, to_excel

pytestmark = pytest.mark.fast

COLUMNS = [Column("sku"), Column("item_name", "name"), Column("quantity", "quantity"), Column("due_date", "date")]
HOSTILE = ['=HYPERLINK("http://x","y")', "+1+1", "-2", "@SUM(A1)", "\t=1", "plain"]


def _frame(rows: int) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "sku": [HOSTILE[place % len(HOSTILE)] for place in range(rows)],
            "item_name": ["Bolt"] * rows,
            "item_name_zh": ["螺栓"] * rows,
            "quantity": [Decimal("-1.500000")] * rows,
            "due_date": [date(2026, 1, 5)] * rows,
        }
    )


def test_excel_holds_every_row_with_numbers_dates_and_harmless_text() -> None:
    sheet = openpyxl.load_workbook(io.BytesIO(to_excel(shown(_frame(3000), COLUMNS, "CNY"), COLUMNS))).active
    first = list(sheet[2])

    assert 3001 == sheet.max_row
    assert ["SKU", "Item", "Quantity", "Due"] == [cell.value for cell in sheet[1]]
    assert ("s", HOSTILE[0]) == (first[0].data_type, first[0].value)
    assert -1.5 == first[2].value
    assert date(2026, 1, 5) == first[3].value.date()


def test_csv_opens_in_a_spreadsheet_without_running_anything() -> None:
    content = to_csv(shown(_frame(3000), COLUMNS, "CNY"))
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))

    assert content.startswith(b"\xef\xbb\xbf")
    assert 3001 == len(rows)
    assert ["'" + text for text in HOSTILE[:5]] == [row[0] for row in rows[1:6]]
    assert "plain" == rows[6][0]
    assert "-1.5" == rows[1][2], "a negative number stays a number"


def test_an_empty_set_is_a_file_with_its_header() -> None:
    assert b"SKU" in to_csv(shown(_frame(0), COLUMNS, "CNY"))
