"""A company that keeps its old system for a while is followed export by export, and ends where one load would have ended.

Each export is written as that system would have written it on the day: later orders are not there, later dates are empty,
quantities are what had come so far, the bins hold what lay in them.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kernel.ids import stable_id
from tests.importing.conftest import FILES, MAPPING, Company
from transactional import Ledger
from transactional.importing import LoadReport, load, poster

_END = "2024-03-31"
_STATUS = 'promised_date = "due"\nreceived_quantity'

_LONG = {
    "purchases": [
        *FILES["purchases"],
        ["P3", "P3-1", "S1", "2024-02-03", "WHEEL", "60", "5.6", "2024-02-20", "60", "2", "2024-02-21"],
        ["P4", "P4-1", "S1", "2024-03-01", "BOLT", "400", "0.12", "2024-03-20", "0", "0", ""],
    ],
    "sales": [
        *FILES["sales"],
        ["O3", "O3-1", "K1", "2024-02-20", "CART", "3", "50", "150", "2024-03-01", "2024-02-27"],
        ["O4", "O4-1", "K1", "2024-03-20", "CART", "2", "50", "100", "2024-04-10", ""],
    ],
    "work_orders": [
        *FILES["work_orders"],
        ["M3", "CART", "6", "0", "2024-02-22", "2024-02-25", "2024-02-25"],
        ["M4", "CART", "4", "1", "2024-03-05", "2024-03-08", "2024-03-09"],
    ],
}
_ARRIVALS = {"P1-1": [("2024-01-12", 25, 4), ("2024-01-16", 40, 4)], "P3-1": [("2024-02-12", 10, 0), ("2024-02-21", 60, 2)]}
"""What had come of a line so far, and been rejected, by the day of its last receipt."""


def _export(day: str) -> dict[str, list[list[str]]]:
    """The tables as they stood on a day."""
    files = copy.deepcopy(FILES)
    for name, key in (("purchases", 3), ("sales", 3), ("work_orders", 4)):
        head, *rows = _LONG[name]
        files[name] = [list(head), *[list(row) for row in rows if row[key] <= day]]
    for row in files["purchases"][1:]:
        steps = [step for step in _ARRIVALS.get(row[1], [(row[10], row[8], row[9])]) if "" < step[0] <= day]
        row[10], row[8], row[9] = (str(cell) for cell in (steps[-1] if steps else ("", "0", "0")))
    for row in files["sales"][1:]:
        row[9] = row[9] if row[9] <= day else ""
    for row in files["work_orders"][1:]:
        if row[6] > day:
            row[6], row[3] = "", "0"
    wheels, bolts, carts = 30, 40, 3
    for row in files["purchases"][1:]:
        if row[4] == "WHEEL":
            wheels += int(row[8]) - int(row[9])
        else:
            bolts += int(row[8])
    for row in files["work_orders"][1:]:
        wheels, bolts = wheels - 4 * int(row[2]), bolts - 8 * int(row[2])
        carts += int(row[2]) - int(row[3]) if row[6] else 0
    carts -= sum(int(row[5]) for row in files["sales"][1:] if row[9])
    files["bins"] = [FILES["bins"][0], ["CART", "A1", str(carts)], ["WHEEL", "B1", str(wheels)], ["BOLT", "C1", str(bolts)]]
    return files


@dataclass
class Follower:
    """Loads exports into one ledger."""

    ledger: Ledger
    folder: Path
    home: Path

    def load(self, day: str, files: dict[str, list[list[str]]] | None = None) -> LoadReport:
        company = Company(self.folder, self.home, self.ledger, files=_export(day) if files is None else files)
        company.mapping = MAPPING.replace("2024-01-31", day)
        return company.load()


_CLOSING = {
    "bins": "SELECT i.sku, l.code, b.on_hand_quantity FROM stock_balance b JOIN item i ON i.item_id = b.item_id JOIN location l "
    "ON l.location_id = b.location_id WHERE l.kind = 'bin' AND b.on_hand_quantity <> 0 ORDER BY 1, 2",
    "purchases": "SELECT source_key, received_quantity, accepted_quantity, rejected_quantity, status FROM purchase_order_line "
    "ORDER BY 1",
    "sales": "SELECT source_key, shipped_quantity, status FROM sales_order_line ORDER BY 1",
    "work": "SELECT source_key, completed_quantity, scrapped_quantity, status FROM work_order ORDER BY 1",
    "issued": "SELECT w.source_key, i.sku, c.issued_quantity FROM work_order_component c JOIN work_order w ON w.work_order_id = "
    "c.work_order_id JOIN item i ON i.item_id = c.item_id ORDER BY 1, 2",
    "clock": "SELECT today FROM company",
}


def _closing(ledger: Ledger) -> dict[str, list[tuple[Any, ...]]]:
    return {name: ledger.rows(query) for name, query in _CLOSING.items()}


@pytest.fixture
def follower(tmp_path: Path, new_ledger: Callable[[str], Ledger]) -> Callable[[str], Follower]:
    return lambda name: Follower(new_ledger(name), tmp_path / name, tmp_path / f"{name}-home")


@pytest.mark.parametrize("days", [("2024-01-31",), ("2024-01-14", "2024-02-15"), ("2024-01-13", "2024-02-24", "2024-03-06")])
def test_following_a_company_ends_where_one_load_ends(follower: Callable[[str], Follower], days: tuple[str, ...]) -> None:
    """Open orders are received, shipped and completed by the exports that follow, whatever the weeks between them."""
    at_once, followed = follower("once"), follower("followed")
    at_once.load(_END)
    reports = [followed.load(day) for day in (*days, _END)]

    assert [0] * len(reports) == [report.exit_code for report in reports]
    assert _closing(at_once.ledger) == _closing(followed.ledger)
    told = {each.finding for report in reports for each in report.findings}
    assert not told & {"opening_adjusted", "changed_since_load"}
    assert all(each.difference == 0 for each in reports[-1].sums if not each.name.startswith("rounding"))


@given(st.lists(st.dates(min_value=date(2024, 1, 5), max_value=date(2024, 3, 30)), max_size=4))
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_the_days_of_the_exports_do_not_matter(follower: Callable[[str], Follower], days: list[Any]) -> None:
    """Any series of exports, also with one given twice."""
    name = stable_id(*days)
    at_once, followed = follower(f"once-{name}"), follower(f"followed-{name}")
    at_once.load(_END)
    for day in [*sorted(days), _END]:
        followed.load(day.isoformat() if not isinstance(day, str) else day)

    assert _closing(at_once.ledger) == _closing(followed.ledger)


def test_an_export_given_twice_changes_nothing(follower: Callable[[str], Follower]) -> None:
    followed = follower("twice")
    followed.load("2024-01-31")
    followed.load("2024-02-24")
    before = followed.ledger.rows("SELECT count(*), max(posting_sequence) FROM posting")
    again = followed.load("2024-02-24")

    assert 0 == again.posted
    assert before == followed.ledger.rows("SELECT count(*), max(posting_sequence) FROM posting")


def test_a_partial_receipt_is_followed_by_the_rest(follower: Callable[[str], Follower]) -> None:
    """The old system keeps one total and one date per line; the ledger keeps both receipts."""
    followed = follower("partial")
    followed.load("2024-01-14")
    followed.load("2024-01-31")

    assert [("2024-01-12", 25_000_000, 4_000_000), ("2024-01-16", 15_000_000, 0)] == followed.ledger.rows(
        "SELECT r.received_date, l.received_quantity, l.rejected_quantity FROM goods_receipt_line l JOIN goods_receipt r ON "
        "r.goods_receipt_id = l.goods_receipt_id JOIN item i ON i.item_id = l.item_id WHERE i.sku = 'WHEEL' ORDER BY 1"
    )


class _Dying:
    """A ledger whose process dies after some transactions."""

    def __init__(self, ledger: Ledger, after: int) -> None:
        self.ledger, self.left = ledger, after

    def post(self, commands: object) -> object:
        if self.left == 0:
            raise KeyboardInterrupt
        self.left -= 1
        return self.ledger.post(commands)  # type: ignore[arg-type]

    def __getattr__(self, name: str) -> object:
        return getattr(self.ledger, name)


@pytest.mark.parametrize("killed_after", range(1, 14, 2))
def test_a_following_load_that_was_killed_ends_the_same(
    follower: Callable[[str], Follower], monkeypatch: pytest.MonkeyPatch, killed_after: int
) -> None:
    """Whatever the kill interrupts, also the adjustments of the opening."""
    monkeypatch.setattr(poster, "BATCH_LINES", 2)
    whole, killed = follower("whole"), follower("killed")
    later = _export("2024-03-31")
    later["bins"][2][2] = str(int(later["bins"][2][2]) + 7)
    later["bins"][3] = ["BOLT", "C2", str(int(later["bins"][3][2]) - 5)]
    whole.load("2024-01-31")
    whole.load(_END, later)
    killed.load("2024-01-31")
    ledger, killed.ledger = killed.ledger, _Dying(killed.ledger, killed_after)  # type: ignore[assignment]
    try:
        killed.load(_END, later)
    except KeyboardInterrupt:
        killed.ledger = ledger
        killed.load(_END, later)

    assert _closing(whole.ledger) == _closing(killed.ledger)
    assert whole.ledger.rows("SELECT command_id FROM posting ORDER BY 1") == killed.ledger.rows(
        "SELECT command_id FROM posting ORDER BY 1"
    )


def test_what_the_bins_say_later_is_posted_as_a_difference_and_told(follower: Callable[[str], Follower]) -> None:
    """Seven wheels more and five bolts fewer than the documents explain, in another bin: told item by item. Documents go on
    through the bin they went through before."""
    followed = follower("differing")
    followed.load("2024-01-31")
    later = _export(_END)
    wheels, bolts = int(later["bins"][2][2]) + 7, int(later["bins"][3][2]) - 5
    later["bins"][2][2], later["bins"][3] = str(wheels), ["BOLT", "C2", str(bolts)]
    report = followed.load(_END, later)
    told = {each.subject: each.values for each in report.findings if each.finding == "opening_adjusted"}

    assert {"CART": 12, "WHEEL": wheels, "BOLT": bolts} == Company(followed.folder, followed.home, followed.ledger).on_hand()
    assert ("7", "5") == (told["WHEEL"]["found"], told["BOLT"]["given_up"])
    assert [("2024-03-31",)] == followed.ledger.rows(
        "SELECT DISTINCT business_date FROM movement WHERE movement_type = 'adjustment'"
    )


def test_a_pending_order_is_released_when_goods_come(follower: Callable[[str], Follower]) -> None:
    """It waited for approval when it was loaded; later the same export says it was received."""
    followed = follower("pending")
    mapping = MAPPING.replace(_STATUS, 'promised_date = "due"\nstatus = "state"\nreceived_quantity')
    for day, state in (("2024-01-31", "pending"), ("2024-02-24", "completed")):
        files = _export(day)
        for position, row in enumerate(files["purchases"]):
            row.append("state" if position == 0 else state if row[0] == "P2" else "completed")
        company = Company(followed.folder, followed.home, followed.ledger, mapping.replace("2024-01-31", day), files)
        report = company.load()

        assert 0 == report.exit_code
    assert [("completed",)] == followed.ledger.rows("SELECT status FROM purchase_order WHERE number = 'P2'")


def test_a_date_that_moved_is_promised_anew_and_the_first_word_stays(follower: Callable[[str], Follower]) -> None:
    followed = follower("promise")
    followed.load("2024-01-31")
    files = _export("2024-02-04")
    files["purchases"][3][7], files["sales"][2][8] = "2024-02-18", "2024-02-20"
    followed.load("2024-02-04", files)

    query = "SELECT first_promised_date, last_promised_date FROM {} WHERE source_key = '{}'"
    assert [("2024-02-10", "2024-02-18")] == followed.ledger.rows(query.format("purchase_order_line", "P2-1"))
    assert [("2024-02-10", "2024-02-20")] == followed.ledger.rows(query.format("sales_order_line", "O2-1"))


def test_an_export_of_new_documents_alone_is_enough(follower: Callable[[str], Follower]) -> None:
    """Masters and old documents are in the ledger already; what is missing from the files is not missing from the company."""
    at_once, followed = follower("all"), follower("tail")
    at_once.load(_END)
    followed.load("2024-01-31")
    files = _export(_END)
    known = {"P1", "O1", "M1"}
    for name in ("purchases", "sales", "work_orders"):
        files[name] = [row for row in files[name] if row[0] not in known]
    for name in ("suppliers", "items", "bom"):
        files[name] = files[name][:1]
    report = followed.load(_END, files)

    assert 0 == report.exit_code
    assert _closing(at_once.ledger) == _closing(followed.ledger)


def test_an_older_export_adjusts_nothing(follower: Callable[[str], Follower]) -> None:
    followed = follower("older")
    followed.load(_END)
    before = _closing(followed.ledger)
    report = followed.load("2024-01-31")

    assert before == _closing(followed.ledger)
    assert ["older_than_ledger"] == [each.finding for each in report.findings if each.finding == "older_than_ledger"]


def test_a_bill_that_changed_holds_from_the_next_day_on(follower: Callable[[str], Follower]) -> None:
    """Carts made from February on take six bolts; what was made before keeps its eight."""
    followed = follower("bill")
    followed.load("2024-01-31")
    files = _export(_END)
    files["bom"][2][2] = "6"
    report = followed.load(_END, files)

    assert 0 == report.exit_code
    assert [("M1", 40_000_000), ("M2", 16_000_000), ("M3", 36_000_000), ("M4", 24_000_000)] == followed.ledger.rows(
        "SELECT w.number, c.issued_quantity FROM work_order_component c JOIN work_order w ON w.work_order_id = c.work_order_id "
        "JOIN item i ON i.item_id = c.item_id WHERE i.sku = 'BOLT' ORDER BY 1"
    )


def test_the_day_given_at_the_command_line_wins(follower: Callable[[str], Follower]) -> None:
    followed = follower("day")
    followed.load("2024-01-31")
    mapping = followed.folder.parent / "mapping.toml"
    report = load(followed.ledger, followed.folder, mapping, home=followed.home, as_of=date(2024, 2, 29))

    assert "2024-02-29" == report.as_of.isoformat()
    assert [("2024-02-29",)] == followed.ledger.rows("SELECT today FROM company")
