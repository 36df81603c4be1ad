"""Which months does a category, a warehouse or the company live by, how sure is that, and is it moving?

A group's demand is the sum over its series, at one price per series (`amount`, so that prices are no season) and, where all are
counted in one unit, in that unit (`quantity`). Classical decomposition (Persons 1919; Hyndman and Athanasopoulos 2021, 3.4):

    ratio of a month   demand / centred one-year moving average (its ends take the nearest level)
    index of a month   mean of its ratios over the years, all indices brought to mean 1
    strength           max(0, 1 - var(ratio - index) / var(ratio))
    is there a season  F = mean squared distance of the indices from 1 x years / residual variance, against F(11, n - 12)
    range of an index  +- t x sqrt(residual variance / years), 99 %

Months of one group follow each other, which makes an F test too easily convinced, so a season counts only at p < 0.001, as the
forecasts themselves hold it (`seasonality`). What is not significant is returned as such, to be called noise.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from forecasting.events.moving_holidays import spring_festival_date
from forecasting.frames import BoolArray, FloatArray, IntArray
from kernel.errors import InvalidInput

__all__ = ["REPORT_SCHEMA", "SIGNIFICANCE", "seasonality_report"]

SIGNIFICANCE = 0.001
_YEAR = 12
_LEAST_RATIOS = 24
_MOST_MONTHS = 60
_AGREES = 0.5  # correlation with the group's profile from which a series counts as following it
_CERTAIN = 0.99

REPORT_SCHEMA = {
    "level": pl.String,
    "group_key": pl.String,
    "unit": pl.String,
    "position": pl.Int64,
    "year": pl.Int64,
    "index": pl.Float64,
    "low": pl.Float64,
    "high": pl.Float64,
    "is_clear": pl.Boolean,
    "strength": pl.Float64,
    "p_value": pl.Float64,
    "is_significant": pl.Boolean,
    "year_count": pl.Int64,
    "series_count": pl.Int64,
    "agreeing_count": pl.Int64,
    "shift_per_year": pl.Float64,
    "is_shifting": pl.Boolean,
    "festival_effect": pl.Float64,
    "is_festival_clear": pl.Boolean,
}
"""One row per level x group x unit x month (`position` 1-12), `year` null: the profile, beside it what is true of the group;
and one row per year, in which `index` is that month's own ratio and the rest is null."""


@dataclass(frozen=True)
class _Season:
    """The decomposition of one row; `ratio` (month,), the other arrays (12,)."""

    ratio: FloatArray
    index: FloatArray
    half_width: FloatArray
    strength: float
    p_value: float


def seasonality_report(demand: pl.DataFrame, attributes: pl.DataFrame, *, cutoff: date) -> pl.DataFrame:
    """The seasons of the company and of every category and warehouse.

    Args:
        demand: monthly, one row per `series_id` x `period_start` with `quantity`; a missing month is 0 after the series' first.
        attributes: `series_id`, `category`, `warehouse` (texts), `unit` (text), `unit_price` (currency per unit, null: unpriced,
            left out of amounts).
        cutoff: last day known; months that end later are not read. At most the last five years are.

    Returns:
        `REPORT_SCHEMA`, sorted; no rows for a group with less than two years of demand.

    Raises:
        InvalidInput: a series twice in `attributes`.
    """
    twice = attributes["series_id"].is_duplicated()
    if twice.any():
        raise InvalidInput("forecasting.group_member_twice", series_id=attributes.filter(twice)["series_id"].min())
    known = demand.filter(pl.col("period_start").dt.month_end() <= cutoff, pl.col("quantity").is_not_null())
    known = known.join(attributes, on="series_id", how="inner").sort("series_id", "period_start")
    if known.is_empty():
        return pl.DataFrame(schema=REPORT_SCHEMA)
    members = attributes.filter(pl.col("series_id").is_in(known["series_id"].unique().implode())).sort("series_id")
    values, months = _matrix(known, members["series_id"].to_numpy())
    price = members["unit_price"].cast(pl.Float64).fill_null(0.0).to_numpy()
    own = _ratios(values)
    rows: list[dict[str, object]] = []
    for level in ("company", "category", "warehouse"):
        keys = ["" for _ in range(members.height)] if level == "company" else members[level].fill_null("").to_list()
        for key in sorted(set(keys)):
            if level != "company" and not key:
                continue
            mine = np.array([each == key for each in keys])
            units = set(members["unit"].fill_null("").filter(pl.Series(mine)).to_list())
            wanted = [("amount", price)] + ([("quantity", np.ones(len(price)))] if len(units) == 1 else [])
            for unit, weight in wanted:
                total = (values[mine] * weight[mine][:, None]).sum(axis=0)
                season = _season(total, months)
                if season is not None:
                    rows += _rows(level, key, unit, season, months, own[mine & (weight > 0)])
    found = pl.DataFrame(rows, schema=REPORT_SCHEMA, orient="row")
    return found.sort("level", "group_key", "unit", "year", "position", nulls_last=False)


