"""What does the simulated company believe it has? A mirror of the ledger, kept beside the commands it sends.

A cell is an item in a warehouse: its slots (bin x lot) of available stock, what of it is allocated, what is promised but not yet
allocated, and what is on its way. Quarantine is a single number per cell: it becomes available by inspection or leaves.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from transactional.commands import DocumentRef, LineRef
from transactional.demo.provenance import Bought, Source

if TYPE_CHECKING:
    from transactional.demo.open_documents import PurchaseOpen, TransferOpen, WorkOpen

__all__ = ["FAR", "Cell", "Slot", "Supply"]

FAR = 10**9
"""The expiry day of what never expires."""


@dataclass(slots=True, eq=False)
class Slot:
    """Available stock of one lot in one bin.

    `layers` are its arrivals, oldest first, as [source, quantity left]; `missing` is what the book holds and the shelf does not,
    until somebody looks for it.
    """

    location: str
    lot: str | None
    expiry: int
    sequence: int
    on_hand: int
    allocated: int = 0
    missing: int = 0
    layers: list[tuple[Source | None, int]] = field(default_factory=list)

    def source_of(self, quantity: int) -> Source | None:
        """Where the last of `quantity` more came from, after what is allocated already, first in first out."""
        reach = self.allocated + quantity
        for source, left in self.layers:
            if reach <= left:
                return source
            reach -= left
        return self.layers[-1][0] if self.layers else None

    def take(self, quantity: int) -> None:
        """Stock leaves, the oldest first."""
        self.on_hand -= quantity
        layers = self.layers
        while layers and quantity >= layers[0][1]:
            quantity -= layers.pop(0)[1]
        if layers and quantity:
            layers[0] = (layers[0][0], layers[0][1] - quantity)


@dataclass(slots=True, eq=False)
class Supply:
    """An open document that will bring stock: what a promise can rest on."""

    kind: str
    ref: LineRef | DocumentRef
    number: str
    day: int
    quantity: int
    opened: PurchaseOpen | WorkOpen | TransferOpen | None = None


@dataclass(slots=True, eq=False)
class Cell:
    """An item in a warehouse.

    Attributes:
        free: available and not allocated.
        wanted: promised or required, but not yet allocated or issued.
        held: received and waiting for inspection.
        coming: open supply (purchase, work, transfer), not yet received.
        inspecting: where what is held came from.
        lost_day: the day a count or a search last found stock missing, -1 for never.
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
    lost_day: int = -1
    inspecting: list[Bought] = field(default_factory=list)

    @property
    def position(self) -> int:
        """Free + held + coming - wanted."""
        return self.free + self.held + self.coming - self.wanted

    @property
    def unpromised(self) -> int:
        """Free stock nobody has been promised."""
        return self.free - self.wanted

    def add(self, location: str, lot: str | None, expiry: int, quantity: int, source: Source | None = None) -> Slot:
        """Available stock arrives."""
        self.free += quantity
        for slot in self.slots:
            if slot.location == location and slot.lot == lot:
                slot.on_hand += quantity
                slot.layers.append((source, quantity))
                return slot
        slot = Slot(location, lot, expiry, self.sequence, quantity, layers=[(source, quantity)])
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
        slot.take(quantity)
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
