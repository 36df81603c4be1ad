"""What is a command, and how does one command point at what another created?

A command is a plain immutable request. It names master data by code (sku, supplier code, warehouse code, location code, lot code)
and documents by reference: the integer id, or the `command_id` of the command that created the document, so that a client
can send an order and its receipt in one batch without knowing any id. A line is its integer id, or (command_id, position from 0).
Quantities, prices and amounts are ledger integers (`kernel.numbers`).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date

from transactional.commands.content import canonical_text

__all__ = ["Command", "DocumentRef", "LineRef"]

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
        return hashlib.sha256(canonical_text(self).encode()).hexdigest()
