"""What may one batch believe of what an earlier one read?

Master data, stock and costs are asked for by nearly every batch and are the same few thousand rows. On SQLite a process knows
for sure whether anybody has written since: another connection's commit changes `PRAGMA data_version`, its own writes are
counted by the store. Then, and after a batch that failed, everything is forgotten. PostgreSQL cannot say, so nothing is kept.
"""

from __future__ import annotations

from typing import Any

from transactional.engine.held import Held
from transactional.engine.store import Session

__all__ = ["Memory"]

_KEPT = (
    "app_user", "bill_of_materials", "bom_line", "carrier_lane", "customer", "item", "item_cost", "item_location", "location",
    "lot", "routing_operation", "stock_balance", "supplier", "supplier_item", "supplier_item_price", "unit_conversion",
    "unit_of_measure", "valuation_area", "warehouse", "work_center",
)  # fmt: skip
_MOST_ROWS = 100_000
"""About 100 MB; a company with more starts afresh."""


Stamp = tuple[Any, int, int]
"""Connection, count of this store's writes, and what SQLite calls the version of the data."""


class Memory:
    """The rows a ledger keeps between its batches."""

    def __init__(self) -> None:
        self._tables: dict[str, Held] = {}
        self._stamp: Stamp | None = None

    def recall(self, session: Session) -> tuple[dict[str, Held], Stamp | None]:
        """What is still true, and the stamp of this batch. Handed over: a batch that fails leaves nothing behind."""
        tables, before = self._tables, self._stamp
        self.forget()
        if session.dialect != "sqlite":
            return {}, None
        connection, version = session.connection.connection.driver_connection, session.rows("PRAGMA data_version")[0][0]
        is_true = before == (connection, session.turn - 1, version)
        return tables if is_true else {}, (connection, session.turn, version)

    def keep(self, tables: dict[str, Held], stamp: Stamp | None) -> None:
        """Remember what a batch held, once it is committed."""
        kept = {name: tables[name] for name in _KEPT if name in tables}
        if stamp is None or sum(len(held.live) for held in kept.values()) > _MOST_ROWS:
            return
        for held in kept.values():
            held.settle()
        self._tables, self._stamp = kept, stamp

    def forget(self) -> None:
        """Believe nothing."""
        self._tables, self._stamp = {}, None
