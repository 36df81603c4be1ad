"""What a planner has decided is an input: nothing is proposed twice, and ids stay the same."""

from __future__ import annotations

from typing import Any

import pytest

from kernel.ids import stable_id
from planning import PlanResult
from tests.planning.world import TODAY, UNIT, World, day, messages, orders

pytestmark = pytest.mark.fast


def one_need() -> World:
    return World().item(1, lead_time_days=2).demand(101, 10, 8).demand(101, 40, 5)


def decide(world: World, result: PlanResult, decision: str, **extra: Any) -> World:
    row = result.planned_orders.sort("need_date").row(0, named=True)
    names = ("planned_order_id", "item_location_id", "kind", "need_period", "ordinal")
    return world.add("decisions", **{name: row[name] for name in names}, decision=decision, **extra)


def test_the_id_is_the_same_in_every_run_and_for_everybody() -> None:
    row = one_need().plan().planned_orders.sort("need_date").row(0, named=True)

    assert row["need_period"] == "2026-W03"
    assert stable_id(101, "buy", "2026-W03", 0) == row["planned_order_id"]


def test_an_approved_suggestion_has_become_an_order_and_is_not_proposed_again() -> None:
    world = one_need()
    decide(world, world.plan(), "approve").receipt(101, 10, 8)

    assert orders(world.plan()) == [(40, 5)]


def test_a_new_need_in_a_decided_period_gets_a_new_id() -> None:
    """The approved order keeps its id for ever; more demand in the same week must not collide with it."""
    world = one_need()
    first = world.plan()
    decide(world, first, "approve").receipt(101, 10, 8).demand(101, 11, 3)

    second = world.plan().planned_orders.sort("need_date").row(0, named=True)

    assert second["ordinal"] == 1
    assert first.planned_orders.sort("need_date").item(0, "planned_order_id") != second["planned_order_id"]


def test_a_rejected_suggestion_is_not_proposed_and_the_shortage_stays_visible() -> None:
    world = one_need()
    decide(world, world.plan(), "reject")

    result = world.plan()

    assert orders(result) == [(40, 5)]
    assert "below_safety_stock" in messages(result)


def test_a_snoozed_suggestion_comes_back_on_its_day() -> None:
    asleep, awake = one_need(), one_need()
    decide(asleep, asleep.plan(), "snooze", until_date=day(1))
    decide(awake, awake.plan(), "snooze", until_date=TODAY)

    assert orders(asleep.plan()) == [(40, 5)]
    assert orders(awake.plan()) == [(10, 8), (40, 5)]


def test_a_rejection_covers_only_what_was_rejected() -> None:
    """More demand in the rejected week is a new question and is asked."""
    world = one_need()
    decide(world, world.plan(), "reject", quantity=8 * UNIT)
    world.demand(101, 10, 4)

    assert orders(world.plan()) == [(10, 4), (40, 5)]


def test_an_overdue_need_stays_snoozed_when_the_week_turns() -> None:
    world = World().item(1).demand(101, -9, 8)
    world.add(
        "decisions",
        item_location_id=101,
        kind="buy",
        need_period="2026-W01",
        ordinal=0,
        decision="snooze",
        until_date=day(20),
    )

    assert orders(world.plan()) == []


def test_a_no_for_one_week_does_not_silence_a_later_shortage() -> None:
    world = World().item(1).demand(101, 0, 8)
    world.add("decisions", item_location_id=101, kind="buy", need_period="2025-W40", ordinal=0, decision="reject")

    assert orders(world.plan()) == [(0, 8)]
