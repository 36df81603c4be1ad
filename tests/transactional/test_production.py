"""Making: components follow the bill of the day, cost flows through the order and nothing of it is lost."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from kernel.errors import Conflict, InvalidInput, Refused
from tests.company import THE_DAY, UNIT, common, tiny_company
from transactional import Ledger
from transactional.check import check
from transactional.commands import (
    BomLine,
    CancelWorkOrder,
    CompleteWorkOrder,
    DefineBom,
    DefineRouting,
    IssueComponents,
    IssueLine,
    MoveStock,
    Operation,
    OperationDone,
    PlaceWorkOrder,
    RecordOperations,
    ReverseMovement,
    StartWorkOrder,
)


def order(sku: str = "PART-01", quantity: int = 10, **columns: Any) -> PlaceWorkOrder:
    dates = {"order_date": THE_DAY, "planned_start_date": THE_DAY, "due_date": THE_DAY + timedelta(days=5)}
    return PlaceWorkOrder(**{"sku": sku, "warehouse": "MAIN", "quantity": quantity * UNIT, **dates, **common(), **columns})


def issue(placed: PlaceWorkOrder, *lines: IssueLine, day: date = THE_DAY) -> IssueComponents:
    return IssueComponents(work_order=placed.command_id, issue_date=day, lines=lines or None, **common(day=day))


def complete(
    placed: PlaceWorkOrder, quantity: int, scrapped: int = 0, is_final: bool = True, **columns: Any
) -> CompleteWorkOrder:
    made = {"quantity": quantity * UNIT, "scrapped_quantity": scrapped * UNIT, "is_final": is_final}
    return CompleteWorkOrder(**{"work_order": placed.command_id, "completion_date": THE_DAY, **made, **common(), **columns})


def needs(ledger: Ledger) -> dict[str, int]:
    return dict(ledger.rows("SELECT i.sku, c.required_quantity FROM work_order_component c JOIN item i ON i.item_id = c.item_id"))


def head(ledger: Ledger, columns: str) -> tuple[Any, ...]:
    return ledger.rows(f"SELECT {columns} FROM work_order ORDER BY work_order_id DESC LIMIT 1")[0]


def test_components_scale_with_scrap_but_not_when_fixed(ledger: Ledger) -> None:
    """GOOD-02 x 10: PART-02, RAW-06 ten each, one fixed PACK-02; PART-02 x 10 with 5 % scrap needs 11 RAW-03 (10.53 rounded
    up)."""
    tiny_company(ledger)
    ledger.post([order("GOOD-02")])
    assert needs(ledger) == {"PART-02": 10 * UNIT, "RAW-06": 10 * UNIT, "PACK-02": UNIT}
    ledger.post([order("PART-02")])
    assert needs(ledger)["RAW-03"] == 11 * UNIT


def test_phantoms_are_exploded_through(ledger: Ledger) -> None:
    """GOOD-01 names KIT; the order needs what KIT is made of."""
    tiny_company(ledger)
    ledger.post([order("GOOD-01", 3)])
    assert needs(ledger) == {"PART-01": 6 * UNIT, "RAW-04": 3 * UNIT, "RAW-05": 3 * UNIT, "PACK-01": 3 * UNIT}


def test_the_bill_of_the_planned_start_counts(ledger: Ledger) -> None:
    """A new bill from the tenth on ends the old one the day before."""
    tiny_company(ledger)
    change = THE_DAY + timedelta(days=5)
    new = DefineBom(sku="PART-02", valid_from=change, lines=(BomLine("RAW-06", 2 * UNIT),), **common())
    ledger.post([new, order("PART-02", planned_start_date=change, due_date=change)])
    assert needs(ledger) == {"RAW-06": 20 * UNIT}
    ledger.post([order("PART-02", planned_start_date=change - timedelta(days=1), due_date=change)])
    assert needs(ledger)["RAW-03"] == 11 * UNIT


def test_cost_flows_from_components_to_goods_exactly(ledger: Ledger) -> None:
    """20 RAW-01 at 1.333333 and 10 RAW-02 at 2.333333 are 50.00; half of it leaves with the first half."""
    tiny_company(ledger)
    placed = order()
    half = complete(placed, 4, 1, is_final=False, scrap_reason="crack")
    answers = ledger.post([placed, issue(placed), half])
    assert answers[1].ids["cost_amount"] == 5000
    assert head(ledger, "status, wip_amount, completed_quantity, scrapped_quantity") == ("in_progress", 2500, 4 * UNIT, UNIT)
    ledger.post([complete(placed, 5)])

    assert head(ledger, "status, wip_amount") == ("completed", 0)
    value = (
        "SELECT c.value_amount, c.on_hand_quantity FROM item_cost c JOIN item i ON i.item_id = c.item_id WHERE i.sku = 'PART-01'"
    )
    assert ledger.rows(value) == [(5000, 9 * UNIT)]
    assert check(ledger) == []


def test_when_nothing_good_was_made_the_cost_follows_the_scrap(ledger: Ledger) -> None:
    """Nothing of it becomes stock value."""
    tiny_company(ledger)
    placed = order()
    ledger.post([placed, issue(placed), complete(placed, 0, 10)])
    scrapped = "SELECT m.cost_amount FROM movement_line m JOIN movement h ON h.movement_id = m.movement_id"
    assert ledger.rows(f"{scrapped} WHERE h.movement_type = 'production_scrap'") == [(5000,)]
    assert check(ledger) == []


def test_a_closed_order_leaves_its_rest_to_variance(ledger: Ledger) -> None:
    """Five made, then closed with nothing more: what was left of the cost is stated, not lost."""
    tiny_company(ledger)
    placed = order()
    ledger.post([placed, issue(placed), complete(placed, 5, is_final=False), complete(placed, 0)])
    assert ledger.rows("SELECT entry_kind, amount FROM value_entry") == [("production_variance", 2500)]
    assert head(ledger, "status, wip_amount") == ("completed", 0)
    assert check(ledger) == []


def test_short_of_one_component_nothing_is_issued(ledger: Ledger) -> None:
    """51 PART-01 need 102 RAW-01 of 100; naming lines issues what there is."""
    tiny_company(ledger)
    placed = order(quantity=51)
    with pytest.raises(Refused, match="RAW-01 needs 102, only 100 usable"):
        ledger.post([placed, issue(placed)])
    ledger.post(
        [
            placed,
            issue(
                placed, IssueLine(sku="RAW-01", quantity=100 * UNIT), IssueLine(sku="RAW-02", quantity=51 * UNIT, location="A-01")
            ),
        ]
    )
    assert ledger.rows("SELECT SUM(issued_quantity) FROM work_order_component") == [(151 * UNIT,)]
    with pytest.raises(InvalidInput, match="not one of its components"):
        ledger.post([issue(placed, IssueLine(sku="RAW-07", quantity=UNIT))])
    assert check(ledger) == []


def test_a_component_that_came_late_is_on_record(ledger: Ledger) -> None:
    """Short on the planned start, quarantined stock freed two days later, issued a day after that."""
    tiny_company(ledger)
    days = [THE_DAY + timedelta(days=n) for n in range(4)]
    block = {"sku": "RAW-02", "from_location": "A-01", "to_location": "A-01"}
    placed = order()
    hold = MoveStock(**block, quantity=95 * UNIT, to_status="quarantine", **common())
    ledger.post([hold, placed])
    ledger.post([MoveStock(**block, quantity=95 * UNIT, from_status="quarantine", **common(day=days[2]))])
    ledger.post([issue(placed, day=days[3])])

    rows = dict(ledger.rows("SELECT i.sku, c.available_date FROM work_order_component c JOIN item i ON i.item_id = c.item_id"))
    assert (rows["RAW-01"], str(rows["RAW-02"])) == (None, str(days[2]))


def test_what_moved_on_later_days_does_not_blur_when_a_component_came(ledger: Ledger) -> None:
    """Written down late: movements dated after the issue stand in the ledger already and are no part of the days before it."""
    tiny_company(ledger)
    days = [THE_DAY + timedelta(days=n) for n in range(7)]
    block = {"sku": "RAW-02", "from_location": "A-01", "to_location": "A-01"}
    placed = order()
    ledger.post([MoveStock(**block, quantity=95 * UNIT, to_status="quarantine", **common()), placed])
    ledger.post([MoveStock(**block, quantity=3 * UNIT, from_status="quarantine", **common(day=days[1]))])
    ledger.post([MoveStock(**block, quantity=92 * UNIT, from_status="quarantine", **common(day=days[3]))])
    ledger.post([MoveStock(**block, quantity=60 * UNIT, to_status="quarantine", **common(day=days[6]))])
    ledger.post([issue(placed, day=days[5])])

    rows = dict(ledger.rows("SELECT i.sku, c.available_date FROM work_order_component c JOIN item i ON i.item_id = c.item_id"))
    assert (None, str(days[3])) == (rows["RAW-01"], str(rows["RAW-02"]))


def test_finished_goods_are_put_away_where_they_lie_and_lots_keep_their_order(ledger: Ledger) -> None:
    """Without a bin the ledger chooses one; a named lot is linked to the order."""
    tiny_company(ledger)
    placed = order("GOOD-03", 2)
    ledger.post([placed, issue(placed), complete(placed, 2, lot="L-7")])
    place = (
        "SELECT l.code, t.code FROM stock_balance b JOIN location l ON l.location_id = b.location_id "
        "JOIN lot t ON t.lot_id = b.lot_id JOIN item i ON i.item_id = b.item_id WHERE i.sku = 'GOOD-03' AND l.kind = 'bin'"
    )
    assert ledger.rows(place) == [("A-01", "L-7")]
    assert ledger.rows("SELECT origin_kind FROM lot WHERE code = 'L-7'") == [("work_order",)]


def test_an_issue_can_be_reversed_while_the_order_runs(ledger: Ledger) -> None:
    """Components, their cost and the order's running figures come back; then the order can be cancelled."""
    tiny_company(ledger)
    placed = order()
    answer = ledger.post([placed, issue(placed)])[1]
    with pytest.raises(Refused, match="components were issued"):
        ledger.post([CancelWorkOrder(work_order=placed.command_id, reason="x", **common())])
    undo = ReverseMovement(movement_id=answer.ids["movement_id"], reason="wrong order", **common())
    ledger.post([undo])
    assert head(ledger, "wip_amount") == (0,)
    assert ledger.rows("SELECT SUM(issued_quantity) FROM work_order_component") == [(0,)]
    assert check(ledger) == []
    with pytest.raises(Conflict, match="reversed"):
        ledger.post([ReverseMovement(movement_id=answer.ids["movement_id"], reason="again", **common())])
    ledger.post([CancelWorkOrder(work_order=placed.command_id, reason="not needed", **common())])
    assert head(ledger, "status") == ("cancelled",)


