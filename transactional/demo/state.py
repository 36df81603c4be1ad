"""What does the simulated company believe it has? A mirror of the ledger, kept beside the commands it sends.

A cell is an item in a warehouse: its slots (bin x lot) of available stock, what of it is allocated, what is promised but not yet
allocated, and what is on its way. Quarantine is a single number per cell: it becomes available by inspection or leaves.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from transactional.commands import DocumentRef, LineRef

__all__ = ["FAR", "Cell", "OrderLine", "PurchaseOpen", "SalesOpen", "Slot", "Supply", "TransferOpen", "WorkOpen"]

FAR = 10**9
"""The expiry day of what never expires."""


@dataclass(slots=True, eq=False)
class Slot:
    """Available stock of one lot in one bin."""

    location: str
    lot: str | None
    expiry: int
    sequence: int
    on_hand: int
    allocated: int = 0


@dataclass(slots=True, eq=False)
class Supply:
    """An open document that will bring stock: what a promise can rest on."""

    kind: str
    ref: LineRef | DocumentRef
    number: str
    day: int
    quantity: int


@dataclass(slots=True, eq=False)
class Cell:
    """An item in a warehouse.

    Attributes:
        free: available and not allocated.
        wanted: promised or required, but not yet allocated or issued.
        held: received and waiting for inspection.
        coming: open supply (purchase, work, transfer), not yet received.
    """

    warehouse: str
    sku: str
    slots: list[Slot] = field(default_factory=list)
    free: int = 0
    wanted: int = 0
    held: int = 0
    coming: int = 0
    supplies: list[Supply] = field(default_factory=list)
    sequence: int = 0

    @property
    def position(self) -> int:
        """Free + held + coming - wanted."""
        return self.free + self.held + self.coming - self.wanted

    @property
    def unpromised(self) -> int:
        """Free stock nobody has been promised."""
        return self.free - self.wanted

    def add(self, location: str, lot: str | None, expiry: int, quantity: int) -> Slot:
        """Available stock arrives."""
        self.free += quantity
        for slot in self.slots:
            if slot.location == location and slot.lot == lot:
                slot.on_hand += quantity
                return slot
        slot = Slot(location, lot, expiry, self.sequence, quantity)
        self.sequence += 1
        self.slots.append(slot)
        if len(self.slots) > 1:
            self.slots.sort(key=lambda s: (s.expiry, s.sequence))
        return slot

    def find(self, quantity: int, today: int) -> list[tuple[Slot, int]]:
        """Free stock, first expired first out, without what has expired; may be less than asked."""
        found: list[tuple[Slot, int]] = []
        for slot in self.slots:
            if quantity <= 0:
                break
            free = slot.on_hand - slot.allocated
            if free > 0 and slot.expiry > today:
                part = min(free, quantity)
                found.append((slot, part))
                quantity -= part
        return found

    def allocate(self, slot: Slot, quantity: int) -> None:
        """Tie free stock to a demand."""
        slot.allocated += quantity
        self.free -= quantity

    def release(self, slot: Slot, quantity: int) -> None:
        """Give allocated stock back."""
        slot.allocated -= quantity
        self.free += quantity

    def remove(self, slot: Slot, quantity: int, *, was_allocated: bool = False) -> None:
        """Stock leaves a slot."""
        slot.on_hand -= quantity
        if was_allocated:
            slot.allocated -= quantity
        else:
            self.free -= quantity
        if slot.on_hand == 0:
            self.slots.remove(slot)

    @property
    def on_hand(self) -> int:
        """Available stock, allocated or not."""
        return sum(slot.on_hand for slot in self.slots)


@dataclass(slots=True, eq=False)
class PurchaseOpen:
    """An open purchase order line."""

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


@dataclass(slots=True, eq=False)
class WorkOpen:
    """An open work order; `components` is what is still to be issued: (sku, quantity)."""

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


@dataclass(slots=True, eq=False)
class TransferOpen:
    """An open transfer order line: `to_ship` has not left, `to_receive` is on the road."""

    ref: LineRef
    order: DocumentRef
    number: str
    sku: str
    target: str
    to_ship: int
    due: int
    supply: Supply


@dataclass(slots=True, eq=False)
class SalesOpen:
    """A sales order with something still to ship; `pick_slip` is how many working days its picking will be late."""

    ref: DocumentRef
    number: str
    customer: str
    region: str
    warehouse: str
    order_day: int
    pick_slip: int = 0
    lines: list[OrderLine] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class OrderLine:
    """A sales order line: `open` is what is neither allocated nor shipped nor cancelled.

    `is_direct`: its picks leave today and were never tied in the ledger.
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

    @property
    def allocated(self) -> int:
        """Tied to stock and not shipped."""
        return sum(quantity for _, quantity in self.picks)
