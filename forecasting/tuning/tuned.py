"""How do specified series take the place of the engine's own answer, without touching any other series?

The engine's figures stay as they are. A second assembly holds the specified figures in the rows of their series; intervals of
these rows are calibrated with it, those of all other rows with the engine's. So an entry changes the series it reaches and
nothing else, and without entries there is nothing to undo.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import cached_property
from typing import Any

import numpy as np
import polars as pl

from forecasting import frames_out, metrics
from forecasting.choosing.assembly import Assembled, joined
from forecasting.choosing.backtest import MapChunks, OriginRun
from forecasting.choosing.champion import reason_json
from forecasting.choosing.learned import calibration_of, spread_of
from forecasting.choosing.selection import Selection, Tuned, TunedChoice
from forecasting.fitted import DEFAULT_LEVELS, INTERVALS, Fitted, checked_levels
from forecasting.frames import FloatArray, IntArray
from forecasting.tuning.assignment import Assignment, chosen_entries
from forecasting.tuning.specification import SpecificationEntry
from forecasting.tuning.tuned_fits import MAXIMUM_SERIES_FITS, Failure, TunedRow, tuned_rows
from forecasting.uncertainty.distribution import Calibration, fit_calibration
from forecasting.uncertainty.outlook import Served, step_outlook
from kernel.messages import text

__all__ = ["TunedAssembled", "TunedFitted", "specified"]


@dataclass(frozen=True, kw_only=True)
class TunedAssembled(Assembled):
    """The engine's assembly (`engine`) with specified figures in `rows`; `plain_rows` of them are not calibrated."""

    engine: Assembled
    rows: IntArray
    plain_rows: IntArray

    def quantiles(self, levels: FloatArray, steps: int) -> FloatArray:
        found = self.engine.quantiles(levels, steps)
        found[self.rows] = super().quantiles(levels, steps)[self.rows]
        if self.plain_rows.size:
            found[self.plain_rows] = self.uncalibrated().quantiles(levels, steps)[self.plain_rows]
        return found

    def honest_quantiles(self, i: int, levels: FloatArray) -> FloatArray:
        found = self.engine.honest_quantiles(i, levels)
        found[self.rows] = super().honest_quantiles(i, levels)[self.rows]
        if self.plain_rows.size:
            plain = self.uncalibrated(i)
            steps = self.actual.shape[2]
            own = plain.quantiles(levels, steps)
            own[~np.isfinite(self.past[i].mean[:, :steps])] = np.nan
            found[self.plain_rows] = own[self.plain_rows]
        return found

    def uncalibrated(self, origin: int | None = None) -> Assembled:
        """As the models say themselves, at the cutoff or a past origin: nothing learned from past forecasts."""
        served = self.served if origin is None else self.past[origin]
        own = {field.name: getattr(self, field.name) for field in fields(Assembled)}
        nothing = step_outlook(served, self.final.patterns.pattern, 1, self.band)[np.zeros(0, dtype=np.int64)]
        return Assembled(
            **own | {"origins": [], "past": [], "served": served, "calibration": fit_calibration(np.zeros(0), nothing)}
        )


