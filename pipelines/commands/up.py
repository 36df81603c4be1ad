"""`throughline up`: dashboard, schedule and requested runs, started together and stopped together."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from types import FrameType
from typing import IO

import typer

from kernel.errors import Unavailable
from kernel.messages import text
from pipelines.home import Home
from pipelines.ledger_facts import next_daily_run
from pipelines.lock import hold, let_go
from pipelines.settings import Settings, project_folder

__all__ = ["free_port", "serve"]

_STOP_SECONDS = 15
_READY_SECONDS = 90
_PR_SET_PDEATHSIG = 1


def serve(settings: Settings, port: int | None, *, dashboard_only: bool) -> None:
    """Serve until Ctrl-C, or until a part ends by itself.

    Raises:
        Conflict: this home is served already; the message says where.
        Unavailable: a part ended by itself; its log says why.
    """
    home, language = Home(settings.home), settings.language
    home.prepare()
    wanted = port or settings.dashboard_port
    dashboard_port = free_port(wanted)
    dashboard = f"http://localhost:{dashboard_port}"
    if not dashboard_only:
        # Two schedulers on one home would start every run twice.
        hold(home.up_lock, dashboard, "pipelines.up_already")
    if home.current_snapshot_id() is None:
        typer.echo(text("cli.up.empty", language))
    if dashboard_port != wanted:
        typer.echo(text("cli.up.port_taken", language, wanted=wanted, port=dashboard_port))
    environment = {**os.environ, **settings.environment(), "STREAMLIT_BROWSER_GATHER_USAGE_STATS": "false", "DO_NOT_TRACK": "1"}
    parts: list[_Part] = [_dashboard(home, dashboard_port, environment)]
    stop = _StopSignal()
    try:
        dagster_port = None
        if not dashboard_only:
            dagster_port = free_port(settings.dagster_port, taken={dashboard_port})
            parts.append(_scheduler(settings, home, dagster_port, environment))
        _wait_until_open(dashboard_port, parts, stop)
        typer.echo(text("cli.up.ready", language, dashboard=dashboard))
        if dagster_port is not None:
            address = f"http://localhost:{dagster_port}"
            next_run = f"{next_daily_run(settings):%Y-%m-%d %H:%M %Z}"
            typer.echo(text("cli.up.scheduler", language, dagster=address, time=settings.schedule_time, next_run=next_run))
        typer.echo(text("cli.up.stop", language))
        sys.stdout.flush()
        while not stop.is_set:
            for part in parts:
                part.raise_if_ended()
            time.sleep(0.3)
    finally:
        for part in reversed(parts):
            part.stop()
        stop.restore()
        let_go(home.up_lock, dashboard)
    typer.echo(text("cli.up.stopped", language))


def free_port(wanted: int, taken: set[int] | None = None) -> int:
    """`wanted`, or the next port nobody listens on."""
    for port in range(wanted, wanted + 200):
        if port in (taken or ()):
            continue
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    return wanted


class _Part:
    """One process with its own group and log."""

    def __init__(self, name: str, words: Sequence[str], log: Path, environment: dict[str, str]) -> None:
        self.name, self.log = name, log
        self._log: IO[str] = log.open("w", encoding="utf-8")
        # A group of its own: Dagster starts children of its own, and all of them must go.
        self._process = subprocess.Popen(
            words,
            cwd=project_folder(),
            env=environment,
            stdout=self._log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=_end_with_parent if sys.platform == "linux" else None,
        )

    def raise_if_ended(self) -> None:
        code = self._process.poll()
        if code is not None:
            raise Unavailable("pipelines.part_ended", part=self.name, code=code, log=f"{self.log.parent.name}/{self.log.name}")

    def stop(self) -> None:
        self._signal(signal.SIGINT if os.name == "posix" else signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(_STOP_SECONDS)
        # Whatever is left of the group after its leader ended.
        self._signal(getattr(signal, "SIGKILL", signal.SIGTERM))
        self._process.wait()
        self._log.close()

    def _signal(self, number: int) -> None:
        try:
            if os.name == "posix":
                os.killpg(self._process.pid, number)
            else:
                self._process.send_signal(number)
        except (ProcessLookupError, PermissionError):
            return


def _end_with_parent() -> None:
    """In the child: be asked to end when `up` is gone without having been able to stop it (kill -9)."""
    import ctypes

    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


class _StopSignal:
    """Ctrl-C and a polite kill end the serving loop instead of breaking it off."""

    def __init__(self) -> None:
        self.is_set = False
        self._before = {number: signal.signal(number, self._set) for number in (signal.SIGINT, signal.SIGTERM)}

    def _set(self, number: int, frame: FrameType | None) -> None:
        del number, frame
        self.is_set = True

    def restore(self) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)


def _dashboard(home: Home, port: int, environment: dict[str, str]) -> _Part:
    words = [
        sys.executable, "-m", "streamlit", "run", str(project_folder() / "dashboards" / "app.py"),
        "--server.port", str(port), "--server.headless", "true", "--browser.gatherUsageStats", "false",
    ]  # fmt: skip
    return _Part("dashboard", words, home.logs / "dashboard.log", environment)


def _scheduler(settings: Settings, home: Home, port: int, environment: dict[str, str]) -> _Part:
    from pipelines.runner import dagster_home

    words = [sys.executable, "-m", "dagster", "dev", "-m", "pipelines.definitions", "-p", str(port), "-h", "127.0.0.1"]
    return _Part("scheduler", words, home.logs / "scheduler.log", {**environment, **dagster_home(settings)})


def _wait_until_open(port: int, parts: list[_Part], stop: _StopSignal) -> None:
    deadline = time.monotonic() + _READY_SECONDS
    while time.monotonic() < deadline and not stop.is_set:
        for part in parts:
            part.raise_if_ended()
        with socket.socket() as probe:
            probe.settimeout(0.5)
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.2)
