"""How does somebody stay signed in when the page is loaded again, in a second tab, or from a link in a chat?

A random ticket is kept in a cookie of this site and, with who it belongs to, in this process; nothing is written to disk. A
ticket ends after twelve hours, at sign-out, and when the process ends: whoever comes with an ended one is told so and signs in
again.
"""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass

import streamlit as st

from dashboards.session import Person, person, remember

__all__ = ["COOKIE", "HOURS", "Tickets", "keep", "recall", "tickets"]

COOKIE = "throughline_ticket"
HOURS = 12


@dataclass
class Tickets:
    """Ticket -> login and when it ends, in seconds of `time.monotonic`."""

    held: dict[str, tuple[str, float]]

    def issue(self, login: str, now: float) -> str:
        """A new ticket for `login`; ended ones are thrown away."""
        for old in [ticket for ticket, (_, ends) in self.held.items() if ends <= now]:
            del self.held[old]
        ticket = secrets.token_urlsafe(32)
        self.held[ticket] = (login, now + HOURS * 3600)
        return ticket

    def owner(self, ticket: str, now: float) -> str | None:
        """Whose ticket it is; None for one that has ended or never was."""
        login, ends = self.held.get(ticket, ("", 0.0))
        return login if login and ends > now else None

    def end(self, ticket: str) -> None:
        """Sign-out."""
        self.held.pop(ticket, None)


@st.cache_resource(show_spinner=False)
def tickets() -> Tickets:
    """The tickets of this process."""
    return Tickets({})


def recall(people: list[Person]) -> bool:
    """Sign the visitor in by a ticket that holds; True when they came with one that has ended.

    Args:
        people: everybody who may sign in now; a ticket of somebody who no longer may is worth nothing.
    """
    if person() is not None or st.session_state.get("signed_out"):
        return False
    shown = st.context.cookies.get(COOKIE)
    if not shown:
        return False
    login = tickets().owner(shown, time.monotonic())
    who = next((each for each in people if each.login == login), None)
    if who is None:
        return True
    remember(who)
    st.session_state["ticket"] = (who.login, shown)
    return False


def keep() -> None:
    """Write the ticket of who is signed in into the browser, or take it away after sign-out; nothing when it is there already."""
    who = person()
    held = st.session_state.get("ticket")
    if who is None:
        if st.session_state.get("signed_out"):
            _write("", 0)
        return
    if held is None or held[0] != who.login:
        if held is not None:
            tickets().end(held[1])
        ticket = tickets().issue(who.login, time.monotonic())
        st.session_state["ticket"] = (who.login, ticket)
        st.session_state["ticket_new"] = True
    if st.session_state.pop("ticket_new", False):
        _write(st.session_state["ticket"][1], HOURS * 3600)


def _write(ticket: str, seconds: int) -> None:
    # The ticket is URL-safe text of our own: nothing a visitor typed gets into the script.
    st.html(
        f"<script>document.cookie='{COOKIE}={ticket}; path=/; max-age={seconds}; samesite=strict'</script>",
        unsafe_allow_javascript=True,
        width="content",
    )
