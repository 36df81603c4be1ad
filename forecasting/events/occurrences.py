"""Which days were, or will be, out of the ordinary: holidays, campaigns, promotions?

An event is a name with occurrences (first day, last day), for all series or for one. The user's table is a frame; holidays come
from the maintained `holidays` library, the two great commercial campaigns of China (618, Double 11) are written down here. The
Spring Festival is not among them: `moving_holidays` reads it from demand by itself.

Per period the table becomes shares of the period's days in five windows of each occurrence:

    before 7-1 days ahead | during | peak day | after 1-7 days past the end | later 8-21 days past

so that a promotion may lift, and take from the weeks around it. A discount weighs the days against the event's usual discount.
Only what was known counts: an occurrence with `known_from` after the cutoff does not exist yet.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
import polars as pl

from forecasting.frames import BoolArray, FloatArray, Frequency, IntArray, Panel, period_starts, season_positions
from kernel.errors import InvalidInput

__all__ = ["CAMPAIGNS", "EVENT_WINDOWS", "Event", "EventCalendar", "calendar_events", "event_calendar", "last_day"]

EVENT_WINDOWS = ("before", "during", "peak", "after", "later")
CAMPAIGNS = {"618": ((6, 1), (6, 18), (6, 18)), "Double 11": ((11, 1), (11, 11), (11, 11))}
_REACH_DAYS = {"before": (-7, -1), "after": (1, 7), "later": (8, 21)}
_WEIGHTS = (0.25, 4.0)  # a discount counts at most so much less or more than the usual one
_FREQUENCIES = ("day", "week", "month")
_SAME_SHARE = 0.1
_SPRING = ("Spring Festival", "Chinese New Year")
_EPOCH = date(1970, 1, 1)


@dataclass(frozen=True)
class Event:
    """One name with its occurrences.

    Args:
        first, last, peak: (occurrence,) days counted from 1970; peak -1: none. row: panel row; -1 for all series, then of every
            occurrence.
        weight: (occurrence,) share of `usual_discount`. known_from: (occurrence,) day.
    """

    name: str
    first: IntArray
    last: IntArray
    peak: IntArray
    row: IntArray
    weight: FloatArray
    known_from: IntArray
    usual_discount: float = 0.0

    def later(self, days: int) -> Event:
        """The same with its days moved: where demand is counted some days after it was decided on."""
        peak = np.where(self.peak >= 0, self.peak + days, -1)
        return replace(self, first=self.first + days, last=self.last + days, peak=peak)

    def known_on(self, day: int) -> Event:
        """Without the occurrences nobody had announced by the end of `day`."""
        return self.among(self.known_from <= day)

    def among(self, kept: BoolArray) -> Event:
        """Some of the occurrences."""
        first, last, peak, row = (values[kept] for values in (self.first, self.last, self.peak, self.row))
        return Event(self.name, first, last, peak, row, self.weight[kept], self.known_from[kept], self.usual_discount)


@dataclass(frozen=True)
class EventCalendar:
    """All events of a panel, sorted by name."""

    events: tuple[Event, ...]
    frequency: Frequency

    def of_rows(self, rows: IntArray) -> EventCalendar:
        """The same events with `rows` of the panel numbered from 0; those of other series are left out."""
        found = []
        for event in self.events:
            place = np.searchsorted(rows, event.row)
            kept = (event.row < 0) | (rows[np.minimum(place, len(rows) - 1)] == event.row)
            found.append(replace(event.among(kept), row=np.where(event.row < 0, -1, place)[kept]))
        return EventCalendar(tuple(found), self.frequency)

    def shares(self, event: Event, indices: IntArray) -> tuple[IntArray | None, FloatArray]:
        """Rows concerned (None: all) and the share of each period's days in each window: (row or 1, period, window)."""
        edges = np.array([(day - _EPOCH).days for day in period_starts(np.append(indices, indices[-1] + 1), self.frequency)])
        rows = None if (event.row < 0).all() else np.unique(event.row)
        found = np.zeros((1 if rows is None else len(rows), len(indices), len(EVENT_WINDOWS)))
        for one in range(len(event.first)):
            first, last = int(event.first[one]), int(event.last[one])
            place = slice(None) if rows is None else int(np.searchsorted(rows, event.row[one]))
            for number, (begin, end) in enumerate(_spans(first, last, int(event.peak[one]))):
                if end < begin:
                    continue
                low, high = np.maximum(edges[:-1], begin), np.minimum(edges[1:], end + 1)
                share = np.maximum(high - low, 0) / (edges[1:] - edges[:-1])
                found[place, :, number] += share * event.weight[one]
        return rows, np.minimum(found, _WEIGHTS[1])

    def occurrence_of(self, event: Event, indices: IntArray) -> IntArray:
        """(period,) number of the occurrence (by first day) whose days lie in the period, -1 for none."""
        edges = np.array([(day - _EPOCH).days for day in period_starts(np.append(indices, indices[-1] + 1), self.frequency)])
        starts = np.unique(event.first)
        found = np.full(len(indices), -1, dtype=np.int64)
        for first, last in zip(event.first, event.last, strict=True):
            inside = (edges[:-1] <= last) & (edges[1:] > first)
            found[inside] = int(np.searchsorted(starts, first))
        return found

    def is_season(self, event: Event, indices: IntArray) -> bool:
        """Every month of the year always holds the same share of it: the season says it all."""
        if self.frequency != "month":
            return False
        _, shares = self.shares(event, indices)
        days = shares[:, :, 1]
        positions = season_positions(indices, self.frequency)
        for position in np.unique(positions):
            mine = days[:, positions == position]
            if float((mine.max(axis=1) - mine.min(axis=1)).max(initial=0.0)) > _SAME_SHARE:
                return False
        return True


