"""Where and when do the planted problems touch the simulation? Empty for the twin without problems."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from transactional.demo.items import Item

if TYPE_CHECKING:
    from transactional.demo.simulate import Simulation
    from transactional.demo.world import World

__all__ = ["MISCOUNTED_WAREHOUSE", "Plot", "back"]

MISCOUNTED_WAREHOUSE = "DN"
"""Where the careless counter counts."""


@dataclass(slots=True)
class Plot:
    """Days are day numbers of the history; whoever asks looks up its own subject.

    Attributes:
        slipping_supplier: supplier -> (from day, least and most working days late, share of its lines).
        late_buyer: buyer -> (from day, until day, share of its requirements).
        overpayer: buyer -> (from day, share of its spot and quoted lines).
        expiring_qualification: supplier -> expiry date.
        overstock: category -> (from day, days of demand kept on top).
        lot_expiry: (purchase order number, line) -> expiry day of what is received on it.
        collapse: sku -> (from day, share of demand left).
        shortage: component -> (from day, until day, days late) for the first order placed in between; nothing comes before it.
        late_lane: (carrier, region) -> (from day, least and most days late, share of its shipments).
        picking_behind: warehouse -> (from day, share of its orders, least and most working days late).
        inspection_backlog: (from day, share of receipts, least and most working days), or None.
        hasty_desk: salesperson -> (from day, share of short lines promised for the wished day all the same).
        moving_customer: customer -> (from day, share of its lines it asks to move).
        miscounter: counter -> (from day,).
        unscanned: sku -> (from day, share of stock missing at each count).
        bad_product: sku -> (from day, return reason, share of deliveries returned); the next lot made is the bad one.
        bad_lots: (sku, lot) -> (return reason, share); filled when that lot is made.
        duplicates: items that exist twice, under a second code; duplicate_of: second code -> first code.
        dead_supplier: supplier -> day of the last order.
        protected: skus no counter touches.
        scripts: day -> what happens that day, each told the simulation.
    """

    slipping_supplier: dict[str, tuple[int, tuple[int, int], float]] = field(default_factory=dict)
    late_buyer: dict[str, tuple[int, int, float]] = field(default_factory=dict)
    overpayer: dict[str, tuple[int, float]] = field(default_factory=dict)
    expiring_qualification: dict[str, date] = field(default_factory=dict)
    overstock: dict[str, tuple[int, float]] = field(default_factory=dict)
    lot_expiry: dict[tuple[str, int], int] = field(default_factory=dict)
    collapse: dict[str, tuple[int, float]] = field(default_factory=dict)
    shortage: dict[str, tuple[int, int, int]] = field(default_factory=dict)
    late_lane: dict[tuple[str, str], tuple[int, tuple[int, int], float]] = field(default_factory=dict)
    picking_behind: dict[str, tuple[int, float, tuple[int, int]]] = field(default_factory=dict)
    inspection_backlog: tuple[int, float, tuple[int, int]] | None = None
    hasty_desk: dict[str, tuple[int, float]] = field(default_factory=dict)
    moving_customer: dict[str, tuple[int, float]] = field(default_factory=dict)
    miscounter: dict[str, tuple[int]] = field(default_factory=dict)
    unscanned: dict[str, tuple[int, float]] = field(default_factory=dict)
    bad_product: dict[str, tuple[int, str, float]] = field(default_factory=dict)
    bad_lots: dict[tuple[str, str | None], tuple[str, float]] = field(default_factory=dict)
    duplicates: list[Item] = field(default_factory=list)
    duplicate_of: dict[str, str] = field(default_factory=dict)
    dead_supplier: dict[str, int] = field(default_factory=dict)
    protected: set[str] = field(default_factory=set)
    scripts: dict[int, list[Callable[[Simulation], None]]] = field(default_factory=dict)

    def at(self, day: int, script: Callable[[Simulation], None]) -> None:
        """Let something happen on a day."""
        self.scripts.setdefault(day, []).append(script)

    def missing_problem(self, warehouse: str, sku: str) -> str:
        """The planted problem behind stock of the book that is not on the shelf, or ''."""
        return "counter_miscounts" if self.miscounter and warehouse == MISCOUNTED_WAREHOUSE else ""


def back(world: World, days: int) -> int:
    """The working day so many days before the end, inside the history."""
    return world.calendar.on_or_after(max(8, world.scale.days - min(days, int(world.scale.days * 0.75))))
