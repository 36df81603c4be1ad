"""Where do the rows of a load wait, typed and checked, until they become commands?

In a scratch SQLite file: one table `t_<target>` per target with its columns, the file and line each row came from and whether it is
bad; one table of reasons. So a load is never limited by memory, and the checks are set operations.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kernel.errors import InvalidInput
from transactional.importing.casts import caster, plain
from transactional.importing.expressions import Expression, columns_of, compile_expression, compile_filter
from transactional.importing.mapping import Join, Mapping, TableSpec
from transactional.importing.problems import Finding, Problem, Reason
from transactional.importing.sources import Batch, SourceFile, find_files, open_source
from transactional.importing.targets import TARGETS, Column, Target

__all__ = ["FileProblem", "Stage", "TableRead"]

_TEXT = frozenset({"code", "text", "date", "choice"})
_LINE = "@line"


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
class _File:
    number: int
    path: Path
    sheet: str | None
    name: str


@dataclass(slots=True)
class Stage:
    """The scratch database of one load."""

    folder: Path
    mapping: Mapping
    database: sqlite3.Connection
    files: dict[str, _File] = field(default_factory=dict)
    reads: list[TableRead] = field(default_factory=list)
    problems: list[FileProblem] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    _indexes: dict[tuple[str, str, str | None], dict[str, Any]] = field(default_factory=dict)
    _next_id: int = 1
    _notes: dict[tuple[str, str, str], list[str]] = field(default_factory=dict)

    @classmethod
    def create(cls, scratch: Path, folder: Path, mapping: Mapping) -> Stage:
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
            "CREATE TABLE reason (target TEXT, row INTEGER, file INTEGER, line INTEGER, col TEXT, value TEXT, key TEXT, named TEXT)"
        )
        return cls(folder, mapping, database)

    # --- reading -----------------------------------------------------------------------------------------------------------

    def read_table(self, spec: TableSpec, progress: Callable[[int], None]) -> None:
        """Stream one mapped table into its target; what cannot be read stays as a reason."""
        paths = find_files(self.folder, spec.source)
        if not paths:
            if not spec.is_optional:
                missing = InvalidInput("importing.no_such_file", file=spec.source, folder=self.folder.name)
                self.problems.append(FileProblem(spec.source, spec.target, missing))
            return
        for path in paths:
            count = TableRead(spec.target, path.name)
            self.reads.append(count)
            self.database.execute("BEGIN")
            try:
                self._read_file(spec, open_source(path, spec.sheet), count, progress)
            except InvalidInput as error:
                self.problems.append(FileProblem(path.name, spec.target, error))
            self.database.execute("COMMIT")

    def _read_file(self, spec: TableSpec, source: SourceFile, count: TableRead, progress: Callable[[int], None]) -> None:
        target = TARGETS[spec.target]
        file = self._file(source, spec.sheet)
        needed = set().union(*[columns_of(each) for each in spec.columns.values()], set(spec.where))
        for join in spec.joins:
            needed |= {ours for ours, _ in join.on}
        own = {name for name in needed if not any(name.startswith(f"{join.alias}.") for join in spec.joins)}
        _require(source, own)
        self._note_file(source)
        joins = [self._join(join, needed) for join in spec.joins]
        fits = compile_filter(spec.where)
        columns = [self._column(spec, target, column, source) for column in target.columns]
        insert = self._insert_statement(target, spec)
        try:
            for batch in source.read(frozenset(own)):
                for attach in joins:
                    attach(batch)
                total = len(batch.lines)
                count.read += total + len(batch.broken)
                for line, problem in batch.broken:
                    self._broken_row(target, file, line, problem)
                if spec.where:
                    batch = _keep(batch, fits(batch))
                    count.filtered += total - len(batch.lines)
                if batch.lines:
                    self._stage_batch(target, file, batch, columns, insert, count)
                progress(total)
        except RecursionError as error:  # a join on itself
            raise InvalidInput("importing.unreadable_file", file=source.name, error=str(error)) from error

    def _stage_batch(
        self,
        target: Target,
        file: _File,
        batch: Batch,
        columns: list[tuple[Column, str, Expression, Callable[[Any], Any]]],
        insert: str,
        count: TableRead,
    ) -> None:
        rows = len(batch.lines)
        first = self._next_id
        bad = [0] * rows
        cells: list[list[Any]] = []
        reasons: list[tuple[Any, ...]] = []
        told: set[tuple[int, int]] = set()  # a missing header row spoils many columns but is one reason
        for column, shown, expression, cast in columns:
            values = [cast(value) for value in expression(batch)]
            if column.default is not None:
                values = [column.default if value is None else value for value in values]
            for row, value in enumerate(values):
                if value is None:
                    if not column.is_required:
                        continue
                    value = Problem("importing.missing_value", shown)
                elif not isinstance(value, Problem):
                    continue
                values[row] = None
                bad[row] = 1
                if (row, id(value)) in told:
                    continue
                told.add((row, id(value)))
                where = value.column or shown
                named = {**value.values, **_joined_place(batch, where, row)}
                reasons.append(
                    (
                        target.name,
                        first + row,
                        file.number,
                        batch.lines[row],
                        where,
                        plain(value.value)[:200],
                        value.key,
                        _json(named),
                    )
                )
            cells.append(values)
        self._next_id += rows
        before = self.database.total_changes
        self.database.executemany(
            insert, zip(range(first, first + rows), [file.number] * rows, batch.lines, bad, *cells, strict=True)
        )
        count.repeated += rows - (self.database.total_changes - before)
        self._add_reasons(reasons)

    def _column(
        self, spec: TableSpec, target: Target, column: Column, source: SourceFile
    ) -> tuple[Column, str, Expression, Callable[[Any], Any]]:
        given = spec.columns.get(column.name)
        if given is None and column.name == "warehouse":
            given = {"const": self.mapping.rules.warehouse}
        if given is None and column.name == "location" and target.name == "stock":
            given = {"const": self.mapping.rules.location}
        if given is None:
            given = {"const": None}
        shown = given if isinstance(given, str) else "+".join(sorted(columns_of(given))) or column.name
        date_format = given.get("date_format") if isinstance(given, dict) else None

        def note(kind: str, value: str) -> None:
            self._notes.setdefault((kind, source.name, shown), []).append(value)

        cast = caster(column, limit=self.mapping.rules.max_quantity, date_format=date_format, note=note)
        return column, shown, compile_expression(given, self._find), cast

    def _insert_statement(self, target: Target, spec: TableSpec) -> str:
        places = ", ".join("?" * (4 + len(target.columns)))
        if spec.is_distinct:
            keys = ", ".join(f'"{name}"' for name in target.key)
            self.database.execute(f"CREATE UNIQUE INDEX IF NOT EXISTS distinct_{target.name} ON t_{target.name} ({keys})")
            return f"INSERT OR IGNORE INTO t_{target.name} VALUES ({places})"
        return f"INSERT INTO t_{target.name} VALUES ({places})"

    def _broken_row(self, target: Target, file: _File, line: int, problem: Problem) -> None:
        places = ", ".join("?" * (4 + len(target.columns)))
        row = self._next_id
        self._next_id += 1
        nothing = [None] * len(target.columns)
        self.database.execute(f"INSERT INTO t_{target.name} VALUES ({places})", (row, file.number, line, 1, *nothing))
        shown = plain(problem.value)[:200]
        self._add_reasons([(target.name, row, file.number, line, problem.column, shown, problem.key, _json(problem.values))])

    # --- other files: joins and lookups -------------------------------------------------------------------------------------

    def _index(self, source: str, keys: tuple[str, ...], taken: tuple[str, ...], sheet: str | None) -> dict[str, Any]:
        """Plain key of the other file -> (file name, line, taken cells), or a Problem where the key is not unique."""
        name = (source, "\x1f".join((*keys, "\x1e", *taken)), sheet)
        if name in self._indexes:
            return self._indexes[name]
        paths = find_files(self.folder, source)
        if not paths:
            raise InvalidInput("importing.no_such_file", file=source, folder=self.folder.name)
        index: dict[str, Any] = {}
        for path in paths:
            other = open_source(path, sheet)
            _require(other, {*keys, *taken})
            for batch in other.read(frozenset((*keys, *taken))):
                key_cells = zip(*[batch.columns[key] for key in keys], strict=True)
                taken_cells = zip(*[batch.columns[each] for each in taken], strict=True) if taken else ((),) * len(batch.lines)
                for line, key_row, taken_row in zip(batch.lines, key_cells, taken_cells, strict=True):
                    key = "\x1f".join(plain(cell) for cell in key_row)
                    held = index.get(key)
                    if held is None:
                        index[key] = (other.name, line, taken_row)
                    elif isinstance(held, Problem) or held[2] != taken_row:
                        first = held.values["first_line"] if isinstance(held, Problem) else held[1]
                        index[key] = Problem(
                            "importing.ambiguous_key", keys[0], key, {"other": other.name, "line": line, "first_line": first}
                        )
        self._indexes[name] = index
        return index

    def _find(self, source: str, key: str, take: str) -> dict[str, Any]:
        index = self._index(source, (key,), (take,), None)
        return {name: held if isinstance(held, Problem) else held[2][0] for name, held in index.items()}

    def _join(self, join: Join, needed: set[str]) -> Callable[[Batch], None]:
        taken = tuple(sorted(name.partition(".")[2] for name in needed if name.startswith(f"{join.alias}.")))
        index = self._index(join.source, tuple(theirs for _, theirs in join.on), taken, join.sheet)
        ours = [name for name, _ in join.on]
        names = [f"{join.alias}.{name}" for name in taken]

        def attach(batch: Batch) -> None:
            places: list[str] = []
            columns: list[list[Any]] = [[] for _ in names]
            for cells in zip(*[batch.columns[name] for name in ours], strict=True):
                held = index.get("\x1f".join(plain(cell) for cell in cells))
                if held is None and not join.is_optional:
                    held = Problem("importing.no_joined_row", ours[0], cells[0], {"other": join.source})
                if held is None or isinstance(held, Problem):
                    places.append("")
                    for column in columns:
                        column.append(held)
                else:
                    places.append(f"{held[0]}:{held[1]}")
                    for column, value in zip(columns, held[2], strict=True):
                        column.append(value)
            batch.columns.update(zip(names, columns, strict=True))
            batch.columns[f"{join.alias}.{_LINE}"] = places

        return attach

    # --- reasons -----------------------------------------------------------------------------------------------------------

    def _add_reasons(self, reasons: list[tuple[Any, ...]]) -> None:
        if reasons:
            self.database.executemany("INSERT INTO reason VALUES (?, ?, ?, ?, ?, ?, ?, ?)", reasons)

    def reject(self, target: str, rows: list[tuple[int, str, Any, str, dict[str, Any]]]) -> None:
        """Mark rows bad: (row id, column, value, message key, named values)."""
        for row, column, value, key, named in rows:
            self.database.execute(f"UPDATE t_{target} SET bad = 1 WHERE id = ?", (row,))
            self.database.execute(
                f"INSERT INTO reason SELECT ?, id, file, line_no, ?, ?, ?, ? FROM t_{target} WHERE id = ?",
                (target, column, plain(value)[:200], key, _json(named), row),
            )

    def place_of(self, target: str, row: int) -> str:
        """Where a row stands, as ``file:line``."""
        number, line = self.database.execute(f"SELECT file, line_no FROM t_{target} WHERE id = ?", (row,)).fetchone()
        return f"{self.file_name(number)}:{line}"

    def file_name(self, number: int) -> str:
        """Name of a file by its number; implied rows have none."""
        return next((file.name for file in self.files.values() if file.number == number), "(implied)")

    def reasons(self) -> Iterator[tuple[str, int, Reason]]:
        """All reasons with target and row id, by file and line."""
        query = "SELECT target, row, file, line, col, value, key, named FROM reason ORDER BY file, line, target, rowid"
        for target, row, number, line, column, value, key, named in self.database.execute(query):
            yield target, row, Reason(self.file_name(number), line, column, value, key, json.loads(named))

    def path_of(self, name: str) -> tuple[Path, str | None]:
        """Path and sheet of a read file by its name."""
        return self.files[name].path, self.files[name].sheet

    def _file(self, source: SourceFile, sheet: str | None) -> _File:
        if source.name not in self.files:
            self.files[source.name] = _File(len(self.files) + 1, source.path, sheet, source.name)
        return self.files[source.name]

    # --- notes -------------------------------------------------------------------------------------------------------------

    def _note_file(self, source: SourceFile) -> None:
        for kind, value in source.notes.items():
            self._notes.setdefault((kind, source.name, ""), [value])
        for name in source.repeated:
            self._notes.setdefault(("repeated_header", source.name, name), [name])

    def notes(self) -> list[Finding]:
        """What deserved a look while reading, one finding per kind, file and column."""
        return [
            Finding(kind, "nothing", file, {"column": column, "count": len(values), "example": values[0][:80]})
            for (kind, file, column), values in sorted(self._notes.items())
        ]


def _require(source: SourceFile, needed: set[str]) -> None:
    for name in sorted(needed):
        if name in source.repeated:
            raise InvalidInput("importing.repeated_column", file=source.name, column=name)
        if name not in source.header:
            raise InvalidInput("importing.no_such_column", file=source.name, column=name, columns=", ".join(source.header[:40]))


def _keep(batch: Batch, kept: list[bool]) -> Batch:
    if all(kept):
        return batch
    columns = {name: [value for value, keep in zip(values, kept, strict=True) if keep] for name, values in batch.columns.items()}
    return Batch([line for line, keep in zip(batch.lines, kept, strict=True) if keep], columns)


def _joined_place(batch: Batch, column: str, row: int) -> dict[str, Any]:
    alias, dot, _ = column.partition(".")
    places = batch.columns.get(f"{alias}.{_LINE}") if dot else None
    return {"at": places[row]} if places and places[row] else {}


def _json(named: dict[str, Any]) -> str:
    return json.dumps(named, ensure_ascii=False, sort_keys=True, default=str)
