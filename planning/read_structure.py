"""How is it known what goes into what, what may stand in for it, and who offers it on which terms?"""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl

from kernel.numbers import RATE_SCALE
from planning.checks import LARGEST, RowCheck
from planning.explosion import BomLine
from planning.model import Model
from planning.substitutes import Substitute
from planning.suppliers import Term

__all__ = ["day_of", "read_bom", "read_substitutes", "read_terms", "sorted_rows", "term_from"]


def sorted_rows(frame: pl.DataFrame, *order: str) -> list[dict[str, Any]]:
    """The rows in an order that does not depend on the order of the frame."""
    return frame.sort(list(order) + [column for column in frame.columns if column not in order]).to_dicts()


def day_of(value: date | None) -> int | None:
    """A date as ordinal."""
    return None if value is None else value.toordinal()


def read_bom(model: Model, frame: pl.DataFrame) -> None:
    """What goes into what, all bills of an item together."""
    for row in sorted_rows(frame, "parent_item_id", "component_item_id"):
        parent, component = row["parent_item_id"], row["component_item_id"]
        check = RowCheck(model, "bom_lines", f"parent_item_id {parent}, component_item_id {component}")
        check.present(parent_item_id=parent, component_item_id=component, component_quantity=row["component_quantity"])
        check.present(output_quantity=row["output_quantity"])
        check.within("output_quantity", row["output_quantity"], 1, LARGEST)
        check.within("component_quantity", row["component_quantity"], -LARGEST, LARGEST)
        check.within("scrap_ppm", row["scrap_ppm"], 0, RATE_SCALE - 1)
        if check.is_good:
            model.bom.setdefault(parent, []).append(
                BomLine(
                    component_item_id=component,
                    component_quantity=row["component_quantity"],
                    output_quantity=row["output_quantity"],
                    scrap_ppm=row["scrap_ppm"] or 0,
                    is_fixed=bool(row["is_fixed"]),
                    valid_from=day_of(row["valid_from"]),
                    valid_to=day_of(row["valid_to"]),
                    bom_id=row["bom_id"] or 0,
                    bom_priority=row["bom_priority"] or 0,
                )
            )


def read_substitutes(model: Model, frame: pl.DataFrame) -> None:
    """What may stand in for a component, by priority."""
    for row in sorted_rows(frame, "parent_item_id", "component_item_id", "priority", "substitute_item_id", "valid_from"):
        component, substitute = row["component_item_id"], row["substitute_item_id"]
        check = RowCheck(model, "substitutes", f"component_item_id {component}, substitute_item_id {substitute}")
        check.present(component_item_id=component, substitute_item_id=substitute)
        ratio = {name: 1 if row[name] is None else row[name] for name in ("component_quantity", "substitute_quantity")}
        for name, value in ratio.items():
            check.within(name, value, 1, LARGEST)
        if component is not None and component == substitute:
            check.among("substitute_item_id", substitute, (f"an item other than {component}",))
        if check.is_good:
            model.substitutes.setdefault((row["parent_item_id"], component), []).append(
                Substitute(
                    item_id=substitute,
                    priority=99 if row["priority"] is None else row["priority"],
                    component_quantity=ratio["component_quantity"],
                    substitute_quantity=ratio["substitute_quantity"],
                    is_use_up=bool(row["is_use_up"]),
                    valid_from=day_of(row["valid_from"]),
                    valid_to=day_of(row["valid_to"]),
                )
            )


def read_terms(model: Model, frame: pl.DataFrame) -> None:
    """Who offers what on which terms."""
    for row in sorted_rows(frame, "item_id", "supplier_id", "price_break_quantity"):
        check = RowCheck(model, "supplier_terms", f"supplier_id {row['supplier_id']}, item_id {row['item_id']}")
        check.present(supplier_id=row["supplier_id"], item_id=row["item_id"])
        check.within("lead_time_days", row["lead_time_days"], 0, 3650)
        check.within("release_fence_days", row["release_fence_days"], 0, 3650)
        check.within("quota_ppm", row["quota_ppm"], 0, RATE_SCALE)
        for column in (
            "minimum_order_quantity",
            "maximum_order_quantity",
            "order_multiple_quantity",
            "price_break_quantity",
            "unit_price",
        ):
            check.within(column, row[column], 0, LARGEST)
        if check.is_good:
            model.terms.setdefault(row["item_id"], []).append((row["warehouse_id"], term_from(row)))


def term_from(row: dict[str, Any]) -> Term:
    """A supplier term from a row of the `supplier_terms` frame."""
    return Term(
        supplier_id=row["supplier_id"],
        lead_time_days=row["lead_time_days"],
        lead_time_sigma_days=row["lead_time_sigma_days"],
        minimum=row["minimum_order_quantity"] or None,
        multiple=row["order_multiple_quantity"] or None,
        price_break=row["price_break_quantity"] or 0,
        unit_price=row["unit_price"] or 0,
        valid_from=day_of(row["valid_from"]),
        valid_to=day_of(row["valid_to"]),
        qualified_until=day_of(row["qualified_until"]),
        is_on_hold=bool(row["is_on_hold"]),
        preference=row["preference"] if row["preference"] is not None else 99,
        on_time_rate=row["on_time_rate"],
        reject_rate=row["reject_rate"],
        receipt_count=row["receipt_count"] or 0,
        maximum=row["maximum_order_quantity"] or None,
        quota_ppm=row["quota_ppm"] or 0,
        release_fence_days=row["release_fence_days"] or 0,
    )
