"""Commands that set up where stock lies: warehouses and bins. A repeat changes nothing."""

from __future__ import annotations

from dataclasses import dataclass

from transactional.commands.base import Command


@dataclass(frozen=True, kw_only=True, slots=True)
class DefineWarehouse(Command):
    """Also creates the warehouse's in-transit and production locations (`<code>/TRANSIT`, `<code>/WIP`)."""

    code: str
    name: str
    name_zh: str = ""
    valuation_area: str | None = None  # default: an area of its own
    region: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class DefineLocation(Command):
    """A bin of a warehouse. Virtual locations exist from the start: SUPPLIER, CUSTOMER, SCRAP, COUNT, OPENING, VARIANCE."""

    code: str
    warehouse: str
    zone: str = ""
    aisle: int | None = None
    position: int | None = None
    is_pickable: bool = True
