"""The house's screens: `streamlit run dashboards/app.py`.

Routes to the page, asks who is there, and draws what stands around every page. Works from any folder: the project's root is
made importable and
this folder, which Streamlit puts first, is taken off the path.
"""

from __future__ import annotations

import sys
from pathlib import Path

_HERE = Path(__file__).resolve().parent
_ROOT = str(_HERE.parent)
sys.path[:] = [_ROOT, *[entry for entry in sys.path if entry not in (str(_HERE), _ROOT)]]

import streamlit as st  # noqa: E402

from dashboards import snapshot as snapshots  # noqa: E402
from dashboards import stay  # noqa: E402
from dashboards.app_pages import no_snapshot, sign_in  # noqa: E402
from dashboards.components import frame  # noqa: E402
from dashboards.i18n import t  # noqa: E402
from dashboards.navigation import PAGES, entries  # noqa: E402
from dashboards.session import person  # noqa: E402

st.set_page_config(
    page_title="Throughline 一线通", page_icon=":material/conversion_path:", layout="wide", initial_sidebar_state=212
)


def _pages(role: str) -> list[st.Page]:
    """The menu of this role; what is not in it stays open to links and rows."""
    shown = entries(role)
    ordered = sorted(PAGES, key=lambda place: shown.index(place.name) if place.name in shown else len(shown))
    return [
        st.Page(
            f"app_pages/{place.name}.py",
            title=t(f"nav.{place.name}"),
            icon=f":material/{place.icon}:",
            url_path=place.name,
            default=place is PAGES[0],
            visibility="visible" if place.name in shown else "hidden",
        )
        for place in ordered
    ]


def main() -> None:
    """Draw one page for one person."""
    frame.prepare_language()
    shown = snapshots.current()
    has_ended = stay.recall(frame.people())
    who = person()
    chosen = st.navigation(_pages(who.role if who else ""), position="sidebar" if who else "hidden")
    frame.top_bar(shown)
    if who is None:
        sign_in.show(shown, has_ended)
    else:
        frame.banners(shown, snapshots.last_run())
        frame.show_notices()
        if shown is None and chosen.url_path not in ("stock", "setup"):
            no_snapshot.show()
        else:
            chosen.run()
    frame.footer(shown)


main()
