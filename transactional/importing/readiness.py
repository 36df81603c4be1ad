"""Is the company's data complete enough to plan, cost, buy and deliver with - and what exactly is missing?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from kernel.numbers import divide_half_even, show_quantity
from transactional.importing.bills import Bills
from transactional.importing.costs import Costs
from transactional.importing.opening import Opening
from transactional.importing.packs import Packs
from transactional.importing.problems import Finding
from transactional.importing.staging import Stage

__all__ = ["findings"]

_STALE_DAYS = 365


def findings(
    stage: Stage,
    opening: Opening,
    packs: Packs,
    bills: Bills,
    costs: Costs,
    as_of: date,
    *,
    has_opening: bool,
) -> list[Finding]:
    """Everything a person should settle, worst first within each subject; empty when all is ready."""
    found: list[Finding] = []
    for part in (
        _costs(stage, costs, as_of),
        _lead_times(stage),
        _terms(stage),
        _bills(stage, bills),
        _suppliers(stage, as_of),
        _names(stage),
        _closing(opening, costs, as_of) if opening.is_stated and not has_opening else iter(()),
        _packs(stage, packs),
        _documents(stage, as_of),
        _not_recorded(stage),
    ):
        found += list(part)
    return found + stage.notes()


def _costs(stage: Stage, costs: Costs, as_of: date) -> Iterator[Finding]:
    query = "SELECT sku, name FROM t_items WHERE bad = 0 AND standard_cost IS NULL ORDER BY sku"
    for sku, name in stage.database.execute(query).fetchall():
        if not costs.is_known(sku):
            yield Finding("missing_cost", "costing", sku, {"name": name})
    query = "SELECT sku, standard_cost FROM t_items WHERE bad = 0 AND standard_cost IS NOT NULL ORDER BY sku"
    for sku, stated in stage.database.execute(query).fetchall():
        history = costs.standard(sku, stated, as_of.isoformat())
        if history is not None and history != stated:
            yield Finding("cost_disagrees", "costing", sku, {"history": show_quantity(history), "stated": show_quantity(stated)})
    without = stage.database.execute("SELECT count(*), sum(standard_cost IS NULL) FROM t_items WHERE bad = 0").fetchone()
    if without[1]:
        yield Finding("no_standard_cost", "costing", "items", {"count": without[1], "total": without[0]})


def _lead_times(stage: Stage) -> Iterator[Finding]:
    query = (
        "SELECT p.sku, i.name FROM t_planning p JOIN t_items i ON i.sku = p.sku AND i.bad = 0 WHERE p.bad = 0 AND "
        "p.procurement = 'make' AND p.lead_time_days IS NULL ORDER BY p.sku"
    )
    for sku, name in stage.database.execute(query).fetchall():
        yield Finding("missing_lead_time", "planning", sku, {"name": name})


def _terms(stage: Stage) -> Iterator[Finding]:
    query = (
        "SELECT p.sku, i.name FROM t_planning p JOIN t_items i ON i.sku = p.sku AND i.bad = 0 WHERE p.bad = 0 AND "
        "p.procurement = 'buy' AND NOT EXISTS (SELECT 1 FROM t_supplier_terms t WHERE t.sku = p.sku AND t.bad = 0) ORDER BY p.sku"
    )
    for sku, name in stage.database.execute(query).fetchall():
        yield Finding("bought_without_terms", "purchasing", sku, {"name": name})


def _bills(stage: Stage, bills: Bills) -> Iterator[Finding]:
    roots, without = stage.database.execute(
        "SELECT count(*), sum(NOT EXISTS (SELECT 1 FROM t_bom_lines b WHERE b.assembly = r.sku AND b.bad = 0)) "
        "FROM t_bom_roots r WHERE r.bad = 0"
    ).fetchone()
    if roots:
        yield Finding("bom_roots", "nothing", "bill_of_materials", {"count": roots, "without": without or 0})
    query = "SELECT sku, count(*) FROM t_work_orders WHERE bad = 0 GROUP BY sku ORDER BY sku"
    for sku, count in stage.database.execute(query).fetchall():
        if not bills.has(sku):
            yield Finding("made_from_nothing", "costing", sku, {"count": count})
    query = (
        "SELECT p.sku, i.name FROM t_planning p JOIN t_items i ON i.sku = p.sku AND i.bad = 0 WHERE p.bad = 0 AND "
        "p.procurement = 'make' AND NOT EXISTS (SELECT 1 FROM t_bom_lines b WHERE b.assembly = p.sku AND "
        "b.bad = 0) ORDER BY p.sku"
    )
    for sku, name in stage.database.execute(query).fetchall():
        yield Finding("made_without_bom", "planning", sku, {"name": name})


def _suppliers(stage: Stage, as_of: date) -> Iterator[Finding]:
    query = (
        "SELECT s.code, s.name, max(l.order_date) AS last FROM t_suppliers s LEFT JOIN t_purchase_lines l ON l.supplier = s.code "
        "AND l.bad = 0 WHERE s.bad = 0 AND s.status = 'active' GROUP BY s.code HAVING last IS NULL OR last < ? ORDER BY s.code"
    )
    if stage.database.execute("SELECT 1 FROM t_purchase_lines LIMIT 1").fetchone() is None:
        return
    for code, name, last in stage.database.execute(query, ((as_of - timedelta(days=_STALE_DAYS)).isoformat(),)).fetchall():
        yield Finding("stale_supplier", "nothing", code, {"name": name, "last": last or "-"})


def _names(stage: Stage) -> Iterator[Finding]:
    for table, key in (("items", "sku"), ("suppliers", "code"), ("customers", "code")):
        query = (
            f"SELECT name, group_concat({key}, ', ') FROM (SELECT lower(trim(name)) AS plain, name, {key} FROM t_{table} "
            f"WHERE bad = 0 AND name <> '' ORDER BY {key}) GROUP BY plain HAVING count(*) > 1 ORDER BY name"
        )
        for name, codes in stage.database.execute(query).fetchall():
            yield Finding("duplicate_name", "nothing", codes, {"name": name, "table": table})


def _closing(opening: Opening, costs: Costs, as_of: date) -> Iterator[Finding]:
    """Every item that does not close as its bins say, the dearest difference first."""
    differing: list[tuple[int, str, Finding]] = []
    for sku in sorted(opening.items):
        item = opening.items[sku]
        close, bins = item.opening + item.net, sum(item.closing.values())
        if item.closing and close != bins:
            worth = divide_half_even((close - bins) * costs.on(sku, as_of.isoformat()), 1_000_000)
            named = {
                "close": show_quantity(close),
                "bins": show_quantity(bins),
                "difference": show_quantity(close - bins),
                "worth": show_quantity(worth),
            }
            differing.append((-abs(worth), sku, Finding("close_differs_from_bin", "stock", sku, named)))
        elif item.closing:
            yield from _other_bins(opening, sku)
        elif not item.closing and close:
            yield Finding("no_closing_stock", "stock", sku, {"close": show_quantity(close)})
    for _, _, finding in sorted(differing, key=lambda entry: entry[:2]):
        yield finding


def _other_bins(opening: Opening, sku: str) -> Iterator[Finding]:
    """Right in sum, but in other bins than stated, because all documents move through one."""
    item = opening.items[sku]
    found = {location: -quantity for location, quantity in item.closing.items()}
    for location, quantity in opening.placed(sku).items():
        found[location] = found.get(location, 0) + quantity
    home = opening.home(sku)
    found[home] = found.get(home, 0) + item.net
    more = {place: quantity for place, quantity in sorted(found.items()) if quantity}
    if more:
        shown = ", ".join(f"{place} {'+' if quantity > 0 else ''}{show_quantity(quantity)}" for place, quantity in more.items())
        yield Finding("other_bins", "stock", sku, {"bins": shown})


def _packs(stage: Stage, packs: Packs) -> Iterator[Finding]:
    query = "SELECT supplier, sku, purchase_unit FROM t_supplier_terms WHERE bad = 0 ORDER BY supplier, sku"
    for supplier, sku, unit in stage.database.execute(query).fetchall():
        if packs.ratio(sku, unit, supplier) is None:
            yield Finding("unknown_pack", "planning", f"{supplier} / {sku}", {"unit": unit, "base": packs.base_unit(sku)})


def _documents(stage: Stage, as_of: date) -> Iterator[Finding]:
    select = stage.database.execute
    day = as_of.isoformat()
    (assumed,) = select(
        "SELECT count(*) FROM t_purchase_lines WHERE bad = 0 AND is_received_date_assumed = 1 AND received_quantity > 0 "
        "AND received_date <= ?",
        (day,),
    ).fetchone()
    if assumed:
        yield Finding("assumed_receipt_date", "delivery", "purchase_lines", {"count": assumed})
    query = (
        "SELECT status, count(*), sum(received_quantity), sum(rejected_quantity) FROM t_purchase_lines WHERE bad = 0 AND "
        "received_quantity > 0 AND status IN ('pending', 'rejected') GROUP BY status ORDER BY status"
    )
    for status, count, received, rejected in select(query).fetchall():
        named = {"status": status, "count": count, "received": show_quantity(received), "rejected": show_quantity(rejected)}
        yield Finding("order_status_overruled", "nothing", "purchase_lines", named)
    for table, column, than in (
        ("purchase_lines", "promised_date", "order_date"),
        ("sales_lines", "promised_date", "order_date"),
        ("work_orders", "due_date", "start_date"),
    ):
        (count,) = select(f"SELECT count(*) FROM t_{table} WHERE bad = 0 AND {column} < {than}").fetchone()
        if count:
            named = {"count": count, "column": column, "than": than}
            yield Finding("due_before_begin", "delivery", table, named)
    for table, column in (("purchase_lines", "received_date"), ("sales_lines", "shipped_date"), ("work_orders", "end_date")):
        (count,) = select(f"SELECT count(*) FROM t_{table} WHERE bad = 0 AND {column} > ?", (day,)).fetchone()
        if count:
            yield Finding("open_at_as_of", "nothing", table, {"count": count, "as_of": as_of})
    for table, column in (("purchase_lines", "order_date"), ("sales_lines", "order_date"), ("work_orders", "start_date")):
        count, last = select(f"SELECT count(*), max({column}) FROM t_{table} WHERE bad = 0 AND {column} > ?", (day,)).fetchone()
        if count:
            yield Finding("placed_after_as_of", "delivery", table, {"count": count, "last": last, "as_of": as_of})


def _not_recorded(stage: Stage) -> Iterator[Finding]:
    """Facts that no column of the source states; what rests on them says "not recorded"."""
    yield Finding("not_recorded", "delivery", "signed_delivery", {"what": "signed_delivery"})
    yield Finding("not_recorded", "stock", "counts", {"what": "counts"})
    yield Finding("not_recorded", "purchasing", "quotes", {"what": "quotes"})
    del stage
