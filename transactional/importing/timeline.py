"""In which order did everything happen?

Documents become steps, sorted by business date. Within a day what comes in goes before what goes out, so that a
balance that holds at the end of the day holds at every moment of it:

    -1 costs change, orders are released or promised anew    0 orders placed    1 receipts    2 completions
    3 issues, deepest bill-of-materials level first    4 shipments    5 closings

A work order that starts and ends on one day completes right after its issue, level by level, so its product is there
for the level above. Only what happened by `as_of` becomes a movement; later dates are open documents. What the ledger holds
already keeps its place in the order: the flows are the whole history, the quantities to post are what is new.
"""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from transactional.importing.bills import Bills
from transactional.importing.held import Held
from transactional.importing.packs import Packs
from transactional.importing.staging import Stage

__all__ = ["Step", "Timeline"]

_CHANGE, _PLACE, _RECEIVE, _COMPLETE, _ISSUE, _SHIP, _CLOSE = range(-1, 6)


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happened to one document.

    Attributes:
        date: business date, ISO.
        phase: order within the day.
        level: order within the phase.
        document: its code in the source.
        kind: what happened, e.g. ``receive``.
        rows: the staged rows it concerns, as dicts.
        flows: what it does to stock, (sku, signed quantity).
    """

    date: str
    phase: int
    level: int
    document: str
    kind: str
    rows: list[dict[str, Any]]
    flows: tuple[tuple[str, int], ...] = ()

    @property
    def order(self) -> tuple[str, int, int]:
        """Sort key; equal ones keep the order of their sources."""
        return (self.date, self.phase, self.level)


class Timeline:
    """The accepted documents of a load as steps in order."""

    def __init__(self, stage: Stage, as_of: str, bills: Bills, packs: Packs, held: Held) -> None:
        self._stage = stage
        self.as_of = as_of
        self._bills = bills
        self._packs = packs
        self._held = held
        query = "SELECT \"order\" FROM h_work WHERE order_status NOT IN ('planned', 'released')"
        self._started = {order for (order,) in stage.database.execute(query)}

    def first_day(self) -> str:
        """The earliest date of any document, `as_of` when there is none."""
        found = [self.as_of]
        for table, column in (("purchase_lines", "order_date"), ("sales_lines", "order_date"), ("work_orders", "start_date")):
            (day,) = self._stage.database.execute(f"SELECT min({column}) FROM t_{table} WHERE bad = 0").fetchone()
            if day is not None:
                found.append(day)
        return min(found)

    def steps(self) -> Iterator[Step]:
        """Everything that happened, in order."""
        sources = (
            self._releases(),
            self._promises(),
            self._purchase_orders(),
            self._sales_orders(),
            self._work_orders_placed(),
            self._history(),
            self._receipts(),
            self._completions(),
            self._issues(),
            self._shipments(),
            self._closings(),
        )
        yield from heapq.merge(*sources, key=lambda step: step.order)

    # --- one source per kind of step, each already in order --------------------------------------------------------------------

    def _documents(
        self, table: str, day: str, where: str = "1", held: str | None = None
    ) -> Iterator[tuple[str, str, list[dict[str, Any]]]]:
        """Good rows grouped by day and document; with what the ledger holds of each line, if `held` names its table."""
        columns, join = "t.*", ""
        if held is not None:
            columns = f"t.*, {_HELD[held]}"
            line = "" if held == "h_work" else "AND h.line = t.line"
            join = f'LEFT JOIN {held} h ON h."order" = t."order" {line}'
        query = (
            f"SELECT {columns}, {day} AS step_day FROM t_{table} t {join} WHERE bad = 0 AND {where} "
            'ORDER BY step_day, t."order", t.id'
        )
        cursor = self._stage.database.execute(query)
        names = [column[0] for column in cursor.description]
        rows = (dict(zip(names, row, strict=True)) for row in cursor)
        for (date, document), group in itertools.groupby(rows, key=lambda row: (row["step_day"], row["order"])):
            yield date, document, list(group)

    def _releases(self) -> Iterator[Step]:
        """Orders that waited when they were loaded and wait no more: from the day goods came, else from today."""
        day = f"min(coalesce(received_date, '{self.as_of}'), '{self.as_of}')"
        where = (
            "h.order_status = 'pending' AND (t.status IN ('approved', 'completed') OR (received_quantity > 0 AND received_date "
            f"<= '{self.as_of}'))"
        )
        seen: set[str] = set()
        for date, document, rows in self._documents("purchase_lines", day, where, "h_purchase"):
            if document not in seen:
                seen.add(document)
                yield Step(date, _CHANGE, 0, document, "release_purchase_order", rows)

    def _promises(self) -> Iterator[Step]:
        """Dates that moved since the order was loaded."""
        for kind, table, held in (("purchase", "purchase_lines", "h_purchase"), ("sales", "sales_lines", "h_sales")):
            where = "h.promised <> t.promised_date AND h.line_status IN ('open', 'pending')"
            for _, document, rows in self._documents(table, f"'{self.as_of}'", where, held):
                yield Step(self.as_of, _CHANGE, 1, document, f"promise_{kind}", rows)

    def _history(self) -> Iterator[Step]:
        """What the ledger holds already."""
        for day, phase, sku, change in self._held.flows():
            yield Step(day, phase, -1000, "", "held", [], ((sku, change),))

    def _purchase_orders(self) -> Iterator[Step]:
        for day, document, rows in self._documents("purchase_lines", "order_date"):
            yield Step(day, _PLACE, 0, document, "place_purchase_order", rows)

    def _sales_orders(self) -> Iterator[Step]:
        for day, document, rows in self._documents("sales_lines", "order_date"):
            yield Step(day, _PLACE, 1, document, "enter_sales_order", rows)

    def _receipts(self) -> Iterator[Step]:
        where = f"received_quantity > 0 AND received_date <= '{self.as_of}'"
        for day, document, rows in self._documents("purchase_lines", "received_date", where, "h_purchase"):
            flows = []
            for row in rows:
                received, rejected = self._base(row, "received_quantity"), self._base(row, "rejected_quantity")
                before, before_rejected = row["held_received"] or 0, row["held_rejected"] or 0
                row["new_received"] = max(received - before, 0) if _is_placed(row) else 0
                row["new_rejected"] = min(max(rejected - before_rejected, 0), row["new_received"])
                flows.append((row["sku"], row["new_received"] - row["new_rejected"]))
            yield Step(day, _RECEIVE, 0, document, "receive", rows, tuple(flows))

    def _base(self, row: dict[str, Any], column: str) -> int:
        if row["unit"] is None or not row[column]:
            return int(row[column] or 0)
        return self._packs.enter(row["sku"], row[column], row["unit"], 0, None, row.get("supplier")).quantity

    def _closings(self) -> Iterator[Step]:
        where = f"t.status = 'completed' AND received_quantity < t.quantity AND received_date <= '{self.as_of}'"
        for day, document, rows in self._documents("purchase_lines", "received_date", where, "h_purchase"):
            yield Step(day, _CLOSE, 0, document, "close_short", rows)

    def _shipments(self) -> Iterator[Step]:
        where = f"shipped_date <= '{self.as_of}' AND coalesce(shipped_quantity, t.quantity) > 0"
        for day, document, rows in self._documents("sales_lines", "shipped_date", where, "h_sales"):
            flows = []
            for row in rows:
                shipped = self._base(row, "quantity" if row["shipped_quantity"] is None else "shipped_quantity")
                before = row["held_shipped"] or 0
                row["new_shipped"] = max(shipped - before, 0) if _is_placed(row) else 0
                flows.append((row["sku"], -row["new_shipped"]))
            yield Step(day, _SHIP, 0, document, "ship", rows, tuple(flows))

    def _work_orders_placed(self) -> Iterator[Step]:
        for day, document, rows in self._documents("work_orders", "coalesce(order_date, start_date)"):
            yield Step(day, _PLACE, 2, document, "place_work_order", rows)

    def _issues(self) -> Iterator[Step]:
        depth = self._bills.depth
        started = self._documents("work_orders", "start_date", f"start_date <= '{self.as_of}'", "h_work")
        for day, group in itertools.groupby(started, key=lambda entry: entry[0]):
            steps = []
            for _, document, rows in group:
                row = rows[0]
                level = -2 * depth.get(row["sku"], 0)
                if row["held_status"] is None or document in self._started:
                    needed = self._bills.components(row["sku"], row["quantity"], row["start_date"])
                else:
                    needed = self._held.components(document)
                if needed:
                    steps.append(Step(day, _ISSUE, level, document, "issue", rows, tuple((sku, -part) for sku, part in needed)))
                if row["end_date"] == day:
                    steps.append(Step(day, _ISSUE, level + 1, document, "complete", rows, _made(row)))
            yield from sorted(steps, key=lambda step: step.order)

    def _completions(self) -> Iterator[Step]:
        where = f"end_date <= '{self.as_of}' AND end_date > start_date"
        for day, document, rows in self._documents("work_orders", "end_date", where, "h_work"):
            yield Step(day, _COMPLETE, 0, document, "complete", rows, _made(rows[0]))


_HELD = {
    "h_purchase": "h.line_id AS held_line, h.order_status AS held_status, h.received AS held_received, "
    'h.rejected AS held_rejected, (SELECT 1 FROM h_purchase o WHERE o."order" = t."order" LIMIT 1) AS held_order',
    "h_sales": "h.line_id AS held_line, h.order_status AS held_status, h.shipped AS held_shipped, "
    '(SELECT 1 FROM h_sales o WHERE o."order" = t."order" LIMIT 1) AS held_order',
    "h_work": "h.line_id AS held_line, h.order_status AS held_status, h.completed AS held_completed",
}
"""What the ledger holds of a line, beside the columns of its row; None where it holds nothing."""


def _is_placed(row: dict[str, Any]) -> bool:
    """Whether the ledger has the line, or will have it by this load; a line that joined a posted order it never has."""
    return row["held_line"] is not None or row["held_order"] is None


def _made(row: dict[str, Any]) -> tuple[tuple[str, int], ...]:
    is_done = row["held_status"] == "completed"
    return ((row["sku"], row["held_completed"] if is_done else row["quantity"] - row["scrapped_quantity"]),)
