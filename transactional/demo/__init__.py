"""The demo company: a seeded, invented manufacturer with three years of business and problems planted on purpose.

create_demo(ledger, seed)      writes its whole history and returns the truth about its problems
small_demo(ledger)             a few products and four months, for tests
advance(ledger, days)          lets it live on from the ledger's present state
"""

from __future__ import annotations

from transactional.demo.advance import advance, present_company
from transactional.demo.load import create_demo, small_demo
from transactional.demo.scale import END_DATE, FULL, SMALL, Scale
from transactional.demo.setup import DEMO_PASSWORD
from transactional.demo.truth import Truth

__all__ = [
    "DEMO_PASSWORD",
    "END_DATE",
    "FULL",
    "SMALL",
    "Scale",
    "Truth",
    "advance",
    "create_demo",
    "present_company",
    "small_demo",
]
