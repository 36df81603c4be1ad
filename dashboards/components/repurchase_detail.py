"""One customer and item of the call list: why now, what he bought when, what was heard, and what is next."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import altair as alt
import polars as pl
import streamlit as st

from dashboards import actions, live, live_work, posting
from dashboards.components.charts import BLUE, GREY, ORANGE, RED
from dashboards.components.take_on import take_on
from dashboards.formats import number, percent, plain, safe, short_money
from dashboards.i18n import code_text, label, language, reason_text, t, unit_text
from dashboards.repurchase_list import OUTCOMES, SUBJECT, history, outcome_body, split_body
from dashboards.session import notice, person
from dashboards.snapshot import Snapshot
from transactional.handlers.permissions import may_send

__all__ = ["repurchase_detail"]

_DAYS = 540  # a year and a half: every season once, and marks that can be told apart
_ITEMS = 12  # rows of the timeline: more cannot be told apart


def repurchase_detail(shown: Snapshot, row: Mapping[str, Any], of_customer: pl.DataFrame) -> None:
    """Everything about one row; `of_customer`: all rows of the same customer, by rank."""
    st.subheader(
        f"{safe(row['customer_code'])} {safe(label(row, 'customer_name'))} · {safe(row['sku'])} {safe(label(row, 'item_name'))}"
    )
    st.markdown(safe(reason_text(row["reason_key"], row["reason_values"])))
    _figures(shown, row)
    if row["has_open_order"]:
        st.info(
            t(
                "repurchase.open_order",
                number=safe(row["open_order_number"]),
                quantity=number(row["open_order_quantity"]),
                unit=safe(unit_text(row["base_unit"])),
                date=plain(row["open_order_date"]),
            ),
            icon=":material/receipt_long:",
        )
    _timeline(shown, row, of_customer)
    left, right = st.columns([3, 2], gap="large")
    with left:
        _outcome(row)
    with right:
        take_on(
            SUBJECT,
            str(row["subject_id"]),
            t("repurchase.action", customer=label(row, "customer_name"), sku=row["sku"]),
            row["expected_amount"],
        )
        _heard(row)


def _figures(shown: Snapshot, row: Mapping[str, Any]) -> None:
    unit = unit_text(row["base_unit"])
    between = t("repurchase.between", low=plain(row["expected_date_p25"]), high=plain(row["expected_date_p75"]))
    amounts = t("repurchase.between", low=number(row["expected_quantity_p10"], 0), high=number(row["expected_quantity_p90"], 0))
    chances = " · ".join(
        t("repurchase.within", days=days, chance=percent(row[f"probability_{days}"], 0)) for days in (7, 14, 30, 60, 90)
    )
    with st.grid("auto", min_column_width=150):
        st.metric(t("column.repurchase_date"), plain(row["expected_date"]), help=t("repurchase.date_help"))
        st.metric(t("column.repurchase_probability"), percent(row["probability_30"], 0), help=chances)
        st.metric(t("column.repurchase_quantity"), f"{number(row['expected_quantity'])} {unit}")
        st.metric(
            t("column.repurchase_amount", currency=shown.currency),
            short_money(row["expected_amount"], shown.currency, language()),
        )
        st.metric(t("column.repurchase_lapsed"), percent(row["lapsed_probability"], 0), help=t("repurchase.lapsed_help"))
        st.metric(t("column.repurchase_customer"), percent(row["customer_probability_30"], 0), help=t("repurchase.customer_help"))
    st.caption(t("repurchase.figures", dates=between, quantities=amounts, unit=safe(unit), chances=chances))


def _timeline(shown: Snapshot, row: Mapping[str, Any], of_customer: pl.DataFrame) -> None:
    """Per item of the customer: a mark per purchase and, hollow, the expected one with its quartiles; this item first."""
    past = history(shown, int(row["customer_id"])).filter(pl.col("purchase_date") > row["as_of"] - timedelta(days=_DAYS))
    mine = pl.concat(
        [of_customer.filter(pl.col("item_id") == row["item_id"]), of_customer.filter(pl.col("item_id") != row["item_id"])]
    )
    mine = mine.head(_ITEMS).select(
        "item_id", "sku", "expected_date", "expected_date_p25", "expected_date_p75", "expected_quantity"
    )
    if past.is_empty():
        st.caption(t("repurchase.no_history"))
        return
    names = {code: t(f"repurchase.kind_{code}") for code in ("purchase", "cancellation", "return")}
    shades = {"purchase": BLUE, "cancellation": GREY, "return": RED}
    shapes = {"purchase": "circle", "cancellation": "cross", "return": "triangle-down"}
    drawn = past.join(mine.select("item_id", "sku"), on="item_id").with_columns(
        pl.col("quantity").cast(pl.Float64).abs().alias("size"), pl.col("kind").replace(names).alias("kind_name")
    )
    order = mine["sku"].to_list()
    place = alt.Y("sku:N", title=t("column.sku"), sort=order, axis=alt.Axis(labelLimit=110))
    kinds = [code for code in names if (drawn["kind"] == code).any()]
    bought = (
        alt.Chart(drawn.select("sku", "purchase_date", "size", "kind_name"))
        .mark_point(filled=True, opacity=0.7)
        .encode(
            x=alt.X("purchase_date:T", title=t("axis.date"), axis=alt.Axis(format="%Y-%m", labelOverlap=True)),
            y=place,
            size=alt.Size("size:Q", legend=None, scale=alt.Scale(range=[20, 160])),
            color=alt.Color(
                "kind_name:N",
                title=None,
                scale=alt.Scale(domain=[names[code] for code in kinds], range=[shades[code] for code in kinds]),
                legend=alt.Legend(orient="top") if len(kinds) > 1 else None,
            ),
            shape=alt.Shape(
                "kind_name:N",
                title=None,
                scale=alt.Scale(domain=[names[code] for code in kinds], range=[shapes[code] for code in kinds]),
            ),
            tooltip=[
                alt.Tooltip("sku:N", title=t("column.sku")),
                alt.Tooltip("purchase_date:T", title=t("axis.date"), format="%Y-%m-%d"),
                alt.Tooltip("size:Q", title=t("column.quantity"), format=",.6~g"),
                alt.Tooltip("kind_name:N", title=t("repurchase.kind")),
            ],
        )
    )
    coming = alt.Chart(mine).encode(y=place)
    tips = [
        alt.Tooltip("sku:N", title=t("column.sku")),
        alt.Tooltip("expected_date:T", title=t("column.repurchase_date"), format="%Y-%m-%d"),
        alt.Tooltip("expected_quantity:Q", title=t("column.repurchase_quantity"), format=",.6~g"),
    ]
    spans = coming.mark_rule(color=ORANGE, strokeWidth=4, opacity=0.5).encode(x="expected_date_p25:T", x2="expected_date_p75:T")
    marks = coming.mark_point(color=ORANGE, shape="diamond", size=110, strokeWidth=2, filled=False).encode(
        x="expected_date:T", tooltip=tips
    )
    picture = alt.layer(bought, spans, marks).properties(height=60 + 26 * mine.height)
    st.altair_chart(picture, alt=t("repurchase.chart_alt", customer=row["customer_code"]))
    st.caption(t("repurchase.chart_hint"))


def _outcome(row: Mapping[str, Any]) -> None:
    """Say how the call went; one form, one note of the ledger."""
    who = person()
    if who is None or not may_send(who.role, "WriteNote"):
        return
    form = f"outcome:{row['subject_id']}"
    command_id = posting.drawn_id(form)
    with st.form(form, clear_on_submit=True, border=True):
        st.markdown(f"**{t('repurchase.heard')}**")
        outcome = st.segmented_control(
            t("column.repurchase_outcome"),
            OUTCOMES,
            default=OUTCOMES[0],
            required=True,
            format_func={code: code_text("repurchase_outcome", code) for code in OUTCOMES}.get,
        )
        why = st.text_input(t("repurchase.why"), max_chars=500, placeholder=t("repurchase.why_hint"))
        if st.form_submit_button(t("repurchase.save"), type="primary", icon=":material/check:"):
            if outcome == "lost" and not why.strip():
                notice("error", t("repurchase.why_missing"))
            elif actions.write_note(command_id, SUBJECT, str(row["subject_id"]), outcome_body(str(outcome), why)) is not None:
                notice("success", t("repurchase.saved", outcome=code_text("repurchase_outcome", outcome)))
            st.rerun()


def _heard(row: Mapping[str, Any]) -> None:
    """What was said about this pair so far, newest first."""
    for note in live_work.notes(SUBJECT, str(row["subject_id"])):
        outcome, why = split_body(str(note["body"]))
        said = f"**{code_text('repurchase_outcome', outcome)}** {safe(why)}" if outcome else safe(why)
        st.markdown(f"{said}  \n:gray[{safe(label(note, 'name'))} · {live.moment(note['recorded_at'])}]")
