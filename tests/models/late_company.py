"""Every way of being late that docs/kpis.md names, once each, in one company and one real ledger.

Warehouse W sells, PLANT makes and sends to W, SLOW takes a day to pick. Roads: W to customers 2 days, PLANT to W 2 days. Each
scenario has its own items, so that none disturbs another; the sales order carries the scenario's name. Days are numbered from
1 March 2026, and today is day 91. What a fair judge would say stands beside each story.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from tests.company import UNIT, common
from transactional import Ledger
from transactional.commands import (
    AdjustStock,
    AllocateSalesLine,
    BomLine,
    CancelSalesLine,
    ChangeSetting,
    Command,
    CompleteWorkOrder,
    ConfirmDelivery,
    CreateCompany,
    DefineBom,
    DefineCarrier,
    DefineCustomer,
    DefineItem,
    DefineLocation,
    DefineSupplier,
    DefineUnit,
    DefineUser,
    DefineWarehouse,
    EnterSalesOrder,
    InspectGoods,
    IssueComponents,
    MovePromiseForCustomer,
    OpeningLine,
    Peg,
    PlacePurchaseOrder,
    PlaceTransfer,
    PlaceWorkOrder,
    PostOpening,
    PromiseSalesLine,
    PurchaseLine,
    ReceiptLine,
    ReceiveGoods,
    ReceiveTransfer,
    ReleaseAllocation,
    SalesLine,
    SetCarrierLane,
    SetPlanning,
    ShipGoods,
    ShipLine,
    ShipTransfer,
    TransferLine,
)

__all__ = ["EXPECTED", "TODAY", "day", "late_company"]

TODAY = 91
Causes = dict[str, int]


def day(number: int) -> date:
    """Day 1 is 1 March 2026."""
    return date(2026, 2, 28) + timedelta(days=number)


def _at(number: int, actor: str = "admin") -> dict[str, Any]:
    return common(actor, day(number))


class _Story:
    """Posts documents of one scenario, oldest first."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger

    def post(self, *commands: Command) -> None:
        self.ledger.post(list(commands))

    def item(self, sku: str, *parts: str, warehouses: tuple[str, ...] = ("W",), inspection: int = 0, lots: bool = False) -> str:
        """An item of the scenario; with `parts` it is made of one of each."""
        kind = "finished_good" if parts else "trading_good"
        commands: list[Command] = [DefineItem(sku=sku, name=sku, item_type=kind, is_lot_tracked=lots, **_at(1))]
        commands += [
            SetPlanning(
                sku=sku,
                warehouse=warehouse,
                procurement="make" if parts else "buy",
                lead_time_days=7,
                inspection_days=inspection,
                **_at(1),
            )
            for warehouse in warehouses
        ]
        if parts:
            lines = tuple(BomLine(part, UNIT) for part in parts)
            commands.append(DefineBom(sku=sku, valid_from=date(2025, 1, 1), lines=lines, **_at(1)))
        self.post(*commands)
        return sku

    def stock(self, sku: str, units: int = 10, warehouse: str = "W", on: int = 1) -> None:
        """Opening stock."""
        line = OpeningLine(sku=sku, location=f"{warehouse}-1", quantity=units * UNIT, unit_cost=UNIT)
        self.post(PostOpening(opening_date=day(on), lines=(line,), **_at(on)))

    def buy(
        self,
        sku: str,
        promised: int,
        *,
        ordered: int = 2,
        units: int = 10,
        warehouse: str = "W",
        supplier: str = "SLIP",
        **columns: Any,
    ) -> str:
        line = PurchaseLine(
            sku=sku,
            warehouse=warehouse,
            quantity=units * UNIT,
            unit_price=UNIT,
            promised_date=day(promised),
            requested_date=day(promised),
            **columns,
        )
        order = PlacePurchaseOrder(supplier=supplier, order_date=day(ordered), buyer="buyer", lines=(line,), **_at(ordered))
        self.post(order)
        return order.command_id

    def receive(self, order: str, on: int, *, units: int = 10, warehouse: str = "W", inspected: int | None = None) -> None:
        line = ReceiptLine(line=(order, 0), received_quantity=units * UNIT, location=f"{warehouse}-1")
        receipt = ReceiveGoods(
            purchase_order=order,
            warehouse=warehouse,
            received_date=day(on),
            inspected_date=day(on) if inspected is None else None,
            lines=(line,),
            **_at(on),
        )
        self.post(receipt)
        if inspected is not None:
            self.post(InspectGoods(goods_receipt=receipt.command_id, inspected_date=day(inspected), results=(), **_at(inspected)))

    def make(self, sku: str, start: int, due: int, *, units: int = 10, warehouse: str = "W") -> str:
        order = PlaceWorkOrder(
            sku=sku,
            warehouse=warehouse,
            quantity=units * UNIT,
            order_date=day(2),
            planned_start_date=day(start),
            due_date=day(due),
            **_at(2),
        )
        self.post(order)
        return order.command_id

    def work(self, order: str, started: int, done: int, *, units: int = 10, warehouse: str = "W") -> None:
        self.post(
            IssueComponents(work_order=order, issue_date=day(started), **_at(started)),
            CompleteWorkOrder(
                work_order=order, completion_date=day(done), quantity=units * UNIT, location=f"{warehouse}-1", **_at(done)
            ),
        )

    def transfer(self, sku: str, due: int, *, ordered: int = 2, units: int = 10) -> str:
        order = PlaceTransfer(
            from_warehouse="PLANT",
            to_warehouse="W",
            order_date=day(ordered),
            due_date=day(due),
            lines=(TransferLine(sku, units * UNIT),),
            **_at(ordered),
        )
        self.post(order)
        return order.command_id

    def carry(self, order: str, sent: int, arrived: int | None) -> None:
        self.post(ShipTransfer(transfer_order=order, shipped_date=day(sent), **_at(sent)))
        if arrived is not None:
            self.post(ReceiveTransfer(transfer_order=order, received_date=day(arrived), **_at(arrived)))

    def sell(
        self,
        name: str,
        sku: str,
        promised: int | None,
        *,
        pegs: tuple[Peg, ...] = (),
        on: int = 2,
        units: int = 10,
        place: str = "W",
    ) -> str:
        """An order named after the scenario; `pegs` are what its promise rests on."""
        line = SalesLine(
            sku=sku, warehouse=place, quantity=units * UNIT, unit_price=2 * UNIT, requested_date=day(promised or TODAY - 10)
        )
        order = EnterSalesOrder(customer="CITY", order_date=day(on), number=name, lines=(line,), **_at(on))
        self.post(order)
        if promised is not None:
            self.post(PromiseSalesLine(line=(order.command_id, 0), promised_date=day(promised), pegs=pegs, **_at(on)))
        return order.command_id

    def tie(self, order: str, on: int, units: int = 10) -> None:
        self.post(AllocateSalesLine(line=(order, 0), quantity=units * UNIT, **_at(on)))

    def ship(self, order: str, on: int, arrived: int | None, *, units: int = 10, place: str = "W") -> None:
        """Ships, and has the customer sign for it on `arrived`."""
        shipment = ShipGoods(
            warehouse=place,
            carrier="FAST",
            shipped_date=day(on),
            lines=(ShipLine(line=(order, 0), quantity=units * UNIT),),
            **_at(on),
        )
        self.post(shipment)
        if arrived is not None:
            self.post(ConfirmDelivery(shipment=shipment.command_id, signed_date=day(arrived), **_at(arrived)))

    def release(self, order: str, on: int, reason: str, taken_by: str | None = None) -> None:
        taker = None if taken_by is None else (taken_by, 0)
        self.post(ReleaseAllocation(line=(order, 0), reason=reason, taken_by=taker, **_at(on)))


