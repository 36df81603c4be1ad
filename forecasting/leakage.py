"""Does a forecasting function see the future? Change what comes after the cutoff; the forecast must stay the same, to the byte.

    forecasting.assert_no_leakage(lambda demand: my_forecast(demand, cutoff), demand, cutoff=cutoff, frequency="week")

The future is multiplied, emptied, shifted in time, made absurd, cut off, and handed in in another order; the function is called
anew for each.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta

import numpy as np
import polars as pl

from forecasting.frames import Frequency, period_index, period_starts

__all__ = ["FUTURES", "assert_no_leakage", "changed_futures"]

_ABSURD = 9.87e9

FUTURES = ("none", "tenfold", "zero", "absurd", "shifted", "shuffled", "withdrawn")
"""Names of the changed futures of `changed_futures`."""


def changed_futures(
    demand: pl.DataFrame, *, cutoff: date, frequency: Frequency, value_columns: Sequence[str] = ("quantity",), seed: int = 0
) -> Mapping[str, pl.DataFrame]:
    """`demand` with the same past and seven different futures. A period is past when it ended on or before `cutoff`.

    Args:
        demand: `series_id`, `period_start`, and numbers that are not known ahead in `value_columns` (a price belongs there only
            where it is not planned).
    """
    indices = period_index(demand["period_start"], frequency)
    ends = [after - timedelta(days=1) for after in period_starts(indices + 1, frequency)]
    is_past = pl.Series(ends, dtype=pl.Date) <= cutoff
    past, future = demand.filter(is_past), demand.filter(~is_past)
    if future.is_empty():
        # Nothing lies ahead in the data: make one, or there would be nothing a function could look at.
        future = _continued(demand, frequency)
    draws = np.random.default_rng(seed)

    def put(change: Callable[[pl.Expr], pl.Expr]) -> pl.DataFrame:
        changed = [change(pl.col(name).cast(pl.Float64)).cast(demand.schema[name], strict=False) for name in value_columns]
        return pl.concat([past, future.with_columns(changed)])

    length = max(len(set(future["period_start"].to_list())), 1)
    later = period_starts(period_index(future["period_start"], frequency) + length, frequency)
    shifted = future.with_columns(pl.Series("period_start", later, dtype=pl.Date))
    everything = pl.concat([past, future])
    return {
        "none": everything,
        "tenfold": put(lambda value: value * 10 + 1),
        "zero": put(lambda value: value * 0),
        "absurd": put(lambda value: value * 0 + _ABSURD),
        "shifted": pl.concat([past, shifted]),
        "shuffled": everything[draws.permutation(everything.height)],
        "withdrawn": past,
    }


def assert_no_leakage(
    forecaster: Callable[[pl.DataFrame], pl.DataFrame],
    demand: pl.DataFrame,
    *,
    cutoff: date,
    frequency: Frequency,
    value_columns: Sequence[str] = ("quantity",),
    seed: int = 0,
) -> None:
    """Call `forecaster` with every changed future and compare what it returns.

    Args:
        forecaster: demand -> forecasts, with the cutoff inside. Rows may come in any order.

    Raises:
        AssertionError: a forecast changed; the message names the change, the first row that differs, and both values.
        ValueError: the function returned nothing, which would prove nothing.
    """
    expected: pl.DataFrame | None = None
    for name, changed in changed_futures(
        demand, cutoff=cutoff, frequency=frequency, value_columns=value_columns, seed=seed
    ).items():
        found = forecaster(changed)
        found = found.sort(found.columns)
        if expected is None:
            if found.is_empty():
                raise ValueError("the forecaster returned no rows: there is nothing to compare")
            expected = found
        elif not found.equals(expected):
            raise AssertionError(
                f"the forecast saw what came after {cutoff}: future {name!r} changed it; {_difference(expected, found)}"
            )


def _continued(demand: pl.DataFrame, frequency: Frequency) -> pl.DataFrame:
    """Six more periods per series like its last six."""
    index = pl.Series("_index", period_index(demand["period_start"], frequency))
    tail = demand.with_columns(index).sort("series_id", "_index").group_by("series_id", maintain_order=True).tail(6)
    starts = period_starts(tail["_index"].to_numpy() + 6, frequency)
    return tail.with_columns(pl.Series("period_start", starts, dtype=pl.Date)).select(demand.columns)


def _difference(expected: pl.DataFrame, found: pl.DataFrame) -> str:
    if expected.shape != found.shape:
        return f"{expected.height} rows became {found.height}"
    for place in range(expected.height):
        before, after = expected.row(place), found.row(place)
        if before != after:
            return f"first at row {place}: {before} became {after}"
    return "columns or types differ"
