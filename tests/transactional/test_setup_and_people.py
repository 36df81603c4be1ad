"""Setting up: a repeat changes nothing, every change is versioned, codes are unique, roles and passwords hold."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

import transactional.commands as commands
from kernel.errors import Conflict, InvalidInput, NotPermitted, Refused
from kernel.messages import has_text
from tests.company import THE_DAY, UNIT, common, tiny_company
from transactional import Ledger, queries
from transactional.auth import User, hash_password, sign_in, verify_password
from transactional.check import check
from transactional.commands import (
    AdvanceClock,
    BomLine,
    CalendarDay,
    ChangeSetting,
    CreateCompany,
    DefineBom,
    DefineBusinessEvent,
    DefineCategory,
    DefineConversion,
    DefineItem,
    DefineLocation,
    DefineSupplier,
    DefineUser,
    DefineWarehouse,
    PriceBreak,
    RecordQualification,
    SetCalendar,
    SetPlanning,
    SetSupplierTerms,
    WriteNote,
)
from transactional.engine.registry import handler_of
from transactional.handlers.permissions import PERMITTED, may_send


def versions(ledger: Ledger, table: str) -> int:
    return int(ledger.rows(f"SELECT COUNT(*) FROM {table}_version")[0][0])


def item(sku: str = "NEW-01", **columns: Any) -> DefineItem:
    return DefineItem(**{"sku": sku, "name": "New", "item_type": "component", **common(), **columns})


def test_every_command_has_a_handler_and_somebody_who_may_send_it() -> None:
    """No command of the catalogue is left without effect, and permissions name only commands that exist."""
    kinds = {name for name in commands.__all__ if isinstance(kind := getattr(commands, name), type)
             and issubclass(kind, commands.Command) and kind is not commands.Command}  # fmt: skip
    for name in sorted(kinds):
        assert callable(handler_of(getattr(commands, name)))
        assert may_send("admin", name)
    assert set().union(*PERMITTED.values()) <= kinds


def test_setting_up_twice_changes_nothing(ledger: Ledger) -> None:
    """The same definitions again: no new rows, no versions, and the company stays the same."""
    tiny_company(ledger, opening=False)
    tables = ("item", "item_version", "item_location_version", "supplier_version", "bom_line", "supplier_item_price", "location",
              "setting_version", "carrier_lane", "supplier_qualification")  # fmt: skip
    before = [ledger.rows(f"SELECT COUNT(*), MAX(posting_sequence) FROM {table}") for table in tables]
    tiny_company(ledger, opening=False)

    assert [ledger.rows(f"SELECT COUNT(*), MAX(posting_sequence) FROM {table}") for table in tables] == before
    assert check(ledger) == []


def test_the_ledger_belongs_to_one_company(ledger: Ledger) -> None:
    """Another company needs another ledger."""
    tiny_company(ledger, opening=False)
    with pytest.raises(Conflict, match="belongs to company TINY"):
        ledger.post([CreateCompany(code="OTHER", name="Other", today=THE_DAY, **common("system"))])


def test_the_clock_goes_forward_only(ledger: Ledger) -> None:
    """And tells what it was."""
    tiny_company(ledger, opening=False)
    ledger.post([AdvanceClock(today=THE_DAY + timedelta(days=1), **common())])
    with pytest.raises(Refused, match="only goes forward"):
        ledger.post([AdvanceClock(today=THE_DAY, **common())])
    company = queries.company(ledger)
    assert company is not None
    assert company["today"] == THE_DAY + timedelta(days=1)


def test_a_second_spelling_of_an_item_code_is_refused(ledger: Ledger) -> None:
    """Width, case and spaces make no new item."""
    tiny_company(ledger, opening=False)
    for spelling in ("raw-01", "ＲＡＷ-01", "RAW - 01"):
        with pytest.raises(Conflict, match="RAW-01"):
            ledger.post([item(spelling)])
    for bad in ("", " NEW", "NEW\n1"):
        with pytest.raises(InvalidInput):
            ledger.post([item(bad)])


def test_changes_of_items_and_planning_are_versioned(ledger: Ledger) -> None:
    """One version per change, none for a repeat; what planning read before is still there."""
    tiny_company(ledger, opening=False)
    items, places = versions(ledger, "item"), versions(ledger, "item_location")
    plan = {"sku": "NEW-01", "warehouse": "MAIN"}
    ledger.post([item(), item(standard_cost=2 * UNIT), item(standard_cost=2 * UNIT)])
    ledger.post([SetPlanning(**plan, lead_time_days=5, **common()), SetPlanning(**plan, lead_time_days=6, **common())])
    ledger.post([SetPlanning(**plan, lead_time_days=6, **common())])

    assert (versions(ledger, "item") - items, versions(ledger, "item_location") - places) == (2, 2)
    costs = ledger.rows(
        "SELECT v.standard_cost FROM item_version v JOIN item i ON i.item_id = v.item_id WHERE i.sku = 'NEW-01' ORDER BY 1"
    )
    assert sorted(costs, key=str) == sorted([(None,), (2 * UNIT,)], key=str)
    with pytest.raises(InvalidInput, match="base unit"):
        ledger.post([item(base_unit="KG")])


@pytest.mark.parametrize(
    ("bad", "says"),
    [
        (lambda: item(item_type="toy"), "item_type is 'toy'"),
        (lambda: item(standard_cost=-1), "standard_cost is -1"),
        (lambda: item(quantity_step=0), "quantity_step"),
        (lambda: item(tax_rate_ppm=2_000_000), "tax_rate_ppm"),
        (lambda: SetPlanning(sku="RAW-01", warehouse="MAIN", order_policy="fixed", **common()), "no fixed order quantity"),
        (lambda: SetPlanning(sku="RAW-01", warehouse="MAIN", procurement="transfer", **common()), "source warehouse"),
        (lambda: SetPlanning(sku="RAW-01", warehouse="MAIN", lead_time_days=-1, **common()), "lead_time_days"),
        (lambda: SetPlanning(sku="RAW-01", warehouse="MAIN", minimum_order_quantity=9, maximum_order_quantity=5, **common()),
         "maximum"),
        (lambda: DefineCategory(code="ALL", name="All", parent="BUY", **common()), "below it already"),
        (lambda: DefineConversion(sku=None, from_unit="KG", to_unit="KG", numerator=1, denominator=1, **common()), "same unit"),
        (lambda: DefineConversion(sku=None, from_unit="KG", to_unit="EA", numerator=1, denominator=0, **common()), "denominator"),
        (lambda: DefineLocation(code="A-01", warehouse="SHOP", **common()), "not a bin of warehouse SHOP"),
        (lambda: DefineWarehouse(code="MAIN", name="Main", valuation_area="SHOP", **common()), "valued in the present one"),
        (lambda: DefineBom(sku="RAW-01", valid_from=THE_DAY, lines=(), **common()), "no lines"),
        (lambda: DefineBom(sku="RAW-01", valid_from=THE_DAY, lines=(BomLine("RAW-01", UNIT),), **common()), "contain itself"),
        (lambda: DefineBom(sku="RAW-01", valid_from=THE_DAY, lines=(BomLine("RAW-02", UNIT, 10**6),), **common()), "scrap_ppm"),
        (lambda: DefineSupplier(code="X", name="X", status="asleep", **common()), "status is 'asleep'"),
        (lambda: DefineUser(login="x", name="X", role="king", **common()), "role is 'king'"),
        (lambda: DefineUser(login="x", name="X", role="buyer", language="fr", **common()), "language is 'fr'"),
        (lambda: SetCalendar(calendar_code="mine", days=(CalendarDay(THE_DAY, False),), **common()), "calendar 'mine'"),
        (lambda: SetCalendar(calendar_code="own", days=(CalendarDay(THE_DAY, False),) * 2, **common()), "stands twice"),
        (lambda: ChangeSetting(name="luck", value="1", **common()), "setting 'luck'"),
        (lambda: ChangeSetting(name="carrying_rate", value="20", **common()), "carrying_rate is 20"),
        (lambda: ChangeSetting(name="carrying_rate", value="much", **common()), "expected a number"),
        (lambda: ChangeSetting(name="carrying_rate", value="0.1", scope="moon:1", **common()), "scope 'moon:1'"),
        (lambda: RecordQualification(supplier="ACME", qualification_kind="", valid_from=THE_DAY, **common()),
         "qualification_kind"),
        (lambda: SetSupplierTerms(supplier="ACME", sku="RAW-01", lead_time_days=1, valid_from=THE_DAY, prices=(), **common()),
         "no lines"),
        (lambda: SetSupplierTerms(supplier="ACME", sku="RAW-01", lead_time_days=1, valid_from=THE_DAY,
                                  prices=(PriceBreak(0, 1), PriceBreak(0, 2)), **common()), "stands twice"),
        (lambda: DefineBusinessEvent(event_kind="sale", name="618", start_date=THE_DAY, end_date=THE_DAY, **common()),
         "event_kind"),
    ],
)  # fmt: skip
def test_master_data_that_cannot_be_right_is_refused(sqlite_ledger: Ledger, bad: Any, says: str) -> None:
    """The message says what came and what was expected, in both languages."""
    tiny_company(sqlite_ledger, opening=False)
    with pytest.raises(InvalidInput, match=says) as refusal:
        sqlite_ledger.post([bad()])
    assert has_text(refusal.value.key)
    assert "{" not in refusal.value.text("zh")


def test_settings_remember_every_value(ledger: Ledger) -> None:
    """The company's value, a category's own, and what they were before."""
    tiny_company(ledger, opening=False)
    before = versions(ledger, "setting")
    ledger.post([ChangeSetting(name="carrying_rate", value="0.25", source_note="bank", **common("finance"))])
    ledger.post([ChangeSetting(name="carrying_rate", value="0.3", scope="category:BUY", **common("finance"))])

    assert str(queries.setting_value(ledger, "carrying_rate")) == "0.25"
    assert str(queries.setting_value(ledger, "carrying_rate", "category:BUY")) == "0.3"
    assert str(queries.setting_value(ledger, "carrying_rate", "category:MAKE")) == "0.25"
    assert versions(ledger, "setting") - before == 2


def test_calendars_speak_of_the_company_and_of_suppliers(ledger: Ledger) -> None:
    """A supplier's calendar is kept under its id; a day can be corrected."""
    tiny_company(ledger, opening=False)
    day = CalendarDay(THE_DAY, False, "New year", "元旦")
    ledger.post([SetCalendar(calendar_code="own", days=(day,), **common())])
    ledger.post([SetCalendar(calendar_code="supplier:ACME", days=(CalendarDay(THE_DAY, True),), **common())])
    ledger.post([SetCalendar(calendar_code="own", days=(CalendarDay(THE_DAY, True),), **common())])
    supplier = ledger.rows("SELECT supplier_id FROM supplier WHERE code = 'ACME'")[0][0]
    rows = ledger.rows("SELECT calendar_code, is_working FROM calendar_day ORDER BY calendar_code")
    assert rows == [("own", 1), (f"supplier:{supplier}", 1)]


