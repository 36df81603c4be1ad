"""Which ids does the house make, and how does the same thing always get the same one?

Rows have integer surrogate keys from the ledger. UUIDs exist only as `command_id`, made by the client, so that a
retry is recognised. Analytical ids (`forecast_run_id`, `planned_order_id`) are hashes of what they stand for.
"""

from __future__ import annotations

import hashlib
import json
import uuid
from datetime import date, datetime

__all__ = ["canonical_json", "content_hash", "import_command_id", "new_command_id", "stable_id"]

_NAMESPACE = uuid.UUID("6f0d8f0e-6c1b-5b5e-9a53-9d3f2b7c1a10")


def new_command_id() -> str:
    """A fresh id for a command a person or a device is about to send."""
    return str(uuid.uuid4())


def import_command_id(company: str, table: str, source_key: str) -> str:
    """The id of an imported document: the same source row always gives the same id, so loading twice changes nothing."""
    return str(uuid.uuid5(_NAMESPACE, f"{company}\x1f{table}\x1f{source_key}"))


def canonical_json(content: object) -> str:
    """One text for one content: sorted keys, no spaces, dates as ISO."""
    return _ENCODER.encode(content)


def content_hash(content: object) -> str:
    """SHA-256 of the canonical JSON, as hex."""
    return hashlib.sha256(canonical_json(content).encode()).hexdigest()


def stable_id(*parts: object, length: int = 16) -> str:
    """A short hex id that depends only on `parts`; ``stable_id("a", 1)`` is the same on every machine and run."""
    joined = "\x1f".join("" if part is None else str(part) for part in parts)
    return hashlib.sha256(joined.encode()).hexdigest()[:length]


def _plain(value: object) -> object:
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    raise TypeError(f"cannot put {type(value).__name__} into a command")


_ENCODER = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=_plain)
