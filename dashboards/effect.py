"""Which KPI should an action move, and what was it before and after?

A subject names its KPI: "kpi" subjects carry it (`kpi|dimension|key`), a supplier's is the saving there, an item's its turnover,
an order's the on-time rate. A subject without a KPI has no effect to show.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import polars as pl

from dashboards import kpi_reports
from dashboards.components.cards import KPI_PERIODS
from dashboards.snapshot import Snapshot

__all__ = ["Effect", "effect", "kpi_subject"]

_READINGS = ("headline", "line", "usage", "by_order")
_OF_SUBJECT = {
    "supplier": ("purchase_savings", "supplier"),
    "item": ("inventory_turnover", "item"),
    "sales_order": ("on_time_delivery", "company"),
    "late_line": ("on_time_delivery", "company"),
    "cause": ("on_time_delivery", "company"),
}


@dataclass(frozen=True)
class Effect:
    """A KPI around the day an action was opened.

    Attributes:
        before: value of the last complete period that ended before that day; None when there is none.
        is_later: whether a complete period has begun since.
    """

    kpi: str
    period_kind: str
    unit: str
    periods: pl.DataFrame
    before: float | None
    before_start: date | None
    is_later: bool


def kpi_subject(kpi: str, dimension: str = "company", key: str = "") -> str:
    """The subject id of an action about a KPI at one grain."""
    return f"{kpi}|{dimension}|{key}"


def effect(shown: Snapshot, subject_kind: str, subject_id: str, opened: date | None) -> Effect | None:
    """The KPI of a subject by period, with its value before `opened`; None when it moves none or nothing is recorded."""
    if subject_kind == "kpi":
        kpi, dimension, key = (*subject_id.split("|"), "", "")[:3]
    elif subject_kind in _OF_SUBJECT:
        kpi, dimension = _OF_SUBJECT[subject_kind]
        key = subject_id
    else:
        return None
    if kpi not in KPI_PERIODS or opened is None:
        return None
    for kind in KPI_PERIODS[kpi]:
        found = kpi_reports.kpi_series(shown, kpi, kind, dimension or "company", key)
        present = found["reading"].to_list()
        reading = next((each for each in _READINGS if each in present), None)
        if reading is None:
            continue
        periods = found.filter(pl.col("reading") == reading).sort("period_start")
        whole = periods.filter(pl.col("is_complete").cast(pl.Boolean).fill_null(True) & pl.col("value").is_not_null())
        earlier = whole.filter(pl.col("period_end").fill_null(pl.col("period_start")) < opened)
        last = earlier.row(-1, named=True) if not earlier.is_empty() else None
        return Effect(
            kpi=kpi,
            period_kind=kind,
            unit=str(periods["unit"][0]),
            periods=periods,
            before=None if last is None else float(last["value"]),
            before_start=None if last is None else last["period_start"],
            is_later=not whole.filter(pl.col("period_start") >= opened.replace(day=1)).is_empty(),
        )
    return None
