"""How do dates pass between Python and SQLite, which keeps them as text?

A ledger writes the same few thousand days again and again: each is converted once per process and looked up from then on.
"""

from __future__ import annotations

from datetime import date

__all__ = ["DAY_OF", "TEXT_OF"]


class _Texts(dict[date | None, str | None]):
    def __missing__(self, day: date | None) -> str | None:
        text = None if day is None else day.isoformat()
        self[day] = text
        return text


class _Days(dict[str | None, date | None]):
    def __missing__(self, text: str | None) -> date | None:
        day = None if text is None else date.fromisoformat(text)
        self[text] = day
        return day


TEXT_OF = _Texts()
"""``TEXT_OF[date(2026, 1, 5)]`` is "2026-01-05"; None stays None."""

DAY_OF = _Days()
"""``DAY_OF["2026-01-05"]`` is date(2026, 1, 5); None stays None."""
