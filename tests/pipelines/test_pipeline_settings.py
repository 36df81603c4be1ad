"""Environment over file over default; a wrong value is named with where it stands."""

from __future__ import annotations

from pathlib import Path

import pytest

from kernel.errors import InvalidInput
from pipelines.settings import load_settings

pytestmark = pytest.mark.fast


def test_defaults_put_the_home_in_var(tmp_path):
    settings = load_settings({}, tmp_path)

    assert (tmp_path / "var").resolve() == settings.home
    assert str(settings.home / "ledger.db") == settings.ledger


def test_the_file_is_read_and_the_environment_stands_over_it(tmp_path):
    (tmp_path / "throughline.toml").write_text('language = "zh"\ndashboard_port = 9000\nhome = "company"\n')
    settings = load_settings({"THROUGHLINE_DASHBOARD_PORT": "9100"}, tmp_path)

    assert ("zh", 9100, (tmp_path / "company").resolve()) == (settings.language, settings.dashboard_port, settings.home)


def test_another_file_may_be_named(tmp_path):
    (tmp_path / "other.toml").write_text("keep_snapshots = 2\n")

    assert load_settings({"THROUGHLINE_CONFIG": str(tmp_path / "other.toml")}, tmp_path).keep_snapshots == 2


def test_a_database_url_replaces_the_file():
    settings = load_settings({"THROUGHLINE_LEDGER_URL": "postgresql://host/name"}, Path())

    assert settings.ledger == "postgresql://host/name"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT_OF_NOTHING", None),
        ("KEEP_SNAPSHOTS", "0"),
        ("DASHBOARD_PORT", "x"),
        ("SCHEDULE_TIME", "25:00"),
        ("BOOSTED_FORECASTS", "maybe"),
    ],
)
def test_a_wrong_value_is_refused_with_its_place(tmp_path, name, value):
    if value is None:
        (tmp_path / "throughline.toml").write_text("port_of_nothing = 1\n")
        environ = {}
    else:
        environ = {f"THROUGHLINE_{name}": value}
    with pytest.raises(InvalidInput) as refusal:
        load_settings(environ, tmp_path)
    assert name.lower() in refusal.value.text("zh").lower()


def test_settings_survive_the_way_through_the_environment(tmp_path):
    settings = load_settings({"THROUGHLINE_SCHEDULE_TIME": "23:15", "THROUGHLINE_LANGUAGE": "zh"}, tmp_path)

    assert settings == load_settings(settings.environment(), tmp_path / "elsewhere")
    assert settings.schedule_hour_minute == (23, 15)


@pytest.mark.parametrize(("written", "is_on"), [("true", True), ("1", True), ("No", False), ("0", False)])
def test_a_switch_is_understood_from_the_file_and_the_environment(tmp_path, written, is_on):
    (tmp_path / "throughline.toml").write_text(f"boosted_forecasts = {str(is_on).lower()}\n")
    from_file = load_settings({}, tmp_path)
    from_environment = load_settings({"THROUGHLINE_BOOSTED_FORECASTS": written}, tmp_path / "elsewhere")

    assert from_file.boosted_forecasts is is_on
    assert from_environment.boosted_forecasts is is_on
    assert from_environment == load_settings(from_environment.environment(), tmp_path / "elsewhere")
