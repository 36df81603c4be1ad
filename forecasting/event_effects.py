"""How much does each event lift, or take from, the periods around it?

Baseline b of a period near an event: the line through the means of the ordinary periods before and after. In units of a series'
usual demand, the excess e = x - b follows the shares of days s (see `events`) times the baseline,

    e = b (s' beta) + noise

beta is estimated once for all series the event is for (weighted least squares with a small ridge; a series weighs by the inverse
of its ordinary noise), and used only where it stands out: at least two occurrences that agree, an effect of 5 % or more, and
3.5 times its standard error, which counts how much all series move together in ordinary periods. Each window is kept by
max(0, 1 - (2 / z)^2). Each series then has its own multiple of the shared shape, shrunk to 1 by the spread between series that
noise does not explain. Where the shared effect is not clear, a series of its own may still be: then its own beta serves, from
five standard errors on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from forecasting.events import EVENT_WINDOWS, Event, EventCalendar
from forecasting.frames import BoolArray, FloatArray, IntArray

__all__ = ["EffectRow", "EventCoefficients", "EventEffects", "ToldEffects", "estimate_effects", "near_events", "told_effects"]

_REACH = {"day": 42, "week": 12, "month": 4}  # periods on each side that a baseline may come from
_NEEDED = {"day": 7, "week": 3, "month": 1}  # ordinary periods it takes on each side
_RIDGE = 0.02
_CLEAR, _CLEAR_OWN, _KEPT = 3.5, 5.0, 2.0
_LEAST_EFFECT = 0.05
_FEWEST_QUIET = 6
_OWN_PRIOR = 0.25  # variance of an effect before anything is seen
_LEAST_FACTOR, _LARGEST_FACTOR = 0.1, 5.0
_TOLD_APART = 0.1
_INSIDE = (1, 2)  # during and peak


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
    """`factors` (series or 1, period + horizon), 1 where nothing is used; `shares` (2, series, period + horizon): of days inside
    and just past events with enough past occurrences, None where there is none; `rows` the table."""

    factors: FloatArray
    shares: FloatArray | None
    rows: tuple[EffectRow, ...]
    coefficients: tuple[EventCoefficients, ...] = ()


@dataclass(frozen=True)
class EventCoefficients:
    """Lift of a period that lies wholly in a window of `EVENT_WINDOWS`: `shared` (window,) of a series nothing more is known of,
    `own` (row, window) of `rows` of the panel part (None: every row, or one line for all)."""

    event: str
    usual_discount: float
    shared: FloatArray
    rows: IntArray | None
    own: FloatArray


ToldEffects = Mapping[str, tuple[FloatArray, Mapping[int, FloatArray]]]
"""Event -> shared coefficients, and the own ones of single series."""


@dataclass(frozen=True)
class _Scene:
    """What all events are read from, in units of each series' usual demand."""

    demand: FloatArray
    baseline: FloatArray  # NaN where no ordinary periods lie on both sides
    weight: FloatArray
    noise: FloatArray  # (series,) variance of an ordinary period around its baseline
    usual: FloatArray
    ordinary: BoolArray


@dataclass(frozen=True)
class _Found:
    coefficients: FloatArray  # (row or 1, window)
    shared: FloatArray  # (window,)
    is_shared: bool
    is_own: BoolArray  # (row,) told apart from the shared effect


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
        return EventEffects(flat, None, ())
    all_times = [calendar.occurrence_of(event, indices[:period_count]) for event in events]
    all_counts = [len(np.unique(found[found >= 0])) for found in all_times]
    # An event seen less than twice teaches nothing, and must not take ordinary periods from the others either.
    table = [EffectRow(-1, event.name, n, 1.0, 0.0, 0.0, False) for event, n in zip(events, all_counts, strict=True) if n < 2]
    places = [k for k, count in enumerate(all_counts) if count >= 2]
    events, times, counts = [events[k] for k in places], [all_times[k] for k in places], [all_counts[k] for k in places]
    if not events:
        return EventEffects(flat, None, tuple(table))
    laid = [calendar.shares(event, indices) for event in events]
    near = np.zeros((1, period_count), dtype=bool)
    for rows, shares in laid:
        near = _marked(near, rows, np.asarray(shares[:, :period_count].any(axis=2)), series_count)
    scene = _scene(values, starts, is_plain, np.broadcast_to(near, values.shape), calendar.frequency)
    factors = [flat] * len(events)
    found: list[_Found] = []
    crowd = np.sum([shares[:, :period_count].any(axis=(0, 2)) for _, shares in laid], axis=0)
    overlap = bool(crowd.max(initial=0) > 1)
    for _sweep in range(2 if overlap else 1):
        found = []
        for k, (rows, shares) in enumerate(laid):
            others = _product([one for j, one in enumerate(factors) if j != k], flat)
            answer = _fit(scene, rows, shares[:, :period_count], times[k], others[:, :period_count], counts[k])
            found.append(answer)
            factors[k] = _factor(answer, rows, shares, series_count)
    for event, (rows, shares), answer, count in zip(events, laid, found, counts, strict=True):
        table += _table(event, rows, shares[:, :period_count], answer, count, scene)
    coefficients = tuple(
        EventCoefficients(
            event.name,
            event.usual_discount,
            answer.shared if answer.is_shared else np.zeros(len(EVENT_WINDOWS)),
            rows,
            answer.coefficients,
        )
        for event, (rows, _), answer in zip(events, laid, found, strict=True)
        if answer.coefficients.any()
    )
    return EventEffects(_product(factors, flat), _known_shares(laid, counts, series_count), tuple(table), coefficients)


