"""Setup: who may sign in, which rates and targets hold, when did the pipeline last run, and how clean are the data?"""

from __future__ import annotations

import polars as pl
import streamlit as st

from dashboards import actions, live, live_work, posting, reports
from dashboards import snapshot as snapshots
from dashboards.components.filters import segment
from dashboards.components.replan import replan
from dashboards.components.tables import Column, table
from dashboards.formats import number, plain, safe
from dashboards.i18n import LANGUAGES, code_text, label, t
from dashboards.session import notice, person
from dashboards.snapshot import Snapshot
from transactional.settings_catalogue import SETTINGS

_SECTIONS = ("runs", "readiness", "users", "rates")
_ROLES = ("admin", "manager", "planner", "buyer", "sales", "warehouse", "production", "finance", "viewer")


def show() -> None:
    st.title(t("setup.title"))
    section = segment("section", t("setup.section"), list(_SECTIONS), lambda code: t(f"setup.section_{code}"))
    shown = snapshots.current()
    {"runs": _runs, "readiness": _readiness, "users": _users, "rates": _rates}[section](shown)


def _runs(shown: Snapshot | None) -> None:
    """The snapshot on the screens, the newest run, and the requests to replan."""
    last = snapshots.last_run()
    with st.grid(3, min_column_width=220):
        st.metric(t("setup.data_through"), plain(shown.data_through) if shown else t("setup.nothing"))
        st.metric(t("setup.snapshot"), shown.snapshot_id if shown else t("setup.nothing"))
        st.metric(t("setup.last_run"), code_text("run_status", last.status) if last else t("setup.nothing"))
    if last is not None:
        line = t("setup.last_run_line", run=safe(last.run_id), at=safe(last.finished_at[:16].replace("T", " ")))
        failed = f" · {t('setup.failed_step', step=code_text('step', last.failed_step))}" if last.failed_step else ""
        st.caption(line + failed)
        if last.is_failed:
            st.error(safe(last.message or t("setup.no_message")), icon=":material/error:")
    if shown is not None:
        _manifest(shown)
        replan(shown)
    found = live_work.run_requests()
    if found:
        st.subheader(t("setup.requests"))
        table(
            pl.DataFrame(
                [
                    {
                        "requested_at": live.moment(row["requested_at"]),
                        "requested_by": label(row, "name"),
                        "status": row["status"],
                        "progress": row["progress"],
                        "message": row["message"],
                        "finished_at": live.moment(row["finished_at"]),
                        "snapshot_id": row["snapshot_id"],
                    }
                    for row in found
                ],
                infer_schema_length=None,
            ),
            [
                Column("requested_at"),
                Column("requested_by"),
                Column("status", "code", "run_status"),
                Column("progress"),
                Column("message"),
                Column("finished_at"),
                Column("snapshot_id"),
            ],
            key="requests",
            currency="",
            file_name="run-requests",
        )


def _manifest(shown: Snapshot) -> None:
    """Rows per table, checks, and how long each step took."""
    passed, failed = shown.manifest.get("checks_passed"), shown.manifest.get("checks_failed")
    counts = [len(each) if isinstance(each, list) else int(each or 0) for each in (passed, failed)]
    icon = ":material/check_circle:" if not counts[1] else ":material/warning:"
    st.markdown(f"{icon} {t('setup.checks', passed=counts[0], failed=counts[1])}")
    if isinstance(failed, list) and failed:
        st.markdown("\n".join(f"- {safe(each)}" for each in failed[:20]))
    timings = shown.manifest.get("timings") or {}
    if isinstance(timings, dict) and timings:
        st.caption(" · ".join(f"{safe(code_text('step', name))} {number(seconds, 1)} s" for name, seconds in timings.items()))
    tables = shown.manifest.get("tables") or {}
    if isinstance(tables, dict) and tables:
        with st.expander(t("setup.tables", count=len(tables)), icon=":material/table:"):
            st.dataframe(
                pl.DataFrame(
                    {t("column.table"): list(tables), t("column.row_count"): [int(rows or 0) for rows in tables.values()]}
                ),
                hide_index=True,
            )


