"""Which model serves each series, and why?

Error of model m on series i over all past forecasts, relative to the mean over the models that may serve the series:

    smooth, erratic:      (MAE / mean MAE + RMSE / mean RMSE) / 2
    intermittent, lumpy:  RMSE / mean RMSE      (an absolute error is won by forecasting zero)

pulled towards the same measure of all series of the demand pattern: w own + (1 - w) pattern, w = n / (n + 1000), n past
forecast periods. The pattern's measure is the root of the mean squared scaled error over its series, since a mean of roots is
won by forecasting too little. A champion picked from a dozen noisy comparisons is mostly luck, so nearly always the
combination serves, and the runner-up says which single model explains the series best. The lowest wins, ties go to the
simpler model (order of `batch_models.MODEL_NAMES`).
"""

from __future__ import annotations

import json
from dataclasses import dataclass

import numpy as np

from forecasting.demand.patterns import Patterns
from forecasting.frames import BoolArray, FloatArray, IntArray
from forecasting.metrics import wape
from forecasting.models.batch_models import MODEL_NAMES

__all__ = ["FALLBACK_MODEL", "PLAIN_PATTERNS", "Choice", "choose_champions", "eligible_models", "reason_json", "told_choice"]

FALLBACK_MODEL = "moving_average"
PLAIN_PATTERNS = ("too_short", "no_demand")
# On every public set the loss kept falling with the weight of the pattern.
_SHRINKAGE = 1000.0
_LARGEST_ERROR = 25.0  # squared scaled errors beyond five moves, and beyond 99 of 100, are one-offs
_TWO_YEARS = ("ets_additive", "ets_multiplicative")
_INTERMITTENT_ONLY = ("croston", "sba", "tsb")
_NAMES = list(MODEL_NAMES)


@dataclass(frozen=True)
class Choice:
    """Per series: index of the model that serves, of the runner-up (-1: none), and the story of the
    choice; by pattern the error of each model (model,) that all its series together tell."""

    model: IntArray
    runner_up: IntArray
    model_name: list[str]
    is_fallback: BoolArray
    reason_key: list[str]
    reason_values: list[str]
    wape: FloatArray
    naive_wape: FloatArray
    pattern_errors: dict[str, FloatArray]


def eligible_models(patterns: Patterns, season_length: int) -> BoolArray:
    """(model, series): which models may serve which series."""
    is_intermittent = np.isin(patterns.pattern, ["intermittent", "lumpy"])
    has_two_years = patterns.period_count >= 2 * season_length
    allowed = np.ones((len(_NAMES), len(is_intermittent)), dtype=bool)
    for row, name in enumerate(_NAMES):
        if name in _TWO_YEARS:
            allowed[row] = has_two_years & (season_length > 1)
            if name == "ets_multiplicative":
                # A factor on demand that is mostly zero multiplies noise.
                allowed[row] &= ~is_intermittent
        elif name in _INTERMITTENT_ONLY:
            allowed[row] = is_intermittent
    return allowed


def choose_champions(
    actual: FloatArray,
    forecasts: FloatArray,
    final_mean: FloatArray,
    patterns: Patterns,
    season_length: int,
    scale_squared: FloatArray,
) -> Choice:
    """Choose from past forecasts.

    Args:
        actual: (origin, series, step), NaN where not known or out of stock.
        forecasts: (origin, model, series, step), NaN where the series was not forecast.
        final_mean: (model, series, step) of the current cutoff; a NaN model cannot serve.
        scale_squared: (series,) size of a usual squared error.
    """
    usable: BoolArray = np.asarray(np.isfinite(final_mean).all(axis=2))
    allowed = eligible_models(patterns, season_length) & usable
    score, own, has_own, pattern_errors = _scores(actual, forecasts, allowed, patterns, scale_squared)
    order = np.argsort(score, axis=0, kind="stable")
    best, second = order[0].astype(np.int64), order[1].astype(np.int64)
    columns = np.arange(score.shape[1])
    second = np.where(np.isfinite(score[second, columns]), second, -1)
    fallback = _NAMES.index(FALLBACK_MODEL)
    is_plain: BoolArray = np.isin(patterns.pattern, PLAIN_PATTERNS)
    nothing = ~np.isfinite(score[best, columns])
    # The best model by score may have failed on the present data: say so rather than pass in silence.
    wanted = _wanted(actual, forecasts, eligible_models(patterns, season_length), patterns, scale_squared)
    failed = ~is_plain & ~usable[wanted, columns]
    model = np.where(is_plain | nothing | failed, fallback, best)
    is_own_best = own[model, columns] <= own.min(axis=0)
    flat = np.moveaxis(forecasts, 1, 0)
    truth = np.moveaxis(actual, 1, 0).reshape(actual.shape[1], -1)

    def score_wape(index: int) -> FloatArray:
        return wape(truth, np.moveaxis(flat[index], 1, 0).reshape(truth.shape))

    by_model = np.stack([score_wape(index) for index in range(len(_NAMES))])
    champion_wape = by_model[model, columns]
    naive_wape = by_model[_NAMES.index("seasonal_naive")]
    origin_count = np.isfinite(actual).any(axis=2).sum(axis=0)
    is_intermittent = np.isin(patterns.pattern, ["intermittent", "lumpy"])
    keys = np.select(
        [~has_own, ~is_own_best, is_intermittent], ["segment", "pattern_best", "intermittent"], default="best_backtest"
    )
    return told_choice(
        patterns, model, second, wanted, failed | nothing, keys.tolist(), origin_count, champion_wape, naive_wape, pattern_errors
    )


