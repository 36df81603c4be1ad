"""Which commands found the demo company, its people, places and reasons?"""

from __future__ import annotations

from collections.abc import Iterator

from transactional.commands import (
    Command,
    CreateCompany,
    DefineLocation,
    DefineReturnReason,
    DefineScrapReason,
    DefineUnit,
    DefineUser,
    DefineWarehouse,
)
from transactional.demo.setup_base import Setup, make
from transactional.demo.world import RETURN_REASONS, SCRAP_REASONS, WAREHOUSES

__all__ = ["company_commands"]

_UNITS = (
    ("EA", "piece", "件", "count"),
    ("KG", "kilogram", "千克", "weight"),
    ("CTN", "carton", "箱", "count"),
    ("BOX", "box", "盒", "count"),
)


def company_commands(setup: Setup, password_hash: str) -> Iterator[Command]:
    """The company, its users, units, warehouses, bins and the reasons of returns and scrap."""
    world = setup.world
    yield make(
        CreateCompany,
        setup.base("system"),
        code=world.code,
        name=world.name,
        name_zh=world.name_zh,
        currency="CNY",
        today=setup.start,
        kind_of_source="demo",
        demo_seed=world.seed,
        demo_end_date=world.scale.end_date,
    )
    for person in world.people:
        yield make(
            DefineUser,
            setup.base("system"),
            login=person.login,
            name=person.name,
            name_zh=person.name_zh,
            role=person.role,
            language=person.language,
            password_hash=password_hash,
        )
    for code, name, name_zh, dimension in _UNITS:
        yield make(DefineUnit, setup.base(), code=code, name=name, name_zh=name_zh, dimension=dimension)
    for code, name, name_zh, region, _ in WAREHOUSES:
        yield make(DefineWarehouse, setup.base(), code=code, name=name, name_zh=name_zh, region=region)
    for place in world.bins:
        yield make(
            DefineLocation,
            setup.base(),
            code=place.code,
            warehouse=place.warehouse,
            zone=place.zone,
            aisle=place.aisle,
            position=place.position,
            is_pickable=place.is_pickable,
        )
    for code, name, name_zh in RETURN_REASONS:
        yield make(DefineReturnReason, setup.base(), code=code, name=name, name_zh=name_zh)
    for code, name, name_zh in SCRAP_REASONS:
        yield make(DefineScrapReason, setup.base(), code=code, name=name, name_zh=name_zh)
