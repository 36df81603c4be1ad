"""Who will buy what again, when, how much and how surely: whom should we call first?

One row per customer x item that was ever bought (never-bought pairs are out of scope) and one per customer. The parts:
purchases read (`repurchase_history`), the pair's rhythm (`repurchase_renewal`), the chance of a purchase (`repurchase_model`),
its date (`repurchase_dates`) and size (`repurchase_quantity`). Pure: no clock, no future, the same bytes for any order of rows.

    rank_score     = probability_30 x expected_amount: the money a call in the next 30 days is about (quantity without amounts)
    amount_at_risk = lapsed_probability x expected_amount x purchases that fit into 90 days at the usual interval, no more than
                     were ever made: what is lost if the pair is gone
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from forecasting.frames import BoolArray, FloatArray, IntArray
from forecasting.repurchase.dates import LONGEST_DAYS, days_until, ever
from forecasting.repurchase.features import Moment, features_at
from forecasting.repurchase.history import History, day_number, read_purchases
from forecasting.repurchase.model import HORIZONS, probabilities
from forecasting.repurchase.quantity import usual_quantities
from kernel.errors import InvalidInput

__all__ = ["HORIZONS", "RepurchaseResult", "repurchase"]

_EPOCH = day_number(date(1970, 1, 1))
_UPPER_QUARTILE = 0.6744897501960817  # of the normal distribution: a quarter of the intervals are longer
_LAPSED = 0.5
_DUE = 0.5
_RISK_DAYS = 90.0
_SHORTEST_INTERVAL = 1.0


@dataclass(frozen=True)
class RepurchaseResult:
    """What `repurchase` answers.

    Attributes:
        pairs: customer x item, best call first: `customer_id`, `item_id`, `purchase_count`, `last_purchase_date`, `days_since`,
            `usual_interval_days` (median; drawn towards the item's and customer's where few purchases are known),
            `probability_7` .. `probability_90`, `expected_date` with `expected_date_p25` and `_p75` (given that it buys again),
            `expected_quantity` with `_p10` and `_p90`, `expected_amount` (null without amounts), `lapsed_probability`,
            `is_overdue` (bought twice or more, silent longer than three of four intervals), `rank_score`, `amount_at_risk`,
            `rank` (1 first), `model` ('pooled', 'renewal'), `reason_key`, `reason_values` (JSON).
        customers: one row per customer, by id: the same columns for a purchase of anything, without item and reason.
        dropped_returns: returns that found no purchase.
    """

    pairs: pl.DataFrame
    customers: pl.DataFrame
    dropped_returns: int


def repurchase(
    purchases: pl.DataFrame,
    *,
    cutoff: date,
    horizon_days: int = 30,
    attributes: pl.DataFrame | None = None,
    seed: int = 0,
    has_customers: bool = True,
) -> RepurchaseResult:
    """Chances, dates and quantities of the next purchases as seen at the end of `cutoff`.

    Args:
        purchases: `customer_id`, `item_id` (numbers or text), `purchase_date`, `quantity` (base units; below zero: a return),
            optional `amount` (money of the row). Rows after `cutoff` are ignored.
        cutoff: last day known.
        horizon_days: the window that ranks and explains, one of 7, 14, 30, 60, 90.
        attributes: `item_id` and a text column that groups items (category).
        seed: draws what the classifier learns from.
        has_customers: False leaves `customers` empty and saves its time.

    Raises:
        InvalidInput: a column is missing, a key is empty, a number is none, or `horizon_days` is not one of the five.
    """
    if horizon_days not in HORIZONS:
        raise InvalidInput(
            "forecasting.bad_argument", argument="horizon_days", got=horizon_days, expected=", ".join(map(str, HORIZONS))
        )
    history = read_purchases(purchases, cutoff, attributes)
    pairs = _answer(history, horizon_days, seed)
    pairs = pairs.sort(["rank_score", "customer_id", "item_id"], descending=[True, False, False], nulls_last=True)
    pairs = pairs.with_columns(pl.int_range(1, pl.len() + 1, dtype=pl.Int64).alias("rank"))
    whole = history.as_customers() if has_customers else read_purchases(purchases.clear(), cutoff)
    customers = _answer(whole, horizon_days, seed).drop("item_id", "reason_key", "reason_values").sort("customer_id")
    return RepurchaseResult(pairs, customers, history.dropped_returns)


def _answer(history: History, horizon_days: int, seed: int) -> pl.DataFrame:
    if not len(history.days):
        return _frame(history, None)
    moment = features_at(history, history.cutoff)
    chances, is_pooled = probabilities(history, moment, seed=seed)
    renewal = moment.renewal
    interval = np.maximum(np.exp(renewal.log_mean), _SHORTEST_INTERVAL)
    again = ever(chances, renewal)
    quantity, low, high = usual_quantities(history, moment.last, moment.counts)
    price = _unit_prices(history, moment)
    amount = quantity * price
    chance = chances[:, HORIZONS.index(horizon_days)]
    overdue = (moment.counts > 1) & (renewal.silent > np.exp(renewal.log_mean + _UPPER_QUARTILE * renewal.log_spread))
    value = np.where(np.isfinite(amount), amount, quantity if not np.isfinite(amount).any() else 0.0)
    days = {share: days_until(chances, renewal, share) for share in (0.25, 0.5, 0.75)}
    columns = {
        "interval": interval,
        "again": again,
        "quantity": quantity,
        "low": low,
        "high": high,
        "amount": amount,
        "score": chance * value,
        "risk": (1.0 - again) * value * np.minimum(_RISK_DAYS / interval, moment.counts),
        **{f"days_{int(share * 100)}": np.ceil(np.clip(each, 1.0, LONGEST_DAYS)) for share, each in days.items()},
    }
    return _frame(history, (moment, chances, columns, overdue, is_pooled, chance))


def _unit_prices(history: History, moment: Moment) -> FloatArray:
    """Money per unit of the newest purchase with an amount; NaN where none has one."""
    price = np.full(len(moment.last), np.nan)
    paid = history.amounts / history.quantities
    for back in range(3):
        place = moment.last - back
        usable = (moment.counts > back) & ~np.isfinite(price)
        price[usable] = paid[place[usable]]
    return price


def _frame(
    history: History, made: tuple[Moment, FloatArray, dict[str, FloatArray], BoolArray, bool, FloatArray] | None
) -> pl.DataFrame:
    if made is None:
        moment, chances, overdue, is_pooled, keys, values = (
            None,
            np.empty((0, len(HORIZONS))),
            np.empty(0, bool),
            False,
            list[str](),
            list[str](),
        )
        customers: IntArray = np.empty(0, np.int64)
        items, counts, last = customers, customers, customers
        columns: dict[str, FloatArray] = {}
    else:
        moment, chances, columns, overdue, is_pooled, chance = made
        customers, items, counts, last = moment.customers, moment.items, moment.counts, history.days[moment.last]
        keys, values = _reasons(history, moment, columns, overdue, chance)
    nothing = np.empty(0)

    def number(name: str) -> pl.Series:
        return pl.Series(columns.get(name, nothing), dtype=pl.Float64).fill_nan(None)

    def day(name: str) -> pl.Series:
        return pl.Series(history.cutoff - _EPOCH + columns.get(name, nothing), dtype=pl.Float64).cast(pl.Int32).cast(pl.Date)

    return pl.DataFrame(
        {
            "customer_id": history.customer_ids.gather(customers),
            "item_id": history.item_ids.gather(items),
            "purchase_count": pl.Series(counts, dtype=pl.Int64),
            "last_purchase_date": pl.Series(last - _EPOCH, dtype=pl.Int32).cast(pl.Date),
            "days_since": pl.Series(history.cutoff - last, dtype=pl.Int64),
            "usual_interval_days": number("interval"),
            **{
                f"probability_{horizon}": pl.Series(chances[:, place], dtype=pl.Float64) for place, horizon in enumerate(HORIZONS)
            },
            "expected_date": day("days_50"),
            "expected_date_p25": day("days_25"),
            "expected_date_p75": day("days_75"),
            "expected_quantity": number("quantity"),
            "expected_quantity_p10": number("low"),
            "expected_quantity_p90": number("high"),
            "expected_amount": number("amount"),
            "lapsed_probability": pl.Series(1.0 - columns.get("again", nothing), dtype=pl.Float64),
            "is_overdue": pl.Series(overdue, dtype=pl.Boolean),
            "rank_score": number("score"),
            "amount_at_risk": number("risk"),
            "model": pl.Series(["pooled" if is_pooled else "renewal"] * len(counts), dtype=pl.String),
            "reason_key": pl.Series(keys, dtype=pl.String),
            "reason_values": pl.Series(values, dtype=pl.String),
        }
    )


def _reasons(
    history: History, moment: Moment, columns: dict[str, FloatArray], overdue: BoolArray, chance: FloatArray
) -> tuple[list[str], list[str]]:
    """Why each pair stands where it does, as message key and values."""
    lapsed = 1.0 - columns["again"]
    keys, values = [], []
    silent, interval = moment.renewal.silent, columns["interval"]
    for place, count in enumerate(moment.counts.tolist()):
        since, usual = int(silent[place]), round(float(interval[place]))
        told: dict[str, object] = {"days": since, "interval": usual, "count": count}
        if count == 1:
            kind = "once"
        elif lapsed[place] >= _LAPSED:
            kind = "lapsed"
        elif overdue[place]:
            kind, told["late"] = "overdue", since - usual
        elif chance[place] >= _DUE:
            kind = "due"
        else:
            kind = "waiting"
        keys.append(f"repurchase.reason.{kind}")
        values.append(json.dumps(told, sort_keys=True))
    return keys, values
