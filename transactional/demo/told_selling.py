"""What came of the problems planted on the selling side?"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from transactional.demo.truth_records import Record, record, sales_document, span, units

if TYPE_CHECKING:
    from transactional.demo.simulate import Simulation

__all__ = [
    "carrier_late",
    "customer_moves_promise",
    "impossible_promise",
    "picking_behind",
    "rush_order",
    "stock_taken",
]


def _delivered(company: Simulation, code: str, fact: dict[str, Any]) -> dict[str, Any]:
    """How a watched line ended: the last delivery if all of it arrived, else still open at the end."""
    parts = [d for d in company.office.log[f"{code}_delivered"] if (d["order"], d["line"]) == (fact["order"], fact["line"])]
    arrived = sum(part["quantity"] for part in parts)
    promised = date.fromisoformat(fact["promised"])
    if arrived >= fact["quantity"]:
        last = max(part["delivered"] for part in parts)
        return {"delivered": last, "late_days": (date.fromisoformat(last) - promised).days}
    end = company.world.scale.end_date
    return {"delivered": None, "delivered_quantity": units(arrived), "late_days_at_end": max(0, (end - promised).days)}


def _worst(endings: list[dict[str, Any]]) -> dict[str, int]:
    """Days late of all watched lines, delivered or still open, and the worst of them."""
    late = [max(ending.get("late_days", 0), ending.get("late_days_at_end", 0), 0) for ending in endings]
    return {"late_days": sum(late), "worst_late_days": max(late, default=0)}


def impossible_promise(company: Simulation) -> list[Record]:
    """Promises given for a day nothing on the way could meet."""
    found = company.office.log["impossible_promise"]
    if not found:
        return []
    endings = [_delivered(company, "impossible_promise", fact) for fact in found]
    documents = [
        {
            **sales_document(fact),
            "sku": fact["sku"],
            "quantity": units(fact["quantity"]),
            "promised": fact["promised"],
            "earliest_feasible": fact["earliest_feasible"],
            **ending,
        }
        for fact, ending in zip(found, endings, strict=True)
    ]
    measures = {"promise_count": len(found), "infeasible_days": sum(fact["late_days"] for fact in found), **_worst(endings)}
    subject = {"salespeople": sorted({fact["salesperson"] for fact in found})}
    return [record("impossible_promise", subject, *span(found), measures, documents)]


def stock_taken(company: Simulation) -> list[Record]:
    """Lines whose stock was given to another order, and the takers."""
    found = company.office.log["stock_taken"]
    if not found:
        return []
    endings = [_delivered(company, "stock_taken", fact) for fact in found]
    documents: list[dict[str, Any]] = []
    for fact, ending in zip(found, endings, strict=True):
        victim = {**sales_document(fact), "role": "victim", "sku": fact["sku"], "quantity": units(fact["quantity"]), **ending}
        taker = {"kind": "sales_order", "number": fact["taken_by_order"], "line": fact["taken_by_line"], "role": "taker"}
        documents += [victim, taker]
    measures = {"taken_line_count": len(found), **_worst(endings)}
    subject = {"taken_by_customers": sorted({fact["taken_by_customer"] for fact in found})}
    return [record("stock_taken", subject, *span(found), measures, documents)]


def rush_order(company: Simulation) -> list[Record]:
    """Rush orders, their work orders, and the work orders that had to let them pass."""
    found = company.office.log["rush_order"]
    if not found:
        return []
    endings = [_delivered(company, "rush_order", fact) for fact in found]
    documents: list[dict[str, Any]] = []
    for fact, ending in zip(found, endings, strict=True):
        documents.append({**sales_document(fact), "sku": fact["sku"], "quantity": units(fact["quantity"]), **ending})
        documents.append({"kind": "work_order", "number": fact["work_order"], "quantity": units(fact["work_quantity"])})
        documents += [{"kind": "work_order", "number": number, "role": "pushed_back"} for number in fact["pushed"]]
    measures = {"rush_order_count": len(found), "pushed_back_count": sum(len(fact["pushed"]) for fact in found)}
    subject = {"customers": sorted({fact["customer"] for fact in found})}
    return [record("rush_order", subject, *span(found), measures, documents)]


def picking_behind(company: Simulation) -> list[Record]:
    """Orders of the warehouse that were picked late."""
    found = company.office.log["picking_behind"]
    if not found:
        return []
    documents = [
        {"kind": "shipment", "number": f["shipment"], "ready": f["ready"], "shipped": f["shipped"], "late_days": f["late_days"]}
        for f in found
    ]
    measures = {"late_shipment_count": len(found), "late_days": sum(fact["late_days"] for fact in found)}
    subject = {"warehouse": next(iter(company.plot.picking_behind), "")}
    return [record("picking_behind", subject, *span(found), measures, documents)]


def customer_moves_promise(company: Simulation) -> list[Record]:
    """Lines whose promise the customer itself asked to move."""
    found = company.office.log["customer_moves_promise"]
    if not found:
        return []
    documents = [
        {**sales_document(fact), "promised": fact["promised"], "moved_to": fact["moved_to"], "late_days": fact["late_days"]}
        for fact in found
    ]
    measures = {"moved_line_count": len(found), "moved_days": sum(fact["late_days"] for fact in found)}
    subject = {"customers": sorted({fact["customer"] for fact in found})}
    return [record("customer_moves_promise", subject, *span(found), measures, documents)]


def carrier_late(company: Simulation) -> list[Record]:
    """Shipments the carrier was slow with."""
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
    return [record("carrier_late", subject, *span(found), measures, documents)]
