"""Where do row ids and posting sequences come from?

One counter for the rows of all tables and one for postings. SQLite keeps them in `id_block`, read and written back inside the
transaction; PostgreSQL draws blocks from sequences (gaps are allowed).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count

from transactional.engine.store import Session

__all__ = ["Counter"]


class Counter:
    """Hands out increasing integers inside one transaction.

    Attributes:
        take: the next number.
    """

    take: Callable[[], int]

    def __init__(self, session: Session, name: str) -> None:
        self._session = session
        self._name = name
        self._drawn: set[int] = set()
        self._start = 0
        # Called for every row: a bound `__next__` costs a fifth of a method.
        if session.dialect == "sqlite":
            rows = session.rows("SELECT next_value FROM id_block WHERE name = ?", (name,))
            self._start = int(rows[0][0])
            self.take = count(self._start).__next__
        else:
            self.take = self._blocks().__next__

    def is_own(self, number: object) -> bool:
        """Whether a number was handed out by this counter, so that nothing committed can bear it or point at it."""
        if self._session.dialect == "sqlite":
            return type(number) is int and number >= self._start
        return number in self._drawn

    def flush(self) -> None:
        """Write the counter back (SQLite); it hands out nothing afterwards."""
        if self._session.dialect == "sqlite":
            following = self.take()
            if following != self._start:
                self._session.run("UPDATE id_block SET next_value = ? WHERE name = ?", (following, self._name))

    def _blocks(self) -> Iterator[int]:
        size = 16
        while True:
            rows = self._session.rows("SELECT nextval(?::regclass) FROM generate_series(1, ?)", (self._name, size))
            block = sorted(int(row[0]) for row in rows)
            self._drawn.update(block)
            yield from block
            size = min(size * 4, 4096)
