"""Who sells to us, who buys from us, who drives, and on which terms?"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from kernel.errors import InvalidInput
from transactional.commands import (
    DefineCarrier,
    DefineCustomer,
    DefineReturnReason,
    DefineScrapReason,
    DefineSupplier,
    RecordQualification,
    SetCarrierLane,
    SetSupplierTerms,
)
from transactional.engine.registry import handles
from transactional.engine.work import UnitOfWork
from transactional.handlers.masters import answer_for, check_validity, define, record_version, update_row
from transactional.handlers.support import (
    Row,
    amount,
    given_text,
    known,
    lines_given,
    named_once,
    positive_quantity,
    price,
    quantity_not_negative,
    rate,
    whole,
)

_SUPPLIER_STATUS = ("active", "on_hold", "inactive")


@handles(DefineSupplier)
def define_supplier(work: UnitOfWork, command: DefineSupplier) -> dict[str, Any]:
    """A supplier; what planning reads of it is versioned."""
    if command.credit_rating is not None:
        whole(command.credit_rating, "credit_rating", command.code, 0, 1000)
    row, changed = define(
        work,
        "supplier",
        command.code,
        {
            "name": given_text(command.name, "name", command.code),
            "name_zh": command.name_zh,
            "status": known(command.status, _SUPPLIER_STATUS, "status", command.code),
            "credit_rating": command.credit_rating,
            "is_preferred": int(command.is_preferred),
            "city": command.city,
            "currency": given_text(command.currency, "currency", command.code),
            "contact": command.contact,
            "release_fence_days": whole(command.release_fence_days, "release_fence_days", command.code, 0, 3650),
        },
    )
    if changed:
        record_version(work, "supplier", row)
    return answer_for("supplier", row)


@handles(RecordQualification)
def record_qualification(work: UnitOfWork, command: RecordQualification) -> dict[str, Any]:
    """A certificate with its expiry date; the same kind and number again corrects its dates."""
    supplier_id = work.lookup("supplier", command.supplier)
    kind = given_text(command.qualification_kind, "qualification_kind", command.supplier)
    check_validity(command.valid_from, command.qualification_expiry_date, command.supplier)
    columns = {
        "valid_from": command.valid_from,
        "qualification_expiry_date": command.qualification_expiry_date,
        "is_mandatory": int(command.is_mandatory),
    }
    for row in work.children("supplier_qualification", "supplier_id", supplier_id):
        same_paper = row["certificate_number"] == command.certificate_number and row["kind"] == kind
        if same_paper and (command.certificate_number or row["valid_from"] == command.valid_from):
            update_row(work, "supplier_qualification", row["supplier_qualification_id"], columns)
            return answer_for("supplier_qualification", row)
    row = work.insert(
        "supplier_qualification",
        supplier_qualification_id=work.new_id(),
        supplier_id=supplier_id,
        kind=kind,
        certificate_number=command.certificate_number,
        **columns,
    )
    work.event("supplier", supplier_id, "qualified", new=kind)
    return answer_for("supplier_qualification", row)


@handles(SetSupplierTerms)
def set_supplier_terms(work: UnitOfWork, command: SetSupplierTerms) -> dict[str, Any]:
    """Terms from a day on, with price breaks; earlier open terms of the pair end the day before."""
    where = f"{command.supplier} / {command.sku}"
    supplier_id, item_id = work.lookup("supplier", command.supplier), work.lookup("item", command.sku)
    lines_given(command.prices, where)
    named_once([entry.break_quantity for entry in command.prices], "break_quantity", where)
    check_validity(command.valid_from, command.valid_to, where)
    whole(command.base_numerator, "base_numerator", where, 1, 10**12)
    whole(command.base_denominator, "base_denominator", where, 1, 10**12)
    whole(command.lead_time_days, "lead_time_days", where, 0, 36_500)
    whole(command.preference, "preference", where, 1, 10**6)
    quantity_not_negative(command.minimum_order_quantity, where, "minimum_order_quantity")
    quantity_not_negative(command.order_multiple_quantity, where, "order_multiple_quantity")
    if command.maximum_order_quantity is not None:
        positive_quantity(command.maximum_order_quantity, where, "maximum_order_quantity")
        if command.maximum_order_quantity < command.minimum_order_quantity:
            raise InvalidInput(
                "command.maximum_below_minimum",
                where=where,
                got=command.maximum_order_quantity,
                expected=command.minimum_order_quantity,
            )
    if command.quota_ppm is not None:
        rate(command.quota_ppm, where, "quota_ppm")
    columns = {
        "supplier_sku": command.supplier_sku,
        "purchase_unit_id": work.lookup("unit_of_measure", command.purchase_unit),
        "base_numerator": command.base_numerator,
        "base_denominator": command.base_denominator,
        "is_pack_known": int(command.is_pack_known),
        "lead_time_days": command.lead_time_days,
        "minimum_order_quantity": command.minimum_order_quantity,
        "maximum_order_quantity": command.maximum_order_quantity,
        "order_multiple_quantity": command.order_multiple_quantity,
        "preference": command.preference,
        "is_contract": int(command.is_contract),
        "currency": command.currency,
        "valid_to": command.valid_to,
        "quota_ppm": command.quota_ppm,
    }
    prices = sorted(
        (quantity_not_negative(entry.break_quantity, where, "break_quantity"), price(entry.unit_price, where))
        for entry in command.prices
    )
    terms = None
    for row in work.children("supplier_item", "item_id", item_id):
        if row["supplier_id"] != supplier_id:
            continue
        if row["valid_from"] == command.valid_from:
            terms = row
        elif row["valid_from"] < command.valid_from and (row["valid_to"] is None or row["valid_to"] >= command.valid_from):
            work.change("supplier_item", row["supplier_item_id"], valid_to=command.valid_from - timedelta(days=1))
    if terms is None:
        terms = work.insert(
            "supplier_item",
            supplier_item_id=work.new_id(),
            supplier_id=supplier_id,
            item_id=item_id,
            valid_from=command.valid_from,
            **columns,
        )
    else:
        update_row(work, "supplier_item", terms["supplier_item_id"], columns)
    _set_prices(work, terms, prices)
    return answer_for("supplier_item", terms)


@handles(DefineCustomer)
def define_customer(work: UnitOfWork, command: DefineCustomer) -> dict[str, Any]:
    """A customer with class, region and, where agreed, the penalty per day late."""
    if command.late_penalty_ppm_per_day is not None:
        rate(command.late_penalty_ppm_per_day, command.code, "late_penalty_ppm_per_day")
    if command.credit_limit_amount is not None:
        amount(command.credit_limit_amount, command.code, "credit_limit_amount")
    row, _ = define(
        work,
        "customer",
        command.code,
        {
            "name": given_text(command.name, "name", command.code),
            "name_zh": command.name_zh,
            "customer_class": given_text(command.customer_class, "customer_class", command.code),
            "region": command.region,
            "late_penalty_ppm_per_day": command.late_penalty_ppm_per_day,
            "credit_limit_amount": command.credit_limit_amount,
            "is_active": int(command.is_active),
        },
    )
    return answer_for("customer", row)


@handles(DefineCarrier)
def define_carrier(work: UnitOfWork, command: DefineCarrier) -> dict[str, Any]:
    """A carrier."""
    return _named(work, "carrier", command)


@handles(DefineReturnReason)
def define_return_reason(work: UnitOfWork, command: DefineReturnReason) -> dict[str, Any]:
    """Why customers send goods back."""
    return _named(work, "return_reason", command)


@handles(DefineScrapReason)
def define_scrap_reason(work: UnitOfWork, command: DefineScrapReason) -> dict[str, Any]:
    """Why production throws goods away."""
    return _named(work, "scrap_reason", command)


@handles(SetCarrierLane)
def set_carrier_lane(work: UnitOfWork, command: SetCarrierLane) -> dict[str, Any]:
    """Days and cost of a carrier from a warehouse to a region, from a day on; the lane before it ends the day before."""
    where = f"{command.carrier} {command.warehouse} > {command.region}"
    carrier_id, warehouse_id = work.lookup("carrier", command.carrier), work.lookup("warehouse", command.warehouse)
    check_validity(command.valid_from, command.valid_to, where)
    columns = {
        "transit_days": whole(command.transit_days, "transit_days", where, 0, 3650),
        "cost_amount": amount(command.cost_amount, where, "cost_amount"),
        "valid_to": command.valid_to,
    }
    for row in work.children("carrier_lane", "warehouse_id", warehouse_id):
        if row["carrier_id"] != carrier_id or row["region"] != command.region:
            continue
        if row["valid_from"] == command.valid_from:
            update_row(work, "carrier_lane", row["carrier_lane_id"], columns)
            return answer_for("carrier_lane", row)
        if row["valid_from"] < command.valid_from and (row["valid_to"] is None or row["valid_to"] >= command.valid_from):
            work.change("carrier_lane", row["carrier_lane_id"], valid_to=command.valid_from - timedelta(days=1))
    row = work.insert(
        "carrier_lane",
        carrier_lane_id=work.new_id(),
        carrier_id=carrier_id,
        warehouse_id=warehouse_id,
        region=given_text(command.region, "region", where),
        valid_from=command.valid_from,
        **columns,
    )
    return answer_for("carrier_lane", row)


def _named(work: UnitOfWork, table: str, command: DefineCarrier | DefineReturnReason | DefineScrapReason) -> dict[str, Any]:
    name = given_text(command.name, "name", command.code)
    row, _ = define(work, table, command.code, {"name": name, "name_zh": command.name_zh})
    return answer_for(table, row)


def _set_prices(work: UnitOfWork, terms: Row, prices: list[tuple[int, int]]) -> None:
    """Price breaks have the validity of their terms; a break that is no longer offered ends before it began."""
    present = {
        row["break_quantity"]: row for row in work.children("supplier_item_price", "supplier_item_id", terms["supplier_item_id"])
    }
    wanted = dict(prices)
    for break_quantity, unit_price in prices:
        columns = {"unit_price": unit_price, "valid_from": terms["valid_from"], "valid_to": terms["valid_to"]}
        row = present.get(break_quantity)
        if row is None:
            work.insert(
                "supplier_item_price",
                supplier_item_price_id=work.new_id(),
                supplier_item_id=terms["supplier_item_id"],
                break_quantity=break_quantity,
                **columns,
            )
        else:
            update_row(work, "supplier_item_price", row["supplier_item_price_id"], columns)
    for break_quantity, row in present.items():
        if break_quantity not in wanted:
            update_row(
                work, "supplier_item_price", row["supplier_item_price_id"], {"valid_to": terms["valid_from"] - timedelta(days=1)}
            )
