"""What do all handlers ask of a command before they believe it?

Every helper either returns the checked value or raises a kernel error that names what, where, what came, what was expected and
the next step. Checks are plain comparisons, because imports run through here by the hundred thousand.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any

from kernel.errors import Conflict, InvalidInput, NotFound, Refused
from kernel.numbers import MAX_AMOUNT, MAX_QUANTITY, amount_of, show_quantity
from transactional.engine.work import UnitOfWork

__all__ = [
    "HISTORY_SOURCES",
    "amount",
    "bin_of",
    "currency_digits",
    "document_number",
    "given_text",
    "known",
    "lines_given",
    "minor_amount",
    "named_once",
    "normalised",
    "not_before",
    "optional_key",
    "origin_is_free",
    "period_of",
    "positive_quantity",
    "price",
    "promise",
    "quantity_not_negative",
    "rate",
    "rows_where",
    "series_of",
    "step_of",
    "whole",
]

Row = dict[str, Any]

HISTORY_SOURCES = ("import", "demo")
"""Commands from these tell what already happened; house rules about who may still be dealt with do not apply to the past."""

_MAX_PRICE = 10**18
_DIGITS = {"JPY": 0, "KRW": 0, "VND": 0, "CLP": 0, "KWD": 3, "BHD": 3, "OMR": 3, "TND": 3}


def whole(value: object, what: str, where: object, low: int, high: int) -> int:
    """A whole number between `low` and `high`. Raises InvalidInput."""
    if type(value) is not int or not low <= value <= high:
        raise InvalidInput("command.number_out_of_range", what=what, where=where, got=value, low=low, high=high)
    return value


def positive_quantity(value: object, where: object, what: str = "quantity") -> int:
    """A quantity above zero and within the intake bound (10^12 units). Raises InvalidInput."""
    if type(value) is not int or not 0 < value <= MAX_QUANTITY:
        got = show_quantity(value) if type(value) is int else value
        raise InvalidInput("command.quantity_not_positive", what=what, where=where, got=got)
    return value


def quantity_not_negative(value: object, where: object, what: str = "quantity") -> int:
    """A quantity of zero or more, within the intake bound. Raises InvalidInput."""
    if type(value) is not int or not 0 <= value <= MAX_QUANTITY:
        got = show_quantity(value) if type(value) is int else value
        raise InvalidInput("command.quantity_negative", what=what, where=where, got=got)
    return value


def price(value: object, where: object, what: str = "unit price") -> int:
    """A price in 10^-6 currency, zero or more. Raises InvalidInput."""
    return whole(value, what, where, 0, _MAX_PRICE)


def amount(value: object, where: object, what: str = "amount") -> int:
    """Money in minor units, zero or more. Raises InvalidInput."""
    return whole(value, what, where, 0, MAX_AMOUNT)


def rate(value: object, where: object, what: str = "rate") -> int:
    """Parts per million from 0 to 1,000,000. Raises InvalidInput."""
    return whole(value, what, where, 0, 1_000_000)


def given_text(value: object, what: str, where: object) -> str:
    """A text that is not blank, without surrounding spaces or control characters. Raises InvalidInput."""
    if not isinstance(value, str):
        raise InvalidInput("command.text_missing", what=what, where=where, got=value)
    text = value.strip()
    if not text or not text.isprintable():
        raise InvalidInput("command.text_missing", what=what, where=where, got=repr(value))
    return text


def known(value: object, allowed: Sequence[str], what: str, where: object) -> str:
    """One of a closed list. Raises InvalidInput."""
    if not isinstance(value, str) or value not in allowed:
        raise InvalidInput("command.not_in_list", what=what, where=where, got=value, expected=", ".join(allowed))
    return value


def not_before(work: UnitOfWork, later: date | None, earlier: date | None, what: str, than: str, where: object) -> None:
    """`later` may not lie before `earlier`; imported history is taken as it is. Raises InvalidInput."""
    if later is not None and earlier is not None and later < earlier and work.command.source != "import":
        raise InvalidInput("command.date_before", what=what, where=where, got=later, than=than, expected=earlier)


def lines_given(lines: Sequence[Any], where: object) -> None:
    """A document has at least one line. Raises InvalidInput."""
    if not lines:
        raise InvalidInput("command.no_lines", where=where)


def named_once(names: Iterable[object], what: str, where: object) -> None:
    """Nothing is named twice. Raises InvalidInput."""
    seen: set[object] = set()
    for name in names:
        if name in seen:
            raise InvalidInput("command.named_twice", what=what, where=where, got=name)
        seen.add(name)


def normalised(code: str) -> str:
    """A code without differences of width, case and spaces: ``normalised("ａb 1")`` is "ab1"."""
    return "".join(unicodedata.normalize("NFKC", code).casefold().split())


def step_of(item: Row, quantity: int, where: object) -> int:
    """A quantity that is a multiple of the item's smallest step. Raises InvalidInput."""
    step = item["quantity_step"]
    if quantity % step:
        raise InvalidInput(
            "command.quantity_off_step", where=where, item=item["sku"], got=show_quantity(quantity), expected=show_quantity(step)
        )
    return quantity


