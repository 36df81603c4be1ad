"""How do tests and the screenshot script drive a real browser against a running app?"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]

__all__ = ["browser", "chromium_path", "open_page", "running_app", "settle", "sign_in"]


def chromium_path() -> str | None:
    """Chromium of the system, else Playwright's own if it was downloaded."""
    for name in (
        os.environ.get("THROUGHLINE_CHROMIUM", ""),
        "chromium",
        "chromium-browser",
        "google-chrome",
        "/usr/bin/chromium",
    ):
        found = shutil.which(name) if name else None
        if found:
            return found
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        own = driver.chromium.executable_path
        return own if Path(own).is_file() else None


@contextmanager
def browser() -> Iterator[Any]:
    """A headless Chromium."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=chromium_path(), args=FLAGS)
        try:
            yield opened
        finally:
            opened.close()


def open_page(opened: Any, url: str, *, width: int = 1440, height: int = 900, dark: bool = False, locale: str = "en-GB") -> Any:
    """A fresh visitor's page at `url`."""
    context = opened.new_context(
        viewport={"width": width, "height": height},
        color_scheme="dark" if dark else "light",
        locale=locale,
        device_scale_factor=1,
    )
    context.set_default_timeout(30_000)
    page = context.new_page()
    page.goto(url)
    settle(page)
    return page


def settle(page: Any, seconds: float = 0.6) -> None:
    """Wait until Streamlit has drawn and runs no script."""
    page.wait_for_selector("[data-testid=stApp]")
    quiet_since = time.monotonic()
    deadline = quiet_since + 40
    while time.monotonic() < deadline:
        state = page.get_attribute("[data-testid=stApp]", "data-test-script-state") or ""
        busy = state not in ("notRunning", "") or page.locator("[data-testid=stSkeleton]").count() > 0
        if busy:
            quiet_since = time.monotonic()
        elif time.monotonic() - quiet_since > seconds:
            return
        page.wait_for_timeout(100)


def sign_in(page: Any, login: str, password: str = "") -> None:
    """By password, or in the demo by choosing who to be."""
    if password:
        form = page.locator("[data-testid=stForm]")
        form.locator("input").nth(0).fill(login)
        form.locator("input").nth(1).fill(password)
        form.locator("button[kind=primaryFormSubmit]").click()
    else:
        chosen = page.locator(f".st-key-be_{login} button")
        (chosen if chosen.count() else page.locator(".st-key-demo_people button").first).click()
    page.wait_for_selector("[data-testid=stSidebarNav], [data-testid=stExpandSidebarButton]", state="attached")
    settle(page)


@contextmanager
def running_app(home: Path, ledger_url: str | None = None) -> Iterator[str]:
    """The real app on a free port of this machine."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {**os.environ, "THROUGHLINE_HOME": str(home), "PYTHONPATH": str(ROOT)}
    environment.pop("THROUGHLINE_LEDGER_URL", None)
    if ledger_url:
        environment["THROUGHLINE_LEDGER_URL"] = ledger_url
    command = [sys.executable, "-m", "streamlit", "run", str(ROOT / "dashboards" / "app.py")]
    options = [
        "--server.address=127.0.0.1",
        f"--server.port={port}",
        "--server.headless=true",
        "--browser.gatherUsageStats=false",
    ]
    with subprocess.Popen(
        [*command, *options], cwd=home, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as server:
        try:
            url = f"http://127.0.0.1:{port}"
            _wait(url, server)
            yield url
        finally:
            server.terminate()


def _wait(url: str, server: subprocess.Popen[bytes]) -> None:
    for _ in range(300):
        if server.poll() is not None:
            raise RuntimeError("the app ended before it answered")
        try:
            with urllib.request.urlopen(f"{url}/_stcore/health", timeout=1) as answer:
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError("the app did not answer within 30 seconds")
