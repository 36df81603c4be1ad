"""How do the simulation's own causes of lateness compare with what the models find in the documents?"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipelines.ingest import ingest
from pipelines.steps.tables import create_result_tables
from pipelines.warehouse import open_warehouse
from tests.models.project import build, query

__all__ = ["Pair", "agreement", "confusion", "late_warehouse", "pairs"]


@dataclass(frozen=True)
class Pair:
    """One late line: days by cause as the simulation knows them and as the models found them."""

    order: str
    line: int
    late_days: int
    known: dict[str, int]
    found: dict[str, int]
    problem: str | None

    @property
    def known_main(self) -> str:
        """The simulation's cause of most days."""
        return max(self.known, key=lambda cause: self.known[cause])

    @property
    def found_main(self) -> str:
        """The models' cause of most days."""
        return max(self.found, key=lambda cause: self.found[cause], default="none")

    @property
    def agrees(self) -> bool:
        """Whether the models' main cause is one of the simulation's largest; equal days are a tie."""
        return self.known.get(self.found_main, 0) == max(self.known.values())


def late_warehouse(home: Path) -> Path:
    """Ingest `home`/ledger.db and build the reports of late lines; the warehouse's path."""
    path = home / "warehouse.duckdb"
    with open_warehouse(path) as connection:
        ingest(connection, str(home / "ledger.db"))
        create_result_tables(connection)
    build(path, home, "--select", "+rpt_late_lines", "+rpt_late_causes", "--exclude-resource-type", "test", "unit_test")
    return path


def pairs(warehouse: Path, truth: dict[str, Any]) -> list[Pair]:
    """Every late line of the truth that the reports hold as well, in the truth's order."""
    found: dict[tuple[str, int], dict[str, int]] = {}
    for order, line, cause, days in query(
        warehouse,
        "select lines.order_number, positions.position, causes.cause, cast(causes.days as bigint) "
        "from reports.rpt_late_causes as causes inner join reports.rpt_late_lines as lines using (sales_order_line_id) "
        "inner join (select sales_order_line_id, row_number() over "
        "(partition by sales_order_id order by sales_order_line_id) - 1 as position "
        "from staging.stg_sales_order_line) as positions using (sales_order_line_id)",
    ):
        found.setdefault((order, line), {})[cause] = days
    compared = []
    for entry in truth["late_lines"]:
        key = (entry["order"], entry["line"])
        if key in found:
            compared.append(Pair(*key, entry["late_days"], entry["causes"], found[key], entry["problem"]))
    return compared


def agreement(compared: list[Pair]) -> float:
    """Share of lines on whose main cause both agree."""
    return sum(pair.agrees for pair in compared) / len(compared)


def confusion(compared: list[Pair]) -> str:
    """Main causes as a table: the simulation's down, the models' across."""
    counted = Counter((pair.known_main, pair.found_main) for pair in compared)
    known = sorted({pair.known_main for pair in compared})
    found = sorted({pair.found_main for pair in compared})
    lines = [" " * 20 + "".join(f"{name[:10]:>11}" for name in found)]
    lines += [f"{cause:<20}" + "".join(f"{counted[cause, other] or '.':>11}" for other in found) for cause in known]
    return "\n".join(lines)
