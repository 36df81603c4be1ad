"""Which commands define what the demo company sells, buys and makes?"""

from __future__ import annotations

from collections.abc import Iterator

from kernel.numbers import PRICE_SCALE
from transactional.commands import (
    BomLine,
    Command,
    DefineBarcode,
    DefineBom,
    DefineCategory,
    DefineConversion,
    DefineItem,
    DefineRouting,
    DefineWorkCenter,
    Operation,
)
from transactional.demo.items import WORK_CENTERS, Item
from transactional.demo.setup_base import Setup, make
from transactional.demo.world import PLANT

__all__ = ["item_commands"]


def item_commands(setup: Setup) -> Iterator[Command]:
    """Categories, items, cartons and barcodes, work centers, bills and routings; components come before what they go into."""
    world, start = setup.world, setup.start
    for code, name, name_zh, parent in world.catalogue.categories:
        yield make(DefineCategory, setup.base(), code=code, name=name, name_zh=name_zh, parent=parent)
    for item in [*world.items(), *setup.plot.duplicates]:
        yield _define_item(setup, item)
    for number, item in enumerate(i for i in world.items() if i.is_sold):
        yield make(
            DefineConversion,
            setup.base(),
            sku=item.sku,
            from_unit="CTN",
            to_unit="EA",
            numerator=4 if item.item_type != "trading_good" else 12,
            denominator=1,
        )
        yield make(DefineBarcode, setup.base(), barcode=_ean(world.seed, number), sku=item.sku, unit="EA")
    for code, name, name_zh, minutes, rate in WORK_CENTERS:
        yield make(
            DefineWorkCenter,
            setup.base(),
            code=code,
            name=name,
            name_zh=name_zh,
            warehouse=PLANT,
            capacity_minutes_per_day=minutes,
            cost_per_hour=rate * PRICE_SCALE,
        )
    for item in sorted(world.items(), key=lambda i: i.level):
        if not item.components:
            continue
        lines = tuple(BomLine(c.sku, c.quantity, c.scrap_ppm) for c in item.components)
        yield make(DefineBom, setup.base(), sku=item.sku, valid_from=start, lines=lines)
        if item.steps:
            operations = tuple(
                Operation(10 * (index + 1), step.work_center, step.name, step.setup_minutes, step.run_seconds)
                for index, step in enumerate(item.steps)
            )
            yield make(DefineRouting, setup.base(), sku=item.sku, valid_from=start, operations=operations)


def _define_item(setup: Setup, item: Item) -> Command:
    world = setup.world
    first = world.date(int(item.start_share * world.scale.days)) if item.pattern == "new" else None
    return make(
        DefineItem,
        setup.base(),
        sku=item.sku,
        name=item.name,
        name_zh=item.name_zh,
        item_type=item.item_type,
        category=item.category,
        base_unit=item.unit,
        quantity_step=item.step,
        standard_cost=item.standard_cost or None,
        list_price=item.list_price or None,
        tax_rate_ppm=130_000,
        shelf_life_days=item.shelf_life_days,
        is_lot_tracked=item.is_lot_tracked,
        is_measured=item.unit == "KG",
        first_sale_date=first,
    )


def _ean(seed: int, number: int) -> str:
    digits = f"690{seed % 100_000:05d}{number:04d}"
    check = (10 - sum(int(d) * (3 if i % 2 else 1) for i, d in enumerate(digits)) % 10) % 10
    return f"{digits}{check}"
