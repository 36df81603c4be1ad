"""Where do the rows of a load wait, typed and checked, until they become commands?

In a scratch SQLite file: one table `t_<target>` per target with its columns, the file and line each row came from and
whether it is bad (0 good, 1 bad, 2 a row that stands twice); one table of reasons. So a load is never limited by memory, and the
checks are set operations.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kernel.errors import InvalidInput
from transactional.importing.batches import SourceFile
from transactional.importing.cells import plain
from transactional.importing.mapping import Mapping
from transactional.importing.mended import Mended
from transactional.importing.problems import Finding, Reason
from transactional.importing.sources import open_source
from transactional.importing.targets import TARGETS

__all__ = ["BAD", "GOOD", "REPEATED", "FileProblem", "Stage", "StagedFile", "TableRead", "named_json"]

GOOD, BAD, REPEATED = 0, 1, 2
_TEXT = frozenset({"code", "text", "date", "choice"})


@dataclass(slots=True, frozen=True)
class FileProblem:
    """A file that could not be used at all."""

    file: str
    target: str
    error: InvalidInput


@dataclass(slots=True)
class TableRead:
    """How many rows of one source became rows of one target."""

    target: str
    source: str
    read: int = 0
    filtered: int = 0
    repeated: int = 0


@dataclass(slots=True)
class StagedFile:
    """A file that rows came from, and how to open it again."""

    number: int
    path: Path
    sheet: str | None
    header_line: int | None
    name: str


@dataclass(slots=True)
class Stage:
    """The scratch database of one load."""

    folder: Path
    mapping: Mapping
    database: sqlite3.Connection
    mended: Mended = field(default_factory=Mended)
    files: dict[str, StagedFile] = field(default_factory=dict)
    reads: list[TableRead] = field(default_factory=list)
    problems: list[FileProblem] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    _next_id: int = 1
    _notes: dict[tuple[str, str, str], list[str]] = field(default_factory=dict)

    @classmethod
    def create(cls, scratch: Path, folder: Path, mapping: Mapping, mended: Mended | None = None) -> Stage:
        """An empty stage in the file `scratch`."""
        database = sqlite3.connect(scratch, isolation_level=None)
        for pragma in ("journal_mode = OFF", "synchronous = OFF", "temp_store = FILE", "cache_size = -65536"):
            database.execute(f"PRAGMA {pragma}")
        for target in TARGETS.values():
            columns = ", ".join(f'"{c.name}" {"TEXT" if c.kind in _TEXT else "INTEGER"}' for c in target.columns)
            database.execute(
                f"CREATE TABLE t_{target.name} (id INTEGER PRIMARY KEY, file INTEGER, line_no INTEGER, bad INTEGER, {columns})"
            )
        database.execute(
            "CREATE TABLE reason (target TEXT, row INTEGER, file INTEGER, line INTEGER, col TEXT, value TEXT, "
            "key TEXT, named TEXT)"
        )
        return cls(folder, mapping, database, mended or Mended())

    # --- files -------------------------------------------------------------------------------------------------------------

    def open(self, path: Path, sheet: str | None, header_line: int | None) -> SourceFile:
        """Open a source with the rows people have mended since."""
        return self.mended.over(open_source(path, sheet, header_line))

    def register(self, source: SourceFile, sheet: str | None, header_line: int | None) -> StagedFile:
        """The number a file's rows carry; what deserves a look about the file is noted."""
        if source.name not in self.files:
            self.files[source.name] = StagedFile(len(self.files) + 1, source.path, sheet, header_line, source.name)
            for kind, value in source.notes.items():
                self.note(kind, source.name, "", value)
            for name in source.repeated:
                self.note("repeated_header", source.name, name, name)
        return self.files[source.name]

    def file_name(self, number: int) -> str:
        """Name of a file by its number; implied rows have none."""
        return next((file.name for file in self.files.values() if file.number == number), "(implied)")

    # --- rows and reasons ----------------------------------------------------------------------------------------------------

    def take_ids(self, count: int) -> int:
        """The first of `count` fresh row ids."""
        first = self._next_id
        self._next_id += count
        return first

    def add_reasons(self, reasons: list[tuple[Any, ...]]) -> None:
        """(target, row, file number, line, column, value, message key, named values as JSON)."""
        if reasons:
            self.database.executemany("INSERT INTO reason VALUES (?, ?, ?, ?, ?, ?, ?, ?)", reasons)

    def reject(self, target: str, rows: list[tuple[int, str, Any, str, dict[str, Any]]], state: int = BAD) -> None:
        """Mark rows bad: (row id, column, value, message key, named values)."""
        for row, column, value, key, named in rows:
            self.database.execute(f"UPDATE t_{target} SET bad = max(bad, ?) WHERE id = ? AND bad <> {BAD}", (state, row))
            self.database.execute(
                f"INSERT INTO reason SELECT ?, id, file, line_no, ?, ?, ?, ? FROM t_{target} WHERE id = ?",
                (target, column, plain(value)[:200], key, named_json(named), row),
            )

    def place_of(self, target: str, row: int) -> str:
        """Where a row stands, as ``file:line``."""
        number, line = self.database.execute(f"SELECT file, line_no FROM t_{target} WHERE id = ?", (row,)).fetchone()
        return f"{self.file_name(number)}:{line}"

    def reasons(self) -> Iterator[tuple[str, int, Reason]]:
        """All reasons with target and row id, by file and line."""
        query = "SELECT target, row, file, line, col, value, key, named FROM reason ORDER BY file, line, target, rowid"
        for target, row, number, line, column, value, key, named in self.database.execute(query):
            yield target, row, Reason(self.file_name(number), line, column, value, key, json.loads(named))

    def has(self, target: str) -> bool:
        """Whether any good row of the target is there."""
        return self.database.execute(f"SELECT 1 FROM t_{target} WHERE bad = 0 LIMIT 1").fetchone() is not None

    # --- notes -------------------------------------------------------------------------------------------------------------

    def note(self, kind: str, file: str, column: str, value: str) -> None:
        """Remember something accepted that deserves a look; a file read for several targets is told once."""
        held = self._notes.setdefault((kind, file, column), [])
        if value not in held[:1]:
            held.append(value)

    def notes(self) -> list[Finding]:
        """What deserved a look while reading, one finding per kind, file and column."""
        return [
            Finding(kind, "nothing", file, {"column": column, "count": len(values), "example": values[0][:80]})
            for (kind, file, column), values in sorted(self._notes.items())
        ]


def named_json(named: dict[str, Any]) -> str:
    """Named values as JSON text."""
    return json.dumps(named, ensure_ascii=False, sort_keys=True, default=str)
