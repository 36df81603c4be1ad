"""A company small enough to check every figure by hand.

One warehouse, a bought part P (10.00 a piece), a made product F (two P each), a trading good G; two suppliers, two customers;
March and April 2026.
"""

from __future__ import annotations

from datetime import date

from tests.models.raw_fixture import RawCompany, instant

__all__ = ["MICRO", "small_company"]

MICRO = 1_000_000
"""One unit, or one currency unit per unit, in ledger integers."""


def _day(month: int, day: int) -> date:
    return date(2026, month, day)


def _movement(raw: RawCompany, movement_id: int, kind: str, document: tuple[str, int], day: date) -> None:
    raw.add(
        "movement",
        movement_id=movement_id,
        movement_type=kind,
        document_kind=document[0],
        document_id=document[1],
        business_date=day,
        recorded_at=instant(day),
        actor_id=1,
    )


def _line(
    raw: RawCompany,
    line_id: int,
    movement_id: int,
    item: int,
    places: tuple[int, int],
    units: int,
    cost: int,
    day: date,
    statuses: tuple[str, str] = ("available", "available"),
    document_line_id: int | None = None,
) -> None:
    raw.add(
        "movement_line",
        movement_line_id=line_id,
        movement_id=movement_id,
        item_id=item,
        lot_id=0,
        from_location_id=places[0],
        to_location_id=places[1],
        from_status=statuses[0],
        to_status=statuses[1],
        quantity=units * MICRO,
        cost_amount=cost * 100,
        business_date=day,
        document_line_id=document_line_id,
    )
    for place, sign, status in ((places[0], -1, statuses[0]), (places[1], 1, statuses[1])):
        physical = place in (BIN, TRANSIT)
        raw.add(
            "balance_daily",
            item_id=item,
            location_id=place,
            lot_id=0,
            status=status,
            business_date=day,
            quantity_delta=sign * units * MICRO,
        )
        if physical and places[0] != places[1]:
            raw.add(
                "cost_daily",
                item_id=item,
                valuation_area_id=1,
                business_date=day,
                quantity_delta=sign * units * MICRO,
                value_delta=sign * cost * 100,
            )


BIN, TRANSIT, WIP, SUPPLIER, CUSTOMER, SCRAP, COUNT, OPENING, VARIANCE = range(1, 10)
PART, PRODUCT, GOOD = 1, 2, 3


