"""Which locations are there, and what kind of place is each?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from transactional.engine.rows import Row

if TYPE_CHECKING:
    from transactional.engine.work import UnitOfWork

__all__ = ["Places"]

_VALUED = ("bin", "in_transit")


class Places:
    """The locations a batch meets; their rows are live, so each is looked up once."""

    def __init__(self, work: UnitOfWork) -> None:
        self._work = work
        self._rows: dict[int, Row] = {}
        self._areas: dict[int, int | None] = {}

    def row(self, location_id: int) -> Row:
        """The location."""
        row = self._rows.get(location_id)
        if row is None:
            row = self._rows[location_id] = self._work.row("location", location_id)
        return row

    def area(self, location_id: int) -> int | None:
        """The valuation area a location's stock is worth something in; None for production and virtual places."""
        if location_id in self._areas:
            return self._areas[location_id]
        location = self.row(location_id)
        area: int | None = None
        if location["kind"] in _VALUED:
            area = self._work.row("warehouse", location["warehouse_id"])["valuation_area_id"]
        self._areas[location_id] = area
        return area

    def first_bin(self, warehouse_id: int) -> int | None:
        """The warehouse's first bin by code, or None."""
        rows = self._work.rows
        bins = rows.read("location", "warehouse_id = ? AND kind = 'bin' ORDER BY code LIMIT 1", (warehouse_id,))
        if not bins:
            fresh = [row for row in rows.new_rows("location") if row["warehouse_id"] == warehouse_id]
            bins = sorted((row for row in fresh if row["kind"] == "bin"), key=lambda row: str(row["code"]))
        return int(bins[0]["location_id"]) if bins else None
