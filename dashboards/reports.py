"""What does the shown snapshot answer?

One function per question of a screen; each returns a polars frame of the report tables in docs/contracts.md. A table or column
that
this snapshot does not hold reads as empty, so a company that records less sees "not recorded", never an error. Decimals
become floats for charts and tables; `exact=True` keeps them for commands.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import duckdb
import polars as pl
import streamlit as st

from dashboards import snapshot as snapshots
from dashboards.report_columns import COLUMNS
from dashboards.snapshot import Snapshot

__all__ = [
    "calendar",
    "changed_forecasts",
    "exceptions",
    "forecast_accuracy",
    "forecast_errors",
    "forecast_horizon",
    "forecast_scores",
    "forecast_series",
    "health",
    "item_locations",
    "item_suppliers",
    "items_of_supplier",
    "movements",
    "open_orders",
    "problem_stock",
    "projection",
    "read",
    "seasonality",
    "series_forecast",
    "series_value_added",
    "stock_lots",
    "suggestion_demand",
    "suggestions",
    "supplier_ranking",
    "suppliers",
    "value_added",
]


def read(
    snapshot: Snapshot,
    table: str,
    where: str = "true",
    parameters: Sequence[Any] = (),
    *,
    order: str = "",
    limit: int | None = None,
    exact: bool = False,
) -> pl.DataFrame:
    """Rows of `reports.<table>`; an empty frame when the table or a column of the condition is not in this snapshot."""
    found = _read(str(snapshot.path), snapshot, table, where, tuple(parameters), order, limit, exact)
    return found.with_columns(pl.lit(None).alias(name) for name in COLUMNS[table] if name not in found.columns)


# The frames never change, so every visitor may share them; a copy per reading would cost more than the query.
@st.cache_resource(max_entries=400, show_spinner=False)
def _read(
    path: str,
    _snapshot: Snapshot,
    table: str,
    where: str,
    parameters: tuple[Any, ...],
    order: str,
    limit: int | None,
    exact: bool,
) -> pl.DataFrame:
    query = f"select * from reports.{table} where {where}"
    query += f" order by {order}" if order else ""
    query += f" limit {limit}" if limit is not None else ""
    with snapshots.cursor(_snapshot) as reader:
        try:
            frame = pl.DataFrame(reader.sql(query, params=list(parameters)).to_arrow_table())
        except (duckdb.CatalogException, duckdb.BinderException):
            return pl.DataFrame(schema=dict.fromkeys(COLUMNS[table], pl.Null))
    if exact:
        return frame
    return frame.with_columns(pl.col(name).cast(pl.Float64) for name, kind in frame.schema.items() if kind == pl.Decimal)


# --- plan -------------------------------------------------------------------------------------------------------------


def suggestions(snapshot: Snapshot) -> pl.DataFrame:
    """Every purchase suggestion, most money at stake first, exact."""
    return read(snapshot, "rpt_purchase_suggestions", order="value_at_stake desc nulls last, planned_order_id", exact=True)


def suggestion_demand(snapshot: Snapshot, planned_order_id: str) -> pl.DataFrame:
    """The demand one suggestion serves, earliest first."""
    return read(snapshot, "rpt_suggestion_demand", "planned_order_id = ?", (planned_order_id,), order="due_date, demand_number")


def supplier_ranking(snapshot: Snapshot, planned_order_id: str) -> pl.DataFrame:
    """The suppliers who could deliver one suggestion, best first."""
    return read(snapshot, "rpt_supplier_ranking", "planned_order_id = ?", (planned_order_id,), order="rank nulls last")


def exceptions(snapshot: Snapshot, series_id: int | None = None) -> pl.DataFrame:
    """Messages of the plan, most money first; of one series when it is named."""
    where, values = ("true", ()) if series_id is None else ("item_location_id = ?", (series_id,))
    return read(snapshot, "rpt_exceptions", where, values, order="value_at_stake desc nulls last, message_id")


# --- forecast ---------------------------------------------------------------------------------------------------------


def forecast_series(snapshot: Snapshot) -> pl.DataFrame:
    """Every forecast series, those that need a human first: by urgency, then by money."""
    return read(
        snapshot,
        "rpt_forecast_series",
        order="needs_review_urgency desc nulls last, needs_review_score desc nulls last, series_id",
    )


def series_forecast(snapshot: Snapshot, series_id: int, frequency: str) -> pl.DataFrame:
    """History and forecast of one series by week or month."""
    return read(
        snapshot, "rpt_forecast", "series_id = ? and frequency = ?", (series_id, frequency), order="period_start, kind desc"
    )


def changed_forecasts(snapshot: Snapshot) -> pl.DataFrame:
    """Series whose whole forecast differs most from the run before: series_id, frequency, last_total, total, change_rate."""
    return snapshots.query(
        snapshot,
        "select f.series_id, f.frequency, sum(f.last_forecast_quantity) as last_total, sum(f.baseline_quantity) as total, "
        "sum(f.baseline_quantity) / nullif(sum(f.last_forecast_quantity), 0) - 1 as change_rate "
        "from reports.rpt_forecast f join reports.rpt_forecast_series s using (series_id, frequency) "
        "where f.kind = 'forecast' and f.last_forecast_quantity is not null group by f.series_id, f.frequency "
        "having abs(sum(f.baseline_quantity) - sum(f.last_forecast_quantity)) > 0.5 "
        "order by abs(sum(f.baseline_quantity) - sum(f.last_forecast_quantity)) desc, f.series_id, f.frequency",
    )


def forecast_accuracy(snapshot: Snapshot, series_id: int) -> pl.DataFrame:
    """Past accuracy of one series by run cutoff."""
    return read(snapshot, "rpt_forecast_accuracy", "series_id = ?", (series_id,), order="cutoff")


def forecast_groups(snapshot: Snapshot, level: str) -> pl.DataFrame:
    """The groups of one level that have a forecast: keys and labels, the amount of the months ahead and of the same months a year
    before, largest first."""
    return snapshots.query(
        snapshot,
        "select group_key, any_value(group_label) as group_label, any_value(group_label_zh) as group_label_zh, "
        "any_value(sku) as sku, any_value(category_code) as category_code, any_value(warehouse_code) as warehouse_code, "
        "sum(total_value) filter (where kind = 'forecast') as total_value, "
        "sum(last_year_value) filter (where kind = 'forecast') as last_year_value, "
        "sum(abs(past_forecast_value - demand_value)) filter (where kind = 'history' and is_complete) "
        "/ nullif(sum(demand_value) filter (where kind = 'history' and is_complete and past_forecast_value is not null), 0) "
        "as wape, bool_or(is_overridden) as is_overridden "
        "from reports.rpt_forecast_group where level = ? and unit = 'amount' and frequency = 'month' group by group_key "
        "having count(*) filter (where kind = 'forecast') > 0 order by total_value desc nulls last, group_key",
        (level,),
    )


def group_forecast(snapshot: Snapshot, level: str, group_key: str, frequency: str, unit: str) -> pl.DataFrame:
    """History and forecast of one group by week or month, in amount or quantity."""
    return read(
        snapshot,
        "rpt_forecast_group",
        "level = ? and group_key = ? and frequency = ? and unit = ?",
        (level, group_key, frequency, unit),
        order="period_start, kind desc",
    )


def override_problems(snapshot: Snapshot, level: str) -> pl.DataFrame:
    """Overrides of one level that the last run could not follow as meant."""
    return read(snapshot, "rpt_override_problems", "level = ?", (level,), order="override_id, frequency")


def forecast_errors(snapshot: Snapshot) -> pl.DataFrame:
    """Every forecast that could still be acted on, beside what came."""
    return read(snapshot, "rpt_forecast_error", order="period_start, series_id")


def value_added(snapshot: Snapshot, frequency: str) -> pl.DataFrame:
    """What each step and each person added, month by month, for forecasts by week or month."""
    return read(snapshot, "rpt_forecast_value_added", "frequency = ?", (frequency,), order="month_start, step, author_id")


def series_value_added(snapshot: Snapshot, series_id: int, frequency: str) -> pl.DataFrame:
    """What each step and each person added to the forecast of one series."""
    return read(
        snapshot, "rpt_series_value_added", "series_id = ? and frequency = ?", (series_id, frequency), order="step, author_id"
    )


def calendar(snapshot: Snapshot) -> pl.DataFrame:
    """Holidays and campaigns of the company's country."""
    return read(snapshot, "rpt_calendar", order="start_date, event_name")


