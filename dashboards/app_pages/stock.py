"""Live stock: what lies where right now, by item, warehouse, place, lot and status?"""

from __future__ import annotations

import polars as pl
import streamlit as st

from dashboards import live, live_stock, reports
from dashboards import snapshot as snapshots
from dashboards.components.filters import choose, search
from dashboards.components.tables import Column, table
from dashboards.formats import number, plain
from dashboards.i18n import code_text, label, t
from kernel.numbers import QUANTITY_SCALE

_DRAWN = 2000
_ALL = 1_000_000


def show() -> None:
    st.title(t("stock.title"))
    if live.ledger() is None:
        st.info(t("empty.no_ledger"), icon=":material/info:")
        return
    st.caption(f":material/bolt: {t('stock.live', date=plain(live.today()))}")
    places = {row["code"]: row for row in live_stock.warehouses()}
    one, two, three, four = st.columns([3, 2, 2, 2])
    with one:
        words = search("q", t("filter.search"), t("stock.search_hint"))
    with two:
        place = choose(
            "warehouse", t("column.warehouse_code"), sorted(places), lambda code: f"{code} {label(places[code], 'name')}"
        )
    with three:
        status = choose(
            "status", t("column.status"), ["available", "quarantine", "blocked"], lambda code: code_text("stock_status", code)
        )
    with four:
        lot = search("lot", t("column.lot_code"))
    total = live_stock.stock_total(words, place or "", status or "", lot)
    if not total:
        st.info(t("stock.nothing_found") if words or place or status or lot else t("stock.empty"), icon=":material/info:")
        return
    # Everything up to the export's bound, so that a file is never a part of the answer without saying so.
    rows = live_stock.stock(words, place or "", status or "", lot, limit=_ALL)
    frame = _frame(rows)
    with st.container(horizontal=True, gap="large"):
        st.metric(t("stock.rows"), number(total, 0))
        st.metric(t("stock.items"), number(frame["sku"].n_unique(), 0))
        units = frame["base_unit"].unique().to_list()
        if len(units) == 1:
            st.metric(t("column.on_hand_quantity"), f"{number(frame['on_hand_quantity'].sum())} {units[0]}")
            st.metric(
                t("column.available_quantity"),
                f"{number(frame['available_quantity'].sum())} {units[0]}",
                help=t("stock.available_help"),
            )
    chosen = table(
        frame,
        [
            Column("sku", pinned=True),
            Column("item_name", "name"),
            Column("warehouse_code"),
            Column("location_code"),
            Column("lot_code"),
            Column("expiry_date", "date"),
            Column("status", "code", "stock_status"),
            Column("on_hand_quantity", "quantity"),
            Column("allocated_quantity", "quantity"),
            Column("available_quantity", "quantity"),
            Column("base_unit", "unit"),
        ],
        key="stock_table",
        currency="",
        file_name="stock",
        selection="single-row",
        height=520,
        limit=_DRAWN,
    )
    _open(frame, chosen)


def _frame(rows: list[dict[str, object]]) -> pl.DataFrame:
    """Ledger integers as people's quantities; available is what is not allocated and not held back."""
    schema = {
        "item_id": pl.Int64,
        **dict.fromkeys(
            ("sku", "item_name", "item_name_zh", "base_unit", "warehouse_code", "location_code", "lot_code", "status"), pl.String
        ),
        "expiry_date": pl.Date,
        "on_hand_quantity": pl.Float64,
        "allocated_quantity": pl.Float64,
    }
    found = [
        {
            **{name: row[name] for name in schema if name not in ("expiry_date", "on_hand_quantity", "allocated_quantity")},
            "expiry_date": live.day(row["expiry_date"]),
            "on_hand_quantity": int(str(row["on_hand_quantity"])) / QUANTITY_SCALE,
            "allocated_quantity": int(str(row["allocated_quantity"])) / QUANTITY_SCALE,
        }
        for row in rows
    ]
    return pl.DataFrame(found, schema=schema).with_columns(
        pl.when(pl.col("status") == "available")
        .then(pl.col("on_hand_quantity") - pl.col("allocated_quantity"))
        .otherwise(0.0)
        .alias("available_quantity")
    )


def _open(frame: pl.DataFrame, chosen: list[int]) -> None:
    """From a row to its item page."""
    shown = snapshots.current()
    if not chosen or shown is None:
        st.caption(t("stock.select_hint"))
        return
    row = frame.row(chosen[0], named=True)
    series = reports.item_locations(shown).filter(
        (pl.col("sku") == row["sku"]) & (pl.col("warehouse_code") == row["warehouse_code"])
    )
    if series.is_empty():
        st.caption(t("stock.not_in_snapshot", sku=row["sku"]))
        return
    st.page_link(
        "app_pages/item.py",
        label=t("stock.open_item", sku=row["sku"]),
        icon=":material/deployed_code:",
        query_params={"series": str(series["series_id"][0])},
    )


show()
