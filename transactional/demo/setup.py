"""Which commands set up the demo company before its first day?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from kernel.ids import import_command_id
from kernel.numbers import PRICE_SCALE, QUANTITY_SCALE
from transactional.commands import (
    BomLine,
    CalendarDay,
    Command,
    CreateCompany,
    DefineBarcode,
    DefineBom,
    DefineBusinessEvent,
    DefineCarrier,
    DefineCategory,
    DefineConversion,
    DefineCustomer,
    DefineItem,
    DefineLocation,
    DefineReturnReason,
    DefineRouting,
    DefineScrapReason,
    DefineSupplier,
    DefineUnit,
    DefineUser,
    DefineWarehouse,
    DefineWorkCenter,
    Operation,
    PriceBreak,
    RecordQualification,
    SetCalendar,
    SetCarrierLane,
    SetPlanning,
    SetSupplierTerms,
)
from transactional.demo.calendars import CAMPAIGNS, SPRING_FESTIVAL, SpecialDay, own_days, supplier_days
from transactional.demo.chance import random_for
from transactional.demo.demand import Demand
from transactional.demo.items import WORK_CENTERS, Item
from transactional.demo.plot import Plot
from transactional.demo.promotions import stocking_up
from transactional.demo.world import DC_CODES, PLANT, RETURN_REASONS, SCRAP_REASONS, WAREHOUSES, Terms, World

__all__ = ["DEMO_PASSWORD", "master_data", "terms_command"]

DEMO_PASSWORD = "throughline"
"""Everybody's password in the demo company: login and password stand on its sign-in page."""

_UNITS = (
    ("EA", "piece", "件", "count"),
    ("KG", "kilogram", "千克", "weight"),
    ("CTN", "carton", "箱", "count"),
    ("BOX", "box", "盒", "count"),
)


class _Setup:
    """Counts command ids while the master data are written down."""

    def __init__(self, world: World, plot: Plot) -> None:
        self.world = world
        self.plot = plot
        self.count = 0
        self.start = world.scale.start_date

    def base(self, actor: str = "admin") -> dict[str, object]:
        self.count += 1
        return {
            "command_id": import_command_id(self.world.code, "setup", str(self.count)),
            "actor": actor,
            "source": "demo",
            "business_date": self.start,
        }


def master_data(world: World, demand: Demand, plot: Plot, password_hash: str) -> Iterator[Command]:
    """Company, people, places, items, structures, partners, terms, planning parameters and events; each refers only back."""
    setup = _Setup(world, plot)
    yield from _company(setup, password_hash)
    yield from _items(setup)
    yield from _partners(setup)
    yield from _calendars(setup)
    yield from _planning(setup, demand)


def _make(kind: type[Command], base: dict[str, object], **fields: object) -> Command:
    return kind(**base, **fields)  # type: ignore[arg-type]


def _company(setup: _Setup, password_hash: str) -> Iterator[Command]:
    world = setup.world
    yield _make(
        CreateCompany,
        setup.base("system"),
        code=world.code,
        name=world.name,
        name_zh=world.name_zh,
        currency="CNY",
        today=setup.start,
        kind_of_source="demo",
        demo_seed=world.seed,
        demo_end_date=world.scale.end_date,
    )
    for person in world.people:
        yield _make(
            DefineUser,
            setup.base("system"),
            login=person.login,
            name=person.name,
            name_zh=person.name_zh,
            role=person.role,
            language=person.language,
            password_hash=password_hash,
        )
    for code, name, name_zh, dimension in _UNITS:
        yield _make(DefineUnit, setup.base(), code=code, name=name, name_zh=name_zh, dimension=dimension)
    for code, name, name_zh, region, _ in WAREHOUSES:
        yield _make(DefineWarehouse, setup.base(), code=code, name=name, name_zh=name_zh, region=region)
    for place in world.bins:
        yield _make(
            DefineLocation,
            setup.base(),
            code=place.code,
            warehouse=place.warehouse,
            zone=place.zone,
            aisle=place.aisle,
            position=place.position,
            is_pickable=place.is_pickable,
        )
    for code, name, name_zh in RETURN_REASONS:
        yield _make(DefineReturnReason, setup.base(), code=code, name=name, name_zh=name_zh)
    for code, name, name_zh in SCRAP_REASONS:
        yield _make(DefineScrapReason, setup.base(), code=code, name=name, name_zh=name_zh)


