"""What is true in the ledger this very moment?

Stock on hand, decisions already taken, requests running, notes and users do not wait for the next snapshot. Each answer is
kept only as
long as the ledger's watermark stands still, so a posted command is visible at the next drawing.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import streamlit as st

from dashboards.settings import ledger_url
from transactional import Ledger, open_ledger

__all__ = [
    "action_events",
    "actions",
    "categories",
    "company",
    "customers",
    "day",
    "decided_since",
    "decisions",
    "done_since",
    "inbox_states",
    "ledger",
    "moment",
    "notes",
    "opened",
    "overrides",
    "row_counts",
    "rows",
    "run_requests",
    "sales_expectations",
    "settings",
    "sold_items",
    "stock",
    "stock_total",
    "today",
    "users",
    "warehouses",
]


def ledger() -> Ledger | None:
    """The ledger of this home; None when its file is not there yet (looking must not create one)."""
    url = ledger_url()
    if "://" not in url and not Path(url).is_file():
        return None
    return opened(url)


@st.cache_resource(max_entries=2, show_spinner=False)
def opened(url: str) -> Ledger:
    """The ledger at `url`, opened once for all readers of this process."""
    return open_ledger(url)


def rows(statement: str, values: tuple[Any, ...] = ()) -> list[dict[str, Any]]:
    """Rows of the ledger in its own units; [] without a ledger. Read again only when something has been posted."""
    found = ledger()
    if found is None:
        return []
    return _kept(ledger_url(), found.watermark(), statement, values)


@st.cache_data(max_entries=200, show_spinner=False)
def _kept(url: str, watermark: int, statement: str, values: tuple[Any, ...]) -> list[dict[str, Any]]:
    return opened(url).records(statement, values)


def moment(microseconds: object) -> str:
    """An instant of the ledger for people: minutes, local time of this machine."""
    if microseconds is None:
        return ""
    return datetime.fromtimestamp(int(str(microseconds)) / 1_000_000, tz=UTC).astimezone().strftime("%Y-%m-%d %H:%M")


def day(value: object) -> date | None:
    """A date of the ledger, whichever way the driver gives it."""
    if value is None or isinstance(value, date):
        return value
    return date.fromisoformat(str(value)[:10])


def company() -> dict[str, Any]:
    """The company row; empty while there is none."""
    found = rows("select code, name, name_zh, currency, minor_digits, time_zone, today, source, demo_end_date from company")
    return found[0] if found else {}


def today() -> date | None:
    """The company clock."""
    return day(company().get("today"))


def users() -> list[dict[str, Any]]:
    """Named users who may sign in, without anything secret."""
    return rows(
        "select user_id, login, name, name_zh, role, language from app_user where is_active = 1 and role <> 'system' "
        "order by login"
    )


def decisions() -> dict[str, dict[str, Any]]:
    """Planned order id -> the decision that stands, with who took it and the document it made."""
    found = rows(
        "select d.planned_order_id, d.decision, d.reason, d.decided_quantity, d.document_kind, d.document_number, d.until_date, "
        "d.recorded_at, u.login, u.name, u.name_zh from suggestion_decision d join app_user u on u.user_id = d.decided_by_id "
        "where d.is_current = 1 order by d.recorded_at"
    )
    now = today()
    standing = {}
    for row in found:
        until = day(row["until_date"])
        # A snoozed suggestion is open again when its day has come.
        if row["decision"] != "snooze" or until is None or now is None or until > now:
            standing[str(row["planned_order_id"])] = row
    return standing


def overrides(series_id: int) -> list[dict[str, Any]]:
    """Every override written for a series, newest first."""
    return rows(
        "select o.frequency, o.period_start, o.override_quantity, o.baseline_quantity, o.reason, o.until_date, o.recorded_at, "
        "u.name, u.name_zh from forecast_override o join app_user u on u.user_id = o.author_id "
        "where o.item_location_id = ? order by o.recorded_at desc, o.forecast_override_id desc",
        (series_id,),
    )


def group_overrides(level: str, group_key: str) -> list[dict[str, Any]]:
    """Every override written for one group, newest first."""
    return [row for row in rows(_GROUP_OVERRIDES, (level,)) if _key_of(row) == group_key]


_GROUP_OVERRIDES = (
    "select o.forecast_group_override_id, o.level, o.item_id, o.category_id, o.warehouse_id, o.frequency, o.period_start, "
    "o.override_quantity, o.override_amount, o.change_ppm, o.baseline_amount, o.reason, o.until_date, o.recorded_at, u.name, "
    "u.name_zh from forecast_group_override o join app_user u on u.user_id = o.author_id where o.level = ? "
    "order by o.recorded_at desc, o.forecast_group_override_id desc"
)
_GROUP_KEYS = {
    "item": ("item_id",),
    "category_warehouse": ("category_id", "warehouse_id"),
    "category": ("category_id",),
    "warehouse": ("warehouse_id",),
    "company": (),
}


def _key_of(row: dict[str, Any]) -> str:
    """The key the reports give the same group."""
    return "|".join("" if row[name] is None else str(row[name]) for name in _GROUP_KEYS[row["level"]])


def sales_expectations() -> list[dict[str, Any]]:
    """What the sales team expects and has not taken back, newest first."""
    return rows(
        "select t.sales_expectation_id, t.kind, t.first_period, t.last_period, t.quantity, t.amount, t.change_ppm, "
        "t.probability_ppm, t.reason, t.recorded_at, t.business_date, u.name, u.name_zh, c.code as customer_code, "
        "c.name as customer_name, c.name_zh as customer_name_zh, g.code as category_code, g.name as category_name, "
        "g.name_zh as category_name_zh, i.sku, i.name as item_name, i.name_zh as item_name_zh, m.code as base_unit, "
        "w.code as warehouse_code from sales_expectation t join app_user u on u.user_id = t.author_id "
        "left join customer c on c.customer_id = t.customer_id left join item_category g on g.category_id = t.category_id "
        "left join item i on i.item_id = t.item_id left join unit_of_measure m on m.unit_id = i.base_unit_id "
        "left join warehouse w on w.warehouse_id = t.warehouse_id where t.is_withdrawn = 0 "
        "order by t.recorded_at desc, t.sales_expectation_id desc"
    )


def categories() -> list[dict[str, Any]]:
    """Categories that have items."""
    return rows(
        "select code, name, name_zh from item_category g where exists (select 1 from item i where i.category_id = g.category_id) "
        "order by code"
    )


def customers() -> list[dict[str, Any]]:
    """Customers in use."""
    return rows("select code, name, name_zh from customer order by code")


def sold_items() -> list[dict[str, Any]]:
    """Items that somebody has ordered."""
    return rows(
        "select sku as code, name, name_zh from item i where exists "
        "(select 1 from sales_order_line l where l.item_id = i.item_id) order by sku"
    )


def notes(subject_kind: str, subject_id: str) -> list[dict[str, Any]]:
    """Notes on one thing, newest first."""
    return rows(
        "select n.body, n.recorded_at, u.name, u.name_zh from note n join app_user u on u.user_id = n.author_id "
        "where n.subject_kind = ? and n.subject_id = ? order by n.recorded_at desc, n.note_id desc",
        (subject_kind, subject_id),
    )


def run_requests() -> list[dict[str, Any]]:
    """The latest requests to replan, newest first."""
    return rows(
        "select r.run_request_id, r.kind, r.status, r.progress, r.message, r.requested_at, r.finished_at, r.run_id, "
        "r.snapshot_id, "
        "u.name, u.name_zh from run_request r join app_user u on u.user_id = r.requested_by_id order by "
        "r.run_request_id desc limit 10"
    )


def inbox_states(user_id: int) -> dict[str, dict[str, Any]]:
    """Message id -> what this person did with it (snoozed until, dismissed, done)."""
    found = rows("select message_id, state, until_date, reason from inbox_state where user_id = ?", (user_id,))
    return {str(row["message_id"]): row for row in found}


def actions(*, is_open: bool = True) -> list[dict[str, Any]]:
    """Actions with their owners, the earliest due first; only open ones unless told otherwise."""
    return rows(
        "select a.action_id, a.title, a.body, a.subject_kind, a.subject_id, a.due_date, a.status, a.expected_amount, "
        "a.opened_date, a.closed_date, u.user_id, u.login, u.name, u.name_zh, o.name as opened_by, o.name_zh as opened_by_zh "
        "from action a join app_user u on u.user_id = a.owner_id join app_user o on o.user_id = a.opened_by_id "
        + ("where a.status in ('open', 'in_progress') " if is_open else "")
        + "order by a.closed_date is not null, a.due_date is null, a.due_date, a.action_id"
    )


def action_events(action_id: int) -> list[dict[str, Any]]:
    """What happened to an action, in order."""
    return rows(
        "select e.event_kind, e.business_date, e.recorded_at, e.old_value, e.new_value, u.name, u.name_zh from document_event e "
        "join app_user u on u.user_id = e.actor_id where e.document_kind = 'action' and e.document_id = ? order by e.event_id",
        (action_id,),
    )


def done_since(first: date) -> list[dict[str, Any]]:
    """Command kind -> how many were accepted with a business date of `first` or later, the most frequent first."""
    return rows(
        "select command_kind, count(*) as times from posting where business_date >= ? group by command_kind "
        "order by count(*) desc, command_kind",
        (first.isoformat(),),
    )


def decided_since(first: date) -> list[dict[str, Any]]:
    """Decisions on suggestions since `first`, newest first, with who took them."""
    return rows(
        "select d.decision, d.reason, d.document_number, d.recorded_at, i.sku, i.name as item_name, i.name_zh as item_name_zh, "
        "u.name, u.name_zh from suggestion_decision d join app_user u on u.user_id = d.decided_by_id "
        "join item_location l on l.item_location_id = d.item_location_id join item i on i.item_id = l.item_id "
        "where d.business_date >= ? and d.is_current = 1 order by d.recorded_at desc, d.suggestion_decision_id desc",
        (first.isoformat(),),
    )


def settings() -> list[dict[str, Any]]:
    """Rates and targets people edit."""
    return rows("select name, scope, value, source_note from setting order by name, scope")


def row_counts() -> dict[str, int]:
    """How many rows of the main kinds the ledger holds."""
    tables = ("item", "supplier", "customer", "warehouse", "purchase_order", "sales_order", "work_order", "movement_line")
    return {table: int(rows(f"select count(*) as n from {table}")[0]["n"]) for table in tables} if ledger() else {}


_STOCK = (
    "from stock_balance b join item i on i.item_id = b.item_id join unit_of_measure m on m.unit_id = i.base_unit_id "
    "join location l on l.location_id = b.location_id join warehouse w on w.warehouse_id = l.warehouse_id "
    "left join lot t on t.lot_id = b.lot_id "
    "where b.on_hand_quantity <> 0 and b.is_physical = 1 "
    "and (? = '' or lower(i.sku) like ? or lower(i.name) like ? or i.name_zh like ? "
    "or exists (select 1 from item_barcode c where c.item_id = i.item_id and lower(c.barcode) = ?)) "
    "and (? = '' or w.code = ?) and (? = '' or b.status = ?) and (? = '' or lower(t.code) like ?) "
)


def stock(words: str = "", warehouse: str = "", status: str = "", lot: str = "", limit: int = 2000) -> list[dict[str, Any]]:
    """Stock by item, place, lot and status, found by code, name or barcode; first to expire first within an item."""
    return rows(
        "select i.item_id, i.sku, i.name as item_name, i.name_zh as item_name_zh, m.code as base_unit, w.code as warehouse_code, "
        "w.name as warehouse_name, w.name_zh as warehouse_name_zh, l.code as location_code, l.kind as location_kind, "
        "case when b.lot_id = 0 then '' else t.code end as lot_code, t.expiry_date, b.status, b.on_hand_quantity, "
        "b.allocated_quantity "
        f"{_STOCK} order by i.sku, w.code, t.expiry_date is null, t.expiry_date, l.code, b.status limit {int(limit)}",
        _stock_values(words, warehouse, status, lot),
    )


def stock_total(words: str = "", warehouse: str = "", status: str = "", lot: str = "") -> int:
    """How many stock rows `stock` would find without a limit."""
    found = rows(f"select count(*) as n {_STOCK}", _stock_values(words, warehouse, status, lot))
    return int(found[0]["n"]) if found else 0


def _stock_values(words: str, warehouse: str, status: str, lot: str) -> tuple[str, ...]:
    wanted = words.strip().lower()
    like = f"%{_literal(wanted)}%"
    return (wanted, like, like, like, wanted, warehouse, warehouse, status, status, lot, f"%{_literal(lot.strip().lower())}%")


def _literal(words: str) -> str:
    # "_" only matches too much (any one sign); "%" alone would match everything.
    return words.replace("%", "")


def warehouses() -> list[dict[str, Any]]:
    """Warehouses in use."""
    return rows("select warehouse_id, code, name, name_zh from warehouse where is_active = 1 order by code")