def told_choice(
    patterns: Patterns,
    model: IntArray,
    second: IntArray,
    wanted: IntArray,
    failed: BoolArray,
    keys: list[str],
    origin_count: IntArray,
    champion_wape: FloatArray,
    naive_wape: FloatArray,
    pattern_errors: dict[str, FloatArray],
) -> Choice:
    """Put the choice of each series into words: (series,) models by index, the best one and whether it failed on the present
    data, the tail of the reason's key where nothing more special holds."""
    is_plain: BoolArray = np.isin(patterns.pattern, PLAIN_PATTERNS)
    names, told, values = [], [], []
    for i in range(len(model)):
        pattern = str(patterns.pattern[i])
        facts: dict[str, object] = {
            "model": _NAMES[model[i]],
            "pattern": pattern,
            "period_count": int(patterns.period_count[i]),
            "origin_count": int(origin_count[i]),
            "runner_up": _NAMES[second[i]] if second[i] >= 0 else None,
            "wape": _rounded(champion_wape[i]),
            "naive_wape": _rounded(naive_wape[i]),
            "adi": _rounded(patterns.adi[i], 2),
        }
        if pattern == "no_demand":
            name, key = "zero", "no_demand"
        elif pattern == "too_short":
            name, key = "mean", "too_short"
        elif failed[i]:
            name, key = FALLBACK_MODEL, "could_not_be_fitted"
            facts["model"] = _NAMES[wanted[i]]
        else:
            name, key = _NAMES[model[i]], keys[i]
        names.append(name)
        told.append(f"forecasting.reason.{key}")
        values.append(reason_json(facts))
    return Choice(
        model.astype(np.int64),
        np.where(is_plain | failed, -1, second).astype(np.int64),
        names,
        is_plain | failed,
        told,
        values,
        champion_wape,
        naive_wape,
        pattern_errors,
    )


def reason_json(facts: dict[str, object]) -> str:
    """Values of a reason as JSON text, keys sorted, so that the same reason is the same bytes."""
    return json.dumps(facts, ensure_ascii=False, sort_keys=True)


def _wanted(
    actual: FloatArray, forecasts: FloatArray, allowed: BoolArray, patterns: Patterns, scale_squared: FloatArray
) -> IntArray:
    score, *_ = _scores(actual, forecasts, allowed, patterns, scale_squared)
    return np.asarray(np.argsort(score, axis=0, kind="stable")[0], dtype=np.int64)


def _scores(
    actual: FloatArray, forecasts: FloatArray, allowed: BoolArray, patterns: Patterns, scale_squared: FloatArray
) -> tuple[FloatArray, FloatArray, BoolArray, dict[str, FloatArray]]:
    """Shrunk relative error (model, series), inf where not allowed; the own part; whether a series has past forecasts of its own;
    the error of each model by pattern."""
    error = forecasts - actual[:, None]
    known = np.isfinite(error)
    safe = np.where(known, error, 0.0)
    count = known.sum(axis=(0, 3)).astype(np.float64)
    absolute = np.abs(safe).sum(axis=3).sum(axis=0)
    squared = (safe * safe).sum(axis=3).sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        mae, rmse = absolute / count, np.sqrt(squared / count)
    has_own = (count > 0).any(axis=0)
    relative_rmse, relative_mae = _relative(rmse, allowed), _relative(mae, allowed)
    is_intermittent = np.isin(patterns.pattern, ["intermittent", "lumpy"])
    own = np.where(is_intermittent, relative_rmse, 0.5 * (relative_mae + relative_rmse))
    segment = np.ones_like(own)
    with np.errstate(invalid="ignore", divide="ignore"):
        scaled = squared / count / np.where(scale_squared > 0, scale_squared, np.nan)
    known_scaled = scaled[np.isfinite(scaled)]
    scaled = np.minimum(
        scaled, max(_LARGEST_ERROR, float(np.quantile(known_scaled, 0.99))) if known_scaled.size else _LARGEST_ERROR
    )
    by_pattern = {}
    for pattern in np.unique(patterns.pattern):
        members = patterns.pattern == pattern
        counted = allowed[:, members] & np.isfinite(scaled[:, members])
        seen = counted.sum(axis=1)
        root = np.sqrt(np.where(counted, scaled[:, members], 0.0).sum(axis=1) / np.maximum(seen, 1))
        level = root[seen > 0].mean() if (seen > 0).any() else 0.0
        by_pattern[str(pattern)] = np.where((seen > 0) & (level > 0), root / (level or 1.0), 1.0)
        segment[:, members] = by_pattern[str(pattern)][:, None]
    share = count / (count + _SHRINKAGE)
    score = np.where(np.isfinite(own), share * np.where(np.isfinite(own), own, 0.0) + (1 - share) * segment, segment)
    return (
        np.where(allowed, score, np.inf),
        np.where(allowed, np.nan_to_num(own, nan=np.inf), np.inf),
        has_own,
        by_pattern,
    )


def _relative(error: FloatArray, allowed: BoolArray) -> FloatArray:
    counted = allowed & np.isfinite(error)
    mean = np.where(counted, error, 0.0).sum(axis=0) / np.maximum(counted.sum(axis=0), 1)
    return np.where(counted, np.where(mean > 0, error / np.where(mean > 0, mean, 1.0), 1.0), np.nan)


def _rounded(value: float, digits: int = 4) -> float | None:
    return round(float(value), digits) if np.isfinite(value) else None
