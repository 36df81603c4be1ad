"""`throughline load`: a folder of a company's own files."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import typer

from kernel.errors import InvalidInput
from kernel.messages import text
from pipelines.commands.progress import ProgressLine
from pipelines.home import Home
from pipelines.settings import Settings

__all__ = ["load_company"]

_MAPPING_NAMES = ("throughline-map.toml", "map.toml", "mapping.toml")


def load_company(
    settings: Settings, folder: Path, mapping: Path | None, *, as_of: str | None = None, check_only: bool = False
) -> int:
    """Import the folder; the exit code: 0 all rows, 1 some rejected, 2 nothing loaded.

    Args:
        as_of: the company's today as ISO text; what is dated later is open. Overrides the mapping.
        check_only: read and check everything, post nothing.

    Raises:
        InvalidInput: no mapping was named and none lies in the folder, or `as_of` is no date.
    """
    from transactional import open_ledger
    from transactional.importing import load, mapping_of, summary

    mapping = mapping or next((folder / name for name in _MAPPING_NAMES if (folder / name).is_file()), mapping_of(folder))
    if mapping is None:
        raise InvalidInput("pipelines.no_mapping", folder=folder.name, names=", ".join(_MAPPING_NAMES))
    day = _day(as_of)
    Home(settings.home).prepare()
    ledger = open_ledger(settings.ledger)
    line = ProgressLine()
    try:
        report = load(ledger, folder, mapping, home=settings.home, progress=line.show, as_of=day, check_only=check_only)
    finally:
        line.end()
        ledger.close()
    typer.echo(summary(report, settings.language))
    if report.exit_code == 0 and not check_only:
        typer.echo(text("cli.load.next", settings.language))
    return int(report.exit_code)


def _day(text_of_day: str | None) -> date | None:
    if text_of_day is None:
        return None
    try:
        return date.fromisoformat(text_of_day)
    except ValueError:
        raise InvalidInput("pipelines.not_a_date", what="--as-of", got=text_of_day) from None
