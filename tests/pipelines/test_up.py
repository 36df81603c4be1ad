"""`throughline up` serves, picks up what people ask for, stops whole, and says so when it is asked twice."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from pipelines.commands.up import free_port
from pipelines.home import Home
from pipelines.ledger_facts import next_daily_run
from pipelines.lock import is_free
from pipelines.settings import load_settings
from tests.company import THE_DAY, common, tiny_company
from tests.pipelines.trading_company import trading_company
from transactional import open_ledger
from transactional.commands import RequestRun

ROOT = Path(__file__).resolve().parents[2]


def test_a_taken_port_gives_way_to_the_next_free_one():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        assert port < free_port(port)


@pytest.mark.fast
def test_the_next_run_is_said_in_the_company_s_own_time(tmp_path):
    """05:30 in Shanghai is 21:30 UTC of the day before; a run that has just begun is followed by tomorrow's."""
    settings = load_settings({"THROUGHLINE_HOME": str(tmp_path), "THROUGHLINE_SCHEDULE_TIME": "05:30"}, tmp_path)
    ledger = open_ledger(settings.ledger)
    tiny_company(ledger, opening=False)
    ledger.close()
    evening = datetime(2026, 3, 1, 21, 29, tzinfo=UTC)

    assert "2026-03-02 05:30 CST" == f"{next_daily_run(settings, evening):%Y-%m-%d %H:%M %Z}"
    assert date(2026, 3, 3) == next_daily_run(settings, evening + timedelta(minutes=1)).date()


def processes_of(home: Path) -> list[int]:
    """Every process that works for this home."""
    mark = f"THROUGHLINE_HOME={home}".encode()
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            try:
                if mark in (entry / "environ").read_bytes().split(b"\0"):
                    found.append(int(entry.name))
            except OSError:
                continue
    return found


def wait_for(what: Callable[[], object], seconds: float) -> object:
    """The first answer that is true, or the last one."""
    deadline = time.monotonic() + seconds
    while not (answer := what()) and time.monotonic() < deadline:
        time.sleep(0.5)
    return answer


@pytest.mark.pipeline
@pytest.mark.timeout(900)
@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="reads /proc to find processes")
def test_up_answers_requests_refuses_a_twin_and_leaves_nothing_behind(tmp_path):
    """Goal: one command keeps everything going. Method: a request posted to the ledger, a second `up`, Ctrl-C; then a kill -9."""
    home = tmp_path / "home"
    home.mkdir()
    trading_company(home / "ledger.db", weeks=20)
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "THROUGHLINE_HOME": str(home),
        "THROUGHLINE_LANGUAGE": "en",
        "THROUGHLINE_SIMULATED_CUTOFFS": "1",
        "THROUGHLINE_SENSOR_SECONDS": "1",
    }
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        wanted = taken.getsockname()[1]
        words = [sys.executable, "-m", "pipelines.cli", "up", "--port", str(wanted)]
        said = tmp_path / "said"
        with said.open("w") as out:
            up = subprocess.Popen(words, env=environment, cwd=ROOT, stdout=out, stderr=subprocess.STDOUT)
        try:
            assert wait_for(lambda: "Ctrl-C" in said.read_text(), 120), said.read_text()
            twin = subprocess.run(words, env=environment, cwd=ROOT, capture_output=True, text=True, timeout=120)
            ledger = open_ledger(home / "ledger.db")
            ledger.post([RequestRun(**common("planner", THE_DAY + timedelta(weeks=19)))])
            status = wait_for(
                lambda: ledger.rows("SELECT status, message FROM run_request WHERE status IN ('succeeded', 'failed')"), 600
            )
            ledger.close()
        finally:
            up.send_signal(signal.SIGINT)
            code = up.wait(60)

    assert [("succeeded", "")] == status
    assert Home(home).current_snapshot_id() is not None
    assert re.search(rf"Port {wanted} is taken; serving on \d+", said.read_text())
    assert re.search(r"Dashboard: http://localhost:\d+", said.read_text())
    assert re.search(r"daily at 05:30, next \d{4}-\d\d-\d\d 05:30 CST", said.read_text())
    assert (4, True) == (twin.returncode, "served already at http://localhost:" in twin.stderr), twin.stderr
    assert 0 == code
    assert [] == processes_of(home)
    assert is_free(Home(home).up_lock)

    # Killed so hard that it cannot stop its parts: they go by themselves, and nothing bars the next start.
    shutil.rmtree(home / "dagster")
    with said.open("w") as out:
        up = subprocess.Popen(words, env=environment, cwd=ROOT, stdout=out, stderr=subprocess.STDOUT)
    assert wait_for(lambda: "Dashboard" in said.read_text(), 120), said.read_text()
    up.kill()
    up.wait()
    wait_for(lambda: not processes_of(home), 60)

    assert [] == processes_of(home)
    assert is_free(Home(home).up_lock)
