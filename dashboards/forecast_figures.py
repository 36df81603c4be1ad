"""How good are the forecasts, by period, step, person, distance, interval and money?

Pure functions over the rows of `rpt_forecast_error`, `rpt_forecast_horizon` and `rpt_forecast_value_added`. WAPE is the sum of
absolute errors over the sum of demand, bias the sum of (forecast - demand) over the same; both are weighed in base units, as the
KPI is, or at unit cost, where items are counted in different units. Steps are compared on the same periods only.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

__all__ = [
    "FEW",
    "STEPS",
    "WEIGHTS",
    "by_period",
    "coverage_by_pattern",
    "coverage_by_period",
    "horizon_errors",
    "offenders",
    "people",
    "steps",
]

WEIGHTS = ("quantity", "value")
"""Weighed in base units, or at unit cost."""

STEPS = ("naive", "baseline", "sales", "override")
"""Steps of a forecast in their order, each judged against the one before."""

FEW = 10
"""Below this many records a figure is flagged as resting on little."""


def by_period(errors: pl.DataFrame, weight: str = "quantity", group: str | None = None) -> pl.DataFrame:
    """WAPE and bias per period: `period_start`, `group`, `wape`, `bias`, `naive_wape`, `record_count`, `is_simulated`, `is_few`.

    A period with live and simulated forecasts counts as simulated only when no live one is among them.
    """
    keyed = _weighed(errors, weight).with_columns((pl.col(group) if group else pl.lit("")).cast(pl.String).alias("group"))
    both = pl.col("naive_error").is_not_null()
    return (
        keyed.group_by("period_start", "group")
        .agg(
            _ratio("forecast_error", "weighed_demand").alias("wape"),
            _ratio("signed_error", "weighed_demand").alias("bias"),
            (pl.col("naive_error").filter(both).sum() / pl.col("weighed_demand").filter(both).sum()).alias("naive_wape"),
            pl.len().cast(pl.Int64).alias("record_count"),
            (pl.col("forecast_origin") == "simulated").all().alias("is_simulated"),
        )
        .with_columns((pl.col("record_count") < FEW).alias("is_few"), *_finite("wape", "bias", "naive_wape"))
        .sort("period_start", "group")
    )


def steps(errors: pl.DataFrame, weight: str = "quantity") -> pl.DataFrame:
    """WAPE after each step and what it added: `step`, `wape`, `before_wape`, `value_added`, `record_count`.

    The model is judged where a naive forecast exists, sales where they expected something, the override where one was made, each
    against the step before on the same periods; `value_added` is in shares of demand, plus is better.
    """
    frame = _weighed(errors, weight)
    naive = frame.filter(pl.col("naive_error").is_not_null())
    told = frame.filter(pl.col("is_moved_by_sales").cast(pl.Boolean).fill_null(False))
    touched = frame.filter(pl.col("override_quantity").is_not_null())
    rows = [
        ("naive", naive, "naive_error", None),
        ("baseline", naive, "baseline_error", "naive_error"),
        ("sales", told, "sales_error", "baseline_error"),
        ("override", touched, "forecast_error", "sales_error"),
    ]
    found = []
    for step, part, mine, before in rows:
        demand = float(part["weighed_demand"].sum())
        if part.is_empty() or demand <= 0:
            continue
        wape = float(part[mine].sum()) / demand
        earlier = None if before is None else float(part[before].sum()) / demand
        found.append((step, wape, earlier, None if earlier is None else earlier - wape, part.height))
    schema = {
        "step": pl.String,
        "wape": pl.Float64,
        "before_wape": pl.Float64,
        "value_added": pl.Float64,
        "record_count": pl.Int64,
    }
    return pl.DataFrame(found, schema=schema, orient="row")


def people(frame: pl.DataFrame) -> pl.DataFrame:
    """What each step, and each person, added, from rows of `rpt_forecast_value_added`.

    One row per step and person: `step`, `author_id` (0: nobody, the model), names, `period_count`, `better_rate`, `wape_before`,
    `wape_after`, `gain` (their difference, shares of demand, plus is better).
    """
    if frame.is_empty():
        return frame
    numbers = [pl.col(name).cast(pl.Float64).sum() for name in ("demand_quantity", "error_before", "error_after")]
    summed = frame.group_by("step", "author_id", "author_name", "author_name_zh").agg(
        pl.col("period_count", "better_count").cast(pl.Int64).sum(), *numbers
    )
    wanted = pl.col("demand_quantity")
    order = pl.col("step").replace_strict({"model": 0, "sales": 1, "override": 2}, default=3)
    return (
        summed.filter(wanted > 0)
        .with_columns(
            (pl.col("error_before") / wanted).alias("wape_before"),
            (pl.col("error_after") / wanted).alias("wape_after"),
            ((pl.col("error_before") - pl.col("error_after")) / wanted).alias("gain"),
            (pl.col("better_count") / pl.col("period_count")).alias("better_rate"),
        )
        .sort(order, "author_id")
    )


def horizon_errors(rows: pl.DataFrame, weight: str = "quantity", group: Sequence[str] = ()) -> pl.DataFrame:
    """WAPE and bias by distance: `horizon`, the columns of `group`, `wape`, `bias`, `record_count`."""
    tail = "_value" if weight == "value" else ""
    demand = "demand_value" if weight == "value" else "demand_quantity"
    return (
        rows.group_by("horizon", *group)
        .agg(
            _ratio(f"absolute_error{tail}", demand).alias("wape"),
            _ratio(f"signed_error{tail}", demand).alias("bias"),
            pl.col("record_count").sum(),
        )
        .with_columns(_finite("wape", "bias"))
        .sort("horizon", *group)
    )


def coverage_by_period(errors: pl.DataFrame) -> pl.DataFrame:
    """Share of periods whose demand fell inside: `period_start`, `level` (0.8, 0.95), `coverage`, `record_count`, `is_few`."""
    return _coverage(errors, ["period_start"])


def coverage_by_pattern(errors: pl.DataFrame) -> pl.DataFrame:
    """The same by `demand_pattern`, over all periods."""
    return _coverage(errors, ["demand_pattern"])


def offenders(errors: pl.DataFrame) -> pl.DataFrame:
    """Which series cost most by their errors? Labels, `wape`, `naive_wape`, `bias`, `error_value` per series, dearest first."""
    frame = _weighed(errors, "quantity")
    both = pl.col("naive_error").is_not_null()
    return (
        frame.group_by("series_id", "sku", "item_name", "item_name_zh", "warehouse_code", "base_unit", "demand_pattern")
        .agg(
            _ratio("forecast_error", "weighed_demand").alias("wape"),
            (pl.col("naive_error").filter(both).sum() / pl.col("weighed_demand").filter(both).sum()).alias("naive_wape"),
            _ratio("signed_error", "weighed_demand").alias("bias"),
            (pl.col("forecast_error") * pl.col("unit_cost")).sum().alias("error_value"),
            pl.len().cast(pl.Int64).alias("record_count"),
        )
        .with_columns(_finite("wape", "naive_wape", "bias"))
        .sort(["error_value", "series_id"], descending=[True, False])
    )


def _weighed(errors: pl.DataFrame, weight: str) -> pl.DataFrame:
    per = pl.col("unit_cost").cast(pl.Float64) if weight == "value" else pl.lit(1.0)
    demand = pl.col("demand_quantity").cast(pl.Float64)
    return errors.with_columns(
        (demand * per).alias("weighed_demand"),
        ((pl.col("forecast_quantity").cast(pl.Float64) - demand).abs() * per).alias("forecast_error"),
        ((pl.col("forecast_quantity").cast(pl.Float64) - demand) * per).alias("signed_error"),
        ((pl.col("baseline_quantity").cast(pl.Float64) - demand).abs() * per).alias("baseline_error"),
        ((pl.coalesce("sales_quantity", "baseline_quantity").cast(pl.Float64) - demand).abs() * per).alias("sales_error"),
        ((pl.col("naive_quantity").cast(pl.Float64) - demand).abs() * per).alias("naive_error"),
    )


def _coverage(errors: pl.DataFrame, keys: list[str]) -> pl.DataFrame:
    in_stock = errors.filter(pl.col("is_in_stock").cast(pl.Boolean).fill_null(True))
    parts = []
    for level, low, high in ((0.8, "p10", "p90"), (0.95, "p025", "p975")):
        known = in_stock.filter(pl.col(low).is_not_null() & pl.col(high).is_not_null())
        inside = pl.col("demand_quantity").is_between(pl.col(low), pl.col(high))
        parts.append(
            known.group_by(keys)
            .agg(inside.mean().alias("coverage"), pl.len().cast(pl.Int64).alias("record_count"))
            .with_columns(pl.lit(level).alias("level"), (pl.col("record_count") < FEW).alias("is_few"))
        )
    return pl.concat(parts).sort(*keys, "level")


def _ratio(over: str, under: str) -> pl.Expr:
    return pl.col(over).sum() / pl.col(under).sum()


def _finite(*names: str) -> list[pl.Expr]:
    """Nothing was asked for: there is no share, not an infinite one."""
    return [pl.when(pl.col(name).is_finite()).then(pl.col(name)).alias(name) for name in names]
