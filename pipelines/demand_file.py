"""How is a file of any number of series forecast without holding all of it?

The file is read series by series in blocks of names that follow each other, evenly cut, at most `MOST_SERIES` each. A block is
forecast as if it were alone (so many series teach each other all there is to learn) and written before the next one is read:
memory grows up to one block and then stays. Blocks follow from the names alone, so that the same file gives the same bytes on any
number of workers. Errors are raised before anything is put at the place of the answer.
"""

from __future__ import annotations

import itertools
import os
from pathlib import Path
from typing import Any

import polars as pl

from kernel.errors import InvalidInput, NotFound

__all__ = ["MOST_SERIES", "DemandFile", "TableWriter"]

MOST_SERIES = 32_000


class DemandFile:
    """A CSV or Parquet file of demand, looked at block by block."""

    def __init__(self, path: Path, most_series: int = MOST_SERIES) -> None:
        """Read the names of the series and the types of the columns.

        Raises:
            NotFound: no such file. InvalidInput: it cannot be read, or a column is missing.
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

    def of(self, block: tuple[int, int]) -> pl.DataFrame:
        """The rows of a block."""
        if len(self.blocks) == 1:
            return self._asked(self._rows.collect)
        inside = pl.col("series_id").is_in(self._ids.slice(block[0], block[1] - block[0]).implode())
        return self._asked(lambda: self._rows.filter(inside).collect(engine="streaming"))

    def _scan(self) -> pl.LazyFrame:
        if self._path.suffix == ".parquet":
            return pl.scan_parquet(self._path)
        return pl.scan_csv(self._path, try_parse_dates=True, infer_schema_length=None)

    def _asked(self, answer: Any) -> Any:
        try:
            return answer()
        except (pl.exceptions.PolarsError, OSError) as error:
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
