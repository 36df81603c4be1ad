"""The whole run on a real ledger, through dbt and Dagster: what a kill leaves, what a failed check stops, what a request gets."""

from __future__ import annotations

import os
import random
import re
import shutil
import signal
import subprocess
import sys
import textwrap
import time
import uuid
from datetime import timedelta
from pathlib import Path

import duckdb
import pytest

from pipelines.home import Home
from pipelines.lock import is_free
from pipelines.run import Run
from pipelines.settings import Settings
from tests.company import THE_DAY, common
from tests.pipelines.runs import ROOT, run_steps, settings_of
from tests.pipelines.trading_company import order_week, trading_company
from transactional import open_ledger
from transactional.commands import RequestRun

pytestmark = [pytest.mark.pipeline, pytest.mark.timeout(900)]


def prints(home: Path) -> dict[str, tuple[int, str]]:
    """Row count and checksum of every table after raw."""
    with duckdb.connect(str(home / "warehouse.duckdb"), read_only=True) as warehouse:
        names = warehouse.execute(
            "SELECT table_schema, table_name FROM information_schema.tables "
            "WHERE table_schema IN ('intermediate', 'marts', 'plan_input', 'reports', 'forecast', 'plan') ORDER BY ALL"
        ).fetchall()
        found = {}
        for schema, name in names:
            query = f'SELECT count(*), sum(hash(t)::HUGEINT)::VARCHAR FROM "{schema}"."{name}" AS t'
            found[f"{schema}.{name}"] = warehouse.execute(query).fetchall()[0]
    return found


@pytest.fixture
def home(trading_home: Path, tmp_path: Path) -> Path:
    """A copy to spoil."""
    copy = tmp_path / "home"
    shutil.copytree(trading_home, copy)
    return copy


def published(home: Path) -> dict[str, list[str]]:
    """Every table of the current snapshot as sorted rows of what people see.

    Surrogate ids are left out, also inside keys: each database hands them out in blocks of its own. Floats to nine digits: their
    sums depend on the order of rows. The intervals of groups are left out: their sample is drawn by series, keyed by those ids.
    """
    keys = ("dimension_key", "group_key")
    drawn = {"rpt_forecast_group": ("p10", "p90")}

    def seen(value: object) -> str:
        if isinstance(value, float):
            return f"{value:.9g}"
        return re.sub(r"\b([A-Z]{2}):\d+", r"\1", value) if isinstance(value, str) else repr(value)

    found = {}
    with duckdb.connect(str(home / "snapshots" / Home(home).current_snapshot_id() / "warehouse.duckdb"), read_only=True) as shown:
        for schema, name in shown.execute("SELECT schema_name, table_name FROM duckdb_tables() ORDER BY ALL").fetchall():
            result = shown.execute(f'SELECT * FROM "{schema}"."{name}"')
            columns = [column[0] for column in result.description]
            left_out = (*keys, *drawn.get(name, ()))
            kept = [place for place, column in enumerate(columns) if not column.endswith("_id") and column not in left_out]
            found[f"{schema}.{name}"] = sorted(" | ".join(seen(row[place]) for place in kept) for row in result.fetchall())
    return found


def throughline(settings: Settings, *words: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, **settings.environment(), "PYTHONPATH": str(ROOT)}
    return subprocess.run(
        [sys.executable, "-m", "pipelines.cli", *words], env=environment, cwd=ROOT, capture_output=True, text=True, timeout=600
    )


@pytest.mark.postgres
@pytest.mark.parametrize("by_command", [False, pytest.param(True, marks=pytest.mark.proof)])
def test_a_ledger_on_postgresql_publishes_what_one_on_sqlite_does(trading_home, postgres_database, tmp_path, by_command):
    """Goal: the database under the ledger changes nothing that people see. Method: one company on both, all rows."""
    trading_company(postgres_database)
    home = tmp_path / "home"
    settings = settings_of(home, postgres_database)
    if by_command:
        ran = throughline(settings, "run")
        assert ran.returncode == 0, ran.stdout + ran.stderr
    else:
        run_steps(settings, "first")
    expected, found = published(trading_home), published(home)

    assert not (home / "ledger.db").exists()
    assert expected.keys() == found.keys()
    assert [] == [name for name in expected if expected[name] != found[name]]
    assert len(expected) > 20

    status = throughline(settings, "status")
    checked = throughline(settings, "check")
    kept = throughline(settings, "demo", "--if-empty")
    refused = throughline(settings, "reset", "--ledger", "--yes")

    assert (0, True) == (status.returncode, Home(home).current_snapshot_id() in status.stdout), status.stderr
    assert (0, "") == (checked.returncode, checked.stderr), checked.stdout
    assert (0, True) == (kept.returncode, "TINY" in kept.stdout), kept.stderr
    assert refused.returncode == 3


