"""How do overrides come from a spreadsheet? Pasted or as a file, shown before anything is saved, refused row by row in words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import polars as pl
import streamlit as st

from dashboards import forecast_actions, posting
from dashboards.formats import number, period, safe
from dashboards.i18n import language, t, unit_text
from dashboards.override_cells import Cells
from dashboards.override_sheet import cells_of_sheet, rows_of_file, rows_of_text
from dashboards.session import notice, person
from kernel.errors import InvalidInput
from transactional.handlers.permissions import may_send

__all__ = ["override_upload"]

_SHOWN = 60


@st.fragment
def override_upload(frame: pl.DataFrame, row: Mapping[str, Any], frequency: str) -> None:
    """Paste or file, what was understood of it, and the button that saves exactly that."""
    who = person()
    ahead = frame.filter(pl.col("kind") == "forecast").sort("period_start")
    if ahead.is_empty() or who is None or not may_send(who.role, "OverrideForecast"):
        return
    starts: list[date] = ahead["period_start"].to_list()
    form = f"upload:{row['series_id']}:{frequency}"
    command_id = posting.drawn_id(form)
    key = posting.kept_key(form)
    with st.expander(t("forecast.upload_title"), icon=":material/upload_file:"):
        st.caption(
            t(
                "forecast.upload_hint",
                count=len(starts),
                first=period(starts[0], frequency),
                last=period(starts[-1], frequency),
                unit=safe(unit_text(row["base_unit"])),
            )
        )
        pasted = st.text_area(t("forecast.upload_paste"), key=f"{key}_text", height=110, placeholder=_example(starts, frequency))
        file = st.file_uploader(t("forecast.upload_file"), ["xlsx", "csv", "txt"], key=f"{key}_file")
        if file is None and not pasted.strip():
            return
        try:
            rows = rows_of_text(pasted) if file is None else rows_of_file(file.name, file.getvalue())
            cells = cells_of_sheet(rows, starts, ahead["baseline_quantity"].to_list(), frequency)
        except InvalidInput as refusal:
            st.error(safe(refusal.text(language())), icon=":material/error:")
            return
        _understood(cells, frequency)
        if cells.changes:
            reason = st.text_input(t("reason"), key=f"{key}_reason", placeholder=t("forecast.reason_hint"))
            if st.button(t("forecast.upload_save", count=len(cells.changes)), type="primary", icon=":material/save:", key=key):
                saved = forecast_actions.override(command_id, row, frequency, cells.changes, reason)
                if saved:
                    notice("success", t("forecast.saved", count=saved))
                st.rerun()


def _understood(cells: Cells, frequency: str) -> None:
    """What would be saved, and what would not and why."""
    if cells.refusals:
        st.error(
            t("forecast.sheet_refused", count=len(cells.refusals)) + "  \n" + "  \n".join(map(safe, cells.refusals[:20])),
            icon=":material/error:",
        )
    if cells.changes:
        st.dataframe(
            pl.DataFrame(
                {
                    t("axis.period"): [period(start, frequency) for start in cells.changes],
                    t("forecast.series.baseline"): [number(before, 1) for _, before in cells.changes.values()],
                    t("forecast.override"): [
                        t("forecast.withdrawn") if value is None else number(value) for value, _ in cells.changes.values()
                    ],
                }
            ).head(_SHOWN),
            hide_index=True,
            height=min(250, 38 + 35 * len(cells.changes)),
        )


def _example(starts: list[date], frequency: str) -> str:
    return "\n".join(
        f"{period(start, frequency)}\t{quantity}" for start, quantity in zip(starts[:2], ("1,200", "900"), strict=False)
    )
