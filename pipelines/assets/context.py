"""Which run is Dagster executing? Its id, and what the tags of the run say."""

from __future__ import annotations

from datetime import date

from dagster import DagsterRun

from pipelines.run import Run
from pipelines.settings import load_settings

__all__ = ["AS_OF_TAG", "REQUEST_TAG", "RESELECT_TAG", "run_of"]

AS_OF_TAG = "throughline/as_of"
REQUEST_TAG = "throughline/run_requests"
RESELECT_TAG = "throughline/reselect"


def run_of(dagster_run: DagsterRun) -> Run:
    """The run behind a Dagster context."""
    as_of = dagster_run.tags.get(AS_OF_TAG)
    requests = tuple(int(number) for number in dagster_run.tags.get(REQUEST_TAG, "").split("-") if number)
    day = date.fromisoformat(as_of) if as_of else None
    return Run(dagster_run.run_id, load_settings(), day, requests, is_reselecting=RESELECT_TAG in dagster_run.tags)
