"""How does one run go from the ledger to the screens, through Dagster, with something to look at meanwhile?

Everything happens in this process: Dagster's own processes would import the whole stack again for every step. What
Dagster and dbt print goes to a log file; the terminal gets one line per step.
"""

from __future__ import annotations

import contextlib
import uuid
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from kernel.errors import Unavailable
from kernel.messages import text
from pipelines.environment import environment
from pipelines.home import Home, replace_text
from pipelines.lock import hold, let_go
from pipelines.publish.last_run import record_run
from pipelines.run import Run
from pipelines.settings import Settings

__all__ = ["RunSummary", "dagster_home", "run_all"]

_DAGSTER_YAML = """\
telemetry:
  enabled: false
concurrency:
  runs:
    max_concurrent_runs: 1
compute_logs:
  module: dagster._core.storage.noop_compute_log_manager
  class: NoOpComputeLogManager
run_monitoring:
  enabled: true
  start_timeout_seconds: 300
retention:
  sensor:
    purge_after_days: 3
  schedule:
    purge_after_days: 90
"""


@dataclass(frozen=True)
class RunSummary:
    """How a run ended."""

    run_id: str
    is_published: bool
    snapshot_id: str | None
    failed_step: str | None
    message: str
    timings: dict[str, float]
    rows: dict[str, int | None]
    facts: dict[str, object]
    checks: dict[str, bool]
    log: Path


def dagster_home(settings: Settings) -> dict[str, str]:
    """Write Dagster's own settings into the home; the environment its processes need."""
    home = Home(settings.home)
    home.prepare()
    written = home.dagster / "dagster.yaml"
    if not written.is_file() or written.read_text(encoding="utf-8") != _DAGSTER_YAML:
        replace_text(written, _DAGSTER_YAML)
    return {"DAGSTER_HOME": str(home.dagster), "DAGSTER_DISABLE_TELEMETRY": "1", **settings.environment()}


def run_all(
    settings: Settings, *, as_of: date | None = None, run_request_ids: tuple[int, ...] = (), is_reselecting: bool = False
) -> RunSummary:
    """Run the whole job now, in this process; `is_reselecting` compares the forecast models anew.

    Raises:
        Conflict: another run is working on this home.
    """
    run_id = str(uuid.uuid4())
    run = Run(run_id, settings, as_of, run_request_ids, is_reselecting)
    home = run.home
    home.prepare()
    hold(home.run_lock, run_id)
    log = home.logs / "run.log"
    try:
        run.remember()
        with (
            environment(dagster_home(settings)),
            log.open("w", encoding="utf-8") as quiet,
            contextlib.redirect_stdout(quiet),
            contextlib.redirect_stderr(quiet),
        ):
            _execute(run)
        return _summary(run, log)
    except BaseException as error:
        if not _is_recorded(home, run_id):
            record_run(home, run_id=run_id, status="failed", failed_step="start", message=run.message_of(error))
        raise
    finally:
        let_go(home.run_lock, run_id)


def _execute(run: Run) -> None:
    from dagster import DagsterInstance

    from pipelines.assets.context import AS_OF_TAG, REQUEST_TAG, RESELECT_TAG
    from pipelines.job import JOB, build_definitions
    from pipelines.stopped_runs import end_stopped_runs

    tags: dict[str, str] = {}
    if run.as_of is not None:
        tags[AS_OF_TAG] = run.as_of.isoformat()
    if run.run_request_ids:
        tags[REQUEST_TAG] = "-".join(map(str, run.run_request_ids))
    if run.is_reselecting:
        tags[RESELECT_TAG] = "1"
    job = build_definitions(run.settings).get_job_def(JOB)
    with DagsterInstance.get() as instance:
        # This run holds the lock: whatever else is said to be working was killed.
        end_stopped_runs(instance, text("pipelines.run_stopped", run.settings.language), but=run.run_id)
        job.execute_in_process(
            run_id=run.run_id,
            instance=instance,
            tags=tags,
            raise_on_error=False,
            run_config={"loggers": {"console": {"config": {"log_level": "WARNING"}}}},
        )


def _summary(run: Run, log: Path) -> RunSummary:
    state, last = run.state(), run.home.read_last_run() or {}
    is_published = last.get("run_id") == run.run_id and last.get("status") == "succeeded"
    if not is_published and not _is_recorded(run.home, run.run_id):
        # No step said what went wrong: Dagster itself stopped the run.
        record_run(run.home, run_id=run.run_id, status="failed", failed_step="start", message=f"see {log.name}")
        last = run.home.read_last_run() or {}
    return RunSummary(
        run_id=run.run_id,
        is_published=is_published,
        snapshot_id=last.get("snapshot_id") if is_published else run.home.current_snapshot_id(),
        failed_step=None if is_published else last.get("failed_step"),
        message="" if is_published else str(last.get("message") or ""),
        timings=run.timings(),
        rows=dict(state.get("rows", {})),
        facts=run.facts(),
        checks=dict(state.get("checks", {})),
        log=log,
    )


def _is_recorded(home: Home, run_id: str) -> bool:
    return (home.read_last_run() or {}).get("run_id") == run_id


def require_published(summary: RunSummary, language: str) -> None:
    """Raise unless the run published; the message says what the screens show now."""
    if summary.is_published:
        return
    step = summary.failed_step or "start"
    raise Unavailable(
        "pipelines.run_failed",
        step=text(f"pipelines.step.{step}", language),
        message=summary.message,
        snapshot=summary.snapshot_id or "-",
        log=str(summary.log.name),
    )
