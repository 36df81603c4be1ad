"""Do our repurchase forecasts beat a recency-frequency model and BG/NBD on a wholesaler's invoices?

    python benchmarks/repurchase.py --data DIR [--draws 300] [--parts]

Reads DIR/online_retail/lines.parquet (lines of known customers, goods only, price above zero, exact copies once), stands at
four cutoffs of the last months, asks everyone for the purchases after them, per customer x item and per customer, and prints
Markdown. `--parts` also judges our model with parts left out. 95 % intervals are paired, over customers.
"""

from __future__ import annotations

import argparse
import itertools
import time
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl
from repurchase_anchors import bg_nbd_answer, recency_frequency
from repurchase_judges import MEASURES, Judge, interval

from forecasting.repurchase.dates import days_until
from forecasting.repurchase.features import Moment, features_at
from forecasting.repurchase.history import History, day_number, read_purchases
from forecasting.repurchase.model import HORIZONS, probabilities
from forecasting.repurchase.quantity import usual_quantities

FloatArray = npt.NDArray[np.float64]
CUTOFFS = (date(2011, 7, 31), date(2011, 8, 31), date(2011, 9, 30), date(2011, 11, 9))
LEVELS = ("customer x item", "customer")
ANCHORS = ("recency-frequency", "BG/NBD")
_GOODS = r"^\d{5}"
_RHYTHM = ("renewal", "alive", "log_mean", "spread", "silent_per_interval", "silent_z", "last_interval_ratio")
_ITEM = ("item_buyers", "item_silent", "item_repeat", "item_30", "item_90")
_VISITS = ("visits_30", "visits_90", "visits_since", "share_of_visits", "share_recent", "customer_basket")
_PARTS: dict[str, dict[str, Any]] = {
    "as it is": {},
    "not calibrated": {"is_calibrated": False},
    "without renewal": {"without": frozenset(_RHYTHM)},
    "without item": {"without": frozenset(_ITEM)},
    "without visits": {"without": frozenset(_VISITS)},
}


@dataclass(frozen=True)
class Case:
    """One cutoff at one level: what was known, what came, what each method said."""

    cutoff: date
    history: History
    moment: Moment
    next_days: FloatArray
    revenue: dict[int, FloatArray]
    next_quantity: FloatArray
    horizons: tuple[int, ...]
    said: dict[str, FloatArray]
    days: dict[str, FloatArray]
    quantities: dict[str, FloatArray]
    value: FloatArray
    seconds: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--draws", type=int, default=300)
    parser.add_argument("--parts", action="store_true")
    arguments = parser.parse_args()
    purchases = read_lines(arguments.data / "online_retail" / "lines.parquet")
    for level in LEVELS:
        cases = [case_at(purchases, cutoff, level) for cutoff in CUTOFFS]
        print_level(level, cases, arguments.draws)
    if arguments.parts:
        print_parts(purchases)


def read_lines(path: Path) -> pl.DataFrame:
    """Invoice lines as purchases and returns."""
    lines = pl.read_parquet(path).unique(maintain_order=True)
    goods = lines.filter(
        pl.col("customer_id").is_not_null() & (pl.col("unit_price") > 0) & pl.col("stock_code").str.contains(_GOODS)
    )
    return goods.select(
        "customer_id",
        pl.col("stock_code").str.to_uppercase().alias("item_id"),
        pl.col("invoice_ts").dt.date().alias("purchase_date"),
        "quantity",
        (pl.col("quantity") * pl.col("unit_price")).alias("amount"),
    )


def known_at(purchases: pl.DataFrame, cutoff: date, level: str) -> History:
    history = read_purchases(purchases, cutoff)
    return history if level == LEVELS[0] else history.as_customers()


def case_at(purchases: pl.DataFrame, cutoff: date, level: str) -> Case:
    history = known_at(purchases, cutoff, level)
    last_day = purchases["purchase_date"].max()
    assert isinstance(last_day, date)
    horizons = tuple(h for h in HORIZONS if day_number(cutoff) + h <= day_number(last_day))
    started = time.perf_counter()
    moment = features_at(history, history.cutoff)
    chances, _ = probabilities(history, moment, seed=0)
    seconds = time.perf_counter() - started
    bg, bg_days = bg_nbd_answer(history, moment, HORIZONS)
    rf = np.full_like(chances, np.nan)
    for horizon in horizons:
        rf[:, HORIZONS.index(horizon)] = recency_frequency(history, moment, horizon)
    usual, low, high = usual_quantities(history, moment.last, moment.counts)
    first = moment.last - moment.counts + 1
    sums = np.concatenate([[0.0], np.cumsum(history.quantities)])
    mean = (sums[moment.last + 1] - sums[first]) / moment.counts
    gaps = history.days[moment.last] - history.days[first]
    overall = gaps.sum() / max((moment.counts - 1).sum(), 1)
    rhythm = np.where(moment.counts > 1, gaps / np.maximum(moment.counts - 1, 1), overall)
    window = max(horizons)
    days = {
        "ours, given a purchase in the window": days_until(chances, moment.renewal, 0.5, window),
        "ours, expected date": days_until(chances, moment.renewal, 0.5),
        ANCHORS[0]: np.maximum(rhythm - moment.renewal.silent, 1.0),
        ANCHORS[1]: bg_days,
    }
    next_days, revenue, quantity = _what_came(purchases, history, moment, horizons, level)
    paid = history.amounts[moment.last] / history.quantities[moment.last]
    return Case(
        cutoff, history, moment, next_days, revenue, quantity, horizons,
        {"ours": chances, ANCHORS[0]: rf, ANCHORS[1]: bg}, days,
        {"ours": usual, "last quantity": history.quantities[moment.last], "mean quantity": mean, "low": low, "high": high},
        usual * np.nan_to_num(paid), seconds,
    )  # fmt: skip


