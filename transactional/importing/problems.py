"""What is wrong with one cell, row or file, in a form that travels to the rejects file and to people?"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

__all__ = ["Finding", "NotReadable", "Problem", "Reason"]


class NotReadable(Exception):
    """A cell is not what its column needs: message key under ``importing.`` and what the message names."""

    def __init__(self, key: str, **values: Any) -> None:
        self.key = key
        self.values = values


@dataclass(slots=True)
class Problem:
    """Stands where a value should be: why it could not be read.

    Attributes:
        key: message key under ``importing.``.
        column: source column it was read from.
        value: what stood there.
        values: more that the message names.
    """

    key: str
    column: str = ""
    value: Any = None
    values: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True, frozen=True)
class Reason:
    """Why the row at `line` of `file` was rejected."""

    file: str
    line: int
    column: str
    value: str
    key: str
    values: dict[str, Any]


@dataclass(slots=True, frozen=True)
class Finding:
    """Something the readiness report tells: not an error, but a person should know.

    Attributes:
        finding: e.g. ``unknown_pack``; its text is the message ``importing.finding.<finding>``.
        blocks: what stays unreliable until it is settled: planning, costing, delivery, purchasing, stock, nothing.
        subject: code or file it is about.
        values: numbers the text names.
    """

    finding: str
    blocks: str
    subject: str
    values: dict[str, Any] = field(default_factory=dict)
