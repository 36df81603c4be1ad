"""What do all commands of documents share: stable ids, who sends them, which rows they stand for?

Commands point at the document by the id of the command that created it, so a load needs no ledger ids; at documents of earlier
loads they point by the ledger's own line.
"""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Any

from kernel.ids import import_command_id, stable_id
from transactional.commands import Command
from transactional.importing.opening import Opening
from transactional.importing.packs import Packs
from transactional.importing.poster import ACTOR, SOURCE, Item, There
from transactional.importing.staging import Stage

__all__ = ["Desk", "Made", "Row", "day", "day_or_none"]

Row = dict[str, Any]
Made = Iterator[Item | There]
day = lru_cache(maxsize=8192)(date.fromisoformat)


def day_or_none(text: str | None) -> date | None:
    """A date, where there is one."""
    return None if text is None else day(text)


@dataclass(slots=True)
class Desk:
    """Shared by the writers of one load.

    Attributes:
        known: ids of the commands the ledger held when the load began.
        as_of: the company's today, ISO.
    """

    stage: Stage
    opening: Opening
    packs: Packs
    known: AbstractSet[str]
    as_of: str
    _ids: dict[tuple[str, str], str] = field(default_factory=dict)
    _lines: dict[str, dict[int, int]] = field(default_factory=dict)

    def id(self, table: str, key: str) -> str:
        """The command id of a source document or of one of its steps."""
        found = self._ids.get((table, key))
        if found is None:
            if len(self._ids) > 20_000:
                self._ids.clear()
            found = self._ids[(table, key)] = import_command_id(self.stage.mapping.company.code, table, key)
        return found

    def fresh_key(self, table: str, key: str, before: list[tuple[str, int]]) -> str:
        """The key of a step that may happen several times to one document: what went before becomes part of a later one's."""
        if any(quantity for _, quantity in before) or self.id(table, key) in self.known:
            return f"{key}/{stable_id(*before)}"
        return key

    def common(self, table: str, key: str, date_text: str) -> dict[str, Any]:
        """The fields every command has."""
        return {"command_id": self.id(table, key), "actor": ACTOR, "source": SOURCE, "business_date": day(date_text)}

    def item(self, command: Command, lines: int, target: str, rows: list[Row], *after: str) -> Item:
        """A command with the rows it stands for and the commands it points at."""
        return Item(command, lines, target, rows[0]["id"], tuple(row["id"] for row in rows), after)

    def line(self, document: str, table: str, row: Row) -> int | tuple[str, int]:
        """How to name an order line: the ledger's own where it was there before, else its place in the order as placed."""
        if row["held_line"] is not None:
            return int(row["held_line"])
        key = f"{table}/{row['order']}"
        places = self._lines.get(key)
        if places is None:
            query = f'SELECT id FROM t_{table} WHERE "order" = ? AND bad = 0 ORDER BY id'
            found = self.stage.database.execute(query, (row["order"],))
            if len(self._lines) > 1000:
                self._lines.clear()
            places = self._lines[key] = {held: position for position, (held,) in enumerate(found)}
        return document, places[row["id"]]