def forecast_horizon(snapshot: Snapshot) -> pl.DataFrame:
    """Errors and coverage added up by distance, cutoff, pattern and model."""
    return read(snapshot, "rpt_forecast_horizon", order="source, frequency, cutoff, horizon, demand_pattern, model")


def forecast_scores(snapshot: Snapshot, frequency: str) -> pl.DataFrame:
    """What every model scored on every series at each past cutoff of the last selection, with the pattern of the series."""
    return snapshots.query(
        snapshot,
        "select a.series_id, a.cutoff, a.model, a.wape, a.bias, a.mase, a.rmsse, s.demand_pattern, s.model as champion "
        "from reports.rpt_forecast_accuracy a join reports.rpt_forecast_series s using (series_id, frequency) "
        "where a.frequency = ? order by a.series_id, a.cutoff, a.model",
        (frequency,),
    )


def seasonality(snapshot: Snapshot) -> pl.DataFrame:
    """The seasons of all groups: a profile each (year 0) and every month of every year."""
    return read(snapshot, "rpt_seasonality", order="level, group_key, unit, year, position")


# --- stock and items --------------------------------------------------------------------------------------------------


def item_locations(snapshot: Snapshot) -> pl.DataFrame:
    """Every item in every warehouse with its stock, cover, class and problem."""
    return read(snapshot, "rpt_item_locations", order="sku, warehouse_code")


