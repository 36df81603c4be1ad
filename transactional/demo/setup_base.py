"""What is common to every command that sets up the demo company: its number, who gives it, on which day?"""

from __future__ import annotations

from kernel.ids import import_command_id
from transactional.commands import Command
from transactional.demo.plot import Plot
from transactional.demo.world import World

__all__ = ["Setup", "make"]


class Setup:
    """Counts command ids while the master data are written down."""

    def __init__(self, world: World, plot: Plot) -> None:
        self.world = world
        self.plot = plot
        self.count = 0
        self.start = world.scale.start_date

    def base(self, actor: str = "admin") -> dict[str, object]:
        """The fields every command has, with the next command id."""
        self.count += 1
        return {
            "command_id": import_command_id(self.world.code, "setup", str(self.count)),
            "actor": actor,
            "source": "demo",
            "business_date": self.start,
        }


def make(kind: type[Command], base: dict[str, object], **fields: object) -> Command:
    """A command of `kind` from `Setup.base` and its own fields."""
    return kind(**base, **fields)  # type: ignore[arg-type]