def bin_of(work: UnitOfWork, warehouse_id: int, code: str) -> int:
    """The key of a bin of that warehouse. Raises NotFound or InvalidInput."""
    location_id = work.lookup("location", code)
    location = work.row("location", location_id)
    if location["kind"] != "bin" or location["warehouse_id"] != warehouse_id:
        raise InvalidInput("command.not_a_bin_of", location=code, warehouse=work.row("warehouse", warehouse_id)["code"])
    return location_id


def optional_key(work: UnitOfWork, table: str, code: str | None) -> int | None:
    """The key of master data that may be left out. Raises NotFound when a code is given that nobody knows."""
    return None if code is None else work.lookup(table, code)


def series_of(work: UnitOfWork, sku: str, warehouse: str) -> Row:
    """An item as planned in a warehouse: the series that is forecast. Raises NotFound."""
    item_id, warehouse_id = work.lookup("item", sku), work.lookup("warehouse", warehouse)
    for row in work.children("item_location", "item_id", item_id):
        if row["warehouse_id"] == warehouse_id:
            return row
    raise NotFound("command.no_series", item=sku, warehouse=warehouse)


def period_of(frequency: object, start: date, where: object) -> date:
    """The first day of a week (Monday) or of a month. Raises InvalidInput naming the day it should be."""
    known(frequency, ("week", "month"), "frequency", where)
    beyond = start.weekday() if frequency == "week" else start.day - 1
    if beyond:
        raise InvalidInput("command.period_start_wrong", where=where, got=start, expected=start - timedelta(days=beyond))
    return start


def currency_digits(work: UnitOfWork, currency: str) -> int:
    """Digits of a currency's minor unit; the company's own currency as the company says."""
    company = work.company
    if currency == company["currency"]:
        digits: int = company["minor_digits"]
        return digits
    return _DIGITS.get(currency, 2)


def minor_amount(work: UnitOfWork, micro: int, currency: str, where: object) -> int:
    """10^-6 money rounded once to the minor unit of its currency. Raises InvalidInput beyond 10^15 minor units."""
    value = amount_of(micro, currency_digits(work, currency))
    if abs(value) > MAX_AMOUNT:
        raise InvalidInput("command.number_out_of_range", what="amount", where=where, got=value, low=-MAX_AMOUNT, high=MAX_AMOUNT)
    return value


def document_number(work: UnitOfWork, table: str, given: str | None) -> str:
    """The number an imported document has, or the next one of the series; never one that is taken. Raises Conflict."""
    taken = work.notes.setdefault("document numbers", set())
    while True:
        number = work.number(table, None if given is None else given_text(given, "number", table))
        if (table, number) not in taken and not work.session.rows(f"SELECT 1 FROM {table} WHERE number = ?", (number,)):
            taken.add((table, number))
            return number
        if given is not None:
            raise Conflict("command.number_taken", document=table, number=number)


def origin_is_free(work: UnitOfWork, table: str, planned_order_id: str | None) -> None:
    """A suggestion becomes at most one document. Raises Conflict."""
    if planned_order_id is None:
        return
    for row in rows_where(work, table, "origin_planned_order_id", planned_order_id):
        header = row if "number" in row else work.row("purchase_order", row["purchase_order_id"])
        raise Conflict("command.suggestion_already_ordered", planned_order_id=planned_order_id, number=header["number"])


def rows_where(work: UnitOfWork, table: str, column: str, value: Any) -> list[Row]:
    """Rows by a column that the engine keeps no group of: what is stored, then what this batch added."""
    stored = work.rows.read(table, f"{column} = ?", (value,))
    return stored + [row for row in work.rows.new_rows(table) if row[column] == value]


def promise(work: UnitOfWork, document: str, order: Row, line: Row, promised_date: date) -> None:
    """A new promise of a line of a `sales_order` or `purchase_order`; its first promise stays."""
    before = line["last_promised_date"]
    if before == promised_date:
        return
    columns = {"last_promised_date": promised_date}
    if line["first_promised_date"] is None:
        columns["first_promised_date"] = promised_date
    key = line[f"{document}_line_id"]
    work.change(f"{document}_line", key, **columns)
    work.event(document, order[f"{document}_id"], "promised", line_id=key, old=before and str(before), new=str(promised_date))


def refuse_status(document: str, number: object, status: object, action: str) -> Refused:
    """The error for a document whose status does not allow the step."""
    return Refused("command.status_forbids", document=document, number=number, status=status, action=action)


def as_json(values: Row) -> str:
    """Changed columns as one text for an event."""
    return json.dumps(values, sort_keys=True, ensure_ascii=False, default=str)
