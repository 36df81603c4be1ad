"""What does a product need, by the bill of materials effective on the day?"""

from __future__ import annotations

from fractions import Fraction

from transactional.importing.held import Held
from transactional.importing.packs import Packs
from transactional.importing.staging import Stage

__all__ = ["Bills"]


class Bills:
    """Accepted bills of materials, exploded by the day; phantoms are passed through to what they are made of. A load that
    brings no bills uses those of the ledger."""

    def __init__(self, stage: Stage, packs: Packs, held: Held) -> None:
        self._packs = packs
        self._lines: dict[str, list[tuple[str, int, int, str, str]]] = {}
        query = (
            "SELECT assembly, component, quantity, scrap_rate, coalesce(valid_from, ''), coalesce(valid_to, '9999-12-31') "
            "FROM t_bom_lines WHERE bad = 0 ORDER BY assembly, id"
        )
        for assembly, *line in stage.database.execute(query):
            self._lines.setdefault(assembly, []).append(tuple(line))
        stated = set(self._lines)
        for assembly, component, quantity, scrap_ppm, valid_from, valid_to in held.bill_lines():
            if assembly not in stated:
                self._lines.setdefault(assembly, []).append((component, quantity, scrap_ppm, valid_from, valid_to))
        self._phantoms = {
            sku for (sku,) in stage.database.execute("SELECT sku FROM t_items WHERE bad = 0 AND item_type = 'phantom'").fetchall()
        }
        self.depth = self._depths()

    def has(self, sku: str) -> bool:
        """Whether any bill says from what the item is made."""
        return sku in self._lines

    def components(self, sku: str, quantity: int, day: str) -> list[tuple[str, int]]:
        """What `quantity` of an item needs by the bill effective on `day`, one entry per item, rounded up to its step at the
        end."""
        needs: dict[str, int | Fraction] = {}
        self._explode(sku, quantity, day, needs)
        return [(component, self._up_to_step(component, need)) for component, need in needs.items()]

    def _explode(self, sku: str, quantity: int | Fraction, day: str, needs: dict[str, int | Fraction]) -> None:
        for component, per_unit, scrap_ppm, valid_from, valid_to in self._lines.get(sku, ()):
            if valid_from <= day <= valid_to:
                # quantity x per_unit / (1 - scrap); both quantities are 10^-6
                above, below = quantity * per_unit, 1_000_000 - scrap_ppm
                need: int | Fraction = Fraction(above, below) if above % below else above // below
                if component in self._phantoms:
                    self._explode(component, need, day, needs)
                else:
                    needs[component] = needs.get(component, 0) + need

    def _up_to_step(self, component: str, need: int | Fraction) -> int:
        step = self._packs.step(component)
        return int(-(-need // step) * step)

    def _depths(self) -> dict[str, int]:
        """Longest way from a product nobody uses down to the item; deeper items are made first."""
        users: dict[str, set[str]] = {}
        for assembly, lines in self._lines.items():
            for component, *_ in lines:
                users.setdefault(component, set()).add(assembly)
        waiting = {item: len(parents) for item, parents in users.items()}
        depth = {item: 0 for item in self._lines if item not in users}
        ready = sorted(depth)
        while ready:
            assembly = ready.pop()
            for component in {line[0] for line in self._lines.get(assembly, ())}:
                depth[component] = max(depth.get(component, 0), depth[assembly] + 1)
                waiting[component] -= 1
                if waiting[component] == 0:
                    ready.append(component)
        return depth
