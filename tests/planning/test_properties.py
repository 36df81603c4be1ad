"""What every plan must satisfy, on random networks: conservation, coverage, lot rules, stability.

Each network has a few items in a chain of bills, a second warehouse fed by transfers, stock, open receipts and
demand; lot rules, yield, safety stock, buffers and windows are drawn as well.
"""

from __future__ import annotations

import copy
import random
from datetime import date
from typing import Any

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from planning import PlanInputs, PlanResult, plan
from tests.planning.world import TODAY, UNIT, World, day

SMALL = st.integers(0, 12)


@st.composite
def networks(draw: st.DrawFn, *, plain: bool = False) -> World:
    """A random company; `plain`: lot-for-lot without any lot rule, yield, or window."""
    world = World()
    count = draw(st.integers(2, 5))
    for item in range(1, count + 1):
        is_last = item == count
        kind = "buy" if is_last else draw(st.sampled_from(["make", "make", "phantom", "buy"]))
        extra: dict[str, Any] = {
            "lead_time_days": draw(SMALL),
            "safety_lead_time_days": draw(st.integers(0, 3)),
            "inspection_days": draw(st.integers(0, 2)),
            "safety_stock_quantity": draw(st.sampled_from([0, 0, 5, 20])),
            "quantity_step": 1,
        }
        if not plain:
            extra |= {
                "order_policy": draw(st.sampled_from(["lot_for_lot", "lot_for_lot", "period", "fixed", "min_max"])),
                "minimum_order_quantity": draw(st.sampled_from([None, 0, 15, 40])),
                "order_multiple_quantity": draw(st.sampled_from([None, 4, 10])),
                "maximum_order_quantity": draw(st.sampled_from([None, None, 60])),
                "fixed_order_quantity": 25,
                "period_days": draw(st.sampled_from([3, 7, 28])),
                "reorder_point_quantity": 6,
                "order_up_to_quantity": 30,
                "yield_ppm": draw(st.sampled_from([1_000_000, 1_000_000, 900_000])),
            }
        world.item(item, kind, **extra)
        if draw(st.booleans()):
            world.item(
                item, "transfer", warehouse_id=2, source_warehouse_id=1, lead_time_days=draw(st.integers(0, 4)), quantity_step=1
            )
    for parent in range(1, count):
        for component in range(parent + 1, count + 1):
            if draw(st.booleans()):
                world.bom(parent, component, per=draw(st.integers(1, 3)), output=draw(st.sampled_from([1, 2])))
    places = [row["item_location_id"] for row in world.rows["item_locations"]]
    for place in places:
        if draw(st.booleans()):
            world.stock(place, draw(st.integers(0, 50)))
    for _ in range(draw(st.integers(0, 3))):
        world.receipt(
            draw(st.sampled_from(places)), draw(st.integers(-3, 70)), draw(st.integers(1, 40)), is_frozen=draw(st.booleans())
        )
    for _ in range(draw(st.integers(1, 7))):
        world.demand(
            draw(st.sampled_from(places)), draw(st.integers(-5, 120)), draw(st.integers(1, 40)), priority=draw(st.integers(1, 3))
        )
    return world


@st.composite
def rich_networks(draw: st.DrawFn, *, plain: bool = False) -> World:
    """The same with substitutes, second ways of getting an item, second bills, and components of open work orders."""
    world = draw(networks(plain=plain))
    items = sorted({row["item_id"] for row in world.rows["item_locations"]})
    for _ in range(draw(st.integers(1, 3))):
        component, substitute = draw(st.sampled_from(items)), draw(st.sampled_from(items))
        if component != substitute:
            world.substitute(component, substitute, priority=draw(st.integers(1, 2)), is_use_up=draw(st.booleans()))
    for row in world.rows["item_locations"]:
        if row["procurement"] == "make" and draw(st.booleans()):
            row |= {"alternate_procurement": "buy", "alternate_lead_time_days": draw(st.integers(0, 3))}
            world.term(draw(st.integers(1, 2)), row["item_id"], lead_time_days=draw(st.integers(0, 3)), release_fence_days=2)
    for row in world.rows["bom_lines"]:
        row["bom_priority"] = draw(st.integers(0, 1))
    for number, row in enumerate(world.rows["scheduled_receipts"]):
        component = draw(st.sampled_from(items))
        made = row["item_location_id"] % 100
        if draw(st.booleans()) and component > made:
            world.demand(
                100 + component,
                draw(st.integers(-2, 40)),
                draw(st.integers(1, 30)),
                f"WOC:{number}",
                kind="component",
                parent_supply_id=row["supply_id"],
                parent_item_id=made,
            )
    return world