def test_a_completion_can_be_reversed(ledger: Ledger) -> None:
    """The goods leave stock, the cost is in progress again, the order goes on."""
    tiny_company(ledger)
    placed = order()
    ledger.post([placed, issue(placed), complete(placed, 10)])
    (movement,) = ledger.rows("SELECT movement_id FROM movement WHERE movement_type = 'production_receipt'")[0]
    ledger.post([ReverseMovement(movement_id=movement, reason="miscounted", **common())])
    assert head(ledger, "status, wip_amount, completed_quantity") == ("in_progress", 5000, 0)
    assert check(ledger) == []
    ledger.post([complete(placed, 9, 1)])
    assert check(ledger) == []


def test_operations_are_recorded_and_corrected(ledger: Ledger) -> None:
    """The same sequence again changes the row instead of adding one."""
    tiny_company(ledger)
    placed = order()
    routing = DefineRouting(sku="PART-01", valid_from=THE_DAY, operations=(Operation(10, "WC-1", "cut"),), **common())

    def done(minutes: int) -> RecordOperations:
        entry = OperationDone(
            operation_sequence=10,
            work_center="WC-1",
            scheduled_start_date=THE_DAY,
            scheduled_end_date=THE_DAY,
            actual_minutes=minutes,
            actual_cost=5 * UNIT,
        )
        return RecordOperations(work_order=placed.command_id, operations=(entry,), **common())

    ledger.post(
        [routing, placed, StartWorkOrder(work_order=placed.command_id, start_date=THE_DAY, **common()), done(30), done(45)]
    )
    assert ledger.rows("SELECT operation_sequence, actual_minutes FROM work_order_operation") == [(10, 45)]
    assert head(ledger, "status") == ("in_progress",)
    with pytest.raises(Refused, match="in_progress"):
        ledger.post([StartWorkOrder(work_order=placed.command_id, start_date=THE_DAY, **common())])


