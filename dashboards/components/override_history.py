"""Who overrode what, when, why, and until when? One log for single series and for groups."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import streamlit as st

from dashboards import live
from dashboards.components.override_form import is_ahead, take_back
from dashboards.formats import period, plain, safe
from dashboards.i18n import label, t
from dashboards.session import person
from transactional.handlers.permissions import may_send

__all__ = ["Told", "override_history"]

_SHOWN = 50


@dataclass(frozen=True)
class Told:
    """One entry of the log as the page words it: `value` None where it took an override back, `post` gives the period back."""

    value: str | None
    baseline: str
    form: str
    post: Callable[[str, str, date], object]


def override_history(
    written: Sequence[dict[str, Any]], frequency: str, *, line: str, command: str, told: Callable[[int, dict[str, Any]], Told]
) -> None:
    """The newest entries first; what stands of the periods ahead can be taken back by who may send `command`.

    Args:
        line: message key of one entry. told: an entry, by its place in the log, in the page's words.
    """
    if not written:
        return
    who = person()
    may = who is not None and may_send(who.role, command)
    seen: set[date | None] = set()
    with st.expander(t("forecast.log", count=len(written)), icon=":material/edit_note:"):
        for place, entry in enumerate(written[:_SHOWN]):
            until, start = live.day(entry["until_date"]), live.day(entry["period_start"])
            one = told(place, entry)
            stands = one.value is not None and start not in seen and is_ahead(start, until)
            seen.add(start)
            with st.container(horizontal=True, vertical_alignment="center"):
                st.markdown(
                    t(
                        line,
                        period=period(start, frequency),
                        value=t("forecast.withdrawn") if one.value is None else one.value,
                        baseline=one.baseline,
                        reason=safe(entry["reason"])
                        + ("" if until is None else f" · {t('forecast.log_until', date=plain(until))}"),
                        name=safe(label(entry, "name")),
                        at=live.moment(entry["recorded_at"]),
                    ),
                    width="stretch",
                )
                if may and stands and start is not None:
                    take_back(one.form, lambda command_id, reason, one=one, start=start: one.post(command_id, reason, start))  # type: ignore[misc]
