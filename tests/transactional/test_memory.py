"""What a ledger remembers between batches is never believed once somebody else has written."""

from __future__ import annotations

import pytest

from kernel.errors import NotFound, Refused
from tests.company import THE_DAY, UNIT, common, tiny_company
from transactional import Ledger, open_ledger
from transactional.commands import AdjustStock, Command, DefineUser, EnterSalesOrder, SalesLine


def sell() -> Command:
    line = SalesLine(sku="TRADE-02", warehouse="MAIN", quantity=UNIT, unit_price=UNIT, requested_date=THE_DAY)
    return EnterSalesOrder(customer="CITY", order_date=THE_DAY, lines=(line,), **common("seller"))


def found(quantity: int) -> Command:
    return AdjustStock(
        sku="RAW-07", location="B-01", quantity=quantity, reason="found" if quantity > 0 else "lost", unit_cost=UNIT, **common()
    )


def test_a_user_dismissed_by_another_program_may_post_no_more(ledger: Ledger) -> None:
    """Rows that are only read carry no guard at the flush: a stale one would let the dismissed seller sell on."""
    tiny_company(ledger)
    ledger.post([sell()])
    other = open_ledger(ledger.store.url.render_as_string(hide_password=False))
    other.post([DefineUser(login="seller", name="Seller", role="sales", is_active=False, **common("system"))])
    other.close()

    with pytest.raises(NotFound, match="seller"):
        ledger.post([sell()])


def test_what_the_same_program_writes_beside_the_commands_is_seen(ledger: Ledger) -> None:
    """SQLite does not tell a connection of its own writes; the store counts them."""
    tiny_company(ledger)
    ledger.post([sell()])
    with ledger.store.writing() as session:
        session.run("UPDATE app_user SET is_active = 0 WHERE login = 'seller'")

    with pytest.raises(NotFound, match="seller"):
        ledger.post([sell()])


def test_a_refused_batch_leaves_no_stock_behind(ledger: Ledger) -> None:
    """The batch changed rows in memory before it failed; the next one starts from what the database holds."""
    tiny_company(ledger)
    ledger.post([found(3 * UNIT)])
    held = (
        "SELECT SUM(on_hand_quantity) FROM stock_balance b JOIN location l ON l.location_id = b.location_id WHERE l.code = 'B-01'"
    )
    before = int(ledger.rows(f"{held} AND b.item_id = (SELECT item_id FROM item WHERE sku = 'RAW-07')")[0][0])
    with pytest.raises(Refused):
        ledger.post([found(5 * UNIT), found(-before - 6 * UNIT)])
    with pytest.raises(Refused):
        ledger.post([found(-before - UNIT)])
    ledger.post([found(-before)])

    assert [(0,)] == ledger.rows(f"{held} AND b.item_id = (SELECT item_id FROM item WHERE sku = 'RAW-07')")


def test_a_batch_sees_what_the_batches_before_it_changed(ledger: Ledger) -> None:
    """Remembered rows are live: changed again and again, each change is written under the guard of the last."""
    tiny_company(ledger)
    for _ in range(4):
        ledger.post([found(2 * UNIT), found(-UNIT)])
    fresh = open_ledger(ledger.store.url.render_as_string(hide_password=False))
    fresh.post([found(-4 * UNIT)])
    fresh.close()
    ledger.post([found(UNIT)])

    quantities = ledger.rows(
        "SELECT b.on_hand_quantity FROM stock_balance b JOIN item i ON i.item_id = b.item_id "
        "JOIN location l ON l.location_id = b.location_id WHERE i.sku = 'RAW-07' AND l.code = 'B-01'"
    )
    assert [(UNIT,)] == quantities
