"""What do people expect instead of the forecast, and what does that mean for each series?

An override says what a series, an item, a category in a warehouse, a category, a warehouse or the company will need in a week or
month: a quantity, an amount, or a change of what is forecast. It is spread over the group's series in proportion to their
forecast; where nothing at all is forecast by their share of past demand, else evenly. Afterwards

- the group's sum is the override: quantities to the last 10^-6 unit, amounts within that of every series;
- a narrower override stands over a wider one: series, item, category in a warehouse, category, warehouse, company, and of one
  level a week over a month. The wider one is spread over what is left, so that its own sum still holds;
- a change (+10 %) moves what no narrower override has fixed;
- if the narrower ones already ask for more than the wider one, they stand, the rest of the group is set to 0, and a problem
  says so: nobody's number is silently changed;
- a month of which only a part is forecast (it has begun, or the horizon ends) takes the share of its days.

A weekly forecast is cut into pieces of one month each, so that months bind weeks. A monthly forecast knows no weeks' overrides.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from forecasting.frames import Frequency
from kernel.errors import InvalidInput

__all__ = [
    "APPLIED_SCHEMA",
    "MEMBER_SCHEMA",
    "OVERRIDE_LEVELS",
    "OVERRIDE_SCHEMA",
    "PROBLEM_SCHEMA",
    "Spread",
    "spread_overrides",
]

OVERRIDE_LEVELS: dict[str, tuple[str, ...]] = {
    "series": ("series_id",),
    "item": ("item_id",),
    "category_warehouse": ("category_id", "warehouse_id"),
    "category": ("category_id",),
    "warehouse": ("warehouse_id",),
    "company": (),
}
"""Level -> the columns that name a group; narrowest first, which is also who stands over whom."""

OVERRIDE_SCHEMA = {
    "override_id": pl.Int64, "level": pl.String, "series_id": pl.Int64, "item_id": pl.Int64, "category_id": pl.Int64,
    "warehouse_id": pl.Int64, "frequency": pl.String, "period_start": pl.Date, "quantity": pl.Float64, "amount": pl.Float64,
    "change": pl.Float64,
}  # fmt: skip
"""One override in force, one per level, group, frequency and period; exactly one of quantity (base units), amount (currency
units) and change (+0.1: ten per cent more). A column that the level does not name may be null; a null one that it names is
the group of series without that attribute."""

MEMBER_SCHEMA = {
    "series_id": pl.Int64, "item_id": pl.Int64, "category_id": pl.Int64, "warehouse_id": pl.Int64, "unit_price": pl.Float64,
    "unit": pl.String, "history": pl.Float64,
}  # fmt: skip
"""What a series belongs to, its price and base unit, and its past demand (for sharing out where nothing is forecast)."""

APPLIED_SCHEMA = {
    "series_id": pl.Int64, "period_start": pl.Date, "level": pl.String, "override_id": pl.Int64,
    "forecast_quantity": pl.Float64, "quantity": pl.Float64,
}  # fmt: skip
"""Which override decides which part of a series' period: the forecast of that part, and what it is now."""

PROBLEM_SCHEMA = {
    "level": pl.String, "override_id": pl.Int64, "problem_key": pl.String, "wanted": pl.Float64, "fixed": pl.Float64,
}  # fmt: skip
"""`problem_key` is a message key; wanted: what was asked for, fixed: what narrower overrides fix, in the override's own unit."""

_MICRO = 1_000_000
_FREQUENCIES = ("week", "month")
_PIECE = ["series_id", "period_start", "month"]


@dataclass(frozen=True)
class Spread:
    """`forecast` (`series_id`, `period_start`, `quantity`), every period of the forecast given; `applied`; `problems`."""

    forecast: pl.DataFrame
    applied: pl.DataFrame
    problems: pl.DataFrame


def spread_overrides(forecast: pl.DataFrame, overrides: pl.DataFrame, members: pl.DataFrame, *, frequency: Frequency) -> Spread:
    """The forecast after all overrides.

    Args:
        forecast: `series_id`, `period_start`, `quantity` (mean, base units) of `frequency`, 'week' or 'month'.
        overrides: see `OVERRIDE_SCHEMA`. members: see `MEMBER_SCHEMA`; a series without a row is known by itself alone.

    Raises:
        InvalidInput: another frequency, an unknown level, an override without exactly one figure, or two for the same thing.
    """
    if frequency not in _FREQUENCIES:
        raise InvalidInput("forecasting.bad_argument", argument="frequency", got=frequency, expected="week, month")
    overrides = _checked(overrides)
    base = forecast.select(
        pl.col("series_id").cast(pl.Int64), "period_start", pl.col("quantity").cast(pl.Float64).alias("base")
    ).sort("series_id", "period_start")
    told = members.select(pl.col(name).cast(kind) for name, kind in MEMBER_SCHEMA.items())
    pieces = _pieces(base, frequency).join(told, on="series_id", how="left", maintain_order="left")
    pieces = pieces.with_columns(
        pl.lit(None, dtype=pl.Float64).alias("fixed"),
        pl.lit(None, dtype=pl.String).alias("level"),
        pl.lit(None, dtype=pl.Int64).alias("override_id"),
    )
    problems = [pl.DataFrame(schema=PROBLEM_SCHEMA)]
    for level in OVERRIDE_LEVELS:
        for period in ("week", "month") if frequency == "week" else ("month",):
            mine = overrides.filter((pl.col("level") == level) & (pl.col("frequency") == period))
            if mine.height:
                pieces, found = _pass(pieces, mine, level, period)
                problems.append(found)
    return _result(base, pieces, pl.concat(problems).sort("level", "override_id", "problem_key"))


