"""The forecast area: one bar of links on each of its pages, with what exists and has something to show."""

from __future__ import annotations

from pathlib import Path

import pytest

from dashboards import navigation
from dashboards.components.forecast_area import AREA
from kernel.messages import has_text
from tests.dashboards.conftest import Open
from tests.dashboards.snapshot_fixture import publish
from transactional import open_ledger

EXISTING = [page.name for page in AREA if page.name in {place.name for place in navigation.PAGES}]


def links(app: object) -> list[str]:
    return [str(link.proto.label) for link in app.get("page_link")]  # type: ignore[attr-defined]


def test_every_page_of_the_area_has_a_name_in_the_bar() -> None:
    assert [] == [page.name for page in AREA if not has_text(f"screen.area.{page.name}")]


@pytest.mark.parametrize("page", EXISTING)
def test_each_page_of_the_area_begins_with_the_bar(home: Path, visit: Open, page: str) -> None:
    app = visit(page)

    assert [] == list(app.exception)
    assert "Review" == links(app)[0]


def test_a_page_without_data_has_no_link(home: Path, visit: Open) -> None:
    publish(home, "empty", open_ledger(home / "ledger.db"), tables={})

    shown = links(visit("forecast"))

    assert "Review" in shown
    assert not {"Accuracy", "Models", "Seasonality"} & set(shown)
