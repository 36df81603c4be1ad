"""What is the effect of one event, and does it stand out?

Baseline b of a period near an event: the line through the means of the ordinary periods before and after. In units of a series'
usual demand, the excess e = x - b follows the shares of days s (see `events`) times the baseline,

    e = b (s' beta) + noise

beta is estimated once for all series the event is for (weighted least squares with a small ridge; a series weighs by the inverse
of its ordinary noise), and used only where it stands out: an effect of 5 % or more, and 3.5 times its
standard error, which counts how much all series move together in ordinary periods and, beyond beta, near the event. And it must
have foretold: beta of the other times, set against each of three times or more, saves squared error in all and at three of four.
Events of one kind (`View`s) are stacked and measured as one. Each window is kept by
max(0, 1 - (2 / z)^2). Each series then has its own multiple of the shared shape, shrunk to 1 by the spread between series that
noise does not explain. Where the shared effect is not clear, a series of its own may still be: then its own beta serves, from
five standard errors on.

What beta leaves unexplained beyond ordinary noise, whether an effect is used or not, is the variance of the next occurrence's
lift, per window w and n occurrences:

    v_w = sum of s_w (residual^2 - noise) / S / sum of s_w b^2 * n / (n - 1) * (1 + 1 / n)     S shares of all events there

inside and in the week after, where it stands out; of a yearly event that is not used the season holds most, and a twentieth is
left (`effects`). Of a single occurrence nothing is used, but the square of a clear lift is the
variance of the next one.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np

from forecasting.events.occurrences import EVENT_WINDOWS
from forecasting.frames import BoolArray, FloatArray, IntArray

__all__ = ["CORE", "NOTHING", "FoundEffect", "Scene", "View", "fit_kind", "read_scene"]

_REACH = {"day": 42, "week": 12, "month": 4}  # periods on each side that a baseline may come from
_NEEDED = {"day": 7, "week": 3, "month": 1}  # ordinary periods it takes on each side
_RIDGE = 0.02
_CLEAR, _CLEAR_OWN, _KEPT = 3.5, 5.0, 2.0
_LEAST_EFFECT = 0.05
_TIMES = 3  # two years alike may be chance, whatever the number of series: they move together
_FEWEST_QUIET = 6
_OWN_PRIOR = 0.25  # variance of an effect before anything is seen
_TOLD_APART = 0.1
_INSIDE = (1, 2)  # during and peak
CORE = (1, 2, 3)  # and the week after: where surprises lie


@dataclass(frozen=True)
class Scene:
    """What all events are read from, in units of each series' usual demand."""

    demand: FloatArray
    baseline: FloatArray  # NaN where no ordinary periods lie on both sides
    weight: FloatArray
    noise: FloatArray  # (series,) variance of an ordinary period around its baseline
    usual: FloatArray
    ordinary: BoolArray
    error: FloatArray  # of ordinary periods from their baseline, else 0


@dataclass(frozen=True)
class FoundEffect:
    """The effect of one event."""

    coefficients: FloatArray  # (row or 1, window)
    shared: FloatArray  # (window,)
    is_shared: bool
    is_own: BoolArray  # (row,) told apart from the shared effect
    variance: FloatArray  # (window,) of the lift of a coming occurrence
    sureness: float  # of the shared effect's strongest window: standard errors
    gain: float  # squared error, by weight, that the other occurrences' effect would have saved
    square: FloatArray  # (window,) of the lift, as the variance of a period counts it


@dataclass(frozen=True)
class View:
    """The past of one event: its scene and, of the scene's rows, `shares` (row or 1, period, window), `times` (period,) number
    of the occurrence or -1, `others` (row or 1, period) factors of the other events, `total` (row or 1, period) shares of all
    events in `CORE`, and how often it occurred."""

    scene: Scene
    shares: FloatArray
    times: IntArray
    others: FloatArray
    total: FloatArray
    occurrences: int


NOTHING = FoundEffect(
    np.zeros((1, len(EVENT_WINDOWS))),
    np.zeros(len(EVENT_WINDOWS)),
    False,
    np.zeros(0, dtype=bool),
    np.zeros(len(EVENT_WINDOWS)),
    0.0,
    0.0,
    np.zeros(len(EVENT_WINDOWS)),
)


