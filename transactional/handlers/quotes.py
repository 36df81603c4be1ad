"""What did suppliers offer for a requirement?"""

from __future__ import annotations

from typing import Any

from transactional.commands import (
    RecordQuotes,
)
from transactional.engine.registry import handles
from transactional.engine.work import UnitOfWork
from transactional.handlers.support import (
    lines_given,
    named_once,
    positive_quantity,
    price,
    whole,
)


@handles(RecordQuotes)
def record_quotes(work: UnitOfWork, command: RecordQuotes) -> dict[str, Any]:
    """Offers of several suppliers for one requirement, kept whether they won or lost."""
    item_id = work.lookup("item", command.sku)
    where = command.sku
    quantity = positive_quantity(command.quantity, where)
    lines_given(command.offers, where)
    named_once([offer.supplier for offer in command.offers], "supplier", where)
    line_id = None
    if command.purchase_order_line is not None:
        line = work.line("purchase_order_line", command.purchase_order_line)
        line_id = line["purchase_order_line_id"]
    request_id = work.new_id()
    ids = []
    for offer in command.offers:
        supplier = work.row("supplier", work.lookup("supplier", offer.supplier))
        if offer.lead_time_days is not None:
            whole(offer.lead_time_days, "lead_time_days", where, 0, 36_500)
        quote = work.insert(
            "quote",
            quote_id=work.new_id(),
            supplier_id=supplier["supplier_id"],
            item_id=item_id,
            request_id=request_id,
            quantity=quantity,
            unit_price=price(offer.unit_price, f"{where} / {offer.supplier}"),
            currency=work.company["currency"],
            lead_time_days=offer.lead_time_days,
            quote_date=command.quote_date,
            valid_to=offer.valid_to,
            is_chosen=int(offer.is_chosen),
            purchase_order_line_id=line_id,
        )
        ids.append(quote["quote_id"])
    work.event("quote", request_id, "quoted", quantity=quantity, business_date=command.quote_date)
    return {"document_id": request_id, "request_id": request_id, "line_ids": ids}
