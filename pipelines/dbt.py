"""How is dbt found, told where to work, and its manifest kept fresh?

The dbt executable is the one beside this Python, never whichever is first on the path. Target and log folders lie in
the home, so that the checkout stays clean and two homes do not disturb each other. The manifest is parsed again only
when a file of `models/` changed.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from kernel.errors import Unavailable
from pipelines.home import replace_text
from pipelines.settings import Settings, project_folder

__all__ = ["CORE", "REPORTS", "dbt_environment", "dbt_executable", "dbt_project_folder", "manifest_path", "run_dbt"]

REPORTS = "source:forecast+ source:plan+ path:sql/reports"
"""Selection of what needs the forecast or the plan; everything else is `CORE`."""

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
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        "DO_NOT_TRACK": "1",
    }


def manifest_path(settings: Settings) -> Path:
    """The manifest, parsed first if a file of the project changed since."""
    path = settings.home / "dbt" / "target" / "manifest.json"
    stamp = settings.home / "dbt" / "manifest.stamp"
    print_ = _fingerprint(dbt_project_folder())
    if not path.is_file() or not stamp.is_file() or stamp.read_text(encoding="utf-8") != print_:
        run_dbt(settings, ["parse", "--quiet"])
        replace_text(stamp, print_)
    return path


def run_dbt(settings: Settings, arguments: Sequence[str]) -> None:
    """Run one dbt command.

    Raises:
        Unavailable: dbt failed; the message holds its last lines.
    """
    (settings.home / "dbt").mkdir(parents=True, exist_ok=True)
    words = [dbt_executable(), "--no-use-colors", *arguments]
    done = subprocess.run(
        words, cwd=dbt_project_folder(), env={**os.environ, **dbt_environment(settings)}, capture_output=True, text=True
    )
    if done.returncode != 0:
        lines = [line for line in (done.stdout + done.stderr).splitlines() if line.strip()]
        raise Unavailable("pipelines.dbt_failed", command=arguments[0], got="\n".join(lines[-15:]))


def _fingerprint(folder: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.suffix in (".sql", ".yml", ".yaml", ".md", ".csv", ".py"):
            digest.update(str(path.relative_to(folder)).encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()
