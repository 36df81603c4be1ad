"""What should be done about each open supply line: earlier, later, more, less, not at all, or at last begun?

A message appears when the change exceeds its tolerance (days, share of the quantity) or its value exceeds the
threshold, and only for orders near enough to act on (rescheduling horizon): a list nobody reads helps nobody.
"""

from __future__ import annotations

import numpy as np

from kernel.numbers import QUANTITY_SCALE, RATE_SCALE
from planning.level_pegs import PlacePegs
from planning.lots import LotRules, ordered_for
from planning.messages import Messages, value_of_lateness
from planning.model import Model
from planning.netting import Receipt
from planning.ordering import Draft, PlannedNode
from planning.pegging import Share
from planning.scheduling import DockDay, Scheduler

__all__ = ["supply_messages"]

_WAY_OF = {"purchase": "buy", "work": "make", "transfer": "transfer"}


def supply_messages(messages: Messages, model: Model, state: PlannedNode, pegs: PlacePegs, scheduler: Scheduler) -> None:
    """Write the messages about one item-location's open supply; `pegs` tells what each line serves."""
    about = _About(messages, model, state, scheduler)
    for line in state.receipts:
        if line.kind != "by_product":
            about.line(line, pegs.share(line.supply_id), pegs.value(line.supply_id))
    about.increases(pegs)


