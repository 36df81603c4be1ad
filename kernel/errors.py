"""How does the house say no?

    ThroughlineError
    ├── InvalidInput      what came in cannot be right: fix the value and send it again
    ├── Refused           the value is well formed, but a rule of the business forbids it now
    ├── Conflict          somebody or something got there first (same id, other content; already decided)
    ├── NotFound          the named thing does not exist
    ├── NotPermitted      this person's role may not do this
    └── Unavailable       a file, database or service could not be used right now

An error carries a message key and values, never a finished sentence, so the same refusal reads well in
English and 中文. Messages live in `kernel/messages/*.toml` and say: what, where, got, expected, next step.
"""

from __future__ import annotations

from kernel.messages import text

__all__ = [
    "Conflict",
    "InvalidInput",
    "NotFound",
    "NotPermitted",
    "Refused",
    "ThroughlineError",
    "Unavailable",
]


class ThroughlineError(Exception):
    """An error a person can act on.

    Args:
        key: message key, for example ``ledger.insufficient_stock``.
        values: what the message names (item, got, expected, ...).
    """

    exit_code = 1

    def __init__(self, key: str, /, **values: object) -> None:
        self.key = key
        self.values = values
        super().__init__(text(key, "en", **values))

    def text(self, language: str = "en") -> str:
        """The message in `language` ("en" or "zh")."""
        return text(self.key, language, **self.values)

    def __reduce__(self) -> tuple[object, ...]:
        # Errors cross process pools; the default pickling would pass the finished sentence as the key.
        return (_rebuild, (type(self), self.key, self.values))


def _rebuild(kind: type[ThroughlineError], key: str, values: dict[str, object]) -> ThroughlineError:
    return kind(key, **values)


class InvalidInput(ThroughlineError):
    """What came in cannot be right; nothing was stored."""

    exit_code = 2


class Refused(ThroughlineError):
    """A rule of the business forbids it now; nothing was stored."""

    exit_code = 3


class Conflict(ThroughlineError):
    """Somebody or something got there first; nothing was stored."""

    exit_code = 4


class NotFound(ThroughlineError):
    """The named thing does not exist."""

    exit_code = 5


class NotPermitted(ThroughlineError):
    """This person's role may not do this."""

    exit_code = 6


class Unavailable(ThroughlineError):
    """A file, database or service could not be used right now."""

    exit_code = 7
