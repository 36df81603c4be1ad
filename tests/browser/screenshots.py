"""Pictures of every screen, for the README and for looking at them.

    python tests/browser/screenshots.py http://127.0.0.1:8501 docs/screenshots [--login planner] [--password ...] [--all]

Without a password it signs in through the demo's list of people. By default one desktop picture per screen in light and
English, the overview
in dark, Chinese, and phone width; `--all` takes every combination.
"""

from __future__ import annotations

import argparse
import sys
from itertools import product
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.browser.driver import browser, open_page, settle, sign_in

SCREENS = (
    "today",
    "actions",
    "kpis",
    "kpi_detail",
    "forecast",
    "forecast_accuracy",
    "forecast_models",
    "seasonality",
    "repurchase",
    "suggestions",
    "orders",
    "order",
    "item",
    "stock",
    "partners",
    "supplier",
    "setup",
)
FROM_ROW = {
    "actions": ("today", "a[href*='actions']"),
    "kpi_detail": ("kpis", "a[href*='kpi=on_time_delivery']"),
    "order": ("today", "a[href*='order?']"),
    "item": ("suggestions", "a[href*='item?']"),
    "supplier": ("suggestions", "a[href*='supplier?']"),
}
"""Drill-downs: the page before and the link on it."""

USUAL = [(screen, "en", 1440, False) for screen in SCREENS] + [
    *((screen, "zh", 1440, False) for screen in ("today", "kpis", "kpi_detail", "forecast", "suggestions")),
    ("kpis", "en", 1440, True),
    ("today", "en", 390, False),
    ("suggestions", "zh", 390, True),
]


def main() -> None:
    """Read the command line and take the pictures."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("url")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--login", default="planner")
    parser.add_argument("--password", default="")
    parser.add_argument("--all", action="store_true", help="every screen in both languages, themes and widths")
    parser.add_argument("--only", default="", help="comma-separated screens")
    chosen = parser.parse_args()
    chosen.folder.mkdir(parents=True, exist_ok=True)
    wanted = list(product(SCREENS, ("en", "zh"), (1440, 390), (False, True))) if chosen.all else USUAL
    if chosen.only:
        wanted = [each for each in wanted if each[0] in chosen.only.split(",")]
    with browser() as opened:
        for language, width, dark in sorted({each[1:] for each in wanted}):
            screens = [each[0] for each in wanted if each[1:] == (language, width, dark)]
            take(opened, chosen.url, chosen.folder, chosen.login, chosen.password, screens, language, width, dark)


def take(
    opened: Any, url: str, folder: Path, login: str, password: str, screens: list[str], language: str, width: int, dark: bool
) -> None:
    """One visitor with one language, width and theme walks through the screens."""
    page = open_page(opened, f"{url}/?lang={language}", width=width, height=900 if width > 500 else 844, dark=dark)
    sign_in(page, login, password)
    for screen in screens:
        go(page, screen)
        height = page.evaluate("document.querySelector('[data-testid=stMain]').scrollHeight")
        page.set_viewport_size({"width": width, "height": max(844, min(int(height) + 20, 3200))})
        settle(page, 1.2)
        tail = ("-phone" if width < 500 else "") + ("-dark" if dark else "")
        page.screenshot(path=str(folder / f"{screen}-{language}{tail}.png"))
        page.set_viewport_size({"width": width, "height": 900 if width > 500 else 844})
    page.context.close()


def go(page: Any, screen: str) -> None:
    """To a screen as people go: through the menu, from a row that leads there, or by its address."""
    if screen in FROM_ROW:
        before, link = FROM_ROW[screen]
        go(page, before)
        page.locator(f"[data-testid=stMain] {link}").first.click()
    else:
        link = page.locator(f"[data-testid=stSidebarNav] a[href$='/{screen}'], [data-testid=stSidebarNav] a[href*='/{screen}?']")
        if screen == "today" and not link.count():
            link = page.locator("[data-testid=stSidebarNav] a").first
        if not link.count():
            # Not in the menu of this role: the address opens it all the same, and the visit goes on.
            here = urlsplit(page.url)
            page.goto(f"{here.scheme}://{here.netloc}/{screen}?{here.query}")
            settle(page)
            return
        place = link.first.bounding_box()
        if place is None or place["x"] < 0:
            page.locator("[data-testid=stExpandSidebarButton]").click()
            page.wait_for_timeout(500)
        link.first.click()
        settle(page)
        closer = page.locator("[data-testid=stSidebarCollapseButton] button")
        if page.viewport_size["width"] < 500 and closer.count() and closer.first.is_visible():
            closer.first.click()
    settle(page)


if __name__ == "__main__":
    main()
