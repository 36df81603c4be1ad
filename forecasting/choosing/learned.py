"""How does what a fit learned across series become a `Selection`, and how is a selection applied to one more fit?

`selection_of` reads the choices out of an assembled fit; `assemble_chosen` does what `assembly.assemble` does, with the choices
given: no past origin is looked at, and each row of the result follows from its own series and the selection alone. A series the
selection does not know, or whose chosen model does not fit its demand any more, takes the best model of its pattern.
"""

from __future__ import annotations

import json
from datetime import date

import numpy as np

from forecasting.choosing.assembly import MEMBERS, Assembled, bands
from forecasting.choosing.backtest import OriginRun
from forecasting.choosing.champion import FALLBACK_MODEL, PLAIN_PATTERNS, Choice, eligible_models, told_choice
from forecasting.choosing.combining import weight_segments
from forecasting.choosing.origin_plan import Shared
from forecasting.choosing.selection import EventLift, Loan, Selection, SeriesChoice, Spread
from forecasting.demand.patterns import Patterns
from forecasting.frames import BoolArray, FloatArray, IntArray, Panel, StrArray, period_starts
from forecasting.models.batch_models import COMBINATION, MODEL_NAMES
from forecasting.uncertainty.distribution import Calibration
from forecasting.uncertainty.outlook import falling, serve, with_combination

__all__ = ["assemble_chosen", "calibration_of", "lifts_of", "selection_of", "shared_of", "spread_of", "usual_discounts_of"]

_NAMES = list(MODEL_NAMES)


def selection_of(
    panel: Panel, done: Assembled, *, cutoff: date, horizon: int, reach: int, lead_time: Calibration | None
) -> Selection:
    """Everything `done` learned across series and from past forecasts."""
    choice, champions = done.choice, {}
    lift = done.final.lift
    for row, series_id in enumerate(panel.series_ids[done.final.rows]):
        facts = json.loads(choice.reason_values[row])
        champions[int(series_id)] = SeriesChoice(
            facts["model"],
            facts["runner_up"],
            choice.reason_key[row].rsplit(".", 1)[1],
            facts["origin_count"],
            _known(choice.wape[row]),
            _known(choice.naive_wape[row]),
            () if lift is None else tuple(_known(value) for value in lift[row]),
        )
    return Selection(
        frequency=panel.frequency,
        cutoff=cutoff,
        horizon=horizon,
        reach=reach,
        first_period=period_starts(np.array([panel.first_index]), panel.frequency)[0],
        season=_numbers(done.final.shared.season),
        season_doubt=done.final.shared.season_doubt,
        holiday=_numbers(done.final.shared.holiday),
        holiday_variance=_numbers(done.final.shared.holiday_variance),
        event_lifts=_event_lifts(panel, done.final),
        loans=_loans(panel, done.final),
        busyness={name: _numbers(edges) for name, edges in done.busyness.items()},
        weights={
            name: {member: _numbers(row) for member, row in zip(MEMBERS, values, strict=True)}
            for name, values in sorted(done.segment_weights.items())
        },
        pattern_errors={
            name: dict(zip(_NAMES, _numbers(values), strict=True)) for name, values in sorted(choice.pattern_errors.items())
        },
        endings=None if done.final.ended is None else done.final.ended.learned,
        variation=done.served.variation,
        spread=spread_of(done.calibration),
        lead_time_spread=None if lead_time is None else spread_of(lead_time),
        champions=champions,
    )


def shared_of(selection: Selection) -> Shared:
    """What the models of every series start from."""
    told = {
        name: (
            np.array(one.shared),
            {series_id: np.array(values) for series_id, values in one.own.items()},
            np.array(one.variance),
            one.delay,
        )
        for name, one in selection.event_lifts.items()
    }
    return Shared(
        np.array(selection.holiday),
        np.array(selection.holiday_variance),
        np.array(selection.season),
        selection.season_doubt,
        told,
        selection.loans,
        selection.endings,
    )


def usual_discounts_of(selection: Selection) -> dict[str, float]:
    """By event, what a promotion's discount is measured by."""
    return {name: one.usual_discount for name, one in selection.event_lifts.items()}


def lifts_of(selection: Selection, series_ids: IntArray, elapsed: int, horizon: int) -> FloatArray | None:
    """(series, step) of the boosted model, `elapsed` periods later; beyond the end the last one; NaN where none is known."""
    if not any(one.lift for one in selection.champions.values()):
        return None
    laid = np.full((len(series_ids), horizon), np.nan)
    for row, series_id in enumerate(series_ids):
        known = selection.champions.get(int(series_id))
        if known is None or not known.lift:
            continue
        places = np.minimum(np.arange(horizon) + elapsed, len(known.lift) - 1)
        laid[row] = np.array([np.nan if value is None else value for value in known.lift])[places]
    return laid


