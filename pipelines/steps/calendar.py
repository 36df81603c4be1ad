"""Which holidays and campaigns of the company's country fall into what a forecast shows? `forecast.calendar_events` out.

What a forecast learns from them is read in `forecast_inputs`; here they get names people know, in both languages, so that a chart
can shade them. The whole table is replaced in one transaction.
"""

from __future__ import annotations

from datetime import date, timedelta

import duckdb
import polars as pl

from forecasting.events.occurrences import calendar_events
from pipelines.settings import Settings
from pipelines.steps.tables import replace_table
from pipelines.warehouse import read_frame

__all__ = ["keep_calendar", "named_calendar"]

_ZH = {"Spring Festival": "春节", "618": "618", "Double 11": "双11"}
_AHEAD_DAYS = 400  # past the end of every forecast


def keep_calendar(warehouse: duckdb.DuckDBPyConnection, settings: Settings, as_of: date) -> int:
    """The calendar from the first demand to past the last forecast period; its rows, none without a country."""
    first = read_frame(warehouse, "SELECT min(period_start) AS first FROM marts.fct_demand_week")["first"][0]
    last = as_of + timedelta(days=_AHEAD_DAYS)
    found = named_calendar(first or as_of, last, settings.holiday_country)
    return replace_table(warehouse, "forecast", "calendar_events", found)


def named_calendar(first: date, last: date, country: str) -> pl.DataFrame:
    """`event_name`, `event_name_zh` (else the English name), `start_date`, `end_date` of what lies wholly between two days.

    >>> named_calendar(date(2026, 2, 1), date(2026, 3, 1), "CN").rows()
    [('Spring Festival', '春节', datetime.date(2026, 2, 16), datetime.date(2026, 2, 20))]
    """
    columns = {"event_name": pl.String, "event_name_zh": pl.String, "start_date": pl.Date, "end_date": pl.Date}
    if not country:
        return pl.DataFrame(schema=columns)
    names = _chinese_names(range(first.year, last.year + 1), country) | _ZH
    found = calendar_events(first, last, country, with_spring_festival=True)
    return found.select(
        pl.col("event").alias("event_name"),
        pl.col("event").replace(names).alias("event_name_zh"),
        "start_date",
        "end_date",
    )


def _chinese_names(years: range, country: str) -> dict[str, str]:
    """English name -> Chinese name of each holiday the library knows in both."""
    from holidays import country_holidays

    english = country_holidays(country, years=years, language="en_US")
    chinese = country_holidays(country, years=years, language="zh_CN")
    return {
        name: other for day in english for name, other in zip(english.get_list(day), chinese.get_list(day), strict=False) if other
    }
