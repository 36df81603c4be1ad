"""Where does this company live, and how should it run? One settings object for pipelines and the command line.

Every value comes from, in this order: the environment (``THROUGHLINE_<NAME>``), ``throughline.toml`` in the working
folder (or the file that ``THROUGHLINE_CONFIG`` names), the default below. Rooms beneath never read settings: they
receive values.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from kernel.errors import InvalidInput

__all__ = ["CONFIG_FILE", "Settings", "load_settings", "project_folder"]

CONFIG_FILE = "throughline.toml"
_PREFIX = "THROUGHLINE_"


@dataclass(frozen=True, kw_only=True)
class Settings:
    """All that people may set.

    Attributes:
        home: folder of this company's state.
        ledger_url: PostgreSQL URL of the ledger; empty means the SQLite file in the home.
        language: language of the command line, "en" or "zh".
        dashboard_port: first choice; the next free port is taken if it is in use.
        dagster_port: first choice, likewise.
        schedule_time: when the daily run starts, HH:MM in the company's time zone.
        sensor_seconds: how often requested runs are looked for.
        keep_snapshots: how many published snapshots stay on disk.
        simulated_cutoffs: past cutoffs forecast once, so that accuracy has a history from the first day.
        weekly_horizon: weeks forecast; drives the plan.
        monthly_horizon: months forecast; for review.
        archived_runs: forecast runs kept with all their quantiles; older live runs keep mean and median.
        boosted_forecasts: also learn from all series at once: a first run takes about 35 seconds longer on the demo company, and
            errs one per cent less by week, five per cent less by month.
        selection_days: weekly forecasts compare their models anew when the last comparison is so many days old; monthly ones
            each month. In between, series with new demand are forecast again with what was chosen.
        drift_alarm_percent: series in alarm (forecasts that err to one side) beyond this share of their number or value make the
            run compare the models anew; half of it for one series alone, at least 10 per cent of the value.
        holiday_country: public holidays forecasts know of (ISO 3166); empty: none.
        workers: processes for forecasting chunks; 1 works in this process.
        dask_scheduler: address of a Dask scheduler whose workers forecast chunks in place of own processes; needs the extra
            [scale] here and on the workers.
        seed: seed of everything drawn.
    """

    home: Path = Path("var")
    ledger_url: str = ""
    language: str = "en"
    dashboard_port: int = 8501
    dagster_port: int = 3000
    schedule_time: str = "05:30"
    sensor_seconds: int = 5
    keep_snapshots: int = 5
    simulated_cutoffs: int = 12
    weekly_horizon: int = 26
    monthly_horizon: int = 12
    archived_runs: int = 10
    boosted_forecasts: bool = False
    selection_days: int = 7
    drift_alarm_percent: int = 20
    holiday_country: str = "CN"
    workers: int = 1
    dask_scheduler: str = ""
    seed: int = 20260101

    @property
    def ledger(self) -> str:
        """What `open_ledger` takes: the URL, or the path of the SQLite file in the home."""
        return self.ledger_url or str(self.home / "ledger.db")

    @property
    def schedule_hour_minute(self) -> tuple[int, int]:
        """`schedule_time` as numbers."""
        hour, minute = self.schedule_time.split(":")
        return int(hour), int(minute)

    def environment(self) -> dict[str, str]:
        """The settings as environment variables, for processes started from here."""
        return {_PREFIX + field.name.upper(): str(getattr(self, field.name)) for field in fields(self)}


def load_settings(environ: Mapping[str, str] | None = None, folder: Path | None = None) -> Settings:
    """Read the settings.

    Args:
        environ: the environment; the process's own by default.
        folder: where `throughline.toml` is looked for and relative homes start; the working folder by default.

    Raises:
        InvalidInput: an unknown name in the file, or a value of the wrong type.
    """
    environ = os.environ if environ is None else environ
    folder = Path.cwd() if folder is None else folder
    path = Path(environ.get(_PREFIX + "CONFIG", folder / CONFIG_FILE))
    written = _from_file(path) if path.is_file() else {}
    values: dict[str, Any] = {}
    for field in fields(Settings):
        variable = _PREFIX + field.name.upper()
        if variable in environ:
            values[field.name] = _typed(field.name, environ[variable], field.default, variable)
        elif field.name in written:
            values[field.name] = _typed(field.name, written[field.name], field.default, f"{path.name}: {field.name}")
    settings = Settings(**values)
    home = settings.home if settings.home.is_absolute() else folder / settings.home
    return Settings(**{**values, "home": home.resolve()})


def project_folder() -> Path:
    """The checkout: the folder that holds `pipelines/` and `models/`."""
    return Path(__file__).resolve().parent.parent


def _from_file(path: Path) -> dict[str, Any]:
    try:
        written = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InvalidInput("pipelines.settings_unreadable", path=path.name, got=str(error)) from error
    known = {field.name for field in fields(Settings)}
    for name in written:
        if name not in known:
            raise InvalidInput("pipelines.setting_unknown", path=path.name, name=name, known=", ".join(sorted(known)))
    return written


def _typed(name: str, value: object, default: object, where: str) -> object:
    if isinstance(default, Path):
        return Path(str(value)).expanduser()
    if isinstance(default, bool):
        word = str(value).strip().lower()
        if word not in ("1", "0", "true", "false", "yes", "no"):
            raise InvalidInput("pipelines.setting_not_a_switch", where=where, got=value)
        return word in ("1", "true", "yes")
    if isinstance(default, int):
        try:
            number = int(str(value))
        except ValueError:
            raise InvalidInput("pipelines.setting_not_a_number", where=where, got=value) from None
        if number < 0 or (name in ("keep_snapshots", "workers", "weekly_horizon", "monthly_horizon") and number == 0):
            raise InvalidInput("pipelines.setting_not_a_number", where=where, got=value)
        if name == "drift_alarm_percent" and not 1 <= number <= 100:
            raise InvalidInput("pipelines.setting_percent", where=where, got=value)
        return number
    text = str(value)
    if name == "language" and text not in ("en", "zh"):
        raise InvalidInput("pipelines.setting_language", where=where, got=text)
    if name == "schedule_time":
        hour, _, minute = text.partition(":")
        if not (hour.isdigit() and minute.isdigit() and int(hour) < 24 and int(minute) < 60):
            raise InvalidInput("pipelines.setting_time", where=where, got=text)
    return text
