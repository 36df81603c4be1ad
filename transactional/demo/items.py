"""What is an item of the demo company, and how is it put together? Components, operations, and what the generator knows of it."""

from __future__ import annotations

from dataclasses import dataclass, field

from kernel.numbers import QUANTITY_SCALE

__all__ = ["PATTERNS", "WORK_CENTERS", "Catalogue", "Component", "Item", "Step"]

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
