"""What is expected of one group, how sure is that, and do I know better? Chart, figures, override entry, who wrote what."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from typing import Any

import polars as pl
import streamlit as st

from dashboards import forecast_actions, live, live_forecast, posting, reports
from dashboards.components import charts_forecast
from dashboards.components.filters import segment
from dashboards.components.override_form import override_form
from dashboards.components.override_history import Told, override_history
from dashboards.components.tables import Column, export_buttons, printed
from dashboards.formats import MISSING, number, percent, period, safe, short_money
from dashboards.group_cells import read_group_cells, shown_override
from dashboards.i18n import code_text, label, language, t, unit_text
from dashboards.session import notice, person
from dashboards.snapshot import Snapshot
from kernel.messages import text
from kernel.numbers import QUANTITY_SCALE
from transactional.handlers.permissions import may_send

__all__ = ["group_forecast"]

_SHOWN = {"week": 78, "month": 36}
_PPM = 1_000_000


def group_forecast(shown: Snapshot, group: Mapping[str, Any]) -> None:
    """One group's forecast.

    Args:
        group: `level`, `group_key`, its labels, and the codes `sku`, `category_code`, `warehouse_code` that name it.
    """
    level, key = str(group["level"]), str(group["group_key"])
    name = label(group, "group_label") or t("forecast_groups.unnamed")
    st.subheader(safe(name))
    with st.container(horizontal=True, vertical_alignment="center"):
        frequency = segment(
            "group_frequency", t("kpi.period_kind"), ["month", "week"], lambda code: code_text("period_kind", code)
        )
        has_quantity = not reports.group_forecast(shown, level, key, frequency, "quantity").is_empty()
        units = ["amount", "quantity"] if has_quantity else ["amount"]
        unit = segment("group_unit", t("forecast_groups.unit"), units, lambda code: t(f"forecast_groups.unit_{code}"))
    frame = reports.group_forecast(shown, level, key, frequency, unit)
    ahead = frame.filter(pl.col("kind") == "forecast").sort("period_start")
    if ahead.is_empty():
        st.info(t("forecast.no_periods"), icon=":material/info:")
        return
    per = code_text("period_kind", frequency)
    of = unit_text(ahead["base_unit"][0]) or t("unit.base")
    title = (
        t("forecast_groups.axis_amount", currency=shown.currency, period=per)
        if unit == "amount"
        else t("forecast.axis", unit=of, period=per)
    )
    _figures(shown, frame, ahead, unit, of)
    st.altair_chart(
        charts_forecast.group_forecast(_recent(frame, frequency), title), alt=t("forecast_groups.chart_alt", group=name)
    )
    st.caption(t("forecast_groups.adds_up"))
    written = [entry for entry in live_forecast.group_overrides(level, key) if entry["frequency"] == frequency]
    _problems(shown, level, written, frequency)
    _override_table(shown, group, frequency, unit, frame, written, shown.currency if unit == "amount" else of)
    _log(group, written, frequency)


def _recent(frame: pl.DataFrame, frequency: str) -> pl.DataFrame:
    history = frame.filter(pl.col("kind") == "history").sort("period_start").tail(_SHOWN[frequency])
    return pl.concat([history, frame.filter(pl.col("kind") == "forecast")])


def _figures(shown: Snapshot, frame: pl.DataFrame, ahead: pl.DataFrame, unit: str, of: str) -> None:
    """What is expected in all, against last year, and how wrong such forecasts were."""
    total, before = float(ahead["total_value"].sum()), float(ahead["last_year_value"].sum())
    past = frame.filter((pl.col("kind") == "history") & pl.col("is_complete")).drop_nulls(["past_forecast_value", "demand_value"])
    asked = float(past["demand_value"].sum())
    missed = float((past["past_forecast_value"] - past["demand_value"]).abs().sum())
    with st.container(horizontal=True):
        st.metric(
            t("forecast_groups.ahead", count=ahead.height),
            short_money(total, shown.currency, language()) if unit == "amount" else f"{number(total, 0)} {of}",
            f"{(total / before - 1) * 100:+.1f} % {t('forecast_groups.against_last_year')}" if before else None,
            delta_color="off",
        )
        st.metric(
            t("forecast_groups.accuracy"), percent(missed / asked) if asked else MISSING, help=t("forecast_groups.accuracy_help")
        )


def _problems(shown: Snapshot, level: str, written: list[dict[str, Any]], frequency: str) -> None:
    """What the last run could not follow as meant, of the overrides of this group."""
    mine = {entry["forecast_group_override_id"]: live.day(entry["period_start"]) for entry in written}
    for row in reports.override_problems(shown, level).iter_rows(named=True):
        if row["override_id"] in mine and row["frequency"] == frequency:
            values = {name: number(value, 0) for name, value in json.loads(row["problem_values"] or "{}").items()}
            said = text(row["problem_key"], language(), **values)
            st.warning(
                t("forecast_groups.problem", period=period(mine[row["override_id"]], frequency), text=safe(said)),
                icon=":material/warning:",
            )


def _standing(written: list[dict[str, Any]]) -> dict[date, str | None]:
    """Period -> how its override in force reads now; None where it was withdrawn or has ended."""
    today, digits = live.today(), int(live.company().get("minor_digits") or 2)
    found: dict[date, str | None] = {}
    for entry in reversed(written):
        start, until = live.day(entry["period_start"]), live.day(entry["until_date"])
        if start is None:
            continue
        ended = until is not None and today is not None and until < today
        found[start] = None if ended else _value(entry, digits)
    return found


def _value(entry: Mapping[str, Any], digits: int) -> str | None:
    quantity, amount, change = (entry[name] for name in ("override_quantity", "override_amount", "change_ppm"))
    return shown_override(
        None if quantity is None else quantity / QUANTITY_SCALE,
        None if amount is None else amount / 10**digits,
        None if change is None else change / _PPM,
    )


def _override_table(
    shown: Snapshot,
    group: Mapping[str, Any],
    frequency: str,
    unit: str,
    frame: pl.DataFrame,
    written: list[dict[str, Any]],
    of: str,
) -> None:
    """Future periods as an editable table; an empty cell means the forecast stands."""
    ahead = frame.filter(pl.col("kind") == "forecast").sort("period_start")
    starts: list[date] = ahead["period_start"].to_list()
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader(t("forecast_groups.override_title"), width="stretch")
        named, columns = _export(frame, group, frequency, unit, shown.currency)
    printed(named.filter(pl.col("kind") == "forecast"), columns, shown.currency, ahead.height)
    standing = _standing(written)
    names = {
        "period": t("axis.period"),
        "forecast_value": t("forecast.series.baseline"),
        "interval": t("forecast.interval"),
        "override": t("forecast.override"),
        "last_year_value": t("forecast.series.last_year"),
        "last_forecast_value": t("forecast.series.last_forecast"),
        "total_value": t("forecast.total"),
    }
    digits = 0 if unit == "amount" else 1
    drawn = pl.DataFrame(
        {
            names["period"]: [period(start, frequency) for start in starts],
            names["forecast_value"]: ahead["forecast_value"].round(digits),
            names["interval"]: [
                f"{number(low, 0)} – {number(high, 0)}"
                for low, high in zip(ahead["p10"].to_list(), ahead["p90"].to_list(), strict=True)
            ],
            # Text, so that a column pasted from a spreadsheet is taken as it is, and a change can be typed.
            names["override"]: pl.Series([standing.get(start) for start in starts], dtype=pl.String),
            **{
                names[column]: ahead[column].round(digits)
                for column in ("last_year_value", "last_forecast_value", "total_value")
                if not ahead[column].is_null().all()
            },
        }
    )
    who, level, key = person(), str(group["level"]), str(group["group_key"])
    named = {"category": group["category_code"], "warehouse": group["warehouse_code"]}
    if any(part in level and not code for part, code in named.items()):
        st.caption(t("forecast_groups.unchangeable"))
        st.dataframe(drawn, hide_index=True, height=280, placeholder=MISSING)
        return
    if who is None or not may_send(who.role, "OverrideGroupForecast"):
        st.caption(t("error.may_not", role=code_text("role", who.role if who else "viewer")))
        st.dataframe(drawn, hide_index=True, height=280, placeholder=MISSING)
        return
    form = f"group_override:{level}:{key}:{frequency}:{unit}"
    command_id = posting.drawn_id(form)
    # Cells typed into a saved table must not come back; those of a refused one must.
    editor = posting.kept_key(form)
    with st.container(key="screen_only_hint"):
        st.caption(t("forecast_groups.hint", unit=of))
    if any(value != _of_snapshot(ahead, start) for start, value in standing.items() if start in starts):
        st.caption(f":material/schedule: {t('forecast_groups.pending')}")
    override_form(
        drawn,
        form=f"group_override_form_{level}",
        editor=editor,
        override=names["override"],
        formats={names[column]: f"%,.{digits}f" for column in names if column.endswith("_value")},
        alt=t("forecast_groups.override_title"),
        on_save=_save,
        args=(command_id, dict(group), frequency, unit, editor, names["override"], starts, ahead["forecast_value"].to_list()),
    )


def _export(
    frame: pl.DataFrame, group: Mapping[str, Any], frequency: str, unit: str, currency: str
) -> tuple[pl.DataFrame, list[Column]]:
    """Every period, past and ahead, as a file; returns what is in it."""
    named = frame.with_columns(pl.Series("period_name", [period(start, frequency) for start in frame["period_start"].to_list()]))
    kind = "money" if unit == "amount" else "quantity"
    stem = "group" if unit == "amount" else "group_quantity"
    columns = [Column("period_name"), Column("kind", "code", "sales_kind", title="sales_kind")]
    columns += [
        Column(name, kind, title=f"{stem}_{name}")
        for name in ("demand_value", "forecast_value", "p10", "p90", "total_value", "last_year_value")
    ]
    file_name = f"forecast-{group['level']}-{frequency}-{unit}"
    export_buttons(named, columns, key=f"group_{frequency}_{unit}", currency=currency, file_name=file_name)
    return named, columns


def _of_snapshot(ahead: pl.DataFrame, start: date) -> str | None:
    row = ahead.filter(pl.col("period_start") == start).row(0, named=True)
    if row["override_change"] is None and row["override_value"] is None and row["is_overridden"]:
        return MISSING  # entered in the other unit
    return shown_override(row["override_value"], None, row["override_change"])


def _log(group: Mapping[str, Any], written: list[dict[str, Any]], frequency: str) -> None:
    """Who overrode what, when, why, and until when; what stands of the periods ahead can be taken back."""
    digits = int(live.company().get("minor_digits") or 2)

    def told(_place: int, entry: dict[str, Any]) -> Told:
        value, before = _value(entry, digits), entry["baseline_amount"]
        return Told(
            None if value is None else f"{value} {_unit_of(entry)}".strip(),
            MISSING if before is None else number(before / 10**digits, 0),
            f"take_back:group:{entry['forecast_group_override_id']}",
            lambda command_id, reason, start: forecast_actions.override_group(command_id, group, frequency, {start: {}}, reason),
        )

    override_history(written, frequency, line="forecast_groups.log_line", command="OverrideGroupForecast", told=told)


def _unit_of(entry: Mapping[str, Any]) -> str:
    """Of money its currency; a change says per cent itself, and quantities stand in the unit of the group."""
    return str(live.company().get("currency") or "") if entry["override_amount"] is not None else ""


def _save(
    command_id: str,
    group: dict[str, Any],
    frequency: str,
    unit: str,
    editor: str,
    column: str,
    starts: list[date],
    baselines: list[float | None],
) -> None:
    edited: dict[int, dict[str, Any]] = st.session_state[editor]["edited_rows"]
    digits = int(live.company().get("minor_digits") or 2)
    changes, refusals = read_group_cells(edited, column, starts, baselines, frequency, unit, digits)
    if refusals:
        notice("error", t("forecast.refused", count=len(refusals)) + "  \n" + "  \n".join(map(safe, refusals[:20])))
    if not changes:
        if not refusals:
            notice("warning", t("forecast.nothing_changed"))
        return
    until = st.session_state.get(f"{editor}_until")
    reason = st.session_state[f"{editor}_reason"]
    saved = forecast_actions.override_group(
        command_id, group, frequency, changes, reason, until if isinstance(until, date) else None
    )
    if saved:
        notice("success", t("forecast_groups.saved", count=saved))
