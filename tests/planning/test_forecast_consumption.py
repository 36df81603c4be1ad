"""Orders consume forecast: same bucket, then backward, then forward, never below zero."""

from __future__ import annotations

import pytest

from planning.consumption import ForecastBucket, consume_forecast, with_bucket_ends
from tests.planning.world import World, orders

pytestmark = pytest.mark.fast


def weeks(*quantities: int) -> list[ForecastBucket]:
    return [ForecastBucket(f"FC:{n}", 7 * n, 7 * n + 7, quantity) for n, quantity in enumerate(quantities)]


def net(buckets: list[ForecastBucket], orders: list[tuple[int, int]], **extra: int) -> list[int]:
    rules = {"as_of": 0, "backward": 1, "forward": 1, "piece_days": 7} | extra
    found = {piece.day: piece.quantity for piece in consume_forecast(buckets, orders, **rules)}
    return [found.get(bucket.start, 0) for bucket in buckets]


def test_an_order_consumes_its_own_bucket() -> None:
    assert net(weeks(10, 10, 10), [(8, 6)]) == [10, 4, 10]


def test_the_rest_looks_back_then_ahead_and_never_below_zero() -> None:
    assert net(weeks(10, 10, 10), [(8, 22)]) == [0, 0, 8]
    assert net(weeks(10, 10, 10), [(8, 50)]) == [0, 0, 0]


def test_windows_are_respected() -> None:
    assert net(weeks(10, 10, 10), [(8, 50)], backward=0, forward=0) == [10, 0, 10]


def test_every_bucket_serves_its_own_order_before_a_neighbours() -> None:
    assert net(weeks(10, 10), [(8, 15), (1, 5)]) == [0, 0]


def test_splitting_an_order_changes_nothing() -> None:
    whole = net(weeks(10, 10, 10), [(8, 13), (15, 4)])
    split = net(weeks(10, 10, 10), [(15, 1), (8, 6), (9, 7), (16, 3)])

    assert whole == split


def test_the_elapsed_part_of_the_current_bucket_is_gone() -> None:
    pieces = consume_forecast(weeks(70, 70), [], as_of=3, backward=0, forward=0, piece_days=7)

    assert [(piece.day, piece.quantity) for piece in pieces] == [(3, 40), (7, 70)]


def test_a_month_is_required_week_by_week_in_whole_steps() -> None:
    month = with_bucket_ends([("FC:1", 0, 10, None), ("FC:2", 30, 10, None)])
    pieces = consume_forecast(month, [], as_of=0, backward=0, forward=0, piece_days=7, step=1)

    first = [(piece.day, piece.quantity) for piece in pieces if piece.demand_id == "FC:1"]
    assert first[:4] == [(0, 3), (7, 2), (14, 2), (21, 3)]
    assert sum(quantity for _, quantity in first) == 10


def test_inside_the_demand_fence_only_orders_count() -> None:
    world = World().item(1, demand_fence_days=14).forecast(101, 0, 20).forecast(101, 7, 20).forecast(101, 14, 20)
    world.demand(101, 8, 5)

    # Week 1's order is covered by its own week's forecast, which the fence ignores; only week 2's forecast is left.
    assert orders(world.plan()) == [(8, 5), (14, 20)]


def test_forecast_and_orders_are_not_added_up() -> None:
    world = World().item(1).forecast(101, 7, 20).forecast(101, 14, 20).demand(101, 9, 15)

    assert orders(world.plan()) == [(7, 5), (9, 15), (14, 20)]
