"""How sure is a forecast: distributions, their calibration, and sums over a lead time."""
