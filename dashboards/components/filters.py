"""How do filters stay in the link, so that a view can be pasted into a chat?

Each filter keeps codes, never shown names, in the query string: the same link means the same rows in either language. A value
in the
link wins when it changes; going to another page and back keeps what was chosen.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st

from dashboards.i18n import t

__all__ = ["choose", "choose_many", "search", "segment", "told_filters"]

_SEPARATOR = ","


def choose(
    key: str,
    label: str,
    options: Sequence[str],
    show: Callable[[str], str] = str,
    *,
    required: bool = False,
    first: str | None = None,
) -> str | None:
    """One of `options` or none (all); with `required` always one, `first` to begin with."""
    _arrive(key, lambda text: text if text in options else None)
    if required and st.session_state.get(key) not in options:
        st.session_state[key] = first if first in options else (options[0] if options else None)
    elif not required and st.session_state.get(key) not in options:
        st.session_state[key] = None
    chosen = st.selectbox(
        label,
        options,
        index=0 if required and options else None,
        format_func=_named(options, show),
        key=key,
        placeholder=t("filter.all"),
        persist_state="session",
    )
    _leave(key, chosen or "")
    _tell(label, "" if chosen is None else _named(options, show)(chosen))
    return chosen


def choose_many(key: str, label: str, options: Sequence[str], show: Callable[[str], str] = str) -> list[str]:
    """Any of `options`; none chosen means all."""
    _arrive(key, lambda text: [part for part in text.split(_SEPARATOR) if part in options])
    kept = st.session_state.get(key)
    if kept is not None:
        st.session_state[key] = [part for part in kept if part in options]
    chosen = st.multiselect(
        label, options, format_func=_named(options, show), key=key, placeholder=t("filter.all"), persist_state="session"
    )
    _leave(key, _SEPARATOR.join(chosen))
    _tell(label, ", ".join(map(_named(options, show), chosen)))
    return list(chosen)


def segment(key: str, label: str, options: Sequence[str], show: Callable[[str], str] = str, *, first: str | None = None) -> str:
    """Exactly one of a few `options`, all visible."""
    _arrive(key, lambda text: text if text in options else None)
    if st.session_state.get(key) not in options:
        st.session_state[key] = first if first in options else options[0]
    chosen = st.segmented_control(
        label,
        options,
        format_func=_named(options, show),
        key=key,
        required=True,
        label_visibility="collapsed",
        persist_state="session",
    )
    value = str(chosen or options[0])
    _leave(key, "" if value == (first or options[0]) else value)
    _tell(label, _named(options, show)(value))
    return value


def search(key: str, label: str, placeholder: str = "") -> str:
    """Free words."""
    _arrive(key, lambda text: text)
    typed = st.text_input(label, key=key, placeholder=placeholder, persist_state="session", icon=":material/search:")
    _leave(key, typed or "")
    _tell(label, typed or "")
    return typed or ""


def told_filters() -> list[str]:
    """What the filters drawn since the last call hold, for paper, where they are not drawn: "Warehouse: Main"."""
    return list(dict.fromkeys(st.session_state.pop("told_filters", [])))


def _named(options: Sequence[str], show: Callable[[str], str]) -> Callable[[str], str]:
    """Names settled now, in the language of this drawing."""
    names = {option: show(option) for option in options}
    return lambda option: names.get(option, option)


def _arrive(key: str, read: Callable[[str], Any]) -> None:
    """Take the value of the link when it is not the one this filter wrote there itself."""
    written: dict[str, str] = st.session_state.setdefault("links", {})
    linked = st.query_params.get(key)
    if linked is not None and linked != written.get(key):
        st.session_state[key] = read(linked)
        written[key] = linked


def _tell(label: str, chosen: str) -> None:
    if chosen:
        st.session_state.setdefault("told_filters", []).append(f"{label}: {chosen}")


def _leave(key: str, text: str) -> None:
    written: dict[str, str] = st.session_state.setdefault("links", {})
    written[key] = text
    if text:
        if st.query_params.get(key) != text:
            st.query_params[key] = text
    elif key in st.query_params:
        del st.query_params[key]
