"""What does a demand frame look like once it stands on a regular grid that knows nothing of the future?

Input is long: `series_id`, `period_start`, `quantity`, optionally `is_in_stock` and `is_complete`. Output
is a `Panel`: one row per series (sorted by id), one column per period, the last column being the last
period that ended on or before the cutoff. What the grid means:

- no row for a period after the series' first row: nothing was asked for, so 0; a null quantity: unknown;
- zeros before the first positive quantity are "not on sale yet": `demand_starts` cuts them off, seen from
  any period (a series of zeros keeps its rows);
- a negative quantity (more came back than was asked for) is learned as 0 and counted in `series_notes`;
- `is_in_stock` false: a lower bound (see `censoring`); `is_complete` false: unknown, except that it is
  never a zero.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

import numpy as np
import numpy.typing as npt
import polars as pl

from kernel.errors import InvalidInput

__all__ = [
    "MAXIMUM_QUANTITY",
    "SEASON_LENGTHS",
    "BoolArray",
    "FloatArray",
    "Frequency",
    "IntArray",
    "Panel",
    "StrArray",
    "build_panel",
    "demand_starts",
    "period_index",
    "period_starts",
    "season_positions",
]

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]
StrArray = npt.NDArray[np.str_]
Frequency = Literal["day", "week", "month", "quarter", "year"]

SEASON_LENGTHS: dict[str, int] = {"day": 7, "week": 52, "month": 12, "quarter": 4, "year": 1}
MAXIMUM_QUANTITY = 1e12  # the bound the ledger accepts; beyond it a number is a typing error
_MONDAY = date(1970, 1, 5)
_MONTHS = {"month": 1, "quarter": 3, "year": 12}
_EPOCH = date(1970, 1, 1)
_AMOUNTS = {"largest_order": "largest_order_quantity", "returned": "returned_quantity"}


@dataclass(frozen=True)
class Panel:
    """All series on one grid of periods.

    Args:
        frequency: length of a period.
        series_ids: shape (series,), ascending.
        first_index: number of the first column's period, counted from 1970 (see `period_index`).
        values: shape (series, periods); NaN where unknown or before `first_columns`.
        first_columns: shape (series,), column of the first row given.
        is_censored: shape (series, periods); the value is a lower bound.
        notes: `series_id`, `note_key`, `period_count`, `quantity`: what was changed while reading.
        price: shape (series, periods), the last known one carried forward; None where no price was given.
        largest_order, returned: shape (series, periods), the largest single order line and what came back; None where not given.
        below_zero: shape (series, periods), what a negative quantity lay below zero; None where there was none.
        is_adjusted: shape (series, periods), a person said what is to be learned here (see `adjustments`); None where nobody did.
    """

    frequency: Frequency
    series_ids: IntArray
    first_index: int
    values: FloatArray
    first_columns: IntArray
    is_censored: BoolArray
    notes: pl.DataFrame
    price: FloatArray | None = None
    largest_order: FloatArray | None = None
    returned: FloatArray | None = None
    below_zero: FloatArray | None = None
    is_adjusted: BoolArray | None = None

    @property
    def series_count(self) -> int:
        return int(self.values.shape[0])

    @property
    def period_count(self) -> int:
        return int(self.values.shape[1])

    @property
    def season_length(self) -> int:
        return SEASON_LENGTHS[self.frequency]


NOTES_SCHEMA = {
    "series_id": pl.Int64,
    "note_key": pl.String,
    "period_count": pl.Int64,
    "quantity": pl.Float64,
}


def period_index(dates: pl.Series, frequency: Frequency) -> IntArray:
    """Number of the period that holds each date, counted from 1970.

    >>> period_index(pl.Series([date(1970, 1, 31), date(1970, 2, 1)]), "month").tolist()
    [0, 1]
    """
    if frequency in ("day", "week"):
        days = dates.cast(pl.Int32).to_numpy().astype(np.int64)
        if frequency == "day":
            return days
        return np.asarray(np.floor_divide(days - (_MONDAY - _EPOCH).days, 7), dtype=np.int64)
    months = (dates.dt.year().cast(pl.Int64) - 1970) * 12 + dates.dt.month().cast(pl.Int64) - 1
    return np.asarray(np.floor_divide(months.to_numpy().astype(np.int64), _MONTHS[frequency]), dtype=np.int64)


def period_starts(indices: IntArray, frequency: Frequency) -> list[date]:
    """First day of each numbered period.

    >>> period_starts(np.array([0, 13]), "month")
    [datetime.date(1970, 1, 1), datetime.date(1971, 2, 1)]
    """
    if frequency == "day":
        return [_EPOCH + timedelta(days=int(index)) for index in indices]
    if frequency == "week":
        return [_MONDAY + timedelta(days=7 * int(index)) for index in indices]
    months = [int(index) * _MONTHS[frequency] for index in indices]
    return [date(1970 + month // 12, month % 12 + 1, 1) for month in months]


def season_positions(indices: IntArray, frequency: Frequency) -> IntArray:
    """Place of each period in its year (of a day in its week), from 0; week 53 counts as week 52.

    >>> season_positions(np.array([0, 11, 12]), "month").tolist()
    [0, 11, 0]
    """
    if frequency == "week":
        # The Thursday decides, as in ISO weeks, so that a position keeps its place in the year within four
        # days.
        thursdays = [day + timedelta(days=3) for day in period_starts(indices, frequency)]
        return np.array([min(51, (day.timetuple().tm_yday - 1) // 7) for day in thursdays], dtype=np.int64)
    return indices % SEASON_LENGTHS[frequency]


def build_panel(demand: pl.DataFrame, *, frequency: Frequency, cutoff: date) -> Panel:
    """Put long demand on the grid, keeping only periods that ended on or before `cutoff`.

    Raises:
        InvalidInput: a column is missing or of another type, a period is off the grid or given twice, a
        quantity is
            NaN, infinite or absurd. The message names the series. Only what the cutoff lets us know is
            looked at.
    """
    if frequency not in SEASON_LENGTHS:
        raise InvalidInput("forecasting.unknown_frequency", got=frequency, expected=", ".join(sorted(SEASON_LENGTHS)))
    frame = _checked_columns(demand)
    known = frame.filter(pl.col("period_start") <= cutoff)
    last = _last_complete_index(frequency, cutoff)
    index = period_index(known["period_start"], frequency)
    known = known.with_columns(pl.Series("index", index, dtype=pl.Int64)).filter(pl.col("index") <= last)
    known = known.sort("series_id", "index")
    _check_rows(known, frequency)
    if known.is_empty():
        empty = np.zeros((0, 0))
        none = np.zeros(0, dtype=np.int64)
        return Panel(frequency, none, last + 1, empty, none, empty.astype(bool), pl.DataFrame(schema=NOTES_SCHEMA))
    return _gridded(known, frequency, last)


def demand_starts(values: FloatArray, first_columns: IntArray) -> IntArray:
    """First column worth learning from: the first positive quantity, or the first row if there is none."""
    positive = values > 0
    return np.where(positive.any(axis=1), np.argmax(positive, axis=1), first_columns)


def _gridded(known: pl.DataFrame, frequency: Frequency, last: int) -> Panel:
    ids = known["series_id"].to_numpy()
    series_ids, rows = np.unique(ids, return_inverse=True)
    columns = known["index"].to_numpy()
    first = int(columns.min())
    shape = (len(series_ids), last - first + 1)
    columns = columns - first
    values = np.zeros(shape)
    is_censored = np.zeros(shape, dtype=bool)
    quantity = known["quantity"].to_numpy().astype(np.float64)  # null becomes NaN: unknown
    quantity = np.where(known["is_complete"].to_numpy(), quantity, np.nan)
    values[rows, columns] = np.where(quantity < 0, 0.0, quantity)
    is_censored[rows, columns] = ~known["is_in_stock"].to_numpy() & np.isfinite(quantity)
    starts = np.full(len(series_ids), shape[1], dtype=np.int64)
    np.minimum.at(starts, rows, columns)
    values[np.arange(shape[1])[None, :] < starts[:, None]] = np.nan
    price = _price(known, rows, columns, shape) if "price" in known.columns else None
    beside = {name: _amount(known, column, rows, columns, shape) for name, column in _AMOUNTS.items() if column in known.columns}
    if (quantity < 0).any():
        beside["below_zero"] = np.zeros(shape)
        beside["below_zero"][rows, columns] = np.where(quantity < 0, -quantity, 0.0)
    return Panel(
        frequency,
        series_ids,
        first,
        values,
        starts,
        is_censored,
        _notes(known, quantity),
        price,
        beside.get("largest_order"),
        beside.get("returned"),
        beside.get("below_zero"),
    )


def _amount(known: pl.DataFrame, column: str, rows: IntArray, columns: IntArray, shape: tuple[int, int]) -> FloatArray:
    """An optional amount beside demand; 0 where nothing is said."""
    amount = np.zeros(shape)
    amount[rows, columns] = np.maximum(np.nan_to_num(known[column].to_numpy().astype(np.float64), posinf=0.0), 0.0)
    return amount


def _price(known: pl.DataFrame, rows: IntArray, columns: IntArray, shape: tuple[int, int]) -> FloatArray:
    """The price of each period, the last known one where none is given; NaN before the first."""
    price = np.full(shape, np.nan)
    given = known["price"].to_numpy().astype(np.float64)
    price[rows, columns] = np.where(np.isfinite(given) & (given > 0), given, np.nan)
    for column in range(1, shape[1]):
        price[:, column] = np.where(np.isfinite(price[:, column]), price[:, column], price[:, column - 1])
    return price


def _notes(known: pl.DataFrame, quantity: FloatArray) -> pl.DataFrame:
    rows = known.select("series_id", "is_in_stock").with_columns(
        pl.Series("quantity", quantity, dtype=pl.Float64, nan_to_null=True)
    )
    kinds = [
        ("forecasting.note.negative", pl.col("quantity") < 0),
        ("forecasting.note.unknown", pl.col("quantity").is_null()),
        ("forecasting.note.out_of_stock", ~pl.col("is_in_stock") & pl.col("quantity").is_not_null()),
    ]
    parts = [
        rows.filter(condition)
        .group_by("series_id")
        .agg(pl.len().cast(pl.Int64).alias("period_count"), pl.col("quantity").sum())
        .with_columns(pl.lit(key).alias("note_key"))
        .select(list(NOTES_SCHEMA))
        for key, condition in kinds
    ]
    return pl.concat(parts).sort("series_id", "note_key")


def _last_complete_index(frequency: Frequency, cutoff: date) -> int:
    """The last period that has wholly passed by the end of `cutoff`."""
    return int(period_index(pl.Series([cutoff + timedelta(days=1)]), frequency)[0]) - 1


def _checked_columns(demand: pl.DataFrame) -> pl.DataFrame:
    for name in ("series_id", "period_start", "quantity"):
        if name not in demand.columns:
            raise InvalidInput("forecasting.column_missing", column=name, got=", ".join(demand.columns))
    if not demand.schema["series_id"].is_integer():
        raise InvalidInput(
            "forecasting.column_type",
            column="series_id",
            got=str(demand.schema["series_id"]),
            expected="integer",
        )
    if demand.schema["period_start"] != pl.Date:
        raise InvalidInput(
            "forecasting.column_type",
            column="period_start",
            got=str(demand.schema["period_start"]),
            expected="date",
        )
    if not (demand.schema["quantity"].is_numeric() or demand.schema["quantity"] == pl.Null):
        raise InvalidInput(
            "forecasting.column_type",
            column="quantity",
            got=str(demand.schema["quantity"]),
            expected="number",
        )
    flags = [
        (pl.col(name) if name in demand.columns else pl.lit(None)).cast(pl.Boolean).fill_null(True).alias(name)
        for name in ("is_in_stock", "is_complete")
    ]
    flags += [pl.col(name).cast(pl.Float64) for name in ("price", *_AMOUNTS.values()) if name in demand.columns]
    frame = demand.select(pl.col("series_id").cast(pl.Int64), "period_start", pl.col("quantity").cast(pl.Float64), *flags)
    if frame["series_id"].null_count() or frame["period_start"].null_count():
        raise InvalidInput(
            "forecasting.key_missing",
            rows=frame["series_id"].null_count() + frame["period_start"].null_count(),
        )
    return frame


def _check_rows(known: pl.DataFrame, frequency: Frequency) -> None:
    bad = known.filter(pl.col("quantity").is_nan() | (pl.col("quantity").abs() > MAXIMUM_QUANTITY))
    if not bad.is_empty():
        row = bad.row(0, named=True)
        raise InvalidInput(
            "forecasting.quantity_out_of_bounds",
            series_id=row["series_id"],
            period_start=row["period_start"],
            got=row["quantity"],
            bound=MAXIMUM_QUANTITY,
            count=bad.height,
        )
    starts = pl.Series(period_starts(known["index"].unique().sort().to_numpy(), frequency), dtype=pl.Date)
    off_grid = known.filter(~pl.col("period_start").is_in(starts.implode()))
    if not off_grid.is_empty():
        row = off_grid.row(0, named=True)
        raise InvalidInput(
            "forecasting.off_grid",
            series_id=row["series_id"],
            got=row["period_start"],
            frequency=frequency,
            count=off_grid.height,
        )
    twice = known.filter(pl.struct("series_id", "index").is_duplicated())
    if not twice.is_empty():
        row = twice.row(0, named=True)
        raise InvalidInput(
            "forecasting.duplicate_period",
            series_id=row["series_id"],
            period_start=row["period_start"],
            count=twice.height,
        )