def _checked(overrides: pl.DataFrame) -> pl.DataFrame:
    overrides = overrides.select(pl.col(name).cast(kind) for name, kind in OVERRIDE_SCHEMA.items())
    figures = pl.sum_horizontal(pl.col(name).is_not_null().cast(pl.Int8) for name in ("quantity", "amount", "change"))
    wrong = overrides.filter(
        (figures != 1)
        | ~pl.col("level").is_in(list(OVERRIDE_LEVELS))
        | ~pl.col("frequency").is_in(_FREQUENCIES)
        | (pl.coalesce("quantity", "amount", "change") < pl.when(pl.col("change").is_not_null()).then(-1.0).otherwise(0.0))
    )
    if wrong.height:
        row = wrong.sort("level", "override_id").row(0, named=True)
        got = {name: row[name] for name in ("frequency", "quantity", "amount", "change")}
        raise InvalidInput("forecasting.bad_override", override=row["override_id"], level=row["level"], got=got)
    for level, keys in OVERRIDE_LEVELS.items():
        rows = overrides.filter(pl.col("level") == level)
        twice = rows.filter(rows.select(*keys, "frequency", "period_start").is_duplicated())
        if twice.height:
            row = twice.sort("override_id").row(0, named=True)
            raise InvalidInput("forecasting.override_twice", override=row["override_id"], level=level, period=row["period_start"])
    return overrides


def _pieces(base: pl.DataFrame, frequency: Frequency) -> pl.DataFrame:
    """Series x period x month with `days` and the share of the period's forecast that falls on them."""
    start = pl.col("period_start")
    if frequency == "month":
        return base.with_columns(start.alias("month"), start.dt.days_in_month().cast(pl.Int64).alias("days"))
    last = start + pl.duration(days=6)
    ahead = pl.when(last.dt.month() != start.dt.month()).then(last.dt.day()).otherwise(0).cast(pl.Int64)
    first = base.with_columns(start.dt.truncate("1mo").alias("month"), (7 - ahead).alias("days"))
    second = base.with_columns(last.dt.truncate("1mo").alias("month"), ahead.alias("days")).filter(pl.col("days") > 0)
    return pl.concat([first, second]).with_columns((pl.col("base") * pl.col("days") / 7).alias("base")).sort(_PIECE)