@dataclass(frozen=True, kw_only=True)
class TunedFitted(Fitted):
    """`Fitted` whose `done` is a `TunedAssembled`.

    Args:
        engine: what the engine says of all series by itself. names: model by specified series. notes: rows for `series_notes`.
        weights: (member,) by row, of engine entries. beyond: series above the limit of one fit.
    """

    engine: Fitted
    names: dict[int, str]
    notes: pl.DataFrame
    weights: dict[int, tuple[float, ...]]
    beyond: tuple[int, ...]

    @cached_property
    def selection(self) -> Selection | None:
        """What the engine learned, and beside it what was learned of specified series."""
        if self.given is not None or self.engine.selection is None:
            return self.given
        done, later = self._done, self._lead_time_calibration
        series = {
            int(self.panel.series_ids[done.final.rows[row]]): TunedChoice(
                float(done.choice.wape[row]) if np.isfinite(done.choice.wape[row]) else None, self.weights.get(int(row), ())
            )
            for row in done.rows
        }
        learned = Tuned(spread_of(done.calibration), None if later is None else spread_of(later), series, self.beyond)
        return replace(self.engine.selection, tuned=learned)

    @cached_property
    def _lead_time_calibration(self) -> Calibration | None:
        told = None if self.given is None else self.given.tuned
        if told is None:
            return super()._lead_time_calibration
        return None if told.lead_time_spread is None else calibration_of(told.lead_time_spread)

    def lead_time_demand(self, quantiles: tuple[float, ...] = DEFAULT_LEVELS) -> pl.DataFrame:
        done, own = self._done, super().lead_time_demand(quantiles)
        plain = [int(self.panel.series_ids[done.final.rows[row]]) for row in done.plain_rows]
        parts = [
            self.engine.lead_time_demand(quantiles).filter(~pl.col("series_id").is_in(list(self.names))),
            own.filter(pl.col("series_id").is_in([one for one in self.names if one not in plain])),
        ]
        if plain:
            alone = replace(self.engine, done=done.uncalibrated(), given=None)
            parts.append(alone.lead_time_demand(quantiles).filter(pl.col("series_id").is_in(plain)))
        return pl.concat(parts).sort("series_id", "measure")

    def backtest_scores(self, quantiles: tuple[float, ...] = DEFAULT_LEVELS) -> pl.DataFrame:
        """As the engine's; intervals of specified series are judged for their own model."""
        levels = checked_levels(quantiles)
        own_metrics = ["pinball", *INTERVALS]
        is_ours = pl.col("series_id").is_in(list(self.names))
        parts = [self.engine.backtest_scores(quantiles).filter(~(is_ours & pl.col("metric").is_in(own_metrics)))]
        done, rows, run = self._done, self._done.rows, self._done.final.run
        ids, names = self.panel.series_ids[done.final.rows][rows], self._names()
        for i, origin in enumerate(done.origins if rows.size else []):
            actual, found = done.actual[i][rows], done.honest_quantiles(i, levels)[rows]
            guess = done.past[i].mean[rows, : actual.shape[1]]
            values = {
                "wape": metrics.wape(actual, guess),
                "bias": metrics.bias(actual, guess),
                "mase": metrics.mase(actual, guess, run.scale_absolute[rows]),
                "rmsse": metrics.rmsse(actual, guess, run.scale_squared[rows]),
                "pinball": metrics.pinball(actual, found, levels),
            }
            for metric, (low, high) in INTERVALS.items():
                a, b = np.searchsorted(levels, [low - 1e-9, high - 1e-9])
                values[metric] = metrics.coverage(actual, found[:, :, a], found[:, :, b])
            parts.append(frames_out.scores(self.panel, ids, origin, names, values))
        return frames_out.joined_scores(parts)

    def backtest(self, quantiles: tuple[float, ...] = DEFAULT_LEVELS) -> pl.DataFrame:
        """As the engine's; quantiles of specified series are those of their own model."""
        levels = checked_levels(quantiles)
        is_ours = pl.col("series_id").is_in(list(self.names))
        parts = [self.engine.backtest(quantiles).filter(~(is_ours & (pl.col("measure") != "mean")))]
        done, rows = self._done, self._done.rows
        ids, names = self.panel.series_ids[done.final.rows][rows], self._names()
        for i, origin in enumerate(done.origins if rows.size else []):
            actual, found = done.actual[i][rows], done.honest_quantiles(i, levels)[rows]
            measures = {"mean": done.past[i].mean[rows, : actual.shape[1]]}
            for level in quantiles:
                place = int(np.searchsorted(levels, level - 1e-9))
                measures[frames_out.measure_name(level)] = found[:, :, place]
            parts.append(frames_out.backtest_forecasts(self.panel, ids, origin, names, measures, np.isfinite(actual)))
        return frames_out.joined_backtest(parts)

    def series_notes(self) -> pl.DataFrame:
        """As the engine's, and which series kept the engine although an entry names them."""
        found = self.engine.series_notes()
        return pl.concat([found, self.notes.select(found.columns)]).sort("series_id", "note_key")

    @property
    def _done(self) -> TunedAssembled:
        assert isinstance(self.done, TunedAssembled)
        return self.done

    def _names(self) -> list[str]:
        ids = self.panel.series_ids[self._done.final.rows][self._done.rows]
        return [self.names[int(series_id)] for series_id in ids]


