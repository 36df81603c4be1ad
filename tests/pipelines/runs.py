"""How does a test make a whole run without Dagster: which settings, which steps?"""

from __future__ import annotations

from pathlib import Path

from pipelines.lock import let_go
from pipelines.run import Run
from pipelines.settings import Settings, load_settings
from pipelines.steps.forecast import run_forecast
from pipelines.steps.ingest import run_ingest
from pipelines.steps.plan import run_plan
from pipelines.steps.publish import run_publish
from pipelines.steps.transform import run_core, run_reports

__all__ = ["ROOT", "run_steps", "settings_of"]

ROOT = Path(__file__).resolve().parents[2]


def settings_of(home: Path, ledger_url: str = "") -> Settings:
    """Settings of a home, with as few simulated cutoffs as can be judged."""
    given = {"THROUGHLINE_HOME": str(home), "THROUGHLINE_SIMULATED_CUTOFFS": "2"}
    return load_settings(given | ({"THROUGHLINE_LEDGER_URL": ledger_url} if ledger_url else {}), ROOT)


def run_steps(settings: Settings, run_id: str) -> None:
    """Every step in order, without Dagster and dbt's own tests."""
    run = Run(run_id, settings)
    run_ingest(run)
    run_core(run, is_tested=False)
    run_forecast(run)
    run_plan(run)
    run_reports(run, is_tested=False)
    run_publish(run)
    let_go(run.home.run_lock, run_id)
