"""In which order did everything happen?

Documents become steps, sorted by business date. Within a day what comes in goes before what goes out, so that a balance that holds at
the end of the day holds at every moment of it:

    0 orders placed    1 receipts    2 completions    3 issues, deepest bill-of-materials level first    4 shipments    5 closings

A work order that starts and ends on one day completes right after its issue, level by level, so its product is there for the level above.
Only what happened by `as_of` becomes a movement; later dates are open documents.
"""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from transactional.importing.packs import Packs
from transactional.importing.staging import Stage

__all__ = ["Bills", "Step", "Timeline"]

_PLACE, _RECEIVE, _COMPLETE, _ISSUE, _SHIP, _CLOSE = range(6)


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


class Bills:
    """Accepted bills of materials, exploded by the day; phantoms are passed through to what they are made of."""

    def __init__(self, stage: Stage) -> None:
        self._lines: dict[str, list[tuple[str, int, int, str, str]]] = {}
        query = (
            "SELECT assembly, component, quantity, scrap_rate, coalesce(valid_from, ''), coalesce(valid_to, '9999-12-31') "
            "FROM t_bom_lines WHERE bad = 0 ORDER BY assembly, id"
        )
        for assembly, component, quantity, scrap_ppm, valid_from, valid_to in stage.database.execute(query):
            self._lines.setdefault(assembly, []).append((component, quantity, scrap_ppm, valid_from, valid_to))
        items = stage.database.execute("SELECT sku, quantity_step, item_type FROM t_items WHERE bad = 0").fetchall()
        self._steps: dict[str, int] = {sku: step for sku, step, _ in items}
        self._phantoms = {sku for sku, _, kind in items if kind == "phantom"}
        self.depth = self._depths()

    def components(self, sku: str, quantity: int, day: str) -> list[tuple[str, int]]:
        """What `quantity` of an item needs by the bill effective on `day`, one entry per item, rounded up to its step at the end."""
        needs: dict[str, int | Fraction] = {}
        self._explode(sku, quantity, day, needs)
        return [(component, self._up_to_step(component, need)) for component, need in needs.items()]

    def _explode(self, sku: str, quantity: int | Fraction, day: str, needs: dict[str, int | Fraction]) -> None:
        for component, per_unit, scrap_ppm, valid_from, valid_to in self._lines.get(sku, ()):
            if valid_from <= day <= valid_to:
                # quantity x per_unit / (1 - scrap); both quantities are 10^-6
                above, below = quantity * per_unit, 1_000_000 - scrap_ppm
                need: int | Fraction = Fraction(above, below) if above % below else above // below
                if component in self._phantoms:
                    self._explode(component, need, day, needs)
                else:
                    needs[component] = needs.get(component, 0) + need

    def _up_to_step(self, component: str, need: int | Fraction) -> int:
        step = self._steps.get(component, 1)
        return int(-(-need // step) * step)

    def _depths(self) -> dict[str, int]:
        """Longest way from a product nobody uses down to the item; deeper items are made first."""
        users: dict[str, set[str]] = {}
        for assembly, lines in self._lines.items():
            for component, *_ in lines:
                users.setdefault(component, set()).add(assembly)
        waiting = {item: len(parents) for item, parents in users.items()}
        depth = {item: 0 for item in self._lines if item not in users}
        ready = sorted(depth)
        while ready:
            assembly = ready.pop()
            for component in {line[0] for line in self._lines.get(assembly, ())}:
                depth[component] = max(depth.get(component, 0), depth[assembly] + 1)
                waiting[component] -= 1
                if waiting[component] == 0:
                    ready.append(component)
        return depth


class Timeline:
    """The accepted documents of a load as steps in order."""

    def __init__(self, stage: Stage, as_of: str, bills: Bills, packs: Packs) -> None:
        self._stage = stage
        self.as_of = as_of
        self._bills = bills
        self._packs = packs

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
        sources = (self._purchase_orders(), self._sales_orders(), self._work_orders_placed(), self._receipts(), self._completions(),
                   self._issues(), self._shipments(), self._closings())  # fmt: skip
        yield from heapq.merge(*sources, key=lambda step: step.order)

    # --- one source per kind of step, each already in order --------------------------------------------------------------------

    def _documents(self, table: str, day: str, where: str = "1") -> Iterator[tuple[str, str, list[dict[str, Any]]]]:
        """Good rows grouped by day and document."""
        query = f'SELECT *, {day} AS step_day FROM t_{table} WHERE bad = 0 AND {where} ORDER BY step_day, "order", id'
        cursor = self._stage.database.execute(query)
        names = [column[0] for column in cursor.description]
        rows = (dict(zip(names, row, strict=True)) for row in cursor)
        for (date, document), group in itertools.groupby(rows, key=lambda row: (row["step_day"], row["order"])):
            yield date, document, list(group)

    def _purchase_orders(self) -> Iterator[Step]:
        for day, document, rows in self._documents("purchase_lines", "order_date"):
            yield Step(day, _PLACE, 0, document, "place_purchase_order", rows)

    def _sales_orders(self) -> Iterator[Step]:
        for day, document, rows in self._documents("sales_lines", "order_date"):
            yield Step(day, _PLACE, 1, document, "enter_sales_order", rows)

    def _receipts(self) -> Iterator[Step]:
        where = f"received_quantity > 0 AND received_date <= '{self.as_of}'"
        for day, document, rows in self._documents("purchase_lines", "received_date", where):
            flows = []
            for row in rows:
                kept = row["received_quantity"] - row["rejected_quantity"]
                entered = self._packs.enter(row["sku"], kept, row["unit"], row["unit_price"], None, row["supplier"])
                flows.append((row["sku"], entered.quantity))
            yield Step(day, _RECEIVE, 0, document, "receive", rows, tuple(flows))

    def _closings(self) -> Iterator[Step]:
        where = f"status = 'completed' AND received_quantity < quantity AND received_date <= '{self.as_of}'"
        for day, document, rows in self._documents("purchase_lines", "received_date", where):
            yield Step(day, _CLOSE, 0, document, "close_short", rows)

    def _shipments(self) -> Iterator[Step]:
        where = f"shipped_date <= '{self.as_of}' AND coalesce(shipped_quantity, quantity) > 0"
        for day, document, rows in self._documents("sales_lines", "shipped_date", where):
            flows = []
            for row in rows:
                shipped = row["quantity"] if row["shipped_quantity"] is None else row["shipped_quantity"]
                flows.append((row["sku"], -self._packs.enter(row["sku"], shipped, row["unit"], 0, None).quantity))
            yield Step(day, _SHIP, 0, document, "ship", rows, tuple(flows))

    def _work_orders_placed(self) -> Iterator[Step]:
        for day, document, rows in self._documents("work_orders", "coalesce(order_date, start_date)"):
            yield Step(day, _PLACE, 2, document, "place_work_order", rows)

    def _issues(self) -> Iterator[Step]:
        depth = self._bills.depth
        started = self._documents("work_orders", "start_date", f"start_date <= '{self.as_of}'")
        for day, group in itertools.groupby(started, key=lambda entry: entry[0]):
            steps = []
            for _, document, rows in group:
                row = rows[0]
                level = -2 * depth.get(row["sku"], 0)
                needed = self._bills.components(row["sku"], row["quantity"], row["start_date"])
                if needed:
                    steps.append(Step(day, _ISSUE, level, document, "issue", rows, tuple((sku, -part) for sku, part in needed)))
                if row["end_date"] == day:
                    steps.append(Step(day, _ISSUE, level + 1, document, "complete", rows, _made(row)))
            yield from sorted(steps, key=lambda step: step.order)

    def _completions(self) -> Iterator[Step]:
        where = f"end_date <= '{self.as_of}' AND end_date > start_date"
        for day, document, rows in self._documents("work_orders", "end_date", where):
            yield Step(day, _COMPLETE, 0, document, "complete", rows, _made(rows[0]))


def _made(row: dict[str, Any]) -> tuple[tuple[str, int], ...]:
    return ((row["sku"], row["quantity"] - row["scrapped_quantity"]),)
