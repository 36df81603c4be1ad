"""The posting engine keeps its promises on both databases: all or nothing, exactly once, never below zero, nothing lost."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kernel.errors import Conflict, Refused, ThroughlineError
from kernel.ids import new_command_id
from tests.transactional.bench_company import BIN_A, BIN_B, SUPPLIER, Shift, balance, buy, common, cost, give_back, ground
from tests.transactional.conftest import copy_of
from transactional import Ledger, open_ledger

UNIT = 1_000_000


def test_a_move_takes_from_one_place_what_it_gives_to_the_other(ledger: Ledger) -> None:
    """Double entry: the sum over all places stays zero."""
    ground(ledger)
    ledger.post([buy(10 * UNIT, 1000), Shift(quantity=4 * UNIT, from_location=BIN_A, to_location=BIN_B, **common())])

    assert (balance(ledger, BIN_A), balance(ledger, BIN_B), balance(ledger, SUPPLIER)) == (6 * UNIT, 4 * UNIT, -10 * UNIT)
    assert ledger.rows("SELECT SUM(on_hand_quantity) FROM stock_balance") == [(0,)]
    assert ledger.rows("SELECT SUM(quantity_delta) FROM balance_daily") == [(0,)]


def test_stock_is_refused_below_zero_and_nothing_of_the_batch_is_stored(ledger: Ledger) -> None:
    """One refusal undoes the commands before it in the same batch."""
    ground(ledger)
    with pytest.raises(Refused) as refusal:
        ledger.post([buy(5 * UNIT, 500), give_back(6 * UNIT)])

    assert refusal.value.key == "ledger.insufficient_stock"
    assert refusal.value.values["position"] == 1
    assert "6 needed" in str(refusal.value)
    assert "需要 6" in refusal.value.text("zh")
    assert balance(ledger, BIN_A) == 0
    assert ledger.rows("SELECT COUNT(*) FROM posting") == [(1,)]


def test_the_same_command_twice_has_one_effect_and_one_answer(ledger: Ledger) -> None:
    """A retry after a lost answer is harmless, in a later batch and inside one batch."""
    ground(ledger)
    command = buy(5 * UNIT, 500)
    first = ledger.post([command])[0]
    again = ledger.post([command, command])

    assert balance(ledger, BIN_A) == 5 * UNIT
    assert [first.ids, first.ids] == [answer.ids for answer in again]
    assert [answer.is_repeat for answer in again] == [True, True]


def test_a_used_command_id_with_other_content_is_refused(ledger: Ledger) -> None:
    """An id stands for one content, also within a batch."""
    ground(ledger)
    name = new_command_id()
    ledger.post([buy(5 * UNIT, 500, command_id=name)])

    with pytest.raises(Conflict, match="already used"):
        ledger.post([buy(6 * UNIT, 500, command_id=name)])
    other = new_command_id()
    with pytest.raises(Conflict, match="already used"):
        ledger.post([buy(1 * UNIT, 1, command_id=other), buy(2 * UNIT, 1, command_id=other)])
    assert balance(ledger, BIN_A) == 5 * UNIT


def test_average_cost_takes_its_share_and_the_last_unit_takes_the_rest(ledger: Ledger) -> None:
    """Three units worth 1.00 leave one by one as 0.33, 0.34, 0.33: together exactly what came in."""
    ground(ledger)
    ledger.post([buy(3 * UNIT, 100)])
    ledger.post([give_back(UNIT)])
    ledger.post([give_back(UNIT), give_back(UNIT)])

    out = [row[0] for row in ledger.rows("SELECT cost_amount FROM movement_line WHERE from_location_id = ? ORDER BY 1", (BIN_A,))]
    assert sum(out) == 100
    assert cost(ledger) == (0, 0)


_MOVES = st.lists(st.tuples(st.integers(1, 10**7), st.integers(0, 10**6), st.booleans()), min_size=1, max_size=25)


@given(_MOVES)
def test_value_is_conserved_and_empty_stock_is_worth_nothing(
    sqlite_template: Path, tmp_path: Path, moves: list[tuple[int, int, bool]]
) -> None:
    """Random receipts and issues: in = out + remaining, exactly, and zero quantity means zero value."""
    _conserve(copy_of(sqlite_template, tmp_path), moves)


@pytest.mark.postgres
@settings(max_examples=settings.default.max_examples // 5)
@given(_MOVES)
def test_value_is_conserved_and_empty_stock_is_worth_nothing_on_postgresql(
    postgres_template: str, tmp_path: Path, moves: list[tuple[int, int, bool]]
) -> None:
    """The same on the other database, which is slower to make: fewer histories."""
    _conserve(copy_of(postgres_template, tmp_path), moves)


def _conserve(ledger: Ledger, moves: list[tuple[int, int, bool]]) -> None:
    ground(ledger)
    paid, held = 0, 0
    for quantity, price, is_receipt in moves:
        if is_receipt:
            ledger.post([buy(quantity, price)])
            paid, held = paid + price, held + quantity
        elif held:
            ledger.post([give_back(min(quantity, held))])
            held -= min(quantity, held)
    given_out = ledger.rows("SELECT COALESCE(SUM(cost_amount), 0) FROM movement_line WHERE from_location_id = ?", (BIN_A,))[0][0]

    assert paid == given_out + cost(ledger)[1]
    assert held == cost(ledger)[0] == balance(ledger, BIN_A)
    if held == 0:
        assert cost(ledger)[1] == 0
    daily = ledger.rows("SELECT COALESCE(SUM(quantity_delta), 0), COALESCE(SUM(value_delta), 0) FROM cost_daily")[0]
    assert cost(ledger) == tuple(daily)
    ledger.close()


def test_many_clients_take_the_last_units_and_exactly_those_go_out(ledger: Ledger) -> None:
    """Eight clients race for seven units: seven wins, no oversell, no lost sale."""
    ground(ledger)
    ledger.post([buy(7 * UNIT, 700)])
    outcomes: list[str] = []

    def client() -> None:
        mine = open_ledger(ledger.store.url.render_as_string(hide_password=False))
        for _ in range(3):
            try:
                mine.post([give_back(UNIT)])
                outcomes.append("sold")
            except Refused:
                outcomes.append("refused")
        mine.close()

    clients = [threading.Thread(target=client) for _ in range(8)]
    for thread in clients:
        thread.start()
    for thread in clients:
        thread.join()

    assert (outcomes.count("sold"), outcomes.count("refused")) == (7, 17)
    assert balance(ledger, BIN_A) == 0
    assert cost(ledger) == (0, 0)


def test_a_reader_by_watermark_misses_no_row(ledger: Ledger) -> None:
    """Read rows up to W again and again while four clients post: what was read in slices is everything there is."""
    ground(ledger)
    ledger.post([buy(1000 * UNIT, 1000)])
    stop = threading.Event()

    def client() -> None:
        mine = open_ledger(ledger.store.url.render_as_string(hide_password=False))
        for _ in range(15):
            mine.post([give_back(UNIT), give_back(UNIT)])
        mine.close()

    clients = [threading.Thread(target=client) for _ in range(4)]
    for thread in clients:
        thread.start()
    seen: list[int] = []
    low = 0
    statement = "SELECT movement_line_id FROM movement_line WHERE posting_sequence > ? AND posting_sequence <= ?"
    while not stop.is_set():
        if not any(thread.is_alive() for thread in clients):
            stop.set()
        high = ledger.watermark()
        seen.extend(row[0] for row in ledger.rows(statement, (low, high)))
        low = high

    everything = [row[0] for row in ledger.rows("SELECT movement_line_id FROM movement_line")]
    assert len(everything) == 121
    assert sorted(everything) == sorted(seen)


@pytest.mark.parametrize(
    "statement", ["UPDATE movement_line SET quantity = 1", "DELETE FROM document_event", "DELETE FROM posting"]
)
def test_history_cannot_be_changed_behind_the_commands(ledger: Ledger, statement: str) -> None:
    """Append-only holds in the database itself."""
    ground(ledger)
    ledger.post([buy(UNIT, 100)])
    if "document_event" in statement:
        with ledger.store.writing() as session:
            session.run(
                "INSERT INTO document_event (event_id, posting_sequence, document_kind, document_id, event_kind, business_date, "
                "recorded_at, actor_id, command_id) VALUES (900, 1, 'x', 1, 'x', '2026-01-01', 1, 0, 'x')"
            )
    with pytest.raises(Exception, match="append-only"), ledger.store.writing() as session:
        session.run(statement)


def test_time_never_runs_backwards_in_the_log(sqlite_ledger: Ledger) -> None:
    """A wall clock set back does not reorder what was recorded."""
    ground(sqlite_ledger)
    sqlite_ledger.post([buy(UNIT, 1)], recorded_at=2_000_000_000_000_000)
    sqlite_ledger.post([buy(UNIT, 1)], recorded_at=1_000_000_000_000_000)

    moments = [row[0] for row in sqlite_ledger.rows("SELECT recorded_at FROM posting ORDER BY posting_sequence")]
    assert sorted(moments) == moments


def test_what_was_answered_survives_a_killed_process(ledger: Ledger) -> None:
    """kill -9 in the middle of posting: every acknowledged document is there, the rest wholly absent, balances add up."""
    ground(ledger)
    url = ledger.store.url.render_as_string(hide_password=False)
    ledger.close()
    program = textwrap.dedent(
        f"""
        from tests.transactional.bench_company import buy
        from transactional import open_ledger
        ledger = open_ledger({url!r})
        while True:
            answers = ledger.post([buy(1_000_000, 10) for _ in range(20)])
            print(answers[-1].posting_sequence, flush=True)
        """
    )
    child = subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": os.getcwd()}
    )
    assert child.stdout is not None
    acknowledged = [int(child.stdout.readline()) for _ in range(3)]
    time.sleep(0.05)
    child.send_signal(signal.SIGKILL)
    acknowledged += [int(line) for line in child.stdout.read().split()]
    child.wait()

    ledger = open_ledger(url)
    lines, quantity = ledger.rows("SELECT COUNT(*), SUM(quantity) FROM movement_line")[0]
    assert ledger.rows("SELECT MAX(posting_sequence) FROM posting")[0][0] >= max(acknowledged)
    assert lines % 20 == 0
    assert quantity == balance(ledger, BIN_A) == cost(ledger)[0]
    ledger.post([give_back(UNIT)])
    ledger.close()


def test_errors_say_what_and_where_in_both_languages() -> None:
    """A refusal is readable without the code beside it."""
    problem = ThroughlineError("ledger.unknown_code", table="item", column="sku", code="A-1")

    assert str(problem) == "item with sku 'A-1' does not exist; create it first or correct the code"
    assert "请先创建或更正编码" in problem.text("zh")
