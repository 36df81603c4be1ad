"""A reader keeps what it reads while the pipeline publishes the next snapshot; the next drawing shows the new one."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from dashboards import kpi_reports, reports
from dashboards import snapshot as snapshots
from tests.dashboards.conftest import Open
from tests.dashboards.snapshot_fixture import publish
from transactional import open_ledger


def test_an_open_reader_survives_two_new_snapshots(home: Path) -> None:
    ledger = open_ledger(home / "ledger.db")
    old = snapshots.current()
    assert old is not None
    reader = snapshots.cursor(old)
    before = reader.execute("select count(*) from reports.rpt_kpi").fetchone()
    for name in ("b", "c"):
        publish(home, name, ledger, tables={})
        newer = snapshots.current()
        assert newer is not None
        snapshots.cursor(newer).close()

    assert "c" == newer.snapshot_id
    assert before == reader.execute("select count(*) from reports.rpt_kpi").fetchone()
    assert reports.suggestions(newer).is_empty()
    assert not reports.suggestions(old).is_empty()


def test_the_next_click_shows_the_new_snapshot(home: Path, visit: Open) -> None:
    app = visit("kpis")
    before = app.caption[-1].value
    publish(home, "20260106-b", open_ledger(home / "ledger.db"))
    app.run()

    assert "20260105-a" in before
    assert "20260106-b" in app.caption[-1].value


def test_a_pointer_that_leads_nowhere_is_no_snapshot(home: Path) -> None:
    (home / "snapshots" / "current").write_text("never-published", encoding="utf-8")

    assert None is snapshots.current()


def test_reading_is_read_only(home: Path) -> None:
    shown = snapshots.current()
    assert shown is not None
    with pytest.raises(Exception, match=r"(?i)read-only"):
        snapshots.cursor(shown).execute("create table reports.mine (x int)")


def test_what_a_snapshot_lacks_reads_as_empty_with_its_columns(home: Path) -> None:
    ledger = open_ledger(home / "ledger.db")
    publish(home, "empty", ledger, tables={})
    shown = snapshots.current()
    assert shown is not None
    frame = kpi_reports.late_lines(shown, date(2025, 1, 1), date(2025, 12, 31))

    assert frame.is_empty()
    assert "first_promised_date" in frame.columns
