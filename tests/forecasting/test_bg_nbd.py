"""BG/NBD stands as a rival and as a feature: both are worth nothing if the likelihood or the expectation is another model's."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import beta, gamma

from forecasting.repurchase.bg_nbd import BgNbd, fit_bg_nbd

pytestmark = pytest.mark.fast

CDNOW = BgNbd(r=0.243, alpha=4.414, a=0.793, b=2.426)  # Fader, Hardie and Lee (2005), weeks


def test_the_published_customer_is_expected_to_buy_as_often_as_published() -> None:
    """Fader and Hardie's worked customer: two repeats, the last after 30.43 of 38.86 weeks; 1.226 purchases in the next 39."""
    expected = CDNOW.expected_purchases(39.0, np.array([2.0]), np.array([30.43]), np.array([38.86]))

    assert 1.226 == pytest.approx(float(expected[0]), abs=0.0005)


@pytest.mark.parametrize(("count", "recency", "age"), [(0, 0.0, 5.0), (1, 2.0, 5.0), (3, 4.0, 9.0)])
def test_the_likelihood_is_the_integral_over_every_customer_there_could_be(count: int, recency: float, age: float) -> None:
    """Slow and obvious: given lambda and p, stayed through all purchases and silent since, or left after the last."""
    model = BgNbd(r=1.3, alpha=4.0, a=1.8, b=2.6)

    p, rate = np.linspace(1e-6, 1 - 1e-6, 1_500)[:, None], np.geomspace(1e-8, 20.0, 3_000)[None, :]
    stayed = (1 - p) ** count * rate**count * np.exp(-rate * age)
    left = p * (1 - p) ** (count - 1) * rate**count * np.exp(-rate * recency) if count else 0.0
    density = gamma.pdf(rate, model.r, scale=1 / model.alpha) * beta.pdf(p, model.a, model.b)
    slow = np.trapezoid(np.trapezoid((stayed + left) * density, rate[0], axis=1), p[:, 0])
    fast = model.log_likelihood(np.array([float(count)]), np.array([recency]), np.array([age]))

    assert np.log(slow) == pytest.approx(float(fast[0]), abs=1e-3)


def test_parameters_are_found_again_in_customers_made_from_them() -> None:
    generator = np.random.default_rng(3)
    count, truth = 3_000, BgNbd(r=0.9, alpha=30.0, a=0.6, b=3.0)
    rates, leaving = generator.gamma(truth.r, 1 / truth.alpha, count), generator.beta(truth.a, truth.b, count)
    age = generator.uniform(150.0, 400.0, count)
    x, recency = np.zeros(count), np.zeros(count)
    for customer in range(count):
        day = 0.0
        while generator.random() > leaving[customer] or x[customer] == 0:
            day += generator.exponential(1 / rates[customer])
            if day > age[customer]:
                break
            x[customer], recency[customer] = x[customer] + 1, day

    found = fit_bg_nbd(x, recency, age)

    assert found is not None
    assert found.r / found.alpha == pytest.approx(truth.r / truth.alpha, rel=0.15)
    assert found.a / (found.a + found.b) == pytest.approx(truth.a / (truth.a + truth.b), abs=0.06)
    assert found.log_likelihood(x, recency, age).sum() >= truth.log_likelihood(x, recency, age).sum() - 2.0


def test_the_time_unit_does_not_matter() -> None:
    generator = np.random.default_rng(5)
    x = generator.integers(0, 6, 200).astype(float)
    age = generator.uniform(100.0, 300.0, 200)
    recency = np.where(x > 0, age * generator.uniform(0.2, 1.0, 200), 0.0)

    days, weeks = fit_bg_nbd(x, recency, age), fit_bg_nbd(x, recency / 7, age / 7)

    assert days is not None
    assert weeks is not None
    assert np.allclose(
        days.probability_of_purchase(28.0, x, recency, age),
        weeks.probability_of_purchase(4.0, x, recency / 7, age / 7),
        atol=2e-3,
    )


def test_too_few_customers_or_nobody_coming_back_give_no_model() -> None:
    assert fit_bg_nbd(np.ones(9), np.ones(9), np.full(9, 2.0)) is None
    assert fit_bg_nbd(np.zeros(50), np.zeros(50), np.full(50, 9.0)) is None
