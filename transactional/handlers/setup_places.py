"""Where can stock lie: warehouses with their in-transit and production places, and bins."""

from __future__ import annotations

from typing import Any

from kernel.errors import InvalidInput
from transactional.commands import DefineLocation, DefineWarehouse
from transactional.engine.registry import handles
from transactional.engine.work import UnitOfWork
from transactional.handlers.masters import answer_for, define
from transactional.handlers.support import given_text


@handles(DefineWarehouse)
def define_warehouse(work: UnitOfWork, command: DefineWarehouse) -> dict[str, Any]:
    """A warehouse with `<code>/TRANSIT` (goods on their way to it, still ours) and `<code>/WIP` (consumed by and born from
    production, so it may go below zero; its value is the open work orders' cost)."""
    code = given_text(command.code, "code", "warehouse")
    name = given_text(command.name, "name", code)
    area_code = command.valuation_area or code
    area = work.find_code("valuation_area", area_code)
    if area is None:
        row, _ = define(work, "valuation_area", area_code, {"name": name if area_code == code else area_code})
        area = row["valuation_area_id"]
    before = work.find_code("warehouse", code)
    if before is not None and work.row("warehouse", before)["valuation_area_id"] != area:
        # Cost is kept per area: moving a warehouse would leave its stock's cost behind.
        raise InvalidInput("command.valuation_area_fixed", where=code, got=area_code)
    row, _ = define(
        work,
        "warehouse",
        command.code,
        {"name": name, "name_zh": command.name_zh, "valuation_area_id": area, "region": command.region},
    )
    for suffix, kind, is_physical in (("TRANSIT", "in_transit", 1), ("WIP", "production", 0)):
        if work.find_code("location", f"{code}/{suffix}") is None:
            work.insert(
                "location",
                location_id=work.new_id(),
                code=f"{code}/{suffix}",
                kind=kind,
                warehouse_id=row["warehouse_id"],
                is_pickable=0,
                is_physical=is_physical,
            )
    return answer_for("warehouse", row)


@handles(DefineLocation)
def define_location(work: UnitOfWork, command: DefineLocation) -> dict[str, Any]:
    """A bin; it stays in its warehouse for good."""
    warehouse_id = work.lookup("warehouse", command.warehouse)
    before = work.find_code("location", command.code)
    if before is not None:
        row = work.row("location", before)
        if row["kind"] != "bin" or row["warehouse_id"] != warehouse_id:
            raise InvalidInput("command.not_a_bin_of", location=command.code, warehouse=command.warehouse)
    row, _ = define(
        work,
        "location",
        command.code,
        {
            "kind": "bin",
            "warehouse_id": warehouse_id,
            "zone": command.zone,
            "aisle": command.aisle,
            "position": command.position,
            "is_pickable": int(command.is_pickable),
        },
    )
    return answer_for("location", row)
