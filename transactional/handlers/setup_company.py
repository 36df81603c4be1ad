"""Who owns the ledger, what is today, who may sign in, which rates hold, which days are worked, what is known to come?"""

from __future__ import annotations

from typing import Any

from kernel.errors import Conflict, InvalidInput, Refused
from kernel.messages import LANGUAGES
from transactional.commands import (
    AdvanceClock,
    ChangeSetting,
    CreateCompany,
    DefineBusinessEvent,
    DefineUser,
    SetCalendar,
)
from transactional.engine.registry import handles
from transactional.engine.work import UnitOfWork
from transactional.handlers.demand import EVENT_KINDS
from transactional.handlers.masters import answer_for, check_validity, define, record_version, update_row
from transactional.handlers.support import given_text, known, lines_given, named_once, optional_key, rate, whole
from transactional.settings_catalogue import checked_value, defaults

__all__ = ["ROLES", "VIRTUAL_LOCATIONS"]

VIRTUAL_LOCATIONS = {
    "SUPPLIER": "supplier",
    "CUSTOMER": "customer",
    "SCRAP": "scrap",
    "COUNT": "count_difference",
    "OPENING": "opening",
    "VARIANCE": "variance",
}
"""Company-wide locations by code; they may go below zero."""

ROLES = (
    "admin", "manager", "planner", "buyer", "sales", "warehouse", "production", "finance", "viewer", "system",
)  # fmt: skip


@handles(CreateCompany)
def create_company(work: UnitOfWork, command: CreateCompany) -> dict[str, Any]:
    """Found the company: its clock, the sentinel lot, virtual locations, settings and the unit EA. A second one is refused."""
    existing = work.rows.new_rows("company") or work.rows.read("company", "company_id > ?", (0,))
    if existing:
        company = existing[0]
        if company["code"] != command.code:
            raise Conflict("command.other_company", got=command.code, expected=company["code"])
        return {"document_id": company["company_id"], "company_id": company["company_id"]}
    where = given_text(command.code, "code", "company")
    whole(command.minor_digits, "minor_digits", where, 0, 4)
    company_id = work.new_id()
    work.insert(
        "company",
        company_id=company_id,
        code=where,
        name=given_text(command.name, "name", where),
        name_zh=command.name_zh,
        currency=given_text(command.currency, "currency", where),
        minor_digits=command.minor_digits,
        time_zone=given_text(command.time_zone, "time_zone", where),
        today=command.today,
        source=known(command.kind_of_source, ("entered", "demo", "import"), "kind_of_source", where),
        demo_seed=command.demo_seed,
        demo_end_date=command.demo_end_date,
    )
    if work.get("lot", 0) is None:
        work.insert("lot", lot_id=0, code="")
    for code, kind in VIRTUAL_LOCATIONS.items():
        if work.find_code("location", code) is None:
            work.insert("location", location_id=work.new_id(), code=code, kind=kind, is_pickable=0, is_physical=0)
    if work.find_code("app_user", "system") is None:
        work.insert(
            "app_user", user_id=work.new_id(), login="system", name="System", name_zh="系统", role="system", password_hash=""
        )
    if work.find_code("unit_of_measure", "EA") is None:
        work.insert("unit_of_measure", unit_id=work.new_id(), code="EA", name="each", name_zh="个")
    for setting in defaults():
        _set(work, setting.name, "", setting.default, setting.source_note)
    work.event("company", company_id, "created", new=where)
    return {"document_id": company_id, "company_id": company_id}


@handles(AdvanceClock)
def advance_clock(work: UnitOfWork, command: AdvanceClock) -> dict[str, Any]:
    """The company's today goes forward only."""
    company = work.company
    if command.today < company["today"]:
        raise Refused("command.clock_goes_back", got=command.today, expected=company["today"])
    if command.today > company["today"]:
        work.event("company", company["company_id"], "changed", old=str(company["today"]), new=str(command.today))
        work.change("company", company["company_id"], today=command.today)
    return {"document_id": company["company_id"]}


