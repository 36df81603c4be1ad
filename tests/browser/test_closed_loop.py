"""The loop closes: a suggestion approved in the browser comes back from the next run as a scheduled receipt, and only once."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser.driver import ROOT, browser, chromium_path, open_page, settle, sign_in
from tests.pipelines.runs import run_steps, settings_of
from transactional import open_ledger
from transactional.demo import small_demo

pytestmark = [pytest.mark.browser, pytest.mark.pipeline, pytest.mark.timeout(900)]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, str]]:
    """A small demo company, its first snapshot, and `throughline up` with scheduler and dashboard."""
    if chromium_path() is None:
        if os.environ.get("THROUGHLINE_REQUIRE_BROWSER") == "1":
            pytest.fail("no Chromium found; install it with your system's package manager")
        pytest.skip("no Chromium found: the closed loop was not tried (apt-get install chromium)")
    home = tmp_path_factory.mktemp("loop") / "var"
    ledger = open_ledger(home / "ledger.db")
    small_demo(ledger)
    ledger.close()
    settings = settings_of(home)
    run_steps(settings, "first")
    environment = {**os.environ, **settings.environment(), "PYTHONPATH": str(ROOT), "THROUGHLINE_SENSOR_SECONDS": "2"}
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    log = (home / "up.log").open("w")
    command = [sys.executable, "-m", "pipelines.cli", "up", "--port", str(port)]
    up = subprocess.Popen(command, env=environment, cwd=ROOT, stdout=log, stderr=log)
    try:
        _wait_for(f"http://127.0.0.1:{port}/_stcore/health")
        yield home, f"http://127.0.0.1:{port}"
    finally:
        up.send_signal(signal.SIGINT)
        up.wait(timeout=60)
        log.close()


def _wait_for(address: str) -> None:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        try:
            urllib.request.urlopen(address, timeout=2).read()
            return
        except OSError:
            time.sleep(0.5)
    raise TimeoutError(address)


def _snapshot(home: Path, statement: str, values: list[object] | None = None) -> list[tuple[object, ...]]:
    import duckdb

    current = (home / "snapshots" / "current").read_text().strip()
    with duckdb.connect(str(home / "snapshots" / current / "warehouse.duckdb"), read_only=True) as connection:
        return connection.execute(statement, values or []).fetchall()


def test_an_approved_suggestion_comes_back_as_a_scheduled_receipt(served: tuple[Path, str]) -> None:
    """Approve, replan now, and the next snapshot shows the order; the suggestion is gone and nothing is proposed twice."""
    home, url = served
    planned, sku, quantity = _snapshot(
        home,
        "SELECT planned_order_id, sku, quantity FROM reports.rpt_purchase_suggestions WHERE kind = 'buy' "
        "ORDER BY release_date, planned_order_id",
    )[0]
    before = (home / "snapshots" / "current").read_text()
    with browser() as opened:
        page = open_page(opened, f"{url}/suggestions?lang=en&order={planned}&state=all")
        sign_in(page, "buyer")
        page.get_by_role("button", name="Approve", exact=True).click()
        page.get_by_text("Approved: order").first.wait_for()
        settle(page)
        page.get_by_role("button", name="Replan now").click()
        deadline = time.monotonic() + 300
        while (home / "snapshots" / "current").read_text() == before and time.monotonic() < deadline:
            page.wait_for_timeout(1000)
        assert before != (home / "snapshots" / "current").read_text(), (home / "up.log").read_text()[-2000:]
        trouble = page.locator("[data-testid=stException]").count()
    ledger = open_ledger(home / "ledger.db")
    orders = ledger.rows(
        "SELECT o.number FROM purchase_order_line l JOIN purchase_order o ON o.purchase_order_id = l.purchase_order_id "
        "WHERE l.origin_planned_order_id = ?",
        (planned,),
    )
    requests = ledger.rows("SELECT status FROM run_request")
    ledger.close()
    receipts = _snapshot(
        home, "SELECT quantity_open FROM reports.rpt_open_orders WHERE document_number = ? AND sku = ?", [orders[0][0], sku]
    )

    assert 0 == trouble
    assert [("succeeded",)] == requests
    assert [(quantity,)] == receipts
    assert [] == _snapshot(home, "SELECT 1 FROM reports.rpt_purchase_suggestions WHERE planned_order_id = ?", [planned])
