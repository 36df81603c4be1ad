"""What may a command handler do? Everything goes through one unit of work, and nothing is stored if any command fails."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from kernel.errors import NotFound
from transactional.commands.base import Command, DocumentRef, LineRef
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


@dataclass(frozen=True)
class ActorRow:
    """Who asks."""

    user_id: int
    login: str
    role: str


class UnitOfWork:
    """One batch of commands in one transaction; see docs/ledger-engine.md for the interface handlers code against."""

    def __init__(self, session: Session, known_codes: dict[tuple[str, str], int], now: Callable[[], int]) -> None:
        self._session = session
        self._rows = Rows(session, known_codes)
        self._ids = Counter(session, "row_id")
        self._sequences = Counter(session, "posting_sequence")
        self._now = now
        self._numbers: dict[str, list[Any]] = {}
        self._answers: dict[str, dict[str, Any]] = {}
        self._actors: dict[str, ActorRow] = {}
        self._company: Row | None = None
        latest = session.rows("SELECT recorded_at FROM posting ORDER BY posting_sequence DESC LIMIT 1")
        self._last_recorded = int(latest[0][0]) if latest else 0
        self.recorded_at = 0
        self.posting_sequence = 0
        self.stock = Stock(self)
        self.command: Command
        self.actor: ActorRow

    @property
    def rows(self) -> Rows:
        """The rows of the batch, for the engine and for reads a handler cannot express otherwise."""
        return self._rows

    @property
    def session(self) -> Session:
        """The transaction, for set-based reads; it does not see what this batch has buffered."""
        return self._session

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
        self.insert(
            "posting",
            command_id=command.command_id,
            command_kind=command.kind,
            content_hash=content_hash,
            actor_id=self.actor.user_id,
            source=command.source,
            business_date=command.business_date,
            recorded_at=self.recorded_at,
            answer=json.dumps(ids, separators=(",", ":"), ensure_ascii=False),
        )

    def flush(self) -> None:
        """Write everything that was buffered."""
        self._rows.flush()
        self.stock.flush(self._session)
        for kind, (prefix, number, is_new) in self._numbers.items():
            if is_new:
                self._session.run(
                    "INSERT INTO number_series (document_kind, prefix, next_number) VALUES (?, ?, ?)", (kind, prefix, number)
                )
            else:
                self._session.run("UPDATE number_series SET next_number = ? WHERE document_kind = ?", (number, kind))
        self._ids.flush()
        self._sequences.flush()

    @property
    def new_codes(self) -> dict[tuple[str, str], int]:
        """Master data this batch created."""
        return self._rows.new_codes

    @property
    def company(self) -> Row:
        """The company of this ledger. Raises NotFound before CreateCompany."""
        if self._company is None:
            created = self._rows.new_rows("company")
            found = created or self._rows.read("company", "company_id > ?", (0,))
            if not found:
                raise NotFound("ledger.no_company")
            self._company = found[0]
        return self._company

    @property
    def today(self) -> date:
        """The company clock."""
        today: date = self.company["today"]
        return today

    def new_id(self) -> int:
        """A row id unique over the whole ledger."""
        identifier = self._ids.take()
        self._rows.note_fresh_id(identifier)
        return identifier

    def insert(self, table: str, **columns: Any) -> Row:
        """Buffer a new row; `posting_sequence` is filled in."""
        return self._rows.insert(table, columns, self.posting_sequence)

    def row(self, table: str, key: Any) -> Row:
        """One row by primary key. Raises NotFound."""
        return self._rows.row(table, key)

    def get(self, table: str, key: Any) -> Row | None:
        """One row by primary key, or None."""
        return self._rows.get(table, key)

    def change(self, table: str, key: Any, **columns: Any) -> Row:
        """Buffer a change of an existing row; `posting_sequence` is filled in."""
        return self._rows.change(table, key, columns, self.posting_sequence)

    def children(self, table: str, column: str, value: Any) -> list[Row]:
        """Rows of a child table by parent, new ones included."""
        return self._rows.children(table, column, value)

    def lookup(self, table: str, code: str) -> int:
        """Key of master data by code. Raises NotFound naming the code."""
        key = self._rows.find_code(table, code)
        if key is None:
            raise NotFound("ledger.unknown_code", table=table, column=CODES[table], code=code)
        return key

    def find_code(self, table: str, code: str) -> int | None:
        """Key of master data by code, or None."""
        return self._rows.find_code(table, code)

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
            held = " FOR UPDATE" if self._session.dialect == "postgresql" else ""
            found = self._session.rows(
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
        self.insert(
            "document_event",
            event_id=self.new_id(),
            document_kind=document_kind,
            document_id=document_id,
            line_id=line_id,
            event_kind=event_kind,
            quantity=quantity,
            business_date=business_date or self.command.business_date,
            recorded_at=self.recorded_at,
            actor_id=self.actor.user_id,
            command_id=self.command.command_id,
            old_value=old,
            new_value=new,
        )

    def _answer_of(self, command_id: str) -> dict[str, Any]:
        answer = self._answers.get(command_id)
        if answer is None:
            found = self._session.rows("SELECT answer FROM posting WHERE command_id = ?", (command_id,))
            if not found:
                raise NotFound("ledger.unknown_command", command_id=command_id)
            answer = dict(json.loads(found[0][0]))
            self._answers[command_id] = answer
        return answer

    def _actor(self, login: str) -> ActorRow:
        actor = self._actors.get(login)
        if actor is None:
            key = self._rows.find_code("app_user", login)
            row = None if key is None else self._rows.get("app_user", key)
            if row is None or not row["is_active"]:
                raise NotFound("ledger.unknown_user", login=login)
            actor = ActorRow(row["user_id"], row["login"], row["role"])
            self._actors[login] = actor
        return actor
