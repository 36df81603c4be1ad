"""How do suggestions, pegs and rankings become the frames of the contract?

Rows are collected in columns and sorted once, so that the result does not depend on the order of the input.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import polars as pl

from planning.frames import OUTPUT_SCHEMAS
from planning.model import Node
from planning.netting import NetOrder
from planning.pegging import Peg
from planning.suppliers import Offer
from planning.tops import CUSTOMER_KINDS, TopDemand

__all__ = ["ResultRows", "saturated"]

_LARGEST = 2**63 - 1


def saturated(micro: int) -> int:
    """Money clipped to what 64 bits hold: an absurd value stays absurd instead of breaking the plan."""
    return max(-_LARGEST, min(_LARGEST, micro))


class ResultRows:
    """Collects the rows of every output except messages and projection."""

    def __init__(self, tops: Sequence[TopDemand]) -> None:
        self._tops = tops
        self._orders: list[tuple[object, ...]] = []
        self._pegs: list[tuple[object, ...]] = []
        self._ranking: list[tuple[object, ...]] = []
        self._dependent: list[tuple[object, ...]] = []

    def add_order(
        self,
        *,
        node: Node,
        level: int,
        planned_order_id: str,
        supplier_id: int | None,
        quantity: int,
        good: int,
        release: int,
        receipt: int,
        need: int,
        late_days: int,
        unit_price: int | None,
        cost: int,
        value_at_stake: int,
        wanted: NetOrder,
        on_hand: int,
        pegs: Sequence[Peg],
        need_period: str,
        ordinal: int,
    ) -> None:
        """One suggestion; `on_hand` includes what earlier orders of the same shortage bring."""
        served = {self._tops[top].demand_id: self._tops[top].kind for one in pegs for top, _, _ in one.segments if top >= 0}
        dated = [one.demand.due for one in pegs if one.demand is not None and one.demand.kind != "safety_stock"]
        net = max(0, wanted.gross - on_hand - wanted.scheduled + node.floor)
        self._orders.append(
            (
                planned_order_id,
                node.procurement,
                node.item_location_id,
                node.item_id,
                node.warehouse_id,
                supplier_id,
                quantity,
                date.fromordinal(release),
                date.fromordinal(receipt),
                date.fromordinal(need),
                late_days,
                unit_price,
                saturated(cost),
                saturated(value_at_stake),
                self._reason(served),
                wanted.gross,
                on_hand,
                wanted.scheduled,
                node.floor,
                net,
                quantity - net,
                good,
                date.fromordinal(min(dated)) if dated else None,
                sum(1 for kind in served.values() if kind in CUSTOMER_KINDS),
                sum(1 for kind in served.values() if kind not in ("safety_stock", "negative_stock")),
                need_period,
                ordinal,
                level,
            )
        )

    @staticmethod
    def _reason(served: dict[str, str]) -> str:
        kinds = set(served.values())
        if kinds - {"safety_stock"}:
            return "demand"
        return "safety_stock" if kinds else "lot_rule"

    def add_pegs(self, item_location_id: int, level: int, pegs: Sequence[Peg]) -> None:
        """The pegs of one item-location, one row per supply, demand and top demand."""
        rows = self._pegs
        for one in pegs:
            supply, demand = one.supply, one.demand
            supply_id = None if supply is None else supply.supply_id
            supply_kind = "unmet" if supply is None else supply.kind
            demand_id = None if demand is None else demand.demand_id
            demand_kind = "surplus" if demand is None else demand.kind
            for top, quantity, _ in one.segments:
                top_id = self._tops[top].demand_id if top >= 0 else None
                rows.append(
                    (
                        supply_id,
                        supply_kind,
                        demand_id,
                        demand_kind,
                        item_location_id,
                        quantity,
                        level,
                        top_id,
                    )
                )

    def add_ranking(self, planned_order_id: str, ranking: Sequence[Offer]) -> None:
        """The ranked suppliers of one suggestion; gated ones have no rank."""
        for rank, offer in enumerate(ranking, start=1):
            self._ranking.append(
                (
                    planned_order_id,
                    offer.supplier_id,
                    rank if offer.gate is None else None,
                    offer.unit_price,
                    sum(offer.orders),
                    date.fromordinal(offer.schedule.receipt),
                    saturated(offer.expected_cost),
                    saturated(offer.purchase),
                    saturated(offer.holding),
                    saturated(offer.lateness),
                    saturated(offer.quality),
                    offer.gate,
                )
            )

    def add_dependent(self, planned_order_id: str, item_location_id: int, quantity: int, day: int, kind: str) -> None:
        """One requirement a suggestion causes."""
        self._dependent.append((planned_order_id, item_location_id, quantity, date.fromordinal(day), kind))

    def planned_orders(self) -> pl.DataFrame:
        """The `planned_orders` frame, by release date, then item-location."""
        frame = _frame("planned_orders", self._orders)
        return frame.sort("release_date", "item_location_id", "need_date", "ordinal", "planned_order_id")

    def pegging(self) -> pl.DataFrame:
        """The `pegging` frame: one row per item-location, supply, demand and top demand."""
        keys = [name for name in OUTPUT_SCHEMAS["pegging"] if name != "quantity"]
        frame = _frame("pegging", self._pegs).group_by(keys).agg(pl.col("quantity").sum())
        order = [
            "level",
            "item_location_id",
            "supply_kind",
            "supply_id",
            "demand_kind",
            "demand_id",
            "top_demand_id",
        ]
        return frame.select(list(OUTPUT_SCHEMAS["pegging"])).sort(order, nulls_last=True)

    def supplier_ranking(self) -> pl.DataFrame:
        """The `supplier_ranking` frame, by suggestion and rank."""
        frame = _frame("supplier_ranking", self._ranking)
        return frame.sort("planned_order_id", "rank", "supplier_id", nulls_last=True)

    def dependent_demands(self) -> pl.DataFrame:
        """The `dependent_demands` frame."""
        frame = _frame("dependent_demands", self._dependent)
        return frame.sort("planned_order_id", "item_location_id")


def _frame(name: str, rows: Sequence[tuple[object, ...]]) -> pl.DataFrame:
    schema = OUTPUT_SCHEMAS[name]
    if not rows:
        return pl.DataFrame(schema=schema)
    return pl.DataFrame(dict(zip(schema, (list(column) for column in zip(*rows, strict=True)), strict=True)), schema=schema)
