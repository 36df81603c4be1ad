"""What will be asked for of an item, in a category, in a warehouse, in the company, so that all of it adds up?

    series' forecasts + direct forecasts of the larger groups -> reconciled means -> sample paths -> groups' means and quantiles

Means: `hierarchy_choice` decides at past origins whether the direct forecasts are heard at all; groups are sums of series, to the
last bit. Quantiles: all groups are summed from the same paths, so a category's quantile and the company's describe one
future. If means move, the series' quantiles move along. Series are streamed in chunks; only the groups' paths are held.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from forecasting.choosing.backtest import MapChunks
from forecasting.engine import fit
from forecasting.fitted import Fitted
from forecasting.frames import BoolArray, FloatArray
from forecasting.frames_out import measure_name
from forecasting.groups.choice import Choice, Past, choose_method, reconciled
from forecasting.groups.dependence import Dependence, draws_of, factor_draws, fit_dependence
from forecasting.groups.group_frames import GROUP_SCHEMA, direct_frame, group_rows, series_frame
from forecasting.groups.hierarchy import Hierarchy, build_hierarchy, on_grid
from forecasting.groups.inputs import SeriesForecasts, from_fitted
from forecasting.groups.paths import arranged, marginal_values
from forecasting.groups.sampling import past_errors
from kernel.errors import InvalidInput

__all__ = ["DIRECT_LEVELS", "GROUP_SCHEMA", "Coherent", "reconcile"]

DIRECT_LEVELS = ("category_warehouse", "category", "warehouse", "company")
"""Levels also forecast directly, unless told otherwise: items are as many and as noisy as series."""


@dataclass(frozen=True)
class Coherent:
    """Forecasts that add up.

    Args:
        groups: see `GROUP_SCHEMA`. series: the same of each series, `amount` null where no price is known.
        direct: `level`, `group_key`, `period_start`, `amount`: what the engine said of the larger groups by themselves.
        choice: the method that serves, and what each would have done at past origins. dependence: of the paths.
    """

    groups: pl.DataFrame
    series: pl.DataFrame
    direct: pl.DataFrame
    choice: Choice
    dependence: Dependence
    hierarchy: Hierarchy
    forecasts: SeriesForecasts


def reconcile(
    forecasts: Fitted | SeriesForecasts,
    demand: pl.DataFrame,
    attributes: pl.DataFrame,
    *,
    levels: Mapping[str, tuple[str, ...]] | None = None,
    direct_levels: tuple[str, ...] | None = None,
    method: str | None = None,
    count: int = 200,
    seed: int = 0,
    map_chunks: MapChunks | None = None,
    chunk_size: int = 512,
) -> Coherent:
    """Forecasts at every level that agree with those of the series.

    Args:
        forecasts: of the series, at one cutoff. demand: what they were made from (see `forecast`).
        attributes: `series_id`, the attributes of `levels`, optional `unit_price` and `unit`. Without `unit_price` there are no
            amounts, and reconciliation weighs quantities.
        levels: level -> attributes that make it; none: item, category x warehouse, category, warehouse, company.
        direct_levels: which of them are forecast directly too. method: 'bottom_up', 'mint_variance' or 'mint_shrink'; none:
            what erred least at past origins. count: sample paths. seed: of their draws.
        chunk_size: series held at once; changes nothing in the result.

    Raises:
        InvalidInput: an attribute is missing or contradictory, or fewer than 20 paths are asked for.
    """
    if count < 20:
        raise InvalidInput("forecasting.bad_argument", argument="count", got=count, expected=">= 20")
    series = from_fitted(forecasts) if isinstance(forecasts, Fitted) else forecasts
    hierarchy = build_hierarchy(series.series_ids, attributes, levels)
    is_priced = "unit_price" in attributes.columns
    price = hierarchy.price if is_priced else np.ones(len(series.series_ids))
    asked = DIRECT_LEVELS if direct_levels is None else direct_levels
    direct = [level for level in hierarchy.levels if level.name in asked]
    past, groups, matrix, named = _direct(series, hierarchy, [level.name for level in direct], demand, price, map_chunks, seed)
    choice, past_amount = choose_method(past, matrix, {level.name: level.matrix() for level in hierarchy.levels}, method)
    start = series.mean * price[:, None]
    amount = reconciled(start, groups, matrix, past, choice.method)
    # What did not move stays as it was, to the bit; so does what has no price.
    mean = np.where(amount == start, series.mean, amount / np.where(price > 0, price, 1.0)[:, None])
    bound = float(mean.max(axis=1, initial=0.0).sum()) * count
    moved = series.moved_to(on_grid(mean, bound))
    past_mean = past_amount / np.where(price > 0, price, np.inf)[:, None]
    dependence = fit_dependence(past_errors(series, past_mean, price), hierarchy)
    found = _summed(moved, hierarchy, price, dependence, is_priced, count, seed, chunk_size)
    told = series_frame(moved, hierarchy, is_priced, count)
    return Coherent(found, told, direct_frame(named, groups, series), choice, dependence, hierarchy, moved)


def _direct(
    series: SeriesForecasts,
    hierarchy: Hierarchy,
    names: list[str],
    demand: pl.DataFrame,
    price: FloatArray,
    map_chunks: MapChunks | None,
    seed: int,
) -> tuple[Past, FloatArray, Any, list[tuple[str, str]]]:
    """Past and present direct forecasts of all groups with several members, in amounts, the matrix that sums to them, and who
    they are."""
    from scipy.sparse import csr_matrix, vstack

    shape = series.past_mean.shape
    past_mean = np.nan_to_num(series.past_mean) * price[:, None]
    truth = np.where(np.isfinite(series.past_truth), series.past_truth * price[:, None], past_mean)
    # A period that lies beyond the cutoff is no evidence.
    is_known: BoolArray = np.asarray(np.isfinite(series.past_truth).any(axis=1, keepdims=True))
    past_mean, truth = np.asarray(np.where(is_known, past_mean, 0.0)), np.asarray(np.where(is_known, truth, 0.0))
    parts, frames, first = [csr_matrix((0, shape[1]))], [], 0
    named: list[tuple[str, str]] = []
    for name in names:
        level = hierarchy.level(name)
        several = np.flatnonzero(np.bincount(level.codes, minlength=len(level.keys)) > 1)
        number = np.full(len(level.keys), -1, dtype=np.int64)
        number[several] = first + np.arange(len(several))
        first += len(several)
        named += [(name, level.keys[one]) for one in several]
        parts.append(level.matrix()[several])
        frames.append(pl.DataFrame({"series_id": series.series_ids, "group": number[level.codes], "price": price}))
    matrix = vstack(parts).tocsr()
    present = matrix @ (series.mean * price[:, None])
    before = np.stack([matrix @ one for one in past_mean]) if shape[0] else np.zeros((0, matrix.shape[0], shape[2]))
    if matrix.shape[0] and series.starts:
        told = _group_forecasts(pl.concat(frames).filter(pl.col("group") >= 0), demand, series, map_chunks, seed)
        rows = told.series_ids
        present[rows] = told.mean
        for i, origin in enumerate(series.origins):
            if origin in told.origins:
                there = told.past_mean[told.origins.index(origin)]
                steps = min(there.shape[1], shape[2])
                before[i, rows, :steps] = np.where(np.isfinite(there[:, :steps]), there[:, :steps], before[i, rows, :steps])
        before = np.where(is_known, before, 0.0)
    # A period beyond the cutoff is nobody's: no number is given twice.
    nobody = -1 - np.arange(series.past_periods.size).reshape(series.past_periods.shape)
    periods = np.where(is_known[:, 0, :], series.past_periods, nobody)
    return Past(past_mean, truth, before, periods), present, matrix, named


def _group_forecasts(
    members: pl.DataFrame, demand: pl.DataFrame, series: SeriesForecasts, map_chunks: MapChunks | None, seed: int
) -> SeriesForecasts:
    """The engine itself on the groups' demand, in amounts; `series_ids` are the groups' numbers."""
    flags = [
        (pl.col("is_complete") if "is_complete" in demand.columns else pl.lit(True)).fill_null(True).all().alias("is_complete")
    ]
    summed = (
        demand.with_columns(pl.col("series_id").cast(pl.Int64))
        .join(members, on="series_id", how="inner")
        .with_columns((pl.col("quantity").cast(pl.Float64) * pl.col("price")).alias("amount"))
        .sort("group", "period_start", "series_id")
        .group_by("group", "period_start", maintain_order=True)
        .agg(pl.col("amount").sum().alias("quantity"), *flags)
        .rename({"group": "series_id"})
    )
    fitted = fit(
        summed,
        frequency=series.frequency,
        horizon=len(series.starts),
        cutoff=series.cutoff,
        backtest_origins=max(len(series.origins), 1),
        is_boosted=False,
        seed=seed,
        map_chunks=map_chunks,
    )
    return from_fitted(fitted)


def _summed(
    series: SeriesForecasts,
    hierarchy: Hierarchy,
    price: FloatArray,
    dependence: Dependence,
    is_priced: bool,
    count: int,
    seed: int,
    chunk_size: int,
) -> pl.DataFrame:
    """The groups' frame: paths of the series, chunk by chunk, added to their groups."""
    steps = len(series.starts)
    matrices = [level.matrix() for level in hierarchy.levels]
    shared = [np.array(hierarchy.has_one_unit(level), dtype=bool) for level in hierarchy.levels]
    kinds = [("quantity", np.ones(len(price)))] + ([("amount", price)] if is_priced else [])
    totals = {(kind, i): np.zeros((matrix.shape[0], steps * count)) for kind, _ in kinds for i, matrix in enumerate(matrices)}
    bounds = {kind: float((series.mean.max(axis=1, initial=0.0) * factor).sum()) * count for kind, factor in kinds}
    factors = factor_draws(dependence, hierarchy, steps, count, seed)
    for first in range(0, len(price), chunk_size):
        rows = slice(first, first + chunk_size)
        values = marginal_values(series.mean[rows], series.quantiles[rows], series.levels, count)
        values = arranged(values, draws_of(dependence, factors, series.series_ids, rows, steps, count, seed))
        for kind, factor in kinds:
            scaled = on_grid(values * factor[rows, None, None], bounds[kind]).reshape(len(values), -1)
            for i, matrix in enumerate(matrices):
                if kind == "amount" or shared[i].any():
                    totals[kind, i] += matrix[:, rows] @ scaled
    parts = [pl.DataFrame(schema=GROUP_SCHEMA)]
    for kind, factor in kinds:
        mean = on_grid(series.mean * factor[:, None], bounds[kind])
        for i, (level, matrix) in enumerate(zip(hierarchy.levels, matrices, strict=True)):
            chosen = np.flatnonzero(shared[i]) if kind == "quantity" else np.arange(matrix.shape[0])
            if not chosen.size or not steps:
                continue
            paths = totals[kind, i].reshape(-1, steps, count)[chosen]
            quantiles = np.quantile(paths, series.levels, axis=-1, method="hazen")
            measures = {"mean": (matrix @ mean)[chosen]}
            measures |= {measure_name(level_of): found for level_of, found in zip(series.levels, quantiles, strict=True)}
            keys = [level.keys[one] for one in chosen]
            parts.append(group_rows(level.name, keys, kind, measures, series))
    return pl.concat(parts).sort("level", "group_key", "unit", "period_start", "measure")
