"""Today: what needs me, most urgent and most expensive first, and what was done since yesterday?"""

from __future__ import annotations

from datetime import timedelta

import polars as pl
import streamlit as st

from dashboards import actions, inbox_sources, live, live_work, posting
from dashboards import snapshot as snapshots
from dashboards.components.filters import segment
from dashboards.components.tables import Column, table
from dashboards.formats import money, number, plain, safe
from dashboards.i18n import code_text, label, language, t
from dashboards.inbox import KINDS, NO_STAKE, Bundle, Entry, Page, arrange
from dashboards.session import person
from dashboards.snapshot import Snapshot
from kernel.messages import has_text

_URGENCY = {3: ":red[:material/error:", 2: ":orange[:material/schedule:", 1: ":gray[:material/radio_button_unchecked:"}
_COLUMNS = [
    Column("urgency", "code", "urgency"),
    Column("message_kind", "code", "message_kind"),
    Column("subject"),
    Column("text"),
    Column("consequence"),
    Column("value_at_stake", "money"),
    Column("due_date", "date"),
]
_SCHEMA = {
    "urgency": pl.Int64,
    "message_kind": pl.String,
    "subject": pl.String,
    "text": pl.String,
    "consequence": pl.String,
    "value_at_stake": pl.Float64,
    "due_date": pl.Date,
}
_DRAWN = 20


def show() -> None:
    shown, who = snapshots.current(), person()
    if shown is None or who is None:
        return
    st.title(t("today.title"))
    with st.skeleton():
        found = inbox_sources.entries(shown, who)
    page = arrange(found)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(_summary(page, shown), width="stretch")
        st.page_link("app_pages/actions.py", label=t("today.my_actions"), icon=":material/task_alt:")
    if not found:
        st.success(t("today.nothing"), icon=":material/check_circle:")
    elif not page.urgent:
        st.success(
            t("today.nothing_urgent", count=len(page.lines), date=plain(shown.data_through)), icon=":material/check_circle:"
        )
    if found:
        kinds = ["all", *[kind for kind in KINDS if any(entry.kind == kind for entry in found)]]
        kind = segment("kind", t("today.kind"), kinds, lambda code: t(f"today.kind_{code}"), first="all")
        lines = [line for line in page.lines if kind in ("all", _kind(line))]
        for line in lines[:_DRAWN]:
            if isinstance(line, Bundle):
                _bundle(line, shown)
            else:
                _line(line, shown)
        _harmless([bundle for bundle in page.harmless if kind in ("all", _kind(bundle))], shown)
        _whole([entry for entry in found if kind in ("all", entry.kind)], shown)
    _done(shown)


def _kind(line: Entry | Bundle) -> str:
    return line.kind if isinstance(line, Entry) else line.entries[0].kind


def _stake(value: float | None, shown: Snapshot) -> str:
    return f" · **{money(value, shown.currency, 0)}**".replace("$", "\\$") if value and value >= 0.5 else ""


def _summary(page: Page, shown: Snapshot) -> str:
    urgent = page.urgent
    total = sum(line.money or 0.0 for line in urgent if _kind(line) not in NO_STAKE)
    stake = money(total, shown.currency, 0).replace("$", "\\$")
    key = "today.summary" if total >= 0.5 else "today.summary_free"
    return t(key, urgent=len(urgent), count=len(page.lines), money=stake)


def _line(entry: Entry, shown: Snapshot) -> None:
    """Urgency in icon and word, what, how much, what happens otherwise, and the way there."""
    with st.container(border=True, key=f"line_{entry.message_id}"):
        words, links = st.columns([6, 1.4], vertical_alignment="center")
        with words:
            ignored = f"  \n:gray[{t('today.ignored.lead')} {safe(entry.consequence)}]" if entry.consequence else ""
            st.markdown(
                f"{_URGENCY[entry.urgency]} {code_text('urgency', entry.urgency)}] · "
                f"**{safe(entry.subject)}**{_stake(entry.money, shown) if entry.kind not in NO_STAKE else ''}  \n"
                f"{entry.text if entry.kind == 'kpi' else safe(entry.text)}{ignored}"
            )
        with links, st.container(horizontal=True, horizontal_alignment="right", vertical_alignment="center", gap="small"):
            _open(entry)
            _put_aside(entry)


