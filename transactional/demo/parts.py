"""What are the demo company's products made of? Shared components, family parts, assemblies, packaging and two kits on paper."""

from __future__ import annotations

from random import Random

from kernel.numbers import PRICE_SCALE, QUANTITY_SCALE
from transactional.demo.items import Component, Item, Step
from transactional.demo.names import SHARED_COMPONENTS, Family, Part

__all__ = ["Parts", "each"]


def each(count: float) -> int:
    """A count of base units as a quantity (10^-6)."""
    return round(count * QUANTITY_SCALE)


class Parts:
    """Collects what products are made of: shared components, family parts, assemblies, packaging."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.items: dict[str, Item] = {}
        self.parts: dict[str, Part] = {part.code: part for part in SHARED_COMPONENTS}

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
                safety_days=self.random.uniform(3.0, 6.0),
                lot_multiple=25 if is_weighed else 50,
                bias=self.random.uniform(0.97, 1.06),
            )
        return sku

    def phantoms(self) -> None:
        """Two kits that exist only on paper: their components are issued in their stead."""
        fix = [
            Component(self.part("SCREW"), each(1)),
            Component(self.part("CLIP"), each(2)),
            Component(self.part("FOOT"), each(4)),
        ]
        doc = [
            Component(self.part("MANUAL"), each(1)),
            Component(self.part("CARD"), each(1)),
            Component(self.part("BAG"), each(1)),
        ]
        self.items["PH-FIX"] = Item("PH-FIX", "Fastener Kit", "紧固件包", "phantom", "PH", "phantom", components=fix)
        self.items["PH-DOC"] = Item("PH-DOC", "Document Kit", "资料袋", "phantom", "PH", "phantom", components=doc)

    def made(
        self, sku: str, name: str, name_zh: str, category: str, components: list[Component], steps: list[Step], unit: str = "EA"
    ) -> str:
        """An assembly or part the plant makes; its sku."""
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
            safety_days=self.random.uniform(2.0, 4.0),
            lot_multiple=20,
            bias=self.random.uniform(0.98, 1.05),
        )
        return sku

    def _control(self, letter: str) -> str:
        sku = f"SA-CTRL-{letter}"
        if sku not in self.items:
            parts = [
                Component(self.part(f"PCB-{letter}"), each(1)),
                Component(self.part("KEY"), each(1)),
                Component(self.part("WIRE"), each(1)),
            ]
            if letter == "B":
                parts.append(Component(self.part("DISP"), each(1)))
            self.made(
                sku, f"Control Module {letter}", f"控制模块{letter}", "SA", parts, [Step("WC-ELEC", "Solder and test", 30, 55)]
            )
        return sku

    def base(self, family: Family) -> str:
        """The base of a family: control module, cord, heater or motor; its sku."""
        parts = [Component(self._control("B" if family.cost > 80 else "A"), each(1)), Component(self.part("CORD"), each(1))]
        if family.heats:
            heater = "COIL" if family.turns else "PLATE"
            parts += [Component(self.part(code), each(1)) for code in (heater, "THERMO", "FUSE")]
        if family.turns:
            motor = "MOTOR-L" if family.cost > 110 else "MOTOR-S"
            parts += [Component(self.part(code), each(1)) for code in (motor, "GEAR")]
        parts.append(Component(self.part("BRKT"), each(2)))
        parts.append(Component(self.own(family, "RING", "Base Ring", "底座圈", 1.1, "plastic"), each(1)))
        sku = f"SA-{family.code}-BASE"
        return self.made(
            sku, f"{family.name} Base", f"{family.name_zh}底座", "SA", parts, [Step("WC-ELEC", "Assemble base", 40, 95)]
        )

    def body(self, family: Family, size: int) -> str:
        """The body of a family in a size, around a moulded shell; its sku."""
        label, label_zh = family.sizes[size]
        resin = self.random.choice(("PP", "ABS", "PC"))
        mould = self.made(
            f"SA-{family.code}-M{size + 1}",
            f"{family.name} Shell {label}",
            f"{family.name_zh}外壳 {label_zh}",
            "SA",
            [Component(self.part(resin), each(0.42 + 0.15 * size), 20_000), Component(self.part("PIGM"), each(0.012))],
            [Step("WC-MOLD", "Mould", 60, 40 + 8 * size)],
        )
        parts = [Component(mould, each(1)), Component(self.part("SEAL"), each(2)), Component(self.part("HANDLE"), each(1))]
        if family.turns:
            parts += [Component(self.part("BLADE"), each(1)), Component(self.part("WINDOW"), each(1))]
        elif family.season == "winter":
            parts += [Component(self.part("GLASS"), each(1), 10_000), Component(self.part("STEEL"), each(0.18))]
        else:
            parts += [
                Component(self.part("POT"), each(1)),
                Component(self.part("COAT"), each(0.03)),
                Component(self.part("STEAM"), each(1)),
            ]
        return self.made(
            f"SA-{family.code}-B{size + 1}",
            f"{family.name} Body {label}",
            f"{family.name_zh}机身 {label_zh}",
            "SA",
            parts,
            [Step("WC-PRESS", "Press and coat", 45, 60), Step("WC-ELEC", "Fit", 20, 35)],
        )

    def own(self, family: Family, code: str, name: str, name_zh: str, cost: float, trade: str) -> str:
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
                safety_days=self.random.uniform(3.0, 6.0),
                lot_multiple=50,
                bias=self.random.uniform(0.98, 1.05),
            )
        return sku

    def box(self, family: Family, size: int) -> str:
        """The gift box of a family in a size; its sku."""
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
            safety_days=self.random.uniform(3.0, 5.5),
            lot_multiple=50,
            bias=self.random.uniform(0.98, 1.05),
        )
        return sku
