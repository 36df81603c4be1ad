"""What will be asked for, per series and period, and how sure is that? The one entry the pipeline calls.

    panel -> all models at the cutoff and at past origins -> champion per series -> calibrated quantiles ->
    frames

Pure: no clock, no files, no settings. The same demand gives the same bytes for any order of rows and any
chunking, and nothing after the cutoff is looked at. `cutoff` is the last day whose demand is known: a
period is learned from when it ended on or before that day, and the first forecast period is the next one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np
import polars as pl

from forecasting import frames_out
from forecasting.choosing.assembly import assemble
from forecasting.choosing.backtest import MapChunks, backtest_origins, run_origins
from forecasting.choosing.learned import assemble_chosen, lifts_of, shared_of, usual_discounts_of
from forecasting.choosing.refitting import aligned, checked_reach, checked_refit, elapsed
from forecasting.choosing.selection import Selection
from forecasting.demand.adjustments import with_adjustments
from forecasting.demand.discontinued import checked_last_days
from forecasting.demand.marking import MARKS_SCHEMA, marks_frame
from forecasting.demand.references import checked_references
from forecasting.demand.surroundings import Surroundings
from forecasting.events.occurrences import event_calendar
from forecasting.events.table import EFFECTS_SCHEMA
from forecasting.fitted import DEFAULT_LEVELS, Fitted, checked_levels
from forecasting.frames import BoolArray, FloatArray, Frequency, Panel, build_panel
from forecasting.tuning.assignment import Assignment
from forecasting.tuning.tuned import specified
from forecasting.uncertainty.lead_time import PERIOD_DAYS
from kernel.errors import InvalidInput

__all__ = [
    "DEFAULT_LEVELS",
    "MAXIMUM_PROTECTION_DAYS",
    "ForecastResult",
    "demand_marks",
    "fit",
    "forecast",
    "result_of",
    "simulate_archive",
]

MAXIMUM_PROTECTION_DAYS = 1461  # four years: real spare parts wait up to 33 months; longer is a typing error


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
    demand_marks: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=MARKS_SCHEMA))
    event_effects: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=EFFECTS_SCHEMA))


def forecast(
    demand: pl.DataFrame,
    *,
    frequency: Frequency,
    horizon: int,
    cutoff: date,
    lead_times: pl.DataFrame | None = None,
    attributes: pl.DataFrame | None = None,
    regressors: pl.DataFrame | None = None,
    assignments: Sequence[Assignment] = (),
    events: pl.DataFrame | None = None,
    adjustments: pl.DataFrame | None = None,
    references: pl.DataFrame | None = None,
    last_days: pl.DataFrame | None = None,
    quantile_levels: tuple[float, ...] = DEFAULT_LEVELS,
    backtest_origins: int = 4,
    is_boosted: bool = True,
    is_cleaned: bool = False,
    is_fading: bool = True,
    selection: Selection | None = None,
    seed: int = 0,
    map_chunks: MapChunks | None = None,
    chunk_size: int = 256,
) -> ForecastResult:
    """Forecast every series of `demand`.

    Args:
        demand: `series_id`, `period_start`, `quantity`, optional `is_in_stock`, `is_complete`, `price` (see
            `frames`).
        horizon: periods ahead. cutoff: last day whose demand is known.
        lead_times: `series_id`, `protection_days`; series without known demand are left out.
        attributes: `series_id` and text columns (category, warehouse ...): what series share, for the boosted model.
        regressors: `period_start`, optional `series_id`, numbers known beside and ahead of demand (promotions, events), past
            and future; absent: 0. What is given counts as known at every cutoff. For the boosted model.
        assignments: entries of a specification and the series they reach (`assign`); all other series stay as they are, byte
            for byte.
        quantile_levels: between 0 and 1. backtest_origins: past cutoffs to compare models on.
        is_boosted: also learn from all series at once; false: only the models of single series, several times faster.
        is_cleaned: automatic marks change what is learned (see `marks`; they look at all series of the frame).
        is_fading: series whose demand seems to have ended fall with it (see `fading`).
        last_days: `series_id`, `last_date`: nothing is forecast after that day (see `discontinued`).
        selection: what an earlier fit learned across series; nothing is compared again, and what is said of a series depends on
            that series alone. The backtest frames are then empty.
        seed: of the draws the boosted model learns from.
        map_chunks: `(function, chunks) -> results in order`, for a process pool.
        chunk_size: series per chunk; changes nothing in the result.

    Raises:
        InvalidInput: a frame or an argument that cannot be right; the message names the series.
    """
    checked_levels(quantile_levels)
    fitted = fit(
        demand,
        frequency=frequency,
        horizon=horizon,
        cutoff=cutoff,
        lead_times=lead_times,
        attributes=attributes,
        regressors=regressors,
        assignments=assignments,
        events=events,
        adjustments=adjustments,
        references=references,
        last_days=last_days,
        backtest_origins=backtest_origins,
        is_boosted=is_boosted,
        is_cleaned=is_cleaned,
        is_fading=is_fading,
        selection=selection,
        seed=seed,
        map_chunks=map_chunks,
        chunk_size=chunk_size,
    )
    return result_of(fitted, quantile_levels)


def result_of(fitted: Fitted, quantile_levels: tuple[float, ...] = DEFAULT_LEVELS) -> ForecastResult:
    """Every frame of the contract."""
    return ForecastResult(
        demand_forecasts=fitted.predict(quantiles=quantile_levels),
        lead_time_demand=fitted.lead_time_demand(quantile_levels),
        backtest_scores=fitted.backtest_scores(quantile_levels),
        backtest_forecasts=fitted.backtest(quantile_levels),
        champions=fitted.champions(),
        seasonal_profile=fitted.seasonal_profile(),
        series_notes=fitted.series_notes(),
        demand_marks=fitted.demand_marks(),
        event_effects=fitted.event_effects(),
    )


def fit(
    demand: pl.DataFrame,
    *,
    frequency: Frequency,
    horizon: int,
    cutoff: date,
    lead_times: pl.DataFrame | None = None,
    attributes: pl.DataFrame | None = None,
    regressors: pl.DataFrame | None = None,
    assignments: Sequence[Assignment] = (),
    events: pl.DataFrame | None = None,
    adjustments: pl.DataFrame | None = None,
    references: pl.DataFrame | None = None,
    last_days: pl.DataFrame | None = None,
    backtest_origins: int = 4,
    is_boosted: bool = True,
    is_cleaned: bool = False,
    is_fading: bool = True,
    selection: Selection | None = None,
    seed: int = 0,
    map_chunks: MapChunks | None = None,
    chunk_size: int = 256,
) -> Fitted:
    """Run, judge, weigh and calibrate all models; frames are made when asked of the result. Arguments as in `forecast`.

    With a `selection` only the models at the cutoff are run: it says which one serves, with which weights and spread.

    Raises:
        InvalidInput: as `forecast`; a selection of another frequency or horizon, made after the cutoff, or with models run less
            far than a time to protect.
    """
    _check_arguments(horizon, backtest_origins)
    if selection is not None:
        checked_refit(selection, frequency, horizon, cutoff)
    panel, beside = _surrounded(
        demand, frequency, cutoff, events, adjustments, references, is_cleaned, is_fading, selection, last_days
    )
    days, protection = _checked_lead_times(lead_times, panel)
    if panel.series_count == 0:
        return Fitted(panel, cutoff, horizon, horizon, days, protection, None, beside, selection)
    reach = horizon
    if protection.size and np.isfinite(protection).any():
        reach = max(horizon, int(np.ceil(protection[np.isfinite(protection)].max())))
    if selection is not None:
        checked_reach(selection, reach)
        known = panel.period_count
        lift = lifts_of(selection, panel.series_ids, elapsed(selection, panel), selection.reach) if is_boosted else None
        final = run_origins(
            panel,
            [known],
            selection.reach,
            beside_demand=beside,
            is_boosted=False,
            shared=shared_of(selection),
            lift=lift,
            map_chunks=map_chunks,
            chunk_size=chunk_size,
        )[known]
        chosen = assemble_chosen(panel, known, final, selection, horizon)
        refitted = Fitted(panel, cutoff, horizon, selection.reach, days, protection, chosen, beside, selection)
        return specified(refitted, {known: final}, assignments, regressors=regressors, map_chunks=map_chunks)
    origins = _origins(panel, panel.period_count, horizon, backtest_origins)
    runs = run_origins(
        panel,
        [*origins, panel.period_count],
        reach,
        trained_horizon=horizon,
        attributes=attributes,
        regressors=regressors,
        beside_demand=beside,
        is_boosted=is_boosted,
        seed=seed,
        map_chunks=map_chunks,
        chunk_size=chunk_size,
    )
    done = assemble(panel, panel.period_count, origins, runs, horizon)
    fitted = Fitted(panel, cutoff, horizon, reach, days, protection, done, beside)
    return specified(fitted, runs, assignments, regressors=regressors, map_chunks=map_chunks)


def demand_marks(demand: pl.DataFrame, *, frequency: Frequency, cutoff: date, events: pl.DataFrame | None = None) -> pl.DataFrame:
    """The frame `demand_marks` alone, without a forecast: marks look at all series at once, whatever is forecast anew."""
    panel, beside = _surrounded(demand, frequency, cutoff, events, None, None, False, False)
    return marks_frame(panel, panel.period_count, beside.events, False)


def simulate_archive(
    demand: pl.DataFrame,
    *,
    frequency: Frequency,
    horizon: int,
    cutoffs: list[date],
    quantile_levels: tuple[float, ...] = DEFAULT_LEVELS,
    attributes: pl.DataFrame | None = None,
    regressors: pl.DataFrame | None = None,
    events: pl.DataFrame | None = None,
    adjustments: pl.DataFrame | None = None,
    references: pl.DataFrame | None = None,
    backtest_origins: int = 4,
    is_boosted: bool = True,
    is_cleaned: bool = False,
    is_fading: bool = True,
    seed: int = 0,
    map_chunks: MapChunks | None = None,
    chunk_size: int = 256,
) -> pl.DataFrame:
    """`demand_forecasts` as `forecast` would have given them at each of `cutoffs`, with only what was then
    known.

    Equal, byte for byte, to calling `forecast` at each cutoff; cheaper, because past origins are shared.
    """
    _check_arguments(horizon, backtest_origins)
    checked_levels(quantile_levels)
    if not cutoffs:
        return frames_out.empty_frames()[0]
    panel, beside = _surrounded(demand, frequency, max(cutoffs), events, adjustments, references, is_cleaned, is_fading)
    counts = {cutoff: _known_count(panel, cutoff) for cutoff in sorted(set(cutoffs))}
    counts = {cutoff: count for cutoff, count in counts.items() if (panel.first_columns < count).any()}
    wanted = {cutoff: _origins(panel, count, horizon, backtest_origins) for cutoff, count in counts.items()}
    needed = {origin for origins in wanted.values() for origin in origins} | set(counts.values())
    runs = run_origins(
        panel,
        sorted(needed),
        horizon,
        attributes=attributes,
        regressors=regressors,
        beside_demand=beside,
        is_boosted=is_boosted,
        seed=seed,
        map_chunks=map_chunks,
        chunk_size=chunk_size,
    )
    parts = [frames_out.empty_frames()[0]]
    for cutoff, count in counts.items():
        done = assemble(panel, count, wanted[cutoff], runs, horizon)
        fitted = Fitted(panel, cutoff, horizon, horizon, np.zeros(0), np.zeros(0), done)
        parts.append(fitted.predict(quantiles=quantile_levels))
    return pl.concat(parts).sort("cutoff", "series_id", "period_start", "measure")


def _surrounded(
    demand: pl.DataFrame,
    frequency: Frequency,
    cutoff: date,
    events: pl.DataFrame | None,
    adjustments: pl.DataFrame | None,
    references: pl.DataFrame | None,
    is_cleaned: bool,
    is_fading: bool,
    selection: Selection | None = None,
    last_days: pl.DataFrame | None = None,
) -> tuple[Panel, Surroundings]:
    """The panel as people want it learned, and what is known beside it."""
    panel = with_adjustments(build_panel(demand, frequency=frequency, cutoff=cutoff), adjustments, demand, cutoff)
    usual = None
    if selection is not None:
        panel, usual = aligned(panel, selection.first_period), usual_discounts_of(selection)
    calendar, reference = event_calendar(events, panel, demand, usual), checked_references(references, panel, demand)
    return panel, Surroundings(calendar, is_cleaned, reference, is_fading, checked_last_days(last_days, panel, demand))


def _origins(panel: Panel, known_count: int, horizon: int, count: int) -> list[int]:
    earliest = int(panel.first_columns.min()) + 1
    return [origin for origin in backtest_origins(panel, known_count, horizon, count) if origin >= earliest]


def _known_count(panel: Panel, cutoff: date) -> int:
    from datetime import timedelta

    from forecasting.frames import period_index

    after = int(period_index(pl.Series([cutoff + timedelta(days=1)]), panel.frequency)[0])
    return int(np.clip(after - panel.first_index, 0, panel.period_count))


def _check_arguments(horizon: int, count: int) -> None:
    if not 1 <= horizon <= 260:
        raise InvalidInput("forecasting.bad_argument", argument="horizon", got=horizon, expected="1 to 260")
    if not 0 <= count <= 52:
        raise InvalidInput("forecasting.bad_argument", argument="backtest_origins", got=count, expected="0 to 52")


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
