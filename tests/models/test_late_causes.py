"""Does every late day go to whom a fair judge would give it?"""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.ingest import ingest
from pipelines.steps.tables import create_result_tables
from pipelines.warehouse import open_warehouse
from tests.models.late_company import EXPECTED, day, late_company
from tests.models.project import build, query
from transactional import open_ledger

pytestmark = pytest.mark.pipeline


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("late")
    ledger = open_ledger(home / "ledger.db")
    late_company(ledger)
    ledger.close()
    path = home / "warehouse.duckdb"
    with open_warehouse(path) as connection:
        ingest(connection, str(home / "ledger.db"))
        create_result_tables(connection)
    reports = ("+rpt_late_lines", "+rpt_late_causes", "+rpt_late_chain")
    # Only tests whose every model is among them; what the project claims of all companies is claimed of this one.
    build(path, home, "--select", *reports, "--indirect-selection", "cautious", "--exclude-resource-type", "unit_test")
    return path


def _causes(warehouse: Path, order: str) -> dict[str, int]:
    return dict(
        query(
            warehouse,
            "select cause, days from reports.rpt_late_causes inner join reports.rpt_late_lines using (sales_order_line_id) "
            "where order_number = ?",
            [order],
        )
    )


@pytest.mark.parametrize("scenario", EXPECTED)
def test_the_days_go_to_whom_a_fair_judge_would_give_them(warehouse: Path, scenario: str) -> None:
    """Each story of tests/models/late_company.py ends with the days by cause that stand in docs/kpis.md."""
    assert EXPECTED[scenario] == _causes(warehouse, scenario)


def test_the_story_of_a_late_line_can_be_told_step_by_step(warehouse: Path) -> None:
    """A screen shows the whole chain of one order: what, who, when it should have been and when it was."""
    told = query(
        warehouse,
        "select depth, link, chain.days, who, chain.sku, planned_date, actual_date, evidence_key "
        "from reports.rpt_late_chain as chain "
        "inner join reports.rpt_late_lines using (sales_order_line_id) where order_number = ? and link <> 'work_order_plan' "
        "order by step_number",
        ["supplier_late_two_levels_down"],
    )
    name = "supplier_late_two_levels_down"

    assert told == [
        (0, "delivery", 0, "Fast", name, day(20), day(20), "cause.transit_within_lane"),
        (0, "picking", 0, "", name, day(18), day(18), "cause.shipped_after_ready"),
        (1, "production", 0, "", name, day(15), day(18), "cause.completed_by_due"),
        (2, "production", 0, "", f"{name}-part", day(13), day(16), "cause.completed_by_due"),
        (3, "supplier", 3, "SLIP", f"{name}-raw", day(11), day(14), "cause.received_after_promise"),
        (3, "ordering", 0, "buyer", f"{name}-raw", day(11), day(11), "cause.planned_in_time"),
    ]


@pytest.mark.parametrize(
    ("scenario", "cause", "proof"),
    [
        ("ordered_late", "planning", ("purchase_order", "cause.ordered_after_order_by")),
        ("planned_after_need", "planning", ("purchase_order", "cause.planned_after_need")),
        ("nothing_ordered", "planning", ("sales_order", "cause.not_ordered")),
        ("work_order_started_late", "production", ("work_order", "cause.started_late")),
        ("work_order_slow", "production", ("work_order", "cause.completed_after_due")),
        ("transfer_late_on_the_road", "carrier", ("transfer_order", "cause.transfer_over_lane")),
        ("carrier_late", "carrier", ("shipment", "cause.transit_over_lane")),
        ("there_and_not_shipped", "picking", ("sales_order", "cause.ready_and_not_shipped")),
    ],
)
def test_each_cause_names_the_record_that_proves_it(warehouse: Path, scenario: str, cause: str, proof: tuple[str, str]) -> None:
    """Without a document to open, the next meeting is about who is right instead of what to change."""
    found = query(
        warehouse,
        "select document_kind, evidence_key, document_number from reports.rpt_late_causes "
        "inner join reports.rpt_late_lines using (sales_order_line_id) where order_number = ? and cause = ?",
        [scenario, cause],
    )

    assert [(*proof, True)] == [(kind, evidence, bool(number)) for kind, evidence, number in found]


def test_stock_taken_names_the_order_that_got_it(warehouse: Path) -> None:
    """The taker is a fact of the ledger, not an opinion."""
    (number,) = query(
        warehouse, "select document_number from reports.rpt_late_causes where evidence_key = 'cause.allocation_taken'"
    )

    assert ("stock_taken_taker",) == number
