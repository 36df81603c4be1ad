"""Forecasts of groups: they add up exactly, reconciliation is the textbook's, and all quantiles come from one joint sample."""

from __future__ import annotations

from datetime import date
from functools import cache

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_matrix

from forecasting import Coherent, Fitted, fit, forecast, reconcile
from forecasting.fitted import DEFAULT_LEVELS
from forecasting.groups.choice import Past, choose_method
from forecasting.groups.dependence import Dependence, PastErrors, draws_of, factor_draws, fit_dependence, moments_of
from forecasting.groups.hierarchy import build_hierarchy, on_grid
from forecasting.groups.inputs import from_fitted, from_frames
from forecasting.groups.minimum_trace import ErrorModel, mint, shrinkage_intensity
from forecasting.groups.paths import arranged, even_levels, marginal_values
from forecasting.groups.sampling import sample_paths
from kernel.errors import InvalidInput

pytestmark = pytest.mark.fast

MONTHS = 48
CUTOFF = date(2023, 12, 31)


def company(seed: int = 3, shock: float = 0.15) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Twelve series, 3 items x 2 units in 2 categories and 2 warehouses; a common factor of every month moves all of them."""
    generator = np.random.default_rng(seed)
    starts = [date(2020 + month // 12, month % 12 + 1, 1) for month in range(MONTHS + 6)]
    common = 1.0 + shock * generator.standard_normal(MONTHS + 6)
    rows, told = [], []
    for series in range(12):
        mean = 4.0 * (series + 1) * np.maximum(common, 0.1)
        rows += [(series * 7, start, float(q)) for start, q in zip(starts, generator.poisson(mean), strict=True)]
        item = series // 2
        told.append((series * 7, f"I{item}", f"C{item % 2}", f"W{series % 2}", 2.5 + item / 3, "kg" if item == 5 else "pcs"))
    demand = pl.DataFrame(rows, schema=["series_id", "period_start", "quantity"], orient="row")
    columns = ["series_id", "item", "category", "warehouse", "unit_price", "unit"]
    return demand, pl.DataFrame(told, schema=columns, orient="row")


@cache
def fitted() -> Fitted:
    return fit(company()[0], frequency="month", horizon=6, cutoff=CUTOFF, is_boosted=False)


@cache
def coherent(method: str | None = None) -> Coherent:
    demand, attributes = company()
    return reconcile(fitted(), demand, attributes, method=method)


def means(found: Coherent, level: str, unit: str = "amount") -> pl.DataFrame:
    return found.groups.filter((pl.col("level") == level) & (pl.col("unit") == unit) & (pl.col("measure") == "mean"))


@pytest.mark.parametrize("method", [None, "bottom_up", "mint_variance", "mint_shrink"])
def test_every_level_sums_to_the_company_to_the_last_bit(method: str | None) -> None:
    found = coherent(method)
    company_total = means(found, "company")["quantity"].to_list()

    for level in ("item", "category_warehouse", "category", "warehouse"):
        summed = means(found, level).group_by("period_start", maintain_order=True).agg(pl.col("quantity").sum())
        assert company_total == summed.sort("period_start")["quantity"].to_list()
    series = found.series.filter(pl.col("measure") == "mean")
    assert company_total == series.group_by("period_start").agg(pl.col("amount").sum()).sort("period_start")["amount"].to_list()
    assert (series["quantity"] >= 0).all()


def test_what_the_engine_says_of_a_group_by_itself_is_kept_beside() -> None:
    told = coherent("bottom_up").direct

    # Item groups are not asked directly; every other group has more than one series.
    assert {"category": 12, "category_warehouse": 24, "company": 6, "warehouse": 12} == dict(
        told.group_by("level").len().sort("level").rows()  # type: ignore[arg-type]
    )
    both = told.join(means(coherent("bottom_up"), "company"), on=["level", "group_key", "period_start"])
    assert (both["amount"] / both["quantity"]).is_between(0.7, 1.4).all()


def test_quantities_are_added_only_where_all_share_a_unit() -> None:
    found = coherent()
    by_quantity = found.groups.filter(pl.col("unit") == "quantity")

    # Item I5 (kilograms) lies in category C1: neither that category nor a warehouse nor the company has one unit.
    assert {"item", "category_warehouse", "category"} == set(by_quantity["level"])
    assert {"C0"} == set(by_quantity.filter(pl.col("level") == "category")["group_key"])
    series = found.series.join(company()[1].filter(pl.col("category") == "C0"), on="series_id", how="semi")
    summed = (
        series.filter(pl.col("measure") == "mean").group_by("period_start").agg(pl.col("quantity").sum()).sort("period_start")
    )
    assert means(found, "category", "quantity")["quantity"].to_list() == summed["quantity"].to_list()


@given(st.lists(st.floats(0, 1e7), min_size=2, max_size=60), st.randoms())
@settings(max_examples=60, deadline=None)
def test_sums_on_the_grid_do_not_depend_on_the_order(values: list[float], random: object) -> None:
    gridded = on_grid(np.array(values), float(np.sum(values)) + 1.0).tolist()
    shuffled = list(gridded)
    random.shuffle(shuffled)  # type: ignore[attr-defined]

    assert sum(gridded) == sum(shuffled)
    assert np.allclose(values, gridded, rtol=0, atol=1e-14 * (sum(values) + 1.0) + 1e-300)


def textbook(base: np.ndarray, summing: np.ndarray, variance: np.ndarray) -> np.ndarray:
    """Wickramasuriya et al. 2019, (8): S (S' W^-1 S)^-1 S' W^-1 y, dense."""
    inverse = np.linalg.inv(variance)
    return np.asarray(summing @ np.linalg.solve(summing.T @ inverse @ summing, summing.T @ inverse @ base))


@pytest.mark.parametrize("share", [1.0, 0.6])
def test_reconciliation_is_the_dense_formula_of_the_textbook(share: float) -> None:
    """Three groups over four series, all numbers far from zero, so that nothing has to be held there."""
    generator = np.random.default_rng(1)
    matrix = np.array([[1, 1, 1, 1], [1, 1, 0, 0], [0, 0, 1, 1]], dtype=float)
    series, groups = 20 + generator.random((4, 2)), np.array([[88.0, 80.0], [41.0, 40.0], [45.0, 43.0]])
    errors, above = generator.standard_normal((4, 9)), generator.standard_normal((3, 9))
    diagonal = np.concatenate([(above**2).mean(axis=1), (errors**2).mean(axis=1)])
    stacked = np.concatenate([above, errors])
    variance = share * np.diag(diagonal) + (1 - share) * stacked @ stacked.T / 9
    expected = textbook(np.concatenate([groups, series]), np.concatenate([matrix, np.eye(4)]), variance)

    found = mint(series, groups, csr_matrix(matrix), ErrorModel(diagonal[3:], diagonal[:3], share, errors, above))

    assert np.allclose(expected[3:], found, atol=1e-6)
    assert np.allclose(expected[:3], matrix @ found, atol=1e-6)


def test_two_series_and_their_total_share_the_gap_by_their_variances() -> None:
    """By hand: total 12 said, 10 summed, variances 1, 1 and 2: W A'(A W A')^-1 = 1/4 each, so each takes half of a unit."""
    found = mint(np.array([[4.0], [6.0]]), np.array([[12.0]]), csr_matrix([[1.0, 1.0]]), ErrorModel(np.ones(2), np.array([2.0])))

    assert [4.5, 6.5] == pytest.approx(found[:, 0].tolist())


def test_no_series_falls_below_zero_and_zeros_stay() -> None:
    series = np.array([[0.2], [50.0], [0.0]])
    found = mint(
        series, np.array([[20.0]]), csr_matrix([[1.0, 1.0, 1.0]]), ErrorModel(np.array([9.0, 9.0, 9.0]), np.array([0.01]))
    )

    assert [0.0, 0.0] == [found[0, 0], found[2, 0]]
    # What the small one cannot give, the large one gives.
    assert found.sum() == pytest.approx(20.0, abs=0.1)


def test_the_shrinkage_intensity_is_that_of_its_definition() -> None:
    errors = np.random.default_rng(5).standard_normal((6, 15)) + np.random.default_rng(6).standard_normal(15)
    z = errors / np.sqrt((errors**2).mean(axis=1, keepdims=True))
    above = below = 0.0
    for i in range(6):
        for j in range(6):
            if i != j:
                product = z[i] * z[j]
                above += 15 / 14**3 * ((product - product.mean()) ** 2).sum()
                below += product.mean() ** 2

    assert min(1.0, above / below) == pytest.approx(shrinkage_intensity(errors))


def test_direct_forecasts_serve_only_where_the_past_says_so() -> None:
    """Direct forecasts that knew the truth are chosen, noise is not, and periods beyond the cutoff (all zero) do not matter."""
    generator = np.random.default_rng(2)
    truth = 50 + 5 * generator.standard_normal((4, 8, 3))
    series = truth + 10 + 3 * generator.standard_normal(truth.shape)
    matrix = csr_matrix(np.ones((1, 8)))
    totals = truth.sum(axis=1, keepdims=True)
    periods = np.arange(12).reshape(4, 3)
    levels = {"company": matrix}

    good, honest = choose_method(Past(series, truth, totals, periods), matrix, levels)
    fair = truth + 3 * generator.standard_normal(truth.shape)
    noise = totals + 300 * generator.standard_normal(totals.shape)
    bad, _ = choose_method(Past(fair, truth, noise, periods), matrix, levels)

    assert good.method != "bottom_up"
    assert good.ratios[good.method]["company"] < 0.2
    assert np.abs(truth - honest).sum() < np.abs(truth - series).sum()
    assert bad.method == "bottom_up"


def test_an_origin_is_not_reconciled_with_what_came_in_its_own_periods() -> None:
    """All origins forecast the same periods: nothing may be learned, and bottom-up serves."""
    truth = np.full((3, 4, 2), 10.0)
    series = np.full((3, 4, 2), 20.0)
    same = np.zeros((3, 2), dtype=np.int64) + np.arange(2)
    matrix = csr_matrix(np.ones((1, 4)))

    choice, honest = choose_method(Past(series, truth, truth.sum(axis=1, keepdims=True), same), matrix, {"company": matrix})

    assert choice.method == "bottom_up"
    assert np.array_equal(series, honest)


def test_nothing_after_the_cutoff_changes_a_group() -> None:
    demand, attributes = company()
    later = demand.with_columns(
        pl.when(pl.col("period_start") > CUTOFF).then(999.0).otherwise(pl.col("quantity")).alias("quantity")
    )

    found = reconcile(fit(later, frequency="month", horizon=6, cutoff=CUTOFF, is_boosted=False), later, attributes)

    assert coherent().groups.equals(found.groups)


def test_rows_chunks_and_frames_give_the_same_groups() -> None:
    demand, attributes = company()
    result = forecast(demand, frequency="month", horizon=6, cutoff=CUTOFF, is_boosted=False)
    archived = from_frames(
        result.demand_forecasts.sample(fraction=1.0, shuffle=True, seed=1), result.backtest_forecasts, demand, "month"
    )

    chunked = reconcile(fitted(), demand.reverse(), attributes.reverse(), chunk_size=5)
    framed = reconcile(archived, demand, attributes)

    assert coherent().groups.equals(chunked.groups)
    assert coherent().series.equals(chunked.series)
    assert coherent().groups.equals(framed.groups)


def test_paths_have_the_published_quantiles_and_mean() -> None:
    count = 400
    paths = fitted().sample_paths(count, seed=4)
    frame = fitted().predict().pivot(on="measure", index=["series_id", "period_start"], values="quantity")

    shape = (12, 6)
    assert np.allclose(frame["mean"].to_numpy().reshape(shape), paths.mean(axis=-1))
    for level, name in zip(DEFAULT_LEVELS, ["p025", "p05", "p10", "p25", "p50", "p75", "p90", "p95", "p975", "p99"], strict=True):
        published = frame[name].to_numpy().reshape(shape)[..., None]
        # A quantile lies between the shares of values below it and not above it.
        assert ((paths < published - 1e-9).mean(axis=-1) <= level + 1 / count).all()
        assert ((paths <= published + 1e-9).mean(axis=-1) >= level - 1 / count).all()


@given(
    st.lists(st.floats(0, 1000), min_size=5, max_size=5),
    st.floats(0, 2000),
    st.integers(20, 200),
)
@settings(max_examples=80, deadline=None)
def test_values_of_a_marginal_rise_and_meet_its_mean(parts: list[float], mean: float, count: int) -> None:
    quantiles = np.sort(np.array(parts))[None, None, :]
    values = marginal_values(np.array([[mean]]), quantiles, np.array([0.05, 0.1, 0.5, 0.9, 0.99]), count)

    assert values.mean() == pytest.approx(mean, rel=1e-9, abs=1e-9)
    assert (values >= 0).all()
    assert (np.diff(values, axis=-1) >= -1e-9 * (1 + mean)).all()


def test_the_mean_of_a_groups_paths_is_its_reconciled_mean_and_quantiles_move_with_the_series() -> None:
    found, before = coherent("mint_shrink"), coherent("bottom_up")
    paths = sample_paths(found.forecasts, 200, 0, hierarchy=found.hierarchy, dependence=found.dependence)
    amount = (paths * found.hierarchy.price[:, None, None]).sum(axis=0)

    assert means(found, "company")["quantity"].to_list() == pytest.approx(amount.mean(axis=-1).tolist())
    p90 = found.groups.filter((pl.col("level") == "company") & (pl.col("measure") == "p90"))["quantity"].to_list()
    assert p90 == pytest.approx(np.quantile(amount, 0.9, axis=-1, method="hazen").tolist())
    moved = found.series.join(before.series, on=["series_id", "period_start", "measure"], suffix="_before").filter(
        pl.col("quantity_before") > 0
    )
    ratio = moved.with_columns((pl.col("quantity") / pl.col("quantity_before")).alias("ratio"))
    spread = ratio.group_by("series_id", "period_start").agg((pl.col("ratio").max() - pl.col("ratio").min()).alias("spread"))
    assert spread["spread"].max() < 1e-9
    assert (ratio["ratio"] - 1.0).abs().max() > 1e-4  # type: ignore[operator]


def test_what_series_share_is_found_again_from_the_errors_it_makes() -> None:
    """Errors drawn with a company share of 0.3 and a persistence of 0.5; many origins, so that nothing is left to luck."""
    size, steps, origins = 60, 4, 150
    ids = np.arange(size)
    attributes = pl.DataFrame({"series_id": ids, "category": [f"C{i % 3}" for i in ids]})
    hierarchy = build_hierarchy(ids, attributes, {"category": ("category",), "company": ()})
    told = Dependence({"category": 0.0, "company": 0.3}, {"category": 0.0, "company": 0.5}, 0.2)
    factors = factor_draws(told, hierarchy, steps, origins, 7)
    z = draws_of(told, factors, ids, slice(None), steps, origins, 7)
    values = np.tile(np.sort(np.random.default_rng(0).gamma(2.0, 3.0, 200)), (size, steps, 1))
    deviation, covariance = moments_of(values)
    mean = values.mean()
    grid = np.linspace(0, 1, 200)
    from scipy.special import ndtr

    error = np.interp(ndtr(z), grid, values[0, 0]) - mean
    spread = np.broadcast_to(deviation, (origins, size, steps))
    past = PastErrors(np.moveaxis(error, -1, 0), spread, np.broadcast_to(covariance, spread.shape), origins)

    found = fit_dependence(past, hierarchy)

    assert found.share["company"] == pytest.approx(0.3, abs=0.06)
    assert found.share["category"] < 0.05
    assert found.persistence["company"] == pytest.approx(0.5, abs=0.15)
    assert found.own_persistence == pytest.approx(0.2, abs=0.08)


def test_a_common_shock_makes_the_company_less_certain_than_independence_would() -> None:
    found = coherent()
    alone = sample_paths(found.forecasts, 200, 0)
    amount = (alone * found.hierarchy.price[:, None, None]).sum(axis=0)
    independent = np.quantile(amount, 0.9, axis=-1) - np.quantile(amount, 0.1, axis=-1)
    wide = found.groups.filter((pl.col("level") == "company") & (pl.col("unit") == "amount")).pivot(
        on="measure", index="period_start", values="quantity"
    )

    assert float((wide["p90"] - wide["p10"]).mean()) > 1.3 * independent.mean()  # type: ignore[arg-type]


def test_sums_of_paths_over_a_lead_time_are_the_lead_time_demand() -> None:
    demand, _ = company(shock=0.05)
    lead_times = pl.DataFrame({"series_id": demand["series_id"].unique()}).with_columns(
        pl.lit(91).alias("protection_days"), pl.lit(3.0).alias("protection_periods")
    )
    one = fit(demand, frequency="month", horizon=6, cutoff=CUTOFF, lead_times=lead_times, is_boosted=False)
    told = one.lead_time_demand().pivot(on="measure", index="series_id", values="quantity").sort("series_id")
    summed = one.sample_paths(400, seed=1)[:, :3].sum(axis=1)

    assert told["mean"].to_list() == pytest.approx(summed.mean(axis=-1).tolist())
    total = told["p90"].sum()
    assert total == pytest.approx(np.quantile(summed, 0.9, axis=-1).sum(), rel=0.06)
    assert told["p10"].sum() == pytest.approx(np.quantile(summed, 0.1, axis=-1).sum(), rel=0.1)


def test_the_order_of_draws_arranges_the_values_and_changes_none() -> None:
    values = np.sort(np.random.default_rng(3).random((2, 3, 50)), axis=-1)
    draws = np.random.default_rng(4).standard_normal(values.shape)
    found = arranged(values, draws)

    assert np.array_equal(values, np.sort(found, axis=-1))
    assert np.array_equal(np.argsort(draws, axis=-1), np.argsort(found, axis=-1))
    assert even_levels(4).tolist() == [0.125, 0.375, 0.625, 0.875]


def test_a_series_without_price_or_category_is_in_every_level_and_counts_for_nothing_in_amounts() -> None:
    demand, attributes = company()
    hidden = attributes.with_columns(
        pl.when(pl.col("series_id") == 7).then(None).otherwise(pl.col("unit_price")).alias("unit_price"),
        pl.when(pl.col("series_id") == 7).then(None).otherwise(pl.col("category")).alias("category"),
    )
    found = reconcile(fitted(), demand, hidden)

    assert {"", "C0", "C1"} == set(means(found, "category")["group_key"])
    assert means(found, "category").filter(pl.col("group_key") == "")["quantity"].sum() == 0
    assert found.series.filter(pl.col("series_id") == 7)["amount"].is_null().all()
    assert found.series.filter((pl.col("series_id") == 7) & (pl.col("measure") == "mean"))["quantity"].sum() > 0


def test_bad_attributes_are_refused_by_name() -> None:
    demand, attributes = company()
    with pytest.raises(InvalidInput, match="category"):
        reconcile(fitted(), demand, attributes.drop("category"))
    with pytest.raises(InvalidInput, match="21"):
        reconcile(fitted(), demand, pl.concat([attributes, attributes.filter(pl.col("series_id") == 21)]))
    with pytest.raises(InvalidInput, match="count"):
        reconcile(fitted(), demand, attributes, count=3)


def test_nobody_is_a_company_too() -> None:
    demand, attributes = company()
    nothing = demand.filter(pl.col("series_id") < 0)
    empty = fit(nothing, frequency="month", horizon=6, cutoff=CUTOFF)

    assert reconcile(empty, nothing, attributes).groups.is_empty()
    assert from_fitted(empty).starts == []


@pytest.mark.parametrize(("cost", "serves"), [(0.005, "mint_variance"), (0.05, "bottom_up")])
def test_a_reconciliation_that_costs_the_items_never_serves(monkeypatch: pytest.MonkeyPatch, cost: float, serves: str) -> None:
    """Two items that err by 10 each, the same way: moving one up and one down by what it costs mends the company's sum."""
    truth = np.full((4, 2, 1), 100.0)
    # A sum that came out to the last unit would not be compared at all.
    past = Past(truth + 10.0, truth, truth.sum(axis=1, keepdims=True), np.arange(4)[:, None])
    error = 10.0 * (1.0 + cost)

    def moved(past: Past, matrix: object, method: str) -> np.ndarray:
        signs = np.array([1.0, -1.0])[None, :, None]
        return past.series if method != "mint_variance" else past.truth + error * signs + 1e-6

    monkeypatch.setattr("forecasting.groups.choice.reconciled_past", moved)
    choice, _ = choose_method(past, np.ones((1, 2)), {"company": np.ones((1, 2))})

    assert serves == choice.method
    assert pytest.approx(1 + cost) == choice.ratios["mint_variance"]["series"]
