"""What does the sales team add to the model's forecast? Expected deals and market drivers, series by series.

A driver changes what is expected anyway: series x period x (change x probability x share of the customer in the series).
A deal comes on top: its quantity (or amount) x probability, spread evenly over its months, within a month in proportion to
what is expected of each series in scope, by the customer's own purchases where a customer is named. Every contribution is
worked out from the model alone, so their order does not matter and each keeps its author. If drivers would take away more than
a series is expected to need, they are cut in proportion: no forecast falls below zero.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from forecasting.frames import Frequency
from kernel.errors import InvalidInput

__all__ = ["CONTRIBUTION_SCHEMA", "EXPECTATION_SCHEMA", "MEMBER_SCHEMA", "SalesStep", "sales_step"]

EXPECTATION_SCHEMA = {
    "sales_expectation_id": pl.Int64, "kind": pl.String, "customer_id": pl.Int64, "category_id": pl.Int64, "item_id": pl.Int64,
    "warehouse_id": pl.Int64, "first_period": pl.Date, "last_period": pl.Date, "quantity": pl.Float64, "amount": pl.Float64,
    "change": pl.Float64, "probability": pl.Float64, "author_id": pl.Int64,
}  # fmt: skip
"""One expectation: kind 'deal' (quantity or amount) or 'driver' (change: +0.1 is ten per cent more); months by their first day;
a null scope column means all."""

MEMBER_SCHEMA = {
    "series_id": pl.Int64, "item_id": pl.Int64, "category_id": pl.Int64, "warehouse_id": pl.Int64, "unit_price": pl.Float64,
}  # fmt: skip
"""What a series belongs to, and what one base unit of it sells for (null: never sold)."""

CONTRIBUTION_SCHEMA = {
    "series_id": pl.Int64, "period_start": pl.Date, "sales_expectation_id": pl.Int64, "author_id": pl.Int64,
    "quantity": pl.Float64,
}  # fmt: skip

_SHARE_SCHEMA = {"customer_id": pl.Int64, "series_id": pl.Int64, "share": pl.Float64}
_SCOPE = ("category_id", "item_id", "warehouse_id")
_PIECE = ["series_id", "period_start", "month"]


@dataclass(frozen=True)
class SalesStep:
    """The forecast after the sales team has spoken.

    Attributes:
        forecast: `series_id`, `period_start`, `quantity`: every period of the model's forecast.
        contributions: series x period x expectation, base units, signed; they sum to what the step changed.
        unplaced: `sales_expectation_id`, `reason_key`: expectations ahead that no series could take.
    """

    forecast: pl.DataFrame
    contributions: pl.DataFrame
    unplaced: pl.DataFrame


def sales_step(
    forecast: pl.DataFrame,
    *,
    frequency: Frequency,
    expectations: pl.DataFrame,
    members: pl.DataFrame,
    customer_shares: pl.DataFrame | None = None,
) -> SalesStep:
    """Add deals and drivers to a mean forecast.

    Args:
        forecast: `series_id`, `period_start`, `quantity` of the model, base units.
        expectations: see `EXPECTATION_SCHEMA`; those in force.
        members: see `MEMBER_SCHEMA`.
        customer_shares: `customer_id`, `series_id`, `share` of the series' demand that is this customer's (0 to 1). A driver of a
            customer without any share changes nothing; a deal of one is spread as if no customer were named.

    Raises:
        InvalidInput: a frequency without months, an expectation without a size or with a probability outside 0 to 1.
    """
    if frequency not in ("day", "week", "month"):
        raise InvalidInput("forecasting.bad_argument", argument="frequency", got=frequency, expected="day, week, month")
    expectations = expectations.select(pl.col(name).cast(kind) for name, kind in EXPECTATION_SCHEMA.items())
    members = members.select(pl.col(name).cast(kind) for name, kind in MEMBER_SCHEMA.items())
    shares = _typed_shares(customer_shares)
    _check(expectations)
    base = forecast.select(
        pl.col("series_id").cast(pl.Int64), pl.col("period_start").cast(pl.Date), pl.col("quantity").cast(pl.Float64)
    ).sort("series_id", "period_start")
    scoped = _scoped(expectations, members.join(base.select("series_id").unique(), on="series_id", how="semi"), shares)
    pieces = _pieces(base, frequency)
    placed = (
        scoped.join(pieces, on="series_id", how="inner")
        .filter(pl.col("month").is_between(pl.col("first_period"), pl.col("last_period")))
        .with_columns(_months("last_period", "first_period").alias("month_count"))
    )
    found = pl.concat([_drivers(placed), _deals(placed)])
    found = found.group_by(*[name for name in CONTRIBUTION_SCHEMA if name != "quantity"]).agg(
        pl.col("quantity").sort_by("month").sum()
    )
    contributions = _not_below_zero(base, found.filter(pl.col("quantity") != 0))
    total = contributions.group_by("series_id", "period_start").agg(
        pl.col("quantity").sort_by("sales_expectation_id").sum().alias("added")
    )
    after = base.join(total, on=["series_id", "period_start"], how="left").with_columns(
        (pl.col("quantity") + pl.col("added").fill_null(0.0)).clip(lower_bound=0.0).alias("quantity")
    )
    return SalesStep(
        after.select("series_id", "period_start", "quantity").sort("series_id", "period_start"),
        contributions,
        _unplaced(expectations, pieces, contributions),
    )


def _check(expectations: pl.DataFrame) -> None:
    is_deal = pl.col("kind") == "deal"
    sizes = pl.col("quantity").is_not_null().cast(pl.Int8) + pl.col("amount").is_not_null().cast(pl.Int8)
    wrong = expectations.filter(
        ~pl.col("kind").is_in(["deal", "driver"])
        | (is_deal & (sizes != 1))
        | (~is_deal & (pl.col("change").is_null() | (pl.col("change") < -1)))
        | ~pl.col("probability").is_between(0, 1).fill_null(False)
        | (pl.col("last_period") < pl.col("first_period"))
    )
    if not wrong.is_empty():
        row = wrong.sort("sales_expectation_id").row(0, named=True)
        raise InvalidInput(
            "forecasting.bad_expectation",
            expectation=row["sales_expectation_id"],
            got=f"{row['kind']}, {row['quantity']}, {row['amount']}, {row['change']}, {row['probability']}",
        )


def _typed_shares(customer_shares: pl.DataFrame | None) -> pl.DataFrame:
    if customer_shares is None:
        return pl.DataFrame(schema=_SHARE_SCHEMA)
    return customer_shares.select(pl.col(name).cast(kind) for name, kind in _SHARE_SCHEMA.items())


def _scoped(expectations: pl.DataFrame, members: pl.DataFrame, shares: pl.DataFrame) -> pl.DataFrame:
    """Expectation x series in its scope, with `share`: the customer's part of the series (1 where no customer is named)."""
    right = members.rename({name: f"{name}_of_series" for name in _SCOPE})
    crossed = expectations.join(right, how="cross")
    for name in _SCOPE:
        crossed = crossed.filter(pl.col(name).is_null() | (pl.col(name) == pl.col(f"{name}_of_series")))
    return crossed.join(shares, on=["customer_id", "series_id"], how="left").with_columns(
        pl.when(pl.col("customer_id").is_null()).then(1.0).otherwise(pl.col("share").fill_null(0.0)).alias("share")
    )