def good(world: World, place: int, quantity: int) -> int:
    row = next(row for row in world.rows["item_locations"] if row["item_location_id"] == place)
    return quantity * row.get("yield_ppm", 1_000_000) // 1_000_000


def moved_by_documents(world: World, result: PlanResult, place: int) -> int:
    """What components of open orders require of `place` more (less) than their lines say, because substitutes serve them."""
    names = [one["demand_id"] for one in world.rows["demands"] if one["kind"] == "component"]
    pegs = result.pegging.filter(pl.col("demand_id").is_in(names) & (pl.col("item_location_id") == place))
    lines = [one["quantity"] for one in world.rows["demands"] if one["kind"] == "component" and one["item_location_id"] == place]
    return total(pegs, "quantity") - sum(lines)


def total(frame: pl.DataFrame, column: str, **where: object) -> int:
    for name, value in where.items():
        frame = frame.filter(pl.col(name) == value)
    return int(frame.get_column(column).sum())


@given(st.one_of(networks(), rich_networks()))
def test_nothing_appears_and_nothing_is_lost(world: World) -> None:
    """opening + receipts + planned - requirements = closing, summed from the inputs and the suggestions alone."""
    result = world.plan()

    for row in world.rows["item_locations"]:
        if row["procurement"] == "phantom":
            continue
        place = row["item_location_id"]
        opening = sum(one["quantity"] for one in world.rows["on_hand"] if one["item_location_id"] == place)
        receipts = sum(
            good(world, place, one["quantity"]) for one in world.rows["scheduled_receipts"] if one["item_location_id"] == place
        )
        demand = sum(one["quantity"] for one in world.rows["demands"] if one["item_location_id"] == place)
        demand += total(result.dependent_demands, "quantity", item_location_id=place)
        demand += moved_by_documents(world, result, place)
        planned = total(result.planned_orders, "expected_good_quantity", item_location_id=place)

        closing = result.projection.filter(pl.col("item_location_id") == place).sort("date")
        assert opening + receipts + planned - demand == closing.item(-1, "projected_with_plan_quantity")


@given(st.one_of(networks(), rich_networks()))
def test_pegs_add_up_on_both_sides(world: World) -> None:
    result = world.plan()
    by_supply = dict(result.pegging.group_by("supply_id").agg(pl.col("quantity").sum()).rows())
    by_demand = {
        (place, name): quantity
        for place, name, quantity in result.pegging.group_by("item_location_id", "demand_id").agg(pl.col("quantity").sum()).rows()
    }

    for name, quantity in result.planned_orders.select("planned_order_id", "expected_good_quantity").rows():
        assert quantity == by_supply[name]
    for one in world.rows["scheduled_receipts"]:
        assert good(world, one["item_location_id"], one["quantity"]) == by_supply.get(one["supply_id"], 0)
    for one in world.rows["demands"]:
        # A component may be served by several items; a piece of each does the work of one.
        served = result.pegging.filter(pl.col("demand_id") == one["demand_id"])
        assert one["quantity"] == total(served, "quantity")
        assert one["kind"] == "component" or one["quantity"] == by_demand[one["item_location_id"], one["demand_id"]]
    caused = result.dependent_demands.group_by("planned_order_id", "item_location_id").agg(pl.col("quantity").sum())
    for name, place, quantity in caused.rows():
        assert quantity == by_demand[place, name]


@given(st.one_of(networks(), rich_networks()))
def test_six_numbers_add_up_and_every_order_has_a_cause(world: World) -> None:
    for row in world.plan().planned_orders.rows(named=True):
        net = row["gross_requirement_quantity"] - row["on_hand_quantity"]
        net += row["safety_stock_quantity"] - row["scheduled_receipts_quantity"]

        assert max(0, net) == row["net_requirement_quantity"]
        assert row["quantity"] == row["net_requirement_quantity"] + row["lot_rounding_quantity"]
        assert row["net_requirement_quantity"] > 0 or row["lot_rounding_quantity"] > 0


