"""Which series does the next forecast leave to a specification, and what is remembered of that?

The file of the home is read anew by each run. What was used is written to `forecast.specifications_used` with the forecast it
went into, and to the run's metadata, so that every figure leads back to who decided it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import duckdb
import polars as pl

from forecasting.tuning.assignment import Assignment, assign
from forecasting.tuning.specification import Specification
from kernel.errors import NotFound
from pipelines.home import Home
from pipelines.specifications import read_specifications
from pipelines.warehouse import read_frame

__all__ = ["Specified", "assigned", "record_used", "series_labels", "used_facts"]


@dataclass(frozen=True)
class Specified:
    """Entries of one frequency and whom they reach; `content_hash` is empty and nothing else is said where there are none.

    Args:
        unknown: labels of entries whose series or category this company does not have (any more): left out, and said.
    """

    assignments: tuple[Assignment, ...]
    content_hash: str
    unknown: tuple[str, ...]
    file: str


def assigned(warehouse: duckdb.DuckDBPyConnection, home: Home, frequency: str) -> Specified:
    """What the home's file says of one frequency.

    Raises:
        InvalidInput: the file says what cannot be, or two entries name the same series.
    """
    mine = read_specifications(home).for_frequency(frequency)
    if not mine.entries:
        return Specified((), "", (), home.specifications.name)
    labels, known, unknown = series_labels(warehouse, frequency), [], []
    for entry in mine.entries:
        try:
            assign(Specification((entry,)), labels)
        except NotFound:
            unknown.append(entry.label)
        else:
            known.append(entry)
    kept = replace(mine, entries=tuple(known))
    return Specified(tuple(assign(kept, labels)), kept.content_hash(), tuple(unknown), home.specifications.name)


def series_labels(warehouse: duckdb.DuckDBPyConnection, frequency: str) -> pl.DataFrame:
    """`series_id`, `sku`, `warehouse`, `category` of every series with demand."""
    return read_frame(
        warehouse,
        "SELECT DISTINCT d.series_id, i.sku, w.warehouse_code AS warehouse, i.category_code AS category "
        f"FROM marts.fct_demand_{frequency} AS d JOIN marts.dim_item AS i ON d.item_id = i.item_id "
        "JOIN marts.dim_warehouse AS w ON d.warehouse_id = w.warehouse_id ORDER BY d.series_id",
    )


def record_used(
    warehouse: duckdb.DuckDBPyConnection,
    specified: Specified,
    frequency: str,
    cutoff: Any,
    forecast_run_id: str,
    champions: pl.DataFrame,
) -> None:
    """Write which entries went into the live forecast of a cutoff, in place of what was written for it before."""
    warehouse.execute("DELETE FROM forecast.specifications_used WHERE frequency = ? AND cutoff = ?", [frequency, cutoff])
    served = champions.filter(pl.col("model").str.starts_with("specification_"))["series_id"].to_list()
    for one in specified.assignments:
        entry = one.entry
        reached = served if one.series_ids is None else [series_id for series_id in one.series_ids if series_id in served]
        warehouse.execute(
            "INSERT INTO forecast.specifications_used BY NAME SELECT ? AS forecast_run_id, 'live' AS origin, ? AS frequency, "
            "?::DATE AS cutoff, ? AS entry, ? AS model, ? AS author_name, ?::DATE AS decided_on, ? AS reason, "
            "?::BIGINT AS series_count, ? AS file_name, ? AS content_hash",
            [
                forecast_run_id,
                frequency,
                cutoff,
                entry.selector.label,
                entry.model,
                entry.author,
                entry.decided_on,
                entry.why,
                len(reached),
                specified.file,
                specified.content_hash,
            ],
        )


def used_facts(warehouse: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    """For the run's metadata: `specification_*` by frequency of the newest live forecast; empty where none was used."""
    rows = warehouse.execute(
        "SELECT u.frequency, any_value(u.file_name), any_value(u.content_hash), string_agg(DISTINCT u.author_name, ', ' "
        "ORDER BY u.author_name), string_agg(u.entry || ' ' || u.model, ', ' ORDER BY u.entry) "
        "FROM forecast.specifications_used AS u WHERE u.cutoff = "
        "(SELECT max(r.cutoff) FROM forecast.runs AS r WHERE r.frequency = u.frequency AND r.origin = 'live') "
        "GROUP BY u.frequency ORDER BY u.frequency"
    ).fetchall()
    found: dict[str, Any] = {}
    for frequency, file, content_hash, authors, entries in rows:
        told = {"file": file, "hash": content_hash, "authors": authors, "entries": entries}
        found |= {f"specification_{name}_{frequency}": value for name, value in told.items()}
    return found
