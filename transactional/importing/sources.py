"""How is a CSV, XLSX or Parquet file read in batches, with the line every value stands on?

A file is never read whole: batches of at most `BATCH_ROWS` rows, held column by column. CSV encoding is found per
file (UTF-8 with or without mark, UTF-16, GB 18030); a line that does not fit the file's encoding is broken, and so is
one with more or fewer cells than the header. Lines are counted as people see them: CSV lines and sheet rows from 1
with the header as 1, Parquet rows from 1.
"""

from __future__ import annotations

import codecs
import csv
import itertools
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kernel.errors import InvalidInput
from transactional.importing.problems import Problem

__all__ = ["BATCH_ROWS", "Batch", "SourceFile", "find_files", "open_source"]

BATCH_ROWS = 4096
_SUFFIXES = (".parquet", ".csv", ".tsv", ".txt", ".xlsx", ".xlsm")
_MAX_CELL = 1_000_000


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
    """

    path: Path
    name: str
    header: list[str]
    repeated: list[str]
    read: Callable[[frozenset[str]], Iterator[Batch]]
    notes: dict[str, str] = field(default_factory=dict)


def find_files(folder: Path, source: str) -> list[Path]:
    """The files a mapping's `from` means: a name with or without suffix, or a pattern such as ``sales*``; sorted by name."""
    if Path(source).is_absolute() or ".." in Path(source).parts:
        raise InvalidInput("importing.outside_folder", file=source)
    if any(mark in source for mark in "*?["):
        found = [path for path in folder.glob(source) if path.suffix.lower() in _SUFFIXES]
        return sorted(found)
    if Path(source).suffix.lower() in _SUFFIXES:
        return [folder / source] if (folder / source).is_file() else []
    return [path for suffix in _SUFFIXES if (path := folder / f"{source}{suffix}").is_file()][:1]


def open_source(path: Path, sheet: str | None = None) -> SourceFile:
    """Open one file and read its header. Raises InvalidInput ``importing.unreadable_file`` when it is truncated or no such
    file."""
    try:
        if path.suffix.lower() == ".parquet":
            return _parquet(path)
        if path.suffix.lower() in (".xlsx", ".xlsm"):
            return _sheet(path, sheet)
        return _csv(path)
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        raise InvalidInput("importing.unreadable_file", file=path.name, error=_short(error)) from error


def _repeated(header: list[str]) -> list[str]:
    return sorted({name for name in header if header.count(name) > 1})


def _short(error: BaseException) -> str:
    return f"{type(error).__name__}: {str(error).splitlines()[0][:120] if str(error) else ''}"


# --- Parquet ---------------------------------------------------------------------------------------------------------------


def _parquet(path: Path) -> SourceFile:
    import pyarrow.parquet as parquet

    file = parquet.ParquetFile(path, memory_map=True)
    header = list(file.schema_arrow.names)

    def read(needed: frozenset[str]) -> Iterator[Batch]:
        line = 1
        try:
            wanted = [name for name in header if name in needed]
            for batch in parquet.ParquetFile(path).iter_batches(batch_size=BATCH_ROWS, columns=wanted):
                count = batch.num_rows
                columns = {name: batch.column(name).to_pylist() for name in wanted}
                yield Batch(list(range(line, line + count)), columns)
                line += count
        except (OSError, ValueError) as error:
            raise InvalidInput("importing.unreadable_file", file=path.name, error=_short(error)) from error

    return SourceFile(path, path.name, header, _repeated(header), read)


# --- XLSX ------------------------------------------------------------------------------------------------------------------


def _sheet(path: Path, sheet: str | None) -> SourceFile:
    def rows() -> Iterator[tuple[int, tuple[Any, ...]]]:
        import openpyxl

        # data_only: a formula counts as the value the spreadsheet last showed for it.
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
        try:
            if sheet is not None and sheet not in book.sheetnames:
                raise InvalidInput("importing.unknown_sheet", file=path.name, sheet=sheet, sheets=", ".join(book.sheetnames))
            page = book[sheet] if sheet is not None else book[book.sheetnames[0]]
            yield from enumerate(page.iter_rows(values_only=True), start=1)
        finally:
            book.close()

    first = next((cells for _, cells in rows()), None)
    if first is None:
        raise InvalidInput("importing.empty_file", file=path.name)
    width = max((index + 1 for index, cell in enumerate(first) if cell is not None), default=0)
    header = [str(cell).strip() if cell is not None else f"(column {index + 1})" for index, cell in enumerate(first[:width])]
    name = path.name if sheet is None else f"{path.name}[{sheet}]"

    def read(needed: frozenset[str]) -> Iterator[Batch]:
        body = (
            (line, [*cells[:width], *[None] * (width - len(cells))])
            for line, cells in rows()
            if line > 1 and any(cell is not None and cell != "" for cell in cells)
        )
        try:
            yield from _batches(body, header, needed)
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, zipfile.LargeZipFile) as error:
            raise InvalidInput("importing.unreadable_file", file=path.name, error=_short(error)) from error

    return SourceFile(path, name, header, _repeated(header), read)


