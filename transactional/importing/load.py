"""How does a folder of files become a company in the ledger?

    read and stage -> check -> masters -> opening stock -> documents in order of date -> rejects and readiness report

Safe to run again at any time: what is already in the ledger is skipped, what is missing is added, and what happened since the
last export follows.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

from kernel.errors import InvalidInput, Refused
from transactional.importing.mapping import Mapping, read_mapping
from transactional.importing.mended import Mended, origin_of
from transactional.importing.report import LoadReport
from transactional.importing.run import LoadRun
from transactional.importing.sources import find_files
from transactional.importing.staging import Stage
from transactional.ledger import Ledger

__all__ = ["Progress", "load"]

Progress = Callable[[str, int, int], None]
"""(what is being done, how many so far, how many in all or 0)."""

_SCRATCH = "load-"


def load(
    ledger: Ledger,
    folder: Path | str,
    mapping_file: Path | str,
    *,
    home: Path | str,
    progress: Progress | None = None,
    as_of: date | None = None,
    check_only: bool = False,
) -> LoadReport:
    """Import a folder of CSV, XLSX or Parquet through a mapping.

    Args:
        ledger: an open ledger, empty or of the same company.
        folder: the company's files, or a rejects folder with mended rows.
        mapping_file: TOML, see docs/import.md.
        home: where `rejects/` and `exports/` are.
        progress: told (what, done, total) as the load goes on.
        as_of: overrides the mapping's `as_of`.
        check_only: read and check everything, write rejects and report, post nothing.

    Returns: counts, sums, findings and the exit code 0 (all good), 1 (some rows rejected), 2 (nothing could be loaded).

    Raises: InvalidInput for a mapping or folder that cannot be used; Refused when the ledger is another company's.
    """
    folder, home = Path(folder), Path(home)
    if not folder.is_dir():
        raise InvalidInput("importing.no_folder", folder=str(folder))
    mapping = read_mapping(Path(mapping_file))
    _same_company(ledger, mapping)
    origin = origin_of(folder)
    folder, mended = origin if origin is not None else (folder, Mended())
    home.mkdir(parents=True, exist_ok=True)
    _clear_up(home)
    scratch = Path(tempfile.mkdtemp(prefix=f"{_SCRATCH}{os.getpid()}-", dir=home))
    try:
        stage = Stage.create(scratch / "stage.db", folder, mapping, mended)
        try:
            run = LoadRun(ledger, stage, home, progress or _silent, _load_id(stage, as_of), as_of)
            return run.check() if check_only else run.post()
        finally:
            stage.database.close()
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _silent(what: str, done: int, total: int) -> None:
    del what, done, total


def _clear_up(home: Path) -> None:
    """Remove what loads left behind that were killed; one that is running keeps its own."""
    for left in home.glob(f"{_SCRATCH}*"):
        process = left.name.removeprefix(_SCRATCH).partition("-")[0]
        try:
            os.kill(int(process), 0)
        except (ValueError, ProcessLookupError):
            shutil.rmtree(left, ignore_errors=True)
        except OSError:
            continue  # somebody else's process


def _same_company(ledger: Ledger, mapping: Mapping) -> None:
    rows = ledger.rows("SELECT code, currency FROM company")
    if not rows:
        return
    if rows[0][0] != mapping.company.code:
        raise Refused("importing.other_company", got=mapping.company.code, expected=rows[0][0])
    if rows[0][1] != mapping.company.currency:
        raise Refused("importing.company_currency", got=mapping.company.currency, expected=rows[0][1])


def _load_id(stage: Stage, as_of: date | None) -> str:
    """The same files through the same mapping are the same load."""
    digest = hashlib.sha256(stage.mapping.path.read_bytes())
    digest.update(str(as_of).encode())
    sources = {spec.source for spec in stage.mapping.tables} | {
        join.source for spec in stage.mapping.tables for join in spec.joins
    }
    paths = [path for source in sorted(sources) for path in find_files(stage.folder, source)]
    for path in [*paths, *stage.mended.paths]:
        digest.update(json.dumps(path.name).encode())
        try:
            with path.open("rb") as stream:
                while block := stream.read(1 << 20):
                    digest.update(block)
        except OSError:
            digest.update(b"unreadable")  # told when the file is opened for its rows
    return digest.hexdigest()[:12]
