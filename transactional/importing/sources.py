"""Which files does a mapping mean, and how is one opened?

A file is never read whole: batches of at most `BATCH_ROWS` rows, held column by column, with the line every value stands on.
Lines are counted as people see them: CSV lines and sheet rows from 1, Parquet rows from 1.
"""

from __future__ import annotations

import difflib
from pathlib import Path

from kernel.errors import InvalidInput
from transactional.importing.batches import BATCH_ROWS, Batch, SourceFile, short_error
from transactional.importing.source_csv import open_csv
from transactional.importing.source_parquet import open_parquet
from transactional.importing.source_sheet import UNREADABLE, open_sheet

__all__ = ["BATCH_ROWS", "Batch", "SourceFile", "find_files", "no_such_file", "open_source"]

_SUFFIXES = (".parquet", ".csv", ".tsv", ".txt", ".xlsx", ".xlsm")


def find_files(folder: Path, source: str) -> list[Path]:
    """The files a mapping's `from` means: a name with or without suffix, or a pattern such as ``sales*``; sorted by name.
    Hidden files and the lock files of open spreadsheets are none."""
    if Path(source).is_absolute() or ".." in Path(source).parts:
        raise InvalidInput("importing.outside_folder", file=source)
    if any(mark in source for mark in "*?["):
        found = [path for path in folder.glob(source) if path.suffix.lower() in _SUFFIXES and path.is_file()]
        return sorted(path for path in found if not path.name.startswith((".", "~$")))
    if Path(source).suffix.lower() in _SUFFIXES:
        return [folder / source] if (folder / source).is_file() else []
    return [path for suffix in _SUFFIXES if (path := folder / f"{source}{suffix}").is_file()][:1]


def no_such_file(folder: Path, source: str) -> InvalidInput:
    """Why nothing was found: an old workbook, a name close to it, or nothing at all."""
    if not any(mark in source for mark in "*?["):
        stem = Path(source).stem if Path(source).suffix else source
        old = folder / f"{stem}.xls"
        if old.is_file():
            return InvalidInput("importing.old_workbook", file=old.name)
        there = sorted(path.name for path in folder.iterdir() if path.suffix.lower() in _SUFFIXES and path.is_file())
        near = difflib.get_close_matches(stem.casefold(), [Path(name).stem.casefold() for name in there], 1, 0.7)
        for name in there:
            if near and Path(name).stem.casefold() == near[0]:
                return InvalidInput("importing.no_such_file_near", file=source, folder=folder.name, near=name)
    return InvalidInput("importing.no_such_file", file=source, folder=folder.name)


def open_source(path: Path, sheet: str | None = None, header_line: int | None = None) -> SourceFile:
    """Open one file and read its header. Raises InvalidInput ``importing.unreadable_file`` when it is truncated, locked or no
    such file."""
    try:
        if path.suffix.lower() == ".parquet":
            return open_parquet(path)
        if path.suffix.lower() in (".xlsx", ".xlsm"):
            return open_sheet(path, sheet, header_line)
        return open_csv(path, header_line)
    except PermissionError as error:
        raise InvalidInput("importing.locked_file", file=path.name) from error
    except UNREADABLE as error:
        raise InvalidInput("importing.unreadable_file", file=path.name, error=short_error(error)) from error
