"""`throughline check`: does everything in the ledger hold, and is the warehouse its copy?"""

from __future__ import annotations

import typer

from kernel.messages import text
from pipelines.check import check_all
from pipelines.ledger_facts import require_company
from pipelines.settings import Settings

__all__ = ["check_company"]

_SHOWN = 50


def check_company(settings: Settings) -> int:
    """Print what does not hold; exit code 0 if all does, 1 otherwise."""
    require_company(settings)
    found = check_all(settings)
    if not found:
        typer.echo(text("cli.check.good", settings.language))
        return 0
    typer.echo(text("cli.check.found", settings.language, count=len(found)))
    for finding in found[:_SHOWN]:
        typer.echo(f"  {finding.invariant:<8} {finding.rule}: {finding.subject}  {finding.detail}")
    if len(found) > _SHOWN:
        typer.echo(f"  ... {len(found) - _SHOWN}")
    return 1
