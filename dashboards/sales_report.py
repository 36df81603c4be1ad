"""What does the monthly sales forecast say? History, last year, season, forecast, interval, what people moved, how good it was.

Rows of the snapshot laid out by category and month, on the screen and as a workbook to take home; amounts at present prices.
"""

from __future__ import annotations

import io
from datetime import date
from typing import Any

import polars as pl
import xlsxwriter

from dashboards import forecast_figures as figures
from dashboards import reports
from dashboards.i18n import code_text, name_column, t
from dashboards.snapshot import Snapshot

__all__ = ["COMPANY", "MONTHS_AHEAD", "MONTHS_BACK", "accuracy", "months", "season", "workbook"]

COMPANY = ""
"""Key of the whole company among the report's groups."""

MONTHS_BACK, MONTHS_AHEAD = 12, 6


def months(snapshot: Snapshot) -> pl.DataFrame:
    """One row per group (the company first, then categories) and month: the last twelve and the next six.

    Columns: `group_key`, `group_label`, `group_label_zh`, `month`, `kind`, `demand_value`, `last_year_value`, `forecast_value`
    (of a past month: what had been forecast in time), `p10`, `p90`, `moved_value` (what sales and overrides added),
    `total_value`.
    """
    frame = reports.read(
        snapshot,
        "rpt_forecast_group",
        "level in ('company', 'category') and frequency = 'month' and unit = 'amount'",
        order="level desc, group_label, period_start, kind",
    )
    if frame.is_empty():
        return frame
    past = (
        frame.filter(pl.col("kind") == "history")
        .sort("period_start")
        .group_by("group_key", maintain_order=True)
        .tail(MONTHS_BACK)
    )
    ahead = frame.filter(pl.col("kind") == "forecast").sort("period_start").group_by("group_key", maintain_order=True)
    laid = pl.concat([past, ahead.head(MONTHS_AHEAD)], how="diagonal")
    is_ahead = pl.col("kind") == "forecast"
    return laid.select(
        "group_key",
        pl.when(pl.col("level") == "company")
        .then(pl.lit(t("sales_forecast.company")))
        .otherwise("group_label")
        .alias("group_label"),
        pl.when(pl.col("level") == "company")
        .then(pl.lit(t("sales_forecast.company")))
        .otherwise("group_label_zh")
        .alias("group_label_zh"),
        pl.col("period_start").alias("month"),
        "kind",
        pl.when(~is_ahead).then("demand_value").alias("demand_value"),
        "last_year_value",
        pl.when(is_ahead).then("forecast_value").otherwise("past_forecast_value").alias("forecast_value"),
        "p10",
        "p90",
        pl.when(is_ahead).then(pl.col("total_value") - pl.col("forecast_value")).alias("moved_value"),
        pl.when(is_ahead).then("total_value").alias("total_value"),
    ).sort(pl.col("group_key") != COMPANY, "group_label", "month")


def accuracy(rows: pl.DataFrame) -> pl.DataFrame:
    """How good the forecasts of the past months were: `group_key`, labels, `month_count`, `wape`, `bias` (+ is too much)."""
    judged = rows.filter(pl.col("kind") == "history").drop_nulls(["demand_value", "forecast_value"])
    error = pl.col("forecast_value") - pl.col("demand_value")
    return (
        judged.group_by("group_key", "group_label", "group_label_zh", maintain_order=True)
        .agg(
            pl.len().alias("month_count"),
            error.abs().sum().alias("errors"),
            error.sum().alias("signed"),
            pl.col("demand_value").sum().alias("demand_value"),
        )
        .filter(pl.col("demand_value") > 0)
        .with_columns(
            (pl.col("errors") / pl.col("demand_value")).alias("wape"), (pl.col("signed") / pl.col("demand_value")).alias("bias")
        )
        .drop("errors", "signed")
    )


def season(snapshot: Snapshot) -> pl.DataFrame:
    """Seasonal index of each category and month, where a season is beyond doubt; a null index where it is not."""
    frame = reports.read(
        snapshot, "rpt_seasonality", "level = 'category' and unit = 'amount' and year is null", order="group_code, position"
    )
    kept = pl.when(pl.col("is_significant").cast(pl.Boolean)).then(pl.col("seasonal_index"))
    return frame.select("group_key", "group_name", "group_name_zh", "position", kept.alias("seasonal_index"))


