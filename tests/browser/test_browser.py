"""In a real Chromium: sign in, approve, see the number, switch language, use a phone."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dashboards.navigation import PAGES
from tests.browser.driver import browser, chromium_path, open_page, running_app, settle, sign_in
from tests.browser.screenshots import go
from tests.dashboards.snapshot_fixture import PASSWORD, build_home
from transactional import open_ledger

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_home(tmp_path_factory.mktemp("browser") / "var")


@pytest.fixture(scope="module")
def url(home: Path) -> Iterator[str]:
    if chromium_path() is None:
        if os.environ.get("THROUGHLINE_REQUIRE_BROWSER") == "1":
            pytest.fail("no Chromium found; install it with your system's package manager")
        pytest.skip("no Chromium found: browser tests did not run (apt-get install chromium)")
    with running_app(home) as address:
        yield address


@pytest.fixture(scope="module")
def chromium(url: str) -> Iterator[Any]:
    """One browser for all tests; whoever opens a page in it is a visitor with cookies and storage of their own."""
    with browser() as started:
        yield started


@pytest.fixture
def opened(chromium: Any) -> Iterator[Any]:
    """The browser; what the test opens in it is closed behind it."""
    before = list(chromium.contexts)
    yield chromium
    for context in chromium.contexts:
        if context not in before:
            context.close()


@pytest.fixture(scope="module")
def phone(chromium: Any, url: str) -> Any:
    """A planner's phone in Chinese, signed in."""
    page = open_page(chromium, f"{url}/?lang=zh", width=390, height=844)
    sign_in(page, "planner", PASSWORD)
    return page


def test_approving_a_suggestion_shows_its_order_number_at_once(home: Path, opened: Any, url: str) -> None:
    page = open_page(opened, f"{url}/suggestions?lang=en&order=po00000000000001&state=all")
    sign_in(page, "buyer", PASSWORD)
    # Twice, as impatient people click.
    page.get_by_role("button", name="Approve", exact=True).dblclick()
    page.get_by_text("Approved: order").first.wait_for()
    settle(page)
    shown = page.locator("[data-testid=stAlert]").all_inner_texts()
    orders = open_ledger(home / "ledger.db").records("select number from purchase_order")

    assert 1 == len(orders)
    assert any(orders[0]["number"] in text for text in shown)
    assert not any("refused" in text for text in shown)


def test_the_language_switch_changes_the_page_and_stays_in_the_link(opened: Any, url: str) -> None:
    page = open_page(opened, f"{url}/?lang=en")
    sign_in(page, "planner", PASSWORD)
    page.get_by_role("radio", name="中文").or_(page.get_by_role("button", name="中文")).first.click()
    page.get_by_role("heading", name="今日").wait_for()
    go(page, "kpis")
    heading = page.locator("h1").first.inner_text()
    address = page.url

    assert "指标总览" == heading
    assert "lang=zh" in address


@pytest.mark.parametrize("screen", [place.name for place in PAGES])
def test_no_page_is_wider_than_a_phone(phone: Any, url: str, screen: str) -> None:
    phone.goto(f"{url}/{'' if screen == 'today' else screen}?lang=zh")
    phone.locator("h1").first.wait_for()
    settle(phone)
    wide = phone.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth")
    trouble = phone.locator("[data-testid=stException]").count()

    assert wide <= 390
    assert 0 == trouble


def test_filters_are_in_the_link(opened: Any, url: str) -> None:
    page = open_page(opened, f"{url}/stock?lang=en&warehouse=MAIN&q=RAW-03")
    sign_in(page, "planner", PASSWORD)
    page.locator("h1").first.wait_for()
    settle(page)
    address = page.url
    records = page.locator("[data-testid=stMetricValue]").first.inner_text()

    assert "warehouse=MAIN" in address
    assert "q=RAW-03" in address
    assert "1" == records


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_overview_fits_the_screen_of_a_desk(opened: Any, url: str, language: str) -> None:
    page = open_page(opened, f"{url}/kpis?lang={language}", width=1440, height=900)
    sign_in(page, "planner", PASSWORD)
    page.locator("[data-testid=stMetric]").nth(5).wait_for()
    settle(page)
    tall = page.evaluate("document.querySelector('[data-testid=stMain]').scrollHeight")

    assert tall <= 900


