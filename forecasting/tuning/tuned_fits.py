"""What do the entries of a specification say at the cutoff and at the past origins, for the series they reach?

A model of one series is fitted anew at every origin, each series a task of its own for `map_chunks`; settings of the engine weigh
what its members said there. Both come out as the same figures as the engine's own (`Served`), so that everything behind them,
intervals and sums over a lead time, is made and calibrated in the same way.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from forecasting.choosing.assembly import MEMBERS, Assembled
from forecasting.choosing.backtest import MapChunks, OriginRun
from forecasting.choosing.selection import Tuned
from forecasting.demand.regressors import regressor_values
from forecasting.events.moving_holidays import factors_of_effect, is_overwhelmed
from forecasting.frames import BoolArray, FloatArray, Panel
from forecasting.models.batch_models import COMBINATION, MODEL_NAMES
from forecasting.tuning.series_inputs import holiday_columns, known_values, regressor_names
from forecasting.tuning.series_models import CannotFitError, estimate
from forecasting.tuning.specification import ENGINE, SpecificationEntry
from forecasting.uncertainty.outlook import chance_of_demand, serve
from kernel.errors import InvalidInput

__all__ = ["MAXIMUM_SERIES_FITS", "Failure", "TunedRow", "tuned_rows"]

MAXIMUM_SERIES_FITS = 100
"""Series that one fit of all series gives to models of one series; each costs one fit per origin (docs/notebooks.md)."""

_PULL = 0.05  # part of the mean error added to each member's: no member gets all the weight by luck


@dataclass(frozen=True)
class TunedRow:
    """One series at one origin: (step,) arrays but `sigma`, as in `Served`; `weights` (member,) of an engine entry."""

    mean: FloatArray
    factors: FloatArray
    sigma: float
    shock_weights: FloatArray
    chance: FloatArray
    weights: tuple[float, ...] = ()


@dataclass(frozen=True)
class Failure:
    """Why a series keeps the engine: message key and values."""

    key: str
    values: Mapping[str, object]


@dataclass(frozen=True)
class _Task:
    """`histories`: by origin, demand without holidays and events, regressors, and the factors that put them into the future."""

    model: str
    parameters: dict[str, Any]
    season_length: int
    horizon: int
    histories: tuple[tuple[FloatArray, FloatArray | None, FloatArray], ...]


def tuned_rows(
    panel: Panel,
    done: Assembled,
    runs: Mapping[int, OriginRun],
    chosen: Mapping[int, SpecificationEntry],
    regressors: pl.DataFrame | None,
    reach: int,
    map_chunks: MapChunks | None,
    limit: int = MAXIMUM_SERIES_FITS,
    told: Tuned | None = None,
) -> dict[int, list[TunedRow | None] | Failure]:
    """By row of `done.final.rows`: figures at each past origin (None: not fitted there) and, last, at the cutoff.

    Args:
        chosen: series -> entry. limit: of series for models of one series; the ones beyond keep the engine.
        told: what a selection learned of them, where this is a refit.
    """
    place = {int(series_id): row for row, series_id in enumerate(panel.series_ids[done.final.rows])}
    found: dict[int, list[TunedRow | None] | Failure] = {}
    tasks: dict[int, _Task] = {}
    for series_id, entry in chosen.items():
        row = place[series_id]
        if done.final.patterns.pattern[row] in ("no_demand", "too_short"):
            count = int(done.final.patterns.period_count[row])
            found[row] = Failure("forecasting.specification_no_history", {"got": count})
        elif entry.model == ENGINE:
            continue
        elif len(tasks) >= limit if told is None else series_id in told.beyond:
            found[row] = Failure("forecasting.specification_limit", {"limit": limit})
        else:
            try:
                tasks[row] = _task(panel, done, runs, row, entry, regressors, reach)
            except InvalidInput as problem:
                found[row] = Failure(problem.key, problem.values)
    answers = list(map_chunks(_run_task, list(tasks.values())) if map_chunks else map(_run_task, tasks.values()))
    for row, answer in zip(tasks, answers, strict=True):
        found[row] = _laid_out(done, runs, row, answer)
    for label in dict.fromkeys(one.label for one in chosen.values() if one.model == ENGINE):
        group = [series_id for series_id, one in chosen.items() if one.label == label and place[series_id] not in found]
        if group:
            rows = np.array(sorted(place[series_id] for series_id in group))
            found |= _weighed(done, runs, chosen[group[0]], rows, {} if told is None else _told_weights(panel, done, told))
    return found


def _task(
    panel: Panel,
    done: Assembled,
    runs: Mapping[int, OriginRun],
    row: int,
    entry: SpecificationEntry,
    regressors: pl.DataFrame | None,
    reach: int,
) -> _Task:
    """What a worker needs of one series. Absent regressors are 0, as for the engine."""
    where = int(done.final.rows[row])
    names = regressor_names(regressors, entry.model, entry.parameters)
    keys = [name for name in ("series_id", "period_start") if regressors is not None and name in regressors.columns]
    beside = regressor_values(regressors.select(*keys, *names), panel, reach) if regressors is not None and names else None
    histories: list[tuple[FloatArray, FloatArray | None, FloatArray]] = []
    for count in [*done.origins, done.known_count]:
        if where not in runs[count].rows:
            histories.append((np.zeros(0), None, np.ones(reach)))
            continue
        values, start = known_values(panel, count, where)
        factors = _moved_by(panel, runs[count], where, count + reach, bool(entry.parameters.get("spring_festival")))
        values = _ordinary(values, factors[start:count], panel)
        parts = [] if beside is None else [beside[:, where, start : count + reach].T]
        if entry.parameters.get("spring_festival"):
            parts.append(holiday_columns(panel, start, reach)[: len(values) + reach])
        histories.append((values, np.column_stack(parts) if parts else None, factors[count:]))
    return _Task(entry.model, entry.parameters, panel.season_length, reach, tuple(histories))


def _moved_by(panel: Panel, origin: OriginRun, where: int, length: int, sees_festival: bool) -> FloatArray:
    """(period,) factor of the Spring Festival, unless the model sees it itself, and events, as the engine's models know them."""
    indices = panel.first_index + np.arange(length)
    factors = np.ones(length) if sees_festival else factors_of_effect(origin.shared.holiday, indices, panel.frequency)
    if origin.effects is not None:
        known = origin.effects.factors  # one row where all series share them
        factors = factors * known[int(np.searchsorted(origin.rows, where)) if len(known) > 1 else 0, :length]
    return factors


