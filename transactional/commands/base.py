"""What is a command, and how does one command point at what another created?

A command is a plain immutable request. It names master data by code (sku, supplier code, warehouse code, location code, lot code)
and documents by reference: the integer id, or the `command_id` of the command that created the document, so that a client
can send an order and its receipt in one batch without knowing any id. A line is its integer id, or (command_id, position from 0).
Quantities, prices and amounts are ledger integers (`kernel.numbers`).
"""

from __future__ import annotations

from dataclasses import dataclass, fields, is_dataclass
from datetime import date
from functools import cache
from typing import Any

from kernel.ids import content_hash

__all__ = ["Command", "DocumentRef", "LineRef", "content_of"]

DocumentRef = int | str
LineRef = int | tuple[str, int]


@dataclass(frozen=True, kw_only=True, slots=True)
class Command:
    """Common to all commands.

    Attributes:
        command_id: UUID text made by the client; the same id with the same content gets the first answer again.
        actor: login of the person or system user who asks.
        source: where it came from, e.g. 'screen', 'scan', 'import', 'demo', 'pipeline'.
        business_date: when it happened, in the company's time zone.
    """

    command_id: str
    actor: str
    source: str
    business_date: date

    @property
    def kind(self) -> str:
        """Name of the command, e.g. ``ReceiveGoods``."""
        return type(self).__name__

    def hash_of_content(self) -> str:
        """SHA-256 over everything but the command id."""
        return content_hash(content_of(self))


def content_of(value: Any) -> Any:
    """The command as plain data, ready for canonical JSON (`command_id` left out at every level)."""
    if type(value) in _PLAIN:
        return value
    if isinstance(value, (list, tuple)):
        return [content_of(inner) for inner in value]
    if isinstance(value, dict):
        return {str(k): content_of(v) for k, v in value.items()}
    if is_dataclass(value):
        kind: Any = type(value)
        body: dict[str, Any] = {"_": kind.__name__}
        for name in _field_names(kind):
            inner = getattr(value, name)
            # Most fields are plain: no call for those.
            body[name] = inner if type(inner) in _PLAIN else content_of(inner)
        return body
    return value


_PLAIN = frozenset({str, int, bool, date, type(None)})


@cache
def _field_names(kind: Any) -> tuple[str, ...]:
    return tuple(f.name for f in fields(kind) if f.name != "command_id")
