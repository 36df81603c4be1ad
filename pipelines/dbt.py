"""How is dbt found, told where to work, and its manifest kept fresh?

The dbt executable is the one beside this Python, never whichever is first on the path. Target and log folders lie in
the home, so that the checkout stays clean and two homes do not disturb each other. The manifest is parsed again only
when a file of `models/` changed, and once per process it is read and shared by all commands.
"""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kernel.errors import Unavailable
from pipelines.environment import environment
from pipelines.home import replace_text
from pipelines.settings import Settings, project_folder

__all__ = [
    "CORE",
    "REPORTS",
    "DbtResult",
    "dbt_environment",
    "dbt_executable",
    "dbt_project_folder",
    "manifest_path",
    "project_fingerprint",
    "require_success",
    "run_dbt",
]

REPORTS = "source:forecast+ source:plan+ path:sql/reports"
"""Selection of what needs the forecast or the plan; everything else is `CORE`."""

_SHOWN = 5

CORE = {"select": "fqn:*", "exclude": REPORTS}


def dbt_project_folder() -> Path:
    """The dbt project."""
    return project_folder() / "models"


def dbt_executable() -> str:
    """The dbt beside the running Python."""
    beside = Path(sys.executable).with_name("dbt")
    return str(beside if beside.exists() else "dbt")


def dbt_environment(settings: Settings) -> dict[str, str]:
    """Variables dbt reads: where the working file, its target and its logs are."""
    home = settings.home
    return {
        "THROUGHLINE_HOME": str(home),
        "THROUGHLINE_WAREHOUSE": str(home / "warehouse.duckdb"),
        "DBT_PROFILES_DIR": str(dbt_project_folder()),
        "DBT_PROJECT_DIR": str(dbt_project_folder()),
        "DBT_TARGET_PATH": str(home / "dbt" / "target"),
        "DBT_LOG_PATH": str(home / "logs" / "dbt"),
        # The debug log of a run is larger than its data and slower to write.
        "DBT_LOG_LEVEL_FILE": "info",
        # Unit tests prove the SQL, not a night's data; the test suite runs them.
        "DBT_EXCLUDE_RESOURCE_TYPES": "unit_test",
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        "DO_NOT_TRACK": "1",
    }


def project_fingerprint() -> str:
    """Changes whenever a file of the dbt project does."""
    folder, digest = dbt_project_folder(), hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.suffix in (".sql", ".yml", ".yaml", ".md", ".csv", ".py"):
            digest.update(str(path.relative_to(folder)).encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()


def manifest_path(settings: Settings) -> Path:
    """The manifest, parsed first if a file of the project changed since."""
    path = settings.home / "dbt" / "target" / "manifest.json"
    stamp = settings.home / "dbt" / "manifest.stamp"
    print_ = project_fingerprint()
    if not path.is_file() or not stamp.is_file() or stamp.read_text(encoding="utf-8") != print_:
        with environment(dbt_environment(settings)):
            _parsed_project(settings, []).write(str(path))
        replace_text(stamp, print_)
    return path


@dataclass(frozen=True)
class DbtResult:
    """What one dbt command did: its events as dbt's own JSON, and what failed, in words."""

    is_success: bool
    events: list[dict[str, Any]]
    failures: str


def run_dbt(settings: Settings, arguments: Sequence[str]) -> DbtResult:
    """Run one dbt command that works on the warehouse in this process: dbt's command line would spend seconds on imports first.

    The working file must be closed; dbt opens and closes it itself.

    Raises:
        Unavailable: the project cannot be parsed.
    """
    from dbt.cli.main import dbtRunner
    from dbt_common.events.functions import msg_to_dict

    variables = list(arguments[arguments.index("--vars") :][:2]) if "--vars" in arguments else []
    events: list[dict[str, Any]] = []
    with environment(dbt_environment(settings)):
        # dbt compiles into the manifest it is given, so each command has a copy of its own.
        manifest = _parsed_project(settings, variables).deepcopy()
        try:
            done = dbtRunner(manifest, callbacks=[lambda message: events.append(msg_to_dict(message))]).invoke(
                # The manifest on disk is the parsed one; writing it again with every command costs a second.
                ["--no-use-colors", "--no-write-json", *arguments]
            )
        finally:
            _close_working_file()
    return DbtResult(bool(done.success), events, "" if done.success else _what_failed(done))


_parsed: dict[tuple[str, ...], Any] = {}


def _parsed_project(settings: Settings, variables: Sequence[str]) -> Any:
    """The parsed project, once per process, variables and state of its files.

    Where the working file lies is read anew by every command, so homes share it.
    """
    from dbt.cli.main import dbtRunner

    key = (project_fingerprint(), os.environ.get("THROUGHLINE_STAGING", ""), *variables)
    if key not in _parsed:
        (settings.home / "dbt").mkdir(parents=True, exist_ok=True)
        try:
            done = dbtRunner().invoke(["--no-use-colors", "--quiet", "--no-write-json", "parse", *variables])
        finally:
            _close_working_file()
        if not done.success:
            raise Unavailable("pipelines.dbt_failed", command="parse", got=_what_failed(done))
        _parsed.clear()
        _parsed[key] = done.result
    return _parsed[key]


def _close_working_file() -> None:
    """dbt keeps its connections for the next command of the process; the next step must not find the file open."""
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager
    from dbt.adapters.factory import FACTORY, reset_adapters

    for adapter in FACTORY.adapters.values():
        adapter.cleanup_connections()
    kept = DuckDBConnectionManager._ENV
    if kept is not None:
        kept.close()
    DuckDBConnectionManager.close_all_connections()
    reset_adapters()


def require_success(result: DbtResult, command: str) -> None:
    """Raise Unavailable, naming what failed, unless dbt succeeded."""
    if not result.is_success:
        raise Unavailable("pipelines.dbt_failed", command=command, got=result.failures)


def _what_failed(done: Any) -> str:
    """Models and tests that failed, with what the database said."""
    if done.exception is not None:
        return "  " + " ".join(str(done.exception).split())[:800]
    results = [result for result in getattr(done.result, "results", ()) if str(result.status) in ("error", "fail")]
    lines = []
    for result in results[:_SHOWN]:
        said = " ".join(str(result.message or "").split())
        lines.append(f"  {result.node.unique_id.split('.', 2)[-1]}: {said[:400]}")
    if len(results) > _SHOWN:
        lines.append(f"  ... {len(results) - _SHOWN} more")
    return "\n".join(lines)
