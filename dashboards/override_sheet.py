"""Which overrides does a spreadsheet hold: pasted text, a CSV or an Excel file?

Either one column, from the first period on, or a period and a quantity in each row; of a wider sheet with a heading, the column
headed Override is taken. A sheet that cannot be meant for this table is refused whole; a row that cannot be read is named, with
its line, and the others stand.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Sequence
from datetime import date, datetime

from dashboards.formats import period
from dashboards.i18n import language, t
from dashboards.override_cells import Cells, quantity_of
from kernel.errors import InvalidInput
from kernel.messages import text

__all__ = ["cells_of_sheet", "rows_of_file", "rows_of_text"]

_LARGEST = 2_000_000  # bytes; a table of overrides is a few kilobytes
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f]")
_MONTH = re.compile(r"(\d{4})[-/.年](\d{1,2})月?")
_DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?")
_WEEK = re.compile(r"(\d{4})-?W(\d{1,2})", re.IGNORECASE)


def rows_of_text(pasted: str) -> list[list[object]]:
    """Cells of pasted text: columns are apart by tabs (as spreadsheets copy) or semicolons.

    >>> rows_of_text("2026-11\\t1,200\\n2026-12\\t900")
    [['2026-11', '1,200'], ['2026-12', '900']]
    """
    mark = "\t" if "\t" in pasted else ";"
    return [list(row) for row in csv.reader(io.StringIO(pasted.strip("\n")), delimiter=mark)]


def rows_of_file(name: str, content: bytes) -> list[list[object]]:
    """Cells of a CSV or of the first sheet of an Excel file. Raises InvalidInput for what is neither."""
    if len(content) > _LARGEST:
        raise InvalidInput("screen.error.file_too_large", name=name, got=len(content), expected=_LARGEST)
    if name.lower().endswith(".xlsx"):
        import openpyxl
        from openpyxl.utils.exceptions import InvalidFileException

        try:
            book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
            return [list(row) for row in book.worksheets[0].iter_rows(values_only=True)]
        except (zipfile.BadZipFile, InvalidFileException, KeyError, ValueError, OSError, IndexError):
            raise InvalidInput("screen.error.file_unreadable", name=name) from None
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            found = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        # Signs that no text has: another program's file under a wrong name.
        if not _CONTROL.search(found):
            dialect = max((",", ";", "\t"), key=found.count)
            return [list(row) for row in csv.reader(io.StringIO(found), delimiter=dialect)]
    raise InvalidInput("screen.error.file_unreadable", name=name)


def cells_of_sheet(
    rows: Sequence[Sequence[object]], starts: Sequence[date], baselines: Sequence[float | None], frequency: str
) -> Cells:
    """What the sheet says of the periods ahead.

    Args:
        starts: first days of the periods ahead, in order. baselines: the model's forecast of each.

    Raises:
        InvalidInput: nothing in it, more rows than periods, or columns that cannot be told apart.
    """
    filled = [(line, list(row)) for line, row in enumerate(rows, start=1) if any(_said(cell) for cell in row)]
    if not filled:
        raise InvalidInput("screen.error.sheet_empty")
    heading = _heading(filled[0][1])
    place = heading if heading is not None else min(1, _width(filled[0][1]) - 1)
    body = filled[1:] if heading is not None else filled
    width = max((_width(row) for _, row in body), default=0)
    if heading is None and width > 2:
        raise InvalidInput("screen.error.sheet_columns", got=width, column=t("forecast.override"))
    if width <= 1 and len(body) > len(starts):
        raise InvalidInput(
            "screen.error.sheet_rows",
            got=len(body),
            expected=len(starts),
            first=period(starts[0], frequency),
            last=period(starts[-1], frequency),
        )
    changes: dict[date, tuple[object, float | None]] = {}
    refusals: list[str] = []
    for number, (line, row) in enumerate(body):
        said = _said(row[place]) if place < len(row) else ""
        try:
            start = starts[number] if width <= 1 else _period(row[0], starts, frequency)
            if start in changes:
                raise InvalidInput("screen.error.sheet_twice", period=period(start, frequency))
            if said or width <= 1:
                changes[start] = (quantity_of(said) if said else None, baselines[list(starts).index(start)])
        except InvalidInput as refusal:
            refusals.append(text("screen.forecast.sheet_line", language(), line=line, text=refusal.text(language())))
    return Cells(changes, refusals)  # type: ignore[arg-type]


def _heading(first: list[object]) -> int | None:
    """The column of quantities where the first row is a heading; None where it already holds data."""
    names = [_said(cell).casefold() for cell in first]
    ours = {text("screen.forecast.override", each).casefold() for each in ("en", "zh")}
    for place, name in enumerate(names):
        if name in ours:
            return place
    # Letters in a single column are a wrong quantity and are named; two words without a digit are a heading.
    return 1 if _width(first) == 2 and not any(sign.isdigit() for name in names for sign in name) else None


def _period(cell: object, starts: Sequence[date], frequency: str) -> date:
    """The period a cell names. Raises InvalidInput for one that is none, is not ahead, or begins elsewhere."""
    said = _said(cell)
    start = _first_day(cell, said, frequency)
    if start is None:
        raise InvalidInput("screen.error.period_unknown", got=said, expected=period(starts[0], frequency))
    if start in starts:
        return start
    key = "period_past" if start < starts[0] else "period_far" if start > starts[-1] else "period_off_grid"
    raise InvalidInput(f"screen.error.{key}", got=said, first=period(starts[0], frequency), last=period(starts[-1], frequency))


def _first_day(cell: object, said: str, frequency: str) -> date | None:
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    try:
        if found := _DAY.fullmatch(said):
            return date(*map(int, found.groups()))
        if frequency == "week" and (found := _WEEK.fullmatch(said)):
            return date.fromisocalendar(int(found[1]), int(found[2]), 1)
        if frequency == "month" and (found := _MONTH.fullmatch(said)):
            return date(int(found[1]), int(found[2]), 1)
    except ValueError:
        return None
    return None


def _width(row: Sequence[object]) -> int:
    """Columns up to the last that holds something."""
    return max((place for place, cell in enumerate(row, start=1) if _said(cell)), default=0)


def _said(cell: object) -> str:
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()
