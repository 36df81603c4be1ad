"""Which series of a file of demand does a specification mean?

An entry names a series by the number that is its `series_id` in the file, or by `sku` and `warehouse`: columns of the file, or a
`series_id` written SKU@WAREHOUSE. A `category` is a column of the file; a pattern is found by the engine.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import polars as pl

from forecasting.tuning.assignment import Assignment, assign
from forecasting.tuning.specification import Specification, SpecificationEntry
from forecasting.tuning.specification_text import from_toml
from kernel.errors import InvalidInput, NotFound
from pipelines.demand_file import DemandFile

__all__ = ["file_assignments"]

_LABELS = ("sku", "warehouse", "category")


def file_assignments(path: Path, file: DemandFile, frequency: str) -> tuple[Assignment, ...]:
    """The entries of `path` for one frequency, and the numbers (places among the file's names) of the series they reach.

    Raises:
        NotFound: no such file.
        InvalidInput: it cannot be read, says what cannot be, names series the file of demand does not have (all are said), two
            entries name the same series, or no entry is of this frequency.
    """
    if not path.is_file():
        raise NotFound("pipelines.no_file", path=path.name)
    try:
        whole = from_toml(path.read_text(encoding="utf-8"), path.name)
    except UnicodeDecodeError as problem:
        raise InvalidInput("forecasting.specification_unreadable", file=path.name, got=str(problem)) from problem
    mine = whole.for_frequency(frequency)
    if not mine.entries:
        got = ", ".join(dict.fromkeys(entry.frequency for entry in whole.entries)) or "-"
        raise InvalidInput("pipelines.specification_frequency", file=path.name, frequency=frequency, got=got)
    labels = _labels(file)
    numbers = {name: place for place, name in enumerate(file.names)}
    known, unknown = [], []
    for entry in mine.entries:
        meant = _by_number(entry, numbers)
        try:
            assign(Specification((meant,)), labels)
        except (NotFound, InvalidInput):
            unknown.append(entry.selector.label)
        else:
            known.append(meant)
    if unknown:
        raise InvalidInput(
            "pipelines.specification_strangers",
            file=path.name,
            names=", ".join(unknown),
            count=len(file.names),
            example=file.names[0],
        )
    return tuple(assign(replace(mine, entries=tuple(known)), labels))


def _by_number(entry: SpecificationEntry, numbers: dict[str, int]) -> SpecificationEntry:
    """The entry with the file's own name of a series as its place among the names; -1: nobody."""
    if entry.selector.series_id is None:
        return entry
    place = numbers.get(str(entry.selector.series_id), -1)
    return replace(entry, selector=replace(entry.selector, series_id=place))


def _labels(file: DemandFile) -> pl.DataFrame:
    """`series_id` (place among the names), `sku`, `warehouse`, and `category` where the file has one."""
    found = file.first_of([name for name in _LABELS if name in file.schema])
    parts = pl.col("name").str.split_exact("@", 1)
    for place, name in enumerate(("sku", "warehouse")):
        if name not in found.columns:
            found = found.with_columns(parts.struct.field(f"field_{place}").alias(name))
    return found.with_row_index("series_id").with_columns(pl.col("series_id").cast(pl.Int64))
