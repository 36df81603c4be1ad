"""A saved specification serves the next run, is named in everything the run leaves, and comes off without a trace."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import duckdb
import pytest
from typer.testing import CliRunner

from forecasting import Selector, SpecificationEntry
from kernel.errors import InvalidInput, NotFound
from pipelines.cli import app
from pipelines.home import Home
from pipelines.lock import let_go
from pipelines.run import Run
from pipelines.specifications import read_specifications, remove_specifications, save_specification
from pipelines.steps.forecast import run_forecast
from pipelines.steps.ingest import run_ingest
from tests.pipelines.runs import settings_of

DAY = date(2026, 3, 2)


def entry(sku: str = "GOOD-01", model: str = "theta", **changes: object) -> SpecificationEntry:
    values: dict[str, object] = {"selector": Selector(sku=sku, warehouse="MAIN"), "frequency": "week", "model": model}
    values |= {"author": "李伟", "decided_on": DAY, "why": "the level moved"}
    return SpecificationEntry(**(values | changes))  # type: ignore[arg-type]


def forecast_step(home: Path, run_id: str) -> Run:
    run = Run(run_id, settings_of(home))
    run_ingest(run)
    run_forecast(run)
    let_go(run.home.run_lock, run_id)
    return run


def forecast_tables(home: Path) -> dict[str, list[tuple[object, ...]]]:
    with duckdb.connect(str(home / "warehouse.duckdb"), read_only=True) as warehouse:
        names = warehouse.execute("SELECT table_name FROM duckdb_tables() WHERE schema_name = 'forecast' ORDER BY 1").fetchall()
        return {name: warehouse.execute(f'SELECT * FROM forecast."{name}" ORDER BY ALL').fetchall() for (name,) in names}


@pytest.fixture
def home(trading_home: Path, tmp_path: Path) -> Path:
    """A home whose forecast was made without any specification."""
    copy = tmp_path / "home"
    shutil.copytree(trading_home, copy)
    return copy


@pytest.mark.pipeline
def test_the_next_run_uses_a_specification_names_it_and_forgets_it_when_it_is_removed(home: Path) -> None:
    before = forecast_tables(home)
    save_specification(Home(home), entry(), entry("ABC-99"))
    facts = forecast_step(home, "tuned").facts()["accuracy"]
    during = forecast_tables(home)
    changed = {row[2]: row[4] for row in during["champions"] if row[3] == "week"}

    assert ["specification_theta"] == [model for model in changed.values() if str(model).startswith("specification")]
    assert [("GOOD-01@MAIN", "theta", "李伟", DAY, 1)] == [(*row[4:8], row[9]) for row in during["specifications_used"]]
    assert facts["specification_authors_week"] == "李伟"
    assert facts["specification_entries_week"] == "GOOD-01@MAIN theta"
    assert len(facts["specification_hash_week"]) == 16
    ran = {row[0] for row in during["runs"] if row[1] == "live" and row[2] == "week"}
    assert ran == {during["specifications_used"][0][0]}
    assert [row for row in before["champions"] if row[3] == "month"] == [row for row in during["champions"] if row[3] == "month"]

    copy = remove_specifications(Home(home), DAY)
    assert copy.name == "forecast_specifications.2026-03-02.toml"
    assert "李伟" in copy.read_text(encoding="utf-8")
    run = forecast_step(home, "without")
    after = forecast_tables(home)
    newest = max((row for row in after["selections"] if row[0] == "week"), key=lambda row: row[5])
    # The list of selections remembers; what is in force is what was.
    assert newest[2] in [row[2] for row in before.pop("selections")]
    assert before == {name: rows for name, rows in after.items() if name != "selections"}
    assert not any(name.startswith("specification") for name in run.facts()["accuracy"])


@pytest.mark.pipeline
def test_a_wrong_file_stops_the_run_with_the_line_and_leaves_the_forecast_as_it_was(home: Path) -> None:
    before = forecast_tables(home)
    path = save_specification(Home(home), entry())
    path.write_text(path.read_text(encoding="utf-8").replace("is_calibrated", "calibrate"), encoding="utf-8")
    with pytest.raises(InvalidInput, match=r"line 4, entry 1 \(GOOD-01@MAIN\).*calibrate"):
        forecast_step(home, "wrong")
    let_go(Home(home).run_lock, "wrong")
    assert before == forecast_tables(home)


@pytest.mark.pipeline
def test_check_finds_a_series_nobody_knows(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("THROUGHLINE_HOME", str(home))
    save_specification(Home(home), entry())
    assert CliRunner().invoke(app, ["specification", "check"]).exit_code == 0
    save_specification(Home(home), entry("GODO-01"))
    found = CliRunner().invoke(app, ["specification", "check"])
    assert found.exit_code == NotFound.exit_code
    assert "GODO-01@MAIN" in found.output


def test_entries_are_saved_shown_and_removed_one_by_one_with_a_copy_each_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = Home(tmp_path)
    monkeypatch.setenv("THROUGHLINE_HOME", str(tmp_path))
    run = CliRunner()
    save_specification(home, entry(), entry("TRADE-02", frequency="month"))
    save_specification(home, entry(model="ets"))
    assert [(one.selector.sku, one.model) for one in read_specifications(home).entries] == [
        ("GOOD-01", "ets"),
        ("TRADE-02", "theta"),
    ]

    listed = run.invoke(app, ["specification", "list"]).output
    assert "GOOD-01@MAIN (week)" in listed
    assert "TRADE-02@MAIN (month)" in listed
    assert 'why = "the level moved"' in run.invoke(app, ["specification", "show", "TRADE-02@MAIN"]).output
    with pytest.raises(NotFound, match="GOOD-01@MAIN, TRADE-02@MAIN"):
        remove_specifications(home, DAY, "GOOD-1@MAIN")

    assert run.invoke(app, ["specification", "remove", "GOOD-01@MAIN"]).exit_code == 0
    assert ["TRADE-02"] == [one.selector.sku for one in read_specifications(home).entries]
    assert run.invoke(app, ["specification", "remove", "--all"]).exit_code == 0
    assert not home.specifications.exists()
    copies = sorted(tmp_path.glob("forecast_specifications.*.toml"))
    assert [text.count("[[entry]]") for text in (copy.read_text(encoding="utf-8") for copy in copies)] in ([2, 1], [1, 2])


def test_a_file_that_cannot_be_read_can_still_be_removed(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.specifications.write_bytes(b"\xff[[")
    with pytest.raises(InvalidInput, match=r"forecast_specifications\.toml"):
        read_specifications(home)
    remove_specifications(home, DAY)
    assert not read_specifications(home).entries
