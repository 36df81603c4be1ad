"""Marts that go on from the last run hold what marts made from the start would hold, and know when they may not go on."""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterator
from dataclasses import fields, replace
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pytest

from kernel.errors import ThroughlineError
from pipelines.dbt import require_success, run_dbt
from pipelines.lock import let_go
from pipelines.run import Run
from pipelines.settings import Settings, load_settings
from pipelines.steps.ingest import run_ingest
from pipelines.steps.transform import core_arguments, remember_core
from tests.company import THE_DAY, common, tiny_company
from tests.transactional.test_conservation import Story, _aim
from transactional import Ledger, open_ledger
from transactional.commands import AdvanceClock, Command, DefineItem, DefineLocation, DefineWarehouse

pytestmark = [pytest.mark.pipeline, pytest.mark.timeout(900)]

ROOT = Path(__file__).resolve().parents[2]
GOING_ON = ("marts.fct_movement_line", "intermediate.int_value_flow", "marts.fct_stock_daily")


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """One home for all: dbt parses the project once per home."""
    return load_settings({"THROUGHLINE_HOME": str(tmp_path_factory.mktemp("incremental"))}, ROOT)


@pytest.fixture
def ledger(settings: Settings) -> Iterator[Ledger]:
    """The tiny company from its first day, nothing of it in the warehouse yet."""
    for left in (*settings.home.glob("ledger.db*"), *settings.home.glob("warehouse.duckdb*"), settings.home / "run_state.json"):
        left.unlink(missing_ok=True)
    ledger = open_ledger(settings.ledger)
    tiny_company(ledger)
    yield ledger
    ledger.close()


def build(settings: Settings, *, is_finished: bool = True, from_the_start: bool = False) -> bool:
    """Ingest and build the marts that go on; whether they were built from the start.

    `is_finished` false: as after a run that was killed behind its models, so that nothing is remembered of it.
    """
    run = Run("incremental", settings)
    run_ingest(run)
    starts_over = from_the_start or "--full-refresh" in core_arguments(run)
    words = ["run", "--quiet", "--select", "+fct_stock_daily", *(["--full-refresh"] if starts_over else [])]
    require_success(run_dbt(settings, words), "run")
    if is_finished:
        remember_core(run)
    let_go(run.home.run_lock, run.run_id)
    return starts_over


def content(settings: Settings) -> dict[str, list[tuple[object, ...]]]:
    with duckdb.connect(str(settings.home / "warehouse.duckdb"), read_only=True) as warehouse:
        return {name: warehouse.execute(f"SELECT * FROM {name} ORDER BY ALL").fetchall() for name in GOING_ON}


def dated(command: Command, day: date) -> Command:
    """The same command, happening on another day."""
    changes = {field.name: day for field in fields(command) if getattr(command, field.name) == THE_DAY}
    return replace(command, **changes)


def post_some(ledger: Ledger, story: Story, today: date, count: int) -> int:
    """Random commands of the last four weeks, backdated ones and reversals among them; how many were accepted."""
    accepted = 0
    for _ in range(count):
        command = story.next()
        if command is None:
            continue
        day = max(THE_DAY, today - timedelta(days=story.random.choice([0, 0, 0, 1, 2, 9, 27])))
        try:
            ledger.post([_aim(ledger, dated(command, day))])
            accepted += 1
        except ThroughlineError:
            continue
    return accepted


def change_master_data(ledger: Ledger, number: int, today: date) -> None:
    """A new bin, a new warehouse, a renamed item: none of them a reason to start over."""
    ledger.post(
        [
            DefineLocation(code=f"N-{number}", warehouse="MAIN", **common("admin", today)),
            DefineWarehouse(code=f"W{number}", name=f"Warehouse {number}", **common("admin", today)),
            DefineItem(sku="RAW-01", name=f"Renamed {number}", item_type="raw_material", **common("admin", today)),
        ]
    )


