"""A ticket keeps somebody signed in for twelve hours, is nobody else's, and is worth nothing after sign-out."""

from __future__ import annotations

import pytest

from dashboards.stay import HOURS, Tickets

pytestmark = pytest.mark.fast


def test_a_ticket_is_its_owners_until_it_ends() -> None:
    held = Tickets({})
    ticket = held.issue("planner", now=100.0)

    assert "planner" == held.owner(ticket, 100.0 + HOURS * 3600 - 1)
    assert None is held.owner(ticket, 100.0 + HOURS * 3600)
    assert None is held.owner(ticket + "x", 100.0)
    assert None is held.owner("", 100.0)


def test_signing_out_ends_it_at_once() -> None:
    held = Tickets({})
    ticket = held.issue("planner", now=0.0)
    held.end(ticket)
    held.end(ticket)

    assert None is held.owner(ticket, 1.0)


def test_ended_tickets_are_not_kept() -> None:
    held = Tickets({})
    held.issue("planner", now=0.0)
    newer = held.issue("buyer", now=HOURS * 3600.0)

    assert [newer] == list(held.held)
