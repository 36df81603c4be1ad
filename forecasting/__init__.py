"""Demand forecasts as pure functions: frames in, frames out."""
