"""Which suggestions are listed: the snapshot's rows, what people have decided since, and the filters of the link."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from dashboards import live_work
from dashboards.inbox_supply import NEAR_DAYS

__all__ = ["Filters", "by_supplier", "filtered", "with_decisions"]

_SEARCHED = ("sku", "item_name", "item_name_zh", "document_number", "supplier_name", "supplier_name_zh")


@dataclass(frozen=True)
class Filters:
    """What the reader asked for; empty means all.

    Attributes:
        kind: buy, make, transfer or every.
        due: "soon" (to be ordered within two weeks) or "all".
        state: open, decided or all.
    """

    kind: str = "buy"
    due: str = "soon"
    state: str = "open"
    words: str = ""
    suppliers: tuple[str, ...] = ()
    warehouse: str = ""


def with_decisions(frame: pl.DataFrame) -> pl.DataFrame:
    """The snapshot's suggestions beside what people have decided since."""
    decided = live_work.decisions()
    ids = [str(value) for value in frame["planned_order_id"].to_list()]
    return frame.with_columns(
        pl.Series("state", [decided[each]["decision"] if each in decided else "open" for each in ids], dtype=pl.String),
        pl.Series("document_number", [decided.get(each, {}).get("document_number") for each in ids], dtype=pl.String),
    )


def filtered(whole: pl.DataFrame, chosen: Filters, as_of: date) -> pl.DataFrame:
    """The rows that answer to the filters, in their order."""
    frame = whole if chosen.kind == "every" else whole.filter(pl.col("kind") == chosen.kind)
    if chosen.due == "soon":
        frame = frame.filter(pl.col("release_date").is_null() | (pl.col("release_date") <= as_of + timedelta(days=NEAR_DAYS)))
    if chosen.state != "all":
        frame = frame.filter(pl.col("state") == "open" if chosen.state == "open" else pl.col("state") != "open")
    if chosen.suppliers:
        frame = frame.filter(pl.col("supplier_code").is_in(list(chosen.suppliers)))
    if chosen.warehouse:
        frame = frame.filter(pl.col("warehouse_code") == chosen.warehouse)
    words = chosen.words.strip().lower()
    if words:
        text = pl.concat_str([pl.col(name).cast(pl.String).fill_null("") for name in _SEARCHED], separator=" ")
        frame = frame.filter(text.str.to_lowercase().str.contains(words, literal=True))
    return frame


def by_supplier(listed: pl.DataFrame) -> pl.DataFrame:
    """Lines, cost, stake and first order date by supplier, dearest first."""
    return (
        listed.group_by("supplier_code")
        .agg(
            pl.col("supplier_name").first(),
            pl.col("supplier_name_zh").first(),
            pl.len().alias("line_count"),
            pl.col("cost").cast(pl.Float64).sum(),
            pl.col("value_at_stake").cast(pl.Float64).sum(),
            pl.col("release_date").min(),
        )
        .sort("cost", "supplier_code", descending=[True, False], nulls_last=True)
    )
