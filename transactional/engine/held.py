"""What does a batch hold of one table: rows it read, rows it will add, rows it has changed?"""

from __future__ import annotations

from typing import Any

from transactional.engine.shapes import Shape, shape

__all__ = ["Held", "Row", "Tables"]

Row = dict[str, Any]


class Held:
    """What a batch holds of one table.

    Attributes:
        live: every row known, by key.
        new: rows to be added, in the order they came.
        flat: values of rows to be added that nobody reads back, one row behind the other.
        seen: `posting_sequence` of the rows that were read, by key, as it was then.
        changed: changed columns of rows that were read, by key.
        groups: rows by parent, for parents somebody asked about or this batch made; complete.
        waiting: new rows by parent, for parents nobody asked about yet.
        kin: the parent columns, each with its groups and its waiting rows.
        named: rows by the columns of `UNIQUE`.
    """

    __slots__ = ("changed", "flat", "form", "groups", "kin", "live", "named", "new", "seen", "waiting")

    def __init__(self, form: Shape) -> None:
        self.form = form
        self.live: dict[Any, Row] = {}
        self.new: list[Row] = []
        self.flat: list[Any] = []
        self.seen: dict[Any, int] = {}
        self.changed: dict[Any, set[str]] = {}
        self.groups: dict[str, dict[Any, list[Row]]] = {parent: {} for parent in form.parents}
        self.waiting: dict[str, dict[Any, list[Row]]] = {parent: {} for parent in form.parents}
        self.kin = [(parent, self.groups[parent], self.waiting[parent]) for parent in form.parents]
        self.named: dict[tuple[Any, ...], Row] = {}

    def settle(self) -> None:
        """The batch is committed: what was new or changed is now what the database holds."""
        for row in self.new:
            self.seen[self.form.key_of(row)] = row["posting_sequence"]
        for key in self.changed:
            self.seen[key] = self.live[key]["posting_sequence"]
        self.new, self.flat, self.changed = [], [], {}
        for waiting in self.waiting.values():
            waiting.clear()


class Tables(dict[str, Held]):
    """Tables by name, each made when first asked for."""

    def __missing__(self, table: str) -> Held:
        held = self[table] = Held(shape(table))
        return held
