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


def run_core(run: Run, *, is_tested: bool = True) -> None:
    """Staging, intermediate, marts and the planner's inputs; `is_tested` false builds without dbt's tests."""
    with run.step("transform"):
        selection = ["--select", CORE["select"], "--exclude", *CORE["exclude"].split()]
        _build(run, ["build" if is_tested else "run", *selection, *_common(run, is_tested)])


def run_reports(run: Run, *, is_tested: bool = True) -> None:
    """What the screens read; `is_tested` as in `run_core`."""
    with run.step("report"):
        _build(run, ["build" if is_tested else "run", "--select", *REPORTS.split(), *_common(run, is_tested)])


def _common(run: Run, is_tested: bool) -> list[str]:
    # Cautious: a test whose parents are not all selected waits for the selection that builds them.
    cautious = ["--indirect-selection", "cautious"] if is_tested else []
    return [*cautious, *variables(run)]


def _build(run: Run, arguments: list[str]) -> None:
    require_success(run_dbt(run.settings, arguments), "build")
