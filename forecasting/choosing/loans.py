"""What is lent to the young series that are here: read from the others, or as a selection told it?"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import polars as pl

from forecasting.choosing.selection import Loan
from forecasting.demand.newcomers import Borrowed, attribute_codes, borrow
from forecasting.demand.surroundings import Surroundings
from forecasting.frames import IntArray, Panel, demand_starts, season_positions
from forecasting.models.candidates import CandidateRun

__all__ = ["borrowed_at"]


def borrowed_at(
    panel: Panel,
    origin: int,
    rows: IntArray,
    run: CandidateRun,
    attributes: pl.DataFrame | None,
    beside_demand: Surroundings,
    is_told: bool,
    loans: Mapping[int, Loan],
) -> Borrowed | None:
    """What young series borrow from series like them, or from the one a person named. A refit may hold few of all series: there
    the loans of the selection count; without any, only a person's word."""
    if is_told and loans:
        return _lent(panel.series_ids[rows], loans, run.mean.shape[2])
    attributes = None if is_told else attributes
    if attributes is None and beside_demand.reference is None:
        return None
    starts = demand_starts(run.filled, panel.first_columns[rows])
    positions = season_positions(panel.first_index + np.arange(origin + run.mean.shape[2]), panel.frequency)
    past = run.index[:, positions[:origin]]
    names = [] if attributes is None else attribute_codes(panel.series_ids[rows], attributes)
    return borrow(run, rows, starts, past, positions, panel.frequency, names, beside_demand.reference)


def _lent(series_ids: IntArray, loans: Mapping[int, Loan], horizon: int) -> Borrowed | None:
    """What a selection lends to the series that are here."""
    rows = np.array([row for row, series_id in enumerate(series_ids) if int(series_id) in loans], dtype=np.int64)
    if not rows.size:
        return None
    found = [loans[int(series_id)] for series_id in series_ids[rows]]
    donors = np.array([-1 if one.donor is None else one.donor for one in found], dtype=np.int64)
    return Borrowed(
        rows,
        np.array([one.mean for one in found])[:, :horizon],
        np.array([one.share for one in found]),
        np.array([one.sigma for one in found]),
        np.array([one.size for one in found]),
        np.array([one.frequency for one in found]),
        [one.attribute for one in found],
        np.where(donors < 0, -1, 0),
        np.array([one.donors for one in found], dtype=np.int64),
        np.array([one.periods for one in found], dtype=np.int64),
        donors,
    )
