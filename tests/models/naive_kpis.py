"""What are the KPIs if one simply reads the documents, line by line, with plain Python integers?

The slow, obvious version that `rpt_kpi` is checked against: it reads ledger rows, never a mart, and aggregates in dictionaries.
The definitions are those of docs/kpis.md, written down a second time and on purpose in another style.

    figures(read, as_of) -> {(kpi, reading, period_kind, period_start, dimension, dimension_key): (numerator, denominator)}

`read(table)` gives the newest version of each ledger row as a dict, and the rows of `forecast.demand_forecasts`.
Numerators and denominators are Fractions in people's units; turnover comes as (cost of the outflow, value x days), whose ratio
x 365 is the value.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

__all__ = ["Figures", "Key", "Read", "Row", "delivery_dates", "figures", "periods_of", "whole_by"]

Row = dict[str, Any]
Read = Callable[[str], list[Row]]
Key = tuple[str, str, str, date, str, str]
Figures = dict[Key, tuple[Fraction, Fraction | None]]

MICRO = 1_000_000
_KINDS = ("week", "month", "quarter", "ttm")


def _half_away(value: Fraction) -> int:
    whole = int(abs(value) + Fraction(1, 2))
    return whole if value >= 0 else -whole


def _times(quantity: int, price: int) -> int:
    """Millionths of the currency."""
    return _half_away(Fraction(quantity * price, MICRO))


def _month(day: date, shift: int = 0) -> date:
    index = day.year * 12 + day.month - 1 + shift
    return date(index // 12, index % 12 + 1, 1)


def periods_of(day: date, kinds: Iterable[str] = _KINDS) -> list[tuple[str, date]]:
    """Every period a day belongs to: one week, month and quarter, and twelve trailing years."""
    found: list[tuple[str, date]] = []
    for kind in kinds:
        if kind == "week":
            found.append((kind, day - timedelta(days=day.weekday())))
        elif kind == "month":
            found.append((kind, _month(day)))
        elif kind == "quarter":
            found.append((kind, date(day.year, (day.month - 1) // 3 * 3 + 1, 1)))
        else:
            found.extend((kind, _month(day, -shift)) for shift in range(12))
    return found


class _Sums:
    def __init__(self) -> None:
        self.numerators: dict[Key, Fraction] = defaultdict(Fraction)
        self.denominators: dict[Key, Fraction] = defaultdict(Fraction)
        self.plain: set[Key] = set()

    def add(
        self,
        kpi: str,
        reading: str,
        day: date,
        keys: dict[str, Any],
        numerator: int | Fraction,
        denominator: int | Fraction | None,
        kinds: Iterable[str] = _KINDS,
        weekly: tuple[str, ...] = (),
    ) -> None:
        for dimension, value in keys.items():
            if value is None:
                continue
            for kind, start in periods_of(day, kinds):
                if kind == "week" and dimension not in weekly:
                    continue
                key = (kpi, reading, kind, start, dimension, str(value))
                self.numerators[key] += Fraction(numerator)
                if denominator is None:
                    self.plain.add(key)
                else:
                    self.denominators[key] += Fraction(denominator)

    def result(self) -> Figures:
        return {key: (top, None if key in self.plain else self.denominators[key]) for key, top in self.numerators.items()}


def figures(read: Read, as_of: date) -> Figures:
    """Every figure this module knows, for facts up to `as_of`."""
    sums = _Sums()
    items = {row["item_id"]: row for row in read("item")}
    deliveries = delivery_dates(read, as_of)
    _on_time(sums, read, items, deliveries, as_of)
    _savings(sums, read, items)
    costs = _Costs(read)
    _accuracy(sums, read, items, costs)
    _forecast(sums, read, items, as_of)
    found = sums.result()
    found.update(_turnover(read, items, costs, as_of))
    return found


# -- K2 ----------------------------------------------------------------------------------------------------------


def delivery_dates(read: Read, as_of: date) -> dict[int, list[tuple[date, int, int]]]:
    """Line -> (delivered, shipment line, quantity) in the order the customer had them."""
    shipments = {row["shipment_id"]: row for row in read("shipment")}
    by_line: dict[int, list[tuple[date, int, int]]] = defaultdict(list)
    for line in read("shipment_line"):
        shipment = shipments[line["shipment_id"]]
        if shipment["status"] == "lost":
            continue
        day = (
            shipment["signed_date"]
            or shipment["carrier_delivered_date"]
            or shipment["expected_delivery_date"]
            or shipment["shipped_date"]
        )
        if day <= as_of:
            by_line[line["sales_order_line_id"]].append((day, line["shipment_line_id"], line["quantity"]))
    for parts in by_line.values():
        parts.sort()
    return by_line


def whole_by(parts: list[tuple[date, int, int]], wanted: int) -> date | None:
    """The first day on which (day, key, quantity), in order, sum to `wanted`."""
    total = 0
    for day, _, quantity in parts:
        total += quantity
        if total >= wanted:
            return day
    return None


def _on_time(
    sums: _Sums, read: Read, items: dict[int, Row], deliveries: dict[int, list[tuple[date, int, int]]], as_of: date
) -> None:
    orders = {row["sales_order_id"]: row for row in read("sales_order")}
    judged: dict[str, dict[int, list[tuple[date, bool, bool]]]] = {
        name: defaultdict(list) for name in ("first", "last", "requested")
    }
    late: dict[Key, list[int]] = defaultdict(list)
    for line in read("sales_order_line"):
        parts = deliveries.get(line["sales_order_line_id"], [])
        customer = orders[line["sales_order_id"]]["customer_id"]
        item = items[line["item_id"]]
        below = {
            "item": line["item_id"],
            "category": item["category_id"],
            "warehouse": line["warehouse_id"],
            "customer": customer,
        }
        weekly = ("company", "category", "warehouse", "customer")
        first = line["first_promised_date"] or line["requested_date"]
        days = {"first": first, "last": line["last_promised_date"] or first, "requested": line["requested_date"]}
        readings = {"first": "headline", "last": "by_last_promise", "requested": "by_requested"}
        for name, day in days.items():
            cancelled_in_time = line["cancelled_quantity"] if not (line["cancelled_date"] and line["cancelled_date"] > day) else 0
            due = line["ordered_quantity"] - cancelled_in_time
            if due <= 0:
                continue
            whole = whole_by(parts, due)
            on_time = whole is not None and whole <= day
            is_due = day <= as_of
            judged[name][line["sales_order_id"]].append((day, on_time, is_due))
            if not is_due:
                continue
            sums.add("on_time_delivery", readings[name], day, below, on_time, 1, weekly=weekly)
            if name != "first":
                continue
            everywhere = {"company": "", **below}
            sums.add("on_time_delivery", "line", day, {"company": ""}, on_time, 1, weekly=weekly)
            by_promise = sum(quantity for delivered, _, quantity in parts if delivered <= day)
            sums.add(
                "on_time_delivery",
                "otif_quantity",
                day,
                everywhere,
                Fraction(min(by_promise, due), MICRO),
                Fraction(due, MICRO),
                weekly=weekly,
            )
            if on_time:
                continue
            delivered_quantity = sum(quantity for _, _, quantity in parts)
            is_open = line["ordered_quantity"] - line["cancelled_quantity"] > delivered_quantity
            if whole is not None:
                late_days = (whole - day).days
            elif not cancelled_in_time and line["cancelled_quantity"] and not is_open:
                end = max([line["cancelled_date"], *[delivered for delivered, _, _ in parts]])
                late_days = (end - day).days
            else:
                late_days = max((as_of - day).days, 1)
            sums.add("on_time_delivery", "mean_lateness", day, everywhere, late_days, 1, weekly=weekly)
            for dimension, value in everywhere.items():
                for kind, start in periods_of(day):
                    if value is not None and (kind != "week" or dimension != "item"):
                        late["on_time_delivery", "p90_lateness", kind, start, dimension, str(value)].append(late_days)
    for key, found in late.items():
        # Nearest rank.
        rank = -(-9 * len(found) // 10)
        sums.numerators[key] = Fraction(sorted(found)[rank - 1])
        sums.denominators[key] = Fraction(1)
    for name, reading in (("first", "headline"), ("last", "by_last_promise"), ("requested", "by_requested")):
        for order_id, lines in judged[name].items():
            if not all(is_due for _, _, is_due in lines):
                continue
            day, on_time = max(when for when, _, _ in lines), all(good for _, good, _ in lines)
            sums.add("on_time_delivery", reading, day, {"company": ""}, on_time, 1, weekly=("company",))
            if name == "first":
                customer = {"customer": orders[order_id]["customer_id"]}
                sums.add("on_time_delivery", "by_order", day, customer, on_time, 1, weekly=("customer",))


# -- K3 ----------------------------------------------------------------------------------------------------------


def _savings(sums: _Sums, read: Read, items: dict[int, Row]) -> None:
    orders = {row["purchase_order_id"]: row for row in read("purchase_order")}
    per_minor = 10 ** (6 - read("company")[0]["minor_digits"])
    lines = read("purchase_order_line")
    invoices: dict[int, list[Row]] = defaultdict(list)
    for row in read("supplier_invoice_line"):
        invoices[row["purchase_order_line_id"]].append(row)
    order_value: dict[int, int] = defaultdict(int)
    for line in lines:
        order_value[line["purchase_order_id"]] += _times(line["ordered_quantity"], line["unit_price"])
    offers: dict[int, list[int]] = defaultdict(list)
    requests: dict[int, set[int]] = defaultdict(set)
    for quote in read("quote"):
        offers[quote["request_id"]].append(quote["unit_price"])
        if quote["purchase_order_line_id"] is not None:
            requests[quote["purchase_order_line_id"]].add(quote["request_id"])
    versions: dict[int, list[Row]] = defaultdict(list)
    for version in read("item_version"):
        versions[version["item_id"]].append(version)
    kinds = ("month", "quarter", "ttm")
    for line in lines:
        order = orders[line["purchase_order_id"]]
        wanted = line["ordered_quantity"] - line["cancelled_quantity"]
        if line["status"] in ("pending", "rejected") or order["status"] in ("draft", "pending", "rejected"):
            continue
        if wanted <= 0 and line["received_quantity"] <= 0:
            continue
        rate = Fraction(order["exchange_rate_ppm"], MICRO)
        bills = invoices[line["purchase_order_line_id"]]
        invoiced = sum(bill["quantity"] for bill in bills)
        if invoiced > 0:
            cost = sum(
                _half_away(_times(bill["quantity"], bill["unit_price"]) * Fraction(bill["exchange_rate_ppm"], MICRO))
                + _half_away(bill["landed_cost_amount"] * per_minor * Fraction(bill["exchange_rate_ppm"], MICRO))
                for bill in bills
            )
            quantity, price = invoiced, _half_away(Fraction(cost * MICRO, invoiced))
        else:
            value = order_value[line["purchase_order_id"]]
            freight = _half_away(Fraction(order["freight_amount"] * per_minor * line["unit_price"], value)) if value else 0
            price = _half_away(line["unit_price"] * rate) + freight
            quantity = line["received_quantity"] if line["received_quantity"] > 0 else wanted
        required = quantity if line["required_quantity"] is None else line["required_quantity"]
        needed, excess = min(quantity, required), max(quantity - required, 0)
        actual = _times(needed, price)
        keys = {
            "company": "",
            "item": line["item_id"],
            "category": items[line["item_id"]]["category_id"],
            "supplier": order["supplier_id"],
            "buyer": order["buyer_id"],
            "strategy": line["strategy"],
        }
        day = order["order_date"]

        def add(reading: str, top: int, bottom: int | None, *, day: date = day, keys: dict[str, Any] = keys) -> None:
            below = None if bottom is None else Fraction(bottom, MICRO)
            sums.add("purchase_savings", reading, day, keys, Fraction(top, MICRO), below, kinds)

        has_reference = line["reference_source"] != "none" and (line["reference_unit_price"] or 0) > 0
        sums.add("purchase_savings", "no_reference", day, keys, int(not has_reference), 1, kinds)
        add("moq_excess", _times(excess, price), None)
        add("spend", _times(quantity, price), None)
        if has_reference:
            planned = _times(needed, line["reference_unit_price"])
            add("headline", planned - actual, planned)
            add("saving_amount", planned - actual, None)
        taken = [offer for request in requests[line["purchase_order_line_id"]] for offer in offers[request]]
        if taken:
            best = _times(needed, min(taken))
            add("against_best_quote", best - actual, best)
            mean = _times(needed, _half_away(Fraction(sum(taken), len(taken))))
            add("against_mean_quote", mean - actual, mean)
        known = [v for v in versions[line["item_id"]] if v["business_date"] <= day]
        standard = max(known, key=lambda v: v["posting_sequence"])["standard_cost"] if known else None
        if standard is None:
            standard = items[line["item_id"]]["standard_cost"]
        if standard:
            add("ppv", _times(quantity, price) - _times(quantity, standard), None)


# -- stock and cost ------------------------------------------------------------------------------------------------


class _Costs:
    """Value flows of movement lines and value entries, read one by one."""

    def __init__(self, read: Read) -> None:
        self.per_minor = 10 ** (6 - read("company")[0]["minor_digits"])
        self.places = {row["location_id"]: row for row in read("location")}
        self.areas = {row["warehouse_id"]: row["valuation_area_id"] for row in read("warehouse")}
        movements = {row["movement_id"]: row for row in read("movement")}
        made = {row["work_order_id"]: row["item_id"] for row in read("work_order")}
        # (day, item, product made or None, from place, to place, quantity, value in millionths, movement type)
        self.flows: list[tuple[date, int, int | None, Row, Row, int, int, str]] = []
        for line in read("movement_line"):
            head = movements[line["movement_id"]]
            product = made.get(head["document_id"]) if head["document_kind"] == "work_order" else None
            self._add(line, product, line["quantity"], line["cost_amount"], head["movement_type"])
        for entry in read("value_entry"):
            if entry["item_id"] is not None or entry["document_kind"] == "work_order":
                product = made.get(entry["document_id"]) if entry["document_kind"] == "work_order" else None
                self._add(entry, product, 0, entry["amount"], entry["entry_kind"])

    def _add(self, row: Row, product: int | None, quantity: int, amount: int, kind: str) -> None:
        self.flows.append(
            (
                row["business_date"],
                row["item_id"],
                product,
                self.places[row["from_location_id"]],
                self.places[row["to_location_id"]],
                quantity,
                amount * self.per_minor,
                kind,
            )
        )


def _accuracy(sums: _Sums, read: Read, items: dict[int, Row], costs: _Costs) -> None:
    stocktakes = {row["stocktake_id"]: row for row in read("stocktake")}
    tolerance = Fraction(
        next(
            (row["value"] for row in read("setting") if row["name"] == "count_tolerance_measured" and row["scope"] == ""), "0.005"
        )
    )
    records: dict[tuple[Any, ...], Row] = {}
    for line in read("stocktake_line"):
        if line["counted_quantity"] is None or stocktakes[line["stocktake_id"]]["status"] == "cancelled":
            continue
        place = (line["stocktake_id"], line["item_id"], line["location_id"], line["lot_id"], line["status"])
        kept = records.get(place)
        if kept is None or (line["is_recount"], line["stocktake_line_id"]) > (kept["is_recount"], kept["stocktake_line_id"]):
            records[place] = line
    for line in records.values():
        take = stocktakes[line["stocktake_id"]]
        item = items[line["item_id"]]
        book, found = line["book_quantity"], line["counted_quantity"]
        allowed = int(book * tolerance) if item["is_measured"] else 0
        matches = abs(found - book) <= allowed
        zone = costs.places[line["location_id"]]["zone"]
        above = {
            "company": "",
            "category": item["category_id"],
            "warehouse": take["warehouse_id"],
            "zone": f"{take['warehouse_id']}:{zone}",
            "counter": line["counter_id"],
        }
        kinds, day = ("month", "quarter", "ttm"), take["count_date"]
        sums.add("inventory_accuracy", "headline", day, {**above, "item": line["item_id"]}, matches, 1, kinds)
        low, high = Fraction(min(book, found), MICRO), Fraction(max(book, found), MICRO)
        whole = Fraction(book, MICRO)
        sums.add("inventory_accuracy", "quantity", day, {"item": line["item_id"]}, whole if matches else 0, whole, kinds)
        sums.add("inventory_accuracy", "overlap", day, {"item": line["item_id"]}, low, high, kinds)
        sums.add("inventory_accuracy", "value", day, {"item": line["item_id"]}, whole - (high - low), whole, kinds)


# -- forecast ------------------------------------------------------------------------------------------------------


def _demand(read: Read, as_of: date) -> dict[tuple[int, str, date], Fraction]:
    """Quantity asked for per series, frequency and period, from the first period on, zeros included, complete periods only."""
    series = {(row["item_id"], row["warehouse_id"]): row["item_location_id"] for row in read("item_location")}
    asked: dict[tuple[int, str, date], Fraction] = defaultdict(Fraction)
    for line in read("sales_order_line"):
        day = max(line["requested_date"], line["order_date"])
        owner = series.get((line["item_id"], line["warehouse_id"]))
        if owner is not None and day <= as_of:
            for kind, start in periods_of(day, ("week", "month")):
                asked[owner, kind, start] += Fraction(line["ordered_quantity"], MICRO)
    # A shipment without an order of its own day opens the series as well.
    lines = {row["sales_order_line_id"]: row for row in read("sales_order_line")}
    shipments = {row["shipment_id"]: row for row in read("shipment")}
    for part in read("shipment_line"):
        line, day = lines[part["sales_order_line_id"]], shipments[part["shipment_id"]]["shipped_date"]
        owner = series.get((part["item_id"], shipments[part["shipment_id"]]["warehouse_id"]))
        if line and owner is not None and day <= as_of:
            for kind, start in periods_of(day, ("week", "month")):
                asked[owner, kind, start] += 0
    dense: dict[tuple[int, str, date], Fraction] = {}
    firsts: dict[tuple[int, str], date] = {}
    for owner, kind, start in asked:
        firsts[owner, kind] = min(start, firsts.get((owner, kind), start))
    for (owner, kind), start in firsts.items():
        while True:
            following = start + timedelta(days=7) if kind == "week" else _month(start, 1)
            if following - timedelta(days=1) > as_of:
                break
            dense[owner, kind, start] = asked.get((owner, kind, start), Fraction(0))
            start = following
    return dense


def _forecast(sums: _Sums, read: Read, items: dict[int, Row], as_of: date) -> None:
    places = {row["item_location_id"]: row for row in read("item_location")}
    archive: dict[tuple[int, str, date], list[Row]] = defaultdict(list)
    for row in read("forecast.demand_forecasts"):
        if row["measure"] == "mean":
            archive[row["series_id"], row["frequency"], row["period_start"]].append(row)
    overrides: dict[tuple[int, str, date], list[Row]] = defaultdict(list)
    for row in read("forecast_override"):
        overrides[row["item_location_id"], row["frequency"], row["period_start"]].append(row)
    steps: dict[tuple[str, int, str, date], list[Row]] = defaultdict(list)
    for row in read("forecast.forecast_steps"):
        steps[row["forecast_run_id"], row["series_id"], row["frequency"], row["period_start"]].append(row)
    found: dict[int, dict[str, list[tuple[date, Fraction, float, str]]]] = defaultdict(lambda: defaultdict(list))
    for (owner, kind, start), quantity in _demand(read, as_of).items():
        lead = timedelta(days=places[owner]["lead_time_days"] or 0)
        known = [row for row in archive[owner, kind, start] if row["cutoff"] < start and row["cutoff"] + lead <= start]
        if not known:
            continue
        chosen = max(known, key=lambda row: (row["cutoff"], row["origin"] == "live", row["forecast_run_id"]))
        mine = steps[chosen["forecast_run_id"], owner, kind, start]
        value = max(0.0, chosen["quantity"] + sum(row["quantity"] for row in mine if row["step"] == "sales"))
        of_groups = [row["quantity"] for row in mine if row["step"] == "override" and row["level"] != "series"]
        if of_groups:
            after_groups = max(0.0, value + sum(of_groups))
        decided = [row for row in overrides[owner, kind, start] if row["business_date"] + lead <= start]
        if decided:
            last = max(decided, key=lambda row: row["business_date"])["override_quantity"]
            value = (after_groups if of_groups else value) if last is None else last / MICRO
        elif of_groups:
            value = after_groups
        found[owner][kind].append((start, quantity, value, chosen["model"]))
    for owner, by_kind in found.items():
        item = places[owner]["item_id"]
        for start, quantity, value, model in by_kind.get("week") or by_kind["month"]:
            keys = {
                "company": "",
                "item": item,
                "category": items[item]["category_id"],
                "warehouse": places[owner]["warehouse_id"],
                "model": model,
            }
            error = Fraction(value) - quantity
            for reading, top in (("headline", quantity - abs(error)), ("wape", abs(error)), ("bias", error)):
                sums.add("forecast_accuracy", reading, start, keys, top, quantity, weekly=("company",))


# -- K1 ----------------------------------------------------------------------------------------------------------


def _turnover(read: Read, items: dict[int, Row], costs: _Costs, as_of: date) -> Figures:
    outflow: dict[tuple[str, Any, date], int] = defaultdict(int)
    changes: dict[tuple[str, Any], dict[date, int]] = defaultdict(lambda: defaultdict(int))
    shared = {area for area in costs.areas.values() if list(costs.areas.values()).count(area) > 1}

    def out(dimension: str, key: Any, day: date, value: int) -> None:
        outflow[dimension, key, _month(day)] += value

    for day, item, product, source, target, _, value, kind in costs.flows:
        if day > as_of:
            continue
        category = items[item]["category_id"] if item is not None else None
        for place, other, sign in ((source, target, -1), (target, source, 1)):
            warehouse = place["warehouse_id"] or other["warehouse_id"]
            if place["kind"] == "customer":
                for dimension, key in (("company", ""), ("category", category), ("item", item), ("warehouse", warehouse)):
                    out(dimension, key, day, sign * value)
            if place["kind"] == "production" and other["kind"] != "production" and kind == "production_issue":
                out("item", item, day, sign * value)
                out("warehouse", warehouse, day, sign * value)
            if place["kind"] == "bin" and other["kind"] == "in_transit" and sign == -1:
                out("warehouse", warehouse, day, value)
            if place["kind"] in ("bin", "in_transit", "production"):
                owner = (product or item) if place["kind"] == "production" else item
                if owner is None:
                    continue
                for dimension, key in (
                    ("company", ""),
                    ("category", items[owner]["category_id"]),
                    ("item", owner),
                    ("warehouse", warehouse),
                ):
                    if dimension != "warehouse" or costs.areas[warehouse] not in shared:
                        changes[dimension, key][day] += sign * value
    value_days: dict[tuple[str, Any, date], int] = defaultdict(int)
    closing: dict[tuple[str, Any, date], int] = {}
    for subject, by_day in changes.items():
        carried, month = 0, _month(min(by_day))
        days_of: dict[date, list[date]] = defaultdict(list)
        for day in by_day:
            days_of[_month(day)].append(day)
        while month <= as_of:
            last = min(_month(month, 1) - timedelta(days=1), as_of)
            total = carried * ((last - month).days + 1)
            for day in days_of[month]:
                total += by_day[day] * ((last - day).days + 1)
                carried += by_day[day]
            value_days[(*subject, month)] = total
            closing[(*subject, month)] = carried
            month = _month(month, 1)
    found: Figures = {}
    for dimension, key, month in {*outflow, *value_days}:
        if key is None:
            continue
        for kind, start in periods_of(month, ("month", "quarter", "ttm")):
            name = ("inventory_turnover", "headline", kind, start, dimension, str(key))
            top, bottom = found.get(name, (Fraction(0), Fraction(0)))
            assert bottom is not None
            found[name] = (
                top + Fraction(outflow.get((dimension, key, month), 0), MICRO),
                bottom + Fraction(value_days.get((dimension, key, month), 0), MICRO),
            )
    for (dimension, key, month), value in closing.items():
        if key is None:
            continue
        found["stock_value", "headline", "month", month, dimension, str(key)] = (Fraction(value, MICRO), None)
    return found
