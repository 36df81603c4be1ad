"""Which company does this home hold? Read from the ledger without creating one."""

from __future__ import annotations

from dataclasses import dataclass

from kernel.errors import Refused, Unavailable
from pipelines.settings import Settings
from transactional import open_ledger

__all__ = ["Company", "find_company", "require_company"]


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