EXPECTED: dict[str, Causes] = {}
"""What a fair judge says: days by cause of each scenario's line."""

_STORIES: list[Any] = []


def _says(**causes: int) -> Any:
    """Registers a story; its name is the sales order's number."""

    def register(story: Any) -> Any:
        EXPECTED[story.__name__] = causes
        _STORIES.append(story)
        return story

    return register


def late_company(ledger: Ledger) -> None:
    """Found the company in an empty ledger and tell every story."""
    company = CreateCompany(code="LATE", name="Late Works", name_zh="迟到厂", today=day(TODAY), **common("system", day(TODAY)))
    ledger.post([company])
    ledger.post([*_founding()])
    story = _Story(ledger)
    for tell in _STORIES:
        tell(story, tell.__name__)


def _founding() -> list[Command]:
    commands: list[Command] = [
        DefineUser(login=login, name=login, role=role, **common("system", day(1)))
        for login, role in (("admin", "admin"), ("buyer", "buyer"))
    ]
    commands.append(DefineUnit(code="EA", name="each", dimension="count", **_at(1)))
    for code, region in (("W", "hub"), ("PLANT", "plant"), ("SLOW", "hub")):
        commands.append(DefineWarehouse(code=code, name=code, region=region, **_at(1)))
        commands.append(DefineLocation(code=f"{code}-1", warehouse=code, zone="A", **_at(1)))
    commands.append(DefineCarrier(code="FAST", name="Fast", **_at(1)))
    for warehouse, region in (("W", "city"), ("SLOW", "city"), ("PLANT", "hub")):
        commands.append(
            SetCarrierLane(
                carrier="FAST", warehouse=warehouse, region=region, transit_days=2, valid_from=date(2025, 1, 1), **_at(1)
            )
        )
    for code in ("SLIP", "GOOD"):
        commands.append(DefineSupplier(code=code, name=code, **_at(1)))
    commands.append(DefineCustomer(code="CITY", name="City", region="city", **_at(1)))
    return commands


