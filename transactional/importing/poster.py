"""How do imported commands reach the ledger once, in transactions of a few thousand lines, and what if one is refused?

Commands already in the ledger are skipped without asking it again. A refused command is taken out with its reason,
everything that points at it falls with it, and the rest of the batch is posted.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from kernel.errors import ThroughlineError
from transactional.commands import Command
from transactional.ledger import Ledger

__all__ = ["ACTOR", "BATCH_LINES", "SOURCE", "Item", "KindCount", "Poster", "Refusal", "There"]

ACTOR = "system"
SOURCE = "import"
BATCH_LINES = 4_000
"""Lines per transaction; the house bound is 5,000."""


@dataclass(frozen=True, slots=True)
class Item:
    """A command with what it stands for.

    Attributes:
        lines: how many lines it writes, for the size of the transaction.
        target: importing target its rows are of.
        row: first staged row.
        rows: all its staged rows, when there are more.
        after: command ids it points at.
    """

    command: Command
    lines: int
    target: str
    row: int
    rows: tuple[int, ...] = ()
    after: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class There:
    """Something the ledger holds already, so that no command needs to be made of it; `rows` of `target` are there."""

    kind: str
    target: str = ""
    rows: int = 0


@dataclass(frozen=True, slots=True)
class Refusal:
    """A command the ledger refused, or that fell with one it points at."""

    item: Item
    error: ThroughlineError | None


@dataclass(slots=True)
class KindCount:
    """What became of the commands of one kind; a transaction's seconds are shared out by lines."""

    posted: int = 0
    already_there: int = 0
    refused: int = 0
    lines: int = 0
    seconds: float = 0.0


@dataclass(slots=True)
class Poster:
    """Posts items in order.

    Attributes:
        known: ids of the commands the ledger already holds.
        rows_there: rows by target whose document or code the ledger held before.
    """

    ledger: Ledger
    known: AbstractSet[str]
    progress: Callable[[int], None]
    counts: dict[str, KindCount] = field(default_factory=dict)
    refusals: list[Refusal] = field(default_factory=list)
    rows_there: dict[str, int] = field(default_factory=dict)
    _batch: list[Item] = field(default_factory=list)
    _lines: int = 0
    _fallen: set[str] = field(default_factory=set)
    _fallen_rows: set[tuple[str, int]] = field(default_factory=set)

    def add(self, item: Item | There) -> None:
        """Queue one item; posts when the batch is full."""
        if isinstance(item, There):
            self._is_there(item)
            return
        self.counts.setdefault(item.command.kind, KindCount())
        if item.command.command_id in self.known:
            self._is_there(There(item.command.kind, item.target, len(item.rows) or 1))
            return
        if self._batch and self._lines + item.lines > BATCH_LINES:
            self.flush()
        self._batch.append(item)
        self._lines += item.lines

    def _is_there(self, item: There) -> None:
        self.counts.setdefault(item.kind, KindCount()).already_there += 1
        if item.rows:
            self.rows_there[item.target] = self.rows_there.get(item.target, 0) + item.rows
        self.progress(1)

    def flush(self) -> None:
        """Post what is queued."""
        waiting, self._batch, self._lines = self._batch, [], 0
        while waiting:
            waiting = self._drop_fallen(waiting)
            if not waiting:
                return
            started = time.perf_counter()
            try:
                self.ledger.post([item.command for item in waiting])
            except ThroughlineError as error:
                position = error.values.get("position")
                if not isinstance(position, int):
                    raise
                before, refused, rest = waiting[:position], waiting[position], waiting[position + 1 :]
                if before:
                    self.ledger.post([item.command for item in before])
                    self._posted(before, time.perf_counter() - started)
                self._refuse(refused, error)
                waiting = rest
            else:
                self._posted(waiting, time.perf_counter() - started)
                return

    def _posted(self, items: list[Item], seconds: float) -> None:
        share = seconds / sum(item.lines for item in items)
        for item in items:
            kind = self.counts[item.command.kind]
            kind.posted += 1
            kind.lines += item.lines
            kind.seconds += share * item.lines
        self.progress(len(items))

    def _refuse(self, item: Item, error: ThroughlineError | None) -> None:
        self.counts[item.command.kind].refused += 1
        self._fallen.add(item.command.command_id)
        self._fallen_rows.update((item.target, row) for row in item.rows)
        self.refusals.append(Refusal(item, error))
        self.progress(1)

    def _drop_fallen(self, items: list[Item]) -> list[Item]:
        kept = []
        for item in items:
            # After one step of a document was refused, its later steps would tell half a story.
            rows = ((item.target, row) for row in item.rows)
            if self._fallen and (
                any(each in self._fallen for each in item.after) or any(each in self._fallen_rows for each in rows)
            ):
                self._refuse(item, None)
            else:
                kept.append(item)
        return kept