def _pass(pieces: pl.DataFrame, overrides: pl.DataFrame, level: str, period: str) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Overrides of one level and frequency, which share no piece."""
    keys, when = list(OVERRIDE_LEVELS[level]), "period_start" if period == "week" else "month"
    mine = overrides.select(
        *keys, pl.col("period_start").alias(when), pl.col("override_id").alias("by"), "quantity", "amount", "change"
    )
    hit = pieces.join(mine, on=[*keys, when], how="left", nulls_equal=True, maintain_order="left")
    is_amount = pl.col("amount").is_not_null()
    hit = hit.with_columns(pl.when(is_amount).then(pl.col("unit_price")).otherwise(1.0).alias("factor"))
    # Without a price there is no amount: such a series is left as it is forecast.
    hit = hit.with_columns(pl.when(pl.col("factor") > 0).then(pl.col("by")).alias("by"))
    is_open = pl.col("fixed").is_null()
    hit = hit.with_columns(
        pl.when(is_open).then(pl.col("base") * pl.col("factor")).otherwise(0.0).alias("forecast_weight"),
        pl.when(is_open)
        .then(pl.col("history").fill_null(0.0).clip(lower_bound=0.0) * pl.col("days") * pl.col("factor"))
        .otherwise(0.0)
        .alias("history_weight"),
        pl.when(is_open).then(pl.col("days").cast(pl.Float64)).otherwise(0.0).alias("even_weight"),
    )
    groups = _groups(hit, period)
    open_groups = groups.filter(~pl.col("is_mixed")).select("by", "rest", "weight")
    spread = hit.join(open_groups, on="by", how="left", maintain_order="left")
    weight = (
        pl.when(pl.col("weight") == "forecast")
        .then("forecast_weight")
        .when(pl.col("weight") == "history")
        .then("history_weight")
        .otherwise("even_weight")
    )
    running = weight.cum_sum().over("by") / weight.sum().over("by")
    in_amount = pl.col("rest") * weight / weight.sum().over("by") / pl.col("factor")
    # Running totals are rounded, so that the parts sum to the whole to the last millionth.
    total = (running * (pl.col("rest") * _MICRO).round()).round()
    exact = (total - total.shift(1, fill_value=0.0).over("by")) / _MICRO
    share = pl.when(is_amount).then(in_amount).otherwise(exact)
    is_hit = pl.col("rest").is_not_null() & is_open
    changed = spread.with_columns(share.alias("share")).with_columns(
        pl.when(is_hit).then("share").otherwise("fixed").alias("fixed"),
        pl.when(is_hit).then(pl.lit(level)).otherwise("level").alias("level"),
        pl.when(is_hit).then("by").otherwise("override_id").alias("override_id"),
    )
    return changed.select(pieces.columns), _problems(groups, overrides, level)


def _groups(hit: pl.DataFrame, period: str) -> pl.DataFrame:
    """Per override: what is asked for of the part that is forecast, what narrower ones fix, what is left, and by which weight."""
    days = pl.col("days").sum().over("by", "series_id")
    covered = hit.filter(pl.col("by").is_not_null()).with_columns(days.alias("covered"))
    groups = covered.group_by("by", maintain_order=True).agg(
        pl.col("quantity", "amount", "change").first(),
        pl.col("covered").max(),
        (pl.lit(7) if period == "week" else pl.col("month").first().dt.days_in_month()).cast(pl.Int64).alias("whole"),
        (pl.col("fixed").fill_null(0.0) * pl.col("factor")).sum().alias("narrower"),
        pl.col("fixed").is_null().any().alias("is_any_open"),
        pl.col("forecast_weight").sum().alias("forecast_total"),
        pl.col("history_weight").sum().alias("history_total"),
        (pl.col("unit").n_unique() > 1).alias("is_many_units"),
    )
    share = pl.col("covered") / pl.col("whole")
    wanted = (
        pl.when(pl.col("change").is_not_null())
        .then(pl.col("narrower") + (1.0 + pl.col("change")) * pl.col("forecast_total"))
        .otherwise(pl.coalesce("quantity", "amount") * share)
    )
    weight = (
        pl.when(pl.col("forecast_total") > 0)
        .then(pl.lit("forecast"))
        .when(pl.col("history_total") > 0)
        .then(pl.lit("history"))
        .otherwise(pl.lit("even"))
    )
    # A change, and a figure of a single series, need no common unit.
    return groups.with_columns(
        wanted.alias("wanted"),
        weight.alias("weight"),
        (pl.col("is_many_units") & pl.col("quantity").is_not_null()).alias("is_mixed"),
    ).with_columns((pl.col("wanted") - pl.col("narrower")).clip(lower_bound=0.0).alias("rest"))


def _problems(groups: pl.DataFrame, overrides: pl.DataFrame, level: str) -> pl.DataFrame:
    slack = 1e-6 * (1.0 + pl.col("wanted").abs())
    above = pl.col("narrower") > pl.col("wanted") + slack
    below = ~pl.col("is_any_open") & (pl.col("narrower") < pl.col("wanted") - slack)
    key = (
        pl.when(pl.col("is_mixed"))
        .then(pl.lit("forecasting.override_mixed_units"))
        .when(above)
        .then(pl.lit("forecasting.override_narrower_above"))
        .when(below)
        .then(pl.lit("forecasting.override_all_fixed"))
    )
    found = groups.select(
        pl.lit(level).alias("level"),
        pl.col("by").alias("override_id"),
        key.alias("problem_key"),
        "wanted",
        pl.col("narrower").alias("fixed"),
    ).drop_nulls("problem_key")
    missed = overrides.join(groups, left_on="override_id", right_on="by", how="anti").select(
        "level",
        "override_id",
        pl.lit("forecasting.override_nothing_there").alias("problem_key"),
        pl.coalesce("quantity", "amount", "change").alias("wanted"),
        pl.lit(0.0).alias("fixed"),
    )
    return pl.concat([found, missed])


def _result(base: pl.DataFrame, pieces: pl.DataFrame, problems: pl.DataFrame) -> Spread:
    value = pl.coalesce("fixed", "base")
    keys = ["series_id", "period_start"]
    summed = pieces.group_by(keys, maintain_order=True).agg(
        value.sum().alias("quantity"), pl.col("fixed").is_not_null().any().alias("is_changed")
    )
    # A period that nobody overrode keeps its forecast to the bit, not the sum of its pieces.
    after = base.join(summed, on=keys, how="left", maintain_order="left").select(
        *keys, pl.when("is_changed").then("quantity").otherwise("base").alias("quantity")
    )
    applied = (
        pieces.filter(pl.col("override_id").is_not_null())
        .group_by(*keys, "level", "override_id")
        .agg(pl.col("base").sum().alias("forecast_quantity"), pl.col("fixed").sum().alias("quantity"))
        .select(list(APPLIED_SCHEMA))
        .sort(*keys, "level", "override_id")
    )
    return Spread(after, applied, problems)
