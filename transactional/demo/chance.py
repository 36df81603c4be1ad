"""Where does the demo company's chance come from?

Every subject has its own generator, named by the seed and the subject. Two companies of one seed,
with and without problems, therefore draw the same numbers wherever they do the same thing, and a draw more in one subject moves
nothing in another.
"""

from __future__ import annotations

from hashlib import blake2b
from random import Random

__all__ = ["draw", "random_for"]

_WIDTH = 2.0**-53


def random_for(seed: int, *subject: object) -> Random:
    """The generator of one subject, the same on every machine."""
    return Random(_number(seed, subject))


def draw(seed: int, *subject: object) -> float:
    """One number in [0, 1) of a subject: a fifth of the cost of a generator where one draw is all."""
    return (_number(seed, subject) >> 11) * _WIDTH


def _number(seed: int, subject: tuple[object, ...]) -> int:
    name = "\x1f".join([str(seed), *map(str, subject)])
    return int.from_bytes(blake2b(name.encode(), digest_size=8).digest(), "big")
