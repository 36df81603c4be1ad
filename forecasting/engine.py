"""What will be asked for, per series and period, and how sure is that? The one entry the pipeline calls.

    panel -> all models at the cutoff and at past origins -> champion per series -> calibrated quantiles ->
    frames

Pure: no clock, no files, no settings. The same demand gives the same bytes for any order of rows and any
chunking, and nothing after the cutoff is looked at. `cutoff` is the last day whose demand is known: a
period is learned from when it ended on or before that day, and the first forecast period is the next one.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from forecasting import frames_out, metrics
from forecasting.backtest import TEST_HORIZONS, MapChunks, OriginRun, backtest_origins, run_origins
from forecasting.candidates import MODELS
from forecasting.champion import Choice, choose_champions
from forecasting.frames import BoolArray, FloatArray, Frequency, IntArray, Panel, build_panel
from forecasting.lead_time import PATH_COUNT, path_draws, protection_shares, sum_distribution, sum_quantiles
from forecasting.quantiles import (
    at_levels,
    conformal_shift,
    error_spread,
    forecast_quantiles,
    pooled_errors,
    pooled_sigma,
)
from kernel.errors import InvalidInput

__all__ = ["DEFAULT_LEVELS", "MAXIMUM_PROTECTION_DAYS", "ForecastResult", "forecast", "simulate_archive"]

DEFAULT_LEVELS = (0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.975, 0.99)
MAXIMUM_PROTECTION_DAYS = 730  # two years; a longer lead time is a typing error
_INTERVALS = {"coverage_80": (0.1, 0.9), "coverage_95": (0.025, 0.975)}


@dataclass(frozen=True)
class ForecastResult:
    """The frames of the contract, each sorted by its grain; `series_notes` says what was changed while
    reading."""

    demand_forecasts: pl.DataFrame
    lead_time_demand: pl.DataFrame
    backtest_scores: pl.DataFrame
    backtest_forecasts: pl.DataFrame
    champions: pl.DataFrame
    seasonal_profile: pl.DataFrame
    series_notes: pl.DataFrame


@dataclass(frozen=True)
class _Served:
    """Champion figures of one origin, rows as in the final run (NaN where a series was not known there)."""

    mean: FloatArray
    factors: FloatArray
    sigma: FloatArray
    errors: FloatArray
    shock_weights: FloatArray


@dataclass(frozen=True)
class _Assembled:
    final: OriginRun
    origins: list[int]
    actual: FloatArray
    forecasts: FloatArray
    choice: Choice
    served: _Served
    past: list[_Served]
    levels: FloatArray
    shift: FloatArray
    scores: FloatArray
    quantiles: FloatArray


def forecast(
    demand: pl.DataFrame,
    *,
    frequency: Frequency,
    horizon: int,
    cutoff: date,
    lead_times: pl.DataFrame | None = None,
    quantile_levels: tuple[float, ...] = DEFAULT_LEVELS,
    backtest_origins: int = 4,
    seed: int = 0,
    map_chunks: MapChunks | None = None,
    chunk_size: int = 256,
) -> ForecastResult:
    """Forecast every series of `demand`.

    Args:
        demand: `series_id`, `period_start`, `quantity`, optional `is_in_stock`, `is_complete` (see `frames`).
        horizon: periods ahead. cutoff: last day whose demand is known.
        lead_times: `series_id`, `protection_days`; series without known demand are left out.
        quantile_levels: between 0 and 1. backtest_origins: past cutoffs to compare models on.
        seed: of the sample paths. map_chunks: `(function, chunks) -> results in order`, for a process pool.
        chunk_size: series per chunk; changes nothing in the result.

    Raises:
        InvalidInput: a frame or an argument that cannot be right; the message names the series.
    """
    levels = _checked_arguments(horizon, quantile_levels, backtest_origins)
    panel = build_panel(demand, frequency=frequency, cutoff=cutoff)
    protection = _checked_lead_times(lead_times, panel.series_ids)
    if panel.series_count == 0:
        return ForecastResult(*frames_out.empty_frames(), series_notes=panel.notes)
    reach = horizon
    if protection.size and np.isfinite(protection).any():
        periods = protection_shares(protection[np.isfinite(protection)], frequency, 800)
        reach = max(horizon, int(np.ceil(periods.sum(axis=1).max())))
    origins = _origins(panel, panel.period_count, horizon, backtest_origins)
    runs = run_origins(panel, [*origins, panel.period_count], reach, map_chunks=map_chunks, chunk_size=chunk_size)
    done = _assemble(panel, panel.period_count, origins, runs, horizon, levels)
    known = panel.series_ids[done.final.rows]
    return ForecastResult(
        demand_forecasts=frames_out.demand_forecasts(
            panel,
            cutoff,
            known,
            done.choice.model_name,
            done.served.mean[:, :horizon],
            done.quantiles,
            quantile_levels,
            done.levels,
        ),
        lead_time_demand=_lead_time_demand(panel, cutoff, done, protection, quantile_levels, reach, seed),
        backtest_scores=_backtest_scores(panel, done),
        backtest_forecasts=_backtest_forecasts(panel, done, quantile_levels),
        champions=frames_out.champions(panel, known, done.final, done.choice),
        seasonal_profile=frames_out.seasonal_profile(known, done.final.run.index),
        series_notes=frames_out.notes_with_lost(panel, known, done.final.run.lost_quantity),
    )


def simulate_archive(
    demand: pl.DataFrame,
    *,
    frequency: Frequency,
    horizon: int,
    cutoffs: list[date],
    quantile_levels: tuple[float, ...] = DEFAULT_LEVELS,
    backtest_origins: int = 4,
    map_chunks: MapChunks | None = None,
    chunk_size: int = 256,
) -> pl.DataFrame:
    """`demand_forecasts` as `forecast` would have given them at each of `cutoffs`, with only what was then
    known.

    Equal, byte for byte, to calling `forecast` at each cutoff; cheaper, because past origins are shared.
    """
    levels = _checked_arguments(horizon, quantile_levels, backtest_origins)
    if not cutoffs:
        return frames_out.empty_frames()[0]
    panel = build_panel(demand, frequency=frequency, cutoff=max(cutoffs))
    counts = {cutoff: _known_count(panel, cutoff) for cutoff in sorted(set(cutoffs))}
    counts = {cutoff: count for cutoff, count in counts.items() if (panel.first_columns < count).any()}
    wanted = {cutoff: _origins(panel, count, horizon, backtest_origins) for cutoff, count in counts.items()}
    needed = {origin for origins in wanted.values() for origin in origins} | set(counts.values())
    runs = run_origins(panel, sorted(needed), horizon, map_chunks=map_chunks, chunk_size=chunk_size)
    parts = [frames_out.empty_frames()[0]]
    for cutoff, count in counts.items():
        done = _assemble(panel, count, wanted[cutoff], runs, horizon, levels)
        parts.append(
            frames_out.demand_forecasts(
                panel,
                cutoff,
                panel.series_ids[done.final.rows],
                done.choice.model_name,
                done.served.mean,
                done.quantiles,
                quantile_levels,
                done.levels,
                known_count=count,
            )
        )
    return pl.concat(parts).sort("cutoff", "series_id", "period_start", "measure")


def _origins(panel: Panel, known_count: int, horizon: int, count: int) -> list[int]:
    earliest = int(panel.first_columns.min()) + 1
    return [origin for origin in backtest_origins(panel, known_count, horizon, count) if origin >= earliest]


def _known_count(panel: Panel, cutoff: date) -> int:
    from datetime import timedelta

    from forecasting.frames import period_index

    after = int(period_index(pl.Series([cutoff + timedelta(days=1)]), panel.frequency)[0])
    return int(np.clip(after - panel.first_index, 0, panel.period_count))


def _assemble(
    panel: Panel,
    known_count: int,
    origins: list[int],
    runs: dict[int, OriginRun],
    horizon: int,
    levels: FloatArray,
) -> _Assembled:
    """Past forecasts against what came, the champion, and calibrated quantiles at one cutoff."""
    final = runs[known_count]
    tested = min(horizon, TEST_HORIZONS[panel.frequency])
    count = len(final.rows)
    actual = np.full((len(origins), count, tested), np.nan)
    forecasts = np.full((len(origins), len(MODELS), count, tested), np.nan)
    for i, origin in enumerate(origins):
        past = runs[origin]
        steps = min(tested, known_count - origin)
        seen = panel.values[final.rows, origin : origin + steps]
        is_open = panel.is_censored[final.rows, origin : origin + steps]
        known_then = _places(past.rows, final.rows)
        has_history = np.zeros(count, dtype=bool)
        # A series younger than this at the origin would be scored on its first days, which says nothing of
        # its model.
        has_history[known_then] = (past.patterns.period_count >= 4) & (past.patterns.pattern != "no_demand")
        actual[i, :, :steps] = np.where(is_open | ~has_history[:, None], np.nan, seen)
        forecasts[i][:, known_then] = past.run.mean[:, :, :tested]
    choice = choose_champions(actual, forecasts, final.run.mean, final.patterns, panel.season_length)
    served = _served(final, final.rows, choice.model)
    past_served = [_served(runs[origin], final.rows, choice.model) for origin in origins]
    scores = (
        np.stack([_conformal_scores(actual[i], one, levels, tested) for i, one in enumerate(past_served)])
        if origins
        else np.zeros((0, count, tested, len(levels)))
    )
    pattern = np.broadcast_to(final.patterns.pattern[None, :, None], scores.shape[:3]).reshape(-1)
    shift = conformal_shift(scores.reshape(-1, len(levels)), pattern, final.patterns.pattern, levels)
    spread = error_spread(served.sigma, served.shock_weights)
    quantiles = forecast_quantiles(
        served.mean[:, :horizon],
        served.factors[:, :horizon],
        spread[:, :horizon],
        served.errors,
        shift,
        levels,
    )
    return _Assembled(final, origins, actual, forecasts, choice, served, past_served, levels, shift, scores, quantiles)


def _served(origin: OriginRun, rows: IntArray, model: IntArray) -> _Served:
    """What the champion said at an origin, laid out over `rows`."""
    run = origin.run
    places = _places(origin.rows, rows)
    chosen = model[places]
    own = np.arange(len(origin.rows))
    level = np.nan_to_num(run.mean[chosen, own].mean(axis=1))
    sigma = pooled_sigma(run.sigma[chosen, own], level, run.error_count)
    errors = pooled_errors(run.error_quantiles[chosen, own], run.error_count, origin.patterns.pattern)

    def over(values: FloatArray) -> FloatArray:
        laid = np.full((len(rows), *values.shape[1:]), np.nan)
        laid[places] = values
        return laid

    return _Served(
        over(run.mean[chosen, own]),
        over(run.future_factors),
        over(sigma),
        over(errors),
        over(run.shock_weights[chosen, own]),
    )


def _places(rows: IntArray, within: IntArray) -> IntArray:
    """Positions of `rows` inside `within`; both ascending. A series never disappears, so all are found."""
    return np.searchsorted(within, rows)


def _conformal_scores(actual: FloatArray, served: _Served, levels: FloatArray, steps: int) -> FloatArray:
    spread = (error_spread(served.sigma, served.shock_weights) * served.factors)[:, :steps]
    usable = np.isfinite(spread) & (spread > 0)
    z = np.where(usable, (actual - served.mean[:, :steps]) / np.where(usable, spread, 1.0), np.nan)
    return z[:, :, None] - at_levels(served.errors, levels)[:, None, :]


def _lead_time_demand(
    panel: Panel,
    cutoff: date,
    done: _Assembled,
    protection: FloatArray,
    quantile_levels: tuple[float, ...],
    reach: int,
    seed: int,
) -> pl.DataFrame:
    mine = protection[done.final.rows] if protection.size else np.full(len(done.final.rows), np.nan)
    rows = np.flatnonzero(np.isfinite(mine))
    if not rows.size:
        return frames_out.empty_frames()[1]
    draws = path_draws(PATH_COUNT, reach, seed)
    levels = np.array(quantile_levels)
    shares = protection_shares(mine[rows], panel.frequency, reach)
    total, deviation = _sums(done.served, rows, shares, draws)
    # Calibrated on the same sums over past origins, cut to the periods that have come true since.
    scores, patterns = [], []
    for i, past in enumerate(done.past):
        truth = done.actual[i][rows]
        known = np.isfinite(truth)
        steps = int(known.any(axis=0).sum())
        if steps == 0:
            continue
        part = shares[:, :steps]
        is_whole = known[:, :steps].all(axis=1) & np.isfinite(past.sigma[rows])
        if not is_whole.any():
            continue
        then, spread_then = _sums(past, rows[is_whole], part[is_whole], draws)
        sums = (truth[is_whole][:, :steps] * part[is_whole]).sum(axis=1)
        width = np.sqrt((spread_then * spread_then).mean(axis=1))
        usable = width > 0
        z = np.where(usable, (sums - then) / np.where(usable, width, 1.0), np.nan)
        own = sum_quantiles(np.zeros_like(then), spread_then, levels) / np.where(usable, width, 1.0)[:, None]
        scores.append(z[:, None] - own)
        patterns.append(done.final.patterns.pattern[rows[is_whole]])
    own_pattern = done.final.patterns.pattern[rows]
    shift = (
        conformal_shift(np.concatenate(scores), np.concatenate(patterns), own_pattern, levels)
        if scores
        else np.zeros((len(rows), len(levels)))
    )
    width = np.sqrt((deviation * deviation).mean(axis=1))
    quantiles = sum_quantiles(total, deviation, levels) + shift * width[:, None]
    quantiles = np.sort(np.maximum(quantiles, 0.0), axis=1)
    ids = panel.series_ids[done.final.rows][rows]
    return frames_out.lead_time_demand(ids, cutoff, mine[rows], total, quantiles, quantile_levels)


def _sums(served: _Served, rows: IntArray, shares: FloatArray, draws: FloatArray) -> tuple[FloatArray, FloatArray]:
    steps = shares.shape[1]
    return sum_distribution(
        served.mean[rows, :steps],
        served.factors[rows, :steps],
        served.sigma[rows],
        served.errors[rows],
        served.shock_weights[rows, :steps],
        shares,
        draws,
    )


def _backtest_scores(panel: Panel, done: _Assembled) -> pl.DataFrame:
    """Every model by origin; pinball and coverage for the champion, calibrated without the origin that is
    judged."""
    run, parts = done.final.run, []
    ids = panel.series_ids[done.final.rows]
    for i, origin in enumerate(done.origins):
        actual = done.actual[i]
        for index, name in enumerate(MODELS):
            guess = done.forecasts[i, index]
            values = {
                "wape": metrics.wape(actual, guess),
                "bias": metrics.bias(actual, guess),
                "mase": metrics.mase(actual, guess, run.scale_absolute),
                "rmsse": metrics.rmsse(actual, guess, run.scale_squared),
            }
            parts.append(frames_out.scores(panel, ids, origin, [name] * len(ids), values))
        quantiles = _honest_quantiles(done, i)
        names = [list(MODELS)[index] for index in done.choice.model]
        values = {"pinball": metrics.pinball(actual, quantiles, done.levels)}
        for metric, (low, high) in _INTERVALS.items():
            a, b = np.searchsorted(done.levels, [low - 1e-9, high - 1e-9])
            values[metric] = metrics.coverage(actual, quantiles[:, :, a], quantiles[:, :, b])
        parts.append(frames_out.scores(panel, ids, origin, names, values))
    return frames_out.joined_scores(parts)


def _honest_quantiles(done: _Assembled, i: int) -> FloatArray:
    """Quantiles of past origin `i`, corrected by what the other origins teach."""
    others = [j for j in range(len(done.origins)) if j != i]
    scores = done.scores[others]
    pattern = np.broadcast_to(done.final.patterns.pattern[None, :, None], scores.shape[:3]).reshape(-1)
    shift = conformal_shift(scores.reshape(-1, len(done.levels)), pattern, done.final.patterns.pattern, done.levels)
    past, steps = done.past[i], done.actual.shape[2]
    spread = error_spread(past.sigma, past.shock_weights)
    return forecast_quantiles(past.mean[:, :steps], past.factors[:, :steps], spread[:, :steps], past.errors, shift, done.levels)


def _backtest_forecasts(panel: Panel, done: _Assembled, quantile_levels: tuple[float, ...]) -> pl.DataFrame:
    ids = panel.series_ids[done.final.rows]
    parts = []
    for i, origin in enumerate(done.origins):
        is_judged = np.isfinite(done.actual[i])
        for index, name in enumerate(MODELS):
            parts.append(
                frames_out.backtest_forecasts(
                    panel, ids, origin, [name] * len(ids), {"mean": done.forecasts[i, index]}, is_judged
                )
            )
        quantiles = _honest_quantiles(done, i)
        chosen = [int(np.searchsorted(done.levels, level - 1e-9)) for level in quantile_levels]
        measures = {
            frames_out.measure_name(level): quantiles[:, :, place] for level, place in zip(quantile_levels, chosen, strict=True)
        }
        names = [list(MODELS)[index] for index in done.choice.model]
        parts.append(frames_out.backtest_forecasts(panel, ids, origin, names, measures, is_judged))
    return frames_out.joined_backtest(parts)


def _checked_arguments(horizon: int, quantile_levels: tuple[float, ...], count: int) -> FloatArray:
    if not 1 <= horizon <= 260:
        raise InvalidInput("forecasting.bad_argument", argument="horizon", got=horizon, expected="1 to 260")
    if not 0 <= count <= 52:
        raise InvalidInput("forecasting.bad_argument", argument="backtest_origins", got=count, expected="0 to 52")
    if not all(0 < level < 1 for level in quantile_levels):
        raise InvalidInput(
            "forecasting.bad_argument",
            argument="quantile_levels",
            got=quantile_levels,
            expected="0 < level < 1",
        )
    # The interval levels are always computed, because coverage is always judged.
    return np.array(sorted({*quantile_levels, *(edge for pair in _INTERVALS.values() for edge in pair)}))


def _checked_lead_times(lead_times: pl.DataFrame | None, series_ids: IntArray) -> FloatArray:
    """Protection days by panel row, NaN where none is given."""
    if lead_times is None:
        return np.zeros(0)
    for name in ("series_id", "protection_days"):
        if name not in lead_times.columns:
            raise InvalidInput("forecasting.column_missing", column=name, got=", ".join(lead_times.columns))
    days = lead_times["protection_days"].cast(pl.Float64)
    bad: BoolArray = (
        ~days.is_between(1, MAXIMUM_PROTECTION_DAYS).fill_null(False) | lead_times["series_id"].is_duplicated()
    ).to_numpy()
    if bad.any():
        row = lead_times.filter(pl.Series(bad)).sort("series_id").row(0, named=True)
        raise InvalidInput(
            "forecasting.lead_time_invalid",
            series_id=row["series_id"],
            got=row["protection_days"],
            maximum=MAXIMUM_PROTECTION_DAYS,
        )
    given = dict(zip(lead_times["series_id"].to_list(), days.to_list(), strict=True))
    return np.array([given.get(int(series_id), np.nan) for series_id in series_ids], dtype=np.float64)
