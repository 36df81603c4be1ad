"""May this run write now, or is another one busy with the same home?

A lock on `run.lock`, held by the process and let go by the system when the process ends, however it ends. The same run
may ask again.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import IO

from kernel.errors import Conflict

try:
    import fcntl
except ImportError:  # Windows: the scheduler's own queue has to do
    fcntl = None  # type: ignore[assignment]

__all__ = ["hold", "is_free", "let_go"]

_held: dict[Path, tuple[str, IO[str]]] = {}


def hold(path: Path, run_id: str, refusal: str = "pipelines.run_in_progress") -> None:
    """Take the lock for a run (or whatever `run_id` names), or keep it if that run has it.

    Raises:
        Conflict: another one holds it; the message `refusal` names it and its process.
    """
    path = path.resolve()
    if path in _held:
        if _held[path][0] == run_id:
            return
        raise Conflict(refusal, run=_held[path][0])
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = path.open("a+", encoding="utf-8")
    if fcntl is not None:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            handle.seek(0)
            holder = handle.read().strip() or "?"
            handle.close()
            raise Conflict(refusal, run=holder) from None
    handle.seek(0)
    handle.truncate()
    handle.write(f"{run_id} (process {os.getpid()})")
    handle.flush()
    _held[path] = (run_id, handle)


def let_go(path: Path, run_id: str) -> None:
    """Give the lock back if that run holds it."""
    path = path.resolve()
    if path in _held and _held[path][0] == run_id:
        _held.pop(path)[1].close()


def is_free(path: Path) -> bool:
    """Whether a run could start now."""
    path = path.resolve()
    if path in _held:
        return False
    if fcntl is None or not path.exists():
        return True
    with path.open("a") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
    return True
