"""Readers see one whole snapshot or the one before, whatever happens to the publisher."""

from __future__ import annotations

import signal
import subprocess
import sys
import textwrap
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from kernel.errors import Unavailable
from pipelines.home import Home
from pipelines.publish import publish, record_run

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path)
    home.prepare()
    fill(home, 1)
    return home


def fill(home: Home, mark: int) -> None:
    """Two report tables that both say `mark`."""
    with duckdb.connect(str(home.warehouse)) as warehouse:
        warehouse.execute("CREATE SCHEMA IF NOT EXISTS reports")
        warehouse.execute(f"CREATE OR REPLACE TABLE reports.first AS SELECT {mark} AS mark FROM range(2000)")
        warehouse.execute(f"CREATE OR REPLACE TABLE reports.second AS SELECT {mark} AS mark")
        warehouse.execute("COMMENT ON COLUMN reports.second.mark IS '周转率'")


TABLES = [("reports", "second"), ("reports", "first")]


def marks(home: Home) -> set[int]:
    folder = home.snapshots / str(home.current_snapshot_id())
    with duckdb.connect(str(folder / "warehouse.duckdb"), read_only=True) as snapshot:
        rows = snapshot.execute("SELECT DISTINCT mark FROM reports.first UNION SELECT mark FROM reports.second").fetchall()
    return {mark for (mark,) in rows}


def test_the_manifest_says_what_is_inside(home):
    published = publish(home, TABLES, {"run_id": "r", "watermark": 7}, keep_snapshots=2, now=NOON)
    manifest = home.manifest()

    assert {"reports.first": 2000, "reports.second": 1} == published.tables == manifest["tables"]
    assert ("r", 7, published.snapshot_id) == (manifest["run_id"], manifest["watermark"], manifest["snapshot_id"])
    assert published.snapshot_id == home.current_snapshot_id()


def test_the_glossary_travels_as_column_comments(home):
    publish(home, TABLES, {}, keep_snapshots=2)
    with duckdb.connect(str(home.snapshots / home.current_snapshot_id() / "warehouse.duckdb"), read_only=True) as snapshot:
        comments = snapshot.execute("SELECT comment FROM duckdb_columns() WHERE table_name = 'second'").fetchall()

    assert comments == [("周转率",)]


def test_equal_content_has_an_equal_name_but_for_the_time(home):
    first = publish(home, TABLES, {}, keep_snapshots=5, now=NOON)
    second = publish(home, TABLES, {}, keep_snapshots=5, now=NOON + timedelta(hours=1))
    fill(home, 2)
    third = publish(home, TABLES, {}, keep_snapshots=5, now=NOON + timedelta(hours=2))

    assert first.snapshot_id.split("-")[1] == second.snapshot_id.split("-")[1] != third.snapshot_id.split("-")[1]
    assert first.snapshot_id < second.snapshot_id < third.snapshot_id


def test_only_the_newest_stay(home):
    ids = [publish(home, TABLES, {}, keep_snapshots=2, now=NOON + timedelta(hours=hour)).snapshot_id for hour in range(4)]

    assert ids[2:] == sorted(entry.name for entry in home.snapshots.iterdir() if entry.is_dir())


def test_a_missing_table_publishes_nothing(home):
    before = publish(home, TABLES, {}, keep_snapshots=2).snapshot_id
    with pytest.raises(Unavailable):
        publish(home, [*TABLES, ("reports", "third")], {}, keep_snapshots=2)

    assert before == home.current_snapshot_id()
    assert {1} == marks(home)


def test_a_failed_run_is_told_and_the_snapshot_stays(home):
    published = publish(home, TABLES, {}, keep_snapshots=2)
    record_run(home, run_id="bad", status="failed", failed_step="plan", message="no")

    assert tuple(home.read_last_run()[name] for name in ("run_id", "status", "failed_step")) == ("bad", "failed", "plan")
    assert published.snapshot_id == home.current_snapshot_id()


def test_a_reader_never_sees_half_a_snapshot(home):
    """Goal: no error and no mixture while a publisher replaces snapshots as fast as it can. Method: read in a loop."""
    publish(home, TABLES, {}, keep_snapshots=2)
    seen: list[set[int]] = []
    stop = threading.Event()

    def read() -> None:
        while not stop.is_set():
            seen.append(marks(home))

    reader = threading.Thread(target=read)
    reader.start()
    try:
        for mark in range(2, 12):
            fill(home, mark)
            publish(home, TABLES, {}, keep_snapshots=5)
    finally:
        stop.set()
        reader.join()

    assert {11} == marks(home)
    assert seen
    assert all(len(marks_seen) == 1 for marks_seen in seen)
    assert [max(one) for one in seen] == sorted(max(one) for one in seen)


PUBLISHER = textwrap.dedent(
    """
    import os, sys, pipelines.publish.snapshot as snapshot
    from pathlib import Path
    from pipelines.home import Home
    wanted = sys.argv[2]
    def dying(name, real):
        def step(*args, **kwargs):
            if name == wanted:
                os.kill(os.getpid(), 9)
            return real(*args, **kwargs)
        return step
    for name in ("_copy", "_copy_comments", "_sync_file", "replace_text", "sync_folder", "_prune"):
        setattr(snapshot, name, dying(name, getattr(snapshot, name)))
    snapshot.publish(Home(Path(sys.argv[1])), [("reports", "first"), ("reports", "second")], {}, keep_snapshots=2)
    """
)


@pytest.mark.parametrize("step", ["_copy", "_copy_comments", "replace_text", "_sync_file", "sync_folder", "_prune"])
def test_a_publisher_killed_at_any_step_leaves_a_good_snapshot(home, step):
    publish(home, TABLES, {}, keep_snapshots=2)
    fill(home, 2)
    died = subprocess.run([sys.executable, "-c", PUBLISHER, str(home.root), step])
    whole = marks(home)
    published = publish(home, TABLES, {}, keep_snapshots=2)

    assert died.returncode == -signal.SIGKILL
    assert whole == ({2} if step == "_prune" else {1})
    assert {2} == marks(home)
    assert not [entry for entry in home.snapshots.iterdir() if entry.name.startswith(".")]
    assert published.snapshot_id == home.manifest()["snapshot_id"]
