"""The tiny company with a year of weekly orders, so that there is something to forecast and plan."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

from tests.company import THE_DAY, UNIT, common, tiny_company
from transactional import Ledger, open_ledger
from transactional.commands import AdvanceClock, EnterSalesOrder, SalesLine

_RECORDED_AT = 1_767_600_000_000_000
SKUS = ("GOOD-01", "TRADE-02")


def trading_company(path: Path | str, weeks: int = 60) -> None:
    """Write the company into an empty ledger, a SQLite file or a database; everything is recorded at one moment."""
    ledger = open_ledger(path, clock=lambda: _RECORDED_AT)
    tiny_company(ledger)
    for week in range(weeks):
        order_week(ledger, THE_DAY + timedelta(weeks=week), week)
    ledger.close()


def order_week(ledger: Ledger, day: date, week: int) -> None:
    """One order per item on one day."""
    orders = []
    for place, sku in enumerate(SKUS):
        line = SalesLine(
            sku=sku,
            warehouse="MAIN",
            quantity=(5 + week % 4 + place) * UNIT,
            unit_price=12 * UNIT,
            requested_date=day + timedelta(days=5),
        )
        orders.append(EnterSalesOrder(**common("seller", day), customer="CITY", order_date=day, lines=(line,)))
    ledger.post([AdvanceClock(**common("admin", day), today=day), *orders])
