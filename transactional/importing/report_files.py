"""How is the readiness report written down?

Under `<home>/exports/`: Markdown in both languages for reading, a workbook whose rows people can sort and hand out, JSON for
programs. What matters most comes first: what could not be read, then what is not ready by what it blocks, then the proof that
what came in is what stood in the source.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

from kernel.errors import Unavailable
from kernel.messages import text
from kernel.numbers import show_quantity
from transactional.importing.problems import Finding
from transactional.importing.rejects import safe_cell
from transactional.importing.report import LoadReport, Sum
from transactional.importing.targets import TARGETS

__all__ = ["render", "write_report"]

_SHOWN = 20
_BLOCKS = ("stock", "costing", "planning", "purchasing", "delivery", "nothing")
"""What a finding blocks, gravest first."""


def write_report(report: LoadReport, folder: Path) -> Path:
    """Write `readiness-<load id>.{md,zh.md,json,xlsx}`, and the same as `readiness.*` for whoever wants the latest. Returns the
    English one.

    Raises: Unavailable when the folder cannot be written.
    """
    written = {
        "md": render(report, "en"),
        "zh.md": render(report, "zh"),
        "json": json.dumps(_as_json(report), ensure_ascii=False, indent=1, sort_keys=True) + "\n",
    }
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name in (f"readiness-{report.load_id}", "readiness"):
            for suffix, content in written.items():
                (folder / f"{name}.{suffix}").write_text(content, encoding="utf-8")
            _write_workbook(report, folder / f"{name}.xlsx")
    except OSError as error:
        raise Unavailable("importing.cannot_write", path=str(folder), error=str(error)) from error
    return folder / f"readiness-{report.load_id}.md"


def _detail(each: Finding, language: str) -> str:
    values = dict(each.values)
    if "what" in values:
        values["what"] = text(f"importing.fact.{values['what']}", language)
    subject = text(f"importing.target.{each.subject}", language) if each.subject in TARGETS else each.subject
    return text(f"importing.finding.{each.finding}", language, subject=subject, **values)


def _as_json(report: LoadReport) -> dict[str, object]:
    return {
        "load_id": report.load_id,
        "company": report.company,
        "as_of": report.as_of.isoformat(),
        "opening_date": report.opening_date.isoformat(),
        "exit_code": report.exit_code,
        "is_check": report.is_check,
        "files_not_used": [
            {"file": file, "target": target, "detail": error.text("en"), "detail_zh": error.text("zh")}
            for file, target, error in report.problems
        ],
        "tables": [asdict(table) for table in report.tables],
        "sums": [{**asdict(each), "difference": each.difference} for each in report.sums],
        "findings": [
            {
                "finding": each.finding,
                "blocks": each.blocks,
                "subject": each.subject,
                "values": {name: str(value) for name, value in each.values.items()},
                "detail": _detail(each, "en"),
                "detail_zh": _detail(each, "zh"),
            }
            for each in _ordered(report.findings)
        ],
    }


def _ordered(findings: tuple[Finding, ...]) -> list[Finding]:
    """Gravest block first; within it kinds that stand for few things before long lists, each list as it was found."""
    counts: dict[str, int] = {}
    for each in findings:
        counts[each.finding] = counts.get(each.finding, 0) + 1
    return sorted(findings, key=lambda each: (_BLOCKS.index(each.blocks), -counts[each.finding], each.finding))


def _write_workbook(report: LoadReport, path: Path) -> None:
    import openpyxl

    book = openpyxl.Workbook(write_only=True)
    sheets: dict[str, list[list[object]]] = {
        "findings": [["blocks", "kind", "subject", "detail", "detail_zh"]],
        "rows": [["table", "file", "read", "accepted", "rejected", "already_there", "filtered", "repeated"]],
        "sums": [["sum", "source", "ledger", "difference"]],
    }
    for each in _ordered(report.findings):
        kind = text(f"importing.kind.{each.finding}", "en")
        sheets["findings"].append([each.blocks, kind, each.subject, _detail(each, "en"), _detail(each, "zh")])
    for table in report.tables:
        counts = (table.read, table.accepted, table.rejected, table.already_there, table.filtered, table.repeated)
        sheets["rows"].append([table.target, table.source, *counts])
    sheets["sums"] += [[each.name, *_shown_sum(each)] for each in report.sums]
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append([safe_cell(cell) if isinstance(cell, str) else cell for cell in row])
    # Values of single items, as numbers that can be sorted and summed.
    differing = [each for each in report.findings if each.finding == "close_differs_from_bin"]
    sheet = book.create_sheet("closing_against_bins")
    sheet.append(["sku", "close", "bins", "difference", "worth"])
    for each in differing:
        cells = [float(str(each.values[name])) for name in ("close", "bins", "difference", "worth")]
        sheet.append([safe_cell(each.subject), *cells])
    book.save(path)


def _shown_sum(each: Sum) -> tuple[str, str, str]:
    if each.is_count:
        return str(each.source), str(each.ledger), str(each.difference)
    return show_quantity(each.source), show_quantity(each.ledger), show_quantity(each.difference)


def render(report: LoadReport, language: str) -> str:
    """The readiness report as Markdown."""

    def say(key: str, **values: object) -> str:
        return text(f"importing.report.{key}", language, **values)

    lines = [f"# {say('title', company=report.company)}", ""]
    if report.is_check:
        lines += [say("check"), ""]
    lines += [say("dates", as_of=report.as_of, opening=report.opening_date, load_id=report.load_id), ""]
    lines += _glance(report, language)
    if report.problems:
        lines += [f"## {say('files')}", ""]
        lines += [f"- {error.text(language)}" for _, _, error in report.problems] + [""]
    if report.rejects is not None:
        lines += [say("rejects", folder=f"rejects/{report.rejects.name}"), ""]
    lines += [f"## {say('blocks')}", ""]
    lines += _findings(report, language)
    lines += [f"## {say('rows')}", "", say("rows_header"), "|---|---|---:|---:|---:|---:|---:|---:|"]
    for table in report.tables:
        lines.append(
            f"| {text(f'importing.target.{table.target}', language)} | {table.source} | {table.read} | {table.accepted} "
            f"| {table.rejected} | {table.already_there} | {table.filtered} | {table.repeated} |"
        )
    if report.sums:
        lines += ["", f"## {say('sums')}", "", say("sums_note"), "", say("sums_header"), "|---|---:|---:|---:|"]
        for each in report.sums:
            source, ledger, difference = _shown_sum(each)
            lines.append(f"| {text(f'importing.sum.{each.name}', language)} | {source} | {ledger} | {difference} |")
    return "\n".join(lines) + "\n"


def _glance(report: LoadReport, language: str) -> list[str]:
    """How many questions stand in the way of what."""
    counts = {block: sum(each.blocks == block for each in report.findings) for block in _BLOCKS}
    accepted, rejected = sum(table.accepted for table in report.tables), report.rejected
    lines = [text("importing.report.glance", language, accepted=accepted, rejected=rejected), ""]
    lines += [text("importing.report.glance_header", language), "|---|---:|"]
    lines += [f"| {text(f'importing.block.{block}', language)} | {count} |" for block, count in counts.items() if count]
    return [*lines, ""]


def _findings(report: LoadReport, language: str) -> list[str]:
    groups: dict[tuple[str, str], list[Finding]] = {}
    for each in _ordered(report.findings):
        groups.setdefault((each.blocks, each.finding), []).append(each)
    if not groups:
        return [text("importing.report.ready", language), ""]
    lines: list[str] = []
    block = ""
    for (blocks, finding), found in groups.items():
        if blocks != block:
            block = blocks
            lines += [f"### {text(f'importing.block.{blocks}', language)}", ""]
        # Differences of closing stock are listed in full: every one is somebody's question.
        shown = found if finding == "close_differs_from_bin" else found[:_SHOWN]
        title = text(f"importing.kind.{finding}", language)
        lines += [text("importing.report.found", language, title=title, count=len(found)), ""]
        lines += [f"- {_detail(each, language)}" for each in shown]
        if len(shown) < len(found):
            lines.append(f"- {text('importing.report.more', language, count=len(found) - len(shown))}")
        lines.append("")
    return lines
