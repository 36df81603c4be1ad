"""Why was a sales line late, by what the simulation itself knows?

Walked back from delivery with *ready by* = promise - lane days (a line is picked on the day it is ready):

carrier         days on the road beyond the lane's
picking         left later than it was ready, or than it had to be; also usable goods nobody tied to the line yet
availability    ready later than *ready by*: first stock it had and lost, then what its promise rested on being expected too late
                when it was made, then the delays of the source that ended its wait (see `provenance.py`); the rest is planning
customer_change the days by which the customer moved the promise itself; everything else counts from the moved date

Days are signed, time won back is negative, and the sum is the lateness exactly.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from transactional.demo.desk import Office
from transactional.demo.open_documents import OrderLine, TransferOpen, WorkOpen
from transactional.demo.provenance import Bought, Delay, Made, Moved, Source, capped
from transactional.demo.state import Cell, Supply
from transactional.demo.world import PLANT

__all__ = ["CAUSES", "explain_delivered", "explain_open"]

CAUSES = (
    "supplier", "planning", "inspection", "production", "stock_taken", "wrong_count", "picking", "carrier",
    "promise_infeasible", "customer_change",
)  # fmt: skip


def explain_delivered(office: Office, line: OrderLine, shipped: int, shipment: str, problem: str) -> dict[str, Any] | None:
    """The record of a line whose last part arrives today; None when it is in time."""
    late = office.day - line.promised
    if late <= 0:
        return None
    lane = office.world.lanes[line.order.warehouse, line.order.region].transit_days
    moved = max(line.moved_to - line.promised, 0)
    ready_by = line.promised + moved - lane
    delays = [Delay("carrier", office.day - shipped - lane, shipment, problem)]
    available = max(line.ready - ready_by, 0) if line.has_waited else 0
    picking = late - moved - available - delays[0].days
    # A promise for a day before the first one it could have left on was lost when it was made.
    rushed = max(min(line.feasible - ready_by, picking), 0) if line.feasible >= 0 else 0
    delays.append(Delay("promise_infeasible", rushed, line.order.number, line.note if line.note == "impossible_promise" else ""))
    delays.append(Delay("picking", picking - rushed, line.order.number, line.order.pick_problem))
    delays += _availability(office, line, available, line.ready, ready_by, line.source)
    return _record(line, late, moved, delays, shipment)


def explain_open(office: Office, line: OrderLine, shipment: str, shipped: int) -> dict[str, Any] | None:
    """The record of a line that is not delivered in full by the evening of today and was due; None when it is not late.

    `shipped` is the day its last part left, -1 when something has not left. What is on the road counts as delivered after the
    lane's days until somebody confirms it.
    """
    if line.promised > office.day or line.ordered <= line.cancelled:
        return None
    lane = office.world.lanes[line.order.warehouse, line.order.region].transit_days
    is_assumed = 0 <= shipped <= office.day - lane
    end = shipped + lane if is_assumed else max(office.day, line.promised + 1)
    late = end - line.promised
    if late <= 0:
        return None
    moved = min(max(line.moved_to - line.promised, 0), late)
    rest = late - moved
    if line.open > 0 or line.ready < 0:
        cell = office.cell(line.order.warehouse, line.sku)
        delays = _availability(office, line, rest, end, end - rest, _awaited(office, cell, end))
        return _record(line, late, moved, delays, shipment)
    ready_by = line.promised + moved - lane
    available = min(max(line.ready - ready_by, 0) if line.has_waited else 0, rest)
    delays = [
        Delay("picking", rest - available, line.order.number, line.order.pick_problem),
        *_availability(office, line, available, line.ready, ready_by, line.source),
    ]
    return _record(line, late, moved, delays, shipment)


def _availability(office: Office, line: OrderLine, days: int, ready: int, ready_by: int, source: Source | None) -> list[Delay]:
    if days <= 0:
        return []
    found: list[Delay] = []
    setback = line.setback
    if setback is not None:
        lost = max(days - max(setback.tied - ready_by, 0), 0)
        found.append(Delay(setback.cause, lost, setback.document, setback.problem))
        days -= lost
    if days > 0 and source is not None:
        handling = min(max(ready - max(source.usable, ready_by), 0), days)
        found.append(Delay("picking", handling, line.order.number, line.order.pick_problem))
        days -= handling
    if days <= 0:
        return found
    if source is None:
        lost_since = office.cell(line.order.warehouse, line.sku).lost_day >= line.order.order_day
        return [*found, Delay("wrong_count" if lost_since and line.pegged < 0 else "planning", days, line.order.number)]
    delays = source.delays()
    plan = days - sum(delay.days for delay in delays)
    if isinstance(source, Moved):
        delays += source.reasons(plan)
    infeasible = min(max(line.pegged - ready_by, 0), days) if line.pegged >= 0 else 0
    if infeasible:
        # Known when it was promised, and promised all the same; only what came on top of it is the supply's.
        delays = capped(delays, days - infeasible)
    plan = days - infeasible - sum(delay.days for delay in delays)
    return [
        *found,
        *delays,
        Delay("promise_infeasible", infeasible, line.order.number, line.note if line.note == "impossible_promise" else ""),
        Delay("planning", plan, source.number, source.planning_problem if plan > 0 else ""),
    ]


def _awaited(office: Office, cell: Cell, end: int) -> Source | None:
    """The source a waiting line rests on, as far as it has come by `end`; at the plant where nothing is on its way from there."""
    if cell.inspecting:
        return replace(cell.inspecting[0], usable=end)
    if cell.supplies:
        return _unfinished(office, min(cell.supplies, key=lambda supply: supply.day), end)
    return _awaited(office, office.cell(PLANT, cell.sku), end) if cell.warehouse != PLANT else None


def _unfinished(office: Office, supply: Supply, end: int) -> Source | None:
    """An open document as if it ended today; what is not late yet is not early either."""
    opened = supply.opened
    if opened is None:
        return None
    if isinstance(opened, WorkOpen):
        due, waited, waited_for = min(opened.due, end), opened.waited, opened.waited_for
        if opened.started < 0 and opened.blocked_by:
            waited = max(end - opened.planned_start, 0)
            waited_for = _awaited(office, office.cell(PLANT, opened.blocked_by), end)
        waited = min(waited, end - due)
        return Made(opened.number, opened.sku, opened.planned_start, due, opened.started, end, waited, waited_for, opened.problem)
    if isinstance(opened, TransferOpen):
        if opened.to_ship <= 0:
            left = max(opened.left, opened.departure)
            due = min(opened.due, end - (left - opened.departure))
            return Moved(opened.number, opened.sku, opened.ordered, opened.departure, due, left, end, opened.origin)
        departure = min(opened.departure, end)
        origin = _awaited(office, office.cell(PLANT, opened.sku), end)
        return Moved(opened.number, opened.sku, opened.ordered, departure, departure, end, end, origin)
    promised = min(opened.promised, end)
    return Bought(opened.number, opened.sku, promised, end, end, 0, opened.order_by, opened.order_day, opened.note)


def _record(line: OrderLine, late: int, moved: int, delays: list[Delay], shipment: str) -> dict[str, Any]:
    causes = dict.fromkeys(CAUSES, 0)
    causes["customer_change"] = moved
    problems: dict[str, int] = {}
    documents = [line.order.number]
    for delay in [Delay("customer_change", moved, line.order.number, "customer_moves_promise" if moved else ""), *delays]:
        if delay.cause != "customer_change":
            causes[delay.cause] += delay.days
        if delay.days > 0 and delay.problem:
            problems[delay.problem] = problems.get(delay.problem, 0) + delay.days
        if delay.document and delay.document not in documents:
            documents.append(delay.document)
    if shipment and shipment not in documents:
        documents.append(shipment)
    assert sum(causes.values()) == late, (line.order.number, line.position, causes, late)
    main = max(problems, key=lambda code: problems[code]) if problems else None
    if main is not None and 3 * problems[main] < late:
        main = None
    return {
        "order": line.order.number,
        "line": line.position,
        "late_days": late,
        "causes": causes,
        "problem": main,
        "documents": documents,
        "value": round(line.value / 1_000_000, 2),
    }