def _pieces(base: pl.DataFrame, frequency: Frequency) -> pl.DataFrame:
    """Series x period x calendar month: expected quantity (evenly over a week's days) and the number of days."""
    if frequency == "month":
        return base.with_columns(
            pl.col("period_start").alias("month"), pl.col("period_start").dt.days_in_month().cast(pl.Float64).alias("days")
        ).rename({"quantity": "expected"})
    length = 7 if frequency == "week" else 1
    days = base.with_columns(pl.lit(list(range(length))).alias("offset")).explode("offset")
    return (
        days.with_columns((pl.col("period_start") + pl.duration(days=pl.col("offset"))).dt.truncate("1mo").alias("month"))
        .group_by(_PIECE)
        .agg((pl.col("quantity") / length).sum().alias("expected"), pl.len().cast(pl.Float64).alias("days"))
        .sort(_PIECE)
    )


def _months(last: str, first: str) -> pl.Expr:
    years = pl.col(last).dt.year().cast(pl.Int32) - pl.col(first).dt.year().cast(pl.Int32)
    return years * 12 + pl.col(last).dt.month().cast(pl.Int32) - pl.col(first).dt.month().cast(pl.Int32) + 1


def _drivers(placed: pl.DataFrame) -> pl.DataFrame:
    change = pl.col("expected") * pl.col("change") * pl.col("probability") * pl.col("share")
    return _contribution(placed.filter(pl.col("kind") == "driver").with_columns(change.alias("contribution")))


