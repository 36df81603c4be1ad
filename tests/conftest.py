"""Fixtures every folder may use: a real PostgreSQL, the public data folder, Hypothesis profiles."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.postgres import PostgresMissing, running_postgres

_QUIET = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture, HealthCheck.data_too_large]
settings.register_profile("ci", derandomize=True, deadline=None, max_examples=40, suppress_health_check=_QUIET)
settings.register_profile("proof", deadline=None, max_examples=1000, suppress_health_check=_QUIET)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))

ROOT = Path(__file__).resolve().parent.parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files that run the pipeline or a browser come first: begun last, each would keep one worker busy while the other waits."""
    slow = {item.path for item in items if item.get_closest_marker("pipeline") or item.get_closest_marker("browser")}
    items.sort(key=lambda item: item.path not in slow)


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A server on which tests create their own databases."""
    try:
        with running_postgres() as url:
            yield url
    except PostgresMissing as missing:
        if os.environ.get("THROUGHLINE_REQUIRE_POSTGRES") == "1":
            raise
        pytest.skip(f"no PostgreSQL: {missing}")


@pytest.fixture(scope="session")
def public_data() -> Path:
    """The folder of public data sets; docs/public-data.md says where each comes from."""
    folder = Path(os.environ.get("THROUGHLINE_PUBLIC_DATA", ROOT.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"public data folder {folder} is absent; set THROUGHLINE_PUBLIC_DATA")
    return folder