def test_a_role_sends_what_its_desk_does(ledger: Ledger) -> None:
    """A viewer writes notes; it does not change settings, and neither does a salesperson."""
    tiny_company(ledger, opening=False)
    ledger.post([WriteNote(subject_kind="item", subject_id="RAW-01", body="seen", **common("viewer"))])
    for login in ("viewer", "seller", "buyer"):
        with pytest.raises(NotPermitted, match="ChangeSetting"):
            ledger.post([ChangeSetting(name="carrying_rate", value="0.1", **common(login))])
    with pytest.raises(NotPermitted, match="DefineUser"):
        ledger.post([DefineUser(login="x", name="X", role="admin", **common("manager"))])


def test_people_sign_in_with_their_password_only(ledger: Ledger) -> None:
    """One message for a wrong password, an unknown login, a closed account, no password, and the system user."""
    tiny_company(ledger, opening=False)
    secret = hash_password("correct horse")
    people = {"name": "Ann", "name_zh": "安", "role": "buyer", "language": "zh"}
    ledger.post([DefineUser(login="ann", password_hash=secret, **people, **common())])
    ledger.post([DefineUser(login="bob", name="Bob", role="buyer", password_hash=secret, is_active=False, **common())])
    user = sign_in(ledger, "ann", "correct horse")
    assert user == User(user.user_id, "ann", "Ann", "安", "buyer", "zh")
    for login, password in (
        ("ann", "wrong"),
        ("ghost", "correct horse"),
        ("bob", "correct horse"),
        ("admin", ""),
        ("system", "!"),
    ):
        with pytest.raises(NotPermitted, match="do not fit together"):
            sign_in(ledger, login, password)
    # Changing the name keeps the password; the hash never reaches an event.
    ledger.post([DefineUser(login="ann", name="Anna", role="buyer", **common())])
    assert sign_in(ledger, "ann", "correct horse").name == "Anna"
    ledger.post([DefineUser(login="ann", name="Anna", role="buyer", password_hash=hash_password("battery staple"), **common())])
    assert sign_in(ledger, "ann", "battery staple").login == "ann"
    assert ledger.rows("SELECT COUNT(*) FROM document_event WHERE old_value LIKE ? OR new_value LIKE ?", ("%scrypt%",) * 2) == [
        (0,)
    ]
    assert all("password_hash" not in row for row in queries.users(ledger))


def test_password_hashes_differ_by_salt_and_refuse_nonsense() -> None:
    """Two hashes of one password differ; a broken hash matches nothing."""
    first, second = hash_password("correct horse"), hash_password("correct horse")
    assert first != second
    assert verify_password("correct horse", first)
    assert not verify_password("correct horsE", first)
    assert not any(
        verify_password("x", stored) for stored in ("", "!", "scrypt$1$2", "scrypt$a$8$1$AA==$AA==", "md5$1$1$1$AA==$AA==")
    )
    for bad in ("short", "x" * 1025):
        with pytest.raises(InvalidInput, match="characters"):
            hash_password(bad)
