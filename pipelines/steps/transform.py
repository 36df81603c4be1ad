"""Steps 2 and 5 without Dagster: build and test the models of one selection."""

from __future__ import annotations

from pipelines.dbt import CORE, REPORTS, require_success, run_dbt
from pipelines.run import Run

__all__ = ["run_core", "run_reports", "variables"]


def variables(run: Run) -> list[str]:
    """Arguments that tell dbt the day to report for, if it is not the company's own clock.

    Nothing is passed otherwise: dbt parses the whole project again when its variables change.
    """
    return ["--vars", f'{{"as_of": "{run.as_of.isoformat()}"}}'] if run.as_of else []


def run_core(run: Run) -> None:
    """Staging, intermediate, marts and the planner's inputs."""
    with run.step("transform"):
        _build(run, ["build", "--select", CORE["select"], "--exclude", *CORE["exclude"].split(), *_common(run)])


def run_reports(run: Run) -> None:
    """What the screens read."""
    with run.step("report"):
        _build(run, ["build", "--select", *REPORTS.split(), *_common(run)])


def _common(run: Run) -> list[str]:
    # Cautious: a test whose parents are not all selected waits for the selection that builds them.
    return ["--indirect-selection", "cautious", *variables(run)]


def _build(run: Run, arguments: list[str]) -> None:
    require_success(run_dbt(run.settings, arguments), "build")
