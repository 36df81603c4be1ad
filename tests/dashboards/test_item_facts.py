"""The order point is safety stock plus what leaves during the lead time; an item names the products it goes into."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest

from dashboards.item_facts import order_point, used_in
from tests.dashboards.conftest import Open
from tests.dashboards.words import words
from transactional import open_ledger

START = date(2026, 1, 5)


def _curve() -> pl.DataFrame:
    return pl.DataFrame(
        {
            "date": [START + timedelta(days=7 * week) for week in range(6)],
            "safety_stock_quantity": [80.0] * 6,
            "gross_requirement_quantity": [30.0, 20.0, 10.0, 40.0, 40.0, 40.0],
        }
    )


@pytest.mark.fast
@pytest.mark.parametrize(("expected", "lead", "stated"), [(140, 14, 0.0), (110, 3, 0.0), (25.0, 14, 25.0), (None, 0, 0.0)])
def test_one_orders_at_safety_stock_plus_the_demand_of_the_lead_time(expected: float | None, lead: int, stated: float) -> None:
    assert expected == order_point(_curve(), lead, stated)


@pytest.mark.fast
def test_an_item_without_a_plan_has_no_order_point() -> None:
    assert None is order_point(_curve().clear(), 14)


def test_a_component_names_its_parents_with_the_quantity_each_takes(home: Path) -> None:
    ledger = open_ledger(home / "ledger.db")
    line = ledger.records(
        "select l.component_item_id, l.component_quantity, i.sku from bom_line l join bill_of_materials b on b.bom_id = l.bom_id "
        "join item i on i.item_id = b.item_id where b.output_quantity = 1000000 and l.valid_from <= '2026-01-05' "
        "and l.valid_to is null and b.valid_to is null order by l.bom_line_id limit 1"
    )[0]
    found = {row["sku"]: row["per_parent"] for row in used_in(line["component_item_id"], START)}

    assert line["component_quantity"] == found[line["sku"]]
    assert [] == used_in(-1, START)


def test_a_link_to_an_item_that_is_gone_shows_another_and_says_so(home: Path, visit: Open) -> None:
    app = visit("item", series="999999")

    assert "not in this snapshot" in app.warning[0].value
    assert [] == list(app.exception)
    assert "Projected stock" in words(app)