def read_scene(
    values: FloatArray, starts: IntArray, is_plain: BoolArray, near: BoolArray, others: FloatArray, frequency: str
) -> Scene:
    """Demand against its ordinary baseline. `near`: (series, period) out of the ordinary; `others`: (series or 1, period)
    factors of the events that are not looked at, without which the baseline is read."""
    columns = np.arange(values.shape[1])
    ordinary = is_plain & ~near & (columns[None, :] >= starts[:, None])
    count = ordinary.sum(axis=1)
    without = values / others
    usual = np.where(ordinary, without, 0.0).sum(axis=1) / np.maximum(count, 1)
    scale = np.where(usual > 0, usual, 1.0)[:, None]
    demand, without = values / scale, without / scale
    baseline = _baseline(without, ordinary, frequency)
    quiet = ordinary & np.isfinite(baseline)
    error = np.where(quiet, without - np.nan_to_num(baseline), 0.0)
    looks = quiet.sum(axis=1)
    noise = (error * error).sum(axis=1) / np.maximum(looks, 1)
    is_usable = (looks >= _FEWEST_QUIET) & (usual > 0)
    weight = np.where(is_usable, 1.0 / (noise + 0.02), 0.0)
    plain = is_plain & (columns[None, :] >= starts[:, None])
    return Scene(demand, np.where(plain & is_usable[:, None], baseline, np.nan), weight, noise, usual, quiet, error)


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


def fit_kind(views: list[View]) -> list[FoundEffect]:
    """What events of one kind do, measured as one event: a single shape, each series of each event with its own multiple."""
    if len(views) == 1:
        one = views[0]
        return [_fit_effect(one.scene, one.shares, one.times, one.others, one.total, one.occurrences)]
    counts = [len(view.scene.usual) for view in views]
    scene = Scene(*(np.concatenate([getattr(view.scene, part.name) for view in views]) for part in fields(Scene)))
    shares, others, total = (
        np.concatenate(
            [
                np.broadcast_to(getattr(view, name), (count, *getattr(view, name).shape[1:]))
                for view, count in zip(views, counts, strict=True)
            ]
        )
        for name in ("shares", "others", "total")
    )
    times, reached = np.full_like(views[0].times, -1), 0
    for view in views:
        times = np.where((times < 0) & (view.times >= 0), view.times + reached, times)
        reached += int(view.times.max(initial=-1)) + 1
    whole = _fit_effect(scene, shares, times, others, total, sum(view.occurrences for view in views))
    edges = np.cumsum(counts)[:-1]
    coefficients = np.broadcast_to(whole.coefficients, (len(scene.usual), len(EVENT_WINDOWS)))
    parts = zip(np.split(coefficients, edges), np.split(whole.is_own, edges), strict=True)
    return [replace(whole, coefficients=mine, is_own=is_own) for mine, is_own in parts]


