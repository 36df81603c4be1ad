"""What do all models start from? Demand of some series at one cutoff, gaps filled, season and holiday factors known."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forecasting.demand.censoring import HALF_WINDOWS, fill_demand
from forecasting.demand.seasonality import seasonal_indices
from forecasting.frames import BoolArray, FloatArray, Frequency, IntArray

__all__ = ["ModelRun", "Prepared", "prepare"]


@dataclass(frozen=True)
class Prepared:
    """Series at one cutoff. `factors` (series, period + horizon) = season index * holiday factor; `holiday` (series or 1,
    the same periods) holds events too."""

    frequency: Frequency
    horizon: int
    season_length: int
    starts: IntArray
    values: FloatArray
    is_scored: BoolArray
    positions: IntArray
    holiday: FloatArray
    index: FloatArray
    strength: FloatArray
    factors: FloatArray
    lost_quantity: FloatArray

    @property
    def period_count(self) -> int:
        return int(self.values.shape[1])

    @property
    def deseasonalised(self) -> FloatArray:
        return np.asarray(self.values / self.factors[:, : self.period_count])

    @property
    def future_factors(self) -> FloatArray:
        return self.factors[:, self.period_count :]

    @property
    def scored_count(self) -> FloatArray:
        return np.asarray(self.is_scored.sum(axis=1), dtype=np.float64)


@dataclass(frozen=True)
class ModelRun:
    """`mean` (series, step), `fitted` (series, period) one step ahead, `shock_weights` (series, step)."""

    mean: FloatArray
    fitted: FloatArray
    shock_weights: FloatArray


def prepare(
    values: FloatArray,
    starts: IntArray,
    is_censored: BoolArray,
    *,
    frequency: Frequency,
    season_length: int,
    horizon: int,
    positions: IntArray,
    holiday: FloatArray,
    common: FloatArray,
    season_doubt: float,
) -> Prepared:
    """Fill, find the season of each series, and lay the factors out over past and future."""
    period_count = values.shape[1]
    rough = common[positions][None, :] * holiday
    filled = fill_demand(values, starts, is_censored, rough[:, :period_count], HALF_WINDOWS[frequency])
    plain = filled.values / holiday[:, :period_count]
    season = seasonal_indices(plain, starts, positions[:period_count], season_length, common, season_doubt)
    factors = season.index[:, positions] * holiday
    return Prepared(
        frequency,
        horizon,
        season_length,
        starts,
        filled.values,
        filled.is_scored,
        positions,
        holiday,
        season.index,
        season.strength,
        factors,
        filled.lost_quantity,
    )
