"""What may be expected of a series that is too young to tell by itself?

It borrows. Donors are mature series that share an attribute with it (category, item in other warehouses ...); of all attributes
the one whose members' levels lie closest together, with at least four donors. Level by credibility (Buehlmann 1967):

    log level = Z log own + (1 - Z) log donors',   Z = n / (n + v / a)     n own periods, v the variance of one period's log at
                                                                           the own level, a that of the donors' log levels

own is carried from the first n periods of life to the next ones by what other launches did at that age. The season is the donors'
mean profile, the spread theirs plus what is unsure of the level. An explicit reference (this item is like that one, times a
factor) takes the donors' place: level and season are the reference's times the factor, taken as right within 30 %.
The borrowed forecast gives way to the models' own as the series grows: from 1 to 0 over the first four periods where donors were
found automatically, from four periods to twice `YOUNG_PERIODS` where a person named one.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from forecasting.choosing.champion import Choice, reason_json
from forecasting.demand.references import Reference
from forecasting.frames import BoolArray, FloatArray, IntArray
from forecasting.models.candidates import CandidateRun

__all__ = [
    "YOUNG_PERIODS",
    "Borrowed",
    "attribute_codes",
    "borrow",
    "told_as_borrowed",
    "with_borrowed",
]

YOUNG_PERIODS = {"day": 28, "week": 16, "month": 8, "quarter": 4, "year": 3}
_MATURE = {"day": 91, "week": 52, "month": 12, "quarter": 4, "year": 3}
_FEWEST_DONORS = 4
_ALONE = 4  # periods below which the models have nothing to say
_LAUNCHES = 20.0  # launches at which their curve counts half
_REFERENCE_DOUBT = 0.3  # of the level a person named


@dataclass(frozen=True)
class Borrowed:
    """What the young series of one origin borrow; arrays follow `rows` (places in the run).

    Args:
        mean: (row, step). share: of the borrowed forecast. sigma, size, frequency: as in `CandidateRun`.
        attribute: name by which donors were found, "" for an explicit reference. donor: run row of the reference, -1.
        donors: their number. periods: known of the series itself. donor_ids: series of the reference, where it need not be in the
            run.
    """

    rows: IntArray
    mean: FloatArray
    share: FloatArray
    sigma: FloatArray
    size: FloatArray
    frequency: FloatArray
    attribute: list[str]
    donor: IntArray
    donors: IntArray
    periods: IntArray
    donor_ids: IntArray | None = None


def attribute_codes(series_ids: IntArray, attributes: pl.DataFrame) -> list[tuple[str, IntArray]]:
    """Each attribute and all pairs of them that hold several series together, as codes; series without a value share nothing."""
    mine = pl.DataFrame({"series_id": series_ids}).join(attributes, on="series_id", how="left", maintain_order="left")
    names = sorted(set(attributes.columns) - {"series_id"})
    found = []
    for wanted in [*((name,) for name in names), *itertools.combinations(names, 2)]:
        text = mine.select(
            pl.concat_str([pl.col(name).cast(pl.String).fill_null("") for name in wanted], separator="|")
        ).to_series()
        _, codes = np.unique(text.to_numpy().astype(str), return_inverse=True)
        count = int(codes.max(initial=0)) + 1
        if 1 < count <= len(series_ids) / 3:
            found.append((" x ".join(wanted), codes.astype(np.int64)))
    return found


def borrow(
    run: CandidateRun,
    rows: IntArray,
    starts: IntArray,
    past_factors: FloatArray,
    positions: IntArray,
    frequency: str,
    groups: list[tuple[str, IntArray]],
    reference: Reference | None,
) -> Borrowed | None:
    """What young series borrow at one origin; None where nobody needs or finds anything.

    Args:
        rows: panel rows of the run. starts: (series,) first period worth learning from. past_factors: (series or 1, period)
            season and holidays all series share. positions: (period + horizon,). groups: attribute and (series,) codes, equal
            where the value is the same.
    """
    period_count = run.filled.shape[1]
    age = period_count - starts
    alive = (np.arange(period_count)[None, :] >= starts[:, None]) & run.is_scored
    x = np.where(alive, run.filled / past_factors, 0.0)
    count = np.maximum(alive.sum(axis=1), 1)
    has_demand: BoolArray = np.asarray(x.sum(axis=1) > 0)
    recent = np.arange(period_count) >= period_count - _MATURE[frequency]
    level = (x * recent).sum(axis=1) / np.maximum((alive & recent).sum(axis=1), 1)
    mature = (age >= _MATURE[frequency]) & has_demand & (level > 0)
    explicit = _explicit(rows, reference)
    is_young = (age < _ALONE) & has_demand
    young = np.flatnonzero((is_young & ~np.isin(np.arange(len(rows)), list(explicit))) if explicit else is_young)
    chosen = _donor_groups(young, mature, level, groups) if mature.any() else {}
    if not chosen and not explicit:
        return None
    # Sums of demand over sums of factors: a first sale in a quiet month must not become a huge level.
    weight = np.where(alive, np.clip(past_factors, 0.2, None), 0.0).sum(axis=1)
    mean_all = np.where(alive, run.filled, 0.0).sum(axis=1) / np.maximum(weight, 1e-9)
    within = np.where(alive, (x - mean_all[:, None]) ** 2, 0.0).sum(axis=1) / np.maximum(count - 1, 1)
    future = run.future_factors
    ahead = positions[period_count:]
    launch = _launch_curve(x, alive, starts, age, frequency)
    parts: list[tuple[int, FloatArray, float, float, float, float, str, int, int]] = []
    for row, (name, donors) in sorted(chosen.items()):
        logs = np.log(level[donors])
        typical, doubt = float(np.exp(logs.mean())), float(logs.var())
        dispersion = float(np.median(within[donors] / mean_all[donors]))
        own = float(mean_all[row]) * launch[min(int(age[row]), len(launch) - 1)]
        trust = _credibility(int(count[row]), dispersion / own + 0.05, doubt)
        profile = np.clip(run.index[donors].mean(axis=0) / run.index[row], 0.5, 2.0)
        expected = float(np.exp(trust * np.log(own) + (1 - trust) * np.log(typical)))
        found = expected * profile[ahead] * future[row]
        sigma = float(np.sqrt(dispersion * expected + (1 - trust) * doubt * expected**2))
        often = float(run.frequency[donors].mean())
        parts.append((row, found, _automatic_share(int(age[row])), sigma, often, typical, name, -1, len(donors)))
    for row, (donor, factor) in sorted(explicit.items()):
        typical = factor * float(level[donor])
        noise, doubt = factor**2 * float(within[donor]), (_REFERENCE_DOUBT * typical) ** 2
        known = int(count[row]) if has_demand[row] else int(min(age[row], YOUNG_PERIODS[frequency]))
        trust = _credibility(known if has_demand[row] else 0, noise, doubt)
        profile = run.index[donor] / run.index[row]
        found = (trust * float(mean_all[row]) + (1 - trust) * typical) * profile[ahead] * future[row]
        share = _share(int(age[row]), frequency) if has_demand[row] else 1.0
        parts.append(
            (row, found, share, float(np.sqrt(noise + (1 - trust) * doubt)), float(run.frequency[donor]), typical, "", donor, 1)
        )
    parts = sorted((part for part in parts if part[2] > 0), key=lambda part: part[0])
    if not parts:
        return None
    at = np.array([part[0] for part in parts], dtype=np.int64)
    often = np.clip(np.array([part[4] for part in parts]), 1e-3, 1.0)
    mean = np.stack([part[1] for part in parts])
    return Borrowed(
        at,
        np.maximum(mean, 0.0),
        np.array([part[2] for part in parts]),
        np.array([part[3] for part in parts]),
        np.maximum(mean.mean(axis=1), 1e-9) / often,
        often,
        [part[6] for part in parts],
        np.array([part[7] for part in parts], dtype=np.int64),
        np.array([part[8] for part in parts], dtype=np.int64),
        np.asarray(age[at], dtype=np.int64),
    )


def with_borrowed(run: CandidateRun, borrowed: Borrowed | None) -> CandidateRun:
    """The run with every model's answer for young series moved to the borrowed one by its share."""
    if borrowed is None:
        return run
    mean, sigma, size = run.mean.copy(), run.sigma.copy(), run.size.copy()
    frequency, errors = run.frequency.copy(), run.error_count.copy()
    rows, share = borrowed.rows, borrowed.share
    own = np.where(np.isfinite(mean[:, rows]), mean[:, rows], borrowed.mean[None])
    mean[:, rows] = (1 - share)[None, :, None] * own + share[None, :, None] * borrowed.mean[None]
    sigma[:, rows] = np.sqrt((1 - share) * np.nan_to_num(sigma[:, rows]) ** 2 + share * borrowed.sigma**2)
    size[rows] = (1 - share) * size[rows] + share * borrowed.size
    frequency[rows] = (1 - share) * frequency[rows] + share * borrowed.frequency
    errors[rows] = np.where(share > 0.5, np.maximum(errors[rows], 8.0), errors[rows])
    return replace(run, mean=mean, sigma=sigma, size=size, frequency=frequency, error_count=errors)


