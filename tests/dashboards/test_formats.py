"""Numbers as people read them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from dashboards import formats

pytestmark = pytest.mark.fast


@pytest.mark.parametrize(
    ("expected", "value"),
    [
        ("–", None),
        ("–", float("nan")),
        ("0", 0),
        ("1,234", Decimal("1234.40")),
        ("12.345", 12.3451),
        ("-3", -3),
        ("0.5", Decimal("0.500")),
    ],
)
def test_a_missing_number_is_a_dash_and_never_zero(expected: str, value: object) -> None:
    assert expected == formats.number(value)


@pytest.mark.parametrize(
    ("expected", "value", "language"),
    [
        ("¥1.83 M", 1_830_000, "en"),
        ("¥183 万", 1_830_000, "zh"),
        ("¥1.20 亿", 120_000_000, "zh"),
        ("-¥12.0 K", -12_000, "en"),
        ("¥950", 950, "zh"),
    ],
)
def test_large_money_shortens_by_language(expected: str, value: int, language: str) -> None:
    assert expected == formats.short_money(value, "CNY", language)


@pytest.mark.parametrize(
    ("expected", "kind"), [("2026-11", "month"), ("2026-W47", "week"), ("2026-Q4", "quarter"), ("… 2027-10", "ttm")]
)
def test_a_period_is_named_by_its_kind(expected: str, kind: str) -> None:
    assert expected == formats.period(date(2026, 11, 16) if kind == "week" else date(2026, 11, 1), kind)


def test_changes_of_rates_are_percentage_points() -> None:
    assert "+1.1 pp" == formats.change(0.958, 0.947, "rate")
    assert "-10.0 %" == formats.change(90, 100, "currency")
    assert None is formats.change(1.0, None, "rate")


def test_data_cannot_write_markdown() -> None:
    assert r"\[x\](http\://y) \$1\$" == formats.safe("[x](http://y) $1$")
