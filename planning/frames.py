"""Which frames does a plan take and give?

`conform` brings a frame into its schema (see `schemas`): a missing mandatory column is a programmer's mistake and raises at
once, a missing optional one is filled with nulls.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import polars as pl

from kernel.errors import InvalidInput
from planning.schemas import INPUT_SCHEMAS, MANDATORY

__all__ = ["PlanInputs", "PlanResult", "conform"]


def _nothing() -> pl.DataFrame:
    return pl.DataFrame()


@dataclass(frozen=True)
class PlanInputs:
    """The facts a plan is made from; an omitted frame means there is nothing of the kind."""

    item_locations: pl.DataFrame
    demands: pl.DataFrame = field(default_factory=_nothing)
    on_hand: pl.DataFrame = field(default_factory=_nothing)
    scheduled_receipts: pl.DataFrame = field(default_factory=_nothing)
    bom_lines: pl.DataFrame = field(default_factory=_nothing)
    substitutes: pl.DataFrame = field(default_factory=_nothing)
    supplier_terms: pl.DataFrame = field(default_factory=_nothing)
    lead_time_demand: pl.DataFrame = field(default_factory=_nothing)
    decisions: pl.DataFrame = field(default_factory=_nothing)
    working_days: pl.DataFrame = field(default_factory=_nothing)


@dataclass(frozen=True)
class PlanResult:
    """What a plan says; every frame is sorted, so equal inputs give byte-identical results."""

    planned_orders: pl.DataFrame
    pegging: pl.DataFrame
    exceptions: pl.DataFrame
    projection: pl.DataFrame
    supplier_ranking: pl.DataFrame
    dependent_demands: pl.DataFrame
    """Component and transfer requirements of the suggestions: one row per planned order and component."""
    problems: tuple[InvalidInput, ...] = ()
    """Records that could not be planned as they stand: what, where, got, expected, next step."""


def conform(frame: pl.DataFrame, name: str) -> pl.DataFrame:
    """`frame` with exactly the columns and types of input `name`.

    Raises:
        InvalidInput: a mandatory column is missing or a column cannot be read as its type.
    """
    schema = INPUT_SCHEMAS[name]
    if frame.width == 0:
        return pl.DataFrame(schema=schema)
    for column in MANDATORY[name]:
        if column not in frame.columns:
            raise InvalidInput("planning.column_missing", frame=name, column=column, got=", ".join(frame.columns))
    columns = []
    for column, dtype in schema.items():
        if column not in frame.columns:
            columns.append(pl.Series(column, [None] * frame.height, dtype=dtype))
            continue
        series = frame.get_column(column)
        # A float quantity would be rounded silently: exact integers only, except where the contract says float.
        if series.dtype.is_float() and dtype == pl.Int64:
            raise InvalidInput("planning.column_type", frame=name, column=column, got=str(series.dtype), expected=str(dtype))
        try:
            columns.append(series.cast(dtype))
        except (pl.exceptions.PolarsError, TypeError, ValueError):
            raise InvalidInput(
                "planning.column_type", frame=name, column=column, got=str(series.dtype), expected=str(dtype)
            ) from None
    return pl.DataFrame(columns)
