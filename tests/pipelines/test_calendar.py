"""The calendar that charts shade: named in both languages, the Spring Festival among it, nothing without a country."""

from __future__ import annotations

from datetime import date

from pipelines.steps.calendar import named_calendar

YEAR = (date(2026, 1, 1), date(2026, 12, 31))


def test_the_festivals_and_campaigns_people_plan_by_are_named_in_both_languages() -> None:
    names = dict(named_calendar(*YEAR, "CN").select("event_name", "event_name_zh").iter_rows())

    assert {"Spring Festival": "春节", "National Day": "国庆节", "618": "618", "Double 11": "双11"}.items() <= names.items()


def test_the_spring_festival_has_its_days_of_the_year() -> None:
    found = named_calendar(date(2027, 1, 1), date(2027, 12, 31), "CN")
    spring = found.row(found["event_name"].to_list().index("Spring Festival"), named=True)

    assert spring["start_date"] <= date(2027, 2, 6) <= spring["end_date"]


def test_a_country_without_chinese_names_keeps_its_own_and_none_has_no_rows() -> None:
    german = named_calendar(*YEAR, "DE")

    assert "Good Friday" in german["event_name_zh"].to_list()
    assert not {"618", "Spring Festival"} & set(german["event_name"].to_list())
    assert named_calendar(*YEAR, "").is_empty()
