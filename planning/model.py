"""What does the planner know, once the input frames are read and every record that cannot be right is set aside?

Days are ordinals, quantities Python integers (exact at any size).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from kernel.errors import InvalidInput
from planning.calendars import WorkingCalendar
from planning.explosion import BomLine
from planning.lots import LotRules
from planning.netting import Lot
from planning.substitutes import Substitute
from planning.suppliers import Term

__all__ = ["Decision", "DemandRow", "Model", "Node", "ReceiptRow"]


@dataclass(slots=True)
class Node:
    """One item-location as the planner uses it."""

    item_location_id: int
    item_id: int
    warehouse_id: int
    sku: str
    procurement: str
    policy: str
    rules: LotRules
    period_days: int
    lead_time_days: int | None
    safety_lead_time_days: int
    inspection_days: int
    safety_stock: int
    reorder_point: int
    order_up_to: int | None
    demand_fence_days: int
    planning_fence_days: int
    step: int
    unit_cost: int
    source_warehouse_id: int | None
    is_working_days: bool
    service_level: float | None
    alternate: str | None = None
    """Second way of getting the item: 'buy', 'make' or 'transfer'; None: only `procurement`."""
    alternate_by_cost: bool = False
    """Whether the cheaper way is taken; otherwise the first one unless it cannot deliver, or not in time."""
    alternate_lead_time_days: int | None = None

    @property
    def floor(self) -> int:
        """What the projection is never planned to fall below."""
        if self.procurement == "phantom":
            return 0
        return max(self.safety_stock, self.reorder_point) if self.policy == "min_max" else self.safety_stock

    @property
    def ways(self) -> tuple[str, ...]:
        """How the item may be got, the preferred way first."""
        return (self.procurement,) if self.alternate is None else (self.procurement, self.alternate)

    def lead_time(self, way: str) -> int:
        """The item-location's own lead time for one way of getting it, in days; 0 where none is recorded."""
        own = self.lead_time_days
        if way != self.procurement and self.alternate_lead_time_days is not None:
            own = self.alternate_lead_time_days
        return own or 0


class DemandRow(NamedTuple):
    """One independent demand line, or a component or transfer line of an open document."""

    demand_id: str
    kind: str
    due: int
    quantity: int
    priority: int
    margin: int
    penalty: int | None
    period_days: int | None
    parent_supply_id: str | None
    parent_item_id: int | None


@dataclass(frozen=True, slots=True)
class ReceiptRow:
    """One open supply line."""

    supply_id: str
    kind: str
    quantity: int
    expected: int
    supplier_id: int | None
    is_frozen: bool
    unit_price: int | None
    state: str
    """'firm_planned' (not yet released), 'released' or 'in_progress'."""
    start: int | None
    """Day its work is to start or its order is to be placed, where known."""
    is_quantity_fixed: bool


@dataclass(slots=True)
class Decision:
    """A planner's word on a suggestion; `budget` is what a rejection still covers (None: whatever is short)."""

    need_period: str
    ordinal: int
    is_suppressing: bool
    is_dated: bool
    budget: int | None


@dataclass(slots=True)
class Model:
    """Everything the engine reads."""

    nodes: dict[int, Node] = field(default_factory=dict)
    at: dict[tuple[int, int], int] = field(default_factory=dict)
    """(item, warehouse) -> item-location."""
    lots: dict[int, list[Lot]] = field(default_factory=dict)
    receipts: dict[int, list[ReceiptRow]] = field(default_factory=dict)
    demands: dict[int, list[DemandRow]] = field(default_factory=dict)
    bom: dict[int, list[BomLine]] = field(default_factory=dict)
    substitutes: dict[tuple[int | None, int], list[Substitute]] = field(default_factory=dict)
    """(parent item or None for any parent, component item) -> what may stand in for it."""
    terms: dict[int, list[tuple[int | None, Term]]] = field(default_factory=dict)
    decisions: dict[int, list[tuple[str, Decision]]] = field(default_factory=dict)
    """item-location -> (kind, decision)."""
    calendars: dict[str, WorkingCalendar] = field(default_factory=dict)
    problems: list[InvalidInput] = field(default_factory=list)
