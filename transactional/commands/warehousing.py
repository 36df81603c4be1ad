"""Commands of the warehouse: opening stock, moves, adjustments, transfers, stocktakes, reversals."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from transactional.commands.base import Command, DocumentRef, LineRef


@dataclass(frozen=True, kw_only=True, slots=True)
class OpeningLine:
    sku: str
    location: str
    quantity: int
    unit_cost: int  # 10^-6 currency
    lot: str | None = None
    expiry_date: date | None = None
    received_date: date | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class PostOpening(Command):
    opening_date: date
    lines: tuple[OpeningLine, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class MoveStock(Command):
    """Bin to bin, or a status change on the spot, within one warehouse."""

    sku: str
    quantity: int
    from_location: str
    to_location: str
    lot: str | None = None
    from_status: str = "available"
    to_status: str = "available"
    reason: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class AdjustStock(Command):
    """Found (positive) or lost, damaged, scrapped (negative) stock, with its reason."""

    sku: str
    location: str
    quantity: int
    reason: str  # found, damaged, expired, scrapped, lost, sample, other
    lot: str | None = None
    status: str = "available"
    unit_cost: int | None = None  # for found stock without a known cost


@dataclass(frozen=True, slots=True)
class TransferLine:
    sku: str
    quantity: int


@dataclass(frozen=True, kw_only=True, slots=True)
class PlaceTransfer(Command):
    from_warehouse: str
    to_warehouse: str
    order_date: date
    due_date: date
    origin_planned_order_id: str | None = None
    number: str | None = None
    lines: tuple[TransferLine, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class TransferQuantity:
    line: LineRef
    quantity: int
    location: str | None = None  # where it leaves from or is put away to
    lot: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class ShipTransfer(Command):
    transfer_order: DocumentRef
    shipped_date: date
    lines: tuple[TransferQuantity, ...] | None = None  # None: all that is open


@dataclass(frozen=True, kw_only=True, slots=True)
class ReceiveTransfer(Command):
    transfer_order: DocumentRef
    received_date: date
    lines: tuple[TransferQuantity, ...] | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class StartStocktake(Command):
    """Freezes the book quantity of every record in scope (`skus` None: the whole warehouse)."""

    warehouse: str
    count_kind: str = "full"
    count_date: date
    skus: tuple[str, ...] | None = None
    number: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Count:
    """A record counted; one that the book does not know is added with book quantity zero."""

    sku: str
    location: str
    counted_quantity: int
    lot: str | None = None
    status: str = "available"
    counter: str | None = None
    cause_code: str | None = None
    is_recount: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class RecordCounts(Command):
    stocktake: DocumentRef
    counts: tuple[Count, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class PostStocktake(Command):
    """Post every counted difference once, against the count-difference location."""

    stocktake: DocumentRef
    posted_date: date


@dataclass(frozen=True, kw_only=True, slots=True)
class ReverseMovement(Command):
    """Undo a movement by its mirror image, dated now, at the original cost. Documents keep their history."""

    movement_id: int
    reason: str
