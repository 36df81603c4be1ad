"""What is known beside demand, ready for every origin: events, whom new items resemble, whether marks are applied."""

from __future__ import annotations

from dataclasses import dataclass

from forecasting.demand.discontinued import LastDays
from forecasting.demand.references import Reference
from forecasting.events.occurrences import EventCalendar

__all__ = ["NOTHING_BESIDE", "Surroundings"]


@dataclass(frozen=True)
class Surroundings:
    """Checked and laid out over the panel once, looked at by every origin as far as it was known there.

    Args:
        events: holidays, campaigns and promotions. is_cleaned: automatic marks change what is learned.
        reference: which series borrow from which by a person's word. is_fading: series that have ended fade.
        last_days: on which demand ends by the master data.
    """

    events: EventCalendar | None = None
    is_cleaned: bool = False
    reference: Reference | None = None
    is_fading: bool = True
    last_days: LastDays | None = None


NOTHING_BESIDE = Surroundings()
