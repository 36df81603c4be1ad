"""What came of the problems planted on the buying side?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kernel.numbers import PRICE_SCALE
from transactional.demo.truth_records import Record, money, purchase_document, record, span, units
from transactional.demo.world import PLANT

if TYPE_CHECKING:
    from transactional.demo.simulate import Simulation

__all__ = [
    "buyer_orders_late",
    "component_shortage",
    "dead_supplier",
    "expiring_qualification",
    "inspection_backlog",
    "pays_above_reference",
    "supplier_slips",
]


def supplier_slips(company: Simulation) -> list[Record]:
    """Purchase lines the supplier delivered late."""
    found = company.office.log["supplier_slips"]
    if not found:
        return []
    late = [fact["late_days"] for fact in found]
    subject = {"supplier": found[0]["supplier"]}
    measures = {"late_line_count": len(found), "late_days": sum(late), "worst_late_days": max(late)}
    documents = [purchase_document(fact, "promised", "received", "late_days") for fact in found]
    return [record("supplier_slips", subject, *span(found), measures, documents)]


def buyer_orders_late(company: Simulation) -> list[Record]:
    """Purchase lines ordered after the day they should have been."""
    found = company.office.log["buyer_orders_late"]
    if not found:
        return []
    measures = {"late_line_count": len(found), "late_days": sum(fact["late_days"] for fact in found)}
    documents = [purchase_document(fact, "order_by", "ordered", "late_days") for fact in found]
    return [record("buyer_orders_late", {"buyer": found[0]["buyer"]}, *span(found), measures, documents)]


def pays_above_reference(company: Simulation) -> list[Record]:
    """Purchase lines paid above the reference."""
    found = [fact for fact in company.office.log["pays_above_reference"] if fact["unit_price"] > fact["reference_unit_price"]]
    if not found:
        return []
    documents, total = [], 0.0
    for fact in found:
        paid = money(fact["quantity"], fact["unit_price"] - fact["reference_unit_price"])
        total += paid
        documents.append(
            {
                **purchase_document(fact, "supplier"),
                "quantity": units(fact["quantity"]),
                "unit_price": fact["unit_price"] / PRICE_SCALE,
                "reference_unit_price": fact["reference_unit_price"] / PRICE_SCALE,
                "overpaid": paid,
            }
        )
    measures = {"line_count": len(found), "overpaid": round(total, 2)}
    return [record("pays_above_reference", {"buyer": found[0]["buyer"]}, *span(found), measures, documents)]


def expiring_qualification(company: Simulation) -> list[Record]:
    """Certificates that end soon after the history."""
    end = company.world.scale.end_date
    return [
        record(
            "expiring_qualification",
            {"supplier": supplier},
            str(end),
            str(expiry),
            {"days_left": (expiry - end).days, "qualification_expiry_date": str(expiry)},
            [],
        )
        for supplier, expiry in company.plot.expiring_qualification.items()
    ]


def component_shortage(company: Simulation) -> list[Record]:
    """The late delivery of a component somebody waited for, and the work orders that waited."""
    supply, found = company.office.log["component_shortage_supply"], company.office.log["component_shortage"]
    if not supply:
        return []
    felt = {fact["component"] for fact in found}
    sku = next((fact["sku"] for fact in supply if fact["sku"] in felt), supply[0]["sku"])
    supply = [fact for fact in supply if fact["sku"] == sku]
    first = supply[0]
    found = [fact for fact in found if fact["component"] == first["sku"]]
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
    ]
    measures = {
        "supply_late_days": max(fact["late_days"] for fact in supply),
        "delayed_work_order_count": len(waiting),
        "production_late_days": sum(entry["late_days"] for entry in waiting),
    }
    documents = [*[purchase_document(fact, "promised", "received", "late_days") for fact in supply], *waiting]
    subject = {"component": first["sku"], "supplier": first["supplier"]}
    return [
        record(
            "component_shortage",
            subject,
            *span([*supply, *found]),
            measures,
            documents,
        )
    ]


def dead_supplier(company: Simulation) -> list[Record]:
    """Suppliers without an order for years."""
    end = company.world.scale.end_date
    return [
        record(
            "dead_supplier",
            {"supplier": supplier},
            str(company.world.date(day)),
            str(end),
            {"days_without_order": (end - company.world.date(day)).days, "status": "active"},
            [],
        )
        for supplier, day in company.plot.dead_supplier.items()
    ]


def inspection_backlog(company: Simulation) -> list[Record]:
    """Receipts that were looked at long after the standard days."""
    found = company.office.log["inspection_backlog"]
    if not found:
        return []
    documents = [
        {"kind": "purchase_order", "number": fact["order"], "sku": fact["sku"], "received": fact["received"],
         "inspected": fact["inspected"], "late_days": fact["late_days"]}
        for fact in found
    ]  # fmt: skip
    measures = {"late_receipt_count": len(found), "late_days": sum(fact["late_days"] for fact in found)}
    subject = {"warehouse": PLANT, "suppliers": sorted({fact["supplier"] for fact in found})}
    return [record("inspection_backlog", subject, *span(found), measures, documents)]
