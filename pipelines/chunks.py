"""How is work on many series spread over processes? One seam: `map_chunks(function, chunks)`, results in the order of
the chunks, the same bytes as in one process.

Processes are spawned, never forked (DuckDB and Arrow threads do not survive a fork), and each keeps numeric libraries to one
thread, so that workers do not fight over the cores. Only one chunk more than there are workers is on its way at a time, so that
memory does not grow with their number. A worker that is killed in the middle loses nothing: what was done is kept, the rest is
done again by fresh workers. A chunk during which workers died three times is named in an error: it, not the weather, kills them.

With `dask_scheduler` the same chunks go to the workers of a Dask cluster (`pipelines.dask_chunks`).
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from typing import Any, TypeVar

from kernel.errors import Unavailable
from pipelines.environment import environment

__all__ = ["MOST_DEATHS", "chunk_mapper"]

Chunk = TypeVar("Chunk")
Result = TypeVar("Result")
Mapper = Callable[[Callable[[Any], Any], Sequence[Any]], list[Any]]

MOST_DEATHS = 3
"""Workers that may die while a chunk is being worked on before the chunk is given up."""

# Read once by each child, when it imports the libraries.
_ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "POLARS_MAX_THREADS")
_AHEAD = 1


def chunk_mapper(workers: int, on_done: Callable[[int, int], None] | None = None, dask_scheduler: str = "") -> Mapper | None:
    """A mapper over `workers` processes or a Dask cluster; None where one process does it all and nobody wants to know how far
    it is.

    Args:
        on_done: told (chunks done, chunks in all) after each.
        dask_scheduler: address of a Dask scheduler (`tcp://host:8786`); its workers are used in place of own processes.
    """
    if dask_scheduler:
        from pipelines.dask_chunks import dask_mapper

        return dask_mapper(dask_scheduler, on_done)
    if workers <= 1 and on_done is None:
        return None

    def told(done: int, total: int) -> None:
        if on_done is not None:
            on_done(done, total)

    def map_chunks(function: Callable[[Chunk], Result], chunks: Sequence[Chunk]) -> list[Result]:
        if workers <= 1:
            found = []
            for chunk in chunks:
                found.append(function(chunk))
                told(len(found), len(chunks))
            return found
        return _over_processes(function, chunks, workers, told)

    return map_chunks


def _over_processes(
    function: Callable[[Chunk], Result], chunks: Sequence[Chunk], workers: int, told: Callable[[int, int], None]
) -> list[Result]:
    found: dict[int, Result] = {}
    deaths = dict.fromkeys(range(len(chunks)), 0)
    with environment(dict.fromkeys(_ONE_THREAD, "1")):
        while len(found) < len(chunks):
            # After a death one chunk at a time per worker: then it is known which one was being worked on.
            suspects = [place for place in deaths if place not in found and deaths[place]]
            rest = [place for place in deaths if place not in found and not deaths[place]]
            if suspects:
                lost = _pass(function, chunks, suspects[:1], 1, found, told)
            else:
                lost = _pass(function, chunks, rest, workers, found, told)
            for place in lost:
                deaths[place] += 1
                if deaths[place] >= MOST_DEATHS:
                    raise Unavailable("pipelines.chunk_kills_workers", chunk=place + 1, chunks=len(chunks), deaths=MOST_DEATHS)
    return [found[place] for place in range(len(chunks))]


def _pass(
    function: Callable[[Chunk], Result],
    chunks: Sequence[Chunk],
    places: list[int],
    workers: int,
    found: dict[int, Result],
    told: Callable[[int, int], None],
) -> list[int]:
    """Work on `places` until all are done or a worker dies; what was on its way when it died."""
    on_way: dict[Future[Result], int] = {}
    waiting = iter(places)
    with ProcessPoolExecutor(min(workers, len(places)), mp_context=multiprocessing.get_context("spawn")) as pool:
        try:
            _send(pool, function, chunks, waiting, on_way, workers + _AHEAD)
            while on_way:
                done, _ = wait(on_way, return_when=FIRST_COMPLETED)
                for future in done:
                    found[on_way[future]] = future.result()
                    del on_way[future]
                    told(len(found), len(chunks))
                _send(pool, function, chunks, waiting, on_way, workers + _AHEAD)
        except BrokenProcessPool:
            for future, place in on_way.items():
                if future.done() and future.exception() is None:
                    found[place] = future.result()
            return [place for place in on_way.values() if place not in found]
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
    return []


def _send(
    pool: ProcessPoolExecutor,
    function: Callable[[Chunk], Result],
    chunks: Sequence[Chunk],
    waiting: Iterator[int],
    on_way: dict[Future[Result], int],
    most: int,
) -> None:
    while len(on_way) < most:
        place = next(waiting, None)
        if place is None:
            return
        on_way[pool.submit(function, chunks[place])] = place
