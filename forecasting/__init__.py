"""Demand forecasts as pure functions: frames in, frames out.

forecast(demand, frequency=, horizon=, cutoff=)      all series at once, with champions, quantiles and
backtest simulate_archive(demand, ..., cutoffs=)              what would have been forecast at earlier cutoffs
fit_series(demand, series_id, model=)                one series with statsmodels, for the planner who opens it
explain(demand, series_id)                           pattern, trend, season and champion of one series in
words
"""

from forecasting import metrics
from forecasting.engine import ForecastResult, forecast, simulate_archive
from forecasting.frames import Frequency

__all__ = ["ForecastResult", "Frequency", "forecast", "metrics", "simulate_archive"]