@given(networks())
def test_every_suggestion_obeys_its_lot_rules(world: World) -> None:
    rules = {row["item_location_id"]: row for row in world.rows["item_locations"]}
    for row in world.plan().planned_orders.rows(named=True):
        rule = rules[row["item_location_id"]]
        quantity = row["quantity"]
        if rule.get("order_policy") == "fixed":
            assert quantity == 25 * UNIT
            continue
        multiple = rule.get("order_multiple_quantity") or UNIT
        assert quantity >= (rule.get("minimum_order_quantity") or 0)
        assert quantity % multiple == 0
        assert quantity <= (rule.get("maximum_order_quantity") or quantity)


@given(st.one_of(networks(), rich_networks()))
def test_every_shortage_has_a_message(world: World) -> None:
    result = world.plan()
    named = set(result.exceptions.get_column("item_location_id").to_list())
    short = result.projection.filter(pl.col("projected_with_plan_quantity") < 0)

    assert set(short.get_column("item_location_id").to_list()) <= named


@given(st.one_of(networks(), rich_networks()), st.randoms(use_true_random=False))
def test_row_order_changes_nothing(world: World, chance: random.Random) -> None:
    shuffled = copy.deepcopy(world)
    for rows in shuffled.rows.values():
        chance.shuffle(rows)

    assert_same(world.plan(), shuffled.plan())


@given(st.one_of(networks(), rich_networks()))
def test_a_second_run_gives_the_same_ids(world: World) -> None:
    assert_same(world.plan(), world.plan())


@given(st.one_of(networks(), rich_networks()))
def test_after_everything_is_accepted_nothing_is_left_to_do(world: World) -> None:
    """Approve every suggestion, act on every message, plan again: nothing new, and messages only where it is late."""
    first = world.plan()
    accepted = accept(world, first)

    second = accepted.plan()

    assert second.planned_orders.height == 0
    late = set(first.planned_orders.filter(pl.col("late_days") > 0).get_column("item_location_id").to_list())
    left = second.exceptions.filter(pl.col("kind").is_in(["expedite", "defer", "cancel", "fence_conflict", "release_due"]))
    assert set(left.get_column("item_location_id").to_list()) <= late


@given(rich_networks(plain=True))
def test_substitutes_give_what_is_free_and_never_run_short_of_it(world: World) -> None:
    """What stands in lies in stock, and whoever gave it away orders no more than it would have ordered anyway."""
    alone = copy.deepcopy(world)
    alone.rows["substitutes"] = []
    result, before = world.plan(), alone.plan()
    used = result.pegging.filter(pl.col("demand_kind") == "substitute")
    planned_before, planned = quantities(before), quantities(result)
    counts = dict(result.planned_orders.group_by("item_location_id").len().rows())

    for place, quantity in used.group_by("item_location_id").agg(pl.col("quantity").sum()).rows():
        assert quantity <= sum(one["quantity"] for one in world.rows["on_hand"] if one["item_location_id"] == place)
        # Requirements are exact, orders whole pieces: each order may round up once.
        assert planned.get(place, 0) <= planned_before.get(place, 0) + UNIT * counts.get(place, 0)


def accept(world: World, result: PlanResult) -> World:
    done = copy.deepcopy(world)
    moved = {
        name: (kind, to)
        for name, kind, to in result.exceptions.filter(pl.col("kind").is_in(["cancel", "expedite", "defer"]))
        .select("supply_id", "kind", "to_date")
        .rows()
    }
    receipts = []
    for row in done.rows["scheduled_receipts"]:
        kind, to = moved.get(row["supply_id"], ("", None))
        if kind == "cancel":
            continue
        if kind in ("expedite", "defer"):
            row["expected_date"] = to
        receipts.append(row)
    done.rows["scheduled_receipts"] = receipts
    for row in result.planned_orders.rows(named=True):
        done.rows["scheduled_receipts"].append(
            {
                "supply_id": row["planned_order_id"],
                "kind": "purchase",
                "item_location_id": row["item_location_id"],
                "quantity": row["quantity"],
                "expected_date": row["receipt_date"],
                "is_frozen": False,
            }
        )
    approved = set(result.planned_orders.get_column("planned_order_id").to_list())
    for row in result.dependent_demands.rows(named=True):
        if row["planned_order_id"] in approved:
            done.rows["demands"].append(
                {
                    "demand_id": f"WOC:{row['planned_order_id']}:{row['item_location_id']}",
                    "kind": "component",
                    "item_location_id": row["item_location_id"],
                    "quantity": row["quantity"],
                    "due_date": row["due_date"],
                    "priority": 5,
                    "parent_supply_id": row["planned_order_id"],
                }
            )
    return done


