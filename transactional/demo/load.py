"""How does the demo company get into a ledger? Day by day, as it would have been written down.

Everything is recorded on the evening of its own day, so that a replay that may only use what was then known has something to go
by. Days are posted together, in transactions of at most `BATCH_LINES` lines.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, time
from hashlib import blake2b
from typing import Any, Protocol

from transactional.auth import hash_password
from transactional.commands import Command
from transactional.demo.scale import FULL, SMALL, Scale
from transactional.demo.setup import DEMO_PASSWORD
from transactional.demo.simulate import Simulation, simulation
from transactional.demo.truth import Truth, truth_of

__all__ = ["BATCH_LINES", "Progress", "create_demo", "recorded_at", "small_demo"]

BATCH_LINES = 5_000
"""No transaction holds more lines than this."""

Progress = Callable[[int, int, str], None]
"""Called with days posted, days in all, and the day's date."""


class _Posts(Protocol):
    def post(self, commands: Sequence[Command], *, recorded_at: int | Sequence[int] | None = None) -> Any: ...


def create_demo(
    ledger: _Posts, seed: int, *, clean: bool = False, progress: Progress | None = None, scale: Scale = FULL
) -> Truth:
    """Write the whole history of a demo company into an empty ledger.

    Args:
        ledger: an open ledger; a retry after an interruption goes on where it stopped (same commands, same ids).
        seed: other seeds are other companies.
        clean: without the planted problems.
        progress: told after each posted batch.
        scale: `FULL`, or `SMALL` for tests.

    Returns: the truth file's content: company and problems, each with what, where, when and how much.
    """
    company = simulation(seed, clean=clean, scale=scale)
    for commands, moments, done in _batches(company):
        ledger.post(commands, recorded_at=moments)
        if progress is not None:
            progress(done, scale.days, company.world.date(max(done - 1, 0)).isoformat())
    return truth_of(company, clean=clean)


def small_demo(ledger: _Posts, seed: int = 7, *, clean: bool = False) -> Truth:
    """A company of a few products and four months, for tests: a second or two to post."""
    return create_demo(ledger, seed, clean=clean, scale=SMALL)


def recorded_at(day: date) -> int:
    """The evening of a day as microseconds UTC: 18:00 in China is 10:00 UTC."""
    return int(datetime.combine(day, time(10), UTC).timestamp()) * 1_000_000


def _batches(company: Simulation) -> Iterator[tuple[list[Command], list[int], int]]:
    """Whole days together up to the limit: commands, the evening of each, days done."""
    start = recorded_at(company.world.scale.start_date)
    # A salt of the seed's own, so that the same seed gives the same bytes; demo passwords are public anyway.
    password_hash = hash_password(DEMO_PASSWORD, salt=blake2b(company.world.code.encode(), digest_size=16).digest())
    commands: list[Command] = []
    moments: list[int] = []
    count = 0
    for command in company.master_data(password_hash):
        commands.append(command)
    yield commands, [start] * len(commands), 0
    commands = []
    for day, today in company.history():
        evening = recorded_at(company.world.date(day))
        for command in today:
            size = _size(command)
            if count + size > BATCH_LINES and commands:
                yield commands, moments, day
                commands, moments, count = [], [], 0
            commands.append(command)
            moments.append(evening)
            count += size
    if commands:
        yield commands, moments, company.world.scale.days


def _size(command: Command) -> int:
    return max(1, len(getattr(command, "lines", None) or getattr(command, "counts", None) or ()))
