"""What came of a load, and what does the person who started it see: how many rows, what does not add up, where the report is?"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from kernel.errors import InvalidInput
from kernel.messages import text
from transactional.importing.poster import KindCount
from transactional.importing.problems import Finding

__all__ = ["LoadReport", "Sum", "TableCount", "summary"]


@dataclass(frozen=True, slots=True)
class TableCount:
    """Rows of one target. `read` = accepted + rejected + filtered + repeated; `already_there` counts accepted rows of
    earlier loads."""

    target: str
    source: str
    read: int
    filtered: int
    repeated: int
    accepted: int
    rejected: int
    already_there: int


@dataclass(frozen=True, slots=True)
class Sum:
    """A total as the accepted source rows state it and as the ledger holds it; integers of 10^-6, amounts in minor units."""

    name: str
    source: int
    ledger: int

    @property
    def difference(self) -> int:
        """ledger - source; zero when all is as it was."""
        return self.ledger - self.source

    @property
    def is_count(self) -> bool:
        """Whether it counts rows instead of adding up quantities or money."""
        return self.name in ("purchase_orders", "purchase_lines", "sales_orders", "sales_lines", "shipped_lines", "work_orders",
                             "operations")  # fmt: skip


@dataclass(frozen=True, slots=True)
class LoadReport:
    """Everything a load has to tell.

    Attributes:
        exit_code: 0 all rows are in, 1 some were rejected, 2 nothing could be loaded.
        rejects: folder of rejected rows, None when there are none.
        readiness: the readiness report (Markdown, English).
        commands: posted, already there and refused by command kind.
        is_check: everything was read and checked, nothing posted.
        problems: (file, target, why) of files that could not be used at all.
    """

    load_id: str
    company: str
    as_of: date
    opening_date: date
    tables: tuple[TableCount, ...]
    commands: dict[str, KindCount]
    sums: tuple[Sum, ...]
    findings: tuple[Finding, ...]
    rejects: Path | None
    readiness: Path | None
    exit_code: int
    timings: dict[str, float] = field(default_factory=dict)
    is_check: bool = False
    problems: tuple[tuple[str, str, InvalidInput], ...] = ()

    @property
    def rejected(self) -> int:
        """Rejected rows of all tables."""
        return sum(table.rejected for table in self.tables)

    @property
    def posted(self) -> int:
        """Commands this load added to the ledger."""
        return sum(kind.posted for kind in self.commands.values())


def summary(report: LoadReport, language: str) -> str:
    """A screenful for the person who started the load: rows in and out per table, what does not add up, where the report is."""

    def say(key: str, **values: object) -> str:
        return text(f"importing.report.{key}", language, **values)

    lines = [say("dates", as_of=report.as_of, opening=report.opening_date, load_id=report.load_id)]
    if report.is_check:
        lines.insert(0, say("check"))
    for table in report.tables:
        lines.append(
            say(
                "row_summary",
                target=text(f"importing.target.{table.target}", language),
                accepted=table.accepted,
                rejected=table.rejected,
                already_there=table.already_there,
            )
        )
    lines += [f"  {error.text(language)}" for _, _, error in report.problems]
    if report.rejects is not None:
        lines.append(say("rejects", folder=f"rejects/{report.rejects.name}"))
    differing = [each for each in report.sums if each.difference and not each.name.startswith("rounding")]
    lines += [say("sum_differs", name=each.name, source=each.source, ledger=each.ledger) for each in differing]
    lines.append(say("summary_end", findings=len(report.findings), report=report.readiness.name if report.readiness else "-"))
    return "\n".join(lines)
