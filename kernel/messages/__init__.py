"""What does a message key say, in English and in 中文?

One catalogue for the whole house: every `*.toml` file beside this module holds tables whose keys join with
dots, and every leaf has exactly the two texts `en` and `zh`:

    [ledger.insufficient_stock]
    en = "Item {item}: {needed} needed at {location}, {available} available; ..."
    zh = "..."

Files are split by subject (errors of a room, strings of a page) and must not define the same key twice.
"""

from __future__ import annotations

import tomllib
from functools import lru_cache
from importlib.resources import files
from string import Formatter

__all__ = ["LANGUAGES", "catalogue", "has_text", "text"]

LANGUAGES = ("en", "zh")


@lru_cache(maxsize=1)
def catalogue() -> dict[str, dict[str, str]]:
    """All messages: key -> {"en": ..., "zh": ...}. Raises ValueError if a key is defined twice or lacks a language."""
    merged: dict[str, dict[str, str]] = {}
    for source in sorted(files(__name__).iterdir(), key=lambda entry: entry.name):
        if source.name.endswith(".toml"):
            for key, entry in _leaves(tomllib.loads(source.read_text(encoding="utf-8")), ""):
                if key in merged:
                    raise ValueError(f"message {key} stands twice; the second time in {source.name}")
                if set(entry) != set(LANGUAGES):
                    raise ValueError(f"message {key} in {source.name} has {sorted(entry)}, expected en and zh")
                merged[key] = entry
    return merged


def has_text(key: str) -> bool:
    """Whether the catalogue knows `key`."""
    return key in catalogue()


def text(key: str, language: str = "en", /, **values: object) -> str:
    """The message of `key` in `language` with `{name}` places filled in.

    An unknown key or a missing value never hides the original problem: the key and the values are shown as they are.
    """
    entry = catalogue().get(key)
    if entry is None:
        shown = ", ".join(f"{name}={value!r}" for name, value in values.items())
        return f"{key}({shown})" if shown else key
    return _Lenient().vformat(entry.get(language, entry["en"]), (), values)


class _Lenient(Formatter):
    def get_value(self, key: int | str, args: object, kwargs: object) -> object:
        if isinstance(key, str) and isinstance(kwargs, dict) and key in kwargs:
            return kwargs[key]
        return "{" + str(key) + "}"

    def format_field(self, value: object, format_spec: str) -> str:
        try:
            return str(format(value, format_spec))
        except (TypeError, ValueError):
            return str(value)


def _leaves(table: dict[str, object], prefix: str) -> list[tuple[str, dict[str, str]]]:
    found: list[tuple[str, dict[str, str]]] = []
    for name, value in table.items():
        if not isinstance(value, dict):
            raise ValueError(f"message {prefix}{name} must be a table with en and zh")
        if any(isinstance(inner, str) for inner in value.values()):
            found.append((prefix + name, {str(k): str(v) for k, v in value.items()}))
        else:
            found.extend(_leaves(value, f"{prefix}{name}."))
    return found
