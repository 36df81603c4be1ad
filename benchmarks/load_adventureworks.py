"""How long does it take to bring the bicycle maker into an empty ledger, and what dominates?

    python benchmarks/load_adventureworks.py [FOLDER] [--map FILE]

Loads into a temporary home and prints seconds, processor seconds, peak memory and rows per second as Markdown, then loads again
to show what a repeat costs. Two anchors stand beside the figures: what the house allows, and how long the database alone takes
to write the finished ledger's rows into an empty file, which no load can go below. The folder is `adventureworks` in the public
data folder (THROUGHLINE_PUBLIC_DATA, else ../shared/data).
"""

from __future__ import annotations

import argparse
import os
import resource
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from transactional import open_ledger
from transactional.importing import LoadReport, load

_HOUSE_SECONDS, _HOUSE_MIB = 180, 2048
ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Measured:
    """A load with its processor seconds and the peak memory of the process so far, in MiB."""

    report: LoadReport
    processor: float
    peak: float


def main() -> int:
    """Run both loads and print the tables."""
    data = Path(os.environ.get("THROUGHLINE_PUBLIC_DATA", ROOT.parent / "shared" / "data"))
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", type=Path, default=data / "adventureworks")
    parser.add_argument("--map", type=Path, default=ROOT / "examples" / "adventureworks.toml")
    given = parser.parse_args()
    if not given.folder.is_dir():
        print(f"{given.folder} is absent; set THROUGHLINE_PUBLIC_DATA", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as home:
        ledger = open_ledger(Path(home) / "ledger.db")
        first = _measure("first load", lambda: load(ledger, given.folder, given.map, home=home))
        size = (Path(home) / "ledger.db").stat().st_size / 2**20
        print(f"Ledger file: {size:.0f} MiB\n")
        _kinds(first.report)
        _anchors(Path(home), first)
        _measure("second load", lambda: load(ledger, given.folder, given.map, home=home))
        ledger.close()
    return first.report.exit_code


def _measure(name: str, run: Callable[[], LoadReport]) -> Measured:
    wall, processor = time.perf_counter(), time.process_time()
    report = run()
    wall, processor = time.perf_counter() - wall, time.process_time() - processor
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"## {name}: {wall:.1f} s ({processor:.1f} processor seconds), peak memory {peak:.0f} MiB, exit code {report.exit_code}\n"
    )
    print("| step | seconds |\n|---|---:|")
    for step, seconds in report.timings.items():
        if step != "total":
            print(f"| {step} | {seconds:.1f} |")
    rows = sum(table.read for table in report.tables)
    print(f"\n{rows} source rows, {report.posted} commands posted, {report.posted / max(wall, 0.001):.0f} commands a second\n")
    return Measured(report, processor, peak)


def _anchors(home: Path, load_of: Measured) -> None:
    """The bare database writing the same rows, with the same tables and indexes, in one transaction."""
    source = sqlite3.connect(home / "ledger.db")
    bare = sqlite3.connect(home / "bare.db", isolation_level=None)
    made = source.execute("SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY type DESC, name").fetchall()
    tables = [name for kind, name, _ in made if kind == "table" and not name.startswith("sqlite_")]
    for kind, name, statement in made:
        if kind in ("table", "index") and not name.startswith("sqlite_"):
            bare.execute(statement)
    rows = {name: source.execute(f'SELECT * FROM "{name}"').fetchall() for name in tables}
    processor = time.process_time()
    bare.execute("BEGIN")
    for name, held in rows.items():
        if held:
            bare.executemany(f'INSERT INTO "{name}" VALUES ({", ".join("?" * len(held[0]))})', held)
    bare.execute("COMMIT")
    processor = time.process_time() - processor
    source.close()
    bare.close()
    written = sum(len(held) for held in rows.values())
    seconds = load_of.report.timings["total"]
    print("| anchor | figure | this load |\n|---|---:|---:|")
    print(f"| house bound, load and pipeline together, seconds | {_HOUSE_SECONDS} | {seconds:.0f} (load alone) |")
    print(f"| house bound, peak memory, MiB | {_HOUSE_MIB} | {load_of.peak:.0f} |")
    print(f"| the database alone, {written} rows, processor seconds | {processor:.1f} | {load_of.processor:.1f} |\n")


def _kinds(report: LoadReport) -> None:
    print("| command | posted | lines | seconds | lines a second |\n|---|---:|---:|---:|---:|")
    for kind, count in sorted(report.commands.items(), key=lambda entry: -entry[1].seconds):
        rate = count.lines / count.seconds if count.seconds else 0
        print(f"| {kind} | {count.posted} | {count.lines} | {count.seconds:.1f} | {rate:.0f} |")
    print()


if __name__ == "__main__":
    sys.exit(main())
