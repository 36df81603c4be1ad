"""What would the usual methods have said? Recency-frequency and BG/NBD, each knowing only what was known at the cutoff."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression

from forecasting.repurchase.bg_nbd import fit_bg_nbd
from forecasting.repurchase.features import Moment, features_at
from forecasting.repurchase.history import History

__all__ = ["bg_nbd_answer", "recency_frequency"]

FloatArray = npt.NDArray[np.float64]
_BACK = (0, 14, 28)  # earlier cutoffs that teach: the newest whose window has closed, and two before it


def recency_frequency(history: History, moment: Moment, horizon: int) -> FloatArray:
    """Logistic regression on log recency, log frequency and their product, fitted on three earlier cutoffs."""
    seen, came = [], []
    for back in _BACK:
        day = history.cutoff - horizon - back
        if day <= int(history.days.min()):
            continue
        earlier = features_at(history, day)
        seen.append(_rf(earlier))
        came.append(earlier.next_days <= horizon)
    model = LogisticRegression(C=10.0, max_iter=500).fit(np.concatenate(seen), np.concatenate(came))
    return np.asarray(model.predict_proba(_rf(moment))[:, 1])


def _rf(moment: Moment) -> FloatArray:
    recency, frequency = np.log1p(moment.renewal.silent), np.log(moment.counts)
    return np.column_stack([recency, frequency, recency * frequency])


def bg_nbd_answer(history: History, moment: Moment, horizons: tuple[int, ...]) -> tuple[FloatArray, FloatArray]:
    """BG/NBD with each row (pair or customer) as a customer: (row, horizon) chances, and median days to the next purchase."""
    age = (history.cutoff - history.days[moment.last - moment.counts + 1]).astype(float)
    recency, frequency = age - moment.renewal.silent, (moment.counts - 1).astype(float)
    model = fit_bg_nbd(frequency, recency, age)
    assert model is not None, "too few rows for BG/NBD"
    chances = np.column_stack([model.probability_of_purchase(float(h), frequency, recency, age) for h in horizons])
    # Silent for t days: (rate / (rate + t))^shape = 1/2.
    days = (model.alpha + age) * (2.0 ** (1.0 / (model.r + frequency)) - 1.0)
    return chances, days
