"""How long does one plan take, and how much memory?

A fixed generated company: item-locations on levels 0 .. levels-1, every parent made of a few components of the next
level (the last level is bought), customer orders spread over a year on the items of level 0, a 28-day cover on every
item. It prints a Markdown table; on a shared machine trust the CPU seconds.

    python benchmarks/plan_speed.py --sizes 600:30000 5000:50000
"""

from __future__ import annotations

import argparse
import random
import resource
import time
from datetime import date, timedelta

import polars as pl

from planning import PlanInputs, plan

AS_OF = date(2026, 1, 5)
UNIT = 1_000_000


def company(item_locations: int, demand_lines: int, levels: int, fan_out: int, seed: int) -> PlanInputs:
    """The generated company; the same arguments always give the same one."""
    draw = random.Random(seed)
    width = item_locations // levels
    by_level = [list(range(level * width, (level + 1) * width)) for level in range(levels)]
    by_level[-1].extend(range(levels * width, item_locations))
    items, bom, stock, receipts = [], [], [], []
    for level, members in enumerate(by_level):
        is_bought = level == levels - 1
        for item in members:
            items.append(
                {
                    "item_location_id": item + 1,
                    "item_id": item + 1,
                    "warehouse_id": 1,
                    "sku": f"I{item + 1}",
                    "procurement": "buy" if is_bought else "make",
                    "order_policy": "period",
                    "period_days": 28,
                    "lead_time_days": draw.randint(2, 12),
                    "order_multiple_quantity": draw.choice((1, 5, 10)) * UNIT,
                    "safety_stock_quantity": draw.randint(0, 20) * UNIT,
                    "quantity_step": UNIT,
                    "unit_cost_micro": draw.randint(1, 100) * UNIT,
                }
            )
            stock.append({"item_location_id": item + 1, "quantity": draw.randint(0, 200) * UNIT})
            if draw.random() < 0.3:
                receipts.append(
                    {
                        "supply_id": f"PO:{item}",
                        "kind": "purchase",
                        "item_location_id": item + 1,
                        "quantity": draw.randint(10, 200) * UNIT,
                        "expected_date": AS_OF + timedelta(days=draw.randint(-5, 60)),
                    }
                )
            if not is_bought:
                for component in draw.sample(by_level[level + 1], min(fan_out, len(by_level[level + 1]))):
                    bom.append(
                        {
                            "parent_item_id": item + 1,
                            "component_item_id": component + 1,
                            "component_quantity": draw.randint(1, 3) * UNIT,
                            "output_quantity": UNIT,
                        }
                    )
    demands = [
        {
            "demand_id": f"SO:{line}",
            "kind": "sales_order",
            "item_location_id": draw.choice(by_level[0]) + 1,
            "quantity": draw.randint(1, 20) * UNIT,
            "due_date": AS_OF + timedelta(days=draw.randint(0, 364)),
            "priority": draw.randint(1, 3),
            "unit_margin_micro": 5 * UNIT,
        }
        for line in range(demand_lines)
    ]
    terms = [
        {"supplier_id": 1 + item % 7 + 10 * n, "item_id": item + 1, "lead_time_days": 5 + n, "unit_price": (10 - n) * UNIT}
        for item in by_level[-1]
        for n in range(2)
    ]
    return PlanInputs(
        item_locations=pl.DataFrame(items),
        demands=pl.DataFrame(demands),
        on_hand=pl.DataFrame(stock),
        scheduled_receipts=pl.DataFrame(receipts),
        bom_lines=pl.DataFrame(bom),
        supplier_terms=pl.DataFrame(terms),
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", nargs="+", default=["600:30000", "5000:50000"], metavar="ITEMS:DEMANDS")
    parser.add_argument("--levels", type=int, default=6)
    parser.add_argument("--fan-out", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    print("| item-locations | demand lines | levels | suggestions | dependent lines | pegs | seconds | CPU seconds | peak MB |")
    print("|---|---|---|---|---|---|---|---|---|")
    for size in arguments.sizes:
        item_locations, demand_lines = (int(part) for part in size.split(":"))
        inputs = company(item_locations, demand_lines, arguments.levels, arguments.fan_out, arguments.seed)
        started, busy = time.perf_counter(), time.process_time()
        result = plan(inputs, as_of=AS_OF)
        seconds, cpu = time.perf_counter() - started, time.process_time() - busy
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(
            f"| {item_locations:,} | {demand_lines:,} | {arguments.levels} | {result.planned_orders.height:,} "
            f"| {result.dependent_demands.height:,} | {result.pegging.height:,} | {seconds:.1f} | {cpu:.1f} | {peak:.0f} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
