"""What does a forecast learn from? Marts and ledger in, the frames of `forecasting.fit` and one hash per series out.

Demand ends at the cutoff, so that what is recorded later changes no forecast of it. The hash of a series covers all that its
forecast depends on beside the selection: its demand with stock, price, order sizes and returns, adjustments (already in the
learned quantity), its time to protect and the events that concern it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import duckdb
import polars as pl

from forecasting import calendar_events
from kernel.ids import content_hash, stable_id
from pipelines.settings import Settings
from pipelines.warehouse import read_frame, table_exists

__all__ = ["ForecastInputs", "last_complete_day", "read_inputs", "series_events"]

_REVIEW_DAYS = 7
_VERSION = 5  # of what the same demand is made into; a new one means that all is forecast anew
_DAYS_AHEAD = {"week": 7, "month": 31}
_EVENT_COLUMNS = ("event", "start_date", "end_date", "series_id", "discount", "peak_date")


@dataclass(frozen=True)
class ForecastInputs:
    """One frequency of one run.

    Attributes:
        cutoff: last day whose demand is known. watermark: posting sequence the marts were built from.
        specification: hash of the settings a forecast depends on. lead_times: None for months.
        references: whom new series resemble by a person's word; a new one makes the run select anew (it lends what they borrow).
        last_days: `series_id`, `last_date` of items that are, or will be, no longer sold.
        hashes: `series_id`, `input_hash`. demand_hash: of all of them.
    """

    frequency: Any
    cutoff: date
    horizon: int
    watermark: int
    specification: str
    demand: pl.DataFrame
    lead_times: pl.DataFrame | None
    attributes: pl.DataFrame
    events: pl.DataFrame
    references: pl.DataFrame
    last_days: pl.DataFrame
    hashes: pl.DataFrame

    @property
    def demand_hash(self) -> str:
        return stable_id(*self.hashes.sort("series_id").iter_rows())

    def of_series(self, series_ids: list[int]) -> ForecastInputs:
        """The same for some of the series."""
        from dataclasses import replace

        mine = pl.col("series_id").is_in(series_ids)
        return replace(
            self,
            demand=self.demand.filter(mine),
            lead_times=None if self.lead_times is None else self.lead_times.filter(mine),
            attributes=self.attributes.filter(mine),
            events=self.events.filter(pl.col("series_id").is_null() | mine),
            last_days=self.last_days.filter(mine),
            hashes=self.hashes.filter(mine),
        )


def last_complete_day(frequency: str, as_of: date) -> date:
    """The last day of the last period that had wholly passed at the end of `as_of`.

    >>> last_complete_day("week", date(2026, 3, 8)), last_complete_day("month", date(2026, 3, 8))
    (datetime.date(2026, 3, 8), datetime.date(2026, 2, 28))
    """
    tomorrow = as_of + timedelta(days=1)
    start = tomorrow - timedelta(days=tomorrow.weekday()) if frequency == "week" else tomorrow.replace(day=1)
    return start - timedelta(days=1)


def read_inputs(
    warehouse: duckdb.DuckDBPyConnection, settings: Settings, frequency: str, as_of: date, watermark: int, specified: str = ""
) -> ForecastInputs:
    """Everything the forecast of one frequency at `as_of` learns from; `specified`: hash of what is left to specifications."""
    cutoff = last_complete_day(frequency, as_of)
    horizon = settings.weekly_horizon if frequency == "week" else settings.monthly_horizon
    told = {
        "frequency": frequency,
        "horizon": horizon,
        "seed": settings.seed,
        "is_boosted": settings.boosted_forecasts,
        "holiday_country": settings.holiday_country,
        "version": _VERSION,
    }
    told |= {"specified": specified} if specified else {}
    demand = _demand(warehouse, frequency, cutoff)
    known = demand["series_id"].unique().implode()
    references = _references(warehouse, as_of).filter(
        pl.col("series_id").is_in(known) & pl.col("reference_series_id").is_in(known)
    )
    told |= {} if references.is_empty() else {"references": references.rows()}
    lead_times = _lead_times(warehouse).filter(pl.col("series_id").is_in(known)) if frequency == "week" else None
    attributes = _attributes(warehouse).filter(pl.col("series_id").is_in(known))
    first, last = demand["period_start"].min(), cutoff + timedelta(days=horizon * _DAYS_AHEAD[frequency])
    events = pl.DataFrame(schema=_EVENT_SCHEMA)
    if isinstance(first, date):
        given = _events(warehouse).filter(pl.col("series_id").is_null() | pl.col("series_id").is_in(known))
        if settings.holiday_country:
            public = calendar_events(first, last, settings.holiday_country).with_columns(
                pl.lit(None, dtype=pl.Int64).alias("series_id"), pl.lit(None, dtype=pl.Float64).alias("discount")
            )
            given = pl.concat([given, public.select(_EVENT_COLUMNS)])
        inside = (pl.col("end_date") >= first) & (pl.col("start_date") <= last)
        events = series_events(given.filter(inside), demand["series_id"].unique().sort())
    last_days = _last_days(warehouse, frequency, cutoff)
    hashes = _hashes(demand, lead_times, events, last_days)
    specification = content_hash(told)[:16]
    return ForecastInputs(
        frequency,
        cutoff,
        horizon,
        watermark,
        specification,
        demand,
        lead_times,
        attributes,
        events,
        references,
        last_days,
        hashes,
    )


def series_events(events: pl.DataFrame, series_ids: pl.Series) -> pl.DataFrame:
    """One name per kind of occasion, without its year, and no two occurrences of it for a series at the same time.

    What people enter overlaps: a campaign in the table and in the calendar, the same promotion for an item and its category. Such
    occurrences become one, from the first day of the first to the last day of the last. A name that is for all and for some is
    for each series by itself.
    """
    plain = events.with_columns(pl.col("event").str.replace_all(r"\s*\b(19|20)\d\d\b\s*", " ").str.strip_chars())
    plain = plain.filter((pl.col("event") != "") & ~pl.col("event").str.starts_with("Spring Festival"))
    both = plain.group_by("event").agg(pl.col("series_id").is_null().any() & pl.col("series_id").is_not_null().any())
    mixed = pl.col("event").is_in(both.filter("series_id")["event"].implode())
    spread = (
        plain.filter(mixed & pl.col("series_id").is_null())
        .drop("series_id")
        .join(pl.DataFrame({"series_id": series_ids.cast(pl.Int64)}), how="cross")
    )
    rows = pl.concat([plain.filter(~(mixed & pl.col("series_id").is_null())), spread.select(plain.columns)])
    key = ["event", "series_id"]
    reached = pl.col("end_date").cum_max().shift(1).over(key)
    return (
        rows.sort(*key, "start_date", "end_date", nulls_last=False)
        .with_columns((reached.is_null() | (pl.col("start_date") > reached)).cum_sum().over(key).alias("occurrence"))
        .group_by(*key, "occurrence", maintain_order=True)
        .agg(
            pl.col("start_date").min(),
            pl.col("end_date").max(),
            pl.col("discount").max(),
            pl.col("peak_date").drop_nulls().first(),
        )
        .select(_EVENT_COLUMNS)
    )


_EVENT_SCHEMA = {
    "event": pl.String,
    "start_date": pl.Date,
    "end_date": pl.Date,
    "series_id": pl.Int64,
    "discount": pl.Float64,
    "peak_date": pl.Date,
}

_EVENTS = """
    WITH told AS (
        SELECT * FROM raw.business_event
        QUALIFY row_number() OVER (PARTITION BY business_event_id ORDER BY posting_sequence DESC) = 1
    )

    SELECT told.name AS event, told.start_date, told.end_date, NULL::BIGINT AS series_id,
        told.discount_ppm / 1000000.0 AS discount, NULL::DATE AS peak_date
    FROM told
    WHERE told.item_id IS NULL AND told.category_id IS NULL AND coalesce(told.is_withdrawn, 0) = 0
    UNION ALL
    SELECT told.name, told.start_date, told.end_date, series.series_id, told.discount_ppm / 1000000.0, NULL
    FROM told
    INNER JOIN marts.dim_item AS items ON told.item_id = items.item_id OR told.category_id = items.category_id
    INNER JOIN (SELECT DISTINCT series_id, item_id FROM marts.fct_demand_month) AS series ON items.item_id = series.item_id
    WHERE coalesce(told.is_withdrawn, 0) = 0
    ORDER BY ALL
