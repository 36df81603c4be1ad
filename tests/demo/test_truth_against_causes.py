"""Do the models find in the documents why a line was late, when the simulation knows it without them?

Two independent answers to the same question: the generator derives its own from what it lived, the models theirs from the ledger.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.demo.late_comparison import agreement, confusion, late_warehouse, pairs
from transactional import open_ledger
from transactional.demo import FULL, SMALL, Scale, create_demo

pytestmark = [pytest.mark.pipeline, pytest.mark.timeout(1800)]


def _compare(home: Path, scale: Scale, seed: int) -> tuple[int, float, str]:
    ledger = open_ledger(home / "ledger.db")
    truth = create_demo(ledger, seed, scale=scale)
    ledger.close()
    compared = pairs(late_warehouse(home), truth)
    assert len(truth["late_lines"]) == len(compared)
    for pair in compared:
        assert pair.late_days == sum(pair.found.values()), pair
    return len(compared), agreement(compared), confusion(compared)


@pytest.mark.xfail(strict=False, reason="the models follow a late line one level deep until the reworked causes are merged")
def test_the_models_find_the_main_cause_the_simulation_knows(tmp_path: Path) -> None:
    count, share, table = _compare(tmp_path, SMALL, 7)
    assert count >= 20
    assert share >= 0.9, table


@pytest.mark.proof
@pytest.mark.xfail(strict=False, reason="as above")
def test_the_models_agree_on_the_full_company(tmp_path: Path) -> None:
    count, share, table = _compare(tmp_path, FULL, 7)
    print(f"\n{count} late lines, {share:.1%} agree on the main cause\n{table}")
    assert count >= 500
    assert share >= 0.9, table
