"""Whose ledger is it, and which day does it tell about?"""

from __future__ import annotations

from datetime import date

from kernel.ids import import_command_id
from transactional.commands import AdvanceClock, CreateCompany
from transactional.importing.mapping import Company
from transactional.importing.poster import ACTOR, SOURCE
from transactional.ledger import Ledger

__all__ = ["advance_clock", "found_company"]


def found_company(ledger: Ledger, company: Company, first: date, today: date) -> None:
    """Create the company, unless the ledger has one."""
    if ledger.rows("SELECT 1 FROM company"):
        return
    command = CreateCompany(
        command_id=import_command_id(company.code, "company", company.code),
        actor=ACTOR,
        source=SOURCE,
        business_date=first,
        code=company.code,
        name=company.name,
        name_zh=company.name_zh,
        currency=company.currency,
        minor_digits=company.minor_digits,
        time_zone=company.time_zone,
        today=today,
        kind_of_source="import",
    )
    ledger.post([command])


def advance_clock(ledger: Ledger, code: str, today: date) -> None:
    """Let the company's today follow the load; it never goes back."""
    rows = ledger.rows("SELECT today FROM company")
    if rows and str(rows[0][0]) < today.isoformat():
        command_id = import_command_id(code, "clock", today.isoformat())
        ledger.post([AdvanceClock(command_id=command_id, actor=ACTOR, source=SOURCE, business_date=today, today=today)])
