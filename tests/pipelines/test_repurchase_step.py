"""The call list of a day is made once, keeps month ends to be judged by, and never lists from the future."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pytest

import pipelines.steps.repurchase as step
from pipelines.settings import Settings
from pipelines.steps.repurchase import judged_month_end, list_repurchases
from pipelines.steps.tables import create_result_tables

pytestmark = pytest.mark.fast

AS_OF = date(2026, 3, 31)
SETTINGS = Settings(home=Path("nowhere"))


@pytest.fixture
def warehouse() -> Iterator[duckdb.DuckDBPyConnection]:
    """Three customers with weekly, monthly and single purchases."""
    with duckdb.connect() as connection:
        create_result_tables(connection)
        connection.execute("CREATE SCHEMA marts")
        connection.execute("CREATE TABLE marts.dim_item AS SELECT 7 AS item_id, 'TEA' AS category_code")
        connection.execute(
            "CREATE TABLE marts.fct_customer_purchase (customer_id BIGINT, item_id BIGINT, purchase_date DATE, kind VARCHAR, "
            "quantity_micro BIGINT, value_micro BIGINT, line_count BIGINT)"
        )
        for customer, every, count in ((1, 7, 40), (2, 30, 10), (3, 1, 1)):
            for back in range(count):
                add(connection, customer, AS_OF - timedelta(days=3 + every * back))
        yield connection


def add(warehouse: duckdb.DuckDBPyConnection, customer: int, day: date, quantity: int = 5) -> None:
    warehouse.execute(
        "INSERT INTO marts.fct_customer_purchase VALUES (?, 7, ?, 'purchase', ?, ?, 1)",
        [customer, day, quantity * 10**6, quantity * 20 * 10**6],
    )


def lists(warehouse: duckdb.DuckDBPyConnection) -> list[tuple[date, str, int]]:
    return warehouse.execute("SELECT as_of, origin, pair_count FROM forecast.repurchase_lists ORDER BY as_of").fetchall()


def rows(warehouse: duckdb.DuckDBPyConnection) -> list[tuple[object, ...]]:
    return warehouse.execute("SELECT * FROM forecast.repurchase ORDER BY as_of, rank").fetchall()


def test_the_first_list_comes_with_one_that_can_be_judged(warehouse: duckdb.DuckDBPyConnection) -> None:
    assert 3 == list_repurchases(warehouse, SETTINGS, AS_OF)
    assert [(date(2026, 2, 28), "simulated", 2), (AS_OF, "live", 3)] == lists(warehouse)
    assert [(3,)] == warehouse.execute("SELECT count(*) FROM forecast.repurchase_customers").fetchall()


def test_the_same_purchases_are_not_listed_again_and_new_ones_are(warehouse: duckdb.DuckDBPyConnection) -> None:
    list_repurchases(warehouse, SETTINGS, AS_OF)
    first = rows(warehouse)
    list_repurchases(warehouse, SETTINGS, AS_OF)

    assert first == rows(warehouse)
    add(warehouse, 3, AS_OF)
    list_repurchases(warehouse, SETTINGS, AS_OF)
    assert first != rows(warehouse)
    assert [date(2026, 2, 28), AS_OF] == [row[0] for row in lists(warehouse)]


def test_a_purchase_after_the_day_changes_nothing(warehouse: duckdb.DuckDBPyConnection) -> None:
    list_repurchases(warehouse, SETTINGS, AS_OF)
    first = rows(warehouse)
    add(warehouse, 1, AS_OF + timedelta(days=1), 900)
    list_repurchases(warehouse, SETTINGS, AS_OF)

    assert first == rows(warehouse)


def test_a_list_of_an_ordinary_day_goes_with_the_next_and_a_month_end_stays(warehouse: duckdb.DuckDBPyConnection) -> None:
    for day in (AS_OF, AS_OF + timedelta(days=1), AS_OF + timedelta(days=2)):
        list_repurchases(warehouse, SETTINGS, day)

    assert [date(2026, 2, 28), AS_OF, AS_OF + timedelta(days=2)] == [row[0] for row in lists(warehouse)]


def test_too_many_pairs_leave_whole_customers_out_and_say_how_many(
    warehouse: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(step, "MAXIMUM_PAIRS", 2)
    list_repurchases(warehouse, SETTINGS, AS_OF)

    assert [(1,), (2,)] == warehouse.execute(
        "SELECT customer_id FROM forecast.repurchase WHERE as_of = ? ORDER BY 1", [AS_OF]
    ).fetchall()
    assert [(1,)] == warehouse.execute("SELECT left_out_pairs FROM forecast.repurchase_lists WHERE as_of = ?", [AS_OF]).fetchall()


def test_nobody_has_bought_anything_yet(warehouse: duckdb.DuckDBPyConnection) -> None:
    warehouse.execute("DELETE FROM marts.fct_customer_purchase")

    assert 0 == list_repurchases(warehouse, replace(SETTINGS, seed=3), AS_OF)


def test_a_list_is_judged_when_thirty_days_have_passed() -> None:
    assert date(2026, 2, 28) == judged_month_end(date(2026, 3, 30))
    assert date(2026, 1, 31) == judged_month_end(date(2026, 3, 29))
