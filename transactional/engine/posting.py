"""How does a batch of commands become facts, exactly once and all or nothing?"""

from __future__ import annotations

import contextlib
import gc
import json
import random
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.exc import DBAPIError

from kernel.errors import Conflict, ThroughlineError, Unavailable
from transactional.commands.base import Command
from transactional.engine.memory import Memory
from transactional.engine.registry import handler_of, require_permission
from transactional.engine.rows import ChangedMeanwhile
from transactional.engine.store import Session, Store
from transactional.engine.work import UnitOfWork

__all__ = ["Answer", "post"]

_TRIES = 12
# Serialization failure, deadlock, unique violation, lock not available; and a check violation: two rows read in two statements
# can be of different moments, commands refuse before a real violation, so a check that fails says the same as ChangedMeanwhile.
_AGAIN = {"40001", "40P01", "23505", "55P03", "23514"}
_GROUP = 500


@dataclass(frozen=True)
class Answer:
    """What the ledger said to a command.

    Attributes:
        ids: what it created: `document_id`, `line_ids`, `number` and what the command's docstring names.
        is_repeat: the command had been accepted before; this is the first answer again.
    """

    command_id: str
    posting_sequence: int
    ids: dict[str, Any] = field(default_factory=dict)
    is_repeat: bool = False


def post(
    store: Store,
    commands: Sequence[Command],
    known_codes: dict[tuple[str, str], int],
    now: Callable[[], int],
    memory: Memory,
) -> list[Answer]:
    """Post a batch in one transaction.

    Args:
        known_codes: keys of master data by table and code; grows.
        memory: what earlier batches of this ledger left to believe.

    Returns: one answer per command, in order.

    Raises: the first refusal as kernel error, `command_id` and `position` among its values; nothing of the batch is stored then.
    """
    for attempt in range(_TRIES):
        try:
            with _no_garbage_collection():
                with store.writing() as session:
                    if session.dialect == "postgresql" and attempt >= 3:
                        # Under heavy contention take turns, so that everybody gets through.
                        session.rows("SELECT pg_advisory_xact_lock(?)", (7_341_002,))
                    tables, stamp = memory.recall(session)
                    work = UnitOfWork(session, known_codes, now, tables)
                    answers = _post_once(work, commands)
                known_codes.update(work.new_codes)
                memory.keep(work.close(), stamp)
            return answers
        except ChangedMeanwhile:
            pass
        except Exception as problem:
            if attempt == _TRIES - 1 or _state(problem) not in _AGAIN:
                raise
        time.sleep(random.random() * 0.01 * (attempt + 1))
    raise Unavailable("ledger.busy")


@contextlib.contextmanager
def _no_garbage_collection() -> Iterator[None]:
    """A batch makes hundreds of thousands of rows and no circles; looking for circles took about a seventh of the time."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _state(problem: BaseException) -> str | None:
    original = problem.orig if isinstance(problem, DBAPIError) else problem
    return getattr(original, "sqlstate", None)


def _post_once(work: UnitOfWork, commands: Sequence[Command]) -> list[Answer]:
    before = _already_posted(work.session, [command.command_id for command in commands])
    answers = []
    accepted = 0
    for position, command in enumerate(commands):
        first = before.get(command.command_id)
        if first is not None:
            sequence, posted, ids = first
            if posted != command.hash_of_content():
                raise Conflict("ledger.command_id_reused", command_id=command.command_id, kind=command.kind)
            answers.append(Answer(command.command_id, sequence, ids, is_repeat=True))
            continue
        try:
            work.begin(command)
            require_permission(work.actor.role, command)
            ids = handler_of(type(command))(work, command)
        except ThroughlineError as refusal:
            refusal.values.setdefault("command_id", command.command_id)
            refusal.values.setdefault("position", position)
            raise
        content = command.hash_of_content()
        work.finish(ids, content)
        accepted += 1
        before[command.command_id] = (work.posting_sequence, content, ids)
        answers.append(Answer(command.command_id, work.posting_sequence, ids))
    if accepted:
        work.flush()
    return answers


def _already_posted(session: Session, command_ids: list[str]) -> dict[str, tuple[int, str, dict[str, Any]]]:
    found: dict[str, tuple[int, str, dict[str, Any]]] = {}
    for start in range(0, len(command_ids), _GROUP):
        group = command_ids[start : start + _GROUP]
        places = ", ".join("?" * len(group))
        for row in session.rows(
            f"SELECT command_id, posting_sequence, content_hash, answer FROM posting WHERE command_id IN ({places})", group
        ):
            found[row[0]] = (int(row[1]), row[2], json.loads(row[3]))
    return found