# --- CSV -------------------------------------------------------------------------------------------------------------------


def _csv(path: Path) -> SourceFile:
    encoding = _encoding(path)
    delimiter = _delimiter(path, encoding)
    csv.field_size_limit(_MAX_CELL)
    notes: dict[str, str] = {}

    def rows() -> Iterator[tuple[int, list[str]]]:
        # surrogateescape keeps a byte that does not fit recognisable, so that only its line is refused.
        with path.open(encoding=encoding, errors="surrogateescape", newline="") as stream:
            reader = csv.reader(stream, delimiter=delimiter, strict=True)
            line = 1
            for cells in reader:
                yield line, cells
                line = reader.line_num + 1

    first = next((cells for _, cells in rows()), None)
    if first is None or not any(cell.strip() for cell in first):
        raise InvalidInput("importing.empty_file", file=path.name)
    header = [cell.strip() for cell in first]
    if encoding not in ("utf-8", "utf-8-sig"):
        notes["encoding"] = encoding
    with path.open("rb") as raw:
        raw.seek(-1, 2)
        if raw.read(1) not in (b"\n", b"\r", b"\x00"):
            notes["no_line_end"] = path.name

    def read(needed: frozenset[str]) -> Iterator[Batch]:
        broken: list[tuple[int, Problem]] = []

        def body() -> Iterator[tuple[int, list[str]]]:
            last = 1
            try:
                for line, cells in itertools.islice(rows(), 1, None):
                    last = line
                    if not cells:
                        continue
                    problem = _broken(cells, header, encoding)
                    if problem is not None:
                        broken.append((line, problem))
                    else:
                        yield line, cells
            except csv.Error as error:
                broken.append((last + 1, Problem("importing.broken_quotes", values={"error": str(error)})))

        yield from _batches(body(), header, needed, broken)

    return SourceFile(path, path.name, header, _repeated(header), read, notes)


def _broken(cells: list[str], header: list[str], encoding: str) -> Problem | None:
    if len(cells) != len(header):
        return Problem("importing.cell_count", values={"cells": len(cells), "expected": len(header)})
    for name, cell in zip(header, cells, strict=True):
        if not cell.isascii() and any("\ud800" <= char <= "\udfff" for char in cell):
            shown = cell.encode(encoding, "surrogateescape").decode(encoding, "replace")
            return Problem("importing.wrong_encoding", name, shown, {"encoding": encoding})
    return None


def _encoding(path: Path) -> str:
    with path.open("rb") as stream:
        start = stream.read(4)
        if start.startswith(codecs.BOM_UTF8):
            return "utf-8-sig"
        if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return "utf-16"
        stream.seek(0)
        valid = invalid = 0
        for line in stream:
            if line.isascii():
                continue
            try:
                line.decode("utf-8")
                valid += 1
            except UnicodeDecodeError:
                invalid += 1
    # GBK text passes for UTF-8 only by accident, so the encoding of most non-ASCII lines is the file's.
    return "utf-8" if valid >= invalid else "gb18030"


def _delimiter(path: Path, encoding: str) -> str:
    with path.open(encoding=encoding, errors="surrogateescape") as stream:
        head = stream.readline()
    return max(",;\t|", key=lambda mark: (head.count(mark), mark == ","))


def _batches(
    rows: Iterator[tuple[int, Any]],
    header: list[str],
    needed: frozenset[str],
    broken: list[tuple[int, Problem]] | None = None,
) -> Iterator[Batch]:
    while True:
        chunk = list(itertools.islice(rows, BATCH_ROWS))
        held = list(broken) if broken else []
        if broken:
            broken.clear()
        if not chunk and not held:
            return
        columns: dict[str, list[Any]] = {
            name: [cells[index] for _, cells in chunk] for index, name in enumerate(header) if name in needed
        }
        yield Batch([line for line, _ in chunk], columns, held)
        if not chunk:
            return
