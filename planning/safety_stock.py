"""How much safety stock is held where nobody typed one?

    safety stock = quantile of lead-time demand at the service level - mean of lead-time demand, floored at 0

taken from `lead_time_demand` at the smallest protection time that covers lead time + review period (the longest one
there is, if none does) and the smallest quantile at or above the service level. The forecast gives the distribution
of the sum over the protection time; quantiles of single days are never added up.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import polars as pl

from kernel.numbers import QUANTITY_SCALE

__all__ = ["QUANTILES", "service_level_safety_stock"]

QUANTILES: dict[str, float] = {
    "p05": 0.05,
    "p10": 0.10,
    "p25": 0.25,
    "p50": 0.50,
    "p75": 0.75,
    "p90": 0.90,
    "p95": 0.95,
    "p975": 0.975,
    "p99": 0.99,
}


def service_level_safety_stock(
    lead_time_demand: pl.DataFrame, protection_days: Mapping[int, int], service_levels: Mapping[int, float]
) -> dict[int, int]:
    """Safety stock in 10^-6 base unit per series (item-location).

    Args:
        lead_time_demand: series_id, protection_days, measure, quantity (base units, float).
        protection_days: series_id -> days to protect (lead time + review period).
        service_levels: series_id -> share of cycles without stockout, 0-1.
    """
    known: dict[int, dict[int, dict[str, float]]] = {}
    rows = lead_time_demand.select("series_id", "protection_days", "measure", "quantity").iter_rows()
    for series_id, days, measure, quantity in rows:
        if quantity is not None and series_id in protection_days and math.isfinite(quantity):
            known.setdefault(series_id, {}).setdefault(days, {})[measure] = quantity
    found: dict[int, int] = {}
    for series_id, by_days in sorted(known.items()):
        covering = [days for days in by_days if days >= protection_days[series_id]]
        measures = by_days[min(covering) if covering else max(by_days)]
        quantile = _quantile(measures, service_levels[series_id])
        mean = measures.get("mean")
        if quantile is not None and mean is not None:
            found[series_id] = max(0, math.ceil((quantile - mean) * QUANTITY_SCALE - 1e-6))
    return found


def _quantile(measures: Mapping[str, float], service_level: float) -> float | None:
    """The smallest quantile at or above the service level; the highest there is when none reaches it."""
    known = sorted((level, measures[measure]) for measure, level in QUANTILES.items() if measure in measures)
    reaching = [quantity for level, quantity in known if level >= service_level - 1e-9]
    if reaching:
        return reaching[0]
    return known[-1][1] if known else None
