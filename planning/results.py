"""How do suggestions, pegs and rankings become the frames of the contract?

Rows are collected in columns and sorted once, so that the result does not depend on the order of the input.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np
import polars as pl
from numpy.typing import NDArray

from planning.level_pegs import LevelPegs, Served
from planning.model import Node
from planning.ordering import Draft
from planning.pegging import Demand
from planning.schemas import OUTPUT_SCHEMAS
from planning.suppliers import Offer
from planning.tops import TopDemands

__all__ = ["ResultRows", "saturated"]

_LARGEST = 2**63 - 1
_EPOCH = date(1970, 1, 1).toordinal()


def saturated(micro: int) -> int:
    """Money clipped to what 64 bits hold: an absurd value stays absurd instead of breaking the plan."""
    return micro if -_LARGEST <= micro <= _LARGEST else max(-_LARGEST, min(_LARGEST, micro))


class ResultRows:
    """Collects the rows of every output except messages and projection."""

    def __init__(self, tops: TopDemands) -> None:
        self._tops = tops
        self._orders: list[tuple[object, ...]] = []
        self._supply_names: list[tuple[str | None, str]] = [(None, "unmet")]
        self._demand_names: list[tuple[str | None, str]] = [(None, "surplus")]
        self._demand_places: list[int] = [-1]
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
                schedule.release,
                schedule.receipt,
                wanted.need,
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
                served.first_due,
                served.customer_orders,
                served.demands,
                draft.need_period,
                draft.ordinal,
                level,
            )
        )

    def add_pegs(self, level: int, places: Sequence[int], pegs: LevelPegs) -> None:
        """The pegs of the item-locations `places` of one level."""
        supply_base, demand_base = len(self._supply_names), len(self._demand_names)
        self._supply_names.extend((piece.supply_id, piece.kind) for piece in pegs.supplies)
        self._demand_names.extend((line.demand_id, line.kind) for line in pegs.demands)
        self._demand_places.extend(np.repeat(np.array(places, dtype=np.int64), np.diff(pegs.demand_base)).tolist())
        self._pegs.append(
            np.stack(
                [
                    np.full(len(pegs.quantity), level, dtype=np.int64),
                    np.array(places, dtype=np.int64)[pegs.place],
                    np.where(pegs.supply >= 0, pegs.supply + supply_base, 0),
                    np.where(pegs.demand >= 0, pegs.demand + demand_base, 0),
                    pegs.top,
                    pegs.quantity,
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
                    offer.schedule.receipt,
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
                line.due,
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
        numbers = _merged(numbers, _first_number(self._demand_names, self._demand_places))
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


def _first_number(names: Sequence[tuple[str | None, str]], places: Sequence[int]) -> list[int]:
    """For each demand the number under which its line was met first at its item-location, so its pieces count as one."""
    seen: dict[tuple[tuple[str | None, str], int], int] = {}
    return [seen.setdefault(line, number) for number, line in enumerate(zip(names, places, strict=True))]


def _frame(name: str, rows: Sequence[tuple[object, ...]]) -> pl.DataFrame:
    schema = OUTPUT_SCHEMAS[name]
    if not rows:
        return pl.DataFrame(schema=schema)
    columns = []
    for (column, dtype), values in zip(schema.items(), zip(*rows, strict=True), strict=True):
        if dtype == pl.Date:
            # Rows hold ordinals: far cheaper to turn into dates all at once.
            columns.append((pl.Series(column, values, dtype=pl.Int64) - _EPOCH).cast(pl.Int32).cast(pl.Date))
        else:
            columns.append(pl.Series(column, values, dtype=dtype))
    return pl.DataFrame(columns)


def _merged(numbers: pl.DataFrame, first_number: Sequence[int]) -> pl.DataFrame:
    """Pieces of one demand line (a forecast bucket required week by week) as one row, where the first of them stood."""
    canonical = np.array(first_number, dtype=np.int64)
    repeated = np.bincount(canonical, minlength=len(canonical)) > 1
    demand = canonical[numbers.get_column("demand").to_numpy()]
    numbers = numbers.with_columns(demand=pl.Series(demand)).with_row_index("row")
    is_repeated = pl.Series(repeated[demand])
    if not is_repeated.any():
        return numbers.drop("row")
    keys = ["level", "item_location_id", "supply", "demand", "top"]
    merged = numbers.filter(is_repeated).group_by(keys).agg(pl.col("quantity").sum(), pl.col("row").min())
    alone = numbers.filter(~is_repeated)
    return pl.concat([alone, merged.select(alone.columns)]).sort("row").drop("row")
