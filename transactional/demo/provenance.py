"""Where does stock on a shelf come from, and whose delay is in it?

Every arrival in a cell leaves its source on the slot: the purchase, work order or transfer that brought it, with the dates it
kept and the dates it should have kept. A source answers `delays()`: the signed days of its lateness against its own plan, by
cause; what it waited for is followed into the source that ended that wait. The simulation knows this by itself.

purchase    received - first promise of the supplier = supplier;  usable - received - standard inspection = inspection
work order  finished - due; the wait for components is theirs as far as they were late, then planning; the rest is production
transfer    received - due; the wait at the plant is that of the goods it waited for, then planning; the rest is carrier
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

__all__ = ["Bought", "Delay", "Made", "Moved", "Source", "capped"]


class Delay(NamedTuple):
    """Days of one cause, the document they show in, and the planted problem behind them ('' for everyday chance)."""

    cause: str
    days: int
    document: str
    problem: str = ""


@dataclass(slots=True, eq=False)
class Bought:
    """What a purchase order line brought: days promised at first, received, usable; how many days inspection may take."""

    number: str
    sku: str
    promised: int
    received: int
    usable: int
    inspection_days: int
    order_by: int
    ordered: int
    problem: str = ""
    inspection_problem: str = ""

    @property
    def due(self) -> int:
        """The day it was planned to be usable."""
        return self.usable - sum(delay.days for delay in self.delays())

    def delays(self) -> list[Delay]:
        """Supplier and inspection."""
        return [
            Delay("supplier", self.received - self.promised, self.number, self.problem),
            Delay("inspection", self.usable - self.received - self.inspection_days, self.number, self.inspection_problem),
        ]

    @property
    def planning_problem(self) -> str:
        """The planted problem behind its order's own lateness."""
        return "buyer_orders_late" if self.ordered > self.order_by else ""

    def documents(self) -> list[str]:
        """Document numbers, nearest first."""
        return [self.number]


@dataclass(slots=True, eq=False)
class Made:
    """What a work order brought; `waited_for` ended the wait for the component that came last."""

    number: str
    sku: str
    planned_start: int
    due: int
    started: int
    usable: int
    waited: int = 0
    waited_for: Source | None = None
    problem: str = ""

    def delays(self) -> list[Delay]:
        """The wait for components by who caused it, and production's own."""
        found = _wait(self.waited, self.waited_for, self.number)
        found.append(Delay("production", self.usable - self.due - self.waited, self.number, self.problem))
        return found

    @property
    def planning_problem(self) -> str:
        """None of its own."""
        return ""

    def documents(self) -> list[str]:
        """Document numbers, nearest first."""
        return [self.number, *(self.waited_for.documents() if self.waited_for is not None and self.waited > 0 else [])]


@dataclass(slots=True, eq=False)
class Moved:
    """What a transfer brought; `origin` is where the goods it carried came from at the plant, `ordered` the day it was placed."""

    number: str
    sku: str
    ordered: int
    planned_departure: int
    due: int
    departed: int
    usable: int
    origin: Source | None = None

    def delays(self) -> list[Delay]:
        """The wait at the plant by who caused it, and the road."""
        waited = max(self.departed - self.planned_departure, 0)
        found = _wait(waited, self.origin, self.number)
        found.append(Delay("carrier", self.usable - self.due - waited, self.number))
        return found

    @property
    def planning_problem(self) -> str:
        """None of its own."""
        return ""

    def documents(self) -> list[str]:
        """Document numbers, nearest first."""
        return [self.number, *(self.origin.documents() if self.origin is not None else [])]

    def reasons(self, late: int) -> list[Delay]:
        """Why it was planned `late` days after it was needed: nothing to send, by who caused that; the rest is planning."""
        if self.origin is None or late <= 0:
            return []
        idle = min(max(self.ordered - self.origin.usable, 0), late)
        return self.origin.delays() if idle < late and self.departed <= self.planned_departure else []


Source = Bought | Made | Moved


def capped(delays: list[Delay], most: int) -> list[Delay]:
    """The positive delays in the order given, together at most `most` days."""
    found = []
    for delay in delays:
        days = min(max(delay.days, 0), most)
        if days > 0:
            found.append(delay._replace(days=days))
            most -= days
    return found


def _wait(waited: int, source: Source | None, document: str) -> list[Delay]:
    """Who a wait of so many days belongs to: the delays of what ended it, then whoever planned that too late."""
    if waited <= 0:
        return []
    found = capped(source.delays(), waited) if source is not None else []
    rest = waited - sum(delay.days for delay in found)
    if rest > 0:
        number = source.number if source is not None else document
        found.append(Delay("planning", rest, number, source.planning_problem if source is not None else ""))
    return found
