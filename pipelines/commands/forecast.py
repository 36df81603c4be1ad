"""`throughline forecast`: forecast a file of demand without a company."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import typer

from kernel.errors import InvalidInput, NotFound
from kernel.messages import text
from pipelines.commands.progress import ProgressLine
from pipelines.settings import Settings

if TYPE_CHECKING:
    import polars as pl

    from forecasting.tuning.assignment import Assignment
    from pipelines.demand_file import DemandFile

__all__ = ["forecast_file"]

_FREQUENCIES = ("day", "week", "month", "quarter", "year")
_KNOWN_COLUMNS = (
    *("series_id", "period_start", "quantity", "is_in_stock", "is_complete", "price"),
    *("largest_order_quantity", "returned_quantity"),
)
_MOST_KINDS = 500  # a text column with more values than this names series, not groups of them


def forecast_file(
    settings: Settings,
    demand: Path,
    out: Path,
    *,
    horizon: int,
    frequency: str,
    quantiles: str,
    cutoff: str | None,
    events: Path | None = None,
    holidays: str | None = None,
    specification: Path | None = None,
) -> None:
    """Read series_id, period_start, quantity; write series_id, period_start, quantile, quantity, model.

    A null quantile is the mean. `is_in_stock`, `is_complete` and `price` are used where given; every other text column is
    taken as something series share (category, warehouse ...), every other number as known ahead (a promotion): rows of coming
    periods without a quantity say what is planned. A `specification` (see `pipelines.file_specification`) says how chosen series
    are forecast in place of the engine's own choice.

    Raises:
        NotFound: no such file.
        InvalidInput: columns, dates, entries or options that cannot be right; an error about a series names it as the file does.
    """
    import polars as pl

    from forecasting import fit
    from pipelines.chunks import chunk_mapper
    from pipelines.demand_file import DemandFile, TableWriter
    from pipelines.memory import give_back_memory

    if frequency not in _FREQUENCIES:
        raise InvalidInput("pipelines.unknown_option", option="--freq", got=frequency, expected=", ".join(_FREQUENCIES))
    if out.suffix not in (".csv", ".parquet"):
        raise InvalidInput("pipelines.unknown_option", option="--out", got=out.name, expected=".csv, .parquet")
    levels = _levels(quantiles)
    file = DemandFile(demand)
    names = file.names
    keys = pl.DataFrame({"name": names, "key": range(len(names))}, schema={"name": pl.String, "key": pl.Int64})
    kept = _text_columns(file)
    last = _last(file)
    if last is None:
        raise InvalidInput("pipelines.file_empty", path=demand.name)
    assignments = () if specification is None else _assigned(specification, file, frequency)
    table_of_events = _events(events, holidays, keys, file)
    progress, label = ProgressLine(), text("cli.forecast.working", settings.language)
    level_of = {"mean": None} | {_measure(level): level for level in levels}
    try:
        with TableWriter(out) as writer:
            for place, block in enumerate(file.blocks):

                def show(done: int, total: int, place: int = place) -> None:
                    progress.show(label, place * total + done, len(file.blocks) * total)

                def answer(block: tuple[int, int] = block, show: Callable[[int, int], None] = show) -> pl.DataFrame:
                    """A function of its own, so that one block is let go of before the next is read."""
                    numbered = _numbered(file.of(block), keys)
                    fitted = fit(
                        numbered,
                        frequency=cast("Any", frequency),
                        horizon=horizon,
                        cutoff=_date(cutoff) if cutoff else _period_end(last, frequency),
                        attributes=_attributes(numbered, kept),
                        regressors=_regressors(numbered),
                        assignments=assignments,
                        events=_of_block(table_of_events, block),
                        seed=settings.seed,
                        map_chunks=chunk_mapper(settings.workers, show, settings.dask_scheduler),
                    )
                    del numbered
                    return fitted.predict(quantiles=levels)

                writer.add(
                    answer()
                    .join(keys, left_on="series_id", right_on="key")
                    .with_columns(pl.col("measure").replace_strict(level_of, return_dtype=pl.Float64).alias("quantile"))
                    .sort("name", "period_start", "quantile", nulls_last=False)
                    .select(pl.col("name").alias("series_id"), "period_start", "quantile", "quantity", "model")
                )
                give_back_memory()
    except InvalidInput as error:
        raise _by_name(error, names) from error
    finally:
        progress.end()
    typer.echo(text("cli.forecast.done", settings.language, series=len(names), rows=writer.rows, path=out.name))


def _assigned(specification: Path, file: DemandFile, frequency: str) -> tuple[Assignment, ...]:
    from pipelines.file_specification import file_assignments

    return file_assignments(specification, file, frequency)


def _last(file: DemandFile) -> date | None:
    import polars as pl

    start = pl.col("period_start").filter(pl.col("quantity").is_not_null())
    return cast("date | None", file.fact(start.max().cast(pl.Date)))


def _text_columns(file: DemandFile) -> list[str]:
    """Columns that say what series share: few kinds of words over the whole file."""
    import polars as pl

    texts = [name for name, kind in file.schema.items() if name not in _KNOWN_COLUMNS and kind in (pl.String, pl.Categorical)]
    return [name for name in texts if file.fact(pl.col(name).n_unique()) <= _MOST_KINDS]


def _of_block(events: pl.DataFrame | None, block: tuple[int, int]) -> pl.DataFrame | None:
    import polars as pl

    if events is None or "series_id" not in events.columns:
        return events
    return events.filter(pl.col("series_id").is_null() | pl.col("series_id").is_between(block[0], block[1] - 1))


def _attributes(numbered: pl.DataFrame, names: list[str]) -> pl.DataFrame | None:
    import polars as pl

    return numbered.group_by("series_id").agg(pl.col(names).first()) if names else None


def _regressors(numbered: pl.DataFrame) -> pl.DataFrame | None:
    names = [
        name
        for name, kind in numbered.schema.items()
        if name not in _KNOWN_COLUMNS and (kind.is_numeric() or str(kind) == "Boolean")
    ]
    return numbered.select("series_id", "period_start", *names) if names else None


def _events(events: Path | None, holidays: str | None, keys: pl.DataFrame, file: DemandFile) -> pl.DataFrame | None:
    """The user's table with numbered series, and the calendar of a country from the first period to two years past the last."""
    import polars as pl

    from forecasting import calendar_events

    tables: list[pl.DataFrame] = []
    if events is not None:
        table = _read(events)
        if "series_id" in table.columns:
            named = table.with_columns(pl.col("series_id").cast(pl.String).alias("name"))
            numbers = dict(keys.iter_rows())
            unknown = named.filter(pl.col("name").is_not_null() & ~pl.col("name").is_in(list(numbers)))
            if not unknown.is_empty():
                raise InvalidInput("forecasting.table_series_unknown", table=events.name, series_id=unknown["name"][0])
            number = pl.col("name").replace_strict(numbers, default=None, return_dtype=pl.Int64)
            table = named.with_columns(number.alias("series_id")).drop("name")
        tables.append(table)
    if holidays is not None:
        first, last = (
            cast("date", pl.Series([file.fact(edge)]).cast(pl.Date).to_list()[0])
            for edge in (pl.col("period_start").min(), pl.col("period_start").max())
        )
        tables.append(calendar_events(first, last.replace(year=last.year + 2, day=1), holidays))
    return pl.concat(tables, how="diagonal_relaxed") if tables else None


