"""Where does the demo company's chance come from?

Every subject has its own `random.Random`, named by the seed and the subject. Two companies of one seed, with and without problems,
therefore draw the same numbers wherever they do the same thing, and a draw more in one subject moves nothing in another.
"""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import TypeVar

__all__ = ["random_for", "sample_weighted"]

_T = TypeVar("_T")


def random_for(seed: int, *subject: object) -> Random:
    """The generator of one subject; text seeds go through SHA-512, the same on every machine."""
    return Random("\x1f".join([str(seed), *map(str, subject)]))


def sample_weighted(random: Random, population: Sequence[_T], weights: Sequence[float]) -> _T:
    """One element, by weight."""
    return random.choices(population, weights)[0]
