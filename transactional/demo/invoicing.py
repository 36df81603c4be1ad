"""When do suppliers send their invoices, and do they charge what was agreed?"""

from __future__ import annotations

from collections import defaultdict

from transactional.commands import RecordSupplierInvoice
from transactional.demo.chance import draw, random_for
from transactional.demo.desk import Office
from transactional.demo.open_documents import PurchaseOpen

__all__ = ["Invoicing"]


class Invoicing:
    """The invoice desk; its agenda holds (line, quantity, day received) by the day the invoice comes."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.invoices: dict[int, list[tuple[PurchaseOpen, int, int]]] = defaultdict(list)

    def bill(self, opened: PurchaseOpen, quantity: int, received: int) -> None:
        """Put the invoice of what was received on a day on the agenda of the day it will come."""
        chance = draw(self.office.world.seed, "billed", opened.number, opened.line, received)
        self.invoices[self.office.calendar.add(received, 4 + int(chance * 6))].append((opened, quantity, received))

    def invoice(self) -> None:
        """Invoices that come today; a few charge another price than agreed."""
        office = self.office
        for opened, quantity, received_day in self.invoices.pop(office.day, ()):
            random = random_for(office.world.seed, "invoice", opened.supplier, opened.sku, received_day)
            price = opened.unit_price
            if random.random() < 0.035:
                price = round(price * random.choice((0.97, 1.02, 1.03, 1.05)) / 100) * 100
            if quantity > 0:
                office.send(
                    RecordSupplierInvoice(
                        **office.base("finance"),
                        invoice_number=f"{opened.supplier}-{office.today:%y%m%d}-{opened.number[2:]}",
                        line=opened.ref,
                        invoice_date=office.today,
                        quantity=quantity,
                        unit_price=price,
                    )
                )
