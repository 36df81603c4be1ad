"""Does a real ledger accept the demo company, hold what the generator believes, and let it live on?"""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from transactional import Ledger, open_ledger
from transactional.auth import sign_in
from transactional.check import check
from transactional.demo import DEMO_PASSWORD, create_demo, small_demo
from transactional.demo.scale import SMALL
from transactional.demo.simulate import simulation

SEED = 7


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Ledger, dict[str, Any]]:
    ledger = open_ledger(tmp_path_factory.mktemp("demo") / "ledger.db")
    return ledger, small_demo(ledger, SEED)


def test_a_posted_demo_company_breaks_no_invariant(demo: tuple[Ledger, dict[str, Any]]) -> None:
    assert check(demo[0]) == []


def test_the_generators_mirror_equals_the_ledgers_balances(tmp_path: Path) -> None:
    ledger = open_ledger(tmp_path / "ledger.db")
    small_demo(ledger, SEED)
    company = simulation(SEED, scale=SMALL)
    for _ in company.history():
        pass
    mirrored: Counter[tuple[str, str, str | None]] = Counter()
    for (_, sku), cell in company.office.cells.items():
        for slot in cell.slots:
            mirrored[sku, slot.location, slot.lot] += slot.on_hand
    held: Counter[tuple[str, str, str | None]] = Counter()
    for row in ledger.records(
        "SELECT i.sku, l.code, b.lot_id, t.code AS lot, b.on_hand_quantity FROM stock_balance b JOIN item i ON "
        "i.item_id = b.item_id "
        "JOIN location l ON l.location_id = b.location_id JOIN lot t ON t.lot_id = b.lot_id "
        "WHERE l.kind = 'bin' AND b.status = 'available' AND b.on_hand_quantity > 0"
    ):
        held[row["sku"], row["code"], row["lot"] if row["lot_id"] else None] += row["on_hand_quantity"]
    assert held == mirrored


def test_references_the_ledger_froze_are_the_truths(demo: tuple[Ledger, dict[str, Any]]) -> None:
    ledger, truth = demo
    for record in truth["problems"]:
        if record["problem"] != "pays_above_reference":
            continue
        for document in record["documents"]:
            ((frozen,),) = ledger.rows(
                "SELECT l.reference_unit_price FROM purchase_order_line l JOIN purchase_order o ON "
                "o.purchase_order_id = l.purchase_order_id "
                "JOIN item i ON i.item_id = l.item_id WHERE o.number = ? AND i.sku = ?",
                (document["number"], document["sku"]),
            )
            assert document["reference_unit_price"] == frozen / 1_000_000


def test_demo_users_sign_in_with_the_demo_password(demo: tuple[Ledger, dict[str, Any]]) -> None:
    for login in ("planner", "buyer", "sales", "warehouse", "production", "finance", "manager", "admin"):
        user = sign_in(demo[0], login, DEMO_PASSWORD)
        assert login == user.login
        assert user.name
        assert user.name_zh


def test_facts_are_recorded_on_the_evening_of_their_day(demo: tuple[Ledger, dict[str, Any]]) -> None:
    rows = demo[0].rows("SELECT business_date, recorded_at FROM posting WHERE command_kind = 'EnterSalesOrder'")
    assert len(rows) > 50
    for business_date, recorded in rows:
        assert str(business_date)[:10] == str(date.fromordinal(date(1970, 1, 1).toordinal() + int(recorded) // 86_400_000_000))


def test_writing_the_same_company_twice_changes_nothing(tmp_path: Path) -> None:
    ledger = open_ledger(tmp_path / "ledger.db")
    first = create_demo(ledger, SEED, scale=SMALL)
    watermark = ledger.watermark()
    assert first == create_demo(ledger, SEED, scale=SMALL)
    assert watermark == ledger.watermark()
