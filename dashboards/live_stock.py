"""What lies where this very moment, found by code, name, barcode, warehouse, status or lot?"""

from __future__ import annotations

from typing import Any

from dashboards import live

__all__ = ["stock", "stock_total", "warehouses"]

_STOCK = (
    "from stock_balance b join item i on i.item_id = b.item_id join unit_of_measure m on m.unit_id = i.base_unit_id "
    "join location l on l.location_id = b.location_id join warehouse w on w.warehouse_id = l.warehouse_id "
    "left join lot t on t.lot_id = b.lot_id "
    "where b.on_hand_quantity <> 0 and b.is_physical = 1 "
    "and (? = '' or lower(i.sku) like ? or lower(i.name) like ? or i.name_zh like ? "
    "or exists (select 1 from item_barcode c where c.item_id = i.item_id and lower(c.barcode) = ?)) "
    "and (? = '' or w.code = ?) and (? = '' or b.status = ?) and (? = '' or lower(t.code) like ?) "
)


def stock(words: str = "", warehouse: str = "", status: str = "", lot: str = "", limit: int = 2000) -> list[dict[str, Any]]:
    """Stock by item, place, lot and status, found by code, name or barcode; first to expire first within an item."""
    return live.rows(
        "select i.item_id, i.sku, i.name as item_name, i.name_zh as item_name_zh, m.code as base_unit, w.code as warehouse_code, "
        "w.name as warehouse_name, w.name_zh as warehouse_name_zh, l.code as location_code, l.kind as location_kind, "
        "case when b.lot_id = 0 then '' else t.code end as lot_code, t.expiry_date, b.status, b.on_hand_quantity, "
        "b.allocated_quantity "
        f"{_STOCK} order by i.sku, w.code, t.expiry_date is null, t.expiry_date, l.code, b.status limit {int(limit)}",
        _stock_values(words, warehouse, status, lot),
    )


def stock_total(words: str = "", warehouse: str = "", status: str = "", lot: str = "") -> int:
    """How many stock rows `stock` would find without a limit."""
    found = live.rows(f"select count(*) as n {_STOCK}", _stock_values(words, warehouse, status, lot))
    return int(found[0]["n"]) if found else 0


def _stock_values(words: str, warehouse: str, status: str, lot: str) -> tuple[str, ...]:
    wanted = words.strip().lower()
    like = f"%{_literal(wanted)}%"
    return (wanted, like, like, like, wanted, warehouse, warehouse, status, status, lot, f"%{_literal(lot.strip().lower())}%")


def _literal(words: str) -> str:
    # "_" only matches too much (any one sign); "%" alone would match everything.
    return words.replace("%", "")


def warehouses() -> list[dict[str, Any]]:
    """Warehouses in use."""
    return live.rows("select warehouse_id, code, name, name_zh from warehouse where is_active = 1 order by code")
