"""Which numbers steer a plan, in which unit, and where do their defaults come from?

Every rate is an integer in parts per million and every amount of money an integer of 10^-6 of the currency, so that
the same parameters give the same plan on every machine. The settings page of the product fills this class; a
calculation never reads settings by itself.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

from kernel.errors import InvalidInput

__all__ = ["PlanParameters"]


@dataclass(frozen=True)
class PlanParameters:
    """The adjustable rules of one planning run."""

    horizon_days: int = 365
    """Days after `as_of` that are planned; a demand due later is not seen. Default one year: longer than most
    purchase lead times plus a production season."""

    service_level: float = 0.95
    """Share of replenishment cycles without stockout (0-1) that safety stock aims at where none is typed.
    95 % is the floor the requirements set for on-time delivery."""

    review_period_days: int = 7
    """Days between two planning runs that people act on; part of the protection time of safety stock. Weekly."""

    consumption_backward_buckets: int = 1
    """Forecast buckets before an order's own bucket that its unconsumed rest may consume."""

    consumption_forward_buckets: int = 1
    """Forecast buckets after an order's own bucket that its unconsumed rest may consume, after the backward ones."""

    forecast_piece_days: int = 7
    """A forecast bucket longer than this many days is required in equal pieces of this length instead of whole on
    its first day. 7: a month is required week by week. 0: never split."""

    expedite_tolerance_days: int = 0
    """A receipt at most this many days later than needed raises no message unless its value is above the threshold."""

    harmless_tolerance_days: int = 7
    """The same where only safety stock is touched and no dated demand gets late: that is what safety stock is for. Holds
    for late receipts, late starts and dips below safety stock that recover by themselves."""

    defer_value_floor_micro: int = 100_000_000
    """A defer message whose carrying cost (10^-6 currency) is below this does not appear, however large the shift: asking
    the supplier costs more. 100 by default."""

    past_due_tolerance_days: int = 2
    """An open receipt overdue by at most this many days that makes nobody late raises no message: it is mostly on its
    way. The plan expects it today all the same."""

    rescheduling_horizon_days: int = 90
    """Open orders expected and needed later than this many days after `as_of` raise no reschedule or quantity message:
    nobody can act on them yet, and the need will move again. A quarter."""

    quantity_tolerance_ppm: int = 100_000
    """A change of an open order's quantity below this share of it (ppm) raises no message unless its value is above the
    threshold. A tenth."""

    increase_window_days: int = 7
    """A new order is named as an increase of an open one when that one is needed at most this many days earlier or
    later."""

    defer_tolerance_days: int = 7
    """A receipt at most this many days earlier than needed raises no message unless its value is above the threshold.
    A week: moving an order costs the buyer and the supplier more than a week of carrying."""

    message_value_threshold_micro: int = 1_000_000_000
    """Value at stake (10^-6 currency) above which a message appears even inside the tolerances. 1,000 by default."""

    cancel_value_threshold_micro: int = 0
    """A cancel message appears when the avoidable order value is at least this (10^-6 currency)."""

    release_due_days: int = 0
    """A suggestion is 'release due' when its release date is at most this many days after `as_of`."""

    carrying_rate_ppm: int = 180_000
    """Yearly cost of holding stock as a share of its value (ppm). 18 %: capital 8, space 5, risk 5; set your own."""

    penalty_rate_ppm: int = 10_000
    """Default penalty per day late as a share of the order line's value (ppm). 1 % as the requirements decide."""

    order_cost_micro: int = 0
    """Fixed cost of one purchase order line (10^-6 currency), the same for every supplier."""

    prior_reject_rate_ppm: int = 20_000
    """Reject rate assumed for a supplier without history (ppm); history pulls away from it receipt by receipt."""

    prior_weight_receipts: int = 10
    """How many receipts the assumed rates weigh against a supplier's own history."""

    prior_sigma_ppm: int = 200_000
    """Standard deviation of the lead time assumed without history, as a share of the lead time (ppm)."""

    prior_late_days: int = 7
    """Days a late delivery is late on average when only a supplier's on-time rate is known."""

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if field.name != "service_level" and value < 0:
                raise InvalidInput("planning.parameter_negative", parameter=field.name, got=value)
        if not 0.0 < self.service_level < 1.0:
            raise InvalidInput("planning.service_level_range", got=self.service_level)
        if self.horizon_days < 1 or self.horizon_days > 3650:
            raise InvalidInput("planning.horizon_range", got=self.horizon_days)
