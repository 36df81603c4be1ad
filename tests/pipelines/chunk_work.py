"""Work for worker processes; imports next to nothing, so that they start quickly."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path


def doubled(task: tuple[str, int]) -> int:
    """Twice the number; the first process that meets 3 kills itself for real."""
    folder, number = task
    if number == 3:
        try:
            (Path(folder) / "died").touch(exist_ok=False)
        except FileExistsError:
            return 6
        os.kill(os.getpid(), signal.SIGKILL)
    (Path(folder) / f"done-{number}-{time.monotonic_ns()}").touch()
    return 2 * number


def deadly(number: int) -> int:
    """Kills every process that meets 2."""
    if number == 2:
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def refused(number: int) -> int:
    """Never works."""
    raise ValueError(f"not {number}")
