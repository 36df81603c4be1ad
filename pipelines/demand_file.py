"""How is a file of any number of series forecast without holding all of it?

The file is read series by series in blocks of names that follow each other, evenly cut, at most `MOST_SERIES` each. A block is
forecast as if it were alone (so many series teach each other all there is to learn) and written before the next one is read:
memory grows up to one block and then stays. Blocks follow from the names alone, so that the same file gives the same bytes on any
number of workers. Errors are raised before anything is put at the place of the answer.

A CSV may come from any spreadsheet: its encoding (UTF-8, UTF-16, GB 18030, Western) and separator are
found as the importer finds them.
"""

from __future__ import annotations

import itertools
import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl

from kernel.errors import InvalidInput, NotFound
from transactional.importing.source_csv import delimiter_of, encoding_of

__all__ = ["MOST_SERIES", "DemandFile", "TableWriter"]

MOST_SERIES = 32_000
_CELLS: dict[str, tuple[type[pl.DataType], str]] = {
    "period_start": (pl.Date, "2026-05-01"),
    "quantity": (pl.Float64, "1234.5"),
    "price": (pl.Float64, "1234.5"),
    "is_in_stock": (pl.Boolean, "true"),
    "is_complete": (pl.Boolean, "true"),
}
"""What the cells of a column must be, and one that is."""
_TRUTHS = {"true": True, "1": True, "false": False, "0": False}
_READ: dict[type[pl.DataType], Callable[[pl.Expr], pl.Expr]] = {
    pl.Date: lambda cell: cell.str.to_date(strict=False),
    pl.Float64: lambda cell: cell.cast(pl.Float64, strict=False),
    pl.Boolean: lambda cell: cell.str.to_lowercase().replace_strict(_TRUTHS, default=None, return_dtype=pl.Boolean),
}


class DemandFile:
    """A CSV or Parquet file of demand, looked at block by block."""

    def __init__(self, path: Path, most_series: int = MOST_SERIES) -> None:
        """Read the names of the series and the types of the columns.

        Raises:
            NotFound: no such file. InvalidInput: it cannot be read, a column is missing, or a cell is no date or number.
        """
        if not path.is_file():
            raise NotFound("pipelines.no_file", path=path.name)
        self._path = path
        self._rows = self._asked(self._scan)
        self.schema: dict[str, pl.DataType] = dict(self._asked(self._rows.collect_schema))
        columns = list(self.schema)
        for column in ("series_id", "period_start", "quantity"):
            if column not in columns:
                raise InvalidInput("forecasting.column_missing", column=column, got=", ".join(columns))
        self._check_cells()
        # Names are told apart before they become texts: one text per series, not one per row.
        found: pl.Series = self._asked(lambda: self._rows.select("series_id").unique().collect(engine="streaming")["series_id"])
        order = found.cast(pl.String).arg_sort()
        self._ids, self.names = found.gather(order), found.cast(pl.String).gather(order)
        count = max(1, -(-len(self.names) // most_series))
        edges = [len(self.names) * place // count for place in range(count + 1)]
        self.blocks: list[tuple[int, int]] = list(itertools.pairwise(edges))
        """First and one past the last number of the names in each block."""

    def fact(self, expression: pl.Expr) -> Any:
        """One figure of the whole file."""
        return self._asked(lambda: self._rows.select(expression).collect(engine="streaming").item())

    def first_of(self, columns: list[str]) -> pl.DataFrame:
        """`name` of every series in order and, as texts, the first value of each of `columns` it has."""
        firsts = [pl.col(name).drop_nulls().first().cast(pl.String) for name in columns]
        rows = self._asked(lambda: self._rows.group_by("series_id").agg(firsts).collect(engine="streaming"))
        named = rows.with_columns(pl.col("series_id").cast(pl.String).alias("name")).drop("series_id")
        return pl.DataFrame({"name": self.names}).join(named, on="name", how="left", maintain_order="left")

    def of(self, block: tuple[int, int]) -> pl.DataFrame:
        """The rows of a block."""
        if len(self.blocks) == 1:
            whole: pl.DataFrame = self._asked(self._rows.collect)
            return whole
        inside = pl.col("series_id").is_in(self._ids.slice(block[0], block[1] - block[0]).implode())
        rows: pl.DataFrame = self._asked(lambda: self._rows.filter(inside).collect(engine="streaming"))
        return rows

    def _scan(self) -> pl.LazyFrame:
        if self._path.suffix == ".parquet":
            return pl.scan_parquet(self._path)
        encoding = encoding_of(self._path)
        separator = delimiter_of(self._path, encoding, None)
        readable = self._path
        if encoding not in ("utf-8", "utf-8-sig"):
            # Only UTF-8 is read block by block; the copy goes when this object does.
            self._folder = tempfile.TemporaryDirectory(prefix="throughline-")
            readable = Path(self._folder.name) / "demand.csv"
            with self._path.open(encoding=encoding) as source, readable.open("w", encoding="utf-8") as copy:
                shutil.copyfileobj(source, copy)
        return pl.scan_csv(readable, separator=separator, try_parse_dates=True, infer_schema_length=None)

    def _check_cells(self) -> None:
        """A column with one wrong cell is read as text: say which cell that is."""
        got = self.schema["period_start"]
        if not (got.is_temporal() or got in (pl.String, pl.Null)):
            raise InvalidInput("forecasting.column_type", column="period_start", got=str(got), expected="date")
        for column, (kind, example) in _CELLS.items():
            if self.schema.get(column) != pl.String:
                continue
            cell = pl.col(column).str.strip_chars()
            read = _READ[kind](cell)
            wrong = (
                self._rows.with_row_index("row").filter(cell.is_not_null() & (cell != "") & read.is_null()).select("row", column)
            )
            first: pl.DataFrame = self._asked(wrong.head(1).collect)
            if not first.is_empty():
                # The header is the first row of a spreadsheet.
                row, got = first.row(0)
                raise InvalidInput(
                    "pipelines.file_cell", path=self._path.name, row=row + 2, column=column, got=got, expected=example
                )
            self._rows = self._rows.with_columns(read.alias(column))
            self.schema[column] = kind()

    def _asked(self, answer: Any) -> Any:
        try:
            return answer()
        except (pl.exceptions.PolarsError, OSError, UnicodeError) as error:
            raise InvalidInput("pipelines.file_unreadable", path=self._path.name, got=str(error).splitlines()[0]) from error


class TableWriter:
    """A CSV or Parquet file that grows block by block and is at its place when all of it is."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._part = path.with_name(path.name + ".part")
        self._writer: Any = None
        self.rows = 0

    def __enter__(self) -> TableWriter:
        self._part.unlink(missing_ok=True)
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if self._writer is not None:
            self._writer.close()
        if kind is None:
            os.replace(self._part, self._path)
        else:
            self._part.unlink(missing_ok=True)

    def add(self, table: pl.DataFrame) -> None:
        """Append rows."""
        self.rows += table.height
        if self._path.suffix == ".parquet":
            import pyarrow.parquet as parquet

            arrow = table.to_arrow()
            if self._writer is None:
                self._writer = parquet.ParquetWriter(self._part, arrow.schema)
            self._writer.write_table(arrow)
            return
        with self._part.open("ab") as file:
            table.write_csv(file, include_header=self.rows == table.height)
