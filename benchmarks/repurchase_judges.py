"""How good is a call list? Log loss, Brier, AUC, precision and captured revenue at the top, with a bootstrap over customers.

All rows of a customer stand or fall together, so customers are drawn, not rows. A draw is a weight per row; every figure is
computed from rows sorted once.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

__all__ = ["MEASURES", "TOPS", "Judge", "interval"]

FloatArray = npt.NDArray[np.float64]
TOPS = (100, 500, 1000)
_FIRST_ROWS = 20_000
MEASURES = ("log_loss", "brier", "auc", *(f"precision_{n}" for n in TOPS), *(f"revenue_{n}" for n in TOPS))


@dataclass(frozen=True)
class Judge:
    """One answer at one cutoff and horizon.

    Attributes:
        chance: per row. `value`: expected money of a purchase, by which the revenue list is sorted together with the chance.
        came: whether a purchase came. `revenue`: money that came within the window. `customer`: place of each row's.
    """

    chance: FloatArray
    value: FloatArray
    came: npt.NDArray[np.bool_]
    revenue: FloatArray
    customer: npt.NDArray[np.int64]

    def figures(self, draws: FloatArray, *, has_tops: bool = True) -> FloatArray:
        """(draw, MEASURES); `draws`: (draw, customer) weights, the first of them all ones. Tops are NaN unless asked for."""
        chance = np.clip(self.chance, 1e-5, 1.0 - 1e-5)
        loss = -np.where(self.came, np.log(chance), np.log(1.0 - chance))
        answer = np.full((len(draws), len(MEASURES)), np.nan)
        total = draws @ self._of_customers(np.ones(len(chance)), draws)
        answer[:, 0] = draws @ self._of_customers(loss, draws) / total
        answer[:, 1] = draws @ self._of_customers((chance - self.came) ** 2, draws) / total
        order = np.argsort(-chance, kind="stable")
        sorted_chance, sorted_came, sorted_customer = chance[order], self.came[order], self.customer[order]
        for row, draw in enumerate(draws):
            answer[row, 2] = _auc(sorted_chance, sorted_came, draw[sorted_customer])
        if not has_tops:
            return answer
        # The first rows of a list hold the thousand calls of every draw many times over.
        first = order[:_FIRST_ROWS]
        by_value = np.argsort(-chance * self.value, kind="stable")[:_FIRST_ROWS]
        whole = draws @ self._of_customers(self.revenue, draws)
        for row, draw in enumerate(draws):
            weight, worth = draw[self.customer[first]], draw[self.customer[by_value]]
            for column, top in enumerate(TOPS):
                answer[row, 3 + column] = _top(weight, self.came[first].astype(float), top) / top
                answer[row, 6 + column] = _top(worth, self.revenue[by_value], top) / whole[row]
        return answer

    def _of_customers(self, values: FloatArray, draws: FloatArray) -> FloatArray:
        return np.bincount(self.customer, weights=values, minlength=draws.shape[1])


def interval(values: FloatArray) -> tuple[float, float, float]:
    """The figure itself (first draw) and its 95 % interval."""
    low, high = np.quantile(values[1:], (0.025, 0.975))
    return float(values[0]), float(low), float(high)


def _auc(chance: FloatArray, came: npt.NDArray[np.bool_], weight: FloatArray) -> float:
    """Rows best first; equal chances share."""
    good, bad = weight * came, weight * ~came
    edge = np.flatnonzero(np.diff(chance, append=-1.0) != 0)
    up, across = np.concatenate([[0.0], np.cumsum(good)[edge]]), np.concatenate([[0.0], np.cumsum(bad)[edge]])
    return float(np.sum(np.diff(across) * (up[1:] + up[:-1]) / 2.0) / (up[-1] * across[-1]))


def _top(weight: FloatArray, values: FloatArray, top: int) -> float:
    """Sum of the first `top` rows, a row counting as often as it was drawn."""
    before = np.concatenate([[0.0], np.cumsum(weight)[:-1]])
    return float(np.dot(np.clip(top - before, 0.0, weight), values))
