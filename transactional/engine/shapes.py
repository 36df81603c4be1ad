"""What does the engine need to know of each table to read and write it without SQLAlchemy in the hot path?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from operator import itemgetter
from typing import Any

from sqlalchemy import Date

from transactional.engine.days import DAY_OF
from transactional.schema import metadata

__all__ = ["CHILDREN", "CODES", "PARENTS_FIRST", "UNIQUE", "Shape", "shape"]

CHILDREN: dict[str, tuple[str, ...]] = {
    "allocation": ("demand_line_id",),
    "bill_of_materials": ("item_id",),
    "bom_line": ("bom_id",),
    "calendar_day": ("calendar_code",),
    "component_substitute": ("component_item_id",),
    "demand_adjustment": ("item_location_id",),
    "demand_reference": ("item_location_id",),
    "goods_receipt_line": ("goods_receipt_id", "purchase_order_line_id"),
    "item_location": ("item_id",),
    "movement": ("document_id", "reversal_of_movement_id"),
    "movement_line": ("movement_id",),
    "purchase_order_line": ("purchase_order_id", "item_id"),
    "routing_operation": ("item_id",),
    "run_request": ("kind",),
    "sales_order_line": ("sales_order_id",),
    "setting": ("name",),
    "shipment_line": ("shipment_id", "sales_order_line_id"),
    "stocktake_line": ("stocktake_id",),
    "suggestion_decision": ("planned_order_id",),
    "supplier_invoice_line": ("purchase_order_line_id",),
    "supplier_item": ("item_id",),
    "supplier_item_price": ("supplier_item_id",),
    "supplier_qualification": ("supplier_id",),
    "carrier_lane": ("warehouse_id",),
    "inbox_state": ("user_id",),
    "transfer_order_line": ("transfer_order_id",),
    "unit_conversion": ("from_unit_id",),
    "work_order_component": ("work_order_id",),
    "work_order_operation": ("work_order_id",),
}
"""Columns by which the rows of a table are asked for as a group; kept live inside a batch, and never changed in a row."""

UNIQUE: dict[str, tuple[str, ...]] = {"lot": ("item_id", "code")}
"""A second way to name one row, by several columns together."""

CODES: dict[str, str] = {
    "app_user": "login",
    "business_event": "name",
    "carrier": "code",
    "customer": "code",
    "item": "sku",
    "item_barcode": "barcode",
    "item_category": "code",
    "location": "code",
    "return_reason": "code",
    "scrap_reason": "code",
    "supplier": "code",
    "unit_of_measure": "code",
    "valuation_area": "code",
    "warehouse": "code",
    "work_center": "code",
}
"""The column that names a row of master data for people."""


PARENTS_FIRST: dict[str, int] = {table.name: place for place, table in enumerate(metadata.sorted_tables)}
"""Order in which tables are written: where a parent is not there yet, SQLite searches for orphans at every later insert."""


Getter = Callable[[dict[str, Any]], Any]


@dataclass(frozen=True)
class Shape:
    """Columns, key, defaults and dates of one table.

    Attributes:
        dates: positions of the date columns.
        required: columns that have no default and may not be empty.
        key_of: the primary key of a row: a plain value, or a tuple when it has several columns.
        unique_of: the columns of `UNIQUE` of a row as a tuple.
        values_of, required_of: those columns of a row as a tuple.
    """

    name: str
    columns: tuple[str, ...]
    key: tuple[str, ...]
    defaults: dict[str, Any]
    dates: tuple[int, ...]
    date_names: frozenset[str]
    required: frozenset[str]
    has_sequence: bool
    parents: tuple[str, ...]
    code: str | None
    select: str
    by_key: str

    key_of: Getter
    unique_of: Getter | None
    required_of: Getter
    values_of: Getter

    def read(self, values: tuple[Any, ...], parse_dates: bool) -> dict[str, Any]:
        """A fetched tuple as a row."""
        row = dict(zip(self.columns, values, strict=True))
        if parse_dates:
            for position in self.dates:
                row[self.columns[position]] = DAY_OF[values[position]]
        return row


def _getter(names: tuple[str, ...]) -> Getter:
    """The named values of a row as a tuple, at the speed of C; `itemgetter` alone gives no tuple for fewer than two names."""
    if len(names) > 1:
        return itemgetter(*names)
    return lambda row: tuple([row[name] for name in names])


@cache
def shape(table: str) -> Shape:
    """The shape of a ledger table."""
    definition = metadata.tables[table]
    columns = tuple(column.name for column in definition.columns)
    key = tuple(column.name for column in definition.primary_key.columns)
    defaults: dict[str, Any] = {}
    required = set()
    for column in definition.columns:
        default = getattr(column.default, "arg", None)
        defaults[column.name] = default
        if default is None and not column.nullable and column.name != "posting_sequence":
            required.add(column.name)
    select = f"SELECT {', '.join(columns)} FROM {table}"
    return Shape(
        name=table,
        columns=columns,
        key=key,
        defaults=defaults,
        dates=tuple(i for i, column in enumerate(definition.columns) if isinstance(column.type, Date)),
        date_names=frozenset(column.name for column in definition.columns if isinstance(column.type, Date)),
        required=frozenset(required),
        has_sequence="posting_sequence" in columns,
        parents=CHILDREN.get(table, ()),
        code=CODES.get(table),
        select=select,
        by_key=f"{select} WHERE {' AND '.join(f'{part} = ?' for part in key)}",
        key_of=itemgetter(*key),
        unique_of=_getter(UNIQUE[table]) if table in UNIQUE else None,
        required_of=_getter(tuple(sorted(required))),
        values_of=_getter(columns),
    )
