"""By which rules are forecasts judged: scaled losses per series, ratios with paired bootstrap intervals, coverage of counts."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

__all__ = ["begun", "coverage_of", "interval_text", "pinball_of", "randomised_levels", "ratio_interval", "scales", "segment_of"]

FloatArray = npt.NDArray[np.float64]
RESAMPLES = 1000


def ratio_interval(
    ours: FloatArray, theirs: FloatArray, weights: FloatArray | None = None, root: bool = False
) -> tuple[float, float, float]:
    """Ours / theirs and its 95 % interval; series are resampled, the same ones for both.

    Args:
        ours, theirs: (series,) losses. weights: (series,). root: losses are squares whose means' root is compared.
    """
    w = np.ones(len(ours)) if weights is None else weights
    usable = np.isfinite(ours) & np.isfinite(theirs) & np.isfinite(w)
    a, b = (w * ours)[usable], (w * theirs)[usable]
    generator = np.random.default_rng(1)
    points = [a.sum() / b.sum()]
    for _ in range(RESAMPLES):
        pick = generator.integers(0, len(a), len(a))
        points.append(a[pick].sum() / b[pick].sum())
    shown = np.sqrt(points) if root else np.asarray(points)
    low, high = np.quantile(shown[1:], [0.025, 0.975])
    return float(shown[0]), float(low), float(high)


def scales(values: FloatArray, season: int) -> tuple[FloatArray, FloatArray]:
    """In-sample mean absolute seasonal difference (MASE) and mean squared first difference (RMSSE) of rows of history.

    NaN before a series begins; a series shorter than a season is scaled by its first differences. 0 becomes NaN: not judged.
    """

    def mean_of(gap: FloatArray) -> FloatArray:
        count = np.isfinite(gap).sum(axis=1)
        return np.where(count > 0, np.where(np.isfinite(gap), gap, 0.0).sum(axis=1) / np.maximum(count, 1), np.nan)

    first = mean_of(np.abs(np.diff(values, axis=1)))
    seasonal = mean_of(np.abs(values[:, season:] - values[:, :-season])) if values.shape[1] > season else first
    absolute = np.where(np.isfinite(seasonal), seasonal, first)
    squared = mean_of(np.diff(values, axis=1) ** 2)
    return np.where(absolute > 0, absolute, np.nan), np.where(squared > 0, squared, np.nan)


def segment_of(values: FloatArray) -> npt.NDArray[np.str_]:
    """Demand pattern per row by the borders of Syntetos, Boylan and Croston (2005), from the first demand on."""
    begun = np.cumsum(np.nan_to_num(values) > 0, axis=1) > 0
    known = begun & np.isfinite(values)
    amount = np.where(known, values, 0.0)
    positive = amount > 0
    count = np.maximum(positive.sum(axis=1), 1)
    adi = known.sum(axis=1) / count
    mean = amount.sum(axis=1) / count
    variation = (np.where(positive, amount - mean[:, None], 0.0) ** 2).sum(axis=1) / count / np.where(mean > 0, mean, 1.0) ** 2
    names = np.select(
        [~positive.any(axis=1), (adi < 1.32) & (variation < 0.49), adi < 1.32, variation < 0.49],
        ["no demand", "smooth", "erratic", "intermittent"],
        "lumpy",
    )
    return np.asarray(names)


def pinball_of(actual: FloatArray, quantiles: FloatArray, levels: FloatArray) -> FloatArray:
    """Mean pinball loss over the levels (last axis of `quantiles`)."""
    gap = actual[..., None] - quantiles
    return np.asarray(np.maximum(levels * gap, (levels - 1.0) * gap).mean(axis=-1))


def randomised_levels(actual: FloatArray, quantiles: FloatArray, levels: FloatArray, is_count: bool) -> FloatArray:
    """Probability integral transform of each truth; for counts drawn evenly between that of the count below and its own.

    The distribution function between known levels is read linearly. Uniform on 0..1 if the quantiles are true.
    """
    flat, grid = actual.reshape(-1), quantiles.reshape(-1, len(levels))
    if not is_count:
        return _level_at(flat, grid, levels).reshape(actual.shape)
    below = np.where(flat <= 0, 0.0, _level_at(flat - 0.5, grid, levels))
    above = _level_at(flat + 0.5, grid, levels)
    draw = np.random.default_rng(2).random(len(flat))
    return np.asarray(below + draw * np.maximum(above - below, 0.0)).reshape(actual.shape)


def _level_at(points: FloatArray, grid: FloatArray, levels: FloatArray) -> FloatArray:
    known = np.concatenate([[0.0], levels, [1.0]])
    low = (grid <= points[:, None]).sum(axis=1)
    left = np.where(low > 0, np.take_along_axis(grid, np.maximum(low - 1, 0)[:, None], axis=1)[:, 0], -np.inf)
    right = np.where(low < len(levels), np.take_along_axis(grid, np.minimum(low, len(levels) - 1)[:, None], axis=1)[:, 0], np.inf)
    width = right - left
    share = np.where(
        np.isfinite(width) & (width > 0), (points - left) / np.where(np.isfinite(width) & (width > 0), width, 1.0), 0.5
    )
    return np.where(np.isfinite(points), known[low] + share * (known[low + 1] - known[low]), np.nan)


def coverage_of(pit: FloatArray, share: float) -> float:
    """Share of truths whose level lies in the middle `share`, in percent."""
    known = pit[np.isfinite(pit)]
    edge = (1.0 - share) / 2.0
    return float(100.0 * ((known >= edge) & (known <= 1.0 - edge)).mean()) if known.size else float("nan")


def begun(values: FloatArray) -> FloatArray:
    """NaN before the first demand."""
    return np.where(np.cumsum(np.nan_to_num(values) > 0, axis=1) > 0, values, np.nan)


def interval_text(ratio: tuple[float, float, float], bar: float) -> str:
    """0.93 (0.90-0.96) and whether the bar is met."""
    verdict = "met" if ratio[2] <= bar else ("open" if ratio[0] <= bar else "missed")
    return f"{ratio[0]:.3f} ({ratio[1]:.3f}-{ratio[2]:.3f}) | {bar:.2f} | {verdict}"