def _matrix(known: pl.DataFrame, series_ids: IntArray) -> tuple[FloatArray, IntArray]:
    """(series, month) demand and the number of each month, year x 12 + month - 1."""
    number = (
        known["period_start"].dt.year().cast(pl.Int64) * _YEAR + known["period_start"].dt.month().cast(pl.Int64) - 1
    ).to_numpy()
    last = int(number.max())
    first = max(int(number.min()), last - _MOST_MONTHS + 1)
    inside = number >= first
    values = np.zeros((len(series_ids), last - first + 1))
    row = np.searchsorted(series_ids, known["series_id"].to_numpy())
    np.add.at(values, (row[inside], number[inside] - first), known["quantity"].cast(pl.Float64).to_numpy()[inside])
    return np.maximum(values, 0.0), np.arange(first, last + 1)


def _ratios(values: FloatArray) -> FloatArray:
    """Demand over its centred one-year average, NaN before the first demand and where there is no level."""
    count = values.shape[1]
    found = np.full(values.shape, np.nan)
    half = _YEAR // 2
    inside = np.arange(half, count - half)
    if not len(inside):
        return found
    total = np.concatenate([np.zeros((values.shape[0], 1)), np.cumsum(values, axis=1)], axis=1)
    level = (total[:, inside + half] - total[:, inside - half] + total[:, inside + half + 1] - total[:, inside - half + 1]) / 24.0
    starts = np.argmax(values > 0, axis=1)
    is_level = (inside[None, :] >= starts[:, None] + half) & (level > 0)
    has_any: BoolArray = np.asarray(is_level.any(axis=1))
    begin = np.argmax(is_level, axis=1)
    end = is_level.shape[1] - 1 - np.argmax(is_level[:, ::-1], axis=1)
    nearest = np.clip(np.arange(count)[None, :] - half, begin[:, None], end[:, None])
    base = np.take_along_axis(level, nearest, axis=1)
    usable = has_any[:, None] & (np.arange(count)[None, :] >= starts[:, None]) & (base > 0)
    found[usable] = values[usable] / base[usable]
    return found


def _profile(ratio: FloatArray, months: IntArray) -> FloatArray:
    """Mean ratio of each month of the year (row, 12), brought to mean 1; NaN rows where a month is missing."""
    index = np.full((ratio.shape[0], _YEAR), np.nan)
    for position in range(_YEAR):
        mine = ratio[:, months % _YEAR == position]
        seen = np.isfinite(mine).sum(axis=1)
        index[:, position] = np.where(seen > 0, np.nansum(mine, axis=1) / np.maximum(seen, 1), np.nan)
    mean = index.mean(axis=1)
    usable = np.isfinite(mean) & (mean > 0)
    return np.asarray(np.where(usable[:, None], index / np.where(usable, mean, 1.0)[:, None], np.nan))


def _season(total: FloatArray, months: IntArray) -> _Season | None:
    """None: less than two looks at every month."""
    from scipy.special import fdtrc, stdtrit

    ratio = _ratios(total[None, :])[0]
    seen = np.isfinite(ratio)
    looks = np.array([(seen & (months % _YEAR == position)).sum() for position in range(_YEAR)])
    index = _profile(ratio[None, :], months)[0]
    if seen.sum() < _LEAST_RATIOS or looks.min() < 2 or not np.isfinite(index).all():
        return None
    freedom = int(seen.sum()) - _YEAR
    residual = ratio[seen] - index[months[seen] % _YEAR]
    noise = float((residual * residual).sum()) / freedom
    spread = float((looks * (index - 1.0) ** 2).sum()) / (_YEAR - 1)
    whole = float(ratio[seen].var())
    p_value = 1.0 if spread <= 0 else 0.0 if noise <= 0 else float(fdtrc(_YEAR - 1, freedom, spread / noise))
    reach = float(stdtrit(freedom, (1 + _CERTAIN) / 2))
    return _Season(
        ratio,
        index,
        reach * np.sqrt(noise / looks),
        max(0.0, 1.0 - float(residual.var()) / whole) if whole > 0 else 0.0,
        p_value,
    )


