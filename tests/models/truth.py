"""How do the causes of late lines compare with what is known of a company to be true?

A truth file holds `late_lines`: [{"order", "line" (position from 0), "late_days", "causes": {cause: days}, ...}].

    compare(truth, causes_found(warehouse)) -> Comparison
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.models.project import query

__all__ = ["Comparison", "causes_found", "compare"]

LineName = tuple[str, int]
Causes = Mapping[str, int]


@dataclass(frozen=True)
class Comparison:
    """Late lines that both know, and those only one of them does.

    Attributes:
        main_causes: how often (the true main cause, the one found).
        agreed: lines whose main cause found is one of the true causes with most days; equal days are a tie.
        exact: lines on which every cause has the same days.
        unequal_days: lines whose days found do not sum to the true late days.
    """

    main_causes: Counter[tuple[str, str]]
    agreed: int
    exact: int
    unequal_days: list[LineName]
    not_found: list[LineName]
    not_true: list[LineName]

    @property
    def count(self) -> int:
        """Lines both know."""
        return sum(self.main_causes.values())

    @property
    def agreement(self) -> float:
        """Share of the lines both know on whose main cause they agree; 1 when there are none."""
        return self.agreed / self.count if self.count else 1.0

    def table(self) -> str:
        """Main causes as text: the true ones down, the found ones across."""
        down = sorted({true for true, _ in self.main_causes})
        across = sorted({found for _, found in self.main_causes})
        lines = [" " * 20 + "".join(f"{name[:12]:>13}" for name in across)]
        lines += [f"{true:<20}" + "".join(f"{self.main_causes[true, name] or '.':>13}" for name in across) for true in down]
        return "\n".join([*lines, f"{self.agreed} of {self.count} agree, {self.exact} exactly"])


def causes_found(warehouse: Path) -> dict[LineName, dict[str, int]]:
    """Days by cause of every late line in the reports, by order number and position in the order."""
    rows = query(
        warehouse,
        """
        with positions as (
            select
                sales_order_line_id,
                row_number() over (partition by sales_order_id order by sales_order_line_id) - 1 as position
            from marts.fct_sales_line
        )
        select lines.order_number, positions.position, causes.cause, causes.days
        from reports.rpt_late_lines as lines
        inner join positions on lines.sales_order_line_id = positions.sales_order_line_id
        inner join reports.rpt_late_causes as causes on lines.sales_order_line_id = causes.sales_order_line_id
        """,
    )
    found: dict[LineName, dict[str, int]] = {}
    for order, position, cause, days in rows:
        found.setdefault((order, position), {})[cause] = days
    return found


def compare(truth: Mapping[str, Any], found: Mapping[LineName, Causes]) -> Comparison:
    """Line by line."""
    true_lines: dict[LineName, Mapping[str, Any]] = {(entry["order"], entry["line"]): entry for entry in truth["late_lines"]}
    main_causes: Counter[tuple[str, str]] = Counter()
    agreed = exact = 0
    unequal: list[LineName] = []
    for name, entry in true_lines.items():
        if name not in found:
            continue
        true = {cause: days for cause, days in entry["causes"].items() if days}
        mine = found[name]
        true_main, my_main = max(true, key=lambda cause: true[cause]), max(mine, key=lambda cause: mine[cause])
        main_causes[true_main, my_main] += 1
        agreed += true.get(my_main) == true[true_main]
        exact += true == dict(mine)
        if sum(mine.values()) != entry["late_days"]:
            unequal.append(name)
    both = true_lines.keys() & found.keys()
    return Comparison(main_causes, agreed, exact, unequal, sorted(true_lines.keys() - both), sorted(found.keys() - both))
