"""A company of twenty items that every room's tests may stand on: small enough to read, wide enough to buy, make, keep and sell.

    bought    RAW-01..RAW-08, PACK-01, PACK-02, TRADE-01..TRADE-04 (TRADE-01 by lot, 180 days shelf life)
    made      PART-01 (2 RAW-01 + 1 RAW-02), PART-02 (1 RAW-03, 5 % scrap), KIT (phantom: RAW-04 + RAW-05),
              GOOD-01 (2 PART-01 + KIT + PACK-01), GOOD-02 (1 PART-02 + 1 RAW-06 + 1 fixed PACK-02), GOOD-03 (3 RAW-07)
    places    warehouse MAIN (A-01, A-02, B-01), warehouse SHOP (S-01), valued apart
    partners  suppliers ACME (contract for RAW-01), BOLT; customers CITY (north), FARM (south); carrier FAST (2 and 5 days)
    people    admin, buyer, seller, clerk, maker, planner, viewer

`THE_DAY` is the company's first day; opening stock is posted then.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from itertools import count
from typing import Any

from transactional import Ledger
from transactional.commands import (
    BomLine,
    Command,
    CreateCompany,
    DefineBarcode,
    DefineBom,
    DefineCarrier,
    DefineCategory,
    DefineCustomer,
    DefineItem,
    DefineLocation,
    DefineReturnReason,
    DefineScrapReason,
    DefineSupplier,
    DefineUnit,
    DefineUser,
    DefineWarehouse,
    DefineWorkCenter,
    OpeningLine,
    PostOpening,
    PriceBreak,
    RecordQualification,
    SetCarrierLane,
    SetPlanning,
    SetSupplierTerms,
)

__all__ = ["THE_DAY", "UNIT", "Names", "common", "tiny_company"]

UNIT = 1_000_000
"""One base unit, and one currency unit of a price."""

THE_DAY = date(2026, 1, 5)

_serial = count(1)


def common(actor: str = "admin", day: date = THE_DAY, command_id: str | None = None, source: str = "screen") -> dict[str, Any]:
    """What every command carries; a fresh command id unless one is given."""
    number = next(_serial)
    return {
        "command_id": command_id or f"00000000-0000-4000-8000-{number:012d}",
        "actor": actor,
        "source": source,
        "business_date": day,
    }


@dataclass(frozen=True)
class Names:
    """What the tiny company calls its things."""

    items: tuple[str, ...]
    warehouses: tuple[str, ...] = ("MAIN", "SHOP")
    bins: tuple[str, ...] = ("A-01", "A-02", "B-01", "S-01")
    suppliers: tuple[str, ...] = ("ACME", "BOLT")
    customers: tuple[str, ...] = ("CITY", "FARM")
    users: tuple[str, ...] = ("admin", "buyer", "seller", "clerk", "maker", "planner", "viewer")


_RAW = [f"RAW-{n:02d}" for n in range(1, 9)]
_TRADE = [f"TRADE-{n:02d}" for n in range(1, 5)]
_PACK = ["PACK-01", "PACK-02"]
_BOUGHT = [*_RAW, *_TRADE, *_PACK]
_TYPES = {"RAW": "raw_material", "TRADE": "trading_good", "PACK": "packaging", "PART": "semi_finished", "GOOD": "finished_good"}
_MADE = ["PART-01", "PART-02", "GOOD-01", "GOOD-02", "GOOD-03"]


def tiny_company(ledger: Ledger, *, opening: bool = True) -> Names:
    """Found the company in an empty ledger, with opening stock of 100 of every bought item in A-01 unless told otherwise."""
    ledger.post([CreateCompany(code="TINY", name="Tiny Works", name_zh="小小工厂", today=THE_DAY, **common("system"))])
    ledger.post([*_people(), *_partners(), *_places(), *_items(), *_boms(), *_terms()])
    if opening:
        lines = tuple(
            OpeningLine(
                sku=sku, location="A-01", quantity=100 * UNIT, unit_cost=_cost(sku), lot="OLD" if sku == "TRADE-01" else None
            )
            for sku in _BOUGHT
        )
        ledger.post([PostOpening(opening_date=THE_DAY, lines=lines, **common())])
    return Names(items=(*_BOUGHT, *_MADE, "KIT"))


def _cost(sku: str) -> int:
    return (_BOUGHT.index(sku) + 1) * UNIT + 333_333


def _people() -> list[Command]:
    roles = {
        "admin": "admin",
        "buyer": "buyer",
        "seller": "sales",
        "clerk": "warehouse",
        "maker": "production",
        "planner": "planner",
        "viewer": "viewer",
        "finance": "finance",
        "manager": "manager",
    }
    return [DefineUser(login=login, name=login.title(), role=role, **common("system")) for login, role in roles.items()]


def _places() -> list[Command]:
    return [
        DefineWarehouse(code="MAIN", name="Main", name_zh="主仓", region="north", **common()),
        DefineWarehouse(code="SHOP", name="Shop", name_zh="门店", region="south", **common()),
        *(DefineLocation(code=code, warehouse="MAIN", zone=code[0], **common()) for code in ("A-01", "A-02", "B-01")),
        DefineLocation(code="S-01", warehouse="SHOP", zone="S", **common()),
        SetCarrierLane(carrier="FAST", warehouse="MAIN", region="north", transit_days=2, valid_from=THE_DAY, **common()),
        SetCarrierLane(carrier="FAST", warehouse="MAIN", region="south", transit_days=5, valid_from=THE_DAY, **common()),
    ]


def _partners() -> list[Command]:
    return [
        DefineSupplier(code="ACME", name="Acme Metals", name_zh="艾可美金属", **common()),
        DefineSupplier(code="BOLT", name="Bolt & Co", name_zh="博特公司", **common()),
        RecordQualification(
            supplier="ACME",
            qualification_kind="ISO 9001",
            certificate_number="Q-1",
            valid_from=date(2025, 1, 1),
            qualification_expiry_date=date(2026, 12, 31),
            **common(),
        ),
        DefineCustomer(code="CITY", name="City Store", name_zh="城市商店", region="north", **common()),
        DefineCustomer(code="FARM", name="Farm Shop", name_zh="农场小店", region="south", **common()),
        DefineCarrier(code="FAST", name="Fast Freight", name_zh="快运", **common()),
        DefineReturnReason(code="broken", name="Broken", name_zh="破损", **common()),
        DefineScrapReason(code="crack", name="Crack", name_zh="开裂", **common()),
    ]


def _items() -> list[Command]:
    commands: list[Command] = [
        DefineUnit(code="KG", name="kilogram", name_zh="千克", dimension="weight", **common()),
        DefineCategory(code="ALL", name="All", name_zh="全部", **common()),
        DefineCategory(code="BUY", name="Bought", name_zh="外购", parent="ALL", **common()),
        DefineCategory(code="MAKE", name="Made", name_zh="自制", parent="ALL", **common()),
    ]
    for sku in (*_BOUGHT, *_MADE):
        is_bought = sku in _BOUGHT
        commands.append(
            DefineItem(
                sku=sku,
                name=sku.title(),
                name_zh=f"物料 {sku}",
                item_type=_TYPES[sku.split("-")[0]],
                category="BUY" if is_bought else "MAKE",
                standard_cost=_cost(sku) if is_bought else None,
                list_price=50 * UNIT,
                shelf_life_days=180 if sku == "TRADE-01" else None,
                is_lot_tracked=sku == "TRADE-01",
                is_measured=sku == "RAW-08",
                quantity_step=1_000 if sku == "RAW-08" else UNIT,
                **common(),
            )
        )
        for warehouse in ("MAIN", "SHOP") if sku.startswith(("GOOD", "TRADE")) else ("MAIN",):
            buys = "buy" if is_bought else "make"
            commands.append(
                SetPlanning(
                    sku=sku,
                    warehouse=warehouse,
                    procurement=buys if warehouse == "MAIN" else "transfer",
                    source_warehouse="MAIN" if warehouse == "SHOP" else None,
                    lead_time_days=7,
                    planner="planner",
                    **common(),
                )
            )
    commands.append(DefineItem(sku="KIT", name="Kit", name_zh="套件", item_type="phantom", category="MAKE", **common()))
    commands.append(SetPlanning(sku="KIT", warehouse="MAIN", procurement="phantom", lead_time_days=0, **common()))
    commands.append(DefineBarcode(barcode="6900000000017", sku="GOOD-01", **common()))
    return commands


def _boms() -> list[Command]:
    def bom(sku: str, *lines: BomLine) -> DefineBom:
        return DefineBom(sku=sku, valid_from=date(2025, 1, 1), lines=lines, **common())

    return [
        DefineWorkCenter(code="WC-1", name="Bench", name_zh="工作台", warehouse="MAIN", cost_per_hour=60 * UNIT, **common()),
        bom("PART-01", BomLine("RAW-01", 2 * UNIT), BomLine("RAW-02", UNIT)),
        bom("PART-02", BomLine("RAW-03", UNIT, scrap_ppm=50_000)),
        bom("KIT", BomLine("RAW-04", UNIT), BomLine("RAW-05", UNIT)),
        bom("GOOD-01", BomLine("PART-01", 2 * UNIT), BomLine("KIT", UNIT), BomLine("PACK-01", UNIT)),
        bom("GOOD-02", BomLine("PART-02", UNIT), BomLine("RAW-06", UNIT), BomLine("PACK-02", UNIT, is_fixed=True)),
        bom("GOOD-03", BomLine("RAW-07", 3 * UNIT)),
    ]


def _terms() -> list[Command]:
    commands: list[Command] = []
    for sku in _BOUGHT:
        for supplier, preference in (("ACME", 1), ("BOLT", 2)):
            if supplier == "BOLT" and sku == "RAW-08":
                continue
            commands.append(
                SetSupplierTerms(
                    supplier=supplier,
                    sku=sku,
                    lead_time_days=7 if supplier == "ACME" else 4,
                    preference=preference,
                    is_contract=supplier == "ACME" and sku == "RAW-01",
                    valid_from=date(2025, 1, 1),
                    prices=(PriceBreak(0, _cost(sku) + preference * 10_000), PriceBreak(50 * UNIT, _cost(sku))),
                    **common(),
                )
            )
    return commands
