"""Demand forecasts as pure functions: frames in, frames out.

fit(demand, frequency=, horizon=, cutoff=)           all series at once; `.predict(horizon, quantiles)`, `.backtest()`, ...
forecast(demand, frequency=, horizon=, cutoff=)      the same, with every frame of the contract
fit(demand, ..., selection=chosen)                   again, with what an earlier `fit(...).selection` learned: series by series
simulate_archive(demand, ..., cutoffs=)              what would have been forecast at earlier cutoffs
calendar_events(first, last, country=)               holidays and campaigns as a table of events
what_changed(previous, current, series_id)           what differs from the last run, and why
explain(result, series_id)                           pattern, trend, season and champion's reason in words
fit_series(demand, series_id, model=, ...)           one series with statsmodels, for the planner who opens it
tune(demand, series_id, ...)                         several such models, ranked on past cutoffs
Specification.of([fits[0].specification(author=..)]) what the next run shall use; `assign(specification, labels)` for `forecast`
assert_no_leakage(forecaster, demand, ...)           the future changed, the forecast did not
score(forecasts, demand)                             accuracy of any archived forecasts
reconcile(fitted, demand, attributes)                what items, categories, warehouses and the company add up to
sales_step(forecast, ...)                            deals and drivers of the sales team on top of the model
"""

from forecasting import metrics
from forecasting.choosing.selection import Selection
from forecasting.engine import ForecastResult, demand_marks, fit, forecast, result_of, simulate_archive
from forecasting.events.occurrences import calendar_events
from forecasting.explaining.changes import RunView, what_changed
from forecasting.explaining.explanation import Explanation, Sentence, explain, reason_text
from forecasting.explaining.scoring import score
from forecasting.fitted import Fitted
from forecasting.frames import Frequency
from forecasting.groups.coherence import Coherent, reconcile
from forecasting.leakage import assert_no_leakage
from forecasting.sales_expectations import SalesStep, sales_step
from forecasting.tuning.assignment import Assignment, assign
from forecasting.tuning.series_fit import SeriesFit
from forecasting.tuning.series_parameters import checked_parameters, default_parameters
from forecasting.tuning.single_series import SERIES_MODELS, SeriesModel, fit_series, tune
from forecasting.tuning.specification import Selector, Specification, SpecificationEntry
from forecasting.tuning.specification_text import from_toml, to_toml

__all__ = [
    "SERIES_MODELS",
    "Assignment",
    "Coherent",
    "Explanation",
    "Fitted",
    "ForecastResult",
    "Frequency",
    "RunView",
    "SalesStep",
    "Selection",
    "Selector",
    "Sentence",
    "SeriesFit",
    "SeriesModel",
    "Specification",
    "SpecificationEntry",
    "assert_no_leakage",
    "assign",
    "calendar_events",
    "checked_parameters",
    "default_parameters",
    "demand_marks",
    "explain",
    "fit",
    "fit_series",
    "forecast",
    "from_toml",
    "metrics",
    "reason_text",
    "reconcile",
    "result_of",
    "sales_step",
    "score",
    "simulate_archive",
    "to_toml",
    "tune",
    "what_changed",
]
