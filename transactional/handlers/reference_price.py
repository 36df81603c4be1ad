"""What should a purchase have cost, before anyone asked for quotes?

    1  price of the incumbent at the quantity: supplier of the newest valid contract, else of the last purchase, else preference 1
    2  last received price within 12 months
    3  standard cost above zero
    4  none: counted apart, never invented

All as of the day the requirement arose; "last" is in posting order.
"""

from __future__ import annotations

from datetime import date, timedelta

from kernel.numbers import RATE_SCALE, divide_half_even
from transactional.engine.work import UnitOfWork
from transactional.handlers.support import Row

__all__ = ["note_purchase", "reference_price", "supplier_price"]

_YEAR = timedelta(days=365)
_LAST_SUPPLIER = (
    "SELECT o.supplier_id FROM purchase_order_line l JOIN purchase_order o ON o.purchase_order_id = l.purchase_order_id "
    "WHERE l.item_id = ? AND l.status NOT IN ('cancelled', 'rejected', 'pending') AND o.order_date <= ? "
    "ORDER BY l.purchase_order_line_id DESC LIMIT 1"
)
_BOUGHT = "purchases of the batch"


def note_purchase(work: UnitOfWork, item_id: int, order_date: date, supplier_id: int) -> None:
    """Remember a purchase this batch has buffered, so that the next line of the same batch knows its incumbent."""
    work.notes.setdefault(_BOUGHT, {}).setdefault(item_id, []).append((order_date, supplier_id))


def reference_price(work: UnitOfWork, item: Row, quantity: int, as_of: date) -> tuple[int | None, str]:
    """The frozen reference for one line.

    Returns: (unit price in 10^-6 of the company currency or None, source: contract, list, last_price, standard_cost, none).
    """
    terms = [
        row
        for row in work.children("supplier_item", "item_id", item["item_id"])
        if row["valid_from"] <= as_of and (row["valid_to"] is None or row["valid_to"] >= as_of)
    ]
    if terms:
        incumbent = _incumbent(work, item["item_id"], terms, as_of)
        priced = [(row, _price_at(work, row, quantity, as_of)) for row in terms if row["supplier_id"] == incumbent]
        priced.sort(key=lambda entry: (entry[0]["is_contract"], entry[0]["valid_from"], entry[0]["supplier_item_id"]))
        while priced:
            row, unit_price = priced.pop()
            if unit_price is not None:
                return unit_price, "contract" if row["is_contract"] else "list"
    last = _last_received(work, item["item_id"], as_of)
    if last is not None:
        return last, "last_price"
    if item["standard_cost"]:
        return item["standard_cost"], "standard_cost"
    return None, "none"


def _incumbent(work: UnitOfWork, item_id: int, terms: list[Row], as_of: date) -> int | None:
    contracts = [row for row in terms if row["is_contract"]]
    if contracts:
        newest: int = max(contracts, key=lambda row: (row["valid_from"], row["supplier_item_id"]))["supplier_id"]
        return newest
    supplier_id: int
    for order_date, supplier_id in reversed(work.notes.get(_BOUGHT, {}).get(item_id, ())):
        if order_date <= as_of:
            return supplier_id
    text = as_of.isoformat() if work.session.dialect == "sqlite" else as_of
    last = work.session.rows(_LAST_SUPPLIER, (item_id, text))
    if last:
        return int(last[0][0])
    first: int = min(terms, key=lambda row: (row["preference"], row["supplier_item_id"]))["supplier_id"]
    return first


def _price_at(work: UnitOfWork, terms: Row, quantity: int, as_of: date) -> int | None:
    best = None
    for row in work.children("supplier_item_price", "supplier_item_id", terms["supplier_item_id"]):
        if row["break_quantity"] > quantity or row["valid_from"] > as_of:
            continue
        if row["valid_to"] is not None and row["valid_to"] < as_of:
            continue
        if best is None or row["break_quantity"] > best["break_quantity"]:
            best = row
    return None if best is None else best["unit_price"]


def _last_received(work: UnitOfWork, item_id: int, as_of: date) -> int | None:
    for line in reversed(work.children("purchase_order_line", "item_id", item_id)):
        if line["received_quantity"] <= 0:
            continue
        for receipt_line in reversed(
            work.children("goods_receipt_line", "purchase_order_line_id", line["purchase_order_line_id"])
        ):
            received = work.row("goods_receipt", receipt_line["goods_receipt_id"])["received_date"]
            if as_of - _YEAR <= received <= as_of:
                rate = work.row("purchase_order", line["purchase_order_id"])["exchange_rate_ppm"]
                return divide_half_even(line["unit_price"] * rate, RATE_SCALE)
    return None


def supplier_price(work: UnitOfWork, supplier_id: int, item_id: int, quantity: int, as_of: date) -> tuple[int, bool] | None:
    """(unit price, is contract) a supplier's valid terms give for a quantity; contract terms first, then the newest."""
    best: tuple[bool, date, int, int] | None = None
    for row in work.children("supplier_item", "item_id", item_id):
        if row["supplier_id"] != supplier_id or row["valid_from"] > as_of:
            continue
        if row["valid_to"] is not None and row["valid_to"] < as_of:
            continue
        unit_price = _price_at(work, row, quantity, as_of)
        if unit_price is not None:
            candidate = (bool(row["is_contract"]), row["valid_from"], row["supplier_item_id"], unit_price)
            best = candidate if best is None else max(best, candidate)
    return None if best is None else (best[3], best[0])