def test_loading_the_page_again_keeps_who_is_signed_in_and_signing_out_does_not(opened: Any, url: str) -> None:
    page = open_page(opened, f"{url}/stock?lang=en")
    sign_in(page, "planner", PASSWORD)
    page.goto(f"{url}/kpis?lang=en")
    page.get_by_role("heading", name="KPI overview").wait_for()
    second = page.context.new_page()
    second.goto(f"{url}/orders?lang=en")
    second.get_by_role("heading", name="Orders").wait_for()
    page.get_by_role("button", name="Planner").click()
    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("button", name="Sign in").wait_for()
    settle(page)
    page.goto(f"{url}/kpis?lang=en")
    page.get_by_role("button", name="Sign in").wait_for()


def test_an_ended_session_is_told_so_and_the_link_still_opens(opened: Any, url: str) -> None:
    page = open_page(opened, f"{url}/?lang=en")
    page.context.add_cookies([{"name": "throughline_ticket", "value": "of-yesterday", "url": url}])
    page.goto(f"{url}/suggestions?lang=en")
    page.get_by_text("Your session has ended").wait_for()
    sign_in(page, "planner", PASSWORD)
    page.get_by_role("heading", name="Purchase suggestions").wait_for()


def test_two_tabs_approving_the_same_suggestion_make_one_order(home: Path, opened: Any, url: str) -> None:
    first = open_page(opened, f"{url}/suggestions?lang=en&order=po00000000000003&due=all&state=all")
    sign_in(first, "buyer", PASSWORD)
    second = first.context.new_page()
    second.goto(f"{url}/suggestions?lang=en&order=po00000000000003&due=all&state=all")
    second.get_by_role("button", name="Approve", exact=True).wait_for()
    settle(second)
    first.get_by_role("button", name="Approve", exact=True).click()
    first.get_by_text("Approved: order").first.wait_for()
    second.get_by_role("button", name="Approve", exact=True).click()
    second.locator("[data-testid=stAlert]").filter(has_text="PO-").first.wait_for()
    told = second.locator("[data-testid=stAlert]").all_inner_texts()
    ledger = open_ledger(home / "ledger.db")
    orders = ledger.records(
        "select o.number from purchase_order_line l join purchase_order o on o.purchase_order_id = l.purchase_order_id "
        "where l.origin_planned_order_id = 'po00000000000003'"
    )

    assert 1 == len(orders)
    assert any(orders[0]["number"] in text for text in told)


def test_a_column_copied_from_a_spreadsheet_is_pasted_into_the_overrides(home: Path, opened: Any, url: str) -> None:
    page = open_page(opened, f"{url}/forecast?lang=en")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=url)
    sign_in(page, "planner", PASSWORD)
    grid = page.locator("[data-testid=stForm] [data-testid=stDataFrame]").first
    grid.wait_for()
    settle(page)
    page.evaluate("navigator.clipboard.writeText('1,200\\n９００\\na lot')")
    grid.scroll_into_view_if_needed()
    place = grid.bounding_box()
    # Seven columns of equal width, the override is the fourth; the first row stands below the header.
    page.mouse.click(place["x"] + place["width"] * 3.5 / 7, place["y"] + 35 + 17)
    page.keyboard.press("Control+v")
    page.wait_for_timeout(1000)
    page.get_by_placeholder("e.g. customer confirmed a project order").fill("campaign agreed")
    page.get_by_role("button", name="Save override").click()
    page.get_by_text("saved for 2 periods").wait_for()
    told = " ".join(page.locator("[data-testid=stAlert]").all_inner_texts())
    stored = open_ledger(home / "ledger.db").records("select override_quantity from forecast_override order by period_start")

    assert [1_200_000_000, 900_000_000] == [row["override_quantity"] for row in stored]
    assert "a lot" in told