def told_effects(
    calendar: EventCalendar, told: ToldEffects, series_ids: IntArray, indices: IntArray, known_day: int
) -> EventEffects:
    """Factors of the effects told before; an event nobody measured has none. `rows` stay empty: nothing was estimated.

    Args:
        series_ids: (series,) of the calendar's rows. indices: (period + horizon,) period numbers.
    """
    flat = np.ones((1, len(indices)))
    factors = [flat]
    for event in _known(calendar, known_day):
        if event.name not in told:
            continue
        rows, shares = calendar.shares(event, indices)
        shared, own = told[event.name]
        chosen = series_ids if rows is None else series_ids[rows]
        coefficients = np.array([own.get(int(series_id), shared) for series_id in chosen]).reshape(-1, len(EVENT_WINDOWS))
        factors.append(_factor(_Found(coefficients, shared, True, np.zeros(0, dtype=bool)), rows, shares, len(series_ids)))
    return EventEffects(_product(factors, flat), None, ())


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


def _scene(values: FloatArray, starts: IntArray, is_plain: BoolArray, near: BoolArray, frequency: str) -> _Scene:
    columns = np.arange(values.shape[1])
    ordinary = is_plain & ~near & (columns[None, :] >= starts[:, None])
    count = ordinary.sum(axis=1)
    usual = np.where(ordinary, values, 0.0).sum(axis=1) / np.maximum(count, 1)
    demand = values / np.where(usual > 0, usual, 1.0)[:, None]
    baseline = _baseline(demand, ordinary, frequency)
    quiet = ordinary & np.isfinite(baseline)
    error = np.where(quiet, demand - np.nan_to_num(baseline), 0.0)
    looks = quiet.sum(axis=1)
    noise = (error * error).sum(axis=1) / np.maximum(looks, 1)
    is_usable = (looks >= _FEWEST_QUIET) & (usual > 0)
    weight = np.where(is_usable, 1.0 / (noise + 0.02), 0.0)
    plain = is_plain & (columns[None, :] >= starts[:, None])
    return _Scene(demand, np.where(plain & is_usable[:, None], baseline, np.nan), weight, noise, usual, quiet)


def _baseline(demand: FloatArray, ordinary: BoolArray, frequency: str) -> FloatArray:
    """The line through the centres of the ordinary periods within reach before and after; NaN without both."""
    reach, needed = _REACH[frequency], _NEEDED[frequency]
    period_count = demand.shape[1]
    columns = np.arange(period_count)
    zero = np.zeros((len(demand), 1))
    sums = [
        np.concatenate([zero, np.cumsum(np.where(ordinary, part, 0.0), axis=1)], axis=1)
        for part in (np.ones_like(demand), demand, np.broadcast_to(columns.astype(np.float64), demand.shape))
    ]
    low, high = np.maximum(columns - reach, 0), np.minimum(columns + 1 + reach, period_count)
    (n0, y0, x0), (n1, y1, x1) = (
        [total[:, last] - total[:, first] for total in sums] for first, last in ((low, columns), (columns + 1, high))
    )
    both = (n0 >= needed) & (n1 >= needed)
    n0, n1 = np.maximum(n0, 1.0), np.maximum(n1, 1.0)
    y0, x0, y1, x1 = y0 / n0, x0 / n0, y1 / n1, x1 / n1
    gap = np.where(both, x1 - x0, 1.0)
    return np.where(both, np.maximum(y0 + (y1 - y0) * (columns[None, :] - x0) / gap, 0.0), np.nan)


