"""What is wrong in the demo company, on purpose, and why was every late line late?

The truth file is what causes, alerts and plans are judged against. One record per planted problem: its code, names in both
languages, the subject (codes), when it runs, measures (days late, money in currency units) and the documents it shows in (number
and line position from 0), the customer lines it made late among them. One record per late sales line: its days by cause, by what
the simulation itself knows (see `lateness.py`). Everything is taken from what
the company lived. What moved demand, and what people said about it, stands beside (`told_demand.py`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from transactional.demo import told_buying, told_selling, told_stock
from transactional.demo.lateness import explain_open
from transactional.demo.told_demand import demand_facts
from transactional.demo.truth_records import TITLES, Record, Truth

if TYPE_CHECKING:
    from transactional.demo.simulate import Simulation

__all__ = ["TITLES", "Truth", "late_lines_of", "truth_of"]


def truth_of(company: Simulation, *, clean: bool) -> Truth:
    """The truth about a company whose history has been lived to its end."""
    world = company.world
    late_lines = late_lines_of(company)
    problems = [] if clean else [found for code in TITLES for found in _TELLERS[code](company)]
    for found in problems:
        _add_customers(found, late_lines)
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
        "demand_facts": demand_facts(company),
        "late_lines": late_lines,
    }


def late_lines_of(company: Simulation) -> list[dict[str, Any]]:
    """Every sales line that arrived after its first promise, or is due and has not arrived, by order number and position."""
    office, book = company.office, company.selling.book
    on_road = {id(line): delivery for found in book.road.values() for delivery in found for line, _, _ in delivery.carried}
    found = list(book.late_lines)
    for line in book.open_lines.values():
        delivery = on_road.get(id(line)) if line.left >= 0 and line.open == 0 else None
        number, shipped = ("", -1) if delivery is None else (delivery.number, delivery.shipped)
        explained = explain_open(office, line, number, shipped)
        if explained is not None:
            found.append({**explained, "delivered": None})
    return sorted(found, key=lambda entry: (entry["order"], entry["line"]))


def _add_customers(found: Record, late_lines: list[dict[str, Any]]) -> None:
    """Measures and documents of the customer lines a problem made late: lines, days, and their value in currency units."""
    hurt = [entry for entry in late_lines if entry["problem"] == found["problem"]]
    if not hurt:
        return
    found["measures"] |= {
        "customer_late_line_count": len(hurt),
        "customer_late_days": sum(entry["late_days"] for entry in hurt),
        "customer_late_value": round(sum(entry["value"] for entry in hurt), 2),
    }
    found["documents"] += [
        {
            "kind": "sales_order",
            "number": entry["order"],
            "line": entry["line"],
            "role": "late_line",
            "late_days": entry["late_days"],
        }
        for entry in hurt
    ]


_TELLERS: dict[str, Callable[[Simulation], list[Record]]] = {
    code: teller
    for room in (told_buying, told_stock, told_selling)
    for code, teller in ((name, getattr(room, name)) for name in room.__all__)
}
