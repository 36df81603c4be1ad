"""What does the demo company buy, make and sell, and how is it put together?

Finished goods are made in three levels (part, assembly, product) from shared components, with two phantoms and packaging;
consumables are blended and filled and have a shelf life; trading goods are bought and sold unchanged. A standard cost is
rolled up from component costs and routing time.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import exp
from random import Random

from kernel.numbers import PRICE_SCALE, QUANTITY_SCALE
from transactional.demo.chance import random_for
from transactional.demo.names import APPLIANCES, CONSUMABLES, SHARED_COMPONENTS, TRADING, Family, Part
from transactional.demo.scale import Scale

__all__ = ["PATTERNS", "WORK_CENTERS", "Catalogue", "Component", "Item", "Step", "build_catalogue"]

PATTERNS = ("smooth", "seasonal", "promoted", "intermittent", "lumpy", "new", "dying")

WORK_CENTERS = (
    # code, name, name_zh, minutes a day, CNY an hour
    ("WC-MOLD", "Injection Moulding", "注塑车间", 2880, 46),
    ("WC-PRESS", "Pressing and Coating", "冲压喷涂", 1920, 52),
    ("WC-ELEC", "Electronics Assembly", "电子组装", 2400, 38),
    ("WC-ASSY", "Final Assembly", "总装线", 4800, 34),
    ("WC-BLEND", "Blending", "混料车间", 960, 40),
    ("WC-FILL", "Filling and Packing", "灌装包装", 1920, 32),
)
_MARKETS = {"PL": 0.28, "DN": 0.32, "DS": 0.40}
_RATES = {code: rate for code, _, _, _, rate in WORK_CENTERS}


@dataclass(frozen=True, slots=True)
class Component:
    """One line of a bill of materials: how much of `sku` one unit takes (10^-6), and the share lost on the way."""

    sku: str
    quantity: int
    scrap_ppm: int = 0


@dataclass(frozen=True, slots=True)
class Step:
    """One operation of a routing."""

    work_center: str
    name: str
    setup_minutes: int
    run_seconds: int


@dataclass(slots=True)
class Item:
    """One stocked code, with what the generator knows about it.

    Attributes:
        weekly_units: mean units sold a week over the company (sold items only).
        weekly_lines: mean sales order lines a week over the company.
        pattern: one of `PATTERNS`, or '' for what is not sold.
        trade: which kind of supplier sells it ('' for made items).
        start_share: first day of sale as a share of the history (new items), else 0.
        lot_days: days of demand one work order or purchase covers.
        safety_days: days of demand kept as safety.
        lot_multiple: work orders and purchases are multiples of this many units.
        bias: how far the planners' idea of its demand is off (1.0: right on average).
        markets: share of its demand by warehouse.
    """

    sku: str
    name: str
    name_zh: str
    item_type: str
    category: str
    procurement: str
    standard_cost: int = 0
    list_price: int = 0
    unit: str = "EA"
    step: int = QUANTITY_SCALE
    shelf_life_days: int | None = None
    is_lot_tracked: bool = False
    trade: str = ""
    pattern: str = ""
    season: str = "flat"
    weekly_units: float = 0.0
    weekly_lines: float = 0.0
    start_share: float = 0.0
    lot_days: int = 20
    safety_days: float = 8.0
    lot_multiple: int = 12
    bias: float = 1.0
    markets: dict[str, float] = field(default_factory=dict)
    components: list[Component] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    level: int = 0

    @property
    def is_sold(self) -> bool:
        """Whether customers order it."""
        return bool(self.pattern)


@dataclass(slots=True)
class Catalogue:
    """All items by sku, in the order they are defined, and the categories (code, name, name_zh, parent)."""

    items: dict[str, Item]
    categories: list[tuple[str, str, str, str | None]]

    def explode(self, sku: str) -> list[Component]:
        """Components of one unit with phantoms replaced by their own components."""
        found: list[Component] = []
        for line in self.items[sku].components:
            child = self.items[line.sku]
            if child.procurement == "phantom":
                for inner in child.components:
                    found.append(Component(inner.sku, inner.quantity * line.quantity // QUANTITY_SCALE, inner.scrap_ppm))
            else:
                found.append(line)
        return found


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
    builder = _Builder(random, scale)
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
    builder.give_demand(random_for(seed, "demand patterns"))
    return Catalogue(builder.items, builder.categories)


def _ea(count: float) -> int:
    return round(count * QUANTITY_SCALE)


class _Builder:
    """Collects items while the families are put together."""

    def __init__(self, random: Random, scale: Scale) -> None:
        self.random = random
        self.scale = scale
        self.items: dict[str, Item] = {}
        self.categories = list(_ROOTS)
        # Appliances whose lots are followed to the customer; the others are interchangeable pieces.
        self.lot_families: set[str] = set()
        self.parts: dict[str, Part] = {part.code: part for part in SHARED_COMPONENTS}

    def _category(self, code: str, name: str, name_zh: str, parent: str) -> str:
        if all(code != known for known, *_ in self.categories):
            self.categories.append((code, name, name_zh, parent))
        return code

    def part(self, code: str) -> str:
        """The sku of a shared component, defined when first used."""
        part = self.parts[code]
        prefix, category = {"raw_material": ("RM", "RM"), "packaging": ("PK", "PK")}.get(part.item_type, ("CP", "CP"))
        sku = f"{prefix}-{part.code}"
        if sku not in self.items:
            is_weighed = part.unit == "KG"
            self.items[sku] = Item(
                sku,
                part.name,
                part.name_zh,
                part.item_type,
                category,
                "buy",
                standard_cost=round(part.cost * self.random.uniform(0.92, 1.1) * 1000) * (PRICE_SCALE // 1000),
                unit=part.unit,
                step=1_000 if is_weighed else QUANTITY_SCALE,
                shelf_life_days=part.shelf_life_days,
                is_lot_tracked=part.shelf_life_days is not None,
                trade=part.trade,
                lot_days=self.random.randint(11, 22),
                safety_days=self.random.uniform(5.5, 9.5),
                lot_multiple=25 if is_weighed else 50,
                bias=self.random.uniform(0.97, 1.06),
            )
        return sku

    def phantoms(self) -> None:
        """Two kits that exist only on paper: their components are issued in their stead."""
        fix = [Component(self.part("SCREW"), _ea(1)), Component(self.part("CLIP"), _ea(2)), Component(self.part("FOOT"), _ea(4))]
        doc = [Component(self.part("MANUAL"), _ea(1)), Component(self.part("CARD"), _ea(1)), Component(self.part("BAG"), _ea(1))]
        self.items["PH-FIX"] = Item("PH-FIX", "Fastener Kit", "紧固件包", "phantom", "PH", "phantom", components=fix)
        self.items["PH-DOC"] = Item("PH-DOC", "Document Kit", "资料袋", "phantom", "PH", "phantom", components=doc)

    def _made(
        self, sku: str, name: str, name_zh: str, category: str, components: list[Component], steps: list[Step], unit: str = "EA"
    ) -> str:
        self.items[sku] = Item(
            sku,
            name,
            name_zh,
            "semi_finished",
            category,
            "make",
            components=components,
            steps=steps,
            unit=unit,
            step=1_000 if unit == "KG" else QUANTITY_SCALE,
            lot_days=self.random.randint(11, 19),
            safety_days=self.random.uniform(3.5, 6.0),
            lot_multiple=20,
            bias=self.random.uniform(0.98, 1.05),
        )
        return sku

    def _control(self, letter: str) -> str:
        sku = f"SA-CTRL-{letter}"
        if sku not in self.items:
            parts = [
                Component(self.part(f"PCB-{letter}"), _ea(1)),
                Component(self.part("KEY"), _ea(1)),
                Component(self.part("WIRE"), _ea(1)),
            ]
            if letter == "B":
                parts.append(Component(self.part("DISP"), _ea(1)))
            self._made(
                sku, f"Control Module {letter}", f"控制模块{letter}", "SA", parts, [Step("WC-ELEC", "Solder and test", 30, 55)]
            )
        return sku

    def _base(self, family: Family) -> str:
        parts = [Component(self._control("B" if family.cost > 80 else "A"), _ea(1)), Component(self.part("CORD"), _ea(1))]
        if family.heats:
            heater = "COIL" if family.turns else "PLATE"
            parts += [Component(self.part(code), _ea(1)) for code in (heater, "THERMO", "FUSE")]
        if family.turns:
            motor = "MOTOR-L" if family.cost > 110 else "MOTOR-S"
            parts += [Component(self.part(code), _ea(1)) for code in (motor, "GEAR")]
        parts.append(Component(self.part("BRKT"), _ea(2)))
        parts.append(Component(self._own(family, "RING", "Base Ring", "底座圈", 1.1, "plastic"), _ea(1)))
        sku = f"SA-{family.code}-BASE"
        return self._made(
            sku, f"{family.name} Base", f"{family.name_zh}底座", "SA", parts, [Step("WC-ELEC", "Assemble base", 40, 95)]
        )

    def _body(self, family: Family, size: int) -> str:
        label, label_zh = family.sizes[size]
        resin = self.random.choice(("PP", "ABS", "PC"))
        mould = self._made(
            f"SA-{family.code}-M{size + 1}",
            f"{family.name} Shell {label}",
            f"{family.name_zh}外壳 {label_zh}",
            "SA",
            [Component(self.part(resin), _ea(0.42 + 0.15 * size), 20_000), Component(self.part("PIGM"), _ea(0.012))],
            [Step("WC-MOLD", "Mould", 60, 40 + 8 * size)],
        )
        parts = [Component(mould, _ea(1)), Component(self.part("SEAL"), _ea(2)), Component(self.part("HANDLE"), _ea(1))]
        if family.turns:
            parts += [Component(self.part("BLADE"), _ea(1)), Component(self.part("WINDOW"), _ea(1))]
        elif family.season == "winter":
            parts += [Component(self.part("GLASS"), _ea(1), 10_000), Component(self.part("STEEL"), _ea(0.18))]
        else:
            parts += [
                Component(self.part("POT"), _ea(1)),
                Component(self.part("COAT"), _ea(0.03)),
                Component(self.part("STEAM"), _ea(1)),
            ]
        return self._made(
            f"SA-{family.code}-B{size + 1}",
            f"{family.name} Body {label}",
            f"{family.name_zh}机身 {label_zh}",
            "SA",
            parts,
            [Step("WC-PRESS", "Press and coat", 45, 60), Step("WC-ELEC", "Fit", 20, 35)],
        )

    def _own(self, family: Family, code: str, name: str, name_zh: str, cost: float, trade: str) -> str:
        """A bought part that only this family uses."""
        sku = f"CP-{family.code}-{code}"
        if sku not in self.items:
            self.items[sku] = Item(
                sku,
                f"{family.name} {name}",
                f"{family.name_zh}{name_zh}",
                "component",
                "CP",
                "buy",
                trade=trade,
                standard_cost=round(cost * self.random.uniform(0.85, 1.25) * 1000) * 1000,
                lot_days=self.random.randint(11, 22),
                safety_days=self.random.uniform(5.5, 9.0),
                lot_multiple=50,
                bias=self.random.uniform(0.98, 1.05),
            )
        return sku

    def _box(self, family: Family, size: int) -> str:
        sku = f"PK-{family.code}-BOX{size + 1}"
        label, label_zh = family.sizes[size]
        cost = self.random.uniform(1.1, 2.6) if family.cost > 20 else self.random.uniform(0.4, 0.8)
        self.items[sku] = Item(
            sku,
            f"{family.name} Gift Box {label}",
            f"{family.name_zh}彩盒 {label_zh}",
            "packaging",
            "PK",
            "buy",
            trade="print",
            standard_cost=round(cost * 1000) * 1000,
            lot_days=self.random.randint(12, 22),
            safety_days=self.random.uniform(5.0, 8.0),
            lot_multiple=50,
            bias=self.random.uniform(0.98, 1.05),
        )
        return sku

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
            safety_days=self.random.uniform(4.5, 8.0),
            bias=self.random.uniform(0.97, 1.06),
            pattern="smooth",
        )
        self.items[item.sku] = item
        return item

    def appliance(self, family: Family) -> None:
        """Products of one appliance family, from parts over body and base to the boxed appliance."""
        chosen = self._variants(family, self.scale.variants)
        base = self._base(family)
        sizes = sorted({size for size, _ in chosen})
        bodies = {size: self._body(family, size) for size in sizes}
        boxes = {size: self._box(family, size) for size in sizes}
        large = family.cost > 80
        trims = [
            Component(self._own(family, "KNOB", "Knob", "旋钮", 0.9, "plastic"), _ea(1)),
            Component(self._own(family, "LID", "Lid", "上盖", 3.2, "plastic"), _ea(1)),
            Component(self._own(family, "TRIM", "Trim", "装饰条", 0.8, "metal"), _ea(1)),
        ]
        for number, (size, style) in enumerate(chosen):
            item = self._finished(family, number, size, style, "FG")
            item.components = [
                Component(bodies[size], _ea(1)),
                Component(base, _ea(1)),
                Component("PH-FIX", _ea(1)),
                Component("PH-DOC", _ea(1)),
                Component(boxes[size], _ea(1)),
                Component(self.part("FOAM-L" if large else "FOAM-S"), _ea(1)),
                Component(self.part("LABEL"), _ea(1)),
                Component(self.part("CTN-L" if large else "CTN-S"), _ea(0.25)),
                *trims,
            ]
            item.steps = [Step("WC-ASSY", "Assemble", 30, 150 + 20 * size), Step("WC-FILL", "Test and pack", 10, 45)]

    def consumable(self, family: Family) -> None:
        """Blended and filled goods with a shelf life."""
        share = 1.0 / len(family.ingredients)
        mix = self._made(
            f"SA-{family.code}-MIX",
            f"{family.name} Bulk",
            f"{family.name_zh}散料",
            "SA",
            [Component(self.part(code), _ea(round(share, 3)), 10_000) for code in family.ingredients],
            [Step("WC-BLEND", "Blend", 60, 12)],
            "KG",
        )
        bulk = self.items[mix]
        bulk.shelf_life_days, bulk.is_lot_tracked = 180, True
        sizes: dict[int, str] = {}
        for number, (size, style) in enumerate(self._variants(family, self.scale.consumable_variants)):
            item = self._finished(family, number, size, style, "CS")
            box = sizes.setdefault(size, "") or self._box(family, size)
            sizes[size] = box
            item.components = [
                Component(mix, _ea(0.3), 10_000),
                Component(self.part("FOIL"), _ea(10)),
                Component(box, _ea(1)),
                Component(self.part("CTN-S"), _ea(0.05)),
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
            item.safety_days = self.random.uniform(6.0, 10.0)

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

    def give_demand(self, random: Random) -> None:
        """Pattern, weekly units and weekly lines of every sold item; every pattern occurs."""
        sold = [item for item in self.items.values() if item.is_sold]
        order = list(sold)
        random.shuffle(order)
        sure = list(PATTERNS)
        for position, item in enumerate(order):
            if position < len(sure) and len(order) >= len(sure):
                item.pattern = sure[position]
            else:
                item.pattern = random.choices(PATTERNS, (36, 24, 20, 9, 3, 4, 4))[0]
            if item.pattern == "seasonal" and item.season in ("flat", "gift"):
                item.season = random.choice(("summer", "winter"))
            if item.pattern in ("smooth", "promoted") and item.season in ("summer", "winter"):
                item.season = "flat"
            count = random.choices((1, 2, 3), (28, 45, 27))[0]
            chosen = sorted(random.sample(sorted(_MARKETS), count))
            total = sum(_MARKETS[code] for code in chosen)
            item.markets = {code: _MARKETS[code] / total for code in chosen}
            value = exp(random.gauss(8.55, 0.55))
            thin = {"intermittent": 0.16, "lumpy": 0.22}.get(item.pattern, 1.0)
            item.weekly_units = max(2.0, value * thin / (item.standard_cost / PRICE_SCALE))
            item.weekly_lines = {"intermittent": 0.55, "lumpy": 0.5}.get(item.pattern, 1.0) * random.uniform(0.8, 1.3)
            if item.pattern == "new":
                item.start_share = random.uniform(0.55, 0.8)
        scale = self.scale.lines_per_week / sum(
            item.weekly_lines * (1 - item.start_share) for item in sold if item.pattern not in ("intermittent", "lumpy")
        )
        for item in sold:
            if item.pattern not in ("intermittent", "lumpy"):
                item.weekly_lines *= scale


def _plural(name: str) -> str:
    if name.endswith("s"):
        return name
    if name.endswith("fe"):
        return f"{name[:-2]}ves"
    return f"{name}es" if name.endswith(("x", "sh", "ch")) else f"{name}s"
