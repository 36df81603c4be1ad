"""How does the demo company live on after its end? From the ledger's present state, so that what people did counts.

Open purchases that people approved are delivered by their supplier's habit like all others (see `present.py`). Every day is one
transaction, so an interruption leaves whole days.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

from transactional.demo.load import recorded_at
from transactional.demo.present import present_company
from transactional.ledger import Ledger

__all__ = ["advance", "present_company"]


def advance(ledger: Ledger, days: int, *, progress: Callable[[int, int, str], None] | None = None) -> date:
    """Post `days` more days of business.

    Args:
        ledger: a demo company's ledger.
        days: calendar days, at least 1.
        progress: told after each posted day: days posted, days in all, date.

    Returns: the company's new today.

    Raises: Refused when the ledger does not hold a demo company.
    """
    company, today = present_company(ledger)
    for done in range(1, days + 1):
        today += timedelta(days=1)
        commands = company.live(company.world.day(today))
        ledger.post(commands, recorded_at=recorded_at(today))
        if progress is not None:
            progress(done, days, today.isoformat())
    return today
