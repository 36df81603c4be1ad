"""Which pages does a role see in the menu, and which are reached from a row?

At most seven entries for any role; everything else is a drill-down that a link still opens.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["ENTRIES", "MENU", "PAGES", "Place", "entries"]


@dataclass(frozen=True)
class Place:
    """A page: the module in app_pages, also its address, and its icon."""

    name: str
    icon: str


PAGES = (
    Place("today", "inbox"),
    Place("kpis", "monitoring"),
    Place("forecast", "timeline"),
    Place("suggestions", "shopping_cart"),
    Place("orders", "receipt_long"),
    Place("stock", "inventory_2"),
    Place("partners", "handshake"),
    Place("setup", "settings"),
    Place("forecast_groups", "account_tree"),
    Place("kpi_detail", "query_stats"),
    Place("item", "deployed_code"),
    Place("order", "description"),
    Place("supplier", "factory"),
    Place("actions", "task_alt"),
    Place("forecast_accuracy", "target"),
    Place("forecast_models", "leaderboard"),
    Place("seasonality", "calendar_month"),
    Place("sales_forecast", "groups"),
    Place("repurchase", "event_repeat"),
)
"""Every page; the first is where a visit begins."""

ENTRIES = 7
"""More entries than this nobody reads."""

MENU: dict[str, tuple[str, ...]] = {
    "planner": ("today", "kpis", "forecast", "suggestions", "orders", "stock", "setup"),
    "manager": ("today", "kpis", "suggestions", "orders", "stock", "partners", "setup"),
    "buyer": ("today", "kpis", "suggestions", "orders", "stock", "partners", "setup"),
    "sales": ("today", "kpis", "forecast", "repurchase", "orders", "stock", "setup"),
    "warehouse": ("today", "kpis", "orders", "stock", "setup"),
    "production": ("today", "kpis", "suggestions", "orders", "stock", "setup"),
    "finance": ("today", "kpis", "orders", "stock", "partners", "setup"),
    "viewer": ("today", "kpis", "forecast", "suggestions", "orders", "stock", "partners"),
    "admin": ("today", "kpis", "suggestions", "orders", "stock", "partners", "setup"),
}
"""Role -> entries of its menu, in their order."""


def entries(role: str) -> tuple[str, ...]:
    """The menu of a role; an unknown role sees what a viewer sees."""
    return MENU.get(role, MENU["viewer"])
