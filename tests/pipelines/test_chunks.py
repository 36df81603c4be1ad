"""Chunks over processes: the same answers, and nothing lost when a worker is killed in the middle."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from forecasting import fit
from kernel.errors import Unavailable
from pipelines.chunks import chunk_mapper
from tests.pipelines.chunk_work import deadly, doubled, refused

ROOT = Path(__file__).resolve().parents[2]


def test_a_killed_worker_loses_nothing(tmp_path: Path) -> None:
    """Goal: SIGKILL in the middle changes no answer. Method: a real kill; what was done before is not done again."""
    told: list[tuple[int, int]] = []
    mapper = chunk_mapper(2, lambda done, total: told.append((done, total)))

    assert [2 * number for number in range(12)] == mapper(doubled, [(str(tmp_path), number) for number in range(12)])  # type: ignore[misc]
    assert (tmp_path / "died").exists()
    assert (12, 12) == told[-1]
    # At most what was on its way with the killed worker was worked on twice.
    assert len(list(tmp_path.glob("done-*"))) <= 11 + 4


def test_a_chunk_that_kills_every_worker_is_named() -> None:
    with pytest.raises(Unavailable) as told:
        chunk_mapper(2)(deadly, list(range(4)))  # type: ignore[misc]

    assert ("pipelines.chunk_kills_workers", 3, 4) == (told.value.key, told.value.values["chunk"], told.value.values["chunks"])


def test_an_error_of_the_work_itself_is_raised_as_it_is() -> None:
    with pytest.raises(ValueError, match="not 1"):
        chunk_mapper(2)(refused, [1])  # type: ignore[misc]


def test_without_dask_its_setting_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(Unavailable) as told:
        chunk_mapper(1, dask_scheduler="tcp://127.0.0.1:1")

    assert told.value.key == "pipelines.dask_missing"


def demand() -> pl.DataFrame:
    generator = np.random.default_rng(3)
    months = [date(2022 + month // 12, month % 12 + 1, 1) for month in range(36)]
    values = generator.poisson(np.resize([40.0, 4.0, 0.5], 60)[:, None], (60, 36)).astype(float)
    return pl.DataFrame(
        {
            "series_id": np.repeat(np.arange(60), 36),
            "period_start": pl.Series(months * 60, dtype=pl.Date),
            "quantity": values.reshape(-1),
        }
    )


def test_a_dask_cluster_gives_the_same_bytes_though_a_worker_is_killed(tmp_path: Path) -> None:
    """Goal: the seam over Dask. Method: a scheduler and three workers as processes; one worker is killed while it works."""
    done = subprocess.run(
        [sys.executable, str(ROOT / "tests" / "pipelines" / "dask_proof.py"), str(tmp_path)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "killed" in done.stdout
    here = fit(demand(), frequency="month", horizon=4, cutoff=date(2024, 12, 31), backtest_origins=2, chunk_size=4).predict()

    assert here.equals(pl.read_parquet(tmp_path / "dask.parquet"))