def _what_came(
    purchases: pl.DataFrame, history: History, moment: Moment, horizons: tuple[int, ...], level: str
) -> tuple[FloatArray, dict[int, FloatArray], FloatArray]:
    """Days to the next purchase, money within each horizon, and the quantity of the next purchase of each row."""
    later = purchases.filter((pl.col("purchase_date") > date.fromordinal(history.cutoff)) & (pl.col("quantity") > 0))
    keys = ["customer_id", "item_id"] if level == LEVELS[0] else ["customer_id"]
    rows = pl.DataFrame({"customer_id": history.customer_ids.gather(moment.customers), "row": np.arange(len(moment.counts))})
    if level == LEVELS[0]:
        rows = rows.with_columns(history.item_ids.gather(moment.items).alias("item_id"))
    came = later.join(rows, on=keys, how="inner").with_columns(
        (pl.col("purchase_date") - date.fromordinal(history.cutoff)).dt.total_days().alias("days")
    )
    daily = came.group_by("row", "days").agg(pl.col("quantity").sum(), pl.col("amount").sum()).sort("row", "days")
    first = daily.unique("row", keep="first", maintain_order=True)
    next_days, quantity = np.full(len(moment.counts), 1e6), np.full(len(moment.counts), np.nan)
    next_days[first["row"].to_numpy()] = first["days"].to_numpy()
    quantity[first["row"].to_numpy()] = first["quantity"].to_numpy()
    revenue = {}
    for horizon in horizons:
        part = daily.filter(pl.col("days") <= horizon)
        revenue[horizon] = np.bincount(part["row"].to_numpy(), weights=part["amount"].to_numpy(), minlength=len(moment.counts))
    return next_days, revenue, quantity


def print_level(level: str, cases: list[Case], draws: int) -> None:
    print(f"\n### {level.capitalize()}\n")
    for case in cases:
        shares = ", ".join(f"{h} d {np.mean(case.next_days <= h):.1%}" for h in case.horizons)
        print(f"- {case.cutoff}: {len(case.moment.counts):,} rows, bought again within {shares}; ours took {case.seconds:.1f} s")
    print("\n| within | measure | ours | recency-frequency | BG/NBD | ours / recency-frequency | ours / BG/NBD |")
    print("|---|---|---|---|---|---|---|")
    for horizon in HORIZONS:
        judged = [case for case in cases if horizon in case.horizons]
        figures = {name: _mean_figures(judged, name, horizon, draws) for name in ("ours", *ANCHORS)}
        for column, measure in enumerate(MEASURES):
            if horizon != 30 and measure not in ("log_loss", "brier", "auc"):
                continue
            cells = [f"{figures[name][0, column]:.4f}" for name in ("ours", *ANCHORS)]
            for anchor in ANCHORS:
                value, low, high = interval(figures["ours"][:, column] / figures[anchor][:, column])
                cells.append(f"{value:.3f} ({low:.3f}-{high:.3f})")
            print(f"| {horizon} days | {measure} | " + " | ".join(cells) + " |")
    _print_calibration(cases)
    _print_dates(cases, draws)
    _print_quantities(cases, draws)


def _draws(case: Case, count: int, seed: int) -> FloatArray:
    """Weights per customer; all ones first. The same for every method."""
    size = len(case.history.customer_ids)
    generator = np.random.default_rng([7, seed])
    return np.concatenate([np.ones((1, size)), generator.multinomial(size, np.full(size, 1.0 / size), size=count)]).astype(float)


def _mean_figures(cases: list[Case], name: str, horizon: int, draws: int) -> FloatArray:
    """Mean over cutoffs of (draw, MEASURES)."""
    place = HORIZONS.index(horizon)
    every = []
    for number, case in enumerate(cases):
        judge = Judge(
            case.said[name][:, place], case.value, case.next_days <= horizon, case.revenue[horizon], case.moment.customers
        )
        every.append(judge.figures(_draws(case, draws, number), has_tops=horizon == 30))
    return np.asarray(np.mean(every, axis=0))


