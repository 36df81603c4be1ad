"""How long does it take to bring the bicycle maker into an empty ledger, and what dominates?

    python benchmarks/load_adventureworks.py [FOLDER] [--map FILE]

Loads into a temporary home and prints seconds, processor seconds, peak memory and rows per second as Markdown, then loads again to
show what a repeat costs. The folder is `adventureworks` in the public data folder (THROUGHLINE_PUBLIC_DATA, else ../shared/data).
"""

from __future__ import annotations

import argparse
import os
import resource
import sys
import tempfile
import time
from pathlib import Path

from transactional import open_ledger
from transactional.importing import LoadReport, load

ROOT = Path(__file__).resolve().parent.parent


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
        _kinds(first)
        _measure("second load", lambda: load(ledger, given.folder, given.map, home=home))
        ledger.close()
    return first.exit_code


def _measure(name: str, run: object) -> LoadReport:
    assert callable(run)
    wall, processor = time.perf_counter(), time.process_time()
    report: LoadReport = run()
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
    return report


def _kinds(report: LoadReport) -> None:
    print("| command | posted | lines | seconds | lines a second |\n|---|---:|---:|---:|---:|")
    for kind, count in sorted(report.commands.items(), key=lambda entry: -entry[1].seconds):
        rate = count.lines / count.seconds if count.seconds else 0
        print(f"| {kind} | {count.posted} | {count.lines} | {count.seconds:.1f} | {rate:.0f} |")
    print()


if __name__ == "__main__":
    sys.exit(main())
