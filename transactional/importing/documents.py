"""Which commands tell the ledger what happened to one document? One writer per kind of document; this hands out the steps."""

from __future__ import annotations

from collections.abc import Callable

from transactional.importing.bills import Bills
from transactional.importing.buying import Buying
from transactional.importing.desk import Desk, Made
from transactional.importing.making import Making
from transactional.importing.selling import Selling
from transactional.importing.timeline import Step

__all__ = ["DocumentWriter"]


class DocumentWriter:
    """Turns steps into commands; steps the ledger holds already become notes that they are there."""

    def __init__(self, desk: Desk, bills: Bills) -> None:
        buying, selling, making = Buying(desk), Selling(desk), Making(desk, bills)
        self._writers: dict[str, Callable[[Step], Made]] = {
            "place_purchase_order": buying.place,
            "release_purchase_order": buying.release,
            "promise_purchase": buying.promise,
            "receive": buying.receive,
            "close_short": buying.close_short,
            "enter_sales_order": selling.enter,
            "promise_sales": selling.promise,
            "ship": selling.ship,
            "place_work_order": making.place,
            "issue": making.issue,
            "complete": making.complete,
        }

    def items(self, step: Step) -> Made:
        """The commands of one step; what only tells the history of other loads has none."""
        if step.kind != "held":
            yield from self._writers[step.kind](step)
