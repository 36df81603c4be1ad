"""How is a CSV file read when nobody says how it was written?

Encoding is found per file: UTF-8 with or without mark, UTF-16 with or without mark, GB 18030 (which holds GBK), else Western
European. A line that does not fit its file's encoding is broken, and so is one with another number of cells than the header;
empty cells beyond the header are no harm. Lines are counted from 1 as an editor does.
"""

from __future__ import annotations

import codecs
import csv
import itertools
import re
from collections.abc import Iterator
from pathlib import Path

from kernel.errors import InvalidInput
from transactional.importing.batches import HEAD_LINES, Batch, SourceFile, batches, header_from, short_error
from transactional.importing.problems import Problem

__all__ = ["decoded", "delimiter_of", "encoding_of", "open_csv"]

_MAX_CELL = 1_000_000
_WESTERN = re.compile(rb"[A-Za-z][\x80-\xff][A-Za-z]")


def open_csv(path: Path, header_line: int | None) -> SourceFile:
    """Find encoding, separator and header. Raises InvalidInput ``importing.empty_file`` without a header."""
    if path.stat().st_size == 0:
        raise InvalidInput("importing.zero_bytes", file=path.name)
    encoding = encoding_of(path)
    delimiter = delimiter_of(path, encoding, header_line)
    csv.field_size_limit(_MAX_CELL)

    def rows() -> Iterator[tuple[int, list[str]]]:
        # surrogateescape keeps a byte that does not fit recognisable, so that only its line is refused.
        with path.open(encoding=encoding, errors="surrogateescape", newline="") as stream:
            reader = csv.reader(stream, delimiter=delimiter, strict=True)
            line = 1
            for cells in reader:
                yield line, cells
                line = reader.line_num + 1

    head: list[tuple[int, list[str]]] = []
    try:
        for line, cells in itertools.islice(rows(), HEAD_LINES):
            head.append((line, [cell.strip() for cell in cells]))
    except csv.Error:
        pass  # told where it stands, when the rows are read
    try:
        at, header = header_from(head, header_line)
    except IndexError:
        raise InvalidInput("importing.empty_file", file=path.name) from None

    def read(needed: frozenset[str]) -> Iterator[Batch]:
        broken: list[tuple[int, Problem]] = []

        def body() -> Iterator[tuple[int, list[str]]]:
            last = at
            try:
                for line, cells in rows():
                    if line <= at or not any(cells):
                        last = max(last, line)
                        continue
                    last = line
                    problem = _broken(cells, header, encoding)
                    if problem is not None:
                        broken.append((line, problem))
                    else:
                        yield line, cells
            except csv.Error as error:
                key = "importing.cell_too_long" if "field limit" in str(error) else "importing.broken_quotes"
                broken.append((last + 1, Problem(key, values={"error": str(error)})))

        try:
            yield from batches(body(), header, needed, broken)
        except OSError as error:
            raise InvalidInput("importing.unreadable_file", file=path.name, error=short_error(error)) from error

    repeated = sorted({name for name in header if header.count(name) > 1})
    return SourceFile(path, path.name, header, repeated, read, _notes(path, encoding), head=head, delimiter=delimiter)


def decoded(raw: bytes, encoding: str) -> str:
    """A line as people would read it: in its file's encoding, else in the one it was more likely written in."""
    for attempt in (encoding, "utf-8", "gb18030" if _kind(raw) == "gb18030" else "cp1252"):
        try:
            return raw.decode(attempt).rstrip("\r\n")
        except UnicodeDecodeError:
            continue
    return raw.decode(encoding, "replace").rstrip("\r\n")


def _notes(path: Path, encoding: str) -> dict[str, str]:
    notes: dict[str, str] = {}
    if encoding not in ("utf-8", "utf-8-sig"):
        notes["encoding"] = encoding
    with path.open("rb") as raw:
        raw.seek(-1, 2)
        if raw.read(1) not in (b"\n", b"\r", b"\x00"):
            notes["no_line_end"] = path.name
    return notes


def _broken(cells: list[str], header: list[str], encoding: str) -> Problem | None:
    width = len(header)
    if len(cells) < width or any(cell.strip() for cell in cells[width:]):
        return Problem("importing.cell_count", values={"cells": len(cells), "expected": width})
    for name, cell in zip(header, cells, strict=False):
        if not cell.isascii() and any("\ud800" <= char <= "\udfff" for char in cell):
            shown = decoded(cell.encode(encoding, "surrogateescape"), encoding)
            return Problem("importing.wrong_encoding", name, shown, {"encoding": encoding})
    return None


def encoding_of(path: Path) -> str:
    """The encoding most lines of a text file are written in, as Python names it."""
    with path.open("rb") as stream:
        start = stream.read(4096)
        if start.startswith(codecs.BOM_UTF8):
            return "utf-8-sig"
        if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return "utf-16"
        # Text has no zero bytes; every second byte of Latin text in UTF-16 is one.
        if start.count(0) * 5 > len(start):
            return "utf-16-le" if start[1::2].count(0) > start[0::2].count(0) else "utf-16-be"
        stream.seek(0)
        found = {"utf-8": 0, "gb18030": 0, "cp1252": 0}
        for line in stream:
            if not line.isascii():
                found[_kind(line)] += 1
    # Chinese and Western text pass for UTF-8 only by accident, so the encoding of most non-ASCII lines is the file's.
    return max(found, key=lambda name: found[name])


def _kind(line: bytes) -> str:
    for encoding in ("utf-8", "gb2312"):
        try:
            line.decode(encoding)
        except UnicodeDecodeError:
            continue
        return "gb18030" if encoding == "gb2312" else encoding
    try:
        line.decode("gb18030")
    except UnicodeDecodeError:
        return "cp1252"
    # "Müller" is accidentally valid GB 18030; a lone high byte between letters is no Chinese.
    return "cp1252" if _WESTERN.search(line) else "gb18030"


def delimiter_of(path: Path, encoding: str, header_line: int | None) -> str:
    """What stands between the cells of the header: a comma, a semicolon, a tab or a bar."""
    with path.open(encoding=encoding, errors="surrogateescape") as stream:
        lines = list(itertools.islice(stream, max(HEAD_LINES, header_line or 0)))
    marks = ",;\t|"
    if header_line is not None:
        lines = lines[header_line - 1 :]
    head = next((line for line in lines if any(mark in line for mark in marks)), "")
    return max(marks, key=lambda mark: (head.count(mark), mark == ","))
