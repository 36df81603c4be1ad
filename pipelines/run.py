"""Which run is this, how far is it, and who wants to know?

A run passes through named steps. Each step says when it starts and ends, with seconds and rows, to whoever listens: the
terminal, and the ledger when a person asked for the run. What is known of the run so far lies in `run_state.json` in
the home, so that steps in separate processes see one run, and a killed run is recognised by the next.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from kernel.errors import ThroughlineError
from kernel.messages import text
from pipelines.home import Home, replace_text
from pipelines.lock import hold
from pipelines.publish.last_run import record_run
from pipelines.settings import Settings

__all__ = ["STEPS", "Run", "StepEvent", "listen"]

STEPS = ("ingest", "transform", "forecast", "plan", "report", "check", "publish")
"""In the order they happen."""


@dataclass(frozen=True)
class StepEvent:
    """A step started, finished or failed."""

    run_id: str
    step: str
    state: str
    seconds: float = 0.0
    rows: int | None = None
    note: str = ""
    message: str = ""


Listener = Callable[[StepEvent], None]
_listeners: list[Listener] = []


@contextmanager
def listen(listener: Listener) -> Iterator[None]:
    """Hear of every step of this process inside the block."""
    _listeners.append(listener)
    try:
        yield
    finally:
        _listeners.remove(listener)


@dataclass
class StepReport:
    """What a step tells about itself; filled in while it works."""

    rows: int | None = None
    note: str = ""
    metadata: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Run:
    """One passage from the ledger to the screens.

    Attributes:
        run_id: its id everywhere.
        settings: what the company set.
        as_of: the day it plans and reports for; None means the company clock of the ledger.
        run_request_ids: requests of people this run answers.
        is_reselecting: compare the forecast models anew, whatever the last selection is worth.
    """

    run_id: str
    settings: Settings
    as_of: date | None = None
    run_request_ids: tuple[int, ...] = ()
    is_reselecting: bool = False

    @property
    def home(self) -> Home:
        return Home(self.settings.home)

    @contextmanager
    def step(self, name: str) -> Iterator[StepReport]:
        """Do one step; failure is recorded with the step's name and what went wrong, then raised on."""
        hold(self.home.run_lock, self.run_id)
        report = StepReport()
        self._tell(StepEvent(self.run_id, name, "started"))
        started = time.perf_counter()
        try:
            yield report
        except BaseException as error:
            seconds = time.perf_counter() - started
            message = self.message_of(error)
            self.remember(timings={name: round(seconds, 3)}, failed_step=name, message=message)
            record_run(self.home, run_id=self.run_id, status="failed", failed_step=name, message=message, timings=self.timings())
            self._tell(StepEvent(self.run_id, name, "failed", seconds, message=message))
            raise
        seconds = time.perf_counter() - started
        # Checks are many small steps of one name: their seconds add up.
        spent = self.timings().get(name, 0.0) + seconds
        self.remember(timings={name: round(spent, 3)}, rows={name: report.rows}, facts=report.metadata)
        self._tell(StepEvent(self.run_id, name, "finished", seconds, report.rows, report.note))

    def refuse(self, check: str, detail: str) -> None:
        """A check did not hold: say so everywhere; what depends on it will not be made."""
        language = self.settings.language
        fix = text(f"pipelines.fix.{check}", language)
        message = text("pipelines.check_failed", language, check=check, detail=detail, fix=fix)
        self.remember(failed_step="check", message=message)
        record_run(self.home, run_id=self.run_id, status="failed", failed_step="check", message=message, timings=self.timings())
        self._tell(StepEvent(self.run_id, "check", "failed", message=message))

    def message_of(self, error: BaseException) -> str:
        """An error for people: in their language when it is ours, its first lines otherwise."""
        if isinstance(error, ThroughlineError):
            return error.text(self.settings.language)
        lines = [line for line in str(error).splitlines() if line.strip()]
        return f"{type(error).__name__}: {' '.join(lines[:3])}"[:500] if lines else type(error).__name__

    def remember(self, **news: dict[str, Any] | str | None) -> None:
        """Add to what is known of this run; dicts are merged, other values replaced."""
        state = self.state()
        for name, value in news.items():
            state[name] = {**state.get(name, {}), **value} if isinstance(value, dict) else value
        replace_text(self._state_path, json.dumps(state, sort_keys=True, default=str, ensure_ascii=False))

    def state(self) -> dict[str, Any]:
        """What is known of this run; empty facts if nothing yet."""
        try:
            state = json.loads(self._state_path.read_text(encoding="utf-8"))
        except (FileNotFoundError, ValueError):
            state = {}
        return dict(state) if state.get("run_id") == self.run_id else {"run_id": self.run_id}

    def facts(self) -> dict[str, Any]:
        """What steps reported: data_through, watermark, ..."""
        return dict(self.state().get("facts", {}))

    def timings(self) -> dict[str, float]:
        """Seconds by step so far."""
        return dict(self.state().get("timings", {}))

    @property
    def _state_path(self) -> Path:
        return self.settings.home / "run_state.json"

    def _tell(self, event: StepEvent) -> None:
        for listener in list(_listeners):
            listener(event)
        if self.run_request_ids:
            from pipelines.requests import report_step

            report_step(self, event)
