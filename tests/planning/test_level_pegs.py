"""A whole level pegged at once gives what one item-location at a time, one peg at a time, gives."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from planning.level_pegs import LevelPegs
from planning.messages import value_of_lateness
from planning.pegging import Demand, Pairs, Segments, Supply, merged_segments, pair, scaled_segments, scaled_together
from planning.tops import TopDemands
from tests.planning import slow_pegging

HUGE = 10**17


@st.composite
def places(draw: st.DrawFn) -> tuple[list[tuple[list[Demand], list[Supply]]], TopDemands]:
    """Up to four item-locations with a few demands, direct or on behalf of several tops, and a few supplies."""
    tops = TopDemands()
    numbers = [
        tops.add(f"{kind}:{at}", kind, draw(st.integers(0, 5)) * 10**6, draw(st.integers(0, 3)) * 10**6)
        for at, kind in enumerate(["sales_order", "forecast", "sales_order", "safety_stock"])
    ]
    found = []
    for place in range(draw(st.integers(1, 4))):
        demands = []
        for line in range(draw(st.integers(0, 5))):
            quantity, due = draw(st.integers(1, 60)), draw(st.integers(0, 9))
            segments: Segments | int = draw(st.sampled_from(numbers))
            chosen = draw(st.lists(st.sampled_from(numbers), unique=True, max_size=3))
            if len(chosen) > 1 and quantity >= len(chosen):
                parts = [1] * (len(chosen) - 1) + [quantity - len(chosen) + 1]
                segments = Segments(np.array(sorted(chosen)), np.array(parts), np.array(parts) * 1.5)
            kind = draw(st.sampled_from(["component", "safety_stock"]))
            demands.append(Demand(f"D:{place}:{line}", kind, due, quantity, draw(st.integers(1, 3)), due, segments))
        supplies = [
            Supply(f"S:{place}:{line}", "buy", draw(st.integers(1, 60)), draw(st.integers(0, 9)), draw(st.integers(0, 12)), line)
            for line in range(draw(st.integers(0, 5)))
        ]
        found.append((demands, supplies))
    return found, tops


@given(places())
def test_a_level_at_once_is_every_place_by_itself(
    given_places: tuple[list[tuple[list[Demand], list[Supply]]], TopDemands],
) -> None:
    given_pairs, tops = given_places
    paired: list[Pairs] = [pair(demands, supplies) for demands, supplies in given_pairs]
    level = LevelPegs(paired, tops)
    values, urgent, served = level.values(0), level.values(1), level.served()

    for place, (demands, supplies) in enumerate(given_pairs):
        slow = slow_pegging.peg(demands, supplies)
        rows = level.place == place
        base, first = int(level.supply_base[place]), int(level.demand_base[place])
        expected = [
            (s + base if s >= 0 else -1, d + first if d >= 0 else -1, q, t, days)
            for s, d, q, t, days in zip(slow.supply, slow.demand, slow.quantity, slow.top, slow.days, strict=True)
        ]
        columns = (level.supply[rows], level.demand[rows], level.quantity[rows], level.top[rows], level.days[rows])
        assert expected == list(zip(*columns, strict=True))
        assert slow_pegging.served_by(slow, tops) == served[base : base + len(supplies)]
        assert slow.late().quantities.tolist() == level.late(place).quantities.tolist()
        for number in range(len(supplies)):
            share, mine = slow.share(number), level.share(base + number)
            assert share.quantities.tolist() == mine.quantities.tolist()
            assert share.priority == level.priority(base + number)
            merged = merged_segments(share)
            assert merged.tops.tolist() == level.segments(base + number).tops.tolist()
            assert merged.quantities.tolist() == level.segments(base + number).quantities.tolist()
            assert values[base + number] == value_of_lateness(tops, share)
            for at_least, found in ((0, values), (1, urgent)):
                assert slow_pegging.value_of_lateness(tops, share, at_least) == pytest.approx(found[base + number], abs=1)


@given(st.lists(st.tuples(st.lists(st.integers(1, HUGE), min_size=1, max_size=5), st.integers(1, HUGE)), max_size=5))
def test_many_requirements_are_stretched_exactly_at_any_size(lines: list[tuple[list[int], int]]) -> None:
    """The parts add up to the requirement and are the rounded-down curve, also where products are beyond 64 bits."""
    served = [
        Segments(np.arange(len(parts)), np.array(parts, dtype=np.int64), np.ones(len(parts)))
        for parts, _ in lines
        if sum(parts) < 2**62
    ]
    wanted = [wanted for parts, wanted in lines if sum(parts) < 2**62]

    for one, requirement, stretched in zip(served, wanted, scaled_together(served, wanted), strict=True):
        slow = scaled_segments(one, requirement)
        assert requirement == stretched.quantities.sum()
        assert slow.quantities.tolist() == stretched.quantities.tolist()
        assert slow.tops.tolist() == stretched.tops.tolist()
        assert slow.top_quantities.tolist() == stretched.top_quantities.tolist()


@given(st.lists(st.integers(1, 2**47), min_size=1, max_size=6), st.integers(1, 2**49))
def test_products_beyond_64_bits_are_divided_exactly(parts: list[int], requirement: int) -> None:
    """Quantities of everyday size (a billion pieces) already multiply beyond 64 bits."""
    segments = Segments(np.arange(len(parts)), np.array(parts, dtype=np.int64), np.ones(len(parts)))
    total = sum(parts)
    upto = [sum(parts[: at + 1]) * requirement // total for at in range(len(parts))]
    expected = [end - begin for begin, end in zip([0, *upto], upto, strict=False) if end > begin]

    assert expected == scaled_together([segments], [requirement])[0].quantities.tolist()
