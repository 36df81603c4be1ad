"""`throughline demo`: a company to try everything on."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager

import typer

from kernel.errors import NotFound, Refused
from kernel.messages import text
from pipelines.commands.progress import ProgressLine
from pipelines.home import Home, replace_text
from pipelines.ledger_facts import find_company
from pipelines.settings import Settings
from transactional import Ledger, open_ledger

__all__ = ["advance_company", "create_company"]


def create_company(settings: Settings, *, seed: int, clean: bool, if_empty: bool) -> None:
    """Fill an empty ledger with the demo company and write down what it hides.

    Raises:
        Refused: the ledger holds another company, or the demo of another seed.
    """
    from transactional.demo.load import create_demo

    home = Home(settings.home)
    home.prepare()
    with _ledger(settings) as ledger:
        found = ledger.rows("SELECT code, source, demo_seed FROM company")
        if found:
            code, source, present_seed = found[0]
            is_other = source != "demo" or present_seed not in (None, seed)
            if is_other and not if_empty:
                raise Refused("pipelines.ledger_taken", code=code)
            if source != "demo" or home.truth.is_file():
                typer.echo(text("cli.demo.kept", settings.language, code=code))
                return
            # Interrupted half-way: the same commands again, those already posted are recognised.
            seed = present_seed if present_seed is not None else seed
        line = ProgressLine()
        label = text("cli.demo.progress", settings.language)
        truth = create_demo(ledger, seed, clean=clean, progress=lambda done, total, day: line.show(label, done, total, day))
        line.end()
        replace_text(home.truth, json.dumps(truth, indent=2, ensure_ascii=False, default=str))
    typer.echo(text("cli.demo.done", settings.language, seed=seed, path=home.truth.name))


def advance_company(settings: Settings, days: int) -> None:
    """Post the demo company's next days."""
    company = find_company(settings)
    if company is None or company.source != "demo":
        raise NotFound("pipelines.no_demo")
    from transactional.demo.advance import advance

    with _ledger(settings) as ledger:
        line = ProgressLine()
        label = text("cli.demo.progress", settings.language)
        today = advance(ledger, days, progress=lambda done, total, day: line.show(label, done, total, day))
        line.end()
    typer.echo(text("cli.demo.advanced", settings.language, days=days, today=today))


@contextmanager
def _ledger(settings: Settings) -> Iterator[Ledger]:
    ledger = open_ledger(settings.ledger)
    try:
        yield ledger
    finally:
        ledger.close()