def check_histories(settings: Settings, ledger: Ledger, seed: int, increments: int) -> None:
    """Goal: going on gives what starting over gives. Method: after each increment, build both ways and compare every row."""
    story, chance, today = Story(seed), random.Random(seed), THE_DAY
    working, kept = settings.home / "warehouse.duckdb", settings.home / "kept.duckdb"
    accepted = post_some(ledger, story, today, 30)
    build(settings)
    for number in range(increments):
        today += timedelta(days=chance.choice([0, 1, 3]))
        ledger.post([AdvanceClock(today=today, **common("admin", today))])
        change_master_data(ledger, number, today)
        accepted += post_some(ledger, story, today, 30)
        started_over = build(settings, is_finished=chance.random() < 0.7)
        found = content(settings)
        shutil.copy(working, kept)
        build(settings, from_the_start=True)
        expected = content(settings)
        shutil.move(kept, working)

        assert not started_over
        for name in GOING_ON:
            assert expected[name] == found[name], (seed, number, name)
    # One increment may be refused whole; a history of refusals would prove nothing.
    assert accepted > increments


@pytest.mark.parametrize("seed", [2])
def test_going_on_gives_what_starting_over_gives(settings, ledger, seed):
    check_histories(settings, ledger, seed, increments=3)


@pytest.mark.proof
@pytest.mark.parametrize("seed", range(100, 130))
def test_many_histories_going_on_give_what_starting_over_gives(settings, ledger, seed):
    check_histories(settings, ledger, seed, increments=8)


def must_start_over(settings: Settings, statement: str = "", as_of: date | None = None) -> bool:
    """Whether the next build would start over, had `statement` happened to the working file."""
    path = settings.home / "warehouse.duckdb"
    before = path.read_bytes()
    if statement:
        with duckdb.connect(str(path)) as warehouse:
            warehouse.execute(statement)
    words = core_arguments(Run("asked", settings, as_of))
    path.write_bytes(before)
    return "--full-refresh" in words


NEXT = "(SELECT max(posting_sequence) + 1 FROM raw.posting)"


def version(table: str, change: str) -> str:
    """A later version of one row, as the ledger would post it."""
    return (
        f"INSERT INTO raw.{table} SELECT * REPLACE ({change}, {NEXT} AS posting_sequence) FROM raw.{table} "
        f"WHERE {table}_id = (SELECT max({table}_id) FROM raw.{table})"
    )


def test_marts_start_over_when_going_on_would_keep_what_no_longer_holds(settings, ledger, monkeypatch):
    """Rows made by an old rule, for a later day, or with a fact that changed would stay wrong for ever."""
    from pipelines.steps import transform

    build(settings)
    goes_on = {
        "nothing": must_start_over(settings),
        "a location renamed": must_start_over(settings, version("location", "'renamed' AS zone")),
        "the clock": must_start_over(settings, version("company", "today + 1 AS today")),
    }
    starts_over = {
        "a location of another warehouse": must_start_over(settings, version("location", "warehouse_id + 1 AS warehouse_id")),
        "a warehouse valued elsewhere": must_start_over(settings, version("warehouse", "99 AS valuation_area_id")),
        "another currency unit": must_start_over(settings, version("company", "0 AS minor_digits")),
        "another day asked for": must_start_over(settings, as_of=THE_DAY),
        "a day gone back": must_start_over(settings, version("company", "today - 1 AS today")),
        "nothing remembered": must_start_over(settings, "DELETE FROM pipeline.models_built"),
    }
    monkeypatch.setattr(transform, "project_fingerprint", lambda: "another file")
    starts_over["a changed file"] = must_start_over(settings)

    assert goes_on == dict.fromkeys(goes_on, False)
    assert starts_over == dict.fromkeys(starts_over, True)


def test_every_file_of_the_project_counts_as_a_rule(tmp_path, monkeypatch):
    """A changed macro or variable changes rows as much as a changed model."""
    from pipelines import dbt

    shutil.copytree(ROOT / "models", tmp_path / "models")
    monkeypatch.setattr(dbt, "dbt_project_folder", lambda: tmp_path / "models")
    prints = [dbt.project_fingerprint()]
    for name in ("sql/marts/fct_stock_daily.sql", "macros/numbers.sql", "dbt_project.yml"):
        path = tmp_path / "models" / name
        path.write_text(path.read_text() + "\n")
        prints.append(dbt.project_fingerprint())

    assert len(set(prints)) == len(prints)


def test_a_table_read_anew_makes_the_marts_start_over(settings, ledger):
    """Rows that were replaced carry their old numbers: nothing newer than the watermark would show that they changed."""
    build(settings)
    with duckdb.connect(str(settings.home / "warehouse.duckdb")) as warehouse:
        warehouse.execute("DELETE FROM raw._ingest_proof WHERE table_name = 'location'")

    assert build(settings)
    assert not build(settings)