KILLED = textwrap.dedent(
    """
    import os, sys
    from tests.pipelines.runs import settings_of
    from pathlib import Path
    from pipelines.run import Run
    home, place = Path(sys.argv[1]), sys.argv[2]
    run = Run("killed", settings_of(home))

    def die(*args, **kwargs):
        os.kill(os.getpid(), 9)

    if place == "ingest":
        import pipelines.ingest.load as load
        real, count = load._append, []
        load._append = lambda *a: (count.append(1), die() if len(count) > 1 else real(*a))[1]
        from pipelines.steps.ingest import run_ingest
        run_ingest(run)
    if place == "transform":
        from pipelines.steps.ingest import run_ingest
        run_ingest(run)
        import dbt_common.events.functions as functions
        real, seen = functions.msg_to_dict, []
        def count(message):
            made = real(message)
            seen.append(made["info"]["name"])
            if seen.count("NodeFinished") > 60:
                die()
            return made
        functions.msg_to_dict = count
        from pipelines.steps.transform import run_core
        run_core(run, is_tested=False)
    if place == "forecast":
        import pipelines.steps.forecast as forecast
        import pipelines.steps.forecast_archive as archive
        archive._thin_out = die
        forecast.run_forecast(run)
    if place == "plan":
        import pipelines.steps.plan as plan
        real, count = plan.insert_frame, []
        plan.insert_frame = lambda *a: (count.append(1), die() if len(count) > 3 else real(*a))[1]
        plan.run_plan(run)
    if place == "report":
        import dbt_common.events.functions as functions
        real, seen = functions.msg_to_dict, []
        def count(message):
            made = real(message)
            seen.append(made["info"]["name"])
            if seen.count("NodeFinished") > 10:
                die()
            return made
        functions.msg_to_dict = count
        from pipelines.steps.transform import run_reports
        run_reports(run, is_tested=False)
    if place == "publish":
        import pipelines.publish.snapshot as snapshot
        snapshot._sync_file = die
        from pipelines.steps.publish import run_publish
        run_publish(run)
    sys.exit("survived " + place)
    """
)


def test_runs_killed_inside_every_step_end_like_an_undisturbed_one(home, tmp_path):
    """Goal: a kill leaves nothing behind. Method: kill inside each transaction in turn, then run to the end and compare."""
    ledger = open_ledger(home / "ledger.db")
    order_week(ledger, THE_DAY + timedelta(weeks=61), 61)
    ledger.close()
    quiet = tmp_path / "quiet"
    shutil.copytree(home, quiet)
    run_steps(settings_of(quiet), "undisturbed")
    before = Home(home).current_snapshot_id()
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    for place in ("ingest", "transform", "forecast", "plan", "report", "publish"):
        words = [sys.executable, "-c", KILLED, str(home), place]
        died = subprocess.run(words, env=environment, cwd=ROOT, capture_output=True, text=True)
        assert died.returncode == -signal.SIGKILL, (place, died.stderr[-2000:])
        assert before == Home(home).current_snapshot_id()
    run_steps(settings_of(home), "after")
    expected, found = prints(quiet), prints(home)

    assert expected.keys() == found.keys()
    assert {name: (expected[name], found[name]) for name in expected if expected[name] != found[name]} == {}
    assert Home(quiet).manifest()["tables"] == Home(home).manifest()["tables"]


def test_running_again_changes_nothing(home):
    before = prints(home)
    run_steps(settings_of(home), "again")

    assert before == prints(home)


def test_whoever_waits_for_a_run_that_was_killed_is_told(home):
    from pipelines.requests import fail_stopped_requests, open_requests, report

    settings = settings_of(home)
    ledger = open_ledger(settings.ledger)
    ledger.post([RequestRun(**common("planner", THE_DAY + timedelta(weeks=59)))])
    waiting = open_requests(settings.ledger)
    report(Run("killed", settings, None, tuple(waiting)), "running", progress="plan")

    told = fail_stopped_requests(settings)

    assert waiting
    assert waiting == told
    assert not open_requests(settings.ledger)
    assert ledger.rows("SELECT status, run_id FROM run_request") == [("failed", "killed")]
    ledger.close()


