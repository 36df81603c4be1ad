"""Nothing is published yet: what would be here, and which command fills it."""

from __future__ import annotations

import streamlit as st

from dashboards.i18n import t


def show() -> None:
    """The way from an empty home to a first snapshot."""
    st.title(t("empty.title"))
    st.info(t("empty.no_snapshot"), icon=":material/info:")
    st.code("throughline run", language="bash")
    st.caption(t("empty.first_time"))
    st.code("make run", language="bash")
    st.caption(t("empty.live_pages"))
    with st.container(horizontal=True):
        st.page_link("app_pages/stock.py", label=t("nav.stock"), icon=":material/inventory_2:")
        st.page_link("app_pages/setup.py", label=t("nav.setup"), icon=":material/settings:")
