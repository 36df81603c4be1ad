"""Commands that set up what is kept: units, categories, items and how they are planned. A repeat changes nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from transactional.commands.base import Command


@dataclass(frozen=True, kw_only=True, slots=True)
class DefineUnit(Command):
    code: str
    name: str
    name_zh: str = ""
    dimension: str = "count"


@dataclass(frozen=True, kw_only=True, slots=True)
class DefineCategory(Command):
    code: str
    name: str
    name_zh: str = ""
    parent: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class DefineItem(Command):
    sku: str
    name: str
    name_zh: str = ""
    item_type: str
    category: str | None = None
    base_unit: str = "EA"
    quantity_step: int = 1_000_000
    standard_cost: int | None = None
    list_price: int | None = None
    tax_rate_ppm: int = 0
    shelf_life_days: int | None = None
    is_lot_tracked: bool = False
    is_measured: bool = False
    is_active: bool = True
    first_sale_date: date | None = None
    last_sale_date: date | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class DefineConversion(Command):
    """quantity in `from_unit` x numerator / denominator = quantity in `to_unit`."""

    sku: str | None
    from_unit: str
    to_unit: str
    numerator: int
    denominator: int


@dataclass(frozen=True, kw_only=True, slots=True)
class DefineBarcode(Command):
    barcode: str
    sku: str
    unit: str = "EA"


@dataclass(frozen=True, kw_only=True, slots=True)
class SetPlanning(Command):
    """Planning parameters of an item in a warehouse; creates the item_location (the forecast series)."""

    sku: str
    warehouse: str
    procurement: str = "buy"
    order_policy: str = "lot_for_lot"
    minimum_order_quantity: int = 0
    order_multiple_quantity: int = 0
    maximum_order_quantity: int | None = None
    fixed_order_quantity: int | None = None
    period_days: int = 1
    lead_time_days: int | None = None
    safety_lead_time_days: int = 0
    inspection_days: int = 0
    yield_ppm: int = 1_000_000
    safety_stock_quantity: int | None = None
    reorder_point_quantity: int | None = None
    order_up_to_quantity: int | None = None
    demand_fence_days: int = 0
    planning_fence_days: int = 0
    service_level_ppm: int = 950_000
    source_warehouse: str | None = None
    planner: str | None = None
    alternate_procurement: str | None = None
    alternate_rule: str = "priority"
    alternate_lead_time_days: int | None = None
