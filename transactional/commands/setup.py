"""Commands that set up the company and its master data. `Define...` creates or changes by code; a repeat changes nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from transactional.commands.base import Command


@dataclass(frozen=True, kw_only=True, slots=True)
class CreateCompany(Command):
    code: str
    name: str
    name_zh: str = ""
    currency: str = "CNY"
    minor_digits: int = 2
    time_zone: str = "Asia/Shanghai"
    today: date
    kind_of_source: str = "entered"  # 'entered', 'demo', 'import'
    demo_seed: int | None = None
    demo_end_date: date | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class AdvanceClock(Command):
    """Set the company's today; it never goes back."""

    today: date


@dataclass(frozen=True, kw_only=True, slots=True)
class DefineUser(Command):
    """`password_hash` comes from `transactional.auth.hash_password`; None keeps the present one."""

    login: str
    name: str
    name_zh: str = ""
    role: str
    language: str = "en"
    password_hash: str | None = None
    is_active: bool = True


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
class DefineWarehouse(Command):
    """Also creates the warehouse's in-transit and production locations (`<code>/TRANSIT`, `<code>/WIP`)."""

    code: str
    name: str
    name_zh: str = ""
    valuation_area: str | None = None  # default: an area of its own
    region: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class DefineLocation(Command):
    """A bin of a warehouse. Virtual locations exist from the start: SUPPLIER, CUSTOMER, SCRAP, COUNT, OPENING, VARIANCE."""

    code: str
    warehouse: str
    zone: str = ""
    aisle: int | None = None
    position: int | None = None
    is_pickable: bool = True


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


@dataclass(frozen=True, slots=True)
class BomLine:
    component_sku: str
    component_quantity: int
    scrap_ppm: int = 0
    is_fixed: bool = False
    valid_from: date | None = None
    valid_to: date | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class DefineBom(Command):
    """A new bill of materials; refused when it would close a cycle."""

    sku: str
    valid_from: date
    valid_to: date | None = None
    output_quantity: int = 1_000_000
    priority: int = 1
    note: str = ""
    lines: tuple[BomLine, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class DefineSubstitute(Command):
    """From `valid_from`, `substitute_quantity` of one item may do the work of `component_quantity` of another: in the bills of
    `parent_sku`, or of everything where it is None. Earlier open terms of the same three end the day before."""

    component_sku: str
    substitute_sku: str
    parent_sku: str | None = None
    component_quantity: int = 1_000_000
    substitute_quantity: int = 1_000_000
    priority: int = 1
    is_use_up: bool = False
    valid_from: date
    valid_to: date | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class DefineWorkCenter(Command):
    code: str
    name: str
    name_zh: str = ""
    warehouse: str
    capacity_minutes_per_day: int = 480
    cost_per_hour: int = 0


@dataclass(frozen=True, slots=True)
class Operation:
    operation_sequence: int
    work_center: str
    name: str = ""
    setup_minutes: int = 0
    run_seconds_per_unit: int = 0
    queue_days: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class DefineRouting(Command):
    sku: str
    valid_from: date
    operations: tuple[Operation, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class DefineSupplier(Command):
    code: str
    name: str
    name_zh: str = ""
    status: str = "active"
    credit_rating: int | None = None
    is_preferred: bool = False
    city: str = ""
    currency: str = "CNY"
    contact: str = ""
    release_fence_days: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class RecordQualification(Command):
    supplier: str
    qualification_kind: str
    certificate_number: str = ""
    valid_from: date
    qualification_expiry_date: date | None = None
    is_mandatory: bool = True


@dataclass(frozen=True, slots=True)
class PriceBreak:
    break_quantity: int
    unit_price: int


@dataclass(frozen=True, kw_only=True, slots=True)
class SetSupplierTerms(Command):
    """Terms of a supplier for an item from `valid_from`; earlier open terms of the pair end the day before."""

    supplier: str
    sku: str
    supplier_sku: str = ""
    purchase_unit: str = "EA"
    base_numerator: int = 1
    base_denominator: int = 1
    is_pack_known: bool = True
    lead_time_days: int
    minimum_order_quantity: int = 0
    maximum_order_quantity: int | None = None
    order_multiple_quantity: int = 0
    preference: int = 1
    is_contract: bool = False
    currency: str = "CNY"
    valid_from: date
    valid_to: date | None = None
    prices: tuple[PriceBreak, ...]
    quota_ppm: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class DefineCustomer(Command):
    code: str
    name: str
    name_zh: str = ""
    customer_class: str = "B"
    region: str = ""
    late_penalty_ppm_per_day: int | None = None
    credit_limit_amount: int | None = None
    is_active: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class DefineCarrier(Command):
    code: str
    name: str
    name_zh: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class SetCarrierLane(Command):
    carrier: str
    warehouse: str
    region: str
    transit_days: int
    cost_amount: int = 0
    valid_from: date
    valid_to: date | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class DefineReturnReason(Command):
    code: str
    name: str
    name_zh: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class DefineScrapReason(Command):
    code: str
    name: str
    name_zh: str = ""


@dataclass(frozen=True, slots=True)
class CalendarDay:
    date: date
    is_working: bool
    name: str = ""
    name_zh: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class SetCalendar(Command):
    """Days that differ from Monday to Friday working. `calendar_code`: 'own' or 'supplier:<code>'."""

    calendar_code: str
    days: tuple[CalendarDay, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class DefineBusinessEvent(Command):
    event_kind: str
    name: str
    name_zh: str = ""
    start_date: date
    end_date: date
    sku: str | None = None
    category: str | None = None
    discount_ppm: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class ChangeSetting(Command):
    name: str
    value: str
    scope: str = ""
    source_note: str = ""