@given(networks(plain=True), st.integers(0, 4), st.integers(1, 60))
def test_more_stock_never_orders_more(world: World, which: int, more: int) -> None:
    places = [row["item_location_id"] for row in world.rows["item_locations"]]
    richer = copy.deepcopy(world).stock(places[which % len(places)], more)

    before, after = quantities(world.plan()), quantities(richer.plan())

    assert all(after.get(place, 0) <= before.get(place, 0) for place in places)


@given(networks(plain=True))
def test_no_order_can_be_left_out_or_made_smaller(world: World) -> None:
    """Lot-for-lot orders exactly the deepest shortage: floor + requirements - stock - every receipt that can be used."""
    result = world.plan()
    for row in world.rows["item_locations"]:
        place = row["item_location_id"]
        if row["procurement"] == "phantom":
            continue
        supply = [one for one in world.rows["scheduled_receipts"] if one["item_location_id"] == place]
        opening = sum(one["quantity"] for one in world.rows["on_hand"] if one["item_location_id"] == place)
        needs: dict[date, int] = {TODAY: 0}
        for one in world.rows["demands"]:
            if one["item_location_id"] == place:
                at = max(TODAY, one["due_date"])
                needs[at] = needs.get(at, 0) + one["quantity"]
        for at, quantity in (
            result.dependent_demands.filter(pl.col("item_location_id") == place).select("due_date", "quantity").rows()
        ):
            needs[at] = needs.get(at, 0) + quantity
        inspection = row.get("inspection_days", 0)
        deepest = required = 0

        def frozen_by(at: date, supply: list[dict[str, Any]] = supply, inspection: int = inspection) -> int:
            return sum(
                one["quantity"]
                for one in supply
                if one["is_frozen"] and max(TODAY, one["expected_date"]).toordinal() + inspection <= at.toordinal()
            )

        movable = sum(one["quantity"] for one in supply if not one["is_frozen"])
        for at in sorted(needs):
            required += needs[at]
            deepest = max(deepest, row.get("safety_stock_quantity", 0) + required - opening - movable - frozen_by(at))
        planned = total(result.planned_orders, "quantity", item_location_id=place)
        orders_here = result.planned_orders.filter(pl.col("item_location_id") == place).height
        # Dependent requirements are exact to 10^-6; each order is rounded up to whole pieces once.
        assert deepest <= planned < deepest + UNIT * max(1, orders_here)


@given(networks(), st.integers(1, 10))
def test_a_longer_buffer_never_releases_later(world: World, more: int) -> None:
    longer = copy.deepcopy(world)
    leaf = max(row["item_id"] for row in world.rows["item_locations"])
    for row in longer.rows["item_locations"]:
        if row["item_id"] == leaf and row["warehouse_id"] == 1:
            row["safety_lead_time_days"] += more
    place = 100 + leaf

    before, after = releases(world.plan(), place), releases(longer.plan(), place)

    assert [later for earlier, later in zip(after, before, strict=True) if earlier > later] == []


@given(networks(), st.integers(0, 6))
def test_splitting_a_demand_line_changes_no_total(world: World, which: int) -> None:
    split = copy.deepcopy(world)
    row = split.rows["demands"][which % len(split.rows["demands"])]
    if row["quantity"] <= UNIT:
        return
    row["quantity"] -= UNIT
    split.rows["demands"].append(row | {"demand_id": "SO:other", "quantity": UNIT})

    assert shape(world.plan()) == shape(split.plan())


