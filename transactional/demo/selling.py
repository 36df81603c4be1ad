"""Who sells in the demo company? The sales desk, the allocation desk, pickers and carriers, and returns, around one book."""

from __future__ import annotations

from transactional.demo.allocating import Allocating
from transactional.demo.changing import Changing
from transactional.demo.desk import Office
from transactional.demo.ordering import Ordering
from transactional.demo.returning import Returns
from transactional.demo.sales_book import SalesBook
from transactional.demo.shipping import Shipping

__all__ = ["Selling"]


class Selling:
    """The sales side's desks and the book they share."""

    def __init__(self, office: Office) -> None:
        self.book = SalesBook()
        self.changing = Changing(office, self.book)
        self.ordering = Ordering(office, self.book, self.changing)
        self.allocating = Allocating(office, self.book)
        self.shipping = Shipping(office, self.book, self.allocating)
        self.returns = Returns(office, self.book)
