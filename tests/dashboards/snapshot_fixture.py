"""A small published home for page tests: the tiny company's ledger and a snapshot of report tables about it.

Only for tests. The report tables have exactly the columns the screens read (dashboards.report_columns, the reader's side of
docs/contracts.md); the numbers are made up but agree with each other where a page adds them up.
"""

from __future__ import annotations

import json
import os
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from dashboards.report_columns import COLUMNS
from tests.company import common, tiny_company
from transactional import Ledger, auth, open_ledger
from transactional.commands import DefineUser

__all__ = ["AS_OF", "PASSWORD", "build_home", "build_ledger", "publish"]

AS_OF = date(2026, 1, 5)
PASSWORD = "red-bicycle-42"

Row = dict[str, Any]


def build_home(home: Path) -> Path:
    """A home with ledger and one published snapshot."""
    ledger = build_ledger(home)
    publish(home, "20260105-a", ledger)
    ledger.close()
    return home


def build_ledger(home: Path) -> Ledger:
    """The tiny company; every person may sign in with PASSWORD."""
    home.mkdir(parents=True, exist_ok=True)
    ledger = open_ledger(home / "ledger.db")
    tiny_company(ledger)
    secret = auth.hash_password(PASSWORD)
    people = {
        "buyer": ("buyer", "李采购"),
        "planner": ("planner", "王计划"),
        "sales": ("sales", "赵销售"),
        "viewer": ("viewer", "访客"),
        "admin": ("admin", "管理员"),
    }
    ledger.post(
        [
            DefineUser(login=login, name=login.title(), name_zh=name_zh, role=role, password_hash=secret, **common("system"))
            for login, (role, name_zh) in people.items()
        ]
    )
    return ledger


def publish(
    home: Path, snapshot_id: str, ledger: Ledger, *, is_demo: bool = False, tables: dict[str, list[Row]] | None = None
) -> Path:
    """Write `snapshots/<id>` and point `current` at it, as the pipeline does."""
    folder = home / "snapshots" / snapshot_id
    folder.mkdir(parents=True)
    rows = report_rows(ledger) if tables is None else tables
    with duckdb.connect(str(folder / "warehouse.duckdb")) as warehouse:
        warehouse.execute("begin")
        warehouse.execute("create schema reports")
        for table, columns in COLUMNS.items():
            if table not in rows:
                continue
            warehouse.execute(f"create table reports.{table} ({', '.join(f'{name} {kind}' for name, kind in columns.items())})")
            for row in rows[table]:
                unknown = set(row) - set(columns)
                assert not unknown, f"{table}: {unknown}"
                places = ", ".join("?" for _ in row)
                warehouse.execute(f"insert into reports.{table} ({', '.join(row)}) values ({places})", list(row.values()))
        warehouse.execute("commit")
    manifest = {
        "snapshot_id": snapshot_id,
        "run_id": f"run-{snapshot_id}",
        "created_at": "2026-01-05T22:00:00",
        "data_through": AS_OF.isoformat(),
        "as_of": AS_OF.isoformat(),
        "watermark": ledger.watermark(),
        "company": {"code": "TINY", "name": "Tiny Works", "name_zh": "小小工厂", "currency": "CNY", "minor_digits": 2},
        "is_demo": is_demo,
        "demo_end_date": AS_OF.isoformat() if is_demo else None,
        "tables": {name: len(found) for name, found in rows.items()},
        "checks_passed": 12,
        "checks_failed": 0,
        "timings": {"ingest": 0.4, "dbt": 3.1},
    }
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    pointer = home / "snapshots" / "current.new"
    pointer.write_text(snapshot_id, encoding="utf-8")
    os.replace(pointer, home / "snapshots" / "current")
    return folder


