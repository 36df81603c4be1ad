"""Where do the screens find the published snapshot and the ledger?

Environment only: `THROUGHLINE_HOME` (default ./var) and `THROUGHLINE_LEDGER_URL` (default <home>/ledger.db), as the command
line sets them.
"""

from __future__ import annotations

import os
from pathlib import Path

__all__ = ["home", "ledger_url"]


def home() -> Path:
    """The folder that holds the ledger and the snapshots."""
    return Path(os.environ.get("THROUGHLINE_HOME") or "var").resolve()


def ledger_url() -> str:
    """SQLite path or PostgreSQL URL of the ledger."""
    return os.environ.get("THROUGHLINE_LEDGER_URL") or str(home() / "ledger.db")
