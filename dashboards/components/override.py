"""Do I know better? Future periods as a table to type or paste into, with reason and until when, and who wrote what before."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import polars as pl
import streamlit as st

from dashboards import forecast_actions, live, live_forecast, posting
from dashboards.components.override_form import override_form
from dashboards.components.override_history import Told, override_history
from dashboards.components.tables import Column, export_buttons, printed
from dashboards.formats import MISSING, number, period, plain, safe
from dashboards.i18n import code_text, t, unit_text
from dashboards.override_cells import read_cells
from dashboards.session import notice, person
from kernel.numbers import QUANTITY_SCALE
from transactional.handlers.permissions import may_send

__all__ = ["override_log", "override_table", "with_live_overrides"]


def with_live_overrides(frame: pl.DataFrame, series_id: int, frequency: str) -> pl.DataFrame:
    """What people overrode since the snapshot counts at once; one whose last day has passed no longer does."""
    today = live.today()
    newest: dict[date, float | None] = {}
    for entry in reversed(live_forecast.overrides(series_id)):
        start = live.day(entry["period_start"])
        if entry["frequency"] != frequency or start is None:
            continue
        until = live.day(entry["until_date"])
        ended = until is not None and today is not None and until < today
        value = entry["override_quantity"]
        newest[start] = None if value is None or ended else value / QUANTITY_SCALE
    starts, kept = frame["period_start"].to_list(), frame["override_quantity"].cast(pl.Float64).to_list()
    ahead = [kind == "forecast" for kind in frame["kind"].to_list()]
    # What wider overrides make of the series stands where no own override does or did.
    kept_spread = (
        frame["spread_quantity"].cast(pl.Float64).to_list() if "spread_quantity" in frame.columns else [None] * len(kept)
    )
    spread = [value if own is None else None for value, own in zip(kept_spread, kept, strict=True)]
    merged = [newest.get(start, before) if new else before for start, before, new in zip(starts, kept, ahead, strict=True)]
    return (
        frame.with_columns(
            pl.Series("override_quantity", merged, dtype=pl.Float64), pl.Series("_spread", spread, dtype=pl.Float64)
        )
        .with_columns(
            pl.coalesce("override_quantity", "_spread", pl.col("baseline_quantity").cast(pl.Float64)).alias("total_quantity")
        )
        .drop("_spread")
    )


def override_table(frame: pl.DataFrame, row: Mapping[str, Any], frequency: str) -> None:
    """Future periods as an editable table; an empty cell means the machine's forecast stands."""
    ahead = frame.filter(pl.col("kind") == "forecast").sort("period_start")
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader(t("forecast.override_title"), width="stretch")
        columns = _export(ahead, row, frequency)
    if ahead.is_empty():
        st.caption(t("forecast.no_periods"))
        return
    starts: list[date] = ahead["period_start"].to_list()
    unit = unit_text(row["base_unit"])
    names = {
        "period": t("axis.period"),
        "baseline": t("forecast.series.baseline"),
        "interval": t("forecast.interval"),
        "override": t("forecast.override"),
        "last_year": t("forecast.series.last_year"),
        "last_forecast": t("forecast.series.last_forecast"),
        "total": t("forecast.total"),
    }
    drawn = pl.DataFrame(
        {
            names["period"]: [period(start, frequency) for start in starts],
            names["baseline"]: ahead["baseline_quantity"].cast(pl.Float64).round(1),
            names["interval"]: [
                f"{number(low, 0)} – {number(high, 0)}"
                for low, high in zip(ahead["p10"].to_list(), ahead["p90"].to_list(), strict=True)
            ],
            # Text, so that a column pasted from a spreadsheet is taken as it is and asked back cell by cell.
            names["override"]: pl.Series(
                [None if value is None else number(value) for value in ahead["override_quantity"].to_list()], dtype=pl.String
            ),
            names["last_year"]: ahead["last_year_quantity"].cast(pl.Float64).round(1),
            names["last_forecast"]: ahead["last_forecast_quantity"].cast(pl.Float64).round(1),
            names["total"]: ahead["total_quantity"].cast(pl.Float64).round(1),
        }
    )
    numbers = ("baseline", "last_year", "last_forecast", "total")
    if ahead["last_forecast_quantity"].is_null().all():
        drawn = drawn.drop(names["last_forecast"])
    printed(
        _named(ahead, frequency).with_columns(pl.col(column.name).cast(pl.Float64).round(1) for column in columns[1:]),
        columns,
        "",
        ahead.height,
    )
    who = person()
    if who is None or not may_send(who.role, "OverrideForecast"):
        st.caption(t("error.may_not", role=code_text("role", who.role if who else "viewer")))
        st.dataframe(drawn, hide_index=True, height=280, placeholder=MISSING)
        return
    series = str(row["series_id"])
    form = f"override:{series}:{frequency}"
    command_id = posting.drawn_id(form)
    # Cells typed into a saved table must not come back; those of a refused one must.
    editor = posting.kept_key(form)
    with st.container(key="screen_only_paste"):
        st.caption(t("forecast.paste_hint", unit=unit))
    override_form(
        drawn,
        form=f"override_form_{series}",
        editor=editor,
        override=names["override"],
        formats={names[key]: "%,.1f" for key in numbers},
        alt=t("forecast.override_title"),
        on_save=_save,
        args=(command_id, dict(row), frequency, editor, names["override"], starts, ahead["baseline_quantity"].to_list()),
    )


