"""Where and when do the planted problems touch the simulation? Empty for the twin without problems."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from transactional.demo.catalogue import Item

if TYPE_CHECKING:
    from transactional.demo.simulate import Simulation

__all__ = ["Plot"]


@dataclass(slots=True)
class Plot:
    """Days are day numbers of the history; whoever asks looks up its own subject.

    Attributes:
        slipping_supplier: supplier -> (from day, least and most working days late).
        late_buyer: buyer -> (from day, until day).
        overpayer: buyer -> (from day,).
        expiring_qualification: supplier -> expiry date.
        overstock: category -> (from day, days of demand kept on top).
        lot_expiry: (purchase order number, line) -> expiry day of what is received on it.
        collapse: sku -> (from day, share of demand left).
        shortage: component -> (from day, until day, days late) for the first order placed in between.
        late_lane: (carrier, region) -> (from day, least and most days late).
        miscounter: counter -> (from day,).
        unscanned: sku -> (from day, share of stock missing at each count).
        bad_product: sku -> (from day, return reason, share of deliveries returned); the next lot made is the bad one.
        bad_lots: (sku, lot) -> (return reason, share); filled when that lot is made.
        duplicates: items that exist twice, under a second code; duplicate_of: second code -> first code.
        dead_supplier: supplier -> day of the last order.
        protected: skus no counter touches.
        scripts: day -> what happens that day, each told the simulation.
    """

    slipping_supplier: dict[str, tuple[int, tuple[int, int]]] = field(default_factory=dict)
    late_buyer: dict[str, tuple[int, int]] = field(default_factory=dict)
    overpayer: dict[str, tuple[int]] = field(default_factory=dict)
    expiring_qualification: dict[str, date] = field(default_factory=dict)
    overstock: dict[str, tuple[int, float]] = field(default_factory=dict)
    lot_expiry: dict[tuple[str, int], int] = field(default_factory=dict)
    collapse: dict[str, tuple[int, float]] = field(default_factory=dict)
    shortage: dict[str, tuple[int, int, int]] = field(default_factory=dict)
    late_lane: dict[tuple[str, str], tuple[int, tuple[int, int]]] = field(default_factory=dict)
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