def _by_name(error: InvalidInput, names: pl.Series) -> InvalidInput:
    """The same error with the series called as in the file."""
    number = error.values.get("series_id")
    if not isinstance(number, int):
        return error
    return InvalidInput(error.key, **{**error.values, "series_id": names[number]})


def _measure(level: float) -> str:
    from forecasting.frames_out import measure_name

    return measure_name(level)


def _read(path: Path) -> pl.DataFrame:
    import polars as pl

    if not path.is_file():
        raise NotFound("pipelines.no_file", path=path.name)
    try:
        if path.suffix == ".parquet":
            return pl.read_parquet(path)
        return pl.read_csv(path, try_parse_dates=True, infer_schema_length=None)
    except (pl.exceptions.PolarsError, OSError) as error:
        raise InvalidInput("pipelines.file_unreadable", path=path.name, got=str(error).splitlines()[0]) from error


def _numbered(frame: pl.DataFrame, keys: pl.DataFrame) -> pl.DataFrame:
    import polars as pl

    if frame.schema["period_start"] != pl.Date:
        frame = frame.with_columns(pl.col("period_start").cast(pl.Date))
    return (
        frame.with_columns(pl.col("series_id").cast(pl.String))
        .join(keys, left_on="series_id", right_on="name")
        .drop("series_id")
        .rename({"key": "series_id"})
    )


def _levels(quantiles: str) -> tuple[float, ...]:
    try:
        return tuple(sorted({float(level) for level in quantiles.split(",") if level.strip()}))
    except ValueError:
        raise InvalidInput("pipelines.unknown_option", option="--quantiles", got=quantiles, expected="0.1,0.5,0.9") from None


def _date(value: str) -> date:
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise InvalidInput("pipelines.not_a_date", what="--cutoff", got=value) from None


def _period_end(start: date, frequency: str) -> date:
    """Last day of the period that starts on `start`: the newest period of a file is taken as complete."""
    from datetime import timedelta

    if frequency in ("day", "week"):
        return start + timedelta(days=6 if frequency == "week" else 0)
    months = {"month": 1, "quarter": 3, "year": 12}[frequency]
    month = start.month - 1 + months
    return date(start.year + month // 12, month % 12 + 1, 1) - timedelta(days=1)
