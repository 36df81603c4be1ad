"""Which public series, cut where, are forecasts judged on? Shared by our run and the anchor's, so it imports neither.

A `JudgedSet` is long demand with numbers for series, the cutoffs of a rolling origin, and what is to be answered: every
period of the horizon, or the sum over each series' own lead time. Everything follows from the files: another folder of the
same kinds (`--data`), longer or shorter, gives its own last cutoffs.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

import polars as pl

__all__ = ["SETS", "JudgedSet", "anchor_sample", "load_set"]

SAMPLE = 1000  # series of m5 that the anchor, which fits them one by one, is run on


@dataclass(frozen=True)
class JudgedSet:
    """One set.

    Args:
        demand: `series_id`, `period_start`, `quantity`, sometimes `is_in_stock`, `is_complete`, `price`; rows of one series
            begin where it went on sale.
        kind: 'periods' (every step is judged) or 'lead_time' (the sum over `lead_periods`).
        cutoffs: last known days, oldest first. horizon: periods forecast.
        lead_periods: `series_id`, `periods`. attributes: `series_id`, text columns (category, store ...).
        is_count: quantities are whole numbers.
    """

    name: str
    demand: pl.DataFrame
    frequency: str
    horizon: int
    cutoffs: list[date]
    kind: str = "periods"
    lead_periods: pl.DataFrame | None = None
    attributes: pl.DataFrame | None = None
    is_count: bool = True
    keys: dict[int, str] = field(default_factory=dict)


def load_set(name: str, data: Path) -> JudgedSet:
    """Read one set of `SETS` from the folder of public data."""
    return SETS[name](data)


def anchor_sample(judged: JudgedSet, count: int = SAMPLE) -> list[int]:
    """The fixed random series, in random order, that the one-by-one anchor is run on: the first n are a sample of n."""
    ids = judged.demand.filter(pl.col("period_start") <= judged.cutoffs[0])["series_id"].unique().sort()
    return ids.sample(min(count, ids.len()), seed=20, shuffle=True).to_list()


def m5(data: Path) -> JudgedSet:
    """Months of item x store from the first month sold; three origins a quarter apart, six months ahead."""
    sales = pl.read_parquet(data / "m5" / "sales_monthly.parquet")
    calendar = pl.read_parquet(data / "m5" / "calendar.parquet")
    frame = _numbered(sales, ["item_id", "store_id"]).rename({"month": "period_start", "units": "quantity"})
    days = calendar.group_by(pl.col("date").dt.truncate("1mo").alias("period_start")).agg(pl.len().alias("days"))
    whole = days.filter(pl.col("days") >= 28)["period_start"]
    totals = frame.group_by("period_start").agg(pl.col("quantity").sum()).sort("period_start")
    last = totals["period_start"].to_list()
    # The newest month is cut short in some copies of the data: it then sells far less than the three before it.
    if totals["quantity"][-1] < 0.85 * totals["quantity"][-4:-1].mean():
        last = last[:-1]
    frame = frame.filter(pl.col("period_start").is_in(whole.implode()) & (pl.col("period_start") <= last[-1]))
    prices = (
        pl.read_parquet(data / "m5" / "sell_prices.parquet")
        .join(
            calendar.group_by("wm_yr_wk").agg(pl.col("date").max().dt.truncate("1mo").alias("period_start")),
            on="wm_yr_wk",
        )
        .group_by("item_id", "store_id", "period_start")
        .agg(pl.col("sell_price").cast(pl.Float64).mean().alias("price"))
    )
    frame = frame.join(prices, on=["item_id", "store_id", "period_start"], how="left").sort("series_id", "period_start")
    attributes = frame.group_by("series_id").agg(pl.col("item_id", "dept_id", "cat_id", "store_id", "state_id").first())
    demand = _from_first_sale(frame.select("series_id", "period_start", pl.col("quantity").cast(pl.Float64), "price"))
    end = _next_month(last[-1], 1)
    cutoffs = [_next_month(end, -back) - timedelta(days=1) for back in (12, 9, 6)]
    return JudgedSet("m5", demand, "month", 6, cutoffs, attributes=attributes.sort("series_id"))


def carparts(data: Path) -> JudgedSet:
    """Monthly car parts; a blank month is unknown; the sum of three months at three origins."""
    frame = pl.read_parquet(data / "carparts" / "monthly.parquet").rename({"month": "period_start", "units": "quantity"})
    frame = _numbered(frame, ["part_id"]).select("series_id", "period_start", pl.col("quantity").cast(pl.Float64))
    end = _next_month(frame["period_start"].max(), 1)
    cutoffs = [_next_month(end, -back) - timedelta(days=1) for back in (9, 6, 3)]
    lead = pl.DataFrame({"series_id": frame["series_id"].unique().sort()}).with_columns(pl.lit(3).alias("periods"))
    return JudgedSet("carparts", frame, "month", 3, cutoffs, "lead_time", lead)


def spare_parts_raf(data: Path) -> JudgedSet:
    """Monthly items with their own lead time (0 or blank: 1); origins half a year apart, each series judged where its sum is
    known."""
    folder = data / "spare_parts_raf"
    frame = pl.read_parquet(folder / "monthly.parquet").rename({"month": "period_start", "units": "quantity"})
    items = pl.read_parquet(folder / "items.parquet").with_columns(
        pl.col("lead_time_months").fill_null(0).cast(pl.Int64).clip(lower_bound=1).alias("periods")
    )
    frame = _numbered(frame, ["item_id"])
    lead = frame.select("series_id", "item_id").unique().join(items, on="item_id").select("series_id", "periods")
    end = _next_month(frame["period_start"].max(), 1)
    cutoffs = [_next_month(end, -back) - timedelta(days=1) for back in (24, 18, 12)]
    demand = frame.select("series_id", "period_start", pl.col("quantity").cast(pl.Float64))
    return JudgedSet("spare_parts_raf", demand, "month", int(lead["periods"].max()), cutoffs, "lead_time", lead.sort("series_id"))


def spare_parts_man(data: Path) -> JudgedSet:
    """Weekly parts with their own lead time of 7 or 16 weeks; origins eight weeks apart."""
    folder = data / "spare_parts_man"
    frame = pl.read_parquet(folder / "weekly.parquet")
    # 52 weeks to the year, numbered on: the calendar only has to be regular.
    number = (pl.col("iso_like_week").str.slice(0, 4).cast(pl.Int64) - 2012) * 52 + (
        pl.col("iso_like_week").str.slice(5).cast(pl.Int64) - 1
    )
    frame = _numbered(frame, ["sku"]).with_columns(
        (pl.lit(date(2012, 1, 2)) + pl.duration(days=7 * number)).alias("period_start")
    )
    items = pl.read_parquet(folder / "items.parquet").with_columns(
        pl.col("lead_time_weeks").fill_null(0).cast(pl.Int64).clip(lower_bound=1).alias("periods")
    )
    lead = frame.select("series_id", "sku").unique().join(items, on="sku").select("series_id", "periods")
    end = frame["period_start"].max() + timedelta(days=6)
    cutoffs = [end - timedelta(weeks=back) for back in (32, 24, 16)]
    demand = frame.select("series_id", "period_start", pl.col("units").cast(pl.Float64).alias("quantity"))
    return JudgedSet("spare_parts_man", demand, "week", int(lead["periods"].max()), cutoffs, "lead_time", lead.sort("series_id"))


def vn2(data: Path) -> JudgedSet:
    """Weekly store sales; six windows of three weeks; out-of-stock weeks are a lower bound and not judged."""
    folder = data / "vn2"
    frame = pl.read_parquet(folder / "sales.parquet").join(
        pl.read_parquet(folder / "in_stock.parquet"), on=["store", "product", "week"], how="left"
    )
    frame = _numbered(frame, ["store", "product"]).join(
        pl.read_parquet(folder / "master.parquet"), on=["store", "product"], how="left"
    )
    names = ["store", "product", "productgroup", "division", "department", "departmentgroup", "storeformat", "format"]
    attributes = frame.group_by("series_id").agg(pl.col(names).first().cast(pl.String)).sort("series_id")
    demand = frame.select(
        "series_id",
        pl.col("week").alias("period_start"),
        pl.col("units").cast(pl.Float64).alias("quantity"),
        pl.col("in_stock").fill_null(True).alias("is_in_stock"),
    ).sort("series_id", "period_start")
    end = demand["period_start"].max() + timedelta(days=6)
    cutoffs = [end - timedelta(weeks=back) for back in (23, 19, 15, 11, 7, 3)]
    return JudgedSet("vn2", demand, "week", 3, cutoffs, attributes=attributes)


def m3_quarterly(data: Path) -> JudgedSet:
    """The competition's own holdout of eight quarters, all series moved to end together."""
    return _m3(data, "QUARTERLY", "quarter", 3, 8)


