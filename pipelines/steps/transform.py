"""Steps 2 and 5 without Dagster: build and test the models of one selection.

The largest marts go on from where the last whole build stood (`models/macros/incremental.sql`). That is right only while
nothing but postings was added, so they are built from the start when

    a file of models/, a variable, or DuckDB changed              rows made by the old rule would stay
    the day reported for went back                                rows beyond it would stay
    a fact they keep a copy of changed (`COPIED`)                 old rows would keep the old fact
    no whole build is remembered, or raw was read anew            nobody knows what they hold
"""

from __future__ import annotations

from datetime import date

import duckdb

from kernel.ids import stable_id
from kernel.messages import text
from pipelines.dbt import CORE, REPORTS, project_fingerprint, require_success, run_dbt
from pipelines.ingest import ingest_state
from pipelines.ingest.tables import raw_tables
from pipelines.run import Run
from pipelines.steps.tables import create_result_tables
from pipelines.warehouse import open_warehouse

__all__ = ["COPIED", "core_arguments", "how_built", "remember_core", "report_arguments", "run_core", "run_reports"]

COPIED = {
    "company": ("minor_digits",),
    "location": ("kind", "warehouse_id"),
    "warehouse": ("valuation_area_id",),
    "work_order": ("item_id",),
}
"""Columns of rows that can change whose values stand in rows of the models that go on."""


def run_core(run: Run, *, is_tested: bool = True) -> None:
    """Staging, intermediate, marts and the planner's inputs; `is_tested` false builds without dbt's tests."""
    with run.step("transform") as step:
        arguments = core_arguments(run)
        _build(run, arguments, is_tested)
        remember_core(run)
        step.note = how_built(run, arguments)


def run_reports(run: Run, *, is_tested: bool = True) -> None:
    """What the screens read; `is_tested` as in `run_core`."""
    with run.step("report"):
        _build(run, report_arguments(run), is_tested)


def core_arguments(run: Run) -> list[str]:
    """What dbt is told to build the core, with --full-refresh where going on would be wrong."""
    with open_warehouse(run.home.warehouse) as warehouse:
        create_result_tables(warehouse)
        refresh = ["--full-refresh"] if _must_start_over(warehouse, run) else []
    return ["--select", CORE["select"], "--exclude", *CORE["exclude"].split(), *refresh, *_variables(run)]


def how_built(run: Run, arguments: list[str]) -> str:
    """Whether the core was built from the start, for people."""
    how = "from_the_start" if "--full-refresh" in arguments else "goes_on"
    return text(f"pipelines.note.{how}", run.settings.language)


def report_arguments(run: Run) -> list[str]:
    """What dbt is told to build the reports."""
    return ["--select", *REPORTS.split(), *_variables(run)]


def remember_core(run: Run) -> None:
    """The core was built whole and its tests passed: the next build may go on from here."""
    with open_warehouse(run.home.warehouse) as warehouse:
        built = [ingest_state(warehouse).watermark, _day(warehouse, run), _fingerprint(run)]
        warehouse.begin()
        warehouse.execute("DELETE FROM pipeline.models_built")
        warehouse.execute("INSERT INTO pipeline.models_built VALUES (?, ?, ?)", built)
        warehouse.commit()


def _must_start_over(warehouse: duckdb.DuckDBPyConnection, run: Run) -> bool:
    rows = warehouse.execute("SELECT watermark, data_through, fingerprint FROM pipeline.models_built").fetchall()
    if not rows:
        return True
    watermark, data_through, fingerprint = rows[0]
    return (
        fingerprint != _fingerprint(run)
        or _day(warehouse, run) < data_through
        or any(_has_changed(warehouse, table, columns, watermark) for table, columns in COPIED.items())
    )


def _has_changed(warehouse: duckdb.DuckDBPyConnection, table: str, columns: tuple[str, ...], watermark: int) -> bool:
    """Whether a row posted since has another version with other values; a new row has none."""
    (key,) = next(one.key for one in raw_tables() if one.name == table)
    rows = warehouse.execute(
        f"SELECT 1 FROM raw.{table} WHERE {key} IN (SELECT {key} FROM raw.{table} WHERE posting_sequence > ?) "
        f"GROUP BY {key} HAVING count(DISTINCT row({', '.join(columns)})) > 1 LIMIT 1",
        [watermark],
    ).fetchall()
    return bool(rows)


def _day(warehouse: duckdb.DuckDBPyConnection, run: Run) -> date:
    if run.as_of is not None:
        return run.as_of
    (today,) = warehouse.execute("SELECT arg_max(today, posting_sequence) FROM raw.company").fetchall()[0]
    assert isinstance(today, date)
    return today


def _fingerprint(run: Run) -> str:
    return stable_id(project_fingerprint(), *_variables(run), duckdb.__version__)


def _variables(run: Run) -> list[str]:
    """Arguments that tell dbt the day to report for, if it is not the company's own clock.

    Nothing is passed otherwise: dbt parses the whole project again when its variables change.
    """
    return ["--vars", f'{{"as_of": "{run.as_of.isoformat()}"}}'] if run.as_of else []


def _build(run: Run, arguments: list[str], is_tested: bool) -> None:
    # Cautious: a test whose parents are not all selected waits for the selection that builds them.
    command = ["build", "--indirect-selection", "cautious"] if is_tested else ["run"]
    require_success(run_dbt(run.settings, [*command, *arguments]), "build")
