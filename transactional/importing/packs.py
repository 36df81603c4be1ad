"""How many base units is one unit as entered?

From the conversions the source states, item's own before general ones, then from the supplier's terms. Where nobody
says, one entered unit counts as one base unit and the pack is reported as unknown: nothing is invented, and the
entered unit stays on the line.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from kernel.numbers import divide_half_even, line_total_micro
from transactional.importing.held import Held
from transactional.importing.staging import Stage

__all__ = ["Entered", "Packs"]


@dataclass(frozen=True, slots=True)
class Entered:
    """A line in base units, beside what was entered (None where it is the same)."""

    quantity: int
    unit_price: int
    line_total_micro: int | None
    entered_quantity: int | None
    entered_unit: str | None
    is_pack_known: bool


class Packs:
    """Conversions of one load."""

    def __init__(self, stage: Stage, held: Held) -> None:
        select = stage.database.execute
        self._base: dict[str, str] = dict(select("SELECT sku, base_unit FROM t_items WHERE bad = 0").fetchall())
        self._step: dict[str, int] = dict(select("SELECT sku, quantity_step FROM t_items WHERE bad = 0").fetchall())
        self._ratio: dict[tuple[str | None, str, str], Fraction] = {}
        query = "SELECT sku, from_unit, to_unit, numerator, denominator FROM t_conversions WHERE bad = 0"
        for sku, from_unit, to_unit, numerator, denominator in select(query).fetchall():
            self._ratio[(sku, from_unit, to_unit)] = Fraction(numerator, denominator)
            self._ratio.setdefault((sku, to_unit, from_unit), Fraction(denominator, numerator))
        self._terms: dict[tuple[str, str, str], Fraction] = {
            (supplier, sku, unit): Fraction(pack)
            for supplier, sku, unit, pack in select(
                "SELECT supplier, sku, purchase_unit, pack_quantity FROM t_supplier_terms WHERE bad = 0 AND "
                "pack_quantity IS NOT NULL"
            ).fetchall()
        }

        self._add_held(held)

    def _add_held(self, held: Held) -> None:
        """What the ledger knows and this load does not repeat."""
        for sku, unit, step in held.units():
            self._base.setdefault(sku, unit)
            self._step.setdefault(sku, step)
        for item, from_unit, to_unit, numerator, denominator in held.conversions():
            self._ratio.setdefault((item, from_unit, to_unit), Fraction(numerator, denominator))
            self._ratio.setdefault((item, to_unit, from_unit), Fraction(denominator, numerator))
        for supplier, sku, unit, numerator, denominator in held.packs():
            self._terms.setdefault((supplier, sku, unit), Fraction(numerator, denominator))

    def step(self, sku: str) -> int:
        """The smallest quantity of an item, 10^-6 of its base unit."""
        return self._step.get(sku, 1)

    def base_unit(self, sku: str) -> str:
        """The unit an item is counted in."""
        return self._base.get(sku, "EA")

    def ratio(self, sku: str, unit: str, supplier: str | None = None) -> Fraction | None:
        """Base units in one `unit`, None when nobody says."""
        base = self.base_unit(sku)
        if unit == base:
            return Fraction(1)
        found = self._ratio.get((sku, unit, base)) or self._ratio.get((None, unit, base))
        if found is None and supplier is not None and (supplier, sku, unit) in self._terms:
            found = self._terms[(supplier, sku, unit)]
        return found

    def enter(
        self, sku: str, quantity: int, unit: str | None, unit_price: int, line_total: int | None, supplier: str | None = None
    ) -> Entered:
        """A line as entered in `unit` in base units; its total stays what the entered figures say."""
        if unit is None or unit == self.base_unit(sku):
            return Entered(quantity, unit_price, line_total, None, None, True)
        ratio = self.ratio(sku, unit, supplier)
        if ratio is None:
            return Entered(quantity, unit_price, line_total, quantity, unit, False)
        total = line_total if line_total is not None else line_total_micro(quantity, unit_price)
        return Entered(
            self.in_base(quantity, ratio),
            divide_half_even(unit_price * ratio.denominator, ratio.numerator),
            total,
            quantity,
            unit,
            True,
        )

    @staticmethod
    def in_base(quantity: int, ratio: Fraction) -> int:
        """Entered quantity in base units, half to even at the sixth decimal."""
        return divide_half_even(quantity * ratio.numerator, ratio.denominator)
