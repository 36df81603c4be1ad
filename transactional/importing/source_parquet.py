"""How is a Parquet file read in batches? Rows are counted from 1; bytes are UTF-8 text."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from kernel.errors import InvalidInput
from transactional.importing.batches import BATCH_ROWS, Batch, SourceFile, short_error

__all__ = ["open_parquet"]


def open_parquet(path: Path) -> SourceFile:
    """Open one file and read its schema."""
    import pyarrow.parquet as parquet

    if path.stat().st_size == 0:
        raise InvalidInput("importing.zero_bytes", file=path.name)
    with parquet.ParquetFile(path, memory_map=True) as file:
        header = list(file.schema_arrow.names)

    def read(needed: frozenset[str]) -> Iterator[Batch]:
        line = 1
        try:
            wanted = [name for name in header if name in needed]
            with parquet.ParquetFile(path) as file:
                for batch in file.iter_batches(batch_size=BATCH_ROWS, columns=wanted):
                    count = batch.num_rows
                    columns = {name: _values(batch.column(name)) for name in wanted}
                    yield Batch(list(range(line, line + count)), columns)
                    line += count
        except (OSError, ValueError) as error:
            raise InvalidInput("importing.unreadable_file", file=path.name, error=short_error(error)) from error

    repeated = sorted({name for name in header if header.count(name) > 1})
    return SourceFile(path, path.name, header, repeated, read)


def _values(column: Any) -> list[Any]:
    import pyarrow as pa
    import pyarrow.types as types

    if types.is_timestamp(column.type) and column.type.unit == "ns":
        # Beyond microseconds a value would come as another library's type.
        column = column.cast(pa.timestamp("us", column.type.tz), safe=False)
    values: list[Any] = column.to_pylist()
    if types.is_binary(column.type) or types.is_large_binary(column.type) or types.is_fixed_size_binary(column.type):
        return [None if value is None else value.decode("utf-8", "replace") for value in values]
    return values
