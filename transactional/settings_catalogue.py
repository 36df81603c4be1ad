"""Which rates and targets can people edit, within which bounds, and where does each default come from?"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from kernel.errors import InvalidInput
from kernel.numbers import decimal_from

__all__ = ["SETTINGS", "Setting", "checked_value", "defaults"]


@dataclass(frozen=True)
class Setting:
    """One editable number.

    Attributes:
        default: value a new company starts with, as text.
        low, high: bounds, both allowed.
        source_note: where the default comes from; shown beside the value.
        scopes: kinds of scope that may refine it, e.g. 'category' for a scope like 'category:12'.
    """

    name: str
    default: str
    low: str
    high: str
    source_note: str
    scopes: tuple[str, ...] = ()


_LIST = (
    Setting(
        "carrying_rate",
        "0.2",
        "0",
        "5",
        "Planning practice: 20 % of stock value a year for capital, space and risk",
        ("category",),
    ),
    Setting("penalty_rate_per_day", "0.01", "0", "1", "House default: 1 % of line value per day late", ("customer_class",)),
    Setting("turnover_target_low", "3", "0", "365", "Requirement K1: normal is 3-6 times a year", ("category",)),
    Setting("turnover_target_high", "6", "0", "365", "Requirement K1: normal is 3-6 times a year", ("category",)),
    Setting("turnover_fall_alert_rate", "0.3", "0", "1", "Requirement K1: alert when an item falls by 30 % or more"),
    Setting(
        "on_time_delivery_target", "0.95", "0", "1", "Requirement K2: below 95 % is a coordination problem", ("customer_class",)
    ),
    Setting("purchase_savings_target", "0", "-1", "1", "House default: pay no more than the reference price"),
    Setting("inventory_accuracy_target", "0.98", "0", "1", "Requirement K4: below 98 % improve counting"),
    Setting("forecast_accuracy_target", "0.7", "0", "1", "House default: WAPE of 30 % or less", ("category",)),
    Setting("count_tolerance_measured", "0.005", "0", "0.1", "Requirement K4: 0.5 % for weighed or measured items"),
    Setting("over_receipt_tolerance", "0", "0", "1", "House default: nothing above the ordered quantity", ("supplier",)),
    Setting("service_level", "0.95", "0.5", "0.9999", "House default for safety stock", ("category",)),
    Setting("order_cost_amount", "100", "0", "1000000", "House default: currency units per purchase order", ("supplier",)),
    Setting("qualification_warning_days", "60", "0", "3650", "House default: warn this long before a certificate expires"),
    Setting("pick_days", "0", "0", "30", "House default: tied to a line and out of the door on the same day", ("warehouse",)),
    Setting("expiry_warning_days", "90", "0", "3650", "House default: warn this long before a lot expires", ("category",)),
    Setting("slow_moving_days", "90", "1", "3650", "House default: no outflow for this long", ("category",)),
    Setting("obsolete_days", "180", "1", "3650", "House default: no outflow for this long", ("category",)),
    Setting("overstock_cover_days", "180", "1", "3650", "House default: more future demand covered than this", ("category",)),
    Setting("message_value_threshold", "1000", "0", "1000000000", "House default: money at stake that always raises a message"),
    Setting("defer_value_floor", "100", "0", "1000000000", "House default: a deferral that saves less is not worth asking for"),
    Setting("expedite_tolerance_days", "0", "0", "365", "House default: a customer kept waiting is always told"),
    Setting("defer_tolerance_days", "7", "0", "365", "House default: a week early is early enough"),
    Setting("harmless_tolerance_days", "7", "0", "365", "House default: safety stock covers a week"),
    Setting("past_due_tolerance_days", "2", "0", "365", "House default: two days overdue is mostly on its way"),
    Setting("rescheduling_horizon_days", "90", "1", "3650", "House default: later orders can wait"),
    Setting("quantity_tolerance", "0.1", "0", "1", "House default: a tenth of an order is not worth a change"),
)

SETTINGS: dict[str, Setting] = {setting.name: setting for setting in _LIST}
"""Known settings by name."""


def defaults() -> list[Setting]:
    """What a new company starts with."""
    return list(_LIST)


def checked_value(name: str, scope: str, value: str) -> str:
    """A value as it is stored. Raises InvalidInput naming the setting, the bounds and the scopes it knows."""
    setting = SETTINGS.get(name)
    if setting is None:
        raise InvalidInput("command.unknown_setting", got=name, expected=", ".join(sorted(SETTINGS)))
    if scope:
        kind, _, subject = scope.partition(":")
        if kind not in setting.scopes or not subject:
            allowed = ", ".join(f"{kind}:..." for kind in setting.scopes) or "-"
            raise InvalidInput("command.unknown_scope", name=name, got=scope, expected=allowed)
    number = decimal_from(value, what=name)
    if not Decimal(setting.low) <= number <= Decimal(setting.high):
        raise InvalidInput("command.setting_out_of_range", name=name, got=value, low=setting.low, high=setting.high)
    return format(number, "f")
