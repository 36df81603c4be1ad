"""What does the company look like now? The simulation's desks, filled from the ledger instead of from a history it lived.

Stock, open documents, goods under way and what will still follow from them (invoices of what was received, returns of what was
delivered) are read; what the generator would have drawn for them is drawn again from the same seed and the document's own number.
"""

from __future__ import annotations

from datetime import date

from kernel.errors import Refused
from transactional.demo.demand import Demand
from transactional.demo.plot import Plot
from transactional.demo.present_sales import PresentSales
from transactional.demo.present_supply import PresentSupply, as_date
from transactional.demo.problems import plan_problems
from transactional.demo.scale import FULL, SMALL
from transactional.demo.simulate import Simulation
from transactional.demo.world_building import build_world
from transactional.ledger import Ledger

__all__ = ["present_company"]


def present_company(ledger: Ledger) -> tuple[Simulation, date]:
    """The simulated company as the ledger has it now, and the ledger's today. Raises Refused when it is no demo company."""
    found = ledger.records("SELECT code, source, demo_seed, today FROM company")
    if not found or found[0]["source"] != "demo" or found[0]["demo_seed"] is None:
        raise Refused("demo.not_a_demo_company", got=found[0]["code"] if found else "-")
    company = found[0]
    scale = SMALL if f"-{SMALL.name.upper()}-" in company["code"] else FULL
    world = build_world(int(company["demo_seed"]), scale)
    plot = Plot()
    plan_problems(world, plot)
    codes = tuple(item.sku for item in plot.duplicates)
    places = ", ".join("?" * len(codes))
    if codes and not ledger.rows(f"SELECT 1 FROM item WHERE sku IN ({places})", codes):
        plot = Plot()  # the twin without problems
    simulation = Simulation(world, plot, Demand(world, plot.collapse))
    today = as_date(company["today"])
    simulation.office.begin(world.day(today))
    supply = PresentSupply(ledger, simulation)
    supply.stock()
    supply.purchases()
    supply.inspections()
    supply.invoices()
    supply.work_orders()
    supply.transfers()
    sales = PresentSales(ledger, simulation)
    sales.bad_lots()
    sales.orders()
    sales.on_the_road()
    sales.coming_back()
    return simulation, today
