"""What may a command handler do? Everything goes through one unit of work, and nothing is stored if any command fails."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from json.encoder import encode_basestring
from typing import Any

from kernel.errors import NotFound
from transactional.commands.base import Command, DocumentRef, LineRef
from transactional.engine.held import Held
from transactional.engine.ids import Counter
from transactional.engine.rows import Row, Rows
from transactional.engine.shapes import CODES
from transactional.engine.stock import Stock
from transactional.engine.store import Session

__all__ = ["ActorRow", "UnitOfWork"]

_NUMBER_PREFIXES = {
    "purchase_order": "PO-",
    "goods_receipt": "GR-",
    "sales_order": "SO-",
    "shipment": "SH-",
    "customer_return": "RT-",
    "work_order": "WO-",
    "transfer_order": "TO-",
    "stocktake": "ST-",
}


_INTEGERS = frozenset({int})
_ANSWER = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False)


def _text_of(ids: dict[str, Any]) -> str:
    """An answer as JSON. Most are a few whole numbers, written here in a third of the time the encoder takes to get going."""
    parts = []
    for name, value in ids.items():
        kind = type(value)
        if kind is int:
            text = str(value)
        elif kind is str:
            text = encode_basestring(value)
        elif kind is list and _INTEGERS.issuperset(map(type, value)):
            text = f"[{','.join(map(str, value))}]"
        else:
            return _ANSWER.encode(ids)
        parts.append(f'"{name}":{text}')
    return f"{{{','.join(parts)}}}"


@dataclass(frozen=True)
class ActorRow:
    """Who asks."""

    user_id: int
    login: str
    role: str


class UnitOfWork:
    """One batch of commands in one transaction; see docs/ledger-engine.md for the interface handlers code against.

    Attributes:
        new_id: a row id unique over the whole ledger; called for every row, so it is the counter's own function.
        rows: the rows of the batch, for the engine and for reads a handler cannot express otherwise.
        session: the transaction, for set-based reads; it does not see what this batch has buffered.
        notes: what handlers remember for the length of the batch, by a name of their own.
    """

    new_id: Callable[[], int]

    def __init__(
        self,
        session: Session,
        known_codes: dict[tuple[str, str], int],
        now: Callable[[], int],
        tables: dict[str, Held],
    ) -> None:
        self.session = session
        self._ids = Counter(session, "row_id")
        self.rows = Rows(session, known_codes, self._ids, tables)
        self.new_id = self._ids.take
        self._sequences = Counter(session, "posting_sequence")
        self._now = now
        self._numbers: dict[str, list[Any]] = {}
        self._answers: dict[str, dict[str, Any]] = {}
        self._actors: dict[str, ActorRow] = {}
        self._company: Row | None = None
        self.notes: dict[Any, Any] = {}
        latest = session.rows("SELECT recorded_at FROM posting ORDER BY posting_sequence DESC LIMIT 1")
        self._last_recorded = int(latest[0][0]) if latest else 0
        self.recorded_at = 0
        self.posting_sequence = 0
        self.stock = Stock(self)
        self.command: Command
        self.actor: ActorRow

    def begin(self, command: Command) -> None:
        """Start handling a command: its actor, its posting sequence, its moment."""
        self.command = command
        self.actor = self._actor(command.actor)
        self.posting_sequence = self._sequences.take()
        # A clock that went back never reorders the log.
        self.recorded_at = self._last_recorded = max(self._now(), self._last_recorded)

    def finish(self, ids: dict[str, Any], content_hash: str) -> None:
        """Record that the command was accepted, and with which answer."""
        command = self.command
        self._answers[command.command_id] = ids
        self.rows.append(
            "posting",
            (
                self.posting_sequence,
                command.command_id,
                command.kind,
                content_hash,
                self.actor.user_id,
                command.source,
                command.business_date,
                self.recorded_at,
                _text_of(ids),
            ),
        )

    def flush(self) -> None:
        """Write everything that was buffered."""
        self.rows.flush()
        self.stock.flush(self.session)
        for kind, (prefix, number, is_new) in self._numbers.items():
            if is_new:
                self.session.run(
                    "INSERT INTO number_series (document_kind, prefix, next_number) VALUES (?, ?, ?)", (kind, prefix, number)
                )
            else:
                self.session.run("UPDATE number_series SET next_number = ? WHERE document_kind = ?", (number, kind))
        self._ids.flush()
        self._sequences.flush()

    def close(self) -> dict[str, Held]:
        """Let go of the rows at once, as work and stock point at each other and nobody looks for circles meanwhile.

        Returns: what was held of each table.
        """
        self.stock.forget()
        self._answers.clear()
        return self.rows.release()

    @property
    def new_codes(self) -> dict[tuple[str, str], int]:
        """Master data this batch created."""
        return self.rows.new_codes

    @property
    def company(self) -> Row:
        """The company of this ledger. Raises NotFound before CreateCompany."""
        if self._company is None:
            created = self.rows.new_rows("company")
            found = created or self.rows.read("company", "company_id > ?", (0,))
            if not found:
                raise NotFound("ledger.no_company")
            self._company = found[0]
        return self._company

    @property
    def today(self) -> date:
        """The company clock."""
        today: date = self.company["today"]
        return today

    def insert(self, table: str, **columns: Any) -> Row:
        """Buffer a new row; `posting_sequence` is filled in."""
        return self.rows.insert(table, columns, self.posting_sequence)

    def row(self, table: str, key: Any) -> Row:
        """One row by primary key. Raises NotFound."""
        return self.rows.row(table, key)

    def get(self, table: str, key: Any) -> Row | None:
        """One row by primary key, or None."""
        return self.rows.get(table, key)

    def change(self, table: str, key: Any, **columns: Any) -> Row:
        """Buffer a change of an existing row; `posting_sequence` is filled in."""
        return self.rows.change(table, key, columns, self.posting_sequence)

    def children(self, table: str, column: str, value: Any) -> list[Row]:
        """Rows of a child table by parent, new ones included."""
        return self.rows.children(table, column, value)

    def lookup(self, table: str, code: str) -> int:
        """Key of master data by code. Raises NotFound naming the code."""
        key = self.rows.find_code(table, code)
        if key is None:
            raise NotFound("ledger.unknown_code", table=table, column=CODES[table], code=code)
        return key

    def find_code(self, table: str, code: str) -> int | None:
        """Key of master data by code, or None."""
        return self.rows.find_code(table, code)

    def document(self, table: str, ref: DocumentRef) -> Row:
        """The header row a reference points at: its id, or the command that created it. Raises NotFound."""
        if isinstance(ref, int):
            return self.row(table, ref)
        return self.row(table, int(self._answer_of(ref)["document_id"]))

    def line(self, table: str, ref: LineRef) -> Row:
        """The line row a reference points at: its id, or (creating command, position). Raises NotFound."""
        if isinstance(ref, int):
            return self.row(table, ref)
        command_id, position = ref
        lines = self._answer_of(command_id).get("line_ids", [])
        if not 0 <= position < len(lines):
            raise NotFound("ledger.no_such_line", command_id=command_id, position=position, count=len(lines))
        return self.row(table, int(lines[position]))

    def number(self, document_kind: str, given: str | None = None) -> str:
        """The next gap-free number of a document kind, or the number an imported document already has."""
        if given is not None:
            return given
        series = self._numbers.get(document_kind)
        if series is None:
            # On PostgreSQL the counter's row is held until commit: numbers have no gaps because nobody may overtake.
            held = " FOR UPDATE" if self.session.dialect == "postgresql" else ""
            found = self.session.rows(
                f"SELECT prefix, next_number FROM number_series WHERE document_kind = ?{held}", (document_kind,)
            )
            if found:
                series = [found[0][0], int(found[0][1]), False]
            else:
                series = [_NUMBER_PREFIXES.get(document_kind, document_kind[:2].upper() + "-"), 1, True]
            self._numbers[document_kind] = series
        number = f"{series[0]}{series[1]:06d}"
        series[1] += 1
        return number

    def event(
        self,
        document_kind: str,
        document_id: int,
        event_kind: str,
        *,
        line_id: int | None = None,
        quantity: int | None = None,
        business_date: date | None = None,
        old: str | None = None,
        new: str | None = None,
    ) -> None:
        """Append what happened to a document; never changed afterwards."""
        command = self.command
        self.rows.append(
            "document_event",
            (
                self.new_id(),
                self.posting_sequence,
                document_kind,
                document_id,
                line_id,
                event_kind,
                quantity,
                business_date or command.business_date,
                self.recorded_at,
                self.actor.user_id,
                command.command_id,
                old,
                new,
            ),
        )

    def _answer_of(self, command_id: str) -> dict[str, Any]:
        answer = self._answers.get(command_id)
        if answer is None:
            found = self.session.rows("SELECT answer FROM posting WHERE command_id = ?", (command_id,))
            if not found:
                raise NotFound("ledger.unknown_command", command_id=command_id)
            answer = dict(json.loads(found[0][0]))
            self._answers[command_id] = answer
        return answer

    def _actor(self, login: str) -> ActorRow:
        actor = self._actors.get(login)
        if actor is None:
            key = self.rows.find_code("app_user", login)
            row = None if key is None else self.rows.get("app_user", key)
            if row is None or not row["is_active"]:
                raise NotFound("ledger.unknown_user", login=login)
            actor = ActorRow(row["user_id"], row["login"], row["role"])
            self._actors[login] = actor
        return actor