def specified(
    fitted: Fitted,
    runs: Mapping[int, OriginRun],
    assignments: Sequence[Assignment],
    *,
    regressors: pl.DataFrame | None = None,
    map_chunks: MapChunks | None = None,
    limit: int = MAXIMUM_SERIES_FITS,
) -> Fitted:
    """`fitted` with the series that entries of its frequency reach forecast as these say.

    A series whose entry cannot be fitted keeps the engine: its reason and `series_notes` say why.

    Args:
        runs: of the past origins and the cutoff, as `fitted` was assembled from.
    """
    done = fitted.done
    if done is None:
        return fitted
    ids = [int(series_id) for series_id in fitted.panel.series_ids[done.final.rows]]
    patterns = dict(zip(ids, (str(name) for name in done.final.patterns.pattern), strict=True))
    chosen = chosen_entries(assignments, fitted.panel.frequency, patterns)
    if not chosen:
        return fitted
    told = None if fitted.given is None else fitted.given.tuned
    found = tuned_rows(fitted.panel, done, runs, chosen, regressors, fitted.reach, map_chunks, limit, told)
    figures = {row: value for row, value in sorted(found.items()) if isinstance(value, list)}
    failed = {row: value for row, value in sorted(found.items()) if isinstance(value, Failure)}
    served = _with_rows(done.served, {row: value[-1] for row, value in figures.items()})
    if done.final.left is not None and figures:
        ours = np.array(list(figures), dtype=np.int64)
        served.mean[ours] *= done.final.left[ours]
        served.factors[ours] *= done.final.left[ours]
    past = [_with_rows(one, {row: value[i] for row, value in figures.items()}) for i, one in enumerate(done.past)]
    pattern, tested = done.final.patterns.pattern, done.actual.shape[2]
    outlooks = [step_outlook(one, pattern, tested, done.band) for one in past]
    entries = {row: chosen[ids[row]] for row in found}
    own = {field.name: getattr(done, field.name) for field in fields(Assembled)} | {
        "served": served,
        "past": past,
        "choice": _choice(done, past, entries, figures, failed, {} if told is None else _told_wape(ids, told)),
        "calibration": fit_calibration(done.actual.reshape(-1), joined(outlooks)) if outlooks else done.calibration,
    }
    if told is not None:
        own["calibration"] = calibration_of(told.spread)
    rows = np.array(list(figures), dtype=np.int64)
    plain = np.array([row for row in figures if not entries[row].is_calibrated], dtype=np.int64)
    names = {ids[row]: entries[row].served_model for row in figures}
    return TunedFitted(
        **{field.name: getattr(fitted, field.name) for field in fields(Fitted)}
        | {"done": TunedAssembled(**own, engine=done, rows=rows, plain_rows=plain)},
        engine=fitted,
        names=names,
        notes=_notes([ids[row] for row in failed]),
        weights={row: value[-1].weights for row, value in figures.items() if value[-1] is not None},
        beyond=tuple(ids[row] for row, one in failed.items() if one.key == "forecasting.specification_limit"),
    )


def _with_rows(served: Served, rows: Mapping[int, TunedRow | None]) -> Served:
    """`served` with other figures in some rows; None: nothing is known there."""
    found = {name: getattr(served, name).copy() for name in ("mean", "factors", "sigma", "shock_weights", "chance")}
    for row, one in rows.items():
        for name, values in found.items():
            values[row] = np.nan if one is None else getattr(one, name)
    return replace(served, **found)


def _choice(
    done: Assembled,
    past: Sequence[Served],
    entries: Mapping[int, SpecificationEntry],
    figures: Mapping[int, Any],
    failed: Mapping[int, Failure],
    told: Mapping[int, float],
) -> Any:
    """The engine's choice with the story of the specified rows; the engine's champion becomes the runner-up."""
    choice, tested = done.choice, done.actual.shape[2]
    names, keys, values = list(choice.model_name), list(choice.reason_key), list(choice.reason_values)
    wape, is_fallback, runner_up = choice.wape.copy(), choice.is_fallback.copy(), choice.runner_up.copy()
    for row, entry in entries.items():
        facts: dict[str, Any] = json.loads(values[row])
        decided = {"author": entry.author, "date": entry.decided_on.isoformat(), "why": entry.why}
        if row in failed:
            reason = {"series_id": "", "model": entry.model, **failed[row].values}
            facts |= decided | {
                "specified": entry.served_model,
                "reason": text(failed[row].key, "en", **reason),
                "reason_zh": text(failed[row].key, "zh", **reason),
            }
            keys[row] = "forecasting.reason.specification_failed"
        else:
            guess = np.stack([one.mean[row, :tested] for one in past]) if past else np.full((0, tested), np.nan)
            mine = metrics.wape(done.actual[:, row].reshape(1, -1), guess.reshape(1, -1))[0] if past else told.get(row, np.nan)
            wape[row], is_fallback[row], runner_up[row] = mine, False, choice.model[row]
            facts |= decided | {
                "model": entry.served_model,
                "runner_up": names[row],
                "engine_wape": facts["wape"],
                "wape": round(float(mine), 4) if np.isfinite(mine) else None,
            }
            names[row], keys[row] = entry.served_model, "forecasting.reason.specification"
        values[row] = reason_json(facts)
    return replace(
        choice,
        model_name=names,
        reason_key=keys,
        reason_values=values,
        wape=wape,
        is_fallback=is_fallback,
        runner_up=runner_up,
    )


def _told_wape(ids: Sequence[int], told: Tuned) -> dict[int, float]:
    """By row, the error at past cutoffs as the selection knows it."""
    known = {row: told.series[series_id].wape for row, series_id in enumerate(ids) if series_id in told.series}
    return {row: value for row, value in known.items() if value is not None}


def _notes(series_ids: list[int]) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "series_id": series_ids,
            "note_key": ["forecasting.note.specification_failed"] * len(series_ids),
            "period_count": [0] * len(series_ids),
            "quantity": [0.0] * len(series_ids),
        },
        schema={"series_id": pl.Int64, "note_key": pl.String, "period_count": pl.Int64, "quantity": pl.Float64},
    )
