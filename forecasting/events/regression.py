"""What is the effect of one event, and does it stand out?


Baseline b of a period near an event: the line through the means of the ordinary periods before and after. In units of a series'
usual demand, the excess e = x - b follows the shares of days s (see `events`) times the baseline,

    e = b (s' beta) + noise

beta is estimated once for all series the event is for (weighted least squares with a small ridge; a series weighs by the inverse
of its ordinary noise), and used only where it stands out: at least two occurrences that agree, an effect of 5 % or more, and
3.5 times its standard error, which counts how much all series move together in ordinary periods. Each window is kept by
max(0, 1 - (2 / z)^2). Each series then has its own multiple of the shared shape, shrunk to 1 by the spread between series that
noise does not explain. Where the shared effect is not clear, a series of its own may still be: then its own beta serves, from
five standard errors on.

What beta leaves unexplained beyond ordinary noise, whether an effect is used or not, is the variance of the next occurrence's
lift, per window w and n occurrences:

    v_w = sum of s_w (residual^2 - noise) / S / sum of s_w b^2 * n / (n - 1) * (1 + 1 / n)     S shares of all events there

inside and in the week after, where it stands out. Of a single occurrence nothing is used, but the square of a clear lift is the
variance of the next one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forecasting.events.occurrences import EVENT_WINDOWS
from forecasting.frames import BoolArray, FloatArray, IntArray

__all__ = ["CORE", "FoundEffect", "Scene", "fit_effect", "read_scene"]

_REACH = {"day": 42, "week": 12, "month": 4}  # periods on each side that a baseline may come from
_NEEDED = {"day": 7, "week": 3, "month": 1}  # ordinary periods it takes on each side
_RIDGE = 0.02
_CLEAR, _CLEAR_OWN, _KEPT = 3.5, 5.0, 2.0
_LEAST_EFFECT = 0.05
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


@dataclass(frozen=True)
class FoundEffect:
    """The effect of one event."""

    coefficients: FloatArray  # (row or 1, window)
    shared: FloatArray  # (window,)
    is_shared: bool
    is_own: BoolArray  # (row,) told apart from the shared effect
    variance: FloatArray  # (window,) of the lift of a coming occurrence


def read_scene(values: FloatArray, starts: IntArray, is_plain: BoolArray, near: BoolArray, frequency: str) -> Scene:
    """Demand against its ordinary baseline. `near`: (series, period) in a window of any event."""
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
    return Scene(demand, np.where(plain & is_usable[:, None], baseline, np.nan), weight, noise, usual, quiet)


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


def fit_effect(
    scene: Scene,
    rows: IntArray | None,
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
    chosen = np.arange(len(scene.usual)) if rows is None else rows
    none = np.zeros(len(EVENT_WINDOWS))
    nothing = FoundEffect(none[None], none, False, np.zeros(len(chosen), dtype=bool), none)
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
    crowd = total[:, columns] if len(total) == 1 else total[chosen][:, columns]
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
        used = multiple[:, None] * kept[None, :]
        left = np.where(known, excess - base * np.einsum("rpw,rw->rp", seen, used), 0.0)
        variance = _unexplained(left, known, base, seen, crowd, noise, weight, occurrences)
        return FoundEffect(used, kept, True, np.abs(multiple - 1.0) >= _TOLD_APART, variance)
    if occurrences < 2:
        # What happened once may happen again, or not: no effect, but no certainty either.
        is_clear_once = (sureness >= _CLEAR) & (np.abs(shared) >= _LEAST_EFFECT) & np.isin(np.arange(len(shared)), CORE)
        return FoundEffect(nothing.coefficients, shared, False, nothing.is_own, np.where(is_clear_once, shared**2, 0.0))
    own, is_clear = _own_effects(base, excess, seen, noise, when)
    left = np.where(known, excess - base * np.einsum("rpw,rw->rp", seen, own), 0.0)
    return FoundEffect(own, shared, False, is_clear, _unexplained(left, known, base, seen, crowd, noise, weight, occurrences))


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


def _shared_noise(scene: Scene, chosen: IntArray) -> float:
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