def problem_stock(snapshot: Snapshot) -> pl.DataFrame:
    """Items with a stock problem, most money first."""
    return read(
        snapshot, "rpt_item_locations", "problem is not null and problem <> 'none'", order="problem_value desc nulls last, sku"
    )


def projection(snapshot: Snapshot, series_id: int) -> pl.DataFrame:
    """The projected stock of one series by date."""
    return read(snapshot, "rpt_projection", "item_location_id = ?", (series_id,), order="date")


def stock_lots(snapshot: Snapshot, item_id: int, warehouse_id: int) -> pl.DataFrame:
    """Lots of an item in a warehouse, first to expire first."""
    return read(
        snapshot,
        "rpt_stock",
        "item_id = ? and warehouse_id = ? and on_hand_quantity <> 0",
        (item_id, warehouse_id),
        order="expiry_date nulls last, lot_code",
    )


def open_orders(snapshot: Snapshot, item_id: int, warehouse_id: int) -> pl.DataFrame:
    """Open document lines of an item in a warehouse by expected date."""
    return read(
        snapshot, "rpt_open_orders", "item_id = ? and warehouse_id = ?", (item_id, warehouse_id), order="expected_date nulls last"
    )


def movements(snapshot: Snapshot, item_id: int, warehouse_id: int) -> pl.DataFrame:
    """Movements of an item in a warehouse, newest first."""
    return read(
        snapshot,
        "rpt_movements",
        "item_id = ? and warehouse_id = ?",
        (item_id, warehouse_id),
        order="business_date desc, movement_line_id desc",
    )


def item_suppliers(snapshot: Snapshot, item_id: int) -> pl.DataFrame:
    """The suppliers of one item side by side, preferred first."""
    return read(snapshot, "rpt_item_suppliers", "item_id = ?", (item_id,), order="preference nulls last, unit_price nulls last")


def items_of_supplier(snapshot: Snapshot, supplier_id: int) -> pl.DataFrame:
    """What one supplier sells us and at which terms."""
    return read(snapshot, "rpt_item_suppliers", "supplier_id = ?", (supplier_id,), order="sku")


def suppliers(snapshot: Snapshot) -> pl.DataFrame:
    """Every supplier with punctuality, quality, spend and qualification."""
    return read(snapshot, "rpt_suppliers", order="spend_12m desc nulls last, supplier_code")


def health(snapshot: Snapshot) -> pl.DataFrame:
    """What the data lack: duplicates, missing costs and lead times, stale partners."""
    return read(snapshot, "rpt_data_health", order="finding, subject_key")
