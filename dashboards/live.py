"""What is true in the ledger this very moment?

Stock on hand, decisions already taken, requests running, notes and users do not wait for the next snapshot. Each answer is
kept only as
long as the ledger's watermark stands still, so a posted command is visible at the next drawing.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import streamlit as st

from dashboards.settings import ledger_url
from transactional import Ledger, open_ledger

__all__ = ["company", "day", "ledger", "moment", "opened", "row_counts", "rows", "settings", "today", "users"]


def ledger() -> Ledger | None:
    """The ledger of this home; None when its file is not there yet (looking must not create one)."""
    url = ledger_url()
    if "://" not in url and not Path(url).is_file():
        return None
    return opened(url)


@st.cache_resource(max_entries=2, show_spinner=False)
def opened(url: str) -> Ledger:
    """The ledger at `url`, opened once for all readers of this process."""
    return open_ledger(url)


def rows(statement: str, values: tuple[Any, ...] = ()) -> list[dict[str, Any]]:
    """Rows of the ledger in its own units; [] without a ledger. Read again only when something has been posted."""
    found = ledger()
    if found is None:
        return []
    return _kept(ledger_url(), found.watermark(), statement, values)


@st.cache_data(max_entries=200, show_spinner=False)
def _kept(url: str, watermark: int, statement: str, values: tuple[Any, ...]) -> list[dict[str, Any]]:
    return opened(url).records(statement, values)


def moment(microseconds: object) -> str:
    """An instant of the ledger for people: minutes, local time of this machine."""
    if microseconds is None:
        return ""
    return datetime.fromtimestamp(int(str(microseconds)) / 1_000_000, tz=UTC).astimezone().strftime("%Y-%m-%d %H:%M")


def day(value: object) -> date | None:
    """A date of the ledger, whichever way the driver gives it."""
    if value is None or isinstance(value, date):
        return value
    return date.fromisoformat(str(value)[:10])


def company() -> dict[str, Any]:
    """The company row; empty while there is none."""
    found = rows("select code, name, name_zh, currency, minor_digits, time_zone, today, source, demo_end_date from company")
    return found[0] if found else {}


def today() -> date | None:
    """The company clock."""
    return day(company().get("today"))


def users() -> list[dict[str, Any]]:
    """Named users who may sign in, without anything secret."""
    return rows(
        "select user_id, login, name, name_zh, role, language from app_user where is_active = 1 and role <> 'system' "
        "order by login"
    )


def settings() -> list[dict[str, Any]]:
    """Rates and targets people edit."""
    return rows("select name, scope, value, source_note from setting order by name, scope")


def row_counts() -> dict[str, int]:
    """How many rows of the main kinds the ledger holds."""
    tables = ("item", "supplier", "customer", "warehouse", "purchase_order", "sales_order", "work_order", "movement_line")
    return {table: int(rows(f"select count(*) as n from {table}")[0]["n"]) for table in tables} if ledger() else {}
