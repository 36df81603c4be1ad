"""How is a frame shown, selected from and taken home whole?

One `Column` list serves the table on the screen, the Excel file and the CSV: names by the reader's language, codes spelled
out. The
export holds every row of the filtered set, however many the screen draws. Text that begins like a formula stays text.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from html import escape
from typing import Any

import polars as pl
import streamlit as st
import xlsxwriter

from dashboards.formats import MISSING
from dashboards.i18n import code_text, name_column, t, unit_text

__all__ = ["Column", "export_buttons", "on_paper", "printed", "shown", "table", "to_csv", "to_excel"]

_DECIMALS = {"money": 2, "amount": 0, "price": 4, "days": 1}
_RIGHT = ("quantity", "money", "amount", "price", "rate", "points", "days", "count")
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class Column:
    """A column of a table.

    Attributes:
        name: column of the frame.
        kind: text, name (by language), code, unit, quantity, money, amount (money in whole units, to compare at a glance), price,
            rate, points (a change of a rate), days, count, date, flag.
        group: message group of the codes.
        title: message key of the header below `screen.column`; default the name.
        pinned: stays in view when the table scrolls sideways.
        printed: whether it is on paper, which is narrower than a screen that scrolls.
    """

    name: str
    kind: str = "text"
    group: str = ""
    title: str = ""
    pinned: bool = False
    printed: bool = True

    def header(self, currency: str) -> str:
        return t(f"column.{self.title or self.name}", currency=currency)


def shown(frame: pl.DataFrame, columns: Sequence[Column], currency: str) -> pl.DataFrame:
    """The frame as people read it: chosen columns, translated headers, names and codes in their language."""
    parts: list[pl.Series] = []
    for column in columns:
        parts.append(_people(frame, column).alias(column.header(currency)))
    return pl.DataFrame(parts) if parts else pl.DataFrame()


def _counted(height: int, limit: int) -> str:
    if height == 1:
        return t("table.row")
    return t("table.rows" if height <= limit else "table.rows_cut", count=f"{height:,}", limit=f"{limit:,}")


def table(
    frame: pl.DataFrame,
    columns: Sequence[Column],
    *,
    key: str,
    currency: str,
    file_name: str,
    selection: str | None = None,
    height: int | None = None,
    limit: int = 1000,
    about: str = "",
    paper: int = 40,
) -> list[int]:
    """Draw a table with its export; returns the positions of the selected rows.

    Args:
        selection: None, "single-row" or "multi-row".
        limit: rows drawn; the export always holds all.
        paper: rows printed; 0 prints none.
    """
    drawn = shown(frame.head(limit), columns, currency)
    settings: dict[str, Any] = {
        "hide_index": True,
        "placeholder": MISSING,
        "key": key,
        "column_config": {column.header(currency): _config(column, currency) for column in columns},
        "alt": file_name,
    }
    if height is not None:
        # No empty lines below a short table.
        settings["height"] = min(height, 35 * (drawn.height + 1) + 3)
    rows: list[int] = []
    if selection is None:
        st.dataframe(drawn, **settings)
    else:
        state = st.dataframe(drawn, on_select="rerun", selection_mode=selection, **settings)
        rows = [position for position in state["selection"]["rows"] if position < frame.height]
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(_counted(frame.height, limit))
        export_buttons(frame, columns, key=key, currency=currency, file_name=file_name, about=about)
    if paper:
        printed(frame, columns, currency, paper)
    return rows


def printed(frame: pl.DataFrame, columns: Sequence[Column], currency: str, rows: int = 40) -> None:
    """The table for print alone, where `table` stands folded away (`paper=0`)."""
    chosen = [column for column in columns if column.printed]
    on_paper(shown(frame.head(rows), chosen, currency), [column.kind for column in chosen], frame.height)


def on_paper(drawn: pl.DataFrame, kinds: Sequence[str], height: int) -> None:
    """The table for print alone: what scrolls on a screen would be cut on paper.

    Args:
        drawn: the printed rows as people read them. kinds: of each column, as `Column.kind`. height: rows there are in all.
    """
    if drawn.is_empty():
        return
    sides = [' class="r"' if kind in _RIGHT else ' class="n"' if kind in ("date", "flag") else "" for kind in kinds]
    head = "".join(f"<th{side}>{escape(name)}</th>" for name, side in zip(drawn.columns, sides, strict=True))
    body = "".join(
        "<tr>"
        + "".join(f"<td{side}>{_printed(cell, kind)}</td>" for cell, kind, side in zip(row, kinds, sides, strict=True))
        + "</tr>"
        for row in drawn.iter_rows()
    )
    note = (
        f"<p>{escape(t('table.paper_cut', count=f'{height:,}', limit=f'{drawn.height:,}'))}</p>" if height > drawn.height else ""
    )
    st.html(f'<div class="paper"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{note}</div>')


def _printed(cell: Any, kind: str) -> str:
    if cell is None:
        return MISSING
    if isinstance(cell, bool):
        return "✓" if cell else ""
    if kind == "rate":
        return f"{float(cell) * 100:.1f} %"
    if kind == "points":
        return f"{float(cell):+.1f}"
    if kind in _DECIMALS:
        # + 0.0: a rounded -0.00 is nothing.
        return f"{round(float(cell), _DECIMALS[kind]) + 0.0:,.{_DECIMALS[kind]}f}"
    if kind in ("quantity", "count"):
        return f"{round(float(cell), 3):,.10g}"
    return escape(str(cell))


def export_buttons(
    frame: pl.DataFrame, columns: Sequence[Column], *, key: str, currency: str, file_name: str, about: str = ""
) -> None:
    """Excel and CSV of the whole frame; the files are made when they are asked for."""
    whole = shown(frame, columns, currency)
    st.download_button(
        t("table.excel"),
        lambda: to_excel(whole, columns, about),
        f"{file_name}.xlsx",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        key=f"{key}_excel",
        icon=":material/download:",
        on_click="ignore",
        type="tertiary",
    )
    st.download_button(
        t("table.csv"),
        lambda: to_csv(whole),
        f"{file_name}.csv",
        "text/csv",
        key=f"{key}_csv",
        icon=":material/download:",
        on_click="ignore",
        type="tertiary",
    )


def to_csv(frame: pl.DataFrame) -> bytes:
    """UTF-8 with a mark, so that spreadsheets show Chinese; text that begins like a formula gets an apostrophe."""
    held = io.StringIO()
    writer = csv.writer(held)
    writer.writerow([_harmless(name) for name in frame.columns])
    for row in frame.iter_rows():
        writer.writerow([_harmless(value) if isinstance(value, str) else value for value in row])
    return held.getvalue().encode("utf-8-sig")


def to_excel(frame: pl.DataFrame, columns: Sequence[Column], about: str = "") -> bytes:
    """A workbook with a frozen header, real numbers and dates; text is never read as formula or link."""
    held = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(held, options) as book:
        sheet = book.add_worksheet()
        bold = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
        styles = {
            kind: book.add_format({"num_format": pattern})
            for kind, pattern in {
                "quantity": "#,##0.######",
                "money": "#,##0.00",
                "amount": "#,##0",
                "price": "#,##0.00####",
                "rate": "0.0%",
                "date": "yyyy-mm-dd",
            }.items()
        }
        for place, name in enumerate(frame.columns):
            sheet.write_string(0, place, name, bold)
            kind = columns[place].kind
            sheet.set_column(place, place, 28 if kind == "name" else 14, styles.get(kind))
            for line, value in enumerate(frame[name].to_list(), start=1):
                _cell(sheet, line, place, value, styles.get(kind))
        sheet.freeze_panes(1, 0)
        if frame.height:
            sheet.autofilter(0, 0, frame.height, len(frame.columns) - 1)
        if about:
            note = book.add_worksheet(t("table.about"))
            for line, text in enumerate(about.splitlines()):
                note.write_string(line, 0, text)
    return held.getvalue()


def _cell(sheet: Any, line: int, place: int, value: Any, style: Any) -> None:
    if value is None:
        return
    if isinstance(value, bool):
        sheet.write_boolean(line, place, value)
    elif isinstance(value, (int, float, Decimal)):
        sheet.write_number(line, place, float(value), style)
    elif isinstance(value, (date, datetime)):
        sheet.write_datetime(line, place, value, style)
    else:
        sheet.write_string(line, place, str(value))


def _harmless(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


def _people(frame: pl.DataFrame, column: Column) -> pl.Series:
    if column.kind == "name":
        chosen, other = name_column(column.name), column.name
        first = frame[chosen] if chosen in frame.columns else frame[other]
        first = first.cast(pl.String)
        filled = pl.select(pl.when(first.fill_null("") == "").then(frame[other].cast(pl.String)).otherwise(first)).to_series()
        return filled
    series = frame[column.name]
    if column.kind == "unit":
        return pl.Series([unit_text(value) for value in series.to_list()], dtype=pl.String)
    if column.kind == "code":
        return pl.Series([code_text(column.group, value) for value in series.to_list()], dtype=pl.String)
    if column.kind == "points":
        return (series.cast(pl.Float64) * 100).round(1)
    if column.kind in ("quantity", "money", "amount", "price", "rate", "days"):
        digits = {**_DECIMALS, "quantity": 3, "rate": 4}[column.kind]
        return series.cast(pl.Float64).round(digits)
    return series.cast(pl.String) if series.dtype == pl.Null else series


def _config(column: Column, currency: str) -> Any:
    if column.kind == "rate":
        return st.column_config.NumberColumn(format="percent", pinned=column.pinned)
    if column.kind in ("quantity", "count"):
        return st.column_config.NumberColumn(format="localized", pinned=column.pinned)
    if column.kind == "points":
        return st.column_config.NumberColumn(format="%+.1f", pinned=column.pinned)
    if column.kind in _DECIMALS:
        # As many digits in every row, so that amounts can be compared by eye.
        return st.column_config.NumberColumn(format=f"%,.{_DECIMALS[column.kind]}f", pinned=column.pinned)
    if column.kind == "date":
        return st.column_config.DateColumn(format="YYYY-MM-DD", pinned=column.pinned)
    if column.kind == "flag":
        return st.column_config.CheckboxColumn(pinned=column.pinned)
    return st.column_config.TextColumn(pinned=column.pinned)