def _ordinary(values: FloatArray, factors: FloatArray, panel: Panel) -> FloatArray:
    """Demand as it would have been without them; a week that is mostly holiday says nothing and lies between its neighbours."""
    plain = values / factors
    hidden = is_overwhelmed(factors, panel.frequency)
    if hidden.any() and not hidden.all():
        places = np.arange(len(plain))
        plain[hidden] = np.interp(places[hidden], places[~hidden], plain[~hidden])
    return plain


def _run_task(task: _Task) -> list[tuple[FloatArray, FloatArray] | tuple[str, dict[str, object]]]:
    answers: list[tuple[FloatArray, FloatArray] | tuple[str, dict[str, object]]] = []
    for values, exog, ahead in task.histories:
        try:
            found = estimate(task.model, values, task.season_length, task.horizon, exog, task.parameters)
        except CannotFitError as problem:
            key, facts = problem.args
            answers.append((key, {"model": task.model, "got": len(values), **facts}))
        else:
            answers.append((found.mean * ahead, found.spread * ahead))
    return answers


def _laid_out(
    done: Assembled, runs: Mapping[int, OriginRun], row: int, answers: Sequence[tuple[Any, Any]]
) -> list[TunedRow | None] | Failure:
    if isinstance(answers[-1][0], str):
        return Failure(answers[-1][0], answers[-1][1])
    found: list[TunedRow | None] = []
    for count, (mean, spread) in zip([*done.origins, done.known_count], answers, strict=True):
        found.append(None if isinstance(mean, str) else _row(runs[count], int(done.final.rows[row]), mean, spread))
    return found


def _row(origin: OriginRun, where: int, mean: FloatArray, spread: FloatArray) -> TunedRow:
    """A spread by distance as one-step spread, factors and shock weights, as sums over periods need them."""
    own = int(np.searchsorted(origin.rows, where))
    mean = np.maximum(mean, 0.0)
    level = float(mean.mean())
    # Where the spread follows the season it is a factor; what is left grows with the distance ahead, which shock weights say.
    follows = bool(np.corrcoef(mean, spread)[0, 1] > 0.5) if level > 0 and mean.std() > 0 and spread.std() > 0 else False
    factors = np.maximum(mean / level, 0.05) if follows else np.ones(len(mean))
    growing = np.maximum.accumulate(spread / factors)
    sigma = float(max(growing[0], 1e-9))
    steps = np.sqrt(np.maximum(np.diff(growing**2, append=growing[-1] ** 2), 0.0)) / sigma
    chance = chance_of_demand(mean[None, :], origin.run.size[[own]], origin.run.frequency[[own]])[0]
    return TunedRow(mean, factors, sigma, steps, chance)