def _fit(
    scene: _Scene, rows: IntArray | None, shares: FloatArray, times: IntArray, others: FloatArray, occurrences: int
) -> _Found:
    columns = np.flatnonzero(shares.any(axis=(0, 2)))
    chosen = np.arange(len(scene.usual)) if rows is None else rows
    nothing = _Found(np.zeros((1, len(EVENT_WINDOWS))), np.zeros(len(EVENT_WINDOWS)), False, np.zeros(len(chosen), dtype=bool))
    if not columns.size:
        return nothing
    other = others[:, columns] if len(others) == 1 else others[chosen][:, columns]
    base = scene.baseline[chosen][:, columns] * other
    known = np.isfinite(base)
    base = np.where(known, base, 0.0)
    noise, weight = scene.noise[chosen], scene.weight[chosen]
    limit = 5.0 * np.sqrt(noise)[:, None] + 3.0 * base
    excess = np.where(known, np.clip(scene.demand[chosen][:, columns] - base, -limit, limit), 0.0)
    seen = np.broadcast_to(shares[:, columns], (len(chosen), len(columns), len(EVENT_WINDOWS)))
    when = times[columns]
    load = weight[:, None] * base
    gram = np.einsum("rp,rpw,rpv->wv", load * base, seen, seen)
    ridge = gram + _RIDGE * max(float((load * base).sum()) / len(columns), 1e-12) * np.eye(len(EVENT_WINDOWS))
    shared = np.linalg.solve(ridge, np.einsum("rp,rpw->w", load * excess, seen))
    together = _shared_noise(scene, chosen)
    by_period = np.einsum("rp,rpw->pw", load, seen)
    meat = together * np.einsum("pw,pv->wv", by_period, by_period)
    meat += np.einsum("rp,rpw,rpv->wv", load * load * noise[:, None], seen, seen)
    inverse = np.linalg.inv(ridge)
    error = np.sqrt(np.maximum(np.diagonal(inverse @ meat @ inverse), 1e-300))
    sureness = np.where(seen.any(axis=(0, 1)), np.abs(shared) / error, 0.0)
    strongest = int(np.argmax(sureness))
    if (
        occurrences >= 2
        and sureness[strongest] >= _CLEAR
        and abs(shared[strongest]) >= _LEAST_EFFECT
        and bool(_agrees(load * base, load * excess, seen[:, :, strongest], when, shared[strongest : strongest + 1], True)[0])
    ):
        kept = shared * np.maximum(0.0, 1.0 - (_KEPT / np.maximum(sureness, _KEPT)) ** 2)
        multiple = _multiples(base, excess, seen, noise, kept)
        return _Found(multiple[:, None] * kept[None, :], kept, True, np.abs(multiple - 1.0) >= _TOLD_APART)
    if occurrences < 2:
        return _Found(nothing.coefficients, shared, False, nothing.is_own)
    own, is_clear = _own_effects(base, excess, seen, noise, when)
    return _Found(own, shared, False, is_clear)


def _shared_noise(scene: _Scene, chosen: IntArray) -> float:
    """Variance of what all series do together in an ordinary period, beyond what their own noise makes of it."""
    ordinary = scene.ordinary[chosen]
    weight = np.where(ordinary, scene.weight[chosen][:, None], 0.0)
    total = weight.sum(axis=0)
    error = np.where(ordinary, scene.demand[chosen] - np.nan_to_num(scene.baseline[chosen]), 0.0)
    has = total > 0
    if not has.any():
        return 0.0
    mean = (weight * error).sum(axis=0)[has] / total[has]
    luck = (weight * weight * scene.noise[chosen][:, None]).sum(axis=0)[has] / total[has] ** 2
    return max(0.0, float((mean * mean - luck).mean()))


def _agrees(
    load: FloatArray, pull: FloatArray, share: FloatArray, when: IntArray, effect: FloatArray, is_pooled: bool
) -> BoolArray:
    """(1 or row,) At least two occurrences, and two thirds of them, move the same way by a quarter of the effect or more."""
    agreeing = np.zeros(len(effect))
    looked = np.zeros(len(effect))
    for one in np.unique(when[when >= 0]):
        mine = (when == one)[None, :] * share
        mass, moved = (load * mine * mine), (pull * mine)
        mass, moved = (
            (mass.sum(keepdims=True)[0], moved.sum(keepdims=True)[0]) if is_pooled else (mass.sum(axis=1), moved.sum(axis=1))
        )
        has = mass > 0
        estimate = np.where(has, moved / np.where(has, mass, 1.0), 0.0)
        looked += has
        agreeing += has & (estimate * np.sign(effect) >= 0.25 * np.abs(effect))
    return np.asarray((agreeing >= 2) & (3 * agreeing >= 2 * looked))