def told_as_borrowed(choice: Choice, borrowed: Borrowed | None, ids: IntArray) -> Choice:
    """The choice with whom a series borrows from as its reason, where that is half of its forecast or more."""
    if borrowed is None:
        return choice
    names, keys, values = list(choice.model_name), list(choice.reason_key), list(choice.reason_values)
    is_fallback = choice.is_fallback.copy()
    for place, row in enumerate(borrowed.rows):
        share = float(borrowed.share[place])
        if share < 0.5:
            continue
        facts: dict[str, object] = {"periods": int(borrowed.periods[place]), "share": round(share, 2)}
        donor = int(borrowed.donor[place])
        facts |= {"donors": int(borrowed.donors[place]), "attribute": borrowed.attribute[place]} if donor < 0 else {}
        if donor >= 0:
            facts["donor"] = int(ids[donor] if borrowed.donor_ids is None else borrowed.donor_ids[place])
        names[row], is_fallback[row] = "borrowed", False
        keys[row] = "forecasting.reason.borrowed" if donor < 0 else "forecasting.reason.borrowed_reference"
        values[row] = reason_json(facts)
    return replace(choice, model_name=names, reason_key=keys, reason_values=values, is_fallback=is_fallback)


def _explicit(rows: IntArray, reference: Reference | None) -> dict[int, tuple[int, float]]:
    if reference is None:
        return {}
    place = {int(row): number for number, row in enumerate(rows)}
    return {
        place[int(row)]: (place[int(donor)], float(factor))
        for row, donor, factor in zip(reference.row, reference.donor, reference.factor, strict=True)
        if int(row) in place and int(donor) in place
    }


