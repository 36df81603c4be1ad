"""How does the boosted model, learned from all series at once, take its place among the models of one origin?

It is kept as a ratio to the level models of each series (its lift), so that a refit of any series says what the fit said.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl

from forecasting.events.effects import EventEffects
from forecasting.frames import FloatArray, IntArray, Panel
from forecasting.models.batch_models import MODELS
from forecasting.models.boosting import BoostingTask
from forecasting.models.candidates import LEVEL_MODELS, CandidateRun

__all__ = ["boosting_task", "lift_of", "with_boosting"]


def boosting_task(
    panel: Panel,
    origin: int,
    rows: IntArray,
    run: CandidateRun,
    horizon: int,
    trained_horizon: int,
    attributes: pl.DataFrame | None,
    regressors: FloatArray | None,
    effects: EventEffects | None,
    seed: int,
) -> BoostingTask:
    """What the trees learn from at one origin: demand without events, its level, what series share, prices and plans."""
    first = np.argmax(run.filled > 0, axis=1)
    starts = np.where((run.filled > 0).any(axis=1), first, origin)
    factors = np.concatenate([np.ones((len(rows), origin)), run.future_factors], axis=1)
    price = None if panel.price is None else panel.price[rows, :origin]
    filled = run.filled
    planned = None if regressors is None else regressors[:, rows, : origin + horizon]
    if effects is not None:
        # The trees learn from ordinary demand and are told of events: what is beyond the shared effect is theirs to find.
        filled = filled / effects.factors[:, :origin]
        factors[:, origin:] = factors[:, origin:] / effects.factors[:, origin:]
        if effects.shares is not None:
            planned = effects.shares if planned is None else np.concatenate([planned, effects.shares])
    return BoostingTask(
        panel.frequency,
        panel.season_length,
        horizon,
        trained_horizon,
        panel.first_index,
        filled,
        run.is_scored,
        starts.astype(np.int64),
        run.levels,
        factors,
        _groups(panel.series_ids[rows], attributes),
        price,
        planned,
        seed,
    )


def _groups(series_ids: IntArray, attributes: pl.DataFrame | None) -> tuple[IntArray, ...]:
    """Codes of what the series share: all of them, then every attribute that holds several series together."""
    found = [np.zeros(len(series_ids), dtype=np.int64)]
    if attributes is None or not len(series_ids):
        return tuple(found)
    mine = pl.DataFrame({"series_id": series_ids}).join(attributes, on="series_id", how="left", maintain_order="left")
    for name in sorted(set(attributes.columns) - {"series_id"}):
        _, codes = np.unique(mine[name].cast(pl.String).fill_null("").to_numpy().astype(str), return_inverse=True)
        if 1 < codes.max(initial=0) + 1 <= len(series_ids) // 2:
            found.append(codes.astype(np.int64))
    return tuple(found)


def _lift_base(run: CandidateRun) -> FloatArray:
    """(series, step) what the boosted model is measured by: the mean of the level models, and a hundredth of a usual order lest
    it be nothing."""
    means = run.mean[[list(MODELS).index(name) for name in LEVEL_MODELS]]
    has = np.isfinite(means)
    level = np.where(has, means, 0.0).sum(axis=0) / np.maximum(has.sum(axis=0), 1)
    return np.asarray(level + 0.01 * run.size[:, None])


def lift_of(run: CandidateRun, mean: FloatArray) -> FloatArray:
    """(series, step) the boosted mean against its base, to six digits: a refit says the same as the fit it follows, from a text
    that can be read."""
    base = _lift_base(run)
    return np.where(base > 0, np.round(mean / np.where(base > 0, base, 1.0), 6), np.nan)


def with_boosting(run: CandidateRun, lift: FloatArray | None) -> CandidateRun:
    """The boosted model as one more; it has no one-step fits, so it takes the spread of those that tell the level."""
    mean = np.full_like(run.future_factors, np.nan) if lift is None else _lift_base(run) * lift
    nothing = np.zeros((len(mean), 0))
    places = [list(MODELS).index(name) for name in LEVEL_MODELS]
    return replace(
        run,
        # Needed by the boosted model only; kept for five origins they would be the largest thing in memory.
        levels=nothing,
        filled=nothing,
        is_scored=nothing.astype(bool),
        mean=np.concatenate([run.mean, mean[None]]),
        sigma=np.concatenate([run.sigma, run.sigma[places].mean(axis=0)[None]]),
        shock_weights=np.concatenate([run.shock_weights, run.shock_weights[places].mean(axis=0)[None]]),
    )
