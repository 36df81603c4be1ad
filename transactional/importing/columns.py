"""Which column of a file does a mapping mean, and what if there is none?"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator
from typing import Any

from kernel.errors import InvalidInput
from transactional.importing.batches import Batch, SourceFile
from transactional.importing.cells import is_empty

__all__ = ["named_batches"]

_SHOWN = 40


def named_batches(source: SourceFile, needed: Iterable[str], fill_down: tuple[str, ...] = ()) -> Iterator[Batch]:
    """Batches whose columns bear the names the mapping uses; names may differ from the header in width, case and spaces.

    Args:
        fill_down: columns whose empty cells repeat what stands above, as in merged cells.

    Raises: InvalidInput for a column that is not there or stands twice, with the name or line that was probably meant.
    """
    return _renamed(source, _resolve(source, sorted(set(needed))), fill_down)


def _renamed(source: SourceFile, names: dict[str, str], fill_down: tuple[str, ...]) -> Iterator[Batch]:
    above: dict[str, Any] = dict.fromkeys(fill_down)
    for batch in source.read(frozenset(names.values())):
        batch.columns = {asked: batch.columns[name] for asked, name in names.items()}
        for name in above:
            above[name] = _fill(batch.columns[name], above[name])
        yield batch


def _fill(values: list[Any], held: Any) -> Any:
    for row, value in enumerate(values):
        if is_empty(value):
            values[row] = held
        else:
            held = value
    return held


def _resolve(source: SourceFile, needed: list[str]) -> dict[str, str]:
    names: dict[str, str] = {}
    for wanted in needed:
        name = source.named(wanted)
        if name is None:
            raise _no_such_column(source, wanted, needed)
        if name in source.repeated:
            raise InvalidInput("importing.repeated_column", file=source.name, column=name)
        names[wanted] = name
    return names


def _no_such_column(source: SourceFile, wanted: str, needed: list[str]) -> InvalidInput:
    line = source.line_with(set(needed))
    if line is not None:
        return InvalidInput("importing.header_elsewhere", file=source.name, column=wanted, line=line)
    shown = ", ".join(source.header[:_SHOWN])
    near = difflib.get_close_matches(wanted, source.header, 1, 0.6)
    if near:
        return InvalidInput("importing.no_such_column_near", file=source.name, column=wanted, near=near[0], columns=shown)
    return InvalidInput("importing.no_such_column", file=source.name, column=wanted, columns=shown)
