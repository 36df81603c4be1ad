"""How much does each event lift, or take from, the periods around it?

An event's effect is read from its own past (`regression`), price promotions' from all of them; here the events of a calendar are
told apart from each other, laid over the series as factors, and put into the table people read. What a selection has told serves
a refit as it is.

In the first sweep every event stands by itself, and a period in the days or the week after of any is out of the ordinary. Later
ones divide by what the others were found to do, the surest first: then only the event's own windows, and what others move by more
than a fifth, are no ordinary periods, and a full calendar of holidays without effect takes nothing away. Demand may be counted
days after it was decided on (wished for, shipped), so windows are tried moved by one or two weeks.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from forecasting.events.occurrences import EVENT_WINDOWS, Event, EventCalendar
from forecasting.events.regression import CORE, NOTHING, FoundEffect, Scene, View, fit_kind, read_scene
from forecasting.frames import BoolArray, FloatArray, Frequency, IntArray

__all__ = ["EffectRow", "EventCoefficients", "EventEffects", "ToldEffects", "estimate_effects", "near_events", "told_effects"]

_LEAST_FACTOR, _LARGEST_FACTOR = 0.1, 5.0
_MOVED = 0.2  # other events move a period by so much: it is no ordinary one
_SWEEPS = 3  # alone, against the others, and once more
_YEAR, _SAME_TIME = 365.25, 31  # days
_LEFT_BY_SEASON = 0.05
_DELAYS = (0, 7, 14)  # days by which demand may trail an event
_WORTH_A_DELAY = 1.2  # saves so many times the squared error that no delay would


@dataclass(frozen=True)
class EffectRow:
    """One line of `event_effects`; `row` -1 is what all series share. Quantities are per occurrence, in base units."""

    row: int
    event: str
    occurrences: int
    effect: float
    lift_quantity: float
    pull_forward_quantity: float
    is_used: bool


@dataclass(frozen=True)
class EventEffects:
    """`factors` (series or 1, period + horizon), 1 where nothing is used, and their `variances`; `shares` (2, series, period +
    horizon): of days inside and just past events with enough past occurrences, None where there is none; `rows` the table."""

    factors: FloatArray
    variances: FloatArray
    shares: FloatArray | None
    rows: tuple[EffectRow, ...]
    coefficients: tuple[EventCoefficients, ...] = ()


@dataclass(frozen=True)
class EventCoefficients:
    """Lift of a period that lies wholly in a window of `EVENT_WINDOWS`: `shared` (window,) of a series nothing more is known of,
    `own` (row, window) of `rows` of the panel part (None: every row, or one line for all); `variance` (window,) of the lift;
    `delay` days by which demand trails the event."""

    event: str
    usual_discount: float
    shared: FloatArray
    rows: IntArray | None
    own: FloatArray
    variance: FloatArray
    delay: int = 0


ToldEffects = Mapping[str, tuple[FloatArray, Mapping[int, FloatArray], FloatArray, int]]
"""Event -> shared coefficients, the own ones of single series, the variance of the lift, and days by which demand trails it."""


def near_events(
    calendar: EventCalendar | None, first_index: int, period_count: int, known_day: int, series_count: int
) -> BoolArray:
    """(series or 1, period): in a window of any known event."""
    near = np.zeros((1, period_count), dtype=bool)
    if calendar is None or period_count == 0:
        return near
    indices = first_index + np.arange(period_count)
    for event in _known(calendar, known_day):
        rows, shares = calendar.shares(event, indices)
        near = _marked(near, rows, np.asarray(shares.any(axis=2)), series_count)
    return near


def estimate_effects(
    calendar: EventCalendar,
    values: FloatArray,
    starts: IntArray,
    is_plain: BoolArray,
    first_index: int,
    horizon: int,
    known_day: int,
) -> EventEffects:
    """Effects at one origin, from its own past alone.

    Args:
        values: (series, period) without gaps and without moving holidays. is_plain: plain observations.
        known_day: last day of the past, counted from 1970.
    """
    series_count, period_count = values.shape
    indices = first_index + np.arange(period_count + horizon)
    flat = np.ones((1, period_count + horizon))
    events = [event for event in _known(calendar, known_day) if not calendar.is_season(event, indices)]
    if not events or series_count == 0 or period_count == 0:
        return EventEffects(flat, flat - 1.0, None, ())
    all_times = [calendar.occurrence_of(event, indices[:period_count]) for event in events]
    all_counts = [len(np.unique(found[found >= 0])) for found in all_times]
    # An event seen less than twice teaches nothing, and must not take ordinary periods from the others either.
    places = sorted(k for kind in _kinds(events, all_counts) for k in kind)
    rest = [k for k in range(len(events)) if k not in places]
    table = [EffectRow(-1, events[k].name, all_counts[k], 1.0, 0.0, 0.0, False) for k in rest]
    new = [(events[k], all_times[k]) for k in rest]
    events, counts = [events[k] for k in places], [all_counts[k] for k in places]
    laid = [[calendar.shares(event.later(days), indices) for days in _DELAYS] for event in events]
    times = [[calendar.occurrence_of(event.later(days), indices[:period_count]) for days in _DELAYS] for event in events]
    total = flat[:, :period_count] - 1.0
    for (rows, shares), *_ in laid:
        total = _added(total, shares[:, :period_count, CORE].sum(axis=2), rows, series_count)
    scenery = _Scenery(values, starts, is_plain, total, calendar.frequency, period_count)
    factors, found, scenes, delays = _fitted(scenery, laid, times, counts, _kinds(events, counts), flat)
    chosen = [places[delay] for places, delay in zip(laid, delays, strict=True)]
    for k, (event, (rows, shares), answer, count) in enumerate(zip(events, chosen, found, counts, strict=True)):
        table += _table(event, rows, shares[:, :period_count], answer, count, scenes[k])
    # Nobody knows what a new event will do: the others say how much events do here, and so does its only occurrence.
    none = np.zeros(len(EVENT_WINDOWS))
    sizes = [(answer.square if answer.is_shared else none) + answer.variance for answer in found]
    usual = np.where(np.isin(np.arange(len(none)), CORE), np.mean(sizes or [none], axis=0), 0.0)
    left = [
        1.0 if answer.is_shared else _left_by_season(event, calendar, known_day)
        for event, answer in zip(events, found, strict=True)
    ]
    found = [replace(answer, variance=answer.variance * share) for answer, share in zip(found, left, strict=True)]
    measured = [
        EventCoefficients(
            event.name,
            event.usual_discount,
            answer.shared if answer.is_shared else np.zeros(len(EVENT_WINDOWS)),
            rows,
            answer.coefficients,
            answer.variance,
            _DELAYS[delay],
        )
        for event, (rows, _), answer, delay in zip(events, chosen, found, delays, strict=True)
    ]
    variances = flat - 1.0
    for answer, (rows, shares) in zip(found, chosen, strict=True):
        variances = _with_variance(variances, answer.variance, rows, shares, series_count)
    everything = _product(factors, flat)[:, :period_count]
    for event, when in new:
        rows, shares = calendar.shares(event, indices)
        scene = scenery.scene(rows, shares, everything)
        (once,) = fit_kind([View(scene, shares[:, :period_count], when, _of(everything, rows), _of(total, rows), 1)])
        variance = np.maximum(usual, once.variance) * _left_by_season(event, calendar, known_day)
        measured.append(EventCoefficients(event.name, event.usual_discount, none, None, none[None], variance))
        variances = _with_variance(variances, variance, rows, shares, series_count)
    shown = _known_shares(chosen, counts, series_count)
    return EventEffects(_product(factors, flat), variances, shown, tuple(table), tuple(measured))


@dataclass(frozen=True)
class _Scenery:
    """What every event is read from; `total` (series or 1, period) shares of all events in `CORE`."""

    values: FloatArray
    starts: IntArray
    is_plain: BoolArray
    total: FloatArray
    frequency: Frequency
    period_count: int

    def scene(self, rows: IntArray | None, shares: FloatArray, others: FloatArray | None) -> Scene:
        """Of one event's rows. Out of the ordinary are its own windows and what the `others` move; all events' days where
        nothing is known of the others yet (None)."""
        mine = shares[:, : self.period_count]
        near = np.asarray(mine.any(axis=2))
        if others is None:
            near, factors = near | (_of(self.total, rows) > 0), np.ones((1, self.period_count))
        else:
            factors = _of(others, rows)
            near = near | (np.abs(factors - 1.0) > _MOVED)
        values, starts, is_plain = (
            (self.values, self.starts, self.is_plain)
            if rows is None
            else (self.values[rows], self.starts[rows], self.is_plain[rows])
        )
        return read_scene(values, starts, is_plain, np.broadcast_to(near, values.shape), factors, self.frequency)


def _of(values: FloatArray, rows: IntArray | None) -> FloatArray:
    """(row or 1, period) of `rows` (None: all)."""
    return values if rows is None or len(values) == 1 else values[rows]


def _kinds(events: list[Event], counts: list[int]) -> list[list[int]]:
    """Places of the events that are measured together: all with a discount for some of the series are price promotions, which
    are few and much the same; any other is by itself. Without two past occurrences nothing is measured."""
    is_price = [event.usual_discount > 0 and bool((event.row >= 0).any()) for event in events]
    together = [k for k, is_one in enumerate(is_price) if is_one]
    alone = [[k] for k, is_one in enumerate(is_price) if not is_one]
    return [kind for kind in [*alone, together] if sum(counts[k] for k in kind) >= 2]


def _fitted(
    scenery: _Scenery,
    laid: list[list[tuple[IntArray | None, FloatArray]]],
    times: list[list[IntArray]],
    counts: list[int],
    kinds: list[list[int]],
    flat: FloatArray,
) -> tuple[list[FloatArray], list[FoundEffect], list[Scene], list[int]]:
    """Factor, effect, scene and place in `_DELAYS` of each event: first each kind by itself, then against what the others were
    found to do, the surest first."""
    period_count, names = scenery.period_count, range(len(laid))
    factors, delays = [flat for _ in names], [0 for _ in names]
    found: list[FoundEffect] = [NOTHING for _ in names]
    scenes: dict[int, Scene] = {}
    for sweep in range(_SWEEPS):
        for kind in sorted(kinds, key=lambda kind: (-found[kind[0]].sureness, kind)):
            tried = {}
            for delay in range(len(_DELAYS)) if sweep < _SWEEPS - 1 else [delays[kind[0]]]:
                views = []
                for k in kind:
                    rows, shares = laid[k][delay]
                    others = _product([one for j, one in enumerate(factors) if j != k], flat)[:, :period_count]
                    scene = scenery.scene(rows, shares, others if sweep else None)
                    past = shares[:, :period_count]
                    views.append(View(scene, past, times[k][delay], _of(others, rows), _of(scenery.total, rows), counts[k]))
                tried[delay] = fit_kind(views), views
            gains = {delay: answers[0].gain for delay, (answers, _) in tried.items()}
            best = max(gains, key=lambda delay: gains[delay])
            if best and gains[best] < _WORTH_A_DELAY * gains.get(0, 0.0):
                best = 0
            for k, answer, view in zip(kind, *tried[best], strict=True):
                found[k], scenes[k], delays[k] = answer, view.scene, best
                if sweep:
                    factors[k] = _factor(answer.coefficients, *laid[k][best], len(scenery.values))
    return factors, found, [scenes[k] for k in names], delays


def told_effects(
    calendar: EventCalendar, told: ToldEffects, series_ids: IntArray, indices: IntArray, known_day: int
) -> EventEffects:
    """Factors of the effects told before; an event nobody measured has none. `rows` stay empty: nothing was estimated.

    Args:
        series_ids: (series,) of the calendar's rows. indices: (period + horizon,) period numbers.
    """
    flat = np.ones((1, len(indices)))
    factors, variances = [flat], flat - 1.0
    for event in _known(calendar, known_day):
        if event.name not in told:
            continue
        shared, own, variance, delay = told[event.name]
        rows, shares = calendar.shares(event.later(delay), indices)
        chosen = series_ids if rows is None else series_ids[rows]
        coefficients = np.array([own.get(int(series_id), shared) for series_id in chosen]).reshape(-1, len(EVENT_WINDOWS))
        factors.append(_factor(coefficients, rows, shares, len(series_ids)))
        variances = _with_variance(variances, variance, rows, shares, len(series_ids))
    return EventEffects(_product(factors, flat), variances, None, ())


def _left_by_season(event: Event, calendar: EventCalendar, known_day: int) -> float:
    """Share of the variance of an event that is not used: what comes a whole number of years after a past occurrence is in the
    season already, for the greater part."""
    coming, past = (np.unique(event.first[kept]) for kept in (event.first > known_day, event.first <= known_day))
    if calendar.frequency == "day" or not coming.size or not past.size:
        return 1.0
    apart = (coming[:, None] - past[None, :]) % _YEAR
    return _LEFT_BY_SEASON if (np.minimum(apart, _YEAR - apart).min(axis=1) <= _SAME_TIME).all() else 1.0


def _known(calendar: EventCalendar, known_day: int) -> list[Event]:
    return [event for event in (one.known_on(known_day) for one in calendar.events) if len(event.first)]


def _marked(near: BoolArray, rows: IntArray | None, inside: BoolArray, series_count: int) -> BoolArray:
    if rows is None:
        return np.asarray(near | inside)
    if len(near) == 1:
        near = np.repeat(near, series_count, axis=0)
    near[rows] |= inside
    return near


def _product(factors: list[FloatArray], flat: FloatArray) -> FloatArray:
    total = flat
    for one in factors:
        total = total * one
    return np.asarray(np.clip(total, _LEAST_FACTOR, _LARGEST_FACTOR))


def _with_variance(
    variances: FloatArray, variance: FloatArray, rows: IntArray | None, shares: FloatArray, series_count: int
) -> FloatArray:
    """`variances` (series or 1, period) and those of one more event, whose windows have `variance`."""
    return _added(variances, np.einsum("rpw,w->rp", shares, variance), rows, series_count) if variance.any() else variances


def _added(total: FloatArray, mine: FloatArray, rows: IntArray | None, series_count: int) -> FloatArray:
    """`total` (series or 1, period) and `mine` of some rows (None: of all)."""
    if rows is None:
        return np.asarray(total + mine)
    total = np.repeat(total, series_count, axis=0) if len(total) == 1 else total.copy()
    total[rows] += mine
    return total


def _factor(coefficients: FloatArray, rows: IntArray | None, shares: FloatArray, series_count: int) -> FloatArray:
    if not coefficients.any():
        return np.ones((1, shares.shape[1]))
    moved = np.einsum("rpw,rw->rp", np.broadcast_to(shares, (len(coefficients), *shares.shape[1:])), coefficients)
    found = np.clip(1.0 + moved, _LEAST_FACTOR, _LARGEST_FACTOR)
    if rows is None:
        return np.asarray(found)
    laid = np.ones((series_count, shares.shape[1]))
    laid[rows] = found
    return laid


def _known_shares(laid: list[tuple[IntArray | None, FloatArray]], counts: list[int], series_count: int) -> FloatArray | None:
    kept = [one for one, count in zip(laid, counts, strict=True) if count >= 2]
    if not kept:
        return None
    total = np.zeros((2, series_count, kept[0][1].shape[1]))
    for rows, shares in kept:
        place = slice(None) if rows is None else rows
        total[0, place] += shares[:, :, 1]
        total[1, place] += shares[:, :, 3]
    return total


def _table(
    event: Event, rows: IntArray | None, shares: FloatArray, answer: FoundEffect, occurrences: int, scene: Scene
) -> list[EffectRow]:
    chosen = np.arange(len(scene.usual)) if rows is None else rows
    days = float(np.mean(event.last - event.first + 1))
    peak = float((event.peak >= 0).mean()) / days
    columns = np.flatnonzero(shares.any(axis=(0, 2)))
    seen = np.broadcast_to(shares[:, columns], (len(chosen), len(columns), len(EVENT_WINDOWS)))
    own = np.broadcast_to(answer.coefficients, (len(chosen), len(EVENT_WINDOWS)))
    size = np.nan_to_num(scene.baseline[:, columns]) * scene.usual[:, None]
    moved = seen * own[:, None, :] * size[:, :, None] / max(occurrences, 1)
    lift = np.maximum(moved, 0.0).sum(axis=(1, 2))
    pulled = -np.minimum(moved[:, :, [0, 3, 4]], 0.0).sum(axis=(1, 2))
    effect = max(0.0, 1.0 + float(answer.shared[1] + peak * answer.shared[2]))
    found = [EffectRow(-1, event.name, occurrences, effect, float(lift.sum()), float(pulled.sum()), answer.is_shared)]
    for place in np.flatnonzero(answer.is_own):
        mine = float(max(0.0, 1.0 + own[place, 1] + peak * own[place, 2]))
        found.append(EffectRow(int(chosen[place]), event.name, occurrences, mine, float(lift[place]), float(pulled[place]), True))
    return found
