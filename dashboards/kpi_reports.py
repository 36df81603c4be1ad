"""What does the shown snapshot say about the KPIs: their periods, their cuts, and the rows behind them?

One function per question, read as `reports.read` reads: what this snapshot does not hold is empty.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import polars as pl

from dashboards import snapshot as snapshots
from dashboards.reports import read
from dashboards.snapshot import Snapshot

__all__ = [
    "complete_periods",
    "contribution",
    "count_lines",
    "dimensions",
    "kpi_periods",
    "kpi_series",
    "late_causes",
    "late_chain",
    "late_lines",
    "open_late_lines",
    "readings",
    "savings_lines",
]


def kpi_periods(snapshot: Snapshot, kpi: str, period_kind: str, reading: str = "headline") -> pl.DataFrame:
    """The company's value of one KPI, one row per period, oldest first."""
    return read(
        snapshot,
        "rpt_kpi",
        "kpi = ? and period_kind = ? and reading = ? and dimension = 'company'",
        (kpi, period_kind, reading),
        order="period_start",
    )


def kpi_series(snapshot: Snapshot, kpi: str, period_kind: str, dimension: str, key: str = "") -> pl.DataFrame:
    """One KPI at one grain by period, every reading; the company needs no `key`."""
    return read(
        snapshot,
        "rpt_kpi",
        "kpi = ? and period_kind = ? and dimension = ? and (dimension = 'company' or dimension_key = ?)",
        (kpi, period_kind, dimension, key),
        order="period_start, reading",
    )


def complete_periods(snapshot: Snapshot, kpi: str, period_kinds: Sequence[str]) -> tuple[str, pl.DataFrame]:
    """The first of `period_kinds` in which this KPI is recorded, with its periods; ("", empty) when it is in none."""
    for kind in period_kinds:
        frame = kpi_periods(snapshot, kpi, kind)
        if not frame.is_empty():
            return kind, frame
    return "", pl.DataFrame()


def readings(snapshot: Snapshot, kpi: str, period_kind: str, period_start: Any) -> pl.DataFrame:
    """Every reading of a KPI for the company in one period, the headline first."""
    return read(
        snapshot,
        "rpt_kpi",
        "kpi = ? and period_kind = ? and period_start = ? and dimension = 'company'",
        (kpi, period_kind, period_start),
        order="(reading <> 'headline'), reading",
    )


def dimensions(snapshot: Snapshot, kpi: str, period_kind: str) -> list[str]:
    """The dimensions by which this KPI is cut, apart from the company."""
    found = snapshots.query(
        snapshot,
        "select distinct dimension from reports.rpt_kpi where kpi = ? and period_kind = ? "
        "and reading in ('headline', 'line', 'usage') and dimension <> 'company' order by 1",
        (kpi, period_kind),
    )
    return [] if found.is_empty() else [str(name) for name in found["dimension"].to_list()]


def contribution(snapshot: Snapshot, kpi: str, period_kind: str, period_start: Any, dimension: str) -> pl.DataFrame:
    """One KPI cut by one dimension in one period."""
    return read(
        snapshot,
        "rpt_kpi",
        "kpi = ? and period_kind = ? and period_start = ? and dimension = ?",
        (kpi, period_kind, period_start, dimension),
        order="dimension_key",
    )


def late_lines(snapshot: Snapshot, since: Any, until: Any) -> pl.DataFrame:
    """Sales order lines that came late and were promised in the period, worst first."""
    return read(
        snapshot,
        "rpt_late_lines",
        "first_promised_date between ? and ?",
        (since, until),
        order="line_value * late_days desc nulls last, sales_order_line_id",
    )


def open_late_lines(snapshot: Snapshot) -> pl.DataFrame:
    """Sales order lines past their promise and still not delivered, worst first."""
    return read(snapshot, "rpt_late_lines", "is_open", order="line_value * late_days desc nulls last, sales_order_line_id")


def late_causes(snapshot: Snapshot, since: Any, until: Any) -> pl.DataFrame:
    """The signed days of lateness by cause for lines promised in the period."""
    return read(
        snapshot,
        "rpt_late_causes",
        "sales_order_line_id in (select sales_order_line_id from reports.rpt_late_lines where first_promised_date "
        "between ? and ?)",
        (since, until),
        order="cause_group, cause, sales_order_line_id",
    )


def late_chain(snapshot: Snapshot, line_id: int) -> pl.DataFrame:
    """The steps of one late line from its delivery back to the root; empty in a snapshot that does not trace them."""
    return read(snapshot, "rpt_late_chain", "sales_order_line_id = ?", (line_id,), order="step_number")


def savings_lines(snapshot: Snapshot, since: Any, until: Any) -> pl.DataFrame:
    """Purchase order lines of the period with their saving, largest loss first."""
    return read(
        snapshot, "rpt_savings_lines", "order_date between ? and ?", (since, until), order="saving, purchase_order_line_id"
    )


def count_lines(snapshot: Snapshot, since: Any, until: Any) -> pl.DataFrame:
    """Counted records of the period that differ from the book, most money first."""
    return read(
        snapshot,
        "rpt_count_lines",
        "not is_match and count_date between ? and ?",
        (since, until),
        order="abs(difference_value) desc nulls last",
    )