def _rows(level: str, key: str, unit: str, season: _Season, months: IntArray, own: FloatArray) -> list[dict[str, object]]:
    is_significant = season.p_value < SIGNIFICANCE
    profiles = _profile(own, months)
    long_enough = np.isfinite(profiles).all(axis=1) & (np.isfinite(own).sum(axis=1) >= _LEAST_RATIOS)
    shift, is_shifting = _shift(season, months) if is_significant else (None, False)
    effect, is_clear = _festival(season.ratio, months)
    group: dict[str, object] = {"level": level, "group_key": key, "unit": unit}
    whole: dict[str, object] = {
        "strength": season.strength,
        "p_value": season.p_value,
        "is_significant": is_significant,
        "year_count": int(np.isfinite(season.ratio).sum()) // _YEAR,
        "series_count": int(long_enough.sum()),
        "agreeing_count": _agreeing(profiles[long_enough], season.index),
        "shift_per_year": shift,
        "is_shifting": is_shifting,
        "festival_effect": effect,
        "is_festival_clear": is_clear,
    }
    rows: list[dict[str, object]] = []
    for position in range(_YEAR):
        index, half = float(season.index[position]), float(season.half_width[position])
        told: dict[str, object] = {
            "index": index,
            "low": max(0.0, index - half),
            "high": index + half,
            "is_clear": abs(index - 1.0) > half,
        }
        rows.append(group | {"position": position + 1, "year": None} | told | whole)
    for place in np.flatnonzero(np.isfinite(season.ratio)):
        year, position = divmod(int(months[place]), _YEAR)
        rows.append(group | {"position": position + 1, "year": year, "index": float(season.ratio[place])})
    return [{name: row.get(name) for name in REPORT_SCHEMA} for row in rows]


def _agreeing(profiles: FloatArray, index: FloatArray) -> int:
    """How many series rise and fall with the group."""
    if not len(profiles):
        return 0
    mine, group = profiles - profiles.mean(axis=1, keepdims=True), index - index.mean()
    scale = np.sqrt((mine * mine).sum(axis=1) * float((group * group).sum()))
    together = (mine * group).sum(axis=1)
    return int((together[scale > 0] >= _AGREES * scale[scale > 0]).sum())


def _shift(season: _Season, months: IntArray) -> tuple[float | None, bool]:
    """Months by which the yearly wave comes later each year (minus: earlier), and whether that is beyond doubt.

    The phase of the first harmonic of each whole year, regressed on the year.
    """
    from scipy.special import stdtrit

    years = [year for year in np.unique(months // _YEAR) if np.isfinite(season.ratio[months // _YEAR == year]).sum() == _YEAR]
    if len(years) < 3:
        return None, False
    angle = 2.0 * np.pi * np.arange(_YEAR) / _YEAR
    waves = np.array([(season.ratio[months // _YEAR == year] * np.exp(1j * angle)).sum() for year in years])
    middle = (season.index * np.exp(1j * angle)).sum()
    phase = np.angle(waves / middle) * _YEAR / (2.0 * np.pi)
    x = np.asarray(years, dtype=np.float64) - float(np.mean(years))
    slope = float((x * phase).sum() / (x * x).sum())
    left = phase - phase.mean() - slope * x
    freedom = len(years) - 2
    error = float(np.sqrt((left * left).sum() / freedom / (x * x).sum()))
    return slope, bool(abs(slope) > float(stdtrit(freedom, (1 + _CERTAIN) / 2)) * error and abs(slope) >= 0.1)


def _festival(ratio: FloatArray, months: IntArray) -> tuple[float | None, bool]:
    """Demand of the month that holds the Spring Festival against the other of January and February, - 1, over the years."""
    from scipy.special import stdtrit

    logs = []
    for year in np.unique(months // _YEAR):
        pair = {int(months[place] % _YEAR): float(ratio[place]) for place in np.flatnonzero(months // _YEAR == year)}
        month = spring_festival_date(int(year)).month - 1
        mine, other = pair.get(month, np.nan), pair.get(1 - month, np.nan)
        if month in (0, 1) and np.isfinite(mine) and np.isfinite(other) and mine > 0 and other > 0:
            logs.append(np.log(mine / other))
    if len(logs) < 2:
        return None, False
    mean, error = float(np.mean(logs)), float(np.std(logs, ddof=1) / np.sqrt(len(logs)))
    return float(np.expm1(mean)), bool(abs(mean) > float(stdtrit(len(logs) - 1, 0.975)) * error and abs(mean) > 0.05)
