"""Which commands define whom the demo company buys from, sells to and ships with?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from transactional.commands import (
    Command,
    DefineCarrier,
    DefineCustomer,
    DefineSupplier,
    PriceBreak,
    RecordQualification,
    SetCarrierLane,
    SetSupplierTerms,
)
from transactional.demo.setup_base import Setup, make
from transactional.demo.world import PLANT, WAREHOUSES, Terms

__all__ = ["partner_commands", "terms_command"]


def partner_commands(setup: Setup) -> Iterator[Command]:
    """Suppliers with their qualifications and terms, customers, carriers with their lanes."""
    yield from _suppliers(setup)
    yield from _customers(setup)
    yield from _carriers(setup)


def _suppliers(setup: Setup) -> Iterator[Command]:
    world, start = setup.world, setup.start
    for supplier in world.suppliers.values():
        yield make(
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
        yield make(
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


def _customers(setup: Setup) -> Iterator[Command]:
    for customer in setup.world.customers:
        yield make(
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


def _carriers(setup: Setup) -> Iterator[Command]:
    world, start = setup.world, setup.start
    for carrier in world.carriers:
        yield make(DefineCarrier, setup.base(), code=carrier.code, name=carrier.name, name_zh=carrier.name_zh)
    for lane in world.lanes.values():
        yield make(
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
            yield make(
                SetCarrierLane,
                setup.base(),
                carrier=world.carriers[0].code,
                warehouse=PLANT,
                region=region,
                transit_days=3,
                cost_amount=120_000,
                valid_from=start,
            )


def terms_command(base: dict[str, object], terms: Terms, valid_from: date, year_index: int) -> Command:
    """Terms of a supplier for an item as they stand from a day on."""
    prices = tuple(PriceBreak(least, terms.price_at(year_index, max(least, 1))) for least, _ in terms.breaks)
    return make(
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
