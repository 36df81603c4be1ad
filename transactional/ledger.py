"""Where does everything that happened get written down? Open a ledger, post commands, read its watermark."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import transactional.handlers  # noqa: F401  (registers every handler)
from transactional.commands.base import Command
from transactional.engine.memory import Memory
from transactional.engine.posting import Answer, post
from transactional.engine.store import Store
from transactional.migrations import migrate

__all__ = ["Answer", "Ledger", "open_ledger"]


def _wall_clock() -> int:
    return time.time_ns() // 1000


def _clock_of(recorded_at: int | Sequence[int] | None, clock: Callable[[], int]) -> Callable[[], int]:
    if recorded_at is None:
        return clock
    if isinstance(recorded_at, int):
        return lambda: recorded_at
    moments = iter(recorded_at)
    last = recorded_at[-1] if recorded_at else 0
    return lambda: next(moments, last)


class Ledger:
    """One company's ledger in one database."""

    def __init__(self, store: Store, clock: Callable[[], int] = _wall_clock) -> None:
        self.store = store
        self._clock = clock
        self._known_codes: dict[tuple[str, str], int] = {}
        self._memory = Memory()

    def post(self, commands: Sequence[Command], *, recorded_at: int | Sequence[int] | None = None) -> list[Answer]:
        """Post a batch in one transaction: all of it or nothing.

        Args:
            commands: in the order they happened; later ones may point at earlier ones by command id.
            recorded_at: when the facts became known, microseconds UTC, for histories that are generated or imported; never
                earlier than what is already recorded. One moment for the batch, or one per command. Default: now.

        Returns: one answer per command. A command already accepted gets its first answer again.

        Raises: ThroughlineError naming what, where and the next step; `values` hold `command_id` and `position`.
        """
        return post(self.store, commands, self._known_codes, _clock_of(recorded_at, self._clock), self._memory)

    def watermark(self) -> int:
        """W such that every posting with a sequence <= W is committed and visible to the next reader."""
        return self.store.watermark()

    def rows(self, statement: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """A read-only query with `?` places."""
        with self.store.reading() as session:
            return session.rows(statement, values)

    def records(self, statement: str, values: Sequence[Any] = ()) -> list[dict[str, Any]]:
        """A read-only query as dicts by column name; dates are as the driver gives them."""
        with self.store.reading() as session:
            result = session.connection.exec_driver_sql(session.sql(statement), tuple(values))
            return [dict(row) for row in result.mappings()]

    def close(self) -> None:
        """Let go of the database."""
        self._memory.forget()
        self.store.close()


def open_ledger(url_or_path: str | Path, *, clock: Callable[[], int] = _wall_clock) -> Ledger:
    """Open a ledger by SQLite file path or database URL; an empty or older one is brought to the present schema first.

    Raises: Unavailable when the database cannot be reached or is newer than this program.
    """
    store = Store(url_or_path)
    migrate(store)
    return Ledger(store, clock)
