"""How does another item take the place of a component in one work order?

Only what a recorded substitute allows on the day the component is required, at its ratio, rounded up to the substitute's step;
the plan then requires the substitute, and the shop issues it like any other component.
"""

from __future__ import annotations

from typing import Any

from kernel.errors import InvalidInput, Refused
from kernel.numbers import show_quantity
from transactional.commands import SubstituteComponent
from transactional.engine.registry import handles
from transactional.engine.work import UnitOfWork
from transactional.handlers.support import Row, positive_quantity, refuse_status, step_of

_OPEN = ("planned", "released", "in_progress")


@handles(SubstituteComponent)
def substitute_component(work: UnitOfWork, command: SubstituteComponent) -> dict[str, Any]:
    """Move a part of a requirement that is not issued yet to a substitute."""
    order = work.document("work_order", command.work_order)
    number, order_id = order["number"], order["work_order_id"]
    if order["status"] not in _OPEN:
        raise refuse_status("work_order", number, order["status"], "substitute")
    item = work.row("item", work.lookup("item", command.component_sku))
    substitute = work.row("item", work.lookup("item", command.substitute_sku))
    quantity = step_of(item, positive_quantity(command.quantity, number), number)
    rows = work.children("work_order_component", "work_order_id", order_id)
    component = next((row for row in rows if row["item_id"] == item["item_id"]), None)
    if component is None:
        raise InvalidInput("command.not_a_component", number=number, got=command.component_sku)
    rest = component["required_quantity"] - component["issued_quantity"]
    if quantity > rest:
        raise Refused("command.substitute_too_much", number=number, item=item["sku"], got=show_quantity(quantity),
                      expected=show_quantity(rest))  # fmt: skip
    rule = _rule(work, order, component, substitute)
    if rule is None:
        raise Refused("command.not_a_substitute", number=number, item=item["sku"], got=substitute["sku"])
    step = substitute["quantity_step"]
    exact = quantity * rule["substitute_quantity"]
    taken = -(-exact // (rule["component_quantity"] * step)) * step
    work.change(
        "work_order_component",
        component["work_order_component_id"],
        required_quantity=component["required_quantity"] - quantity,
    )
    present = next((row for row in rows if row["item_id"] == substitute["item_id"]), None)
    if present is None:
        present = work.insert(
            "work_order_component",
            work_order_component_id=work.new_id(),
            work_order_id=order_id,
            item_id=substitute["item_id"],
            required_quantity=taken,
            required_date=component["required_date"],
        )
    else:
        key = present["work_order_component_id"]
        work.change("work_order_component", key, required_quantity=present["required_quantity"] + taken)
    work.event("work_order", order_id, "substituted", quantity=quantity, old=item["sku"], new=substitute["sku"])
    return {"document_id": order_id, "line_ids": [present["work_order_component_id"]], "number": number, "quantity": taken}


def _rule(work: UnitOfWork, order: Row, component: Row, substitute: Row) -> Row | None:
    """The substitute's terms on the required day, those of this product before those of all; then by priority."""
    day = component["required_date"]
    found = [
        row
        for row in work.children("component_substitute", "component_item_id", component["item_id"])
        if row["substitute_item_id"] == substitute["item_id"]
        and row["parent_item_id"] in (None, order["item_id"])
        and row["valid_from"] <= day
        and (row["valid_to"] is None or day <= row["valid_to"])
    ]
    return min(found, key=lambda row: (row["parent_item_id"] is None, row["priority"]), default=None)
