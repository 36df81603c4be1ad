"""What came of the problems planted in the stock?"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from kernel.numbers import QUANTITY_SCALE
from transactional.demo.truth_records import Record, money, purchase_document, record, sales_document, span, stock_of, units
from transactional.demo.world import PLANT

if TYPE_CHECKING:
    from transactional.demo.simulate import Simulation

__all__ = [
    "counter_miscounts",
    "duplicate_item_codes",
    "lot_expires_unsold",
    "overstocked_family",
    "return_reason_of_one_lot",
    "turnover_collapses",
    "unscanned_issues",
]


def overstocked_family(company: Simulation) -> list[Record]:
    """Stock of the family and how many days it covers."""
    records = []
    for category, (day, extra_days) in company.plot.overstock.items():
        items, value = [], 0.0
        for item in company.world.items():
            if item.category != category:
                continue
            stock = stock_of(company, item.sku)
            ahead = company.demand.expected(PLANT, item.sku, company.world.scale.days, company.world.scale.days + 90) / 90
            worth = money(stock, item.standard_cost)
            value += worth
            cover = round(stock / QUANTITY_SCALE / ahead, 1) if ahead > 0 else None
            items.append(
                {"sku": item.sku, "stock_quantity": units(stock), "stock_value_at_standard": worth, "days_of_cover": cover}
            )
        measures = {"extra_days_of_cover": round(extra_days, 1), "stock_value_at_standard": round(value, 2), "items": items}
        start, end = str(company.world.date(day)), str(company.world.scale.end_date)
        records.append(record("overstocked_family", {"category": category}, start, end, measures, []))
    return records


def lot_expires_unsold(company: Simulation) -> list[Record]:
    """What is left of the lot, and what of it cannot be used in time."""
    records = []
    for fact in company.office.log["lot_expires_unsold"]:
        world, sku = company.world, fact["sku"]
        cell = company.office.cell(PLANT, sku)
        # Its lots are named after the order line; see `received_lot`.
        slots = [
            slot for slot in cell.slots if slot.lot is not None and slot.lot.startswith(f"{fact['order'][2:]}.{fact['line']}-")
        ]
        left = sum(slot.on_hand for slot in slots)
        expires = date.fromisoformat(fact["expires"])
        use = company.demand.expected(PLANT, sku, world.scale.days, world.day(expires))
        unsold = max(0, left - int(use) * QUANTITY_SCALE)
        measures = {
            "received_quantity": units(fact["quantity"]),
            "left_quantity": units(left),
            "expected_use_until_expiry": round(use),
            "expected_unsold_quantity": units(unsold),
            "expected_loss": money(unsold, fact["unit_price"]),
            "days_to_expiry": (expires - world.scale.end_date).days,
        }
        lot = slots[0].lot if slots else fact["lot"]
        subject = {"sku": sku, "lot": lot, "warehouse": PLANT, "supplier": fact["supplier"]}
        records.append(record("lot_expires_unsold", subject, fact["day"], fact["expires"], measures, [purchase_document(fact)]))
    return records


def turnover_collapses(company: Simulation) -> list[Record]:
    """What the item used to sell, and what lies there."""
    records = []
    for sku, (day, share) in company.plot.collapse.items():
        world = company.world
        usual = sum(company.demand.mean[sku][day : world.scale.days])
        stock = stock_of(company, sku)
        measures = {
            "demand_share_left": share,
            "usual_demand_since": round(usual),
            "stock_quantity": units(stock),
            "stock_value_at_standard": money(stock, world.catalogue.items[sku].standard_cost),
        }
        records.append(record("turnover_collapses", {"sku": sku}, str(world.date(day)), str(world.scale.end_date), measures, []))
    return records


def _counted(company: Simulation, code: str, subject: dict[str, Any]) -> list[dict[str, Any]]:
    found = company.office.log[code]
    if not found:
        return []
    documents = [
        {
            "kind": "stocktake",
            "number": f["stocktake"],
            "warehouse": f["warehouse"],
            "sku": f["sku"],
            "location": f["location"],
            "lot": f["lot"],
            "difference": units(f["difference"]),
            "value_at_standard": f["value_micro"] / 1_000_000,
        }
        for f in found
    ]
    measures = {
        "record_count": len(found),
        "difference_value_at_standard": round(sum(f["value_micro"] for f in found) / 1_000_000, 2),
        "absolute_value_at_standard": round(sum(abs(f["value_micro"]) for f in found) / 1_000_000, 2),
    }
    return [record(code, subject, *span(found), measures, documents)]


def counter_miscounts(company: Simulation) -> list[Record]:
    """Records the careless counter got wrong."""
    return _counted(company, "counter_miscounts", {"counter": next(iter(company.plot.miscounter), ""), "warehouse": "DN"})


def unscanned_issues(company: Simulation) -> list[Record]:
    """Records found short at the counts."""
    return _counted(company, "unscanned_issues", {"skus": sorted(company.plot.unscanned), "warehouse": PLANT})


def return_reason_of_one_lot(company: Simulation) -> list[Record]:
    """Returns of the bad lot; where several lots had to leak until one was felt, of the one that came back most."""
    lots, returns = company.office.log["bad_lot"], company.office.log["return_reason_of_one_lot"]
    if not lots:
        return []
    lot = max(lots, key=lambda made: sum((f["sku"], f["lot"]) == (made["sku"], made["lot"]) for f in returns))
    found = [f for f in returns if (f["sku"], f["lot"]) == (lot["sku"], lot["lot"])]
    measures = {
        "made_quantity": units(lot["quantity"]),
        "return_count": len(found),
        "returned_quantity": units(sum(f["quantity"] for f in found)),
        "refund": round(sum(f["refund_amount"] for f in found) / 100, 2),
    }
    documents: list[dict[str, Any]] = [{"kind": "work_order", "number": lot["order"]}]
    documents += [{**sales_document(f), "quantity": units(f["quantity"])} for f in found]
    subject = {"sku": lot["sku"], "lot": lot["lot"], "reason": lot["reason"]}
    return [record("return_reason_of_one_lot", subject, *span([lot, *found]), measures, documents)]


def duplicate_item_codes(company: Simulation) -> list[Record]:
    """Pairs of codes of one thing."""
    if not company.plot.duplicates:
        return []
    pairs = [{"sku": company.plot.duplicate_of[item.sku], "duplicate": item.sku} for item in company.plot.duplicates]
    start, end = str(company.world.scale.start_date), str(company.world.scale.end_date)
    return [record("duplicate_item_codes", {"pairs": pairs}, start, end, {"pair_count": len(pairs)}, [])]
