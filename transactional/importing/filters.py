"""Which rows of a file are meant, and which case of an expression holds?"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

from kernel.errors import InvalidInput
from kernel.numbers import decimal_from
from transactional.importing.batches import Batch
from transactional.importing.cells import is_empty, plain

__all__ = ["TESTS", "as_list", "compile_filter", "matches"]

TESTS = ("is", "in", "not_in", "empty", "at_least", "at_most")


def compile_filter(where: dict[str, Any]) -> Callable[[Batch], list[bool]]:
    """One truth per row: all named columns fit. A test is a value, a list of values, or
    { is = .., in = [..], not_in = [..], empty = true, at_least = .., at_most = .. }."""
    tests = [(name, matches(test)) for name, test in where.items()]

    def passes(batch: Batch) -> list[bool]:
        result = [True] * len(batch.lines)
        for name, test in tests:
            result = [kept and test(value) for kept, value in zip(result, batch.columns[name], strict=True)]
        return result

    return passes


def matches(test: Any) -> Callable[[Any], bool]:
    """Compile one test of a filter."""
    if not isinstance(test, dict):
        allowed = {plain(value) for value in as_list(test)}
        return lambda value: plain(value) in allowed
    parts: list[Callable[[Any], bool]] = []
    for name, wanted in test.items():
        if name in ("is", "in"):
            parts.append(matches(as_list(wanted)))
        elif name == "not_in":
            inside = matches(as_list(wanted))
            parts.append(lambda value, inside=inside: not inside(value))  # type: ignore[misc]
        elif name == "empty":
            parts.append(lambda value, wanted=wanted: is_empty(value) is bool(wanted))  # type: ignore[misc]
        elif name in ("at_least", "at_most"):
            parts.append(_bound(wanted, is_lower=name == "at_least"))
        else:
            raise InvalidInput("importing.unknown_test", got=name)
    return lambda value: all(part(value) for part in parts)


def _bound(wanted: Any, *, is_lower: bool) -> Callable[[Any], bool]:
    if isinstance(wanted, date):
        edge = wanted.isoformat()
        return lambda value: not is_empty(value) and (plain(value)[:10] >= edge if is_lower else plain(value)[:10] <= edge)
    limit = decimal_from(str(wanted))

    def test(value: Any) -> bool:
        try:
            number: Decimal = decimal_from(plain(value))
        except InvalidInput:
            return True  # an unreadable number is not filtered away silently: the cast rejects it
        return number >= limit if is_lower else number <= limit

    return test


def as_list(value: Any) -> list[Any]:
    """A list of one where a mapping gives a single value."""
    return list(value) if isinstance(value, list) else [value]
