"""Which company does this home hold, and when does its day's run begin? Read from the ledger without creating one."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from kernel.errors import Refused, ThroughlineError, Unavailable
from pipelines.settings import Settings
from transactional import open_ledger

__all__ = ["Company", "company_time_zone", "find_company", "next_daily_run", "require_company"]

_UNKNOWN = "UTC"


@dataclass(frozen=True)
class Company:
    """What the ledger says about its company."""

    code: str
    name: str
    name_zh: str
    today: str
    source: str


def find_company(settings: Settings) -> Company | None:
    """The company, or None while there is none."""
    if not settings.ledger_url and not (settings.home / "ledger.db").is_file():
        return None
    ledger = open_ledger(settings.ledger)
    try:
        rows = ledger.rows("SELECT code, name, name_zh, today, source FROM company")
    finally:
        ledger.close()
    return Company(*(str(value) for value in rows[0])) if rows else None


def require_company(settings: Settings) -> Company:
    """The company.

    Raises:
        Unavailable: there is no ledger.
        Refused: the ledger is empty.
    """
    if not settings.ledger_url and not (settings.home / "ledger.db").is_file():
        raise Unavailable("pipelines.ledger_missing", path=f"{settings.home.name}/ledger.db")
    company = find_company(settings)
    if company is None:
        raise Refused("pipelines.ledger_empty")
    return company


def company_time_zone(settings: Settings) -> str:
    """The company's time zone; UTC while there is no company."""
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


def next_daily_run(settings: Settings, now: datetime | None = None) -> datetime:
    """When the daily schedule runs next, in the company's time zone; `now` is the wall clock by default."""
    hour, minute = settings.schedule_hour_minute
    local = (now or datetime.now(UTC)).astimezone(ZoneInfo(company_time_zone(settings)))
    today = local.replace(hour=hour, minute=minute, second=0, microsecond=0)
    return today if today > local else today + timedelta(days=1)
