"""Commands of selling: orders, promises, allocation, picking, shipping, delivery, cancellation, returns."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from transactional.commands.base import Command, DocumentRef, LineRef


@dataclass(frozen=True, kw_only=True, slots=True)
class SalesLine:
    sku: str
    warehouse: str
    quantity: int
    unit_price: int
    discount_ppm: int = 0
    tax_rate_ppm: int = 0
    requested_date: date
    promised_date: date | None = None
    line_total_micro: int | None = None
    entered_quantity: int | None = None
    entered_unit: str | None = None
    business_event: str | None = None
    source_key: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class EnterSalesOrder(Command):
    customer: str
    order_date: date
    salesperson: str | None = None
    currency: str | None = None
    customer_reference: str = ""
    is_rush: bool = False
    number: str | None = None
    source_key: str | None = None
    lines: tuple[SalesLine, ...]


@dataclass(frozen=True, slots=True)
class Peg:
    """What the promise rests on.

    `supply`: a line reference for purchase_order_line and transfer_order_line, a document reference for work_order.
    """

    supply_kind: str
    quantity: int
    expected_date: date
    supply: LineRef | DocumentRef | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class PromiseSalesLine(Command):
    line: LineRef
    promised_date: date
    pegs: tuple[Peg, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class MovePromiseForCustomer(Command):
    """The customer asked for another date, and we promise it: the days this adds are his own (K2 cause 'customer_change').

    The first promise, the requested date and with it the demand stay as they were; the new date becomes the last promise.
    """

    line: LineRef
    requested_date: date  # what he asks for now
    promised_date: date  # what we promise for it
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class AllocateSalesLine(Command):
    """Tie stock to the line: named location and lot, or first-expired-first-out by the ledger. Takes what there is up to
    `quantity` (None: all open) and answers how much; never more than available."""

    line: LineRef
    quantity: int | None = None
    location: str | None = None
    lot: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class ReleaseAllocation(Command):
    """Give allocated stock back; `taken_by` names the line it is taken for, if any."""

    line: LineRef
    quantity: int | None = None
    reason: str
    taken_by: LineRef | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class PickSalesLine(Command):
    line: LineRef
    quantity: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class ShipLine:
    """Ships what is allocated to the line first; the rest is taken first expired first out, or from the named place."""

    line: LineRef
    quantity: int
    location: str | None = None
    lot: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class ShipGoods(Command):
    """One shipment to one customer from one warehouse."""

    warehouse: str
    shipped_date: date
    carrier: str | None = None
    tracking_number: str = ""
    freight_amount: int = 0
    picked_date: date | None = None
    number: str | None = None
    source_key: str | None = None
    lines: tuple[ShipLine, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class ConfirmDelivery(Command):
    shipment: DocumentRef
    carrier_delivered_date: date | None = None
    signed_date: date | None = None
    signed_by: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class CancelSalesLine(Command):
    line: LineRef
    quantity: int | None = None
    reason: str  # no_stock, price, customer, credit, other


@dataclass(frozen=True, kw_only=True, slots=True)
class ReturnLine:
    line: LineRef | None
    sku: str
    quantity: int
    location: str
    reason: str  # return reason code
    lot: str | None = None
    disposition: str = "quarantine"
    refund_amount: int = 0
    note: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class ReturnGoods(Command):
    customer: str
    return_date: date
    lines: tuple[ReturnLine, ...]
