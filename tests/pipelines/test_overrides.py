"""Which overrides are in force, whom they reach, and what the planner is told."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import duckdb
import polars as pl
import pytest

from pipelines.steps.forecast_groups import MODEL_MEAN, add_groups
from pipelines.steps.overrides import (
    group_members,
    live_forecast,
    overrides_in_force,
    spread_in_force,
    with_overrides,
    write_spread,
)
from pipelines.steps.plan import forecast_demands
from pipelines.steps.tables import create_result_tables, insert_frame

pytestmark = pytest.mark.fast

MONDAYS = [date(2026, 6, 1), date(2026, 6, 8), date(2026, 6, 15), date(2026, 6, 22), date(2026, 6, 29)]
AS_OF = date(2026, 5, 31)

RAW = """
    CREATE SCHEMA raw; CREATE SCHEMA marts;
    CREATE TABLE raw.company (minor_digits BIGINT, posting_sequence BIGINT);
    INSERT INTO raw.company VALUES (2, 1);
    CREATE TABLE raw.forecast_override (forecast_override_id BIGINT, item_location_id BIGINT, frequency VARCHAR,
        period_start DATE, override_quantity BIGINT, until_date DATE, business_date DATE, posting_sequence BIGINT);
    CREATE TABLE raw.forecast_group_override (forecast_group_override_id BIGINT, level VARCHAR, item_id BIGINT,
        category_id BIGINT, warehouse_id BIGINT, frequency VARCHAR, period_start DATE, override_quantity BIGINT,
        override_amount BIGINT, change_ppm BIGINT, until_date DATE, business_date DATE, posting_sequence BIGINT);
    CREATE TABLE marts.dim_item (item_id BIGINT, category_id BIGINT, base_unit VARCHAR, list_unit_price DECIMAL(38,6));
    INSERT INTO marts.dim_item VALUES (1, 5, 'pcs', 9), (2, 5, 'pcs', 4), (3, NULL, 'm', NULL);
    CREATE TABLE marts.fct_sales_line (item_id BIGINT, order_date DATE, line_value_micro BIGINT, ordered_quantity_micro BIGINT);
    INSERT INTO marts.fct_sales_line VALUES (1, '2026-05-02', 60000000, 5000000), (1, '2026-05-03', 0, 1000000);
