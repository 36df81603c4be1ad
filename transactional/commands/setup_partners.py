"""Commands that set up whom we deal with: suppliers and their terms, customers, carriers, reasons. A repeat changes nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from transactional.commands.base import Command


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