def small_company() -> RawCompany:
    """All rows; see the module's sentence for the story."""
    raw = RawCompany()
    raw.add(
        "company",
        company_id=1,
        code="SMALL",
        name="Small Works",
        name_zh="小厂",
        currency="CNY",
        minor_digits=2,
        time_zone="Asia/Shanghai",
        today=_day(4, 30),
    )
    for user, login in ((1, "system"), (2, "buyer"), (3, "counter")):
        raw.add("app_user", user_id=user, login=login, name=login.title(), name_zh="", role="system" if user == 1 else "buyer")
    raw.add("unit_of_measure", unit_id=1, code="EA", name="each")
    raw.add("item_category", category_id=1, code="PARTS", name="Parts", name_zh="零件")
    raw.add("item_category", category_id=2, code="GOODS", name="Goods", name_zh="成品")
    for item, sku, kind, category, cost, price in (
        (PART, "P", "component", 1, 10, None),
        (PRODUCT, "F", "finished_good", 2, 20, 50),
        (GOOD, "G", "trading_good", 2, 5, 9),
    ):
        raw.add(
            "item",
            item_id=item,
            sku=sku,
            sku_normalised=sku,
            name=f"Item {sku}",
            name_zh=f"物料{sku}",
            item_type=kind,
            category_id=category,
            base_unit_id=1,
            standard_cost=cost * MICRO,
            list_price=None if price is None else price * MICRO,
        )
    raw.add("valuation_area", valuation_area_id=1, code="W1", name="Main")
    raw.add("warehouse", warehouse_id=1, code="W1", name="Main", name_zh="主仓", valuation_area_id=1, region="north")
    for place, code, kind in (
        (BIN, "W1-A", "bin"),
        (TRANSIT, "W1/TRANSIT", "in_transit"),
        (WIP, "W1/WIP", "production"),
        (SUPPLIER, "SUPPLIER", "supplier"),
        (CUSTOMER, "CUSTOMER", "customer"),
        (SCRAP, "SCRAP", "scrap"),
        (COUNT, "COUNT", "count_difference"),
        (OPENING, "OPENING", "opening"),
        (VARIANCE, "VARIANCE", "variance"),
    ):
        inside = kind in ("bin", "in_transit", "production")
        raw.add(
            "location",
            location_id=place,
            code=code,
            kind=kind,
            warehouse_id=1 if inside else None,
            zone="A" if kind == "bin" else "",
            is_physical=int(inside),
        )
    raw.add("lot", lot_id=0, item_id=None, code="")
    for series, item, procurement in ((1, PART, "buy"), (2, PRODUCT, "make"), (3, GOOD, "buy")):
        raw.add(
            "item_location",
            item_location_id=series,
            item_id=item,
            warehouse_id=1,
            procurement=procurement,
            lead_time_days=7,
            safety_stock_quantity=5 * MICRO,
        )
    raw.add("bill_of_materials", bom_id=1, item_id=PRODUCT, valid_from=date(2025, 1, 1))
    raw.add(
        "bom_line", bom_line_id=1, bom_id=1, component_item_id=PART, component_quantity=2 * MICRO, valid_from=date(2025, 1, 1)
    )
    for supplier, code in ((1, "S1"), (2, "S2")):
        raw.add("supplier", supplier_id=supplier, code=code, name=f"Supplier {code}", name_zh=f"供应商{code}")
        raw.add(
            "supplier_item",
            supplier_item_id=supplier,
            supplier_id=supplier,
            item_id=PART,
            purchase_unit_id=1,
            lead_time_days=7,
            minimum_order_quantity=10 * MICRO,
            valid_from=date(2025, 1, 1),
            preference=supplier,
        )
        raw.add(
            "supplier_item_price",
            supplier_item_price_id=supplier,
            supplier_item_id=supplier,
            unit_price=(9 + supplier) * MICRO,
            valid_from=date(2025, 1, 1),
        )
    raw.add(
        "supplier_qualification",
        supplier_qualification_id=1,
        supplier_id=1,
        kind="ISO 9001",
        valid_from=date(2024, 1, 1),
        qualification_expiry_date=_day(6, 30),
    )
    for customer, code in ((1, "C1"), (2, "C2")):
        raw.add("customer", customer_id=customer, code=code, name=f"Customer {code}", name_zh=f"客户{code}")
    raw.add("carrier", carrier_id=1, code="SF", name="Carrier")
    raw.add(
        "carrier_lane", carrier_lane_id=1, carrier_id=1, warehouse_id=1, region="", transit_days=2, valid_from=date(2025, 1, 1)
    )

    # Opening on 1 March: 100 P for 1,000 and 40 G for 200.
    _movement(raw, 1, "opening", ("opening", 1), _day(3, 1))
    _line(raw, 1, 1, PART, (OPENING, BIN), 100, 1000, _day(3, 1))
    _line(raw, 2, 1, GOOD, (OPENING, BIN), 40, 200, _day(3, 1))

    # A purchase of 50 P at 9.00 for a need of 40, reference 10.00, promised 20 March, received 25 March; 2 rejected.
    raw.add(
        "purchase_order",
        purchase_order_id=1,
        number="PO-1",
        supplier_id=1,
        buyer_id=2,
        order_date=_day(3, 10),
        status="completed",
        currency="CNY",
    )
    raw.add(
        "purchase_order_line",
        purchase_order_line_id=1,
        purchase_order_id=1,
        item_id=PART,
        warehouse_id=1,
        ordered_quantity=50 * MICRO,
        received_quantity=50 * MICRO,
        accepted_quantity=48 * MICRO,
        rejected_quantity=2 * MICRO,
        unit_price=9 * MICRO,
        line_total_micro=450 * MICRO,
        line_amount=45000,
        currency="CNY",
        required_quantity=40 * MICRO,
        first_promised_date=_day(3, 20),
        last_promised_date=_day(3, 24),
        requirement_date=_day(3, 9),
        reference_unit_price=10 * MICRO,
        reference_source="contract",
        strategy="quote",
        status="received",
    )
    for quote, supplier, price in ((1, 1, 9), (2, 2, 8)):
        raw.add(
            "quote",
            quote_id=quote,
            supplier_id=supplier,
            item_id=PART,
            request_id=1,
            quantity=40 * MICRO,
            unit_price=price * MICRO,
            currency="CNY",
            quote_date=_day(3, 9),
            is_chosen=int(supplier == 1),
            purchase_order_line_id=1,
        )
    raw.add(
        "goods_receipt",
        goods_receipt_id=1,
        number="GR-1",
        purchase_order_id=1,
        warehouse_id=1,
        received_date=_day(3, 25),
        inspected_date=_day(3, 25),
    )
    raw.add(
        "goods_receipt_line",
        goods_receipt_line_id=1,
        goods_receipt_id=1,
        purchase_order_line_id=1,
        item_id=PART,
        lot_id=0,
        location_id=BIN,
        received_quantity=50 * MICRO,
        accepted_quantity=48 * MICRO,
        rejected_quantity=2 * MICRO,
    )
    _movement(raw, 2, "receipt", ("goods_receipt", 1), _day(3, 25))
    _line(raw, 3, 2, PART, (SUPPLIER, BIN), 48, 432, _day(3, 25), document_line_id=1)
    # An open purchase of 30 P from S2, dearer than the reference, promised 10 April and not there yet.
    raw.add(
        "purchase_order", purchase_order_id=2, number="PO-2", supplier_id=2, buyer_id=2, order_date=_day(4, 2), currency="CNY"
    )
    raw.add(
        "purchase_order_line",
        purchase_order_line_id=2,
        purchase_order_id=2,
        item_id=PART,
        warehouse_id=1,
        ordered_quantity=30 * MICRO,
        unit_price=11 * MICRO,
        line_total_micro=330 * MICRO,
        line_amount=33000,
        currency="CNY",
        required_quantity=30 * MICRO,
        first_promised_date=_day(4, 10),
        reference_unit_price=10 * MICRO,
        reference_source="last_price",
        strategy="spot",
    )

    # A work order: 20 P issued on 5 March, 10 F completed on 9 March.
    raw.add(
        "work_order",
        work_order_id=1,
        number="WO-1",
        item_id=PRODUCT,
        warehouse_id=1,
        bom_id=1,
        ordered_quantity=10 * MICRO,
        completed_quantity=10 * MICRO,
        order_date=_day(3, 4),
        planned_start_date=_day(3, 5),
        due_date=_day(3, 8),
        actual_start_date=_day(3, 5),
        actual_end_date=_day(3, 9),
        status="closed",
    )
    raw.add(
        "work_order_component",
        work_order_component_id=1,
        work_order_id=1,
        item_id=PART,
        required_quantity=20 * MICRO,
        issued_quantity=20 * MICRO,
        required_date=_day(3, 5),
        issued_date=_day(3, 5),
    )
    _movement(raw, 3, "production_issue", ("work_order", 1), _day(3, 5))
    _line(raw, 4, 3, PART, (BIN, WIP), 20, 200, _day(3, 5), document_line_id=1)
    _movement(raw, 4, "production_receipt", ("work_order", 1), _day(3, 9))
    _line(raw, 5, 4, PRODUCT, (WIP, BIN), 10, 200, _day(3, 9))

    # SO-1: 4 F promised and signed 12 March; 10 G promised 12, then 20 March, signed 15 March: late by first promise.
    raw.add(
        "sales_order", sales_order_id=1, number="SO-1", customer_id=1, order_date=_day(3, 6), currency="CNY", status="delivered"
    )
    raw.add("sales_order", sales_order_id=2, number="SO-2", customer_id=2, order_date=_day(3, 20), currency="CNY")
    lines = (
        # id, order, item, units, price, requested, first, last, shipped, cancelled, cancelled on
        (1, 1, PRODUCT, 4, 50, _day(3, 12), _day(3, 12), _day(3, 12), 4, 0, None),
        (2, 1, GOOD, 10, 9, _day(3, 11), _day(3, 12), _day(3, 20), 10, 0, None),
        (3, 2, GOOD, 5, 9, _day(4, 1), _day(4, 2), _day(4, 2), 5, 0, None),
        # cancelled before its promise: out; cancelled after it: late.
        (4, 2, GOOD, 3, 9, _day(4, 1), _day(4, 5), _day(4, 5), 0, 3, _day(4, 1)),
    )
    for line, order, item, units, price, requested, first, last, shipped, cancelled, cancelled_on in lines:
        raw.add(
            "sales_order_line",
            sales_order_line_id=line,
            sales_order_id=order,
            item_id=item,
            warehouse_id=1,
            ordered_quantity=units * MICRO,
            shipped_quantity=shipped * MICRO,
            cancelled_quantity=cancelled * MICRO,
            cancelled_date=cancelled_on,
            cancel_reason="customer" if cancelled else None,
            unit_price=price * MICRO,
            line_total_micro=units * price * MICRO,
            line_amount=units * price * 100,
            currency="CNY",
            order_date=_day(3, 6) if order == 1 else _day(3, 20),
            requested_date=requested,
            first_promised_date=first,
            last_promised_date=last,
            status="cancelled" if cancelled else "delivered",
        )
    # SO-3: two lines overdue or not yet due on 30 April, one cancelled after its promise.
    raw.add("sales_order", sales_order_id=3, number="SO-3", customer_id=2, order_date=_day(4, 10), currency="CNY")
    raw.add("sales_order", sales_order_id=4, number="SO-4", customer_id=2, order_date=_day(4, 11), currency="CNY")
    for line, order, item, units, first, cancelled, cancelled_on in (
        (5, 3, PRODUCT, 8, _day(4, 20), 0, None),
        (6, 3, GOOD, 2, _day(5, 9), 0, None),
        (7, 4, GOOD, 6, _day(4, 18), 6, _day(4, 22)),
        (8, 4, GOOD, 7, None, 0, None),
    ):
        raw.add(
            "sales_order_line",
            sales_order_line_id=line,
            sales_order_id=order,
            item_id=item,
            warehouse_id=1,
            ordered_quantity=units * MICRO,
            cancelled_quantity=cancelled * MICRO,
            cancelled_date=cancelled_on,
            cancel_reason="no_stock" if cancelled else None,
            unit_price=9 * MICRO,
            line_total_micro=units * 9 * MICRO,
            line_amount=units * 900,
            currency="CNY",
            order_date=_day(4, 10),
            requested_date=_day(4, 19),
            first_promised_date=first,
            last_promised_date=first,
        )
    ship = (
        # id, line, item, units, cost, shipped, expected, carrier, signed
        (1, 1, PRODUCT, 4, 80, _day(3, 10), _day(3, 12), None, _day(3, 12)),
        (2, 2, GOOD, 10, 50, _day(3, 13), _day(3, 15), _day(3, 14), _day(3, 15)),
        (3, 3, GOOD, 5, 25, _day(3, 31), _day(4, 2), None, None),
    )
    for number, line, item, units, cost, shipped, expected, carried, signed in ship:
        raw.add(
            "shipment",
            shipment_id=number,
            number=f"SH-{number}",
            customer_id=2 if line == 3 else 1,
            warehouse_id=1,
            carrier_id=1,
            shipped_date=shipped,
            expected_delivery_date=expected,
            carrier_delivered_date=carried,
            signed_date=signed,
            status="signed" if signed else "shipped",
        )
        raw.add(
            "shipment_line",
            shipment_line_id=number,
            shipment_id=number,
            sales_order_line_id=line,
            item_id=item,
            lot_id=0,
            location_id=BIN,
            quantity=units * MICRO,
        )
        _movement(raw, 10 + number, "shipment", ("shipment", number), shipped)
        _line(raw, 10 + number, 10 + number, item, (BIN, CUSTOMER), units, cost, shipped, document_line_id=number)

    # A full count on 31 March: P 128 by the book and on the shelf; F 6 by the book, 5 found; G 25 by the book, 26 found.
    raw.add(
        "stocktake",
        stocktake_id=1,
        number="ST-1",
        warehouse_id=1,
        count_date=_day(3, 31),
        status="posted",
        posted_date=_day(3, 31),
    )
    for line, item, book, found in ((1, PART, 128, 128), (2, PRODUCT, 6, 5), (3, GOOD, 25, 26)):
        raw.add(
            "stocktake_line",
            stocktake_line_id=line,
            stocktake_id=1,
            item_id=item,
            location_id=BIN,
            lot_id=0,
            book_quantity=book * MICRO,
            counted_quantity=found * MICRO,
            counter_id=3,
        )
    _movement(raw, 20, "count_adjustment", ("stocktake", 1), _day(3, 31))
    _line(raw, 20, 20, PRODUCT, (BIN, COUNT), 1, 20, _day(3, 31), document_line_id=2)
    _line(raw, 21, 20, GOOD, (COUNT, BIN), 1, 5, _day(3, 31), document_line_id=3)
    for item, units in ((PART, 128), (PRODUCT, 5), (GOOD, 26)):
        raw.add("stock_balance", item_id=item, location_id=BIN, lot_id=0, status="available", on_hand_quantity=units * MICRO)
    for item, units, value in ((PART, 128, 1232), (PRODUCT, 5, 100), (GOOD, 26, 130)):
        raw.add("item_cost", item_id=item, valuation_area_id=1, on_hand_quantity=units * MICRO, value_amount=value * 100)
    raw.rows["balance_daily"] = _summed(raw.rows["balance_daily"], ("quantity_delta",))
    raw.rows["cost_daily"] = _summed(raw.rows["cost_daily"], ("quantity_delta", "value_delta"))
    return raw


def _summed(rows: list[dict[str, object]], measures: tuple[str, ...]) -> list[dict[str, object]]:
    """One row per key, as the ledger keeps them."""
    totals: dict[tuple[object, ...], dict[str, object]] = {}
    for row in rows:
        key = tuple(value for name, value in row.items() if name not in (*measures, "posting_sequence"))
        if key not in totals:
            totals[key] = dict(row)
            continue
        for measure in measures:
            totals[key][measure] = int(str(totals[key][measure])) + int(str(row[measure]))
        totals[key]["posting_sequence"] = row["posting_sequence"]
    return list(totals.values())
