"""Where do bad rows go, so that a person can mend them and load them again?

`<home>/rejects/<load id>/<file>.csv`: the row as it stood, with its line, column, value and every reason in English and
Chinese, then the columns of the source. Cells that a spreadsheet would run as a formula are written with a leading
apostrophe. Mend the rows there and load that folder: `load.json` tells which folder they came from.
"""

from __future__ import annotations

import csv
import itertools
import json
import shutil
from pathlib import Path
from typing import Any

from kernel.errors import InvalidInput, Unavailable
from kernel.messages import text
from transactional.importing.batches import SourceFile
from transactional.importing.cells import looks_like_formula, plain
from transactional.importing.mended import LINE_COLUMN, MANIFEST
from transactional.importing.problems import Reason
from transactional.importing.source_csv import decoded
from transactional.importing.staging import Stage

__all__ = ["safe_cell", "say", "write_rejects"]

_TOLD = (LINE_COLUMN, "reject_column", "reject_value", "reject_reason", "reject_reason_zh")
"""Columns put before the row's own; names that no source is likely to have."""


def safe_cell(value: Any) -> str:
    """A cell as text that no spreadsheet runs."""
    shown = plain(value)
    return f"'{shown}" if looks_like_formula(shown) else shown


def say(reason: Reason, language: str) -> str:
    """The whole sentence of a reason: file, line, column, value, what to do."""
    values = {"file": reason.file, "line": reason.line, "column": reason.column, "got": reason.value, **reason.values}
    detail = text(reason.key, language, **values)
    at = reason.values.get("at")
    where = text("importing.where_joined" if at else "importing.where", language, **values)
    return f"{where}: {detail}" if language == "en" else f"{where}：{detail}"


def write_rejects(stage: Stage, folder: Path) -> Path | None:
    """Write one file per source file that has rejected rows, and `files.csv` for files that could not be used. None when all
    is good. Written beside and moved into place, so that a folder is whole or not there.

    Raises: Unavailable when the folder cannot be written.
    """
    by_file: dict[str, dict[int, list[Reason]]] = {}
    for _, _, reason in stage.reasons():
        by_file.setdefault(reason.file, {}).setdefault(reason.line, []).append(reason)
    try:
        if not by_file and not stage.problems:
            shutil.rmtree(folder, ignore_errors=True)
            return None
        beside = folder.with_name(f"{folder.name}.new")
        shutil.rmtree(beside, ignore_errors=True)
        beside.mkdir(parents=True)
        _write_all(stage, beside, by_file)
        shutil.rmtree(folder, ignore_errors=True)
        beside.replace(folder)
    except OSError as error:
        raise Unavailable("importing.cannot_write", path=str(folder), error=str(error)) from error
    return folder


def _write_all(stage: Stage, folder: Path, by_file: dict[str, dict[int, list[Reason]]]) -> None:
    names: dict[str, str] = {}
    for name in sorted(by_file):
        out = Path(name).stem.split("[")[0] + ".csv"
        if out in names or out == "files.csv":
            out = "".join("-" if char in '[]/\\:*?"<>|' else char for char in name) + ".csv"
        names[out] = name
        _write_file(stage, name, by_file[name], folder / out)
    origin = {
        "folder": str(stage.folder.resolve()),
        "mapping": str(stage.mapping.path.resolve()),
        "files": names,
        "mended": stage.mended.rows,
    }
    (folder / MANIFEST).write_text(json.dumps(origin, ensure_ascii=False, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    if stage.problems:
        with (folder / "files.csv").open("w", encoding="utf-8-sig", newline="") as stream:
            writer = csv.writer(stream)
            writer.writerow(["file", "target", "reject_reason", "reject_reason_zh"])
            for problem in stage.problems:
                row = [problem.file, problem.target, problem.error.text("en"), problem.error.text("zh")]
                writer.writerow([safe_cell(cell) for cell in row])


def _write_file(stage: Stage, name: str, reasons: dict[int, list[Reason]], out: Path) -> None:
    header, rows = _rows(stage, name, set(reasons))
    with out.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow([*_TOLD, *[safe_cell(cell) for cell in header]])
        for line in sorted(reasons):
            told = reasons[line]
            unique = list({(reason.column, reason.key, reason.value): reason for reason in told}.values())
            writer.writerow(
                [
                    line,
                    safe_cell(" | ".join(reason.column for reason in unique)),
                    safe_cell(" | ".join(reason.value for reason in unique)),
                    safe_cell(" | ".join(say(reason, "en") for reason in unique)),
                    safe_cell(" | ".join(say(reason, "zh") for reason in unique)),
                    *[safe_cell(cell) for cell in rows.get(line, [])],
                ]
            )


def _rows(stage: Stage, name: str, lines: set[int]) -> tuple[list[str], dict[int, list[Any]]]:
    """The rejected rows once more from their file; a line that is no row is shown as one cell."""
    if name not in stage.files:
        return [], {}
    held = stage.files[name]
    try:
        source = stage.open(held.path, held.sheet, held.header_line)
        found: dict[int, list[Any]] = {}
        broken: set[int] = set()
        for batch in source.read(frozenset(source.header)):
            broken |= {line for line, _ in batch.broken}
            columns = [batch.columns[column] for column in source.header]
            for position, line in enumerate(batch.lines):
                if line in lines:
                    found[line] = [column[position] for column in columns]
    except InvalidInput:
        return [], {}
    if broken:
        found.update(_raw(source, broken))
    return source.header, found


def _raw(source: SourceFile, broken: set[int]) -> dict[int, list[Any]]:
    """Lines that are no rows, cut into cells as far as that goes."""
    encoding = source.notes.get("encoding", "utf-8")
    found: dict[int, list[Any]] = {}
    if encoding.startswith("utf-16"):
        return found
    with source.path.open("rb") as stream:
        for line, raw in enumerate(itertools.islice(stream, max(broken)), start=1):
            if line in broken:
                text = decoded(raw, encoding)
                cells = next(csv.reader([text], delimiter=source.delimiter), [text])
                found[line] = list(cells) if len(cells) > 1 else [text]
    return found