class _About:
    def __init__(self, messages: Messages, model: Model, state: PlannedNode, scheduler: Scheduler) -> None:
        self.messages, self.model, self.state, self.node = messages, model, state, state.node
        self.parameters, self.as_of = messages.parameters, messages.as_of
        self.own = scheduler.own
        self.dock: DockDay = scheduler.dock_day(state.node)

    def line(self, line: Receipt, share: Share, value: int) -> None:
        """Everything there is to say about one open supply line."""
        is_harmful = value > 0 or bool(np.any((share.days > 0) & (share.tops >= 0)))
        if line.state == "firm_planned":
            self._firm(line, share, value)
        elif line.is_past_due:
            if is_harmful or self.as_of - line.expected > self.parameters.past_due_tolerance_days:
                self.messages.about_supply("past_due_receipt", self.node, line, line.expected, self.as_of, value, share)
        elif not line.is_frozen:
            self._started_late(line, share)
        if line.is_frozen:
            return
        expected = max(line.expected, self.as_of)
        need = self.state.outcome.receipt_need.get(line.supply_id)
        nearest = expected if need is None else min(expected, need)
        if nearest > self.as_of + self.parameters.rescheduling_horizon_days:
            return
        if need is None:
            self._unneeded(line, expected, share)
            return
        if line.available > need:
            self._late(line, need, expected, value, is_harmful, share)
        elif not line.is_past_due:
            self._early(line, need, expected, share)
        if not line.is_quantity_fixed:
            self._too_large(line, share)

    # -- dates ---------------------------------------------------------------------------------------------------------

    def _firm(self, line: Receipt, share: Share, value: int) -> None:
        """A firm planned order waits for its release; the planner may not change it."""
        start = line.start if line.start is not None else line.expected - self.node.lead_time(_WAY_OF.get(line.kind, "buy"))
        if start < self.as_of:
            self.messages.about_supply("release_past_due", self.node, line, start, line.expected, value, share)
        elif start <= self.as_of + self.parameters.release_due_days:
            self.messages.about_supply("release_due", self.node, line, start, line.expected, value, share)

    def _started_late(self, line: Receipt, share: Share) -> None:
        """Work that should have begun and, begun today, no longer ends on its day."""
        if line.start is None or line.start >= self.as_of:
            return
        done = self.own.forward(self.as_of, self.node.lead_time(_WAY_OF.get(line.kind, "make")))
        if done > line.expected:
            later = Share(share.tops, share.quantities, share.top_quantities, share.days + (done - line.expected))
            value = value_of_lateness(self.messages.tops, later)
            is_harmful = value > 0 or bool(np.any((later.days > 0) & (later.tops >= 0)))
            if not is_harmful and done - line.expected <= self.parameters.harmless_tolerance_days:
                return
            self.messages.about_supply("start_in_past", self.node, line, line.start, done, value, later)

    def _unneeded(self, line: Receipt, expected: int, share: Share) -> None:
        worth = self._price(line) * line.quantity // QUANTITY_SCALE
        if expected <= self.messages.horizon_end and worth >= self.parameters.cancel_value_threshold_micro:
            self.messages.about_supply("cancel", self.node, line, line.expected, None, worth, share)

    def _late(self, line: Receipt, need: int, expected: int, value: int, is_harmful: bool, share: Share) -> None:
        wanted = max(self.as_of, self.dock.before(need))
        shift = expected - wanted
        # Already due today: no earlier date can be asked for, the shortage has its own message.
        tolerance = self.parameters.expedite_tolerance_days
        if not is_harmful:
            tolerance = max(tolerance, self.parameters.harmless_tolerance_days)
        if shift > 0 and (shift > tolerance or value > self.parameters.message_value_threshold_micro):
            self.messages.about_supply("expedite", self.node, line, line.expected, wanted, value, share)

    def _early(self, line: Receipt, need: int, expected: int, share: Share) -> None:
        node, wanted = self.node, self.dock.before(need)
        shift = wanted - expected
        held = (node.unit_cost or self._price(line)) * line.quantity * self.parameters.carrying_rate_ppm * max(0, shift)
        held //= QUANTITY_SCALE * RATE_SCALE * 365
        # Orders joined on purpose within one grouping window are not too early.
        tolerance = self.parameters.defer_tolerance_days + node.period_days - 1
        is_worth_asking = held >= self.parameters.defer_value_floor_micro and shift > tolerance
        if shift > 0 and (is_worth_asking or held > self.parameters.message_value_threshold_micro):
            self.messages.about_supply("defer", node, line, line.expected, wanted, held, share)

    # -- quantities ------------------------------------------------------------------------------------------------------

    def _too_large(self, line: Receipt, share: Share) -> None:
        """Part of the order is needed, the rest by nothing within the horizon."""
        node = self.node
        surplus = int(share.quantities[share.tops < 0].sum())
        if surplus <= 0 or node.order_up_to is not None or node.rules.fixed is not None:
            return
        rules = self._rules(line)
        needed = ordered_for(line.good - surplus, rules.yield_ppm)
        smallest = -(-max(needed, rules.minimum) // rules.multiple) * rules.multiple
        cut = line.quantity - smallest
        worth = self._price(line) * max(0, cut) // QUANTITY_SCALE
        if cut > 0 and self._is_worth_a_change(cut, line.quantity, worth):
            self.messages.about_supply("decrease", node, line, line.expected, None, worth, share, quantity=cut)

    def increases(self, pegs: PlacePegs) -> None:
        """New orders that an open order of the same way, supplier and time could bring instead."""
        taken: set[str] = set()
        if not any(line.kind in _WAY_OF for line in self.state.receipts):
            return
        for draft in self.state.drafts:
            line = min(
                (one for one in self.state.receipts if one.supply_id not in taken and self._could_bring(one, draft)),
                key=lambda one: (one.available, one.supply_id),
                default=None,
            )
            if line is None:
                continue
            more = self._more(draft)
            share, value = pegs.share(draft.planned_order_id), pegs.urgent_value(draft.planned_order_id)
            worth = self._price(line) * more // QUANTITY_SCALE
            if self._is_worth_a_change(more, line.quantity, worth):
                taken.add(line.supply_id)
                self.messages.about_supply(
                    "increase",
                    self.node,
                    line,
                    line.expected,
                    self.dock.before(draft.wanted.need),
                    value,
                    share,
                    quantity=more,
                    planned_order_id=draft.planned_order_id,
                )

    def _could_bring(self, line: Receipt, draft: Draft) -> bool:
        need = self.state.outcome.receipt_need.get(line.supply_id)
        supplier = None if draft.offer is None else draft.offer.supplier_id
        if line.is_frozen or line.is_quantity_fixed or need is None or _WAY_OF.get(line.kind) != draft.kind:
            return False
        if line.supplier_id != supplier or line.available > draft.schedule.available:
            return False
        window = self.parameters.increase_window_days
        if abs(need - draft.wanted.need) > window or draft.wanted.need - line.available > window:
            return False
        more = self._more(draft)
        largest = self._rules(line).maximum
        # More than twice the order is not the same order any more.
        return more <= line.quantity and (largest is None or line.quantity + more <= largest)

    def _more(self, draft: Draft) -> int:
        """What the open order would have to bring more: the shortage in whole multiples, its minimum being met already."""
        rules = self.node.rules
        short = ordered_for(draft.wanted.short + draft.wanted.extra, rules.yield_ppm)
        return min(draft.quantity, -(-short // rules.multiple) * rules.multiple)

    def _is_worth_a_change(self, change: int, quantity: int, worth: int) -> bool:
        is_large = change * RATE_SCALE > self.parameters.quantity_tolerance_ppm * quantity
        return is_large or worth > self.parameters.message_value_threshold_micro

    def _rules(self, line: Receipt) -> LotRules:
        """The item's lot rules, with the supplier's where it is known; a price break reached is kept."""
        rules = self.node.rules
        terms = [term for _, term in self.model.terms.get(self.node.item_id, ()) if term.supplier_id == line.supplier_id]
        reached = [term.price_break for term in terms if term.price_break <= line.quantity]
        least = max([rules.minimum, *reached, *(term.minimum or 0 for term in terms)])
        multiple = next((term.multiple for term in terms if term.multiple), rules.multiple)
        most = min((one for one in (rules.maximum, *(term.maximum for term in terms)) if one is not None), default=None)
        return LotRules(least, multiple, most, rules.fixed, rules.yield_ppm)

    def _price(self, line: Receipt) -> int:
        return line.unit_price if line.unit_price is not None else self.node.unit_cost
