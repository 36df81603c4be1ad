"""How do chunks reach the workers of a Dask cluster, for those whom one machine no longer serves?

Dask comes with the extra `[scale]`. The workers need this checkout (or the installed package) and the same versions of NumPy and
scikit-learn as the sender: then a chunk gives the same bytes there as here. The scheduler gives the chunks of a worker that died
to the others; a chunk during which workers died more than `MOST_DEATHS` times fails, and the error says which.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from kernel.errors import Unavailable
from pipelines.chunks import MOST_DEATHS

__all__ = ["dask_mapper"]

_SECONDS_TO_CONNECT = 10
_AHEAD = 2


def dask_mapper(
    scheduler: str, on_done: Callable[[int, int], None] | None = None
) -> Callable[[Callable[[Any], Any], Sequence[Any]], list[Any]]:
    """A mapper over the workers of the scheduler at this address.

    Raises:
        Unavailable: Dask is not installed, nobody answers at the address, or a chunk kills its workers.
    """
    try:
        from distributed import Client, KilledWorker, as_completed
    except ImportError as error:
        raise Unavailable("pipelines.dask_missing", scheduler=scheduler) from error

    def map_chunks(function: Callable[[Any], Any], chunks: Sequence[Any]) -> list[Any]:
        found: dict[int, Any] = {}
        try:
            client = Client(scheduler, timeout=_SECONDS_TO_CONNECT)
        except (OSError, TimeoutError, ValueError) as error:
            raise Unavailable("pipelines.dask_unreachable", scheduler=scheduler, got=str(error)[:200]) from error
        with client:
            waiting = iter(enumerate(chunks))
            places: dict[Any, int] = {}

            def send() -> Any:
                place, chunk = next(waiting, (None, None))
                if place is None:
                    return None
                # The chunk travels inside its task: what was scattered to a worker would die with it.
                future = client.submit(function, chunk, pure=False)
                places[future] = place
                return future

            most = _AHEAD * max(1, len(client.scheduler_info()["workers"]))
            on_way = as_completed([future for future in (send() for _ in range(most)) if future is not None])
            for future in on_way:
                place = places.pop(future)
                try:
                    found[place] = future.result()
                except KilledWorker as error:
                    raise Unavailable(
                        "pipelines.chunk_kills_workers", chunk=place + 1, chunks=len(chunks), deaths=MOST_DEATHS
                    ) from error
                if on_done is not None:
                    on_done(len(found), len(chunks))
                following = send()
                if following is not None:
                    on_way.add(following)
        return [found[place] for place in range(len(chunks))]

    return map_chunks
