"""Which pages make up the forecast area, and how does one get from one to the next?

The menu has one Forecast entry; every page of the area begins with the same bar of links. A page joins the area with one line
in `AREA` (and its place in `dashboards.navigation`); its link shows once the page exists and the snapshot holds what it reads.
"""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from dashboards import snapshot as snapshots
from dashboards.i18n import t
from dashboards.navigation import PAGES
from dashboards.snapshot import Snapshot

__all__ = ["AREA", "AreaPage", "forecast_area", "open_pages"]


@dataclass(frozen=True)
class AreaPage:
    """One page of the area.

    Attributes:
        name: the page in `dashboards.navigation`; its link says `screen.area.<name>`.
        icon: of the link.
        table: report table without whose rows the page has nothing to show; empty: always shown.
    """

    name: str
    icon: str
    table: str = ""


AREA = (
    AreaPage("forecast", "rate_review"),
    AreaPage("forecast_accuracy", "target", "rpt_forecast_error"),
    AreaPage("forecast_models", "leaderboard", "rpt_forecast_accuracy"),
    AreaPage("seasonality", "calendar_month", "rpt_seasonality"),
    AreaPage("forecast_groups", "account_tree", "rpt_forecast_group"),
    AreaPage("sales_forecast", "groups"),
    AreaPage("repurchase", "event_repeat", "rpt_repurchase"),
)
"""Every page of the area, in the order of the bar."""


def open_pages(shown: Snapshot | None) -> list[AreaPage]:
    """The pages that exist and have something to show; the review always."""
    known = {place.name for place in PAGES}
    return [page for page in AREA if page.name in known and (not page.table or _has_rows(shown, page.table))]


def forecast_area(here: str, shown: Snapshot | None) -> None:
    """Draw the bar; `here` is the page it stands on, which always has its link, so that one sees where one is."""
    pages = open_pages(shown)
    if here not in {page.name for page in pages}:
        pages = [page for page in AREA if page in pages or page.name == here]
    with st.container(horizontal=True, key="forecast_area", gap="small"):
        for page in pages:
            st.page_link(
                f"app_pages/{page.name}.py",
                label=t(f"area.{page.name}"),
                icon=f":material/{page.icon}:",
                width="content",
            )


def _has_rows(shown: Snapshot | None, table: str) -> bool:
    return shown is not None and not snapshots.query(shown, f"select 1 as one from reports.{table} limit 1").is_empty()
