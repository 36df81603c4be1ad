"""Where does the demo company's chance come from?

Every subject has its own `random.Random`, named by the seed and the subject. Two companies of one seed,
with and without problems, therefore draw the same numbers wherever they do the same thing, and a draw more in one subject moves
nothing in another.
"""

from __future__ import annotations

from hashlib import blake2b
from random import Random

__all__ = ["random_for"]


def random_for(seed: int, *subject: object) -> Random:
    """The generator of one subject, the same on every machine."""
    name = "\x1f".join([str(seed), *map(str, subject)])
    return Random(int.from_bytes(blake2b(name.encode(), digest_size=8).digest(), "big"))