# -- supply ------------------------------------------------------------------------------------------------------------


@_says(supplier=4)
def supplier_late(story: _Story, name: str) -> None:
    """Promised for 10, so needed on 8; the supplier promised 8 and came on 12."""
    sku = story.item(name)
    order = story.sell(name, sku, 10)
    story.receive(story.buy(sku, 8), 12)
    story.ship(order, 12, 14)


@_says(supplier=3)
def supplier_late_two_levels_down(story: _Story, name: str) -> None:
    """A part's raw material came 3 days late; part and product were made in their planned time."""
    raw = story.item(f"{name}-raw", lots=True)
    part = story.item(f"{name}-part", raw, lots=True)
    good = story.item(name, part, lots=True)
    order = story.sell(name, good, 17)
    bought = story.buy(raw, 11)
    part_order, good_order = story.make(part, 11, 13), story.make(good, 13, 15)
    story.receive(bought, 14)
    story.work(part_order, 14, 16)
    story.work(good_order, 16, 18)
    story.ship(order, 18, 20)


@_says(supplier=3)
def slack_between_two_plans_takes_days_up(story: _Story, name: str) -> None:
    """The raw material came 5 days late, the part was planned 2 days before the product's start: 3 days got through."""
    raw = story.item(f"{name}-raw")
    part = story.item(f"{name}-part", raw)
    good = story.item(name, part)
    order = story.sell(name, good, 17)
    bought = story.buy(raw, 9)
    part_order, good_order = story.make(part, 9, 11), story.make(good, 13, 15)
    story.receive(bought, 14)
    story.work(part_order, 14, 16)
    story.work(good_order, 16, 18)
    story.ship(order, 18, 20)


@_says(supplier=6)
def two_late_suppliers_of_one_work_order(story: _Story, name: str) -> None:
    """One component came 3 days late, the other 6: only the second ended the wait."""
    first, second = story.item(f"{name}-a"), story.item(f"{name}-b")
    good = story.item(name, first, second)
    order = story.sell(name, good, 12)
    early, late = story.buy(first, 7, supplier="GOOD"), story.buy(second, 7)
    made = story.make(good, 7, 10)
    story.receive(early, 10)
    story.receive(late, 13)
    story.work(made, 13, 16)
    story.ship(order, 16, 18)


