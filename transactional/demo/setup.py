"""Which commands set up the demo company before its first day?"""

from __future__ import annotations

from collections.abc import Iterator

from transactional.commands import Command
from transactional.demo.demand import Demand
from transactional.demo.plot import Plot
from transactional.demo.setup_base import Setup
from transactional.demo.setup_calendars import calendar_commands
from transactional.demo.setup_company import company_commands
from transactional.demo.setup_items import item_commands
from transactional.demo.setup_partners import partner_commands
from transactional.demo.setup_planning import planning_commands
from transactional.demo.world import World

__all__ = ["DEMO_PASSWORD", "master_data"]

DEMO_PASSWORD = "throughline"
"""Everybody's password in the demo company: login and password stand on its sign-in page."""


def master_data(world: World, demand: Demand, plot: Plot, password_hash: str) -> Iterator[Command]:
    """Company, people, places, items, structures, partners, terms, planning parameters and events; each refers only back."""
    setup = Setup(world, plot)
    yield from company_commands(setup, password_hash)
    yield from item_commands(setup)
    yield from partner_commands(setup)
    yield from calendar_commands(setup)
    yield from planning_commands(setup, demand)
