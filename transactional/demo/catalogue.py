"""What does the demo company buy, make and sell?

Finished goods are made in three levels (part, assembly, product) from shared components, with two phantoms and packaging;
consumables are blended and filled and have a shelf life; trading goods are bought and sold unchanged. A standard cost is
rolled up from component costs and routing time.
"""

from __future__ import annotations

from random import Random

from kernel.numbers import PRICE_SCALE, QUANTITY_SCALE
from transactional.demo.chance import random_for
from transactional.demo.item_demand import give_demand
from transactional.demo.items import WORK_CENTERS, Catalogue, Component, Item, Step
from transactional.demo.names import APPLIANCES, CONSUMABLES, TRADING, Family
from transactional.demo.parts import Parts, each
from transactional.demo.scale import Scale

__all__ = ["build_catalogue"]

_RATES = {code: rate for code, _, _, _, rate in WORK_CENTERS}

_ROOTS: list[tuple[str, str, str, str | None]] = [
    ("FG", "Finished appliances", "成品电器", None),
    ("CS", "Consumables", "消耗品", None),
    ("TG", "Trading goods", "贸易商品", None),
    ("SA", "Assemblies and parts", "半成品", None),
    ("CP", "Bought components", "外购件", None),
    ("RM", "Raw materials", "原材料", None),
    ("PK", "Packaging and print", "包装印刷", None),
    ("PH", "Kits (phantom)", "虚拟件", None),
]


def build_catalogue(seed: int, scale: Scale) -> Catalogue:
    """The catalogue of one seed: other seeds choose other families, costs and demand patterns."""
    random = random_for(seed, "catalogue")
    builder = _Products(random, scale)
    appliances = random.sample(APPLIANCES, scale.appliance_families)
    consumables = random.sample(CONSUMABLES, scale.consumable_families)
    trading = random.sample(TRADING, scale.trading_families)
    builder.lot_families = {family.code for family in appliances[:2]}
    builder.phantoms()
    for family in sorted(appliances, key=lambda f: f.code):
        builder.appliance(family)
    for family in sorted(consumables, key=lambda f: f.code):
        builder.consumable(family)
    for family in sorted(trading, key=lambda f: f.code):
        builder.trading(family)
    builder.roll_up()
    give_demand(builder.items, scale, random_for(seed, "demand patterns"))
    return Catalogue(builder.items, builder.categories)


