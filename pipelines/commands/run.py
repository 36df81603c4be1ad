"""`throughline run`: the whole way from the ledger to the screens, with something to look at."""

from __future__ import annotations

import time
from datetime import date

import typer

from kernel.errors import InvalidInput
from kernel.messages import text
from pipelines.ledger_facts import require_company
from pipelines.settings import Settings

__all__ = ["run_pipeline"]

_WIDTH = 44


def run_pipeline(settings: Settings, as_of: str | None, *, is_reselecting: bool = False) -> None:
    """Run, show one line per step, then a summary.

    Raises:
        InvalidInput: `as_of` is no date.
        Refused: there is no company yet.
        Conflict: another run is working.
        Unavailable: the run failed; the screens keep the last good snapshot.
    """
    day = None
    if as_of is not None:
        try:
            day = date.fromisoformat(as_of)
        except ValueError:
            raise InvalidInput("pipelines.not_a_date", what="--as-of", got=as_of) from None
    require_company(settings)
    started = time.perf_counter()
    typer.echo(text("cli.run.starting", settings.language))
    from pipelines.run import StepEvent, listen
    from pipelines.runner import require_published, run_all

    def show(event: StepEvent) -> None:
        # A finished check is part of one line at the end; a failed one is the reason nothing is published.
        if event.state == "started" or (event.step == "check" and event.state == "finished"):
            return
        label = text(f"pipelines.step.{event.step}", settings.language)
        mark = "✓" if event.state == "finished" else "✗"
        rows = f"{event.rows:>12,}" if event.rows is not None else " " * 12
        note = event.note if event.state == "finished" else ""
        _out(f"  {mark} {_padded(label)} {event.seconds:>7.1f} s {rows}  {note}".rstrip())

    with listen(show):
        summary = run_all(settings, as_of=day, is_reselecting=is_reselecting)
    require_published(summary, settings.language)
    _out(
        text(
            "cli.run.summary",
            settings.language,
            snapshot=summary.snapshot_id,
            data_through=summary.facts.get("data_through"),
            watermark=summary.facts.get("watermark"),
            passed=sum(summary.checks.values()),
            checks=len(summary.checks),
            seconds=f"{time.perf_counter() - started:.1f}",
        )
    )


def _out(line: str) -> None:
    # Dagster and dbt are sent to the log by replacing sys.stdout; the terminal is still here.
    import sys

    stream = sys.__stdout__ or sys.stdout
    stream.write(line + "\n")
    stream.flush()


def _padded(label: str) -> str:
    # 汉字 take two columns.
    width = sum(2 if ord(character) > 0x2E80 else 1 for character in label)
    return label + " " * max(0, _WIDTH - width)
