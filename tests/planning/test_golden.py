"""One whole plan of a 20-item company, kept as a file: any change of a number shows in review.

The company makes two bicycles through three levels, sells spare parts, keeps a second warehouse by transfers, has open
orders early, late and past due, an expiring lot, a held supplier, a rejected suggestion and weekends. After a wanted
change, write the file anew with `python -m tests.planning.test_golden` and read the difference.
"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import polars as pl
import pytest

from planning import PlanResult
from tests.planning.world import TODAY, UNIT, World, day

pytestmark = pytest.mark.fast

GOLDEN = Path(__file__).parent / "golden"
FRAMES = ("planned_orders", "exceptions", "supplier_ranking", "dependent_demands")


def company() -> World:
    world = World()
    # 1-2 bicycles, 3 frame (made), 4 wheel set (phantom), 5 front, 6 rear wheel (made), 7-20 bought
    world.item(1, "make", lead_time_days=2, safety_stock_quantity=5, quantity_step=1, unit_cost_micro=900 * UNIT)
    world.item(2, "make", lead_time_days=2, quantity_step=1, order_policy="period", period_days=14, unit_cost_micro=1200 * UNIT)
    world.item(3, "make", lead_time_days=4, yield_ppm=950_000, quantity_step=1, inspection_days=1, unit_cost_micro=300 * UNIT)
    world.item(4, "phantom", quantity_step=1)
    for wheel in (5, 6):
        world.item(wheel, "make", lead_time_days=1, order_multiple_quantity=5, quantity_step=1, unit_cost_micro=80 * UNIT)
    for part in range(7, 21):
        world.item(
            part,
            "buy",
            lead_time_days=5 + part % 4 * 5,
            safety_lead_time_days=part % 3,
            safety_stock_quantity=None if part == 20 else part % 5 * 10,
            minimum_order_quantity=50 if part % 2 else None,
            order_multiple_quantity=12 if part % 3 == 0 else None,
            maximum_order_quantity=240 if part == 9 else None,
            order_policy=("lot_for_lot", "period", "fixed", "min_max")[part % 4],
            period_days=28,
            fixed_order_quantity=100,
            reorder_point_quantity=20,
            order_up_to_quantity=120,
            quantity_step=1,
            unit_cost_micro=part * UNIT,
            planning_fence_days=3 if part == 15 else 0,
            is_purchase_in_working_days=part == 16,
        )
        world.stock(100 + part, part * 3)
        world.term(
            part % 3 + 1, part, unit_price=part * UNIT, lead_time_days=5 + part % 4 * 5, on_time_rate=0.9, receipt_count=30
        )
        world.term(
            4, part, unit_price=part * UNIT * 9 // 10, lead_time_days=21, lead_time_sigma_days=6.0, price_break_quantity=100
        )
    world.item(1, "transfer", warehouse_id=2, source_warehouse_id=1, lead_time_days=3, quantity_step=1)
    world.rows["supplier_terms"][6] |= {"is_on_hold": True}
    world.rows["supplier_terms"][9] |= {"qualified_until": day(20)}
    for bike, parts in ((1, (3, 4, 7, 8, 9)), (2, (3, 4, 7, 8, 10, 11))):
        for part in parts:
            world.bom(bike, part, per=2 if part == 8 else 1)
    for part, per in ((12, 3), (13, 1), (14, 1)):
        world.bom(3, part, per=per, output=2 if part == 12 else 1, scrap_ppm=50_000 if part == 13 else 0)
    world.bom(4, 5).bom(4, 6)
    for wheel in (5, 6):
        world.bom(wheel, 15).bom(wheel, 16, per=32).bom(wheel, 17, per=1, output=10, is_fixed=True)
    for week in range(10):
        world.forecast(101, 7 * week, 12, unit_margin_micro=250 * UNIT)
        world.forecast(102, 7 * week, 6, unit_margin_micro=400 * UNIT)
        world.forecast(120, 7 * week, 9)
        world.demand(201, 7 * week + 4, 3, f"SO:shop-{week}", priority=2, unit_margin_micro=250 * UNIT)
    world.demand(101, 9, 20, "SO:big", priority=1, unit_margin_micro=260 * UNIT).demand(102, -2, 4, "SO:late", priority=3)
    world.demand(118, 30, 40, "SO:spare").demand(119, 45, 70, "SO:spare-2").demand(119, 45, 10, "SO:spare-3")
    world.stock(101, 14).stock(103, 6).stock(104, 4).stock(118, 20, lot_id=900, expiry=10)
    world.receipt(107, -3, 60, "PO:late", supplier_id=2, unit_price=7 * UNIT).receipt(108, 40, 150, "PO:far")
    world.receipt(114, 6, 500, "PO:too-much", unit_price=14 * UNIT).receipt(103, 5, 10, "WO:1", kind="work", is_frozen=True)
    world.receipt(118, 20, 100, "PO:enough").receipt(118, 50, 80, "PO:nobody", unit_price=18 * UNIT)
    world.demand(113, 3, 10, "WOC:1", kind="component", parent_supply_id="WO:1")
    for measure, quantity in (("mean", 22.0), ("p95", 31.5)):
        world.add("lead_time_demand", series_id=120, protection_days=14, measure=measure, quantity=quantity)
    world.add("decisions", item_location_id=119, kind="buy", need_period="2026-W08", ordinal=0, decision="reject")
    for offset in range(-60, 400):
        at = TODAY + timedelta(days=offset)
        world.add("working_days", calendar_id="own", date=at, is_working=at.weekday() < 5)
    return world


def written(result: PlanResult, name: str) -> str:
    frame: pl.DataFrame = getattr(result, name)
    return frame.write_csv(line_terminator="\n")


@pytest.mark.parametrize("name", FRAMES)
def test_the_plan_is_the_one_on_file(name: str) -> None:
    assert (GOLDEN / f"{name}.csv").read_text(encoding="utf-8") == written(company().plan(), name)


def test_the_company_shows_what_it_is_for() -> None:
    """The file would prove little if the rules it is meant to freeze did not occur in it."""
    result = company().plan()

    kinds = set(result.exceptions.get_column("kind").to_list())
    assert {"cancel", "expedite", "past_due_receipt", "lot_expires", "release_past_due", "release_due"} <= kinds
    assert {"buy", "make", "transfer"} == set(result.planned_orders.get_column("kind").to_list())
    assert {"demand", "safety_stock"} <= set(result.planned_orders.get_column("reason").to_list())
    assert {"on_hold", "unqualified"} <= set(result.supplier_ranking.get_column("gate").drop_nulls().to_list())
    assert result.problems == ()


if __name__ == "__main__":
    GOLDEN.mkdir(exist_ok=True)
    for frame_name in FRAMES:
        (GOLDEN / f"{frame_name}.csv").write_text(written(company().plan(), frame_name), encoding="utf-8")
