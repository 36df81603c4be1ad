"""How much of the forecast is still to be expected once customer orders are known?

    net forecast = forecast - consumed by orders, never below zero; demand = net forecast + orders

Orders consume the forecast bucket their due date falls into, then up to b buckets backward (nearest first), then up
to f buckets forward. All orders consume their own bucket before any spills over, and spilling is done on bucket
totals in date order, so neither the order of rows nor the splitting of an order line changes the result. What has
passed of the current bucket is taken off in proportion; buckets that have ended are no demand any more.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

__all__ = ["ForecastBucket", "RequiredPiece", "consume_forecast", "with_bucket_ends"]


@dataclass(frozen=True, slots=True)
class ForecastBucket:
    """Forecast of one item-location for days `start` (included) to `end` (excluded), in 10^-6 base unit."""

    demand_id: str
    start: int
    end: int
    quantity: int


@dataclass(frozen=True, slots=True)
class RequiredPiece:
    """A part of a bucket's net forecast, required on `day`."""

    demand_id: str
    day: int
    quantity: int


def with_bucket_ends(rows: Iterable[tuple[str, int, int, int | None]]) -> list[ForecastBucket]:
    """Buckets from (demand_id, start, quantity, days): a bucket without days lasts until the next one starts; the
    last lasts as long as the one before it, and a single one a week."""
    ordered = sorted(rows, key=lambda row: (row[1], row[0]))
    starts = sorted({start for _, start, _, _ in ordered})
    length: dict[int, int] = {}
    for position, start in enumerate(starts):
        if position + 1 < len(starts):
            length[start] = starts[position + 1] - start
        else:
            length[start] = start - starts[position - 1] if position else 7
    return [
        ForecastBucket(demand_id, start, start + (days if days and days > 0 else length[start]), quantity)
        for demand_id, start, quantity, days in ordered
    ]


def consume_forecast(
    buckets: Sequence[ForecastBucket],
    orders: Iterable[tuple[int, int]],
    *,
    as_of: int,
    backward: int,
    forward: int,
    piece_days: int,
    step: int = 1,
    fence: int | None = None,
) -> list[RequiredPiece]:
    """The net forecast as dated requirements.

    Args:
        buckets: forecast of one item-location.
        orders: (due day, open quantity) of its customer orders.
        as_of: today, as ordinal.
        backward: buckets an order's rest may look back.
        forward: buckets an order's rest may look ahead.
        piece_days: longest piece of a bucket required on one day; 0 leaves buckets whole.
        step: smallest step of the item; pieces are whole steps except the rest of a bucket.
        fence: first day after the demand fence; pieces before it are ignored.
    """
    ordered = sorted(buckets, key=lambda bucket: (bucket.start, bucket.demand_id))
    rest = [_still_ahead(bucket, as_of) for bucket in ordered]
    spill = [0] * len(ordered)
    starts = [bucket.start for bucket in ordered]
    for due, quantity in orders:
        before = bisect_right(starts, due)
        if before and due < ordered[before - 1].end:
            spill[bisect_left(starts, starts[before - 1])] += quantity
    for position, wanted in enumerate(spill):
        spill[position] -= _take(rest, position, wanted)
    for reach, sign in ((backward, -1), (forward, 1)):
        for position in range(len(ordered)):
            for distance in range(1, reach + 1):
                other = position + sign * distance
                if spill[position] and 0 <= other < len(ordered):
                    spill[position] -= _take(rest, other, spill[position])
    pieces: list[RequiredPiece] = []
    for bucket, quantity in zip(ordered, rest, strict=True):
        if quantity > 0:
            pieces.extend(_pieces(bucket, quantity, as_of, piece_days, step))
    return [piece for piece in pieces if piece.quantity > 0 and (fence is None or piece.day >= fence)]


def _still_ahead(bucket: ForecastBucket, as_of: int) -> int:
    if bucket.end <= as_of:
        return 0
    if bucket.start >= as_of:
        return bucket.quantity
    return bucket.quantity * (bucket.end - as_of) // (bucket.end - bucket.start)


def _take(rest: list[int], position: int, wanted: int) -> int:
    taken = min(rest[position], wanted)
    rest[position] -= taken
    return taken


def _pieces(bucket: ForecastBucket, quantity: int, as_of: int, piece_days: int, step: int) -> list[RequiredPiece]:
    start = max(bucket.start, as_of)
    span = bucket.end - start
    if piece_days == 0 or span <= piece_days:
        return [RequiredPiece(bucket.demand_id, start, quantity)]
    found: list[RequiredPiece] = []
    given = 0
    for offset in range(0, span, piece_days):
        reached = min(offset + piece_days, span)
        # Rounded up to the step on the running total: stock is there in time and nothing is lost or added.
        upto = quantity if reached == span else min(quantity, -(-quantity * reached // (span * step)) * step)
        found.append(RequiredPiece(bucket.demand_id, start + offset, upto - given))
        given = upto
    return found
