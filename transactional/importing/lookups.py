"""How are values of other files found: a whole row by its keys (join), or one value by one key (lookup)?

Two rows of the other file with one key and different values make that key unusable: nobody guesses which is meant.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from transactional.importing.batches import Batch
from transactional.importing.cells import plain
from transactional.importing.columns import named_batches
from transactional.importing.mapping import Join
from transactional.importing.problems import Problem
from transactional.importing.sources import find_files, no_such_file
from transactional.importing.staging import Stage

__all__ = ["LINE", "Lookups"]

LINE = "@line"
"""Beside the joined columns: where the joined row stands."""


@dataclass(slots=True)
class Lookups:
    """Indexes over the other files of one load, each built once."""

    stage: Stage
    _indexes: dict[tuple[str, str, str | None], dict[str, Any]] = field(default_factory=dict)

    def find(self, source: str, key: str, take: str) -> dict[str, Any]:
        """Plain key -> value of one column, or a Problem where the key is not unique."""
        index = self._index(source, (key,), (take,), None)
        return {name: held if isinstance(held, Problem) else held[2][0] for name, held in index.items()}

    def join(self, join: Join, needed: set[str]) -> Callable[[Batch], None]:
        """What adds the columns ``<alias>.<column>`` to a batch."""
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
            batch.columns[f"{join.alias}.{LINE}"] = places

        return attach

    def _index(self, source: str, keys: tuple[str, ...], taken: tuple[str, ...], sheet: str | None) -> dict[str, Any]:
        """Plain key of the other file -> (file name, line, taken cells), or a Problem where the key is not unique."""
        name = (source, "\x1f".join((*keys, "\x1e", *taken)), sheet)
        if name in self._indexes:
            return self._indexes[name]
        paths = find_files(self.stage.folder, source)
        if not paths:
            raise no_such_file(self.stage.folder, source)
        sheet, header_line = self._as_in_its_table(source, sheet)
        index: dict[str, Any] = {}
        for path in paths:
            other = self.stage.open(path, sheet, header_line)
            for batch in named_batches(other, {*keys, *taken}):
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

    def _as_in_its_table(self, source: str, sheet: str | None) -> tuple[str | None, int | None]:
        """Sheet and header line as the file's own table in the mapping states them, when a join or lookup says nothing."""
        for spec in self.stage.mapping.tables:
            if spec.source == source and (sheet is None or spec.sheet == sheet):
                return spec.sheet, spec.header_line
        return sheet, None
