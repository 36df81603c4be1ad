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
from forecasting.assembly import Assembled, assemble, joined
from forecasting.backtest import MapChunks, backtest_origins, run_origins
from forecasting.batch_models import MODEL_NAMES
from forecasting.distribution import Outlook, fit_calibration, quantiles_of
from forecasting.frames import BoolArray, FloatArray, Frequency, IntArray, Panel, StrArray, build_panel
from forecasting.lead_time import PERIOD_DAYS, protection_shares, sum_moments
from forecasting.outlook import Served
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


def forecast(
    demand: pl.DataFrame,
    *,
    frequency: Frequency,
    horizon: int,
    cutoff: date,
    lead_times: pl.DataFrame | None = None,
    attributes: pl.DataFrame | None = None,
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
    days, protection = _checked_lead_times(lead_times, panel)
    if panel.series_count == 0:
        return ForecastResult(*frames_out.empty_frames(), series_notes=panel.notes)
    reach = horizon
    if protection.size and np.isfinite(protection).any():
        reach = max(horizon, int(np.ceil(protection[np.isfinite(protection)].max())))
    origins = _origins(panel, panel.period_count, horizon, backtest_origins)
    runs = run_origins(
        panel,
        [*origins, panel.period_count],
        reach,
        attributes=attributes,
        seed=seed,
        map_chunks=map_chunks,
        chunk_size=chunk_size,
    )
    done = assemble(panel, panel.period_count, origins, runs, horizon, levels)
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
        lead_time_demand=_lead_time_demand(panel, cutoff, done, protection, days, quantile_levels, reach),
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
    attributes: pl.DataFrame | None = None,
    backtest_origins: int = 4,
    seed: int = 0,
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
    runs = run_origins(
        panel, sorted(needed), horizon, attributes=attributes, seed=seed, map_chunks=map_chunks, chunk_size=chunk_size
    )
    parts = [frames_out.empty_frames()[0]]
    for cutoff, count in counts.items():
        done = assemble(panel, count, wanted[cutoff], runs, horizon, levels)
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


def _lead_time_demand(
    panel: Panel,
    cutoff: date,
    done: Assembled,
    protection: FloatArray,
    days: FloatArray,
    quantile_levels: tuple[float, ...],
    reach: int,
) -> pl.DataFrame:
    """Distribution of demand over each series' time to protect, calibrated on the same sums over past origins, cut to the
    periods that have come true since."""
    mine = protection[done.final.rows] if protection.size else np.full(len(done.final.rows), np.nan)
    rows = np.flatnonzero(np.isfinite(mine))
    if not rows.size:
        return frames_out.empty_frames()[1]
    pattern = done.final.patterns.pattern[rows]
    shares = protection_shares(mine[rows], reach)
    outlook = _sum_outlook(done.served, rows, shares, pattern)
    truths, parts = [np.zeros(0)], []
    for origin, past in zip(done.origins, done.past, strict=True):
        steps = min(reach, done.known_count - origin)
        seen = panel.values[done.final.rows[rows], origin : origin + steps]
        is_open = panel.is_censored[done.final.rows[rows], origin : origin + steps]
        part = shares[:, :steps]
        needed = part > 0
        is_whole = ((np.isfinite(seen) & ~is_open) | ~needed).all(axis=1) & np.isfinite(past.sigma[rows])
        if not is_whole.any():
            continue
        truths.append((np.where(needed, seen, 0.0) * part)[is_whole].sum(axis=1))
        parts.append(_sum_outlook(past, rows[is_whole], part[is_whole], pattern[is_whole]))
    truth = np.concatenate(truths)
    calibration = fit_calibration(truth, joined(parts) if parts else outlook[np.zeros(0, dtype=np.int64)])
    quantiles = quantiles_of(outlook, calibration, np.array(quantile_levels))
    ids = panel.series_ids[done.final.rows][rows]
    return frames_out.lead_time_demand(ids, cutoff, days[done.final.rows][rows], outlook.mean, quantiles, quantile_levels)


def _sum_outlook(served: Served, rows: IntArray, shares: FloatArray, pattern: StrArray) -> Outlook:
    steps = shares.shape[1]
    mean, variance, chance = sum_moments(
        served.mean[rows, :steps],
        served.factors[rows, :steps],
        served.sigma[rows],
        served.shock_weights[rows, :steps],
        served.chance[rows, :steps],
        shares,
    )
    # A share of a period is no whole number of anything.
    is_whole = (shares % 1.0 == 0).all(axis=1)
    return Outlook(mean, variance, chance, (served.is_count[rows] > 0) & is_whole, pattern)


def _backtest_scores(panel: Panel, done: Assembled) -> pl.DataFrame:
    """Every model by origin; pinball and coverage for the champion, calibrated without the origin that is judged."""
    run, parts = done.final.run, []
    ids = panel.series_ids[done.final.rows]
    for i, origin in enumerate(done.origins):
        actual = done.actual[i]
        for index, name in enumerate(MODEL_NAMES):
            guess = done.forecasts[i, index]
            values = {
                "wape": metrics.wape(actual, guess),
                "bias": metrics.bias(actual, guess),
                "mase": metrics.mase(actual, guess, run.scale_absolute),
                "rmsse": metrics.rmsse(actual, guess, run.scale_squared),
            }
            parts.append(frames_out.scores(panel, ids, origin, [name] * len(ids), values))
        quantiles = done.honest[i]
        names = [MODEL_NAMES[index] for index in done.choice.model]
        values = {"pinball": metrics.pinball(actual, quantiles, done.levels)}
        for metric, (low, high) in _INTERVALS.items():
            a, b = np.searchsorted(done.levels, [low - 1e-9, high - 1e-9])
            values[metric] = metrics.coverage(actual, quantiles[:, :, a], quantiles[:, :, b])
        parts.append(frames_out.scores(panel, ids, origin, names, values))
    return frames_out.joined_scores(parts)


def _backtest_forecasts(panel: Panel, done: Assembled, quantile_levels: tuple[float, ...]) -> pl.DataFrame:
    ids = panel.series_ids[done.final.rows]
    parts = []
    for i, origin in enumerate(done.origins):
        is_judged = np.isfinite(done.actual[i])
        for index, name in enumerate(MODEL_NAMES):
            parts.append(
                frames_out.backtest_forecasts(
                    panel, ids, origin, [name] * len(ids), {"mean": done.forecasts[i, index]}, is_judged
                )
            )
        quantiles = done.honest[i]
        chosen = [int(np.searchsorted(done.levels, level - 1e-9)) for level in quantile_levels]
        measures = {
            frames_out.measure_name(level): quantiles[:, :, place] for level, place in zip(quantile_levels, chosen, strict=True)
        }
        names = [MODEL_NAMES[index] for index in done.choice.model]
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


def _checked_lead_times(lead_times: pl.DataFrame | None, panel: Panel) -> tuple[FloatArray, FloatArray]:
    """Protection days and periods by panel row, NaN where none is given; `protection_periods` takes the place of days."""
    if lead_times is None:
        return np.zeros(0), np.zeros(0)
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
    periods = days / PERIOD_DAYS[panel.frequency]
    if "protection_periods" in lead_times.columns:
        periods = lead_times["protection_periods"].cast(pl.Float64).fill_null(periods).clip(lower_bound=1e-6)
    ids = lead_times["series_id"].to_list()
    found = []
    for values in (days, periods):
        given = dict(zip(ids, values.to_list(), strict=True))
        found.append(np.array([given.get(int(series_id), np.nan) for series_id in panel.series_ids], dtype=np.float64))
    return found[0], found[1]
