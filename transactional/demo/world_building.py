"""How is the company of one seed drawn: its people, suppliers with their habits and terms, bins, customers and lanes?"""

from __future__ import annotations

from datetime import date, timedelta
from math import ceil
from random import Random

from kernel.numbers import QUANTITY_SCALE
from transactional.demo.calendars import DayCalendar, own_days, supplier_days
from transactional.demo.catalogue import build_catalogue
from transactional.demo.chance import random_for
from transactional.demo.items import Catalogue
from transactional.demo.names import COMPANIES, CUSTOMER_KINDS, FAMILY_NAMES, GIVEN_NAMES, PLACES, SUPPLIER_TRADES, SYLLABLES
from transactional.demo.scale import Scale
from transactional.demo.world import PLANT, WAREHOUSES, Bin, Carrier, Customer, Lane, Person, Supplier, Terms, World

__all__ = ["build_world"]


def build_world(seed: int, scale: Scale) -> World:
    """The company of one seed, the same every time."""
    catalogue = build_catalogue(seed, scale)
    random = random_for(seed, "world")
    name, name_zh = random.choice(COMPANIES)
    length = scale.days + 800
    calendar = DayCalendar(scale.start_date, length, own_days())
    suppliers = _suppliers(random_for(seed, "suppliers"), scale, length)
    sources = _terms(random_for(seed, "terms"), catalogue, suppliers)
    bins, home_bin = _bins(random_for(seed, "bins"), catalogue)
    customers = _customers(random_for(seed, "customers"), scale)
    carriers, lanes = _lanes(random_for(seed, "lanes"))
    bought = [item.sku for item in catalogue.items.values() if item.procurement == "buy"]
    trades = {trade: index for index, (trade, _, _) in enumerate(SUPPLIER_TRADES)}
    buyers = ("buyer", "buyer2", "buyer3")
    buyer_of = {sku: buyers[trades[catalogue.items[sku].trade] % 3] for sku in bought}
    return World(
        seed, scale, f"DEMO-{seed}" if scale.name == "full" else f"DEMO-{scale.name.upper()}-{seed}", name, name_zh, catalogue,
        _people(random_for(seed, "people")), bins, home_bin, suppliers, sources, customers, carriers, lanes, calendar, buyer_of,
    )  # fmt: skip


_STAFF = (
    # login, role, language
    ("admin", "admin", "en"), ("manager", "manager", "zh"), ("planner", "planner", "en"), ("buyer", "buyer", "en"),
    ("buyer2", "buyer", "zh"),
    ("buyer3", "buyer", "zh"), ("sales", "sales", "en"), ("sales2", "sales", "zh"), ("sales3", "sales", "zh"),
    ("warehouse", "warehouse", "en"),
    ("counter1", "warehouse", "zh"), ("counter2", "warehouse", "zh"), ("counter3", "warehouse", "zh"),
    ("production", "production", "zh"),
    ("finance", "finance", "zh"),
)  # fmt: skip


def _people(random: Random) -> list[Person]:
    families = random.sample(FAMILY_NAMES, len(_STAFF))
    given = random.sample(GIVEN_NAMES, len(_STAFF))
    people = [
        Person(login, f"{first[0]} {last[0]}", f"{last[1]}{first[1]}", role, language)
        for (login, role, language), last, first in zip(_STAFF, families, given, strict=True)
    ]
    # Came later; drawn last, so that the others keep their names.
    last = random.choice([name for name in FAMILY_NAMES if name not in families])
    first = random.choice([name for name in GIVEN_NAMES if name not in given])
    return [*people, Person("planner2", f"{first[0]} {last[0]}", f"{last[1]}{first[1]}", "planner", "zh")]


def _suppliers(random: Random, scale: Scale, length: int) -> dict[str, Supplier]:
    trades = [trade for trade, _, _ in SUPPLIER_TRADES]
    labels = {trade: (name, name_zh) for trade, name, name_zh in SUPPLIER_TRADES}
    count = scale.suppliers
    # Every trade has a supplier; a small company buys several trades from one house.
    chosen = [trades[index % len(trades)] for index in range(count)]
    syllables = random.sample(SYLLABLES, count)
    closures = ((6, 12), (9, 14), (11, 17))
    calendars = {closure: DayCalendar(scale.start_date, length, supplier_days(*closure)) for closure in closures}
    suppliers: dict[str, Supplier] = {}
    for index, trade in enumerate(chosen):
        code = f"S{index + 1:03d}"
        city, city_zh = random.choice(PLACES)
        syllable, syllable_zh = syllables[index]
        label, label_zh = labels[trade]
        closure = random.choice(closures)
        habit = random.random()
        suppliers[code] = Supplier(
            code, f"{city} {syllable} {label} Co., Ltd.", f"{city_zh}{syllable_zh}{label_zh}有限公司", city, trade,
            lead_days=random.choice({"electronics": (12, 15, 18), "motor": (14, 18, 20), "trading": (12, 15,
            20)}.get(trade, (5, 7, 9, 10))),
            late_rate=0.05 + 0.13 * habit * habit, late_days=random.uniform(1.2, 2.8), reject_rate=random.uniform(0.01, 0.07),
            reject_share=random.uniform(0.01, 0.05), closure=closure,
            is_inspected=random.random() < 0.45 or trade in ("food", "electronics"),
            credit_rating=random.randint(1, 4), calendar=calendars[closure],
            qualification_end=date(2028, 1, 31) + timedelta(days=random.randint(0, 700)),
        )  # fmt: skip
    return suppliers