def test_impossible_work_is_refused_with_a_reason(ledger: Ledger) -> None:
    """No bill, more than ordered, nothing at all, a finished order."""
    tiny_company(ledger)
    with pytest.raises(Refused, match="no bill of materials"):
        ledger.post([order("RAW-01")])
    ledger.post([order("RAW-01", without_components=True)])
    placed = order()
    ledger.post([placed])
    with pytest.raises(Refused, match="11 made in all, ordered 10"):
        ledger.post([complete(placed, 11)])
    with pytest.raises(InvalidInput, match="neither good nor scrapped"):
        ledger.post([complete(placed, 0, is_final=False)])
    ledger.post([issue(placed), complete(placed, 10)])
    for late in (complete(placed, 1), issue(placed), CancelWorkOrder(work_order=placed.command_id, reason="x", **common())):
        with pytest.raises(Refused, match="completed"):
            ledger.post([late])
    assert check(ledger) == []


def test_a_bill_that_closes_a_cycle_is_refused_naming_it(ledger: Ledger) -> None:
    """RAW-01 made from GOOD-01 would need itself."""
    tiny_company(ledger, opening=False)
    with pytest.raises(InvalidInput, match="RAW-01 > GOOD-01 > PART-01 > RAW-01"):
        ledger.post([DefineBom(sku="RAW-01", valid_from=THE_DAY, lines=(BomLine("GOOD-01", UNIT),), **common())])
