"""What must be bought, made or moved, when, why, and for whom?

Item-locations are planned by ascending low-level code, so each is netted once, after everything that needs it:

    demand of a level -> forecast consumption -> netting (open receipts, then substitutes first) -> way, supplier and lot
    sizes -> pegging -> requirements of the next level (components on the release date, the source warehouse on the
    shipping date)

Everything is exact integer arithmetic on days and 10^-6 units. The same inputs, in any row order, give the same
frames byte for byte.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

from kernel.errors import InvalidInput
from planning.alternatives import Alternatives, bonds_of
from planning.frames import PlanInputs, PlanResult
from planning.messages import Messages
from planning.model import Model, Node
from planning.netting import NettingRules, net
from planning.network import Levels, levels_of
from planning.ordering import Ordering, PlannedNode
from planning.outcome import Outcome
from planning.parameters import PlanParameters
from planning.projection import ProjectionRows
from planning.reading import read_model
from planning.requirements import Requirements
from planning.results import ResultRows
from planning.scheduling import Scheduler
from planning.sourcing import Sourcing
from planning.tops import TopDemands

__all__ = ["plan"]

_LARGEST_TOTAL = 2**62


def plan(inputs: PlanInputs, *, as_of: date, parameters: PlanParameters | None = None) -> PlanResult:
    """Plan every item-location of `inputs` as of a day.

    Args:
        inputs: frames of docs/contracts.md, section planning.
        as_of: today of the plan; nothing is released before it.
        parameters: rules of the run; defaults where omitted.

    Returns:
        Suggestions, pegging, messages, projection, supplier ranking, dependent demands, and the records that had to
        be left out.

    Raises:
        InvalidInput: an input frame lacks a mandatory column or has one of the wrong type.
    """
    rules = parameters or PlanParameters()
    with _without_collector():
        model = read_model(inputs, as_of=as_of, parameters=rules)
        return _Run(model, as_of.toordinal(), rules).plan()


@contextmanager
def _without_collector() -> Iterator[None]:
    """Hundreds of thousands of rows are made and none is part of a cycle: searching them for cycles is a quarter of the work."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