@handles(DefineUser)
def define_user(work: UnitOfWork, command: DefineUser) -> dict[str, Any]:
    """A person or device who may act; one without a password hash cannot sign in."""
    where = command.login
    columns: dict[str, Any] = {
        "name": given_text(command.name, "name", where),
        "name_zh": command.name_zh,
        "role": known(command.role, ROLES, "role", where),
        "language": known(command.language, LANGUAGES, "language", where),
        "is_active": int(command.is_active),
    }
    if command.password_hash is not None:
        columns["password_hash"] = command.password_hash
    found = work.find_code("app_user", command.login)
    if found is None:
        columns.setdefault("password_hash", "")
        row, _ = define(work, "app_user", command.login, columns)
        return answer_for("app_user", row)
    secret = columns.pop("password_hash", None)
    row, _ = update_row(work, "app_user", found, columns)
    if secret is not None and secret != row["password_hash"]:
        # The old and the new hash stay out of the event.
        work.change("app_user", found, password_hash=secret)
        work.event("app_user", found, "password_changed")
    return answer_for("app_user", row)


@handles(ChangeSetting)
def change_setting(work: UnitOfWork, command: ChangeSetting) -> dict[str, Any]:
    """A known rate or target gets another value; every value ever held stays in `setting_version`."""
    value = checked_value(command.name, command.scope, command.value)
    setting_id = _set(work, command.name, command.scope, value, command.source_note)
    return {"document_id": setting_id, "setting_id": setting_id}


@handles(SetCalendar)
def set_calendar(work: UnitOfWork, command: SetCalendar) -> dict[str, Any]:
    """Days that differ from Monday to Friday, for the company or for one supplier."""
    lines_given(command.days, command.calendar_code)
    named_once([day.date for day in command.days], "date", command.calendar_code)
    code = command.calendar_code
    if code != "own":
        kind, _, supplier = code.partition(":")
        if kind != "supplier":
            raise InvalidInput("command.unknown_calendar", got=code)
        code = f"supplier:{work.lookup('supplier', supplier)}"
    present = {row["date"]: row for row in work.children("calendar_day", "calendar_code", code)}
    ids = []
    for day in command.days:
        columns = {"is_working": int(day.is_working), "name": day.name, "name_zh": day.name_zh}
        row = present.get(day.date)
        if row is None:
            row = work.insert("calendar_day", calendar_day_id=work.new_id(), calendar_code=code, date=day.date, **columns)
        else:
            update_row(work, "calendar_day", row["calendar_day_id"], columns)
        ids.append(row["calendar_day_id"])
    return {"line_ids": ids, "calendar_code": code}


@handles(DefineBusinessEvent)
def define_business_event(work: UnitOfWork, command: DefineBusinessEvent) -> dict[str, Any]:
    """A known cause of demand: a promotion, a festival, a campaign; defining a withdrawn one again brings it back."""
    check_validity(command.start_date, command.end_date, command.name)
    if command.discount_ppm is not None:
        rate(command.discount_ppm, command.name, "discount_ppm")
    is_new = work.find_code("business_event", command.name) is None
    author = {"author_id": work.actor.user_id, "recorded_at": work.recorded_at} if is_new else {}
    row, _ = define(
        work,
        "business_event",
        command.name,
        {
            "kind": known(command.event_kind, EVENT_KINDS, "event_kind", command.name),
            "name_zh": command.name_zh,
            "start_date": command.start_date,
            "end_date": command.end_date,
            "item_id": optional_key(work, "item", command.sku),
            "category_id": optional_key(work, "item_category", command.category),
            "discount_ppm": command.discount_ppm,
            "is_withdrawn": 0,
            **author,
        },
    )
    return answer_for("business_event", row)


def _set(work: UnitOfWork, name: str, scope: str, value: str, source_note: str) -> int:
    row = next((row for row in work.children("setting", "name", name) if row["scope"] == scope), None)
    if row is None:
        row = work.insert("setting", setting_id=work.new_id(), name=name, scope=scope, value=value, source_note=source_note)
    else:
        row, changed = update_row(work, "setting", row["setting_id"], {"value": value, "source_note": source_note})
        if not changed:
            return int(row["setting_id"])
    record_version(work, "setting", row)
    return int(row["setting_id"])
