"""What exactly does a command say, as text that is the same whenever the content is the same?

A field that holds its default is left out, so that a command which gains an optional field keeps the hash it had: who sends an
old command again after an upgrade still gets the first answer.

The canonical JSON of `content_of`, written field by field instead of through a tree of dictionaries: every accepted command
is hashed, and this takes half the time. Whatever is not a plain value goes the long way.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, is_dataclass
from datetime import date
from functools import cache
from json.encoder import encode_basestring
from typing import Any

from kernel.ids import canonical_json

__all__ = ["canonical_text", "content_of"]

_PLAIN = frozenset({str, int, bool, date, type(None)})


def content_of(value: Any) -> Any:
    """A command as plain data, ready for canonical JSON (`command_id` left out at every level)."""
    if type(value) in _PLAIN:
        return value
    if isinstance(value, (list, tuple)):
        return [content_of(inner) for inner in value]
    if isinstance(value, dict):
        return {str(k): content_of(v) for k, v in value.items()}
    if is_dataclass(value):
        kind: Any = type(value)
        said = {
            name: content_of(getattr(value, name)) for name, default in _fields(kind) if not _is(getattr(value, name), default)
        }
        return {"_": kind.__name__, **said}
    return value


def canonical_text(value: Any) -> str:
    """The same text as ``canonical_json(content_of(value))``."""
    return _WRITERS[type(value)](value)


@cache
def _fields(kind: Any) -> tuple[tuple[str, Any], ...]:
    """Names in order, each with its default (MISSING: it has none)."""
    return tuple(sorted((f.name, f.default) for f in fields(kind) if f.name != "command_id"))


def _is(value: Any, default: Any) -> bool:
    """The default itself, and not merely equal to it: False and 0, or 1 and 1.0, are two things."""
    return value is default or (type(value) is type(default) and bool(value == default))


def _writer(kind: Any) -> Callable[[Any], str]:
    """The writer of one dataclass: its name, then its fields in order. Names are lower case, so "_" is the first of them."""
    opening = f'{{"_":"{kind.__name__}"'
    labelled = [(name, f',"{name}":', default) for name, default in _fields(kind)]

    def write(value: Any) -> str:
        written = [
            label + _WRITERS[type(inner)](inner)
            for name, label, default in labelled
            if (inner := getattr(value, name)) is not default and not _is(inner, default)
        ]
        return f"{opening}{''.join(written)}}}"

    return write


def _write_other(value: Any) -> str:
    return canonical_json(content_of(value))


def _write_many(values: Any) -> str:
    return f"[{','.join([_WRITERS[type(value)](value) for value in values])}]"


class _Days(dict[date, str]):
    def __missing__(self, day: date) -> str:
        text = self[day] = f'"{day.isoformat()}"'
        return text


class _Writers(dict[type, Callable[[Any], str]]):
    def __missing__(self, kind: type) -> Callable[[Any], str]:
        writer = self[kind] = _writer(kind) if is_dataclass(kind) else _write_other
        return writer


_WRITERS = _Writers(
    {
        str: encode_basestring,
        int: repr,
        bool: lambda value: "true" if value else "false",
        type(None): lambda value: "null",
        date: _Days().__getitem__,
        tuple: _write_many,
        list: _write_many,
    }
)
