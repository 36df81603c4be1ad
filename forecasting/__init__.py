"""Demand forecasts as pure functions: frames in, frames out.

fit(demand, frequency=, horizon=, cutoff=)           all series at once; `.predict(horizon, quantiles)`, `.backtest()`, ...
forecast(demand, frequency=, horizon=, cutoff=)      the same, with every frame of the contract
simulate_archive(demand, ..., cutoffs=)              what would have been forecast at earlier cutoffs
calendar_events(first, last, country=)               holidays and campaigns as a table of events
explain(result, series_id)                           pattern, trend, season and champion's reason in words
fit_series(demand, series_id, model=, ...)           one series with statsmodels, for the planner who opens it
tune(demand, series_id, ...)                         several such models, ranked on past cutoffs
score(forecasts, demand)                             accuracy of any archived forecasts
reconcile(fitted, demand, attributes)                what items, categories, warehouses and the company add up to
sales_step(forecast, ...)                            deals and drivers of the sales team on top of the model
"""

from forecasting import metrics
from forecasting.coherence import Coherent, reconcile
from forecasting.engine import ForecastResult, fit, forecast, simulate_archive
from forecasting.events import calendar_events
from forecasting.explanation import Explanation, Sentence, explain, reason_text
from forecasting.fitted import Fitted
from forecasting.frames import Frequency
from forecasting.sales_expectations import SalesStep, sales_step
from forecasting.scoring import score
from forecasting.single_series import SERIES_MODELS, SeriesFit, SeriesModel, fit_series, tune

__all__ = [
    "SERIES_MODELS",
    "Coherent",
    "Explanation",
    "Fitted",
    "ForecastResult",
    "Frequency",
    "SalesStep",
    "Sentence",
    "SeriesFit",
    "SeriesModel",
    "calendar_events",
    "explain",
    "fit",
    "fit_series",
    "forecast",
    "metrics",
    "reason_text",
    "reconcile",
    "sales_step",
    "score",
    "simulate_archive",
    "tune",
]