def _place_of(name: str, count: int) -> int:
    """A place in [0, count) that depends on a name only."""
    return sum(map(ord, name)) % count


def _terms(random: Random, catalogue: Catalogue, suppliers: dict[str, Supplier]) -> dict[str, list[Terms]]:
    trades = [trade for trade, _, _ in SUPPLIER_TRADES]
    by_trade: dict[str, list[Supplier]] = {}
    for supplier in suppliers.values():
        by_trade.setdefault(supplier.trade, []).append(supplier)
    everyone = list(suppliers.values())
    sources: dict[str, list[Terms]] = {}
    for item in catalogue.items.values():
        if item.procurement != "buy":
            continue
        usual = by_trade.get(item.trade) or [everyone[trades.index(item.trade) % len(everyone)]]
        chosen = random.sample(usual, min(len(usual), random.choice((1, 2, 2, 3))))
        if len(chosen) == 1 and len(everyone) > 1 and random.random() < 0.3:
            chosen.append(random.choice([s for s in everyone if s is not chosen[0]]))
        if chosen == everyone[-1:]:
            # The last supplier may fall asleep (see `dead_supplier`): nothing hangs on it alone.
            chosen.append(everyone[_place_of(item.sku, len(everyone) - 1)])
        is_contract = random.random() < 0.35
        terms = []
        for preference, supplier in enumerate(chosen, start=1):
            premium = 1.0 if preference == 1 else random.uniform(0.99, 1.07)
            pack = random.choice((50, 100)) if item.unit == "EA" and item.trade != "trading" else random.choice((10, 25))
            least = pack * random.choice((1, 2, 4))
            drift = random.uniform(-0.03, 0.04)
            terms.append(
                Terms(
                    supplier.code, item.sku, round(item.standard_cost * premium / 100) * 100, least * QUANTITY_SCALE,
                    pack * QUANTITY_SCALE,
                    ((0, 1.0), (least * 10 * QUANTITY_SCALE, 0.975), (least * 40 * QUANTITY_SCALE, 0.95)), supplier.lead_days,
                    is_contract and preference == 1, preference, tuple(round((1 + drift) ** step, 4) for step in range(6)),
                )
            )  # fmt: skip
        sources[item.sku] = terms
        for term in terms:
            suppliers[term.supplier].terms[item.sku] = term
    return sources


def _bins(random: Random, catalogue: Catalogue) -> tuple[list[Bin], dict[tuple[str, str], str]]:
    bins: list[Bin] = []
    home: dict[tuple[str, str], str] = {}
    for warehouse, *_ in WAREHOUSES:
        bins.append(Bin(f"{warehouse}-RCV", warehouse, "receiving", 0, 1, False))
        bins.append(Bin(f"{warehouse}-RET", warehouse, "returns", 0, 2, False))
        zones: dict[str, list[str]] = {}
        for item in catalogue.items.values():
            if item.procurement == "phantom" or (warehouse != PLANT and warehouse not in item.markets):
                continue
            zone = "F" if item.is_sold else {"semi_finished": "S", "packaging": "P"}.get(item.item_type, "R")
            zones.setdefault(zone, []).append(item.sku)
        for zone, skus in sorted(zones.items()):
            random.shuffle(skus)
            for place in range(ceil(len(skus) / 2)):
                aisle, position = place // 12 + 1, place % 12 + 1
                code = f"{warehouse}-{zone}{aisle:02d}-{position:02d}"
                bins.append(Bin(code, warehouse, zone, aisle, position, True))
                for sku in skus[2 * place : 2 * place + 2]:
                    home[warehouse, sku] = code
    return bins, home


def _customers(random: Random, scale: Scale) -> list[Customer]:
    serves = [(region, code) for code, _, _, _, regions in WAREHOUSES for region in regions]
    pairs = [(first, second) for first in SYLLABLES for second in CUSTOMER_KINDS]
    random.shuffle(pairs)
    customers = []
    for index in range(scale.customers):
        (name, name_zh), (kind, kind_zh) = pairs[index]
        region, warehouse = serves[index % len(serves)]
        customer_class = random.choices("ABC", (2, 5, 3))[0]
        customers.append(
            Customer(
                f"C{index + 1:03d}", f"{name} {kind}", f"{name_zh}{kind_zh}", customer_class, region, warehouse,
                {"A": 4.0, "B": 1.6, "C": 0.7}[customer_class] * random.uniform(0.7, 1.3), random.random() < 0.85,
                (index // len(serves)) % 5, random.choices((3, 5, 7, 10, 14), (10, 20, 30, 25, 15))[0],
            )
        )  # fmt: skip
    return customers


def _lanes(random: Random) -> tuple[list[Carrier], dict[tuple[str, str], Lane]]:
    names = (("Swift Heron Express", "迅鹭快运"), ("Green Ridge Logistics", "青岭物流"), ("Three Rivers Freight", "三川货运"))
    carriers = [Carrier(f"T{index + 1}", name, name_zh) for index, (name, name_zh) in enumerate(names)]
    days = {
        ("PL", "east"): 1, ("PL", "central"): 2, ("DN", "north"): 1, ("DN", "northeast"): 2, ("DS", "south"): 1,
        ("DS", "southwest"): 3,
    }  # fmt: skip
    lanes: dict[tuple[str, str], Lane] = {}
    for index, ((warehouse, region), transit) in enumerate(days.items()):
        lanes[warehouse, region] = Lane(
            carriers[index % 3].code, warehouse, region, transit, random.randint(40, 90) * 100 * transit
        )
    return carriers, lanes
