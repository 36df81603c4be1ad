"""What is wrong in the demo company, on purpose? The truth file against which causes, alerts and plans are judged.

One record per planted problem: its code, names in both languages, the subject (codes), when it runs, measures (days
late, money in currency units) and the documents it shows in (number and line position from 0). Everything is taken
from what the company lived.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING, Any

from kernel.numbers import PRICE_SCALE, QUANTITY_SCALE
from transactional.demo.world import PLANT

if TYPE_CHECKING:
    from transactional.demo.simulate import Simulation

__all__ = ["TITLES", "Truth", "truth_of"]

Truth = dict[str, Any]
"""JSON-ready: {'company', 'seed', 'scale', 'is_clean', 'start_date', 'end_date', 'problems': [record, ...]}."""

TITLES = {
    "supplier_slips": ("A supplier slips", "供应商交期滑坡"),
    "buyer_orders_late": ("A buyer orders late", "采购员下单过晚"),
    "pays_above_reference": ("A buyer pays above reference", "采购价高于参考价"),
    "expiring_qualification": ("A qualification is about to expire", "供应商资质即将到期"),
    "overstocked_family": ("A family is overstocked", "品类积压"),
    "lot_expires_unsold": ("A lot will expire unsold", "批次将过期未售"),
    "turnover_collapses": ("An item's turnover collapses", "单品周转骤降"),
    "impossible_promise": ("A promise that never could be kept", "无法兑现的承诺"),
    "stock_taken": ("Stock taken by another order", "库存被其他订单占用"),
    "component_shortage": ("A component shortage delays production", "缺料延误生产"),
    "rush_order": ("A rush order", "紧急插单"),
    "carrier_late": ("A carrier is late in one region", "区域承运商延误"),
    "counter_miscounts": ("A counter miscounts", "盘点员误盘"),
    "unscanned_issues": ("Issues that are not scanned", "领料未扫码"),
    "return_reason_of_one_lot": ("A return reason tied to one lot", "退货原因集中于单一批次"),
    "duplicate_item_codes": ("Items with two codes", "一物多码"),
    "dead_supplier": ("A dead supplier", "僵尸供应商"),
}


def truth_of(company: Simulation, *, clean: bool) -> Truth:
    """The truth about a company whose history has been lived to its end."""
    world = company.world
    problems = [] if clean else [record for code in TITLES for record in _TELLERS[code](company)]
    return {
        "company": world.code,
        "company_name": world.name,
        "company_name_zh": world.name_zh,
        "seed": world.seed,
        "scale": world.scale.name,
        "is_clean": clean,
        "start_date": str(world.scale.start_date),
        "end_date": str(world.scale.end_date),
        "problems": problems,
    }


def _record(
    code: str, subject: dict[str, Any], start: str, end: str, measures: dict[str, Any], documents: list[dict[str, Any]]
) -> dict[str, Any]:
    title, title_zh = TITLES[code]
    return {
        "problem": code,
        "title": title,
        "title_zh": title_zh,
        "subject": subject,
        "from": start,
        "to": end,
        "measures": measures,
        "documents": documents,
    }


def _units(quantity: int) -> float | int:
    return quantity // QUANTITY_SCALE if quantity % QUANTITY_SCALE == 0 else quantity / QUANTITY_SCALE


def _money(quantity: int, unit_price: int) -> float:
    return round(quantity * unit_price / (QUANTITY_SCALE * PRICE_SCALE), 2)


def _span(found: list[dict[str, Any]]) -> tuple[str, str]:
    return min(fact["day"] for fact in found), max(fact["day"] for fact in found)


def _purchase_document(fact: dict[str, Any], *keep: str) -> dict[str, Any]:
    return {
        "kind": "purchase_order",
        "number": fact["order"],
        "line": fact["line"],
        "sku": fact["sku"],
        **{name: fact[name] for name in keep},
    }


def _supplier_slips(company: Simulation) -> list[dict[str, Any]]:
    found = company.office.log["supplier_slips"]
    if not found:
        return []
    late = [fact["late_days"] for fact in found]
    subject = {"supplier": found[0]["supplier"]}
    measures = {"late_line_count": len(found), "late_days": sum(late), "worst_late_days": max(late)}
    documents = [_purchase_document(fact, "promised", "received", "late_days") for fact in found]
    return [_record("supplier_slips", subject, *_span(found), measures, documents)]


def _buyer_orders_late(company: Simulation) -> list[dict[str, Any]]:
    found = company.office.log["buyer_orders_late"]
    if not found:
        return []
    measures = {"late_line_count": len(found), "late_days": sum(fact["late_days"] for fact in found)}
    documents = [_purchase_document(fact, "order_by", "ordered", "late_days") for fact in found]
    return [_record("buyer_orders_late", {"buyer": found[0]["buyer"]}, *_span(found), measures, documents)]


def _pays_above_reference(company: Simulation) -> list[dict[str, Any]]:
    found = [fact for fact in company.office.log["pays_above_reference"] if fact["unit_price"] > fact["reference_unit_price"]]
    if not found:
        return []
    documents, total = [], 0.0
    for fact in found:
        paid = _money(fact["quantity"], fact["unit_price"] - fact["reference_unit_price"])
        total += paid
        documents.append(
            {
                **_purchase_document(fact, "supplier"),
                "quantity": _units(fact["quantity"]),
                "unit_price": fact["unit_price"] / PRICE_SCALE,
                "reference_unit_price": fact["reference_unit_price"] / PRICE_SCALE,
                "overpaid": paid,
            }
        )
    measures = {"line_count": len(found), "overpaid": round(total, 2)}
    return [_record("pays_above_reference", {"buyer": found[0]["buyer"]}, *_span(found), measures, documents)]


def _expiring_qualification(company: Simulation) -> list[dict[str, Any]]:
    end = company.world.scale.end_date
    return [
        _record(
            "expiring_qualification",
            {"supplier": supplier},
            str(end),
            str(expiry),
            {"days_left": (expiry - end).days, "qualification_expiry_date": str(expiry)},
            [],
        )
        for supplier, expiry in company.plot.expiring_qualification.items()
    ]


def _stock(company: Simulation, sku: str) -> int:
    cells = company.office.cells.items()
    return sum(cell.on_hand + cell.held for (_, code), cell in cells if code == sku)


def _overstocked_family(company: Simulation) -> list[dict[str, Any]]:
    records = []
    for category, (day, extra_days) in company.plot.overstock.items():
        items, value = [], 0.0
        for item in company.world.items():
            if item.category != category:
                continue
            stock = _stock(company, item.sku)
            ahead = company.demand.expected(PLANT, item.sku, company.world.scale.days, company.world.scale.days + 90) / 90
            worth = _money(stock, item.standard_cost)
            value += worth
            cover = round(stock / QUANTITY_SCALE / ahead, 1) if ahead > 0 else None
            items.append(
                {"sku": item.sku, "stock_quantity": _units(stock), "stock_value_at_standard": worth, "days_of_cover": cover}
            )
        measures = {"extra_days_of_cover": round(extra_days, 1), "stock_value_at_standard": round(value, 2), "items": items}
        start, end = str(company.world.date(day)), str(company.world.scale.end_date)
        records.append(_record("overstocked_family", {"category": category}, start, end, measures, []))
    return records


def _lot_expires_unsold(company: Simulation) -> list[dict[str, Any]]:
    records = []
    for fact in company.office.log["lot_expires_unsold"]:
        world, sku = company.world, fact["sku"]
        cell = company.office.cell(PLANT, sku)
        slots = [
            slot for slot in cell.slots if slot.lot is not None and slot.lot.endswith(f"{fact['supplier']}-{fact['order'][-3:]}0")
        ]
        left = sum(slot.on_hand for slot in slots)
        expires = date.fromisoformat(fact["expires"])
        use = company.demand.expected(PLANT, sku, world.scale.days, world.day(expires))
        unsold = max(0, left - int(use) * QUANTITY_SCALE)
        measures = {
            "received_quantity": _units(fact["quantity"]),
            "left_quantity": _units(left),
            "expected_use_until_expiry": round(use),
            "expected_unsold_quantity": _units(unsold),
            "expected_loss": _money(unsold, fact["unit_price"]),
            "days_to_expiry": (expires - world.scale.end_date).days,
        }
        lot = slots[0].lot if slots else fact["lot"]
        subject = {"sku": sku, "lot": lot, "warehouse": PLANT, "supplier": fact["supplier"]}
        records.append(_record("lot_expires_unsold", subject, fact["day"], fact["expires"], measures, [_purchase_document(fact)]))
    return records


def _turnover_collapses(company: Simulation) -> list[dict[str, Any]]:
    records = []
    for sku, (day, share) in company.plot.collapse.items():
        world = company.world
        usual = sum(company.demand.mean[sku][day : world.scale.days])
        stock = _stock(company, sku)
        measures = {
            "demand_share_left": share,
            "usual_demand_since": round(usual),
            "stock_quantity": _units(stock),
            "stock_value_at_standard": _money(stock, world.catalogue.items[sku].standard_cost),
        }
        records.append(_record("turnover_collapses", {"sku": sku}, str(world.date(day)), str(world.scale.end_date), measures, []))
    return records


def _sales_document(fact: dict[str, Any]) -> dict[str, Any]:
    return {"kind": "sales_order", "number": fact["order"], "line": fact["line"]}


def _delivered(company: Simulation, code: str, fact: dict[str, Any]) -> dict[str, Any]:
    """How a watched line ended: the last delivery if all of it arrived, else still open at the end."""
    parts = [d for d in company.office.log[f"{code}_delivered"] if (d["order"], d["line"]) == (fact["order"], fact["line"])]
    arrived = sum(part["quantity"] for part in parts)
    promised = date.fromisoformat(fact["promised"])
    if arrived >= fact["quantity"]:
        last = max(part["delivered"] for part in parts)
        return {"delivered": last, "late_days": (date.fromisoformat(last) - promised).days}
    end = company.world.scale.end_date
    return {"delivered": None, "delivered_quantity": _units(arrived), "late_days_at_end": max(0, (end - promised).days)}


def _impossible_promise(company: Simulation) -> list[dict[str, Any]]:
    records = []
    for fact in company.office.log["impossible_promise"]:
        measures = {
            "quantity": _units(fact["quantity"]),
            "promised": fact["promised"],
            "earliest_feasible": fact["earliest_feasible"],
            "infeasible_days": fact["late_days"],
            **_delivered(company, "impossible_promise", fact),
        }
        subject = {"customer": fact["customer"], "sku": fact["sku"], "order": fact["order"]}
        records.append(_record("impossible_promise", subject, fact["day"], fact["promised"], measures, [_sales_document(fact)]))
    return records


def _stock_taken(company: Simulation) -> list[dict[str, Any]]:
    records = []
    for fact in company.office.log["stock_taken"]:
        measures = {
            "quantity": _units(fact["quantity"]),
            "promised": fact["promised"],
            **_delivered(company, "stock_taken", fact),
        }
        taker = {"kind": "sales_order", "number": fact["taken_by_order"], "line": fact["taken_by_line"], "role": "taker"}
        subject = {
            "order": fact["order"],
            "customer": fact["customer"],
            "sku": fact["sku"],
            "taken_by_order": fact["taken_by_order"],
        }
        documents = [{**_sales_document(fact), "role": "victim"}, taker]
        records.append(_record("stock_taken", subject, fact["day"], fact["day"], measures, documents))
    return records


def _component_shortage(company: Simulation) -> list[dict[str, Any]]:
    supply, found = company.office.log["component_shortage_supply"], company.office.log["component_shortage"]
    if not supply:
        return []
    first = supply[0]
    waiting = [
        {
            "kind": "work_order",
            "number": fact["order"],
            "sku": fact["sku"],
            "planned_start": fact["planned_start"],
            "started": fact["started"],
            "late_days": fact["late_days"],
        }
        for fact in found
        if fact["component"] == first["sku"]
    ]
    measures = {
        "supply_late_days": first["late_days"],
        "delayed_work_order_count": len(waiting),
        "production_late_days": sum(entry["late_days"] for entry in waiting),
    }
    documents = [*[_purchase_document(fact, "promised", "received", "late_days") for fact in supply], *waiting]
    subject = {"component": first["sku"], "supplier": first["supplier"]}
    return [_record("component_shortage", subject, *_span([*supply, *found]), measures, documents)]


def _rush_order(company: Simulation) -> list[dict[str, Any]]:
    records = []
    for fact in company.office.log["rush_order"]:
        measures = {"quantity": _units(fact["quantity"]), "promised": fact["promised"], **_delivered(company, "rush_order", fact)}
        work = {"kind": "work_order", "number": fact["work_order"], "quantity": _units(fact["work_quantity"])}
        subject = {"order": fact["order"], "customer": fact["customer"], "sku": fact["sku"], "work_order": fact["work_order"]}
        records.append(_record("rush_order", subject, fact["day"], fact["promised"], measures, [_sales_document(fact), work]))
    return records


def _carrier_late(company: Simulation) -> list[dict[str, Any]]:
    end = str(company.world.scale.end_date)
    found = [fact for fact in company.office.log["carrier_late"] if fact["arrives"] <= end and fact["late_days"] > 0]
    if not found:
        return []
    first = found[0]
    documents = [
        {
            "kind": "shipment",
            "number": f["shipment"],
            "expected": f["expected"],
            "delivered": f["arrives"],
            "late_days": f["late_days"],
        }
        for f in found
    ]
    measures = {"late_shipment_count": len(found), "late_days": sum(fact["late_days"] for fact in found)}
    subject = {"carrier": first["carrier"], "warehouse": first["warehouse"], "region": first["region"]}
    return [_record("carrier_late", subject, *_span(found), measures, documents)]


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
            "difference": _units(f["difference"]),
            "value_at_standard": f["value_micro"] / 1_000_000,
        }
        for f in found
    ]
    measures = {
        "record_count": len(found),
        "difference_value_at_standard": round(sum(f["value_micro"] for f in found) / 1_000_000, 2),
        "absolute_value_at_standard": round(sum(abs(f["value_micro"]) for f in found) / 1_000_000, 2),
    }
    return [_record(code, subject, *_span(found), measures, documents)]


def _counter_miscounts(company: Simulation) -> list[dict[str, Any]]:
    return _counted(company, "counter_miscounts", {"counter": next(iter(company.plot.miscounter), ""), "warehouse": "DN"})


def _unscanned_issues(company: Simulation) -> list[dict[str, Any]]:
    return _counted(company, "unscanned_issues", {"skus": sorted(company.plot.unscanned), "warehouse": PLANT})


def _return_reason_of_one_lot(company: Simulation) -> list[dict[str, Any]]:
    records = []
    for lot in company.office.log["bad_lot"]:
        found = [f for f in company.office.log["return_reason_of_one_lot"] if (f["sku"], f["lot"]) == (lot["sku"], lot["lot"])]
        measures = {
            "made_quantity": _units(lot["quantity"]),
            "return_count": len(found),
            "returned_quantity": _units(sum(f["quantity"] for f in found)),
            "refund": round(sum(f["refund_amount"] for f in found) / 100, 2),
        }
        documents: list[dict[str, Any]] = [{"kind": "work_order", "number": lot["order"]}]
        documents += [{**_sales_document(f), "quantity": _units(f["quantity"])} for f in found]
        subject = {"sku": lot["sku"], "lot": lot["lot"], "reason": lot["reason"]}
        start, end = _span([lot, *found])
        records.append(_record("return_reason_of_one_lot", subject, start, end, measures, documents))
    return records


def _duplicate_item_codes(company: Simulation) -> list[dict[str, Any]]:
    if not company.plot.duplicates:
        return []
    pairs = [{"sku": company.plot.duplicate_of[item.sku], "duplicate": item.sku} for item in company.plot.duplicates]
    start, end = str(company.world.scale.start_date), str(company.world.scale.end_date)
    return [_record("duplicate_item_codes", {"pairs": pairs}, start, end, {"pair_count": len(pairs)}, [])]


def _dead_supplier(company: Simulation) -> list[dict[str, Any]]:
    end = company.world.scale.end_date
    return [
        _record(
            "dead_supplier",
            {"supplier": supplier},
            str(company.world.date(day)),
            str(end),
            {"days_without_order": (end - company.world.date(day)).days, "status": "active"},
            [],
        )
        for supplier, day in company.plot.dead_supplier.items()
    ]


_TELLERS: dict[str, Callable[[Simulation], list[dict[str, Any]]]] = {
    "supplier_slips": _supplier_slips,
    "buyer_orders_late": _buyer_orders_late,
    "pays_above_reference": _pays_above_reference,
    "expiring_qualification": _expiring_qualification,
    "overstocked_family": _overstocked_family,
    "lot_expires_unsold": _lot_expires_unsold,
    "turnover_collapses": _turnover_collapses,
    "impossible_promise": _impossible_promise,
    "stock_taken": _stock_taken,
    "component_shortage": _component_shortage,
    "rush_order": _rush_order,
    "carrier_late": _carrier_late,
    "counter_miscounts": _counter_miscounts,
    "unscanned_issues": _unscanned_issues,
    "return_reason_of_one_lot": _return_reason_of_one_lot,
    "duplicate_item_codes": _duplicate_item_codes,
    "dead_supplier": _dead_supplier,
}