def report_rows(ledger: Ledger) -> dict[str, list[Row]]:
    """Report rows about the tiny company's items."""
    series = ledger.records(
        "select l.item_location_id as series_id, i.item_id, i.sku, i.name as item_name, i.name_zh as item_name_zh, "
        "w.warehouse_id, "
        "w.code as warehouse_code, w.name as warehouse_name, w.name_zh as warehouse_name_zh, l.procurement "
        "from item_location l join item i on i.item_id = l.item_id join warehouse w on w.warehouse_id = l.warehouse_id "
        "order by i.sku, w.code"
    )
    suppliers = ledger.records(
        "select supplier_id, code as supplier_code, name as supplier_name, name_zh as supplier_name_zh from supplier "
        "order by code"
    )
    customer = ledger.records(
        "select customer_id, code as customer_code, name as customer_name, name_zh as customer_name_zh from customer "
        "order by code"
    )[0]
    by_sku = {row["sku"]: row for row in reversed(series)}
    return {
        "rpt_kpi": _kpis(),
        **_late(by_sku, customer, suppliers[0]),
        "rpt_savings_lines": _savings(by_sku, suppliers),
        "rpt_count_lines": _counts(by_sku),
        "rpt_stock": _stock(series),
        "rpt_item_locations": _item_locations(series),
        "rpt_open_orders": _open_orders(by_sku),
        "rpt_movements": _movements(series),
        **_forecasts(series),
        **_judged(series),
        "rpt_seasonality": _seasons(),
        **_suggestions(by_sku, suppliers, customer),
        **_repurchases(by_sku, customer),
        "rpt_projection": _projection(series),
        "rpt_suppliers": _suppliers(suppliers),
        "rpt_item_suppliers": [_item_supplier(by_sku["RAW-01"], supplier, place) for place, supplier in enumerate(suppliers)],
        "rpt_data_health": [
            {
                "finding": "missing_cost",
                "subject_kind": "item",
                "subject_key": "PART-01",
                "detail": "no standard cost",
                "value": Decimal(0),
            },
            {
                "finding": "stale_supplier",
                "subject_kind": "supplier",
                "subject_key": "BOLT",
                "detail": "last order 2024-03-01",
                "value": None,
            },
        ],
        "rpt_company": [
            {
                "company_id": 1,
                "code": "TINY",
                "name": "Tiny Works",
                "name_zh": "小小工厂",
                "currency": "CNY",
                "data_through": AS_OF,
            }
        ],
    }


def _item(row: Row) -> Row:
    return {**{name: row[name] for name in ("item_id", "sku", "item_name", "item_name_zh")}, "base_unit": "EA"}


def _place(row: Row) -> Row:
    return {name: row[name] for name in ("warehouse_id", "warehouse_code", "warehouse_name", "warehouse_name_zh")}


