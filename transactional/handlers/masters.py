"""How is master data created or changed by code so that a repeat changes nothing and the past stays known?

Tables with a `*_version` twin get a version row with all planning and costing facts at each change; the others get a
document_event with the old and the new values.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from kernel.errors import InvalidInput
from transactional.engine.shapes import CODES, shape
from transactional.engine.work import UnitOfWork
from transactional.handlers.support import Row, as_json, given_text

__all__ = ["answer_for", "check_validity", "define", "record_version", "update_row"]

_VERSION_ONLY = {"business_date", "recorded_at", "actor_id", "posting_sequence"}


def define(work: UnitOfWork, table: str, code: str, columns: Row) -> tuple[Row, bool]:
    """Create the row of a code or bring it up to date.

    Returns: the row, and whether anything changed.
    """
    code_column, key_column = CODES[table], shape(table).key[0]
    key = work.find_code(table, code)
    if key is None:
        text = given_text(code, code_column, table)
        if text != code:
            raise InvalidInput("command.code_has_spaces", what=table, got=code, expected=text)
        row = work.insert(table, **{key_column: work.new_id(), code_column: code, **columns})
        if f"{table}_version" not in _VERSIONED:
            work.event(table, row[key_column], "defined", new=code)
        return row, True
    return update_row(work, table, key, columns)


def update_row(work: UnitOfWork, table: str, key: int, columns: Row) -> tuple[Row, bool]:
    """Change what differs; nothing is written when nothing differs."""
    row = work.row(table, key)
    changed = {name: value for name, value in columns.items() if row[name] != value}
    if not changed:
        return row, False
    if f"{table}_version" not in _VERSIONED:
        old = {name: row[name] for name in changed}
        work.event(table, key, "changed", old=as_json(old), new=as_json(changed))
    return work.change(table, key, **changed), True


_VERSIONED = ("item_version", "item_location_version", "supplier_version", "setting_version")


def record_version(work: UnitOfWork, table: str, row: Row) -> None:
    """Keep the facts of a row as they are from now on."""
    version = f"{table}_version"
    form = shape(version)
    facts: dict[str, Any] = {name: row[name] for name in form.columns if name not in _VERSION_ONLY and name != form.key[0]}
    work.insert(
        version,
        **{form.key[0]: work.new_id()},
        **facts,
        business_date=work.command.business_date,
        recorded_at=work.recorded_at,
        actor_id=work.actor.user_id,
    )


def check_validity(valid_from: date | None, valid_to: date | None, where: object) -> None:
    """Validity ends no earlier than it begins. Raises InvalidInput."""
    if valid_from is not None and valid_to is not None and valid_to < valid_from:
        raise InvalidInput(
            "command.date_before", what="valid_to", where=where, got=valid_to, than="valid_from", expected=valid_from
        )


def answer_for(table: str, row: Row) -> dict[str, Any]:
    """The ids a Define command answers."""
    key = shape(table).key[0]
    return {"document_id": row[key], key: row[key]}
