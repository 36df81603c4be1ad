"""How do a person's open lines become one page, by urgency and money at stake?

    urgency   3 act today: overdue, stock-out or order date within 3 days, late orders
              2 this week: within 10 days
              1 later

`arrange` makes a page of entries (`inbox_sources`): lines of their own for what costs most, the rest of a family as one line,
and what harms nobody apart.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

__all__ = ["KINDS", "NO_STAKE", "Bundle", "Entry", "Page", "arrange", "sort_key"]

KINDS = ("delivery", "handling", "kpi", "suggestion", "exception", "forecast", "stock", "supplier", "action")
NO_STAKE = ("kpi", "forecast")
"""Kinds whose money orders them among themselves: what a KPI concerns or a year's error costs is no stake of today."""

_OWN_LINES = 3
_WORTH = 0.02
"""An own line is worth at least this part of the dearest line, unless an order comes late because of it."""


@dataclass(frozen=True)
class Entry:
    """One line of the inbox.

    Attributes:
        family: what may stand together, e.g. "exception:defer".
        desks: roles who settle it; managers see what costs money, whoever settles it.
        consequence: what happens if nobody does anything.
        late_orders: customers' orders that come late because of it.
        is_harmless: no order late and no money at stake.
    """

    message_id: str
    kind: str
    family: str
    urgency: int
    money: float | None
    due_date: date | None
    subject: str
    text: str
    consequence: str
    page: str
    link: Mapping[str, str] = field(default_factory=dict)
    desks: tuple[str, ...] = ()
    late_orders: int = 0
    is_harmless: bool = False


@dataclass(frozen=True)
class Bundle:
    """Several entries of one family as one line."""

    family: str
    entries: tuple[Entry, ...]

    @property
    def urgency(self) -> int:
        return max(entry.urgency for entry in self.entries)

    @property
    def money(self) -> float:
        return sum(entry.money or 0.0 for entry in self.entries)

    @property
    def due_date(self) -> date | None:
        return min((entry.due_date for entry in self.entries if entry.due_date is not None), default=None)


@dataclass(frozen=True)
class Page:
    """Today's lines in their order, and the bundles that harm nobody."""

    lines: tuple[Entry | Bundle, ...]
    harmless: tuple[Bundle, ...]

    @property
    def urgent(self) -> list[Entry | Bundle]:
        return [line for line in self.lines if line.urgency == 3]


def arrange(found: Sequence[Entry]) -> Page:
    """Own lines for the dearest of each family, one line for its rest, and what harms nobody apart."""
    floor = _WORTH * max((entry.money or 0.0 for entry in found if entry.kind not in NO_STAKE), default=0.0)
    families: dict[str, list[Entry]] = {}
    for entry in found:
        families.setdefault(("harmless:" if entry.is_harmless else "") + entry.family, []).append(entry)
    lines: list[Entry | Bundle] = []
    harmless: list[Bundle] = []
    for name, members in families.items():
        if name.startswith("harmless:"):
            harmless.append(Bundle(members[0].family, tuple(members)))
            continue
        own = [entry for entry in members if entry.late_orders or (entry.money or 0.0) > floor or entry.kind == "action"]
        own = own if members[0].kind == "action" else own[:_OWN_LINES]
        rest = [entry for entry in members if entry not in own]
        lines.extend(own)
        if len(rest) == 1:
            lines.append(rest[0])
        elif rest:
            lines.append(Bundle(members[0].family, tuple(rest)))
    return Page(tuple(sorted(lines, key=sort_key)), tuple(sorted(harmless, key=lambda bundle: -len(bundle.entries))))


def sort_key(line: Entry | Bundle) -> tuple[int, float, date, str]:
    """Urgency, then money, then the earlier date; a bundle stands where the dearest of its entries would."""
    if isinstance(line, Bundle):
        return -line.urgency, -max(entry.money or 0.0 for entry in line.entries), line.due_date or date.max, line.family
    return -line.urgency, -(line.money or 0.0), line.due_date or date.max, line.message_id
