"""Which function handles which command, and who may send it?"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from transactional.commands.base import Command

if TYPE_CHECKING:
    from transactional.engine.work import UnitOfWork

__all__ = ["handler_of", "handles", "permission_rule", "require_permission"]

Handler = Callable[["UnitOfWork", Any], dict[str, Any]]
H = TypeVar("H", bound=Callable[..., dict[str, Any]])
Rule = Callable[[str, Command], None]

_handlers: dict[type[Command], Handler] = {}
_rules: list[Rule] = []


def handles(kind: type[Command]) -> Callable[[H], H]:
    """Register the decorated function as the handler of a command class."""

    def register(function: H) -> H:
        if kind in _handlers:
            raise TypeError(f"{kind.__name__} already has a handler")
        _handlers[kind] = function
        return function

    return register


def handler_of(kind: type[Command]) -> Handler:
    """The handler of a command class. Raises TypeError when nobody handles it."""
    if kind not in _handlers:
        raise TypeError(f"nobody handles {kind.__name__}")
    return _handlers[kind]


def permission_rule(rule: Rule) -> Rule:
    """Register a rule `(role, command)` that raises NotPermitted."""
    _rules.append(rule)
    return rule


def require_permission(role: str, command: Command) -> None:
    """Ask every rule."""
    for rule in _rules:
        rule(role, command)
