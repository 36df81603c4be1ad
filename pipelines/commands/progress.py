"""How does a long command show that it is alive? One line that moves on a terminal; every tenth of the way otherwise."""

from __future__ import annotations

import sys
import time

__all__ = ["ProgressLine"]


class ProgressLine:
    """Progress of one piece of work on the error stream, so that output can be piped."""

    def __init__(self) -> None:
        self._is_terminal = sys.stderr.isatty()
        self._label = ""
        self._shown = -1
        self._last = 0.0

    def show(self, label: str, done: int, total: int, note: str = "") -> None:
        """Say how far `label` is; `total` 0 means nobody knows."""
        now = time.monotonic()
        tenth = done * 10 // total if total else -1
        if self._is_terminal:
            if label == self._label and now - self._last < 0.1 and done != total:
                return
            shown = f"{done:,} / {total:,}" if total else f"{done:,}"
            sys.stderr.write(f"\r\033[K  {label}  {shown}  {note}")
        elif label != self._label or tenth > self._shown:
            sys.stderr.write(f"  {label}  {done:,}" + (f" / {total:,}" if total else "") + f"  {note}\n")
        else:
            return
        sys.stderr.flush()
        self._label, self._shown, self._last = label, tenth, now

    def end(self) -> None:
        """Leave the line."""
        if self._is_terminal and self._label:
            sys.stderr.write("\n")
            sys.stderr.flush()
