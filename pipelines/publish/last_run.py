"""How did the newest run end, so that screens can say which snapshot they show and why?"""

from __future__ import annotations

import json
from datetime import UTC, datetime

from pipelines.home import Home, replace_text

__all__ = ["record_run"]


def record_run(
    home: Home,
    *,
    run_id: str,
    status: str,
    failed_step: str | None = None,
    message: str = "",
    snapshot_id: str | None = None,
    timings: dict[str, float] | None = None,
    now: datetime | None = None,
) -> None:
    """Replace `last_run.json`.

    Args:
        home: the company's home.
        run_id: the run.
        status: 'succeeded' or 'failed'; a run that is under way or was killed leaves the record of the one before.
        failed_step: the step that failed.
        message: why, for people.
        snapshot_id: what it published.
        timings: seconds by step.
        now: `finished_at`; the wall clock by default.
    """
    finished = (now or datetime.now(UTC)).isoformat(timespec="seconds")
    content = {
        "run_id": run_id,
        "status": status,
        "failed_step": failed_step,
        "message": message,
        "snapshot_id": snapshot_id,
        "finished_at": finished,
        "timings": timings or {},
    }
    replace_text(home.last_run, json.dumps(content, indent=2, sort_keys=True, ensure_ascii=False))
