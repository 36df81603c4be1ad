"""`throughline reset`: start over. What is derived can always be made again; the ledger only goes when named."""

from __future__ import annotations

import shutil
from pathlib import Path

import typer

from kernel.errors import Refused
from kernel.messages import text
from pipelines.home import Home
from pipelines.lock import hold, let_go
from pipelines.settings import Settings

__all__ = ["reset_home"]

_RUN = "reset"


def reset_home(settings: Settings, *, with_ledger: bool, confirmed: bool) -> None:
    """Remove what the pipeline made; with `with_ledger` the company itself too.

    Raises:
        Refused: the ledger would go and nobody confirmed it, or it lies in a database this command does not own.
        Conflict: a run is working.
    """
    home = Home(settings.home)
    if with_ledger and settings.ledger_url:
        raise Refused("pipelines.reset_database")
    if with_ledger and not confirmed and not typer.confirm(text("cli.reset.confirm", settings.language, home=home.root.name)):
        raise Refused("pipelines.reset_not_confirmed")
    if not home.root.is_dir():
        return
    hold(home.run_lock, _RUN)
    try:
        for path in _derived(home):
            _remove(path)
        if with_ledger:
            for path in [*home.root.glob("ledger.db*"), home.truth, home.rejects, home.exports]:
                _remove(path)
    finally:
        let_go(home.run_lock, _RUN)
    typer.echo(text("cli.reset.done", settings.language))


def _derived(home: Home) -> list[Path]:
    files = [*home.root.glob("warehouse.duckdb*"), home.root / "run_state.json"]
    return [*files, home.snapshots, home.dbt, home.dagster, home.logs]


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
