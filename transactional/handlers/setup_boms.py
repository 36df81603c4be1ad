"""From what and how are items made: bills of materials, work centers, routings."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from kernel.errors import InvalidInput, Refused
from transactional.commands import DefineBom, DefineRouting, DefineSubstitute, DefineWorkCenter
from transactional.engine.registry import handles
from transactional.engine.work import UnitOfWork
from transactional.handlers.masters import answer_for, check_validity, define, update_row
from transactional.handlers.support import given_text, lines_given, named_once, optional_key, positive_quantity, price, whole


@handles(DefineBom)
def define_bom(work: UnitOfWork, command: DefineBom) -> dict[str, Any]:
    """A new bill of materials; an identical one changes nothing, one that would close a cycle is refused naming the cycle.

    Bills with the same priority follow one another: an earlier open one ends the day before the new one begins.
    """
    parent = work.lookup("item", command.sku)
    where = command.sku
    lines_given(command.lines, where)
    check_validity(command.valid_from, command.valid_to, where)
    positive_quantity(command.output_quantity, where, "output_quantity")
    whole(command.priority, "priority", where, 1, 1000)
    lines: list[dict[str, Any]] = []
    for line in command.lines:
        positive_quantity(line.component_quantity, f"{where} > {line.component_sku}", "component_quantity")
        whole(line.scrap_ppm, "scrap_ppm", f"{where} > {line.component_sku}", 0, 999_999)
        check_validity(line.valid_from or command.valid_from, line.valid_to, f"{where} > {line.component_sku}")
        lines.append(
            {
                "component_item_id": work.lookup("item", line.component_sku),
                "component_quantity": line.component_quantity,
                "scrap_ppm": line.scrap_ppm,
                "is_fixed": int(line.is_fixed),
                "valid_from": line.valid_from or command.valid_from,
                "valid_to": line.valid_to if line.valid_to is not None else command.valid_to,
            }
        )
    for component in {line["component_item_id"] for line in lines}:
        _refuse_cycle(work, parent, component)
    head = {"output_quantity": command.output_quantity, "priority": command.priority, "note": command.note}
    for bom in work.children("bill_of_materials", "item_id", parent):
        if bom["priority"] != command.priority:
            continue
        if bom["valid_from"] == command.valid_from and _same(work, bom, head, command.valid_to, lines):
            return _bom_answer(work, bom)
        if bom["valid_from"] < command.valid_from and (bom["valid_to"] is None or bom["valid_to"] >= command.valid_from):
            _end(work, bom, command.valid_from - timedelta(days=1))
        elif bom["valid_from"] == command.valid_from:
            raise Refused("command.bom_exists", where=where, got=command.valid_from, priority=command.priority)
    bom = work.insert(
        "bill_of_materials",
        bom_id=work.new_id(),
        item_id=parent,
        valid_from=command.valid_from,
        valid_to=command.valid_to,
        **head,
    )
    for columns in lines:
        work.insert("bom_line", bom_line_id=work.new_id(), bom_id=bom["bom_id"], **columns)
    work.event("bill_of_materials", bom["bom_id"], "defined", new=where)
    return _bom_answer(work, bom)


@handles(DefineSubstitute)
def define_substitute(work: UnitOfWork, command: DefineSubstitute) -> dict[str, Any]:
    """What may stand in for a component from a day on; earlier open terms of the same items end the day before."""
    where = f"{command.parent_sku or '*'} > {command.component_sku} = {command.substitute_sku}"
    component, substitute = work.lookup("item", command.component_sku), work.lookup("item", command.substitute_sku)
    parent = optional_key(work, "item", command.parent_sku)
    if component == substitute or parent in (component, substitute):
        raise InvalidInput("command.substitute_itself", where=where, got=command.substitute_sku)
    check_validity(command.valid_from, command.valid_to, where)
    columns = {
        "component_quantity": positive_quantity(command.component_quantity, where, "component_quantity"),
        "substitute_quantity": positive_quantity(command.substitute_quantity, where, "substitute_quantity"),
        "priority": whole(command.priority, "priority", where, 1, 1000),
        "is_use_up": int(command.is_use_up),
        "valid_to": command.valid_to,
    }
    same_day = None
    for row in work.children("component_substitute", "component_item_id", component):
        if row["substitute_item_id"] != substitute or row["parent_item_id"] != parent:
            continue
        if row["valid_from"] == command.valid_from:
            same_day = row
        elif row["valid_from"] < command.valid_from and (row["valid_to"] is None or row["valid_to"] >= command.valid_from):
            last = command.valid_from - timedelta(days=1)
            update_row(work, "component_substitute", row["component_substitute_id"], {"valid_to": last})
    if same_day is not None:
        row, _ = update_row(work, "component_substitute", same_day["component_substitute_id"], columns)
        return answer_for("component_substitute", row)
    row = work.insert(
        "component_substitute",
        component_substitute_id=work.new_id(),
        parent_item_id=parent,
        component_item_id=component,
        substitute_item_id=substitute,
        valid_from=command.valid_from,
        **columns,
    )
    work.event("component_substitute", row["component_substitute_id"], "defined", new=where)
    return answer_for("component_substitute", row)


@handles(DefineWorkCenter)
def define_work_center(work: UnitOfWork, command: DefineWorkCenter) -> dict[str, Any]:
    """Where operations are done, how long a day, at which cost per hour."""
    row, _ = define(
        work,
        "work_center",
        command.code,
        {
            "name": given_text(command.name, "name", command.code),
            "name_zh": command.name_zh,
            "warehouse_id": work.lookup("warehouse", command.warehouse),
            "capacity_minutes_per_day": whole(
                command.capacity_minutes_per_day, "capacity_minutes_per_day", command.code, 0, 10**6
            ),
            "cost_per_hour": price(command.cost_per_hour, command.code, "cost_per_hour"),
        },
    )
    return answer_for("work_center", row)


@handles(DefineRouting)
def define_routing(work: UnitOfWork, command: DefineRouting) -> dict[str, Any]:
    """The operations of an item from a day on; the routing before it ends the day before."""
    item_id = work.lookup("item", command.sku)
    lines_given(command.operations, command.sku)
    named_once([entry.operation_sequence for entry in command.operations], "operation_sequence", command.sku)
    wanted = []
    for entry in command.operations:
        where = f"{command.sku} {entry.operation_sequence}"
        wanted.append(
            {
                "operation_sequence": whole(entry.operation_sequence, "operation_sequence", where, 0, 10**6),
                "work_center_id": work.lookup("work_center", entry.work_center),
                "name": entry.name,
                "setup_minutes": whole(entry.setup_minutes, "setup_minutes", where, 0, 10**6),
                "run_seconds_per_unit": whole(entry.run_seconds_per_unit, "run_seconds_per_unit", where, 0, 10**8),
                "queue_days": whole(entry.queue_days, "queue_days", where, 0, 3650),
            }
        )
    present = list(work.children("routing_operation", "item_id", item_id))
    same_day = [row for row in present if row["valid_from"] == command.valid_from]
    if same_day:
        names = list(wanted[0])
        if [{name: row[name] for name in names} for row in same_day] == wanted:
            return {"line_ids": [row["routing_operation_id"] for row in same_day]}
        raise Refused("command.routing_exists", where=command.sku, got=command.valid_from)
    for row in present:
        if row["valid_from"] < command.valid_from and (row["valid_to"] is None or row["valid_to"] >= command.valid_from):
            work.change("routing_operation", row["routing_operation_id"], valid_to=command.valid_from - timedelta(days=1))
    ids = []
    for columns in wanted:
        key = work.new_id()
        work.insert("routing_operation", routing_operation_id=key, item_id=item_id, valid_from=command.valid_from, **columns)
        ids.append(key)
    return {"line_ids": ids}


def _same(
    work: UnitOfWork, bom: dict[str, Any], head: dict[str, Any], valid_to: date | None, lines: list[dict[str, Any]]
) -> bool:
    if bom["valid_to"] != valid_to or any(bom[name] != value for name, value in head.items()):
        return False
    present = work.children("bom_line", "bom_id", bom["bom_id"])
    return [{name: row[name] for name in lines[0]} for row in present] == lines


def _end(work: UnitOfWork, bom: dict[str, Any], last: date) -> None:
    """A bill and its lines end together, so that a line alone tells when it held."""
    work.change("bill_of_materials", bom["bom_id"], valid_to=last)
    for line in work.children("bom_line", "bom_id", bom["bom_id"]):
        if line["valid_to"] is None or line["valid_to"] > last:
            work.change("bom_line", line["bom_line_id"], valid_to=last)


def _bom_answer(work: UnitOfWork, bom: dict[str, Any]) -> dict[str, Any]:
    lines = work.children("bom_line", "bom_id", bom["bom_id"])
    return {"document_id": bom["bom_id"], "bom_id": bom["bom_id"], "line_ids": [line["bom_line_id"] for line in lines]}


def _refuse_cycle(work: UnitOfWork, parent: int, component: int) -> None:
    """Walk down from the component; every bill counts, past and future, so that no date can close a cycle."""
    path = [component]
    done: set[int] = set()

    def walk(item_id: int) -> bool:
        if item_id == parent:
            return True
        if item_id in done:
            return False
        done.add(item_id)
        for bom in work.children("bill_of_materials", "item_id", item_id):
            for line in work.children("bom_line", "bom_id", bom["bom_id"]):
                path.append(line["component_item_id"])
                if walk(line["component_item_id"]):
                    return True
                path.pop()
        return False

    if walk(component):
        cycle = " > ".join(work.row("item", item_id)["sku"] for item_id in [parent, *path])
        raise InvalidInput("command.bom_cycle", where=work.row("item", parent)["sku"], got=cycle)