def _readiness(shown: Snapshot | None) -> None:
    """What the ledger holds and what the data lack."""
    counts = live.row_counts()
    if not counts:
        st.info(t("empty.no_ledger"), icon=":material/info:")
        return
    with st.grid("auto", min_column_width=140):
        for name, count in counts.items():
            st.metric(code_text("ledger_table", name), number(count, 0))
    st.subheader(t("setup.findings"))
    findings = reports.health(shown) if shown else pl.DataFrame()
    if findings.is_empty():
        st.success(t("setup.no_findings"), icon=":material/check_circle:")
        return
    table(
        findings,
        [
            Column("finding", "code", "finding"),
            Column("subject_kind", "code", "subject_kind"),
            Column("subject_key"),
            Column("detail"),
            Column("value", "quantity"),
        ],
        key="findings",
        currency="",
        file_name="data-health",
    )


def _users(_shown: Snapshot | None) -> None:
    """Named users; an administrator adds or changes one."""
    frame = pl.DataFrame(
        [{**row, "shown_name": label(row, "name")} for row in live.users()],
        schema={"login": pl.String, "shown_name": pl.String, "role": pl.String, "language": pl.String},
    )
    if frame.is_empty():
        st.info(t("setup.no_users"), icon=":material/info:")
    else:
        table(
            frame,
            [Column("login"), Column("shown_name"), Column("role", "code", "role"), Column("language", "code", "language")],
            key="users",
            currency="",
            file_name="users",
        )
    who = person()
    if who is None or who.role != "admin":
        st.caption(t("setup.admin_only"))
        return
    command_id = posting.drawn_id("user")
    with st.expander(t("setup.add_user"), icon=":material/person_add:"), st.form("user", clear_on_submit=True, border=False):
        one, two = st.columns(2)
        with one:
            login = st.text_input(t("sign_in.login"))
            name = st.text_input(t("setup.name"))
            name_zh = st.text_input(t("setup.name_zh"))
        with two:
            role = st.selectbox(t("column.role"), _ROLES, format_func={code: code_text("role", code) for code in _ROLES}.get)
            language = st.selectbox(
                t("frame.language"), LANGUAGES, format_func={code: code_text("language", code) for code in LANGUAGES}.get
            )
            password = st.text_input(t("sign_in.password"), type="password", help=t("setup.password_help"))
        if st.form_submit_button(t("setup.save"), icon=":material/save:"):
            if actions.define_user(command_id, login, name, name_zh, str(role), str(language), password):
                notice("success", t("setup.user_saved", login=safe(login)))
            st.rerun()


def _rates(_shown: Snapshot | None) -> None:
    """Rates and targets with their sources; changed by a command, so every change keeps who and when."""
    found = live.settings()
    if not found:
        st.info(t("setup.no_rates"), icon=":material/info:")
    else:
        table(
            pl.DataFrame(found, infer_schema_length=None),
            [Column("name", "code", "setting"), Column("scope"), Column("value"), Column("source_note")],
            key="rates",
            currency="",
            file_name="rates",
        )
    who = person()
    if who is None or who.role not in ("admin", "manager"):
        st.caption(t("setup.manager_only"))
        return
    command_id = posting.drawn_id("rate")
    names = sorted({str(row["name"]) for row in found} | set(SETTINGS))
    known = {code: code_text("setting", code) for code in names}
    with st.form("rate", clear_on_submit=True, border=False):
        one, two, three = st.columns([2, 1, 2])
        with one:
            name = st.selectbox(t("setup.rate"), names, format_func=lambda code: known.get(code, code))
        with two:
            value = st.text_input(t("column.value"))
        with three:
            source = st.text_input(t("setup.rate_source"))
        if st.form_submit_button(t("setup.save"), icon=":material/save:"):
            if actions.change_setting(command_id, str(name or ""), value, source):
                notice("success", t("setup.rate_saved", name=safe(name or "")))
            st.rerun()


show()
