"""What stands around every page: language and person above, banners, and below where the numbers come from."""

from __future__ import annotations

from html import escape

import streamlit as st

from dashboards import live
from dashboards.components.filters import told_filters
from dashboards.formats import plain, safe
from dashboards.i18n import LANGUAGES, code_text, label, t
from dashboards.session import Person, notice, person, remember, sign_out, take_notices
from dashboards.snapshot import LastRun, Snapshot
from dashboards.stay import keep, tickets

__all__ = ["banners", "footer", "may_switch_user", "people", "prepare_language", "show_notices", "top_bar"]

_NAMES = {"en": "English", "zh": "中文"}

_STYLE = """<style>
[data-testid=stMainBlockContainer] { padding-left: clamp(0.8rem, 2vw, 2rem); padding-right: clamp(0.8rem, 2vw, 2rem); }
[data-testid=stMain] [data-testid=stHeading] h1 { padding: 0 0 0.3rem 0; }
.st-key-footer { border-top: 1px solid rgba(128, 128, 128, 0.35); padding-top: 0.5rem; }
[class*=st-key-card_] { gap: 0.3rem; padding: 0.55rem 0.8rem; }
[class*=st-key-point_] [data-testid=stPageLink] a { padding: 0; align-items: flex-start; }
[class*=st-key-point_] [data-testid=stPageLink] * { white-space: normal; overflow: visible; line-height: 1.45; }
[class*=st-key-point_] { padding-bottom: 0.35rem; }
[class*=st-key-line_] { padding: 0.45rem 0.85rem; }
.st-key-forecast_area { border-bottom: 1px solid rgba(128, 128, 128, 0.35); padding-bottom: 0.25rem; }
.paper, .paper-head { display: none; }
[data-testid=stElementContainer]:has(.paper), [data-testid=stElementContainer]:has(.paper-head) { display: none; }
@media print {
  @page { size: A4 landscape; margin: 10mm; }
  html, body, .stApp, [data-testid=stMain], [data-testid=stHeader] { background: white !important; color: black !important; }
  .stApp *:not(svg *) { color: black !important; }
  .stApp, [data-testid=stAppViewContainer], [data-testid=stMain] {
    position: static !important; overflow: visible !important; height: auto !important; display: block !important; }
  [data-testid=stMainBlockContainer] { padding: 0 !important; max-width: none !important; }
  [data-testid=stSidebar], [data-testid=stHeader], [data-testid=stToolbar], .st-key-top_bar, .st-key-forecast_area,
  [data-testid=stExpander], [data-testid=stForm], [data-testid=stButtonGroup], [data-testid=stSelectbox],
  [data-testid=stMultiSelect], [data-testid=stTextInput], [data-testid=stTextArea], [data-testid=stFileUploader],
  [data-testid=stPopover], [data-testid=stDataFrame], [data-testid=stPageLink], [data-testid=stTabs],
  [data-testid=stTooltipIcon], [data-testid=stDownloadButton], [data-testid=stElementContainer]:has([data-testid=stDataFrame]),
  [class*=st-key-screen_only], [data-testid=stLayoutWrapper]:has(> [class*=st-key-screen_only]),
  button { display: none !important; }
  [data-testid=stElementContainer]:has(.paper), [data-testid=stElementContainer]:has(.paper-head) { display: block !important; }
  .paper, .paper-head { display: block; }
  .paper-head { border-bottom: 1.5pt solid black; padding-bottom: 3pt; margin-bottom: 6pt; font-size: 9pt; }
  .paper table { border-collapse: collapse; width: 100%; font-size: 7.5pt; line-height: 1.25; }
  .paper thead { display: table-header-group; }
  .paper tr { break-inside: avoid; }
  .paper th, .paper td { border: 0.5pt solid #999; padding: 1.5pt 3pt; text-align: left; vertical-align: top; }
  .paper th { background: #eee !important; print-color-adjust: exact; font-weight: 600; }
  .paper .r { text-align: right; white-space: nowrap; }
  .paper .n { white-space: nowrap; }
  .paper p { font-size: 7.5pt; margin: 2pt 0 0 0; }
  [data-testid=stHorizontalBlock] { flex-wrap: wrap; }
  [data-testid=stHorizontalBlock]:has(> [data-testid=stColumn]) { display: block !important; }
  [data-testid=stColumn] { width: 100% !important; }
  [data-testid=stVegaLiteChart], [data-testid=stVegaLiteChart] > div { break-inside: avoid; max-width: 100% !important; }
  [data-testid=stVegaLiteChart] canvas, [data-testid=stVegaLiteChart] svg { max-width: 100% !important; height: auto !important; }
  [data-testid=stHeading] { break-after: avoid; }
  [data-testid=stMetricDelta] { background: none !important; padding: 0 !important; }
  [data-testid=stVerticalBlock] { gap: 0.4rem; }
}
</style>"""

# Charts are drawn in the colours of the screen: on paper dark ones are turned to light.
_DARK_ON_PAPER = """<style>@media print {
  [data-testid=stVegaLiteChart] canvas, [data-testid=stVegaLiteChart] svg {
    filter: invert(1) hue-rotate(180deg) brightness(1.12); }
}</style>"""


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
    """What kind of company this is, language, the signed-in person, and in the demo the switch to somebody else."""
    st.html(_STYLE + (_DARK_ON_PAPER if st.context.theme.type == "dark" else ""))
    _paper_head(snapshot)
    with st.container(horizontal=True, horizontal_alignment="right", vertical_alignment="center", key="top_bar"):
        if snapshot is not None and snapshot.is_demo:
            ends = snapshot.demo_end_date or live.day(live.company().get("demo_end_date"))
            st.caption(f":material/science: {t('frame.demo', date=plain(ends))}", width="stretch", help=t("frame.demo_help"))
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
                held = st.session_state.get("ticket")
                if held is not None:
                    tickets().end(held[1])
                sign_out()
                st.rerun()


def _paper_head(snapshot: Snapshot | None) -> None:
    """What a printed page begins with: whose figures, as of when, printed by whom; its title follows."""
    who = person()
    if snapshot is None or who is None:
        return
    said = t(
        "frame.paper",
        company=label(snapshot.company, "name"),
        date=plain(snapshot.data_through),
        snapshot=snapshot.snapshot_id,
        name=who.shown_name,
    )
    st.html(f'<div class="paper-head">{escape(said)}</div>')


def banners(snapshot: Snapshot | None, run: LastRun | None) -> None:
    """A failed newest run says which older data are shown."""
    if snapshot is not None and run is not None and run.run_id != snapshot.run_id:
        shown = plain(snapshot.data_through)
        if run.is_failed:
            st.warning(
                t("frame.run_failed", date=shown, step=safe(code_text("step", run.failed_step) or "?")),
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
    with st.container(key="footer", gap=None):
        keep()
        if snapshot is None:
            st.caption(t("frame.footer_empty"))
            return
        chosen = told_filters()
        if chosen:
            st.html(f'<div class="paper"><p>{escape(t("frame.paper_filters", chosen="; ".join(chosen)))}</p></div>')
        st.caption(
            t(
                "frame.footer",
                company=safe(label(snapshot.company, "name")),
                date=plain(snapshot.data_through),
                snapshot=safe(snapshot.snapshot_id),
                run=safe(snapshot.run_id[:8] or "–"),
            )
        )
