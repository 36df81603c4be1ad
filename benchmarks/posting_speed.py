"""How much processor time does one command cost, and one movement line, beside what SQLite itself needs for the same rows?

    python -m benchmarks.posting_speed [--transactions 16] [--seed 7] [--database URL]

Generates the first transactions of the demo company (buying, making, moving, selling; at most 5,000 lines each), posts them, then
adds the very same rows to an empty ledger by plain `executemany`, table by table, in as many transactions: the anchor.
Only posting is measured, not generating. Prints Markdown; trust the ratio, seconds belong to one machine.
"""

from __future__ import annotations

import argparse
import contextlib
import gc
import sqlite3
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from transactional import Ledger, open_ledger
from transactional.commands import Command
from transactional.demo import create_demo
from transactional.engine.shapes import PARENTS_FIRST
from transactional.schema import NOT_INGESTED, metadata

Batch = tuple[list[Command], list[int]]


class _EnoughError(Exception):
    pass


class _Recorder:
    """Takes batches like a ledger and only keeps them, until it has enough."""

    def __init__(self, enough: int) -> None:
        self.batches: list[Batch] = []
        self._enough = enough

    def post(self, commands: Sequence[Command], *, recorded_at: int | Sequence[int] | None = None) -> None:
        assert not isinstance(recorded_at, int)
        assert recorded_at is not None
        self.batches.append((list(commands), list(recorded_at)))
        if len(self.batches) == self._enough:
            raise _EnoughError


def main() -> None:
    """Post, add the same rows plainly, print both."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--transactions", type=int, default=16, help="54 is the whole demo company")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument(
        "--database",
        help="URL of an empty PostgreSQL database, whose own processor time is not counted; else a temporary SQLite file",
    )
    given = parser.parse_args()
    batches = _generate(given.seed, given.transactions)
    with tempfile.TemporaryDirectory() as folder:
        ledger = open_ledger(given.database or Path(folder) / "posted.db")
        seconds = _post(ledger, batches)
        lines = int(ledger.rows("SELECT COUNT(*) FROM movement_line")[0][0])
        tables = _rows_of(ledger)
        ledger.close()
        plain = _add_plainly(Path(folder) / "plain.db", tables, len(batches))
    commands = sum(len(batch) for batch, _ in batches)
    rows = sum(len(values) for values in tables.values())
    print(f"{commands:,} commands in {len(batches)} transactions: {lines:,} movement lines, {rows:,} rows in all\n")
    print("| | processor seconds | ms per command | ms per movement line | µs per row | times the anchor |")
    print("|---|---:|---:|---:|---:|---:|")
    for name, spent in (("posting commands", seconds), ("anchor: executemany of the same rows", plain)):
        print(
            f"| {name} | {spent:.1f} | {spent / commands * 1e3:.3f} | {spent / lines * 1e3:.3f} | {spent / rows * 1e6:.1f} "
            f"| {spent / plain:.1f} |"
        )


def _generate(seed: int, transactions: int) -> list[Batch]:
    recorder = _Recorder(transactions)
    with contextlib.suppress(_EnoughError):
        create_demo(recorder, seed)
    return recorder.batches


def _post(ledger: Ledger, batches: list[Batch]) -> float:
    gc.collect()
    gc.freeze()  # the waiting commands are not what is measured
    started = time.process_time()
    for commands, moments in batches:
        ledger.post(commands, recorded_at=moments)
    return time.process_time() - started


def _rows_of(ledger: Ledger) -> dict[str, list[tuple[Any, ...]]]:
    """Every row the commands made, in the order of its key; what a fresh ledger holds already is left out."""
    tables = {}
    for name in sorted(PARENTS_FIRST, key=PARENTS_FIRST.__getitem__):
        table = metadata.tables[name]
        if name in NOT_INGESTED:
            continue
        key = ", ".join(column.name for column in table.primary_key.columns)
        names = ", ".join(column.name for column in table.columns)
        found = ledger.rows(f"SELECT {names} FROM {name} WHERE posting_sequence > 0 ORDER BY {key}")
        if found:
            tables[name] = [tuple(value.isoformat() if hasattr(value, "isoformat") else value for value in row) for row in found]
    return tables


def _add_plainly(path: Path, tables: dict[str, list[tuple[Any, ...]]], transactions: int) -> float:
    open_ledger(path).close()
    connection = sqlite3.connect(path, isolation_level=None)
    # Cut evenly, a row may come before its parent: here alone keys are not checked, which favours the anchor.
    for pragma in ("synchronous = FULL", "foreign_keys = OFF", "cache_size = -65536", "temp_store = MEMORY"):
        connection.execute(f"PRAGMA {pragma}")
    started = time.process_time()
    for turn in range(transactions):
        connection.execute("BEGIN IMMEDIATE")
        for name, rows in tables.items():
            part = rows[len(rows) * turn // transactions : len(rows) * (turn + 1) // transactions]
            if part:
                connection.executemany(f"INSERT INTO {name} VALUES ({', '.join('?' * len(part[0]))})", part)
        connection.execute("COMMIT")
    seconds = time.process_time() - started
    connection.close()
    return seconds


if __name__ == "__main__":
    main()