"""


def _events(warehouse: duckdb.DuckDBPyConnection) -> pl.DataFrame:
    if not table_exists(warehouse, "raw", "business_event"):
        return pl.DataFrame(schema=_EVENT_SCHEMA)
    return read_frame(warehouse, _EVENTS).select([pl.col(name).cast(kind) for name, kind in _EVENT_SCHEMA.items()])


def _demand(warehouse: duckdb.DuckDBPyConnection, frequency: str, cutoff: date) -> pl.DataFrame:
    return read_frame(
        warehouse,
        "SELECT series_id, period_start, CAST(learned_quantity AS DOUBLE) AS quantity, is_in_stock, is_complete, "
        "CAST(average_price AS DOUBLE) AS price, CAST(largest_order_quantity AS DOUBLE) AS largest_order_quantity, "
        "CAST(returned_quantity AS DOUBLE) AS returned_quantity "
        f"FROM marts.fct_demand_{frequency} WHERE period_start <= ? ORDER BY series_id, period_start",
        [cutoff],
    )


def _attributes(warehouse: duckdb.DuckDBPyConnection) -> pl.DataFrame:
    """`series_id`, `category`, `warehouse`: what series share."""
    return read_frame(
        warehouse,
        "SELECT DISTINCT d.series_id, CAST(i.category_id AS VARCHAR) AS category, CAST(d.warehouse_id AS VARCHAR) AS warehouse "
        "FROM marts.fct_demand_month AS d LEFT JOIN marts.dim_item AS i ON d.item_id = i.item_id ORDER BY ALL",
    )


def _references(warehouse: duckdb.DuckDBPyConnection, as_of: date) -> pl.DataFrame:
    """`series_id`, `reference_series_id`, `factor` of references in force; the latest where a series has several."""
    schema = {"series_id": pl.Int64, "reference_series_id": pl.Int64, "factor": pl.Float64}
    if not table_exists(warehouse, "raw", "demand_reference"):
        return pl.DataFrame(schema=schema)
    found = read_frame(
        warehouse,
        "WITH told AS (SELECT * FROM raw.demand_reference QUALIFY row_number() OVER "
        "(PARTITION BY demand_reference_id ORDER BY posting_sequence DESC) = 1) "
        "SELECT item_location_id AS series_id, reference_item_location_id AS reference_series_id, "
        "factor_ppm / 1000000.0 AS factor FROM told WHERE is_current = 1 AND (until_date IS NULL OR until_date >= ?) "
        "AND factor_ppm > 0 AND item_location_id <> reference_item_location_id "
        "QUALIFY row_number() OVER (PARTITION BY item_location_id ORDER BY posting_sequence DESC, demand_reference_id DESC) = 1 "
        "ORDER BY ALL",
        [as_of],
    )
    return found.select([pl.col(name).cast(kind) for name, kind in schema.items()])


def _lead_times(warehouse: duckdb.DuckDBPyConnection) -> pl.DataFrame:
    """Days to protect per series: lead time (the shortest of a supplier where none is typed) and the time to the next review."""
    if not table_exists(warehouse, "plan_input", "item_locations"):
        return pl.DataFrame(schema={"series_id": pl.Int64, "protection_days": pl.Int64})
    terms = "SELECT item_id, min(lead_time_days) AS lead_time_days FROM plan_input.supplier_terms GROUP BY ALL"
    return read_frame(
        warehouse,
        "SELECT l.item_location_id AS series_id, "
        "CAST(least(730, greatest(1, coalesce(l.lead_time_days, t.lead_time_days, 0) + ?)) AS BIGINT) AS protection_days "
        f"FROM plan_input.item_locations AS l LEFT JOIN ({terms}) AS t ON l.item_id = t.item_id ORDER BY ALL",
        [_REVIEW_DAYS],
    )


def _last_days(warehouse: duckdb.DuckDBPyConnection, frequency: str, cutoff: date) -> pl.DataFrame:
    """`series_id`, `last_date`: the last sale of the master data; the cutoff for an inactive item without one."""
    return read_frame(
        warehouse,
        "SELECT DISTINCT d.series_id, coalesce(i.last_sale_date, CAST(? AS DATE)) AS last_date "
        f"FROM marts.fct_demand_{frequency} AS d INNER JOIN marts.dim_item AS i ON d.item_id = i.item_id "
        "WHERE d.period_start <= ? AND (i.last_sale_date IS NOT NULL OR NOT i.is_active) ORDER BY d.series_id",
        [cutoff, cutoff],
    )


def _hashes(demand: pl.DataFrame, lead_times: pl.DataFrame | None, events: pl.DataFrame, last_days: pl.DataFrame) -> pl.DataFrame:
    series = demand.select("series_id").unique().sort("series_id")
    shared = stable_id(*events.filter(pl.col("series_id").is_null()).sort(pl.all()).iter_rows())
    for frame in (demand, lead_times, events.filter(pl.col("series_id").is_not_null()), last_days):
        if frame is None:
            continue
        rows = frame.select("series_id", pl.Series("row", frame.hash_rows(seed=1)))
        told = rows.sort("series_id", "row").group_by("series_id", maintain_order=True).agg(pl.col("row"))
        series = series.join(told, on="series_id", how="left", maintain_order="left").rename({"row": f"rows_{series.width}"})
    parts = [name for name in series.columns if name != "series_id"]
    return pl.DataFrame(
        {
            "series_id": series["series_id"],
            "input_hash": [stable_id(shared, *row) for row in series.select(parts).iter_rows()],
        },
        schema={"series_id": pl.Int64, "input_hash": pl.String},
    )