"""


@pytest.fixture
def warehouse() -> Iterator[duckdb.DuckDBPyConnection]:
    """Three series: items 1 and 2 in category 5, item 3 in none; three years of months and weeks."""
    connection = duckdb.connect()
    connection.execute(RAW)
    create_result_tables(connection)
    for frequency, step, count in (("month", "INTERVAL 1 MONTH", 36), ("week", "INTERVAL 7 DAY", 150)):
        first = "DATE '2023-06-01'" if frequency == "month" else "DATE '2023-07-17'"
        connection.execute(
            f"CREATE TABLE marts.fct_demand_{frequency} AS SELECT s AS series_id, s // 10 AS item_id, 1::BIGINT AS warehouse_id, "
            f"CAST({first} + n * {step} AS DATE) AS period_start, "
            "CAST(20 + s + (n * 7 + s) % 5 AS DECIMAL(38,6)) AS demand_quantity, true AS is_in_stock, true AS is_complete "
            f"FROM range({count}) AS t(n), (VALUES (11::BIGINT), (21), (31)) AS v(s)"
        )
    yield connection
    connection.close()


def archived(connection: duckdb.DuckDBPyConnection, frequency: str, cutoff: date) -> None:
    """A live run as the forecasting step leaves it."""
    from forecasting import forecast

    demand = connection.sql(
        f"SELECT series_id, period_start, CAST(demand_quantity AS DOUBLE) AS quantity FROM marts.fct_demand_{frequency}"
    ).pl()
    result = forecast(demand, frequency=frequency, horizon=6, cutoff=cutoff, is_boosted=False)  # type: ignore[arg-type]
    live = [pl.lit("run").alias("forecast_run_id"), pl.lit("live").alias("origin"), pl.lit(frequency).alias("frequency")]
    insert_frame(connection, "forecast", "demand_forecasts", result.demand_forecasts.with_columns(live))
    insert_frame(connection, "forecast", "backtest_forecasts", result.backtest_forecasts.with_columns(live))
    connection.execute(
        "INSERT INTO forecast.runs BY NAME SELECT 'run' AS forecast_run_id, 'live' AS origin, ? AS frequency, ?::DATE AS cutoff",
        [frequency, cutoff],
    )


def test_the_latest_override_of_a_group_stands_until_it_is_withdrawn_or_ends(warehouse: duckdb.DuckDBPyConnection) -> None:
    june = "'month', DATE '2026-06-01'"
    warehouse.execute(
        "INSERT INTO raw.forecast_group_override VALUES "
        f"(1, 'category', NULL, 5, NULL, {june}, 100000000, NULL, NULL, NULL, '2026-05-01', 1), "
        f"(2, 'category', NULL, 5, NULL, {june}, NULL, 123456, NULL, NULL, '2026-05-02', 2), "  # stands: 1234.56
        f"(3, 'company', NULL, NULL, NULL, {june}, NULL, NULL, 50000, NULL, '2026-05-01', 3), "
        f"(4, 'company', NULL, NULL, NULL, {june}, NULL, NULL, NULL, NULL, '2026-05-03', 4), "  # withdrawn
        f"(5, 'warehouse', NULL, NULL, 1, {june}, NULL, NULL, 50000, '2026-05-30', '2026-05-01', 5), "  # ended yesterday
        f"(6, 'item', 1, NULL, NULL, {june}, NULL, NULL, -100000, '2026-05-31', '2026-06-01', 6)"  # of tomorrow
    )
    warehouse.execute(
        "INSERT INTO raw.forecast_override VALUES "
        f"(1, 11, {june}, 5000000, NULL, '2026-05-01', 1), (2, 11, {june}, 7000000, NULL, '2026-05-02', 2)"
    )

    found = overrides_in_force(warehouse, AS_OF).select("level", "override_id", "quantity", "amount", "change").rows()

    assert [("series", 2, 7.0, None, None), ("category", 2, None, 1234.56, None)] == found


def test_a_ledger_without_group_overrides_has_none(warehouse: duckdb.DuckDBPyConnection) -> None:
    warehouse.execute("DROP TABLE raw.forecast_group_override")

    assert overrides_in_force(warehouse, AS_OF).is_empty()


def test_members_cost_what_people_pay_or_the_list_price(warehouse: duckdb.DuckDBPyConnection) -> None:
    members = {row["series_id"]: row for row in group_members(warehouse).to_dicts()}

    assert [10.0, 4.0, None] == [members[series]["unit_price"] for series in (11, 21, 31)]
    assert [5, 5, None] == [members[series]["category_id"] for series in (11, 21, 31)]
    assert all(row["history"] > 0 for row in members.values())


def test_a_groups_month_reaches_the_weekly_plan(warehouse: duckdb.DuckDBPyConnection) -> None:
    warehouse.execute(
        "INSERT INTO raw.forecast_group_override VALUES "
        "(9, 'category', NULL, 5, NULL, 'month', DATE '2026-06-01', 600000000, NULL, NULL, NULL, '2026-05-02', 2)"
    )
    base = pl.DataFrame(
        {"series_id": [11] * 5 + [21] * 5 + [31] * 5, "period_start": MONDAYS * 3, "quantity": [7.0] * 5 + [21.0] * 5 + [5.0] * 5}
    )
    spread = spread_in_force(warehouse, "week", AS_OF, base, group_members(warehouse))
    write_spread(warehouse, "week", spread)
    after = with_overrides(warehouse, "week", base)

    assert spread.forecast["quantity"].to_list() == pytest.approx(after["quantity"].to_list())
    june = after.filter((pl.col("series_id") != 31) & (pl.col("period_start") < MONDAYS[4]))["quantity"].sum()
    last = warehouse.execute(
        "SELECT sum(quantity) FROM forecast.spread_overrides WHERE period_start = ?", [MONDAYS[4]]
    ).fetchall()
    assert june + last[0][0] == pytest.approx(600.0)
    assert after.filter(pl.col("series_id") == 31)["quantity"].to_list() == [5.0] * 5
    # Withdrawn: nothing of it stays behind.
    warehouse.execute("DELETE FROM raw.forecast_group_override")
    write_spread(warehouse, "week", spread_in_force(warehouse, "week", AS_OF, base, group_members(warehouse)))
    assert base["quantity"].to_list() == with_overrides(warehouse, "week", base)["quantity"].to_list()


def test_what_cannot_be_followed_is_kept_with_its_figures(warehouse: duckdb.DuckDBPyConnection) -> None:
    june = "'month', DATE '2026-06-01'"
    warehouse.execute(
        "INSERT INTO raw.forecast_group_override VALUES "
        f"(9, 'category', NULL, 5, NULL, {june}, 6000000, NULL, NULL, NULL, '2026-05-02', 2)"
    )
    warehouse.execute(f"INSERT INTO raw.forecast_override VALUES (1, 11, {june}, 50000000, NULL, '2026-05-01', 1)")
    base = pl.DataFrame({"series_id": [11, 21], "period_start": [date(2026, 6, 1)] * 2, "quantity": [7.0, 8.0]})
    write_spread(warehouse, "month", spread_in_force(warehouse, "month", AS_OF, base, group_members(warehouse)))

    assert [50.0, 0.0] == with_overrides(warehouse, "month", base)["quantity"].to_list()
    assert [("month", "category", 9, "forecasting.override_narrower_above", '{"wanted": 6.0, "fixed": 50.0}')] == (
        warehouse.execute("SELECT * FROM forecast.override_problems").fetchall()
    )


@pytest.mark.parametrize(("frequency", "cutoff"), [("week", date(2026, 5, 31)), ("month", AS_OF)])
def test_groups_add_up_to_the_series_that_serve_and_are_made_once(
    warehouse: duckdb.DuckDBPyConnection, frequency: str, cutoff: date
) -> None:
    archived(warehouse, frequency, cutoff)
    before, run_id = live_forecast(warehouse, frequency)

    assert add_groups(warehouse, frequency, AS_OF, count=40)
    assert not add_groups(warehouse, frequency, AS_OF, count=40)
    served, _ = live_forecast(warehouse, frequency)
    amounts = served.join(group_members(warehouse), on="series_id").with_columns(pl.col("quantity") * pl.col("unit_price"))
    total = amounts.group_by("period_start").agg(pl.col("quantity").sum()).sort("period_start")["quantity"].to_list()
    groups = "SELECT sum(quantity) FROM forecast.group_forecasts WHERE level = ? AND measure = 'mean' AND unit = 'amount' "
    for level in ("item", "category_warehouse", "category", "warehouse", "company"):
        found = warehouse.execute(groups + "GROUP BY period_start ORDER BY period_start", [level]).fetchall()
        assert total == pytest.approx([row[0] for row in found])
    # Made again from the same run: the model's own figures are where it starts, not what serves.
    first = warehouse.execute("SELECT * FROM forecast.group_forecasts ORDER BY ALL").fetchall()
    warehouse.execute("DELETE FROM forecast.group_forecasts")
    assert add_groups(warehouse, frequency, AS_OF, count=40)
    again = warehouse.execute("SELECT * FROM forecast.group_forecasts ORDER BY ALL").fetchall()
    assert [row[:-1] for row in first] == [row[:-1] for row in again]
    assert [row[-1] for row in first] == pytest.approx([row[-1] for row in again])
    told = warehouse.execute(
        "SELECT quantity FROM forecast.demand_forecasts WHERE measure = ? ORDER BY series_id, period_start", [MODEL_MEAN]
    ).fetchall()
    assert not told or before["quantity"].to_list() == [row[0] for row in told]
    assert run_id == "run"
    members = warehouse.execute("SELECT count(*), count(unit_price) FROM forecast.group_members").fetchall()
    assert [(3, 2)] == members


def weekly(*quantities: float) -> pl.DataFrame:
    return pl.DataFrame(
        {"series_id": [1] * len(quantities), "period_start": MONDAYS[: len(quantities)], "quantity": list(quantities)}
    )


def test_forecast_lines_carry_exact_quantities_and_their_week():
    lines = forecast_demands(weekly(1.5, 0))

    assert [("FC:1:2026-06-01", 1_500_000, MONDAYS[0], 7)] == lines.select(
        "demand_id", "quantity", "due_date", "period_days"
    ).rows()


def test_forecast_lines_come_in_whole_steps_and_lose_nothing_over_the_weeks():
    """A piece item is never asked for in fractions; running totals are rounded, so the sum stays within half a step."""
    steps = pl.DataFrame({"series_id": [1], "quantity_step": [1_000_000]})
    lines = forecast_demands(weekly(0.4, 0.4, 0.4, 2.3, 0.0), steps)

    assert [(MONDAYS[1], 1_000_000), (MONDAYS[3], 3_000_000)] == lines.select("due_date", "quantity").rows()
