"""How do the rows of one mapped table get from its files into the stage: joined, filtered, mapped, typed?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from kernel.errors import InvalidInput
from transactional.importing.batches import Batch, SourceFile
from transactional.importing.casts import caster
from transactional.importing.cells import plain
from transactional.importing.columns import named_batches
from transactional.importing.expressions import Expression, columns_of, compile_expression
from transactional.importing.filters import compile_filter
from transactional.importing.lookups import LINE, Lookups
from transactional.importing.mapping import TableSpec
from transactional.importing.problems import Problem
from transactional.importing.sources import find_files, no_such_file
from transactional.importing.staging import FileProblem, Stage, StagedFile, TableRead, named_json
from transactional.importing.targets import TARGETS, Column, Target

__all__ = ["read_table"]


def read_table(stage: Stage, lookups: Lookups, spec: TableSpec, progress: Callable[[int], None]) -> None:
    """Stream one mapped table into its target; what cannot be read stays as a reason, an unusable file as a problem."""
    paths = find_files(stage.folder, spec.source)
    if not paths:
        if not spec.is_optional:
            stage.problems.append(FileProblem(spec.source, spec.target, no_such_file(stage.folder, spec.source)))
        return
    for path in paths:
        count = TableRead(spec.target, path.name)
        stage.reads.append(count)
        stage.database.execute("BEGIN")
        try:
            source = stage.open(path, spec.sheet, spec.header_line)
            count.source = source.name
            _Reader(stage, lookups, spec, source, count).run(progress)
        except InvalidInput as error:
            stage.problems.append(FileProblem(path.name, spec.target, error))
        stage.database.execute("COMMIT")


@dataclass(slots=True)
class _Column:
    """A target column ready to be read: what reasons call it, its values, its type."""

    column: Column
    shown: str
    expression: Expression
    cast: Callable[[Any], Any]


class _Reader:
    """One file on its way into one target."""

    def __init__(self, stage: Stage, lookups: Lookups, spec: TableSpec, source: SourceFile, count: TableRead) -> None:
        self.stage, self.lookups, self.spec, self.source, self.count = stage, lookups, spec, source, count
        self.target: Target = TARGETS[spec.target]
        needed = set().union(*[columns_of(each) for each in spec.columns.values()], set(spec.where), set(spec.fill_down))
        for join in spec.joins:
            needed |= {ours for ours, _ in join.on}
        self.own = {name for name in needed if not any(name.startswith(f"{join.alias}.") for join in spec.joins)}
        self.batches = named_batches(source, self.own, spec.fill_down)
        self.joins = [lookups.join(join, needed) for join in spec.joins]
        self.file: StagedFile = stage.register(source, spec.sheet, spec.header_line)
        self.columns = [self._column(column) for column in self.target.columns]
        self.insert = self._insert_statement()

    def run(self, progress: Callable[[int], None]) -> None:
        fits = compile_filter(self.spec.where)
        for batch in self.batches:
            for attach in self.joins:
                attach(batch)
            total = len(batch.lines)
            self.count.read += total + len(batch.broken)
            for line, problem in batch.broken:
                self._broken_row(line, problem)
            if self.spec.where:
                batch = _keep(batch, fits(batch))
                self.count.filtered += total - len(batch.lines)
            if batch.lines:
                self._stage_batch(batch)
            progress(total)

    def _column(self, column: Column) -> _Column:
        given = self.spec.columns.get(column.name)
        rules = self.stage.mapping.rules
        if given is None and column.name == "warehouse":
            given = {"const": rules.warehouse}
        if given is None and column.name == "location" and self.target.name == "stock":
            given = {"const": rules.location}
        if given is None:
            given = {"const": None}
        shown = given if isinstance(given, str) else "+".join(sorted(columns_of(given))) or column.name
        date_format = given.get("date_format", ()) if isinstance(given, dict) else ()

        def note(kind: str, value: str) -> None:
            self.stage.note(kind, self.source.name, shown, value)

        cast = caster(
            column,
            limit=rules.max_quantity,
            date_format=date_format if isinstance(date_format, str) else tuple(date_format),
            note=note,
            currency=self.stage.mapping.company.currency,
            counts_from_1904=self.source.counts_from_1904,
        )
        return _Column(column, shown, compile_expression(given, self.lookups.find), cast)

    def _insert_statement(self) -> str:
        places = ", ".join("?" * (4 + len(self.target.columns)))
        name = self.target.name
        if self.spec.is_distinct:
            keys = ", ".join(f'"{key}"' for key in self.target.key)
            self.stage.database.execute(f"CREATE UNIQUE INDEX IF NOT EXISTS distinct_{name} ON t_{name} ({keys})")
            return f"INSERT OR IGNORE INTO t_{name} VALUES ({places})"
        return f"INSERT INTO t_{name} VALUES ({places})"

    def _stage_batch(self, batch: Batch) -> None:
        rows = len(batch.lines)
        first = self.stage.take_ids(rows)
        bad = [0] * rows
        cells: list[list[Any]] = []
        reasons: list[tuple[Any, ...]] = []
        told: set[tuple[int, int]] = set()  # a missing header row spoils many columns but is one reason
        for each in self.columns:
            column, cast = each.column, each.cast
            values = [cast(value) for value in each.expression(batch)]
            if column.default is not None:
                values = [column.default if value is None else value for value in values]
            for row, value in enumerate(values):
                if value is None:
                    if not column.is_required:
                        continue
                    value = Problem("importing.missing_value", each.shown)
                elif not isinstance(value, Problem):
                    continue
                values[row] = None
                bad[row] = 1
                if (row, id(value)) in told:
                    continue
                told.add((row, id(value)))
                where = value.column or each.shown
                named = {**value.values, **_joined_place(batch, where, row)}
                place = (self.target.name, first + row, self.file.number, batch.lines[row])
                reasons.append((*place, where, plain(value.value)[:200], value.key, named_json(named)))
            cells.append(values)
        before = self.stage.database.total_changes
        self.stage.database.executemany(
            self.insert, zip(range(first, first + rows), [self.file.number] * rows, batch.lines, bad, *cells, strict=True)
        )
        self.count.repeated += rows - (self.stage.database.total_changes - before)
        self.stage.add_reasons(reasons)

    def _broken_row(self, line: int, problem: Problem) -> None:
        places = ", ".join("?" * (4 + len(self.target.columns)))
        row = self.stage.take_ids(1)
        nothing = [None] * len(self.target.columns)
        self.stage.database.execute(
            f"INSERT INTO t_{self.target.name} VALUES ({places})", (row, self.file.number, line, 1, *nothing)
        )
        shown = plain(problem.value)[:200]
        place = (self.target.name, row, self.file.number, line)
        self.stage.add_reasons([(*place, problem.column, shown, problem.key, named_json(problem.values))])


def _keep(batch: Batch, kept: list[bool]) -> Batch:
    if all(kept):
        return batch
    columns = {name: [value for value, keep in zip(values, kept, strict=True) if keep] for name, values in batch.columns.items()}
    return Batch([line for line, keep in zip(batch.lines, kept, strict=True) if keep], columns)


def _joined_place(batch: Batch, column: str, row: int) -> dict[str, Any]:
    alias, dot, _ = column.partition(".")
    places = batch.columns.get(f"{alias}.{LINE}") if dot else None
    return {"at": places[row]} if places and places[row] else {}