def _fit_effect(
    scene: Scene,
    shares: FloatArray,
    times: IntArray,
    others: FloatArray,
    total: FloatArray,
    occurrences: int,
) -> FoundEffect:
    """One event: shared where it stands out, else of the series it is clear for, else nothing.

    Args:
        times: (period,) number of the occurrence, -1 for none. others: factors of the other events. total: (series or 1, period)
            shares of all events in `CORE`.
    """
    columns = np.flatnonzero(shares.any(axis=(0, 2)))
    row_count = len(scene.usual)
    none = np.zeros(len(EVENT_WINDOWS))
    nothing = FoundEffect(none[None], none, False, np.zeros(row_count, dtype=bool), none, 0.0, 0.0, none)
    if not columns.size:
        return nothing
    base = scene.baseline[:, columns] * others[:, columns]
    known = np.isfinite(base)
    base = np.where(known, base, 0.0)
    noise, weight = scene.noise, scene.weight
    limit = 5.0 * np.sqrt(noise)[:, None] + 3.0 * base
    excess = np.where(known, np.clip(scene.demand[:, columns] - base, -limit, limit), 0.0)
    seen = np.broadcast_to(shares[:, columns], (row_count, len(columns), len(EVENT_WINDOWS)))
    when = times[columns]
    crowd = total[:, columns]
    load = weight[:, None] * base
    gram = np.einsum("rp,rpw,rpv->wv", load * base, seen, seen)
    ridge = gram + _RIDGE * max(float((load * base).sum()) / len(columns), 1e-12) * np.eye(len(EVENT_WINDOWS))
    shared = np.linalg.solve(ridge, np.einsum("rp,rpw->w", load * excess, seen))
    left = np.where(known, excess - base * np.einsum("rpw,w->rp", seen, shared), 0.0)
    together = max(_shared_noise(scene), _left_together(left, known, weight, noise, int(seen.any(axis=(0, 1)).sum())))
    by_period = np.einsum("rp,rpw->pw", load, seen)
    meat = together * np.einsum("pw,pv->wv", by_period, by_period)
    meat += np.einsum("rp,rpw,rpv->wv", load * load * noise[:, None], seen, seen)
    inverse = np.linalg.inv(ridge)
    error = np.sqrt(np.maximum(np.diagonal(inverse @ meat @ inverse), 1e-300))
    sureness = np.where(seen.any(axis=(0, 1)), np.abs(shared) / error, 0.0)
    strongest = int(np.argmax(sureness))
    part = np.maximum(0.0, 1.0 - (_KEPT / np.maximum(sureness, _KEPT)) ** 2)
    kept = shared * part
    gain, is_foretold = _foretells(base, excess, weight, seen, part, columns, when)
    day_share = seen.sum(axis=(0, 1))
    square = shared**2 * (seen * seen).sum(axis=(0, 1)) / np.where(day_share > 0, day_share, 1.0)
    sure = float(sureness[strongest])
    if occurrences >= 2 and sureness[strongest] >= _CLEAR and abs(shared[strongest]) >= _LEAST_EFFECT and is_foretold:
        multiple = _multiples(base, excess, seen, noise, kept)
        used = multiple[:, None] * kept[None, :]
        left = np.where(known, excess - base * np.einsum("rpw,rw->rp", seen, used), 0.0)
        variance = _unexplained(left, known, base, seen, crowd, noise, weight, occurrences)
        return FoundEffect(used, kept, True, np.abs(multiple - 1.0) >= _TOLD_APART, variance, sure, gain, square)
    if occurrences < 2:
        # What happened once may happen again, or not: no effect, but no certainty either.
        is_clear_once = (sureness >= _CLEAR) & (np.abs(shared) >= _LEAST_EFFECT) & np.isin(np.arange(len(shared)), CORE)
        return FoundEffect(
            nothing.coefficients, shared, False, nothing.is_own, np.where(is_clear_once, square, 0.0), 0.0, gain, square
        )
    own, is_clear = _own_effects(base, excess, seen, noise, when)
    left = np.where(known, excess - base * np.einsum("rpw,rw->rp", seen, own), 0.0)
    variance = _unexplained(left, known, base, seen, crowd, noise, weight, occurrences)
    return FoundEffect(own, shared, False, is_clear, variance, sure, gain, square)


def _foretells(
    base: FloatArray,
    excess: FloatArray,
    weight: FloatArray,
    seen: FloatArray,
    part: FloatArray,
    columns: IntArray,
    when: IntArray,
) -> tuple[float, bool]:
    """Squared error that the effect as measured at the other times would have saved, and whether that is evidence: at three times
    or more, in all and at three of four.

    `part`: (window,) what is kept of a coefficient. Periods that follow each other are one time."""
    time = np.concatenate([[0], np.cumsum(np.diff(columns) > 1)])
    if time[-1] == 0:
        inside = np.flatnonzero(when >= 0)
        if not inside.size:
            return 0.0, False
        time = when[inside[np.argmin(np.abs(inside[None, :] - np.arange(len(when))[:, None]), axis=1)]]
    load = weight[:, None] * base
    count = seen.shape[2]
    gram = np.einsum("rp,rpw,rpv->pwv", load * base, seen, seen)
    pull = np.einsum("rp,rpw->pw", load * excess, seen)
    ridge = _RIDGE * max(float((load * base).sum()) / len(columns), 1e-12) * np.eye(count)
    gains = []
    for one in np.unique(time):
        mine = time == one
        effect = part * np.linalg.solve(gram[~mine].sum(axis=0) + ridge, pull[~mine].sum(axis=0))
        gain = 2.0 * float(effect @ pull[mine].sum(axis=0)) - float(effect @ gram[mine].sum(axis=0) @ effect)
        if gram[mine].any():
            gains.append(gain)
    better = sum(gain > 0 for gain in gains)
    is_told = len(gains) >= _TIMES and sum(gains) > 0 and 4 * better >= 3 * len(gains)
    return float(sum(gains)) if len(gains) >= 2 else 0.0, is_told


