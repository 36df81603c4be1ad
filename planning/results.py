"""How do suggestions, pegs and rankings become the frames of the contract?

Rows are collected in columns and sorted once, so that the result does not depend on the order of the input.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl
from numpy.typing import NDArray

from planning.frames import OUTPUT_SCHEMAS
from planning.model import Node
from planning.ordering import Draft
from planning.pegging import Demand, Pegging
from planning.suppliers import Offer
from planning.tops import CUSTOMER, OTHER, OWN_STOCK, TopDemands

__all__ = ["ResultRows", "Served", "saturated", "served_by"]

_LARGEST = 2**63 - 1


def saturated(micro: int) -> int:
    """Money clipped to what 64 bits hold: an absurd value stays absurd instead of breaking the plan."""
    return max(-_LARGEST, min(_LARGEST, micro))


class ResultRows:
    """Collects the rows of every output except messages and projection."""

    def __init__(self, tops: TopDemands) -> None:
        self._tops = tops
        self._orders: list[tuple[object, ...]] = []
        self._supply_names: list[tuple[str | None, str]] = [(None, "unmet")]
        self._demand_names: list[tuple[str | None, str]] = [(None, "surplus")]
        self._pegs: list[NDArray[np.int64]] = []
        self._ranking: list[tuple[object, ...]] = []
        self._dependent: list[tuple[object, ...]] = []

    def add_order(
        self,
        *,
        node: Node,
        level: int,
        draft: Draft,
        unit_price: int | None,
        cost: int,
        value_at_stake: int,
        served: Served,
    ) -> None:
        """One suggestion; its `on_hand` includes what earlier orders of the same shortage bring."""
        wanted, schedule = draft.wanted, draft.schedule
        net = max(0, wanted.gross - draft.on_hand - wanted.scheduled + node.floor)
        self._orders.append(
            (
                draft.planned_order_id,
                draft.kind,
                node.item_location_id,
                node.item_id,
                node.warehouse_id,
                None if draft.offer is None else draft.offer.supplier_id,
                draft.quantity,
                date.fromordinal(schedule.release),
                date.fromordinal(schedule.receipt),
                date.fromordinal(wanted.need),
                max(0, schedule.available - wanted.need),
                unit_price,
                saturated(cost),
                saturated(value_at_stake),
                served.reason,
                wanted.gross,
                draft.on_hand,
                wanted.scheduled,
                node.floor,
                net,
                draft.quantity - net,
                draft.good,
                None if served.first_due is None else date.fromordinal(served.first_due),
                served.customer_orders,
                served.demands,
                draft.need_period,
                draft.ordinal,
                level,
            )
        )

    def add_pegs(self, item_location_id: int, level: int, pegging: Pegging) -> None:
        """The pegs of one item-location."""
        supply_base, demand_base = len(self._supply_names), len(self._demand_names)
        self._supply_names.extend((piece.supply_id, piece.kind) for piece in pegging.supplies)
        self._demand_names.extend((line.demand_id, line.kind) for line in pegging.demands)
        count = len(pegging.quantity)
        self._pegs.append(
            np.stack(
                [
                    np.full(count, level, dtype=np.int64),
                    np.full(count, item_location_id, dtype=np.int64),
                    np.where(pegging.supply >= 0, pegging.supply + supply_base, 0),
                    np.where(pegging.demand >= 0, pegging.demand + demand_base, 0),
                    pegging.top,
                    pegging.quantity,
                ]
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

    def add_dependent(self, item_location_id: int, line: Demand) -> None:
        """One requirement a suggestion causes, at the item-location that serves it."""
        self._dependent.append(
            (
                line.demand_id,
                item_location_id,
                line.quantity,
                date.fromordinal(line.due),
                "transfer" if line.kind == "transfer" else "component",
                line.substituted_id,
                line.substitution_reason,
            )
        )

    def planned_orders(self) -> pl.DataFrame:
        """The `planned_orders` frame, by release date, then item-location."""
        frame = _frame("planned_orders", self._orders)
        return frame.sort("release_date", "item_location_id", "need_date", "ordinal", "planned_order_id")

    def pegging(self) -> pl.DataFrame:
        """The `pegging` frame: one row per item-location, supply, demand and top demand."""
        if not self._pegs:
            return pl.DataFrame(schema=OUTPUT_SCHEMAS["pegging"])
        names = ("level", "item_location_id", "supply", "demand", "top", "quantity")
        numbers = pl.DataFrame(dict(zip(names, np.concatenate(self._pegs, axis=1), strict=True)))
        # Pieces of one demand line (a forecast bucket required week by week) are one row.
        demand_of = _first_number(self._demand_names)
        numbers = numbers.with_columns(demand=pl.Series(demand_of).gather(numbers.get_column("demand")))
        keys = [name for name in names if name != "quantity"]
        numbers = numbers.group_by(keys, maintain_order=True).agg(pl.col("quantity").sum())
        supply_ids, supply_kinds = zip(*self._supply_names, strict=True)
        demand_ids, demand_kinds = zip(*self._demand_names, strict=True)
        supply, demand = numbers.get_column("supply"), numbers.get_column("demand")
        top = numbers.get_column("top")
        top_names = pl.Series([None, *self._tops.names], dtype=pl.String)
        return pl.DataFrame(
            {
                "supply_id": pl.Series(supply_ids, dtype=pl.String).gather(supply),
                "supply_kind": pl.Series(supply_kinds, dtype=pl.String).gather(supply),
                "demand_id": pl.Series(demand_ids, dtype=pl.String).gather(demand),
                "demand_kind": pl.Series(demand_kinds, dtype=pl.String).gather(demand),
                "item_location_id": numbers.get_column("item_location_id"),
                "quantity": numbers.get_column("quantity"),
                "level": numbers.get_column("level"),
                "top_demand_id": top_names.gather(top + 1),
            },
            schema=OUTPUT_SCHEMAS["pegging"],
        )

    def supplier_ranking(self) -> pl.DataFrame:
        """The `supplier_ranking` frame, by suggestion and rank."""
        frame = _frame("supplier_ranking", self._ranking)
        return frame.sort("planned_order_id", "rank", "supplier_id", nulls_last=True)

    def dependent_demands(self) -> pl.DataFrame:
        """The `dependent_demands` frame."""
        frame = _frame("dependent_demands", self._dependent)
        return frame.sort(
            "planned_order_id", "item_location_id", "substituted_item_location_id", "substitution_reason", "due_date", "quantity"
        )


@dataclass(frozen=True, slots=True)
class Served:
    """What one suggestion is for, in short."""

    reason: str
    """'demand', 'safety_stock' or 'lot_rule': the strongest cause it serves."""
    first_due: int | None
    """First dated demand it serves: the day stock runs out without it."""
    customer_orders: int
    demands: int
    """Customer orders and forecast buckets."""


def served_by(pegging: Pegging, tops: TopDemands) -> list[Served]:
    """What each supply of an item-location serves, in the order of `pegging.supplies`."""
    count = len(pegging.supplies)
    is_planned = pegging.supply >= 0
    supply, top, demand = pegging.supply[is_planned], pegging.top[is_planned], pegging.demand[is_planned]
    # One number per (supply, top): far cheaper to make unique than rows of two columns.
    width = len(tops.names) + 1
    keys = np.unique(supply * width + top + 1)
    of_supply = keys // width
    kinds = tops.kind(keys % width - 1)

    def number_of(mask: NDArray[np.bool_]) -> list[int]:
        return [int(number) for number in np.bincount(of_supply[mask], minlength=count)]

    customers, own = number_of(kinds == CUSTOMER), number_of(kinds == OWN_STOCK)
    named, anything = number_of((kinds == CUSTOMER) | (kinds == OTHER)), number_of(kinds >= 0)
    due = np.array([2**62 if line.kind == "safety_stock" else line.due for line in pegging.demands] + [2**62])
    first = np.full(count, 2**62, dtype=np.int64)
    np.minimum.at(first, supply, due[demand])
    return [
        Served(
            reason="demand" if anything[at] > own[at] else "safety_stock" if own[at] else "lot_rule",
            first_due=None if day == 2**62 else day,
            customer_orders=customers[at],
            demands=named[at],
        )
        for at, day in enumerate(first.tolist())
    ]


def _first_number(names: Sequence[tuple[str | None, str]]) -> list[int]:
    """For each name the number under which it (next to itself) was met first, so equal neighbours count as one."""
    seen: dict[tuple[str | None, str], int] = {}
    return [seen.setdefault(name, number) for number, name in enumerate(names)]


def _frame(name: str, rows: Sequence[tuple[object, ...]]) -> pl.DataFrame:
    schema = OUTPUT_SCHEMAS[name]
    if not rows:
        return pl.DataFrame(schema=schema)
    return pl.DataFrame(dict(zip(schema, (list(column) for column in zip(*rows, strict=True)), strict=True)), schema=schema)
