"""Nobody reads a long menu: seven entries at most, and what is not in it is still reached by a link."""

from __future__ import annotations

from pathlib import Path

import pytest

from dashboards.navigation import ENTRIES, MENU, PAGES, entries
from kernel.messages import has_text
from tests.dashboards.conftest import Open

ROOM = Path(__file__).resolve().parents[2] / "dashboards" / "app_pages"


@pytest.mark.parametrize("role", [*MENU, "somebody new"])
def test_a_menu_has_at_most_seven_entries_and_begins_with_today(role: str) -> None:
    menu = entries(role)

    assert "today" == menu[0]
    assert len(menu) == len(set(menu)) <= ENTRIES


def test_every_page_has_its_file_and_its_name_in_the_catalogue() -> None:
    assert [] == [place.name for place in PAGES if not (ROOM / f"{place.name}.py").is_file()]
    assert [] == [place.name for place in PAGES if not has_text(f"screen.nav.{place.name}")]


def test_a_page_outside_the_menu_of_a_role_opens_all_the_same(home: Path, visit: Open) -> None:
    app = visit("kpi_detail", login="viewer", kpi="on_time_delivery")

    assert "On-time delivery" == app.title[0].value
    assert [] == list(app.exception)
