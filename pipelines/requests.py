"""Who asked for a run, and how do they hear about it? Requests and their progress are rows of the ledger."""

from __future__ import annotations

import uuid
from datetime import date
from typing import TYPE_CHECKING

from kernel.messages import text
from transactional import open_ledger
from transactional.commands import ReportRun

if TYPE_CHECKING:
    from pipelines.run import Run, StepEvent
    from pipelines.settings import Settings

__all__ = ["fail_stopped_requests", "open_requests", "report", "report_step"]

_NAMESPACE = uuid.UUID("3c8f4a30-6d1e-5b8c-9f0f-2f2d2a9a7c55")
_ACTOR = "system"


def open_requests(ledger_url: str) -> list[int]:
    """Requests nobody has answered yet, oldest first."""
    ledger = open_ledger(ledger_url)
    try:
        rows = ledger.rows("SELECT run_request_id FROM run_request WHERE status = 'requested' ORDER BY run_request_id")
    finally:
        ledger.close()
    return [int(number) for (number,) in rows]


def fail_stopped_requests(settings: Settings) -> list[int]:
    """Tell whoever waits for a run that was stopped half-way; only to be called while no run is working.

    It is not started again by itself: what stopped it once (a kill, too little memory) would stop it again.
    """
    from pipelines.run import Run

    ledger = open_ledger(settings.ledger)
    try:
        rows = ledger.rows("SELECT run_request_id, run_id FROM run_request WHERE status = 'running' ORDER BY run_request_id")
    finally:
        ledger.close()
    for number, run_id in rows:
        run = Run(str(run_id), settings, None, (int(number),))
        report(run, "failed", message=text("pipelines.run_stopped", settings.language))
    return [int(number) for number, _ in rows]


def report_step(run: Run, event: StepEvent) -> None:
    """Write a step's state back to the requests of a run."""
    language = run.settings.language
    label = text(f"pipelines.step.{event.step}", language)
    if event.state == "failed":
        report(run, "failed", progress=label, message=event.message)
    elif event.state == "started":
        report(run, "running", progress=label)
    elif event.step == "publish":
        report(run, "succeeded", progress=label, snapshot_id=event.note)


def report(run: Run, status: str, *, progress: str = "", snapshot_id: str | None = None, message: str = "") -> None:
    """Post one ReportRun per request; the same news twice is one posting."""
    ledger = open_ledger(run.settings.ledger)
    try:
        today = ledger.rows("SELECT today FROM company")[0][0]
        ledger.post(
            [
                ReportRun(
                    command_id=str(uuid.uuid5(_NAMESPACE, f"{run.run_id}/{request_id}/{status}/{progress}")),
                    actor=_ACTOR,
                    source="pipeline",
                    business_date=today if isinstance(today, date) else date.fromisoformat(str(today)),
                    run_request_id=request_id,
                    status=status,
                    progress=progress,
                    run_id=run.run_id,
                    snapshot_id=snapshot_id,
                    message=message,
                )
                for request_id in run.run_request_ids
            ]
        )
    finally:
        ledger.close()
