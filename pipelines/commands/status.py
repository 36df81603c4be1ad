"""`throughline status`: what do the screens show, and how did the last run end?"""

from __future__ import annotations

import typer

from kernel.messages import text
from pipelines.home import Home
from pipelines.ledger_facts import find_company
from pipelines.lock import is_free
from pipelines.settings import Settings

__all__ = ["show_status"]


def show_status(settings: Settings) -> None:
    """Print company, snapshot and last run."""
    home, language = Home(settings.home), settings.language
    company = find_company(settings)
    if company is None:
        typer.echo(text("cli.status.no_company", language))
    else:
        name = company.name_zh if language == "zh" and company.name_zh else company.name
        typer.echo(text("cli.status.company", language, code=company.code, name=name, today=company.today))
    manifest = home.manifest()
    if manifest is None:
        typer.echo(text("cli.status.no_snapshot", language))
    else:
        typer.echo(
            text(
                "cli.status.snapshot",
                language,
                snapshot=manifest["snapshot_id"],
                data_through=manifest["data_through"],
                watermark=manifest["watermark"],
                created_at=manifest["created_at"],
                tables=len(manifest["tables"]),
            )
        )
    last = home.read_last_run()
    newest = home.newest_run_id()
    if newest is not None and not is_free(home.run_lock):
        typer.echo(text("cli.status.running", language, run=newest))
    elif newest is not None and newest != (last or {}).get("run_id"):
        typer.echo(text("cli.status.killed", language, run=newest))
    if last is None:
        typer.echo(text("cli.status.no_run", language))
    elif last["status"] == "failed":
        step = text(f"pipelines.step.{last['failed_step'] or 'start'}", language)
        typer.echo(
            text("cli.status.failed", language, run=last["run_id"], step=step, message=last["message"], at=last["finished_at"])
        )
    else:
        typer.echo(text("cli.status.succeeded", language, run=last["run_id"], at=last["finished_at"]))
