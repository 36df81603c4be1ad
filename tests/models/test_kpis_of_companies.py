"""Do the indicators agree with a naive reading of the documents of whole companies, not only of one made for the purpose?"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.models.project import differences

pytestmark = pytest.mark.pipeline

ROOT = Path(__file__).resolve().parents[2]


def _throughline(home: Path, *words: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pipelines.cli", *words],
        cwd=ROOT,
        env={**os.environ, "THROUGHLINE_HOME": str(home)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, (done.stdout + done.stderr)[-3000:]


def test_every_figure_of_months_of_daily_business_agrees(small_demo_home: Path) -> None:
    """The small demo company: combinations of events that nobody thought of when writing a company by hand."""
    compared, wrong = differences(small_demo_home / "warehouse.duckdb")

    assert [] == wrong
    assert compared > 10_000


@pytest.mark.proof
@pytest.mark.timeout(3600)
def test_every_figure_of_the_demo_company_agrees(tmp_path: Path) -> None:
    """Three years, forecasts and their archive included."""
    _throughline(tmp_path, "demo")
    _throughline(tmp_path, "run")

    compared, wrong = differences(tmp_path / "warehouse.duckdb")

    assert [] == wrong
    assert compared > 100_000


@pytest.mark.proof
@pytest.mark.public_data
@pytest.mark.timeout(3600)
def test_every_figure_of_a_real_company_s_documents_agrees(tmp_path: Path, public_data: Path) -> None:
    """The bicycle maker: what its documents do not record is left out on both sides."""
    _throughline(tmp_path, "load", str(public_data / "adventureworks"), "--map", str(ROOT / "examples" / "adventureworks.toml"))
    _throughline(tmp_path, "run")

    compared, wrong = differences(tmp_path / "warehouse.duckdb")

    assert [] == wrong
    assert compared > 100_000