def workbook(snapshot: Snapshot, expectations: list[dict[str, Any]]) -> bytes:
    """The whole report: forecast by month with a chart of the company, season, accuracy, people, and what sales expects."""
    rows = months(snapshot)
    held = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(held, options) as book:
        styles = {
            "head": book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"}),
            "money": book.add_format({"num_format": "#,##0"}),
            "rate": book.add_format({"num_format": "0.0%"}),
            "index": book.add_format({"num_format": "0.00"}),
            "date": book.add_format({"num_format": "yyyy-mm"}),
            "day": book.add_format({"num_format": "yyyy-mm-dd"}),
        }
        about = t("sales_forecast.about", date=snapshot.data_through.isoformat(), currency=snapshot.currency)
        label = name_column("group_label")
        money = [(name, "money") for name in _MONEY]
        sheet = _sheet(book, styles, "sheet_forecast", rows, [(label, ""), ("month", "date"), ("kind", ""), *money], about)
        _chart(book, sheet, rows)
        _sheet(
            book, styles, "sheet_season", _by_month(season(snapshot)), [("group", ""), *[(str(n), "index") for n in range(1, 13)]]
        )
        judged = [(label, ""), ("month_count", ""), ("demand_value", "money"), ("wape", "rate"), ("bias", "rate")]
        _sheet(book, styles, "sheet_accuracy", accuracy(rows), judged)
        rates = [(name, "rate") for name in ("better_rate", "wape_before", "wape_after", "gain")]
        by_person = [("step", ""), (name_column("author_name"), ""), ("period_count", ""), *rates]
        _sheet(book, styles, "sheet_people", figures.people(reports.value_added(snapshot, "month")), by_person)
        told = pl.DataFrame(expectations, infer_schema_length=None) if expectations else pl.DataFrame()
        columns = [("kind", ""), ("scope", ""), ("first", "date"), ("last", "date"), ("size", ""), ("probability", "rate")]
        _sheet(book, styles, "sheet_expectations", told, [*columns, ("reason", ""), ("author", ""), ("told", "day")])
    return held.getvalue()


_MONEY = ("demand_value", "last_year_value", "forecast_value", "p10", "p90", "moved_value", "total_value")


def _sheet(
    book: Any, styles: dict[str, Any], name: str, frame: pl.DataFrame, columns: list[tuple[str, str]], about: str = ""
) -> Any:
    sheet = book.add_worksheet(t(f"sales_forecast.{name}"))
    top = 2 if about else 0
    if about:
        sheet.write_string(0, 0, about)
    for place, (column, style) in enumerate(columns):
        sheet.write_string(top, place, _header(column), styles["head"])
        sheet.set_column(place, place, 24 if place == 0 else 13)
        if column not in frame.columns:
            continue
        for line, value in enumerate(frame[column].to_list(), start=top + 1):
            _cell(sheet, line, place, column, value, styles.get(style))
    sheet.freeze_panes(top + 1, 1)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(top)
    return sheet


def _cell(sheet: Any, line: int, place: int, column: str, value: Any, style: Any) -> None:
    if value is None:
        return
    if isinstance(value, date):
        sheet.write_datetime(line, place, value, style)
    elif isinstance(value, (int, float)):
        sheet.write_number(line, place, float(value), style)
    else:
        text = code_text(f"sales_{column}", value) if column in ("kind", "step") else str(value)
        sheet.write_string(line, place, text)


def _header(column: str) -> str:
    stem = column.removesuffix("_zh")
    return stem if stem.isdigit() else t(f"sales_forecast.column_{stem}")


def _by_month(frame: pl.DataFrame) -> pl.DataFrame:
    if frame.is_empty():
        return frame
    wide = frame.pivot("position", index=["group_key", name_column("group_name")], values="seasonal_index", sort_columns=False)
    return wide.rename({name_column("group_name"): "group"})


def _chart(book: Any, sheet: Any, rows: pl.DataFrame) -> None:
    """The company's months as a line chart beside the table."""
    count = rows.filter(pl.col("group_key") == COMPANY).height
    if not count:
        return
    chart = book.add_chart({"type": "line"})
    dashes = {"demand_value": "solid", "last_year_value": "round_dot", "forecast_value": "dash", "total_value": "long_dash"}
    for column, dash in dashes.items():
        place = 3 + _MONEY.index(column)
        chart.add_series(
            {
                "name": [sheet.get_name(), 2, place],
                "categories": [sheet.get_name(), 3, 1, 2 + count, 1],
                "values": [sheet.get_name(), 3, place, 2 + count, place],
                "line": {"dash_type": dash, "width": 2},
            }
        )
    chart.set_title({"name": t("sales_forecast.company")})
    chart.set_x_axis({"num_format": "yyyy-mm"})
    chart.set_legend({"position": "bottom"})
    chart.show_blanks_as("gap")
    sheet.insert_chart(2, 11, chart, {"x_scale": 1.4, "y_scale": 1.4})