@_says(promise_infeasible=4, supplier=3)
def supplier_late_on_an_infeasible_promise(story: _Story, name: str) -> None:
    """Promised for 10 on a purchase expected on 12: 4 days late from the start; the supplier added 3."""
    sku = story.item(name)
    bought = story.buy(sku, 12)
    order = story.sell(name, sku, 10, pegs=(Peg("purchase_order_line", 10 * UNIT, day(12), (bought, 0)),))
    story.receive(bought, 15)
    story.ship(order, 15, 17)


@_says(promise_infeasible=4)
def promise_infeasible(story: _Story, name: str) -> None:
    """The same, and the supplier kept his word."""
    sku = story.item(name)
    bought = story.buy(sku, 12)
    order = story.sell(name, sku, 10, pegs=(Peg("purchase_order_line", 10 * UNIT, day(12), (bought, 0)),))
    story.receive(bought, 12)
    story.ship(order, 12, 14)


@_says(planning=4)
def ordered_late(story: _Story, name: str) -> None:
    """To be ordered by 1, ordered on 5; the supplier delivered as he promised."""
    sku = story.item(name)
    order = story.sell(name, sku, 10)
    story.receive(story.buy(sku, 12, ordered=5, order_by_date=day(1), required_date=day(8)), 12)
    story.ship(order, 12, 14)


@_says(planning=4, supplier=3)
def ordered_late_and_supplier_late(story: _Story, name: str) -> None:
    """Ordered 4 days late, and delivered 3 days after the promise."""
    sku = story.item(name)
    order = story.sell(name, sku, 10)
    story.receive(story.buy(sku, 12, ordered=5, order_by_date=day(1), required_date=day(8)), 15)
    story.ship(order, 15, 17)


@_says(supplier=5, planning=-2)
def slack_wins_days_back(story: _Story, name: str) -> None:
    """The purchase was planned 2 days before the need; of the supplier's 5 days 3 came through."""
    sku = story.item(name)
    order = story.sell(name, sku, 10)
    story.receive(story.buy(sku, 6), 11)
    story.ship(order, 11, 13)


@_says(planning=6)
def planned_after_need(story: _Story, name: str) -> None:
    """An ordinary replenishment, on time by itself, planned 6 days after the line needed it."""
    sku = story.item(name)
    order = story.sell(name, sku, 10)
    story.receive(story.buy(sku, 14), 14)
    story.ship(order, 14, 16)


@_says(inspection=4)
def inspection_slow(story: _Story, name: str) -> None:
    """Received on 7 as promised, a day for inspection; looked at on 12."""
    sku = story.item(name, inspection=1)
    order = story.sell(name, sku, 10)
    story.receive(story.buy(sku, 7), 7, inspected=12)
    story.ship(order, 12, 14)


# -- production ----------------------------------------------------------------------------------------------------------


@_says(production=3)
def work_order_slow(story: _Story, name: str) -> None:
    """Components there, started as planned, done 3 days after the due date."""
    part = story.item(f"{name}-part")
    good = story.item(name, part)
    story.stock(part)
    order = story.sell(name, good, 10)
    story.work(story.make(good, 5, 8), 5, 11)
    story.ship(order, 11, 13)


@_says(production=3)
def work_order_started_late(story: _Story, name: str) -> None:
    """Everything was there on the planned start; begun 3 days later, made in the planned time."""
    part = story.item(f"{name}-part")
    good = story.item(name, part)
    story.stock(part)
    order = story.sell(name, good, 10)
    story.work(story.make(good, 5, 8), 8, 11)
    story.ship(order, 11, 13)


@_says(planning=10)
def component_never_ordered(story: _Story, name: str) -> None:
    """Still waiting today: the work order lacks a component that nobody ordered."""
    part = story.item(f"{name}-part")
    good = story.item(name, part)
    story.stock(part, units=1)
    made = story.make(good, 75, 79)
    story.sell(name, good, 81, pegs=(Peg("work_order", 10 * UNIT, day(79), made),))


