"""Who works in the demo company, who sells to it, buys from it and drives for it, and where do things lie?"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta

from transactional.demo.calendars import DayCalendar
from transactional.demo.items import Catalogue, Item
from transactional.demo.scale import Scale

__all__ = [
    "DC_CODES",
    "PLANT",
    "RETURN_REASONS",
    "SCRAP_REASONS",
    "WAREHOUSES",
    "Bin",
    "Carrier",
    "Customer",
    "Lane",
    "Person",
    "Supplier",
    "Terms",
    "World",
]

PLANT = "PL"
DC_CODES = ("DN", "DS")
WAREHOUSES = (
    # code, name, name_zh, region, regions it serves
    ("PL", "Plant Warehouse", "工厂仓", "east", ("east", "central")),
    ("DN", "North Distribution Warehouse", "华北分拨仓", "north", ("north", "northeast")),
    ("DS", "South Distribution Warehouse", "华南分拨仓", "south", ("south", "southwest")),
)
RETURN_REASONS = (
    ("LEAK", "Leaks", "漏水"), ("NOISE", "Too loud", "噪音大"), ("DAMAGED", "Damaged in transit", "运输破损"),
    ("WRONG", "Wrong goods", "发错货"),
    ("UNSOLD", "Not sold, agreed return", "滞销协议退货"), ("TASTE", "Taste or smell", "口味异味"),
)  # fmt: skip
SCRAP_REASONS = (
    ("SCRATCH", "Surface scratched", "表面划伤"),
    ("TEST", "Failed the test", "测试不合格"),
    ("SETUP", "Set-up loss", "调机损耗"),
)


@dataclass(frozen=True, slots=True)
class Person:
    """A user of the ledger."""

    login: str
    name: str
    name_zh: str
    role: str
    language: str


@dataclass(frozen=True, slots=True)
class Bin:
    """A place in a warehouse."""

    code: str
    warehouse: str
    zone: str
    aisle: int
    position: int
    is_pickable: bool


@dataclass(frozen=True, slots=True)
class Terms:
    """Terms of a supplier for an item: list price per base unit in the first year, breaks as (quantity, share of the price)."""

    supplier: str
    sku: str
    unit_price: int
    minimum_quantity: int
    multiple_quantity: int
    breaks: tuple[tuple[int, float], ...]
    lead_days: int
    is_contract: bool
    preference: int
    price_steps: tuple[float, ...]

    def price_at(self, year_index: int, quantity: int) -> int:
        """List price at a quantity in the given year of the history (10^-6 currency, whole 10^-4)."""
        factor = self.price_steps[min(year_index, len(self.price_steps) - 1)]
        share = 1.0
        for least, part in self.breaks:
            if quantity >= least:
                share = part
        return round(self.unit_price * factor * share / 100) * 100


@dataclass(slots=True)
class Supplier:
    """A supplier and its habits.

    Attributes:
        lead_days: promised lead time in its working days.
        late_rate: how often it is late by itself; late_days: mean lateness then.
        reject_rate: how often some of a receipt is rejected; reject_share: how much of it.
        closure: days closed before and after the first day of the lunar year.
    """

    code: str
    name: str
    name_zh: str
    city: str
    trade: str
    lead_days: int
    late_rate: float
    late_days: float
    reject_rate: float
    reject_share: float
    closure: tuple[int, int]
    is_inspected: bool
    credit_rating: int
    calendar: DayCalendar
    qualification_end: date
    terms: dict[str, Terms] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Customer:
    """A customer, its region and the warehouse that serves it; the weekday it orders on, and how many days ahead."""

    code: str
    name: str
    name_zh: str
    customer_class: str
    region: str
    warehouse: str
    weight: float
    takes_backorders: bool
    weekday: int
    wish_days: int


@dataclass(frozen=True, slots=True)
class Carrier:
    """A carrier."""

    code: str
    name: str
    name_zh: str


@dataclass(frozen=True, slots=True)
class Lane:
    """Transit days of a carrier from a warehouse to a region, and what a shipment costs (minor units)."""

    carrier: str
    warehouse: str
    region: str
    transit_days: int
    cost_amount: int


@dataclass(slots=True)
class World:
    """Everything that stands before the first day."""

    seed: int
    scale: Scale
    code: str
    name: str
    name_zh: str
    catalogue: Catalogue
    people: list[Person]
    bins: list[Bin]
    home_bin: dict[tuple[str, str], str]
    suppliers: dict[str, Supplier]
    sources: dict[str, list[Terms]]
    customers: list[Customer]
    carriers: list[Carrier]
    lanes: dict[tuple[str, str], Lane]
    calendar: DayCalendar
    buyer_of: dict[str, str]
    _dates: list[date] = field(default_factory=list)

    def day(self, when: date) -> int:
        """Day number of a date."""
        return (when - self.scale.start_date).days

    def date(self, day: int) -> date:
        """Date of a day number."""
        dates = self._dates
        if not dates:
            dates.extend(self.scale.start_date + timedelta(days=offset) for offset in range(self.scale.days + 2000))
        return dates[day] if 0 <= day < len(dates) else self.scale.start_date + timedelta(days=day)

    def items(self) -> list[Item]:
        """All items."""
        return list(self.catalogue.items.values())
