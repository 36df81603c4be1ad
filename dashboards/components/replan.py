"""May I have a new plan now? Asks the ledger for a run and follows it without holding the page."""

from __future__ import annotations

import streamlit as st

from dashboards import actions, live, live_work, posting
from dashboards import snapshot as snapshots
from dashboards.formats import safe
from dashboards.i18n import code_text, label, t
from dashboards.session import notice
from dashboards.snapshot import Snapshot

__all__ = ["replan"]

_ICON = {
    "requested": ":material/schedule:",
    "running": ":material/sync:",
    "succeeded": ":material/check_circle:",
    "failed": ":material/error:",
}


def replan(shown: Snapshot) -> None:
    """The button, or the progress of the run under way."""
    requests = live_work.run_requests()
    if requests and requests[0]["status"] in ("requested", "running"):
        _progress(shown.snapshot_id)
        return
    command_id = posting.drawn_id("replan")
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            t("replan.button"),
            icon=":material/restart_alt:",
            key="replan",
            help=t("replan.help"),
            on_click=_ask,
            args=(command_id,),
        )
        if requests:
            last = requests[0]
            st.caption(
                f"{_ICON.get(last['status'], '')} "
                + t(
                    "replan.last",
                    status=code_text("run_status", last["status"]),
                    at=live.moment(last["finished_at"] or last["requested_at"]),
                )
                + (f" · {safe(last['message'])}" if last["message"] else "")
            )


@st.fragment(run_every=3)
def _progress(snapshot_id: str) -> None:
    """Read again every three seconds; a finished run redraws the page with the new snapshot."""
    requests = live_work.run_requests()
    newest = snapshots.current()
    if not requests or requests[0]["status"] not in ("requested", "running") or (newest and newest.snapshot_id != snapshot_id):
        st.rerun(scope="app")
    request = requests[0]
    st.info(
        t(
            "replan.progress",
            status=code_text("run_status", request["status"]),
            progress=safe(request["progress"] or ""),
            name=safe(label(request, "name")),
            at=live.moment(request["requested_at"]),
        ),
        icon=_ICON[request["status"]],
    )


def _ask(command_id: str) -> None:
    if actions.request_run(command_id) is not None:
        notice("success", t("replan.asked"))