@given(networks())
def test_renaming_items_changes_no_quantity(world: World) -> None:
    renamed = copy.deepcopy(world)
    names = {row["item_location_id"]: 100_000 - row["item_location_id"] for row in world.rows["item_locations"]}
    for frame in ("item_locations", "on_hand", "scheduled_receipts", "demands"):
        for row in renamed.rows[frame]:
            row["item_location_id"] = names[row["item_location_id"]]
    for row in renamed.rows["item_locations"]:
        row["item_id"] = 1000 - row["item_id"]
    for row in renamed.rows["bom_lines"]:
        row["parent_item_id"] = 1000 - row["parent_item_id"]
        row["component_item_id"] = 1000 - row["component_item_id"]

    translated = [(names[place], *rest) for place, *rest in shape(world.plan())]

    assert sorted(translated) == shape(renamed.plan())


@given(networks())
def test_grams_and_kilograms_give_the_same_plan(world: World) -> None:
    grams = copy.deepcopy(world)
    for rows in grams.rows.values():
        for row in rows:
            for name in row:
                # A bill line's output and component scale together, so its ratio is left alone.
                if (name == "quantity" or name.endswith("_quantity") or name == "quantity_step") and "parent_item_id" not in row:
                    row[name] = None if row[name] is None else row[name] * 1000

    kilograms = [(place, need, quantity * 1000) for place, need, quantity in shape(world.plan())]

    assert kilograms == shape(grams.plan())


def assert_same(left: PlanResult, right: PlanResult) -> None:
    for name in ("planned_orders", "pegging", "exceptions", "projection", "supplier_ranking", "dependent_demands"):
        assert getattr(left, name).equals(getattr(right, name)), name


def quantities(result: PlanResult) -> dict[int, int]:
    return dict(result.planned_orders.group_by("item_location_id").agg(pl.col("quantity").sum()).rows())


def releases(result: PlanResult, place: int) -> list[date]:
    frame = result.planned_orders.filter(pl.col("item_location_id") == place).sort("need_date", "ordinal")
    return frame.get_column("release_date").to_list()


def shape(result: PlanResult) -> list[tuple[int, date, int]]:
    return sorted(result.planned_orders.select("item_location_id", "need_date", "quantity").rows())


def simple_walk(
    opening: int, floor: int, demands: dict[int, int], receipts: list[tuple[int, int, bool]], minimum: int, multiple: int
) -> list[tuple[int, int]]:
    """Slow and obvious: try day after day, move whole open orders, then buy unit by unit."""
    stock, waiting, bought = opening, sorted(one for one in receipts if not one[2]), []
    for today in range(200):
        stock += sum(quantity for due, quantity, frozen in receipts if frozen and max(0, due) == today)
        stock -= sum(quantity for due, quantity in demands.items() if max(0, due) == today)
        while stock < floor and waiting:
            stock += waiting.pop(0)[1]
        if stock < floor:
            size = floor - stock
            while size < minimum or size % multiple:
                size += 1
            bought.append((today, size))
            stock += size
    return bought


@given(
    st.integers(0, 30),
    st.sampled_from([0, 5]),
    st.dictionaries(st.integers(-3, 60), st.integers(1, 30), max_size=8),
    st.dictionaries(st.integers(-3, 80), st.tuples(st.integers(1, 30), st.booleans()), max_size=3),
    st.sampled_from([0, 7, 25]),
    st.sampled_from([1, 3, 10]),
)
def test_netting_agrees_with_the_slow_walk(
    opening: int,
    floor: int,
    demands: dict[int, int],
    receipts: dict[int, tuple[int, bool]],
    minimum: int,
    multiple: int,
) -> None:
    world = World().item(1, safety_stock_quantity=floor, minimum_order_quantity=minimum, order_multiple_quantity=multiple)
    world.stock(101, opening)
    for due, quantity in demands.items():
        world.demand(101, due, quantity)
    for due, (quantity, frozen) in receipts.items():
        world.receipt(101, due, quantity, is_frozen=frozen)

    expected = simple_walk(
        opening, floor, demands, [(due, quantity, frozen) for due, (quantity, frozen) in receipts.items()], minimum, multiple
    )

    result = plan(world.inputs(), as_of=TODAY)
    found = result.planned_orders.sort("need_date", "ordinal").select("need_date", "quantity").rows()
    assert [(day(at), size * UNIT) for at, size in expected] == found


def test_empty_inputs_give_an_empty_plan() -> None:
    empty = PlanInputs(item_locations=pl.DataFrame())

    assert plan(empty, as_of=TODAY).planned_orders.height == 0
