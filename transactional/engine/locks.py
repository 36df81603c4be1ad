"""Who may write next? A lock file in front of BEGIN IMMEDIATE: waiting processes queue in the kernel instead of polling."""

from __future__ import annotations

import contextlib
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

if sys.platform != "win32":
    import fcntl

__all__ = ["file_lock"]

_threads: dict[str, threading.Lock] = {}
_guard = threading.Lock()


@contextlib.contextmanager
def file_lock(path: Path) -> Iterator[None]:
    """Hold `path` exclusively among threads and processes."""
    with _guard:
        lock = _threads.setdefault(str(path.absolute()), threading.Lock())
    with lock:
        if sys.platform == "win32":  # SQLite's own busy timeout has to do
            yield
            return
        with path.open("a") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX)
            try:
                yield
            finally:
                fcntl.flock(handle, fcntl.LOCK_UN)
