"""`throughline specification`: what did people decide about single forecasts, does it hold, and take it away again."""

from __future__ import annotations

from datetime import date

import typer

from forecasting.tuning.assignment import assign
from forecasting.tuning.specification import Specification
from forecasting.tuning.specification_text import to_toml
from kernel.errors import InvalidInput, NotFound
from kernel.messages import text
from pipelines.home import Home
from pipelines.settings import Settings
from pipelines.specifications import read_specifications, remove_specifications

__all__ = ["check_specifications", "list_specifications", "remove_specification", "show_specification"]


def list_specifications(settings: Settings) -> None:
    """One line per entry."""
    whole, language = read_specifications(Home(settings.home)), settings.language
    if not whole.entries:
        typer.echo(text("cli.specification.none", language))
    for entry in whole.entries:
        model = text(f"forecasting.model.{entry.served_model}", language)
        typer.echo(f"{entry.label}  {model}  {entry.author}  {entry.decided_on}  {entry.why}")


def show_specification(settings: Settings, label: str) -> None:
    """The entries of one series or segment as they stand in the file.

    Raises:
        NotFound: no entry of that name.
    """
    whole = read_specifications(Home(settings.home))
    mine = tuple(entry for entry in whole.entries if entry.selector.label == label)
    if not mine:
        known = ", ".join(dict.fromkeys(entry.selector.label for entry in whole.entries)) or "-"
        raise NotFound("pipelines.specification_absent", name=label, known=known)
    typer.echo(to_toml(Specification(mine)))


def remove_specification(settings: Settings, label: str | None, *, everything: bool) -> None:
    """Take one or all away; the file as it was stays as a dated copy."""
    if (label is None) == (not everything):
        raise InvalidInput("pipelines.specification_which", got=label or "-")
    copy = remove_specifications(Home(settings.home), date.today(), label)
    typer.echo(text("cli.specification.removed", settings.language, what=label or "*", copy=copy.name))


def check_specifications(settings: Settings) -> int:
    """Read the file and look for every entry's series in what the last run built; 0 when all is well."""
    home, language = Home(settings.home), settings.language
    whole = read_specifications(home)
    problems: list[NotFound] = []
    for frequency in ("week", "month"):
        mine = whole.for_frequency(frequency)
        if not mine.entries or not home.warehouse.is_file():
            continue
        from pipelines.steps.specified import series_labels
        from pipelines.warehouse import open_warehouse

        with open_warehouse(home.warehouse) as warehouse:
            labels = series_labels(warehouse, frequency)
        for entry in mine.entries:
            try:
                assign(Specification((entry,)), labels)
            except NotFound as problem:
                problems.append(problem)
        if not problems:
            assign(mine, labels)
    for one in problems:
        typer.echo(one.text(language), err=True)
    if not problems:
        typer.echo(text("cli.specification.good", language, count=len(whole.entries), file=home.specifications.name))
    return NotFound.exit_code if problems else 0
