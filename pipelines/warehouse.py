"""How is the working file opened, and how does a frame become a table of it?

One writer at a time and never two connections in one process: a second connection to a path that is still open shows
old data. So every step opens the file, works, and closes it before dbt or the next step opens it.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from pathlib import Path

import duckdb
import polars as pl

from kernel.errors import Unavailable

__all__ = ["open_warehouse", "read_frame", "table_exists", "table_names"]

_MEMORY_LIMIT = "1GB"


@contextlib.contextmanager
def open_warehouse(path: Path, *, read_only: bool = False) -> Iterator[duckdb.DuckDBPyConnection]:
    """The working file, closed at the end of the block.

    Raises:
        Unavailable: another process writes it, or it cannot be opened.
    """
    try:
        connection = duckdb.connect(str(path), read_only=read_only, config={"memory_limit": _MEMORY_LIMIT, "threads": 2})
    except duckdb.IOException as error:
        raise Unavailable("pipelines.warehouse_in_use", path=path.name, got=str(error).splitlines()[0]) from error
    try:
        connection.execute("SET TimeZone = 'UTC'")
        yield connection
    finally:
        connection.close()


def table_names(connection: duckdb.DuckDBPyConnection, schema: str) -> list[str]:
    """Tables and views of a schema, sorted."""
    rows = connection.execute(
        "SELECT table_name FROM information_schema.tables "
        "WHERE table_catalog = current_database() AND table_schema = ? ORDER BY 1",
        [schema],
    ).fetchall()
    return [name for (name,) in rows]


def table_exists(connection: duckdb.DuckDBPyConnection, schema: str, table: str) -> bool:
    """Whether a table or view of that name exists."""
    return table in table_names(connection, schema)


def read_frame(connection: duckdb.DuckDBPyConnection, query: str, values: Sequence[object] = ()) -> pl.DataFrame:
    """Rows of a query with `?` places, as a frame."""
    table = connection.sql(query, params=list(values)).to_arrow_table()
    frame = pl.from_arrow(table)
    assert isinstance(frame, pl.DataFrame)
    return frame
