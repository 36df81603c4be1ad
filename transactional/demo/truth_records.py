"""How is a record of the truth file built? One shape for every planted problem, quantities and money in people's units."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kernel.numbers import PRICE_SCALE, QUANTITY_SCALE

if TYPE_CHECKING:
    from transactional.demo.simulate import Simulation

__all__ = ["TITLES", "Record", "Truth", "money", "purchase_document", "record", "sales_document", "span", "stock_of", "units"]

Truth = dict[str, Any]
"""JSON-ready: 'company', 'seed', 'scale', 'is_clean', 'start_date', 'end_date', 'problems', 'demand_facts', 'late_lines'."""
Record = dict[str, Any]

TITLES = {
    "supplier_slips": ("A supplier slips", "供应商交期滑坡"),
    "buyer_orders_late": ("A buyer orders late", "采购员下单过晚"),
    "pays_above_reference": ("A buyer pays above reference", "采购价高于参考价"),
    "expiring_qualification": ("A qualification is about to expire", "供应商资质即将到期"),
    "inspection_backlog": ("Inspection falls behind", "来料检验积压"),
    "overstocked_family": ("A family is overstocked", "品类积压"),
    "lot_expires_unsold": ("A lot will expire unsold", "批次将过期未售"),
    "turnover_collapses": ("An item's turnover collapses", "单品周转骤降"),
    "impossible_promise": ("A promise that never could be kept", "无法兑现的承诺"),
    "stock_taken": ("Stock taken by another order", "库存被其他订单占用"),
    "component_shortage": ("A component shortage delays production", "缺料延误生产"),
    "rush_order": ("A rush order", "紧急插单"),
    "picking_behind": ("Picking falls behind", "拣货滞后"),
    "carrier_late": ("A carrier is late in one region", "区域承运商延误"),
    "customer_moves_promise": ("Customers move their promises", "客户推迟交期"),
    "counter_miscounts": ("A counter miscounts", "盘点员误盘"),
    "unscanned_issues": ("Issues that are not scanned", "领料未扫码"),
    "return_reason_of_one_lot": ("A return reason tied to one lot", "退货原因集中于单一批次"),
    "duplicate_item_codes": ("Items with two codes", "一物多码"),
    "dead_supplier": ("A dead supplier", "僵尸供应商"),
}


def record(
    code: str, subject: dict[str, Any], start: str, end: str, measures: dict[str, Any], documents: list[dict[str, Any]]
) -> dict[str, Any]:
    """One planted problem: subject in codes, first and last day, measures, and the documents it shows in."""
    title, title_zh = TITLES[code]
    return {
        "problem": code,
        "title": title,
        "title_zh": title_zh,
        "subject": subject,
        "from": start,
        "to": end,
        "measures": measures,
        "documents": documents,
    }


def units(quantity: int) -> float | int:
    """A quantity of 10^-6 in base units."""
    return quantity // QUANTITY_SCALE if quantity % QUANTITY_SCALE == 0 else quantity / QUANTITY_SCALE


def money(quantity: int, unit_price: int) -> float:
    """Quantity x unit price in currency units, to the cent."""
    return round(quantity * unit_price / (QUANTITY_SCALE * PRICE_SCALE), 2)


def span(found: list[dict[str, Any]]) -> tuple[str, str]:
    """First and last day of what was noted."""
    return min(fact["day"] for fact in found), max(fact["day"] for fact in found)


def purchase_document(fact: dict[str, Any], *keep: str) -> dict[str, Any]:
    """The purchase order line a noted fact names, with the facts to keep."""
    return {
        "kind": "purchase_order",
        "number": fact["order"],
        "line": fact["line"],
        "sku": fact["sku"],
        **{name: fact[name] for name in keep},
    }


def sales_document(fact: dict[str, Any]) -> dict[str, Any]:
    """The sales order line a noted fact names."""
    return {"kind": "sales_order", "number": fact["order"], "line": fact["line"]}


def stock_of(company: Simulation, sku: str) -> int:
    """Stock of an item over the company, usable and in inspection (10^-6)."""
    cells = company.office.cells.items()
    return sum(cell.on_hand + cell.held for (_, code), cell in cells if code == sku)