def _weighed(
    done: Assembled, runs: Mapping[int, OriginRun], entry: SpecificationEntry, rows: Any, told: Mapping[int, FloatArray]
) -> dict[int, list[TunedRow | None] | Failure]:
    """The members of an engine entry, weighed as it says, as was `told` by row, or by their error at the other origins."""
    members = [MODEL_NAMES.index(name) for name in MEMBERS]
    allowed = np.array([name in entry.members for name in MEMBERS])
    usable: BoolArray = np.asarray(np.isfinite(done.final.run.mean[members]).all(axis=2))[allowed].any(axis=0)
    count, combined = len(done.final.rows), MODEL_NAMES.index(COMBINATION)
    found: dict[int, list[TunedRow | None] | Failure] = {int(row): [] for row in rows}
    for i, origin in enumerate([*done.origins, done.known_count]):
        if entry.weights:
            weights = np.array([entry.weights.get(name, 0.0) for name in MEMBERS])
        else:
            weights = _inverse_error(done, members, allowed, rows, without=i)
        table = np.repeat(weights[:, None, None], count, axis=1)
        if not entry.weights and not done.origins:
            table = _remaining(done.weights, allowed)
            for row, known in told.items():
                table[:, row] = known[:, None]
        usual = done.served if origin == done.known_count else done.past[i]
        served = serve(runs[origin], done.final.rows, np.full(count, combined), table, members, usual.variation)
        for row in rows:
            if not np.isfinite(served.sigma[row]):
                one = None
            else:
                one = TunedRow(
                    served.mean[row],
                    served.factors[row],
                    float(served.sigma[row]),
                    served.shock_weights[row],
                    served.chance[row],
                    tuple(float(value) for value in table[:, row, 0]),
                )
            held = found[int(row)]
            assert isinstance(held, list)
            held.append(one)
    for row in rows:
        if not usable[row]:
            found[int(row)] = Failure("forecasting.specification_no_member", {"expected": ", ".join(entry.members)})
    return found


def _told_weights(panel: Panel, done: Assembled, told: Tuned) -> dict[int, FloatArray]:
    """(member,) by row, of series whose members a selection has weighed."""
    ids = enumerate(panel.series_ids[done.final.rows])
    known = {row: told.series[int(series_id)].weights for row, series_id in ids if int(series_id) in told.series}
    return {row: np.array(weights) for row, weights in known.items() if weights}


def _remaining(weights: FloatArray, allowed: Any) -> FloatArray:
    """(member, series, step) the engine's own weights over the members that are left: a refit compares nothing anew."""
    kept = np.where(allowed[:, None, None], weights, 0.0)
    equal = np.broadcast_to((allowed / allowed.sum())[:, None, None], weights.shape)
    total = kept.sum(axis=0)
    return np.where(total > 0, kept / np.where(total > 0, total, 1.0), equal)


def _inverse_error(done: Assembled, members: list[int], allowed: Any, rows: Any, *, without: int) -> FloatArray:
    """(member,) weights that sum to 1: one over the mean squared scaled error of the entry's series at the other origins."""
    kept = [i for i in range(len(done.origins)) if i != without]
    actual, past = done.actual[kept][:, rows], done.forecasts[kept][:, members][:, :, rows]
    scale = np.where(done.final.run.scale_squared[rows] > 0, done.final.run.scale_squared[rows], np.nan)
    error = (past - actual[:, None]) ** 2 / scale[None, None, :, None]
    known = np.isfinite(error)
    seen = known.sum(axis=(0, 2, 3))
    mean = np.where(known, error, 0.0).sum(axis=(0, 2, 3)) / np.maximum(seen, 1)
    counted = allowed & (seen > 0)
    if not counted.any():
        return np.asarray(allowed / allowed.sum())
    inverse = np.where(counted, 1.0 / (mean + _PULL * mean[counted].mean() + 1e-12), 0.0)
    return np.asarray(inverse / inverse.sum())
