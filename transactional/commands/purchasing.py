"""Commands of buying: quotes, orders, promises, receipts, inspection, invoices, returns."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from transactional.commands.base import Command, DocumentRef, LineRef


@dataclass(frozen=True, slots=True)
class Offer:
    supplier: str
    unit_price: int
    lead_time_days: int | None = None
    valid_to: date | None = None
    is_chosen: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class RecordQuotes(Command):
    """Offers of several suppliers for one requirement. The answer's `request_id` groups them."""

    sku: str
    quantity: int
    quote_date: date
    offers: tuple[Offer, ...]
    purchase_order_line: LineRef | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class PurchaseLine:
    """`reference_unit_price` None: the ledger freezes the system's own reference as of `requirement_date`
    (contract or list price of the incumbent, else last received price within 12 months, else standard cost, else none)."""

    sku: str
    warehouse: str
    quantity: int
    unit_price: int
    tax_rate_ppm: int = 0
    required_date: date | None = None
    requested_date: date | None = None
    promised_date: date | None = None
    requirement_date: date | None = None
    order_by_date: date | None = None
    required_quantity: int | None = None
    reference_unit_price: int | None = None
    reference_source: str | None = None
    strategy: str = "spot"
    origin_planned_order_id: str | None = None
    line_total_micro: int | None = None  # as the source states it; default quantity x price
    entered_quantity: int | None = None
    entered_unit: str | None = None
    status: str = "open"  # or 'pending', 'rejected' for imported history
    source_key: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class PlacePurchaseOrder(Command):
    supplier: str
    order_date: date
    buyer: str | None = None
    currency: str | None = None
    exchange_rate_ppm: int = 1_000_000
    ship_method: str = ""
    freight_amount: int = 0
    status: str = "approved"
    number: str | None = None
    source_key: str | None = None
    lines: tuple[PurchaseLine, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class ReleasePurchaseOrder(Command):
    """A pending order has been approved: its lines are open from now on."""

    purchase_order: DocumentRef


@dataclass(frozen=True, kw_only=True, slots=True)
class PromisePurchaseLine(Command):
    """The supplier says when; the first word is kept as first promise."""

    line: LineRef
    promised_date: date


@dataclass(frozen=True, kw_only=True, slots=True)
class ReceiptLine:
    line: LineRef
    received_quantity: int
    rejected_quantity: int = 0
    location: str
    lot: str | None = None
    expiry_date: date | None = None
    reject_reason: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class ReceiveGoods(Command):
    """Goods arrive. With `inspected_date` accepted goods are available at once; without, everything waits in quarantine
    until InspectGoods. Rejected quantity goes back to the supplier location."""

    purchase_order: DocumentRef
    warehouse: str
    received_date: date
    inspected_date: date | None = None
    is_date_assumed: bool = False
    lines: tuple[ReceiptLine, ...]


@dataclass(frozen=True, slots=True)
class InspectionResult:
    line: LineRef  # the goods receipt line
    rejected_quantity: int = 0
    reject_reason: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class InspectGoods(Command):
    goods_receipt: DocumentRef
    inspected_date: date
    results: tuple[InspectionResult, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class RecordSupplierInvoice(Command):
    invoice_number: str
    line: LineRef
    invoice_date: date
    quantity: int
    unit_price: int
    landed_cost_amount: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class CancelPurchaseLine(Command):
    line: LineRef
    quantity: int | None = None  # None: all that is open
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ReturnToSupplier(Command):
    line: LineRef
    quantity: int
    location: str
    lot: str | None = None
    status: str = "available"
    reason: str
