"""Which day does a cell mean? Dates come as dates, as day numbers of a spreadsheet, or as text in many forms."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import Any

from transactional.importing.cells import plain
from transactional.importing.problems import NotReadable

__all__ = ["read_date"]

_EPOCHS = {False: date(1899, 12, 30), True: date(1904, 1, 1)}
_EXCEL_FIRST, _EXCEL_LAST = 18_264, 80_000  # 1950 to 2119: below and above, a number is no plausible date
_FIRST_DATE, _LAST_DATE = date(1950, 1, 1), date(2119, 12, 31)
_DATE = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[T ].*)?$")
_DASHES = str.maketrans("\u2010\u2011\u2012\u2013\u2014\u2212", "------")


def read_date(value: Any, patterns: tuple[str, ...], counts_from_1904: bool) -> str:
    if isinstance(value, datetime):
        found = value.date()
    elif isinstance(value, date):
        found = value
    elif isinstance(value, (int, float)) and not isinstance(value, bool):
        found = _excel_day(float(value), counts_from_1904)
    else:
        found = _date_of_text(plain(value).translate(_DASHES), patterns)
    if not _FIRST_DATE <= found <= _LAST_DATE:
        raise NotReadable("importing.absurd_date", first=_FIRST_DATE, last=_LAST_DATE)
    return found.isoformat()


def _date_of_text(text: str, patterns: tuple[str, ...]) -> date:
    for pattern in patterns:
        try:
            return datetime.strptime(text, pattern).date()
        except ValueError:
            continue
    # What begins with a year of four digits can be read only one way, whatever the other cells of the column look like.
    matched = _DATE.match(text)
    try:
        if matched:
            return date(int(matched[1]), int(matched[2]), int(matched[3]))
        if len(text) == 8 and text.isdigit():
            return date(int(text[:4]), int(text[4:6]), int(text[6:]))
        if re.fullmatch(r"\d{5}(\.\d+)?", text):
            return _excel_day(float(text), False)
    except ValueError:
        pass
    raise NotReadable("importing.not_a_date", expected=", ".join(("YYYY-MM-DD", *patterns)))


def _excel_day(number: float, counts_from_1904: bool) -> date:
    epoch = _EPOCHS[counts_from_1904]
    if not _EXCEL_FIRST <= number + (epoch - _EPOCHS[False]).days <= _EXCEL_LAST:
        raise NotReadable("importing.not_a_date", expected="YYYY-MM-DD")
    return epoch + timedelta(days=int(number))