def _items(setup: _Setup) -> Iterator[Command]:
    world, start = setup.world, setup.start
    for code, name, name_zh, parent in world.catalogue.categories:
        yield _make(DefineCategory, setup.base(), code=code, name=name, name_zh=name_zh, parent=parent)
    for item in [*world.items(), *setup.plot.duplicates]:
        yield _define_item(setup, item)
    for number, item in enumerate(i for i in world.items() if i.is_sold):
        yield _make(
            DefineConversion,
            setup.base(),
            sku=item.sku,
            from_unit="CTN",
            to_unit="EA",
            numerator=4 if item.item_type != "trading_good" else 12,
            denominator=1,
        )
        yield _make(DefineBarcode, setup.base(), barcode=_ean(world.seed, number), sku=item.sku, unit="EA")
    for code, name, name_zh, minutes, rate in WORK_CENTERS:
        yield _make(
            DefineWorkCenter,
            setup.base(),
            code=code,
            name=name,
            name_zh=name_zh,
            warehouse=PLANT,
            capacity_minutes_per_day=minutes,
            cost_per_hour=rate * PRICE_SCALE,
        )
    for item in sorted(world.items(), key=lambda i: i.level):
        if not item.components:
            continue
        lines = tuple(BomLine(c.sku, c.quantity, c.scrap_ppm) for c in item.components)
        yield _make(DefineBom, setup.base(), sku=item.sku, valid_from=start, lines=lines)
        if item.steps:
            operations = tuple(
                Operation(10 * (index + 1), step.work_center, step.name, step.setup_minutes, step.run_seconds)
                for index, step in enumerate(item.steps)
            )
            yield _make(DefineRouting, setup.base(), sku=item.sku, valid_from=start, operations=operations)


def _define_item(setup: _Setup, item: Item) -> Command:
    world = setup.world
    first = world.date(int(item.start_share * world.scale.days)) if item.pattern == "new" else None
    return _make(
        DefineItem,
        setup.base(),
        sku=item.sku,
        name=item.name,
        name_zh=item.name_zh,
        item_type=item.item_type,
        category=item.category,
        base_unit=item.unit,
        quantity_step=item.step,
        standard_cost=item.standard_cost or None,
        list_price=item.list_price or None,
        tax_rate_ppm=130_000,
        shelf_life_days=item.shelf_life_days,
        is_lot_tracked=item.is_lot_tracked,
        is_measured=item.unit == "KG",
        first_sale_date=first,
    )


def _ean(seed: int, number: int) -> str:
    digits = f"690{seed % 100_000:05d}{number:04d}"
    check = (10 - sum(int(d) * (3 if i % 2 else 1) for i, d in enumerate(digits)) % 10) % 10
    return f"{digits}{check}"


def _partners(setup: _Setup) -> Iterator[Command]:
    world, start = setup.world, setup.start
    for supplier in world.suppliers.values():
        yield _make(
            DefineSupplier,
            setup.base(),
            code=supplier.code,
            name=supplier.name,
            name_zh=supplier.name_zh,
            credit_rating=supplier.credit_rating,
            is_preferred=supplier.credit_rating == 1,
            city=supplier.city,
        )
        expiry = setup.plot.expiring_qualification.get(supplier.code, supplier.qualification_end)
        yield _make(
            RecordQualification,
            setup.base(),
            supplier=supplier.code,
            qualification_kind="ISO 9001",
            certificate_number=f"Q-{supplier.code}-{expiry.year}",
            valid_from=date(expiry.year - 3, 1, 1) if expiry.year - 3 < 2024 else start,
            qualification_expiry_date=expiry,
        )
    for sku in world.sources:
        for terms in world.sources[sku]:
            yield terms_command(setup.base(), terms, start, 0)
    for customer in world.customers:
        yield _make(
            DefineCustomer,
            setup.base(),
            code=customer.code,
            name=customer.name,
            name_zh=customer.name_zh,
            customer_class=customer.customer_class,
            region=customer.region,
            late_penalty_ppm_per_day={"A": 15_000, "B": 10_000, "C": 5_000}[customer.customer_class],
            credit_limit_amount=200_000_000,
        )
    for carrier in world.carriers:
        yield _make(DefineCarrier, setup.base(), code=carrier.code, name=carrier.name, name_zh=carrier.name_zh)
    for lane in world.lanes.values():
        yield _make(
            SetCarrierLane,
            setup.base(),
            carrier=lane.carrier,
            warehouse=lane.warehouse,
            region=lane.region,
            transit_days=lane.transit_days,
            cost_amount=lane.cost_amount,
            valid_from=start,
        )
    for code, _, _, region, _ in WAREHOUSES:
        if code != PLANT:
            first_carrier = world.carriers[0].code
            yield _make(
                SetCarrierLane,
                setup.base(),
                carrier=first_carrier,
                warehouse=PLANT,
                region=region,
                transit_days=3,
                cost_amount=120_000,
                valid_from=start,
            )


