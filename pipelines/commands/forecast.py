"""`throughline forecast`: forecast a file of demand without a company."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import typer

from kernel.errors import InvalidInput, NotFound
from kernel.messages import text
from pipelines.settings import Settings

if TYPE_CHECKING:
    import polars as pl

__all__ = ["forecast_file"]

_FREQUENCIES = ("week", "month", "quarter", "year")


def forecast_file(
    settings: Settings, demand: Path, out: Path, *, horizon: int, frequency: str, quantiles: str, cutoff: str | None
) -> None:
    """Read series_id, period_start, quantity; write series_id, period_start, measure, quantity, model.

    Raises:
        NotFound: no such file.
        InvalidInput: columns, dates or options that cannot be right.
    """
    import polars as pl

    from forecasting import forecast
    from pipelines.chunks import chunk_mapper

    if frequency not in _FREQUENCIES:
        raise InvalidInput("pipelines.unknown_option", option="--freq", got=frequency, expected=", ".join(_FREQUENCIES))
    levels = _levels(quantiles)
    frame = _read(demand)
    names = frame["series_id"].cast(pl.String).unique().sort() if "series_id" in frame.columns else pl.Series([], dtype=pl.String)
    keys = pl.DataFrame({"name": names, "key": range(len(names))}, schema={"name": pl.String, "key": pl.Int64})
    numbered = _numbered(frame, keys)
    last = cast("date | None", numbered["period_start"].max())
    if last is None:
        raise InvalidInput("pipelines.file_empty", path=demand.name)
    result = forecast(
        numbered,
        frequency=cast("Any", frequency),
        horizon=horizon,
        cutoff=_date(cutoff) if cutoff else _period_end(last, frequency),
        quantile_levels=levels,
        seed=settings.seed,
        map_chunks=chunk_mapper(settings.workers),
    )
    table = (
        result.demand_forecasts.join(keys, left_on="series_id", right_on="key")
        .drop("series_id")
        .rename({"name": "series_id"})
        .select("series_id", "cutoff", "period_start", "measure", "quantity", "model", "frequency")
        .sort("series_id", "period_start", "measure")
    )
    _write(table, out)
    typer.echo(text("cli.forecast.done", settings.language, series=len(names), rows=table.height, path=out.name))


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

    for column in ("series_id", "period_start", "quantity"):
        if column not in frame.columns:
            raise InvalidInput("forecasting.column_missing", column=column, got=", ".join(frame.columns))
    if frame.schema["period_start"] != pl.Date:
        frame = frame.with_columns(pl.col("period_start").cast(pl.Date, strict=False))
        if frame["period_start"].null_count():
            raise InvalidInput("pipelines.not_a_date", what="period_start", got="?")
    return (
        frame.with_columns(pl.col("series_id").cast(pl.String))
        .join(keys, left_on="series_id", right_on="name")
        .drop("series_id")
        .rename({"key": "series_id"})
    )


def _write(table: pl.DataFrame, out: Path) -> None:
    if out.suffix == ".parquet":
        table.write_parquet(out)
    else:
        table.write_csv(out)


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

    if frequency == "week":
        return start + timedelta(days=6)
    months = {"month": 1, "quarter": 3, "year": 12}[frequency]
    month = start.month - 1 + months
    return date(start.year + month // 12, month % 12 + 1, 1) - timedelta(days=1)