def _months(count: int) -> list[date]:
    return [date(2025 + (month - 1) // 12, (month - 1) % 12 + 1, 1) for month in range(13 - count, 13)]


def _kpis() -> list[Row]:
    shapes = {
        # kpi: (unit, target, target_high, numerator base, denominator, status)
        "inventory_turnover": ("turns_per_year", 3.0, 6.0, 1_000_000, 240_000, "good"),
        "on_time_delivery": ("rate", 0.95, None, 390, 430, "bad"),
        "purchase_savings": ("rate", 0.0, None, 12_000, 400_000, "good"),
        "stock_value": ("currency", None, None, 1_830_000, 1, "good"),
        "forecast_accuracy": ("rate", 0.7, None, 7_300, 10_000, "good"),
    }
    rows: list[Row] = []
    for kpi, (unit, target, high, base, bottom, status) in shapes.items():
        values = [base * (1 + 0.01 * month) / bottom for month in range(12)]
        for place, start in enumerate(_months(12)):
            rows.append(
                _kpi(kpi, "month", start, values[place], unit, target, high, status, bottom)
                | {"previous_value": values[place - 1] if place else None, "previous_year_value": values[place] * 0.9}
            )
            for dimension, keys in (("warehouse", ("MAIN", "SHOP")), ("category", ("BUY", "MAKE"))):
                for offset, key in enumerate(keys):
                    rows.append(
                        _kpi(kpi, "month", start, values[place] * (1 + 0.02 * offset), unit, target, high, status, bottom)
                        | {
                            "dimension": dimension,
                            "dimension_key": key,
                            "dimension_label": key.title(),
                            "dimension_label_zh": f"{key}区",
                        }
                    )
    rows.append(
        _kpi("on_time_delivery", "month", date(2025, 12, 1), 0.88, "rate", None, None, "no_data", 430) | {"reading": "otif"}
    )
    for quarter in (1, 4, 7, 10):
        rows.append(_kpi("inventory_accuracy", "quarter", date(2025, quarter, 1), 0.981, "rate", 0.98, None, "good", 1_000))
    return rows


def _kpi(
    kpi: str, kind: str, start: date, value: float, unit: str, target: float | None, high: float | None, status: str, bottom: int
) -> Row:
    end = (start + timedelta(days=31 if kind == "month" else 93)).replace(day=1) - timedelta(days=1)
    return {
        "kpi": kpi,
        "reading": "headline",
        "period_kind": kind,
        "period_start": start,
        "period_end": end,
        "dimension": "company",
        "dimension_key": "TINY",
        "dimension_label": "Tiny Works",
        "dimension_label_zh": "小小工厂",
        "numerator": Decimal(str(round(value * bottom, 2))),
        "denominator": Decimal(bottom),
        "value": value,
        "target": target,
        "target_high": high,
        "unit": unit,
        "record_count": bottom if kpi == "on_time_delivery" else 100,
        "is_complete": True,
        "status": status,
    }


def _late(by_sku: dict[str, Row], customer: Row, supplier: Row) -> dict[str, list[Row]]:
    lines, causes = [], []
    for number in range(1, 6):
        lines.append(
            {
                "sales_order_line_id": number,
                "order_number": f"SO-{number:05d}",
                **_item(by_sku["GOOD-01"]),
                **_place(by_sku["GOOD-01"]),
                **customer,
                "quantity": Decimal(10),
                "first_promised_date": date(2025, 12, 5 + number),
                "delivered_date": None if number == 5 else date(2025, 12, 10 + number),
                "late_days": 5,
                "line_value": Decimal(500 * number),
                "is_open": number == 5,
                "main_cause": "supplier",
            }
        )
        for cause, group, days in (("supplier", "purchase", 6), ("production", "production", 1), ("carrier", "logistics", -2)):
            causes.append(
                {
                    "sales_order_line_id": number,
                    "cause": cause,
                    "cause_group": group,
                    "days": days,
                    "document_kind": "purchase_order",
                    "document_number": "PO-00001",
                    **(supplier if cause == "supplier" else {}),
                }
            )
    return {"rpt_late_lines": lines, "rpt_late_causes": causes, "rpt_late_chain": _chain()}


def _chain() -> list[Row]:
    """The story of line 1: five days from a supplier through a work order to the customer, two of them won back."""
    steps = [
        (0, "delivery", "carrier", -2, "shipment", "SH-00001", "Fast Lorries", date(2025, 12, 7)),
        (1, "production", "production", 1, "work_order", "WO-00001", "Press shop", date(2025, 12, 6)),
        (2, "supplier", "supplier", 6, "purchase_order", "PO-00001", "Acme Metals", date(2025, 11, 20)),
    ]
    return [
        {
            "sales_order_line_id": 1,
            "step_number": place,
            "depth": depth,
            "link": link,
            "cause": cause,
            "days": days,
            "planned_date": planned,
            "actual_date": planned + timedelta(days=days),
            "document_kind": kind,
            "document_number": number,
            "evidence_key": "cause.no_record",
            "who_kind": cause,
            "who": who,
            "who_zh": who,
        }
        for place, (depth, link, cause, days, kind, number, who, planned) in enumerate(steps, start=1)
    ]


def _savings(by_sku: dict[str, Row], suppliers: list[Row]) -> list[Row]:
    return [
        {
            "purchase_order_line_id": number,
            "order_number": f"PO-{number:05d}",
            "order_date": date(2025, 12, number),
            "buyer": "buyer",
            "strategy": "quote" if number % 2 else "spot",
            **_item(by_sku["RAW-01"]),
            **suppliers[number % len(suppliers)],
            "quantity": Decimal(100),
            "required_quantity": Decimal(90),
            "moq_excess_quantity": Decimal(10),
            "reference_unit_price": Decimal("1.40") if number < 6 else None,
            "reference_source": "last_price" if number < 6 else "none",
            "actual_unit_price": Decimal("1.35"),
            "planned_cost": Decimal(140),
            "actual_cost": Decimal(135 + number),
            "saving": Decimal(5 - number),
        }
        for number in range(1, 8)
    ]


def _counts(by_sku: dict[str, Row]) -> list[Row]:
    return [
        {
            "stocktake_number": "ST-00001",
            "count_date": date(2025, 12, 20),
            **_item(by_sku[sku]),
            **_place(by_sku[sku]),
            "location_code": "A-01",
            "zone": "A",
            "lot_code": "",
            "book_quantity": Decimal(100),
            "counted_quantity": Decimal(97),
            "difference": Decimal(-3),
            "difference_value": Decimal("-9.99"),
            "is_match": False,
            "counter": "clerk",
            "cause_code": cause,
        }
        for sku, cause in (("RAW-01", "miscount"), ("RAW-02", "unscanned_issue"))
    ]


def _stock(series: list[Row]) -> list[Row]:
    return [
        {
            **_item(row),
            **_place(row),
            "lot_code": "OLD" if row["sku"] == "TRADE-01" else "",
            "expiry_date": AS_OF + timedelta(days=20) if row["sku"] == "TRADE-01" else None,
            "status": "available",
            "on_hand_quantity": Decimal(100),
            "allocated_quantity": Decimal(10),
            "unit_cost": Decimal("2.333333"),
            "stock_value": Decimal("233.33"),
            "days_to_expiry": 20 if row["sku"] == "TRADE-01" else None,
        }
        for row in series
        if row["warehouse_code"] == "MAIN" and row["procurement"] == "buy"
    ]


def _item_locations(series: list[Row]) -> list[Row]:
    problems = {"RAW-05": "stockout", "RAW-06": "overstock", "TRADE-01": "expiring", "TRADE-02": "slow_moving"}
    return [
        {
            "series_id": row["series_id"],
            **_item(row),
            **_place(row),
            "category_id": 1,
            "category_code": "BUY",
            "category_name": "Bought",
            "category_name_zh": "外购",
            "procurement": row["procurement"],
            "on_hand_quantity": Decimal(100),
            "available_quantity": Decimal(90),
            "on_order_quantity": Decimal(60),
            "backorder_quantity": Decimal(0),
            "safety_stock_quantity": Decimal(80),
            "stock_value": Decimal("233.33"),
            "days_of_cover": 42.5,
            "last_movement_date": AS_OF,
            "abc_class": "A",
            "xyz_class": "X",
            "demand_pattern": "smooth",
            "problem": problems.get(row["sku"], "none"),
            "problem_value": Decimal(1500) if row["sku"] in problems else Decimal(0),
            "usage_turnover": 4.2,
            "previous_usage_turnover": 5.0,
            "is_turnover_alert": row["sku"] == "TRADE-02",
        }
        for row in series
    ]


def _open_orders(by_sku: dict[str, Row]) -> list[Row]:
    return [
        {
            "document_kind": "purchase_order",
            "document_number": "PO-00001",
            "line_id": 1,
            **_item(by_sku["RAW-01"]),
            **_place(by_sku["RAW-01"]),
            "quantity_open": Decimal(60),
            "due_date": AS_OF,
            "promised_date": AS_OF,
            "expected_date": AS_OF + timedelta(days=3),
            "is_past_due": False,
            "partner_name": "Acme Metals",
            "partner_name_zh": "艾可美金属",
            "status": "open",
        }
    ]


def _movements(series: list[Row]) -> list[Row]:
    return [
        {
            "movement_line_id": place,
            "business_date": AS_OF,
            "movement_type": "opening",
            "document_kind": "opening",
            "document_number": "OP-00001",
            **_item(row),
            "warehouse_id": row["warehouse_id"],
            "warehouse_code": row["warehouse_code"],
            "from_location": "OPENING",
            "to_location": "A-01",
            "lot_code": "",
            "quantity_change": Decimal(100),
        }
        for place, row in enumerate(series, start=1)
    ]


def _repurchases(by_sku: dict[str, Row], customer: Row) -> dict[str, list[Row]]:
    """One customer: an item due, one overdue, one probably lost, one with an order open."""
    kinds = (("due", 0.9, 0.02), ("overdue", 0.6, 0.2), ("lapsed", 0.1, 0.8), ("waiting", 0.3, 0.1))
    pairs, past = [], []
    for place, ((kind, chance, lapsed), sku) in enumerate(zip(kinds, sorted(by_sku), strict=False)):
        last = AS_OF - timedelta(days=10 + 20 * place)
        item = {name: by_sku[sku][name] for name in ("item_id", "sku", "item_name", "item_name_zh")}
        pairs.append(
            {
                **{name: customer[name] for name in ("customer_id", "customer_code", "customer_name", "customer_name_zh")},
                **item,
                "base_unit": "EA",
                "category_code": "C1",
                "category_name": "Goods",
                "category_name_zh": "商品",
                "region": "north",
                "as_of": AS_OF,
                "rank": place + 1,
                "purchase_count": 5,
                "last_purchase_date": last,
                "days_since": 10 + 20 * place,
                "usual_interval_days": 21.0,
                "expected_date": AS_OF + timedelta(days=8 + place),
                "expected_date_p25": AS_OF + timedelta(days=5 + place),
                "expected_date_p75": AS_OF + timedelta(days=14 + place),
                **{f"probability_{days}": min(chance * days / 30, 0.99) for days in (7, 14, 30, 60, 90)},
                "customer_probability_30": 0.95,
                "expected_quantity": 40.0,
                "expected_quantity_p10": 20.0,
                "expected_quantity_p90": 90.0,
                "expected_amount": 1000.0 - 100 * place,
                "lapsed_probability": lapsed,
                "is_overdue": kind in ("overdue", "lapsed"),
                "rank_score": chance * (1000.0 - 100 * place),
                "amount_at_risk": lapsed * 4000.0,
                "reason_key": f"repurchase.reason.{kind}",
                "reason_values": json.dumps({"days": 10 + 20 * place, "interval": 21, "count": 5, "late": 9}),
                "open_order_quantity": Decimal(40 if kind == "waiting" else 0),
                "open_order_number": "SO-9" if kind == "waiting" else None,
                "open_order_date": AS_OF + timedelta(days=4) if kind == "waiting" else None,
                "has_open_order": kind == "waiting",
            }
        )
        past += [
            {
                "customer_id": customer["customer_id"],
                "item_id": item["item_id"],
                "purchase_date": last - timedelta(days=21 * back),
                "kind": "return" if back == 3 else "purchase",
                "quantity": Decimal(-5 if back == 3 else 40),
                "amount": Decimal(-125 if back == 3 else 1000),
            }
            for back in range(5)
        ]
    lists = [
        {
            "as_of": date(2025, 11, 30),
            "origin": "simulated",
            "list_length": length,
            "pair_count": pair_count,
            "hit_count": pair_count // 2,
            "hit_rate": (pair_count // 2) / pair_count,
            "expected_rate": 0.55,
            "bought_amount": Decimal(12000),
        }
        for length, pair_count in (("20", 20), ("50", 50), ("all", 60))
    ]
    return {"rpt_repurchase": pairs, "rpt_repurchase_history": past, "rpt_repurchase_lists": lists}


def _forecasts(series: list[Row]) -> dict[str, list[Row]]:
    periods, heads, past = [], [], []
    for row in series:
        if row["procurement"] == "phantom":
            continue
        for place, start in enumerate(_months(12)):
            periods.append(
                {
                    "series_id": row["series_id"],
                    "frequency": "month",
                    "period_start": start,
                    "kind": "history",
                    "demand_quantity": 100.0 + 10 * (place % 4),
                    "shipped_quantity": 100.0,
                    "is_in_stock": place != 6,
                }
            )
        for month in range(1, 7):
            middle = 110.0 + month
            periods.append(
                {
                    "series_id": row["series_id"],
                    "frequency": "month",
                    "period_start": date(2026, month, 1),
                    "kind": "forecast",
                    "baseline_quantity": middle,
                    "p05": middle * 0.6,
                    "p10": middle * 0.7,
                    "p25": middle * 0.85,
                    "p50": middle,
                    "p75": middle * 1.15,
                    "p90": middle * 1.3,
                    "p95": middle * 1.4,
                    "p975": middle * 1.5,
                    "total_quantity": middle,
                    "last_year_quantity": 105.0,
                    "last_year_forecast_quantity": 101.0,
                    "last_forecast_quantity": middle - 3,
                }
            )
        is_odd = row["sku"] in ("GOOD-01", "TRADE-03")
        heads.append(
            {
                "series_id": row["series_id"],
                **_item(row),
                **_place(row),
                "frequency": "month",
                "model": "theta",
                "runner_up": "ets",
                "reason_key": "forecasting.reason.best_backtest",
                "reason_values": json.dumps(
                    {"model": "theta", "runner_up": "ets", "origin_count": 12, "wape": "21 %", "naive_wape": "30 %"}
                ),
                "demand_pattern": "smooth",
                "adi": 1.0,
                "cv2": 0.12,
                "trend_per_period": 0.8,
                "seasonal_strength": 0.4,
                "is_fallback": False,
                "naive_wape": 0.3,
                "needs_review_score": 2.0 if is_odd else 0.0,
                "needs_review_reason": "high_error" if is_odd else None,
                "needs_review_urgency": 1 if is_odd else 0,
                "wape": 0.45 if is_odd else 0.21,
                "bias": 0.05,
                "tracking_signal": 0.9 if row["sku"] == "GOOD-01" else 0.1,
                "is_drifting": row["sku"] == "GOOD-01",
                "value_at_stake": 900.0,
            }
        )
        past.append(
            {
                "series_id": row["series_id"],
                "frequency": "month",
                "cutoff": date(2025, 11, 30),
                "model": "theta",
                "mase": 0.8,
                "wape": 0.22,
                "bias": 0.01,
                "coverage_80": 0.83,
                "origin": "simulated",
            }
        )
    return {
        "rpt_forecast": periods,
        "rpt_forecast_series": heads,
        "rpt_forecast_accuracy": past,
        "rpt_forecast_group": _groups(),
        "rpt_override_problems": [
            {
                "frequency": "month",
                "level": "company",
                "override_id": 1,
                "problem_key": "forecasting.override_narrower_above",
                "problem_values": json.dumps({"wanted": 900.0, "fixed": 1000.0}),
            }
        ],
    }


def _groups() -> list[Row]:
    """The company, a warehouse and the items without category, by month, in amounts; the company in quantity too."""
    rows: list[Row] = []
    named = [
        ("company", "", "Tiny Works", "小小工厂", None),
        ("warehouse", "1", "Main warehouse", "主仓", "MAIN"),
        ("category", "", "", "", None),
    ]
    for level, key, name, name_zh, warehouse in named:
        for unit in ("amount", "quantity") if level == "company" else ("amount",):
            base = {
                "level": level,
                "group_key": key,
                "group_label": name,
                "group_label_zh": name_zh,
                "warehouse_code": warehouse,
                "base_unit": "PCS" if unit == "quantity" else None,
                "unit": unit,
                "frequency": "month",
                "is_overridden": False,
            }
            history = {"kind": "history", "is_complete": True, "demand_value": 1000.0, "past_forecast_value": 1100.0}
            rows += [{**base, **history, "period_start": start} for start in _months(12)]
            ahead = {"kind": "forecast", "is_complete": False, "forecast_value": 1200.0, "p10": 1000.0, "p90": 1500.0}
            rows += [
                {**base, **ahead, "period_start": date(2026, month, 1), "total_value": 1200.0, "last_year_value": 1000.0}
                for month in range(1, 7)
            ]
    return rows


def _judged(series: list[Row]) -> dict[str, list[Row]]:
    """A year of monthly forecasts: 100 asked for, 90 or 110 forecast a lead time ahead, 130 a year before; one override."""
    errors, distances = [], []
    for row in series:
        if row["procurement"] == "phantom":
            continue
        is_odd = row["sku"] == "GOOD-01"
        for place, start in enumerate(_months(12)):
            override = 102.0 if is_odd and place == 11 else None
            errors.append(
                {
                    "series_id": row["series_id"],
                    **_item(row),
                    **_place(row),
                    "category_id": 1,
                    "category_code": "BUY",
                    "category_name": "Bought",
                    "category_name_zh": "外购",
                    "frequency": "month",
                    "period_start": start,
                    "cutoff": start - timedelta(days=32),
                    "horizon": 2,
                    "forecast_origin": "live" if place > 8 else "simulated",
                    "model": "theta",
                    "demand_pattern": "smooth",
                    "is_in_stock": True,
                    "demand_quantity": 100.0,
                    "naive_quantity": 130.0,
                    "baseline_quantity": 110.0 if is_odd or place % 2 else 90.0,
                    "override_quantity": override,
                    "forecast_quantity": override or (110.0 if is_odd or place % 2 else 90.0),
                    "p025": 60.0,
                    "p10": 80.0,
                    "p90": 120.0,
                    "p975": 140.0,
                    "unit_cost": 2.0,
                    "sales_quantity": None,
                    "is_moved_by_sales": False,
                }
            )
    for source, model, error in (("archive", "", 10.0), ("backtest", "theta", 10.0), ("backtest", "seasonal_naive", 30.0)):
        for horizon in range(1, 7):
            distances.append(
                {
                    "source": source,
                    "frequency": "month",
                    "origin": "simulated",
                    "cutoff": date(2025, 6, 30),
                    "horizon": horizon,
                    "demand_pattern": "smooth",
                    "model": model,
                    "record_count": 10,
                    "demand_quantity": 1000.0,
                    "absolute_error": 10 * error + horizon,
                    "signed_error": error,
                    "demand_value": 2000.0,
                    "absolute_error_value": 20 * error + horizon,
                    "signed_error_value": 2 * error,
                    "count_80": 10,
                    "inside_80": 8,
                    "count_95": 10,
                    "inside_95": 9,
                }
            )
    added = [
        {
            "frequency": "month",
            "month_start": _months(12)[-1],
            "step": "override",
            "author_id": 7,
            "author_name": "Planner",
            "author_name_zh": "王计划",
            "series_count": 1,
            "period_count": 1,
            "better_count": 1,
            "demand_quantity": 100.0,
            "error_before": 10.0,
            "error_after": 2.0,
            "signed_error_after": 2.0,
        }
    ]
    here = [
        {**{name: value for name, value in row.items() if name not in ("month_start", "series_count")}, "series_id": series_id}
        for row in added
        for series_id in {row["series_id"] for row in errors}
    ]
    holidays = [
        {"event_name": "Double 11", "event_name_zh": "双11", "start_date": date(2025, 11, 1), "end_date": date(2025, 11, 11)}
    ]
    return {
        "rpt_forecast_error": errors,
        "rpt_forecast_horizon": distances,
        "rpt_forecast_value_added": added,
        "rpt_series_value_added": here,
        "rpt_calendar": holidays,
    }


def _seasons() -> list[Row]:
    """One category that sells double in June, one whose months differ by chance alone."""
    rows: list[Row] = []
    for code, name, name_zh, peak, is_sure in (("MAKE", "Made", "自制", 2.0, True), ("BUY", "Bought", "外购", 1.1, False)):
        group: Row = {"level": "category", "group_key": code, "group_code": code, "group_name": name, "group_name_zh": name_zh}
        whole = {
            "strength": 0.8,
            "p_value": 0.0,
            "is_significant": is_sure,
            "year_count": 3,
            "series_count": 5,
            "agreeing_count": 4,
        }
        for position in range(1, 13):
            index = peak if position == 6 else (12 - peak) / 11
            month = group | {"unit": "amount", "position": position, "seasonal_index": index}
            told = {"low": index - 0.2, "high": index + 0.2, "is_clear": position == 6, "is_shifting": False}
            rows.append(month | whole | told | {"year": 0, "is_festival_clear": is_sure, "festival_effect": -0.25})
            rows += [month | {"year": year} for year in (2024, 2025)]
    return rows


def _suggestions(by_sku: dict[str, Row], suppliers: list[Row], customer: Row) -> dict[str, list[Row]]:
    orders, demand, ranking = [], [], []
    for place, sku in enumerate(("RAW-01", "RAW-02", "RAW-03", "RAW-04", "TRADE-01")):
        order = f"po{place:014d}"
        supplier = suppliers[place % len(suppliers)]
        orders.append(
            {
                "planned_order_id": order,
                "kind": "buy",
                "item_location_id": by_sku[sku]["series_id"],
                **_item(by_sku[sku]),
                **_place(by_sku[sku]),
                **supplier,
                "quantity": Decimal(240),
                "release_date": AS_OF + timedelta(days=place * 4),
                "receipt_date": AS_OF + timedelta(days=place * 4 + 14),
                "need_date": AS_OF + timedelta(days=place * 4 + 14),
                "late_days": 0,
                "unit_price": Decimal("29.00"),
                "cost": Decimal("6960.00"),
                "value_at_stake": Decimal(18_400 - 1000 * place),
                "reason": "demand",
                "gross_requirement_quantity": Decimal(310),
                "on_hand_quantity": Decimal(120),
                "scheduled_receipts_quantity": Decimal(60),
                "safety_stock_quantity": Decimal(80),
                "net_requirement_quantity": Decimal(210),
                "lot_rounding_quantity": Decimal(30),
                "stockout_date": AS_OF + timedelta(days=16),
                "late_order_count": 2 if place == 0 else 0,
                "served_order_count": 3,
                "need_period": AS_OF + timedelta(days=place * 4 + 14),
                "ordinal": 1,
                "level": 1,
                "lead_time_days": 14,
                "minimum_order_quantity": Decimal(40),
                "order_multiple_quantity": Decimal(40),
            }
        )
        demand.append(
            {
                "planned_order_id": order,
                "demand_kind": "sales_order",
                "demand_number": f"SO-{place:05d}",
                **customer,
                "quantity": Decimal(90),
                "due_date": AS_OF + timedelta(days=16),
                "level": 0,
            }
        )
        for rank, each in enumerate(suppliers, start=1):
            ranking.append(
                {
                    "planned_order_id": order,
                    **each,
                    "rank": rank,
                    "unit_price": Decimal(29 + rank),
                    "expected_cost": Decimal(7000 + rank),
                    "purchase_cost": Decimal(6960),
                    "holding_cost": Decimal(20),
                    "lateness_cost": Decimal(15),
                    "quality_cost": Decimal(5),
                    "gate": None if rank == 1 else "unqualified",
                }
            )
    exceptions = [
        {
            "message_id": "message-1",
            "kind": "expedite",
            "supply_id": "PO:1",
            "item_location_id": by_sku["RAW-05"]["series_id"],
            **_item(by_sku["RAW-05"]),
            **_place(by_sku["RAW-05"]),
            "quantity": Decimal(60),
            "from_date": AS_OF + timedelta(days=9),
            "to_date": AS_OF + timedelta(days=2),
            "value_at_stake": Decimal(25_000),
            "late_order_count": 1,
            "pegged_demands": "[]",
        }
    ]
    return {
        "rpt_purchase_suggestions": orders,
        "rpt_suggestion_demand": demand,
        "rpt_supplier_ranking": ranking,
        "rpt_exceptions": exceptions,
    }


def _projection(series: list[Row]) -> list[Row]:
    return [
        {
            "item_location_id": row["series_id"],
            "date": AS_OF + timedelta(days=7 * week),
            "projected_quantity": Decimal(100 - 30 * week),
            "projected_with_plan_quantity": Decimal(100 + (10 if week > 2 else -20) * week),
            "safety_stock_quantity": Decimal(80),
            "gross_requirement_quantity": Decimal(30),
            "scheduled_receipts_quantity": Decimal(0),
            "planned_receipts_quantity": Decimal(0),
        }
        for row in series
        for week in range(10)
    ]


def _suppliers(suppliers: list[Row]) -> list[Row]:
    return [
        {
            **supplier,
            "status": "active",
            "on_time_rate": 0.82 + 0.15 * place,
            "on_time_numerator": 41,
            "on_time_denominator": 50,
            "quality_pass_rate": 0.99,
            "mean_lead_time_days": 12.5,
            "spend_12m": Decimal(120_000),
            "savings_12m": Decimal(3_000),
            "next_qualification_expiry_date": AS_OF + timedelta(days=15) if place == 0 else None,
            "qualification_days_left": 15 if place == 0 else None,
            "last_order_date": AS_OF,
            "is_stale": False,
        }
        for place, supplier in enumerate(suppliers)
    ]


def _item_supplier(item: Row, supplier: Row, place: int) -> Row:
    return {
        **_item(item),
        **supplier,
        "unit_price": Decimal("29.00") + place,
        "lead_time_days": 14,
        "minimum_order_quantity": Decimal(40),
        "order_multiple_quantity": Decimal(40),
        "on_time_rate": 0.9,
        "quality_pass_rate": 0.99,
        "preference": place + 1,
        "is_contract": place == 0,
    }
