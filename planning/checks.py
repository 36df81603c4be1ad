"""What is wrong with one row of an input frame? Everything that is, named with the row, so that the rest can be planned."""

from __future__ import annotations

from kernel.errors import InvalidInput
from planning.model import Model

__all__ = ["LARGEST", "RowCheck"]

LARGEST = 10**18
"""The largest quantity a single record may have, 10^-6 base unit."""


class RowCheck:
    """Collects what is wrong with one row; `is_good` tells whether the row may be used."""

    def __init__(self, model: Model, frame: str, row: str) -> None:
        self._model, self._frame, self._row, self.is_good = model, frame, row, True

    def _add(self, key: str, **values: object) -> None:
        self.is_good = False
        self._model.problems.append(InvalidInput(key, frame=self._frame, row=self._row, **values))

    def present(self, **values: object) -> RowCheck:
        """Each value is there."""
        for column, value in values.items():
            if value is None:
                self._add("planning.value_missing", column=column)
        return self

    def within(self, column: str, value: int | None, low: int, high: int) -> RowCheck:
        """A value, where there is one, lies between two bounds."""
        if value is not None and not low <= value <= high:
            self._add("planning.value_range", column=column, got=value, expected=f"{low} ... {high}")
        return self

    def among(self, column: str, value: object, allowed: tuple[str, ...]) -> RowCheck:
        """A value is one of a closed list."""
        if value not in allowed:
            self._add("planning.value_range", column=column, got=value, expected=", ".join(allowed))
        return self

    def duplicate(self) -> RowCheck:
        """The row's id stands twice."""
        self._add("planning.duplicate_supply")
        return self

    def known(self, item_location_id: int | None) -> RowCheck:
        """The row speaks of a planned item-location."""
        if item_location_id is not None and item_location_id not in self._model.nodes:
            self._add("planning.unknown_item_location", got=item_location_id)
        return self
