"""How shall chosen series be forecast, who decided so, when, why, and on which scores?

A specification is a list of entries. Each names whom it is for (one series, or a segment), one frequency, and either

    a model of one series (`SERIES_MODELS`) with its parameters    model = "sarimax", parameters = {order = [0, 1, 1], ...}
    or settings of the engine                                      model = "engine", members = ["theta", "ets"], weights = {...}

Where several entries reach a series, the narrowest stands: series, category with pattern, category, pattern. Pure values; the
text of the file is `specification_text`'s, the file the pipeline's.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from hashlib import sha256
from itertools import pairwise
from typing import Any

from forecasting.choosing.assembly import MEMBERS
from forecasting.frames import Frequency
from forecasting.tuning.series_parameters import SERIES_MODELS, checked_parameters
from kernel.errors import InvalidInput

__all__ = ["ENGINE", "PATTERNS", "Selector", "Specification", "SpecificationEntry"]

ENGINE = "engine"
PATTERNS = ("smooth", "erratic", "intermittent", "lumpy")
_FREQUENCIES = ("day", "week", "month", "quarter", "year")


@dataclass(frozen=True)
class Selector:
    """Whom an entry is for: `series_id`, or `sku` with `warehouse`, or `category` and/or `pattern`."""

    series_id: int | None = None
    sku: str | None = None
    warehouse: str | None = None
    category: str | None = None
    pattern: str | None = None

    @property
    def is_one_series(self) -> bool:
        return self.series_id is not None or self.sku is not None

    @property
    def rank(self) -> int:
        """The narrower, the lower."""
        if self.is_one_series:
            return 0
        return {(True, True): 1, (True, False): 2}.get((self.category is not None, self.pattern is not None), 3)

    @property
    def label(self) -> str:
        """As people type it: SKU@WAREHOUSE, series:7, category:GRAIN, pattern:smooth, category:GRAIN+pattern:smooth."""
        if self.series_id is not None:
            return f"series:{self.series_id}"
        if self.sku is not None:
            return f"{self.sku}@{self.warehouse}"
        named = (("category", self.category), ("pattern", self.pattern))
        return "+".join(f"{name}:{value}" for name, value in named if value is not None)


@dataclass(frozen=True)
class SpecificationEntry:
    """One decision.

    Args:
        model: of `SERIES_MODELS`, or "engine". parameters: of the model; members, weights: of the engine (weights empty: by
            inverse error on past cutoffs; given: for exactly the members).
        is_calibrated: intervals corrected by past forecasts, as the engine's are.
        data_cutoff, scores: what was known and scored when it was decided. seed: of whatever draws numbers.
    """

    selector: Selector
    frequency: Frequency
    model: str
    author: str
    decided_on: date
    why: str
    parameters: dict[str, Any] = field(default_factory=dict)
    members: tuple[str, ...] = ()
    weights: dict[str, float] = field(default_factory=dict)
    is_calibrated: bool = True
    seed: int = 0
    data_cutoff: date | None = None
    scores: dict[str, float] = field(default_factory=dict)

    @property
    def label(self) -> str:
        return f"{self.selector.label} ({self.frequency})"

    @property
    def served_model(self) -> str:
        """Name of what serves, as `champions.model` shows it."""
        return f"specification_{self.model}"

    def checked(self, where: str = "") -> SpecificationEntry:
        """The same with every parameter written out.

        Raises:
            InvalidInput: what cannot be, with `where` it stands, what was got and what would be right.
        """
        place = where or self.label

        def refuse(name: str, got: object, expected: str) -> InvalidInput:
            return InvalidInput("forecasting.specification_invalid", where=place, name=name, got=got, expected=expected)

        _check_selector(self.selector, refuse)
        if self.frequency not in _FREQUENCIES:
            raise refuse("frequency", self.frequency, ", ".join(_FREQUENCIES))
        for name in ("author", "why"):
            value = getattr(self, name)
            if not isinstance(value, str) or not value.strip():
                raise refuse(name, value, "a text")
        if not isinstance(self.is_calibrated, bool):
            raise refuse("is_calibrated", self.is_calibrated, "true or false")
        if not isinstance(self.seed, int) or isinstance(self.seed, bool):
            raise refuse("seed", self.seed, "a whole number")
        if self.model == ENGINE:
            return _checked_engine(self, refuse)
        if self.model not in SERIES_MODELS:
            raise refuse("model", self.model, ", ".join((*SERIES_MODELS, ENGINE)))
        if self.members or self.weights:
            raise refuse("members", list(self.members or self.weights), f"members and weights only with model = {ENGINE!r}")
        if not self.selector.is_one_series:
            raise refuse("model", self.model, f"{ENGINE!r} for a segment; models of one series need a series")
        try:
            whole = checked_parameters(self.model, self.parameters)
        except InvalidInput as problem:
            name = f"parameters.{problem.values['parameter']}"
            raise refuse(
                name, problem.values.get("got", "a parameter nobody knows"), str(problem.values["expected"])
            ) from problem
        # A file cannot say "whatever is given": the columns are named, or there are none.
        if whole.get("regressors", ()) is None:
            whole["regressors"] = []
        return replace(self, parameters=whole)


@dataclass(frozen=True)
class Specification:
    """All entries, in the order in which they are written: by selector and frequency."""

    entries: tuple[SpecificationEntry, ...] = ()

    @staticmethod
    def of(entries: Sequence[SpecificationEntry]) -> Specification:
        """Checked and ordered.

        Raises:
            InvalidInput: an entry that cannot be, or two for the same series or segment and frequency.
        """
        checked = sorted((entry.checked() for entry in entries), key=_order)
        for before, after in pairwise(checked):
            if (before.selector, before.frequency) == (after.selector, after.frequency):
                raise InvalidInput("forecasting.specification_twice", entry=after.label)
        return Specification(tuple(checked))

    def with_entry(self, entry: SpecificationEntry) -> Specification:
        """The same with `entry` in place of what it said for the same series or segment and frequency before."""
        others = [one for one in self.entries if (one.selector, one.frequency) != (entry.selector, entry.frequency)]
        return Specification.of([*others, entry])

    def without(self, label: str) -> Specification:
        """Without the entries of a series or segment, whatever their frequency."""
        return Specification(tuple(entry for entry in self.entries if entry.selector.label != label))

    def for_frequency(self, frequency: str) -> Specification:
        """Only the entries of one frequency."""
        return Specification(tuple(entry for entry in self.entries if entry.frequency == frequency))

    def content_hash(self) -> str:
        """Sixteen characters that change with anything an entry says; empty without entries."""
        if not self.entries:
            return ""
        told = json.dumps([asdict(entry) for entry in self.entries], sort_keys=True, ensure_ascii=False, default=str)
        return sha256(told.encode()).hexdigest()[:16]


def _order(entry: SpecificationEntry) -> tuple[int, str, int, str]:
    return entry.selector.rank, entry.selector.label, _FREQUENCIES.index(entry.frequency), entry.model


def _check_selector(selector: Selector, refuse: Any) -> None:
    expected = "series_id, or sku with warehouse, or category and/or pattern"
    got = ", ".join(f"{name} = {value!r}" for name, value in asdict(selector).items() if value is not None) or "nothing"
    kinds = [
        selector.series_id is not None,
        selector.sku is not None or selector.warehouse is not None,
        selector.category is not None or selector.pattern is not None,
    ]
    if sum(kinds) != 1 or (selector.sku is None) != (selector.warehouse is None):
        raise refuse("series", got, expected)
    if selector.series_id is not None and (not isinstance(selector.series_id, int) or isinstance(selector.series_id, bool)):
        raise refuse("series_id", selector.series_id, "a whole number")
    for name in ("sku", "warehouse", "category"):
        value = getattr(selector, name)
        if value is not None and (not isinstance(value, str) or not value.strip()):
            raise refuse(name, value, "a text")
    if selector.pattern is not None and selector.pattern not in PATTERNS:
        raise refuse("pattern", selector.pattern, ", ".join(PATTERNS))


def _checked_engine(entry: SpecificationEntry, refuse: Any) -> SpecificationEntry:
    if entry.parameters:
        raise refuse("parameters", ", ".join(entry.parameters), f"none with model = {ENGINE!r}: members, weights")
    if not entry.members or len(set(entry.members)) != len(entry.members) or not set(entry.members) <= set(MEMBERS):
        raise refuse("members", list(entry.members), f"one or more of {', '.join(MEMBERS)}")
    if entry.weights:
        right = set(entry.weights) == set(entry.members) and all(
            isinstance(value, int | float) and not isinstance(value, bool) and value >= 0 for value in entry.weights.values()
        )
        if not right or abs(sum(entry.weights.values()) - 1.0) > 1e-6:
            raise refuse("weights", entry.weights, "a number >= 0 for each member, together 1")
    order = [name for name in MEMBERS if name in entry.members]
    weights = {name: float(entry.weights[name]) for name in order} if entry.weights else {}
    return replace(entry, members=tuple(order), weights=weights)
