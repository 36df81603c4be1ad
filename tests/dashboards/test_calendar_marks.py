"""Shaded days: holidays and recorded events with their names, once each, and no names over each other."""

from __future__ import annotations

from datetime import date

import polars as pl

from dashboards.calendar_marks import marked_days

SCHEMA = {"first": pl.Date, "last": pl.Date, "name": pl.String, "stem": pl.String}
DRAWN = pl.DataFrame({"period_start": [date(2025, 1, 1), date(2026, 12, 1)]})


def _days(*rows: tuple[date, date, str, str]) -> pl.DataFrame:
    return pl.DataFrame(list(rows), schema=SCHEMA, orient="row")


def _names(events: pl.DataFrame, calendar: pl.DataFrame) -> list[tuple[str, bool]]:
    return list(marked_days(events, calendar, DRAWN).select("name", "is_recorded").iter_rows())


FESTIVAL = (date(2026, 2, 16), date(2026, 2, 22), "春节", "Spring Festival")


def test_what_the_calendar_and_a_person_name_alike_is_shaded_once() -> None:
    recorded = (date(2026, 2, 10), date(2026, 2, 27), "春节 2026", "Spring Festival 2026")

    assert [("春节", True)] == _names(_days(recorded), _days(FESTIVAL))
    assert [("春节", False)] == _names(_days(), _days(FESTIVAL))


def test_single_days_are_left_out_where_there_are_long_holidays() -> None:
    day = (date(2026, 4, 5), date(2026, 4, 5), "清明", "Tomb-Sweeping Day")

    assert [("春节", False)] == _names(_days(), _days(FESTIVAL, day))
    assert [("清明", False)] == _names(_days(), _days(day))


def test_what_lies_outside_the_drawn_periods_is_left_out() -> None:
    assert [] == _names(_days(), _days((date(2024, 10, 1), date(2024, 10, 7), "国庆", "National Day")))


def test_only_the_first_of_two_close_names_is_written() -> None:
    close = _days((date(2026, 10, 1), date(2026, 10, 7), "A", "A"), (date(2026, 10, 9), date(2026, 10, 12), "B", "B"))

    assert [True, False] == marked_days(_days(), close, DRAWN)["has_label"].to_list()
