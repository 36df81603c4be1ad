"""Commands that set up the company itself: its clock, users, calendars, events and settings. A repeat changes nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from transactional.commands.base import Command


@dataclass(frozen=True, kw_only=True, slots=True)
class CreateCompany(Command):
    code: str
    name: str
    name_zh: str = ""
    currency: str = "CNY"
    minor_digits: int = 2
    time_zone: str = "Asia/Shanghai"
    today: date
    kind_of_source: str = "entered"  # 'entered', 'demo', 'import'
    demo_seed: int | None = None
    demo_end_date: date | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class AdvanceClock(Command):
    """Set the company's today; it never goes back."""

    today: date


@dataclass(frozen=True, kw_only=True, slots=True)
class DefineUser(Command):
    """`password_hash` comes from `transactional.auth.hash_password`; None keeps the present one."""

    login: str
    name: str
    name_zh: str = ""
    role: str
    language: str = "en"
    password_hash: str | None = None
    is_active: bool = True


@dataclass(frozen=True, slots=True)
class CalendarDay:
    date: date
    is_working: bool
    name: str = ""
    name_zh: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class SetCalendar(Command):
    """Days that differ from Monday to Friday working. `calendar_code`: 'own' or 'supplier:<code>'."""

    calendar_code: str
    days: tuple[CalendarDay, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class DefineBusinessEvent(Command):
    event_kind: str
    name: str
    name_zh: str = ""
    start_date: date
    end_date: date
    sku: str | None = None
    category: str | None = None
    discount_ppm: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class ChangeSetting(Command):
    name: str
    value: str
    scope: str = ""
    source_note: str = ""
