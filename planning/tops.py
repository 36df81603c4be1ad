"""What is a demand worth that a chain of supply serves in the end?"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["CUSTOMER_KINDS", "TopDemand"]

CUSTOMER_KINDS = ("sales_order",)
"""Kinds of demand that a customer waits for; what is counted as 'orders'."""


@dataclass(frozen=True, slots=True)
class TopDemand:
    """The end of a pegging chain: a customer order line, a forecast bucket, safety stock, negative stock."""

    demand_id: str
    kind: str
    due: int
    margin: int
    """Margin per base unit, 10^-6 of the currency."""
    penalty: int
    """Penalty per base unit and day late, 10^-6 of the currency."""
