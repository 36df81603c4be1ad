"""Which supplier would be cheapest for this quantity and date? The ranking of a plan as a what-if for one item.

The terms and the cost formula are those of the plan (see `planning.suppliers`); here they are asked for one quantity
without running a plan.
"""

from __future__ import annotations

from datetime import date

import polars as pl

from planning.calendars import OWN_CALENDAR, calendars_from
from planning.frames import conform
from planning.lots import LotRules
from planning.parameters import PlanParameters
from planning.read_structure import term_from
from planning.results import saturated
from planning.schemas import OUTPUT_SCHEMAS
from planning.suppliers import Schedule, rank_offers

__all__ = ["rank_suppliers"]


def rank_suppliers(
    supplier_terms: pl.DataFrame,
    *,
    item_id: int,
    quantity: int,
    need_date: date,
    as_of: date,
    rules: LotRules | None = None,
    penalty_micro_per_unit_day: int = 0,
    future_quantity: int = 0,
    daily_quantity: int = 0,
    working_days: pl.DataFrame | None = None,
    parameters: PlanParameters | None = None,
) -> pl.DataFrame:
    """The ranked suppliers of one item for one requirement.

    Args:
        supplier_terms: planning input frame, any items.
        quantity: required, 10^-6 base unit.
        need_date: day it must be usable.
        rules: the item's own lot rules; none where omitted.
        penalty_micro_per_unit_day: what a day late costs per base unit, 10^-6 currency.
        future_quantity: later demand that can use up lot-rule surplus.
        daily_quantity: pace of that demand per day.
        working_days: planning input frame; calendar days where omitted.

    Returns:
        The `supplier_ranking` frame without a suggestion's id (null); gated suppliers last, without rank.
    """
    today = as_of.toordinal()
    frame = conform(supplier_terms, "supplier_terms").filter(pl.col("item_id") == item_id)
    calendars = calendars_from(conform(working_days if working_days is not None else pl.DataFrame(), "working_days"))
    own = calendars[OWN_CALENDAR]

    def schedule_for(need: int, supplier_id: int | None, lead_time: int, fence_days: int) -> Schedule:
        dock = own.snap_back(need)
        ideal = own.snap_back(dock - lead_time)
        if ideal >= today + fence_days:
            return Schedule(ideal, dock, dock, ideal)
        release = own.snap_forward(today + fence_days)
        receipt = own.snap_forward(release + lead_time)
        return Schedule(release, receipt, receipt, ideal)

    offers = rank_offers(
        [term_from(row) for row in frame.to_dicts()],
        shortage=quantity,
        need=need_date.toordinal(),
        rules=rules or LotRules(),
        schedule_for=schedule_for,
        default_lead_time_days=None,
        future_quantity=future_quantity,
        daily_quantity=daily_quantity,
        penalty_per_unit_day=penalty_micro_per_unit_day,
        parameters=parameters or PlanParameters(),
    )
    rows = [
        (
            None,
            offer.supplier_id,
            rank if offer.gate is None else None,
            offer.unit_price,
            sum(offer.orders),
            date.fromordinal(offer.schedule.receipt),
            saturated(offer.expected_cost),
            saturated(offer.purchase),
            saturated(offer.holding),
            saturated(offer.lateness),
            saturated(offer.quality),
            offer.gate,
        )
        for rank, offer in enumerate(offers, start=1)
    ]
    return pl.DataFrame(rows, schema=OUTPUT_SCHEMAS["supplier_ranking"], orient="row")
