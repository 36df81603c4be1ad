"""When does a run start by itself? Daily, at the hour the settings name, in the company's own time zone."""

from __future__ import annotations

import dagster as dg

from pipelines.ledger_facts import company_time_zone
from pipelines.settings import Settings

__all__ = ["daily_schedule"]


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