def _multiples(base: FloatArray, excess: FloatArray, seen: FloatArray, noise: FloatArray, kept: FloatArray) -> FloatArray:
    """(row,) Own multiple of the shared shape, shrunk to 1."""
    shape = base * np.einsum("rpw,w->rp", seen, kept)
    mass = (shape * shape).sum(axis=1)
    has = (mass > 1e-9) & (noise > 0)
    raw = np.where(has, (shape * excess).sum(axis=1) / np.where(has, mass, 1.0), 1.0)
    variance = np.where(has, noise / np.where(has, mass, 1.0), np.inf)
    weight = np.where(has, 1.0 / (variance + 0.25), 0.0)
    surplus = np.minimum((raw - 1.0) ** 2, 9.0) - np.where(has, variance, 0.0)
    spread = max(0.0, float((weight * surplus).sum() / max(weight.sum(), 1e-300)))
    share = np.where(has, spread / (spread + np.where(has, variance, 1.0)), 0.0)
    return np.asarray(np.clip(1.0 + share * (raw - 1.0), 0.0, 4.0))


def _own_effects(
    base: FloatArray, excess: FloatArray, seen: FloatArray, noise: FloatArray, when: IntArray
) -> tuple[FloatArray, BoolArray]:
    """(row, window) coefficients of the series that are clear by themselves, 0 for the others."""
    count = seen.shape[2]
    usable = (noise > 0) & ((base[:, :, None] * seen)[:, :, _INSIDE].sum(axis=(1, 2)) > 0)
    scale = np.where(usable, noise, 1.0)[:, None]
    gram = np.einsum("rp,rpw,rpv->rwv", base * base / scale, seen, seen) + np.eye(count)[None] / _OWN_PRIOR
    inverse = np.linalg.inv(gram)
    own = np.einsum("rwv,rv->rw", inverse, np.einsum("rp,rpw->rw", base * excess / scale, seen))
    sureness = np.abs(own) / np.sqrt(np.maximum(np.einsum("rww->rw", inverse), 1e-300))
    is_clear = usable & (sureness[:, 1] >= _CLEAR_OWN) & (np.abs(own[:, 1]) >= _LEAST_EFFECT)
    is_clear &= _agrees(base * base, base * excess, seen[:, :, 1], when, own[:, 1], False)
    kept = own * np.maximum(0.0, 1.0 - (_KEPT / np.maximum(sureness, _KEPT)) ** 2)
    return np.where(is_clear[:, None], kept, 0.0), is_clear


def _factor(answer: _Found, rows: IntArray | None, shares: FloatArray, series_count: int) -> FloatArray:
    if not answer.coefficients.any():
        return np.ones((1, shares.shape[1]))
    moved = np.einsum("rpw,rw->rp", np.broadcast_to(shares, (len(answer.coefficients), *shares.shape[1:])), answer.coefficients)
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
    event: Event, rows: IntArray | None, shares: FloatArray, answer: _Found, occurrences: int, scene: _Scene
) -> list[EffectRow]:
    chosen = np.arange(len(scene.usual)) if rows is None else rows
    days = float(np.mean(event.last - event.first + 1))
    peak = float((event.peak >= 0).mean()) / days
    columns = np.flatnonzero(shares.any(axis=(0, 2)))
    seen = np.broadcast_to(shares[:, columns], (len(chosen), len(columns), len(EVENT_WINDOWS)))
    own = np.broadcast_to(answer.coefficients, (len(chosen), len(EVENT_WINDOWS)))
    size = np.nan_to_num(scene.baseline[chosen][:, columns]) * scene.usual[chosen][:, None]
    moved = seen * own[:, None, :] * size[:, :, None] / max(occurrences, 1)
    lift = np.maximum(moved, 0.0).sum(axis=(1, 2))
    pulled = -np.minimum(moved[:, :, [0, 3, 4]], 0.0).sum(axis=(1, 2))
    effect = max(0.0, 1.0 + float(answer.shared[1] + peak * answer.shared[2]))
    found = [EffectRow(-1, event.name, occurrences, effect, float(lift.sum()), float(pulled.sum()), answer.is_shared)]
    for place in np.flatnonzero(answer.is_own):
        mine = float(max(0.0, 1.0 + own[place, 1] + peak * own[place, 2]))
        found.append(EffectRow(int(chosen[place]), event.name, occurrences, mine, float(lift[place]), float(pulled[place]), True))
    return found
