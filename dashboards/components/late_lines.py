"""Which lines came late, and for one of them: what happened, step by step, from delivery back to the root?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl
import streamlit as st

from dashboards import kpi_reports
from dashboards.components import charts
from dashboards.components.filters import choose
from dashboards.components.tables import Column, table
from dashboards.components.take_on import take_on
from dashboards.formats import number, plain, safe
from dashboards.i18n import code_text, label, t
from dashboards.snapshot import Snapshot

__all__ = ["late_lines"]

_COLUMNS = [
    Column("order_number", pinned=True),
    Column("customer_name", "name"),
    Column("sku"),
    Column("item_name", "name"),
    Column("first_promised_date", "date"),
    Column("delivered_date", "date"),
    Column("late_days", "count"),
    Column("line_value", "money"),
    Column("main_cause", "code", "cause", title="cause"),
    Column("is_open", "flag"),
]


def late_lines(shown: Snapshot, row: Mapping[str, Any]) -> None:
    """Late lines of the period, the signed days by cause, and the chain of one line."""
    until = row["period_end"] or row["period_start"]
    lines = kpi_reports.late_lines(shown, row["period_start"], until)
    causes = kpi_reports.late_causes(shown, row["period_start"], until)
    if lines.is_empty():
        st.success(t("kpi.no_late"), icon=":material/check_circle:")
        return
    if not causes.is_empty():
        summed = causes.group_by("cause_group", "cause").agg(pl.col("days").sum()).sort("days", descending=True)
        st.altair_chart(charts.split_bars(summed, t("axis.late_days")), alt=t("kpi.rows.late"))
        st.caption(t("kpi.causes_hint", days=number(causes["days"].sum()), lines=number(lines.height)))
    selected = table(
        lines,
        _COLUMNS,
        key="late_lines",
        currency=shown.currency,
        file_name=f"late-lines-{row['period_start']}",
        selection="single-row",
        height=330,
    )
    ids = [str(each) for each in lines["sales_order_line_id"].to_list()]
    if selected and st.session_state.get("opened_late_line") != selected[0]:
        st.session_state["line"] = ids[selected[0]]
    st.session_state["opened_late_line"] = selected[0] if selected else None
    every = {str(each["sales_order_line_id"]): each for each in lines.iter_rows(named=True)}
    chosen = choose("line", t("kpi.which_line"), ids, lambda each: _caption(every[each]), required=True, first=ids[0])
    if chosen is not None:
        _chain(every[chosen], causes, shown)
    if not causes.is_empty():
        _evidence(lines, causes, shown, row)


def _caption(line: Mapping[str, Any]) -> str:
    days = t("unit.days_of", days=number(line["late_days"]))
    return f"{line['order_number']} · {line['sku']} {label(line, 'item_name')} · {label(line, 'customer_name')} · {days}"


def _chain(line: Mapping[str, Any], causes: pl.DataFrame, shown: Snapshot) -> None:
    """One line from delivery back to the root; without recorded steps, its days by cause."""
    key = line["sales_order_line_id"]
    steps = kpi_reports.late_chain(shown, key)
    if steps.is_empty():
        steps = causes.filter(pl.col("sales_order_line_id") == key)
    with st.container(border=True, key="card_chain"):
        st.markdown(
            f"**{t('kpi.chain')}** · "
            + t(
                "kpi.chain_line",
                promised=plain(line["first_promised_date"]),
                delivered=plain(line["delivered_date"]) if line["delivered_date"] else t("kpi.not_delivered"),
                days=number(line["late_days"]),
            )
        )
        if steps.is_empty():
            st.caption(t("kpi.no_chain"))
        for step in steps.iter_rows(named=True):
            st.markdown(_step(step))
        with st.container(horizontal=True, vertical_alignment="center"):
            _documents(line, steps)
            take_on("late_line", str(key), t("kpi.late_action", number=line["order_number"]), float(line["line_value"] or 0))


def _step(step: Mapping[str, Any]) -> str:
    """Indented by depth: what, who, which record, planned and actual day, and the days it cost or won back."""
    indent = "&emsp;" * int(step.get("depth") or 0) + ("↳ " if step.get("depth") else "")
    days = int(step["days"] or 0)
    colour = "red" if days > 0 else "green" if days < 0 else "gray"
    kind = code_text("link", step["link"]) if step.get("link") else code_text("cause", step["cause"])
    who = label(step, "who") or label(step, "supplier_name")
    parts = [
        f"**{kind}**",
        safe(who),
        " ".join(
            part for part in (code_text("document_kind", step["document_kind"]), safe(step["document_number"] or "")) if part
        ),
    ]
    if step.get("planned_date") or step.get("actual_date"):
        parts.append(f"{plain(step['planned_date'])} → {plain(step['actual_date'])}")
    evidence = str(step["evidence_key"] or "").removeprefix("cause.")
    if evidence:
        parts.append(f":gray[{code_text('evidence', evidence)}]")
    signed = t("kpi.chain_days", days=f"{days:+d}")
    return f"{indent}:{colour}[{signed}] · " + " · ".join(part for part in parts if part)


def _documents(line: Mapping[str, Any], steps: pl.DataFrame) -> None:
    """The ways to the order and to the records its chain names."""
    named = [str(line["order_number"])]
    if not steps.is_empty():
        named += [str(each) for each in steps["document_number"].to_list() if each]
    for number_ in list(dict.fromkeys(named))[:5]:
        st.page_link("app_pages/order.py", label=number_, icon=":material/description:", query_params={"number": number_})


def _evidence(lines: pl.DataFrame, causes: pl.DataFrame, shown: Snapshot, row: Mapping[str, Any]) -> None:
    """Line by line: how many days which record cost."""
    named = lines.select("sales_order_line_id", "order_number", "sku")
    joined = causes.join(named, on="sales_order_line_id", how="left").with_columns(
        pl.col("evidence_key").cast(pl.String).str.replace("cause.", "", literal=True)
    )
    with st.expander(t("kpi.evidence", count=number(joined.height)), icon=":material/fact_check:"):
        table(
            joined,
            [
                Column("order_number", pinned=True),
                Column("sku"),
                Column("cause", "code", "cause"),
                Column("cause_group", "code", "cause_group"),
                Column("days", "count"),
                Column("evidence_key", "code", "evidence"),
                Column("document_kind", "code", "document_kind"),
                Column("document_number", title="record_number"),
                Column("supplier_name", "name"),
            ],
            key="evidence",
            currency=shown.currency,
            file_name=f"late-causes-{row['period_start']}",
        )
