"""Is a customer still one, and how often will he come? The BG/NBD model of Fader, Hardie and Lee (2005).

While alive a customer buys at random moments with rate lambda; after each purchase he leaves for good with probability p.
lambda ~ Gamma(r, alpha) and p ~ Beta(a, b) over customers. A customer is known by three numbers: purchases after the first
(`frequency` x), time from the first to the last of them (`recency` t_x), time from the first to the cutoff (`age` T):

    L(x, t_x, T) = B(a, b + x) / B(a, b) * G(r + x) alpha^r / (G(r) (alpha + T)^(r + x))
                 + [x > 0] B(a + 1, b + x - 1) / B(a, b) * G(r + x) alpha^r / (G(r) (alpha + t_x)^(r + x))

with B the beta and G the gamma function. A purchase "within" h days counts the process going on after the cutoff.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize
from scipy.special import betaln, expit, gammaln, hyp2f1

from forecasting.frames import FloatArray

__all__ = ["BgNbd", "fit_bg_nbd"]

_FEWEST = 10  # customers; fewer than that do not tell four parameters apart
_PENALTY = 0.001  # keeps parameters finite where all customers are alike; per customer, on the squared logs


@dataclass(frozen=True)
class BgNbd:
    """Fitted parameters; times are in the unit of the data they were fitted to.

    >>> paper = BgNbd(r=0.243, alpha=4.414, a=0.793, b=2.426)  # CDNOW, weeks
    >>> round(float(paper.expected_purchases(39.0, 2.0, 30.43, 38.86)), 2)
    1.23
    """

    r: float
    alpha: float
    a: float
    b: float

    def log_likelihood(self, frequency: FloatArray, recency: FloatArray, age: FloatArray) -> FloatArray:
        """Per customer."""
        r, alpha, a, b = self.r, self.alpha, self.a, self.b
        common = gammaln(r + frequency) - gammaln(r) + r * np.log(alpha)
        stayed = betaln(a, b + frequency) - betaln(a, b) - (r + frequency) * np.log(alpha + age)
        x = np.maximum(frequency, 1.0)
        left = betaln(a + 1.0, b + x - 1.0) - betaln(a, b) - (r + x) * np.log(alpha + recency)
        return np.asarray(common + np.logaddexp(stayed, np.where(frequency > 0, left, -np.inf)), dtype=np.float64)

    def probability_alive(self, frequency: FloatArray, recency: FloatArray, age: FloatArray) -> FloatArray:
        """P(not left by the cutoff); 1 for who bought only once: the model lets nobody leave before a repeat."""
        x = np.maximum(frequency, 1.0)
        with np.errstate(over="ignore"):
            odds = np.log(self.a / (self.b + x - 1.0)) + (self.r + x) * (np.log(self.alpha + age) - np.log(self.alpha + recency))
        return np.where(frequency > 0, expit(-odds), 1.0)

    def probability_of_purchase(self, horizon: float, frequency: FloatArray, recency: FloatArray, age: FloatArray) -> FloatArray:
        """P(at least one purchase within `horizon` after the cutoff): alive, and not silent with the updated Gamma rate."""
        shape, rate = self.r + frequency, self.alpha + age
        silent = np.exp(shape * (np.log(rate) - np.log(rate + horizon)))
        return np.asarray(self.probability_alive(frequency, recency, age) * (1.0 - silent), dtype=np.float64)

    def expected_purchases(self, horizon: float, frequency: FloatArray, recency: FloatArray, age: FloatArray) -> FloatArray:
        """Mean number of purchases within `horizon` (equation 10 of the paper)."""
        r, alpha, a, b = self.r, self.alpha, self.a, self.b
        x = np.asarray(frequency, dtype=np.float64)
        z = horizon / (alpha + age + horizon)
        series = hyp2f1(r + x, b + x, a + b + x - 1.0, z)
        grown = 1.0 - ((alpha + age) / (alpha + age + horizon)) ** (r + x) * series
        # a = 1 is a removable hole of the formula.
        whole = (a + b + x - 1.0) / (a - 1.0 if abs(a - 1.0) > 1e-9 else 1e-9) * grown
        return np.asarray(whole * self.probability_alive(x, recency, age), dtype=np.float64)


def fit_bg_nbd(frequency: FloatArray, recency: FloatArray, age: FloatArray) -> BgNbd | None:
    """Maximum likelihood over all customers; None for fewer than ten of them, or if nobody came twice.

    Args:
        frequency: purchase occasions after the first, >= 0.
        recency: time from the first to the last occasion, 0 where `frequency` is 0.
        age: time from the first occasion to the cutoff, >= `recency`.
    """
    if len(frequency) < _FEWEST or not (frequency > 0).any():
        return None
    # Equal customers are counted once: thousands of them share a few hundred triples.
    triples, counts = np.unique(np.column_stack([frequency, recency, age]), axis=0, return_counts=True)
    x, t_x, T = triples.T
    scale = float(np.mean(age)) or 1.0

    def loss(logs: FloatArray) -> float:
        r, alpha, a, b = np.exp(np.clip(logs, -12.0, 12.0))
        likelihood = BgNbd(r, alpha, a, b).log_likelihood(x, t_x / scale, T / scale)
        return float(-np.dot(counts, likelihood) / counts.sum() + _PENALTY * np.dot(logs, logs) / 4.0)

    best = minimize(loss, np.zeros(4), method="L-BFGS-B", options={"maxiter": 300})
    r, alpha, a, b = np.exp(np.clip(best.x, -12.0, 12.0))
    return BgNbd(float(r), float(alpha * scale), float(a), float(b))