def calendar_events(first: date, last: date, country: str = "CN", *, with_spring_festival: bool = False) -> pl.DataFrame:
    """`event`, `start_date`, `end_date`, `peak_date`: public holidays of a country between two days, and for China the campaigns.

    Days of one holiday that follow each other, and the days given free around it, are one occurrence. The Spring Festival is for
    those who look, not for learning: `moving_holidays` reads its effect by itself.
    Raises InvalidInput for a country the library does not know.

    >>> calendar_events(date(2025, 9, 1), date(2025, 11, 30))["event"].unique().sort().to_list()
    ['Double 11', 'Mid-Autumn Festival', 'National Day']
    """
    from holidays import country_holidays

    years = range(first.year, last.year + 1)
    try:
        known = country_holidays(country, years=years, language="en_US")
    except NotImplementedError as error:
        raise InvalidInput("forecasting.bad_argument", argument="country", got=country, expected="ISO 3166") from error
    days: dict[str, list[date]] = {}
    bridges: set[date] = set()
    for day in sorted(known):
        for name in known.get_list(day):
            plain, here = name.replace(" (observed)", "").strip(), date(day.year, day.month, day.day)
            if "Day off" in plain:
                bridges.add(here)
            elif not plain.startswith(_SPRING):
                days.setdefault(plain, []).append(here)
            elif with_spring_festival:
                days.setdefault(_SPRING[0], []).append(here)
    rows: list[tuple[str, date, date, date | None]] = []
    for name, dates in days.items():
        for begin, end in _runs(sorted(dates)):
            while _next_workday(begin, -1) in bridges:
                begin = _next_workday(begin, -1)
            while _next_workday(end, 1) in bridges:
                end = _next_workday(end, 1)
            if first <= begin and end <= last:
                rows.append((name, begin, end, None))
    if country == "CN":
        for name, (start, stop, peak) in CAMPAIGNS.items():
            for year in years:
                if first <= date(year, *start) and date(year, *stop) <= last:
                    rows.append((name, date(year, *start), date(year, *stop), date(year, *peak)))
    schema = {"event": pl.String, "start_date": pl.Date, "end_date": pl.Date, "peak_date": pl.Date}
    return pl.DataFrame(rows, schema=schema, orient="row").sort("event", "start_date")


def _next_workday(day: date, step: int) -> date:
    """The next day, or the one before (`step` -1), past the weekend."""
    day += timedelta(days=step)
    while day.weekday() >= 5:
        day += timedelta(days=step)
    return day


def _runs(days: list[date]) -> list[tuple[date, date]]:
    """First and last day of days at most two apart: a holiday and the weekday given for it are one occurrence."""
    runs: list[tuple[date, date]] = []
    for day in days:
        if runs and day - runs[-1][1] <= timedelta(days=2):
            runs[-1] = (runs[-1][0], day)
        else:
            runs.append((day, day))
    return runs


def event_calendar(
    events: pl.DataFrame | None, panel: Panel, demand: pl.DataFrame, usual_discounts: Mapping[str, float] | None = None
) -> EventCalendar | None:
    """The checked table laid over the panel; None where there is no event or the frequency has no room for one.

    Args:
        events: `event`, `start_date`, `end_date` (both inside), optional `series_id` (null: all series), `discount` (0 to 1),
            `peak_date`, `known_from` (the day it was announced; null: always known).
        demand: as given to `forecast`; its series are the known ones.
        usual_discounts: by event, where they were told before.

    Raises:
        InvalidInput: a column is missing or of another type, an end before its start, a peak outside, a discount outside 0..1,
            a series that is not in demand, or two occurrences of one event at the same time.
    """
    if events is None:
        return None
    frame = _checked(events, demand)
    if frame.is_empty() or panel.frequency not in _FREQUENCIES or panel.series_count == 0:
        return None
    found = []
    for (name,), part in frame.group_by("event", maintain_order=True):
        ids = part["series_id"].fill_null(-1).to_numpy()
        row = np.where(ids < 0, -1, np.searchsorted(panel.series_ids, ids))
        is_ours = (ids < 0) | (panel.series_ids[np.minimum(np.maximum(row, 0), panel.series_count - 1)] == ids)
        if not is_ours.any():
            continue
        part, row = part.filter(pl.Series(is_ours)), row[is_ours]
        if (row < 0).any() and (row >= 0).any():
            # One name for all and for single series: everybody then has the shared occurrences as their own.
            place = np.concatenate([np.flatnonzero(row >= 0), np.repeat(np.flatnonzero(row < 0), panel.series_count)])
            everyone = np.tile(np.arange(panel.series_count), int((row < 0).sum()))
            part, row = part[place], np.concatenate([row[row >= 0], everyone])
        discount = part["discount"].to_numpy().astype(np.float64)
        usual = float(np.nanmean(discount)) if np.isfinite(discount).any() else 0.0
        if usual_discounts is not None:
            usual = usual_discounts.get(str(name), usual)
        weight = np.clip(discount / usual, *_WEIGHTS) if usual > 0 else np.ones(len(discount))
        days = [part[column].cast(pl.Int32).fill_null(empty).to_numpy().astype(np.int64) for column, empty in _DAYS]
        weight = np.where(np.isfinite(weight), weight, 1.0)
        found.append(Event(str(name), days[0], days[1], days[2], row.astype(np.int64), weight, days[3], usual))
    return EventCalendar(tuple(found), panel.frequency) if found else None


