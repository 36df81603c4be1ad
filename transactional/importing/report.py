"""What came of a load: how many rows, which sums, what is not ready, what to do next?

The readiness report says what incomplete data blocks: planning, costing, purchasing, stock, delivery. It is written
as Markdown in both languages and as JSON under `<home>/exports/`.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path

from kernel.messages import text
from kernel.numbers import show_quantity
from transactional.importing.poster import KindCount
from transactional.importing.problems import Finding

__all__ = ["LoadReport", "Sum", "TableCount", "summary", "write_report"]

_SHOWN = 20


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


@dataclass(frozen=True, slots=True)
class LoadReport:
    """Everything a load has to tell.

    Attributes:
        exit_code: 0 all rows are in, 1 some were rejected, 2 nothing could be loaded.
        rejects: folder of rejected rows, None when there are none.
        readiness: the readiness report (Markdown, English).
        commands: posted, already there and refused by command kind.
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

    @property
    def rejected(self) -> int:
        """Rejected rows of all tables."""
        return sum(table.rejected for table in self.tables)

    @property
    def posted(self) -> int:
        """Commands this load added to the ledger."""
        return sum(kind.posted for kind in self.commands.values())


def write_report(report: LoadReport, folder: Path) -> Path:
    """Write `readiness-<load id>.{md,zh.md,json}`, and the same as `readiness.*` for whoever wants the latest. Returns the
    English one."""
    folder.mkdir(parents=True, exist_ok=True)
    written = {
        "md": render(report, "en"),
        "zh.md": render(report, "zh"),
        "json": json.dumps(_as_json(report), ensure_ascii=False, indent=1, sort_keys=True) + "\n",
    }
    for suffix, content in written.items():
        for name in (f"readiness-{report.load_id}", "readiness"):
            (folder / f"{name}.{suffix}").write_text(content, encoding="utf-8")
    return folder / f"readiness-{report.load_id}.md"


def _as_json(report: LoadReport) -> dict[str, object]:
    return {
        "load_id": report.load_id,
        "company": report.company,
        "as_of": report.as_of.isoformat(),
        "opening_date": report.opening_date.isoformat(),
        "exit_code": report.exit_code,
        "tables": [asdict(table) for table in report.tables],
        "sums": [{**asdict(each), "difference": each.difference} for each in report.sums],
        "findings": [
            {
                "finding": each.finding,
                "blocks": each.blocks,
                "subject": each.subject,
                "values": {name: str(value) for name, value in each.values.items()},
                "detail": text(f"importing.finding.{each.finding}", "en", subject=each.subject, **each.values),
                "detail_zh": text(f"importing.finding.{each.finding}", "zh", subject=each.subject, **each.values),
            }
            for each in report.findings
        ],
    }


def render(report: LoadReport, language: str) -> str:
    """The readiness report as Markdown."""

    def say(key: str, **values: object) -> str:
        return text(f"importing.report.{key}", language, **values)

    lines = [
        f"# {say('title', company=report.company)}",
        "",
        say("dates", as_of=report.as_of, opening=report.opening_date, load_id=report.load_id),
        "",
        f"## {say('rows')}",
        "",
        say("rows_header"),
        "|---|---|---:|---:|---:|---:|---:|---:|",
    ]
    for table in report.tables:
        lines.append(
            f"| {table.target} | {table.source} | {table.read} | {table.accepted} | {table.rejected} | {table.already_there} "
            f"| {table.filtered} | {table.repeated} |"
        )
    if report.rejects is not None:
        lines += ["", say("rejects", folder=f"rejects/{report.rejects.name}")]
    lines += ["", f"## {say('sums')}", "", say("sums_header"), "|---|---:|---:|---:|"]
    lines += [f"| {each.name} | {each.source} | {each.ledger} | {each.difference} |" for each in report.sums]
    lines += ["", f"## {say('blocks')}", ""]
    lines += _findings(report, language)
    return "\n".join(lines) + "\n"


def summary(report: LoadReport, language: str) -> str:
    """A screenful for the person who started the load: rows in and out per table, what does not add up, where the report is."""

    def say(key: str, **values: object) -> str:
        return text(f"importing.report.{key}", language, **values)

    lines = [say("dates", as_of=report.as_of, opening=report.opening_date, load_id=report.load_id)]
    for table in report.tables:
        lines.append(
            say(
                "row_summary",
                target=table.target,
                accepted=table.accepted,
                rejected=table.rejected,
                already_there=table.already_there,
            )
        )
    if report.rejects is not None:
        lines.append(say("rejects", folder=f"rejects/{report.rejects.name}"))
    differing = [each for each in report.sums if each.difference and not each.name.startswith("rounding_micro")]
    lines += [say("sum_differs", name=each.name, source=each.source, ledger=each.ledger) for each in differing]
    lines.append(say("summary_end", findings=len(report.findings), report=report.readiness.name if report.readiness else "-"))
    return "\n".join(lines)


def _findings(report: LoadReport, language: str) -> list[str]:
    groups: dict[tuple[str, str], list[Finding]] = {}
    for each in report.findings:
        groups.setdefault((each.blocks, each.finding), []).append(each)
    if not groups:
        return [text("importing.report.ready", language)]
    lines: list[str] = []
    block = ""
    for (blocks, finding), found in sorted(groups.items()):
        if blocks != block:
            block = blocks
            lines += [f"### {text(f'importing.block.{blocks}', language)}", ""]
        # Differences of closing stock are listed in full: every one is somebody's question.
        shown = found if finding == "close_differs_from_bin" else found[:_SHOWN]
        if len(found) > 1:
            lines.append(
                text("importing.report.found", language, title=text(f"importing.kind.{finding}", language), count=len(found))
            )
            lines.append("")
        lines += [f"- {text(f'importing.finding.{finding}', language, subject=each.subject, **each.values)}" for each in shown]
        if len(shown) < len(found):
            lines.append(f"- {text('importing.report.more', language, count=len(found) - len(shown))}")
        lines.append("")
    return lines


def shown_quantity(quantity: int) -> str:
    """For findings: a quantity as people read it."""
    return show_quantity(quantity)
