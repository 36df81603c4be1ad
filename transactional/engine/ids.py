"""Where do row ids and posting sequences come from?

One counter for the rows of all tables and one for postings. SQLite keeps them in `id_block`, read and written back inside the
transaction; PostgreSQL draws blocks from sequences (gaps are allowed).
"""

from __future__ import annotations

from transactional.engine.store import Session

__all__ = ["Counter"]


class Counter:
    """Hands out increasing integers inside one transaction."""

    def __init__(self, session: Session, name: str) -> None:
        self._session = session
        self._name = name
        self._block: list[int] = []
        self._size = 16
        self._next = 0
        if session.dialect == "sqlite":
            rows = session.rows("SELECT next_value FROM id_block WHERE name = ?", (name,))
            self._next = int(rows[0][0])
        self._start = self._next

    def take(self) -> int:
        """The next number."""
        if self._session.dialect == "sqlite":
            self._next += 1
            return self._next - 1
        if not self._block:
            rows = self._session.rows("SELECT nextval(?::regclass) FROM generate_series(1, ?)", (self._name, self._size))
            self._block = sorted((int(row[0]) for row in rows), reverse=True)
            self._size = min(self._size * 4, 4096)
        return self._block.pop()

    def flush(self) -> None:
        """Write the counter back (SQLite)."""
        if self._session.dialect == "sqlite" and self._next != self._start:
            self._session.run("UPDATE id_block SET next_value = ? WHERE name = ?", (self._next, self._name))
