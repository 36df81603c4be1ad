"""What comes back from customers, and what leaves the shelves because it has expired?

What a customer sends back is decided when it is delivered, from the shipment's number and the line's position alone, so that a
company read from its ledger later decides the same.
"""

from __future__ import annotations

from kernel.numbers import QUANTITY_SCALE
from transactional.commands import AdjustStock, MoveStock, ReturnGoods, ReturnLine
from transactional.demo.chance import draw, random_for
from transactional.demo.desk import Office
from transactional.demo.open_documents import OrderLine
from transactional.demo.sales_book import SalesBook
from transactional.demo.state import FAR

__all__ = ["Returns", "coming_back"]


def coming_back(
    office: Office, shipment: str, line: OrderLine, lot: str | None, quantity: int, delivered: int
) -> tuple[int, int, str] | None:
    """Whether some of a delivered quantity comes back: the day, how much, and the reason."""
    seed = office.world.seed
    bad = office.plot.bad_lots.get((line.sku, lot))
    if draw(seed, "comes back", shipment, line.position) >= (bad[1] if bad is not None else 0.011):
        return None
    random = random_for(seed, "sent back", shipment, line.position)
    if bad is not None:
        share, days, reason = random.uniform(0.3, 0.7), random.randint(6, 18), bad[0]
    else:
        is_food = office.world.catalogue.items[line.sku].category.startswith("CS")
        reason = random.choice(("DAMAGED", "WRONG", "UNSOLD", "TASTE" if is_food else "NOISE", "TASTE" if is_food else "LEAK"))
        share, days = random.uniform(0.05, 0.35), random.randint(6, 25)
    part = max(QUANTITY_SCALE, int(quantity * share) // QUANTITY_SCALE * QUANTITY_SCALE)
    return office.calendar.add(delivered, days), min(part, quantity), reason


class Returns:
    """The returns desk, and whoever clears the shelves."""

    def __init__(self, office: Office, book: SalesBook) -> None:
        self.office = office
        self.book = book

    def take_back(self) -> None:
        """Returns of today wait in quarantine; some days later they go back to stock or to scrap."""
        office, world = self.office, self.office.world
        for shipment, position, line, lot, quantity, reason in self.book.returns.pop(office.day, ()):
            warehouse = line.order.warehouse
            item = world.catalogue.items[line.sku]
            random = random_for(world.seed, "return", shipment, position, office.day)
            refund = quantity * item.list_price // QUANTITY_SCALE * 9 // 10 // 10_000
            office.send(
                ReturnGoods(
                    **office.base("warehouse"),
                    customer=line.order.customer,
                    return_date=office.today,
                    lines=(
                        ReturnLine(
                            line=line.ref,
                            sku=line.sku,
                            quantity=quantity,
                            location=f"{warehouse}-RET",
                            reason=reason,
                            lot=lot,
                            disposition="quarantine",
                            refund_amount=refund,
                        ),
                    ),
                )
            )
            if office.plot.bad_lots.get((line.sku, lot)) is not None:
                office.tell(
                    "return_reason_of_one_lot",
                    sku=line.sku,
                    lot=lot,
                    reason=reason,
                    order=line.order.number,
                    line=line.position,
                    quantity=quantity,
                    refund_amount=refund,
                )
            keep = 1 if reason in ("WRONG", "UNSOLD") or random.random() < 0.25 else 0
            self.book.returned[office.calendar.add(office.day, random.randint(3, 9))].append(
                (warehouse, line.sku, lot, quantity, keep)
            )
        self._decide()

    def _decide(self) -> None:
        office = self.office
        for warehouse, sku, lot, quantity, keep in self.book.returned.pop(office.day, ()):
            expiry = self.book.lot_expiry.get((sku, lot), FAR)
            if keep and expiry > office.day:
                home = office.home(warehouse, sku)
                office.send(
                    MoveStock(
                        **office.base("warehouse"),
                        sku=sku,
                        quantity=quantity,
                        from_location=f"{warehouse}-RET",
                        to_location=home,
                        lot=lot,
                        from_status="quarantine",
                        to_status="available",
                        reason="returned goods in order",
                    )
                )
                office.cell(warehouse, sku).add(home, lot, expiry, quantity)
            else:
                office.send(
                    AdjustStock(
                        **office.base("warehouse"),
                        sku=sku,
                        location=f"{warehouse}-RET",
                        quantity=-quantity,
                        reason="scrapped",
                        lot=lot,
                        status="quarantine",
                    )
                )

    def scrap_expired(self) -> None:
        """What has expired leaves the shelves."""
        office = self.office
        for cell in office.cells.values():
            while cell.slots and cell.slots[0].expiry <= office.day:
                slot = cell.slots[0]
                free = slot.on_hand - slot.allocated
                if free <= 0:
                    break
                office.send(
                    AdjustStock(
                        **office.base("warehouse"),
                        sku=cell.sku,
                        location=slot.location,
                        quantity=-free,
                        reason="expired",
                        lot=slot.lot,
                    )
                )
                office.log["expired"].append({"sku": cell.sku, "lot": slot.lot, "quantity": free, "warehouse": cell.warehouse})
                slot.missing = 0
                cell.remove(slot, free)