def _donor_groups(
    young: IntArray, mature: BoolArray, level: FloatArray, groups: list[tuple[str, IntArray]]
) -> dict[int, tuple[str, IntArray]]:
    """For each young row the attribute that tells its level best, and the donors by it."""
    closeness = []
    for name, codes in groups:
        logs, mine = np.log(level[mature]), codes[mature]
        size = np.bincount(mine)
        mean = np.bincount(mine, weights=logs) / np.maximum(size, 1)
        gap = (logs - mean[mine]) ** 2
        freedom = float(np.maximum(size - 1, 0).sum())
        if freedom > 0:
            closeness.append((float(gap.sum()) / freedom, name, codes))
    found: dict[int, tuple[str, IntArray]] = {}
    for _, name, codes in sorted(closeness, key=lambda one: (one[0], one[1])):
        members: dict[int, IntArray] = {}
        for row in young:
            if int(row) in found:
                continue
            code = int(codes[row])
            if code not in members:
                members[code] = np.flatnonzero(mature & (codes == code))
            if len(members[code]) >= _FEWEST_DONORS:
                found[int(row)] = (name, members[code])
    return found


def _launch_curve(x: FloatArray, alive: BoolArray, starts: IntArray, age: IntArray, frequency: str) -> FloatArray:
    """(age,) demand of the periods after an age over that before it, of series that were launched in sight; 1 for none."""
    longest = YOUNG_PERIODS[frequency]
    curve = np.ones(longest + 1)
    for n in range(1, longest + 1):
        rows = np.flatnonzero((starts > 0) & (age >= 2 * n + 1))
        if not rows.size:
            continue
        columns = np.arange(x.shape[1])[None, :] - starts[rows][:, None]
        early, late = (columns >= 0) & (columns < n), (columns >= n) & (columns < 2 * n + 1)
        usual = np.maximum(x[rows].sum(axis=1) / np.maximum(alive[rows].sum(axis=1), 1), 1e-12)[:, None]
        before = np.where(early, x[rows] / usual, 0.0).sum() / n
        after = np.where(late, x[rows] / usual, 0.0).sum() / (n + 1)
        ratio = after / before if before > 0 else 1.0
        share = len(rows) / (len(rows) + _LAUNCHES)
        curve[n] = np.clip(1.0 + share * (ratio - 1.0), 0.5, 2.0)
    return curve


def _credibility(count: int, noise: float, doubt: float) -> float:
    return count / (count + noise / doubt) if doubt > 0 else 0.0


def _automatic_share(age: int) -> float:
    """Donors nobody named help while the models have next to nothing, and no longer (measured; see the documentation)."""
    return max(0.0, 1.0 - (age - 1) / (_ALONE - 1))


def _share(age: int, frequency: str) -> float:
    last = 2.0 * YOUNG_PERIODS[frequency]
    return 1.0 if age < _ALONE else max(0.0, 1.0 - (age - _ALONE + 1) / max(last - _ALONE + 1, 1.0))