def terms_command(base: dict[str, object], terms: Terms, valid_from: date, year_index: int) -> Command:
    """Terms of a supplier for an item as they stand from a day on."""
    prices = tuple(PriceBreak(least, terms.price_at(year_index, max(least, 1))) for least, _ in terms.breaks)
    return _make(
        SetSupplierTerms,
        base,
        supplier=terms.supplier,
        sku=terms.sku,
        supplier_sku=f"{terms.supplier}/{terms.sku}",
        lead_time_days=round(terms.lead_days * 7 / 5),
        minimum_order_quantity=terms.minimum_quantity,
        order_multiple_quantity=terms.multiple_quantity,
        preference=terms.preference,
        is_contract=terms.is_contract,
        valid_from=valid_from,
        prices=prices,
    )


def _calendars(setup: _Setup) -> Iterator[Command]:
    world = setup.world
    yield _make(SetCalendar, setup.base(), calendar_code="own", days=_calendar_days(own_days(), setup.start))
    for supplier in world.suppliers.values():
        days = _calendar_days(supplier_days(*supplier.closure), setup.start)
        yield _make(SetCalendar, setup.base(), calendar_code=f"supplier:{supplier.code}", days=days)
    for first, last, name, name_zh in CAMPAIGNS:
        if setup.start - timedelta(days=30) <= last and first <= world.scale.end_date + timedelta(days=400):
            yield _make(
                DefineBusinessEvent,
                setup.base("planner"),
                event_kind="campaign",
                name=name,
                name_zh=name_zh,
                start_date=first,
                end_date=last,
                discount_ppm=80_000,
            )
    for year, festival in SPRING_FESTIVAL.items():
        if setup.start <= festival <= world.scale.end_date + timedelta(days=400):
            yield _make(
                DefineBusinessEvent,
                setup.base("planner"),
                event_kind="festival",
                name=f"Spring Festival {year}",
                name_zh=f"春节 {year}",
                start_date=festival - timedelta(days=7),
                end_date=festival + timedelta(days=10),
            )
    for year in range(setup.start.year, world.scale.end_date.year + 2):
        first, last = stocking_up(year)
        if first >= setup.start:
            yield _make(
                DefineBusinessEvent,
                setup.base("planner"),
                event_kind="festival",
                name=f"National Day {year}",
                name_zh=f"国庆备货 {year}",
                start_date=first,
                end_date=last,
            )


def _calendar_days(special: list[SpecialDay], start: date) -> tuple[CalendarDay, ...]:
    return tuple(CalendarDay(day.day, day.is_working, day.name, day.name_zh) for day in special if day.day >= start)


def _planning(setup: _Setup, demand: Demand) -> Iterator[Command]:
    world = setup.world
    random = random_for(world.seed, "planning parameters")
    last = world.scale.days
    for item in world.items():
        for warehouse in (PLANT, *DC_CODES):
            if warehouse != PLANT and warehouse not in item.markets:
                continue
            # Parameters as somebody keeps them: from the last year's mean, rounded.
            daily = demand.expected(warehouse, item.sku, max(0, last - 365), last) / min(365, last)
            unit = QUANTITY_SCALE
            if item.procurement == "phantom":
                yield _make(
                    SetPlanning, setup.base("planner"), sku=item.sku, warehouse=warehouse, procurement="phantom", lead_time_days=0
                )
                continue
            safety = round(daily * item.safety_days * random.uniform(0.85, 1.15))
            common: dict[str, object] = {
                "sku": item.sku,
                "warehouse": warehouse,
                "safety_stock_quantity": safety * unit,
                "planner": "planner",
                "service_level_ppm": 960_000,
            }
            if warehouse != PLANT:
                yield _make(
                    SetPlanning,
                    setup.base("planner"),
                    **common,
                    procurement="transfer",
                    source_warehouse=PLANT,
                    lead_time_days=4,
                    reorder_point_quantity=(safety + round(daily * 5)) * unit,
                )
            elif item.procurement == "make":
                yield _make(
                    SetPlanning,
                    setup.base("planner"),
                    **common,
                    procurement="make",
                    lead_time_days=7 if item.is_sold else 6,
                    order_multiple_quantity=item.lot_multiple * unit,
                    minimum_order_quantity=2 * item.lot_multiple * unit,
                    order_policy="period",
                    period_days=14,
                    yield_ppm=995_000,
                    reorder_point_quantity=(safety + round(daily * 9)) * unit,
                )
            else:
                terms = world.sources[item.sku][0]
                lead = round(terms.lead_days * 7 / 5)
                yield _make(
                    SetPlanning,
                    setup.base("planner"),
                    **common,
                    procurement="buy",
                    lead_time_days=lead,
                    minimum_order_quantity=terms.minimum_quantity,
                    order_multiple_quantity=terms.multiple_quantity,
                    order_policy="period",
                    period_days=14,
                    inspection_days=2 if world.suppliers[terms.supplier].is_inspected else 0,
                    reorder_point_quantity=(safety + round(daily * (lead + 4))) * unit,
                )
