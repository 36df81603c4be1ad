"""Whom does sales call, what was heard, and how good was the last list?

The list is the snapshot's; what people marked comes live from the ledger's notes (`WriteNote` about 'repurchase'): the first
word is the outcome's code, the rest why. An outcome stands until the customer buys the item again.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

import polars as pl

from dashboards import live, reports
from dashboards.snapshot import Snapshot

__all__ = [
    "OUTCOMES",
    "SUBJECT",
    "VIEWS",
    "call_list",
    "history",
    "outcome_body",
    "past_lists",
    "split_body",
    "subject_id",
    "view_of",
]

SUBJECT = "repurchase"
OUTCOMES = ("called", "will_buy", "lost", "not_reached")
VIEWS = ("to_call", "overdue", "at_risk", "marked", "all")
_SETTLED = ("called", "will_buy", "lost")  # who was not reached is called again
_LAPSED = 0.5


def subject_id(row: Mapping[str, Any]) -> str:
    """What a note about a row is filed under: codes, which outlive snapshots."""
    return f"{row['customer_code']}|{row['sku']}"


def outcome_body(outcome: str, why: str) -> str:
    """``outcome_body("lost", "too dear")`` is "lost: too dear"."""
    return f"{outcome}: {why.strip()}".rstrip()


def split_body(body: str) -> tuple[str, str]:
    """Outcome and why of a note; ("", body) if it is a plain remark."""
    code, _, why = body.partition(":")
    return (code, why.strip()) if code in OUTCOMES else ("", body)


def call_list(snapshot: Snapshot) -> pl.DataFrame:
    """Every listed pair by rank, with `subject_id`, `outcome`, `outcome_why` and `outcome_date` of what was last heard."""
    frame = reports.read(snapshot, "rpt_repurchase", order="rank")
    heard = _heard()
    rows = []
    for row in frame.select("customer_code", "sku", "last_purchase_date").iter_rows(named=True):
        key = subject_id(row)
        outcome, why, day = heard.get(key, ("", "", None))
        is_over = day is None or (row["last_purchase_date"] is not None and day < row["last_purchase_date"])
        rows.append((key, None, None, None) if is_over else (key, outcome, why, day))
    marks = pl.DataFrame(
        rows,
        schema={"subject_id": pl.String, "outcome": pl.String, "outcome_why": pl.String, "outcome_date": pl.Date},
        orient="row",
    )
    return pl.concat([frame, marks], how="horizontal")


def view_of(frame: pl.DataFrame, view: str) -> pl.DataFrame:
    """The rows of one view: to call (no open order, nothing settled), overdue, at risk by money, marked, all."""
    is_open = pl.col("has_open_order").cast(pl.Boolean).fill_null(False)
    if view == "to_call":
        return frame.filter(~is_open & ~pl.col("outcome").is_in(_SETTLED).fill_null(False))
    if view == "overdue":
        return frame.filter(pl.col("is_overdue").cast(pl.Boolean).fill_null(False))
    if view == "at_risk":
        return frame.filter(pl.col("lapsed_probability").cast(pl.Float64) >= _LAPSED).sort(
            "amount_at_risk", descending=True, nulls_last=True, maintain_order=True
        )
    if view == "marked":
        return frame.filter(pl.col("outcome").is_not_null())
    return frame


def history(snapshot: Snapshot, customer_id: int) -> pl.DataFrame:
    """What one customer bought and gave back of each item, by day."""
    return reports.read(
        snapshot, "rpt_repurchase_history", "customer_id = ?", (customer_id,), order="item_id, purchase_date, kind"
    )


def past_lists(snapshot: Snapshot) -> pl.DataFrame:
    """Hits of the lists of past month ends, newest first, short lists first."""
    return reports.read(snapshot, "rpt_repurchase_lists", order="as_of desc, pair_count, list_length")


def _heard() -> dict[str, tuple[str, str, date]]:
    """Subject -> outcome, why and day of the newest note that is one."""
    found: dict[str, tuple[str, str, date]] = {}
    for row in live.rows(
        "select subject_id, body, recorded_at from note where subject_kind = ? order by recorded_at, note_id", (SUBJECT,)
    ):
        outcome, why = split_body(str(row["body"]))
        if outcome:
            day = (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=int(row["recorded_at"]))).date()
            found[str(row["subject_id"])] = (outcome, why, day)
    return found
