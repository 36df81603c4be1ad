"""When does a run start by itself? Daily, at the hour the settings name, in the company's own time zone."""

from __future__ import annotations

import sqlite3

import dagster as dg

from pipelines.settings import Settings

__all__ = ["company_time_zone", "daily_schedule"]

_UNKNOWN = "UTC"


def company_time_zone(settings: Settings) -> str:
    """The company's time zone; UTC while there is no company."""
    from kernel.errors import ThroughlineError
    from transactional import open_ledger

    if not settings.ledger_url and not (settings.home / "ledger.db").is_file():
        return _UNKNOWN
    try:
        ledger = open_ledger(settings.ledger)
    except (ThroughlineError, sqlite3.Error):
        return _UNKNOWN
    try:
        rows = ledger.rows("SELECT time_zone FROM company")
    finally:
        ledger.close()
    return str(rows[0][0]) if rows else _UNKNOWN


def daily_schedule(job_name: str, settings: Settings) -> dg.ScheduleDefinition:
    """The daily run; on from the start."""
    hour, minute = settings.schedule_hour_minute
    return dg.ScheduleDefinition(
        name="daily",
        job_name=job_name,
        cron_schedule=f"{minute} {hour} * * *",
        execution_timezone=company_time_zone(settings),
        default_status=dg.DefaultScheduleStatus.RUNNING,
    )