def _print_calibration(cases: list[Case]) -> None:
    print("\nCalibration, 30 days, all cutoffs (said / came, rows):\n\n| said between | rows | said | came |\n|---|---|---|---|")
    said = np.concatenate([case.said["ours"][:, HORIZONS.index(30)] for case in cases])
    came = np.concatenate([case.next_days <= 30 for case in cases])
    edges = [0.0, 0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0]
    for low, high in itertools.pairwise(edges):
        inside = (said >= low) & (said < high)
        if inside.any():
            print(f"| {low:.0%}-{high:.0%} | {inside.sum():,} | {said[inside].mean():.1%} | {came[inside].mean():.1%} |")


def _print_dates(cases: list[Case], draws: int) -> None:
    print("\nDate error among those who bought in the longest window known (median of absolute days, mean over cutoffs):\n")
    print("| method | all | ratio to recency-frequency | bought 3 times or more before |\n|---|---|---|---|")
    tables = {name: ([], []) for name in cases[0].days}
    for number, case in enumerate(cases):
        bought = case.next_days <= max(case.horizons)
        often = bought & (case.moment.counts >= 3)
        weights = _draws(case, min(draws, 100), number)
        for name, days in case.days.items():
            error = np.abs(np.ceil(days) - case.next_days)
            tables[name][0].append([_weighted_median(error[bought], draw[case.moment.customers[bought]]) for draw in weights])
            tables[name][1].append(float(np.median(error[often])))
    base = np.mean(tables[ANCHORS[0]][0], axis=0)
    for name, (every, often) in tables.items():
        mean = np.mean(every, axis=0)
        value, low, high = interval(mean / base)
        print(f"| {name} | {mean[0]:.1f} | {value:.3f} ({low:.3f}-{high:.3f}) | {np.mean(often):.1f} |")


def _weighted_median(values: FloatArray, weights: FloatArray) -> float:
    order = np.argsort(values, kind="stable")
    total = np.cumsum(weights[order])
    return float(values[order][np.searchsorted(total, total[-1] / 2.0)])


def _print_quantities(cases: list[Case], draws: int) -> None:
    print("\nQuantity of the next purchase among those who bought within 30 days (WAPE, mean over cutoffs):\n")
    print("| method | WAPE | ratio to the last quantity |\n|---|---|---|")
    every: dict[str, list[FloatArray]] = {name: [] for name in ("ours", "last quantity", "mean quantity")}
    inside = []
    for number, case in enumerate(cases):
        bought = case.next_days <= 30
        truth, customer = case.next_quantity[bought], case.moment.customers[bought]
        weights = _draws(case, draws, number)[:, customer]
        for name, shares in every.items():
            shares.append(weights @ np.abs(case.quantities[name][bought] - truth) / (weights @ truth))
        inside.append(float(np.mean((truth >= case.quantities["low"][bought]) & (truth <= case.quantities["high"][bought]))))
    base = np.mean(every["last quantity"], axis=0)
    for name, shares in every.items():
        value, low, high = interval(np.mean(shares, axis=0) / base)
        print(f"| {name} | {np.mean(shares, axis=0)[0]:.3f} | {value:.3f} ({low:.3f}-{high:.3f}) |")
    print(f"\nThe 10-90 % range of the quantity held {np.mean(inside):.1%} of the purchases.")


def print_parts(purchases: pl.DataFrame) -> None:
    print("\n### What each part is worth\n\nLog loss and AUC, customer x item, mean over cutoffs.\n")
    print("| model | 7 d | 30 d | 90 d | AUC 30 d |\n|---|---|---|---|---|")
    said: dict[str, list[dict[int, tuple[float, float]]]] = {}
    for cutoff in CUTOFFS:
        history = known_at(purchases, cutoff, LEVELS[0])
        moment = features_at(history, history.cutoff)
        last_day = day_number(purchases["purchase_date"].max())
        horizons = tuple(h for h in HORIZONS if history.cutoff + h <= last_day)
        next_days, revenue, _ = _what_came(purchases, history, moment, horizons, LEVELS[0])
        answers = {name: probabilities(history, moment, seed=0, **options)[0] for name, options in _PARTS.items()}
        answers["renewal alone"] = np.column_stack([moment.renewal.within(float(h)) for h in HORIZONS])
        ones = np.ones((1, len(history.customer_ids)))
        for name, chances in answers.items():
            found = {}
            for horizon in horizons:
                judge = Judge(
                    chances[:, HORIZONS.index(horizon)],
                    np.ones(len(chances)),
                    next_days <= horizon,
                    revenue[horizon],
                    moment.customers,
                )
                figures = judge.figures(ones)[0]
                found[horizon] = (float(figures[0]), float(figures[2]))
            said.setdefault(name, []).append(found)
    for name, found_by_cutoff in said.items():
        cells = [np.mean([found[h][0] for found in found_by_cutoff if h in found]) for h in (7, 30, 90)]
        auc = np.mean([found[30][1] for found in found_by_cutoff])
        print(f"| {name} | " + " | ".join(f"{cell:.4f}" for cell in cells) + f" | {auc:.4f} |")


if __name__ == "__main__":
    main()