def test_a_killed_run_does_not_hold_up_the_queue():
    """Goal: no run waits for one whose process is gone. Method: Dagster's records say two work, and nobody holds the lock."""
    from dagster import DagsterInstance, DagsterRunStatus
    from dagster._core.test_utils import create_run_for_test

    from pipelines.stopped_runs import end_stopped_runs

    instance, killed, mine = DagsterInstance.ephemeral(), str(uuid.uuid4()), str(uuid.uuid4())
    for run_id in (killed, mine):
        create_run_for_test(instance, job_name="throughline", run_id=run_id, status=DagsterRunStatus.STARTED)

    assert [] == end_stopped_runs(instance, "stopped", quiet_for=timedelta(minutes=2))
    assert [killed] == end_stopped_runs(instance, "stopped", but=mine)
    assert {killed: "FAILURE", mine: "STARTED"} == {run.run_id: run.status.value for run in instance.get_runs()}


@pytest.mark.proof
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("seed", range(10))
def test_runs_killed_at_random_moments_end_like_an_undisturbed_one(home, tmp_path, seed):
    """Goal: as above for the whole command, Dagster included. Method: ten kills at random moments, then one run to the end."""
    chance = random.Random(seed)
    ledger = open_ledger(home / "ledger.db")
    order_week(ledger, THE_DAY + timedelta(weeks=61), 61)
    ledger.close()
    quiet = tmp_path / "quiet"
    shutil.copytree(home, quiet)
    started = time.monotonic()
    assert throughline(settings_of(quiet), "run").returncode == 0
    whole = time.monotonic() - started
    for _ in range(10):
        environment = {**os.environ, **settings_of(home).environment(), "PYTHONPATH": str(ROOT)}
        words = [sys.executable, "-m", "pipelines.cli", "run"]
        running = subprocess.Popen(words, env=environment, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(chance.uniform(0.1, 1.0) * whole)
        running.kill()
        running.wait()
        # Whatever was current is whole and readable.
        assert published(home)["reports.rpt_company"]
        assert is_free(Home(home).run_lock)
    ended = throughline(settings_of(home), "run")

    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert prints(quiet) == prints(home)
    assert published(quiet) == published(home)


def test_a_request_is_picked_up_run_and_answered(home, monkeypatch):
    """Goal: "replan now" becomes a run that writes its progress back. Method: the sensor's own answer starts the run."""
    from dagster import DagsterInstance, build_sensor_context

    from pipelines.assets.context import REQUEST_TAG
    from pipelines.job import JOB
    from pipelines.runner import run_all
    from pipelines.sensors import request_sensor

    settings = settings_of(home)
    for name, value in settings.environment().items():
        monkeypatch.setenv(name, value)
    ledger = open_ledger(settings.ledger)
    ledger.post([RequestRun(**common("planner", THE_DAY + timedelta(weeks=59)))])
    sensor, instance = request_sensor(JOB, settings), DagsterInstance.ephemeral()
    asked = sensor(build_sensor_context(instance=instance))
    summary = run_all(settings, run_request_ids=tuple(int(number) for number in asked.tags[REQUEST_TAG].split("-")))
    row = ledger.records("SELECT status, run_id, snapshot_id, message FROM run_request")[0]
    again = sensor(build_sensor_context(instance=instance))
    ledger.close()

    assert summary.is_published, summary.message
    assert {"status": "succeeded", "run_id": summary.run_id, "snapshot_id": summary.snapshot_id, "message": ""} == row
    assert summary.snapshot_id == Home(home).current_snapshot_id()
    assert all(summary.checks.values())
    assert again.skip_message == "no run was asked for"

    # What follows uses the run above: one start of Dagster serves both.
    published = summary.snapshot_id
    with duckdb.connect(str(home / "warehouse.duckdb")) as warehouse:
        # The same length, in a row that an earlier run copied.
        warehouse.execute(
            "UPDATE raw.item SET name = replace(name, 'a', 'e') WHERE item_id = (SELECT min(item_id) FROM raw.item)"
        )
    refused = run_all(settings)
    last = Home(home).read_last_run()

    assert not refused.is_published
    assert (last["status"], last["failed_step"]) == ("failed", "check")
    assert "raw_equals_ledger" in last["message"]
    assert "name is 'Raw-01' in the ledger, 'Rew-01' in raw" in last["message"]
    assert "throughline reset" in last["message"]
    assert published == Home(home).current_snapshot_id() == refused.snapshot_id