# -- the shelf -----------------------------------------------------------------------------------------------------------


@_says(stock_taken=6)
def stock_taken(story: _Story, name: str) -> None:
    """Tied on 2, taken for another order on 5, supplied again - late - on 14: with its own goods it would have been in time."""
    sku = story.item(name)
    story.stock(sku)
    order = story.sell(name, sku, 10)
    story.tie(order, 2)
    taker = story.sell(f"{name}_taker", sku, 12, on=5)
    story.release(order, 5, "taken for another order", taker)
    story.tie(taker, 5)
    story.ship(taker, 8, 10)
    story.receive(story.buy(sku, 13, ordered=6), 14)
    story.tie(order, 14)
    story.ship(order, 14, 16)


@_says(stock_taken=4)
def promised_stock_gone(story: _Story, name: str) -> None:
    """Promised from stock, which others got without a word in the records; the next receipt came on 12."""
    sku = story.item(name)
    story.stock(sku)
    order = story.sell(name, sku, 10, pegs=(Peg("stock", 10 * UNIT, day(3)),))
    other = story.sell(f"{name}_other", sku, 12, on=3)
    story.ship(other, 6, 8)
    story.receive(story.buy(sku, 12), 12)
    story.ship(order, 12, 14)


@_says(wrong_count=4)
def wrong_count(story: _Story, name: str) -> None:
    """Tied on 2, not found when it was to be picked on 8; replaced on 12."""
    sku = story.item(name)
    story.stock(sku)
    order = story.sell(name, sku, 10)
    story.tie(order, 2)
    story.release(order, 8, "not found in its bin")
    story.post(AdjustStock(sku=sku, location="W-1", quantity=-10 * UNIT, reason="lost", **_at(8)))
    story.receive(story.buy(sku, 12, ordered=8), 12)
    story.tie(order, 12)
    story.ship(order, 12, 14)


@_says(wrong_count=3)
def found_by_the_count(story: _Story, name: str) -> None:
    """The books said none; a count brought it to light on 11."""
    sku = story.item(name)
    order = story.sell(name, sku, 10)
    story.post(AdjustStock(sku=sku, location="W-1", quantity=10 * UNIT, reason="found", unit_cost=UNIT, **_at(11)))
    story.ship(order, 11, 13)


@_says(wrong_count=4)
def promised_stock_was_not_there(story: _Story, name: str) -> None:
    """Promised from stock that the books had and the shelf had not; written off on 4, replaced on 12."""
    sku = story.item(name)
    story.stock(sku)
    order = story.sell(name, sku, 10, pegs=(Peg("stock", 10 * UNIT, day(3)),))
    story.post(AdjustStock(sku=sku, location="W-1", quantity=-10 * UNIT, reason="lost", **_at(4)))
    story.receive(story.buy(sku, 12), 12)
    story.ship(order, 12, 14)


@_says(supplier=4)
def stock_without_lots(story: _Story, name: str) -> None:
    """No lots: ten came on 3 and went to another order; first in, first out, these came with the second, late receipt."""
    sku = story.item(name)
    other = story.sell(f"{name}_other", sku, 12)
    order = story.sell(name, sku, 10)
    first, second = story.buy(sku, 3, supplier="GOOD"), story.buy(sku, 8)
    story.receive(first, 3)
    story.ship(other, 7, 9)
    story.receive(second, 12)
    story.ship(order, 12, 14)


# -- picking and the road ----------------------------------------------------------------------------------------------------


@_says(picking=3)
def picked_late(story: _Story, name: str) -> None:
    """Tied in time; left on 11 instead of 8."""
    sku = story.item(name)
    story.stock(sku)
    order = story.sell(name, sku, 10)
    story.tie(order, 2)
    story.ship(order, 11, 13)


@_says(picking=2)
def tied_late(story: _Story, name: str) -> None:
    """Lay in the warehouse since 1, was tied to the line on 10 and left the same day."""
    sku = story.item(name)
    story.stock(sku)
    order = story.sell(name, sku, 10)
    story.tie(order, 10)
    story.ship(order, 10, 12)


