"""Which lot does a quantity belong to, and when is it born?

An item that is lot tracked always has a lot: the one named, or a new one with a number of its own. Other items have a lot only
where one is named; else the sentinel lot 0. A lot's expiry is what is stated, else received + shelf life.
"""

from __future__ import annotations

from datetime import date, timedelta

from kernel.errors import InvalidInput, NotFound
from transactional.engine.work import UnitOfWork
from transactional.handlers.support import Row, given_text

__all__ = ["born_lot", "existing_lot", "find_lot"]


def find_lot(work: UnitOfWork, item: Row, code: str) -> Row | None:
    """The lot of an item by its code, or None."""
    return work.rows.find("lot", item_id=item["item_id"], code=code)


def existing_lot(work: UnitOfWork, item: Row, code: str | None) -> int:
    """The key of a lot that must be there. Raises NotFound, or InvalidInput when a tracked item comes without its lot."""
    if code is None:
        if item["is_lot_tracked"]:
            raise InvalidInput("command.lot_missing", item=item["sku"])
        return 0
    lot = find_lot(work, item, code)
    if lot is None:
        raise NotFound("command.unknown_lot", item=item["sku"], got=code)
    key: int = lot["lot_id"]
    return key


def born_lot(
    work: UnitOfWork,
    item: Row,
    code: str | None,
    *,
    received_date: date,
    expiry_date: date | None,
    origin_kind: str,
    origin_id: int,
    supplier_id: int | None = None,
    supplier_lot_code: str = "",
) -> int:
    """The lot goods enter stock with: the sentinel, the named one (made when new), or a fresh one of a tracked item.

    Raises InvalidInput when a lot that exists is given another expiry date.
    """
    if code is None:
        if not item["is_lot_tracked"]:
            return 0
        code = work.number("lot")
    else:
        code = given_text(code, "lot", item["sku"])
        lot = find_lot(work, item, code)
        if lot is not None:
            if expiry_date is not None and lot["expiry_date"] != expiry_date:
                raise InvalidInput(
                    "command.lot_expiry_differs", item=item["sku"], lot=code, got=expiry_date, expected=lot["expiry_date"]
                )
            key: int = lot["lot_id"]
            return key
    if expiry_date is None and item["shelf_life_days"] is not None:
        expiry_date = received_date + timedelta(days=item["shelf_life_days"])
    lot_id = work.new_id()
    work.insert(
        "lot",
        lot_id=lot_id,
        item_id=item["item_id"],
        code=code,
        supplier_id=supplier_id,
        supplier_lot_code=supplier_lot_code,
        received_date=received_date,
        expiry_date=expiry_date,
        origin_kind=origin_kind,
        origin_id=origin_id,
    )
    return lot_id
