"""In which shape do rows leave a file, whatever kind of file it is?"""

from __future__ import annotations

import itertools
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from transactional.importing.problems import Problem

__all__ = ["BATCH_ROWS", "Batch", "SourceFile", "batches", "header_from", "short_error"]

BATCH_ROWS = 4096
HEAD_LINES = 30
"""How far down a header is looked for."""


@dataclass(slots=True)
class Batch:
    """Rows of one file, column by column.

    Attributes:
        lines: where each row stands in the file.
        columns: source column -> values, each as long as `lines`.
        broken: lines that could not be read as a row at all.
    """

    lines: list[int]
    columns: dict[str, list[Any]]
    broken: list[tuple[int, Problem]] = field(default_factory=list)


@dataclass(slots=True)
class SourceFile:
    """An opened source.

    Attributes:
        path: the file.
        name: file name, with the sheet for XLSX; what reports call it.
        header: its columns in order.
        repeated: columns that stand more than once in the header.
        read: batches holding the columns asked for.
        notes: things a person should know about the file.
        counts_from_1904: its day numbers count from 1904, as old spreadsheets of one maker do.
        head: its first lines, for finding a header that stands further down.
        delimiter: what separates the cells of a text file.
    """

    path: Path
    name: str
    header: list[str]
    repeated: list[str]
    read: Callable[[frozenset[str]], Iterator[Batch]]
    notes: dict[str, str] = field(default_factory=dict)
    counts_from_1904: bool = False
    head: list[tuple[int, list[str]]] = field(default_factory=list)
    delimiter: str = ","

    def named(self, wanted: str) -> str | None:
        """The column meant by a name: itself, else the only one that differs by width, case or spaces alone."""
        if wanted in self.header:
            return wanted
        near = {name for name in self.header if alike(name) == alike(wanted)}
        return near.pop() if len(near) == 1 else None

    def line_with(self, wanted: set[str]) -> int | None:
        """The line near the top that holds all these names, when the header stands further down."""
        asked = {alike(name) for name in wanted}
        return next((line for line, cells in self.head if asked <= {alike(cell) for cell in cells}), None)


def alike(name: str) -> str:
    """A column name without width, case and spaces."""
    return "".join(unicodedata.normalize("NFKC", name).casefold().split())


def header_from(rows: list[tuple[int, list[str]]], line: int | None) -> tuple[int, list[str]]:
    """(line, names) of the header: the named line, else the first that is not empty. An empty name takes what stands above it,
    as in merged headers; a column without any name is called by its number.

    Raises: IndexError when there is no such line.
    """
    if line is None:
        position = next((place for place, (_, cells) in enumerate(rows) if any(cells)), len(rows))
    else:
        position = next((place for place, (number, _) in enumerate(rows) if number >= line), len(rows))
    at, cells = rows[position]
    while cells and not cells[-1]:
        cells = cells[:-1]
    above = [row for _, row in rows[:position]] if line is not None else []
    names = []
    for index, cell in enumerate(cells):
        filled = cell or next((row[index] for row in reversed(above) if index < len(row) and row[index]), "")
        names.append(filled or f"(column {index + 1})")
    return at, names


def batches(
    rows: Iterator[tuple[int, Any]],
    header: list[str],
    needed: frozenset[str],
    broken: list[tuple[int, Problem]] | None = None,
) -> Iterator[Batch]:
    """Rows of cells as batches of the needed columns; what `broken` gathers meanwhile leaves with the next batch."""
    wanted = [(index, name) for index, name in enumerate(header) if name in needed]
    while True:
        chunk = list(itertools.islice(rows, BATCH_ROWS))
        held = list(broken) if broken else []
        if broken:
            broken.clear()
        if not chunk and not held:
            return
        columns: dict[str, list[Any]] = {name: [cells[index] for _, cells in chunk] for index, name in wanted}
        yield Batch([line for line, _ in chunk], columns, held)
        if not chunk:
            return


def short_error(error: BaseException) -> str:
    """One line about an exception of a file library."""
    return f"{type(error).__name__}: {str(error).splitlines()[0][:120] if str(error) else ''}"