@_says(supplier=3, picking=1)
def a_warehouse_with_a_day_to_pick(story: _Story, name: str) -> None:
    """The setting gives SLOW one day: needed on 7, came on 10, left on 12 - one of the two days was the standard."""
    sku = story.item(name, warehouses=("SLOW",))
    slow = next(iter(story.ledger.rows("SELECT warehouse_id FROM warehouse WHERE code = 'SLOW'")))[0]
    story.post(ChangeSetting(name="pick_days", scope=f"warehouse:{slow}", value="1", **_at(1)))
    order = story.sell(name, sku, 10, place="SLOW")
    story.receive(story.buy(sku, 7, warehouse="SLOW"), 10, warehouse="SLOW")
    story.ship(order, 12, 14, place="SLOW")


@_says(supplier=5)
def shipped_in_part_twice(story: _Story, name: str) -> None:
    """Six of ten left in time; the line was whole with the four that came 5 days late."""
    sku = story.item(name)
    story.stock(sku, units=6)
    order = story.sell(name, sku, 10)
    story.ship(order, 8, 10, units=6)
    story.receive(story.buy(sku, 8, units=4), 13, units=4)
    story.ship(order, 13, 15, units=4)


@_says(carrier=4)
def carrier_late(story: _Story, name: str) -> None:
    """Left in time, 6 days on a road of 2."""
    sku = story.item(name)
    story.stock(sku)
    order = story.sell(name, sku, 10)
    story.ship(order, 8, 14)


@_says(supplier=4, carrier=-1)
def carrier_wins_a_day_back(story: _Story, name: str) -> None:
    """Left 4 days late for the supplier's sake, and was a day faster than the lane."""
    sku = story.item(name)
    order = story.sell(name, sku, 10)
    story.receive(story.buy(sku, 8), 12)
    story.ship(order, 12, 13)


@_says(supplier=5)
def transfer_waited_for_production_that_waited_for_a_supplier(story: _Story, name: str) -> None:
    """The plant had to send on 10 and sent on 15, because a component was 5 days late."""
    part = story.item(f"{name}-part", warehouses=("PLANT",))
    good = story.item(name, part, warehouses=("PLANT",))
    order = story.sell(name, good, 14)
    bought = story.buy(part, 7, warehouse="PLANT")
    made = story.make(good, 7, 10, warehouse="PLANT")
    moved = story.transfer(good, 12)
    story.receive(bought, 12, warehouse="PLANT")
    story.work(made, 12, 15, warehouse="PLANT")
    story.carry(moved, 15, 17)
    story.ship(order, 17, 19)


@_says(picking=3)
def transfer_left_late(story: _Story, name: str) -> None:
    """The goods lay in the plant; the transfer left on 13 instead of 10."""
    sku = story.item(name, warehouses=("PLANT",))
    story.stock(sku, warehouse="PLANT")
    order = story.sell(name, sku, 14)
    story.carry(story.transfer(sku, 12), 13, 15)
    story.ship(order, 15, 17)


@_says(carrier=2)
def transfer_late_on_the_road(story: _Story, name: str) -> None:
    """Left in time, two days longer on the road between the warehouses."""
    sku = story.item(name, warehouses=("PLANT",))
    story.stock(sku, warehouse="PLANT")
    order = story.sell(name, sku, 14)
    story.carry(story.transfer(sku, 12), 10, 14)
    story.ship(order, 14, 16)


# -- not over yet ------------------------------------------------------------------------------------------------------------


@_says(supplier=10)
def still_waiting_for_the_supplier(story: _Story, name: str) -> None:
    """Promised for 81 on a purchase due 79 that is not there on 91; the road still ahead counts for nobody."""
    sku = story.item(name)
    bought = story.buy(sku, 79)
    story.sell(name, sku, 81, pegs=(Peg("purchase_order_line", 10 * UNIT, day(79), (bought, 0)),))


