"""How does a batch add to the daily tables, where a row of the same day may stand already?"""

from __future__ import annotations

from typing import Any

from transactional.engine.days import TEXT_OF
from transactional.engine.store import Session

__all__ = ["add_deltas"]


def add_deltas(
    session: Session,
    table: str,
    key: tuple[str, ...],
    sums: tuple[str, ...],
    entries: list[tuple[tuple[Any, ...], list[int]]],
) -> None:
    """Add what happened to each key: its row is made, or its sums grow.

    Args:
        key: columns of the primary key; the last is a date.
        sums: columns that are added to.
        entries: key values, and with each the deltas in the order of `sums`, the last posting sequence behind.
    """
    if not entries:
        return
    columns = (*key, *sums, "posting_sequence")
    entries.sort()  # every poster locks rows in the same order
    is_text = session.dialect == "sqlite"
    values: list[Any] = []
    for where, deltas in entries:
        values += where
        if is_text:
            values[-1] = TEXT_OF[where[-1]]
        values += deltas
    added = ", ".join(f"{name} = {table}.{name} + excluded.{name}" for name in sums)
    session.insert(
        table,
        columns,
        values,
        conflict=f"ON CONFLICT ({', '.join(key)}) DO UPDATE SET {added}, posting_sequence = excluded.posting_sequence",
    )