def _left_together(left: FloatArray, known: BoolArray, weight: FloatArray, noise: FloatArray, count: int) -> float:
    """Variance of what all series do together near the event beyond its measured effect of `count` windows."""
    load = np.where(known, weight[:, None], 0.0)
    total = load.sum(axis=0)
    has = total > 0
    mean = (load * left).sum(axis=0)[has] / total[has]
    luck = (load * load * noise[:, None]).sum(axis=0)[has] / total[has] ** 2
    return max(0.0, float((mean * mean - luck).sum()) / max(1, int(has.sum()) - count))


def _unexplained(
    left: FloatArray,
    known: BoolArray,
    base: FloatArray,
    seen: FloatArray,
    crowd: FloatArray,
    noise: FloatArray,
    weight: FloatArray,
    occurrences: int,
) -> FloatArray:
    """(window,) variance of the lift beyond ordinary noise, for an occurrence that is still to come.

    `left`: (row, period). Events at the same time share what is left by their days (`crowd`).
    """
    load = np.where(known, weight[:, None], 0.0)
    core = seen * np.isin(np.arange(seen.shape[2]), CORE)
    square = np.einsum("rp,rpw->w", load * (left * left - noise[:, None]) / np.where(crowd > 0, crowd, 1.0), core)
    size = np.einsum("rp,rpw->w", load * base * base, core)
    # The square of a normal number has twice its variance squared.
    luck = np.sqrt(np.einsum("rp,rpw->w", 2.0 * (load * noise[:, None]) ** 2, core * core))
    found = np.where(size > 0, square, 0.0) / np.where(size > 0, size, 1.0)
    stands_out = (square > _CLEAR * luck) & (found >= _LEAST_EFFECT**2)
    return np.asarray(np.where(stands_out, found, 0.0) * (occurrences + 1.0) / (occurrences - 1.0))


def _shared_noise(scene: Scene) -> float:
    """Variance of what all series do together in an ordinary period, beyond what their own noise makes of it."""
    weight = np.where(scene.ordinary, scene.weight[:, None], 0.0)
    total = weight.sum(axis=0)
    has = total > 0
    if not has.any():
        return 0.0
    mean = (weight * scene.error).sum(axis=0)[has] / total[has]
    luck = (weight * weight * scene.noise[:, None]).sum(axis=0)[has] / total[has] ** 2
    return max(0.0, float((mean * mean - luck).mean()))


def _agrees(load: FloatArray, pull: FloatArray, share: FloatArray, when: IntArray, effect: FloatArray) -> BoolArray:
    """(row,) At least two occurrences, and two thirds of them, move the same way by a quarter of the effect or more."""
    agreeing = np.zeros(len(effect))
    looked = np.zeros(len(effect))
    for one in np.unique(when[when >= 0]):
        mine = (when == one)[None, :] * share
        mass, moved = (load * mine * mine).sum(axis=1), (pull * mine).sum(axis=1)
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
    is_clear &= _agrees(base * base, base * excess, seen[:, :, 1], when, own[:, 1])
    kept = own * np.maximum(0.0, 1.0 - (_KEPT / np.maximum(sureness, _KEPT)) ** 2)
    return np.where(is_clear[:, None], kept, 0.0), is_clear