class _Products(Parts):
    """Collects items while the families are put together."""

    def __init__(self, random: Random, scale: Scale) -> None:
        super().__init__(random)
        self.scale = scale
        self.categories = list(_ROOTS)
        # Appliances whose lots are followed to the customer; the others are interchangeable pieces.
        self.lot_families: set[str] = set()

    def _category(self, code: str, name: str, name_zh: str, parent: str) -> str:
        if all(code != known for known, *_ in self.categories):
            self.categories.append((code, name, name_zh, parent))
        return code

    def _variants(self, family: Family, count: int) -> list[tuple[int, int]]:
        pairs = [(size, style) for size in range(len(family.sizes)) for style in range(len(family.styles))]
        return sorted(self.random.sample(pairs, min(count, len(pairs))))

    def _finished(self, family: Family, number: int, size: int, style: int, root: str, prefix: str = "") -> Item:
        label, label_zh = family.sizes[size]
        colour, colour_zh = family.styles[style]
        category = self._category(f"{root}-{family.code}", _plural(family.name), family.name_zh, root)
        item = Item(
            f"{prefix}{family.code}-{101 + number}",
            f"{family.name} {label}, {colour}",
            f"{family.name_zh} {label_zh} {colour_zh}",
            "trading_good" if root == "TG" else "finished_good",
            category,
            "buy" if root == "TG" else "make",
            season=family.season,
            shelf_life_days=family.shelf_life_days,
            is_lot_tracked=family.code in self.lot_families or family.shelf_life_days is not None,
            lot_days=self.random.randint(*self.scale.lot_days),
            safety_days=self.random.uniform(0.5, 2.5),
            bias=self.random.uniform(0.97, 1.06),
            pattern="smooth",
        )
        self.items[item.sku] = item
        return item

    def appliance(self, family: Family) -> None:
        """Products of one appliance family, from parts over body and base to the boxed appliance."""
        chosen = self._variants(family, self.scale.variants)
        base = self.base(family)
        sizes = sorted({size for size, _ in chosen})
        bodies = {size: self.body(family, size) for size in sizes}
        boxes = {size: self.box(family, size) for size in sizes}
        large = family.cost > 80
        trims = [
            Component(self.own(family, "KNOB", "Knob", "旋钮", 0.9, "plastic"), each(1)),
            Component(self.own(family, "LID", "Lid", "上盖", 3.2, "plastic"), each(1)),
            Component(self.own(family, "TRIM", "Trim", "装饰条", 0.8, "metal"), each(1)),
        ]
        for number, (size, style) in enumerate(chosen):
            item = self._finished(family, number, size, style, "FG")
            item.components = [
                Component(bodies[size], each(1)),
                Component(base, each(1)),
                Component("PH-FIX", each(1)),
                Component("PH-DOC", each(1)),
                Component(boxes[size], each(1)),
                Component(self.part("FOAM-L" if large else "FOAM-S"), each(1)),
                Component(self.part("LABEL"), each(1)),
                Component(self.part("CTN-L" if large else "CTN-S"), each(0.25)),
                *trims,
            ]
            item.steps = [Step("WC-ASSY", "Assemble", 30, 150 + 20 * size), Step("WC-FILL", "Test and pack", 10, 45)]

    def consumable(self, family: Family) -> None:
        """Blended and filled goods with a shelf life."""
        share = 1.0 / len(family.ingredients)
        mix = self.made(
            f"SA-{family.code}-MIX",
            f"{family.name} Bulk",
            f"{family.name_zh}散料",
            "SA",
            [Component(self.part(code), each(round(share, 3)), 10_000) for code in family.ingredients],
            [Step("WC-BLEND", "Blend", 60, 12)],
            "KG",
        )
        bulk = self.items[mix]
        bulk.shelf_life_days, bulk.is_lot_tracked = 180, True
        sizes: dict[int, str] = {}
        for number, (size, style) in enumerate(self._variants(family, self.scale.consumable_variants)):
            item = self._finished(family, number, size, style, "CS")
            box = sizes.setdefault(size, "") or self.box(family, size)
            sizes[size] = box
            item.components = [
                Component(mix, each(0.3), 10_000),
                Component(self.part("FOIL"), each(10)),
                Component(box, each(1)),
                Component(self.part("CTN-S"), each(0.05)),
            ]
            item.steps = [Step("WC-FILL", "Fill and seal", 45, 22)]
            item.lot_multiple = 40

    def trading(self, family: Family) -> None:
        """Goods bought and sold unchanged."""
        for number, (size, style) in enumerate(self._variants(family, self.scale.trading_variants)):
            item = self._finished(family, number, size, style, "TG", "TG-")
            item.trade = "trading"
            item.standard_cost = round(family.cost * (1 + 0.25 * size) * self.random.uniform(0.85, 1.2) * 100) * (
                PRICE_SCALE // 100
            )
            item.lot_days = self.random.randint(13, 24)
            item.safety_days = self.random.uniform(1.5, 4.0)

    def roll_up(self) -> None:
        """Standard costs and levels from the bottom up, and list prices for what is sold."""
        done: dict[str, int] = {}

        def cost_of(sku: str) -> int:
            item = self.items[sku]
            if sku in done:
                return done[sku]
            if item.components:
                material = sum(
                    cost_of(line.sku) * line.quantity * (1_000_000 + line.scrap_ppm) // (QUANTITY_SCALE * 1_000_000)
                    for line in item.components
                )
                labour = sum(_RATES[step.work_center] * PRICE_SCALE * step.run_seconds // 3600 for step in item.steps)
                item.standard_cost = (material + labour) // 1000 * 1000
                item.level = 1 + max(self.items[line.sku].level for line in item.components)
            done[sku] = item.standard_cost
            return item.standard_cost

        for sku in self.items:
            cost_of(sku)
        for item in self.items.values():
            if item.is_sold:
                margin = self.random.uniform(1.45, 1.95)
                item.list_price = max(1, round(item.standard_cost * margin / (PRICE_SCALE // 10))) * (PRICE_SCALE // 10)


def _plural(name: str) -> str:
    if name.endswith("s"):
        return name
    if name.endswith("fe"):
        return f"{name[:-2]}ves"
    return f"{name}es" if name.endswith(("x", "sh", "ch")) else f"{name}s"