def _deals(placed: pl.DataFrame) -> pl.DataFrame:
    """Each month's part of each deal over the pieces in scope; only the days of the month that are forecast take their part."""
    deals = placed.filter(pl.col("kind") == "deal")
    is_money = pl.col("amount").is_not_null()
    price = pl.col("unit_price").fill_null(0.0)
    deals = deals.filter(~is_money | (price > 0))
    group = ["sales_expectation_id", "month"]
    wanted = pl.when(is_money).then(pl.col("expected") * price).otherwise(pl.col("expected"))
    deals = deals.with_columns(
        wanted.alias("plain"),
        (wanted * pl.col("share")).alias("own"),
        (pl.col("days") / pl.col("days").sum().over(*group, "series_id")).alias("even"),
        # Days of the month that are forecast, against all of its days.
        (pl.col("days").sum().over(*group, "series_id") / pl.col("month").dt.days_in_month()).alias("ahead"),
    )
    deals = deals.sort("series_id", "period_start", "sales_expectation_id")
    own, plain, even = (pl.col(name).sum().over(group) for name in ("own", "plain", "even"))
    part = (
        pl.when(own > 0).then(pl.col("own") / own).when(plain > 0).then(pl.col("plain") / plain).otherwise(pl.col("even") / even)
    )
    size = pl.coalesce("quantity", "amount") * pl.col("probability") / pl.col("month_count") * pl.col("ahead")
    contribution = pl.when(is_money).then(size * part / price).otherwise(size * part)
    return _contribution(deals.with_columns(contribution.alias("contribution")))


def _contribution(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.select(
        "series_id", "period_start", "month", "sales_expectation_id", "author_id", pl.col("contribution").alias("quantity")
    )


def _not_below_zero(base: pl.DataFrame, found: pl.DataFrame) -> pl.DataFrame:
    """Contributions, the negative ones cut in proportion where they exceed what is expected and what the others add."""
    key = ["series_id", "period_start"]
    rows = found.join(base.rename({"quantity": "expected"}), on=key, how="left").sort(*key, "sales_expectation_id")
    gain = pl.col("quantity").clip(lower_bound=0.0).sum().over(key)
    loss = -pl.col("quantity").clip(upper_bound=0.0).sum().over(key)
    room = pl.col("expected") + gain
    cut = pl.when((pl.col("quantity") < 0) & (loss > room)).then(room / loss).otherwise(1.0)
    return rows.with_columns(pl.col("quantity") * cut).select(
        pl.col(name).cast(kind) for name, kind in CONTRIBUTION_SCHEMA.items()
    )


def _unplaced(expectations: pl.DataFrame, pieces: pl.DataFrame, contributions: pl.DataFrame) -> pl.DataFrame:
    """Expectations of months that are forecast which changed nothing."""
    months = pieces.select(pl.col("month").min().alias("first"), pl.col("month").max().alias("last"))
    missed = (
        expectations.join(months, how="cross")
        .filter((pl.col("last_period") >= pl.col("first")) & (pl.col("first_period") <= pl.col("last")))
        .filter((pl.col("probability") > 0) & (pl.coalesce("change", "quantity", "amount") != 0))
        .join(contributions, on="sales_expectation_id", how="anti")
        .sort("sales_expectation_id")
    )
    return missed.select("sales_expectation_id", pl.lit("forecasting.expectation_unplaced").alias("reason_key"))
