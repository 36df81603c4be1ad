"""What does every desk of the simulated company share: the day, the mirror of the stock, and the way commands leave?"""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from typing import Any

from kernel.ids import import_command_id
from transactional.commands import Command
from transactional.demo.demand import Demand
from transactional.demo.plot import Plot
from transactional.demo.state import Cell
from transactional.demo.world import DC_CODES, PLANT, World

__all__ = ["Office"]


class Office:
    """The day, the cells and the outgoing commands.

    `log` collects what the planted problems did, by problem, as it happens; the truth file is made from it.
    """

    def __init__(self, world: World, demand: Demand, plot: Plot) -> None:
        self.world = world
        self.demand = demand
        self.plot = plot
        self.calendar = world.calendar
        self.day = 0
        self.today: date = world.scale.start_date
        self.commands: list[Command] = []
        self.cells: dict[tuple[str, str], Cell] = {}
        for item in world.items():
            if item.procurement == "phantom":
                continue
            for warehouse in (PLANT, *DC_CODES):
                if warehouse == PLANT or warehouse in item.markets:
                    self.cells[warehouse, item.sku] = Cell(warehouse, item.sku)
        self.log: dict[str, list[dict[str, Any]]] = defaultdict(list)
        self._count = 0
        self._numbers: dict[str, int] = {}
        self._stamp = ""
        self._id_prefix = ""

    def begin(self, day: int) -> None:
        """A new day: counters of ids and numbers start again."""
        self.day = day
        self.today = self.world.date(day)
        self._count = 0
        self._numbers = {}
        self._stamp = f"{self.today:%y%m%d}"
        # One name-based id a day; the day's commands differ in its last part. Hashing each would cost a tenth of the generation.
        self._id_prefix = import_command_id(self.world.code, "day", self.today.isoformat())[:24]

    def base(self, actor: str) -> dict[str, Any]:
        """Id, actor, source and date of the next command."""
        self._count += 1
        return {
            "command_id": f"{self._id_prefix}{self._count:012x}",
            "actor": actor,
            "source": "demo",
            "business_date": self.today,
        }

    def send(self, command: Command) -> str:
        """Send a command; its id is how later commands point at it."""
        self.commands.append(command)
        return command.command_id

    def number(self, prefix: str) -> str:
        """A document number that holds its date, such as PO231101-004; the same day is never lived twice."""
        count = self._numbers[prefix] = self._numbers.get(prefix, 0) + 1
        return f"{prefix}{self._stamp}-{count:03d}"

    def cell(self, warehouse: str, sku: str) -> Cell:
        """The cell of an item in a warehouse; made when people brought an item where it was never planned."""
        found = self.cells.get((warehouse, sku))
        if found is None:
            found = self.cells[warehouse, sku] = Cell(warehouse, sku)
        return found

    def home(self, warehouse: str, sku: str) -> str:
        """The bin where an item lies."""
        return self.world.home_bin.get((warehouse, sku), f"{warehouse}-RCV")

    def tell(self, problem: str, **facts: Any) -> None:
        """Note what a planted problem did; only after the company has lived the day it is true."""
        self.log[problem].append({"day": self.today.isoformat(), **facts})
