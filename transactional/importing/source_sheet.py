"""How is a worksheet read as rows? Formulas count as the value they last showed; dates are dates; blank rows are skipped."""

from __future__ import annotations

import itertools
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from kernel.errors import InvalidInput
from transactional.importing.batches import HEAD_LINES, Batch, SourceFile, batches, header_from, short_error

__all__ = ["UNREADABLE", "open_sheet"]

UNREADABLE = (OSError, ValueError, KeyError, EOFError, SyntaxError, zipfile.BadZipFile, zipfile.LargeZipFile)
"""What the libraries raise about a file that is cut off or something else than its ending says."""

_OLD_WORKBOOK = b"\xd0\xcf\x11\xe0"


def open_sheet(path: Path, sheet: str | None, header_line: int | None) -> SourceFile:
    """Open the named sheet, else the first. Raises InvalidInput for an unknown sheet or one without a header."""
    if path.stat().st_size == 0:
        raise InvalidInput("importing.zero_bytes", file=path.name)
    with path.open("rb") as stream:
        if stream.read(4) == _OLD_WORKBOOK:
            # Old workbooks and workbooks with a password both begin so.
            raise InvalidInput("importing.old_workbook", file=path.name)
    counts_from_1904 = False

    def rows() -> Iterator[tuple[int, tuple[Any, ...]]]:
        nonlocal counts_from_1904
        import openpyxl

        # data_only: a formula counts as the value the spreadsheet last showed for it.
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
        try:
            names = [page.title for page in book.worksheets]
            if sheet is not None and sheet not in names:
                raise InvalidInput("importing.unknown_sheet", file=path.name, sheet=sheet, sheets=", ".join(names))
            page = book[sheet] if sheet is not None else book.worksheets[0]
            counts_from_1904 = book.epoch.year == 1904
            # Some programs write a wrong size into the sheet; without it every row is as wide as it is.
            page.reset_dimensions()
            yield from enumerate(page.iter_rows(values_only=True), start=1)
        finally:
            book.close()

    head = [
        (line, ["" if cell is None else str(cell).strip() for cell in cells])
        for line, cells in itertools.islice(rows(), max(HEAD_LINES, header_line or 0))
    ]
    try:
        at, header = header_from(head, header_line)
    except IndexError:
        raise InvalidInput("importing.empty_file", file=path.name) from None
    width = len(header)

    def read(needed: frozenset[str]) -> Iterator[Batch]:
        body = (
            (line, [*cells[:width], *[None] * (width - len(cells))])
            for line, cells in rows()
            if line > at and any(cell is not None and cell != "" for cell in cells)
        )
        try:
            yield from batches(body, header, needed)
        except UNREADABLE as error:
            raise InvalidInput("importing.unreadable_file", file=path.name, error=short_error(error)) from error

    name = path.name if sheet is None else f"{path.name}[{sheet}]"
    repeated = sorted({each for each in header if header.count(each) > 1})
    return SourceFile(path, name, header, repeated, read, counts_from_1904=counts_from_1904, head=head)