@_says(picking=2)
def tied_today_and_not_shipped(story: _Story, name: str) -> None:
    """Tied since 85, promised for 89, still in the house on 91."""
    sku = story.item(name)
    story.stock(sku, on=80)
    order = story.sell(name, sku, 89)
    story.tie(order, 85)


@_says(planning=10)
def nothing_ordered(story: _Story, name: str) -> None:
    """Ten days overdue, the shelf is empty and nothing is on order."""
    sku = story.item(name)
    story.stock(sku, units=1)
    story.sell(name, sku, 81)


@_says(picking=10)
def there_and_not_shipped(story: _Story, name: str) -> None:
    """Ten days overdue with enough free stock in the warehouse."""
    sku = story.item(name)
    story.stock(sku)
    story.sell(name, sku, 81)


@_says(supplier=4)
def on_the_road_after_a_late_supplier(story: _Story, name: str) -> None:
    """Left on 90, 5 days after it should have, for the supplier's sake; a day of the road is still ahead."""
    sku = story.item(name)
    order = story.sell(name, sku, 87)
    story.receive(story.buy(sku, 85), 90)
    story.ship(order, 90, None)


@_says(untraceable=10)
def no_record_at_all(story: _Story, name: str) -> None:
    """No stock, no supply, no promise's basis: nobody can say."""
    sku = story.item(name)
    story.sell(name, sku, 81)


# -- the customer ------------------------------------------------------------------------------------------------------------


@_says(customer_change=5, carrier=2)
def customer_moved_the_date(story: _Story, name: str) -> None:
    """Promised for 10; on 6 he asked for 15; delivered on 17."""
    sku = story.item(name)
    story.stock(sku)
    order = story.sell(name, sku, 10)
    _move(story, order, on=6, to=15)
    story.ship(order, 13, 17)


@_says(supplier=3, customer_change=2)
def customer_moved_a_date_already_missed(story: _Story, name: str) -> None:
    """Three days overdue he asks for 15, and gets it then: the first three days stay ours."""
    sku = story.item(name)
    order = story.sell(name, sku, 10)
    _move(story, order, on=13, to=15)
    story.receive(story.buy(sku, 8), 13)
    story.ship(order, 13, 15)


@_says(carrier=2)
def customer_asked_for_it_earlier(story: _Story, name: str) -> None:
    """Promised for 10, he asked for 8: lateness is judged by the first promise, so his wish made nothing late."""
    sku = story.item(name)
    story.stock(sku)
    order = story.sell(name, sku, 10)
    _move(story, order, on=4, to=8)
    story.ship(order, 8, 12)


@_says(customer_change=4)
def cancelled_by_the_customer_with_goods_ready(story: _Story, name: str) -> None:
    """Tied and ready; he called it off 4 days after the promise."""
    sku = story.item(name)
    story.stock(sku)
    order = story.sell(name, sku, 10)
    story.tie(order, 5)
    story.post(CancelSalesLine(line=(order, 0), reason="customer", **_at(14)))


@_says(supplier=6)
def cancelled_by_the_customer_tired_of_waiting(story: _Story, name: str) -> None:
    """What it was promised on never came; he gave up on 16."""
    sku = story.item(name)
    bought = story.buy(sku, 8)
    order = story.sell(name, sku, 10, pegs=(Peg("purchase_order_line", 10 * UNIT, day(8), (bought, 0)),))
    story.post(CancelSalesLine(line=(order, 0), reason="customer", **_at(16)))


@_says(planning=5)
def cancelled_by_us_without_stock(story: _Story, name: str) -> None:
    """Nothing was ordered for it; we gave up on 15."""
    sku = story.item(name)
    order = story.sell(name, sku, 10)
    story.post(CancelSalesLine(line=(order, 0), reason="no_stock", **_at(15)))


def _move(story: _Story, order: str, *, on: int, to: int) -> None:
    story.post(
        MovePromiseForCustomer(
            line=(order, 0), requested_date=day(to), promised_date=day(to), reason="building site not ready", **_at(on)
        )
    )
