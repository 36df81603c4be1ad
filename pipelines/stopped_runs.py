"""Which runs does Dagster take for working although their process is gone?

Dagster learns of the end of a run from the run itself. One that was killed stays "started" for ever, and as one run at a time
may work, every later one would queue behind it. Whether a run works is known for certain: it holds the home's lock.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from dagster import DagsterInstance, DagsterRunStatus, RunsFilter

__all__ = ["end_stopped_runs"]


def end_stopped_runs(
    instance: DagsterInstance, message: str, *, but: str = "", quiet_for: timedelta = timedelta(0), now: datetime | None = None
) -> list[str]:
    """Mark runs as failed that Dagster takes for working; only to be called while no other run holds the lock.

    Args:
        instance: Dagster's own records.
        message: why, for its pages.
        but: the run that holds the lock.
        quiet_for: leave runs that were heard of within this time: they may be about to take the lock.
        now: the wall clock by default.

    Returns: their ids, oldest first.
    """
    heard_before = (now or datetime.now(UTC)) - quiet_for
    working = RunsFilter(statuses=[DagsterRunStatus.STARTED, DagsterRunStatus.CANCELING])
    ended = []
    for record in reversed(instance.get_run_records(working)):
        heard = record.update_timestamp
        heard = heard if heard.tzinfo else heard.replace(tzinfo=UTC)
        if record.dagster_run.run_id != but and heard <= heard_before:
            instance.report_run_failed(record.dagster_run, message)
            ended.append(record.dagster_run.run_id)
    return ended
