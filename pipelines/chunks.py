"""How is work on many series spread over processes? One seam: `map_chunks(function, chunks)`, results in the order of
the chunks.

Processes are spawned, never forked (DuckDB and Arrow threads do not survive a fork), and each keeps numeric libraries
to one thread, so that workers do not fight over the cores.
"""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import TypeVar

__all__ = ["chunk_mapper"]

Chunk = TypeVar("Chunk")
Result = TypeVar("Result")

_ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "POLARS_MAX_THREADS")


def chunk_mapper(
    workers: int, on_done: Callable[[int, int], None] | None = None
) -> Callable[[Callable[[Chunk], Result], Sequence[Chunk]], list[Result]] | None:
    """A mapper over `workers` processes; None where one process does it all and nobody wants to know how far it is.

    Args:
        on_done: told (chunks done, chunks in all) after each.
    """
    if workers <= 1 and on_done is None:
        return None

    def told(results: Iterable[Result], total: int) -> list[Result]:
        done = []
        for result in results:
            done.append(result)
            if on_done is not None:
                on_done(len(done), total)
        return done

    def map_chunks(function: Callable[[Chunk], Result], chunks: Sequence[Chunk]) -> list[Result]:
        if workers <= 1:
            return told(map(function, chunks), len(chunks))
        # Children read these once, when they import the libraries.
        before = {name: os.environ.get(name) for name in _ONE_THREAD}
        os.environ.update(dict.fromkeys(_ONE_THREAD, "1"))
        try:
            with ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn")) as pool:
                return told(pool.map(function, chunks), len(chunks))
        finally:
            for name, value in before.items():
                if value is None:
                    os.environ.pop(name, None)
                else:
                    os.environ[name] = value

    return map_chunks
