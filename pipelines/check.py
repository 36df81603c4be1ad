"""Is every promise kept on live data? The ledger's own invariants, and its copy in the warehouse (I23).

I23   every row of raw up to its watermark is the ledger's row, value by value, and none is missing or extra
"""

from __future__ import annotations

from dataclasses import dataclass

from pipelines.home import Home
from pipelines.settings import Settings
from transactional import open_ledger
from transactional.check import check

__all__ = ["Finding", "check_all"]


@dataclass(frozen=True)
class Finding:
    """One broken promise: which, in words, for what, and what was found."""

    invariant: str
    rule: str
    subject: str
    detail: str


def check_all(settings: Settings) -> list[Finding]:
    """All broken promises; empty is good."""
    ledger = open_ledger(settings.ledger)
    try:
        found = [Finding(one.invariant, one.rule, one.subject, one.detail) for one in check(ledger)]
    finally:
        ledger.close()
    if Home(settings.home).warehouse.is_file():
        found += _copy(settings)
    return found


def _copy(settings: Settings) -> list[Finding]:
    from pipelines.ingest.verify import differing_rows
    from pipelines.warehouse import open_warehouse

    with open_warehouse(Home(settings.home).warehouse) as warehouse:
        return [
            Finding(
                "I23",
                "the warehouse copy equals the ledger",
                f"raw.{one.table} {one.example_key}".strip(),
                one.example or f"ledger {one.ledger_rows} rows, raw {one.raw_rows}",
            )
            for one in differing_rows(warehouse, settings.ledger)
        ]
