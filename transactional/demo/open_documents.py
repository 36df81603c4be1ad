"""What documents are under way in the simulated company: purchases, work orders, transfers, sales orders and shipments."""

from __future__ import annotations

from dataclasses import dataclass, field

from transactional.commands import DocumentRef, LineRef
from transactional.demo.provenance import Source
from transactional.demo.state import Slot, Supply

__all__ = ["Delivery", "OrderLine", "PurchaseOpen", "SalesOpen", "Setback", "TransferOpen", "WorkOpen"]


@dataclass(slots=True, eq=False)
class PurchaseOpen:
    """An open purchase order line; `note` is the planted problem in it, `order_by` the day it should have been ordered."""

    ref: LineRef
    order: DocumentRef
    number: str
    line: int
    supplier: str
    sku: str
    quantity: int
    unit_price: int
    order_day: int
    promised: int
    arrival: int
    supply: Supply
    note: str = ""
    order_by: int = -1


@dataclass(slots=True, eq=False)
class WorkOpen:
    """An open work order; `components` is what is still to be issued: (sku, quantity).

    `blocked_by` is the component it last waited for; `earliest` is the day another order lets it on the line, `problem` why.
    """

    ref: DocumentRef
    number: str
    sku: str
    quantity: int
    planned_start: int
    due: int
    supply: Supply
    components: list[tuple[str, int]]
    is_rush: bool = False
    started: int = -1
    finish: int = -1
    blocked_by: str = ""
    earliest: int = -1
    problem: str = ""
    waited: int = 0
    waited_for: Source | None = None


@dataclass(slots=True, eq=False)
class TransferOpen:
    """An open transfer order line: `to_ship` has not left; `left` is the day the last part did, `origin` where that came from."""

    ref: LineRef
    order: DocumentRef
    number: str
    sku: str
    target: str
    to_ship: int
    due: int
    ordered: int
    departure: int
    supply: Supply
    left: int = -1
    origin: Source | None = None


@dataclass(slots=True, eq=False)
class SalesOpen:
    """A sales order with something still to ship.

    `pick_slip` is how many working days its picking will be late, `pick_problem` the planted problem behind that.
    """

    ref: DocumentRef
    number: str
    customer: str
    region: str
    warehouse: str
    order_day: int
    pick_slip: int = 0
    pick_problem: str = ""
    lines: list[OrderLine] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Setback:
    """A line lost stock it had: why ('stock_taken' or 'wrong_count'), since when it had it, and the planted problem."""

    cause: str
    tied: int
    document: str
    problem: str = ""


@dataclass(slots=True, eq=False)
class OrderLine:
    """A sales order line: `open` is what is neither allocated nor shipped nor cancelled.

    Attributes:
        promised: first promise; `moved_to` is a later day the customer asked for itself, -1 for none.
        feasible: the day it could have left at the earliest when it was promised, -1 for any.
        pegged: the day the last supply under the first promise was expected, -1 when it rested on stock.
        ready: the day its last part was tied to stock; `source` is where that came from, if it had to wait for it.
        left: the day its last part left, -1 before.
        is_direct: its picks leave today and were never tied in the ledger.
    """

    ref: LineRef
    order: SalesOpen
    position: int
    sku: str
    ordered: int
    open: int
    requested: int
    promised: int
    ship_day: int
    picks: list[tuple[Slot, int]] = field(default_factory=list)
    is_reissued: bool = False
    is_direct: bool = False
    hold_until: int = -1
    note: str = ""
    moved_to: int = -1
    pegged: int = -1
    feasible: int = -1
    ready: int = -1
    has_waited: bool = False
    source: Source | None = None
    setback: Setback | None = None
    left: int = -1
    delivered: int = 0
    cancelled: int = 0
    value: int = 0

    @property
    def allocated(self) -> int:
        """Tied to stock and not shipped."""
        return sum(quantity for _, quantity in self.picks)

    @property
    def is_complete(self) -> bool:
        """Everything not cancelled has arrived."""
        return self.delivered >= self.ordered - self.cancelled


@dataclass(slots=True, eq=False)
class Delivery:
    """A shipment on the road: what lots it carries of which lines, and the planted problem that slows it."""

    ref: DocumentRef
    number: str
    customer: str
    shipped: int
    carried: list[tuple[OrderLine, str | None, int]]
    problem: str = ""
