"""The command line starts quickly, speaks both languages, and ends with codes that scripts can use."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest

ROOT = Path(__file__).resolve().parents[2]
HEAVY = ("dagster", "dagster_dbt", "dbt", "streamlit")


def throughline(home: Path, *words: str, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {
        **os.environ,
        "THROUGHLINE_HOME": str(home),
        "PYTHONPATH": str(ROOT),
        "THROUGHLINE_LANGUAGE": "en",
        **variables,
    }
    command = [sys.executable, "-m", "pipelines.cli", *words]
    return subprocess.run(command, capture_output=True, text=True, env=environment, cwd=ROOT, timeout=120)


def imported_by(home: Path, *words: str) -> set[str]:
    """Modules in sys.modules after the command ran."""
    code = (
        "import sys\nsys.argv = ['throughline', *sys.argv[1:]]\nfrom pipelines.cli import main\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\nprint('MODULES', *sorted(sys.modules))"
    )
    environment = {**os.environ, "THROUGHLINE_HOME": str(home), "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", code, *words], capture_output=True, text=True, env=environment, cwd=ROOT, timeout=120
    )
    line = next(line for line in done.stdout.splitlines() if line.startswith("MODULES"))
    return set(line.split()[1:])


@pytest.fixture
def demand(tmp_path: Path) -> Path:
    weeks = [date(2025, 1, 6) + timedelta(weeks=week) for week in range(60)]
    path = tmp_path / "demand.csv"
    pl.DataFrame(
        {"series_id": ["A-17"] * 60, "period_start": weeks, "quantity": [10.0 + week % 4 for week in range(60)]}
    ).write_csv(path)
    return path


def test_help_and_light_commands_never_import_the_heavy_ones(tmp_path, demand):
    commands = [
        ("--help",),
        ("run", "--help"),
        ("load", str(tmp_path), "--map", str(tmp_path / "none.toml")),
        ("forecast", "--demand", str(demand), "--out", str(tmp_path / "out.csv"), "--horizon", "4"),
        ("status",),
    ]
    for words in commands:
        found = {name for name in imported_by(tmp_path / "home", *words) if name.split(".")[0] in HEAVY}
        assert set() == found, words


def test_every_command_has_help_with_an_example(tmp_path):
    for command in ("demo", "load", "run", "up", "status", "check", "forecast", "reset"):
        shown = throughline(tmp_path, command, "--help")
        assert shown.returncode == 0
        assert f"throughline {command}" in " ".join(shown.stdout.split()), command


def test_a_file_is_forecast_without_a_company(tmp_path, demand):
    out = tmp_path / "forecast.parquet"
    done = throughline(
        tmp_path / "home", "forecast", "--demand", str(demand), "--out", str(out), "--horizon", "3", "--quantiles", "0.1,0.9"
    )
    table = pl.read_parquet(out)

    assert done.returncode == 0, done.stderr
    assert table.columns == ["series_id", "period_start", "quantile", "quantity", "model"]
    assert [None, 0.1, 0.9] == table["quantile"].unique().sort().to_list()
    assert [date(2026, 3, 2) + timedelta(weeks=week) for week in range(3)] == sorted(table["period_start"].unique())
    assert {"A-17"} == set(table["series_id"])


def test_a_table_of_events_lifts_the_week_of_the_next_one_and_names_a_series_it_does_not_know(tmp_path, demand):
    frame = pl.read_csv(demand, try_parse_dates=True).with_row_index("week")
    promotions = [10, 22, 35, 48, 61]
    frame.with_columns(pl.when(pl.col("week").is_in(promotions)).then(30.0).otherwise(pl.col("quantity")).alias("quantity")).drop(
        "week"
    ).write_csv(demand)
    starts = [date(2025, 1, 6) + timedelta(weeks=week) for week in promotions]
    table = pl.DataFrame({"event": "promotion", "start_date": starts, "series_id": "A-17"}).with_columns(
        (pl.col("start_date") + pl.duration(days=6)).alias("end_date")
    )
    out, events = tmp_path / "out.csv", tmp_path / "events.csv"
    words = (
        "forecast",
        "--demand",
        str(demand),
        "--out",
        str(out),
        "--horizon",
        "4",
        "--events",
        str(events),
        "--holidays",
        "CN",
    )
    table.write_csv(events)
    done = throughline(tmp_path / "home", *words)
    means = pl.read_csv(out).filter(pl.col("quantile").is_null())["quantity"].to_list()
    table.with_columns(pl.lit("B-2").alias("series_id")).write_csv(events)
    refused = throughline(tmp_path / "home", *words)

    assert done.returncode == 0, done.stderr
    assert means[1] > 1.7 * means[0]
    assert refused.returncode == 2
    assert "B-2" in refused.stderr


def test_an_error_about_a_series_calls_it_as_the_file_does(tmp_path):
    """Days as well: A-1 is fine, B-2 has one day twice."""
    days = [date(2026, 1, 1) + timedelta(days=day) for day in range(30)]
    path = tmp_path / "days.csv"
    good = pl.DataFrame({"series_id": "A-1", "period_start": days, "quantity": [5.0] * 30})
    twice = good.with_columns(pl.lit("B-2").alias("series_id"))
    pl.concat([good, twice, twice.head(1)]).write_csv(path)
    words = ("forecast", "--demand", str(path), "--out", str(tmp_path / "out.csv"), "--freq", "day", "--horizon", "7")
    refused = throughline(tmp_path / "home", *words)
    good.write_csv(path)
    done = throughline(tmp_path / "home", *words)

    assert refused.returncode == 2
    assert "B-2" in refused.stderr
    assert done.returncode == 0, done.stderr
    assert pl.read_csv(tmp_path / "out.csv", try_parse_dates=True)["period_start"].max() == date(2026, 2, 6)


def test_an_empty_home_says_how_to_fill_it(tmp_path):
    run = throughline(tmp_path / "home", "run", THROUGHLINE_LANGUAGE="zh")
    status = throughline(tmp_path / "home", "status")

    assert run.returncode == 7
    assert "throughline demo" in run.stderr
    assert "Traceback" not in run.stderr
    assert status.returncode == 0
    assert "throughline demo" in status.stdout


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("run", "--as-of", "yesterday"), 2),
        (("forecast", "--demand", "nothing.csv", "--out", "x.csv"), 5),
        (("load", "nowhere"), 2),
        (("demo", "--advance", "3"), 5),
        (("check",), 7),
        (("no-such-command",), 2),
    ],
)
def test_each_kind_of_error_has_its_exit_code(tmp_path, words, code):
    done = throughline(tmp_path / "home", *words)

    assert code == done.returncode, done.stderr
    assert done.stderr.strip()
    assert "Traceback" not in done.stderr


def test_verbose_shows_where_an_error_came_from(tmp_path):
    assert "Traceback" in throughline(tmp_path, "--verbose", "run", "--as-of", "yesterday").stderr
