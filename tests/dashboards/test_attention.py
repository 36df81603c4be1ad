"""What costs most is named first, in words and with its own amount."""

from __future__ import annotations

from pathlib import Path

from dashboards import kpi_reports
from dashboards import snapshot as snapshots
from dashboards.attention import points
from dashboards.components.cards import KPI_PERIODS


def test_points_stand_in_the_order_of_their_money(home: Path) -> None:
    shown = snapshots.current()
    assert shown is not None
    found = points(shown, {kpi: kpi_reports.complete_periods(shown, kpi, kinds) for kpi, kinds in KPI_PERIODS.items()})
    amounts = [point.money for point in found]

    assert amounts == sorted(amounts, key=lambda amount: -(amount or 0.0))
    # Late lines are worth 500 + 1,000 + ... + 2,500; the least punctual supplier had 120,000 of spend.
    assert [120_000.0, 7_500.0] == amounts[:2]
    assert "82 % on time (41 of 50 lines)" in found[0].text
    assert "purchase 86 %, production 14 %" in found[1].text


def test_one_lot_is_named_and_not_counted(home: Path) -> None:
    shown = snapshots.current()
    assert shown is not None
    found = points(shown, {"on_time_delivery": kpi_reports.complete_periods(shown, "on_time_delivery", ("month",))})

    assert ["in a lot of TRADE-01 Trade-01 expires in 20 days"] == [p.text for p in found if p.icon == "event_busy"]
