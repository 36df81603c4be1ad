"""Do the settings people edit reach the planner, in its units?"""

from __future__ import annotations

import duckdb
import pytest

from pipelines.steps.plan import plan_parameters
from planning import PlanParameters
from transactional.settings_catalogue import SETTINGS


def settings(**values: str) -> duckdb.DuckDBPyConnection:
    """A working file with nothing but settings."""
    warehouse = duckdb.connect()
    warehouse.execute("CREATE SCHEMA raw")
    warehouse.execute(
        "CREATE TABLE raw.setting (setting_id BIGINT, name VARCHAR, scope VARCHAR, value VARCHAR, posting_sequence BIGINT)"
    )
    for number, (name, value) in enumerate(values.items()):
        warehouse.execute("INSERT INTO raw.setting VALUES (?, ?, '', ?, 1)", [number, name, value])
    return warehouse


@pytest.mark.parametrize(
    ("name", "value", "parameter", "expected"),
    [
        ("carrying_rate", "1.5", "carrying_rate_ppm", 1_500_000),
        ("penalty_rate_per_day", "0.02", "penalty_rate_ppm", 20_000),
        ("order_cost_amount", "100", "order_cost_micro", 100_000_000),
        ("message_value_threshold", "0.5", "message_value_threshold_micro", 500_000),
        ("quantity_tolerance", "1", "quantity_tolerance_ppm", 1_000_000),
        ("defer_tolerance_days", "3", "defer_tolerance_days", 3),
        ("service_level", "0.9", "service_level", 0.9),
    ],
)
def test_a_setting_reaches_the_planner_in_its_unit(name: str, value: str, parameter: str, expected: float) -> None:
    assert name in SETTINGS
    assert expected == getattr(plan_parameters(settings(**{name: value})), parameter)


def test_the_defaults_people_see_are_the_planners() -> None:
    """What the settings page shows before anybody edits it is what the plan would do without the page."""
    seen = plan_parameters(settings(**{name: one.default for name, one in SETTINGS.items()}))

    # The house's carrying rate and order cost are its own figures, not the planner's.
    own = {"carrying_rate_ppm", "order_cost_micro"}
    assert {} == {
        name: (value, getattr(seen, name))
        for name, value in vars(PlanParameters()).items()
        if name not in own and value != getattr(seen, name)
    }
