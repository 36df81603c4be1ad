"""What did a unit of each item cost, and since when?

Standard cost as it was on the day, where the source keeps the history of it; else today's standard cost, else the last cost
of the supplier terms, else the first purchase price, else the price of the terms, else nothing.
"""

from __future__ import annotations

import bisect

from transactional.importing.packs import Packs
from transactional.importing.staging import Stage

__all__ = ["Costs"]

_STAND_INS = (
    "SELECT sku, standard_cost, NULL, NULL FROM t_items WHERE bad = 0 AND standard_cost > 0",
    "SELECT sku, last_cost, purchase_unit, supplier FROM t_supplier_terms WHERE bad = 0 AND last_cost > 0 "
    "ORDER BY last_receipt_date DESC, preference, supplier",
    "SELECT sku, unit_price, unit, supplier FROM t_purchase_lines WHERE bad = 0 AND unit_price > 0 ORDER BY order_date, id",
    "SELECT sku, unit_price, purchase_unit, supplier FROM t_supplier_terms WHERE bad = 0 AND unit_price > 0 "
    "ORDER BY preference, supplier",
)


class Costs:
    """Unit costs in 10^-6 of the currency per base unit."""

    def __init__(self, stage: Stage, packs: Packs) -> None:
        self._history: dict[str, list[tuple[str, int]]] = {}
        query = "SELECT sku, valid_from, unit_cost FROM t_item_costs WHERE bad = 0 ORDER BY sku, valid_from"
        for sku, valid_from, cost in stage.database.execute(query):
            self._history.setdefault(sku, []).append((valid_from, cost))
        self._known: dict[str, int] = {}
        for statement in _STAND_INS:
            for sku, cost, unit, supplier in stage.database.execute(statement):
                if sku not in self._known:
                    self._known[sku] = packs.enter(sku, 1_000_000, unit, cost, None, supplier).unit_price

    def standard(self, sku: str, stated: int | None, day: str) -> int | None:
        """Standard cost on a day: by the history; before it begins its first value; without one what is stated today."""
        changes = self._history.get(sku)
        if not changes:
            return stated
        position = bisect.bisect_right(changes, (day, 2**63)) - 1
        return changes[max(position, 0)][1]

    def on(self, sku: str, day: str) -> int:
        """What stock found on a day is worth; 0 when nobody says."""
        found = self.standard(sku, None, day)
        return self._known.get(sku, 0) if found is None else found

    def is_known(self, sku: str) -> bool:
        """Whether anything says what the item costs."""
        return self.on(sku, "9999") > 0

    def changes(self, after: str, until: str) -> list[tuple[str, str, int]]:
        """(day, sku, new standard cost) of every change after one day and until another, in order."""
        found = [
            (day, sku, cost)
            for sku, changes in self._history.items()
            for (day, cost), (_, before) in zip(changes[1:], changes, strict=False)
            if after < day <= until and cost != before
        ]
        return sorted(found)