def m3_yearly(data: Path) -> JudgedSet:
    """The competition's own holdout of six years."""
    return _m3(data, "YEARLY", "year", 12, 6)


def m4_weekly(data: Path) -> JudgedSet:
    """The competition's own holdout of thirteen weeks, all series moved to end together."""
    train = pl.read_parquet(data / "m4" / "weekly_train.parquet")
    test = pl.read_parquet(data / "m4" / "weekly_test.parquet")
    cutoff = date(2020, 1, 5)
    back = pl.col("t") - pl.col("t").max().over("series_id")
    frame = pl.concat([train.with_columns(back.alias("step")), test.with_columns(pl.col("t").alias("step"))], how="diagonal")
    frame = _numbered(frame.rename({"series_id": "key"}), ["key"]).sort("series_id", "step")
    demand = frame.select(
        "series_id",
        (pl.lit(date(2019, 12, 30)) + pl.duration(days=7 * pl.col("step"))).alias("period_start"),
        pl.col("value").alias("quantity"),
    )
    keys = dict(frame.select("series_id", "key").unique().iter_rows())
    return JudgedSet("m4_weekly", demand, "week", 13, [cutoff], is_count=False, keys=keys)


def _m3(data: Path, period: str, frequency: str, months: int, horizon: int) -> JudgedSet:
    wanted = pl.read_parquet(data / "m3" / "series.parquet").filter(pl.col("period") == period)
    values = pl.read_parquet(data / "m3" / "values.parquet").join(wanted.select("key"), on="key")
    # Periods counted from the first one of the holdout, which is put on January 2001.
    ahead = pl.col("t") - pl.col("t").filter(pl.col("part") == "test").min().over("key")
    number = 2001 * 12 + ahead * months
    frame = _numbered(values, ["key"]).with_columns(pl.date(number // 12, number % 12 + 1, 1).alias("period_start"))
    keys = dict(frame.select("series_id", "key").unique().iter_rows())
    demand = frame.select("series_id", "period_start", pl.col("value").alias("quantity")).sort("series_id", "period_start")
    return JudgedSet(f"m3_{period.lower()}", demand, frequency, horizon, [date(2000, 12, 31)], is_count=False, keys=keys)


def _numbered(frame: pl.DataFrame, keys: list[str]) -> pl.DataFrame:
    numbers = frame.select(keys).unique().sort(keys).with_row_index("series_id").with_columns(pl.col("series_id").cast(pl.Int64))
    return frame.join(numbers, on=keys).sort("series_id")


def _from_first_sale(frame: pl.DataFrame) -> pl.DataFrame:
    """Zeros before the first sale mean "not on sale yet"."""
    return frame.filter((pl.col("quantity") > 0).cum_max().over("series_id", order_by="period_start"))


def _next_month(day: date, months: int) -> date:
    month = day.year * 12 + day.month - 1 + months
    return date(month // 12, month % 12 + 1, 1)


SETS: dict[str, Callable[[Path], JudgedSet]] = {
    "m5": m5,
    "m3_quarterly": m3_quarterly,
    "m3_yearly": m3_yearly,
    "m4_weekly": m4_weekly,
    "carparts": carparts,
    "spare_parts_raf": spare_parts_raf,
    "spare_parts_man": spare_parts_man,
    "vn2": vn2,
}
