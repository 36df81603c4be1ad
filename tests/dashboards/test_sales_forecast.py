"""Sales enters what it expects, sees it listed, takes it back; the month's report goes home as a workbook with real numbers."""

from __future__ import annotations

import io
from datetime import date
from pathlib import Path

import openpyxl
import polars as pl
import pytest

from dashboards import sales_report, snapshot
from tests.dashboards.conftest import Open
from tests.dashboards.words import words
from transactional import open_ledger


def _fill(app, kind: str, size: str, reason: str, customer: str | None = "CITY"):
    """Type into the deal's or the driver's form and press its button."""
    next(box for box in app.selectbox if str(box.key).startswith(f"expect_customer_expect:{kind}")).set_value(customer)
    next(box for box in app.text_input if str(box.key).startswith(f"expect_size_expect:{kind}")).set_value(size)
    next(box for box in app.text_input if str(box.key).startswith(f"expect_reason_expect:{kind}")).set_value(reason)
    adds = [button for button in app.button if button.label == "Add"]
    adds[0 if kind == "deal" else 1].click().run()
    return app


def _stored(home: Path) -> list[dict]:
    return open_ledger(home / "ledger.db").records(
        "select kind, amount, change_ppm, probability_ppm, first_period, reason, is_withdrawn from sales_expectation"
    )


def test_a_deal_in_money_is_entered_listed_and_withdrawn(home: Path, visit: Open) -> None:
    app = _fill(visit("sales_forecast", login="sales"), "deal", "12,000", "tender of the school")

    assert "tender of the school" in words(app)
    assert [(1_200_000, 500_000)] == [(row["amount"], row["probability_ppm"]) for row in _stored(home)]
    next(box for box in app.text_input if box.label == "Why is it withdrawn?").set_value("lost")
    next(button for button in app.button if button.label == "Withdraw").click().run()
    assert [1] == [row["is_withdrawn"] for row in _stored(home)]
    assert "tender of the school" not in words(app)


@pytest.mark.parametrize("typed", ["+10 %", "10", "10%", "10％"])
def test_a_driver_is_typed_in_per_cent(home: Path, visit: Open, typed: str) -> None:
    _fill(visit("sales_forecast", login="sales"), "driver", typed, "cold winter")

    assert [("driver", 100_000, 1_000_000)] == [(row["kind"], row["change_ppm"], row["probability_ppm"]) for row in _stored(home)]


@pytest.mark.parametrize(("size", "reason"), [("", "why"), ("many", "why"), ("5", ""), ("-200", "why")])
def test_a_slip_is_refused_in_words_and_nothing_is_kept(home: Path, visit: Open, size: str, reason: str) -> None:
    app = _fill(visit("sales_forecast", login="sales"), "driver", size, reason)

    assert app.error
    assert [] == _stored(home)


def test_an_expectation_of_nobody_s_demand_is_refused(home: Path, visit: Open) -> None:
    app = _fill(visit("sales_forecast", login="sales"), "deal", "500", "why", customer=None)

    assert "whose demand" in app.error[0].value
    assert [] == _stored(home)


def test_who_may_not_enter_is_told_and_sees_the_report(home: Path, visit: Open) -> None:
    app = visit("sales_forecast", login="viewer")

    assert not any(button.label == "Add" for button in app.button)
    assert any("may look" in each.value or "role" in each.value for each in app.caption)


def test_the_workbook_holds_numbers_months_and_what_sales_expects(home: Path, visit: Open) -> None:
    visit("sales_forecast")
    shown = snapshot.current()
    rows = sales_report.months(shown)
    told = [
        {
            "kind": "deal",
            "scope": "=C-01",
            "first": date(2026, 2, 1),
            "last": date(2026, 3, 1),
            "size": "30 pcs",
            "probability": 0.5,
            "reason": "tender",
            "author": "Seller",
            "told": date(2026, 1, 5),
        }
    ]

    book = openpyxl.load_workbook(io.BytesIO(sales_report.workbook(shown, told)))

    forecast = book["Forecast"]
    assert 3 + rows.height == forecast.max_row
    assert ["Category", "Month", "Kind", "Asked for"] == [cell.value for cell in forecast[3]][:4]
    first = rows.row(0, named=True)
    assert first["month"] == forecast.cell(4, 2).value.date()
    assert first["demand_value"] == pytest.approx(forecast.cell(4, 4).value)
    assert 1 == len(forecast._charts)
    expected = book["Sales expects"]
    assert ("=C-01", "30 pcs", 0.5) == tuple(expected.cell(2, place).value for place in (2, 5, 6))
    assert "s" == expected.cell(2, 2).data_type, "a text that begins like a formula stays text"


def test_accuracy_is_the_error_of_past_months_alone() -> None:
    rows = pl.DataFrame(
        {
            "group_key": ["", "", ""],
            "group_label": ["Whole company"] * 3,
            "group_label_zh": ["全公司"] * 3,
            "kind": ["history", "history", "forecast"],
            "demand_value": [100.0, 300.0, None],
            "forecast_value": [120.0, 240.0, 500.0],
        }
    )

    judged = sales_report.accuracy(rows).row(0, named=True)

    assert (2, pytest.approx(0.2), pytest.approx(-0.1)) == (judged["month_count"], judged["wape"], judged["bias"])