class _Run:
    def __init__(self, model: Model, as_of: int, parameters: PlanParameters) -> None:
        self.model = model
        self.as_of = as_of
        self.parameters = parameters
        self.horizon_end = as_of + parameters.horizon_days
        self.scheduler = Scheduler(model.calendars, as_of)
        self.tops = TopDemands()
        self.rows = ResultRows(self.tops)
        self.projection = ProjectionRows()
        self.messages = Messages(self.tops, as_of, parameters)
        self.requirements = Requirements(model, self.scheduler.own, self.tops, parameters, as_of, self.horizon_end)
        self.outcome = Outcome(model, self.scheduler, self.tops, self.requirements, self.rows, self.projection, self.messages)

    def plan(self) -> PlanResult:
        bonds = bonds_of(self.model)
        levels = levels_of(self.model.nodes, self._edges(), bonds=bonds, wishes=self._document_edges())
        self._report(levels)
        alternatives = Alternatives(self.model, set(bonds) - set(levels.cut), self.as_of, self.horizon_end)
        by_level: dict[int, list[int]] = {}
        for key, code in levels.codes.items():
            by_level.setdefault(code, []).append(key)
        for level, keys in sorted(by_level.items()):
            self._plan_level([self.model.nodes[key] for key in sorted(keys)], level, alternatives)
        return PlanResult(
            planned_orders=self.rows.planned_orders(),
            pegging=self.rows.pegging(),
            exceptions=self.messages.frame(),
            projection=self.projection.frame(),
            supplier_ranking=self.rows.supplier_ranking(),
            dependent_demands=self.rows.dependent_demands(),
            problems=tuple(sorted(self.model.problems, key=str)),
        )

    # -- the network -------------------------------------------------------------------------------------------------

    def _edges(self) -> dict[int, set[int]]:
        edges: dict[int, set[int]] = {}
        for key, node in self.model.nodes.items():
            if "make" in node.ways or node.procurement == "phantom":
                for line in self.model.bom.get(node.item_id, ()):
                    child = self.model.at.get((line.component_item_id, node.warehouse_id))
                    if child is not None:
                        edges.setdefault(key, set()).add(child)
            if "transfer" in node.ways and node.source_warehouse_id is not None:
                source = self.model.at.get((node.item_id, node.source_warehouse_id))
                if source is not None:
                    edges.setdefault(key, set()).add(source)
        return edges

    def _document_edges(self) -> list[tuple[int, int]]:
        """From what an open document brings to what it takes, so that both serve the same demand."""
        brought = {line.supply_id: key for key, lines in self.model.receipts.items() for line in lines}
        return sorted(
            (brought[name], key)
            for key, rows in self.model.demands.items()
            for row in rows
            for name in (row.parent_supply_id or row.demand_id,)
            if row.kind in ("component", "transfer") and name in brought
        )

    def _report(self, levels: Levels) -> None:
        nodes = self.model.nodes
        for cycle in levels.cycles:
            names = [nodes[key].sku for key in cycle]
            self.model.problems.append(InvalidInput("planning.bom_cycle", cycle=" > ".join([*names, names[0]])))
        for key in sorted(levels.on_cycle):
            self.messages.on_cycle(key)
        for component, substitute in levels.cut:
            self.model.problems.append(
                InvalidInput("planning.substitute_cycle", item=nodes[component].sku, substitute=nodes[substitute].sku)
            )

    # -- one level ---------------------------------------------------------------------------------------------------

    def _plan_level(self, nodes: list[Node], level: int, alternatives: Alternatives) -> None:
        self.requirements.gather([node.item_location_id for node in nodes])
        states = [state for state in (self._prepared(node, level) for node in nodes) if state is not None]
        waiting = {state.node.item_location_id: state for state in states}
        for state in alternatives.in_order(states):
            del waiting[state.node.item_location_id]
            self._net(state, alternatives, waiting)
        self.outcome.record(states, level)

    def _prepared(self, node: Node, level: int) -> PlannedNode | None:
        """Everything known of an item-location before it is netted; None where its quantities are beyond arithmetic."""
        state = PlannedNode(node, level, self.requirements.demands(node), self.requirements.receipts(node))
        lots = self.model.lots.get(node.item_location_id, ())
        total = sum(line.quantity for line in state.demands) + sum(abs(lot.quantity) for lot in lots)
        total += sum(line.quantity for line in state.receipts) + node.floor + (node.order_up_to or 0)
        if total > _LARGEST_TOTAL:
            self.model.problems.append(
                InvalidInput(
                    "planning.value_range",
                    frame="demands",
                    row=f"item_location_id {node.item_location_id} ({node.sku})",
                    column="quantity",
                    got=total,
                    expected=f"{_LARGEST_TOTAL} in total",
                )
            )
            return None
        state.total = total
        for line in state.demands:
            state.requirements[line.due] = state.requirements.get(line.due, 0) + line.quantity
        return state

    def _net(self, state: PlannedNode, alternatives: Alternatives, waiting: dict[int, PlannedNode]) -> None:
        node, key = state.node, state.node.item_location_id
        lots = self.model.lots.get(key, [])
        substitution = alternatives.substitution(state, waiting)
        if substitution is not None:
            _take_off(state.requirements, substitution.use_up())
        sourcing = Sourcing(
            self.model, self.scheduler, self.tops, self.parameters, self.as_of, node, state.demands, state.requirements
        )
        ordering = Ordering(state, sourcing, self.model.decisions.get(key, ()), self.as_of)
        state.outcome = net(
            as_of=self.as_of,
            horizon_end=self.horizon_end,
            rules=NettingRules(
                floor=node.floor,
                order_up_to=node.order_up_to,
                window_days=node.period_days,
                earliest=sourcing.earliest(),
                fence_end=self.as_of + node.planning_fence_days if node.planning_fence_days else None,
            ),
            opening=sum(lot.quantity for lot in lots),
            lots=lots if any(lot.expiry is not None for lot in lots) else (),
            requirements=state.requirements,
            receipts=state.receipts,
            order=ordering.order,
            waive=ordering.waive,
            substitutes=substitution,
        )
        _take_off(state.requirements, state.outcome.substituted)
        if substitution is not None and substitution.moved:
            self.messages.use_substitute(substitution.moved)
            for place, demands in self.requirements.moved_to_substitutes(substitution.moved, key).items():
                other = waiting[place]
                other.demands.extend(demands)
                for line in demands:
                    other.requirements[line.due] = other.requirements.get(line.due, 0) + line.quantity
            state.demands = [line for line in state.demands if line.quantity > 0]


def _take_off(requirements: dict[int, int], served: dict[int, int]) -> None:
    for day, quantity in served.items():
        requirements[day] -= quantity
        if not requirements[day]:
            del requirements[day]
