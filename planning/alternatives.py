"""Which item-locations can stand in for each other in this plan, and what has each to give away?"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from planning.model import Model
from planning.ordering import PlannedNode
from planning.pegging import Demand
from planning.substitutes import FreeStock, Option, Substitution, free_stock

__all__ = ["Alternatives", "bonds_of"]


def bonds_of(model: Model) -> list[tuple[int, int]]:
    """(component, substitute) item-locations of one warehouse: both must be known before either is planned."""
    pairs = {(component, substitute.item_id) for (_, component), rules in model.substitutes.items() for substitute in rules}
    items: dict[int, list[int]] = {}
    for component, substitute in pairs:
        items.setdefault(component, []).append(substitute)
    found = set()
    for (item_id, warehouse_id), key in model.at.items():
        for substitute in items.get(item_id, ()):
            other = model.at.get((substitute, warehouse_id))
            if other is not None:
                found.add((key, other))
    return sorted(found)


class Alternatives:
    """Substitution within one level, whose item-locations have all their requirements known."""

    def __init__(self, model: Model, bonds: Collection[tuple[int, int]], as_of: int, horizon_end: int) -> None:
        self._model, self._bonds, self._as_of, self._horizon_end = model, bonds, as_of, horizon_end
        self._givers = {giver for _, giver in bonds}
        self._uses_up = {
            component for (_, component), rules in model.substitutes.items() if any(rule.is_use_up for rule in rules)
        }
        self._free: dict[int, FreeStock] = {}

    def in_order(self, states: list[PlannedNode]) -> list[PlannedNode]:
        """Those with free stock last: what runs short is planned before what can stand in for it."""
        if not self._givers:
            return states

        def place(state: PlannedNode) -> int:
            if state.node.item_location_id not in self._givers:
                return 0
            free = self._of(state)
            has_some = free.lasting > 0 or bool(free.perishing)
            return 0 if not has_some else 1 if state.node.item_id in self._uses_up else 2

        return sorted(states, key=place)

    def substitution(self, state: PlannedNode, waiting: Mapping[int, PlannedNode]) -> Substitution | None:
        """How requirements of an item-location may move to others that are still `waiting` to be planned; None: they cannot."""
        node = state.node
        lines = [line for line in state.demands if line.kind == "component" and line.parent_item_id is not None]
        if not self._givers or not lines:
            return None

        def options_of(line: Demand) -> list[Option]:
            rules = self._model.substitutes.get((line.parent_item_id, node.item_id), [])
            rules = sorted(
                [*rules, *self._model.substitutes.get((None, node.item_id), [])], key=lambda one: (one.priority, one.item_id)
            )
            found = []
            for rule in rules:
                other = self._model.at.get((rule.item_id, node.warehouse_id))
                if other is None or other not in waiting:
                    continue
                if (node.item_location_id, other) in self._bonds and rule.is_effective(line.due):
                    found.append(Option(other, self._of(waiting[other]), rule))
            return found

        substitution = Substitution(lines, options_of, node.step)
        return substitution if substitution else None

    def _of(self, state: PlannedNode) -> FreeStock:
        key = state.node.item_location_id
        if key not in self._free:
            self._free[key] = free_stock(
                as_of=self._as_of,
                horizon_end=self._horizon_end,
                floor=state.node.floor,
                lots=self._model.lots.get(key, ()),
                receipts=[(line.available, line.good) for line in state.receipts],
                requirements=state.requirements,
            )
        return self._free[key]
