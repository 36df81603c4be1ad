"""Who is signed in, in which language, looking at what?

Kept in the Streamlit session; the language also stands in the link (`?lang=zh`), the user's own language is where it starts.
"""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from dashboards.i18n import LANGUAGES, language

__all__ = ["Person", "notice", "person", "remember", "sign_out", "take_notices"]


@dataclass(frozen=True)
class Person:
    """The signed-in person; `login` is the actor of every command."""

    user_id: int
    login: str
    name: str
    name_zh: str
    role: str
    language: str

    @property
    def shown_name(self) -> str:
        return (self.name_zh or self.name) if language() == "zh" else (self.name or self.name_zh)


def person() -> Person | None:
    """Who is signed in; None before sign-in."""
    found = st.session_state.get("person")
    return found if isinstance(found, Person) else None


def remember(who: Person) -> None:
    """Keep `who` as signed in; a language chosen here or by the link wins over the person's own."""
    st.session_state["person"] = who
    st.session_state.pop("signed_out", None)
    if who.language in LANGUAGES and not st.session_state.get("lang_is_chosen"):
        # Applied at the next drawing: the switch of this one is already on the screen.
        st.session_state["lang_pending"] = who.language


def sign_out() -> None:
    """Forget the person and everything half done in this session."""
    for name in list(st.session_state):
        if name not in ("lang", "lang_written", "lang_is_chosen"):
            del st.session_state[name]
    # The browser still shows the ticket of this visit until the next loading: it must not sign in again by itself.
    st.session_state["signed_out"] = True


def notice(kind: str, text: str) -> None:
    """Show `text` at the top of the next drawing; `kind` is "success", "warning" or "error"."""
    st.session_state.setdefault("notices", []).append((kind, text))


def take_notices() -> list[tuple[str, str]]:
    """The notices not yet shown; each is given once."""
    found = st.session_state.get("notices", [])
    st.session_state["notices"] = []
    return list(found)
