"""Files of any number of series, forecast block by block."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from kernel.errors import InvalidInput
from pipelines.commands.forecast import forecast_file
from pipelines.demand_file import DemandFile, TableWriter
from pipelines.settings import Settings


def demand(count: int = 12) -> pl.DataFrame:
    values = np.random.default_rng(2).poisson(np.resize([30.0, 3.0], count)[:, None], (count, 30)).astype(float)
    months = [date(2022 + month // 12, month % 12 + 1, 1) for month in range(30)]
    return pl.DataFrame(
        {
            "series_id": np.repeat([f"S{one:02}" for one in range(count)], 30),
            "period_start": months * count,
            "quantity": values.reshape(-1),
        }
    )


def forecast(path: Path, out: Path) -> pl.DataFrame:
    forecast_file(Settings(), path, out, horizon=2, frequency="month", quantiles="0.5", cutoff=None)
    return pl.read_parquet(out) if out.suffix == ".parquet" else pl.read_csv(out, try_parse_dates=True)


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_a_large_file_is_its_blocks_one_after_the_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ending: str) -> None:
    """Goal: blocks are cut evenly by name and each is forecast as if it were alone, in any order of rows."""
    whole, parts = tmp_path / f"whole.{ending}", []
    rows = demand()
    for place in range(3):
        mine = rows.filter(pl.col("series_id").is_between(pl.lit(f"S{4 * place:02}"), pl.lit(f"S{4 * place + 3:02}")))
        mine.write_parquet(tmp_path / "part.parquet")
        parts.append(forecast(tmp_path / "part.parquet", tmp_path / f"out.{ending}"))
    shuffled = rows.sample(fraction=1.0, shuffle=True, seed=1)
    shuffled.write_csv(whole) if ending == "csv" else shuffled.write_parquet(whole)
    monkeypatch.setattr(DemandFile.__init__, "__defaults__", (5,))
    found = forecast(whole, tmp_path / f"all.{ending}")

    assert [(0, 4), (4, 8), (8, 12)] == DemandFile(whole).blocks
    assert pl.concat(parts).equals(found)
    assert ["S00", "S11"] == [found["series_id"][0], found["series_id"][-1]]


def test_a_failure_leaves_nothing_at_the_place_of_the_answer(tmp_path: Path) -> None:
    out = tmp_path / "out.parquet"
    out.write_text("the last one")

    def fail() -> None:
        with TableWriter(out) as writer:
            writer.add(pl.DataFrame({"a": [1]}))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()

    assert "the last one" == out.read_text()
    assert [out] == list(tmp_path.iterdir())


@pytest.mark.parametrize(("encoding", "separator"), [("gb18030", ","), ("utf-16", "\t"), ("utf-8-sig", ";")])
def test_a_csv_is_read_as_a_spreadsheet_wrote_it(tmp_path: Path, encoding: str, separator: str) -> None:
    rows = demand(2).with_columns(pl.col("series_id").replace("S00", "电饭煲"))
    plain, spreadsheet = tmp_path / "plain.csv", tmp_path / "spreadsheet.csv"
    rows.write_csv(plain)
    spreadsheet.write_bytes(rows.write_csv(separator=separator).encode(encoding))

    assert DemandFile(plain).of((0, 2)).equals(DemandFile(spreadsheet).of((0, 2)))


@pytest.mark.parametrize(
    ("column", "wrong"),
    [("quantity", "1,005.0"), ("period_start", "1st May"), ("is_in_stock", "perhaps"), ("price", "7 EUR")],
)
def test_a_cell_that_is_no_date_or_number_is_named_by_its_row(tmp_path: Path, column: str, wrong: str) -> None:
    path = tmp_path / "demand.csv"
    rows = demand(1).with_columns(is_in_stock=pl.lit(True), price=pl.lit(2.0)).cast(pl.String)
    rows.with_row_index().with_columns(
        pl.when(pl.col("index") == 3).then(pl.lit(wrong)).otherwise(pl.col(column)).alias(column)
    ).drop("index").write_csv(path)

    with pytest.raises(InvalidInput) as refusal:
        DemandFile(path)

    assert ("pipelines.file_cell", 5, column, wrong) == (
        refusal.value.key,
        *(refusal.value.values[name] for name in ("row", "column", "got")),
    )


def test_a_number_is_no_date(tmp_path: Path) -> None:
    path = tmp_path / "demand.csv"
    path.write_text("series_id,period_start,quantity\nA,20260501,7\n")

    with pytest.raises(InvalidInput, match="period_start"):
        DemandFile(path)


ENTRY = """
[[entry]]
{selector}
frequency = "{frequency}"
model = "theta"
author = "An"
date = 2026-03-01
why = "steadier"
"""


def specified(tmp_path: Path, rows: pl.DataFrame, *selectors: str, frequency: str = "month") -> dict[str, str]:
    """The model that serves each series of a file forecast with one entry per selector."""
    file, out, told = tmp_path / "demand.parquet", tmp_path / "out.parquet", tmp_path / "chosen.toml"
    rows.write_parquet(file)
    told.write_text("".join(ENTRY.format(selector=one, frequency=frequency) for one in selectors))
    options = {"horizon": 2, "frequency": "month", "quantiles": "0.5", "cutoff": None}
    forecast_file(Settings(), file, out, specification=told, **options)  # type: ignore[arg-type]
    return dict(pl.read_parquet(out).select("series_id", "model").unique().iter_rows())


@pytest.mark.parametrize(
    ("names", "selector"),
    [("S{}@MAIN", 'sku = "S3"\nwarehouse = "MAIN"'), ("{}", "series_id = 3")],
)
def test_a_specification_serves_the_series_it_names_in_whatever_block_it_lies(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, names: str, selector: str
) -> None:
    rows = demand().with_columns(pl.Series("series_id", np.repeat([names.format(one) for one in range(12)], 30)))
    monkeypatch.setattr(DemandFile.__init__, "__defaults__", (5,))
    served = specified(tmp_path, rows, selector)

    assert [names.format(3)] == [name for name, model in served.items() if model == "specification_theta"]
    assert 12 == len(served)


def test_sku_and_warehouse_may_be_columns_of_the_file(tmp_path: Path) -> None:
    rows = demand().with_columns(pl.col("series_id").alias("sku"), pl.lit("HQ").alias("warehouse"))
    served = specified(tmp_path, rows, 'sku = "S07"\nwarehouse = "HQ"')

    assert ["S07"] == [name for name, model in served.items() if model == "specification_theta"]


def test_all_series_a_specification_names_in_vain_are_said_at_once(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=r"chosen.toml.*12 series.*X1@HQ, series:99.*S00") as refused:
        specified(tmp_path, demand(), 'sku = "X1"\nwarehouse = "HQ"', "series_id = 99")

    assert "series:99" in str(refused.value)
    assert not (tmp_path / "out.parquet").exists()


def test_a_specification_without_an_entry_for_the_frequency_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="no entry of frequency month, got week"):
        specified(tmp_path, demand(), "series_id = 3", frequency="week")
