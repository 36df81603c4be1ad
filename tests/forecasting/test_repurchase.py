"""A call list is believed once: it must know no future, take returns off, and mean its percentages."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from forecasting.repurchase.call_list import HORIZONS, RepurchaseResult, repurchase
from forecasting.repurchase.dates import days_until
from forecasting.repurchase.history import read_purchases
from forecasting.repurchase.quantity import usual_quantities
from forecasting.repurchase.renewal import fit_renewal
from kernel.errors import InvalidInput
from kernel.messages import LANGUAGES, text

pytestmark = pytest.mark.fast

CUTOFF = date(2025, 6, 30)
Row = tuple[str, str, date, float, float]


def frame(rows: list[Row]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=["customer_id", "item_id", "purchase_date", "quantity", "amount"], orient="row")


def every(days: int, count: int, *, customer: str = "C1", item: str = "A", last: int = 0, quantity: float = 10.0) -> list[Row]:
    """`count` purchases `days` apart, the last of them `last` days before the cutoff."""
    return [(customer, item, CUTOFF - timedelta(last + days * back), quantity, quantity * 2) for back in range(count)]


def crowd(seed: int = 1, customers: int = 60, items: int = 5, length: int = 500) -> pl.DataFrame:
    """Customers who buy their items after random intervals around their own rhythm and some day stop; past and future."""
    generator = np.random.default_rng(seed)
    rows: list[Row] = []
    for customer in range(customers):
        leaves = generator.uniform(0.4, 2.5) * length
        for item in range(items):
            usual = generator.uniform(8.0, 70.0)
            day = generator.uniform(0.0, 150.0)
            while day < min(leaves, length + 95):
                rows.append(
                    (f"C{customer:02}", f"I{item}", CUTOFF + timedelta(int(day) - length), float(generator.integers(1, 30)), 5.0)
                )
                day += max(1.0, usual * generator.lognormal(0.0, 0.35))
    return frame(rows)


@pytest.fixture(scope="module")
def crowded() -> tuple[pl.DataFrame, RepurchaseResult]:
    purchases = crowd()
    return purchases, repurchase(purchases, cutoff=CUTOFF)


def test_what_comes_after_the_cutoff_changes_nothing(crowded: tuple[pl.DataFrame, RepurchaseResult]) -> None:
    """Leakage: another future, even a broken one, gives the same bytes."""
    purchases, known = crowded
    past = purchases.filter(pl.col("purchase_date") <= CUTOFF)
    other = frame([("C00", "I0", CUTOFF + timedelta(1), float("nan"), 1.0), ("C99", "I9", CUTOFF + timedelta(2), -5.0, 1e99)])

    assert_frame_equal(known.pairs, repurchase(pl.concat([other, past]), cutoff=CUTOFF).pairs, check_exact=True)


def test_the_order_of_rows_changes_nothing(crowded: tuple[pl.DataFrame, RepurchaseResult]) -> None:
    purchases, known = crowded
    shuffled = repurchase(purchases.sample(fraction=1.0, shuffle=True, seed=9), cutoff=CUTOFF)

    assert_frame_equal(known.pairs, shuffled.pairs, check_exact=True)
    assert_frame_equal(known.customers, shuffled.customers, check_exact=True)


def test_percentages_mean_what_they_say(crowded: tuple[pl.DataFrame, RepurchaseResult]) -> None:
    """Against what then came: as many as said, and better told apart than by saying the mean to all."""
    purchases, known = crowded
    came = (
        purchases.filter(pl.col("purchase_date") > CUTOFF)
        .group_by("customer_id", "item_id")
        .agg(pl.col("purchase_date").min().alias("next"))
    )
    judged = known.pairs.join(came, on=["customer_id", "item_id"], how="left").with_columns(
        (pl.col("next") - CUTOFF).dt.total_days().fill_null(9999).alias("days")
    )
    for horizon in (14, 30, 60):
        truth, said = (judged["days"] <= horizon).to_numpy(), judged[f"probability_{horizon}"].to_numpy()
        blind = float(truth.mean())

        assert blind == pytest.approx(float(said.mean()), abs=0.07)
        assert np.mean((said - truth) ** 2) < 0.75 * blind * (1 - blind)
    bought = judged.filter(pl.col("days") <= 90)
    assert "pooled" == known.pairs["model"][0]
    assert 0.4 < (bought["next"].is_between(pl.Series(bought["expected_date_p25"]), bought["expected_date_p75"])).mean() < 0.75


def test_a_longer_window_is_never_less_likely_and_quartiles_are_in_order(crowded: tuple[pl.DataFrame, RepurchaseResult]) -> None:
    for answer in (crowded[1].pairs, crowded[1].customers):
        chances = answer.select(f"probability_{h}" for h in HORIZONS).to_numpy()

        assert (np.diff(chances, axis=1) >= 0).all()
        assert ((chances > 0) & (chances < 1)).all()
        assert answer.select(
            (
                (pl.col("expected_date_p25") <= pl.col("expected_date"))
                & (pl.col("expected_date") <= pl.col("expected_date_p75"))
                & (pl.col("expected_date_p25") > CUTOFF)
                & (pl.col("expected_quantity_p10") <= pl.col("expected_quantity"))
                & (pl.col("expected_quantity") <= pl.col("expected_quantity_p90"))
            ).all()
        ).item()


def test_a_whole_customer_is_at_least_as_likely_as_his_likeliest_item_nearly_always(
    crowded: tuple[pl.DataFrame, RepurchaseResult],
) -> None:
    pairs, customers = crowded[1].pairs, crowded[1].customers
    best = pairs.group_by("customer_id").agg(pl.col("probability_30").max().alias("best")).join(customers, on="customer_id")

    assert best.select((pl.col("probability_30") >= pl.col("best") - 0.15).mean()).item() > 0.9


def test_a_return_cancels_the_purchase_it_matches() -> None:
    """The returned 7 is the purchase of 7, not a part of the newer 10."""
    rows = [
        *every(30, 3, last=5),
        ("C1", "A", CUTOFF - timedelta(50), 7.0, 14.0),
        ("C1", "A", CUTOFF - timedelta(1), -7.0, -14.0),
    ]
    history = read_purchases(frame(rows), CUTOFF)

    assert [10.0, 10.0, 10.0] == history.quantities.tolist()
    assert 0 == history.dropped_returns


def test_a_return_of_a_part_leaves_the_rest_and_one_without_purchase_is_counted() -> None:
    rows = [
        *every(30, 2),
        ("C1", "A", CUTOFF, -4.0, -8.0),
        ("C1", "B", CUTOFF, -1.0, -2.0),
        ("C1", "A", CUTOFF - timedelta(90), -1.0, -2.0),
    ]
    history = read_purchases(frame(rows), CUTOFF)

    assert [10.0, 6.0] == history.quantities.tolist()
    assert [20.0, 12.0] == history.amounts.tolist()
    assert 2 == history.dropped_returns


def test_rows_of_one_day_are_one_purchase() -> None:
    answer = repurchase(frame([*every(10, 4), *every(10, 4)]), cutoff=CUTOFF).pairs

    assert (4, 20.0) == answer.select("purchase_count", "expected_quantity").row(0)


def test_a_steady_buyer_is_due_at_his_rhythm_and_overdue_when_it_has_passed() -> None:
    steady = every(14, 12, customer="STEADY", last=4)
    late = every(14, 12, customer="LATE", last=30)
    answer = repurchase(frame([*steady, *late]), cutoff=CUTOFF).pairs.sort("customer_id")

    assert [True, False] == answer["is_overdue"].to_list()
    assert 14.0 == pytest.approx(answer["usual_interval_days"][1], abs=1.0)
    assert abs((answer["expected_date"][1] - (CUTOFF + timedelta(10))).days) <= 1
    assert "repurchase.reason.overdue" == answer["reason_key"][0] or answer["lapsed_probability"][0] >= 0.5
    assert answer["lapsed_probability"][0] > answer["lapsed_probability"][1]


@pytest.mark.parametrize("rows", [every(1, 1), every(20, 2), every(1, 1) + every(1, 1, customer="C2", item="B", last=400)])
def test_next_to_no_data_still_gives_an_answer(rows: list[Row]) -> None:
    answer = repurchase(frame(rows), cutoff=CUTOFF)

    assert ["renewal"] == answer.pairs["model"].unique().to_list()
    assert 0 == answer.pairs.null_count().sum_horizontal().item()
    assert answer.customers.height == len({row[0] for row in rows})


def test_nothing_bought_gives_empty_frames_of_the_same_columns() -> None:
    nothing, something = (
        repurchase(frame([])[:0].cast({"purchase_date": pl.Date, "quantity": pl.Float64, "amount": pl.Float64}), cutoff=CUTOFF),
        repurchase(frame(every(9, 3)), cutoff=CUTOFF),
    )

    assert 0 == nothing.pairs.height
    assert something.pairs.columns == nothing.pairs.columns
    assert 0 == repurchase(frame([("C1", "A", CUTOFF, -3.0, 1.0)]), cutoff=CUTOFF).pairs.height


def test_without_amounts_the_list_is_ranked_by_quantity() -> None:
    rows = every(10, 6, customer="SMALL", quantity=1.0) + every(10, 6, customer="LARGE", quantity=90.0)
    answer = repurchase(frame(rows).drop("amount"), cutoff=CUTOFF).pairs

    assert ["LARGE", "SMALL"] == answer["customer_id"].to_list()
    assert 2 == answer["expected_amount"].null_count()


def test_bad_input_is_named() -> None:
    with pytest.raises(InvalidInput, match="quantity"):
        repurchase(frame(every(9, 3)).drop("quantity"), cutoff=CUTOFF)
    with pytest.raises(InvalidInput, match=r"item A by customer C1.*nan"):
        repurchase(frame([("C1", "A", CUTOFF, float("nan"), 1.0)]), cutoff=CUTOFF)
    with pytest.raises(InvalidInput, match="1 rows"):
        repurchase(
            frame(every(9, 3)).with_columns(
                pl.when(pl.col("purchase_date") == CUTOFF).then(None).otherwise(pl.col("item_id")).alias("item_id")
            ),
            cutoff=CUTOFF,
        )
    with pytest.raises(InvalidInput, match="horizon_days"):
        repurchase(frame(every(9, 3)), cutoff=CUTOFF, horizon_days=31)


@pytest.mark.parametrize("kind", ["once", "lapsed", "overdue", "due", "waiting"])
def test_every_reason_is_a_sentence_in_both_languages(kind: str) -> None:
    said = {text(f"repurchase.reason.{kind}", language, days=3, interval=20, count=4, late=9) for language in LANGUAGES}

    assert 2 == len(said)
    assert all("3" in sentence and "20" in sentence for sentence in said)


def test_dates_are_the_inverse_of_the_chances() -> None:
    """Slow and obvious: walk along the distribution day by day until half of it has passed."""
    renewal = fit_renewal(
        np.array([20.0, 25.0, 18.0]),
        np.array([0, 0, 1]),
        np.array([3, 2]),
        np.array([12.0, 50.0]),
        np.array([0, 1]),
        np.array([0, 0]),
    )
    chances = np.array([[0.2, 0.5, 0.7, 0.8, 0.85], [0.01, 0.02, 0.05, 0.3, 0.31]])
    total = chances[:, -1] + (1 - chances[:, -1]) * renewal.still_alive(90.0)
    steps = np.arange(0.0, 731.0, 0.05)
    for row in range(2):
        shape = np.array([renewal.rows(np.array([row])).conditional(day)[0] for day in steps])
        knots, heights = np.array([0, *HORIZONS]), np.array([0.0, *chances[row]])
        place = np.clip(np.searchsorted(knots, steps, side="right") - 1, 0, 5)
        at = np.interp(knots, steps, shape)
        low, high = at[place], np.append(at, 1.0)[place + 1]
        evenly = (steps - knots[place]) / (np.append(knots, 730)[place + 1] - knots[place])
        inside = np.where(high - low < 1e-9, evenly, (shape - low) / np.maximum(high - low, 1e-12))
        mass = heights[place] + inside * (np.append(heights, total[row])[place + 1] - heights[place])
        for share in (0.25, 0.5, 0.75):
            slow = steps[np.argmax(mass >= share * total[row])]

            assert slow == pytest.approx(days_until(chances, renewal, share)[row], abs=0.2)


def test_the_usual_quantity_is_the_median_in_which_newer_purchases_weigh_more() -> None:
    quantities = [3.0, 3.0, 3.0, 8.0, 8.0]
    rows = [("C1", "A", CUTOFF - timedelta(10 * (5 - place)), quantity, 1.0) for place, quantity in enumerate(quantities)]
    history = read_purchases(frame(rows), CUTOFF)
    usual, low, high = usual_quantities(history, np.array([4]), np.array([5]))
    # Weights 0.41, 0.51, 0.64 for the threes, 0.8 and 1 for the eights: more than half.

    assert [8.0] == usual.tolist()
    assert low[0] <= 8.0 <= high[0]
