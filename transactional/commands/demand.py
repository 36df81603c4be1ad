"""Commands by which people tell what the record of demand does not: causes, corrections, likeness, and what they expect."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from transactional.commands.base import Command, DocumentRef


@dataclass(frozen=True, kw_only=True, slots=True)
class RecordBusinessEvent(Command):
    """A cause of demand with its days; the same name may come again on other days, as Double 11 does every year."""

    event_kind: str  # promotion, festival, campaign, project, other
    name: str
    name_zh: str = ""
    start_date: date
    end_date: date
    sku: str | None = None  # neither sku nor category: it touches everything
    category: str | None = None
    discount_ppm: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class WithdrawBusinessEvent(Command):
    """It did not take place, or was told wrongly: forecasts no longer learn from it."""

    business_event_id: DocumentRef
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class AdjustDemand(Command):
    """Forecasts learn from more or less than a day's record; takes the place of an earlier adjustment of the day."""

    sku: str
    warehouse: str
    demand_date: date
    adjustment_quantity: int  # signed: learned = recorded + this, never below zero
    adjustment_kind: str  # outlier, one_off, return, lost_sale
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class UndoDemandAdjustment(Command):
    """Learn from what was recorded again."""

    demand_adjustment_id: DocumentRef
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class BorrowHistory(Command):
    """Forecast a young series with the history of one it resembles; takes the place of what it borrowed before."""

    sku: str
    warehouse: str
    from_sku: str
    from_warehouse: str
    factor_ppm: int = 1_000_000
    reason: str
    until_date: date | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class EndBorrowing(Command):
    demand_reference_id: DocumentRef
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class OverrideGroupForecast(Command):
    """A planner's own figure for many series at once: a quantity, an amount, or a change; none of the three withdraws it."""

    level: str  # item, category, warehouse, category_warehouse, company
    sku: str | None = None
    category: str | None = None
    warehouse: str | None = None
    frequency: str
    period_start: date
    override_quantity: int | None = None
    override_amount: int | None = None
    change_ppm: int | None = None  # of what would be forecast: +100,000 is ten per cent more
    baseline_amount: int | None = None
    reason: str
    until_date: date | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class RecordSalesExpectation(Command):
    """A deal (quantity or amount, over all its months together, on top of usual demand) or a driver (change of usual demand)."""

    expectation_kind: str  # deal, driver
    customer: str | None = None
    category: str | None = None
    sku: str | None = None
    warehouse: str | None = None
    first_period: date  # months by their first day, both included
    last_period: date
    quantity: int | None = None
    amount: int | None = None
    change_ppm: int | None = None
    probability_ppm: int = 1_000_000
    reason: str
    until_date: date | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class WithdrawSalesExpectation(Command):
    sales_expectation_id: DocumentRef
    reason: str
