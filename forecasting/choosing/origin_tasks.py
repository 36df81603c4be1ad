"""How are the series of all origins cut into chunks, run, and put together again?

A chunk is some series of one origin. It is cut from the panel when a mapper asks for it: only those on their way are held.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from forecasting.choosing.origin_plan import Plan
from forecasting.demand.prepared import prepare
from forecasting.demand.silence import Silence, read_silence
from forecasting.frames import BoolArray, FloatArray, Frequency, IntArray, Panel
from forecasting.models.candidates import CandidateRun, run_candidates

__all__ = ["Made", "Tasks", "joined", "run_task"]

_MODEL_FIRST = ("mean", "sigma", "shock_weights")


@dataclass(frozen=True)
class _Task:
    frequency: Frequency
    season_length: int
    horizon: int
    values: FloatArray
    starts: IntArray
    is_censored: BoolArray
    positions: IntArray
    holiday: FloatArray
    common: FloatArray
    season_doubt: float
    habit: float


class Made(Sequence[Any]):
    """Things that are made when they are asked for: a mapper holds only those that are on their way."""

    def __init__(self, count: int, make: Callable[[int], Any]) -> None:
        self._count, self._make = count, make

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, place: Any) -> Any:
        if isinstance(place, slice):
            return [self[one] for one in range(*place.indices(self._count))]
        if not -self._count <= place < self._count:
            raise IndexError(place)
        return self._make(place % self._count)


class Tasks(Made):
    """The chunks of all origins, one origin after the other, cut from the panel one at a time."""

    def __init__(self, panel: Panel, horizon: int, plan: list[Plan], chunk_size: int) -> None:
        self._panel, self._horizon, self._size = panel, horizon, chunk_size
        self._places = [(one, first) for one in plan for first in self.parts_of(one)]
        super().__init__(len(self._places), self._cut)

    def parts_of(self, one: Plan) -> range:
        """First row of every chunk of an origin."""
        return range(0, max(len(one.rows), 1), self._size)

    def _cut(self, place: int) -> _Task:
        one, first = self._places[place]
        part, panel = slice(first, first + self._size), self._panel
        rows, starts = one.rows[part], one.starts[part]
        if one.learned is None:
            values = panel.values[rows, : one.origin]
            values = np.where(np.arange(one.origin)[None, :] >= starts[:, None], values, np.nan)
        else:
            values = one.learned[part]
        return _Task(
            panel.frequency,
            panel.season_length,
            self._horizon,
            values,
            starts,
            panel.is_censored[rows, : one.origin],
            one.positions,
            one.holiday if len(one.holiday) == 1 else one.holiday[part],
            one.shared.season,
            one.shared.season_doubt,
            one.habit,
        )


def run_task(task: _Task) -> tuple[CandidateRun, Silence]:
    """All models of a chunk, and how silent its series have become."""
    prepared = prepare(
        task.values,
        task.starts,
        task.is_censored,
        frequency=task.frequency,
        season_length=task.season_length,
        horizon=task.horizon,
        positions=task.positions,
        holiday=task.holiday,
        common=task.common,
        season_doubt=task.season_doubt,
    )
    past = prepared.factors[:, : prepared.period_count]
    silence = read_silence(prepared.values, prepared.is_scored, task.starts, past, task.frequency, task.habit)
    return run_candidates(prepared), silence


def joined(kind: type[Any], parts: Sequence[Any]) -> Any:
    """Chunks of a dataclass of arrays as one; `kind` tells which fields lie (model, series, ...) and not (series, ...)."""
    first = _MODEL_FIRST if kind is CandidateRun else ()
    return kind(
        **{
            one.name: np.concatenate([getattr(part, one.name) for part in parts], axis=1 if one.name in first else 0)
            for one in fields(kind)
        }
    )
