"""Holidays, campaigns and promotions: which days they touch, and what they do to demand."""
