"""What must be handled now: late deliveries, what to ship, receive and move, and promises beyond the free stock?"""

from __future__ import annotations

from datetime import date

from dashboards import kpi_reports, live, live_orders, reports
from dashboards.formats import number, percent, plain
from dashboards.i18n import code_text, label, t
from dashboards.inbox import Entry
from dashboards.inbox_words import much, subject_of, urgency_of
from dashboards.snapshot import Snapshot

__all__ = ["deliveries", "handling"]

_PENALTY_RATE = 0.01
_HANDLING_DAYS = 3
_UNCOVERED_DAYS = 10


def deliveries(snapshot: Snapshot) -> list[Entry]:
    """Order lines past their promise and not delivered; at stake is the penalty so far."""
    rates = [row["value"] for row in live.settings() if row["name"] == "penalty_rate_per_day" and not row["scope"]]
    rate = float(rates[0]) if rates else _PENALTY_RATE
    return [
        Entry(
            message_id=f"delivery:{row['sales_order_line_id']}",
            kind="delivery",
            family="delivery",
            urgency=3,
            money=float(row["line_value"] or 0) * rate * int(row["late_days"] or 0),
            due_date=row["first_promised_date"],
            subject=f"{row['order_number']} · {subject_of(row)}",
            text=t(
                "today.text.delivery",
                customer=label(row, "customer_name"),
                quantity=much(row),
                date=plain(row["first_promised_date"]),
                days=row["late_days"],
            ),
            consequence=t("today.ignored.delivery", rate=percent(rate)),
            page="kpi_detail",
            link={"kpi": "on_time_delivery", "line": str(row["sales_order_line_id"])},
            desks=("sales", "planner", "warehouse"),
        )
        for row in kpi_reports.open_late_lines(snapshot).iter_rows(named=True)
    ]


def handling(snapshot: Snapshot, as_of: date) -> list[Entry]:
    """What a warehouse handles in the next days: lines to pick and ship, receipts and transfers to expect."""
    made = _uncovered(snapshot, as_of)
    for kind, family, column in (
        ("sales_order", "handling:ship", "last_promised_date"),
        ("purchase_order", "handling:receive", "last_promised_date"),
        ("transfer_order", "handling:transfer", "due_date"),
    ):
        for row in live_orders.open_lines(kind):
            due = row[column] or row.get("requested_date")
            if due is None or (due - as_of).days > _HANDLING_DAYS:
                continue
            made.append(
                Entry(
                    message_id=f"{family}:{row[f'{kind}_line_id']}",
                    kind="handling",
                    family=family,
                    urgency=3,
                    money=None,
                    due_date=due,
                    subject=f"{row['number']} · {subject_of(row)}",
                    text=f"{code_text('waits', row['waits_for'])} · {number(row['open_quantity'])} · {plain(due)}",
                    consequence=t(f"today.ignored.{family.replace(':', '_')}"),
                    page="orders",
                    link={"orders_of": kind},
                    desks=("warehouse",),
                )
            )
    return made


def _uncovered(snapshot: Snapshot, as_of: date) -> list[Entry]:
    """Promised soon and beyond what lies free, the earlier promise served first: know it before the customer does."""
    made = []
    free = {
        (row["sku"], row["warehouse_code"]): float(row["available_quantity"] or 0)
        for row in reports.item_locations(snapshot).iter_rows(named=True)
    }
    for row in live_orders.open_lines("sales_order"):
        due = row["last_promised_date"] or row["requested_date"]
        place = (row["sku"], row["warehouse_code"])
        missing = float(row["open_quantity"] - (row["allocated_quantity"] or 0))
        free[place] = free.get(place, 0.0) - missing
        if free[place] >= 0 or missing <= 0 or due is None or (due - as_of).days > _UNCOVERED_DAYS:
            continue
        made.append(
            Entry(
                message_id=f"uncovered:{row['sales_order_line_id']}",
                kind="handling",
                family="handling:uncovered",
                urgency=urgency_of(due, as_of),
                money=None,
                due_date=due,
                subject=f"{row['number']} · {subject_of(row)}",
                text=t(
                    "today.text.uncovered",
                    customer=label(row, "customer_name"),
                    quantity=number(min(missing, -free[place])),
                    date=plain(due),
                ),
                consequence=t("today.ignored.handling_uncovered"),
                page="order",
                link={"number": str(row["number"])},
                desks=("sales",),
            )
        )
    return made
