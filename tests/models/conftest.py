"""Companies in a home, ingested and built, made once for all tests of the models."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pipelines.ingest import ingest
from pipelines.steps.tables import create_result_tables
from pipelines.warehouse import open_warehouse
from tests.made_once import made_once
from tests.models.project import NO_TESTS, build
from transactional import Ledger, open_ledger
from transactional.demo import small_demo

# Only tests whose every model is among them; what the project claims of all companies is claimed of this one.
LATE_REPORTS = ("--select", "+rpt_late_lines", "+rpt_late_causes", "+rpt_late_chain", "--indirect-selection", "cautious")


def ingested(home: Path, fill: Callable[[Ledger], Any]) -> Any:
    """A ledger that `fill` has filled, and the warehouse with its raw tables; what `fill` answered."""
    ledger = open_ledger(home / "ledger.db")
    answer = fill(ledger)
    ledger.close()
    with open_warehouse(home / "warehouse.duckdb") as connection:
        ingest(connection, str(home / "ledger.db"))
        create_result_tables(connection)
    return answer


@pytest.fixture(scope="session")
def small_demo_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small demo company, every model built, what is claimed of late lines tested, and `truth.json` about it; to be read."""

    def make(home: Path) -> None:
        truth = ingested(home, small_demo)
        (home / "truth.json").write_text(json.dumps(truth))
        build(home, *NO_TESTS)
        build(home, *LATE_REPORTS, command="test")

    return made_once(tmp_path_factory, "small-demo", make)
