"""Which commands set up the company, its people, places, items and partners?

Master data may change between loads: the source key of such a command carries a digest of the row, so an unchanged
row is known and skipped and a changed one defines its code anew.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

from kernel.ids import import_command_id, stable_id
from transactional.commands import (
    BomLine,
    Command,
    DefineBarcode,
    DefineBom,
    DefineCarrier,
    DefineCategory,
    DefineConversion,
    DefineCustomer,
    DefineItem,
    DefineLocation,
    DefineScrapReason,
    DefineSubstitute,
    DefineSupplier,
    DefineUnit,
    DefineUser,
    DefineWarehouse,
    DefineWorkCenter,
    PriceBreak,
    SetPlanning,
    SetSupplierTerms,
)
from transactional.importing.costs import Costs
from transactional.importing.held import Held
from transactional.importing.packs import Packs
from transactional.importing.poster import ACTOR, SOURCE, Item
from transactional.importing.staging import Stage

__all__ = ["cost_commands", "master_commands"]

_META = ("id", "file", "line_no", "bad")
Row = dict[str, Any]


def master_commands(stage: Stage, first_day: date, today: date, packs: Packs, costs: Costs, held: Held) -> Iterator[Item]:
    """Every accepted master row as a command, in the order of dependence; bills of materials last.

    Args:
        first_day: the day of the opening stock, when what a new ledger learns begins to hold.
        today: the day this load tells about, when what a later load changes begins to hold.
    """
    company = stage.mapping.company
    since = today if held.is_behind(today) else first_day
    there = held.codes("items")
    terms_from = stage.mapping.rules.terms_valid_from or first_day

    def common(target: str, row: Row) -> dict[str, Any]:
        cells = [f"{name}={value}" for name, value in row.items() if name not in _META]
        key = f"{row[next(iter(_facts(row)))]}@{stable_id(*cells)}"
        command_id = import_command_id(company.code, target, key)
        return {"command_id": command_id, "actor": ACTOR, "source": SOURCE, "business_date": since}

    def named(kind: Callable[..., Command], target: str, *more: str) -> Callable[[Row], Command]:
        return lambda row: kind(
            **common(target, row), code=row["code"], name=row["name"] or row["code"], name_zh=row["name_zh"],
            **{column: row[column] for column in more},
        )  # fmt: skip

    def standard_on(row: Row, day: date) -> int | None:
        return costs.standard(row["sku"], row["standard_cost"], day.isoformat())

    makers: dict[str, Callable[[Row], Command]] = {
        "units": named(DefineUnit, "units", "dimension"),
        "categories": named(DefineCategory, "categories", "parent"),
        "warehouses": named(DefineWarehouse, "warehouses", "region"),
        "locations": lambda row: DefineLocation(
            **common("locations", row), code=row["code"], warehouse=row["warehouse"], zone=row["zone"], aisle=row["aisle"],
            position=row["position"], is_pickable=bool(row["is_pickable"]),
        ),
        "work_centers": named(DefineWorkCenter, "work_centers", "warehouse", "cost_per_hour", "capacity_minutes_per_day"),
        "scrap_reasons": named(DefineScrapReason, "scrap_reasons"),
        "carriers": named(DefineCarrier, "carriers"),
        "users": lambda row: DefineUser(
            **common("users", row), login=row["login"], name=row["name"] or row["login"], name_zh=row["name_zh"], role=row["role"]
        ),
        "suppliers": lambda row: DefineSupplier(
            **common("suppliers", row), code=row["code"], name=row["name"] or row["code"], name_zh=row["name_zh"],
            status=row["status"], credit_rating=row["credit_rating"], is_preferred=bool(row["is_preferred"]), city=row["city"],
            currency=company.currency, contact=row["contact"],
        ),
        "customers": lambda row: DefineCustomer(
            **common("customers", row), code=row["code"], name=row["name"] or row["code"], name_zh=row["name_zh"],
            customer_class=row["customer_class"], region=row["region"], is_active=bool(row["is_active"]),
        ),
        "items": lambda row: item_command(
            row, common("items", row), standard_on(row, since if row["sku"] in there else first_day)
        ),
        "planning": lambda row: SetPlanning(
            **common("planning", row), sku=row["sku"], warehouse=row["warehouse"], procurement=row["procurement"],
            order_policy="min_max" if row["order_up_to"] is not None else "lot_for_lot",
            lead_time_days=row["lead_time_days"], safety_stock_quantity=row["safety_stock"],
            reorder_point_quantity=row["reorder_point"], order_up_to_quantity=row["order_up_to"],
            minimum_order_quantity=row["minimum_order"], order_multiple_quantity=row["order_multiple"],
            maximum_order_quantity=row["maximum_order"],
        ),
        "conversions": lambda row: DefineConversion(
            **common("conversions", row), sku=row["sku"], from_unit=row["from_unit"], to_unit=row["to_unit"],
            numerator=row["numerator"], denominator=row["denominator"],
        ),
        "barcodes": lambda row: DefineBarcode(**common("barcodes", row), barcode=row["barcode"], sku=row["sku"],
        unit=row["unit"]),
        "supplier_terms": lambda row: _terms(common("supplier_terms", row), row, packs, terms_from, company.currency),
        "substitutes": lambda row: DefineSubstitute(
            **common("substitutes", row), component_sku=row["component"], substitute_sku=row["substitute"],
            parent_sku=row["assembly"], component_quantity=row["component_quantity"],
            substitute_quantity=row["substitute_quantity"], priority=row["priority"], is_use_up=bool(row["use_up"]),
            valid_from=_date(row["valid_from"]) or first_day, valid_to=_date(row["valid_to"]),
        ),
    }  # fmt: skip
    for target, make in makers.items():
        for row in _good_rows(stage, target):
            yield Item(make(row), 1, target, row["id"])
    bill_since = today + timedelta(days=1) if held.is_behind(today) else today
    yield from _bills(stage, first_day, common, held.assemblies(), bill_since)


def item_command(row: Row, common: dict[str, Any], standard_cost: int | None) -> Command:
    """An item as its row says, with the standard cost of the day."""
    return DefineItem(
        **common,
        sku=row["sku"],
        name=row["name"],
        name_zh=row["name_zh"],
        item_type=row["item_type"],
        category=row["category"],
        base_unit=row["base_unit"],
        quantity_step=row["quantity_step"],
        standard_cost=standard_cost,
        list_price=row["list_price"],
        shelf_life_days=row["shelf_life_days"],
        is_lot_tracked=bool(row["is_lot_tracked"]),
        is_measured=bool(row["is_measured"]),
        is_active=bool(row["is_active"]),
        first_sale_date=_date(row["first_sale_date"]),
        last_sale_date=_date(row["last_sale_date"]),
    )


def cost_commands(stage: Stage, costs: Costs, after: date, until: date) -> Iterator[Item]:
    """Standard costs that changed after the first day, each as a new version of its item on its day."""
    changes = costs.changes(after.isoformat(), until.isoformat())
    rows = {row["sku"]: row for row in _good_rows(stage, "items")} if changes else {}
    for day, sku, cost in changes:
        if sku in rows:
            key = f"{sku}@{day}/{cost}"
            common = {
                "command_id": import_command_id(stage.mapping.company.code, "item_cost", key),
                "actor": ACTOR,
                "source": SOURCE,
                "business_date": date.fromisoformat(day),
            }
            yield Item(item_command(rows[sku], common, cost), 1, "item_costs", 0)


def _facts(row: Row) -> Iterator[str]:
    return (name for name in row if name not in _META)


def _date(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def _good_rows(stage: Stage, target: str) -> Iterator[Row]:
    """Accepted rows; parents of categories before their children."""
    cursor = stage.database.execute(f"SELECT * FROM t_{target} WHERE bad = 0 ORDER BY id")
    names = [column[0] for column in cursor.description]
    rows = (dict(zip(names, row, strict=True)) for row in cursor)
    return _parents_first(list(rows)) if target == "categories" else rows


def _parents_first(rows: list[Row]) -> Iterator[Row]:
    waiting, known = rows, {None}
    while waiting:
        ready = [row for row in waiting if row["parent"] in known]
        # A circle of categories is left to the ledger, which refuses it by name.
        yield from ready or waiting
        known |= {row["code"] for row in ready}
        waiting = [row for row in waiting if row not in ready] if ready else []


def _terms(common: dict[str, Any], row: Row, packs: Packs, valid_from: date, currency: str) -> Command:
    ratio = packs.ratio(row["sku"], row["purchase_unit"], row["supplier"])
    entered = packs.enter(row["sku"], row["minimum_order"], row["purchase_unit"], row["unit_price"], None, row["supplier"])
    factor = 1 if ratio is None else ratio
    most, multiple = row["maximum_order"], row["order_multiple"]
    return SetSupplierTerms(
        **common,
        supplier=row["supplier"],
        sku=row["sku"],
        supplier_sku=row["supplier_sku"],
        purchase_unit=row["purchase_unit"],
        base_numerator=1 if ratio is None else ratio.numerator,
        base_denominator=1 if ratio is None else ratio.denominator,
        is_pack_known=ratio is not None,
        lead_time_days=row["lead_time_days"],
        minimum_order_quantity=entered.quantity,
        maximum_order_quantity=None if not most else int(most * factor),
        order_multiple_quantity=int(multiple * factor),
        preference=row["preference"],
        is_contract=bool(row["is_contract"]),
        currency=currency,
        valid_from=_date(row["valid_from"]) or valid_from,
        prices=(PriceBreak(0, entered.unit_price),),
    )


def _bills(
    stage: Stage, first_day: date, common: Callable[[str, Row], dict[str, Any]], there: set[str], since: date
) -> Iterator[Item]:
    """One bill per product with the effectivity of each line; it begins with its root row or its earliest line. A bill that
    changed since it was loaded follows the old one from `since` on."""
    roots = dict(stage.database.execute("SELECT sku, min(valid_from) FROM t_bom_roots WHERE bad = 0 GROUP BY sku").fetchall())
    groups: dict[str, list[Row]] = {}
    for row in _good_rows(stage, "bom_lines"):
        groups.setdefault(row["assembly"], []).append(row)
    for assembly, rows in groups.items():
        starts = [row["valid_from"] for row in rows if row["valid_from"]]
        begins = min([*starts, *([roots[assembly]] if roots.get(assembly) else []), first_day.isoformat()])
        lines = tuple(
            BomLine(row["component"], row["quantity"], row["scrap_rate"], False, _date(row["valid_from"]), _date(row["valid_to"]))
            for row in rows
        )
        digest = {"assembly": assembly, "lines": [{k: v for k, v in row.items() if k not in _META} for row in rows]}
        valid_from = since if assembly in there else _date(begins) or first_day
        command = DefineBom(**common("bom", digest), sku=assembly, valid_from=valid_from, lines=lines)
        yield Item(command, len(lines), "bom_lines", rows[0]["id"], tuple(row["id"] for row in rows))
