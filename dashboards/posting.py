"""How does a click become a command, once?

Every command carries the signed-in login and the company's date. Its id is made when the form is drawn (`drawn_id`) and kept
until the ledger has answered, so that a double click, a reload or a retry after a lost connection is one effect. A refusal is
shown in the reader's language. `actions` and `forecast_actions` say which commands there are.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

import streamlit as st

from dashboards import live
from dashboards.i18n import language, t
from dashboards.session import notice, person
from kernel.errors import InvalidInput, ThroughlineError
from kernel.ids import new_command_id
from kernel.numbers import amount_of, decimal_from, micro_from
from transactional import Answer
from transactional.commands import Command

__all__ = [
    "answered",
    "common",
    "drawn_id",
    "filled",
    "kept_key",
    "minor_amount",
    "part_id",
    "post",
    "post_each",
    "post_many",
    "reason_of",
    "six_decimals",
]


def drawn_id(form: str) -> str:
    """The command id of a form, made when it is first drawn; it stays the same until the ledger has answered."""
    drawn: dict[str, str] = st.session_state.setdefault("drawn", {})
    return drawn.setdefault(form, new_command_id())


def kept_key(form: str) -> str:
    """A key for the fields of a form: the same after a refusal, so that nothing typed is lost, a new one once it was accepted."""
    accepted: dict[str, int] = st.session_state.setdefault("accepted", {})
    return f"{form}:{accepted.get(form, 0)}"


def common(command_id: str) -> dict[str, Any]:
    """What every command of a screen carries: id, login, source, the company's date."""
    who = person()
    return {
        "command_id": command_id,
        "actor": who.login if who else "",
        "source": "screen",
        "business_date": live.today() or date.min,
    }


def six_decimals(value: object) -> Decimal:
    """The ledger's six decimals: a report may carry a float, a person types three digits."""
    if isinstance(value, (Decimal, float)):
        return Decimal(str(value)).quantize(Decimal("0.000001"), rounding=ROUND_HALF_EVEN)
    return decimal_from(value)


def minor_amount(expected: str) -> int | None:
    """Typed money in the company's minor unit; None for nothing typed."""
    if not expected.strip():
        return None
    return amount_of(micro_from(expected, what=t("actions.expected")), int(live.company().get("minor_digits") or 2))


def reason_of(text: str) -> str:
    """A reason that is not blank. Raises InvalidInput."""
    return filled(text, "reason")


def filled(text: str, what: str) -> str:
    """A text that is not blank; `what` is the message key of its name. Raises InvalidInput."""
    if not text.strip():
        raise InvalidInput("screen.error.required", what=t(what))
    return text.strip()


def part_id(command_id: str, name: str) -> str:
    """One id per row of a batch, always the same for the same form and row."""
    return str(uuid.uuid5(uuid.UUID(command_id), name))


def post(build: Callable[[], Command], command_id: str = "") -> Answer | None:
    """Post one command; None when it was refused, the reason is then a notice."""
    answers = post_many(command_id, lambda: [build()])
    return answers[0] if answers else None


def post_many(command_id: str, build: Callable[[], list[Command]]) -> list[Answer]:
    """Post commands as one, all or none; empty when refused, the reason is then a notice."""
    ledger = live.ledger()
    if ledger is None:
        notice("error", t("error.no_ledger"))
        return []
    try:
        commands = build()
        answers = list(ledger.post(commands))
    except ThroughlineError as refusal:
        notice("error", refusal.text(language()))
        answers = []
    answered(command_id, is_accepted=bool(answers))
    return answers


def answered(command_id: str, *, is_accepted: bool = True) -> None:
    """One way or the other: the next drawing of the form is a new intention; its fields are new once it was accepted."""
    drawn: dict[str, str] = st.session_state.get("drawn", {})
    accepted: dict[str, int] = st.session_state.setdefault("accepted", {})
    for form in [form for form, kept in drawn.items() if kept == command_id]:
        del drawn[form]
        accepted[form] = accepted.get(form, 0) + int(is_accepted)


def post_each(
    command_id: str, rows: Sequence[Mapping[str, Any]], build: Callable[[str, Mapping[str, Any]], Command]
) -> tuple[list[Answer], list[str]]:
    """Post a command per row of suggestions, each alone; the answers, and what the refusals said."""
    ledger = live.ledger()
    if ledger is None:
        return [], [t("error.no_ledger")]
    answers: list[Answer] = []
    refusals: list[str] = []
    for row in rows:
        try:
            answers.extend(ledger.post([build(part_id(command_id, str(row["planned_order_id"])), row)]))
        except ThroughlineError as refusal:
            refusals.append(f"{row['sku']}: {refusal.text(language())}")
    answered(command_id)
    return answers, refusals
