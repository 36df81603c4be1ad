"""Was that demand out of the ordinary? What the engine found odd in a series, and one click to leave it out of learning."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from dashboards import forecast_actions, live_demand, posting, reports
from dashboards.formats import number, period, plain, safe
from dashboards.i18n import code_text, reason_text, t, unit_text
from dashboards.session import notice, person
from dashboards.snapshot import Snapshot
from transactional.handlers.permissions import may_send

__all__ = ["odd_demand"]

_SHOWN = 5


def odd_demand(shown: Snapshot, row: Mapping[str, Any], frequency: str) -> None:
    """The latest odd periods nobody has spoken of yet; those corrected since the snapshot are gone at once."""
    series_id = int(row["series_id"])
    told = {str(each["demand_date"]) for each in live_demand.adjustments(series_id)}
    marks = reports.read(
        shown, "rpt_demand_marks", "series_id = ? and frequency = ?", (series_id, frequency), order="period_start desc, kind"
    )
    open_marks = [mark for mark in marks.iter_rows(named=True) if str(mark["demand_date"]) not in told]
    if not open_marks:
        return
    who = person()
    may = who is not None and may_send(who.role, "AdjustDemand")
    unit = unit_text(row["base_unit"])
    with st.container(border=True):
        st.markdown(f"**{t('odd_demand.title', count=len(open_marks))}**")
        for mark in open_marks[:_SHOWN]:
            with st.container(horizontal=True, vertical_alignment="center"):
                st.markdown(
                    t(
                        "odd_demand.line",
                        period=period(mark["period_start"], frequency),
                        kind=code_text("adjustment", mark["kind"]),
                        recorded=number(mark["recorded_quantity"]),
                        usual=number(mark["suggested_quantity"], 1),
                        unit=safe(unit),
                        why=safe(reason_text(mark["reason_key"], mark["reason_values"])),
                    ),
                    width="stretch",
                )
                if may:
                    _leave_out(row, mark, unit)
        st.caption(t("odd_demand.hint"))


def _leave_out(row: Mapping[str, Any], mark: Mapping[str, Any], unit: str) -> None:
    """Post the difference to usual, at most what was asked for on the day."""
    odd = min(float(mark["recorded_quantity"]) - float(mark["suggested_quantity"]), float(mark["day_quantity"]))
    taken = round(odd, 0) if odd >= 1 else odd
    form = f"odd_{row['series_id']}_{mark['period_start']}_{mark['kind']}"
    command_id = posting.drawn_id(form)
    with st.popover(t("odd_demand.leave_out"), icon=":material/content_cut:"), st.form(form, border=False):
        st.caption(t("odd_demand.what", quantity=number(taken), unit=safe(unit), day=plain(mark["demand_date"])))
        reason = st.text_input(t("reason"), key=f"reason_{form}")
        if st.form_submit_button(t("odd_demand.leave_out"), type="primary"):
            if (
                forecast_actions.adjust_demand(command_id, row, mark["demand_date"], -taken, str(mark["kind"]), reason)
                is not None
            ):
                notice("success", t("learned.saved"))
            st.rerun()
