"""What stands around every page: language and person above, banners, and below where the numbers come from."""

from __future__ import annotations

import streamlit as st

from dashboards import live
from dashboards.formats import plain, safe
from dashboards.i18n import LANGUAGES, code_text, label, t
from dashboards.session import Person, notice, person, remember, sign_out, take_notices
from dashboards.snapshot import LastRun, Snapshot

__all__ = ["banners", "footer", "may_switch_user", "people", "prepare_language", "show_notices", "top_bar"]

_NAMES = {"en": "English", "zh": "中文"}


def people() -> list[Person]:
    """Everybody who may sign in."""
    return [
        Person(int(row["user_id"]), row["login"], row["name"], row["name_zh"] or "", row["role"], row["language"] or "en")
        for row in live.users()
    ]


def may_switch_user(snapshot: Snapshot | None) -> bool:
    """Only the demo lets anyone be anyone: the ledger itself must say it is the demo, and the snapshot must not deny it."""
    return live.company().get("source") == "demo" and (snapshot is None or snapshot.is_demo)


def prepare_language() -> None:
    """Settle the language before anything is drawn: the link, else what was chosen, else the person's own, else the browser's."""
    linked = st.query_params.get("lang")
    if linked in LANGUAGES and linked != st.session_state.get("lang_written"):
        st.session_state["lang"] = linked
        st.session_state["lang_is_chosen"] = True
    pending = st.session_state.pop("lang_pending", None)
    if pending in LANGUAGES:
        st.session_state["lang"] = pending
    if st.session_state.get("lang") not in LANGUAGES:
        st.session_state["lang"] = "zh" if str(st.context.locale or "").lower().startswith("zh") else "en"


def language_switch() -> None:
    """English or Chinese, kept in the link."""
    chosen = st.segmented_control(
        t("frame.language"),
        LANGUAGES,
        format_func=lambda code: _NAMES[code],
        key="lang",
        required=True,
        label_visibility="collapsed",
        persist_state="session",
        on_change=lambda: st.session_state.update(lang_is_chosen=True),
    )
    st.session_state["lang_written"] = chosen
    if st.query_params.get("lang") != chosen:
        st.query_params["lang"] = str(chosen)


def top_bar(snapshot: Snapshot | None) -> None:
    """Language, the signed-in person, and in the demo the switch to somebody else."""
    with st.container(horizontal=True, horizontal_alignment="right", vertical_alignment="center", key="top_bar"):
        language_switch()
        who = person()
        if who is None:
            return
        with st.popover(safe(who.shown_name), icon=":material/person:"):
            st.markdown(f"**{safe(who.shown_name)}** · {code_text('role', who.role)}")
            if may_switch_user(snapshot):
                everybody = {each.login: each for each in people()}
                chosen = st.selectbox(
                    t("frame.switch_user"),
                    list(everybody),
                    index=list(everybody).index(who.login) if who.login in everybody else None,
                    format_func={
                        login: f"{one.shown_name} · {code_text('role', one.role)}" for login, one in everybody.items()
                    }.get,
                    key="switch_user",
                )
                if chosen and chosen != who.login:
                    remember(everybody[chosen])
                    notice("success", t("frame.now_acting_as", name=safe(everybody[chosen].shown_name)))
                    st.rerun()
            if st.button(t("frame.sign_out"), icon=":material/logout:"):
                sign_out()
                st.rerun()


def banners(snapshot: Snapshot | None, run: LastRun | None) -> None:
    """The demo says that it is one; a failed newest run says which older data are shown."""
    if snapshot is not None and snapshot.is_demo:
        ends = snapshot.demo_end_date or live.day(live.company().get("demo_end_date"))
        st.caption(f":material/science: {t('frame.demo', date=plain(ends))}")
    if snapshot is not None and run is not None and run.run_id != snapshot.run_id:
        shown = plain(snapshot.data_through)
        if run.is_failed:
            st.warning(
                t("frame.run_failed", date=shown, step=safe(run.failed_step or "?")),
                icon=":material/warning:",
            )
            if run.message:
                with st.expander(t("frame.technical")):
                    st.code(run.message, language=None, wrap_lines=True)
        elif run.status == "running":
            st.info(t("frame.run_running", date=shown), icon=":material/sync:")
        else:
            st.info(t("frame.run_newer", date=shown, run=safe(run.run_id)), icon=":material/info:")


def show_notices() -> None:
    """What the last click did."""
    for kind, text in take_notices():
        if kind == "success":
            st.success(text, icon=":material/check_circle:")
        elif kind == "warning":
            st.warning(text, icon=":material/warning:")
        else:
            st.error(text, icon=":material/error:")


def footer(snapshot: Snapshot | None) -> None:
    """Data through, snapshot and run, so that a screenshot says where its numbers come from."""
    st.divider()
    if snapshot is None:
        st.caption(t("frame.footer_empty"))
        return
    company = label(snapshot.company, "name")
    st.caption(
        t(
            "frame.footer",
            company=safe(company),
            date=plain(snapshot.data_through),
            snapshot=safe(snapshot.snapshot_id),
            run=safe(snapshot.run_id or "–"),
        )
    )
