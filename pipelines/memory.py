"""How does a process that works block by block stay at the size of one block?

The C library keeps what was freed in pieces between others for later requests; blocks of slightly other sizes do not fit, and a
process grows although nothing is held. Between blocks it is asked to give back what it can.
"""

from __future__ import annotations

import ctypes
import gc

__all__ = ["give_back_memory"]


def give_back_memory() -> None:
    """Return freed memory to the system, where the C library knows how (glibc); elsewhere nothing happens."""
    gc.collect()
    try:
        trim = ctypes.CDLL(None).malloc_trim
    except (AttributeError, OSError, TypeError):
        return
    trim(0)
