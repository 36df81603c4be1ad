"""How do mended rejects come back?

A rejects folder is loaded like any other folder: it remembers which folder it came from (`load.json`), that folder is read again,
and the lines that stand in the rejects files, or stood in rejects mended before, count as written there. So only what was
mended is new; everything else is there.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from kernel.errors import InvalidInput
from transactional.importing.batches import BATCH_ROWS, Batch, SourceFile
from transactional.importing.cells import looks_like_formula

__all__ = ["LINE_COLUMN", "MANIFEST", "Mended", "mapping_of", "origin_of"]

MANIFEST = "load.json"
LINE_COLUMN = "reject_line"


@dataclass(slots=True)
class Mended:
    """Mended rows by source file, line and column."""

    rows: dict[str, dict[int, dict[str, str]]] = field(default_factory=dict)
    paths: list[Path] = field(default_factory=list)

    def over(self, source: SourceFile) -> SourceFile:
        """The source with its mended lines in place of its own."""
        lines = self.rows.get(source.name)
        if not lines:
            return source

        def read(needed: frozenset[str]) -> Iterator[Batch]:
            for batch in source.read(needed):
                for row, line in enumerate(batch.lines):
                    if line in lines:
                        for name in batch.columns:
                            batch.columns[name][row] = lines[line].get(name, "")
                back = [line for line, _ in batch.broken if line in lines]
                batch.broken = [(line, problem) for line, problem in batch.broken if line not in lines]
                yield batch
                for start in range(0, len(back), BATCH_ROWS):
                    part = back[start : start + BATCH_ROWS]
                    yield Batch(part, {name: [lines[line].get(name, "") for line in part] for name in needed})

        return replace(source, read=read)


def origin_of(folder: Path) -> tuple[Path, Mended] | None:
    """The folder a rejects folder came from, and what was mended in it; None for any other folder.

    Raises: InvalidInput when the folder it came from is gone, or a line number was removed.
    """
    manifest = folder / MANIFEST
    if not manifest.is_file():
        return None
    body = json.loads(manifest.read_text(encoding="utf-8"))
    origin = Path(body["folder"])
    if not origin.is_dir():
        raise InvalidInput("importing.no_origin", folder=str(origin), file=f"{folder.name}/{MANIFEST}")
    before = {name: {int(line): cells for line, cells in rows.items()} for name, rows in body.get("mended", {}).items()}
    mended = Mended(before, [manifest])
    for name, source in body["files"].items():
        path = folder / name
        if path.is_file():
            mended.paths.append(path)
            mended.rows.setdefault(source, {}).update(_rows(path))
    return origin, mended


def mapping_of(folder: Path) -> Path | None:
    """The mapping a rejects folder was written by, if it is still there; None for any other folder."""
    manifest = folder / MANIFEST
    if not manifest.is_file():
        return None
    path = Path(json.loads(manifest.read_text(encoding="utf-8")).get("mapping", ""))
    return path if path.is_file() else None


def _rows(path: Path) -> dict[int, dict[str, str]]:
    from transactional.importing.source_csv import open_csv

    source = open_csv(path, None)
    found: dict[int, dict[str, str]] = {}
    for batch in source.read(frozenset(source.header)):
        for row in range(len(batch.lines)):
            cells = {name: _bare(values[row]) for name, values in batch.columns.items()}
            try:
                found[int(cells[LINE_COLUMN])] = cells
            except (KeyError, ValueError):
                raise InvalidInput("importing.no_reject_line", file=path.name, line=batch.lines[row]) from None
    return found


def _bare(cell: str) -> str:
    """The apostrophe that keeps a spreadsheet from running a cell is not part of it."""
    return cell[1:] if cell.startswith("'") and looks_like_formula(cell[1:]) else cell