_DAYS = (("start_date", 0), ("end_date", 0), ("peak_date", -1), ("known_from", -(10**6)))


def last_day(index: int, frequency: Frequency) -> int:
    """Last day of the numbered period, counted from 1970."""
    return (period_starts(np.array([index + 1]), frequency)[0] - _EPOCH).days - 1


def _spans(first: int, last: int, peak: int) -> list[tuple[int, int]]:
    """First and last day of each window of `EVENT_WINDOWS`."""
    low, high = _REACH_DAYS["before"]
    spans = [(first + low, first + high), (first, last), (peak, peak if peak >= 0 else peak - 1)]
    return spans + [(last + a, last + b) for a, b in (_REACH_DAYS["after"], _REACH_DAYS["later"])]


def _checked(events: pl.DataFrame, demand: pl.DataFrame) -> pl.DataFrame:
    for name in ("event", "start_date", "end_date"):
        if name not in events.columns:
            raise InvalidInput("forecasting.table_column_missing", table="events", column=name, got=", ".join(events.columns))
    expected = {"event": "text", "start_date": "date", "end_date": "date", "peak_date": "date", "known_from": "date"}
    expected |= {"series_id": "integer", "discount": "number"}
    columns = []
    for name, kind in expected.items():
        target = {"text": pl.String, "date": pl.Date, "integer": pl.Int64, "number": pl.Float64}[kind]
        if name not in events.columns:
            columns.append(pl.lit(None, dtype=target).alias(name))
            continue
        got = events.schema[name]
        is_right = (
            got == pl.Null or got == target or (kind == "integer" and got.is_integer()) or (kind == "number" and got.is_numeric())
        )
        if not is_right and events.height:
            raise InvalidInput("forecasting.table_column_type", table="events", column=name, got=str(got), expected=kind)
        columns.append(pl.col(name).cast(target))
    frame = events.select(columns).unique().sort("event", "series_id", "start_date", "end_date", nulls_last=False)
    bad: list[tuple[str, pl.Expr]] = [
        ("event_incomplete", pl.any_horizontal(pl.col("event", "start_date", "end_date").is_null())),
        ("event_backwards", pl.col("end_date") < pl.col("start_date")),
        ("event_peak", ~pl.col("peak_date").is_between("start_date", "end_date")),
        ("event_discount", ~pl.col("discount").is_between(0.0, 1.0) | pl.col("discount").is_nan()),
    ]
    for key, condition in bad:
        rows = frame.filter(condition)
        if not rows.is_empty():
            raise InvalidInput(f"forecasting.{key}", **rows.row(0, named=True), count=rows.height)
    unknown = frame.filter(pl.col("series_id").is_not_null() & ~pl.col("series_id").is_in(demand["series_id"].unique().implode()))
    if not unknown.is_empty():
        raise InvalidInput("forecasting.table_series_unknown", table="events", series_id=unknown["series_id"][0])
    _check_overlap(frame)
    return frame


def _check_overlap(frame: pl.DataFrame) -> None:
    """Of one event, two occurrences of the same series (or one for all and one of a series) must not share a day."""
    for (name,), part in frame.group_by("event", maintain_order=True):
        shared = part.filter(pl.col("series_id").is_null())
        groups = [(None, shared)] if not shared.is_empty() else []
        groups += [
            (series, pl.concat([own, shared]))
            for (series,), own in part.filter(pl.col("series_id").is_not_null()).group_by("series_id", maintain_order=True)
        ]
        for series, rows in groups:
            ordered = rows.sort("start_date", "end_date")
            clash = ordered.filter(pl.col("start_date") <= pl.col("end_date").shift(1))
            if not clash.is_empty():
                row = clash.row(0, named=True)
                raise InvalidInput(
                    "forecasting.event_overlap",
                    event=name,
                    series_id="–" if series is None else series,
                    start_date=row["start_date"],
                    end_date=row["end_date"],
                )