def _export(ahead: pl.DataFrame, row: Mapping[str, Any], frequency: str) -> list[Column]:
    """The periods ahead as a file, which may come back with its Override column filled in; returns its columns."""
    quantities = ("baseline_quantity", "p10", "p90", "override_quantity", "last_year_quantity")
    quantities += ("last_year_forecast_quantity", "last_forecast_quantity", "total_quantity")
    kept = [name for name in quantities if name == "override_quantity" or not ahead[name].is_null().all()]
    columns = [Column("period_name"), *(Column(name, "quantity") for name in kept)]
    if not ahead.is_empty():
        file_name = f"forecast-{row['sku']}-{row['warehouse_code']}-{frequency}"
        export_buttons(_named(ahead, frequency), columns, key=f"override_{frequency}", currency="", file_name=file_name)
    return columns


def _named(ahead: pl.DataFrame, frequency: str) -> pl.DataFrame:
    return ahead.with_columns(pl.Series("period_name", [period(start, frequency) for start in ahead["period_start"].to_list()]))


def override_log(row: Mapping[str, Any], frequency: str) -> None:
    """Who overrode what, when, why, and until when; what stands of the periods ahead can be taken back."""
    written = [entry for entry in live_forecast.overrides(int(row["series_id"])) if entry["frequency"] == frequency]

    def told(place: int, entry: dict[str, Any]) -> Told:
        value, before = entry["override_quantity"], entry["baseline_quantity"]
        return Told(
            None if value is None else f"{number(value / QUANTITY_SCALE)} {safe(unit_text(row['base_unit']))}",
            plain(None) if before is None else number(round(before / QUANTITY_SCALE, 1)),
            f"take_back:{row['series_id']}:{frequency}:{live.day(entry['period_start'])}:{place}",
            lambda command_id, reason, start: forecast_actions.override(
                command_id, row, frequency, {start: (None, None)}, reason
            ),
        )

    override_history(written, frequency, line="forecast.log_line", command="OverrideForecast", told=told)


def _save(
    command_id: str,
    row: dict[str, Any],
    frequency: str,
    editor: str,
    column: str,
    starts: list[date],
    baselines: list[float | None],
) -> None:
    edited: dict[int, dict[str, Any]] = st.session_state[editor]["edited_rows"]
    cells = read_cells(edited, column, starts, baselines, frequency)
    if cells.refusals:
        notice("error", t("forecast.refused", count=len(cells.refusals)) + "  \n" + "  \n".join(map(safe, cells.refusals[:20])))
    if not cells.changes:
        if not cells.refusals:
            notice("warning", t("forecast.nothing_changed"))
        return
    until = st.session_state.get(f"{editor}_until")
    saved = forecast_actions.override(
        command_id,
        row,
        frequency,
        cells.changes,
        st.session_state[f"{editor}_reason"],
        until if isinstance(until, date) else None,
    )
    if saved:
        notice("success", t("forecast.saved", count=saved))
