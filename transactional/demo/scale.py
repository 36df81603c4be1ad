"""How large is the demo company, and which days does its history cover?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

__all__ = ["END_DATE", "FULL", "SMALL", "Scale"]

END_DATE = date(2026, 10, 31)
"""The history ends here, whatever the scale; `advance` goes on from here."""


@dataclass(frozen=True)
class Scale:
    """Sizes of one company.

    Attributes:
        name: 'full' or 'small'.
        start_date: first day of the history.
        appliance_families: families of made appliances.
        variants: finished goods of each appliance family.
        consumable_families: families of made goods with a shelf life.
        consumable_variants: items of each of them.
        trading_families: families bought and sold unchanged.
        trading_variants: items of each of them.
        suppliers: how many suppliers there are.
        customers: how many customers there are.
        lines_per_week: mean sales order lines a week over the company.
        lot_days: demand days one work order covers, shortest and longest.
        trouble: how much of what buyers and suppliers do is touched by the planted problems, against the full company.
    """

    name: str
    start_date: date
    appliance_families: int
    variants: int
    consumable_families: int
    consumable_variants: int
    trading_families: int
    trading_variants: int
    suppliers: int
    customers: int
    lines_per_week: float
    lot_days: tuple[int, int]
    trouble: float = 1.0

    @property
    def end_date(self) -> date:
        """Last day of the history."""
        return END_DATE

    @property
    def days(self) -> int:
        """Days of the history, both ends included."""
        return (END_DATE - self.start_date) // timedelta(days=1) + 1


FULL = Scale(
    name="full",
    start_date=date(2023, 11, 1),
    appliance_families=9,
    variants=10,
    consumable_families=3,
    consumable_variants=6,
    trading_families=3,
    trading_variants=10,
    suppliers=25,
    customers=64,
    lines_per_week=226.0,
    lot_days=(24, 38),
)
SMALL = Scale(
    name="small",
    start_date=date(2026, 7, 1),
    appliance_families=1,
    variants=6,
    consumable_families=1,
    consumable_variants=2,
    trading_families=1,
    trading_variants=3,
    suppliers=6,
    customers=9,
    lines_per_week=22.0,
    lot_days=(12, 20),
    trouble=0.4,
)
