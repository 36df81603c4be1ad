"""What is on the sales side's desks: lines to tie, to pick, on the road, to come back, and the lines that ended late."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from transactional.demo.open_documents import Delivery, OrderLine

__all__ = ["Returning", "SalesBook"]

Returning = tuple[str, int, OrderLine, str | None, int, str]
"""What a customer sends back: shipment number, position of the line in its order, the line, lot, quantity, reason."""


@dataclass(slots=True)
class SalesBook:
    """Agendas by day, shared by ordering, allocating, shipping and returns.

    Attributes:
        plan: day -> lines whose stock is to be tied.
        backlog: lines that wait for stock.
        ready: day -> lines that leave.
        road: day -> shipments that arrive.
        returns: day -> goods that come back; returned: day -> (warehouse, sku, lot, quantity, 1 to keep) to be decided on.
        changes: day -> lines whose customer asks for a later day.
        open_lines: lines not delivered in full, in the order of their entry.
        late_lines: what was delivered late, explained.
    """

    plan: dict[int, list[OrderLine]] = field(default_factory=lambda: defaultdict(list))
    backlog: list[OrderLine] = field(default_factory=list)
    ready: dict[int, list[OrderLine]] = field(default_factory=lambda: defaultdict(list))
    road: dict[int, list[Delivery]] = field(default_factory=lambda: defaultdict(list))
    returns: dict[int, list[Returning]] = field(default_factory=lambda: defaultdict(list))
    returned: dict[int, list[tuple[str, str, str | None, int, int]]] = field(default_factory=lambda: defaultdict(list))
    lot_expiry: dict[tuple[str, str | None], int] = field(default_factory=dict)
    cancellations: dict[int, list[OrderLine]] = field(default_factory=lambda: defaultdict(list))
    changes: dict[int, list[OrderLine]] = field(default_factory=lambda: defaultdict(list))
    open_lines: dict[int, OrderLine] = field(default_factory=dict)
    late_lines: list[dict[str, Any]] = field(default_factory=list)
