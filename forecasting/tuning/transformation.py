"""On which scale does a model see demand, and what do its mean and spread there say of demand itself?

    log       y = log(1 + x)                             a season or a promotion multiplies
    box_cox   y = ((1 + x)^lambda - 1) / lambda          Box and Cox 1964; 1 is added since demand may be 0

A forecast with mean m and spread s on that scale is brought back by Taylor's second-order mean and first-order spread

    mean = g(m) + g''(m) s^2 / 2        spread = g'(m) s        g: the inverse

so that the mean stays a mean of demand instead of a median.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forecasting.frames import FloatArray

__all__ = ["Scale"]

_NEARLY_LOG = 1e-4  # below, the formula loses all digits and the logarithm is as near
_LARGEST_CORRECTION = 1.0  # a mean more than twice the median is a failed fit, not a correction


@dataclass(frozen=True)
class Scale:
    """One transformation; `power` 1 is none, 0 the logarithm."""

    power: float

    @staticmethod
    def named(transformation: str, box_cox_lambda: float) -> Scale:
        """The scale of the parameters `transformation` and `box_cox_lambda`."""
        return Scale({"none": 1.0, "log": 0.0}.get(transformation, float(box_cox_lambda)))

    @property
    def is_plain(self) -> bool:
        return self.power == 1.0

    def forward(self, values: FloatArray) -> FloatArray:
        """Demand (never negative) as the model sees it."""
        if self.is_plain:
            return values
        if self.power < _NEARLY_LOG:
            return np.asarray(np.log1p(values))
        return np.asarray(((1.0 + values) ** self.power - 1.0) / self.power)

    def backward(self, seen: FloatArray) -> FloatArray:
        """What the model sees as demand, without any correction.

        >>> Scale(0.5).backward(Scale(0.5).forward(np.array([0.0, 8.0]))).tolist()
        [0.0, 8.0]
        """
        if self.is_plain:
            return seen
        if self.power < _NEARLY_LOG:
            return np.asarray(np.expm1(seen))
        return np.asarray(np.maximum(1.0 + self.power * seen, 0.0) ** (1.0 / self.power) - 1.0)

    def outlook(self, mean: FloatArray, spread: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Mean and spread of demand from those on the model's scale."""
        if self.is_plain:
            return mean, spread
        middle = self.backward(mean) + 1.0
        # With u = 1 + x: g' = u^(1 - lambda), g'' = (1 - lambda) u^(1 - 2 lambda).
        slope = np.maximum(middle, 1e-9) ** (1.0 - self.power)
        relative = (1.0 - self.power) * np.maximum(middle, 1e-9) ** (-2.0 * self.power) * spread * spread / 2.0
        return middle * (1.0 + np.minimum(relative, _LARGEST_CORRECTION)) - 1.0, slope * spread
