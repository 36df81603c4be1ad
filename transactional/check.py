"""Is everything in the ledger as it must be? Each invariant is one set-based query that finds its violations; none found is good.

I1   per item the sum over all locations is zero             I2   balances and daily balances equal the movements
I4   physical stock is never below zero                      I5   allocated <= on hand = sum of open allocations
I6   an open allocation serves an open line                  I7   lots belong to their item; no expired lot was shipped
I9   cost quantity and value equal the movements             I10  no quantity, no value
I13  a work order's cost in progress equals its movements    I14  document quantities agree, and statuses follow from them
I15  numbers have no gaps                                    I18  a stocktake posts its differences once
I22  references hold, codes are unique after normalising     guards  history is protected by triggers
"""

from __future__ import annotations

from dataclasses import dataclass

from transactional.check_documents import DOCUMENT_RULES, numbers_without_gaps
from transactional.check_stock import STOCK_RULES, Rule
from transactional.engine.shapes import CODES
from transactional.engine.store import Session
from transactional.handlers.support import normalised
from transactional.ledger import Ledger
from transactional.migrations.guards import missing_guards

__all__ = ["Violation", "check"]

_MOST = 100
"""Violations reported per rule; more of the same add nothing."""


@dataclass(frozen=True)
class Violation:
    """One broken promise.

    Attributes:
        invariant: its short name, e.g. 'I2'.
        rule: what must hold, as a sentence.
        subject: the row it is broken for.
        detail: what was found.
    """

    invariant: str
    rule: str
    subject: str
    detail: str


def check(ledger: Ledger) -> list[Violation]:
    """All violations, all seen at one moment; empty is good."""
    with ledger.store.reading() as session:
        found: list[Violation] = []
        for rule in (*STOCK_RULES, *DOCUMENT_RULES):
            found.extend(_ask(session, rule))
        found.extend(Violation("I15", "numbers have no gaps", kind, number) for kind, number in numbers_without_gaps(session))
        found.extend(_references(session))
        found.extend(_codes(session))
        found.extend(Violation("guards", "history is protected by triggers", name, "missing") for name in missing_guards(session))
    return found


def _ask(session: Session, rule: Rule) -> list[Violation]:
    rows = session.rows(f"{rule.query} LIMIT {_MOST}")
    return [
        Violation(rule.invariant, rule.sentence, str(row[0]), ", ".join("" if value is None else str(value) for value in row[1:]))
        for row in rows
    ]


def _references(session: Session) -> list[Violation]:
    # PostgreSQL cannot hold a row that breaks a foreign key; SQLite can, when somebody wrote with the check turned off.
    if session.dialect != "sqlite":
        return []
    rows = session.rows("PRAGMA foreign_key_check")
    return [Violation("I22", "every reference holds", f"{row[0]} row {row[1]}", f"points into {row[2]}") for row in rows[:_MOST]]


def _codes(session: Session) -> list[Violation]:
    found = []
    for table, column in CODES.items():
        if table == "business_event":
            continue
        first: dict[str, str] = {}
        for (code,) in session.rows(f"SELECT {column} FROM {table} ORDER BY {column}"):
            plain = normalised(code)
            if plain in first:
                found.append(Violation("I22", "codes are unique after normalising", f"{table} {code}", first[plain]))
            first.setdefault(plain, code)
    return found