def assemble_chosen(panel: Panel, known_count: int, final: OriginRun, selection: Selection, horizon: int) -> Assembled:
    """Serve every series as the selection says."""
    pattern, count = final.patterns.pattern, len(final.rows)
    members = [_NAMES.index(name) for name in MEMBERS]
    table = {name: np.array([values[member] for member in MEMBERS]) for name, values in selection.weights.items()}
    borders = {name: np.array(edges) for name, edges in selection.busyness.items()}
    segment = weight_segments(pattern, final.run.size * final.run.frequency, borders)
    weights = np.zeros((len(members), count, 1))
    if count:
        weights = np.stack([_segment_weights(table, str(name)) for name in segment], axis=1)
    final_mean = with_combination(final, weights, members)[0]
    choice = _choice(panel.series_ids[final.rows], final_mean, final.patterns, panel.season_length, selection)
    served = falling(serve(final, final.rows, choice.model, weights, members, selection.variation), final)
    tested, band = bands(panel.frequency, horizon)
    return Assembled(
        final=final,
        known_count=known_count,
        origins=[],
        actual=np.full((0, count, tested), np.nan),
        forecasts=np.full((0, len(_NAMES), count, tested), np.nan),
        choice=choice,
        weights=weights,
        segment_weights=table,
        busyness=borders,
        served=served,
        past=[],
        band=band,
        calibration=calibration_of(selection.spread),
    )


def calibration_of(spread: Spread) -> Calibration:
    """The arrays of a spread."""
    return Calibration(
        *({name: np.array(values) for name, values in part.items()} for part in (spread.chance, spread.variance, spread.levels))
    )


def _event_lifts(panel: Panel, final: OriginRun) -> dict[str, EventLift]:
    found = {}
    for one in () if final.effects is None else final.effects.coefficients:
        ids = panel.series_ids[final.rows if one.rows is None else final.rows[one.rows]]
        own = {}
        if len(one.own) == len(ids):
            # A series not told apart is as all are.
            apart = (one.own != one.shared).any(axis=1)
            own = {int(ids[row]): _numbers(one.own[row]) for row in np.flatnonzero(apart)}
        found[one.event] = EventLift(float(one.usual_discount), _numbers(one.shared), own, _numbers(one.variance), one.delay)
    return found


def _loans(panel: Panel, final: OriginRun) -> dict[int, Loan]:
    borrowed = final.borrowed
    if borrowed is None:
        return {}
    ids = panel.series_ids[final.rows]
    return {
        int(ids[row]): Loan(
            _numbers(borrowed.mean[place]),
            float(borrowed.share[place]),
            float(borrowed.sigma[place]),
            float(borrowed.size[place]),
            float(borrowed.frequency[place]),
            borrowed.attribute[place],
            int(ids[borrowed.donor[place]]) if borrowed.donor[place] >= 0 else None,
            int(borrowed.donors[place]),
            int(borrowed.periods[place]),
        )
        for place, row in enumerate(borrowed.rows)
    }


def _segment_weights(table: dict[str, FloatArray], segment: str) -> FloatArray:
    """Of the segment, else of a less busy one of the pattern, else of all series."""
    pattern, tier = segment.split("|")
    for lower in range(int(tier), -1, -1):
        if f"{pattern}|{lower}" in table:
            return table[f"{pattern}|{lower}"]
    return table[""]


def _choice(ids: IntArray, final_mean: FloatArray, patterns: Patterns, season_length: int, selection: Selection) -> Choice:
    count = len(ids)
    usable: BoolArray = np.asarray(np.isfinite(final_mean).all(axis=2))
    eligible = eligible_models(patterns, season_length)
    fallback = _NAMES.index(FALLBACK_MODEL)
    wanted, second = np.full(count, fallback), np.full(count, -1)
    keys, origin_count = ["segment"] * count, np.zeros(count, dtype=np.int64)
    champion_wape, naive_wape = np.full(count, np.nan), np.full(count, np.nan)
    is_plain: BoolArray = np.isin(patterns.pattern, PLAIN_PATTERNS)
    for row in range(count):
        known = selection.champions.get(int(ids[row]))
        if known is not None:
            origin_count[row] = known.origin_count
            champion_wape[row] = np.nan if known.wape is None else known.wape
            naive_wape[row] = np.nan if known.naive_wape is None else known.naive_wape
            # A series that had no pattern then was given none of the models.
            stands = is_plain[row] or (known.reason not in PLAIN_PATTERNS and eligible[_NAMES.index(known.model), row])
            if stands:
                wanted[row] = _NAMES.index(known.model)
                second[row] = -1 if known.runner_up is None else _NAMES.index(known.runner_up)
                keys[row] = known.reason if known.reason != "could_not_be_fitted" else "segment"
                continue
        wanted[row], second[row] = _of_pattern(selection, patterns.pattern, row, eligible[:, row] & usable[:, row])
    failed = ~is_plain & ~usable[wanted, np.arange(count)]
    model = np.where(is_plain | failed, fallback, wanted)
    errors = {name: np.array([told[one] for one in _NAMES]) for name, told in selection.pattern_errors.items()}
    return told_choice(patterns, model, second, wanted, failed, keys, origin_count, champion_wape, naive_wape, errors)


def _of_pattern(selection: Selection, pattern: StrArray, row: int, allowed: BoolArray) -> tuple[int, int]:
    """The best and the second best model of the series' pattern; the combination where nobody knows the pattern."""
    told = selection.pattern_errors.get(str(pattern[row]))
    errors = np.array([told[name] if told else float(name != COMBINATION) for name in _NAMES])
    errors = np.where(allowed, errors, np.inf)
    order = np.argsort(errors, kind="stable")
    return int(order[0]), int(order[1]) if np.isfinite(errors[order[1]]) else -1


def spread_of(calibration: Calibration) -> Spread:
    """The numbers of a calibration, to be kept."""
    return Spread(
        *(
            {name: _numbers(values) for name, values in part.items()}
            for part in (calibration.chance, calibration.variance, calibration.levels)
        )
    )


def _numbers(values: FloatArray) -> tuple[float, ...]:
    return tuple(float(value) for value in values)


def _known(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