def _bundle(bundle: Bundle, shown: Snapshot) -> None:
    """One line for many of a family; the way to all of them, and each of them underneath."""
    first = bundle.entries[0]
    with st.container(border=True, key=f"line_{bundle.family.replace(':', '_')}"):
        words, links = st.columns([6, 1.4], vertical_alignment="center")
        with words:
            st.markdown(
                f"{_URGENCY[bundle.urgency]} {code_text('urgency', bundle.urgency)}] · "
                f"**{_many(bundle)}**{_stake(bundle.money, shown) if first.kind not in NO_STAKE else ''}  \n"
                + (t("today.first_due", date=plain(bundle.due_date)) + " · " if bundle.due_date is not None else "")
                + t("today.first_is", subject=safe(first.subject))
                + (f"  \n:gray[{t('today.ignored.lead')} {safe(first.consequence)}]" if first.consequence else "")
            )
        with links, st.container(horizontal=True, horizontal_alignment="right", vertical_alignment="center"):
            if first.kind == "suggestion":
                st.page_link(
                    "app_pages/suggestions.py",
                    label=t("today.open"),
                    icon=":material/arrow_forward:",
                    query_params={"supply": str(first.link["supply"])},
                )
            else:
                _open(first)


def _many(bundle: Bundle) -> str:
    """How many of what: "167 transfers to release"."""
    key = f"screen.today.many.{bundle.family.replace(':', '_')}"
    if has_text(key) and len(bundle.entries) > 1:
        return t(f"today.many.{bundle.family.replace(':', '_')}", count=number(len(bundle.entries)))
    group, _, code = bundle.family.partition(":")
    names = {"exception": "exception", "stock": "problem"}
    shown = code_text(names[group], code) if group in names else code_text("message_kind", group)
    return f"{number(len(bundle.entries))} × {shown}"


def _open(entry: Entry) -> None:
    """The way to the page that settles it."""
    st.page_link(
        f"app_pages/{entry.page}.py", label=t("today.open"), icon=":material/arrow_forward:", query_params=dict(entry.link)
    )


def _put_aside(entry: Entry) -> None:
    command_id = posting.drawn_id(f"inbox:{entry.message_id}")
    shown = snapshots.current()
    chosen = st.menu_button(
        t("today.later"),
        ["week", "dismiss"],
        format_func={code: t(f"today.later_{code}") for code in ("week", "dismiss")}.get,
        key=f"later_{entry.message_id}",
        type="tertiary",
    )
    if chosen and shown is not None and shown.data_through is not None:
        until = shown.data_through + timedelta(days=7) if chosen == "week" else None
        actions.set_inbox(command_id, entry.message_id, "snoozed" if chosen == "week" else "dismissed", until)
        st.rerun()


def _harmless(bundles: list[Bundle], shown: Snapshot) -> None:
    """What harms no order and costs no money stays under one line."""
    if not bundles:
        return
    every = [entry for bundle in bundles for entry in bundle.entries]
    names = ("、" if language() == "zh" else ", ").join(_many(bundle) for bundle in bundles)
    with st.expander(t("today.harmless", count=number(len(every)), names=names), icon=":material/done_all:"):
        st.caption(t("today.harmless_hint"))
        table(_frame(every), _COLUMNS, key="harmless", currency=shown.currency, file_name="today-harmless")


def _whole(listed: list[Entry], shown: Snapshot) -> None:
    with st.expander(t("today.whole", count=number(len(listed))), icon=":material/table_rows:"):
        table(_frame(listed), _COLUMNS, key="inbox", currency=shown.currency, file_name="today")


def _frame(listed: list[Entry]) -> pl.DataFrame:
    rows = [
        {
            "urgency": entry.urgency,
            "message_kind": entry.kind,
            "subject": entry.subject,
            "text": entry.text,
            "consequence": entry.consequence,
            "value_at_stake": entry.money,
            "due_date": entry.due_date,
        }
        for entry in listed
    ]
    return pl.DataFrame(rows, schema=_SCHEMA)


def _done(shown: Snapshot) -> None:
    """What everybody did since yesterday, and what was decided by whom."""
    today = live.today() or shown.data_through
    if today is None:
        return
    since = today - timedelta(days=1)
    counts = [row for row in live_work.done_since(since) if has_text(f"screen.done.{row['command_kind']}")]
    decided = live_work.decided_since(since)
    if not counts and not decided:
        st.caption(t("today.done_nothing", date=plain(since)))
        return
    with st.expander(t("today.done", date=plain(since)), icon=":material/history:", expanded=bool(decided)):
        for row in decided[:10]:
            st.markdown(
                t(
                    "today.decided",
                    decision=code_text("decision", row["decision"]),
                    item=safe(f"{row['sku']} {label(row, 'item_name')}"),
                    number=safe(row["document_number"] or row["reason"] or "–"),
                    name=safe(label(row, "name")),
                    at=live.moment(row["recorded_at"]),
                )
            )
        st.markdown(" · ".join(t(f"done.{row['command_kind']}", count=number(row["times"])) for row in counts))


show()
