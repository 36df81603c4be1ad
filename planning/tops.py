"""What is a demand worth that a chain of supply serves in the end?

A top demand is the end of a pegging chain: a customer order line, a forecast bucket, safety stock, negative stock.
They are numbered in the order they are met; columns grow as arrays, so that money at stake is computed for thousands
of pegs at once.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["CUSTOMER", "OTHER", "OWN_STOCK", "TopDemands"]

CUSTOMER, OTHER, OWN_STOCK, NEGATIVE = 0, 1, 2, 3
_KIND = {"sales_order": CUSTOMER, "safety_stock": OWN_STOCK, "negative_stock": NEGATIVE}


class TopDemands:
    """All top demands of one run; margins and penalties in 10^-6 currency per base unit (and day)."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self._numbers: dict[tuple[str, int, int], int] = {}
        self._margin: NDArray[np.float64] = np.zeros(64)
        self._penalty: NDArray[np.float64] = np.zeros(64)
        self._kind: NDArray[np.int8] = np.zeros(64, dtype=np.int8)

    def add(self, demand_id: str, kind: str, margin: int, penalty: int) -> int:
        """The number of a top demand; pieces of one demand line share it."""
        key = (demand_id, margin, penalty)
        number = self._numbers.get(key)
        if number is not None:
            return number
        number = len(self.names)
        if number == len(self._margin):
            self._margin, self._penalty, self._kind = (_grown(x) for x in (self._margin, self._penalty, self._kind))
        self.names.append(demand_id)
        self._numbers[key] = number
        self._margin[number], self._penalty[number], self._kind[number] = margin, penalty, _KIND.get(kind, OTHER)
        return number

    def margin(self, tops: NDArray[np.int64]) -> NDArray[np.float64]:
        """Margin per base unit; 0 for what serves nothing (-1)."""
        return np.where(tops >= 0, self._margin[tops], 0.0)

    def penalty(self, tops: NDArray[np.int64]) -> NDArray[np.float64]:
        """Penalty per base unit and day late; 0 for what serves nothing (-1)."""
        return np.where(tops >= 0, self._penalty[tops], 0.0)

    def kind(self, tops: NDArray[np.int64]) -> NDArray[np.int8]:
        """CUSTOMER, OTHER, OWN_STOCK or NEGATIVE; -1 for what serves nothing."""
        return np.where(tops >= 0, self._kind[tops], -1).astype(np.int8)


def _grown(column: NDArray[Any]) -> NDArray[Any]:
    return np.concatenate([column, np.zeros_like(column)])
